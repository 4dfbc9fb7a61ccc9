#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: whoever kills mcp-alert, whenever, no event is lost; what arrives twice
# is the same event; two of them side by side tell once.
# KILLS: how many; KILL_SEED: the numbers of an earlier run.

bats_require_minimum_version 1.5.0
load ../../helpers/store

# killed KILLS: what arrived, counted at the routes.
killed() {
	local seed=${KILL_SEED:-$((RANDOM * 32768 + RANDOM))}
	echo "KILL_SEED=$seed KILLS=$1"
	node "$ROOT/tests/fixture/kills.mjs" "$BIN/mcp-alert" "$MCP_STORE" \
		"$PWD" "$1" "$seed" >out || { cat out; tail said; return 1; }
	sed 's/^/# /' out >&3
	[ -z "$(redis smembers fleet:undelivered)" ]
}

@test "killed at any instant, side by side: nothing is lost" {
	killed "${KILLS:-300}"
}

@test "side by side, and nobody is killed: each event once" {
	killed 0
}
