#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: explain says what each region saw, which row of the rule fired, and why
# not another, of now and of a minute that is over.

bats_require_minimum_version 1.5.0
load ../../helpers/store

# seen ADDRESS AGE: the probes of standard input came from there.
seen() {
	jq -c --arg address "$1" --arg age "$2" 'if .type == "step" then
		.detail = {address: $address} + (if $age == "0" then {} else {$age} end) else . end' |
		"$BIN/mcp-aggregate" ingest
}

explain() {
	"$BIN/mcp-aggregate" explain "$@"
}

@test "red: who agrees, on what, and that all of them reach one address" {
	for ((k = 3; k > 0; k--)); do
		probes demo us-east-1 $((NOW - 60 * k)) | seen 203.0.113.7 0
		probes demo eu-west-2 $((NOW - 60 * k + 3)) tools-list | seen 203.0.113.8 0
		probes demo sa-east-1 $((NOW - 60 * k + 9)) tools-list | seen 203.0.113.8 0
	done
	run -1 explain demo
	[[ ${lines[1]} == "red, step-alert at tools-list, as of "* ]]
	grep -qE '^  \* eu-west-2  ..:..:..  tools-list, 3 in a row, .*: http.503$' <<<"$output"
	grep -qE '^    us-east-1  ..:..:..  healthy$' <<<"$output"
	[[ $output == *"2 of 3 regions agree on tools-list: each failed there within 60 s"* ]]
	[[ $output == *"Not amber: 2 are enough (step_alert)."* ]]
	[[ $output == *"Not a hard outage: that needs 3 on one step, or all 3"* ]]
	[[ $output == *"All failing regions reach 203.0.113.8, and no others do"* ]]
	# Before the first of them, nothing was known.
	run -0 explain demo --at $((NOW - 190))
	[[ ${lines[1]} == "unknown, no-data, as of "* ]]
	[[ $output == *"0 of 3 regions have reported in the last 180 s; 2 are needed (quorum)"* ]]
}

# unfinished SLUG REGION AT: a probe of which only the first piece was made.
unfinished() {
	probes "$@" | jq -c 'if .type == "step" and .n > 3 then .status = "skip" |
		.message = "not run: chunk 2 of 3: it answers 503" elif .type == "probe" then
		.state = "unfinished" else . end'
}

@test "a probe that was not made to its end is neither a failure nor a success" {
	for region in us-east-1 eu-west-2; do
		probes demo $region $((NOW - 200)) tools-list
		probes demo $region $((NOW - 130)) tools-list
		unfinished demo $region $((NOW - 70))
	done | "$BIN/mcp-aggregate" ingest
	run -1 explain demo --at "$NOW"
	[[ ${lines[1]} == "red, step-alert at tools-list, as of "* ]]
	[ "$(grep -c "2 in a row, .*: http.503; the probe of $(date -u -d "@$((NOW - 70))" +%T) is unfinished: not run: chunk 2 of 3: it answers 503$" <<<"$output")" -eq 2 ]
	# Nothing counts it.
	for _ in 1 2; do
		unfinished other us-east-1 $((NOW - 9)) | "$BIN/mcp-aggregate" ingest
	done
	[ -z "$(redis --raw keys 'probe:other:*' | grep -E ':(errors|latency)')" ]
	run -0 explain other --at "$NOW"
	[[ ${lines[1]} == "unknown, no-data, as of "* ]]
	[[ $output == *"no data: no probe from that time is stored; the probe of "*" is unfinished: not run: "* ]]
	# A whole probe after it counts.
	{ probes demo us-east-1 $((NOW - 20)); probes demo eu-west-2 $((NOW - 20)); } | "$BIN/mcp-aggregate" ingest
	run -0 explain demo --at "$NOW"
	[[ ${lines[1]} == "green, ok, as of "* && $output != *unfinished* ]]
}

@test "the times are those of the people, where the configuration says where they are" {
	printf '%s\n' "store: $MCP_STORE" 'regions: [{name: us-east-1}]' \
		'servers: [{slug: shop, url: "https://mcp.example.com/"}]' \
		'alerts: {zone: Asia/Kolkata}' >fleet.yaml
	probes shop us-east-1 $((NOW - 20)) tls tls.expired | seen 203.0.113.7 0
	run "$BIN/mcp-aggregate" explain -c fleet.yaml shop --at "$NOW"
	[[ $output == *", as of $(TZ=Asia/Kolkata date -d "@$NOW" +%FT%T%:z)"* ]]
	[[ $output == *"* us-east-1  $(TZ=Asia/Kolkata date -d "@$((NOW - 20))" +%T)  "* ]]
}

