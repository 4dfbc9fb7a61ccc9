#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: in five real networks, over ssh, what the first article tells of is seen as
# the articles promise; and faults of our own parts hide no outage, make none, and
# lose no event. See tests/lab/README.md.

bats_require_minimum_version 1.5.0
load ../helpers/lib

# apart: whether namespaces are to be had.
apart() {
	unshare --net --mount --pid --fork true 2>/dev/null && [ -e /dev/net/tun ]
}

# namespaces: only where they are to be had.
namespaces() {
	apart || skip "no namespaces and TUN devices to be had here; it takes root"
}

# lab PLAY…: prints what happened. It says in the first line where it is.
lab() {
	local -a as=()
	[[ $1 != loopback ]] || { shift; [[ $EUID -ne 0 ]] || as=(setpriv --bounding-set=-sys_admin,-net_admin); }
	"${as[@]}" "$ROOT/tests/lab/run" "$@" >"$BATS_TEST_TMPDIR/out" 2>&1 ||
		{ cat "$BATS_TEST_TMPDIR/out"; return 1; }
	tail -n 1 "$BATS_TEST_TMPDIR/out" | sed 's/^/# /' >&3
}

@test "a stale cache, broken routes, a dead origin, a wrong certificate: minute by minute" {
	namespaces
	lab articles
	grep -q '^lab: five regions in namespaces' "$BATS_TEST_TMPDIR/out"
}

@test "fifteen random faults of our own parts in 34 minutes, beside outages" {
	namespaces
	lab day 15 "${SEED:-$RANDOM}"
}

@test "a night of 72 rounds: each trouble is told once, in time, and as it is" {
	namespaces
	lab night
}

@test "the articles without any rights, on loopback" {
	lab loopback articles
	grep -q '^lab: five regions on loopback' "$BATS_TEST_TMPDIR/out"
	# Otherwise there was a day with more faults.
	apart || lab loopback day 8 "${SEED:-$RANDOM}"
}
