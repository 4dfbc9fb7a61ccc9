#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: agents that ask at /mcp are told what the pages tell, by each release of the
# official client and in each revision of MCP; mcp-probe finds the endpoint healthy;
# and whatever they ask, they learn nothing that is not for them.

bats_require_minimum_version 1.5.0
load ../../helpers/serve
load ../../helpers/lighttpd

TITLE='<T> & "x"'

setup_file() {
	redis_start "$BATS_FILE_TMPDIR/redis"
	"$ROOT/tests/peers/install"
}

# setup: three servers, one of them private; all that is not for the public is a
# canary.
setup() {
	local slug
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
	PEERS=$ROOT/build/peers
	PATH=$(printf '%s:' "$PEERS"/node_modules/node-linux-*/bin)$PATH
	redis flushall >/dev/null
	HASH=$(printf %s "$TOKEN" | sha256sum)
	HASH=${HASH%% *}
	know demo ".title = $(jq -n --arg t "$TITLE" '$t')"
	know veiled-one ".private = true | .title = \"Secret garden\" | .token_sha256 = \"$HASH\""
	know demo-down
	publish demo green '.regions = [.regions[0]] | .no_data = []'
	publish veiled-one amber
	publish demo-down red
	redis hset fleet:accounts "canary-account $HASH" "$(jq -cn --arg h "$HASH" \
		'{token_sha256: $h, slugs: ["veiled-one", "demo"]}')" >/dev/null
	redis hset fleet:heartbeats ingest "$NOW" verdict "$NOW" alert "$NOW" >/dev/null
	for slug in demo veiled-one demo-down; do
		redis set "alert:$slug" "$(jq -cn --argjson at "$AS_OF" '{v: 1, slug: "x",
			incidents: [{kind: "downtime", first: ($at - 600), passed_since: 0,
				error: "http.503", step: "tools-list", summary: "canary",
				regions: ["eu-west-2"], ack: {by: "canary", at: $at,
				reason: "canary", until: $at}}],
			timeline: [{at: ($at - 80000), what: "latency_resolved",
				first: ($at - 86400), resolved_at: ($at - 80000),
				regions: ["us-east-1"], error: "canary", by: "canary"},
				{at: $at, text: "canary", what: "downtime_acknowledged"}]}')" >/dev/null
		redis hset "probe:$slug:definitions" \
			l:aaaaaaaaaaaaaaaa "$(printf '%s\n' 'a111111111111111 + fetch')" \
			l:bbbbbbbbbbbbbbbb "$(printf '%s\n' 'b111111111111111 + fetch_data')" \
			d:a111111111111111 '{"description":"canary"}' \
			r:us-east-1 "$((AS_OF - 9000)) aaaaaaaaaaaaaaaa
$((AS_OF - 600)) bbbbbbbbbbbbbbbb
" r:eu-west-2 "$((AS_OF - 9000)) aaaaaaaaaaaaaaaa
$((AS_OF - 540)) bbbbbbbbbbbbbbbb
" >/dev/null
	done
	web_start --now "$NOW"
}

# definitions: what the tools of the server demo say, before and after a change.
definitions() {
	local d n rows=()
	redis del probe:demo:definitions >/dev/null
	for d in 'a fetch One' 'a search Two' 'b fetch_data One' 'b search Three'; do
		read -r list name says <<<"$d"
		d="{\"description\":\"$says\",\"inputSchema\":{},\"name\":\"$name\"}"
		n=$(printf %s "$d" | sha256sum | cut -c1-16)
		redis hset probe:demo:definitions "d:$n" "$d" >/dev/null
		rows+=("$list $n + $name")
	done
	redis hset probe:demo:definitions \
		l:aaaaaaaaaaaaaaaa "$(printf '%s\n' "${rows[@]}" | sed -n 's/^a //p')" \
		l:bbbbbbbbbbbbbbbb "$(printf '%s\n' "${rows[@]}" | sed -n 's/^b //p')" \
		r:us-east-1 "$((AS_OF - 9000)) aaaaaaaaaaaaaaaa
$((AS_OF - 600)) bbbbbbbbbbbbbbbb
" r:eu-west-2 "$((AS_OF - 9000)) aaaaaaaaaaaaaaaa
$((AS_OF - 540)) bbbbbbbbbbbbbbbb
" >/dev/null
}

teardown() {
	web_stop
}

# post BODY [ARGS…]: the answer is in out, its fields in fields, its status in CODE.
post() {
	CODE=$(curl -s --max-time 60 -D fields -o out -w '%{http_code}' "$WEB/mcp" \
		-H 'Content-Type: application/json' \
		-H 'Accept: application/json, text/event-stream' --data-binary "$@")
}

