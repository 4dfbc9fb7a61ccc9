#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a server whose tools change again and again costs the store no more than
# another, and is told of once, until it calms.

bats_require_minimum_version 1.5.0
load ../../helpers/store

T=1795260480 # the start of a minute

# renamed REGION ROUND TOOLS [PREFIX]: a probe of that minute in which the server
# has tools that it never had before.
renamed() {
	probes demo "$1" $((T + 60 * $2 + 2)) | jq -c --argjson round "$2" --argjson n "$3" \
		--arg prefix "${4-a_tool_with_a_name_of_some_length}" '
		("000\($round)"[-4:] * 16) as $h | if .type == "probe" then .tool_hash = $h |
		.full_hash = $h | .tool_count = $n | .tools = ([range($n) |
		{key: "\($prefix)_\(.)_\($round)", value: [$h, $h]}] | from_entries)
		else . end'
}

# judge MINUTE: the verdict of its end; what it says goes to verdicts, too.
judge() {
	aggregate verdict -s demo -N $((T + 60 * $1 + 30)) | tee -a verdicts
}

# stored PATTERN: how many bytes the values of these keys take.
stored() {
	redis eval "
		local n = 0
		for _, key in ipairs(redis.call('keys', ARGV[1])) do
			local kind = redis.call('type', key).ok
			if kind == 'string' then n = n + redis.call('strlen', key)
			elseif kind == 'hash' then
				for _, v in ipairs(redis.call('hvals', key)) do n = n + #v end
			end
		end
		return n" 0 "$1"
}

lists() {
	redis --raw hkeys probe:demo:tools | grep -vcE '^[a-z]+:' || true
}

@test "5,200 tools renamed at each probe: a list once, then none, and one event" {
	for ((i = 0; i < 16; i++)); do
		renamed us-east-1 "$i" 5200 | aggregate ingest
		judge "$i" >/dev/null
		[ "$(stored 'probe:demo:tools')" -le 1100000 ]
		[ "$(stored 'probe:demo:[0-9]*')" -le $((4096 * (i + 1))) ]
	done
	# Twelve changes are told; from the thirteenth on, that there are so many.
	jq -se '.[:13] | all((.drift | length) <= 1 and has("tool_churn") == false)' verdicts
	jq -se '.[13:] | all(.drift == []) and
		([.[].tool_churn.changes_1h] == [range(13; 16)]) and
		all(.tool_churn.since == '$((T + 13 * 60))')' verdicts
	[ "$(jq -s 'map(.drift | length) | add' verdicts)" -eq 12 ]
	[ "$(lists)" -eq 0 ]
	echo "# $(stored 'probe:demo:*') bytes after 16 probes of 5,200 tools" >&3
	[ "$(stored 'probe:demo:*')" -le 100000 ]
	[[ $(aggregate verdict -s demo -f text -N $((T + 16 * 60 + 30))) == *"; tools changed "*" times in an hour" ]]
}

