#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154
# Goal: a pipeline that stands still is told of, once, to those who want to
# know; and neither that nor a store that is away ends an incident.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/pipeline

# verdict MINUTE COLOUR: of the server s.
verdict() {
	jq -cn --argjson w $((NOW + 60 * $1)) --arg v "$2" '
		($v == "red") as $bad | {v: 1, type: "verdict", window: $w,
		verdict: $v, step: (if $bad then "tls" else "" end),
		failed_regions: 0, reporters: 2, divergence: "", slug: "s",
		url: "https://mcp.example.com/mcp", as_of: ($w | todate), expected: 2,
		tier: (if $bad then "step-alert" else "ok" end), no_data: [], drift: [],
		failing: (if $bad then ["eu", "us"] else [] end),
		regions: ["eu", "us"] | map({region: ., ms: 5, fail_streak: 0,
			tool_hash: null, started_at: ($w + 7),
			state: (if $bad then "broken" else "healthy" end),
			failed_step: (if $bad then "tls" else null end),
			error: (if $bad then "tls.expired" else null end)}),
		latency_ms: {p95: 5, baseline: null}, uptime_30d: null, p95_ms: null}'
}

@test "judging that stopped is told of, reminded of, and resolved" {
	beats 4 4
	tick 0 4
	[ ! -s out ]
	[ -z "$(redis keys 'alert:*')" ]
	beats 9 4
	tick 0 9
	[ ! -s out ]
	beats 10 4
	alert 0 10 </dev/null
	jq -e --argjson t $((NOW + 240)) '.event == "pipeline_stalled_started" and
		.dedup_key == "*:pipeline_stalled:\($t)" and .server_slug == "*" and
		.severity == "P1" and .tier == null and .regions == [] and
		.probe_step == null and .failure_layer == null and .probe_count == 0 and
		.server_url == null and .started_at == ($t | todate) and
		.dashboard_url == "https://status.example.com/" and
		(.summary | test("^Monitoring is blind since ..:04 UTC \\(5 min\\): no verdict has been published; "))' out
	diff out pager.got
	[ ! -e other.got ]
	"$BIN/mcp-alert" list >out
	jq -e '.kind == "pipeline_stalled" and .server_slug == "*" and .undelivered == 0' out
	"$BIN/mcp-alert" list -f text | grep -q '^P1 .*pipeline_stalled .* \*:'
	beats 250 4
	tick 0 250
	beats 251 4
	tick 0 251
	beats 252 252
	tick 0 252
	[ "$(events pager.got)" = "started reminder resolved" ]
	jq -se --argjson t $((NOW + 240)) '
		(map(.dedup_key) | unique) == ["*:pipeline_stalled:\($t)"] and
		(.[2].resolved_at | fromdate) == $t + 248 * 60' pager.got
	"$BIN/mcp-alert" list >out
	[ ! -s out ]
	[ "$(kept)" = 0 ]
}

@test "two at once tell it once; a delivery that fails is tried again" {
	beats 0 0 5
	echo 1 >pager.mood
	for i in 1 2 3 4; do
		"$BIN/mcp-alert" tick -N $((NOW + 360)) >out.$i 2>err.$i 3>&- &
		pids[i]=$!
	done
	for i in 1 2 3 4; do
		wait "${pids[i]}" || true
	done
	[ "$(cat out.* | wc -l)" = 1 ]
	[ "$(events pager.got)" = started ]
	[ "$(redis smembers fleet:undelivered)" = "*" ]
	"$BIN/mcp-aggregate" status -f text | grep -q 'Undelivered events: of \*'
	echo 0 >pager.mood
	beats 8 8
	tick 0 8
	[ "$(events pager.got)" = "started started resolved" ]
	[ -z "$(redis smembers fleet:undelivered)" ]
}

@test "who names servers is not told of the fleet, unless asked for" {
	beats 0 0 5
	routes "servers: ['s*']"
	tick 0 6
	[ "$(events out)" = started ]
	[ ! -e pager.got ]
	redis del 'alert:*' >/dev/null
	beats 0 0 5
	routes "servers: ['\\*']"
	tick 0 6
	[ "$(events pager.got)" = started ]
}

@test "a fleet that is probed once in ten minutes has time" {
	sed -i 's|/mcp}|/mcp, interval: 10m}|' fleet.yaml
	beats 0 13 13
	tick 0 14
	[ ! -s out ]
	beats 0 14 14
	tick 0 15
	[[ $(jq -r .summary out) == "Monitoring is blind since "*":00 UTC (14 min): no record has been ingested; "* ]]
}

