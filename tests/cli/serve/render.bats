#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: rendered, the public site is the same files as its answers; only what
# changed is written, whole; and a folder goes on claiming nothing that nobody
# knows any more.

bats_require_minimum_version 1.5.0
load ../../helpers/site

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	redis_start "$BATS_TEST_TMPDIR/redis"
	servers 1777494660
	NOW=$((AS_OF + 50))
	mkdir www
}

teardown() {
	redis_stop 2>/dev/null || true
}

# render [ARGS…]: into www, as of NOW.
render() {
	run --separate-stderr "$BIN/mcp-serve" render --now "$NOW" "$@" www
}

files() {
	(cd www && find . -type f ! -name '.mcp-serve' | sed 's|^\./||' | sort)
}

@test "each file is what is answered at its path" {
	# An outage of the day before, and one that is too long ago.
	redis hset alert:partly:incidents 1777400040:downtime:1777400160000:started '{}' \
		1777400040:downtime:1777401720000:resolved '{"resolved_at":1777401600}' \
		1757400060:downtime:1757401720000:resolved '{"resolved_at":1757401620}' >/dev/null
	render
	[ "$status:$output:$stderr" = "0::" ]
	files >got
	cat >want <<-END
		api/embed-status/broken
		api/embed-status/example-mcp
		api/embed-status/partly
		badge.json
		badge.svg
		badge/broken.json
		badge/broken.svg
		badge/example-mcp.json
		badge/example-mcp.svg
		badge/old.svg
		badge/partly.svg
		badge/waiting.svg
		index.html
		page.js
		robots.txt
		status/broken/index.html
		status/example-mcp/index.html
		status/old/index.html
		status/partly/history/2026-01/index.html
		status/partly/history/2026-04/index.html
		status/partly/incident/2026-04-28-1814-outage/index.html
		status/partly/index.html
		status/waiting/index.html
	END
	# Pages and paths that are added come by themselves.
	[ -z "$(comm -23 want got)" ]
	while read -r file; do
		[[ $file != *.gz ]] || continue
		path=/${file%index.html}
		[ "$path" = / ] || [ "$path" = /man/ ] || path=${path%/}
		get "$path"
		[ "$CODE" = 200 ]
		[ "$file" = index.html ] || cmp body "www/$file"
	done <got
	# A file has no parameters: the index is whole, and asks for nothing else.
	get /
	for want in body www/index.html; do
		grep -o 'href="/status/[^"]*\|<h2[^>]*>\|<b>[0-9]*</b> [a-z ]*' "$want" >"${want##*/}.has"
	done
	diff body.has index.html.has
	[ "$(grep -c '<h2' index.html.has)" -ge 3 ]
	grep -q 'href="#down"' www/index.html
	run ! grep -q '<form\|href="?' www/index.html
	# Of a region's canaries the manual pages may speak.
	run ! grep -ril 'veiled' www
	run ! grep -ril 'canary' www --exclude-dir=man
	run ! grep -q 'healthz\|prom\|2025-' got
	[ "$(stat -c %a www/index.html)" = 644 ]
	grep -q 'no recent data' www/badge/old.svg
}

@test "MCP_SITE stands in the pages, as in the answers" {
	MCP_SITE=https://status.example.com render
	grep -qF 'https://status.example.com/badge/partly.svg' www/status/partly/index.html
	grep -qx 'Sitemap: https://status.example.com/sitemap.xml' www/robots.txt
	grep -qF '<loc>https://status.example.com/sitemap/1.xml</loc>' www/sitemap.xml
	grep -qF '<loc>https://status.example.com/status/partly</loc><lastmod>' www/sitemap/1.xml
	gunzip -c www/sitemap/1.xml.gz | cmp - www/sitemap/1.xml
	# Without an address there is none.
	render
	[ "$status" -eq 0 ]
	[ ! -e www/sitemap.xml ] && [ ! -e www/sitemap ]
	run ! grep -q Sitemap www/robots.txt
}

