#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: as FastCGI behind a real web server the answers are those of the CGI;
# the program outlives its store, and ends when it is told to.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	redis_start "$BATS_TEST_TMPDIR/redis"
	publish
	mkfifo ready
	# The program finds the socket that it is to listen on at its stdin.
	perl -MSocket -MPOSIX -e 'socket(S, PF_UNIX, SOCK_STREAM, 0) or die;
		bind(S, pack_sockaddr_un(shift)) && listen(S, 9) or die;
		POSIX::dup2(fileno(S), 0); $| = 1; print "listening\n"; exec @ARGV' \
		fcgi.sock "$BIN/mcp-serve" >ready 2>err 3>&- &
	SERVE=$!
	read -r -t 60 <ready
	mkdir empty
	cat >lighttpd.conf <<-END
		server.modules = ("mod_fastcgi")
		server.document-root = "$PWD/empty"
		server.bind = "$PWD/http.sock"
		server.pid-file = "$PWD/lighttpd.pid"
		server.errorlog = "$PWD/lighttpd.log"
		fastcgi.server = ("/" => (("socket" => "$PWD/fcgi.sock",
			"check-local" => "disable", "fix-root-scriptname" => "enable")))
	END
	# In the background once it listens.
	lighttpd -f lighttpd.conf 3>&-
}

teardown() {
	kill "$(<lighttpd.pid)"
	kill "$SERVE" 2>/dev/null || true
	redis_stop
}

# publish: publishes the server demo as working as of this minute.
publish() {
	local at=$(($(date +%s) / 60 * 60))
	AS_OF=$(date -u -d "@$at" +%Y-%m-%dT%H:%M:%SZ)
	redis hset fleet:servers demo '{"private":false}' >/dev/null
	redis set probe:demo:verdict "$(jq -cn --argjson at "$at" '{v: 1, window: $at,
		verdict: "green", uptime_30d: 100, p95_ms: 80,
		published_at: ($at + 3), last_probe_at: ($at - 9)}')" >/dev/null
}

# get PATH [ARGS…]: the answer, its fields one a line.
get() {
	curl -s -i --max-time 60 --unix-socket http.sock "${@:2}" "http://localhost$1" |
		tr -d '\r'
}

# answers CODE PATH: true if that is the status; the answer is then in out.
answers() {
	get "$2" >out
	grep -q "^HTTP/1.1 $1 " out
}

@test "through lighttpd the answers are those of the contract" {
	get /api/embed-status/demo >out
	cat >want <<-END
		Access-Control-Allow-Origin: *
		Cache-Control: public, max-age=60, stale-while-revalidate=300
		Content-Type: application/json; charset=utf-8
		ETag: "v1-$AS_OF"
		HTTP/1.1 200 OK
		Vary: Accept-Encoding
		{"state":"up","uptime_30d":100,"p95_ms":80,"last_probe_ago":"12s","as_of":"$AS_OF"}
	END
	diff want <(grep -E '^(HTTP|Access|Cache|Content-Type|ETag|Vary|\{)' out | sort)
	get /api/embed-status/demo -H "If-None-Match: W/\"v1-$AS_OF\"" >out
	grep -q '^HTTP/1.1 304 ' out
	[ "$(tail -n 1 out)" = "" ]
	get /api/embed-status/demo -I >out
	grep -q '^Content-Length: [1-9]' out
	get /api/embed-status/demo -X POST -d x >out
	grep -q '^HTTP/1.1 405 ' out
	grep -q '^Allow: GET, HEAD$' out
	get /status/demo | grep -q '<span>Working[^<]*</span></span></h1>'
	get /badge/demo.svg | grep -q '>up 100.00%</text>'
	get / | grep -q 'href="/status/demo"'
	get /api/embed-status/d%65mo | grep -q '^HTTP/1.1 200 '
	get /api/embed-status/d%2565mo | grep -q '^HTTP/1.1 404 '
	get /status/nope | grep -q '^HTTP/1.1 404 '
}

@test "of two incidents asked for in one second, each answer is of its own" {
	local day first id ids=()
	for day in 1 2; do
		first=$((($(date +%s) / 60 - day * 1440) * 60))
		redis hset alert:demo:incidents "$first:downtime:$((first + 60))000:started" '{}' \
			"$first:downtime:$((first + 900))000:resolved" \
			"{\"resolved_at\":$((first + 60 * day))}" >/dev/null
		ids+=("$(date -u -d "@$first" +%Y-%m-%d-%H%M-outage)")
	done
	for id in "${ids[@]}"; do
		get "/status/demo/incident/$id" >"$id"
		grep -q '^HTTP/1.1 200 ' "$id"
		get "/status/demo/preview/$id.png" >"$id.png"
		grep -qa '^HTTP/1.1 200 ' "$id.png"
	done
	grep -q 'Resolved after 1 min' "${ids[0]}"
	grep -q 'Resolved after 2 min' "${ids[1]}"
	run ! cmp "${ids[0]}.png" "${ids[1]}.png"
}

@test "the store goes and comes back under a running program" {
	get /api/embed-status/demo | grep -q '^HTTP/1.1 200 '
	redis_stop
	# The cache expires; trouble.bats tests how soon.
	eventually answers 503 /api/embed-status/demo
	get /healthz | grep -q '"status":"down"'
	grep -q '^mcp-serve: store: ' err
	redis_start "$BATS_TEST_TMPDIR/redis"
	publish
	eventually answers 200 /api/embed-status/demo
}

