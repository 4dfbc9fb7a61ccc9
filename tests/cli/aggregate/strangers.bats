#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: whatever a taken-over region sends, ingest stores the probes of all
# others, takes in no more of it than the contract allows, and calls it what it
# is: a line that is refused, never a store that failed.

bats_require_minimum_version 1.5.0
load ../../helpers/store

T=1795260480 # the start of a minute

# text UNIT N: N times UNIT.
text() {
	jq -nr --arg unit "$1" --argjson n "$2" '$unit * $n'
}

# sizes KEY: how many bytes the value has, be it a string or a hash.
sizes() {
	redis eval "
		if redis.call('type', KEYS[1]).ok == 'string' then
			return redis.call('strlen', KEYS[1])
		end
		local n = 0
		for _, v in ipairs(redis.call('hvals', KEYS[1])) do n = n + #v end
		return n" 1 "$1"
}

# told KEY…: what is counted of the server demo.
told() {
	for key in errors latency; do
		redis --raw keys "probe:demo:$key:*" | sort | while read -r k; do
			echo "$k $(redis --raw hgetall "$k" | paste -sd ' ')"
		done
	done
}

@test "what looks like ours in a stranger's member is not found" {
	keep_order
	now=$(date +%s)
	for ((i = 5; i > 0; i--)); do
		probes demo us-east-1 $((now - 60 * i))
		probes demo eu-west-2 $((now - 60 * i + 7)) tools-list
	done >plain
	aggregate ingest <plain
	tail -n 9 plain | jq -c '.probe_started_at += 0.5 | .probe_id = "next"' >next
	aggregate ingest <next
	redis_dump >once
	redis flushall >/dev/null
	jq -c '{a: {probe_started_at: 1e-7, probe_id: "zz", type: "probe",
			status: "fail", step: "dns", error: "x.timeout",
			tool_hash: ("e" * 64)}} + . + {"type\":\"probe\"": 1,
			z: {type: "probe", state: "broken", failed_step: "dns"}}' plain >strange
	sed -i 's/"probe_started_at":1[eE]-0*7/"probe_started_at":1e-7/' strange
	[ "$(grep -c '^{"a":{"probe_started_at":1e-7,' strange)" -eq 90 ]
	run -0 aggregate ingest <strange
	# In a window that a strange one holds.
	probes good us-east-1 $((now - 60)) >>next
	run -0 aggregate ingest <next
	[ "$(redis hlen probe:good:latest)" -eq 1 ]
	for k in $(redis --raw keys 'probe:good:*'); do redis del "$k"; done >/dev/null
	redis hdel fleet:servers good >/dev/null
	redis_dump | cmp - once
}

@test "nor in a detail, a message or an error" {
	now=$(date +%s)
	for ((i = 5; i > 0; i--)); do
		probes demo us-east-1 $((now - 60 * i))
		probes demo eu-west-2 $((now - 60 * i + 7)) tools-list
	done >plain
	# Some are told by their steps alone.
	jq -c 'select(.type == "step" or .region == "us-east-1")' plain >few
	mv few plain
	aggregate ingest <plain
	told >once
	redis flushall >/dev/null
	jq -c '"\"type\":\"probe\",\"status\":\"fail\",\"probe_started_at\":1e-7,\n]\t[" as $x |
		if .type == "step" then .message = $x | .detail = {type: "probe",
			status: "fail", step: "dns", error: "a.timeout", a: [$x],
			probe_id: "zz", probe_started_at: 1e-7} else .protocol = $x end' plain >strange
	run -0 aggregate ingest <strange
	told | cmp - once
	[ "$(redis get "probe:demo:$(((now - 60) / 60 * 60)):us-east-1" | jq length)" -eq 9 ]
	aggregate verdict -N "$now" -s demo | jq -e '.regions | map(.fail_streak) == [5, 0]'
}

@test "a probe over which the script stumbles is a refused line" {
	probes one us-east-1 $((T + 2)) >lines
	probes bad us-east-1 $((T + 2)) >>lines
	probes two us-east-1 $((T + 2)) >>lines
	redis set probe:bad:latest x >/dev/null
	run -2 aggregate ingest <lines
	[[ $output == *"mcp-aggregate: line 10: the store: WRONGTYPE "* ]]
	[ "$(grep -c 'line ' <<<"$output")" -eq 1 ]
	[ "$(redis hlen probe:one:latest)" -eq 1 ]
	[ "$(redis hlen probe:two:latest)" -eq 1 ]
	# The heartbeat is that of a round that was done.
	[ "$(redis hexists fleet:heartbeats ingest)" -eq 1 ]
}