@test "it calms with half as many changes in an hour, and its tools are kept again" {
	cat >fleet.yaml <<-EOT
	store: $MCP_STORE
	regions: [{name: us-east-1}, {name: eu-west-2}, {name: sa-east-1}]
	servers: [{slug: demo, url: "https://example.com/mcp", regions: [us-east-1]}]
	EOT
	export MCP_CONFIG=$PWD/fleet.yaml
	targets() { aggregate targets -r us-east-1 | jq -r '.known_hash // "none"'; }
	for ((i = 0; i < 16; i++)); do
		renamed us-east-1 "$i" 3 | aggregate ingest
		judge "$i" >/dev/null
	done
	jq -se 'map(.tool_churn.changes_1h) == [range(13) | null] + [13, 14, 15]' verdicts
	last=$(jq -rs '.[-1].regions[0].tool_hash' verdicts)
	# The probe need not tell what nobody keeps.
	[ "$(targets)" = "$last" ]
	# A change in each minute from 1 to 15: six are left in that of 69.
	for i in 68 69; do
		renamed us-east-1 15 3 | jq -c --argjson at $((T + 60 * i + 2)) \
			'.probe_started_at = $at | .probe_id = "later-\($at)" | del(.tools)' |
			aggregate ingest
		judge "$i" >/dev/null
	done
	jq -se '.[-2].tool_churn == {changes_1h: 7, since: '$((T + 13 * 60))'} and
		(.[-1] | has("tool_churn") == false and .drift == [])' verdicts
	[ "$(redis hexists probe:demo:tools churn:since)" -eq 0 ]
	# It tells them once more, and the next change is told by name.
	[ "$(targets)" = none ]
	renamed us-east-1 15 3 | jq -c --argjson at $((T + 60 * 70 + 2)) \
		'.probe_started_at = $at | .probe_id = "later-\($at)"' | aggregate ingest
	[ "$(targets)" = "$last" ]
	judge 70 >/dev/null
	renamed us-east-1 71 3 b | aggregate ingest
	judge 71 | jq -e '.drift[0].added | length == 3'
	[ "$(lists)" -eq 2 ]
}

@test "a replay says the same as the store, minute by minute" {
	for ((i = 0; i < 90; i++)); do
		# Two regions, which see new tools in some minutes.
		for region in us-east-1 eu-west-2; do
			renamed $region $((i < 30 ? i - i % 2 : 30)) 2 |
				jq -c --argjson at $((T + 60 * i + 2)) '.probe_started_at = $at |
					.probe_id = "p-\(.region)-\($at)"'
		done
	done >all
	for ((i = 0; i < 90; i++)); do
		sed -n "$((18 * i + 1)),$((18 * i + 18))p" all | aggregate ingest
		aggregate verdict -s demo -N $((T + 60 * i + 57)) >>stored || [ $? -eq 1 ]
	done
	aggregate replay all >replayed
	for f in stored replayed; do
		jq -c '[.window, .tool_churn, (.drift | map(.region))]' $f >$f.said
	done
	cmp stored.said replayed.said
	grep -q changes_1h stored.said
	[ "$(tail -n 1 stored.said)" = "[$((T + 89 * 60)),null,[]]" ]
}

@test "all lists of a server take at most 128 KiB, and what was seen last stays" {
	# The first is what us-east-1 sees; the other regions see one each.
	renamed us-east-1 1 125 | aggregate ingest
	judge 1 >/dev/null
	for ((i = 2; i < 12; i++)); do
		renamed "r-$i" "$i" 190 | aggregate ingest
		[ "$(stored 'probe:demo:tools')" -le $((128 * 1024 + 8192)) ]
	done
	redis hkeys probe:demo:tools | grep -qx "$(printf '0001%.0s' {1..16}).$(printf '0001%.0s' {1..16})"
	[ "$(lists)" -ge 3 ]
	[ "$(lists)" -le 6 ]
	# The newest is there, and of the others those that came before it.
	for i in 11 10; do
		h=$(printf "00$i%.0s" {1..16})
		redis hkeys probe:demo:tools | grep -qx "$h.$h"
	done
	# One that is too long by itself drops none of them.
	before=$(lists)
	renamed r-12 12 1000 | aggregate ingest
	[ "$(lists)" -eq "$before" ]
	[ "$(redis --raw get probe:demo:r-12:tool-hash)" = "$(printf '0012%.0s' {1..16})" ]
	# Nobody changes what a hash stands for once it is known.
	probes demo us-east-1 $((T + 900)) | jq -c '
		if .type == "probe" then .tool_hash = "0011" * 16 | .full_hash = "0011" * 16 |
			.tools = {"poison": ["a" * 64, "b" * 64]} else . end' | aggregate ingest
	h=$(printf '0011%.0s' {1..16})
	redis hget probe:demo:tools "$h.$h" | jq -e 'has("poison") == false and length == 190'
}
