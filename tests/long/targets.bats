#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: 10,000 targets of which 1 % hang and 1 % drip are probed within the deadline
# plus what the healthy take, and each is reported once; killed at any moment, what
# was printed is whole lines. 1,000 probes at a time take at most 40 MB, and blame no
# server for the time that their own machine takes for so many TLS handshakes.
# TARGETS: how many targets.

bats_require_minimum_version 1.5.0
load ../helpers/lib

TARGETS=${TARGETS:-10000}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
		-addext subjectAltName=IP:127.0.0.1 2>openssl.err
	mkfifo ports
	"$ROOT/build/bench/server" "$ROOT/tests/bench/tools.json" cert.pem key.pem \
		>ports 3>&- &
	echo $! >pid
	read -r -t 60 port secure <ports
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
	awk -v alone="$alone" -v with="$with" -v more="$(paced 3)" 'BEGIN {
		exit !(with < 10 + 1.5 * alone + more) }'
	jq -es --argjson n "$TARGETS" 'map(select(.state)) | length == $n and
		(map(.slug) | unique | length) == $n and
		(map(select(.state == "healthy")) | length) == $n * 0.98 and
		(map(select(.error == "deadline")) | length) == $n * 0.02' targets.out
}

@test "killed at any moment, what was printed is whole lines" {
	local n
	for n in 1 100 3000 20000 60000; do
		[ "$n" -lt $((8 * TARGETS)) ] || continue
		killed_at "$n" "$BIN/mcp-probe" -t 10s --targets targets --concurrency 1000
	done
}

# counts MEMBER: what the server counts.
counts() {
	curl -s "http://127.0.0.1:$port/counts" | jq ".$1"
}

@test "1,000 probes at once, of which none has its answer, take at most 40 MB" {
	local i
	for ((i = 1; i <= 1000; i++)); do
		echo "{\"slug\":\"s$i\",\"url\":\"http://127.0.$((i / 250)).$((i % 250 + 1)):$port/session-late/s$i\"}"
	done >targets
	env time -q -f %M -o kib "$BIN/mcp-probe" -t 60s --targets targets \
		--concurrency 1000 >out
	[ "$(grep -c '"state":"healthy"' out)" -eq 1000 ]
	[ "$(counts waited)" -eq 1000 ]
	echo "$(<kib) KiB" >&3
	[ "$(<kib)" -le $((40000000 / 1024)) ]
}

# slowed PID: lets it run for about a twentieth of the time, as if the machine did
# much else.
slowed() {
	while kill -STOP "$1"; do
		sleep 0.19
		kill -CONT "$1"
		sleep 0.01
	done
}

@test "1,000 TLS handshakes at once on a busy machine: no server is blamed" {
	local probe loop i rc=0
	for ((i = 1; i <= 1000; i++)); do
		echo "{\"slug\":\"s$i\",\"url\":\"https://127.0.0.1:$secure/session/s$i\"}"
	done >targets
	"$BIN/mcp-probe" --targets targets --concurrency 1000 --cacert cert.pem \
		>out 3>&- &
	probe=$!
	slowed "$probe" 3>&- 2>stopped &
	loop=$!
	wait "$probe" || rc=$?
	kill "$loop" || true
	# A machine that does very much else is itself what failed: 3.
	jq -es --argjson rc "$rc" 'map(select(.state)) | all(.state == "healthy") and
		(length == 1000 or ($rc == 3 and length < 1000))' out
}

# The one that asks is connected, too.
connected() {
	[[ $(counts connected) -eq $(($1 + 1)) ]]
}

@test "the connections of a probe that has ended are closed while others run" {
	local probe
	sed -n '1,3p; 50p' targets >four
	"$BIN/mcp-probe" -t 60s --targets four >out 3>&- &
	probe=$!
	eventually grep -q '"type":"probe".*"slug":"s3"' out
	eventually connected 1
	# A second request of the one that hangs would make libcurl look for old ones.
	[ "$(counts asked)" -eq 16 ]
	kill "$probe"
}
