#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2030,SC2031
# Goal: what mcp-alert prints is a copy of what it delivers: a reader that stands
# still, or goes, costs no page a second, and no page at all.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

setup() {
	alert_setup
	# A line for each event that was delivered.
	printf '#!/bin/sh\njq -r .event >>paged\necho >told\n' >page
	chmod +x page
	mkfifo told
	exec {TOLD}<>told
	routes "{name: page, type: command, command: [$PWD/page]}"
}

# stuck: a pipe that is full, and that nobody reads, at $STUCK.
stuck() {
	mkfifo pipe
	exec {STUCK}<>pipe
	# It fails once there is no room for a byte.
	dd if=/dev/zero of=pipe bs=4096 oflag=nonblock 2>/dev/null || true
	dd if=/dev/zero of=pipe bs=1 oflag=nonblock 2>/dev/null || true
}

# paged: waits for one delivery more.
paged() {
	read -r -t 60 -u "$TOLD"
}

down() {
	verdict "$1" eu,us initialize
}

# unread: mcp-alert, whose input is $IN, and whose output nobody reads.
unread() {
	stuck
	mkfifo in
	"$BIN/mcp-alert" <in >&"$STUCK" 2>err 3>&- &
	pids+=($!)
	exec {IN}>in
}

@test "a reader that never reads holds no page back, and is not waited for in the end" {
	unread
	down 0 >&"$IN"
	paged
	minutes 1 3 >&"$IN"
	paged
	down 4 >&"$IN"
	paged
	[ "$(paste -sd' ' paged)" = "downtime_started downtime_resolved downtime_started" ]
	kill -0 "${pids[0]}"
	exec {IN}>&-
	status=0
	wait "${pids[0]}" || status=$?
	pids=()
	[ "$status" = 3 ]
	[ "$(<err)" = "mcp-alert: standard output: nobody reads it, so not all events are printed" ]
	[ -z "$(undelivered)" ]
}

@test "nor does one of our messages, where both go to the same pipe" {
	stuck
	printf '#!/bin/sh\necho >told\nexit 1\n' >fail
	chmod +x fail
	routes "{name: fail, type: command, command: [$PWD/fail]}" \
		"{name: page, type: command, command: [$PWD/page]}"
	status=0
	{ down 0; minutes 1 3; } | timeout 60 "$BIN/mcp-alert" >&"$STUCK" 2>&1 || status=$?
	[ "$status" = 3 ]
	[ "$(paste -sd' ' paged)" = "downtime_started downtime_resolved" ]
}

@test "an event is with its route before it is printed, and a kill in between sends nothing twice" {
	unread
	down 0 >&"$IN"
	paged
	# Stored, too: the index is empty only then.
	until [ -z "$(undelivered)" ]; do
		:
	done
	kill -9 "${pids[0]}"
	wait "${pids[0]}" || true
	pids=()
	exec {IN}>&-
	down 0 | alert 0
	[ ! -s out ]
	[ "$(<paged)" = downtime_started ]
}

@test "a reader that is slow gets every line, whole and in order" {
	for ((i = 0; i < 8; i++)); do
		down $((70 * i))
		minutes $((70 * i + 1)) $((70 * i + 3))
	done >lines
	routes
	"$BIN/mcp-alert" --dry-run <lines >want
	[ "$(wc -l <want)" -ge 16 ]
	(while read -r line; do echo "$line"; done) < <("$BIN/mcp-alert" <lines) >got
	diff <(jq -c '[.event, .dedup_key, .at]' want) <(jq -c '[.event, .dedup_key, .at]' got)
}

@test "standard output that is closed, or whose reader has gone: every page, and exit 3" {
	# The pages of both are told of to somebody who reads.
	printf '#!/bin/sh\njq -r .event >>paged\n' >page
	for how in closed gone full; do
		redis flushall >/dev/null
		rm -f paged
		status=0
		case $how in
		closed) { down 0; minutes 1 3; } | "$BIN/mcp-alert" >&- 2>err || status=$? ;;
		gone) { down 0; minutes 1 3; } | { "$BIN/mcp-alert" 2>err || echo $? >status; } | true
			status=$(<status) ;;
		full) { down 0; minutes 1 3; } | "$BIN/mcp-alert" >/dev/full 2>err || status=$? ;;
		esac
		cat err
		[ "$status" = 3 ]
		[ "$(wc -l <err)" = 1 ]
		grep -E '^mcp-alert: standard output: (Bad file descriptor|Broken pipe|No space left on device)$' err
		[ "$(paste -sd' ' paged)" = "downtime_started downtime_resolved" ]
	done
	redis dbsize
	redis get alert:example-mcp | jq -e .
}
