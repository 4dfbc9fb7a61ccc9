#!/usr/bin/env bats
# shellcheck disable=SC2154
# Goal: who watches the watchers: a pipeline that stands still and a store that
# does not answer are told of, once, to those who want to know; and neither ends
# an incident nor makes a server green.

bats_require_minimum_version 1.5.0
load ../lib
load ../redis

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	redis_start "$PWD/redis"
	export STATE_DIRECTORY=$PWD/state MCP_CONFIG=$PWD/fleet.yaml
	mkdir state
	NOW=$(($(date +%s) / 3600 * 3600)) # so that minutes are those of the clock
	printf '#!/bin/sh\ntee -a "$1.got"\nexit "$(cat "$1.mood")"\n' >page
	chmod +x page
	routes
}

teardown() {
	redis_stop
}

# routes [MORE]: a configuration with the route pager, and another perhaps.
routes() {
	echo 0 >pager.mood
	echo 0 >other.mood
	cat >fleet.yaml <<-END
	regions: [{name: ap}, {name: eu}, {name: us}]
	site: {url: https://status.example.com/}
	servers: [{slug: s, url: https://mcp.example.com/mcp}]
	alerts:
	  routes:
	    - {name: pager, type: command, command: [$PWD/page, pager]${1-}}
	    - {name: other, type: command, command: [$PWD/page, other], kinds: [regional]}
	END
}

# alert WANT MINUTE ARGUMENT…: it runs in that minute; what it prints is in out.
alert() {
	local want=$1 status=0
	timeout -k 2 60 "$BIN/mcp-alert" "${@:3}" -N $((NOW + 60 * $2)) \
		>out 2>err || status=$?
	cat err
	[ "$status" = "$want" ]
}

tick() {
	alert "$1" "$2" tick
}

# beats INGEST VERDICT [ALERT]: the minutes of the heartbeats.
beats() {
	redis hset fleet:heartbeats ingest $((NOW + 60 * $1)).25 \
		verdict $((NOW + 60 * $2)).5 ${3:+alert $((NOW + 60 * $3))} >/dev/null
}

# events FILE: what was told, in order.
events() {
	[ ! -e "$1" ] || jq -r '.event | sub("pipeline_stalled_"; "")' "$1" |
		paste -sd' '
}

kept() {
	find state -type f | wc -l
}

# verdict MINUTE COLOUR: of the server s.
verdict() {
	jq -cn --argjson w $((NOW + 60 * $1)) --arg v "$2" '
		($v == "red") as $bad | {v: 1, type: "verdict", window: $w,
		verdict: $v, step: (if $bad then "tls" else "" end),
		failed_regions: 0, reporters: 2, divergence: "", slug: "s",
		url: "https://mcp.example.com/mcp", as_of: ($w | todate), expected: 2,
		tier: (if $bad then "step-alert" else "ok" end), no_data: [], drift: [],
		failing: (if $bad then ["eu", "us"] else [] end),
		regions: ["eu", "us"] | map({region: ., ms: 5, fail_streak: 0,
			tool_hash: null, started_at: ($w + 7),
			state: (if $bad then "broken" else "healthy" end),
			failed_step: (if $bad then "tls" else null end),
			error: (if $bad then "tls.expired" else null end)}),
		latency_ms: {p95: 5, baseline: null}, uptime_30d: null, p95_ms: null}'
}

@test "judging that stopped is told of, reminded of, and resolved" {
	beats 4 4
	tick 0 4
	[ ! -s out ]
	[ -z "$(redis keys 'alert:*')" ]
	beats 9 4
	tick 0 9
	[ ! -s out ]
	beats 10 4
	alert 0 10 </dev/null
	jq -e --argjson t $((NOW + 240)) '.event == "pipeline_stalled_started" and
		.dedup_key == "*:pipeline_stalled:\($t)" and .server_slug == "*" and
		.severity == "P1" and .tier == "no-data" and .regions == [] and
		.probe_step == null and .failure_layer == null and .probe_count == 0 and
		.server_url == null and .started_at == ($t | todate) and
		.dashboard_url == "https://status.example.com/" and
		(.summary | test("^No verdict has been published since ..:04 UTC \\(5 min\\): "))' out
	diff out pager.got
	[ ! -e other.got ]
	"$BIN/mcp-alert" list >out
	jq -e '.kind == "pipeline_stalled" and .server_slug == "*" and .undelivered == 0' out
	"$BIN/mcp-alert" list -f text | grep -q '^P1 .*pipeline_stalled .* \*:'
	beats 250 4
	tick 0 250
	beats 251 4
	tick 0 251
	beats 252 252
	tick 0 252
	[ "$(events pager.got)" = "started reminder resolved" ]
	jq -se --argjson t $((NOW + 240)) '
		(map(.dedup_key) | unique) == ["*:pipeline_stalled:\($t)"] and
		(.[2].resolved_at | fromdate) == $t + 248 * 60' pager.got
	"$BIN/mcp-alert" list >out
	[ ! -s out ]
	[ "$(kept)" = 0 ]
}

@test "two at once tell it once; a delivery that fails is tried again" {
	beats 0 0 5
	echo 1 >pager.mood
	for i in 1 2 3 4; do
		"$BIN/mcp-alert" tick -N $((NOW + 360)) >out.$i 2>err.$i 3>&- &
		pids[i]=$!
	done
	for i in 1 2 3 4; do
		wait "${pids[i]}" || true
	done
	[ "$(cat out.* | wc -l)" = 1 ]
	[ "$(events pager.got)" = started ]
	[ "$(redis smembers fleet:undelivered)" = "*" ]
	echo 0 >pager.mood
	beats 8 8
	tick 0 8
	[ "$(events pager.got)" = "started started resolved" ]
	[ -z "$(redis smembers fleet:undelivered)" ]
}

@test "who names servers is not told of the fleet, unless asked for" {
	beats 0 0 5
	routes ", servers: ['s*']"
	tick 0 6
	[ "$(events out)" = started ]
	[ ! -e pager.got ]
	redis del 'alert:*' >/dev/null
	beats 0 0 5
	routes ", servers: ['\\*']"
	tick 0 6
	[ "$(events pager.got)" = started ]
}

@test "a fleet that is probed once in ten minutes has time" {
	sed -i 's|/mcp}|/mcp, interval: 10m}|' fleet.yaml
	beats 0 13 13
	tick 0 14
	[ ! -s out ]
	beats 0 14 14
	tick 0 15
	[[ $(jq -r .summary out) == "No record has been ingested since "*":00 UTC (14 min): "* ]]
}

@test "a store that is gone is told of after five minutes, and when it is back" {
	redis_stop
	for m in 0 1 4; do
		tick 3 $m
		[ ! -s out ]
	done
	grep -q '^mcp-alert: store: .*: Connection refused\|No such file' err
	[ "$(kept) $(stat -c %a state/*)" = "1 600" ]
	alert 3 5 </dev/null
	jq -e --argjson t "$NOW" '.event == "pipeline_stalled_started" and .severity == "P1" and
		.dedup_key == "*:pipeline_stalled:\($t)" and
		(.summary | test("^The store has not answered since ..:.. UTC \\(5 min\\): "))' out
	diff out pager.got
	tick 3 6
	tick 3 244
	[ "$(events pager.got)" = started ]
	tick 3 245
	tick 3 246
	[ "$(events pager.got)" = "started reminder" ]
	redis_start "$PWD/redis"
	tick 0 247
	[ "$(events out)" = resolved ]
	[ "$(events pager.got)" = "started reminder resolved" ]
	jq -se 'map(.dedup_key) | unique | length == 1' pager.got
	jq -se '.[2].duration_seconds == 247 * 60' pager.got
	[ "$(kept)" = 0 ]
	[ ! -e other.got ]
	tick 0 248
	[ ! -s out ]
}

@test "a moment without it is forgotten, and a machine that slept waits" {
	redis_stop
	tick 3 0
	tick 3 90
	[ ! -s out ]
	redis_start "$PWD/redis"
	tick 0 91
	[ ! -s out ]
	[ "$(kept)" = 0 ]
}

@test "a route that fails is tried again, and only that one" {
	sed -i 's/kinds: \[regional\]/kinds: [pipeline_stalled]/' fleet.yaml
	redis_stop
	echo 1 >pager.mood
	tick 3 0
	tick 3 3
	tick 3 5
	[ "$(events pager.got) $(events other.got)" = "started started" ]
	grep -q '\*: pipeline_stalled_started to route pager: the command exited with 1' err
	echo 0 >pager.mood
	tick 3 7
	[ ! -s out ]
	[ "$(events pager.got)" = "started started" ]
	echo 1 >pager.mood
	redis_start "$PWD/redis"
	tick 3 8
	[ "$(events out)" = resolved ]
	[ "$(kept)" = 1 ]
	echo 0 >pager.mood
	tick 0 10
	[ "$(events pager.got)" = "started started resolved resolved" ]
	[ "$(events other.got)" = "started resolved" ]
	[ "$(kept)" = 0 ]
}

@test "two at once tell it once without a store too" {
	redis_stop
	tick 3 0
	tick 3 4
	for i in 1 2 3 4; do
		"$BIN/mcp-alert" tick -N $((NOW + 300)) >out.$i 2>err.$i 3>&- &
		pids[i]=$!
	done
	for i in 1 2 3 4; do
		wait "${pids[i]}" || [ $? = 3 ]
	done
	[ "$(cat out.* | wc -l)" = 1 ]
	[ "$(events pager.got)" = started ]
}

@test "a store that answers but is of no use is away" {
	# shellcheck disable=SC2016
	useless() {
		local m
		for m in 0 3 5; do
			tick 3 "$m"
		done
		[[ $(jq -r .summary out) == "The store has not answered since "*"; store: "*$1* ]]
		[ "$(events pager.got)" = started ]
	}
	forget() {
		rm -rf state/* pager.got
	}
	redis replicaof 127.0.0.1 1 >/dev/null
	useless READONLY
	redis replicaof no one >/dev/null
	forget
	redis config set maxmemory 1 >/dev/null
	useless OOM
	redis config set maxmemory 0 >/dev/null
	forget
	redis config set requirepass canary >/dev/null
	useless NOAUTH
	forget
	(umask 077 && echo wrong >password)
	MCP_STORE_PASSWORD_FILE=$PWD/password useless AUTH
	run ! grep -r 'canary\|wrong' pager.got state
}

@test "what others put into the file is not believed" {
	redis_stop
	tick 3 0
	file=$(echo state/*)
	for text in '' '{' '{"v":1}' $'\xff\xfe' '"x"' '{"v":1,"revision":1,"slug":"s"}' \
		"$(sed 's/"n":1/"n":-1/' "$file")"; do
		echo "$text" >"$file"
		tick 3 5
		[ ! -s out ]
		[ -z "$text" ] || grep -q '\*: its state cannot be read and is begun anew' err
		jq -e --argjson t $((NOW + 300)) '.away == {n: 1, since: $t, counted: $t}' "$file"
	done
	head -c 3000000 /dev/zero | tr '\0' '{' >"$file"
	tick 3 5
	[ ! -s out ]
	(($(wc -c <"$file") < 1000))
	# The address is the name, but not what may be a password.
	rm "$file"
	MCP_STORE=redis://:pass@127.0.0.1:1 tick 3 0
	MCP_STORE=redis://:word@127.0.0.1:1 tick 3 0
	[ "$(kept)" = 1 ]
	run ! grep -r 'pass\|word' state
}

@test "without a file of our own nobody is told, and that is said" {
	redis_stop
	untold() {
		for m in 0 4 5 6; do
			tick 3 "$m"
			[ ! -s out ]
			grep -q "nobody is told that the store does not answer" err
		done
		[ ! -e pager.got ]
	}
	STATE_DIRECTORY=$PWD/fleet.yaml untold
	STATE_DIRECTORY='' HOME=relative untold
	chmod 777 state
	untold
	chmod 700 state
	tick 3 0
	file=$(echo state/*)
	rm "$file"
	ln -s "$PWD/page" "$file"
	untold
	rm "$file"
	mkfifo "$file"
	chmod 600 "$file"
	untold
	rm "$file"
	echo >"$file"
	chmod 644 "$file"
	untold
	grep -q tee page
}

@test "the folders, in their order" {
	redis_stop
	export STATE_DIRECTORY=$PWD/one:$PWD/two XDG_STATE_HOME=$PWD/xdg HOME=$PWD/home
	mkdir one two home
	tick 3 0
	STATE_DIRECTORY='' tick 3 0
	STATE_DIRECTORY='' XDG_STATE_HOME='' tick 3 0
	[ "$(find one two xdg home -type f | sed 's|/store-.*||' | paste -sd' ')" = \
		"one xdg/mcp-fleet home/.local/state/mcp-fleet" ]
	[ "$(stat -c %a xdg/mcp-fleet home/.local | paste -sd' ')" = "700 700" ]
}

@test "nobody to be told, or only asked: no file" {
	redis_stop
	run -3 "$BIN/mcp-alert" list
	alert 0 0 --dry-run </dev/null
	MCP_CONFIG='' tick 3 0
	sed -i '/^alerts/,$d' fleet.yaml
	tick 3 0
	[ "$(kept)" = 0 ]
}

@test "an incident outlives a store that is away, and a pipeline that stands still" {
	beats 0 0 0
	verdict 0 red | alert 0 0
	[ "$(events out)" = downtime_started ]
	redis_stop
	for ((m = 1; m <= 10; m++)); do
		run -3 "$BIN/mcp-aggregate" verdict
		[[ $output == "mcp-aggregate: "* ]]
		run -3 --separate-stderr "$BIN/mcp-aggregate" verdict
		[ -z "$output" ]
		verdict $m green | alert 3 $m
	done
	redis_start "$PWD/redis"
	tick 0 11
	[ "$(events out)" = resolved ]
	[ "$(events pager.got)" = "downtime_started started resolved" ]
	tick 0 12
	[ "$(events out)" = started ]
	beats 13 13
	verdict 13 green | alert 0 13
	[ "$(events out)" = resolved ]
	"$BIN/mcp-alert" list >out
	jq -e '.kind == "downtime" and .passes == 1' out
	for m in 14 15; do
		verdict $m green | alert 0 $m
	done
	[ "$(events out)" = downtime_resolved ]
}

# round: mcp-fleet, with a server that is probed once an hour, and not now.
round() {
	local minute=$(($(date +%s) / 60)) slug=s
	(((minute + 116) % 60 > 1)) || slug=v
	sed -i "s|^servers.*|servers: [{slug: $slug, url: https://mcp.example.com/mcp, interval: 1h}]|
		s|^regions.*|regions: [{name: ap, runner: local}]|" fleet.yaml
	mkdir -p run tmp
	status=0
	XDG_RUNTIME_DIR=$PWD/run XDG_STATE_HOME=$PWD/spool TMPDIR=$PWD/tmp \
		PATH=$BIN:$PATH "$ROOT/scripts/mcp-fleet" >out 2>err || status=$?
	cat err
}

@test "a round in which no server is due is a sign of life of every stage" {
	beats -9 -9
	round
	[ "$status" = 0 ]
	[ ! -s err ]
	for stage in ingest verdict alert; do
		age=$(($(date +%s) - $(redis hget fleet:heartbeats $stage | cut -d. -f1)))
		((age >= 0 && age < 60))
	done
	[ "$(redis keys 'probe:*')" = "" ]
}

@test "a round without the store tells of it, and judges nothing" {
	redis_stop
	now=$(date +%s)
	NOW=$((now - 400)) tick 3 0
	NOW=$((now - 200)) tick 3 0
	round
	[ "$status" = 3 ]
	[ "$(events out)" = started ]
	[ "$(events pager.got)" = started ]
	run ! grep -q verdict out
}
