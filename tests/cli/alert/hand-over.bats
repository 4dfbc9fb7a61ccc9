#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: who looks after an incident is known and changes only where somebody says
# so; what is handed back wakes others again, and what nobody will probe again can
# be closed, without a word of a recovery.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

setup() {
	alert_setup
	routes '{name: chat, type: command, command: [sh, -c, "cat >>chat"]}' \
		'{name: call, type: command, command: [sh, -c, "cat >>call"]}'
	policies '{name: night, steps: [{routes: [chat]}, {after: 5m, routes: [call]}]}'
	verdict 0 eu,us initialize | alert 0 -N "$T"
}

# at MINUTE COMMAND…: mcp-alert at that minute; exits as WANT says, 0 by default.
at() {
	alert "${WANT:-0}" "$2" -N $((T + 60 * $1)) "${@:3}"
}

summary() {
	jq -r .summary out
}

@test "nobody takes an incident from another by accident, only by saying so" {
	at 1 ack --by ann example-mcp
	cp out first
	WANT=1 at 2 ack --by bob example-mcp
	[ ! -s out ]
	grep -qF "example-mcp: ann has acknowledged it until 2026-04-30T00:32:00Z; --to NAME takes it over" err
	cp fleet.yaml utc
	sed -i 's/^alerts:/&\n  zone: Asia\/Tokyo/' fleet.yaml
	WANT=1 at 2 ack --by bob example-mcp
	grep -qF 'ann has acknowledged it until 2026-04-30T09:32:00+09:00' err
	cp utc fleet.yaml
	# Whoever has it may say so again, and for longer.
	at 3 ack --by ann --for 1h example-mcp
	at 4 ack --by bob --to bob --reason 'ann sleeps' example-mcp
	[[ $(summary) == *'bob'*': ann sleeps.' ]]
	alert 0 list
	jq -e '.acknowledged_by == "bob"' out
}

@test "what is handed back is told, and the ladder goes on where it stood" {
	at 2 ack --by ann example-mcp
	at 4 unack --by ann example-mcp
	[ "$(events out)" = downtime_reminder ]
	[[ $(summary) == *'the acknowledgement by ann has ended.' ]]
	alert 0 list
	jq -e '.acknowledged_by == null' out
	at 6 tick
	[ ! -e call ]
	at 7 tick
	[ "$(events call)" = downtime_escalated ]
	WANT=1 at 8 unack example-mcp
	grep -qF 'example-mcp: nobody has acknowledged it' err
	WANT=2 at 8 unack exampel-mcp
	grep -qF "did you mean 'example-mcp'" err
	redis get alert:example-mcp | jq -e '.timeline | any(.what == "downtime_ack_withdrawn" and .text == "ann")'
}

@test "what nobody will probe again is closed, with a reason, and told as closed" {
	WANT=2 at 10 close example-mcp
	grep -qF 'close: --reason is missing' err
	at 130 close --by ann --reason decommissioned "example-mcp:downtime:$T"
	[ "$(events out)" = downtime_resolved ]
	[ "$(summary)" = "example-mcp was closed by ann (decommissioned), and was not seen to recover, after 2 h 10 min (20:31–22:41 UTC)." ]
	[ "$(jq -rs '.[-1].event' chat)" = downtime_resolved ]
	alert 0 list
	[ ! -s out ]
	WANT=1 at 131 close --reason again example-mcp
	# If it is probed after all, and fails, that is another one.
	verdict 140 eu,us initialize | alert 0 -N $((T + 140 * 60))
	[ "$(events out)" = downtime_started ]
}

# closed_and_new MINUTE KEY: that incident is closed in that minute; a verdict on the
# probes before changes nothing, one on later probes begins another.
closed_and_new() {
	alert 0 close -N $((T + 60 * $1 + 30)) --reason 'known, mended tomorrow' "$2"
	[ "$(events out)" = downtime_resolved ]
	verdict "$1" eu,us initialize | alert 0 -N $((T + 60 * $1 + 40))
	[ ! -s out ]
	verdict $(($1 + 1)) eu,us initialize | alert 0 -N $((T + 60 * $1 + 100))
	jq -e --argjson at $((T + 60 * $1 + 60)) '.event == "downtime_started" and .at == $at and
		.dedup_key == "example-mcp:downtime:\($at)" and .flapping == false and
		(.started_at | fromdate) == $at' out
}

@test "what is closed stays closed until a later probe fails: under a new key, and no flap" {
	closed_and_new 2 "example-mcp:downtime:$T"
	closed_and_new 4 "example-mcp:downtime:$((T + 180))"
	closed_and_new 6 "example-mcp:downtime:$((T + 300))"
	minutes 8 10 '' '' | alert 0 -N $((T + 600))
	jq -e '.event == "downtime_resolved" and (.summary | contains("times") | not)' out
}

@test "an overrun that is closed takes its downtime along: what fails next is told" {
	alert 0 maintenance add -N "$T" --start +1m --for 5m example-mcp
	minutes 1 12 eu,us initialize | alert 0 -N $((T + 12 * 60))
	[ "$(events out)" = maintenance_overrun_started ]
	at 12 close --reason moved "example-mcp:maintenance_overrun:$T"
	[ "$(events out)" = 'maintenance_overrun_resolved downtime_resolved' ]
	verdict 13 eu,us initialize | alert 0 -N $((T + 13 * 60))
	[ "$(events out)" = downtime_started ]
}

@test "a downtime that is closed alone leaves the regional incident to itself" {
	redis flushall
	minutes 0 2 eu tools-list | alert 0 -N "$T"
	verdict 3 eu,us initialize | alert 0 -N $((T + 180))
	[ "$(events out)" = downtime_started ]
	at 4 close --reason moved "example-mcp:downtime:$((T + 180))"
	alert 0 list
	[ "$(jq -r .kind out)" = regional ]
}

@test "the words of these commands are checked" {
	local words
	while read -r words; do
		# shellcheck disable=SC2086
		alert 2 $words
		[ "$(wc -l <err)" = 1 ]
	done <<-'END'
		unack
		unack UPPER
		unack --for 1h example-mcp
		unack --to bob example-mcp
		close --reason x
		close --reason x --to bob example-mcp
	END
	alert 2 ack --to '' example-mcp
	alert 2 close --reason '' example-mcp
}
