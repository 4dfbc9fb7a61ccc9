#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: beside a link to a server or an incident stands an image that another
# program can decode, as of the minute of the verdict, with the caching rules of the
# page; and of a private server there is none, as if there were no such server.

bats_require_minimum_version 1.5.0
load ../../helpers/site

setup_file() {
	redis_start "$BATS_FILE_TMPDIR/redis"
	export AS_OF NOW
	servers 1777494660
	NOW=$((AS_OF + 50))
	# An outage of the day before, of two servers; and one that goes on.
	for slug in partly veiled; do
		redis hset "alert:$slug:incidents" 1777400040:downtime:1777400160000:started '{}' \
			1777400040:downtime:1777401720000:resolved '{"resolved_at":1777401600}' >/dev/null
	done
	redis set alert:broken '{"v":1,"slug":"broken","incidents":[{"kind":"downtime",
		"first":1777494000,"passed_since":0,"error":"http.503","regions":["eu-west-2"]}],
		"timeline":[]}' >/dev/null
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
	ended=2026-04-28-1814-outage
	open=2026-04-29-2020-outage
}

# image PATH [NAME=VALUE…]: the answer is a preview; its colours, with how many pixels
# have each, go to colours.
image() {
	get "$@"
	[ "$CODE $(says Content-Type)" = "200 image/png" ]
	[ "$(wc -c <body)" -lt 40960 ]
	[ "$(says Content-Length)" = "$(wc -c <body)" ]
	node "$ROOT/tests/fixture/png.mjs" body >colours
	[ "$(head -n 1 colours)" = "1200 630" ]
}

# shows COLOUR: more than a word and its icon have it.
shows() {
	(($(awk -v c="$1" '$1 == c { print $2 }' colours) > 2500))
}

# bats test_tags=later
@test "each state is an image in its colour" {
	for want in example-mcp:1a7f37 partly:9a6700 broken:cf222e old:6a737d waiting:6a737d; do
		image "/status/${want%:*}/preview.png"
		shows "${want#*:}"
		# The colour of the site has its bar, and white is the ground.
		[ "$(awk '$1 == "0969da" { print $2 }' colours)" = $((1200 * 14)) ]
		(($(awk '$1 == "ffffff" { print $2 }' colours) > 600000))
	done
	redis hset fleet:maintenance m-1 '{"v":1,"type":"maintenance","id":"m-1",
		"slugs":["broken"],"accounts":[],"starts_at":1777494600,"ends_at":1777498200,
		"reason":"disks"}' >/dev/null
	image /status/broken/preview.png
	redis hdel fleet:maintenance m-1 >/dev/null
	shows 0757b5
	run ! shows cf222e
	image "/status/partly/preview/$ended.png"
	shows 1a7f37
	image "/status/broken/preview/$open.png"
	shows cf222e
}

# bats test_tags=later
@test "the cache has the rules of the page, and the same state is the same image" {
	image /status/partly/preview.png
	[ "$(says Cache-Control)" = "public, max-age=60, stale-while-revalidate=300" ]
	etag=$(says ETag) vary=$(says Vary)
	cp body first
	get /status/partly
	[ "$(says Vary)" = "$vary" ]
	NOW=$((NOW + 30)) image /status/partly/preview.png
	cmp first body
	get /status/partly/preview.png "HTTP_IF_NONE_MATCH=$etag"
	[ "$CODE" = 304 ]
	[ ! -s body ]
	get /status/partly/preview.png REQUEST_METHOD=HEAD
	[ "$CODE $(says Content-Length)" = "200 $(wc -c <first)" ]
	[ ! -s body ]
	image "/status/partly/preview/$ended.png"
	[ "$(says Cache-Control)" = "public, max-age=60, stale-while-revalidate=300" ]
	for slug in old waiting; do
		image "/status/$slug/preview.png"
		[ "$(says Cache-Control)" = "public, max-age=5" ]
	done
	get /status/partly/preview.png REQUEST_METHOD=POST
	[ "$CODE" = 405 ]
	get /status/partly/preview.png MCP_STORE=unix:///nonexistent
	[ "$CODE $(says Cache-Control)" = "503 public, max-age=5" ]
}

@test "what is none, and what is private, is the same page that says so" {
	for path in preview.png "preview/$ended.png"; do
		get "/status/absent/$path"
		[ "$CODE $(says Content-Type)" = "404 text/html; charset=utf-8" ]
		sed 's/absent/veiled/g' out >want
		get "/status/veiled/$path"
		cmp want out
		image "/status/veiled/$path" "HTTP_AUTHORIZATION=Bearer $TOKEN"
		[ "$(says Cache-Control)" = "private, no-store" ]
		vary=$(says Vary)
		get /status/veiled "HTTP_AUTHORIZATION=Bearer $TOKEN"
		[ "$(says Vary)" = "$vary" ]
	done
	for path in "$open.png" "$ended" .png x.png "$ended.png.png"; do
		get "/status/partly/preview/$path"
		[ "$CODE $(says Content-Type)" = "404 text/html; charset=utf-8" ]
		cp body none
		get /status/partly/incident/no
		[ "$CODE" = 404 ]
		cmp body none
	done
	get "/status/partly/preview/$ended.PNG"
	[ "$CODE $(says Location)" = "301 /status/partly/preview/$ended.png" ]
}

@test "pages name their preview, by the address of the site, and it is there" {
	export MCP_SITE=https://status.example.com
	for page in /status/broken "/status/partly/incident/$ended" "/status/broken/incident/$open"; do
		get "$page"
		path=$(grep -oP 'property="og:image" content="https://status\.example\.com\K[^"]+' body)
		image "$path"
	done
	for page in / /man/ /status/partly/history/2026-04 /status/nope; do
		get "$page"
		run ! grep -q og:image body
	done
	get /status/veiled "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$CODE" = 200 ]
	run ! grep -q og:image body
	MCP_SITE='' get /status/broken
	run ! grep -q og:image body
}
