#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: mcp-probe sends what the official SDK sends, byte for byte, so that an
# edge which keeps answers by what was asked gives it what it gives to clients.
# Both generations of the SDK are asked here, by the side of it.

load ../../helpers/scripted

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	REQUESTS=$PEER_DIR/scripted.$PID/requests HOST=${URL%/mcp}
	VERSION=$("$BIN/mcp-probe" --version)
	VERSION=${VERSION##* }
	NODE=$(compgen -G "$ROOT/build/peers/node_modules/node-linux-*/bin/node" || type -P node)
}

teardown() {
	if [ -n "${TLS-}" ]; then
		kill "$TLS"
	fi
}

# sent PATH: what the server was asked there, three lines for each request: all
# of it but who asks, and what the server made up itself. The fields are in
# their order; but that of a GET for HTTP+SSE is another one.
sent() {
	jq -c --arg path "/$1" 'select(.path == $path) |
		del(.headers | .["x-probe-region"], .["user-agent"]) |
		if .headers["mcp-session-id"] then .headers["mcp-session-id"] = "S" else . end |
		.search |= sub("=.*"; "=S") | .headers |= (to_entries | map("\(.key): \(.value)")) |
		if .headers | any(. == "pragma: no-cache") then .headers |= sort else . end |
		"\(.method) \(.path)\(.search)", .headers, .body'
}

# ours HINT MOOD [ARGS…]: what the probe sends to a target with that hint.
ours() {
	: >"$REQUESTS"
	jq -nc --arg url "$HOST/$2" --arg hint "$1" '{slug: "s", $url, protocol_hint: $hint,
		health_tool: {name: "echo", arguments: {text: "hü"}}}' >target
	probe --targets target "${@:3}"
	[ "$(jq -r 'select(.state).state' out)" = healthy ] || { cat out err >&2; return 1; }
	sent "$2" <"$REQUESTS" >ours
}

# use GENERATION [TRANSPORT MOOD]…: the SDK is a client of these servers.
use() {
	local generation=$1 servers=()
	shift
	while (($#)); do
		servers+=("$1" "$HOST/$2")
		shift 2
	done
	: >"$REQUESTS"
	timeout 100 "$NODE" "$ROOT/build/peers/sdk-client.mjs" "$generation" "$VERSION" \
		"${servers[@]}" >&2
	cp "$REQUESTS" "used-$generation"
}

# theirs GENERATION MOOD: what it sent then. It also opens an event stream that
# it does not need; and the second generation turns the members of one
# notification around, to which there is no answer.
theirs() {
	jq -c 'select(.method != "GET" or .headers["last-event-id"] or .headers.pragma) |
		if .body == "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}" then
			.body = "{\"method\":\"notifications/initialized\",\"jsonrpc\":\"2.0\"}"
		else . end' "used-$1" | sent "$2" >theirs
}

# asked: what was sent, in words: the methods, without what they begin with.
asked() {
	jq -rs '[range(0; length; 3) as $i | (.[$i + 2] | fromjson? | .method) //
		(.[$i] | split(" ")[0]) | sub(".*/"; "")] | join(" ")' "$1"
}

@test "the requests of each revision are those of both generations of the SDK" {
	# Which generation of the SDK; by which transport; what the probe knows of the
	# server; how that behaves; and what both then send, to the byte. Of the
	# second generation the first question is which era it is. Three pages.
	cat >rows <<-'EOF'
		1 http session   paged-2024-11-05 initialize initialized list list list call DELETE
		1 http session   paged-2025-03-26 initialize initialized list list list call DELETE
		1 http session   paged-2025-06-18 initialize initialized list list list call DELETE
		1 http session   paged-2025-11-25 initialize initialized list list list call DELETE
		1 http session   resume           initialize initialized list GET call DELETE
		1 sse  sse       paged-http-sse   GET initialize initialized list list list call
		2 http stateless paged-2024-11-05 discover initialize initialized list list list call DELETE
		2 http stateless paged-2025-03-26 discover initialize initialized list list list call DELETE
		2 http stateless paged-2025-06-18 discover initialize initialized list list list call DELETE
		2 http stateless paged-2025-11-25 discover initialize initialized list list list call DELETE
		2 http stateless resume           discover initialize initialized list GET call DELETE
		2 http stateless paged-stateless  discover list list list call
		2 http stateless paged-again      discover discover list list list call
		2 sse  sse       paged-http-sse   GET initialize initialized list list list call
	EOF
	for generation in 1 2; do
		# shellcheck disable=SC2046
		use $generation $(awk -v g=$generation '$1 == g { print $2, $4 }' rows)
	done
	while read -r generation _ hint mood methods; do
		ours "$hint" "$mood"
		theirs "$generation" "$mood"
		diff theirs ours || { echo "SDK $generation, $mood"; return 1; }
		[ "$(asked ours)" = "$methods" ] || { asked ours; return 1; }
		# The ids count, those of questions about the era apart.
		jq -r 'fromjson? | objects | .id | values' ours >ids
		grep discover ids | diff - <(grep -o discover <<<"$methods" |
			awk '{ print "server-discover-probe-" NR }')
		grep -v discover ids | diff - <(seq 0 $(($(grep -cv discover ids) - 1)))
	done <rows
}

@test "over TLS, too, where brotli is asked for" {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-keyout key -out cert -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>log
	mkfifo port
	node "$ROOT/tests/fixture/tls.mjs" key cert "$(grep -o '[0-9]*$' <<<"$HOST")" >port 3>&- &
	TLS=$!
	read -r -t 60 behind <port
	HOST=https://localhost:$behind
	export NODE_EXTRA_CA_CERTS=$PWD/cert
	use 2 http paged-2025-11-25 http paged-stateless
	for mood in paged-2025-11-25 paged-stateless; do
		ours stateless "$mood" --cacert cert
		theirs 2 "$mood"
		diff theirs ours
	done
	grep -q '"accept-encoding: br, gzip, deflate"' ours
}

@test "what was asked in vain before changes nothing of the handshake that stands" {
	for hint in session stateless sse; do
		ours "$hint" paged-2025-11-25
		tail -n 21 ours >"old-$hint"
		diff old-session "old-$hint"
		ours "$hint" paged-stateless
		tail -n 15 ours >"new-$hint"
		diff new-session "new-$hint"
		ours "$hint" paged-http-sse
		tail -n 18 ours >"sse-$hint"
		diff sse-session "sse-$hint"
	done
	grep -q '\\"id\\":0}' old-sse
	grep -q server-discover-probe-1 new-sse
	grep -q '\\"id\\":0}' sse-stateless
}