@test "one probe_id used again and again is one probe" {
	long=$(text m 1000)
	now=$(date +%s)
	for ((i = 0; i < 300; i++)); do
		probes demo us-east-1 "$now"
	done | jq -nc --arg long "$long" '[inputs | select(.type == "step")] | to_entries[] |
		"\(.key / 8 | floor) \($long)" as $m |
		.value + {message: $m, detail: {a: $m, b: $m}}' >again
	for part in 1 2 3; do
		sed -n "$part~3p" again | aggregate ingest
	done
	key=probe:demo:$((now / 60 * 60)):us-east-1
	[ "$(sizes "$key")" -le 65536 ]
	[ "$(redis get "$key" | jq length)" -eq 8 ]
	[ "$(sizes probe:demo:latest)" -le 8192 ]
	# Whatever comes first: the store is the same.
	redis_dump >once
	redis flushall >/dev/null
	tac again | aggregate ingest
	redis_dump | cmp - once
}

@test "an id that another probe has is refused, in one batch or in two" {
	now=$(date +%s)
	for ((i = 10; i > 0; i--)); do
		probes demo us-east-1 $((now - i)) | jq -c '.probe_id = "same"'
	done >lines
	run -2 aggregate ingest <lines
	[[ $output == *"line 10: probe_started_at: $((now - 9)).000000, but probe same started at $((now - 10)).000000"* ]]
	tail -n 9 lines >last
	run -2 aggregate ingest <last
	[[ $output == *"line 1: probe_started_at: $((now - 1)).000000, but probe same started at $((now - 10)).000000"* ]]
	[ "$(redis hget probe:demo:latest us-east-1 | wc -l)" -eq 1 ]
	run -0 aggregate verdict -s demo -N "$now"
	[[ $output != *"cannot be used"* ]]
}

@test "a probe has at most 64 KiB, in one ingest, in several, and from a pipe" {
	# Each step 8 KiB and more: seven of them fit.
	probes demo us-east-1 $((T + 2)) | jq -c --arg d "$(text d 1000)" --arg m "$(text 😀 1000)" '
		if .type == "step" then .message = $m | .detail = {
			a: $d, b: $d, c: $d, d: $d} else . end' >big
	run -2 aggregate ingest <big
	[ "$output" = "mcp-aggregate: line 8: the probe is larger than 64 KiB" ]
	key=probe:demo:$T:us-east-1
	[ "$(redis get "$key" | jq -c 'map(.n // 9)')" = '[1,2,3,4,5,6,7,9]' ]
	[ "$(sizes "$key")" -le 65536 ]
	run -2 aggregate verdict - <big
	[[ ${lines[0]} == "mcp-aggregate: line 8: the probe is larger than 64 KiB" ]]
	run -2 aggregate replay - <big
	[[ ${lines[0]} == "mcp-aggregate: line 8: the probe is larger than 64 KiB" ]]
	redis_dump >once
	redis flushall >/dev/null
	for ((i = 1; i <= 9; i++)); do
		sed -n "${i}p" big | aggregate ingest 2>>err || [ $? -eq 2 ]
	done
	# The summary came when there was no room left for it in the window.
	[ "$(grep -c 'line 1: the probe is larger than 64 KiB' err)" -ge 1 ]
	[ "$(sizes "$key")" -le 65536 ]
	[ "$(redis get "$key" | jq length)" -ge 7 ]
}

@test "the limits of a line hold wherever it is read" {
	keep_order
	probes demo us-east-1 $((T + 2)) >all
	jq -c --arg d "$(text d 1000)" 'if .n == 3 then .detail =
		([range(5) | {key: "k\(.)", value: $d}] | from_entries) else . end' all >long
	for how in ingest "verdict -" "replay -"; do
		# shellcheck disable=SC2086 # words of a command
		run -2 aggregate $how <long
		[ "${lines[0]}" = "mcp-aggregate: line 3: detail: longer than 4096 bytes" ]
	done
	[ "$(redis get "probe:demo:$T:us-east-1" | jq length)" -eq 8 ]
	redis flushall >/dev/null
	# Text is cut and cleaned instead, the names of tools with it.
	jq -c --arg e "$(text e 5000)" 'if .type == "step" then
			.message = $e | .error = (if .error then $e else null end) | .detail = {a: "x\u202ey"}
		else .tools = {($e): .tools.get, ($e + "f"): .tools.get, "a\u0007": .tools.get}
		end | .stranger = $e' all >wide
	run -0 aggregate ingest <wide
	redis get "probe:demo:$T:us-east-1" | jq -e '
		all(.[]; has("stranger") | not) and all(.[]; has("tools") | not) and
		all(.[:8][]; (.message | length) == 1000 and .detail.a == "x?y")'
	redis hvals probe:demo:tools | grep '^{' | jq -e \
		'keys_unsorted | map(length) == [1000, 2] and .[1] == "a?"'
}

