#!/usr/bin/env bats
# Goal: what people see of every state, and of an incident that they take, in a real
# browser. The pictures are in build/shots afterwards, to be looked at.

bats_require_minimum_version 1.5.0
load ../helpers/lib
load ../helpers/redis
load ../helpers/alert
load ../helpers/lighttpd

setup_file() {
	"$ROOT/tests/peers/install"
	redis_start "$BATS_FILE_TMPDIR/redis"
}

teardown_file() {
	redis_stop
}

setup() {
	alert_setup
	MODULES=$ROOT/build/peers/node_modules
	PATH=$(printf '%s:' "$MODULES"/node-linux-*/bin)$PATH
}

@test "nothing is too wide, asked for elsewhere, refused by the policy, or a fault to axe" {
	local now
	now=$(date +%s)
	"$ROOT/tests/long/fill" "$BIN" "$BATS_TEST_TMPDIR" "$now"
	node "$ROOT/tests/long/shots.mjs" "$BIN" $((now / 60 * 60 + 50)) \
		"$ROOT/build/shots" "$MODULES"
}

@test "times are the reader's own, and a page follows an incident until that ends or somebody stops it" {
	local now
	now=$(date +%s)
	"$ROOT/tests/long/fill" "$BIN" "$BATS_TEST_TMPDIR" "$now"
	node "$ROOT/tests/long/updates.mjs" "$BIN" $((now / 60 * 60 + 50)) "$MODULES"
}

@test "badges are light or dark as the page, and can be read" {
	local now
	now=$(date +%s)
	redis flushall >/dev/null
	"$ROOT/tests/long/fill" "$BIN" "$BATS_TEST_TMPDIR" "$now"
	node "$ROOT/tests/long/badges.mjs" "$BIN" $((now / 60 * 60 + 50)) \
		"$ROOT/build/shots" "$MODULES"
}

@test "who was told takes it with the page's button, and another takes it over" {
	local url
	echo 'token = another canary' >credentials/ack
	chmod 600 credentials/ack
	T=$(($(date +%s) / 60 * 60))
	routes "{name: page, type: command, command: ['true']}"
	echo "store: $MCP_STORE" >>fleet.yaml
	verdict 0 eu,us initialize | alert 0
	url=$(jq -r .ack_url out)
	node "$ROOT/tests/long/ack.mjs" "$BIN" "${url#https://status.example.com}" \
		"$ROOT/build/shots" "$MODULES"
}

@test "who types the token, or follows a link, reads what is private, and signs out" {
	local now link
	now=$(date +%s)
	"$ROOT/tests/long/fill" "$BIN" "$BATS_TEST_TMPDIR" "$now"
	cd "$BATS_TEST_TMPDIR"
	web_start --now $((now / 60 * 60 + 50))
	link=$(MCP_SITE=$WEB "$BIN/mcp-serve" link acme)
	run node "$ROOT/tests/long/private.mjs" "$WEB" "${link#"$WEB"}" s3cret \
		"$ROOT/build/shots" "$MODULES"
	web_stop
	echo "$output"
	[ "$status" = 0 ]
}

# A verdict of ten thousand servers with long names and titles.
many() {
	local now=$1
	awk -v at="$((now / 60 * 60))" 'function put(s) { printf "$%d\r\n%s\r\n", length(s), s }
	BEGIN {
		title = sprintf("%400s", "")
		gsub(/ /, "x", title)
		for (i = 0; i < 10000; i++) {
			slug = sprintf("a-server-with-a-rather-long-name-%028d", i)
			printf "*4\r\n"; put("HSET"); put("fleet:servers"); put(slug)
			put("{\"private\":false,\"interval\":60,\"regions\":[{\"name\":\"eu\"}],\"title\":\"" title "\"}")
			printf "*3\r\n"; put("SET"); put("probe:" slug ":verdict")
			put(sprintf("{\"v\":1,\"window\":%d,\"verdict\":\"green\",\"uptime_30d\":99.87,\"p95_ms\":142,\"published_at\":%d,\"last_probe_at\":%d,\"regions\":[{\"region\":\"eu\",\"state\":\"healthy\"}]}", at, at + 3, at))
		}
	}' | redis --pipe >/dev/null
}

# ask PATH [QUERY]: the answer of a CGI, its header in `header`, the rest in `body`.
ask() {
	env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET PATH_INFO="$1" \
		QUERY_STRING="${2:-}" "$BIN/mcp-serve" >answer
	sed '/^\r$/q' answer | tr -d '\r' >header
	sed '1,/^\r$/d' answer >body
}

@test "ten thousand servers: one scrape of them all, and an index of fifty pages" {
	cd "$BATS_TEST_TMPDIR"
	redis flushall >/dev/null
	many "$(date +%s)"
	ask /api/embed-status-prom
	grep -q '^Status: 200 ' header
	[ "$(wc -c <body)" -gt $((5 * 1024 * 1024)) ]
	run ! grep -q '^Content-Length\|^ETag' header
	[ "$(grep -c '^alivemcp_state{' body)" = 10000 ]
	[ "$(grep -c '^mcp_fleet_expected_reporters{' body)" = 10000 ]
	# Each metric is one group.
	[ -z "$(sed -n 's/^# TYPE \([a-z_0-9]*\) .*/\1/p' body | sort | uniq -d)" ]
	[ "$(sed '/^#/d; s/[{ ].*//' body | uniq | sort | uniq -d)" = '' ]
	(ulimit -v $((200 * 1024)) && ask /api/embed-status-prom)
	[ "$(grep -c '^alivemcp_state{' body)" = 10000 ]

	for ((page = 1; page <= 50; page++)); do
		ask / "page=$page"
		grep -o 'href="/status/[^"]*' body
	done >links
	[ "$(sort -u links | wc -l)" = 10000 ]
	grep -q '^Link: <?page=1>; rel="first", <?page=49>; rel="prev", <?page=50>; rel="last"$' header
	ask / 'q=0042&limit=3&page=2'
	[ "$(grep -c '<li>' body)" = 3 ]
	grep -q 'rel="next" href="?page=3&amp;q=0042&amp;limit=3"' body

	# As files: seven of each server beside its months, each with one compressed, and an index of more than an answer may have.
	mkdir www
	(ulimit -n 16 -v $((250 * 1024)) && "$BIN/mcp-serve" render www)
	[ "$(wc -c <www/index.html)" -gt $((4 * 1024 * 1024)) ]
	[ "$(grep -o 'href="/status/[^"]*' www/index.html | sort -u | wc -l)" = 10000 ]
	for file in 'api/embed-status/*' 'api/status/*/regions' 'badge/*.svg' 'badge/*.json' \
		'status/*/index.html' 'status/*/feed.atom'; do
		[ "$(find www -path "www/$file" ! -path '*/history/*' -type f | wc -l)" = 10000 ]
	done
	# The days of 92 are of four months, or of five.
	n=$(find www/status -path '*/history/*.html' -type f | wc -l)
	((n == 40000 || n == 50000))
}
