#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: mcp-probe sends what each revision of the protocol asks for, and no
# more; finds the era whatever a server makes of server/discover; and names
# what is wrong with an answer at the step where it came.

load ../../helpers/scripted

# sent REGION: each request as "HTTP-method method version Mcp-Method", and
# whether it names a session.
sent() {
	requests "$1" | jq -r '[.method, (.body | if . == "" then "-" else fromjson.method end),
		.headers["mcp-protocol-version"], .headers["mcp-method"],
		if .headers["mcp-session-id"] then "session" else null end] |
		map(. // "-") | join(" ")'
}

# asked REGION MOOD [MEMBER]: what is sent to a target of that mood, on stdin.
asked() {
	echo "{\"slug\":\"s\",\"region\":\"$1\",\"url\":\"$HOST/$2\"${3+,$3}}" >target
	probe --targets target
	[ "$(jq -r 'select(.state).state' out)" = healthy ]
	diff - <(sent "$1")
	closed "$1"
}

@test "a server with sessions is asked five times, over one connection" {
	asked five json <<-'EOF'
		POST server/discover 2026-07-28 server/discover -
		POST initialize - - -
		POST notifications/initialized 2025-11-25 - session
		POST tools/list 2025-11-25 - session
		DELETE - 2025-11-25 - session
	EOF
	requests five | jq -es '(map(.port) | unique | length == 1) and
		(map(.body | select(. != "") | fromjson | select(.id).id) |
			length == 3 and (unique | length == 3)) and
		all(.[]; .headers | .["x-probe-region"] == "five" and
			(.["user-agent"] | startswith("mcp-probe/")) and
			(has("authorization") or has("origin") or has("cookie") or
				has("expect") or has("last-event-id") | not)) and
		(.[1].body | fromjson.params | .protocolVersion == "2025-11-25" and
			.capabilities == {} and .clientInfo.name == "mcp-probe")'
}

@test "a stateless server is asked twice, over one connection" {
	asked two stateless <<-'EOF'
		POST server/discover 2026-07-28 server/discover -
		POST tools/list 2026-07-28 tools/list -
	EOF
	requests two | jq -es '(map(.port) | unique | length == 1) and
		all(.[]; .body | fromjson.params._meta |
			.["io.modelcontextprotocol/protocolVersion"] == "2026-07-28" and
			.["io.modelcontextprotocol/clientCapabilities"] == {} and
			.["io.modelcontextprotocol/clientInfo"].name == "mcp-probe")'
	asked two-sse stateless-sse <<-'EOF'
		POST server/discover 2026-07-28 server/discover -
		POST tools/list 2026-07-28 tools/list -
	EOF
	[ "$(requests two-sse | jq -s 'map(.port) | unique | length')" -eq 1 ]
}

# bats test_tags=later
@test "event streams that end, or end after the answer, keep the connection" {
	for mood in sse sse-twice sse-pieces; do
		probe -r "one-$mood" "$HOST/$mood"
		[ "$(requests "one-$mood" | jq -s 'map(.port) | unique | length')" -eq 1 ]
	done
}

# bats test_tags=later
@test "no DELETE without a session" {
	asked four sessionless <<-'EOF'
		POST server/discover 2026-07-28 server/discover -
		POST initialize - - -
		POST notifications/initialized 2025-11-25 - -
		POST tools/list 2025-11-25 - -
	EOF
}

# bats test_tags=later
@test "later requests carry the revision that was agreed on" {
	for v in 2024-11-05 2025-03-26 2025-06-18; do
		asked "old-$v" "old-$v" <<-EOF
			POST server/discover 2026-07-28 server/discover -
			POST initialize - - -
			POST notifications/initialized $v - session
			POST tools/list $v - session
			DELETE - $v - session
		EOF
	done
}

# bats test_tags=later
@test "pages are asked for by their cursors, an empty one among them" {
	probe -r paged "$HOST/pages"
	requests paged | jq -es 'map(.body | select(. != "") | fromjson |
		select(.method == "tools/list") | .params) ==
		[null, {"cursor": ""}, {"cursor": "last ü\""}]'
	jq -es '.[5].detail.pages == 3 and .[5].detail.tools == 3' out
}

