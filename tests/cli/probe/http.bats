#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what HTTP itself gets wrong is named plainly; compressed answers are
# read, and bounded; -v shows the exchange and no secret.

load ../../helpers/scripted

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	start scripted
	export BEHIND=${URL##*:}
	BEHIND=${BEHIND%%/*}
	fixture ODD http_faults.mjs "$BEHIND"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-keyout key -out cert -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>log
	fixture TLS tls.mjs key cert "$ODD"
}

# is ODDITY CODE TEXT ARGS…: the code of step 3, and what its message contains.
is() {
	probe "${@:4}" "http://127.0.0.1:$ODD/$1"
	records out || return
	jq -es --arg code "$2" --arg text "$3" '.[2] | .error == $code and
		(.message | contains($text))' out >/dev/null ||
		{ echo "$1:"; jq -c '[.error, .message]' out | sed -n 3p; return 1; }
}

@test "compressed answers are read, and event streams as they come" {
	# As clients do, brotli is asked for only over TLS.
	for way in gzip deflate br; do
		where=http://127.0.0.1:$ODD
		[ $way != br ] || where=https://localhost:$TLS
		for mood in json stateless sse sse-open sse-pieces sse-notes; do
			probe -t 40s --cacert "$BATS_FILE_TMPDIR/cert" "$where/$way/$mood"
			[ "$status" -eq 0 ] || { echo "$way/$mood"; cat out; return 1; }
			jq -es '.[8] | .state == "healthy" and .total_ms < 20000' out
		done
	done
}

@test "ten gigabytes in a little that is compressed end soon, in little memory" {
	grep -q __asan_init "$BIN/mcp-probe" || ulimit -Sv 200000
	for kind in gzip br gzip-sse; do
		cpu is "bomb-$kind" body.too-large ' MiB' -t 50s
		((CPU < 5000))
	done
	for kind in gzip br; do
		cpu is "bomb-$kind-error" http.500 '' -t 50s
		((CPU < 5000))
	done
}

@test "what is not compressed as it says is named" {
	is no-gzip http.content-encoding 'not compressed as its Content-Encoding says'
	is no-br http.content-encoding ''
	is layers http.content-encoding ''
}

@test "codings have the names that fetch knows, and others leave the bytes as they are" {
	for way in x-gzip GZip raw-deflate unknown-{0..9}; do
		for mood in json stateless-sse; do
			probe -t 40s "http://127.0.0.1:$ODD/$way/$mood"
			[ "$status" -eq 0 ] || { echo "$way/$mood"; cat out; return 1; }
		done
	done
	# What is beside an unknown one is not decoded either.
	is gzip-unknown jsonrpc.malformed ''
}

@test "what is not HTTP is named" {
	for oddity in bad-status bad-version no-head; do
		is "$oddity" http.malformed 'the response is not HTTP: '
	done
	is bad-chunk http.truncated ''
	is no-last-chunk http.truncated 'in the middle of the response'
}

@test "a redirect is not followed, and its target is a URL to probe instead" {
	is circle http.redirect "(307) to http://127.0.0.1:$ODD/circle, which"
	is away http.redirect '(308) to https://elsewhere.example/mcp, which'
	is beside http.redirect "(301) to http://127.0.0.1:$ODD/other, which"
	is nowhere http.redirect 'a redirect without a URL'
	for oddity in away beside; do
		probe -v "http://127.0.0.1:$ODD/$oddity"
		without 's3cret|:pw' out err
	done
}

@test "a refused Host or Origin header is told from another 403" {
	for oddity in host-text host-sdk origin-sdk host-vite; do
		is "$oddity" http.403 'refuses our Host or Origin header (403): '
	done
	is host-text http.403 'Access is only allowed at localhost:4134'
	is 403-waf http.403 'or a firewall: Access denied'
}

@test "how long a server wants to be left alone is shown plainly" {
	# 301: time(2) may be a tick behind the clock of the server.
	is 429-date http.429 '(Retry-After: '
	jq -es '.[2].message | test(" GMT, in (29[0-9]|30[01]) s\\)$")' out
	is 429-odd http.429 '(Retry-After: later)'
	is 503-retry http.503 '(Retry-After: 30 s)'
}

@test "a web page, and a port of https, are called that" {
	is page http.content-type 'a web page (text/html)'
	is page http.content-type 'Welcome It works!'
	is to-https http.400 'probe the https:// URL'
}

@test "the caches on the way stand in the detail" {
	probe "http://127.0.0.1:$ODD/cached/json"
	[ "$status" -eq 0 ]
	jq -es --argjson port "$ODD" '.[2].detail | .age == "17" and .x_cache == "HIT" and
		.cache_control == "public, max-age=60" and .cf_cache_status == "HIT" and
		.via == "1.1 edge" and .pop == "ABC-FRA" and .address == "127.0.0.1" and
		.port == $port and .http_version == "1.1" and .first_byte_ms > 0 and
		.total_ms >= .first_byte_ms' out
}

@test "the deadline says at which step, and what was waited for" {
	# waits MOOD TEXT: the message of the step that fails.
	waits() {
		mkdir "$1"
		cd "$1" || return
		probe -t 8s "http://127.0.0.1:$BEHIND/$1"
		jq -es --arg text "$2" 'any(.[]; .error == "deadline" and
			(.message // "" | test($text)))' out >/dev/null || { cat out; return 1; }
	}
	waits hang@list 'passed; tools-list: the request was sent, but no response came within' &
	list=$!
	waits drip@list 'passed; tools-list: the response .status 200. did not end within' &
	drip=$!
	waits hang@initialize 'passed; initialize: the request was sent'
	wait $list
	wait $drip
}

@test "-4 and -6 choose, and --resolve and --connect-to lead elsewhere" {
	probe -4 "http://localhost:$BEHIND/json"
	[ "$status" -eq 0 ]
	probe -6 "http://localhost:$BEHIND/json"
	jq -es '.[0] + {code: .[1].error} | .message == "::1" and .code == "tcp.refused"' out
	probe --resolve "a.example:$BEHIND:127.0.0.1" "http://a.example:$BEHIND/json"
	jq -es '(.[0] | .status == "pass" and .message == "127.0.0.1") and .[8].state == "healthy"' out
	probe --resolve b.example:80:127.0.0.9 --connect-to "a.example:80:127.0.0.1:$BEHIND" \
		http://a.example/json
	[ "$status" -eq 0 ]
	probe --connect-to ":::$BEHIND" http://127.0.0.1/json
	[ "$status" -eq 0 ]
	probe --connect-to ::nosuch.invalid: http://127.0.0.1/json
	[ "$status" -eq 3 ] || jq -es '.[1].error | startswith("dns.")' out
}

@test "an option that leads nowhere is a usage error of one line" {
	while read -r want args; do
		# shellcheck disable=SC2086
		run "$BIN/mcp-probe" $args
		[[ $status -eq 2 && ${#lines[@]} -eq 1 && $output == "mcp-probe: ${want//_/ }"* ]] ||
			{ echo "$args: $output"; return 1; }
	done <<-'EOT'
		-4,_-6:_cannot_be_used_together -4 -6 http://localhost/
		--ipv4:_given_twice -4 --ipv4 http://localhost/
		-4:_the_URL_contains -4 http://[::1]/
		-6:_the_URL_contains -6 http://127.0.0.1/
		--resolve: --resolve a:80 http://a/
		--resolve: --resolve a:80: http://a/
		--resolve: --resolve a:80:b http://a/
		--resolve: --resolve a:0:127.0.0.1 http://a/
		--resolve: --resolve a:66666:127.0.0.1 http://a/
		--resolve: --resolve :80:127.0.0.1 http://a/
		--resolve: --resolve -a:80 http://a/
		--resolve: --resolve *:80:127.0.0.1 http://a/
		--resolve: --resolve a:80:127.0.0.1, http://a/
		--connect-to: --connect-to a:80:b http://a/
		--connect-to: --connect-to a:80:b:0 http://a/
		--connect-to: --connect-to a:80:b:80:c http://a/
		--connect-to: --connect-to a:80:b/c:80 http://a/
		--connect-to: --connect-to a:x:b:80 http://a/
	EOT
	mapfile -t many < <(printf -- '--resolve\na%d:80:127.0.0.1\n' {1..101})
	run "$BIN/mcp-probe" "${many[@]}" http://a/
	[ "$status" -eq 2 ]
	[ "$output" = "mcp-probe: --resolve: given more than 100 times" ]
	echo '{"slug":"six","url":"http://[::1]/"}' >targets
	run "$BIN/mcp-probe" -4 --targets targets
	[ "$status" -eq 2 ]
	[[ $output == "mcp-probe: line 1: the URL contains an address that -4 excludes"* ]]
}

@test "--deny-private holds for names, forms and detours" {
	while read -r host args; do
		# shellcheck disable=SC2086
		probe --deny-private $args "http://$host/json"
		jq -es '.[1].error == "tcp.denied"' out >/dev/null || { echo "$host"; cat out; return 1; }
	done <<-EOT
		localhost:$BEHIND
		169.254.169.254
		[::ffff:169.254.169.254]
		[64:ff9b::a9fe:a9fe]
		[2002:7f00:1::]
		[::7f00:1]
		[fd00:ec2::254]
		0.0.0.0:$BEHIND
		a.example:$BEHIND --resolve a.example:$BEHIND:127.0.0.1
		a.example:$BEHIND --resolve a.example:$BEHIND:::ffff:127.0.0.1
		a.example --connect-to ::127.0.0.1:$BEHIND
		a.example --connect-to ::localhost:$BEHIND
	EOT
	[ "$(requests none | wc -l)" -eq 0 ]
}

@test "-v shows what was sent and what came, and leaves the records alone" {
	probe -v "http://127.0.0.1:$ODD/cached/sse?key=s3cret"
	[ "$status" -eq 0 ]
	records out
	grep -qE "^\* Trying 127.0.0.1 port $ODD\$" err
	grep -qE "^\* Connected to 127.0.0.1 port $ODD\$" err
	grep -qE '^> POST /cached/sse\?\*\*\* HTTP/1.1$' err
	grep -qE '^> mcp-session-id: \*\*\*$' err
	grep -qE '^> accept-language: \*$' err
	grep -qE '^> \{"method":"initialize",.*"jsonrpc":"2.0","id":0\}$' err
	grep -qE '^< HTTP/1.1 200 OK$' err
	grep -qiE '^< mcp-session-id: \*\*\*$' err
	grep -qiE '^< set-cookie: \*\*\*$' err
	grep -qE '^< data: \{"jsonrpc"' err
	without -v '^[*<>] ' err
	without 's3cret|c00kie' err out
}

@test "-v masks the credential, wherever the server repeats it, and cuts" {
	echo s3cret-canary >token
	probe -v --token-file token "$URL"
	without canary out err
	probe -v --token-file token "http://127.0.0.1:$ODD/echo"
	jq -es '.[4].error == "http.500"' out
	grep -q '^< x-echo: Bearer \*\*\*$' err
	grep -q '^< no: Bearer \*\*\*, sessionId=\*\*\*&x$' err
	without canary out err
	probe -v "http://127.0.0.1:$BEHIND/colours"
	grep -q '^< ?\[31mred??$' err
	probe -v "http://127.0.0.1:$BEHIND/list-large"
	grep -qE '^< \([0-9]+ bytes more\)$' err
	[ "$(wc -c <err)" -lt 20000 ]
}

@test "-v with targets tells them apart" {
	for slug in one two; do
		echo "{\"slug\":\"$slug\",\"url\":\"http://127.0.0.1:$BEHIND/json\"}"
	done >targets
	probe -v --targets targets
	[ "$status" -eq 0 ]
	without -v '^(one|two): [*<>] ' err
	grep -q '^one: > POST /json' err
	grep -q '^two: > POST /json' err
}

# framed WAY MOOD: the state, the step that fails and the code; then what is said of clients,
# once for all steps that say it.
framed() {
	probe -t 20s "http://127.0.0.1:$ODD/$1/$2"
	jq -rs '(last | "\(.state) \(.failed_step) \(.error)"), (map(.detail.clients // empty) | unique[])' out
}

@test "framing that the RFCs call invalid breaks a server" {
	for way in cl-differ cl-list cl-chunked te-cl cl-plus control escape nul lone-cr odd-name; do
		for mood in json stateless sse; do
			[ "$(framed $way $mood)" = "broken initialize http.framing" ] ||
				{ echo "$way/$mood"; cat out; return 1; }
		done
	done
	[ "$(framed list-control json)" = "broken tools-list http.framing" ]
	is nul-field http.framing ''
	is bad-length http.framing ''
	is cl-differ/json http.framing 'two different Content-Lengths (RFC 9112, 6.3)'
	is cl-chunked/json http.framing 'both Content-Length and Transfer-Encoding'
	is control/json http.framing 'control character (RFC 9110, 5.5)'
	# Clients of 2026-07-28 alone do not come so far.
	framed discover-control json | grep '^those of 2026-07-28 are refused.* control character'
}

@test "what the RFCs allow and fetch refuses leaves the state alone, and is said" {
	for way in almost-large folded latin name-space; do
		[ "$(framed $way json)" = "healthy null null" ]
	done
	node="those on node are refused:"
	for mood in json stateless sse; do
		diff - <(framed cl-twice $mood) <<<"healthy null null
$node Content-Length is repeated"
		diff - <(framed large-head $mood) <<<"healthy null null
$node the header fields are longer than 16 KiB"
		diff - <(framed lf-ends $mood) <<<"healthy null null
$node a header field ends with LF alone"
	done
	# Where a gateway refuses server/discover, too, it is one text.
	framed lf-ends 403@discover | grep "^those of 2026-07-28 are refused; .*; $node "
	jq -es 'last.clients_refused == true' out
	# A port that fetch blocks, whoever listens there.
	probe --connect-to ":6000:127.0.0.1:$BEHIND" http://127.0.0.1:6000/json
	jq -es 'last.state == "healthy" and (map(.detail.clients // empty) | unique) ==
		["those on node are refused: fetch blocks this port"] and (last | has("clients_refused") | not)' out
}
