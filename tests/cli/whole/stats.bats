#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: with MCP_STATS=1 each program says in one line what it did and took, however it
# ends; the scrape has the same of the last runs; a worker of mcp-serve says how it
# is without disturbing a request; and in the journal each line has its priority.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/probes

TIMES='wall_s=[0-9]+\.[0-9]{3} user_s=[0-9]+\.[0-9]{3} system_s=[0-9]+\.[0-9]{3} peak_bytes=[1-9][0-9]{5,8}'

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	redis flushall >/dev/null
	export MCP_STORE=unix://$REDIS_SOCK
}

teardown() {
	[[ ! -e lighttpd.pid ]] || kill "$(<lighttpd.pid)"
}

# says PROGRAM BEFORE AFTER: err has one line of statistics, and that is it.
says() {
	[ "$(grep -c ': stats: ' err)" -eq 1 ]
	grep -qxE "$1: stats: $2$TIMES $3" err || { cat err; return 1; }
}

# fails STATUS COMMAND…: it ends with that, and what it said is in err.
fails() {
	local want=$1 got=0
	shift
	"$@" 2>>err || got=$?
	[ "$got" -eq "$want" ]
}

# records: two probes of two servers, as of now.
records() {
	local now
	now=$(date +%s)
	probes good eu "$now"
	probes bad eu "$now" tools-list http.502
}

@test "mcp-probe: what it probed, and that a failure says so, too" {
	local closed='{"v":1,"type":"target","url":"http://127.0.0.1:9/mcp","slug":'
	printf '%s"a"}\n%s"b"}\nno target\n' "$closed" "$closed" >targets
	run -2 --separate-stderr env MCP_STATS=1 "$BIN/mcp-probe" --targets targets -f jsonl
	echo "$stderr" >err
	says mcp-probe 'exit=2 ' 'targets=2 passed=0 failed=2 lost=0 requests=2 bytes=0'
	[[ $output != *stats* ]]
	run -1 --separate-stderr env MCP_STATS=1 "$BIN/mcp-probe" http://127.0.0.1:9/mcp
	echo "$stderr" >err
	says mcp-probe 'exit=1 ' 'targets=1 passed=0 failed=1 lost=0 requests=1 bytes=0'
	run -2 --separate-stderr env MCP_STATS=1 "$BIN/mcp-probe" --targets nowhere
	echo "$stderr" >err
	says mcp-probe 'exit=2 ' 'targets=0 passed=0 failed=0 lost=0 requests=0 bytes=0'
	# Without it, nothing.
	run -1 --separate-stderr "$BIN/mcp-probe" http://127.0.0.1:9/mcp
	[ -z "$stderr" ]
}

@test "mcp-probe: requests and bytes of a server that works" {
	start hono
	run -0 --separate-stderr env MCP_STATS=1 "$BIN/mcp-probe" -f jsonl "$URL"
	echo "$stderr" >err
	says mcp-probe 'exit=0 ' 'targets=1 passed=1 failed=0 lost=0 requests=[4-9] bytes=[1-9][0-9]{2,6}'
	stop_all
}

@test "mcp-probe: the line comes though nobody reads the output" {
	mkfifo out
	exec {reader}<>out
	exec {writer}>out {reader}<&-
	fails 141 env MCP_STATS=1 "$BIN/mcp-probe" -f jsonl http://127.0.0.1:9/mcp >&"$writer"
	[ "$(grep -c 'mcp-probe: stats: ' err)" -eq 1 ]
}

