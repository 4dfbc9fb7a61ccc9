# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# For tests of mcp-aggregate with a store: one Redis for the whole file, empty
# when a test begins.

load "${BASH_SOURCE[0]%/*}/lib"
load "${BASH_SOURCE[0]%/*}/redis"
load "${BASH_SOURCE[0]%/*}/probes"

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
	redis flushall >/dev/null
	# Of a known second, so that times around it lie in the same windows whenever a
	# test runs: ten seconds before this minute.
	# shellcheck disable=SC2034 # for the tests
	NOW=$(($(date +%s) / 60 * 60 - 10))
}
