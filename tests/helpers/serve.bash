# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: MIT
# For tests of mcp-serve as of a fixed minute.

load "${BASH_SOURCE[0]%/*}/lib"
load "${BASH_SOURCE[0]%/*}/redis"
load "${BASH_SOURCE[0]%/*}/publish"

AS_OF=1777494660 # 2026-04-29T20:31:00Z
NOW=$((AS_OF + 50))
ETAG='"v1-2026-04-29T20:31:00Z"'
TOKEN=s3cret-canary

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
}
