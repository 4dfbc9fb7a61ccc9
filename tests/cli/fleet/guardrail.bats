#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a deploy passes exactly when the table of mcp-guardrail(1) says so, and
# every run says why.

bats_require_minimum_version 1.5.0
load ../../helpers/guardrail

@test "up passes" {
	answers "$(body)"
	both 0 "upstream example-mcp is up — proceeding"
	[ "${#lines[@]}" -eq 1 ]
	jq -se '.[0].method == "GET" and .[0].url == "/api/embed-status/example-mcp"
		and .[0].headers.accept == "application/json"
		and .[0].headers.authorization == null' api/requests
}

# bats test_tags=later
@test "degraded passes with an annotation" {
	answers "$(body '.state = "degraded" | .uptime_30d = 99.71 | .p95_ms = 812')"
	both 0 "upstream example-mcp is degraded (uptime_30d=99.71%, p95=812ms) — proceeding with annotation"
	[[ $output == *"WARN: upstream example-mcp is degraded at deploy time (uptime_30d=99.71%, p95=812ms, as_of=20"* ]]
	[[ $output != *::warning::* ]]
	GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=summary guard
	[ "$status" -eq 0 ]
	grep -q '^::warning::upstream example-mcp is degraded at deploy time' <<<"$output"
	grep -q '^WARN: upstream example-mcp is degraded at deploy time' summary
}

@test "down blocks" {
	answers "$(body '.state = "down" | .last_probe_ago = "4m"')"
	both 1 "upstream example-mcp is down (last_probe_ago=4m) — blocking deploy"
}

@test "404 blocks, and so does every other 4xx" {
	local code
	answers '{"error":"not-found","message":"no such server"}' '{"status":404}'
	both 1 "slug example-mcp not found — check its spelling, and AMCP_TOKEN_FILE if it is private — blocking deploy"
	for code in 400 401 403 410 429 451; do
		answers "$(body)" "{\"status\":$code}"
		both 1 "upstream API returned $code — blocking deploy"
	done
}

@test "5xx goes by the mode" {
	for code in 500 502 503 504 599; do
		answers "$(body)" "{\"status\":$code}"
		by_mode "returned $code"
	done
}

@test "a timeout goes by the mode, and holds" {
	answers "$(body)" '{"fault":"hang"}'
	AMCP_TIMEOUT=0.3 by_mode "timeout after 0.3s"
}

# bats test_tags=later
@test "no connection, no name and a broken answer go by the mode" {
	answers "$(body)" '{"fault":"cut"}'
	by_mode "unreachable (the connection broke)"
	answers "$(body)" '{"fault":"half"}'
	by_mode "unreachable (curl: exit status 18)"
	AMCP_BASE=http://127.0.0.1:1 by_mode "unreachable (no connection)"
	AMCP_BASE=http://nothing.invalid by_mode "unreachable (the name does not resolve)"
	AMCP_BASE=https://127.0.0.1:$PORT by_mode "unreachable (the TLS handshake failed)"
}

# bats test_tags=later
@test "3xx is not followed and goes by the mode, and so does an odd 2xx" {
	for code in 301 302 304 307 308; do
		answers "$(body)" "{\"status\":$code,\"headers\":{\"location\":\"/elsewhere\"}}"
		by_mode "returned $code"
	done
	run ! grep -q elsewhere api/requests
	answers "$(body)" '{"status":206}'
	by_mode "returned 206"
	answers '' '{"status":204}'
	by_mode "returned 204"
}