@test "mcp-aggregate and mcp-alert: each command counts its own" {
	records >recs
	echo 'no record' >>recs
	: >err
	fails 2 env MCP_STATS=1 "$BIN/mcp-aggregate" ingest <recs
	says mcp-aggregate 'command=ingest exit=2 ' \
		'records=19 refused=1 stored=18 servers=0 verdicts=0'
	MCP_STATS=1 "$BIN/mcp-aggregate" verdict -f jsonl >verdicts 2>err
	says mcp-aggregate 'command=verdict exit=0 ' \
		'records=0 refused=0 stored=0 servers=2 verdicts=2'
	records | MCP_STATS=1 "$BIN/mcp-aggregate" verdict - -f jsonl >/dev/null 2>err
	says mcp-aggregate 'command=verdict exit=0 ' \
		'records=18 refused=0 stored=0 servers=0 verdicts=2'
	MCP_STATS=1 "$BIN/mcp-alert" <verdicts 2>err
	says mcp-alert 'exit=0 ' "records=2 refused=0 events=0 opened=0 closed=0 $(:
		)delivered=0 retried=0 given_up=0"
	: >err
	fails 3 env MCP_STATS=1 "$BIN/mcp-aggregate" ingest --store unix:///nonexistent <recs
	says mcp-aggregate 'command=ingest exit=3 ' '.*'
	: >err
	fails 3 env MCP_STATS=1 "$BIN/mcp-alert" tick --store unix:///nonexistent
	says mcp-alert 'command=tick exit=3 ' '.*'
	: >err
	fails 2 env MCP_STATS=1 "$BIN/mcp-aggregate" inbox clear nowhere -r eu
	says mcp-aggregate 'command=inbox-clear exit=2 ' '.*'
}

# A verdict, as it was SECONDS ago.
down() {
	local at=$(($(date +%s) / 60 * 60 - $1))
	jq -cn --argjson at "$at" '{v: 1, type: "verdict", window: $at, verdict: "red",
		step: "tools-list", failed_regions: 2, reporters: 2, divergence: "",
		slug: "bad", url: "https://bad.example/mcp", tier: "step-alert",
		as_of: ($at | todate), expected: 2, failing: ["eu", "us"], no_data: [],
		regions: [], drift: []}'
}

@test "mcp-alert: events, incidents and deliveries; of a dry run, too" {
	cat >fleet.yaml <<-END
		regions: [{name: eu}, {name: us}]
		servers: [{slug: bad, url: "https://bad.example/mcp"}]
		alerts:
		  routes:
		    - {name: works, type: command, command: [/bin/true]}
		    - {name: broken, type: command, command: [/bin/false]}
		  policies: [{steps: [{routes: [works, broken]}]}]
	END
	down 0 >verdicts
	MCP_STATS=1 "$BIN/mcp-alert" -n -c fleet.yaml <verdicts >/dev/null 2>err
	says mcp-alert 'exit=0 ' 'records=1 refused=0 events=1 opened=1 closed=0 delivered=0 .*'
	: >err
	fails 3 env MCP_STATS=1 "$BIN/mcp-alert" -c fleet.yaml <verdicts
	says mcp-alert 'exit=3 ' \
		'records=1 refused=0 events=1 opened=1 closed=0 delivered=1 retried=1 given_up=0'
	[[ $(redis hget fleet:heartbeats alert:run) == *' delivered=1 retried=1 given_up=0' ]]
}

# sample NAME: its value.
sample() {
	sed -n "s/^$1 //p" scrape
}

scrape() {
	REQUEST_METHOD=GET SCRIPT_NAME=/mcp-serve PATH_INFO=/api/embed-status-prom \
		"$BIN/mcp-serve" "$@" 2>err >scrape
}

