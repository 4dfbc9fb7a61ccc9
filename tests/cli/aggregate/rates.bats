#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: latency, baseline and error rates are those of the probes, whatever their
# order, whoever counts them, and across hours and days; in bounded space.

bats_require_minimum_version 1.5.0
load ../../helpers/store

# summaries SLUG REGION FROM EVERY COUNT MS [STEP ERROR]: probe records alone.
summaries() {
	jq -cn --arg slug "$1" --arg region "$2" --argjson from "$3" \
		--argjson every "$4" --argjson count "$5" --argjson ms "$6" \
		--arg step "${7:-}" --arg error "${8:-http.503}" '
		range($count) | ($from + . * $every) as $at |
		{v: 1, type: "probe", slug: $slug, region: $region,
			probe_id: "\($region)-\($at)", probe_started_at: $at,
			state: (if $step == "" then "healthy" else "broken" end),
			failed_step: (if $step == "" then null else $step end),
			error: (if $step == "" then null else $error end),
			total_ms: $ms, protocol: null, era: null, tool_hash: null,
			full_hash: null, tool_count: null}'
}

# Records may be as old as the tests like.
keep_long() {
	cat >fleet.yaml <<-EOT
	store: $MCP_STORE
	retention: 7d
	regions: [{name: us}, {name: eu}, {name: sa}]
	EOT
}

ingest_all() {
	aggregate ingest -c fleet.yaml 2>/dev/null
}

# What of the verdicts on standard input is counted, a line for each server, by slug: the
# store has those last that isolation may concern.
figures() {
	jq -c '[.slug, .error_rate, .p50_ms, .p95_ms, .latency_ms.baseline]' | LC_ALL=C sort
}

# stored_and_told FILE NOW: the store and the records themselves say the same.
stored_and_told() {
	aggregate verdict -N "$2" >stored || [ $? -eq 1 ]
	# Those on minutes that were judged late have no such figures.
	jq -c 'select(.judged_at == null)' stored >those
	mv those stored
	aggregate verdict - -N "$2" <"$1" >told || [ $? -eq 1 ]
	diff <(figures <told) <(figures <stored)
}

