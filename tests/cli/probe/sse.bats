#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: mcp-probe gets its answers where they come, and no others: on the event
# stream of HTTP+SSE, and from a stream that the server leaves in the middle;
# and nothing of it is left open, whatever the server does.

load ../../helpers/scripted

# sent REGION: each request as "HTTP-method method version", whether it names a
# session or a stream, and the event that it wants to go on from.
sent() {
	requests "$1" | jq -r '[.method, (.body | if . == "" then "-" else fromjson.method end),
		.headers["mcp-protocol-version"],
		if .headers["mcp-session-id"] then "session" elif .search != "" then "stream"
			else null end, .headers["last-event-id"]] | map(. // "-") | join(" ")'
}

# hinted REGION MOOD HINT: probes a target of that mood with that hint.
hinted() {
	echo "{\"slug\":\"s\",\"region\":\"$1\",\"url\":\"$HOST/$2\",\"protocol_hint\":\"$3\"}" >target
	probe --targets target
}

@test "a server of HTTP+SSE is found once it takes neither POST" {
	probe -r found "$HOST/http-sse"
	[ "$status" -eq 0 ]
	diff - <(sent found) <<-'EOF'
		POST server/discover 2026-07-28 - -
		POST initialize - - -
		GET - - - -
		POST initialize - stream -
		POST notifications/initialized 2025-11-25 stream -
		POST tools/list 2025-11-25 stream -
	EOF
	closed found
	# The stream has one connection, and all messages share another.
	requests found | jq -es '(.[2].headers.accept == "text/event-stream") and
		(map(.port) | unique | length) == 2 and (.[3:] | map(.port) | unique | length) == 1 and
		all(.[3:][]; .headers | has("mcp-method") or has("mcp-session-id") | not)'
	# The era makes no difference to the hash.
	jq -s 'last | [.tool_hash, .full_hash]' out >first
	probe "$HOST/json"
	jq -s 'last | [.tool_hash, .full_hash]' out | diff first -
}

@test "the hint sse begins with the stream, and does no harm where it is wrong" {
	hinted right http-sse sse
	[ "$(sent right | head -n 2)" = $'GET - - - -\nPOST initialize - stream -' ]
	[ "$(jq -r 'select(.state).era' out)" = sse ]
	for mood in json http-sse-html http-sse-other stateless; do
		hinted "wrong-$mood" "$mood" sse
		[ "$(sent "wrong-$mood" | sed -n 2p)" = 'POST server/discover 2026-07-28 - -' ]
	done
	for mood in json stateless; do
		hinted "wrong2-$mood" "$mood" sse
		[ "$(jq -r 'select(.state).state' out)" = healthy ]
		closed "wrong2-$mood"
	done
	# Nor do the other hints to a server of HTTP+SSE.
	for hint in session stateless; do
		hinted "other-$hint" http-sse "$hint"
		[ "$(jq -r 'select(.state) | .state, .era' out | xargs)" = "healthy sse" ]
	done
	# Known as a server of HTTP+SSE, it is told what fails of that.
	hinted silent http-sse-other sse
	[ "$(jq -r 'select(.state).error' out)" = sse.no-endpoint ]
}

