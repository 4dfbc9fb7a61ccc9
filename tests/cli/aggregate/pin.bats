#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: the tools that people agreed to stand in a file that can be reviewed;
# any others are told by name, and fail a probe; a new agreement is a commit.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/probes

setup_file() {
	start scripted
	redis_start "$BATS_FILE_TMPDIR/redis"
}

teardown_file() {
	redis_stop
	stop_all
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	unset MCP_STORE
	redis flushall >/dev/null
	cat >fleet.yaml <<-EOT
	store: unix://$REDIS_SOCK
	regions: [{name: a-1}, {name: b-1}, {name: c-1}]
	servers:
	  - {slug: one, url: "${URL%/mcp}/json"}
	  - {slug: two, url: "${URL%/mcp}/pages"}
	EOT
	export MCP_CONFIG=$PWD/fleet.yaml
}

# look: each region probes what it is given, and the store gets that.
look() {
	for region in a-1 b-1 c-1; do
		aggregate targets -r "$region" |
			"$BIN/mcp-probe" --targets - -r "$region" -f jsonl | tee "$region"
	done | aggregate ingest
}

@test "what is pinned is probed for, and a server that has it is healthy" {
	look
	run -0 aggregate pin
	[[ ${lines[0]} == "one: pinned, 3 tools, "* ]]
	hash=$(jq -r 'select(.type == "probe" and .slug == "one").tool_hash' a-1)
	jq -e --arg hash "$hash" '.v == 2 and .servers.one.tool_hash == $hash and
		(.servers.one.tools | keys == ["add", "echo", "fail"])' tools.lock
	grep -qx '        "add": {"contract":"[0-9a-f]*",.*},' tools.lock
	[ "$(aggregate targets | jq -r 'select(.slug == "one").pinned_hash')" = "$hash" ]
	look
	grep -q '"message":"[0-9a-f]*, as pinned"' a-1
	cp tools.lock before
	run -0 aggregate pin
	[ -z "$output" ]
	cmp tools.lock before
	run -0 aggregate diff
	[ -z "$output" ]
}

@test "other tools fail step 8, are named by diff, and pinned anew" {
	probes one a-1 "$(date +%s)" | aggregate ingest
	run -1 aggregate pin
	[[ $output == *"one: pinned, 1 tools, aaaaaaaaaaaa"* ]]
	[[ $output == *"mcp-aggregate: two: not pinned: no region has read its tool list"* ]]
	redis flushall >/dev/null
	look
	jq -se 'map(select(.slug == "one" and .type == "probe")) |
		length == 1 and .[0].error == "hash.pinned"' a-1
	run -1 aggregate diff -s one
	[[ ${lines[0]} == "one, a-1: aaaaaaaaaaaa to "* ]]
	[ "$(printf '%s\n' "${lines[@]:1:4}")" = "  - get
  + add
  + echo
  + fail" ]
	[ "$(grep -c '^one, ' <<<"$output")" -eq 3 ]
	run -0 aggregate pin -s one
	[[ $output == *"  - get"* ]]
	look
	jq -se 'map(select(.slug == "one" and .type == "probe"))[0].state == "healthy"' b-1
	run -0 aggregate diff
}

@test "regions that see different tools are not pinned over" {
	now=$(date +%s)
	probes one a-1 "$now" | aggregate ingest
	probes one b-1 "$now" | sed 's/aaaaaaaa/bbbbbbbb/g' | aggregate ingest
	run -1 aggregate pin -s one
	[ "$output" = "mcp-aggregate: one: not pinned: the regions see different tools" ]
	jq -e '.servers == {}' tools.lock
}

@test "a file that is none is refused, and left as it is" {
	probes one a-1 "$(date +%s)" | aggregate ingest
	for bad in '{' '{"v":3,"servers":{}}' '{"v":1,"servers":{"one":{"tool_hash":"x","tools":{}}}}' \
		'{"v":1,"servers":{"../x":{}}}'; do
		echo "$bad" >tools.lock
		for command in pin diff targets; do
			run -2 aggregate "$command"
			[[ $output == "mcp-aggregate: $PWD/tools.lock: "* ]]
		done
		[ "$(cat tools.lock)" = "$bad" ]
	done
	run -2 aggregate pin -s three
	[ "$output" = "mcp-aggregate: no server three is configured" ]
}
