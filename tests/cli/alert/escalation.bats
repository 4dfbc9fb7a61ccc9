#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: who is told, and when: by the time of day, up a ladder until somebody
# acknowledges, and what can wait together with others; with a real store, and
# whoever runs beside it.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

# to NAME [MEMBER…]: a route that writes what it gets to the file of its name.
to() {
	local more
	printf -v more ', %s' "${@:2}"
	echo "{name: $1, type: command, command: [tee, -a, '$PWD/$1']${2+$more}}"
}

# team: a P1 climbs from the pager to the second; P2 and P3 are the channel's.
team() {
	routes "$(to channel)" "$(to pager)" "$(to phone)" "$(to second)"
	policies 'name: by-night
      match: {severities: [P1]}
      steps: [{routes: [pager]}, {after: 5m, routes: [phone]}, {after: 15m, routes: [second]}]' \
		'{steps: [{routes: [channel]}]}'
}

# told: what each route of the team heard, a line each.
told() {
	local f
	for f in channel pager phone second; do
		[[ ! -e $f ]] || echo "$f: $(events "$f")"
	done
}

# minute M ARGUMENT…: a tick then; it has to end with 0.
minute() {
	alert 0 tick -N $((T + 60 * $1)) "${@:2}"
}

# sweep EPOCH [WANT]: mcp-alert without input, then.
sweep() {
	alert "${2:-0}" -N "$1" </dev/null
}

# broken: the tools of it, a P2.
broken() {
	verdict 0 eu,us tools-list x
}

# hourly NAME ROUTE…: whatever can wait goes to the route of that name together.
hourly() {
	routes "${@:2}"
	policies "{steps: [{routes: [$1]}], digest: hourly}"
}

