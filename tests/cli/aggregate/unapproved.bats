#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what verdicts say of changes that nobody approved: their class, since when, of which
# regions; and what becomes of an incident when that changes, or cannot be known.

bats_require_minimum_version 1.5.0
load ../../helpers/store

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
	redis flushall >/dev/null
	START=$(($(date +%s) / 60 * 60 - 1800))
	cat >fleet.yaml <<-END
	store: unix://$REDIS_SOCK
	regions: [{name: eu}, {name: sa}, {name: us}]
	servers: [{slug: one, url: "https://one.example/mcp"}]
	alerts: {routes: [{name: all, type: command, command: [tee, -a, told]}]}
	END
	export MCP_CONFIG=$PWD/fleet.yaml
}

# see M REGIONS TOOLS…: what these regions see in the M-th minute, JSON.
see() {
	local at=$((START + 60 * $1 + 5)) region regions=$2
	shift 2
	for region in $regions; do
		printf '%s\n' "$@" | jq -cs --arg region "$region" --argjson at "$at" \
			--argjson told "${TOLD-null}" '["one", $region, $at, ., $told]'
	done | "$ROOT/tests/helpers/definitions" | aggregate ingest
}

# judge M: the verdict of that minute, and what is told of it.
judge() {
	local status=0
	aggregate verdict -f jsonl -N $((START + 60 * $1 + 45)) >verdict 2>err || status=$?
	"$BIN/mcp-alert" -f jsonl -N $((START + 60 * $1 + 46)) <verdict >>events
	return "$status"
}

told_of() {
	jq -r '.event | select(startswith("pipeline") | not)' events | xargs
}

get() {
	jq -cn --arg text "$1" --arg asks "${2-id}" '{name: "get", description: $text,
		inputSchema: {type: "object", properties: {($asks): {type: "string"}},
		required: [$asks, "also"]}}'
}

PUT='{"name":"put","description":"Puts.","inputSchema":{"type":"object"}}'

@test "it escalates where the class gets worse, under the same key" {
	see 0 'eu sa us' "$PUT" "$(get 'Gets.')"
	aggregate pin
	judge 0
	see 1 'eu sa us' "$PUT" "$(get 'Gets.')" '{"name":"new","inputSchema":{}}'
	judge 1
	jq -e '.unapproved | .class == "compatible" and .added == ["new"] and .regions == ["eu", "sa", "us"] and
		(has("words") | not)' verdict
	see 2 'eu sa us' "$PUT" "$(get 'Gets all.')" '{"name":"new","inputSchema":{}}'
	judge 2
	# Words do not hide behind what is compatible.
	jq -e --argjson at $((START + 60)) '.unapproved | .since == $at and .class == "words" and
		.added == ["new"] and .redescribed == ["get"] and .words[0].tool == "get"' verdict
	see 3 'eu sa us' "$PUT" "$(get 'Gets all.' key)"
	judge 3
	see 4 'eu sa us' "$PUT" "$(get 'Gets all.' key)"
	judge 4
	jq -e '.unapproved.class == "breaking"' verdict
	jq -r 'select(.event | startswith("unapproved")) | "\(.event) \(.severity) \(.change_class)"' events |
		diff - <(printf '%s\n' 'unapproved_change_started P3 compatible' \
			'unapproved_change_escalated P2 words' 'unapproved_change_escalated P2 breaking')
	run -1 grep -q schema_drift_detected events
	[ "$(jq -r 'select(.event | startswith("unapproved")).dedup_key' events | sort -u | wc -l)" -eq 1 ]
	# A second change within it, of the same class, is told as the drift that it is.
	see 5 'eu sa us' "$PUT" "$(get 'Gets all.' path)"
	judge 5
	told_of | grep -o schema_drift_detected | wc -l | grep -qx 1
	for m in 6 7 8; do see $m 'eu sa us' "$PUT" "$(get 'Gets.')"; judge $m; done
	[ "$(told_of | awk '{ print $NF }')" = unapproved_change_resolved ]
}

