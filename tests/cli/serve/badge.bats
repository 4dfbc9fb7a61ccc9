#!/usr/bin/env bats
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

teardown_file() {
	redis_stop
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
	[ "$(path 'count(/s:svg/s:title)') $(path 'string(/s:svg/@role)')" = "1 img" ]
	TITLE=$(path 'string(/s:svg/s:title)')
	[ "$TITLE" = "$(path 'string(/s:svg/@aria-label)')" ]
	path '//s:text/text()' >texts || true
}

# path XPATH: of the image, whose names have the prefix s here.
path() {
	sed 's/ xmlns="[^"]*"//' body >plain.svg
	xmllint --xpath "${1//s:/}" plain.svg
}

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
		for slug in waiting nope veiled; do
			badge "$look" "$slug"
			[ "$TITLE" = "$slug: pending, awaiting first probe" ]
			grep -q '^awaiting first probe$' texts
			run ! grep -q 'up\|degraded\|down\|%' texts
		done
		badge "$look" 'NO slug'
		[ "$TITLE" = "MCP server: pending, awaiting first probe" ]
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
