#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: every badge is an image, whatever is asked for, and says to eyes and ears
# what is published, or that nobody knows.

bats_require_minimum_version 1.5.0
load ../../helpers/site

setup_file() {
	redis_start "$BATS_FILE_TMPDIR/redis"
	export AS_OF NOW
	servers 1777494660
	NOW=$((AS_OF + 50))
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
}

# badge QUERY [SLUG]: an image with a role and a title; its texts go to texts.
badge() {
	get "/badge/${2-example-mcp}.svg$1"
	[ "$CODE $(says Content-Type)" = "200 image/svg+xml; charset=utf-8" ] &&
		xmllint --noout --nonet body || { echo "$1"; cat body; return 1; }
	[ "$(path 'concat(count(/s:svg/s:title), " ", /s:svg/@role, " ",
		/s:svg/s:title = /s:svg/@aria-label)')" = "1 img true" ]
	TITLE=$(path 'string(/s:svg/s:title)')
	path '//s:text/text()' >texts || true
}

# path XPATH: of the image, whose names have the prefix s here.
path() {
	sed 's/ xmlns="[^"]*"//' body >plain.svg
	xmllint --xpath "${1//s:/}" plain.svg
}

# bats test_tags=later
@test "each state, in each style and theme, is a well-formed image that says it" {
	local look slug want
	for look in '' '?style=pill&theme=light' '?style=card' '?style=card&theme=light'; do
		for want in example-mcp:up partly:degraded broken:down; do
			slug=${want%:*}
			badge "$look" "$slug"
			[ "$TITLE" = "$slug: ${want#*:}, 99.87% uptime in 30 days" ]
			grep -q "^${want#*:}\b" texts
			[[ $look != *card* && $slug = broken ]] ||
				grep -q "^${want#*:}.*99.87%" texts
		done
		[[ $look = *card* ]] || run ! grep -q '%' texts
		badge "$look" old
		[ "$TITLE" = 'old: no recent data' ]
		grep -q '^no recent data$' texts
		run ! grep -q 'up\|degraded\|down\|%\|awaiting' texts
		badge "$look" waiting
		[ "$TITLE" = "waiting: pending, awaiting first probe" ]
		grep -q '^awaiting first probe$' texts
		run ! grep -q 'up\|degraded\|down\|%' texts
		for slug in nope veiled; do
			badge "$look" "$slug"
			[ "$TITLE" = "$slug: unknown server" ]
			grep -q '^unknown server$' texts
			run ! grep -q 'up\|degraded\|down\|%\|awaiting\|pending' texts
		done
		badge "$look" 'NO slug'
		[ "$TITLE" = "MCP server: unknown server" ]
		get "/badge/example-mcp.svg$look" MCP_STORE=unix:///nonexistent
		[ "$CODE" = 200 ]
		grep -q '>no recent data<' body
	done
}

@test "what is asked for is what comes" {
	badge ''
	cp body pill
	badge '?style=pill&theme=dark&label='
	cmp pill body
	badge '?style=star&theme=blue&other=1'
	cmp pill body
	badge '?theme=light'
	run ! cmp pill body
	[ "$(path 'number(/s:svg/@height)')" = 20 ]
	badge '?style=card'
	[ "$(path 'number(/s:svg/@height)')" = 92 ]
	grep -q '^example-mcp$' texts
	grep -q '^p95 142 ms, last probe 37s ago$' texts
	badge '?label=My+server%21'
	[ "$(head -n 1 texts)" = 'My server!' ]
	badge '?style=card&label=My%20server'
	[ "$(head -n 1 texts)" = 'My server' ]
	[ "$TITLE" = "example-mcp: up, 99.87% uptime in 30 days" ]
}

# bats test_tags=later
@test "a label is text, and no longer than 40 characters" {
	local label style
	for style in pill card; do
		for label in '%3Cscript%3Ealert(1)%3C/script%3E' '"><x' '%22%27%26%3C%3E' \
			%00 % %zz %0a%0d%1b%7f %ff%fe %ef%bf%be%ef%bf%bf %ed%a0%80 \
			%e2%80%ae%e2%80%a8 %f0%9f%98%80 '%c3%a9%cc%81' ']]>' '&amp;' ; do
			badge "?style=$style&label=$label"
			run ! grep -qi '<script\|<x\|‮' body
		done
		badge "?style=$style&label=$(printf 'W%.0s' {1..9000})"
		badge "?style=$style&label=$(printf '%%e5%%ad%%97%.0s' {1..60})"
		[ "$(head -n 1 texts | wc -m)" -le 42 ]
	done
	badge "?label=$(printf 'x%.0s' {1..41})"
	[ "$(head -n 1 texts)" = "$(printf 'x%.0s' {1..40})" ]
}