# call TOOL ARGUMENTS [ARGS…]: calls a tool, in the revision 2025-11-25.
call() {
	local params="{\"name\":\"$1\",\"arguments\":$2}"
	post '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":'"$params}" "${@:3}" \
		-H 'MCP-Protocol-Version: 2025-11-25'
}

# bats test_tags=later
@test "each release of the official client lists and calls every tool" {
	local sdk revision modules=$PEERS/node_modules
	while read -r revision sdk; do
		(cd "$PEERS" && timeout 60 node status-client.mjs "$sdk" "$WEB/mcp" \
			demo demo-down nowhere) >said 2>sdk.err
		[ ! -s sdk.err ] || { cat sdk.err; false; }
		jq -e --arg revision "$revision" '
			.revision == (if $revision == "2025-03-26" then null else $revision end) and
			.server == "mcp-serve" and
			.tools == ["find_servers", "server_status", "incidents",
				"tool_changes", "fleet_summary"] and
			([.calls[].name] | unique) == (.tools | sort) and
			all(.calls[]; .isError == (.args.slug == "nowhere") and
				(.text | length) > 10 and
				(.isError or (.structuredContent | type) == "object"))' said
		jq -c 'del(.revision)' said >"said.$revision"
		# Whatever the revision, the tools say the same.
		[ ! -e said.first ] || diff said.first "said.$revision"
		cp "said.$revision" said.first
	done <<-END
		2025-03-26 $modules/sdk112
		2025-06-18 $PEERS/ev-2507/node_modules/@modelcontextprotocol/sdk
		2025-11-25 $modules/@modelcontextprotocol/sdk
		2026-07-28 2
	END
	[ "$(ls said.2* | wc -l)" = 4 ]
}

# bats test_tags=later
@test "mcp-probe finds it healthy, and a call of each tool that needs no argument" {
	local tool
	for tool in find_servers incidents fleet_summary; do
		"$BIN/mcp-probe" -f jsonl --health-tool "$tool" "$WEB/mcp" >records
		[ "$(tail -n 1 records | jq -r '"\(.state) \(.protocol) \(.tool_count)"')" \
			= 'healthy 2026-07-28 5' ]
	done
	"$BIN/mcp-probe" -f jsonl --health-tool server_status \
		--health-args '{"slug":"demo"}' "$WEB/mcp" >records
}

