#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: the clock of this machine is wrong for one run, by ten days or by an hour,
# and right again: nobody is paged for that, and nothing that was to be told, or
# is to be told later, is lost.

bats_require_minimum_version 1.5.0
load ../../helpers/store
load ../../helpers/alert

AHEAD=$((10 * 86400))

# A route that fails while there is a file `broken`, and keeps what it got.
setup() {
	alert_setup
	cat >page <<-'END'
		#!/bin/sh
		[ ! -e broken ] || exit 1
		cat >>got
		echo >>got
	END
	chmod +x page
	routes "{name: page, type: command, command: [$PWD/page]}"
}


# at SECONDS [ARGUMENT…]: mcp-alert as if it were so long after T; its events go
# to out. A delivery may be left.
at() {
	local t=$(($1 + T))
	shift
	"$BIN/mcp-alert" -N "$t" "$@" >out 2>err || (($? == 3)) || { cat err; return 1; }
}

# heard: the events that the route got, in order.
heard() {
	[[ ! -e got ]] || jq -r '.event // .type' got | paste -sd' '
}

@test "a page that failed while the clock was ahead goes out when it is right" {
	: >broken
	verdict 0 eu,us initialize | at 5
	# A day is over by that clock, but it was tried twice.
	at "$AHEAD" tick
	redis get alert:example-mcp | jq -e '.outbox | length > 0'
	rm broken
	at 130 tick
	[[ $(heard) == downtime_started* ]]
	[[ -z $(undelivered) ]]
}

@test "a page that was decided on while the clock was ahead goes out at once" {
	: >broken
	verdict 0 eu,us initialize | at "$AHEAD"
	rm broken
	at 60 tick
	[[ $(heard) == downtime_started ]]
}

@test "a delivery is given up after a day of attempts, not after one" {
	: >broken
	verdict 0 eu,us initialize | at 5
	for ((i = 1; i <= 24; i++)); do
		at $((i * 3700)) tick
	done
	grep -q 'given up after a day' err
	redis get alert:example-mcp | jq -e '.timeline | any(.what == "given_up")'
}

@test "what waits for a digest does not wait for a day that is not near" {
	routes "{name: page, type: command, command: [$PWD/page]}"
	policies '{steps: [{routes: [page]}], digest: daily}'
	verdict 0 eu,us tools-list x | at "$AHEAD"
	[[ -z $(heard) ]]
	at 60 tick
	[[ $(heard) == digest ]]
	jq -se '.[0].events | map(.event) == ["downtime_started"]' got
	# That of a right clock waits for its day.
	minutes 1 4 | at 245
	at 300 tick
	[[ $(heard) == digest ]]
	at 86400 tick
	[[ $(heard) == 'digest digest' ]]
}

@test "an acknowledgement holds for as long as it was meant to" {
	verdict 0 eu,us initialize | at 5
	at "$AHEAD" ack example-mcp --for 1h
	minutes 1 3 eu,us initialize | at 190
	[[ ! -s out ]]
	at 3000 tick
	[[ ! -s out ]]
	at 3900 tick
	[[ $(events out) == downtime_reminder ]]
}

@test "reminders and ladders go on after a tick of the future" {
	routes "{name: page, type: command, command: [$PWD/page]}" \
		"{name: late, type: command, command: [$PWD/page]}"
	policies '{steps: [{routes: [page]}, {after: 5m, routes: [late]}]}'
	verdict 0 eu,us initialize | at 5
	at "$AHEAD" tick
	minutes 1 2 eu,us initialize | at 130
	[[ ! -s out ]]
	at $((4 * 3600 + 200)) tick
	[[ $(events out) == downtime_reminder ]]
	at $((8 * 3600 + 300)) tick
	[[ $(events out) == downtime_reminder ]]
}