@test "a name that is mistyped is not left at that" {
	probes shop us-east-1 $((NOW - 20)) | seen 203.0.113.7 0
	run -2 explain shp
	[ "$output" = "mcp-aggregate: no server shp is in the store; did you mean 'shop'?" ]
	run -2 explain unlike
	[ "$output" = "mcp-aggregate: no server unlike is in the store" ]
	printf '%s\n' "store: $MCP_STORE" 'regions: [{name: eu}]' \
		'servers: [{slug: shop, url: "https://mcp.example.com/"}]' >fleet.yaml
	run -2 explain -c fleet.yaml shp
	[[ $output == *"mcp-aggregate: no server shp is configured; did you mean 'shop'?" ]]
	run -2 "$BIN/mcp-aggregate" verdict -c fleet.yaml -s shpo
	[[ $output == *"mcp-aggregate: no server shpo is configured; did you mean 'shop'?" ]]
}

@test "amber, green, silent, throttled and a hard outage" {
	probes demo us-east-1 $((NOW - 20)) | seen 203.0.113.7 0
	probes demo eu-west-2 $((NOW - 20)) | seen 203.0.113.7 0
	run -0 explain demo
	[[ $output == *"green, ok, as of"*"2 of 2 regions report, and none fails."* ]]
	probes demo sa-east-1 $((NOW - 10)) dns dns.timeout | seen 203.0.113.7 0
	run -0 explain demo
	[[ $output == *"amber, regional at dns"*"Only one region fails, at dns"* ]]
	[[ $output == *"Not red: 2 regions must agree on a step (step_alert), and 1 does."* ]]
	[[ $output != *"All that fail reach"* ]]
	run -0 explain demo --at $((NOW + 175))
	[[ $output == *"sa-east-1  "*"dns, 1 in a row"* ]]
	run -0 explain demo --at $((NOW + 600))
	[[ $output == *"silent since then, and failing when it fell silent: dns"* ]]
	probes demo ap-south-1 $((NOW - 5)) initialize http.429 | seen 203.0.113.7 0
	run -0 explain demo
	[[ $output == *"http.429, which counts only from 3 in a row"* ]]
	for region in us-east-1 eu-west-2 sa-east-1 ap-south-1; do
		probes demo "$region" $((NOW - 1)) tls tls.expired | seen 203.0.113.7 0
	done
	run -1 explain demo
	[[ $output == *"red, hard-outage at tls"*"4 of 4 regions agree on tls"*"3 make a hard outage"* ]]
}

@test "the only region, which fails at another step each time" {
	steps=(tls tools-list dns)
	for k in 2 1 0; do
		probes demo us-east-1 $((NOW - 60 * k - 1)) "${steps[k]}" >>day
	done
	aggregate ingest <day
	run -1 explain demo
	[[ ${lines[1]} == "red, step-alert at tls, as of "* ]]
	grep -qE '^  \* us-east-1  ..:..:..  tls, 1 in a row, ' <<<"$output"
	[[ $output == *"The only region has failed 3 in a row, at any steps; 3 make it red (alone)."* ]]
	run -0 explain demo --at $((NOW - 60))
	[[ ${lines[1]} == "amber, regional at tools-list, as of "* ]]
	[[ $output == *"The only region has failed 2 in a row, at any steps; 3 make it red (alone)."* ]]
	# The same of recorded minutes, of a pipe, and of who is paged for it.
	run -1 aggregate replay day
	printf '%s\n' "$output" >verdicts
	[ "$(jq -rs 'map("\(.verdict) \(.step) \(.regions[0].fail_streak)") | join(",")' verdicts)" = \
		"amber dns 1,amber tools-list 1,red tls 1" ]
	run -0 "$BIN/mcp-alert" replay verdicts
	[ "$(jq -r '"\(.event) \(.severity) \(.probe_count)"' <<<"$output")" = \
		"downtime_started P1 3" ]
	run -1 aggregate verdict - <day
	jq -e '.verdict == "red" and .step == "tls"' <<<"$output"
}