@test "the tools say what the pages say, in fields and in words" {
	call find_servers '{}'
	[ "$(jq -c '.result.structuredContent | [.total, .more, [.servers[].slug]]' out)" = \
		'[2,false,["demo-down","demo"]]' ]
	jq -e --arg title "$TITLE" '.result | .structuredContent.servers[1] |
		.title == $title and .state == "up" and .as_of == "2026-04-29T20:31:00Z"' out
	jq -e --arg title "$TITLE" '.result.content[0].text |
		contains("demo (" + $title + "): Working, but ")' out
	call find_servers '{"query":"DOWN","state":"down"}'
	[ "$(jq .result.structuredContent.total out)" = 1 ]
	call find_servers '{"limit":1}'
	[ "$(jq -c '.result.structuredContent | [.total, .more]' out)" = '[2,true]' ]
	call server_status '{"slug":"demo-down"}'
	jq -e '.result.structuredContent | .state == "down" and
		(.places | map([.place, .state])) == [["Ashburn", "up"], ["London", "down"],
			["São Paulo", null]] and
		(.open_incidents | length) == 1 and .open_incidents[0].where == "London"' out
	jq -e '.result.content[0].text | contains("Does not work from: London.") and
		contains("still open")' out
	call incidents '{"days":1}'
	[ "$(jq -c '[.result.structuredContent.incidents[].slug]' out)" = \
		'["demo","demo-down","demo","demo-down"]' ]
	call incidents '{"slug":"demo","limit":1}'
	[ "$(jq -c '.result.structuredContent | [.total, .more, .incidents[0].ended_at]' out)" = \
		'[2,true,null]' ]
	call tool_changes '{"slug":"demo"}'
	[ "$(jq -c '.result.structuredContent.changes | map([.tool, .kind, .class, .places])' out)" = \
		'[["fetch","removed","breaking",2],["fetch_data","added","compatible",2]]' ]
	jq -e '.result.content[0].text | startswith("demo: 2 tool changes:") and
		contains("2026-04-29 20:21 UTC: `fetch` was removed in 2 of 2 locations; breaking.")' out
	definitions
	call tool_changes '{"slug":"demo"}'
	[ "$(jq -c '.result.structuredContent.changes | map([.tool, .kind, .renamed_from, .class])' out)" = \
		'[["fetch_data","renamed","fetch","breaking"],["search","changed",null,"words"]]' ]
	jq -e '.result.content[0].text |
		contains("`fetch` became `fetch_data` in 2 of 2 locations; removed, breaking.")' out
	# Private tools are as none at all.
	know demo '.tools_private = true'
	call tool_changes '{"slug":"demo"}'
	cp out hidden
	redis del probe:demo:definitions >/dev/null
	know demo
	call tool_changes '{"slug":"demo"}'
	jq -e '.result.content[0].text == "demo: nothing is known of its tools."' out
	diff hidden out
	call incidents '{"slug":"demo","limit":1}'
	jq -e '.result.structuredContent.incidents[0].note == null' out
	redis hset alert:demo:incidents "$((AS_OF - 600)):downtime:$((AS_OF - 60))000:note" \
		'{"text":"A \"proxy\" is being replaced."}' >/dev/null
	call incidents '{"slug":"demo","limit":1,"days":2}'
	jq -e '.result.structuredContent.incidents[0].note == "A \"proxy\" is being replaced."' out
	jq -e '.result.content[0].text |
		contains("Its operators say: \"A \"proxy\" is being replaced.\"")' out
	url=$(jq -r '.result.structuredContent.incidents[0].url' out)
	[[ $url == */status/demo/incident/2026-04-29-2021-outage ]]
	[ "$(curl -s -o /dev/null -w '%{http_code}' "$WEB/status/${url#*/status/}")" = 200 ]
	call fleet_summary '{}'
	[ "$(jq -c '.result.structuredContent | [.total, .up, .down, .open_incidents, .checks_running]' out)" = \
		'[2,1,1,2,true]' ]
}

@test "a private server is one that does not exist, but for its token" {
	local tool
	for tool in server_status tool_changes incidents; do
		call "$tool" '{"slug":"veiled-one"}'
		jq -e '.result.isError and .result.structuredContent == null' out
		sed 's/veiled-one/nothing-xx/g' out >private
		call "$tool" '{"slug":"nothing-xx"}'
		diff private out
		call "$tool" '{"slug":"veiled-one"}' -H 'Authorization: Bearer wrong'
		sed 's/veiled-one/nothing-xx/g' out | diff private -
		call "$tool" '{"slug":"veiled-one"}' -H "Authorization: Bearer $TOKEN"
		jq -e '.result.structuredContent | tostring | contains("veiled-one")' out
		grep -qi '^Cache-Control: private, no-store' fields
	done
	# The nearest name is that of a public server.
	call server_status '{"slug":"demoo"}'
	jq -e '.result.content[0].text | contains("Did you mean \"demo\"?")' out
	call server_status '{"slug":"veiled-on"}'
	run ! grep -q 'Did you mean' out
	# It is looked for once a request, whatever tool asks first.
	post "$(jq -cn '[("server_status", "incidents", "tool_changes") as $name |
		{jsonrpc: "2.0", id: $name, method: "tools/call",
		params: {$name, arguments: {slug: "demoo"}}}]')"
	jq -e 'map(.result.content[0].text | contains("Did you mean \"demo\"?")) ==
		[true, false, false] and all(.result.isError)' out
	for tool in find_servers incidents fleet_summary; do
		call "$tool" '{}'
		cp out public
		call "$tool" '{}' -H 'Authorization: Bearer wrong'
		diff public out
		call "$tool" '{}' -H "Authorization: Bearer $TOKEN"
		run ! diff -q public out
	done
	call find_servers '{}' -H "Authorization: Bearer $TOKEN"
	[ "$(jq -c '[.result.structuredContent.servers[].slug] | sort' out)" = \
		'["demo","demo-down","veiled-one"]' ]
}

# bats test_tags=later
@test "no argument makes a tool say what is not public" {
	local tool value
	for tool in find_servers server_status incidents tool_changes fleet_summary; do
		for value in '{}' '{"slug":"demo"}' '{"slug":"demo-down","days":90}' \
			'{"slug":"veiled"}' '{"slug":"*"}' '{"slug":"probe:demo:verdict"}' \
			'{"slug":"demo\n"}' '{"slug":"../demo"}' '{"slug":"DEMO"}' '{"slug":"x\u0000"}' \
			'{"query":"e"}' '{"query":"veiled garden"}' '{"query":"%s%n"}' \
			'{"state":"down"}' '{"state":"degraded"}' '{"limit":100}' '{"limit":1e99}' \
			'{"days":90,"limit":100}' '{"days":-1}' '{"url":true}' '[]' 'null'; do
			call "$tool" "$value"
			[ "$CODE" = 200 ] || [[ $value == *u0000* ]]
			cat out >>all
		done
	done
	[ "$(wc -l <all)" = 110 ]
	[ "$(grep -c '"structuredContent"' all)" -ge 16 ]
	[ "$(grep -c '"isError":true' all)" -gt 60 ]
	run ! grep -qi 'canary\|veiled-\|secret\|tools-list\|http\.503\|us-east-1\|eu-west-2' all
	run ! grep -q "$HASH\|a1111111\|b1111111\|aaaaaaaa\|bbbbbbbb" all
	[ ! -s serve.err ]
}

@test "over HTTP it is what the transport has" {
	local i
	for i in GET DELETE PUT; do
		[ "$(curl -s -X "$i" -D fields -o out -w '%{http_code}' "$WEB/mcp")" = 405 ]
		grep -qi $'^Allow: POST\r$' fields
		grep -qi '^Cache-Control: private, no-store' fields
	done
	head -c 65537 /dev/zero | tr '\0' ' ' >large
	post @large
	[ "$CODE" = 413 ]
	printf '%65536s' '{"jsonrpc":"2.0","id":1,"method":"ping"}' >large
	post @large
	[ "$CODE $(<out)" = '200 {"jsonrpc":"2.0","id":1,"result":{}}' ]
	grep -qi $'^Cache-Control: private, no-store\r$' fields
	run ! grep -qi '^ETag\|^Access-Control' fields
	post '{"jsonrpc":"2.0","method":"notifications/initialized"}'
	[ "$CODE" = 202 ]
	[ ! -s out ]
	post '{"jsonrpc":"2.0","id":1,"method":"ping"}' -H 'Origin: http://evil.example'
	[ "$CODE" = 403 ]
	post '{"jsonrpc":"2.0","id":1,"method":"ping"}' -H 'Origin: http://localhost:6274'
	[ "$CODE" = 200 ]
	grep -qx $'Access-Control-Allow-Origin: http://localhost:6274\r' fields
	# What a browser asks first, for the inspector of this machine and for the site.
	for i in http://localhost:6274 http://127.0.0.1 "http://[::1]:3000"; do
		[ "$(curl -s -X OPTIONS -D fields -o out -w '%{http_code}' -H "Origin: $i" \
			-H 'Access-Control-Request-Method: POST' \
			-H 'Access-Control-Request-Headers: authorization,content-type,x-own' "$WEB/mcp")" = 204 ]
		[ ! -s out ]
		grep -qxF "Access-Control-Allow-Origin: $i"$'\r' fields
		grep -qx $'Access-Control-Allow-Methods: POST, OPTIONS\r' fields
		grep -qx $'Access-Control-Allow-Headers: authorization,content-type,x-own\r' fields
		grep -qi $'^Vary: Origin\r$' fields
		# An answer of any status is read by its script.
		curl -s -D fields -o out -H "Origin: $i" "$WEB/mcp"
		grep -qxF "Access-Control-Allow-Origin: $i"$'\r' fields
	done
	[ "$(curl -s -X OPTIONS -D fields -o out -w '%{http_code}' -H 'Origin: http://evil.example' "$WEB/mcp")" = 403 ]
	run ! grep -qi '^Access-Control' fields
	# Elsewhere a POST is refused as before.
	[ "$(curl -s -d x -D fields -o out -w '%{http_code}' "$WEB/status/demo")" = 405 ]
	grep -qi $'^Allow: GET, HEAD\r$' fields
}

# bats test_tags=later
@test "as a CGI it answers the same" {
	local body='{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"server_status","arguments":{"slug":"demo"}}}'
	post "$body"
	env REQUEST_METHOD=POST GATEWAY_INTERFACE=CGI/1.1 SCRIPT_NAME=/mcp \
		CONTENT_LENGTH=${#body} CONTENT_TYPE=application/json \
		"$BIN/mcp-serve" --now "$NOW" <<<"$body" | tail -n 1 | diff out -
	# A body that ends too early is no message.
	env REQUEST_METHOD=POST GATEWAY_INTERFACE=CGI/1.1 SCRIPT_NAME=/mcp \
		CONTENT_LENGTH=9999 CONTENT_TYPE=application/json \
		"$BIN/mcp-serve" --now "$NOW" <<<"${body%\}}" >out
	grep -q '"code":-32700' out
}

# bats test_tags=later
@test "without its store it says whose fault it is" {
	redis flushall >/dev/null
	redis set fleet:servers 'not a hash' >/dev/null
	call find_servers '{}'
	jq -e '.result.isError and (.result.content[0].text | contains("our problem"))' out
	call server_status '{"slug":"demo"}'
	jq -e '.result.isError and (.result.content[0].text | contains("our problem"))' out
}