@test "200 that is not the contract's JSON goes by the mode" {
	local what="returned 200 without a usable answer"
	answers '<!doctype html><h1>It works!</h1>' '{"type":"text/html"}'
	by_mode "$what (its type)"
	answers "$(body)" '{"type":"text/html; charset=application/json"}'
	by_mode "$what (its type)"
	answers '<!doctype html><h1>It works!</h1>'
	by_mode "$what (no JSON)"
	answers ''
	by_mode "$what (no JSON object)"
	answers '["up"]'
	by_mode "$what (no JSON object)"
	answers "$(body; body)"
	by_mode "$what (no JSON object)"
	answers '{"state":"up"'
	by_mode "$what (no JSON)"
	answers "$(body 'del(.state)')"
	by_mode "$what (no state)"
	answers "$(body '.state = null')"
	by_mode "$what (unknown state null)"
	answers "$(body '.state = ["up"]')"
	by_mode "$what (unknown state [\"up\"])"
	answers "$(body '.state = "green\n::error::x\u202e"')"
	by_mode "$what (unknown state \"green\n::error::x?\")"
	answers "$(body '.uptime_30d = "99\n::error::x"')"
	by_mode "$what (uptime_30d or p95_ms is no number)"
	answers "$(body '.last_probe_ago = "37 s"')"
	by_mode "$what (last_probe_ago \"37 s\")"
}

# bats test_tags=later
@test "an age that is absent or wrong, or too old, or of the future, goes by the mode" {
	local what="returned 200 without a usable answer"
	answers "$(body 'del(.as_of)')"
	by_mode "$what (no as_of)"
	answers "$(body '.as_of = 1777494660')"
	by_mode "$what (as_of 1777494660 is no time)"
	answers "$(body '.as_of = "yesterday"')"
	by_mode "$what (as_of \"yesterday\" is no time)"
	for state in up degraded down; do
		answers "$(body ".as_of = \"2026-01-01T00:00:00Z\" | .state = \"$state\"")"
		guard
		[ "$status" -eq 1 ]
		[[ $output == *"(stale: as_of 2026-01-01T00:00:00Z, "*" minutes ago) — falling back to fail-closed per env" ]]
		AMCP_FAIL_MODE=open guard
		[ "$status" -eq 0 ]
	done
	answers "$(body . 305)"
	guard
	[[ $status -eq 1 && $output == *"(stale: as_of "*", 5 minutes ago)"* ]]
	answers "$(body . -130)"
	guard
	[[ $status -eq 1 && $output == *"(from the future: as_of "*", 2 minutes ahead)"* ]]
	AMCP_FAIL_MODE=open guard
	[ "$status" -eq 0 ]
}

# bats test_tags=later
@test "five minutes old and two minutes ahead is fresh" {
	answers "$(body . 290)"
	both 0 "upstream example-mcp is up — proceeding"
	answers "$(body . -110)"
	both 0 "upstream example-mcp is up — proceeding"
}

# bats test_tags=later
@test "numbers that the API does not have yet are no fault, nor are new keys" {
	answers "$(body '{state: "degraded", as_of, more: {}} + {p95_ms: null}')" \
		'{"type":"Application/JSON; charset=utf-8"}'
	both 0 "upstream example-mcp is degraded (uptime_30d=unknown, p95=unknown) — proceeding with annotation"
}

# bats test_tags=later
@test "an answer without an end is not read to its end" {
	answers "$(body)" '{"fault":"endless"}'
	by_mode "answered with more than 65536 bytes"
	answers "$(body; head -c 66000 /dev/zero | tr '\0' ' ')"
	by_mode "answered with more than 65536 bytes"
}

@test "the token of a private server goes into a header, and never into argv" {
	answers "$(body)"
	echo s3cret-canary >token
	mkdir -p bin
	printf '#!/bin/bash\nprintf "%%s\\n" "$@" >>argv\nexec %q "$@"\n' \
		"$(type -P curl)" >bin/curl
	chmod +x bin/curl
	PATH=$PWD/bin:$PATH AMCP_TOKEN_FILE=token guard
	expect 0 "upstream example-mcp is up — proceeding"
	jq -se '.[0].headers.authorization == "Bearer s3cret-canary"' api/requests
	grep -q embed-status argv
	run ! grep -q canary argv
	AMCP_BASE=http://status.example.com AMCP_TOKEN_FILE=token guard
	expect 2 "AMCP_TOKEN_FILE: AMCP_BASE is not https — blocking deploy"
	AMCP_TOKEN_FILE=nosuch guard
	expect 2 "AMCP_TOKEN_FILE: cannot be read — blocking deploy"
	printf 'a\r\nX-Evil: b\n' >token
	AMCP_TOKEN_FILE=token guard
	expect 2 "AMCP_TOKEN_FILE: not a token — blocking deploy"
}

