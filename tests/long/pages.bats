#!/usr/bin/env bats
# Goal: what people see of every state, and of an incident that they take, in a real
# browser. The pictures are in build/shots afterwards, to be looked at.

bats_require_minimum_version 1.5.0
load ../helpers/lib
load ../helpers/redis
load ../helpers/alert

setup_file() {
	"$ROOT/tests/peers/install"
	redis_start "$BATS_FILE_TMPDIR/redis"
}

teardown_file() {
	redis_stop
}

setup() {
	alert_setup
	MODULES=$ROOT/build/peers/node_modules
	PATH=$(printf '%s:' "$MODULES"/node-linux-*/bin)$PATH
}

@test "nothing is too wide, asked for elsewhere, refused by the policy, or a fault to axe" {
	local now
	now=$(date +%s)
	"$ROOT/tests/long/fill" "$BIN" "$BATS_TEST_TMPDIR" "$now"
	node "$ROOT/tests/long/shots.mjs" "$BIN" $((now / 60 * 60 + 50)) \
		"$ROOT/build/shots" "$MODULES"
}

@test "who was told takes it with the page's button, and another takes it over" {
	local url
	echo 'token = another canary' >credentials/ack
	chmod 600 credentials/ack
	T=$(($(date +%s) / 60 * 60))
	routes "{name: page, type: command, command: ['true']}"
	echo "store: $MCP_STORE" >>fleet.yaml
	verdict 0 eu,us initialize | alert 0
	url=$(jq -r .ack_url out)
	node "$ROOT/tests/long/ack.mjs" "$BIN" "${url#https://status.example.com}" \
		"$ROOT/build/shots" "$MODULES"
}