@test "previews are rendered where pages name them, and go with their pages" {
	local file
	redis hset alert:partly:incidents 1777400040:downtime:1777400160000:started '{}' \
		1777400040:downtime:1777401720000:resolved '{"resolved_at":1777401600}' >/dev/null
	render
	[ "$status" = 0 ]
	run ! grep -q 'png' <(files)
	export MCP_SITE=https://status.example.com
	render
	[ "$status" = 0 ]
	diff <(files | grep 'png') - <<-END
		status/broken/preview.png
		status/example-mcp/preview.png
		status/old/preview.png
		status/partly/preview.png
		status/partly/preview/2026-04-28-1814-outage.png
		status/waiting/preview.png
	END
	for file in broken/preview partly/preview/2026-04-28-1814-outage; do
		get "/status/$file.png"
		cmp body "www/status/$file.png"
	done
	render -v
	[ "$status:$output" = "0:" ]
	redis hdel fleet:servers broken >/dev/null
	render -v
	grep -qx 'removed status/broken/preview.png' <<<"$output"
	# With the store away for long a preview claims nothing, for there is none.
	redis_stop
	NOW=$((NOW + 600)) render
	[ "$status" = 3 ]
	run ! grep -q 'png' <(files)
}

@test "what did not change is not touched, and what did is a new file" {
	local before
	render
	find www -type f ! -name .mcp-serve -exec touch -d @1000000000 {} +
	before=$(stat -c %i www/badge/partly.svg)
	render -v
	[ "$status:$output" = "0:" ]
	[ -z "$(find www -type f ! -name .mcp-serve -newermt @1000000001)" ]
	publish partly green
	render -v
	[ "$status" -eq 0 ]
	grep -qx 'written badge/partly.svg' <<<"$output"
	grep -qx 'written api/embed-status/partly' <<<"$output"
	grep -qx 'written index.html' <<<"$output"
	run ! grep -q 'broken\|example-mcp' <<<"$output"
	# One who has the old one open reads the old one to its end.
	[ "$(stat -c %i www/badge/partly.svg)" != "$before" ]
	[ "$(jq -r .state www/api/embed-status/partly)" = up ]
	truncate -s 5 www/badge/broken.svg
	render -v
	[ "$output" = "written badge/broken.svg" ]
}

@test "a server that is gone or private leaves nothing; what others put there stays" {
	mkdir -p www/status/broken
	echo mine | tee www/mine >www/status/broken/mine
	render
	redis hdel fleet:servers broken example-mcp >/dev/null
	know partly '.private = true'
	render -v
	[ "$status" -eq 0 ]
	grep -qx 'removed status/example-mcp/index.html' <<<"$output"
	run ! grep -rl --exclude-dir=man --exclude=openapi.json 'broken\|example-mcp\|/partly' www
	[ ! -e www/status/example-mcp ]
	[ "$(ls www/api)" = openapi.json ]
	[ "$(cat www/mine www/status/broken/mine)" = $'mine\nmine' ]
}

@test "beside a page there is the same, compressed, which comes and goes with it" {
	local file
	render
	for file in www/index.html www/style.css www/embed.js www/status/broken/index.html \
		www/man/mcp-serve.8/index.html; do
		gunzip -c $file.gz | cmp - "$file"
	done
	[ "$(wc -c <www/style.css.gz)" -lt $(($(wc -c <www/style.css) / 2)) ]
	# A slug may end in .gz, so there is none beside what is called like a slug.
	[ -z "$(find www/api www/badge -name '*.gz')" ]
	cp -a www before
	render
	diff -r before www
	# It is made anew where it was lost, and is gone with its page.
	rm www/style.css.gz
	publish broken green
	render
	gunzip -c www/style.css.gz | cmp - www/style.css
	gunzip -c www/status/broken/index.html.gz | cmp - www/status/broken/index.html
	redis hdel fleet:servers broken
	render
	[ ! -e www/status/broken ]
	# While the store is away, both say so.
	NOW=$((AS_OF + 351)) MCP_STORE=unix:///nonexistent render || true
	gunzip -c www/index.html.gz | cmp - www/index.html
	grep -q 'Status unavailable' www/index.html
	[ -z "$(find www -name '*.gz' -type d)" ]
}

@test "a verdict that is too old leaves no JSON, and a badge without a state" {
	render
	NOW=$((AS_OF + 301))
	render
	[ "$status" -eq 0 ]
	[ "$(ls www/api)" = openapi.json ]
	grep -q 'no recent data' www/badge/example-mcp.svg
	grep -q '<span>No recent data</span></span></h1>' www/status/example-mcp/index.html
	run ! grep -rq --exclude-dir=man '<span>Working\|up 99' www
}