@test "an incident outlives a store that is away, and a pipeline that stands still" {
	beats 0 0 0
	verdict 0 red | alert 0 0
	[ "$(events out)" = downtime_started ]
	redis_stop
	for ((m = 1; m <= 10; m++)); do
		run -3 "$BIN/mcp-aggregate" verdict
		[[ $output == "mcp-aggregate: "* ]]
		run -3 --separate-stderr "$BIN/mcp-aggregate" verdict
		[ -z "$output" ]
		verdict $m green | alert 3 $m
	done
	redis_start "$PWD/redis"
	tick 0 11
	[ "$(events out)" = resolved ]
	[ "$(events pager.got)" = "downtime_started started resolved" ]
	tick 0 12
	[ "$(events out)" = started ]
	beats 13 13
	verdict 13 green | alert 0 13
	[ "$(events out)" = resolved ]
	"$BIN/mcp-alert" list >out
	jq -e '.kind == "downtime" and .passes == 1' out
	for m in 14 15; do
		verdict $m green | alert 0 $m
	done
	[ "$(events out)" = downtime_resolved ]
}

# silent MINUTE [REGION…]: no region but these reports on the server s.
silent() {
	verdict "$1" green | jq -c --args '.no_data = ["ap", "eu", "us"] - $ARGS.positional |
		.reporters = ($ARGS.positional | length) | .expected = 3 |
		(if .reporters < 2 then .verdict = "unknown" | .tier = "no-data" else . end) |
		.regions |= map(select(.region as $r | $ARGS.positional | index($r)))' "${@:2}"
}

# runner REGION MINUTE STATUS MESSAGE: the last record of its runner.
runner() {
	redis hset fleet:runners "$1" "$(jq -cn --arg r "$1" --argjson t $((NOW + 60 * $2)) \
		--arg s "$3" --arg m "$4" '{v: 1, type: "runner", region: $r, at: $t,
		status: $s, version: "1", message: $m}')" >/dev/null
}

@test "no region reports: P1 after three minutes, with the cause, until the first report" {
	for m in 0 1 2; do
		beats $m $m $m
		verdict $m green | alert 0 $m
		[ ! -s out ]
	done
	[ -z "$(redis keys 'alert:\*')" ]
	for m in 3 4 5; do
		for r in eu us; do
			runner $r $m exit 'exit status 255: ssh: Connection refused'
		done
		runner ap 2 ok ''
		beats 2 $m
		# An evaluation knows the last probe for some minutes.
		if ((m < 5)); then
			verdict $m green | jq -c --argjson t $((NOW + 127)) \
				'.regions[].started_at = $t'
		else
			silent 5
		fi | alert 0 $m
		((m == 5)) || [ ! -s out ]
	done
	jq -e --argjson t $((NOW + 180)) '.event == "pipeline_stalled_started" and
		.severity == "P1" and .dedup_key == "*:pipeline_stalled:\($t)" and
		.regions == ["ap", "eu", "us"] and .started_at == ($t | todate) and
		(.summary | test("^Monitoring is blind since ..:03 UTC \\(2 min\\): no region has reported on any server; " +
		"no server is judged, and nobody would hear of an outage. " +
		"ap: no word from its runner since ..:02; " +
		"eu and us: exit status 255: ssh: Connection refused.$"))' out
	diff out pager.got
	for m in 6 7 8 9 10 11; do
		beats 2 $m
		silent $m | alert 0 $m
		[ ! -s out ]
	done
	beats 12 12
	silent 12 eu | alert 0 12
	[ "$(events out)" = resolved ]
	jq -e --argjson t $((NOW + 720)) '(.resolved_at | fromdate) == $t and
		.duration_seconds == 540 and
		(.summary | startswith("A region reports again after 9 min"))' out
	[ "$(events pager.got)" = "started resolved" ]
}

@test "no region reports, and nothing is judged any more: tick tells it" {
	beats 0 2 0
	for m in 1 2; do
		silent $m | alert 0 $m
		[ ! -s out ]
	done
	# Neither was judged again: a probe that has arrived since says otherwise.
	beats 3 2
	tick 0 4
	[ ! -s out ]
	beats 0 2
	tick 0 4
	[ "$(events out)" = started ]
	jq -e '.severity == "P1" and (.summary | test("^Monitoring is blind since .*: no region has reported on any server; "))' out
	tick 0 5
	[ ! -s out ]
	beats 6 6
	tick 0 6
	[ ! -s out ]
	verdict 6 green | alert 0 6
	[ "$(events out)" = resolved ]
}

