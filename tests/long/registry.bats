#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a list of 100,000 servers is read in two seconds and 80 MB, or thrice the time on
# a slow machine, and nothing that reads it looks for one server among all others.

bats_require_minimum_version 1.5.0
load ../helpers/lib

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	awk 'BEGIN { for (i = 0; i < 100000; i++) printf "{\"v\":1,\"type\":\"target\"," \
		"\"slug\":\"server-%06d\",\"url\":\"https://s%d.example.com/mcp\"}\n", i, i }' >list.jsonl
	cat >fleet.yaml <<-END
	regions: [{name: r-a}, {name: r-b}, {name: r-c}]
	accounts:
	$(for i in {0..99}; do echo "- {name: a$i, token_sha256: $(printf 'x%s' "$i" | sha256sum | head -c 64)}"; done)
	servers_from: [list.jsonl]
	defaults:
	- {match: ["*7"], account: a7, interval: 5m, auth: {credential: c}}
	- {match: ["server-0*", "*"], account: a1, thresholds: {quorum: 3}}
	alerts:
	  routes: [{name: one, type: command, command: [x]}, {name: two, type: command, command: [x]}]
	  policies:
	  - {match: {accounts: [a7]}, steps: [{routes: [one]}]}
	  - {match: {servers: ["server-*1", "server-*2"]}, steps: [{routes: [two]}]}
	  - {steps: [{routes: [one]}]}
	END
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return
	unset MCP_STORE
}

# within SECONDS MB COMMAND…: that it takes no more CPU and memory.
within() {
	local seconds=$1 mb=$2
	shift 2
	command time -o used -f '%U %S %M' "$@" >out 2>err || { cat err; return 1; }
	echo "${*:1:2}: $(awk '{ printf "%.2f s, %.0f MB", $1 + $2, $3 / 1024 }' used)" >&3
	awk -v seconds="$seconds" -v mb="$mb" \
		'{ exit !($1 + $2 <= 3 * seconds && $3 <= mb * 1024) }' used
}

@test "the targets of a region, the configuration in short, and its check" {
	within 2 80 "$BIN/mcp-aggregate" targets -c fleet.yaml -r r-a
	[ "$(wc -l <out)" = 100000 ]
	[ "$(grep -c '"interval":300,.*"credential":"c"' out)" = 10000 ]
	within 2 80 "$BIN/mcp-aggregate" config --short -c fleet.yaml
	jq -e '.servers == {count: 100000, shortest_interval: "60s", longest_timeout: "30s"}' out
	within 3 80 "$BIN/mcp-alert" check -c fleet.yaml
}

@test "a fault in the last line, and a name that is there twice, are left out" {
	sed '$s/https/ftp/' list.jsonl >bad.jsonl
	{ cat list.jsonl; sed -n 50000p list.jsonl; } >twice.jsonl
	sed 's/list.jsonl/bad.jsonl/' fleet.yaml >bad.yaml
	sed 's/list.jsonl/twice.jsonl/' fleet.yaml >twice.yaml
	within 2 80 "$BIN/mcp-aggregate" targets -c bad.yaml
	grep -qx 'mcp-aggregate: warning: bad.jsonl:100000: url: neither http:// nor https://' err
	[ "$(wc -l <out)" = 99999 ]
	within 2 80 "$BIN/mcp-aggregate" targets -c twice.yaml
	grep -qx 'mcp-aggregate: warning: twice.jsonl:100001: slug: the name server-049999 is already in twice.jsonl:50000' err
	[ "$(wc -l <out)" = 100000 ]
}

@test "what is pinned of 100,000 servers" {
	awk 'BEGIN {
		hash = sprintf("%064d", 0); printf "{\"v\":2,\"servers\":{"
		tool = sprintf("{\"contract\":\"%s\",\"full\":\"%s\",\"definition\":{\"d\":\"%01000d\"}}", hash, hash, 0)
		for (i = 0; i < 100000; i++)
			printf "%s\"server-%06d\":{\"tool_hash\":\"%s\",\"tools\":{\"t\":%s}}", i ? "," : "", i, hash, tool
		print "}}" }' >tools.lock
	within 5 90 "$BIN/mcp-aggregate" targets -c fleet.yaml -r r-a
	rm tools.lock
	[ "$(grep -c '"pinned_hash":"0*"' out)" = 100000 ]
}