@test "a runner record is ours, and at most 4 KiB" {
	jq -nc '{v: 1, type: "runner", region: "r-1", at: 1795260485, status: "ok",
		message: ("x" * 900000)}' >long
	for how in ingest "verdict -" "replay -"; do
		# shellcheck disable=SC2086 # words of a command
		run -2 aggregate $how <long
		[ "${lines[0]}" = "mcp-aggregate: line 1: runner: longer than 4096 bytes" ]
	done
	[ "$(redis exists fleet:runners)" -eq 0 ]
	jq -nc '{v: 1, type: "runner", region: "r-1",
		at: 1795260485, status: "exit", message: ("x\u202e" * 600), offset_s: [-0.5, 1.25], a: {b: 1}}' |
		aggregate ingest
	redis hget fleet:runners r-1 | jq -e '
		.offset_s == [-0.5, 1.25] and .status == "exit" and has("a") == false and
		.message == "x?" * 500'
}

@test "of two probes of one instant, the one with the lower id stays" {
	now=$(date +%s)
	probes demo us-east-1 "$now" | jq -c '.probe_id = "Zed"' >upper
	probes demo us-east-1 "$now" tools-list | jq -c '.probe_id = "abc"' >lower
	cat upper lower >both
	cat lower upper >other
	aggregate ingest <both
	redis_dump >once
	[ "$(redis hget probe:demo:latest us-east-1 | cut -f2)" = Zed ]
	[ "$(redis get "probe:demo:$((now / 60 * 60)):us-east-1" | jq -r '.[].probe_id' | sort -u)" = Zed ]
	for order in both other "lower upper" "upper lower" "upper lower upper" "lower upper lower"; do
		redis flushall >/dev/null
		for part in $order; do aggregate ingest <"$part"; done
		redis_dump | cmp - once
	done
	redis flushall >/dev/null
	aggregate ingest <lower
	awk 'NR % 2' upper | aggregate ingest
	awk 'NR % 2 == 0' upper | aggregate ingest
	redis_dump | cmp - once
}

@test "what an older version left in the store is read, and does no harm" {
	now=$(date +%s)
	minute=$((now / 60 * 60))
	for ((i = 3; i > 0; i--)); do
		probes demo us-east-1 $((minute - 60 * i)) tools-list
	done >before
	# As they stood: an array of whole records, and rows of at, id, records.
	for ((i = 3; i > 0; i--)); do
		jq -c --argjson at $((minute - 60 * i)) 'select(.probe_started_at == $at)' before |
			sed '$!s/$/,/; 1s/^/[/; $s/$/]/' |
			redis -x set "probe:demo:$((minute - 60 * i)):us-east-1"
	done >/dev/null
	{
		for ((i = 1; i <= 3; i++)); do
			at=$((minute - 60 * i))
			printf '%s.000000\tus-east-1-%s\t%s\n' $at $at "$(jq -c --argjson at $at \
				'select(.probe_started_at == $at and .type == "probe") | del(.tools)' before)"
		done
		printf '%s.000000\tcut-off\t%s\n' $((minute - 240)) "$(probes demo us-east-1 \
			$((minute - 240)) | head -n 2 | jq -c '.probe_id = "cut-off"' | paste -sd '\t')"
	} | head -c -1 | redis -x hset probe:demo:latest us-east-1 >/dev/null
	redis hset fleet:servers demo '{"url":null}' >/dev/null
	# The fourth is the one that was cut off, and tells nothing.
	run -1 aggregate verdict -s demo -N "$now"
	jq -e '.regions[0].fail_streak == 3' <<<"$output"
	# Again, as after a store that was away, and then on.
	run -0 aggregate ingest <before
	probes demo us-east-1 "$minute" tools-list | aggregate ingest
	[ "$(redis hget probe:demo:latest us-east-1 | wc -l)" -eq 5 ]
	run -1 aggregate verdict -s demo -N "$((now + 60))"
	jq -e '.regions[0].fail_streak == 4' <<<"$output"
	run -1 aggregate explain demo --at "$now"
	[[ $output == *"tools-list, 4 in a row"* && $output != *"cannot be"* ]]
}

@test "a verdict in which a stranger's text is like ours is published whole" {
	now=$(date +%s)
	for r in us-east-1 eu-west-2; do
		probes demo $r "$now" | jq -c 'if .type == "probe" then
			.url = "http://h/\"uptime_30d\":null,\"verdict\":\"red\",uptime_30d\":null" |
			.tools = {"uptime_30d": .tools.get, "\"uptime_30d\":null": .tools.get} else . end'
	done | aggregate ingest
	run -0 aggregate verdict -s demo -N $((now + 1))
	redis get probe:demo:verdict | jq -e '.uptime_30d == 100 and .verdict == "green" and
		.url == "http://h/\"uptime_30d\":null,\"verdict\":\"red\",uptime_30d\":null"'
}
