# shellcheck shell=bash disable=SC2034
# For tests of mcp-serve: servers as the aggregator publishes them, and the
# program called as a CGI.

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

# get PATH [NAME=VALUE…]: what the program, called as a CGI, answers: CODE, and
# the files fields and body; what it tells its operator is in err.
get() {
	env REQUEST_METHOD=GET GATEWAY_INTERFACE=CGI/1.1 REQUEST_URI="$1" \
		"${@:2}" "$BIN/mcp-serve" --now "$NOW" >out 2>err
	sed '/^\r$/q' out >fields
	tail -c "+$(($(wc -c <fields) + 1))" out >body
	CODE=$(sed -n '1s/^Status: \([0-9]*\) .*/\1/p' fields)
}

# says NAME: the value of a field of the answer.
says() {
	sed -n "s/^$1: \(.*\)\r\$/\1/p" fields
}
