#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: while records come in, a master of Sentinel or of a Cluster is killed, slots
# are moved, a node is added and one removed: no record that was accepted is lost,
# none is counted twice, nobody is shown down or paged for it, and the work goes on
# within the engine's own failover and 5 s. See engines.mjs; the engines are those of
# scripts/deploy/store.

bats_require_minimum_version 1.5.0
load ../helpers/lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	"$ROOT/scripts/deploy/store/run" stop "$PWD/engine"
}

# engine KIND
engine() {
	node "$ROOT/tests/long/engines.mjs" "$ROOT" "$BIN" "$PWD" "$1" "${SEED:-$RANDOM}" \
		>out || { cat out; tail -n 5 failed/said; return 1; }
	sed 's/^/# /' out >&3
}

@test "Sentinel: the master is killed, twice" {
	engine sentinel
}

@test "a Cluster: a master is killed, slots move, a node comes and goes" {
	engine cluster
}
