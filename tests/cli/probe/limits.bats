#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: whatever a server does, a probe ends in time, stays small, and leaves
# no session behind; it notices when nobody reads on, and blames no server for what
# its own machine did.

load ../../helpers/scripted

teardown() {
	[ ! -e pid ] || kill -KILL "$(<pid)"
	[ ! -e stopped ] || kill -CONT "$(<stopped)"
}

# within MS FILE…: the probes of these rows took no longer.
within() {
	awk -v most="$1" '$1 > most { print; late = 1 } END { exit late }' "${@:2}"
}

@test "the deadline holds wherever a server hangs" {
	WIDTH=99 table late -t 8s --health-tool echo <<-'EOF'
		# path              state  step code protocol era tools
		hang                broken initialize deadline - - -
		drip                broken initialize deadline - - -
		drip-sse            broken initialize deadline - - -
		drip-head           broken initialize deadline - - -
		stateless+hang@list broken tools-list deadline 2026-07-28 stateless -
		stateless+drip@call broken tools-call deadline 2026-07-28 stateless 3
		hang@initialize     broken initialize deadline - - -
		hang@initialized    broken initialize deadline 2025-11-25 session -
		hang@list           broken tools-list deadline 2025-11-25 session -
		drip@list           broken tools-list deadline 2025-11-25 session -
		drip-sse@list       broken tools-list deadline 2025-11-25 session -
		drip-head@list      broken tools-list deadline 2025-11-25 session -
		hang@call           broken tools-call deadline 2025-11-25 session 3
		429@call            broken tools-call http.429 2025-11-25 session 3
		sse+drip-sse@call   broken tools-call deadline 2025-11-25 session 3
		wall-as-hang        broken oauth-discovery oauth.no-server - - -
		wall-as-drip        broken oauth-discovery oauth.no-server - - -
		wall-prm-hang       broken oauth-discovery oauth.metadata - - -
		wall-prm-drip       broken oauth-discovery oauth.metadata - - -
	EOF
	within 30000 rows/*.ms
	closed late
	jq -es 'all(.[] | select(.state); .total_ms < 15000)' rows/*.out
}

@test "closing a session takes 2 s at the most, and changes nothing" {
	WIDTH=99 table t -t 8s <<-'EOF'
		delete-hang           healthy - - 2025-11-25 session 3
		drip@delete           healthy - - 2025-11-25 session 3
		cut@delete            healthy - - 2025-11-25 session 3
		500@delete            healthy - - 2025-11-25 session 3
		20-mb@delete          healthy - - 2025-11-25 session 3
		endless-sse@delete    healthy - - 2025-11-25 session 3
		delete-hang+hang@list broken tools-list deadline 2025-11-25 session -
	EOF
	within 30000 rows/*.ms
	# It is no part of the probe, which has been told of by then.
	read -r ms _ <rows/delete-hang.ms
	jq -es --argjson ms "$ms" '.[8].total_ms + 1900 < $ms' rows/delete-hang.out
}

@test "the summary is written before the session is closed" {
	mkfifo pipe
	"$BIN/mcp-probe" -f jsonl "$HOST/delete-hang" >pipe 3>&- &
	exec 4<pipe
	while read -r -t 60 -u 4 line && [[ $line != *'"type":"probe"'* ]]; do
		:
	done
	[ "$(jq -r .state <<<"$line")" = healthy ]
	kill $!
	exec 4<&-
}

@test "a response without end, or too large, is refused" {
	WIDTH=2 table large -t 50s <<-'EOF'
		# path             state  step code protocol era tools
		20-mb              broken initialize body.too-large - - -
		endless-body       broken initialize body.too-large - - -
		endless-sse        broken initialize body.too-complex - - -
		endless-event      broken initialize body.too-large - - -
		endless-error      broken initialize http.400 - - -
		endless-head       broken initialize http.headers-too-large - - -
		endless-line       broken initialize http.headers-too-large - - -
		20-mb@list         broken tools-list body.too-large 2025-11-25 session -
		endless-body@list  broken tools-list body.too-large 2025-11-25 session -
		endless-sse@list   broken tools-list body.too-complex 2025-11-25 session -
		endless-event@list broken tools-list body.too-large 2025-11-25 session -
		endless-line@list  broken tools-list http.headers-too-large 2025-11-25 session -
		list-full          broken tools-list body.too-large 2025-11-25 session -
		pages-large        broken tools-list body.too-large 2025-11-25 session -
		list-large         healthy - - 2025-11-25 session 2
	EOF
	closed large
}

@test "memory is bounded, however large the response" {
	if grep -q __asan_init "$BIN/mcp-probe"; then
		skip "the sanitizer reserves all the memory there is"
	fi
	ulimit -Sv 200000
	for mood in endless-body endless-event endless-line many list-large \
		pages-large 20-mb@list endless-sse@list; do
		probe -t 20s "$HOST/$mood"
		[ "$status" -le 1 ] || { echo "$mood: $status"; cat err; return 1; }
		records out
	done
}

@test "a closed pipe ends the run by SIGPIPE, its sessions closed" {
	set +e
	"$BIN/mcp-probe" -f jsonl -r piped "$HOST/json" | head -n 1 >/dev/null
	[ "${PIPESTATUS[0]}" -eq 141 ] || return 1
	closed piped || return 1
	for n in {1..30}; do
		echo "{\"slug\":\"t$n\",\"url\":\"$HOST/json\"}"
	done >targets
	"$BIN/mcp-probe" -f jsonl -r piped --targets targets --concurrency 2 |
		head -n 1 >/dev/null
	[ "${PIPESTATUS[0]}" -eq 141 ] || return 1
	closed piped || return 1
	# Those that had not begun were not begun.
	[ "$(requests piped | grep -c 'initialized')" -lt 20 ]
}

@test "an output that cannot be written is status 3" {
	for f in text jsonl tap nagios; do
		run bash -c '"$1/mcp-probe" -f "$2" "$3" 2>&1 >/dev/full' - "$BIN" $f "$HOST/json"
		[ "$status" -eq 3 ]
		[ "$output" = "mcp-probe: standard output: No space left on device" ]
	done
	run bash -c '"$1/mcp-probe" "$2" >&-' - "$BIN" "$HOST/json"
	[ "$status" -eq 3 ]
	run bash -c '"$1/mcp-probe" --help >/dev/full' - "$BIN"
	[ "$status" -eq 3 ]
	run bash -c '"$1/mcp-probe" --version >/dev/full' - "$BIN"
	[ "$status" -eq 3 ]
	echo "{\"slug\":\"a\",\"url\":\"$HOST/json\"}" >targets
	run bash -c '"$1/mcp-probe" -f jsonl -r full --targets targets >/dev/full' - "$BIN"
	[ "$status" -eq 3 ]
	closed full
}

@test "a server that is gone is a failure of step 2" {
	port=$(free_port)
	probe "http://127.0.0.1:$port/mcp"
	[ "$status" -eq 1 ]
	records out
	jq -es '.[1] | .status == "fail" and .error == "tcp.refused"' out
	probe "http://localhost:$port/mcp"
	jq -es '.[0].status == "pass" and .[1].error == "tcp.refused"' out
}

@test "a name that does not resolve is a failure of step 1, if there is a network" {
	probe -t 10s http://nosuch.invalid/mcp
	if [ "$status" -eq 3 ]; then
		[ "$(cat err)" = "mcp-probe: this machine has no network" ]
	else
		[ "$status" -eq 1 ]
		records out
		jq -es '.[0] | .status == "fail" and (.error | startswith("dns."))' out
	fi
}

@test "without a network nothing is said about a server" {
	unshare -rn true 2>/dev/null || skip "no network namespaces here"
	alone() {
		run unshare -rn bash -c 'ip link set lo up; "$0" -f jsonl "$@" 2>err' \
			"$BIN/mcp-probe" "$@"
		[ "$status" -eq 3 ]
		[ "$(cat err)" = "mcp-probe: this machine has no network" ]
		jq -es 'map(select(.type != "step")) == [last] and last.type == "runner" and
			last.status == "exit" and (map(select(.status == "fail")) == [])' <<<"$output"
	}
	alone http://nosuch.invalid/mcp
	alone http://192.0.2.1/mcp
	alone "http://[2001:db8::1]/mcp"
}

# connected N PORT: so many connections to this port of 127.0.0.1 stand.
connected() {
	[[ $(awk -v to="$(printf '0100007F:%04X' "$2")" \
		'$3 == to && $4 == "01"' /proc/net/tcp | wc -l) -ge $1 ]]
}

@test "no server is blamed for the time in which the probe was stopped" {
	local server probe port rc=0
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key \
		-out cert -days 2 -subj /CN=x -addext subjectAltName=IP:127.0.0.1 2>/dev/null
	mkfifo ports
	port=${HOST##*:}
	node "$ROOT/tests/fixture/tls.mjs" key cert "$port" >ports 3>&- &
	server=$!
	echo "$server" >pid
	read -r -t 60 port <ports
	for n in {1..300}; do
		echo "{\"slug\":\"t$n\",\"url\":\"https://127.0.0.1:$port/json\"}"
	done >targets
	# All wait for the server's part of the handshake when the probe is stopped.
	kill -STOP "$server"
	"$BIN/mcp-probe" -t 60s -f jsonl --cacert cert --targets targets \
		--concurrency 1000 >out 2>err 3>&- &
	probe=$!
	eventually connected 300 "$port"
	kill -STOP "$probe"
	kill -CONT "$server"
	# A connection may take 10 s.
	sleep 11
	kill -CONT "$probe"
	wait "$probe" || rc=$?
	[ "$rc" -eq 3 ]
	grep -Eqx 'mcp-probe: this machine was too busy for [0-9.]+ of [0-9.]+ s; this says nothing about the server \([0-9]+ of 300 probes\)' err
	jq -es 'all(.status != "fail" and .state != "broken") and
		(last | .type == "runner" and .status == "exit" and
			(.message | startswith("this machine was too busy for ")))' out
}

# held N ARG…: starts mcp-probe, in PROBE, while the server answers nothing, and
# goes on once N connections to it stand.
held() {
	kill -STOP "$PID"
	echo "$PID" >stopped
	"$BIN/mcp-probe" -f jsonl "${@:2}" >out 2>err 3>&- &
	PROBE=$!
	eventually connected "$1" "${HOST##*:}"
}

# go_on: lets the server answer; the exit status of the probe goes to status.
go_on() {
	status=0
	kill -CONT "$PID"
	rm stopped
	wait "$PROBE" || status=$?
}

# targets N: so many targets.
targets() {
	local n
	for ((n = 1; n <= $1; n++)); do
		echo "{\"slug\":\"t$n\",\"url\":\"$HOST/json\"}"
	done
}

@test "with few open files fewer probes run at a time, and all are told" {
	targets 1000 >targets
	ulimit -n 900
	held 200 --targets targets --concurrency 1000
	go_on
	[ "$status" -eq 0 ]
	[ "$(cat err)" = "mcp-probe: warning: the limit of open files (ulimit -n) allows \
217 probes at a time, not 1000" ]
	jq -es 'map(select(.type == "probe")) |
		length == 1000 and all(.state == "healthy")' out
}

@test "the limit of open files is raised as far as it may be" {
	targets 300 >targets
	ulimit -Sn 100
	held 300 --targets targets --concurrency 300
	go_on
	[ "$status" -eq 0 ]
	[ ! -s err ]
}

@test "no server is blamed where this machine has no local port left" {
	unshare -rn true 2>/dev/null || skip "no network namespaces here"
	targets 20 | sed 's/:[0-9]*\/json/:7000\/json/' >targets
	# It takes connections, and never answers.
	cat >mute.mjs <<-'EOF'
		import {createServer} from "node:net";
		createServer(() => {}).listen(7000, "127.0.0.1", () => console.log("listens"));
	EOF
	status=0
	unshare -rn bash -ec 'ip link set lo up
		echo "40000 40003" >/proc/sys/net/ipv4/ip_local_port_range
		exec 4< <(exec node mute.mjs 3>&-)
		node=$!
		read -r -t 60 <&4
		rc=0
		"$0" -f jsonl -t 3s --targets targets >out 2>err 3>&- || rc=$?
		kill "$node"
		exit "$rc"' "$BIN/mcp-probe" || status=$?
	cat err
	[ "$status" -eq 3 ]
	# Those that got a port may need another one.
	grep -Eqx 'mcp-probe: this machine has no local port left; this says nothing about the server \((1[6-9]|20) of 20 probes\)' err
	jq -es 'map(select(.status == "fail")) | length <= 4 and all(.error == "deadline")' out
}

@test "no server is blamed where this machine has no open file left" {
	targets 30 >targets
	echo '{"slug":"named","url":"http://nosuch.invalid/mcp"}' >>targets
	held 20 --targets targets --concurrency 20
	prlimit --pid "$PROBE" --nofile=8
	go_on
	[ "$status" -eq 3 ]
	cat err
	# One more may use the connection of a probe that has ended.
	grep -Eqx 'mcp-probe: this machine cannot open a socket: Too many open files; this says nothing about the server \((9|10) of 31 probes\); this machine cannot resolve names: it lacks open files, threads or memory; this says nothing about the server \(1 of 31 probes\)' err
	none=$(sed 's/.* the server (\([0-9]*\) of 31 probes); .*/\1/' err)
	jq -es --argjson none "$none" 'all(.status != "fail" and .state != "broken") and
		(map(select(.type == "probe" and .state == "healthy")) | length == 30 - $none) and
		(last | .type == "runner" and .status == "exit" and
			(.message | startswith("this machine cannot open a socket: ")))' out
}