# bats test_tags=later
@test "E1: no connection is no connection, and not a status of 000000" {
	AMCP_BASE=http://127.0.0.1:1 guard
	expect 1 "upstream API unreachable (no connection) — falling back to fail-closed per env"
}

# bats test_tags=later
@test "E2: what an earlier run found out is never read" {
	answers "$(body)"
	guard
	expect 0 "upstream example-mcp is up — proceeding"
	for slug in example-mcp other-mcp; do
		AMCP_SLUG=$slug AMCP_BASE=http://127.0.0.1:1 guard
		expect 1 "upstream API unreachable (no connection) — falling back to fail-closed per env"
	done
}

# bats test_tags=later
@test "E3: an API that is down is logged, and does not block staging" {
	AMCP_BASE=http://127.0.0.1:1 AMCP_FAIL_MODE=open guard
	expect 0 "upstream API unreachable (no connection) — falling back to fail-open per env"
}

# bats test_tags=later
@test "E4: a redirect and a page of HTML are logged, with the status of the table" {
	answers '<h1>moved</h1>' '{"status":302,"type":"text/html"}'
	by_mode "returned 302"
	answers '<h1>hello</h1>' '{"type":"text/html"}'
	by_mode "returned 200 without a usable answer (its type)"
}

@test "E5: a name, a mode or a time that is none is refused before anything is asked" {
	local what
	answers "$(body)"
	for what in "" . .. ../x A x/y 'x y' "$(printf 'x%.0s' {1..81})" $'x\ny'; do
		AMCP_SLUG=$what guard
		[[ $status -eq 2 && $output == *"AMCP_SLUG: not "*" — blocking deploy" ]]
	done
	for what in Closed fail opened; do
		AMCP_FAIL_MODE=$what guard
		expect 2 "AMCP_FAIL_MODE: neither closed nor open — blocking deploy"
	done
	for what in 0 0.0 -1 5s 1e3 1000; do
		AMCP_TIMEOUT=$what guard
		expect 2 "AMCP_TIMEOUT: not seconds above 0 and below 1000 — blocking deploy"
	done
	AMCP_BASE='' guard
	expect 2 "AMCP_BASE: not set — blocking deploy"
	for what in status.example.com file:///etc/passwd 'http://a b' \
		http://u:p@h 'http://h/?x' 'http://h/#x'; do
		AMCP_BASE=$what guard
		expect 2 "AMCP_BASE: not an address like https://status.example.com — blocking deploy"
	done
	guard more
	[ "$status" -eq 2 ]
	[ ! -s api/requests ]
}

# bats test_tags=later
@test "a slash at the end of the address, and a path in it, are taken" {
	answers "$(body)"
	AMCP_BASE=http://127.0.0.1:$PORT/fleet// guard
	expect 0 "upstream example-mcp is up — proceeding"
	jq -se '.[0].url == "/fleet/api/embed-status/example-mcp"' api/requests
}

# bats test_tags=later
@test "without jq or curl it says so, and blocks" {
	local tool other
	mkdir -p few
	for tool in bash date; do
		ln -sf "$(type -P $tool)" few/
	done
	for tool in curl jq; do
		other=$(type -P "$tool")
		PATH=$PWD/few guard
		expect 2 "$tool: not installed — blocking deploy"
		ln -s "$other" few/
	done
}

# bats test_tags=later
@test "a .curlrc changes nothing" {
	answers "$(body)" '{"status":302,"headers":{"location":"/x"}}'
	printf 'location\nfail\noutput = x\n' >.curlrc
	HOME=$PWD CURL_HOME=$PWD by_mode "returned 302"
}

@test "it helps itself, and is of the same version as the others" {
	guard --help
	[[ $status -eq 0 && $output == "usage: mcp-guardrail"$'\n'* ]]
	guard -V
	[[ $status -eq 0 && $output == "mcp-guardrail $("$BIN/mcp-probe" -V | cut -d' ' -f2)" ]]
}
