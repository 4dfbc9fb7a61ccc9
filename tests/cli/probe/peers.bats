#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: of real servers mcp-probe tells what SERVERS knows of them, whichever
# revision they speak, and none of them is left with a session.

load ../../helpers/lib

setup_file() {
	start scripted
	export PROXY=${URL%/mcp} REQUESTS=$PEER_DIR/scripted.$PID/requests
}

teardown_file() {
	stop_all
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	umask 077
}

# Leaves no server of a test to the next.
teardown() {
	if [[ -n ${PEER-} ]]; then
		"$ROOT/tests/peers/peer" stop "$PEER"
		sed -i '$d' "$PEER_DIR/pids"
	fi
}

# peer NAME: starts it; its process is in PEER, its log in LOG.
peer() {
	start "$1"
	PEER=$PID LOG=$PEER_DIR/$1.$PID/log
}

# told WANT: the summary of the last probe says so, and is right in form.
told() {
	local got
	records out
	got=$(jq -rs 'last | [.state, .failed_step, .error, .protocol, .era, .tool_count] |
		map(. // "-") | join(" ")' out)
	[ "$got" = "$1" ] || { echo "$got"; cat err; return 1; }
}

# healthy NAME PROTOCOL ERA TOOLS [ARGS…]: starts it, and probes it.
healthy() {
	peer "$1"
	probe "${@:5}" "$URL"
	[ "$status" -eq 0 ]
	told "healthy - - $2 $3 $4"
	# What a server lists does not change by being asked.
	jq -s 'last | [.tool_hash, .full_hash]' out >first
	probe "${@:5}" "$URL"
	jq -s 'last | [.tool_hash, .full_hash]' out | diff first -
}

# as_session: makes a target record of what is probed, whose hint is session.
as_session() {
	echo "{\"slug\":\"s\",\"url\":\"$URL\",\"protocol_hint\":\"session\"}" >target
}

# gone DELETE LIST [ARGS…]: probed through a proxy that looks on, the server
# opens one session, answers DELETE with that status, and then tools/list of
# that session with that status; "-" for no answer.
gone() {
	local id ids
	: >"$REQUESTS"
	http_proxy=$PROXY probe "${@:3}"
	[ "$(jq -r 'select(.state).state' out)" = healthy ]
	ids=$(jq -r 'select(.session).session' "$REQUESTS" | sort -u)
	[ "$(wc -l <<<"$ids")" -eq 1 ]
	id=$ids
	[ "$(jq -r 'select(.method == "DELETE") | "\(.status) \(.session)"' "$REQUESTS")" = "$1 $id" ]
	[ "$2" != - ] || return 0
	[ "$(curl -s -m 60 -o body -w '%{http_code}' "$URL" -H "Mcp-Session-Id: $id" \
		-H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \
		-H "MCP-Protocol-Version: $(jq -r 'select(.state).protocol' out)" ${AUTH:+-H "$AUTH"} \
		-d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}')" -eq "$2" ] || { cat body; return 1; }
}

# logged OPEN CLOSE: as many lines of the log match the one as the other.
logged() {
	local opened closed
	opened=$(grep -c "$1" "$LOG")
	closed=$(grep -c "$2" "$LOG")
	[ "$opened" -gt 0 ] && [ "$opened" -eq "$closed" ]
}

# hung_up PATTERN N: the log says N times that an event stream was closed.
hung_up() {
	timeout 600 grep -q -m "$2" "$1" <(tail -n +1 -f --pid="$PEER" "$LOG")
	[ "$(grep -c "$1" "$LOG")" -eq "$2" ]
}

@test "server-everything of today: 2025-11-25, stateful, SSE" {
	healthy ev-new 2025-11-25 session 13 --health-tool echo --health-args '{"message":"hi"}'
	jq -es '.[6].status == "pass"' out
	gone 200 400 "$URL"
	logged 'Session initialized' 'Transport closed for session'
}

@test "server-everything of July 2025: 2025-06-18, stateful, SSE" {
	healthy ev-2507 2025-06-18 session 11
	gone 200 400 "$URL"
	logged 'Session initialized' 'Transport closed for session'
}

@test "server-everything of April 2025: 2024-11-05 over Streamable HTTP" {
	healthy ev-2504 2024-11-05 session 8
	gone 200 - "$URL"
	logged 'Session initialized' 'Received session termination request'
}

@test "SDK v2: 2026-07-28 alone" {
	healthy v2-modern 2026-07-28 stateless 3 --health-tool greet --health-args '{"name":"x"}'
	jq -es '.[6].status == "pass"' out
	as_session
	probe --targets target
	told "healthy - - 2026-07-28 stateless 3"
	probe --health-tool boom "$URL"
	[ "$status" -eq 1 ]
	told "broken tools-call tool.error 2026-07-28 stateless 3"
}

@test "SDK v2: both eras, and one hash" {
	healthy v2-dual 2026-07-28 stateless 3
	as_session
	probe --targets target
	told "healthy - - 2025-11-25 session 3"
	jq -s 'last | [.tool_hash, .full_hash]' out | diff first -
}

@test "mcp-proxy: both eras, and one hash" {
	healthy mcp-proxy 2026-07-28 stateless 14
	as_session
	probe --targets target
	told "healthy - - 2025-11-25 session 14"
	jq -s 'last | [.tool_hash, .full_hash]' out | diff first -
	gone 200 404 --targets target
}

@test "supergateway without sessions: a child for each request" {
	healthy supergateway 2025-11-25 session 9
	: >"$REQUESTS"
	http_proxy=$PROXY probe "$URL"
	[ "$(jq -s 'map(select(.session or .method == "DELETE")) | length' "$REQUESTS")" -eq 0 ]
	childless
}

# childless: every child of the server ends.
childless() {
	local child
	for child in $(pgrep -P "$PEER"); do
		timeout 600 tail -s 0.05 -f /dev/null --pid="$child"
	done
	[ -z "$(pgrep -P "$PEER")" ]
}

@test "supergateway with sessions: no child is left" {
	healthy supergateway-stateful 2025-11-25 session 9
	childless
	gone 200 404 "$URL"
	childless
	# Nor after a probe that fails.
	probe --health-tool nosuch "$URL"
	told "broken tools-call tool.missing 2025-11-25 session 9"
	childless
}

@test "SDK v1 that answers in JSON, and has no DELETE" {
	healthy sdk-json 2025-11-25 session 2
	gone 404 200 "$URL"
}

@test "SDK 1.12: 2025-03-26, no sessions" {
	healthy sdk112 2025-03-26 session 1
}

@test "SDK v1 that closes its streams in the middle" {
	healthy sdk-polling 2025-11-25 session 1 --health-tool long-task
	jq -es '.[6].status == "pass"' out
	gone 200 404 "$URL"
	logged 'Session initialized' 'Transport closed'
}

@test "HTTP+SSE of SDK v1, at a path that does not say so" {
	healthy sdk-sse 2025-11-25 sse 1
	hung_up 'SSE transport closed' 2
}

@test "HTTP+SSE of mcp-proxy: the same tools, whatever the hint" {
	peer mcp-proxy
	probe "$URL"
	jq -s 'last | [.tool_hash, .full_hash]' out >first
	url=${URL%mcp}sse
	for hint in sse session stateless; do
		echo "{\"slug\":\"s\",\"url\":\"$url\",\"protocol_hint\":\"$hint\"}" >target
		probe --targets target
		told "healthy - - 2025-11-25 sse 14"
		jq -s 'last | [.tool_hash, .full_hash]' out | diff first -
	done
	probe --health-tool list_allowed_directories "$url"
	told "healthy - - 2025-11-25 sse 14"
	jq -es '.[6].status == "pass"' out
}

@test "HTTP+SSE of supergateway: no child for a client" {
	healthy supergateway-sse 2025-11-25 sse 9
	hung_up 'SSE connection closed' 2
	[ "$(pgrep -cP "$PEER")" -eq 1 ]
}

@test "HTTP+SSE of server-everything, today's and that of April 2025" {
	healthy ev-new-sse 2025-11-25 sse 13 --health-tool echo --health-args '{"message":"hi"}'
	jq -es '.[6].status == "pass"' out
	hung_up 'Client Disconnected' 2
	teardown
	# This one exits once its client has gone.
	peer ev-2504-sse
	probe "$URL"
	told "healthy - - 2024-11-05 sse 8"
}

# authorize ISSUER RESOURCE: the token that a client gets there (RFC 7591, 7636).
authorize() {
	local client code verifier back=http://localhost:9/
	verifier=$(printf 'v%.0s' {1..50})
	client=$(curl -s "$1register" -H 'Content-Type: application/json' -d "{
		\"redirect_uris\":[\"$back\"],\"token_endpoint_auth_method\":\"none\",
		\"scope\":\"mcp:tools\"}" | jq -r .client_id)
	code=$(curl -s -o body -w '%{redirect_url}' -G "$1authorize" -d response_type=code \
		-d "client_id=$client" -d scope=mcp:tools -d code_challenge_method=S256 \
		-d "code_challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary |
			basenc --base64url | tr -d =)" \
		--data-urlencode "redirect_uri=$back" --data-urlencode "resource=$2")
	curl -s "$1token" -d grant_type=authorization_code -d "client_id=$client" \
		-d "code=${code##*code=}" -d "code_verifier=$verifier" \
		--data-urlencode "redirect_uri=$back" --data-urlencode "resource=$2" |
		jq -r .access_token
}

@test "SDK v1 behind OAuth: the trail is found, the wall is no failure, a token opens it" {
	peer sdk-oauth
	probe "$URL"
	[ "$status" -eq 0 ]
	told "auth-walled - - - - -"
	jq -es '.[3] | .status == "pass" and (.detail.issuer | test("^http://localhost:[0-9]+/$"))' out
	issuer=$(jq -r 'select(.n == 4).detail.issuer' out)
	# A token that it never gave makes this server stumble.
	echo s3cret-canary >token
	probe --token-file token "$URL"
	[ "$status" -eq 1 ]
	told "broken auth-initialize http.500 - - -"
	authorize "$issuer" "${URL/127.0.0.1/localhost}" >token
	probe --token-file token "$URL"
	[ "$status" -eq 0 ]
	told "healthy - - 2025-11-25 session 7"
	AUTH="Authorization: Bearer $(cat token)" gone 200 404 --token-file token "$URL"
}

@test "oidc-provider gives a client its token, and SDK v1 has it checked there" {
	export XDG_RUNTIME_DIR=$PWD
	for format in opaque jwt; do
		OIDC_FORMAT=$format peer oauth-client
		probe "$URL"
		told "auth-walled - - - - -"
		issuer=$(jq -r 'select(.n == 4).detail.issuer' out)
		printf '%s\n' "origin = ${URL%/mcp}" 'client_id = probe' \
			'client_secret = s3cret-canary:+/%' "issuer = $issuer" \
			'scope = mcp:tools' >client
		probe --credential client --health-tool whoami "$URL"
		[ "$status" -eq 0 ]
		told "healthy - - 2025-11-25 session 1"
		[ "$(ls mcp-probe | wc -l)" -eq 1 ]
		probe --credential client "$URL"
		told "healthy - - 2025-11-25 session 1"
		# One that the server never gave is fetched anew.
		sed -i 's/ .*/ eyJhbGciOiJub25lIn0.e30./' mcp-probe/*
		probe --credential client "$URL"
		told "healthy - - 2025-11-25 session 1"
		rm -r mcp-probe
		sed -i 's/s3cret-canary/s3cret-other/' client
		probe --credential client "$URL"
		told "broken auth-initialize oauth.refused - - -"
		jq -es '.[4].message | contains("invalid_client")' out
		teardown
	done
	unset PEER
}

@test "notion: a wall that does not say what it wants" {
	peer notion
	probe "$URL"
	[ "$status" -eq 1 ]
	told "broken initialize auth.bare-401 - - -"
	probe --allow-bare-401 "$URL"
	told "auth-walled - - - - -"
	echo hunter2 >token
	probe --allow-bare-401 --token-file token "$URL"
	told "healthy - - 2025-11-25 session 24"
	AUTH='Authorization: Bearer hunter2' \
		gone 200 400 --allow-bare-401 --token-file token "$URL"
	echo hunter3 >token
	probe --allow-bare-401 --token-file token "$URL"
	told "broken auth-initialize auth.rejected - - -"
}

@test "@hono/mcp: one transport for all, which a DELETE would close" {
	healthy hono 2025-11-25 session 1
	: >"$REQUESTS"
	http_proxy=$PROXY probe "$URL"
	[ "$(jq -s 'map(select(.session or .method == "DELETE")) | length' "$REQUESTS")" -eq 0 ]
	probe "$URL"
	[ "$status" -eq 0 ]
}

@test "fastmcp: no session is left in its count" {
	healthy fastmcp 2025-11-25 session 2 --health-tool add --health-args '{"a":1,"b":2}'
	gone 200 404 "$URL"
	[ "$(curl -s "${URL%/mcp}/ready" | jq -c .total)" -eq 0 ]
	probe --health-tool fail "$URL"
	told "broken tools-call tool.error 2025-11-25 session 2"
	[ "$(curl -s "${URL%/mcp}/ready" | jq -c .total)" -eq 0 ]
}