# held: whether a client but redis-cli is connected to the store.
held() {
	redis client list | grep -v ' cmd=client' | grep -q .
}

let_go() {
	! held
}

@test "a store that ends idle connections, as ours does, is asked again without a word" {
	for _ in 1 2; do
		redis config set timeout 0 >/dev/null
		answers 200 /api/embed-status/demo
		answers 200 /healthz
		held
		redis config set timeout 1 >/dev/null
		eventually let_go
		grep -q '"store":"ok"' <(get /healthz)
	done
	diff err /dev/null
}

@test "what one worker remembers is nobody's secret" {
	hash=$(printf %s s3cret | sha256sum)
	redis hset fleet:servers demo '' >/dev/null
	redis hset fleet:private "demo ${hash%% *}" \
		"{\"private\":true,\"token_sha256\":\"${hash%% *}\"}" >/dev/null
	redis hset fleet:accounts "acme ${hash%% *}" \
		"{\"token_sha256\":\"${hash%% *}\",\"slugs\":[\"demo\"]}" >/dev/null
	for path in /api/embed-status/demo /api/status/demo/regions /api/account/acme \
		/status/demo; do
		for _ in 1 2 3; do
			get $path -H 'Authorization: Bearer s3cret' | tee out |
				grep -q '^HTTP/1.1 200 '
			grep -q '^Cache-Control: private, no-store$' out
			get $path >out
			grep -q '^HTTP/1.1 404 ' out
			get $path -H 'Authorization: Bearer other' | grep -q '^HTTP/1.1 404 '
		done
	done
	get /badge/demo.svg -H 'Authorization: Bearer s3cret' | grep -q '>up 100.00%<'
	get /badge/demo.svg | grep -q 'unknown server'
}

@test "what is remembered is asked by its path and its query, whatever its form" {
	get /api/embed-status/demo >want
	for path in '/api/embed-status/demo?x' /api/embed-status/dem%6f \
		"/api/embed-status/demo?$(printf 'a%.0s' {1..900})"; do
		get "$path" | diff <(grep -v '^Date' want) <(grep -v '^Date' -)
	done
	get /api/embed-status/demo -I >out
	diff <(sed '/^$/q' want | grep -v '^Date') <(grep -v '^Date' out)
	get /api/embed-status/demo -H 'If-None-Match: "other"' | grep -q '^HTTP/1.1 200 '
	get /api/embed-status/demo -H 'If-None-Match: *' | grep -q '^HTTP/1.1 304 '
	get /api/embed-status/demo | grep -q '"state":"up"'
	for _ in 1 2; do
		get /api/embed-status/nope | grep -q '^HTTP/1.1 404 '
		get /api/embed-status/nope -H 'If-None-Match: *' | grep -q '^HTTP/1.1 404 '
		get /api/embed-status/demo -X DELETE | grep -q '^HTTP/1.1 405 '
	done
}

# few COMMAND PATH [ARGS…]: 60 different requests; true if the store got that command
# no more often than a cache of a second expires, or KINDS of them.
few() {
	local asked
	redis config resetstat >/dev/null
	SECONDS=0
	curl -sS --max-time 60 --unix-socket http.sock -o out "${@:3}" \
		"http://localhost${2//N/[1-60]}"
	redis info commandstats | tr -d '\r' >stats
	asked=$(sed -n "s/^cmdstat_$1:calls=\([0-9]*\),.*/\1/p" stats)
	((${asked:-0} <= ${KINDS:-1} * (SECONDS + 2))) || { echo "$2: $asked in $SECONDS s"; return 1; }
}

@test "however many questions strangers make up, the store is asked a few" {
	redis hset fleet:heartbeats verdict "$(date +%s)" >/dev/null
	# What an answer does not depend on is not part of the key of the cache.
	few hget '/badge/demo.svg?x=N'
	few hget '/badge/demo.svg?style=N&theme=xN'
	few hget "/badge/demo.svg?x=N&$(printf 'a%.0s' {1..900})"
	few hget '/badge/demo.svg?metric=xN'
	few hget '/badge/demo.json?style=N&metric=xN'
	few hgetall '/badge.svg?metric=N&region=N'
	few hmget '/status/demo?N'
	few hgetall '/api/embed-status-prom?x=N'
	# The list of servers, and what maintenance is planned.
	KINDS=2 few hgetall '/?x=N'
	few hmget '/healthz?N'
	few get /N
	# Nor is a header field that is ignored, or holds no token.
	few hmget '/healthz?N' -H 'Authorization: Bearer x'
	few hget '/badge/demo.svg?N' -H 'Authorization: Basic eDo='
	few hget '/badge/demo.svg?N' -H 'Cookie: __Host-mcp-account=x'
	few hget /api/embed-status/demo?N \
		-H 'Cookie: __Host-mcp-account=a:1777495000-00000000000000000000000000000000'
	# Unknown names and searches are answered from the list in memory.
	KINDS=2 few hgetall '/?q=N'
	few hgetall /status/nameN
	few hgetall /account/aN -H 'Authorization: Bearer x'
	few hget /api/account/aN
	get '/?q=DEM' | grep -q 'href="/status/demo"'
	get '/?q=DEN' | grep -q 'No server matches'
}

@test "SIGTERM ends it, and leaves nothing behind" {
	get /api/embed-status/demo | grep -q '^HTTP/1.1 200 '
	kill "$SERVE"
	wait "$SERVE"
	[ ! -s err ]
}
