#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what mcp-alert tells beside downtimes, from the records of five regions
# to the events: a cache that serves yesterday's tools to one of them, a deploy
# like any, and a region that falls silent, which is nobody's recovery.

bats_require_minimum_version 1.5.0
load ../../helpers/store
load ../../helpers/drift

REGIONS=us-east-1,us-west-2,ap-southeast-1,sa-east-1,eu-west-2

# replayed FILE: the events that the verdicts on those records make.
replayed() {
	# 1: it ends in a red one.
	aggregate replay "$1" -r "$REGIONS" >verdicts || (($? == 1))
	"$BIN/mcp-alert" -n <verdicts
}

# told: a line for each event on standard input: when, what, how bad, where.
told() {
	jq -r '"\(.at | todate[11:16]) \(.event) \(.severity) \(.regions | join(","))"'
}

# live FROM TO: each minute of day into the store, judged, and told of.
live() {
	local m
	for ((m = $1; m <= $2; m++)); do
		jq -c --argjson from $((RENAMED_FROM + 60 * m)) \
			'select(.probe_started_at >= $from and .probe_started_at < $from + 60)' day >minute
		[[ ! -s minute ]] || aggregate ingest <minute
		# Nobody stands still: the clock of the stages is this one.
		redis hset fleet:heartbeats ingest $((RENAMED_FROM + 60 * m)) >&2
		aggregate verdict -N $((RENAMED_FROM + 60 * m + 30)) |
			"$BIN/mcp-alert" -N $((RENAMED_FROM + 60 * m + 31)) 2>>err
	done >>out
}

# hush REGIONS FROM TO: standard input without what these saw in those minutes.
hush() {
	jq -c --arg r ",$1," --argjson from $((RENAMED_FROM + 60 * $2)) \
		--argjson to $((RENAMED_FROM + 60 * $3)) 'select(.region as $one |
		($r | contains(",\($one),") | not) or
		.probe_started_at < $from or .probe_started_at >= $to)'
}

# down FROM TO: standard input; in these minutes nobody gets an answer.
down() {
	jq -c --argjson from $((RENAMED_FROM + 60 * $1)) \
		--argjson to $((RENAMED_FROM + 60 * $2)) '
		if .probe_started_at < $from or .probe_started_at >= $to then .
		elif .type == "probe" then del(.tools) | .state = "broken" |
			.failed_step = "initialize" | .error = "http.503" |
			.tool_hash = null | .full_hash = null | .tool_count = null
		elif .step == "initialize" then .status = "fail" | .error = "http.503"
		elif .n > 3 then .status = "skip" | .ms = null else . end'
}

@test "get_data became fetch_data at 14:02, and eu-west-2 learnt it at 14:47" {
	renamed day
	replayed day >out
	diff <(told <out) - <<-'END'
	14:02 schema_drift_detected P2 ap-southeast-1,sa-east-1,us-east-1,us-west-2
	14:02 cdn_cache_divergence_started P2 eu-west-2
	14:49 cdn_cache_divergence_resolved P2 eu-west-2
	END
	jq -se --arg old "$RENAMED_OLD" --arg new "$RENAMED_NEW" '
		{added: ["fetch_data"], removed: ["get_data"], changed: [], redescribed: []} as $tools |
		all(.tools == $tools and .tool_hash == {from: $old, to: $new} and .tier == null) and
		(.[1] | .dedup_key == "demo:cdn_cache_divergence:1776780120" and
			.started_at == "2026-04-21T14:02:00Z" and .resolved_at == null and
			.sides == [{tool_hash: $old, regions: ["eu-west-2"]}, {tool_hash: $new,
				regions: ["ap-southeast-1", "sa-east-1", "us-east-1", "us-west-2"]}] and
			.summary == "demo shows different tools: London still sees get_data; " +
				"Singapore, São Paulo, Ashburn and Portland have seen fetch_data " +
				"instead since 14:02 UTC - a stale cache or an origin that was not updated.") and
		(.[2] | .dedup_key == "demo:cdn_cache_divergence:1776780120" and
			.resolved_at == "2026-04-21T14:47:00Z" and .duration_seconds == 2700)' out
	# Records of before there were sides: the same, without the names.
	jq -c 'del(.sides)' verdicts | "$BIN/mcp-alert" -n >bare
	diff <(told <out) <(told <bare)
	jq -se '.[1].tools.removed == [] and (.[1].summary | contains("still sees the old ones"))' bare
}

@test "an ordinary deploy is one drift, wherever it falls" {
	for second in 0 4 9 17 19 20; do
		deployed day "$second"
		replayed day >out
		jq -se 'map(.event) == ["schema_drift_detected"] and .[0].severity == "P2" and
			.[0].tools.added == ["fetch_data"] and .[0].sides == null' out ||
			{ echo "$second"; told <out; return 1; }
	done
}