@test "HTTP+SSE: what a stream may look like, and what is wrong with one" {
	WIDTH=16 table wire -t 10s --health-tool echo <<-'EOF'
		# path                 state  step code protocol era tools
		http-sse               healthy - - 2025-11-25 sse 3
		http-sse-400           healthy - - 2025-11-25 sse 3
		http-sse-405           healthy - - 2025-11-25 sse 3
		http-sse-absolute      healthy - - 2025-11-25 sse 3
		http-sse-query         healthy - - 2025-11-25 sse 3
		http-sse-crlf          healthy - - 2025-11-25 sse 3
		http-sse-cr            healthy - - 2025-11-25 sse 3
		http-sse-notes         healthy - - 2025-11-25 sse 3
		http-sse-line          healthy - - 2025-11-25 sse 3
		http-sse-early         healthy - - 2025-11-25 sse 3
		http-sse-mute          healthy - - 2025-11-25 sse 3
		http-sse+200@initialized healthy - - 2025-11-25 sse 3
		# Only 400, 404 and 405 lead to a GET.
		http-sse-403           broken initialize http.403 - - -
		http-sse-429           broken initialize http.429 - - -
		http-sse-500           broken initialize http.500 - - -
		http-sse-elsewhere     broken initialize sse.endpoint - - -
		http-sse-port          broken initialize sse.endpoint - - -
		http-sse-scheme        broken initialize sse.endpoint - - -
		http-sse-userinfo      broken initialize sse.endpoint - - -
		http-sse-fragment      broken initialize sse.endpoint - - -
		http-sse-space         broken initialize sse.endpoint - - -
		http-sse-lines         broken initialize sse.endpoint - - -
		http-sse-file          broken initialize sse.endpoint - - -
		http-sse-long          broken initialize sse.endpoint - - -
		http-sse-silent        broken initialize http.404 - - -
		http-sse-other         broken initialize http.404 - - -
		http-sse-ended         broken initialize http.404 - - -
		http-sse-html          broken initialize http.404 - - -
		http-sse+404@get       broken initialize http.404 - - -
		http-sse+403@get       broken initialize http.404 - - -
		http-sse+hang@get      broken initialize http.404 - - -
		http-sse+cut@get       broken initialize http.404 - - -
		http-sse+429@get       broken initialize http.429 - - -
		http-sse+503@get       broken initialize http.503 - - -
		http-sse+endless-sse@get   broken initialize http.404 - - -
		http-sse+endless-event@get broken initialize http.404 - - -
		http-sse-batch         broken initialize mcp.batch 2025-11-25 sse -
		http-sse-wrong-id      broken tools-list deadline 2025-11-25 sse -
		http-sse-string        broken tools-list deadline 2025-11-25 sse -
		http-sse-no-json       broken tools-list jsonrpc.malformed 2025-11-25 sse -
		http-sse-error         broken tools-list jsonrpc.-32603 2025-11-25 sse -
		http-sse-closed        broken tools-list sse.no-answer 2025-11-25 sse -
		http-sse-closed-mute   broken tools-list sse.no-answer 2025-11-25 sse -
		http-sse-closed-early  broken tools-list sse.no-answer 2025-11-25 sse -
		http-sse+404@list      broken tools-list http.404 2025-11-25 sse -
		http-sse+500@call      broken tools-call http.500 2025-11-25 sse 3
		http-sse-dumb          broken initialize deadline - - -
		http-sse+hang@call     broken tools-call deadline 2025-11-25 sse 3
		http-sse+rpc-error@call broken tools-call deadline 2025-11-25 sse 3
	EOF
	closed wire
	# Nothing was sent to where an endpoint has no business to point.
	requests wire | jq -es 'all(.[]; .search == "" or (.path | test(
		"elsewhere|port|scheme|userinfo|fragment|space|lines|file|long") | not))'
	# Nobody has to guess what else was tried.
	jq -es '.[2].message | contains("no MCP server was found at this path") and
		contains("GET")' rows/http-sse+404@get.out
	jq -es '.[2].message | contains("elsewhere.example")' rows/http-sse-elsewhere.out
	! grep -l s3cret rows/*
	# To read all that takes its time.
	table flood -t 50s <<-'EOF'
		http-sse-flood         broken tools-list body.too-complex 2025-11-25 sse -
	EOF
	closed flood
}

@test "HTTP+SSE: a wall at the GET is a wall, and a credential goes to both" {
	table closed-off <<-'EOF'
		http-sse-walled       auth-walled - - - - -
		http-sse-walled-bare  broken initialize auth.bare-401 - - -
	EOF
	echo s3cret-canary >token
	table let-in --token-file token <<-'EOF'
		http-sse-walled       healthy - - 2025-11-25 sse 3
		http-sse              healthy - - 2025-11-25 sse 3
	EOF
	requests let-in-http-sse-walled | jq -es 'map(select(.search != "") |
		.headers.authorization) == ["Bearer s3cret-canary", "Bearer s3cret-canary",
		"Bearer s3cret-canary"]'
	echo wrong >token
	table kept-out --token-file token <<-'EOF'
		http-sse-walled       broken auth-initialize auth.rejected - - -
	EOF
	closed let-in
}

@test "a stream that the server leaves is resumed" {
	probe -r resumed "$HOST/resume-twice"
	[ "$status" -eq 0 ]
	diff - <(sent resumed | tail -n 4) <<-'EOF'
		POST tools/list 2025-11-25 session -
		GET - 2025-11-25 session ev-1
		GET - 2025-11-25 session ev-2
		DELETE - 2025-11-25 session -
	EOF
	WIDTH=19 table left -t 10s --health-tool echo <<-'EOF'
		# path               state  step code protocol era tools
		resume               healthy - - 2025-11-25 session 3
		resume-twice         healthy - - 2025-11-25 session 3
		resume-cut           healthy - - 2025-11-25 session 3
		resume-half          healthy - - 2025-11-25 session 3
		resume-initialize    healthy - - 2025-11-25 session 3
		resume-call          healthy - - 2025-11-25 session 3
		resume-error         broken tools-list jsonrpc.-32603 2025-11-25 session -
		resume-wrong-id      broken tools-list jsonrpc.wrong-id 2025-11-25 session -
		resume-endless       broken tools-list sse.reconnects 2025-11-25 session -
		resume-hang          broken tools-list deadline 2025-11-25 session -
		resume-405           broken tools-list sse.resume 2025-11-25 session -
		resume-404           broken tools-list sse.resume 2025-11-25 session -
		resume-html          broken tools-list sse.resume 2025-11-25 session -
		resume-empty         broken tools-list http.empty 2025-11-25 session -
		resume-walled        auth-walled - - 2025-11-25 session -
		resume-late          broken tools-list sse.retry 2025-11-25 session -
		resume-never         broken tools-list sse.retry 2025-11-25 session -
		resume-no-id         broken tools-list sse.no-answer 2025-11-25 session -
		resume-stateless     broken tools-list sse.no-answer 2026-07-28 stateless -
	EOF
	closed left
	# Without an event id, and in 2026-07-28, there is nothing to go on with.
	requests left | jq -es 'all(.[]; .method != "GET" or (.path |
		test("late|never|no-id|stateless") | not))'
	# A wait that cannot be kept is not waited for.
	jq -es '(.[5].message | contains("600 s")) and .[8].total_ms < 9000' rows/resume-late.out
}

@test "what a server asks on a stream is answered, whichever stream it is" {
	table asked -t 10s --health-tool echo <<-'EOF'
		# path                  state   step code protocol era tools
		asks-ping               healthy - - 2025-11-25 session 3
		asks-ping-initialize    healthy - - 2025-11-25 session 3
		asks-ping-call          healthy - - 2025-11-25 session 3
		asks-ids                healthy - - 2025-11-25 session 3
		asks-other              healthy - - 2025-11-25 session 3
		asks-batch              healthy - - 2025-03-26 session 3
		asks-resumed            healthy - - 2025-11-25 session 3
		http-sse-asks           healthy - - 2025-11-25 sse 3
		http-sse-asks-between   healthy - - 2025-11-25 sse 3
	EOF
	closed asked
	# In the session, that of initialize included.
	requests asked | jq -es 'map(select(.path | startswith("/asks")) |
		select(.body | contains("method\":") | not) |
		select(.method == "POST").headers["mcp-session-id"]) | length > 8 and all(.)'
}

@test "a server that asks for ever is not answered for ever, and nothing is left" {
	probe -r often -t 2s "$HOST/asks-often"
	jq -es 'last | .failed_step == "tools-list" and .error == "deadline"' out
	[ "$(requests often | grep -c '"result')" -eq 50 ]
	closed often
}