@test "the scrape has the last runs; what is no run, or private, is not there" {
	local run verdicts now
	records | "$BIN/mcp-aggregate" ingest
	"$BIN/mcp-aggregate" verdict -f jsonl >verdicts
	"$BIN/mcp-alert" <verdicts
	MCP_STATS=1 scrape
	says mcp-serve 'exit=0 ' 'requests=1 cache_hits=0 store_reads=[1-9]'
	for run in ingest verdict alert; do
		now=$(sample "mcp_fleet_run_timestamp_seconds{program=\"$run\"}")
		((${now%.*} > $(date +%s) - 600))
		sample "mcp_fleet_run_duration_seconds{program=\"$run\"}" | grep -qxE '[0-9.e-]+'
		sample "mcp_fleet_run_cpu_seconds{program=\"$run\",mode=\"user\"}" | grep -qxE '[0-9.e-]+'
		(($(sample "mcp_fleet_run_peak_memory_bytes{program=\"$run\"}") > 1000000))
	done
	[ "$(sample 'mcp_fleet_run_work{program="ingest",kind="refused"}')" = 0 ]
	[ "$(sample 'mcp_fleet_run_work{program="alert",kind="given_up"}')" = 0 ]
	# How many servers a run had tells how many of them are private.
	run ! grep 'mcp_fleet_run_work' <(grep -vE '^#|kind="(refused|retried|given_up)"' scrape)
	sed '1,/^\r*$/d' scrape | promtool check metrics 2>said || true
	[ -z "$(grep -v '^alivemcp_p95_ms ' said)" ]
	# A runner says nothing that gets there, whatever it says.
	jq -cn --arg at "$(date +%s)" '{v: 1, type: "runner", region: "eu", at: ($at | tonumber),
		status: "ok", version: "x", message: null, run: "wall_s=1", "verdict:run": 1,
		wall_s: 66600666}' | "$BIN/mcp-aggregate" ingest
	# What is a day old, or cannot be read, is left out; the rest stays.
	redis hset fleet:heartbeats verdict:run \
		"$(date +%s) wall_s=1\"} 1 user_s=0 system_s=0 peak_bytes=1" >/dev/null
	now=$(redis hget fleet:heartbeats alert:run)
	redis hset fleet:heartbeats alert:run "1000 ${now#* }" >/dev/null
	scrape
	run ! grep -E 'program="(alert|verdict)"|66600666' scrape
	grep -q '^mcp_fleet_run_duration_seconds{program="ingest"} ' scrape
	# A past that is only pretended says nothing of the last run.
	redis hdel fleet:heartbeats verdict:run alert:run >/dev/null
	"$BIN/mcp-aggregate" verdict -N "$(($(date +%s) - 60))" -f jsonl >verdicts
	"$BIN/mcp-alert" -N "$(date +%s)" <verdicts
	[ "$(redis --raw hkeys fleet:heartbeats | grep -c run)" -eq 1 ]
}

@test "a worker under lighttpd says how it is, idle and amid requests, and none fails" {
	local i pid n
	mkdir empty
	redis hset fleet:servers demo '{"private":false}' >/dev/null
	cat >lighttpd.conf <<-END
		server.modules = ("mod_fastcgi")
		server.document-root = "$PWD/empty"
		server.bind = "$PWD/http.sock"
		server.pid-file = "$PWD/lighttpd.pid"
		server.errorlog = "$PWD/lighttpd.log"
		server.breakagelog = "$PWD/breakage.log"
		fastcgi.server = ("/" => (("socket" => "$PWD/fcgi.sock",
			"bin-path" => "$BIN/mcp-serve",
			"min-procs" => 2, "max-procs" => 2,
			"bin-environment" => ("MCP_STORE" => "$MCP_STORE", "MCP_STATS" => "1"),
			"check-local" => "disable", "fix-root-scriptname" => "enable")))
	END
	lighttpd -f lighttpd.conf 3>&-
	ask() { curl -s -o /dev/null -w '%{http_code}\n' --max-time 60 --unix-socket http.sock "http://localhost$1"; }
	up() { [ "$(ask /healthz)" = 200 ]; }
	eventually up
	two() { mapfile -t workers < <(pgrep -P "$(<lighttpd.pid)" -x mcp-serve); [ "${#workers[@]}" -eq 2 ]; }
	eventually two
	states() { [ "$(grep -c "^mcp-serve: state: .* pid=$1\$" breakage.log)" -ge "$2" ]; }
	# Idle: at once, also one that has just lost a request to another worker.
	for pid in "${workers[@]}"; do
		kill -USR1 "$pid"
		eventually states "$pid" 1
	done
	# Amid requests: each is answered.
	for i in 1 2 3; do
		for n in {1..60}; do ask "/status/demo?$i$n"; done >codes.$i &
		pids+=("$!")
	done
	while kill -0 "${pids[0]}" 2>/dev/null || kill -0 "${pids[1]}" 2>/dev/null; do
		for pid in "${workers[@]}"; do
			n=$(grep -c "pid=$pid\$" breakage.log)
			kill -USR1 "$pid"
			eventually states "$pid" $((n + 1))
		done
	done
	wait "${pids[@]}"
	cat codes.* >codes
	[ "$(wc -l <codes)" -eq 180 ]
	run ! grep -vx '200' codes
	for pid in "${workers[@]}"; do
		n=$(grep -c "pid=$pid\$" breakage.log)
		kill -USR1 "$pid"
		eventually states "$pid" $((n + 1))
	done
	grep -qxE "mcp-serve: state: $TIMES requests=[0-9]+ cache_hits=[0-9]+ store_reads=[0-9]+ $(:
		)answers_2xx=[0-9]+ answers_3xx=0 answers_4xx=0 answers_5xx=[0-9]+ $(:
		)cache_entries=[0-9]+ cache_bytes=[0-9]+ store=connected $(:
		)store_age_s=[0-9.]+ store_failures=0 pid=[0-9]+" breakage.log
	n=$(awk '/ state: / { split($0, a, "pid="); match($0, /requests=[0-9]+/)
		r[a[2]] = substr($0, RSTART + 9, RLENGTH - 9) }
		END { for (i in r) n += r[i]; print n }' breakage.log)
	[ "$n" -ge 181 ]
	# The same workers all the while; each ends with its statistics.
	[ "$(pgrep -P "$(<lighttpd.pid)" -x mcp-serve | sort)" = "$(printf '%s\n' "${workers[@]}" | sort)" ]
	kill -TERM "${workers[@]}"
	ended() { [ "$(grep -cE "^mcp-serve: stats: exit=0 $TIMES requests=" breakage.log)" -ge "${#workers[@]}" ]; }
	eventually ended
}