@test "every code at every step is of one layer, in C and in the store" {
	keep_long
	sed -n '/^\.Sh DIAGNOSTICS/,/^\.Pp/s/^\.It //p' \
		"$BATS_TEST_DIRNAME/../../../man/mcp-probe.1" | tr -d ' ' |
		tr ',' '\n' >codes
	[ "$(wc -l <codes)" -gt 50 ]
	printf '%s\n' .timeout http.timeout xtimeout deadlines http. https.x \
		http.503 http.429 >>codes
	healthy=$(summaries SLUG eu $((NOW - 60)) 60 1 5)
	jq -cRn --argjson at $((NOW - 60)) '
		[inputs] as $codes | ["dns", "tls", "initialize", "oauth-discovery",
		"auth-initialize", "tools-list", "tools-call", "tool-hash"] as $steps |
		range($steps | length) as $s | range($codes | length + 1) as $c |
		{v: 1, slug: "s\($s)-\($c)", region: "us", probe_id: "p",
			probe_started_at: $at} + if $c % 2 == 0 then {type: "step",
			n: ($s + 1), step: $steps[$s], status: "fail", ms: 1,
			error: $codes[$c], message: null, detail: {status: "fail"}}
		else {type: "probe", state: "broken", failed_step: $steps[$s],
			error: $codes[$c], total_ms: 1, protocol: null, era: null,
			tool_hash: null, full_hash: null, tool_count: null} end' codes >all
	# A summary of each, that the store may know of it.
	jq -rc '.slug' all | while read -r slug; do
		echo "${healthy/SLUG/"$slug"}"
	done >more
	cat more >>all
	ingest_all <all
	stored_and_told all "$NOW"
	[ "$(wc -l <stored)" -gt 400 ]
	for layer in transport http initialize tools; do
		[ "$(jq ".error_rate[\"5m\"].$layer" stored | grep -c 1)" -gt 20 ]
	done
	! jq '.error_rate["5m"].failed' stored | grep -v 1
	# Before two of the eight steps nobody speaks HTTP.
	[ "$(jq '.error_rate["5m"].throttled' stored | grep -c 1)" -eq \
		$((6 * $(grep -cx http.429 codes))) ]
}

@test "a probe in pieces counts once it is whole, and once" {
	rate() {
		# Or it would stand for the whole minute.
		redis del probe:demo:verdict >/dev/null
		aggregate verdict -N "$NOW" >out || [ $? -eq 1 ]
		jq -r '.error_rate["1h"] | "\(.probes) \(.failed) \(.tools)"' out
	}
	at=$((NOW / 60 * 60 - 120))
	# So that the store knows of it.
	probes demo us $((at - 7200)) dns | aggregate ingest
	probes demo us $((at + 5)) >good
	head -n 3 good | aggregate ingest
	[ "$(rate)" = "0 0 0" ]
	# Without its summary, it takes all its steps.
	head -n 8 good | aggregate ingest
	[ "$(rate)" = "1 0 0" ]
	aggregate ingest <good
	aggregate ingest <good
	[ "$(rate)" = "1 0 0" ]
	# One of the same minute that started before takes its place.
	probes demo us $((at + 2)) tools-list mcp.tools | aggregate ingest
	[ "$(rate)" = "1 1 1" ]
	probes demo us $((at + 9)) | aggregate ingest
	[ "$(rate)" = "1 1 1" ]
	[ "$(redis exists "probe:demo:latency:$((at / 3600))")" -eq 0 ]
	[ "$(redis exists "probe:demo:latency:d$((at / 86400))")" -eq 0 ]
}

@test "across an hour and a day: windows, baseline, and what comes late" {
	keep_long
	day=$((NOW / 86400 * 86400))
	{
		summaries demo us $((day - 5400)) 60 120 100
		summaries demo eu $((day - 5400)) 60 120 100
		summaries demo sa $((day - 600)) 60 20 50 initialize tcp.timeout
	} | sort -R --random-source=<(yes 7) >all
	jq -c --argjson day "$day" 'select(.probe_started_at < $day)' all >before
	ingest_all <before
	stored_and_told before $((day - 1))
	jq -e '.latency_ms.baseline == null' stored
	jq -e '.error_rate["5m"] | .probes == 18 and .failed == 6 and .transport == 6' stored
	ingest_all <all
	# 29 minutes of the new day are known.
	stored_and_told all $((day + 1799))
	jq -e '.latency_ms.baseline | . > 99 and . < 101' stored
	jq -e '.error_rate | .["5m"].probes == 12 and .["30m"].failed == 11 and
		.["1h"].probes == 142 and .["6h"].probes == 260 and .["3d"].transport == 20' stored
	kept=$(redis get probe:demo:baseline)
	[[ $kept == "$((day / 86400)) "* ]]
	# An hour later the minutes are gone, and the hours are not.
	stored_and_told all $((day + 1800 + 3600 + 60))
	jq -e '.error_rate | .["5m"].probes == 0 and .["1h"].probes == 0 and
		.["6h"].probes == 260' stored
	# A slow region reports late.
	summaries demo ap $((day - 3600)) 60 20 900 >late
	ingest_all <late
	[ "$(redis exists probe:demo:baseline)" -eq 0 ]
	cat late >>all
	stored_and_told all $((day + 1800 + 3600 + 120))
	jq -e '.latency_ms.baseline > 890' stored
	# It does not depend on who reckons it.
	kept=$(redis get probe:demo:baseline)
	redis del probe:demo:baseline
	stored_and_told all $((day + 1800 + 3600 + 180))
	[ "$(redis get probe:demo:baseline)" = "$kept" ]
	# What comes for this day leaves it.
	summaries demo ap "$day" 60 20 900 | ingest_all
	[ "$(redis get probe:demo:baseline)" = "$kept" ]
	# Two days on it is of other days, and of the same probes.
	aggregate verdict -N $((day + 2 * 86400 + 60)) >out || [ $? -eq 1 ]
	jq -e '.latency_ms.baseline > 890 and .error_rate["6h"].probes == 0' out
	aggregate verdict -N $((day + 32 * 86400)) >out || [ $? -eq 1 ]
	jq -e '.latency_ms.baseline == null' out
}

@test "a clock that is days ahead makes no keys, and one that is hours ahead does" {
	summaries demo us $((NOW + 7200)) 60 1 100 | aggregate ingest
	[ "$(redis --scan --pattern 'probe:demo:[el]*:[d0-9]*' | wc -l)" -eq 4 ]
	summaries demo us $((NOW + 90000)) 3600 50 100 | aggregate ingest
	[ "$(redis --scan --pattern 'probe:demo:[el]*:[d0-9]*' | wc -l)" -eq 4 ]
}

@test "99 probes of whole days make no baseline, and 100 do" {
	keep_long
	day=$((NOW / 86400 * 86400))
	summaries demo us $((day - 7200)) 60 99 100 | ingest_all
	aggregate verdict -N $((day + 60)) >out || [ $? -eq 1 ]
	jq -e '.latency_ms.baseline == null' out
	[ "$(redis get probe:demo:baseline)" = "$((day / 86400)) -" ]
	summaries demo us $((day - 600)) 60 1 100 | ingest_all
	aggregate verdict -N $((day + 120)) >out || [ $? -eq 1 ]
	jq -e '.latency_ms.baseline > 99' out
}

@test "replay has minute for minute what the store had" {
	now=$((NOW / 60 * 60))
	for r in us eu; do
		summaries demo $r $((now - 590)) 60 10 $((100 + NOW % 50))
		# Of the same minutes, and before.
		summaries demo $r $((now - 415)) 60 3 7 tools-list
	done | jq -sc 'sort_by(.probe_started_at)[]' >all
	aggregate replay all >replayed || [ $? -eq 1 ]
	for ((t = now - 600; t < now; t += 60)); do
		jq -c --argjson t "$t" 'select(.probe_started_at >= $t and
			.probe_started_at < $t + 60)' all | aggregate ingest
		aggregate verdict -N $((t + 59)).999 || [ $? -eq 1 ]
	done >stored
	[ "$(wc -l <stored)" -eq 10 ]
	diff <(figures <replayed) <(figures <stored)
}