# bats test_tags=later
@test "a hint saves a request, and one that is wrong does no harm" {
	asked hint-1 json '"protocol_hint":"session"' <<-'EOF'
		POST initialize - - -
		POST notifications/initialized 2025-11-25 - session
		POST tools/list 2025-11-25 - session
		DELETE - 2025-11-25 - session
	EOF
	asked hint-2 dual '"protocol_hint":"session"' <<-'EOF'
		POST initialize - - -
		POST notifications/initialized 2025-11-25 - session
		POST tools/list 2025-11-25 - session
		DELETE - 2025-11-25 - session
	EOF
	asked hint-3 stateless '"protocol_hint":"session"' <<-'EOF'
		POST initialize - - -
		POST server/discover 2026-07-28 server/discover -
		POST tools/list 2026-07-28 tools/list -
	EOF
	asked hint-4 stateless+404@initialize '"protocol_hint":"session"' <<-'EOF'
		POST initialize - - -
		POST server/discover 2026-07-28 server/discover -
		POST tools/list 2026-07-28 tools/list -
	EOF
	asked hint-5 json '"protocol_hint":"stateless"' <<-'EOF'
		POST server/discover 2026-07-28 server/discover -
		POST initialize - - -
		POST notifications/initialized 2025-11-25 - session
		POST tools/list 2025-11-25 - session
		DELETE - 2025-11-25 - session
	EOF
}

# bats test_tags=later
@test "a server that refuses the version it names is asked once more" {
	asked again version-again <<-'EOF'
		POST server/discover 2026-07-28 server/discover -
		POST server/discover 2026-07-28 server/discover -
		POST tools/list 2026-07-28 tools/list -
	EOF
	probe -r again-2 "$HOST/same-version"
	[ "$(sent again-2 | grep -c discover)" -eq 2 ]
}

