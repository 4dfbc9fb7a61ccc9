#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: under load, a store that stops, hangs, is emptied or starts anew leads to
# documented answers only, ends no worker, and a second after it is back so are the
# answers. SLACK: how many times as long that may take, in seconds of a core to oneself;
# without it no time is checked.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis

WORKERS=2
: "${SLACK:=}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	redis_start "$BATS_TEST_TMPDIR/redis"
	publish
	mkdir empty
	cat >lighttpd.conf <<-END
		server.modules = ("mod_fastcgi")
		server.document-root = "$PWD/empty"
		server.bind = "$PWD/http.sock"
		server.pid-file = "$PWD/lighttpd.pid"
		server.errorlog = "$PWD/lighttpd.log"
		server.max-keep-alive-requests = 100000000
		fastcgi.server = ("/" => (("socket" => "$PWD/fcgi.sock",
			"bin-path" => "$BIN/mcp-serve", "max-procs" => $WORKERS,
			"bin-environment" => ("MCP_STORE" => "$MCP_STORE"),
			"check-local" => "disable", "fix-root-scriptname" => "enable")))
	END
	# In the background once it listens.
	lighttpd -f lighttpd.conf 3>&-
	workers >before
	mkfifo ready
	node "$ROOT/tests/load.mjs" http.sock 8 answers /api/embed-status/demo \
		/api/embed-status/nope /badge/demo.svg /api/status/demo/regions \
		>ready 2>err 3>&- &
	LOAD=$!
	read -r -t 60 <ready
	until_says 200 up
}

teardown() {
	kill "$LOAD" 2>/dev/null || true
	kill "$(<lighttpd.pid)"
	kill -CONT "$REDIS_PID" 2>/dev/null || true
	redis_stop
}

# workers: prints their process ids.
workers() {
	pgrep -P "$(<lighttpd.pid)" | sort
}

publish() {
	local at=$(($(date +%s) / 60 * 60))
	redis set probe:demo:verdict "$(jq -cn --argjson at "$at" '{v: 1, window: $at,
		verdict: "green", uptime_30d: 100, p95_ms: 80, regions: [],
		published_at: ($at + 3), last_probe_at: ($at - 9)}')" >/dev/null
	# Only now is it known.
	redis hset fleet:servers demo '{"private":false}' >/dev/null
}

# now: prints the time in epoch ms.
now() {
	echo $((${EPOCHREALTIME/./} / 1000))
}

# until_says CODE WHAT: asks until that is the answer; TOOK is the time in ms.
until_says() {
	local began
	began=$(now)
	until TOOK=$(($(now) - began))
		[[ $(curl -s -w ' %{http_code}' --max-time 60 --unix-socket http.sock \
			http://localhost/api/embed-status/demo) == *"\"$2\""*" $1" ]]; do
		((TOOK < 60000)) || return 1
	done
}

# bound MS: so long at the pace of this machine as it is now.
bound() {
	echo $(($1 * SLACK * $(paced 1000) / 1000))
}

# within MS: true if the last until_says took no longer, or times are not checked.
within() {
	[[ ! $SLACK ]] || ((TOOK < $(bound "$1")))
}

# steady: asks until a hundred answers in a row say that it is up, so that no
# worker is left that knows of no store.
steady() {
	local n=0 began
	began=$(now)
	while ((n < 100)); do
		((n += 1))
		[[ $(curl -s --unix-socket http.sock \
			http://localhost/api/embed-status/demo) == *'"up"'* ]] || n=0
		(($(now) - began < 60000)) || return 1
	done
}

# ended: ends the load; true if all its answers are documented and no worker is gone.
ended() {
	kill "$LOAD"
	wait "$LOAD"
	[ ! -s err ]
	workers | diff before -
	jq -c 'select([.path, .status, .type, .said] | IN(
		["/api/embed-status/demo", 200, "application/json", "up"],
		["/api/embed-status/demo", 503, "application/json", "store"],
		["/api/embed-status/demo", 404, "application/json", "not-found"],
		["/api/embed-status/nope", 404, "application/json", "not-found"],
		["/api/embed-status/nope", 503, "application/json", "store"],
		["/api/status/demo/regions", 200, "application/json", null],
		["/api/status/demo/regions", 404, "application/json", "not-found"],
		["/api/status/demo/regions", 503, "application/json", "store"],
		["/badge/demo.svg", 200, "image/svg+xml", null]) | not)' answers >odd
	diff /dev/null odd
	[ "$(wc -l <answers)" -gt 100 ]
}

# back MS FROM: from MS after FROM on, or once it is steady, every client gets demo.
# Goes on for half a second after that, and ends.
back() {
	local at
	if [[ $SLACK ]]; then
		at=$(($2 + $(bound "$1")))
	else
		steady
		at=$(now)
	fi
	while (($(now) < at + 500)); do
		curl -s -o out --unix-socket http.sock http://localhost/healthz
	done
	ended
	jq -se --argjson at "$at" 'map(select(.asked > $at and
		.path == "/api/embed-status/demo")) | length > 0 and
		all(.status == 200)' answers
}

@test "stopped and started again" {
	redis_stop
	until_says 503 store
	within 1200
	redis_start "$BATS_TEST_TMPDIR/redis" --appendonly no
	publish
	at=$(now)
	until_says 200 up
	within 1000
	back 1000 "$at"
}

@test "hanging: nobody waits for long, and it is back at once" {
	kill -STOP "$REDIS_PID"
	until_says 503 store
	within 3500
	at=$(now)
	# Each worker tries a few times.
	until (($(now) - at > 3000)); do
		curl -s -o out --max-time 60 --unix-socket http.sock \
			http://localhost/api/embed-status/demo
		grep -q '"error":"store"' out
	done
	kill -CONT "$REDIS_PID"
	at=$(now)
	until_says 200 up
	within 1000
	back 1000 "$at"
	# Clients wait while a worker waits, but not one after the other.
	SLACK=${SLACK:-6}
	jq -se --argjson most "$(bound 5000)" 'map(.answered - .asked) | max < $most' answers
}

@test "slow, but not too slow: all is as ever" {
	for _ in {1..5}; do
		redis eval 'local t = redis.call("time")
			local stop = t[1] * 1000000 + t[2] + 300000
			repeat t = redis.call("time")
			until t[1] * 1000000 + t[2] > stop' 0 >/dev/null
	done
	ended
	jq -se 'map(.status) | unique == [200, 404]' answers
}

@test "emptied, and filled again" {
	redis flushall >/dev/null
	until_says 404 not-found
	within 1200
	publish
	at=$(now)
	until_says 200 up
	within 1200
	back 1100 "$at"
}

@test "restarted again and again" {
	for _ in {1..5}; do
		redis_stop
		redis_start "$BATS_TEST_TMPDIR/redis"
	done
	at=$(now)
	until_says 200 up
	within 1000
	back 1000 "$at"
}