@test "regions that see different tools, and the cache that one of them asked" {
	probes demo us-east-1 $((NOW - 20)) | seen 203.0.113.7 0
	probes demo eu-west-2 $((NOW - 10)) | sed 's/aaaaaaaa/bbbbbbbb/g' | seen 203.0.113.9 3412
	run -0 explain demo
	[[ $output == *"The regions see different tools"* ]]
	grep -qE 'us-east-1 +aaaaaaaaaaaa$' <<<"$output"
	grep -qE 'eu-west-2 +bbbbbbbbbbbb  from a cache, 3412 s old: a stale edge\?$' <<<"$output"
}

@test "every sign of a cache is one: a cache without an age, too" {
	local at=0
	# says REGION DETAIL: what the edge of that region says.
	says() {
		at=$((at + 1))
		probes demo "$1" $((NOW - 20 + at)) | if [ "$1" != r-a ]; then cat; else sed 's/aaaaaaaa/bbbbbbbb/g'; fi |
			jq -c --argjson detail "$2" 'if .step == "tools-list" then .detail = $detail else . end' |
			"$BIN/mcp-aggregate" ingest
	}
	says r-a '{"cf_cache_status":"HIT","pop":"9-LHR"}'
	says r-b '{"cache_status":"edge; hit"}'
	says r-c '{"via":"1.1 varnish"}'
	says r-d '{"x_served_by":"cache-lon1","pop":"cache-lon1"}'
	says r-e '{"x_cache":"MISS"}'
	says r-f '{"age":"0"}'
	says r-g '{"pop":"ABC-FRA"}'
	run -0 explain demo
	grep -E '^    r-[a-g] +[ab]{12}' <<<"$output" | sed 's/^ *//; s/  */ /g' | diff - <(cat <<-'END'
	r-a bbbbbbbbbbbb through a cache (cf_cache_status HIT, pop 9-LHR): a stale edge?
	r-b aaaaaaaaaaaa through a cache (cache_status edge; hit): a stale edge?
	r-c aaaaaaaaaaaa through a cache (via 1.1 varnish): a stale edge?
	r-d aaaaaaaaaaaa through a cache (x_served_by cache-lon1): a stale edge?
	r-e aaaaaaaaaaaa through a cache (x_cache MISS): a stale edge?
	r-f aaaaaaaaaaaa through a cache (age 0): a stale edge?
	r-g aaaaaaaaaaaa
	END
	)
}

@test "which clients a server refuses that lets others in, and where" {
	for region in us-east-1 eu-west-2; do
		probes demo $region $((NOW - 20)) | jq -c 'if .n == 3 or .n == 6 then
			.detail = {clients: "those of 2026-07-28 are refused\u202e"}
			elif .n == 7 then .detail = {clients: "node"} else . end' | aggregate ingest
	done
	probes demo sa-east-1 $((NOW - 20)) | aggregate ingest
	run -0 explain demo
	sed -n '/^Clients that the server refuses$/,/^$/s/^ *\([^ ]*\)  */\1 /p' <<<"$output" |
		diff - <(cat <<-'END'
		Clients that the server refuses
		eu-west-2 those of 2026-07-28 are refused?; node
		us-east-1 those of 2026-07-28 are refused?; node
	END
	)
}

@test "a minute of the clock is its end, and the latest of that name" {
	probes demo us-east-1 $((NOW - 20)) | seen 203.0.113.7 0
	run -0 explain demo --at "$(date -u -d @$NOW +%H:%M)"
	[[ $output == *"as of $(date -u -d @$NOW +%Y-%m-%dT%H:%M):59Z"* ]]
	soon=$((NOW + 7200))
	run -0 explain demo --at "$(date -u -d @$soon +%H:%M)"
	[[ $output == *"as of $(date -u -d @$((soon - 86400)) +%Y-%m-%dT%H:%M):59Z"* ]]
}

@test "what it cannot explain" {
	run -2 explain demo
	[[ $output == "mcp-aggregate: no server demo is in the store" ]]
	run -2 explain
	[[ $output == "mcp-aggregate: explain: a slug expected; see mcp-aggregate explain --help" ]]
	run -2 explain ../demo
	run -2 explain demo --at noon
	[[ $output == "mcp-aggregate: --at: 'noon' is not a time like 14:03"* ]]
	MCP_STORE=unix://$PWD/none run -3 explain demo
}