@test "a ladder that was begun by a wrong clock is climbed by the right one" {
	routes "{name: page, type: command, command: [$PWD/page]}" \
		"{name: late, type: command, command: [$PWD/page]}"
	policies '{steps: [{routes: [page]}, {after: 5m, routes: [late]}]}'
	verdict $((AHEAD / 60)) eu,us initialize | at "$AHEAD"
	[[ $(events out) == downtime_started ]]
	# Its time counts from when the clock was right.
	minutes 1 5 eu,us initialize | at 305
	minutes 6 10 eu,us initialize | at 600
	[[ ! -s out ]]
	minutes 11 12 eu,us initialize | at 730
	[[ $(events out) == downtime_escalated ]]
	jq -e '.dedup_key == "example-mcp:downtime:\('$((T + AHEAD))')"' out
	minutes 13 16 | at 965
	[[ $(events out) == downtime_resolved ]]
}

@test "an hour ahead for one round, within an outage: one incident" {
	minutes 0 1 eu,us initialize | at 65
	verdict 62 eu,us initialize | at 3725
	minutes 3 5 eu,us initialize >>lines
	at 305 <lines
	minutes 6 9 | at 545
	cat got
	[[ $(heard) == 'downtime_started downtime_resolved' ]]
}

@test "a clock that was set back is a warning, once, and no duration is negative" {
	minutes 120 121 eu,us initialize | at 7265
	for ((i = 0; i < 4; i++)); do
		verdict $i | at $((60 * i + 5))
		cat err >>said
	done
	[[ $(heard) == 'downtime_started downtime_resolved' ]]
	jq -se '.[1].duration_seconds == 0 and .[1].resolved_at == .[1].started_at and
		(.[1].summary | contains(" after 0 s ("))' got
	[[ $(grep -c 'clock of this machine is 2 h 1 min behind the clock of the last run' said) == 1 ]]
}

@test "an hour ahead for one round, all green: failures of after it count at once" {
	minutes 0 1 | at 65
	verdict 62 | at 3725
	verdict 3 eu,us initialize | at 185
	[[ $(heard) == downtime_started ]]
}

@test "verdicts from the past tell nothing, and hide nothing" {
	minutes 200 201 | at 12065
	minutes 0 5 eu,us,ap initialize | at 12070
	[[ -z $(heard) ]]
	verdict 202 eu,us initialize | at 12125
	minutes 0 5 | at 12130
	[[ $(heard) == downtime_started ]]
	minutes 203 206 | at 12365
	[[ $(heard) == 'downtime_started downtime_resolved' ]]
}

@test "the budget of an hour is that of the hour, whatever came between" {
	routes "{name: page, type: command, command: [$PWD/page]}"
	echo '  budget: 1' >>fleet.yaml
	verdict 0 eu,us tools-list x | at 5
	verdict 0 eu,us tools-list x shop | at "$AHEAD"
	[[ $(heard) == 'downtime_started downtime_started' ]]
	verdict 1 eu,us tools-list x search | at 65
	[[ $(heard) == 'downtime_started downtime_started' ]]
}

@test "the pipeline: a clock that leaps finds no stage late, and hides none" {
	redis hset fleet:heartbeats ingest "$T" verdict "$T" alert "$T"
	verdict 0 | at 5
	verdict 1 | at "$AHEAD"
	[[ ! -s out ]]
	redis hset fleet:heartbeats ingest $((T + 120)) verdict $((T + 120))
	verdict 2 | at 125
	[[ ! -s out ]]
	verdict 10 | at 605
	verdict 11 | at 665
	[[ $(events out) == pipeline_stalled_started ]]
}

@test "a change of tools is told, though the same was told in the future" {
	drifted() {
		verdict "$1" | jq -c '.drift = [{region: "eu", added: [], removed: ["x"],
			changed: [], redescribed: [], from: ("a" * 64), to: ("b" * 64)}]'
	}
	drifted $((AHEAD / 60)) | at "$AHEAD"
	[[ $(events out) == schema_drift_detected ]]
	drifted 1 | at 65
	[[ $(events out) == schema_drift_detected ]]
}
