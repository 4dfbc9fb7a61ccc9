#!/usr/bin/env bats
# Goal: in five real networks, over ssh, what the first article tells of is seen as
# the articles promise; and faults of our own parts hide no outage, make none, and
# lose no event. See tests/lab/README.md.

bats_require_minimum_version 1.5.0
load ../helpers/lib

setup() {
	if ! unshare --net --mount --pid --fork true 2>/dev/null || [ ! -e /dev/net/tun ]; then
		skip "no namespaces and TUN devices to be had here; it takes root"
	fi
}

# lab PLAY…: prints what happened.
lab() {
	"$ROOT/tests/lab/run" "$@" >"$BATS_TEST_TMPDIR/out" 2>&1 ||
		{ cat "$BATS_TEST_TMPDIR/out"; return 1; }
	tail -n 1 "$BATS_TEST_TMPDIR/out" | sed 's/^/# /' >&3
}

@test "a stale cache, broken routes, a dead origin, a wrong certificate: minute by minute" {
	lab articles
}

@test "fifteen random faults of our own parts in 34 minutes, beside outages" {
	lab day 15 "${SEED:-$RANDOM}"
}
