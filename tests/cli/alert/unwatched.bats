#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: an incident ends, and somebody is told, when its server is taken out of the
# configuration, or the route that was told of its beginning has another name.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/pipeline

# down MINUTE SLUG…: a verdict on each of these, which are down.
down() {
	jq -cn --argjson w $((NOW + 60 * $1)) --args '$ARGS.positional[] as $slug |
		{v: 1, type: "verdict", window: $w, verdict: "red", step: "initialize",
		failed_regions: 2, reporters: 3, divergence: "", $slug, url: null,
		as_of: ($w | todate), expected: 3, tier: "step-alert", no_data: [],
		drift: [], failing: ["eu", "us"], regions: (["ap", "eu", "us"] |
		map({region: ., ms: 5, fail_streak: 1, tool_hash: null, started_at: ($w + 7),
			state: (if . == "ap" then "healthy" else "broken" end),
			failed_step: (if . == "ap" then null else "initialize" end),
			error: (if . == "ap" then null else "http.503" end)})),
		uptime_30d: null, p95_ms: null}' "${@:2}"
}

two_servers() {
	sed -i 's|/mcp}]|/mcp}, {slug: t, url: https://t.example.com/mcp}]|' fleet.yaml
}

@test "a server that is taken out of the configuration in its outage" {
	two_servers
	down 0 s t | alert 0 0
	[ "$(jq -r .event pager.got | paste -sd' ')" = "downtime_started downtime_started" ]
	tick 0 1
	[ ! -s out ]
	routes
	tick 0 3
	jq -e --argjson t "$NOW" '.event == "downtime_resolved" and .server_slug == "t" and
		.duration_seconds == 180 and (.summary | startswith(
		"t was taken out of the configuration: its incident ends after 3 min ("))' out
	[ "$(jq -r .event pager.got | tail -n 1)" = downtime_resolved ]
	tick 0 4
	[ ! -s out ]
	"$BIN/mcp-alert" list >out
	[ "$(jq -r .server_slug out)" = s ]
}

@test "in its maintenance it ends as well, and who was not told hears nothing" {
	two_servers
	down 0 t | alert 0 0
	"$BIN/mcp-alert" maintenance add -N $((NOW + 60)) --for 1h 's' 't' >out
	down 2 s | alert 0 2
	sed -i 's|{slug: s, url: https://mcp.example.com/mcp}, ||; s|slug: t|slug: u|' fleet.yaml
	tick 0 3
	[ "$(jq -r '"\(.server_slug) \(.event)"' out)" = 't downtime_resolved' ]
	"$BIN/mcp-alert" list >out
	[ ! -s out ]
}

@test "one that mcp-aggregate still publishes, or that was just judged, goes on" {
	two_servers
	redis hset fleet:servers t '{}' >/dev/null
	down 0 t | alert 0 0
	routes
	tick 0 1
	[ ! -s out ]
	redis del fleet:servers >/dev/null
	down 2 t | alert 0 2
	[ ! -s out ]
	tick 0 3
	[ "$(jq -r .event out)" = downtime_resolved ]
}

@test "a route that was renamed: check names the incident, its end goes to the new one" {
	down 0 s | alert 0 0
	sed -i 's/{name: pager,/{name: oncall,/; s/\[pager\]/[oncall]/' fleet.yaml
	run -0 --separate-stderr "$BIN/mcp-alert" check
	grep -q "warning: s:downtime:$NOW: its end was for pager, which the configuration does not have; it goes to oncall" <<<"$stderr"
	rm pager.got
	for m in 1 2 3; do
		down $m s | jq -c '.verdict = "green" | .tier = "ok" | .failing = [] |
			.failed_regions = 0 | .regions[] |= (.state = "healthy" |
			.failed_step = null | .error = null)' | alert 0 $m
	done
	grep -q "s:downtime:$NOW: the route pager that got its beginning is no longer configured" err
	[ "$(jq -r .event pager.got)" = downtime_resolved ]
	run -0 --separate-stderr "$BIN/mcp-alert" check
	run ! grep -q 'its end was' <<<"$stderr"
}

@test "check without its store says that open incidents are not checked" {
	redis_stop
	run -0 --separate-stderr "$BIN/mcp-alert" check
	grep -q 'warning: open incidents are not checked: ' <<<"$stderr"
}
