#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a region that fails and stops reporting does not fail on: neither for the
# operator, nor on the page, nor in what is counted.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/publish

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	redis flushall >/dev/null
	export MCP_STORE=unix://$REDIS_SOCK STATE_DIRECTORY=$PWD/state MCP_CONFIG=$PWD/fleet.yaml
	mkdir state
	START=$(($(date +%s) / 60 * 60 - 3600))
	cat >fleet.yaml <<-END
		site: {url: "https://status.example.com"}
		regions: [{name: eu-west-2}, {name: us-east-1}, {name: ap-southeast-1}]
		servers: [{slug: shop, url: 'https://shop.example.com/mcp', title: Shop}]
		alerts: {routes: [{name: ops, type: command, command: [tee, -a, got]}]}
	END
}

# minute M REGION[=STEP/ERROR]…: what these regions see; the others are silent. The
# minute is judged, and who is to hear of it does.
minute() {
	local at=$((START + 60 * $1))
	jq -cn --argjson at "$at" '$ARGS.positional[] | capture(
		"^(?<region>[a-z0-9-]+)(=(?<step>[^/]+)/(?<error>.+))?$") as $r | {v: 1,
			type: "probe", slug: "shop", region: $r.region,
			probe_id: "\($r.region)-\($at)", probe_started_at: ($at + 5.5),
			url: "https://shop.example.com/mcp",
			state: (if $r.step then "broken" else "healthy" end),
			failed_step: $r.step, error: $r.error, total_ms: 100,
			protocol: "2025-11-25", era: "session", tool_hash: null,
			full_hash: null, tool_count: 1}' --args "${@:2}" |
		"$BIN/mcp-aggregate" ingest
	judged "$1"
}

# judged M: the same without a report.
judged() {
	local at=$((START + 60 * $1 + 50))
	redis hset fleet:heartbeats ingest "$at" verdict "$at" alert "$at" >/dev/null
	# Of a red server the exit status is 1.
	"$BIN/mcp-aggregate" verdict -f jsonl -N "$at" >verdict || [ $? -eq 1 ]
	"$BIN/mcp-alert" -f jsonl -N "$at" <verdict >>events
	NOW=$at
}

# hour M: that minute, as people read it.
hour() {
	date -u -d "@$((START + 60 * $1))" +%H:%M
}

@test "one region fails, falls silent and is never heard of again" {
	local bad=ap-southeast-1=initialize/http.503 m
	for m in 0 1 2 3; do
		minute $m eu-west-2 us-east-1 $bad
	done
	for ((m = 4; m <= 32; m++)); do
		minute $m eu-west-2 us-east-1
		((m != 12)) && continue
		jq -e '.verdict == "green" and .failing == [] and .no_data == ["ap-southeast-1"]' verdict
		run -0 "$BIN/mcp-alert" list -f text
		[[ $output == *"regional "*"(Singapore has not reported since $(hour 3) UTC; it failed when last seen)"* ]]
		run -0 "$BIN/mcp-alert" explain shop -f text
		[[ $output == *"Singapore has not reported since $(hour 3) UTC; it failed when last seen; it is not watched there any more from $(hour 33) on"* ]]
		# Visitors see what the other regions see.
		get /status/shop
		[ "$CODE" = 200 ]
		grep -q '>Working<' body
		grep -q 'no data' body
		run ! grep -q 'Partly working\|just recovered\|ongoing' body
		grep -q 'no longer seen' body
		get /badge/shop.svg
		grep -q '>up' body
		get /api/embed-status/shop
		jq -e '.state == "up"' body
	done
	minute 33 eu-west-2 us-east-1
	[ "$(jq -r '.event | select(startswith("pipeline") | not)' events | xargs)" = \
		"regional_started probe_silent_started regional_resolved" ]
	jq -se --argjson start "$START" '[.[] | select(.event == "regional_resolved")][0] |
		.duration_seconds == 240 and .probe_count == 4 and
		(.started_at | fromdate) == $start and (.resolved_at | fromdate) == $start + 240' events
	# The report that failed last is the last one, not the end of the lookback.
	jq -se --argjson start "$START" '[.[] | select(.event == "probe_silent_started")][0] |
		(.started_at | fromdate) == $start + 180 and .at == $start + 480' events
	get "/status/shop/incident/$(date -u -d "@$START" +%Y-%m-%d-%H%M)-regional-outage"
	[ "$CODE" = 200 ]
	grep -q 'Resolved' body
}

@test "all fail, one falls silent, and the server is mended" {
	local bad=initialize/http.503 m
	for m in 0 1 2; do
		minute $m eu-west-2=$bad us-east-1=$bad ap-southeast-1=$bad
	done
	for m in 3 4 5 6 7 8 9 10; do
		minute $m eu-west-2 us-east-1
	done
	[ "$(jq -r '.event | select(startswith("pipeline") | not)' events | xargs)" = \
		"downtime_started downtime_resolved probe_silent_started" ]
	jq -se '[.[] | select(.event == "downtime_resolved")][0] | .duration_seconds == 180 and
		.probe_count == 3 and (.summary | contains("recovered after 3 min") and
		contains("Singapore has not reported since") and (contains("not from") | not))' events
	# Minutes in which no region fails are up, whatever was seen before.
	jq -e '.verdict == "green" and .uptime_30d > 72 and .uptime_30d < 73' verdict
}