@test "in a downtime nobody sees tools, and the divergence goes on after it" {
	renamed whole
	down 20 30 <whole >day
	replayed day | told | diff - <(cat <<-'END'
	14:02 schema_drift_detected P2 ap-southeast-1,sa-east-1,us-east-1,us-west-2
	14:02 cdn_cache_divergence_started P2 eu-west-2
	14:15 downtime_started P1 ap-southeast-1,eu-west-2,sa-east-1,us-east-1,us-west-2
	14:27 downtime_resolved P1 ap-southeast-1,eu-west-2,sa-east-1,us-east-1,us-west-2
	14:49 cdn_cache_divergence_resolved P2 eu-west-2
	END
	)
}

@test "a region falls silent, another follows, and both come back" {
	deployed whole
	hush eu-west-2 10 40 <whole | hush sa-east-1 20 35 >day
	replayed day >out
	diff <(told <out | grep -v drift) - <<-'END'
	14:09 probe_silent_started P3 eu-west-2
	14:19 probe_silent_escalated P3 eu-west-2,sa-east-1
	14:35 probe_silent_resolved P3 eu-west-2
	END
	jq -se 'map(select(.event | startswith("probe"))) |
		(map(.dedup_key) | unique | length) == 1 and
		.[0].started_at == "2026-04-21T14:04:00Z" and .[0].probe_count == 5 and
		.[2].resolved_at == "2026-04-21T14:35:00Z" and .[0].tools == null' out
	# It changes no verdict: who reports decides.
	[ "$(jq -r .verdict verdicts | sort -u)" = green ]
}

@test "who is silent in a downtime ends nothing" {
	deployed whole
	down 10 65 <whole >fails
	hush eu-west-2 20 65 <fails >day
	replayed day | told | grep -v drift | diff - <(cat <<-'END'
	14:05 downtime_started P1 ap-southeast-1,eu-west-2,sa-east-1,us-east-1,us-west-2
	14:19 probe_silent_started P3 eu-west-2
	END
	)
	hush "$REGIONS" 20 65 <fails >day
	# Nobody is left who could be replayed: the store's clock goes on.
	live 5 40
	diff <(told <out | grep -v drift) - <<-'END'
	14:05 downtime_started P1 ap-southeast-1,eu-west-2,sa-east-1,us-east-1,us-west-2
	14:17 pipeline_stalled_started P1 ap-southeast-1,eu-west-2,sa-east-1,us-east-1,us-west-2
	END
	"$BIN/mcp-alert" list | jq -se 'map(.kind) == ["pipeline_stalled", "downtime"] and
		.[1].passes == 0 and .[1].tier == "hard-outage" and .[0].tier == null'
	"$BIN/mcp-alert" tick -N $((RENAMED_AT + 3 * 60 + 4 * 3600)) | jq -r .event |
		diff <(grep -v stalled) <(echo downtime_reminder)
}

@test "through the store, minute by minute, as from the replay" {
	keep_order
	renamed day
	live 0 12
	diff <(told <out) - <<-'END'
	14:02 schema_drift_detected P2 ap-southeast-1,sa-east-1,us-east-1,us-west-2
	14:02 cdn_cache_divergence_started P2 eu-west-2
	END
	replayed day | head -2 | diff - <(jq -c . out)
	redis get alert:demo | jq -e '.incidents[0].change.removed == ["get_data"] and
		(.sightings | length) == 5 and (.tool_sets | length) == 2'
	"$BIN/mcp-alert" list -f text >table
	grep -q '^P2 .*cdn_cache_divergence .*demo: eu-west-2$' table
	: >out
	live 50 56
	diff <(told <out) - <<-'END'
	14:49 cdn_cache_divergence_resolved P2 eu-west-2
	END
	"$BIN/mcp-alert" list | diff - /dev/null
}

@test "a policy asks for these by name" {
	renamed day
	for kind in cdn_cache_divergence schema_drift_detected; do
		printf '%s\n' 'regions: [{name: a}, {name: b}, {name: c}]' 'servers:' \
			'  - {slug: demo, url: https://mcp.example.com/mcp}' 'alerts:' '  routes:' \
			"    - {name: r, type: command, command: [tee, -a, '$PWD/$kind']}" '  policies:' \
			"    - {match: {kinds: [$kind]}, steps: [{routes: [r]}]}" '    - {steps: []}' >fleet.yaml
		redis flushall >/dev/null
		aggregate replay day -r "$REGIONS" | "$BIN/mcp-alert" -c fleet.yaml >out 2>err
	done
	[ "$(jq -r .event cdn_cache_divergence | paste -sd' ')" = \
		"cdn_cache_divergence_started cdn_cache_divergence_resolved" ]
	[ "$(jq -r .event schema_drift_detected)" = schema_drift_detected ]
}
