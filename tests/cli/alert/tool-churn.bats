#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: a server whose tools change all the time is one incident in the store, to
# whoever wants it, and what is not told meanwhile is said.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

# churns MINUTE [CHANGES]: a green verdict in which each region sees others, and
# the tools changed so often, too often since the first minute.
churns() {
	verdict "$1" | jq -c --argjson n "${2:-0}" --argjson since "$T" '
		def hash: . * 64;
		.divergence = "cdn-cache-divergence" |
		.regions[0].tool_hash = ("a" | hash) | .regions[1].tool_hash = ("b" | hash) |
		.drift = [{region: "eu", added: [], removed: ["search"], changed: [],
			redescribed: [], from: ("c" | hash), to: ("b" | hash)}] |
		if $n > 0 then .tool_churn = {changes_1h: $n, since: $since} else . end'
}

@test "minute by minute through the store: one incident, and how often is kept" {
	routes '{name: churn, type: command, command: [tee, -a, churn]}' \
		'{name: drift, type: command, command: [tee, -a, drift]}'
	policies '{match: {kinds: [tool_churn]}, steps: [{routes: [churn]}]}' \
		'{match: {kinds: [schema_drift_detected, cdn_cache_divergence]}, steps: [{routes: [drift]}]}' \
		'{steps: []}'
	for m in 0 1 2 3 4 5; do
		churns $m $((m * 10 + 13)) | alert 0 -N $((T + 60 * m))
	done
	[ "$(events churn)" = tool_churn_started ]
	[ ! -e drift ]
	jq -e --argjson t "$T" '.severity == "P2" and .failure_layer == "tools" and .probe_step == null and
		.dedup_key == "example-mcp:tool_churn:\($t)" and .probe_count == 1 and .tier == null and
		.measure == {value: 13, usual: 12}' churn
	alert 0 list -f jsonl
	jq -e '.kind == "tool_churn" and .probe_count == 6 and .told == ["churn"]' out
	alert 0 explain -N $((T + 360)) -f text example-mcp
	grep -F 'P2 tool_churn, open since 20:31, confirmed at 20:31' out
	grep -F '  why: its tools change all the time, so neither drift nor divergence is reported, since 20:31' out
	grep -F '  what: 63 changes in the last hour; 6 windows, the last 20:36' out
	alert 0 explain -N $((T + 360)) -f jsonl example-mcp
	jq -e '.incidents[0] | .kind == "tool_churn" and .failure_layer == "tools"' out
	# Another process reminds, with what was stored.
	alert 0 tick -N $((T + 4 * 3600))
	[ "$(events churn)" = 'tool_churn_started tool_churn_reminder' ]
	jq -se '.[1].measure.value == 63 and (.[1].summary | contains(" changed 63 times in the last hour"))' churn
	verdict 241 | jq -c '.verdict = "unknown" | .tier = "no-data"' | alert 0 -N $((T + 241 * 60))
	[ ! -s out ]
	verdict 242 | alert 0 -N $((T + 242 * 60))
	[ "$(events out)" = tool_churn_resolved ]
	churns 243 | alert 0 -N $((T + 243 * 60))
	[ "$(events drift)" = 'schema_drift_detected cdn_cache_divergence_started' ]
	[ -z "$(undelivered)" ]
}

@test "who would be told can be asked, and a maintenance holds it" {
	routes '{name: churn, type: command, command: [tee, -a, churn]}'
	alert 0 check kind=tool_churn,slug=example-mcp
	grep -w churn out
	"$BIN/mcp-alert" maintenance add -N "$T" --for 10m example-mcp >/dev/null
	for m in 0 1 9; do
		churns $m 40 | alert 0 -N $((T + 60 * m))
	done
	[ ! -e churn ]
	for m in 10 15 16; do
		churns $m 41 | alert 0 -N $((T + 60 * m))
	done
	[ "$(events churn)" = tool_churn_started ]
}

@test "what is no such member is refused" {
	for bad in 7 '{}' '{"changes_1h":0,"since":1}' '{"changes_1h":-1,"since":1}' \
		'{"changes_1h":1e300,"since":1}' '{"changes_1h":5,"since":-1}'; do
		verdict 0 | jq -c --argjson bad "$bad" '.tool_churn = $bad' | alert 2 -n
		grep -E '^mcp-alert: line 1: (tool_churn|changes_1h|since): ' err
	done
}
