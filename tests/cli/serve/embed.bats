#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: the widget is what its source says, small, plain ES5, and sent so that
# any page may load it; its preview runs no script but that, takes nothing from
# a stranger as markup, and needs no store. What the widget does in a browser is
# tested in tests/long.

bats_require_minimum_version 1.5.0
load ../../helpers/lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	SOURCE=$ROOT/serve/widget/embed.js
	export MCP_STORE=unix:///nonexistent
}

# get PATH [NAME=VALUE…]: what the program, called as a CGI, answers: CODE, and
# the files fields and body; what it tells its operator is in err.
get() {
	env REQUEST_METHOD=GET GATEWAY_INTERFACE=CGI/1.1 REQUEST_URI="$1" \
		"QUERY_STRING=$([[ $1 != *\?* ]] || echo "${1#*\?}")" \
		"${@:2}" "$BIN/mcp-serve" >out 2>err
	take_answer
}

# says NAME: the value of a field of the answer.
says() {
	sed -n "s/^$1: \(.*\)\r\$/\1/p" fields
}

# code FILE: a script without comments, and with empty strings and patterns.
code() {
	node -e 'process.stdout.write(require("fs").readFileSync(process.argv[1],
		"utf8").replace(/\/\*[^]*?\*\/|\/\/.*|\x27[^\x27\n]*\x27|"[^"\n]*"|\/(?![*\/])(?:\\.|\[[^\]]*\]|[^\n\/])+\/g?(?=[,.;)])/g,
		"\x27\x27"))' "$1"
}

# What no ES5 has. tests/long has it parsed.
LATER='=>|`|\.\.\.|\?\?|\?\.|\*\*|\b(let|const|class|async|await|import|export|super|yield|of)\b'

@test "embed.js is the source, to the byte, for any page" {
	get /embed.js
	cmp body "$SOURCE"
	cat >want <<-END
		Status: 200 OK
		Cache-Control: public, max-age=60, stale-while-revalidate=300
		ETag: "v1-$(sha256sum <"$SOURCE" | head -c 32)"
		Vary: Accept-Encoding
		Access-Control-Allow-Origin: *
		Content-Type: application/javascript; charset=utf-8
		Content-Length: $(wc -c <"$SOURCE")
		X-Content-Type-Options: nosniff
		Cross-Origin-Resource-Policy: cross-origin

	END
	diff want <(grep -v ^Content-Security-Policy fields | tr -d '\r')
	tag=$(says ETag)
	get /embed.js?v=2 "HTTP_IF_NONE_MATCH=$tag"
	[ "$CODE" = 304 ]
	[ ! -s body ]
	get /embed.js REQUEST_METHOD=HEAD
	[ "$CODE $(says Content-Length)" = "200 $(wc -c <"$SOURCE")" ]
	[ ! -s body ]
	get /embed.js REQUEST_METHOD=POST
	[ "$CODE" = 405 ]
	[ ! -s err ]
}

@test "it is at most 11 KB, and 3.5 KB gzipped" {
	raw=$(wc -c <"$SOURCE") small=$(gzip -6nc "$SOURCE" | wc -c)
	echo "# embed.js: $raw bytes, $small gzipped" >&3
	[ "$raw" -le 11000 ]
	[ "$small" -le 3500 ]
}

@test "it is a script, and of ES5" {
	node -e 'new (require("vm").Script)(
		require("fs").readFileSync(process.argv[1], "utf8"))' "$SOURCE"
	code "$SOURCE" >code.js
	without "$LATER" code.js
	[ "$(wc -l <code.js)" -gt 150 ]
	# The pattern finds what it is there to find.
	while read -r line; do
		echo "$line" >later.js
		code later.js | grep -qE "$LATER"
	done <<-'END'
		let a = 1;
		const a = 1;
		f(() => 1);
		x = `a`;
		f(...a);
		class A {}
		a = b ?? c;
		a = b?.c;
		for (a of b) {}
		async function f() {}
	END
}

@test "it writes text and no markup, keeps nothing, and has one global" {
	code "$SOURCE" >code.js
	without 'innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(|cookie|[a-z]+Storage|XMLHttp|sendBeacon' code.js
	[ "$(grep -oE 'window\.[a-zA-Z]+ = ' code.js)" = 'window.amcpStyled = ' ]
	[ "$(grep -c "'use strict'" "$SOURCE")" = 1 ]
	# No address but that of where it came from.
	without 'https?://[a-z]' <(grep -v '^ \*' "$SOURCE")
}

@test "the preview runs no script but the widget, and says what to copy" {
	get '/embed-preview?slug=Example-mcp' MCP_SITE=https://status.example.com/
	[ "$CODE $(says Content-Type)" = "200 text/html; charset=utf-8" ]
	[ "$(says Content-Security-Policy)" = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'" ]
	[ "$(grep -c '<script' body)" = 2 ]
	grep -qF '<script async src="/embed.js"></script>' body
	grep -qF '<script src="/page.js" defer></script>' body
	without ' on[a-z]+=| style=|javascript:' body
	for look in card badge; do
		for theme in dark light; do
			grep -qF "     data-style=\"$look\" data-theme=\"$theme\"><a href=\"/status/example-mcp\">" body
			grep -qF "     data-style=&quot;$look&quot; data-theme=&quot;$theme&quot;&gt;&lt;/div&gt;" body
		done
	done
	grep -qF '&lt;div id=&quot;alivemcp-embed&quot; data-server=&quot;example-mcp&quot;' body
	grep -qF '&lt;script async src=&quot;https://status.example.com/embed.js&quot;&gt;&lt;/script&gt;' body
	grep -qF '[![MCP status](https://status.example.com/badge/example-mcp.svg)](https://status.example.com/status/example-mcp)' body
	for query in theme=auto style=flat-square style=card metric={uptime,p95,tools,maintenance}; do
		grep -qF "<img src=\"/badge/example-mcp.svg?$query\" alt=" body
	done
	grep -qF '![MCP status](https://img.shields.io/endpoint?url=https://status.example.com/badge/example-mcp.json)' body
	grep -qF '[![MCP servers](https://status.example.com/badge.svg?theme=auto)](https://status.example.com/)' body
	[ "$(gzip -6nc body | wc -c)" -lt 30000 ]
	tag=$(says ETag)
	get '/embed-preview?slug=Example-mcp' MCP_SITE=https://status.example.com \
		"HTTP_IF_NONE_MATCH=$tag" HTTP_HOST=evil.example
	[ "$CODE" = 304 ]
	get '/embed-preview?slug=example-mcp'
	grep -q 'Put the address of this site before' body
	# It knows nothing of servers, and so cannot tell a private one from none.
	[ "$(grep -c . err)" = 1 ]
}

@test "what is no slug is said to be none, and is text" {
	for slug in '%3Cscript%3E' '%22%3E%3Cb' '..' '-a' 'a/b' 'a%20b' '%E2%80%AEa' \
		"$(printf 'a%.0s' {1..81})"; do
		get "/embed-preview?slug=$slug"
		[ "$CODE" = 200 ]
		grep -q '</b> is not a slug. Use a to z' body
		[ "$(grep -c '<script' body)" = 2 ]
		without 'data-server|/badge/' body
	done
	for query in '' '?' '?slug=' '?slug' '?slug=%' '?slug=%00' '?other=1' \
		"?slug=$(printf 'a%.0s' {1..5000})"; do
		get "/embed-preview$query"
		[ "$CODE" = 200 ]
		without 'data-server|No server can' body
	done
	get '/embed-preview?slug=a' MCP_SITE='https://a.example/"><b>'
	without '"><b>|&quot;>' body
}