@test "first the pager; nobody answers: the phone, then the second" {
	team
	down | alert 0 -N $T
	[ "$(told)" = "pager: downtime_started" ]
	minute 4
	[ ! -s out ]
	minute 5
	[ "$(events out)" = downtime_escalated ]
	jq -e '.severity == "P1" and (.summary | endswith("; nobody has answered for 5 min."))' out
	minute 5
	[ ! -s out ]
	minute 15
	[ "$(told)" = "pager: downtime_started downtime_escalated downtime_escalated
phone: downtime_escalated downtime_escalated
second: downtime_escalated" ]
	minute 60
	[ ! -s out ]
	alert 0 list
	jq -e '.ladder == "by-night" and .ladder_step == 3 and .acknowledged_by == null and
		.told == ["pager", "phone", "second"]' out
	minutes 61 63 | alert 0
	[ "$(tail -qn 1 pager phone second | jq -r .event | uniq)" = downtime_resolved ]
	[ ! -e channel ]
	[ -z "$(undelivered)" ]
}

@test "the verdicts' own clock climbs, too" {
	team
	minutes 0 6 eu,us dns | alert 0
	[ "$(events out)" = "downtime_started downtime_escalated" ]
	[ "$(jq -s '.[1].at' out)" = $((T + 300)) ]
	[ "$(told)" = "pager: downtime_started downtime_escalated
phone: downtime_escalated" ]
}

@test "whoever acknowledges stops the ladder until that expires" {
	team
	down | alert 0 -N $T
	alert 0 ack -N $((T + 120)) --by alice --reason 'on it' --for 10m example-mcp
	[ "$(events out)" = downtime_acknowledged ]
	jq -e '.acknowledged_until == "2026-04-29T20:43:00Z" and
		(.summary | endswith("; alice has acknowledged it for 10 min: on it."))' out
	minute 11
	[ ! -s out ]
	alert 0 list
	jq -e '.acknowledged_by == "alice" and .reason == "on it" and .ladder_step == 1 and
		.acknowledged_until == "2026-04-29T20:43:00Z"' out
	alert 0 list -f text
	grep -q 'example-mcp: eu us (acknowledged by alice until 2026-04-29T20:43:00Z) (step 1 of policy by-night) (notified pager)$' out
	minute 12
	[ "$(events out)" = downtime_reminder ]
	minute 14
	[ ! -s out ]
	# The phone would have rung three minutes after the acknowledgement came.
	minute 15
	[ "$(told)" = "pager: downtime_started downtime_acknowledged downtime_reminder downtime_escalated
phone: downtime_escalated" ]
	redis get alert:example-mcp | jq -e '.timeline | map(.what) == ["downtime_started",
		"downtime_acknowledged", "downtime_ack_expired", "downtime_reminder", "downtime_escalated"]'
}

@test "an acknowledgement ends with the incident, and where it gets worse" {
	team
	verdict 0 eu,us tools-list x | alert 0 -N $T
	alert 0 ack -N $((T + 60)) --by alice "example-mcp:downtime:$T"
	minute 31
	[ ! -s out ]
	verdict 32 eu,us dns | alert 0 -N $((T + 32 * 60))
	[ "$(events out)" = downtime_escalated ]
	jq -e '.summary | endswith("the acknowledgement by alice has ended.")' out
	minutes 33 35 | alert 0
	[ "$(events out)" = downtime_resolved ]
	alert 1 ack --by alice example-mcp
	grep -q 'example-mcp: nothing is open there' err
}

@test "what cannot be acknowledged is refused" {
	local words
	down | alert 0 -N $T
	while read -r words; do
		# shellcheck disable=SC2086
		alert 2 ack $words
		[ "$(wc -l <err)" = 1 ]
	done <<-'END'

		a b
		UPPER
		a:b
		--for 5s example-mcp
		--for 8d example-mcp
		--for x example-mcp
		--dry-run example-mcp
	END
	alert 2 ack --by $'a\nb' example-mcp
	alert 2 ack --by '' example-mcp
	alert 2 ack --reason "$(printf '%301s' x)" example-mcp
	alert 1 ack "example-mcp:downtime:1"
	alert 2 ack other
	# Without a configuration nobody is told, and it holds.
	alert 0 ack -N $T --by bob example-mcp
	grep -q 'nothing is delivered' err
	alert 0 list
	jq -e '.acknowledged_by == "bob"' out
}

@test "a policy without a name, and a route that it names only later" {
	routes "$(to ops)" "$(to boss)" "$(to chat)"
	policies '{match: {kinds: [downtime]}, steps: [{routes: [ops, chat]}, {after: 90s, routes: [boss]}]}'
	down | alert 0 -N $T
	run ! grep mcp-alert: err
	[ "$(events ops) $(events chat)" = "downtime_started downtime_started" ]
	[ ! -e boss ]
	minute 1
	[ ! -s out ]
	minute 2
	[ "$(events boss)" = downtime_escalated ]
	[ "$(events ops)" = "downtime_started downtime_escalated" ]
	alert 0 list
	jq -e '.ladder == "policy-1" and .ladder_step == 2' out
}

@test "what waits is told together, of all servers, at the full hour" {
	hook all
	hourly all "$HOOK}"
	{ broken; verdict 0 eu,us tools-list x other; minutes 1 3; } | alert 0 -N $T
	[ "$(events out)" = "downtime_started downtime_started downtime_resolved" ]
	sweep $((T + 29 * 60 - 1))
	[ -z "$(got all)" ]
	[ "$(redis smembers fleet:undelivered | wc -l)" = 2 ]
	sweep $((T + 29 * 60))
	[ "$(jq -c '.event | [.type, .route, .period, .because, .dedup_key, .count, (.events |
		map(.event, .server_slug))]' all/got)" = '["digest","all","hourly",null,"digest:all:1777496400",3,["downtime_started","example-mcp","downtime_resolved","example-mcp","downtime_started","other"]]' ]
	[ -z "$(undelivered)" ]
	sweep $((T + 3600))
	[ "$(wc -l <all/got)" = 1 ]
	[ "$(redis keys 'fleet:digest:*')" = "" ]
}

# notified SLUG: the routes that got its incident.
notified() {
	"$BIN/mcp-alert" list -f jsonl | jq -c --arg slug "$1" 'select(.server_slug == $slug).told'
}

@test "a digest that fails is kept, under its key, until a day has gone" {
	hook all 500
	hourly all "$HOOK}"
	broken | alert 0 -N $T
	H=$((T + 29 * 60))
	sweep $H 3
	grep -q 'a digest of 1 events to route all: HTTP 500; it is retried' err
	sweep $((H + 29)) 3
	[ "$(wc -l <all/got)" = 1 ]
	[ "$(notified example-mcp)" = '[]' ]
	# What comes later waits for its own hour, and for the first.
	verdict 30 eu,us tools-list x other | alert 3 -N $((H + 20))
	echo 200 >all/mood
	sweep $((H + 3600))
	[ "$(jq -r .event.dedup_key all/got | paste -sd' ')" = \
		"digest:all:$H digest:all:$H digest:all:$((H + 3600))" ]
	[ "$(notified example-mcp)" = '["all"]' ]
	echo 500 >all/mood
	verdict 100 eu,us tools-list x third | alert 0 -N $((H + 3700))
	for i in 1 2 3 4 5 6 7 8 9 10; do
		[[ $(<err) != *'given up'* ]]
		sweep $((H + 7200 + 86400 + 3600 * i)) 3
	done
	grep -q 'given up after a day' err
	[ -z "$(undelivered)" ]
	redis get alert:third | jq -e '.timeline[-1] | .what == "given_up" and .text == "all"'
	[ "$(notified third)" = '[]' ]
}

@test "a budget: what is beyond it comes in a digest that says so" {
	hook ops
	routes "$HOOK}"
	echo '  budget: 2' >>fleet.yaml
	for i in 1 2 3 4; do verdict 0 eu,us tools-list x "s-$i"; done | alert 0 -N $T
	[ "$(got ops)" = "downtime_started downtime_started" ]
	[ "$(redis scard "fleet:budget:ops:$((T / 3600))")" = 2 ]
	(($(redis ttl "fleet:budget:ops:$((T / 3600))") > 7000))
	# The end of one that was told is not held back; of the others, with it.
	for i in 1 2 3 4; do minutes 1 3 '' '' '' "s-$i"; done | alert 0 -N $((T + 180))
	[ "$(got ops)" = "downtime_started downtime_started downtime_resolved downtime_resolved" ]
	sweep $((T + 29 * 60))
	jq -se '.[4].event | .because == "budget" and .count == 4 and .period == "hourly" and
		(.events | map(.event) == ["downtime_started", "downtime_started",
			"downtime_resolved", "downtime_resolved"])' ops/got
	# The next hour is another one.
	verdict 40 eu,us tools-list x s-5 | alert 0 -N $((T + 2400))
	[ "$(jq -rs '.[-1].event.event' ops/got)" = downtime_started ]
	[ -z "$(undelivered)" ]
}

@test "what was held back goes before what is worse" {
	hook ops
	routes "$HOOK}"
	echo '  budget: 1' >>fleet.yaml
	{ broken; verdict 0 eu,us tools-list x other; } | alert 0 -N $T
	[ "$(got ops)" = downtime_started ]
	routes "$HOOK}"
	verdict 30 eu,us tools-list x other | alert 0 -N $((T + 1800 - 120))
	[ "$(got ops)" = "downtime_started downtime_started downtime_escalated" ]
	sweep $((T + 3600))
	[ "$(wc -l <ops/got)" = 3 ]
}

@test "of two at once one sends the digest, and each step is taken once" {
	hook ops late
	routes "$HOOK}" "$(to phone)"
	policies '{match: {severities: [P1]}, steps: [{after: 5m, routes: [phone]}]}' \
		'{steps: [{routes: [ops]}], digest: hourly}'
	for i in 1 2 3; do
		verdict 0 eu,us dns x "s-$i"
		verdict 0 eu,us tools-list x "d-$i"
	done | alert 0 -N $T
	for i in 1 2 3 4; do
		"$BIN/mcp-alert" tick -N $((T + 29 * 60)) >"out$i" 2>"err$i" 3>&- &
		runs[i]=$!
	done
	for i in 1 2 3 4; do
		# 3: another of them is still sending.
		wait "${runs[i]}" || [ $? = 3 ] || { cat "err$i"; return 1; }
	done
	[ "$(cat out? | jq -s length)" = 3 ]
	[ "$(events phone)" = "downtime_escalated downtime_escalated downtime_escalated" ]
	[ "$(jq -r '"\(.event.dedup_key) \(.event.count)"' ops/got)" = "digest:ops:$((T + 29 * 60)) 3" ]
	[ -z "$(undelivered)" ]
}

@test "killed while it sends a digest: that is sent again, under its key" {
	hook ops hang
	hourly ops "$HOOK}"
	broken | alert 0 -N $T
	"$BIN/mcp-alert" -N $((T + 29 * 60)) </dev/null >out 2>err 3>&- &
	victim=$!
	read -r -t 60 -u "$HEARD"
	# Meanwhile it is nobody else's.
	sweep $((T + 29 * 60))
	[ "$(wc -l <ops/got)" = 1 ]
	kill -9 $victim
	wait $victim || true
	echo 200 >ops/mood
	sweep $((T + 29 * 60))
	[ "$(jq -r '"\(.how) \(.event.dedup_key)"' ops/got | paste -sd,)" = \
		"hang digest:ops:$((T + 29 * 60)),200 digest:ops:$((T + 29 * 60))" ]
	[ -z "$(undelivered)" ]
}

@test "a digest of a route that another has taken over meanwhile is left to it" {
	hourly ops "{name: ops, type: command, command: [sh, -c, 'test ! -e broken && cat >>ops && redis-cli -s $REDIS_SOCK set fleet:digest:ops another']}"
	: >broken
	broken | alert 0 -N $T
	sweep $((T + 3600)) 3
	verdict 60 eu,us tools-list x other | alert 3 -N $((T + 3601))
	rm broken
	sweep $((T + 7200)) 3
	[ "$(jq -r .dedup_key ops)" = "digest:ops:$((T + 29 * 60))" ]
	redis del fleet:digest:ops
	sweep $((T + 7200)) 3
	[ "$(jq -r .dedup_key ops | paste -sd' ')" = "digest:ops:$((T + 29 * 60)) digest:ops:$((T + 89 * 60))" ]
}

@test "what is on its way in a digest does not go alone, too" {
	mkfifo began go
	cat >slow <<-'END'
		#!/bin/sh
		cat >>got
		case $(tail -n 1 got) in
		*'"type":"digest"'*) echo >began; read -r _ <go ;;
		esac
	END
	chmod +x slow
	routes "{name: slow, type: command, command: [$PWD/slow]}"
	policies '{match: {severities: [P1]}, steps: [{routes: [slow]}]}' \
		'{steps: [{routes: [slow]}], digest: hourly}'
	broken | alert 0 -N $T
	"$BIN/mcp-alert" -N $((T + 29 * 60)) </dev/null >out.digest 2>err.digest 3>&- &
	digest=$!
	pids+=($digest)
	read -r _ <began
	# It gets worse: that waits for the digest, which is before it.
	verdict 29 eu,us dns | alert 0 -N $((T + 29 * 60))
	[ "$(events out)" = downtime_escalated ]
	[ "$(wc -l <got)" = 1 ]
	echo >go
	wait $digest
	[ "$(jq -r '.event // .type' got | paste -sd' ')" = "digest downtime_escalated" ]
	jq -se '.[0].events | map(.event) == ["downtime_started"]' got
	[ -z "$(undelivered)" ]
}