@test "in the journal each line has a priority; elsewhere none has" {
	local stream
	: >err
	stream=$(stat -c %d:%i err)
	export JOURNAL_STREAM=$stream
	fails 2 env MCP_STATS=1 "$BIN/mcp-aggregate" ingest <<<'no record'
	grep -q '^<3>mcp-aggregate: line 1: ' err
	grep -q '^<6>mcp-aggregate: stats: ' err
	"$BIN/mcp-alert" 2>>err </dev/null
	grep -q '^<4>mcp-alert: warning: no configuration' err
	# Inherited, but standard error is another file.
	MCP_STATS=1 "$BIN/mcp-aggregate" ingest 2>other <<<'no record' || true
	[ -s other ]
	run ! grep '^<' other
	JOURNAL_STREAM=1:1 "$BIN/mcp-aggregate" ingest 2>>other <<<'no record' || true
	run ! grep '^<' other
	# mcp-fleet, and what it relays.
	: >err
	cat >fleet.yaml <<-END
		store: $MCP_STORE
		regions: [{name: eu, runner: local}]
		servers: [{slug: bad, url: "http://127.0.0.1:9/mcp"}]
	END
	export HOME=$PWD XDG_RUNTIME_DIR=$PWD/run XDG_STATE_HOME=$PWD/state
	mkdir run state
	MCP_STATS=1 PATH=$BIN:$PATH "$ROOT/scripts/mcp-fleet" -v -c fleet.yaml 2>>err >out
	for said in 'mcp-aggregate: stats: command=ingest ' \
		'mcp-aggregate: stats: command=verdict ' 'mcp-alert: stats: exit='; do
		[ "$(grep -c "^<6>$said" err)" -eq 1 ]
	done
	grep -q '^<6>mcp-fleet: eu: 1 of 1 probed, ' err
	grep -q '^<4>mcp-aggregate: warning: ' err
	: >err
	PATH=$BIN:$PATH fails 2 "$ROOT/scripts/mcp-fleet" -c nowhere.yaml
	grep -q '^<3>mcp-fleet: nowhere.yaml: ' err
	run ! grep -v '^<[346]>' err
}
