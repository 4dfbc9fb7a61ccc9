#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a clock that was wrong for one round blinds nobody: an outage is told by the
# first round with the right clock, whatever that one left in the store.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/probes

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	"${CC:-cc}" -O2 -shared -fPIC -o clock_off.so "$ROOT/tests/fixture/clock_off.c"
	redis_start "$BATS_FILE_TMPDIR/redis"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export BIN MCP_STORE=unix://$REDIS_SOCK
	at_second 5
}

# at_second N: it is the N-th second of a minute, for programs that a round runs; T is
# when that was.
at_second() {
	local now
	now=$(date +%s)
	BASE=$((($1 - now % 60 + 60) % 60)) T=$((now + BASE))
}

# round SECONDS [STEP]: a round of a machine whose clock is so far off, in which the
# server fails at that step; what was told goes to out.
round() {
	local off=$1 region
	for region in us-east-1 eu-west-2 ap-south-1; do
		probes shop $region $((T + off)) ${2+"$2"}
	done >records
	LD_PRELOAD=${SAN_PRELOAD-}$BATS_FILE_TMPDIR/clock_off.so CLOCK_OFF_S=$((BASE + off)) \
		bash -c '"$BIN/mcp-aggregate" ingest <records &&
			{ "$BIN/mcp-aggregate" verdict >verdicts 2>>said || (($? == 1)); } &&
			"$BIN/mcp-alert" <verdicts' \
		>out 2>>err || { cat said err; return 1; }
}

@test "a clock that is wrong for one round, by 2 minutes, an hour, a day: told in minute one" {
	# By a minute, too, which may end before the next round.
	while read -r off second; do
		redis flushall >/dev/null
		at_second "$second"
		rm -f said err
		round -180
		round -120
		round $((off - 60))
		jq -es 'length == 0' out
		round 0 initialize
		echo "$off, at second $second"
		cat said err out
		jq -es 'map(.event) == ["downtime_started"]' out
		redis get probe:shop:verdict | jq -e '.verdict == "red"'
		LD_PRELOAD=${SAN_PRELOAD-}$BATS_FILE_TMPDIR/clock_off.so CLOCK_OFF_S=$BASE \
			run "$BIN/mcp-aggregate" status -f text
		if ((off > 0)); then
			[[ $(xargs <<<"$output") == *"clock_jumped: a clock was ahead and published verdicts up to "* ]]
			[ "$(grep -c 'a clock was ahead: verdicts up to .* were published; they are ignored' said)" -ge 1 ]
		fi
	done <<-END
		120 5
		120 57
		180 57
		-120 57
		3600 57
		-3600 5
		86400 5
		-86400 57
	END
}

@test "what a clock saw that was ahead is not seen when that time comes" {
	round -120
	# The clock is ahead, and so is no certificate valid.
	round 240 initialize
	for at in 0 60 120 180; do
		round $at
		jq -es 'all(.[]; .event != "downtime_started")' out
	done
	# The second in which it was.
	round 238
	jq -es 'all(.[]; .event != "downtime_started")' out
	LD_PRELOAD=$BATS_FILE_TMPDIR/clock_off.so CLOCK_OFF_S=$((BASE + 242)) "$BIN/mcp-aggregate" verdict \
		2>&1 | jq -e '.verdict == "green" and .failing == []'
}