@test "a digest for a route that is gone is dropped" {
	hourly ops "$(to ops)"
	broken | alert 0 -N $T
	routes "$(to other)"
	sweep $((T + 86400 * 3))
	grep -q 'a digest of 1 events to route ops: dropped: no such route any more' err
	[ -z "$(undelivered)" ]
}

@test "a pipeline that stands still climbs, too, until somebody looks after it" {
	team
	redis hset fleet:heartbeats ingest $T verdict $T alert $T >/dev/null
	for m in {1..11}; do minute "$m"; done
	[ "$(told)" = "pager: pipeline_stalled_started pipeline_stalled_escalated
phone: pipeline_stalled_escalated" ]
	jq -se '.[1].summary | startswith("Monitoring is blind: no server is watched; nobody has answered")' pager
	alert 0 ack -N $((T + 700)) --by alice --for 10m '*'
	for m in {12..21}; do minute "$m"; [ ! -s out ]; done
	minute 22
	[ "$(events out)" = pipeline_stalled_reminder ]
	[ ! -e second ]
}

@test "no step is taken during a maintenance" {
	team
	down | alert 0 -N $T
	alert 0 maintenance add -N $((T + 60)) --for 10m example-mcp
	for m in {2..10}; do minute "$m"; [ ! -s out ]; done
	minutes 12 15 eu,us initialize | alert 0 -N $((T + 900))
	[ ! -s out ]
	verdict 16 eu,us initialize | alert 0 -N $((T + 960))
	jq -se 'map(.event)[0] == "maintenance_overrun_started"' out
	[ "$(told)" = "pager: downtime_started maintenance_overrun_started" ]
	minute 21
	[ "$(events phone)" = maintenance_overrun_escalated ]
}