# bats test_tags=later
@test "whatever server/discover is answered, initialize decides" {
	WIDTH=8 table era -t 10s <<-'EOF'
		# path                     state   step code protocol era tools
		400@discover               healthy - - 2025-11-25 session 3
		404@discover               healthy - - 2025-11-25 session 3
		405@discover               healthy - - 2025-11-25 session 3
		406@discover               healthy - - 2025-11-25 session 3
		202@discover               healthy - - 2025-11-25 session 3
		204@discover               healthy - - 2025-11-25 session 3
		empty@discover             healthy - - 2025-11-25 session 3
		no-method@discover         healthy - - 2025-11-25 session 3
		no-method-404@discover     healthy - - 2025-11-25 session 3
		rpc-error@discover         healthy - - 2025-11-25 session 3
		rpc-error-sse@discover     healthy - - 2025-11-25 session 3
		wrong-id@discover          healthy - - 2025-11-25 session 3
		no-json@discover           healthy - - 2025-11-25 session 3
		cut@discover               healthy - - 2025-11-25 session 3
		half@discover              healthy - - 2025-11-25 session 3
		hang@discover              healthy - - 2025-11-25 session 3
		drip@discover              healthy - - 2025-11-25 session 3
		drip-head@discover         healthy - - 2025-11-25 session 3
		endless-body@discover      healthy - - 2025-11-25 session 3
		not-new-version@discover   healthy - - 2025-11-25 session 3
		discover-old               healthy - - 2025-11-25 session 3
		discover-strange           healthy - - 2025-11-25 session 3
		strange-version@discover   healthy - - 2025-11-25 session 3
		no-versions@discover       healthy - - 2025-11-25 session 3
		same-version@discover      healthy - - 2025-11-25 session 3
		strange-version            broken initialize mcp.version - - -
		same-version               broken initialize jsonrpc.-32022 - - -
		not-new-version            broken initialize jsonrpc.-32022 - - -
		discover-type              broken initialize mcp.result-type 2026-07-28 stateless -
		discover-no-capabilities   broken initialize mcp.missing-capabilities 2026-07-28 stateless -
		stateless+hang@list        broken tools-list deadline 2026-07-28 stateless -
		list-type                  broken tools-list mcp.result-type 2026-07-28 stateless -
		stateless+no-json@list     broken tools-list jsonrpc.malformed 2026-07-28 stateless -
		html@discover              healthy - - 2025-11-25 session 3
		text@discover              healthy - - 2025-11-25 session 3
		no-type@discover           healthy - - 2025-11-25 session 3
		redirect@discover          healthy - - 2025-11-25 session 3
		401@discover               healthy - - 2025-11-25 session 3
		walled-401@discover        healthy - - 2025-11-25 session 3
		403@discover               healthy - - 2025-11-25 session 3
		429@discover               healthy - - 2025-11-25 session 3
		500@discover               healthy - - 2025-11-25 session 3
		502@discover               healthy - - 2025-11-25 session 3
		503@discover               healthy - - 2025-11-25 session 3
		stateless+500@initialize   healthy - - 2026-07-28 stateless 3
		http-sse+403@discover      healthy - - 2025-11-25 sse 3
	EOF
	closed era
	# After these clients of 2026-07-28 do not send initialize.
	told=$(jq -r 'select(.detail.clients) | input_filename' rows/*.out)
	diff <(sed 's|.*/||; s|@.*||; s|\.out$||' <<<"$told" | sort) <(printf '%s\n' 202 204 \
		401 403 500 502 503 cut drip drip-head empty endless-body half hang html \
		http-sse+403 no-json no-type redirect same-version strange-version text \
		walled-401 wrong-id)
	jq -es '.[2] | .message == "2025-11-25, scripted 1.2.3; clients of 2026-07-28 are refused" and
		.detail.clients == ("those of 2026-07-28 are refused; server/discover: " +
			"the server answers with status 500: no")' rows/500@discover.out
	"$BIN/mcp-probe" -v -f text "$HOST/403@discover" >out 2>err
	grep -q '^\* Clients: those of 2026-07-28 are refused; server/discover: .* 403' err
	grep -q ' initialize .*; clients of 2026-07-28 are refused$' out
	probe -v "$HOST/404@discover"
	! grep -q 'Clients' err
}

# bats test_tags=later
@test "a stateless server that refuses initialize is what server/discover says" {
	table stateless -t 10s --allow-bare-401 <<-'EOF'
		# path                       state   step code protocol era tools
		stateless+403@initialize     healthy - - 2026-07-28 stateless 3
		stateless+walled-401@discover auth-walled - - - - -
		stateless+500@discover       broken initialize http.500 - - -
		stateless+html@discover      broken initialize http.content-type - - -
		stateless+429@discover       broken initialize http.429 - - -
	EOF
}

@test "what is wrong with an answer is named" {
	table odd <<-'EOF'
		# path                  state  step code protocol era tools
		cut                     broken initialize http.empty - - -
		half                    broken initialize http.truncated - - -
		half-sse                broken initialize http.truncated - - -
		no-http                 broken initialize http.malformed - - -
		html                    broken initialize http.content-type - - -
		text                    broken initialize http.content-type - - -
		no-type                 broken initialize http.content-type - - -
		empty                   broken initialize http.empty-body - - -
		202                     broken initialize http.empty-body - - -
		204                     broken initialize http.empty-body - - -
		redirect                broken initialize http.redirect - - -
		400                     broken initialize http.400 - - -
		403                     broken initialize http.403 - - -
		404                     broken initialize http.404 - - -
		405                     broken initialize http.405 - - -
		415                     broken initialize http.415 - - -
		429                     broken initialize http.429 - - -
		retry-after             broken initialize http.429 - - -
		500                     broken initialize http.500 - - -
		502                     broken initialize http.502 - - -
		503                     broken initialize http.503 - - -
		no-json                 broken initialize jsonrpc.malformed - - -
		no-json-sse             broken initialize jsonrpc.malformed - - -
		deep                    broken initialize jsonrpc.malformed - - -
		many                    broken initialize body.too-complex - - -
		no-rpc                  broken initialize jsonrpc.malformed - - -
		old-rpc                 broken initialize jsonrpc.malformed - - -
		wrong-id                broken initialize jsonrpc.wrong-id - - -
		wrong-id-sse            broken initialize jsonrpc.wrong-id - - -
		no-answer-sse           broken initialize sse.no-answer - - -
		rpc-error               broken initialize jsonrpc.-32603 - - -
		rpc-error-400           broken initialize jsonrpc.-32000 - - -
		rpc-error-sse           broken initialize jsonrpc.-32603 - - -
		no-version              broken initialize mcp.missing-protocolVersion - session -
		no-server               broken initialize mcp.missing-serverInfo 2025-11-25 session -
		server-no-version       broken initialize mcp.missing-serverInfo 2025-11-25 session -
		server-title-null       broken initialize mcp.member 2025-11-25 session -
		no-capabilities         broken initialize mcp.missing-capabilities 2025-11-25 session -
		tools-array             broken initialize mcp.member 2025-11-25 session -
		tools-true              broken initialize mcp.member 2025-11-25 session -
		tools-null              broken initialize mcp.member 2025-11-25 session -
		tools-number            broken initialize mcp.member 2025-11-25 session -
		discover-tools-array    broken initialize mcp.member 2026-07-28 stateless -
		year-2031               broken initialize mcp.version - session -
		new-in-initialize       broken initialize mcp.version - session -
		session-space           broken initialize mcp.session-id 2025-11-25 session -
		session-long            broken initialize mcp.session-id 2025-11-25 session -
		404@initialized         broken initialize http.404 2025-11-25 session -
		rpc-error-400@list      broken tools-list jsonrpc.-32000 2025-11-25 session -
		no-method-404@list      broken tools-list jsonrpc.-32601 2025-11-25 session -
		html@list               broken tools-list http.content-type 2025-11-25 session -
		redirect@list           broken tools-list http.redirect 2025-11-25 session -
		503@list                broken tools-list http.503 2025-11-25 session -
		session-lost            broken tools-list mcp.session 2025-11-25 session -
		session-lost-400        broken tools-list mcp.session 2025-11-25 session -
		pages-second-lost       broken tools-list http.empty 2025-11-25 session -
	EOF
	# Broken or not, no session is left.
	closed odd
	requests odd | jq -es 'all(.[]; .path != "/redirect" or .method == "POST") and
		all(.[]; .path != "/json")'
	jq -es '.[2] | .detail.retry_after == "17" and
		(.message | contains("Retry-After: 17"))' rows/retry-after.out
	jq -es '.[2] | .detail.location == "/json" and
		(.message | contains("/json"))' rows/redirect.out
}

# bats test_tags=later
@test "whatever a 2xx to notifications/initialized says, it will do" {
	table t <<-'EOF'
		200@initialized         healthy - - 2025-11-25 session 3
		204@initialized         healthy - - 2025-11-25 session 3
		html@initialized        healthy - - 2025-11-25 session 3
		no-type@initialized     healthy - - 2025-11-25 session 3
		no-json@initialized     healthy - - 2025-11-25 session 3
		no-rpc@initialized      healthy - - 2025-11-25 session 3
		rpc-error@initialized   healthy - - 2025-11-25 session 3
		accepted-error@initialized healthy - - 2025-11-25 session 3
		20-mb@initialized       healthy - - 2025-11-25 session 3
		drip@initialized        healthy - - 2025-11-25 session 3
		endless-sse@initialized healthy - - 2025-11-25 session 3
	EOF
}

@test "the rules of JSON-RPC, and of each revision" {
	WIDTH=8 table rules --health-tool echo <<-'EOF'
		# path                 state   step code protocol era tools
		both@list              broken tools-list jsonrpc.malformed 2025-11-25 session -
		null-error@list        broken tools-list jsonrpc.malformed 2025-11-25 session -
		neither@list           broken tools-list jsonrpc.malformed 2025-11-25 session -
		no-object@list         broken tools-list jsonrpc.malformed 2025-11-25 session -
		null-result@list       broken tools-list jsonrpc.malformed 2025-11-25 session -
		error-text@list        broken tools-list jsonrpc.malformed 2025-11-25 session -
		error-no-code@list     broken tools-list jsonrpc.malformed 2025-11-25 session -
		error-half@list        broken tools-list jsonrpc.malformed 2025-11-25 session -
		error-word@list        broken tools-list jsonrpc.malformed 2025-11-25 session -
		jsonrpc-1@list         broken tools-list jsonrpc.malformed 2025-11-25 session -
		sse+both@list          broken tools-list jsonrpc.malformed 2025-11-25 session -
		id-missing@list        broken tools-list jsonrpc.malformed 2025-11-25 session -
		id-string@list         broken tools-list jsonrpc.wrong-id 2025-11-25 session -
		id-null@list           broken tools-list jsonrpc.wrong-id 2025-11-25 session -
		sse+id-string@list     broken tools-list jsonrpc.wrong-id 2025-11-25 session -
		id-null-error@list     broken tools-list jsonrpc.-32600 2025-11-25 session -
		parse@list             broken tools-list jsonrpc.-32700 2025-11-25 session -
		invalid@list           broken tools-list jsonrpc.-32600 2025-11-25 session -
		params@list            broken tools-list jsonrpc.-32602 2025-11-25 session -
		stateless+mismatch@list   broken tools-list jsonrpc.-32020 2026-07-28 stateless -
		stateless+capability@list broken tools-list jsonrpc.-32021 2026-07-28 stateless -
		stateless+version@list    broken tools-list jsonrpc.-32022 2026-07-28 stateless -
		batched@list           broken tools-list mcp.batch 2025-11-25 session -
		batched-sse@list       broken tools-list mcp.batch 2025-11-25 session -
		stateless+batched@list broken tools-list mcp.batch 2026-07-28 stateless -
		batch-later            broken initialize mcp.batch 2025-06-18 session -
		batch-sse              healthy - - 2025-03-26 session 3
		asks@list              broken tools-call tool.missing 2025-11-25 session 1
		list-untyped           healthy - - 2026-07-28 stateless 1
		call-type              broken tools-call mcp.result-type 2026-07-28 stateless 3
		old-typed              healthy - - 2025-11-25 session 1
	EOF
	closed rules
	says() { jq -es --arg w "$2" 'any(.[]; .message // "" | contains($w))' "rows/$1.out"; }
	says stateless+mismatch@list Mcp-Name
	says stateless+capability@list '{"sampling":{}}'
	says stateless+version@list '["2031-01-01"]'
}

@test "what is wrong with a list of tools is named" {
	table t <<-'EOF'
		# path             state   step code protocol era tools
		list-same          healthy - - 2025-11-25 session 2
		list-empty         broken tools-list mcp.no-tools 2025-11-25 session 0
		list-missing       broken tools-list mcp.missing-tools 2025-11-25 session -
		list-odd           broken tools-list mcp.tool-name 2025-11-25 session -
		list-nameless      broken tools-list mcp.tool-name 2025-11-25 session -
		list-no-schema     broken tools-list mcp.tool-schema 2025-11-25 session -
		list-untyped-schema broken tools-list mcp.tool-schema 2025-11-25 session -
		list-array-schema  broken tools-list mcp.tool-schema 2025-11-25 session -
		list-hint-null     broken tools-list mcp.member 2025-11-25 session -
		list-properties-null broken tools-list mcp.member 2025-11-25 session -
		list-output-array  broken tools-list mcp.tool-schema 2025-11-25 session -
		list-unknown       healthy - - 2025-11-25 session 1
		pages-null         broken tools-list mcp.cursor 2025-11-25 session -
		list-two           broken tools-list mcp.duplicate-tool 2025-11-25 session -
		pages-loop         broken tools-list mcp.cursor-loop 2025-11-25 session -
		pages-endless      broken tools-list mcp.too-many-pages 2025-11-25 session -
		pages-number       broken tools-list mcp.cursor 2025-11-25 session -
		surrogate          broken tool-hash hash.not-i-json 2025-11-25 session 2
		overflow           broken tool-hash hash.not-i-json 2025-11-25 session 2
		no-utf8            broken tool-hash hash.not-i-json 2025-11-25 session 2
		key-twice          broken tool-hash hash.not-i-json 2025-11-25 session 2
	EOF
	jq -es 'map(select(.failed_step == "tool-hash")) | length == 4 and
		all(.[]; .tool_hash == null and (has("tools") | not))' rows/*.out
}

@test "the health tool is called, and what it answers is step 7" {
	WIDTH=16 table t -t 8s --health-tool echo --health-args '{"text":"hi"}' <<-'EOF'
		# path              state   step code protocol era tools
		json                healthy - - 2025-11-25 session 3
		sse-notes           healthy - - 2025-11-25 session 3
		stateless           healthy - - 2026-07-28 stateless 3
		call-input          healthy - - 2026-07-28 stateless 3
		call-error          broken tools-call tool.error 2025-11-25 session 3
		call-no-content     broken tools-call mcp.missing-content 2025-11-25 session 3
		rpc-error@call      broken tools-call jsonrpc.-32603 2025-11-25 session 3
		hang@call           broken tools-call deadline 2025-11-25 session 3
		500@call            broken tools-call http.500 2025-11-25 session 3
		list-headers        broken tools-call tool.missing 2025-11-25 session 1
		list-bad-header     healthy - - 2025-11-25 session 2
		list-bad-header-new broken tools-call tool.header 2026-07-28 stateless 2
		walled-401@call     auth-walled - - 2025-11-25 session 3
		walled-rpc@call     auth-walled - - 2025-11-25 session 3
		walled-401@list     auth-walled - - 2025-11-25 session -
		no-tools            healthy - - 2025-11-25 session -
	EOF
	jq -es 'any(.[]; .error == "tool.error" and
		.message == "the tool fails: a word? from the tool")' rows/*.out
	# What clients leave out is not called.
	! requests t-list-bad-header-new | grep tools/call
	# Steps 7 and 8 of a server that walls off the call.
	jq -es 'map(select(.n > 6).status) | all(. == "skip")' rows/walled-rpc@call.out
}

