#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: on a system with other tools than those of GNU/Linux, or an older bash, a script
# works, or says at its start what is missing.

bats_require_minimum_version 1.5.0
load ../../helpers/lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	PATH=$ROOT/scripts:$BIN:$PATH
}

# says PACKAGE TOOL COMMAND…: whether a script says that it needs this tool, where the one
# of busybox comes first.
says() {
	local package=$1 tool=$2
	shift 2
	mkdir -p "$tool"
	ln -sf "$(type -P busybox)" "$tool/$tool"
	run -3 env PATH="$PWD/$tool:$PATH" "$@"
	[[ ${#lines[@]} -eq 1 && $output == *"$tool: not installed, or not the one of GNU/Linux; install $package" ]] ||
		{ echo "$*: $output"; return 1; }
}

@test "each script that needs GNU tools says which one is missing" {
	touch fleet.yaml
	while read -r package tool; do
		says "$package" "$tool" mcp-fleet -n
		says "$package" "$tool" mcp-fleet doctor
		says "$package" "$tool" mcp-rotate -c fleet.yaml name
		says "$package" "$tool" mcp-archive -d ./database
		says "$package" "$tool" mcp-registry crawl http://127.0.0.1:1/v0/servers registry
		says "$package" "$tool" bash "$ROOT/scripts/inbox_region.bash" .
	done <<-'END'
		coreutils date
		findutils find
		grep grep
		util-linux flock
	END
	# Help needs nothing.
	run -0 env PATH="$PWD/find:$PATH" mcp-fleet --help
	run -0 env PATH="$PWD/find:$PATH" mcp-fleet -V
}

@test "scripts that need no GNU tools work with those of busybox" {
	mkdir all
	for tool in $(busybox --list); do
		ln -s "$(type -P busybox)" "all/$tool"
	done
	echo '{"servers":[{"server":{"name":"a.example/b","version":"1","remotes":[{"type":"streamable-http","url":"https://b.a.example/mcp"}]}}]}' >list
	run -0 env PATH="$PWD/all:$PATH" mcp-registry list
	[[ $output == *'"url":"https://b.a.example/mcp"'* ]]
	run -1 env PATH="$PWD/all:$PATH" AMCP_SLUG=a AMCP_BASE=http://127.0.0.1:1 mcp-guardrail
	echo "$output"
	[[ $output != *busybox* && $output != *'not installed'* ]]
	run -3 env PATH="$PWD/all:$PATH" "$ROOT/scripts/nagios/check_mcp" -H http://127.0.0.1:1 -s a -t 1
	[[ $output == 'MCP UNKNOWN - '* ]]
}

@test "the clock of scripts is that of bash 4.4, too" {
	# A variable that was unset is no clock any more.
	# shellcheck disable=SC2016 # that bash
	run -0 bash -c 'unset EPOCHREALTIME EPOCHSECONDS
		. "$1"
		realtime
		epoch' bash "$ROOT/scripts/needs.bash"
	[[ ${lines[0]} =~ ^[0-9]+\.[0-9]{6}$ && ${lines[1]} == "$(date +%s)" ||
		${lines[1]} == "$(($(date +%s) - 1))" ]]
}