@test "what backfill publishes has the figures of its minute" {
	last=$((NOW / 60 * 60 - 120))
	summaries demo us $((last - 590)) 60 10 100 >all
	summaries demo eu $((last - 590)) 60 10 100 tools-list >>all
	aggregate backfill all
	redis get probe:demo:verdict >stored
	aggregate verdict - -N $((last - 1)) <all >told || [ $? -eq 1 ]
	diff <(figures <told) <(figures <stored)
	jq -e '.error_rate["30m"] | .probes == 20 and .failed == 10' stored
}

# used KEY: bytes in the store's memory.
used() {
	redis memory usage "$1" samples 0
}

@test "a week of one server, and the worst that it can say, is bounded" {
	keep_long
	from=$(((NOW - 6 * 86400) / 3600 * 3600))
	for r in us eu sa; do
		summaries week $r "$from" 120 4320 0
	done | awk 'BEGIN { srand(1) }
		{ sub(/"total_ms":0/, "\"total_ms\":" 50 * exp(rand() * 1.4)) } 1' |
		ingest_all
	sum=0
	while read -r key; do
		bytes=$(used "$key")
		sum=$((sum + bytes))
		case $key in
		*:errors:d*) [ "$bytes" -le 4096 ] && [ "$(redis ttl "$key")" -le 432000 ] ;;
		*:errors:*) [ "$bytes" -le 8192 ] && [ "$(redis ttl "$key")" -le 28800 ] ;;
		*:latency:*) [ "$bytes" -le 2048 ] && [ "$(redis ttl "$key")" -le 3024000 ] ;;
		esac
	done < <(redis --scan --pattern 'probe:week:[el]*:*')
	echo "$sum bytes"
	[ "$sum" -le 300000 ]
	[ "$(redis --scan --pattern 'probe:week:latency:d*' | wc -l)" -ge 6 ]
	# Each minute every layer, and every duration there is, and more.
	at=$((NOW / 3600 * 3600 - 3600))
	{
		summaries worst us $at 60 60 1 dns
		summaries worst eu $at 60 60 1 initialize mcp.version
		summaries worst sa $at 60 60 1 tools-list
		summaries worst ap $at 60 60 1 tools-list tool.error
		for ((i = 0; i < 15; i++)); do
			summaries worst "r$i" $at 60 60 0
		done | awk '{ sub(/"total_ms":0/, "\"total_ms\":" 0.1005 * 1.02 ^ NR) } 1'
	} | ingest_all
	[ "$(redis hlen "probe:worst:errors:$((at / 3600))")" -eq 300 ]
	[ "$(redis hlen "probe:worst:latency:d$((at / 86400))")" -eq 879 ]
	[ "$(used "probe:worst:errors:$((at / 3600))")" -le 8192 ]
	[ "$(used "probe:worst:latency:d$((at / 86400))")" -le 81920 ]
	stored=$(redis hget "probe:worst:latency:d$((at / 86400))" 879)
	[ "$stored" -gt 1 ]
}

@test "what stands in the store and is none is passed over" {
	summaries demo us $((NOW - 60)) 1 1 100 | aggregate ingest
	hour=$((NOW / 3600)) day=$((NOW / 86400))
	redis hset "probe:demo:errors:$hour" 99:probes 5 -1:probes 5 x 5 3:nothing 5 :probes 5 >/dev/null
	redis hset "probe:demo:errors:d$day" 99999999999999999999:tools 5 24:tools 5 >/dev/null
	redis hset "probe:demo:latency:$hour" 5000 1 x y >/dev/null
	redis set probe:demo:baseline "$day 99999"
	aggregate verdict -N "$NOW" >out
	jq -e '.error_rate["1h"].probes == 1 and .latency_ms.baseline == null' out
	# More failures than probes: nothing is known.
	redis hset "probe:demo:errors:$hour" $((NOW % 3600 / 60)):tools 50 >/dev/null
	aggregate verdict -N $((NOW + 60)) >out || [ $? -eq 1 ]
	jq -e '.error_rate == null' out
}