# connections: how many to the scripted server stand.
connections() {
	awk -v to="$(printf '0100007F:%04X' "${HOST##*:}")" \
		'$3 == to && $4 == "01"' /proc/net/tcp | wc -l
}

unconnected() {
	[[ $(connections) -eq 0 ]]
}

# bats test_tags=later
@test "a connection is closed once nothing more is asked of it, and not before" {
	local mood probe
	eventually unconnected
	for mood in stateless stateless-sse sessionless; do
		jq -nc --arg url "$HOST" --arg mood "$mood" '
			{slug: "good", region: "closes", url: "\($url)/\($mood)"},
			{slug: "hangs", region: "closes", url: "\($url)/hang", timeout: 20}' >targets
		: >out
		"$BIN/mcp-probe" -f jsonl --targets targets >>out 2>err 3>&- &
		probe=$!
		eventually grep -q '"type":"probe"' out
		# That of the other, which goes on. The server closes its own after 5 s.
		[ "$(connections)" -le 1 ]
		kill "$probe"
		wait "$probe" || true
		grep -q '"slug":"good".*"state":"healthy"' out
		eventually unconnected
	done
	# Of pages the next one is asked over the same.
	probe -r pages "$HOST/paged-stateless"
	[ "$status" -eq 0 ]
	requests pages | jq -es 'length == 4 and (map(.port) | unique | length) == 1'
}

@test "a call carries the arguments, and in header fields what its schema asks for" {
	args='{"plain":"a b","odd":"\u00fc\r\nX-Evil: 1","edge":" x","count":-3,"flag":true,"none":null,"free":"x","inner":{"deep":"=?base64?eA==?="}}'
	probe -r params --health-tool länder --health-args "$args" "$HOST/list-headers-new"
	[ "$status" -eq 0 ]
	requests params | jq -es --argjson args "$args" 'last |
		(.body | fromjson.params | .name == "länder" and .arguments == $args) and
		(.headers | with_entries(select(.key | test("^mcp-(name|param)|evil"))) == {
			"mcp-name": "=?base64?bMOkbmRlcg==?=", "mcp-param-plain": "a b",
			"mcp-param-odd": "=?base64?w7wNClgtRXZpbDogMQ==?=",
			"mcp-param-edge": "=?base64?IHg=?=", "mcp-param-count": "-3",
			"mcp-param-flag": "true", "mcp-param-deep": "=?base64?PT9iYXNlNjQ/ZUE9PT89?="})'
	# Not in the era of sessions.
	probe -r params-2 --health-tool länder --health-args "$args" "$HOST/list-headers"
	[ "$status" -eq 0 ]
	requests params-2 | jq -es --argjson args "$args" '
		(map(.body | select(contains("tools/call")) | fromjson.params.arguments) == [$args]) and
		all(.[1:][]; .headers | keys | any(test("^mcp-(name|param|method)")) | not)'
}

@test "a field of any size fits into a record" {
	probe "$HOST/large-fields"
	[ "$status" -eq 0 ]
	records out
	jq -es '.[2].detail | .age == "1" and .pop == "ABC-FRA"' out
}