@test "a server that is probed once an hour has an hour, also after a night off" {
	sed -i 's|/mcp}|/mcp, interval: 1h}|' fleet.yaml
	# The fleet was off; the next probe comes within the hour.
	beats -600 -600 -600
	for m in 1 2 3 4 5 30 59; do
		beats $m $m
		silent $m | alert 0 $m
		[ ! -s out ]
	done
	beats 60 60 59
	verdict 60 green | alert 0 60
	# It should come after an hour; the verdict still has that of an hour ago.
	for m in 61 90 120 121; do
		beats $m $m $((m - 1))
		verdict $m green | jq -c --argjson t $((NOW + 3607)) '.regions[].started_at = $t' |
			alert 0 $m
		[ ! -s out ]
	done
	beats 122 122
	verdict 122 green | jq -c --argjson t $((NOW + 3607)) '.regions[].started_at = $t' |
		alert 0 122
	[ "$(events out)" = started ]
	jq -e --argjson t $((NOW + 61 * 60)) '.started_at == ($t | todate)' out
}

@test "one verdict from the future does not hide that no region reports" {
	beats 0 0 0
	{
		verdict 600 green
		for m in 1 2 3; do
			silent $m
		done
	} | alert 0 4
	grep -q pipeline_stalled_started out
}

@test "where a server has no verdict nobody is blind" {
	sed -i 's|/mcp}]|/mcp}, {slug: t, url: https://t.example.com/mcp}]|' fleet.yaml
	for m in 0 1 2 3 4; do
		beats $m $m
		silent $m | alert 0 $m
		run ! grep -q pipeline_stalled out
	done
}

@test "runner records alone are no sign of life of ingest" {
	record() {
		printf '{"v":1,"type":"runner","region":"eu","at":%s,"status":"%s"}\n' \
			"$(date +%s)" "$1"
	}
	record exit | "$BIN/mcp-aggregate" ingest
	[ -n "$(redis hget fleet:runners eu)" ]
	[ -z "$(redis hget fleet:heartbeats ingest)" ]
	{
		record ok
		"$BIN/mcp-probe" -s s -r eu -f jsonl http://127.0.0.1:9/mcp || [ $? = 1 ]
	} | "$BIN/mcp-aggregate" ingest
	[ -n "$(redis hget fleet:heartbeats ingest)" ]
}

# round: mcp-fleet, with a server that is probed once an hour, and not now.
round() {
	local minute=$(($(date +%s) / 60)) slug=s
	(((minute + 116) % 60 > 1)) || slug=v
	sed -i "s|^servers.*|servers: [{slug: $slug, url: https://mcp.example.com/mcp, interval: 1h}]|
		s|^regions.*|regions: [{name: ap, runner: local}]|" fleet.yaml
	mkdir -p run tmp
	status=0
	XDG_RUNTIME_DIR=$PWD/run XDG_STATE_HOME=$PWD/spool TMPDIR=$PWD/tmp \
		PATH=$BIN:$PATH "$ROOT/scripts/mcp-fleet" >out 2>err || status=$?
	cat err
}

@test "a round in which no server is due is a sign of life of every stage" {
	beats -9 -9
	round
	[ "$status" = 0 ]
	[ ! -s err ]
	for stage in ingest verdict alert; do
		age=$(($(date +%s) - $(redis hget fleet:heartbeats $stage | cut -d. -f1)))
		((age >= 0 && age < 300))
	done
	[ -z "$(redis keys 'probe:*' | grep -v ':baseline$')" ]
}

@test "a round without the store tells of it, and judges nothing" {
	redis_stop
	now=$(date +%s)
	NOW=$((now - 400)) tick 3 0
	NOW=$((now - 200)) tick 3 0
	round
	[ "$status" = 3 ]
	[ "$(events out)" = started ]
	[ "$(events pager.got)" = started ]
	run ! grep -q verdict out
}

@test "a store that goes while verdicts come is noted at their end" {
	mkfifo in told
	"$BIN/mcp-alert" -N "$NOW" <in >told 2>err 3>&- &
	alert=$!
	exec {feed}>in {told}<told
	verdict 0 red >&"$feed"
	read -r -t 60 -u "$told"
	redis_stop
	verdict 1 red >&"$feed"
	exec {feed}>&-
	status=0
	wait "$alert" || status=$?
	[ "$status" = 3 ]
	jq -e --argjson t "$NOW" '.away.since == $t and .away.n == 1' state/*
}
