#!/usr/bin/env bats
# Goal: 10,000 targets of which 1 % hang and 1 % drip are probed within the deadline
# plus what the healthy take, and each is reported once; killed at any moment, what
# was printed is whole lines.
# TARGETS: how many targets.

bats_require_minimum_version 1.5.0
load ../helpers/lib

TARGETS=${TARGETS:-10000}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem \
		-days 2 -subj /CN=localhost 2>openssl.err
	mkfifo ports
	"$ROOT/build/bench/server" "$ROOT/tests/bench/tools.json" cert.pem key.pem \
		>ports 3>&- &
	echo $! >pid
	read -r -t 60 port _ <ports
	for ((i = 1; i <= TARGETS; i++)); do
		case $((i % 100)) in
		50) mood=session-hang ;;
		75) mood=session-drip ;;
		*) mood=session ;;
		esac
		echo "{\"slug\":\"s$i\",\"url\":\"http://127.0.0.1:$port/$mood/s$i\"}"
	done >targets
	grep -v 'hang\|drip' targets >healthy
}

teardown() {
	kill "$(<pid)"
}

# seconds COMMAND…: how long it took.
seconds() {
	local from=$EPOCHREALTIME
	"$@"
	awk -v from="$from" -v to="$EPOCHREALTIME" 'BEGIN { print to - from }'
}

all() {
	"$BIN/mcp-probe" -t 10s --targets "$1" --concurrency 1000 >"$1.out"
}

@test "the deadline and what the healthy take, and each is reported once" {
	local alone with
	alone=$(seconds all healthy)
	with=$(seconds all targets)
	echo "healthy $alone s, all $with s" >&3
	awk -v alone="$alone" -v with="$with" 'BEGIN {
		exit !(with < 10 + 1.5 * alone + 3) }'
	jq -es --argjson n "$TARGETS" 'map(select(.state)) | length == $n and
		(map(.slug) | unique | length) == $n and
		(map(select(.state == "healthy")) | length) == $n * 0.98' targets.out
}

@test "killed at any moment, what was printed is whole lines" {
	local n
	for n in 1 100 3000 20000 60000; do
		[ "$n" -lt $((8 * TARGETS)) ] || continue
		"$BIN/mcp-probe" -t 10s --targets targets --concurrency 1000 >killed &
		until [ "$(wc -l <killed)" -ge "$n" ]; do :; done
		kill -9 $!
		wait $! || true
		[ "$(tail -c 1 killed | od -An -tx1)" = ' 0a' ]
		jq -e . killed >/dev/null
	done
}
