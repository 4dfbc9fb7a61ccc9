#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: what a maintenance breaks is noted and told to nobody, what outlasts it
# is told of, and whoever was told before is told of the end.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis

NOW=1777494660 # 2026-04-29T20:31:00Z

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
	redis flushall >/dev/null
	cat >fleet.yaml <<-END
		store: $MCP_STORE
		regions: [{name: ap}, {name: eu}, {name: us}]
		accounts: [{name: acme, token_sha256: $(sha256sum </dev/null | cut -c -64)}]
		servers:
		  - {slug: example-mcp, url: "https://a.example.com/", account: acme}
		  - {slug: example-two, url: "https://b.example.com/"}
		alerts:
		  routes:
		    - {name: file, type: command, command: [/usr/bin/tee, -a, $PWD/sent]}
		  policies:
		    - {match: {kinds: [downtime]}, steps: [{routes: [file]}]}
		    - {steps: []}
	END
}

# add ARGUMENT…: a maintenance, as of NOW.
add() {
	"$BIN/mcp-alert" maintenance add -c fleet.yaml -N "$NOW" "$@" >out 2>err
}

# verdict MINUTE [SLUG [REGIONS]]: as of NOW and so many minutes; these of ap, eu
# and us fail.
verdict() {
	jq -cn --argjson w $((NOW / 60 * 60 + 60 * $1)) --arg slug "${2-example-mcp}" \
		--arg f "${3-}" '[$f | scan("[^,]+")] as $f | {v: 1, type: "verdict", $slug,
		window: $w, verdict: (if $f == [] then "green" else "red" end),
		step: (if $f == [] then "" else "initialize" end),
		failed_regions: ($f | length), reporters: 3, divergence: "",
		url: "https://a.example.com/", tier: (if $f == [] then "ok" else "step-alert" end),
		as_of: ($w | todate), expected: 3, failing: $f, no_data: [],
		regions: ["ap", "eu", "us"] | map(. as $r | ($f | index($r) != null) as $bad |
			{region: $r, state: (if $bad then "broken" else "healthy" end),
			failed_step: (if $bad then "initialize" else null end),
			error: (if $bad then "http.503" else null end), ms: 5,
			started_at: ($w + 7.25), fail_streak: 0, tool_hash: null}),
		drift: [], latency_ms: {p95: 5, baseline: null}, uptime_30d: null, p95_ms: null}'
}

# told FROM TO SLUG [REGIONS]: what is told of these minutes, by name.
told() {
	for ((m = $1; m <= $2; m++)); do
		verdict "$m" "${@:3}"
	done | "$BIN/mcp-alert" -c fleet.yaml >out 2>err
	jq -r .event out | paste -sd' '
}

