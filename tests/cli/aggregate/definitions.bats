#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what tools say is kept once for each server, by region and time, within its
# bounds; what does not agree is refused, and the rest is stored.

bats_require_minimum_version 1.5.0
load ../../helpers/store

KEY=probe:demo:definitions

# says REGION AT TOOLS [TOLD [MEMBERS]]: a probe that saw these tools: names and what
# they say, "a=reads b=5*1000", with so many zeros; TOLD: of which it tells.
says() {
	jq -cn --arg region "$1" --argjson at "$2" --arg tools "$3" --argjson told "${4:-null}" \
		--argjson more "${5:-null}" '["demo", $region, $at, ($tools | split(" ") | map(
		split("=") | {name: .[0], description: (.[1] | split("*") |
			.[0] + ("0" * ((.[1] // 0) | tonumber) // "")),
			inputSchema: {type: "object"}})), $told, $more]'
}

records() {
	"$ROOT/tests/helpers/definitions"
}

# saw …: the records of a probe as of says.
saw() {
	says "$@" | records
}

# rows REGION: what it saw: when, and the descriptions of its tools, - where none is
# kept.
rows() {
	redis --raw hget $KEY "r:$1" | while read -r since list; do
		[[ $list ]] || continue
		printf '%s' "${since%.000}"
		redis --raw hget $KEY "l:$list" | while read -r digest mark name; do
			[[ $digest ]] || continue
			text=$(redis --raw hget $KEY "d:$digest" | jq -r '.description // empty')
			printf ' %s%s%s' "$name" "$mark" "$text"
		done
		echo
	done
}

# fields KIND: how many fields of that kind there are.
fields() {
	redis --raw hkeys $KEY | grep -c "^$1:" || true
}

@test "lists and definitions are kept once, in whatever order and however often they come" {
	at=$((NOW - 3600))
	{
		saw eu $at 'a=reads b=writes'
		saw us $((at + 1)) 'a=reads b=writes' '[]'
		saw eu $((at + 60)) 'a=reads b=erases' '["b"]'
		saw us $((at + 61)) 'a=reads b=erases' '["b"]'
		saw eu $((at + 120)) 'a=reads' '[]'
		saw eu $((at + 180)) 'a=reads b=writes' '["b"]'
	} >records
	aggregate ingest <records
	rows eu | diff - <(echo "$at a+reads b+writes
$((at + 60)) a+reads b+erases
$((at + 120)) a+reads
$((at + 180)) a+reads b+writes")
	rows us | diff - <(echo "$((at + 1)) a+reads b+writes
$((at + 61)) a+reads b+erases")
	[ "$(fields d)" -eq 3 ]
	[ "$(fields l)" -eq 3 ]
	# A definition is the very text that its digest is of.
	redis --raw hkeys $KEY | sed -n 's/^d://p' | while read -r digest; do
		[[ $(redis --raw hget $KEY "d:$digest" | tr -d '\n' | sha256sum) == "$digest"* ]]
	done
	[ "$(redis ttl $KEY)" -gt $((90 * 86400 - 60)) ]
	redis --raw hgetall $KEY >before
	aggregate ingest <records
	redis --raw hgetall $KEY | diff before -
	# Probe by probe, the last one first.
	redis del $KEY >/dev/null
	jq -r .probe_id records | uniq | tac | while read -r id; do
		grep "\"probe_id\":\"$id\"" records | aggregate ingest
	done
	{ rows eu; rows us; } | diff - <(echo "$at a+reads b+writes
$((at + 60)) a+reads b+erases
$((at + 120)) a+reads
$((at + 180)) a+reads b+writes
$((at + 1)) a+reads b+writes
$((at + 61)) a+reads b+erases")
}

@test "a list that is not told costs nothing, and does not change what is there" {
	saw eu $((NOW - 60)) 'a=reads' | aggregate ingest
	redis config resetstat >/dev/null
	saw eu "$NOW" 'a=reads' '[]' | jq -c 'del(.tools)' | aggregate ingest
	redis info commandstats >stats
	[ "$(grep -cE '^cmdstat_evalsha:calls=1,' stats)" -eq 1 ]
	[ "$(rows eu | wc -l)" -eq 1 ]
}

@test "what was left out, or had no room, is not asked for again; what was lost is" {
	saw eu "$NOW" 'a=x b=y' '["a"]' '{"definitions_left_out":1}' | aggregate ingest
	rows eu | grep -x "$NOW a+x b-"
	saw us "$NOW" 'a=x c=z d=w' '["a"]' '{"definitions_left_out":1}' | aggregate ingest
	rows us | grep -x "$NOW a+x c? d?"
	# It comes after all.
	saw us $((NOW + 1)) 'a=x c=z d=w' '["c"]' '{"definitions_left_out":1}' | aggregate ingest
	rows us | grep -x "$NOW a+x c+z d-"
}

@test "what ended 90 days ago goes, and never the newest of a region" {
	old=$((NOW - 100 * 86400))
	saw eu $old 'a=1' | aggregate ingest
	saw eu $((old + 86400)) 'a=2' | aggregate ingest
	saw eu $((NOW - 40 * 86400)) 'a=3' | aggregate ingest
	saw eu "$NOW" 'a=4' | aggregate ingest
	# The second was seen until 40 days ago.
	rows eu | diff - <(echo "$((old + 86400)) a+2
$((NOW - 40 * 86400)) a+3
$NOW a+4")
	[ "$(fields d)" -eq 3 ]
	# A region that nobody heard of for 90 days goes, at the next change.
	saw gone $old 'a=old' | aggregate ingest
	saw eu $((NOW + 1)) 'a=5' | aggregate ingest
	[ "$(redis hexists $KEY r:gone)" -eq 0 ]
	[ "$(fields d)" -eq 4 ]
}

# bats test_tags=later
@test "a region has at most 64 lists, and a server 256 KiB" {
	for i in {1..70}; do says eu $((NOW - 7000 + 100 * i)) "a=$i"; done | records |
		aggregate ingest
	[ "$(rows eu | wc -l)" -eq 64 ]
	rows eu | head -n 1 | grep ' a+7$'
	# Each of 20 KB: the oldest make room, and each region keeps its newest.
	saw us $((NOW - 6950)) 'a=first' | aggregate ingest
	for i in {1..20}; do
		says eu $((NOW + i)) "a=$i*20000"
	done | records | aggregate ingest
	size=$(redis eval 'local n = 0
		for _, v in ipairs(redis.call("hgetall", KEYS[1])) do n = n + #v end
		return n' 1 $KEY)
	((size <= 262144 && size > 200000)) || { echo "$size"; false; }
	rows us | grep -x "$((NOW - 6950)) a+first"
	[ "$(rows eu | wc -l)" -le 13 ]
	# 12 tools of 30 KB are too much for a server: what has no room is marked.
	tools=$(for i in {10..21}; do printf 't%s=%s*30000 ' "$i" "$i"; done)
	saw eu $((NOW + 100)) "${tools% }" | aggregate ingest
	rows eu | tail -n 1 | cut -c 1-200 | grep -F 't10+10'
	redis --raw hget $KEY "l:$(redis --raw hget $KEY r:eu | awk 'NF { l = $2 } END { print l }')" |
		awk 'NF { print $2 }' | sort | uniq -c | awk '{ print $2 $1 }' | xargs |
		grep -E '^(\+8 -4|-4 \+8)$'
	size=$(redis eval 'local n = 0
		for _, v in ipairs(redis.call("hgetall", KEYS[1])) do n = n + #v end
		return n' 1 $KEY)
	((size <= 262144)) || { echo "$size"; false; }
	# So what that region sees is known, though not what it says.
	saw eu $((NOW + 200)) 'a=new' | aggregate ingest
	rows eu | tail -n 1 | grep -x "$((NOW + 200)) a+new"
}

@test "tools that differ by case or form of Unicode are different tools" {
	jq -cn --argjson at "$NOW" '["demo", "eu", $at, (["get", "Get", "caf\u00e9", "cafe\u0301"] |
		map({name: ., description: "of \(.)", inputSchema: {type: "object"}}))]' |
		"$ROOT/tests/helpers/definitions" | aggregate ingest
	[ "$(fields d)" -eq 4 ]
	[ "$(rows eu | grep -o +of | wc -l)" -eq 4 ]
}

@test "what does not agree is refused by its line, and the rest is stored" {
	saw eu "$NOW" 'a=1 b=2 c=3 d=4' >good
	{
		jq -c 'if .name == "a" then .definition.description = "other" else . end' good
		saw us "$NOW" 'a=1 b=2' | jq -c 'if .name == "a" then .definition = [1] else . end'
	} >records
	# A tool of another probe, and one whose summary does not come.
	saw eu $((NOW + 60)) 'e=5' | grep '"type":"tool"' >>records
	saw eu "$NOW" 'f=6' | grep '"type":"tool"' | sed -i '11r /dev/stdin' records
	printf '{"v":1,"type":"tool","slug":"demo","name":"%s"}\n' \
		"$(head -c 10485760 /dev/zero | tr '\0' x)" >>records
	run -2 aggregate ingest <records
	sort >expected <<-'END'
		mcp-aggregate: line 9: digest: does not match the definition
		mcp-aggregate: line 12: digest: matches no tool of its probe
		mcp-aggregate: line 23: definition: not a definition of a tool
		mcp-aggregate: line 26: the summary of its probe is missing
		mcp-aggregate: line 27: longer than 1048576 bytes
	END
	printf '%s\n' "${lines[@]}" | sort | diff - expected
	rows eu | grep -x "$NOW a? b+2 c+3 d+4"
	rows us | grep -x "$NOW a? b+2"
	[ "$(redis exists "probe:demo:$((NOW / 60 * 60)):eu")" -eq 1 ]
}

# bats test_tags=later
@test "a probe of 10,000 tools, and one of more than 1 MiB, spoil nothing" {
	jq -cn --argjson at "$NOW" '["demo", "eu", $at, ([range(10000) | {name: "t\(.)",
		inputSchema: {type: "object"}}]), null, {definitions_left_out: 0}]' |
		"$ROOT/tests/helpers/definitions" >records
	# A line has no room for so many: the summary then names none.
	jq -c 'if .type == "probe" then del(.tools) else . end' records >unnamed
	aggregate ingest <unnamed
	[ "$(redis exists $KEY)" -eq 0 ]
	# 6,500 fit into a line, but their list does not fit into the store.
	jq -cn --argjson at "$NOW" '["demo", "eu", $at, ([range(6500) | {name: "t\(.)",
		inputSchema: {type: "object"}}])]' |
		"$ROOT/tests/helpers/definitions" | aggregate ingest
	redis --raw hkeys $KEY | grep -x r:eu
	[ "$(fields l)" -eq 0 ]
	[ "$(fields d)" -eq 0 ]
	# 30 definitions of 40 KB: what is beyond 1 MiB is refused, and no other line.
	tools=$(for i in {10..39}; do printf 't%s=%s*40000 ' "$i" "$i"; done)
	saw us "$NOW" "${tools% }" >records
	run -2 aggregate ingest <records
	[ "${#lines[@]}" -eq 4 ]
	[[ ${lines[0]} == *'line 35: the definitions of the probe are larger than 1 MiB' ]]
	rows us | cut -c 1-20 | grep 't10'
}

@test "while the tools churn nothing is kept of what they say" {
	saw eu "$NOW" 'a=1' | aggregate ingest
	redis hset probe:demo:tools churn:since "$NOW" >/dev/null
	saw eu $((NOW + 60)) 'a=2' | aggregate ingest
	[ "$(rows eu | wc -l)" -eq 1 ]
}

@test "a key of another type is a refused list, and no failed store" {
	redis set $KEY x >/dev/null
	saw eu "$NOW" 'a=1' >records
	run -2 aggregate ingest <records
	[[ $output == *'line 10: the definitions of the tools are not stored: '*WRONGTYPE* ]]
	[ "$(redis exists "probe:demo:$((NOW / 60 * 60)):eu")" -eq 1 ]
}

@test "the key lives on while the server is seen" {
	saw eu $((NOW - 3600)) 'a=1' | aggregate ingest
	redis expire $KEY 1000 >/dev/null
	jq -cn --argjson at $((NOW - 3600)) 'range(1; 300) | ["demo", "eu", $at + .,
		[{name: "a", inputSchema: {type: "object"}}], [], {tools: null}]' | records |
		aggregate ingest
	[ "$(redis ttl $KEY)" -gt $((89 * 86400)) ]
}