@test "one region sees it: the others are not named, and a pin of contracts has no words" {
	see 0 'eu sa us' "$PUT"
	aggregate pin
	see 1 us "${PUT/Puts/Deletes}"
	see 1 'eu sa' "$PUT"
	judge 1
	jq -e '.unapproved | .regions == ["us"] and .class == "words"' verdict
	# Which words are meant nobody knows: contracts are pinned, and are the same.
	aggregate pin
	see 2 'eu sa' "$PUT"
	judge 2
	jq -e 'has("unapproved") | not' verdict
}

@test "another order is no incident, and neither is a list that changes all the time" {
	see 0 'eu sa us' "$PUT" "$(get 'Gets.')"
	aggregate pin
	see 1 'eu sa us' "$PUT" "$(get 'Gets.' | jq -c '.inputSchema.required |= reverse')"
	judge 1
	jq -e '.unapproved.class == "order"' verdict
	run -1 jq -se 'any(.event | startswith("unapproved"))' events
	for m in {2..9}; do
		for s in 0 15 30; do
			START=$((START + s)) see $m 'eu sa us' "$PUT" "$(get "Gets $m $s.")"
		done
	done
	judge 9
	jq -e '.tool_churn.changes_1h > 12 and (has("unapproved") | not)' verdict
	[ "$(told_of | awk '{ print $NF }')" = tool_churn_started ]
}

@test "without definitions the digests decide, until they come" {
	TOLD='[]' see 0 'eu sa us' "$PUT" "$(get 'Gets.')"
	aggregate pin
	TOLD='[]' see 1 'eu sa us' "$PUT" "$(get 'Gets all.')"
	judge 1
	jq -e '.unapproved | .class == "words" and .redescribed == ["get"] and (has("words") | not)' verdict
	TOLD='[]' see 2 'eu sa us' "$PUT" "$(get 'Gets all.' key)"
	judge 2
	jq -e '.unapproved | .class == "breaking" and .changed == ["get"]' verdict
	# The definition comes late; that of the pin never does.
	see 3 'eu sa us' "$PUT" "$(get 'Gets all.' key)"
	judge 3
	jq -e --argjson at $((START + 60)) '.unapproved | .class == "breaking" and .since == $at' verdict
}

@test "a tools.lock that cannot be used is told, costs no verdict, and ends no incident" {
	see 0 'eu sa us' "$PUT"
	aggregate pin
	see 1 'eu sa us' "${PUT/Puts/Deletes}"
	judge 1
	cp tools.lock kept
	head -c 100 kept >tools.lock
	for m in 2 3 4 5; do
		see $m 'eu sa us' "${PUT/Puts/Deletes}"
		run -2 judge $m
	done
	grep -q "^mcp-aggregate: .*tools.lock: " err
	jq -e '.verdict == "green" and .unapproved.class == "words"' verdict
	[ "$(told_of)" = unapproved_change_started ]
	rm tools.lock
	for m in 6 7 8; do see $m 'eu sa us' "${PUT/Puts/Deletes}"; judge $m; done
	[ "$(told_of)" = 'unapproved_change_started unapproved_change_resolved' ]
	# What is kept is a stranger's, should somebody write to the store.
	cp kept tools.lock
	for junk in 'x' 'a:b {' '? {"class":"breaking","since":1e300}' '{"class":7}'; do
		redis hset probe:one:tools unapproved:change "$junk" divergence:words "$junk" >/dev/null
		see 9 'eu sa us' "${PUT/Puts/Deletes}"
		judge 9
	done
	jq -e '.unapproved.class == "words"' verdict
}

@test "a text in tools.lock that is not what its digest says excuses nothing" {
	see 0 'eu sa us' "$PUT" "$(get 'Gets.')"
	aggregate pin
	sed -i 's/Puts\./Deletes./' tools.lock
	see 1 'eu sa us' "${PUT/Puts/Deletes}" "$(get 'Gets.')"
	judge 1
	jq -e '.unapproved | .class == "words" and .redescribed == ["put"]' verdict
	grep -q "^mcp-aggregate: tools.lock: one: " err
	sed -i 's/"Gets\.",\(.*\)"id"/"Gets.",\1"key"/' tools.lock
	see 2 'eu sa us' "$PUT" "$(get 'Gets.' key)"
	judge 2
	jq -e '.unapproved | .class == "breaking" and .changed == ["get"]' verdict
	[ "$(told_of)" = 'unapproved_change_started unapproved_change_escalated' ]
}