# bats test_tags=later
@test "a badge is as wide as its texts, and they do not leave it" {
	local look
	for look in '?label=i' '?label=WWWWWWWWWWWWWWWWWWWW' '?style=card' \
		"?style=card&label=$(printf 'W%.0s' {1..40})" \
		"?style=card&label=$(printf '%%e5%%ad%%97%.0s' {1..40})"; do
		badge "$look"
		[ "$(path 'count(//s:text[@x + @textLength > /s:svg/@width])')" = 0 ]
		[ "$(path 'count(//s:text[1][@x + @textLength > //s:text[2]/@x])')" = 0 ] ||
			[[ $look == *card* ]]
	done
	badge '?label=i'
	[ "$(path 'number(//s:text[1]/@textLength)')" = 4 ]
	badge '?label=WWWW'
	[ "$(path 'number(//s:text[1]/@textLength)')" = 44 ]
}

# shield QUERY [SLUG]: the JSON for shields.io: SHIELD is label|message|color|isError.
shield() {
	get "/badge/${2-example-mcp}.json$1"
	[ "$CODE $(says Content-Type)" = "200 application/json; charset=utf-8" ]
	# shields.io refuses a member that it does not know, and an empty message.
	jq -e 'keys == ["cacheSeconds", "color", "isError", "label", "message",
		"schemaVersion"] and .schemaVersion == 1 and .message != "" and
		(.color | test("^#[0-9a-f]{6}$"))' body
	[ "$(jq .cacheSeconds body)" = "$(says Cache-Control | sed 's/.*max-age=\([0-9]*\).*/\1/')" ]
	SHIELD=$(jq -r '"\(.label)|\(.message)|\(.color)|\(.isError)"' body)
}

# same QUERY LABEL MESSAGE COLOUR IS_ERROR [SLUG]: image and JSON say just that.
same() {
	badge "$1" "${6-example-mcp}"
	[ "$(paste -sd'|' texts)" = "$2|$3" ] || { cat texts; return 1; }
	grep -qF "fill=\"$4\"" body
	shield "$1" "${6-example-mcp}"
	[ "$SHIELD" = "$2|$3|$4|$5" ] || { echo "$SHIELD"; return 1; }
}

# bats test_tags=later
@test "a figure, its colour by its threshold, in the image and for shields.io" {
	same '' mcp 'up 99.87%' '#1a7f37' false
	same '?metric=state' mcp 'up 99.87%' '#1a7f37' false
	same '?metric=uptime' uptime 99.87% '#9a6700' false
	[[ $(says ETag) = '"v1-2026-04-29T20:31:00Z"' ]]
	same '?metric=p95' p95 '142 ms' '#1a7f37' false
	same '?metric=p95' p95 'p95 not known yet' '#6a737d' true partly
	same '?metric=tools' tools 'tools not known yet' '#6a737d' true
	hashes="$(printf 'a%.0s' {1..64}) $(printf 'b%.0s' {1..64})"
	redis hset probe:example-mcp:tools seen:us-east-1 "1 ${hashes% *} 1777400000" \
		"${hashes% *}" "$(jq -cn '[range(12) | {("tool\(.)"): "canary"}] | add')" >/dev/null
	same '?metric=tools' tools 12 '#0757b5' false
	badge '?metric=tools'
	[ "$TITLE" = 'example-mcp: 12 tools' ]
	same '?metric=uptime' uptime 99.87% '#9a6700' false broken
	badge '?metric=uptime' broken
	[ "$TITLE" = 'broken: 99.87% uptime in 30 days, now down' ]
	same '?metric=speed' mcp 'unknown metric' '#6a737d' true
	same '?metric=uptime&label=a+b' 'a b' 99.87% '#9a6700' false
}

# bats test_tags=later
@test "a maintenance: until when, or when the next one is" {
	same '?metric=maintenance' maintenance 'none planned' '#6a737d' false
	redis hset fleet:maintenance m-1 "$(jq -cn --argjson at "$AS_OF" '{v: 1,
		type: "maintenance", id: "m-1", slugs: ["exam*"], accounts: [],
		starts_at: ($at + 86400), ends_at: ($at + 90000), every: null,
		zone: null, reason: "canary", by: "canary", ended_at: null}')" >/dev/null
	same '?metric=maintenance' maintenance '30 Apr, 20:31 UTC' '#0757b5' false
	run ! grep -q canary body
	NOW=$((AS_OF + 86400)) same '?metric=maintenance' maintenance 'no recent data' '#6a737d' true
	redis hset fleet:maintenance m-1 "$(jq -cn --argjson at "$AS_OF" '{v: 1,
		type: "maintenance", id: "m-1", slugs: ["brok*"], accounts: [],
		starts_at: ($at - 600), ends_at: ($at + 3000), every: null,
		zone: null, reason: "canary", by: "canary", ended_at: null}')" >/dev/null
	same '?metric=maintenance' maintenance 'until 21:21 UTC' '#0757b5' false broken
	same '' mcp maintenance '#0757b5' false broken
	same '?region=London' London maintenance '#0757b5' false broken
	get /badge.json
	[ "$(jq -r .message body)" = '1 of 5 degraded' ]
	redis del fleet:maintenance >/dev/null
}