@test "within a maintenance nothing is sent, by name, pattern or account" {
	for who in example-mcp 'exam*-mcp' '--account=acme'; do
		redis flushall >/dev/null
		: >sent
		add --for 10m --reason 'new disks' "$who"
		[ -z "$(told 1 5 example-mcp eu,us)" ]
		[ -z "$(told 6 9 example-mcp)" ]
		[ "$(told 1 5 example-two eu,us)" = downtime_started ]
		[ "$(jq -r .server_slug sent)" = example-two ]
		[ "$(redis get alert:example-mcp | jq -cr '.timeline[] | "\(.what): \(.text)"')" = \
			"maintenance_began: new disks
downtime_started: not sent, for the maintenance: example-mcp is down: initialize fails with http.503 from eu and us (2 of 3 regions).
downtime_resolved: not sent, for the maintenance: example-mcp recovered after 5 min (20:32–20:37 UTC). Root layer: http. Failing minutes: 5. All layers pass again." ]
	done
}

@test "a server that is still down five minutes after is told of" {
	add --for 10m --reason 'new disks' example-mcp
	[ -z "$(told 1 14 example-mcp eu,us)" ]
	[ ! -e sent ]
	[ "$(told 15 15 example-mcp eu,us)" = maintenance_overrun_started ]
	diff out sent
	[ "$(jq -r '"\(.severity) \(.dedup_key) \(.summary)"' out)" = "P1 example-mcp:maintenance_overrun:$((NOW + 60)) example-mcp is still down 5 min after its maintenance (new disks) ended: initialize fails with http.503 from eu and us." ]
	[ "$(jq -r '"\(.tier) \(.probe_step) \(.last_error) \(.started_at)"' out)" = 'step-alert initialize http.503 2026-04-29T20:32:00Z' ]
	"$BIN/mcp-alert" list -c fleet.yaml >out
	[ "$(jq -r .kind out)" = maintenance_overrun ]
	[ "$(told 16 20 example-mcp)" = maintenance_overrun_resolved ]
	[ "$(jq -r .event sent | paste -sd' ')" = 'maintenance_overrun_started maintenance_overrun_resolved' ]
}

@test "one that is ended by hand is over at once" {
	add --for 1h example-mcp
	id=$(jq -r .id out)
	[ -z "$(told 1 3 example-mcp eu,us)" ]
	"$BIN/mcp-alert" maintenance end -N $((NOW + 4 * 60)) "$id" >out
	[ -z "$(told 4 8 example-mcp eu,us)" ]
	[ "$(told 9 9 example-mcp eu,us)" = maintenance_overrun_started ]
}

@test "a hundred in a row, by slug, pattern and account, are one, and people are told after four hours" {
	jq -cn --argjson now "$NOW" 'range(100) | ($now + 14400 * .) as $at |
		{v: 1, type: "maintenance", slugs: (if . % 3 == 0 then ["example-mcp"]
			elif . % 3 == 1 then ["exam*-mcp"] else [] end),
		accounts: (if . % 3 == 2 then ["acme"] else [] end), starts_at: $at,
		ends_at: ($at + 14400 - . % 15 * 60)}' >all
	n=0
	while read -r one; do
		echo "HSET fleet:maintenance m-$((n++)) '$one'"
	done <all | redis >/dev/null
	[ "$(redis hlen fleet:maintenance)" = 100 ]
	[ -z "$(told 60 244 example-mcp eu,us)" ]
	[ "$(told 245 249 example-mcp eu,us)" = maintenance_overrun_started ]
	[ "$(told 250 255 example-mcp)" = maintenance_overrun_resolved ]
	# What breaks on the sixteenth day is told at once.
	day=$((15 * 1440))
	told $day $((day + 2)) example-mcp
	[ "$(told $((day + 3)) $((day + 3)) example-mcp eu,us)" = downtime_started ]
	# The account of the other is none, and no pattern is its.
	[ "$(told $((day + 3)) $((day + 3)) example-two eu,us)" = downtime_started ]
}

@test "who was told before it is told of the end after it" {
	[ "$(told 0 0 example-mcp eu,us)" = downtime_started ]
	add --for 10m example-mcp
	[ -z "$(told 1 9 example-mcp)" ]
	"$BIN/mcp-alert" tick -c fleet.yaml -N $((NOW + 601)) >out
	[ "$(jq -r '"\(.event) \(.resolved_at)"' out)" = 'downtime_resolved 2026-04-29T20:32:00Z' ]
}

@test "a dry run takes a maintenance from its input, and nobody else does" {
	{
		echo '{"v":1,"type":"maintenance","slugs":["*"],"starts_at":'$NOW',"ends_at":"2026-04-29T20:41:00Z","reason":"x"}'
		for m in {1..16}; do verdict "$m" example-mcp eu,us; done
	} >night
	"$BIN/mcp-alert" -n <night >out
	[ "$(jq -r .event out)" = maintenance_overrun_started ]
	status=0
	"$BIN/mcp-alert" <night >out 2>err || status=$?
	[ "$status $(jq -r .event out)" = '2 downtime_started' ]
	grep -q "line 1: type: a maintenance is added by 'mcp-alert maintenance add'" err
}
