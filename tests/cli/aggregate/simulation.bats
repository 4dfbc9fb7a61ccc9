#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a day of a fleet to which everything happens that a person on call can
# tell of, judged again, says of every server and every minute what the rule
# says, and what was injected.
#
# DAY_SEED=n makes the day of a failure again, DAY_DAYS=n more days after it;
# DAY_SERVERS, DAY_MINUTES and DAY_REGIONS say how large they are; DAY_KIB, how
# much memory the aggregator may have.

bats_require_minimum_version 1.5.0
load ../../helpers/lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	DAY="$ROOT/tests/simulation/day.mjs"
	export DAY_SEED=${DAY_SEED:-1}
}

replay() {
	(ulimit -v "${DAY_KIB:-unlimited}" && exec "$BIN/mcp-aggregate" replay "$@")
}

# days N ARGS…: so many, judged with these options.
days() {
	local n=$1
	shift
	set -o pipefail
	for ((; n > 0; n--, DAY_SEED++)); do
		node "$DAY" generate truth 2>made | replay - "$@" |
			node "$DAY" compare truth >told 2>&1 ||
			{ cat made told; return 1; }
		cat made told
	done
}

@test "a day of incidents: every server, every minute, as injected" {
	days "${DAY_DAYS:-1}" >out || { cat out; false; }
	# Every kind of incident was there.
	without ': no ' out
	# Days that somebody asked for are told of.
	[ -z "${DAY_DAYS:-}${DAY_SERVERS:-}" ] || sed 's/^/# /' out >&3
}

@test "servers that are probed every five minutes" {
	DAY_INTERVAL=300 DAY_SERVERS=20 DAY_MINUTES=400 days 1 --interval 5m
}

@test "a verdict that is wrong, missing or too many is told, and its day" {
	DAY_SERVERS=40 DAY_MINUTES=90 node "$DAY" generate truth >records
	replay records >verdicts
	node "$DAY" compare truth <verdicts
	run -1 node "$DAY" compare truth < <(replay records --tolerance 59s)
	[[ ${lines[0]} == "DAY_SEED=$DAY_SEED: mcp-"*"Z:" ]]
	[[ ${lines[1]} == '  want ["red","step-alert",'* ]]
	[[ ${lines[2]} == '  got  ["amber","regional",'* ]]
	run -1 node "$DAY" compare truth < <(sed 500d verdicts)
	[[ $output == *": not due"* ]]
	run -1 node "$DAY" compare truth < <(sed '$d' verdicts)
	[[ ${lines[0]} == *": nothing from "* ]]
	run -1 node "$DAY" compare truth < <(sed 500p verdicts)
	[[ ${lines[0]} == *": not due" ]]
	run -1 node "$DAY" compare truth </dev/null
}