# bats test_tags=later
@test "one place, by the name that pages give it" {
	same '?region=Ashburn' Ashburn up '#1a7f37' false
	same '?region=london' London down '#cf222e' false
	same '?region=S%C3%A3o%20Paulo' 'São Paulo' 'no recent data' '#6a737d' true
	same '?region=london&metric=p95' 'London p95' 'p95 not known yet' '#6a737d' true
	badge '?region=London&style=card'
	[ "$TITLE $(path 'number(/s:svg/@height)')" = 'example-mcp from London: down 20' ]
	for name in Rome us-east-1 eu-west-2 '' %4 canary "$(printf 'London%.0s' {1..60})"; do
		same "?region=$name" mcp 'unknown location' '#6a737d' true
	done
	same '?region=London&metric=uptime' uptime 'not known by location' '#6a737d' true
	run ! grep -q canary out
}

@test "whatever is asked for, what is old, unknown or private says the same" {
	local query
	for query in '?metric=uptime' '?metric=p95' '?metric=tools' \
		'?metric=maintenance' '?region=London' '?metric=p95&region=London'; do
		badge "$query" old
		tail -n 1 texts | grep -qx 'no recent data'
		shield "$query" old
		[[ $SHIELD = *'|no recent data|#6a737d|true' ]]
		for slug in waiting nope veiled; do
			want='unknown server'
			[ "$slug" != waiting ] || want='awaiting first probe'
			badge "$query" "$slug"
			tail -n 1 texts | grep -qx "$want"
			shield "$query" "$slug"
			[[ $SHIELD = *"|$want|#6a737d|true" ]]
			[ "$(jq .cacheSeconds body)" = 5 ]
			sed "s/$slug/NAME/g" out >"as-$slug"
		done
		diff as-nope as-veiled
		get "/badge/example-mcp.json$query" MCP_STORE=unix:///nonexistent
		[ "$CODE $(jq -r '"\(.message) \(.isError)"' body)" = '200 no recent data true' ]
	done
	get "/badge/veiled.json" "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$(jq -r '"\(.message) \(.cacheSeconds)"' body) $(says Cache-Control)" = 'down 0 private, no-store' ]
}

# bats test_tags=later
@test "the badge of all public servers, where no server can be" {
	get /badge.svg
	[ "$CODE $(says Content-Type)" = "200 image/svg+xml; charset=utf-8" ]
	xmllint --noout --nonet body
	grep -q '>mcp servers<.*>1 of 5 down</text></g></svg>' body
	grep -q '<title>5 servers: 1 down, 1 degraded, 1 stale, 1 pending, 1 up</title>' body
	run ! grep -q veiled out
	get /badge.svg "HTTP_IF_NONE_MATCH=$(says ETag)"
	[ "$CODE" = 304 ]
	get '/badge.svg?label=acme&style=flat-square&theme=auto&metric=p95'
	grep -q '>acme<.*>1 of 5 down<' body
	run ! grep -q clipPath body
	grep -q prefers-color-scheme body
	get /badge.json "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$(<body)" = '{"schemaVersion":1,"label":"mcp servers","message":"1 of 5 down","color":"#cf222e","isError":false,"cacheSeconds":60}' ]
	for path in /badge.svg /badge.json; do
		get $path MCP_STORE=unix:///nonexistent
		[ "$CODE $(says Cache-Control)" = '200 public, max-age=5' ]
		grep -q 'no recent data' body
	done
	# A server may have that name.
	know fleet
	publish fleet green
	badge '' fleet
	[ "$TITLE" = 'fleet: up, 99.87% uptime in 30 days' ]
	redis hdel fleet:servers fleet >/dev/null
	redis del probe:fleet:verdict >/dev/null
}

# bats test_tags=later
@test "an image that follows the scheme of its reader is allowed its style" {
	badge '?theme=auto'
	[ "$(says Content-Security-Policy)" = "default-src 'none'; style-src 'unsafe-inline'" ]
	[ "$(grep -c 'prefers-color-scheme:light' body)" = 1 ]
	badge '?theme=auto&style=card' nope
	[ "$(says Content-Security-Policy)" = "default-src 'none'; style-src 'unsafe-inline'" ]
	for query in '' '?theme=light' '?theme=AUTO' '?style=card'; do
		badge "$query"
		[[ $(says Content-Security-Policy) = *"style-src 'self'"* ]]
		run ! grep -q '<style' body
	done
}
