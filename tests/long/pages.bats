#!/usr/bin/env bats
# Goal: what people see of every state, in a real browser. The pictures are in
# build/shots afterwards, to be looked at.

bats_require_minimum_version 1.5.0
load ../helpers/lib
load ../helpers/redis

setup_file() {
	"$ROOT/tests/peers/install"
	redis_start "$BATS_FILE_TMPDIR/redis"
}

teardown_file() {
	redis_stop
}

setup() {
	export MCP_STORE=unix://$REDIS_SOCK
}

@test "nothing is too wide, asked for elsewhere, refused by the policy, or a fault to axe" {
	local now peers=$ROOT/build/peers/node_modules
	now=$(date +%s)
	"$ROOT/tests/long/fill" "$BIN" "$BATS_TEST_TMPDIR" "$now"
	PATH=$(printf '%s:' "$peers"/node-linux-*/bin)$PATH \
		node "$ROOT/tests/long/shots.mjs" "$BIN" \
		$((now / 60 * 60 + 50)) "$ROOT/build/shots" "$peers"
}
