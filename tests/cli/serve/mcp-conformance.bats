#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: of the official conformance suite for servers, every scenario that applies to
# a server that has tools alone comes out at /mcp as tests/conformance/server_scenarios
# has it.

load ../../helpers/serve
load ../../helpers/lighttpd

setup_file() {
	redis_start "$BATS_FILE_TMPDIR/redis"
	"$ROOT/tests/peers/install"
}

teardown() {
	web_stop
}

@test "what applies to a server of tools comes out as the table says" {
	local revision scenario rest suite=node_modules/@modelcontextprotocol/conformance
	PATH=$(printf '%s:' "$ROOT"/build/peers/node_modules/node-linux-*/bin)$PATH
	know demo
	publish demo green
	web_start --now "$NOW"
	while read -r revision scenario rest; do
		(cd "$ROOT/build/peers" && timeout -k 2 100 node \
			--import "$ROOT/tests/conformance/loopback.mjs" "$suite/dist/index.js" \
			server --url "$WEB/mcp" --scenario "$scenario" \
			--spec-version "$revision" -o "$BATS_TEST_TMPDIR/$revision-$scenario") \
			>"out-$revision-$scenario" 2>&1 || true
		find "$revision-$scenario" -name checks.json -exec cat {} + | jq -rs \
			--arg row "$revision $scenario" '
			(add | map(select(.status == "SUCCESS")) | length) as $passed |
			(add | map(select(.status | IN("FAILURE", "WARNING")).id) | unique) as $failed |
			"\($row) \($passed)" +
			if $failed == [] then "" else " except \($failed | join(","))" end'
	done < <(grep -v '^#' "$ROOT/tests/conformance/server_scenarios") >came
	grep -v '^#' "$ROOT/tests/conformance/server_scenarios" | diff - came
	[ "$(wc -l <came)" = 10 ]
}
