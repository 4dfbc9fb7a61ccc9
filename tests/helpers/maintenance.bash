# shellcheck shell=bash disable=SC2016,SC2034
# SPDX-License-Identifier: MIT
# Maintenances of three servers, two of which have an account, as of NOW, with a
# store for the whole file. Needs lib.bash and redis.bash.

NOW=1777494660 # 2026-04-29T20:31:00Z, a Wednesday
TOKEN=s3cret-canary

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK RUNTIME_DIRECTORY=$PWD
	redis flushall >/dev/null
	local hash other read
	hash=$(printf %s "$TOKEN" | sha256sum)
	read=$(printf %s reads | sha256sum)
	other=$(printf %s other | sha256sum)
	cat >fleet.yaml <<-END
		store: $MCP_STORE
		regions: [{name: ap}, {name: eu}, {name: us}]
		accounts:
		  - {name: acme, token_sha256: ${read%% *}, write_token_sha256: ${hash%% *}}
		  - {name: other, token_sha256: ${other%% *}}
		servers:
		  - {slug: example-mcp, url: "https://a.example.com/", account: acme}
		  - {slug: example-two, url: "https://b.example.com/", account: other}
		  - {slug: nobodys, url: "https://c.example.com/"}
		alerts: {zone: Europe/Berlin}
	END
}

# maintenance WANT WORD ARGUMENT…: what it prints goes to out, messages to err.
maintenance() {
	local want=$1 status=0
	shift
	timeout -k 2 600 "$BIN/mcp-alert" maintenance "$@" >out 2>err || status=$?
	[[ $status == "$want" ]] || { echo "exit status $status"; cat err; return 1; }
}

# add WANT ARGUMENT…: as of NOW.
add() {
	maintenance "$1" add -N "$NOW" "${@:2}"
}

# stands FILTER: what the filter makes of the record in the store.
stands() {
	redis hvals fleet:maintenance | jq -cr "$1"
}

# post PATH BODY [NAME=VALUE…]: asks mcp-alert as a CGI. Its answer is in CODE, and
# in the files fields and body.
post() {
	printf %s "$2" >in
	env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST REQUEST_URI="$1" \
		CONTENT_TYPE='application/json; charset=utf-8' \
		CONTENT_LENGTH="$(wc -c <in)" MCP_CONFIG="$PWD/fleet.yaml" \
		HTTP_AUTHORIZATION="Bearer $TOKEN" "${@:3}" \
		"$BIN/mcp-alert" <in >out 2>err
	take_answer
}

AT=/api/v1/monitors/example-mcp/maintenance

# is CODE ERROR: true if that is the answer, and nothing is stored.
is() {
	[[ "$CODE $(jq -r '"\(.error) \(.message | length > 0)"' body)" == "$1 $2 true" ]] ||
		{ cat out err; return 1; }
	grep -q '^Cache-Control: no-store' fields
	[ "$(redis exists fleet:maintenance)" = 0 ]
}