@test "the store is away: what is there stays for 5 minutes, and is withdrawn then" {
	render
	redis_stop
	cp -a www before
	NOW=$((AS_OF + 350))
	render
	[ "$status" -eq 3 ]
	[[ $stderr == "mcp-serve: store: "* ]]
	diff -r before www
	NOW=$((AS_OF + 351))
	render
	[ "$status" -eq 3 ]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	[ "$(ls www/api)" = openapi.json ]
	grep -q 'no recent data' www/badge/example-mcp.svg
	for page in www/index.html www/status/example-mcp/index.html; do
		grep -q '<h1>Status unavailable</h1>' "$page"
	done
	run ! grep -rq 'orking\|up 99' www/index.html www/status www/badge
	cp -a www later
	render
	[ "$status" -eq 3 ]
	diff -r later www
	redis_start "$BATS_TEST_TMPDIR/redis"
	servers $((AS_OF + 360))
	NOW=$((AS_OF + 20))
	render
	[ "$status" -eq 0 ]
	[ "$(jq -r .state www/api/embed-status/example-mcp)" = up ]
	diff <(cd before && find . | sort) <(cd www && find . | sort)
}

@test "a render that was killed is completed by the next, whatever it left" {
	render
	# As if it had ended after a name was noted, and in the middle of a file.
	echo 'badge/gone.svg' >>www/.mcp-serve
	echo half >www/badge/gone.svg
	echo half >www/.mcp-serve.next
	render
	[ "$status" -eq 0 ]
	[ ! -e www/badge/gone.svg ]
	[ ! -e www/.mcp-serve.next ]
	# As if in the middle of the first one.
	rm -r www/* && sed -i '1s/.*/mcp-serve 1 0/' www/.mcp-serve
	render
	[ "$status" -eq 0 ]
	[ -e www/badge/partly.svg ]
}

@test "a list that somebody wrote removes nothing outside" {
	mkdir -p www/sub
	echo mine >mine
	ln -s .. www/up
	printf 'mcp-serve 1 0\n../mine\n/%s/mine\nsub/../../mine\n.ssh/x\n./mine\n\n%s\n' \
		"$PWD" "$(printf 'a%.0s' {1..700})" >www/.mcp-serve
	head -c 1100000 /dev/zero | tr '\0' b >>www/.mcp-serve
	render
	[ "$status" -eq 0 ]
	[ "$(<mine)" = mine ]
	[ "$(grep -c . www/.mcp-serve)" -gt 10 ]
}

@test "two at once: the second says so, and waits for its next turn" {
	local held
	exec {held}<www
	flock "$held"
	render
	[ "$status" -eq 3 ]
	[ "$stderr" = "mcp-serve: www: another is at work" ]
	flock -u "$held"
	render
	[ "$status" -eq 0 ]
}

@test "what cannot be written is named, and the rest stays whole" {
	run --separate-stderr "$BIN/mcp-serve" render nowhere
	[ "$status:$stderr" = "2:mcp-serve: nowhere: No such file or directory" ]
	: >out
	run --separate-stderr "$BIN/mcp-serve" render out
	[ "$status:$stderr" = "2:mcp-serve: out: Not a directory" ]
	mkdir -p www/badge/partly.svg/x
	render
	[ "$status" -eq 3 ]
	[ "$stderr" = "mcp-serve: badge/partly.svg: Is a directory" ]
	rm -r www/badge/partly.svg
	render
	[ "$status" -eq 0 ]
	publish partly green
	run bash -c '"$1" render -v -N "$2" www >/dev/full' - "$BIN/mcp-serve" "$NOW"
	[ "$status" -eq 3 ]
}

@test "usage: a folder, no more, and never for a stranger" {
	for args in render 'render a b' 'render -x www' '-v' 'www' '-v render www'; do
		# shellcheck disable=SC2086
		run --separate-stderr "$BIN/mcp-serve" $args
		[ "$status" -eq 2 ]
		[ -n "$stderr" ]
	done
	run --separate-stderr env REQUEST_METHOD=GET REQUEST_URI=/ \
		QUERY_STRING="render+$PWD/www" "$BIN/mcp-serve" render "$PWD/www"
	[[ ${lines[0]} == "Status: 200 "* ]]
	[ -z "$(ls -A www)" ]
}
