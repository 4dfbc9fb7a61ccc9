#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what tools say comes from the regions into the store in the round in which it
# is news, and in no other; what the store does not take is asked for again.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet

KEY=probe:one:definitions

setup() {
	fleet_setup
	{ regions 'a-1 local' 'b-1 local'; server one json; } >fleet.yaml
	# What mcp-probe is asked, and what it prints.
	mkdir -p seen
	cat >seen/mcp-probe <<-EOT
	#!/bin/bash
	tee -a "$PWD/targets" | "$BIN/mcp-probe" "\$@" | tee -a "$PWD/lines"
	EOT
	chmod +x seen/mcp-probe
	PATH=$PWD/seen:$PATH
}

told() {
	grep -c '"type":"tool"' lines || true
}

@test "definitions are told once, and lists by region" {
	fleet --once
	[ "$status" -eq 0 ]
	jq -es 'map(.known_definitions) == [[], []]' targets
	[ "$(told)" -eq 6 ]
	redis --raw hkeys $KEY | sed 's/:.*//' | sort | uniq -c | awk '{ print $2 $1 }' | xargs |
		grep -x 'd3 l1 r2'
	rm targets lines
	fleet --once
	[ "$status" -eq 0 ]
	jq -es 'length == 2 and all(.known_definitions | length == 3)' targets
	[ "$(told)" -eq 0 ]
	jq -es 'map(select(.type == "probe")) | length == 2 and all(has("tools") | not)' lines
	# The store has lost what one of them says: it is told again, by that region
	# that needs it first.
	list=$(redis --raw hkeys $KEY | grep '^l:')
	redis hset $KEY "$list" "$(redis --raw hget $KEY "$list" | sed '1s/+/?/; /^$/d')
" >/dev/null
	redis hdel $KEY "d:$(redis --raw hget $KEY "$list" | head -c 16)" >/dev/null
	rm targets lines
	fleet --once
	[ "$(told)" -eq 2 ]
	rm targets lines
	fleet --once
	[ "$(told)" -eq 0 ]
	redis --raw hget $KEY "$list" | awk 'NF && $2 != "+" { bad = 1 } END { exit bad }'
	nothing_left
}

@test "the spool keeps no definitions, and they are asked for again" {
	mkdir -p broken
	cat >broken/mcp-aggregate <<-EOT
	#!/bin/bash
	[[ \$1 != ingest ]] || { echo 'mcp-aggregate: store: x: -LOADING y' >&2; exit 3; }
	exec "$BIN/mcp-aggregate" "\$@"
	EOT
	chmod +x broken/mcp-aggregate
	PATH=$PWD/broken:$PATH fleet --once
	[ "$status" -eq 3 ]
	[ "$(told)" -eq 6 ]
	cat state/mcp-fleet/*/*.jsonl >kept
	[ "$(grep -c '"type":"probe"' kept)" -eq 2 ]
	without '"type":"tool"' kept
	rm -f targets lines
	fleet --once
	[ "$status" -eq 0 ]
	[ "$(told)" -eq 6 ]
	[ "$(redis --raw hkeys $KEY | grep -c '^d:')" -eq 3 ]
}
