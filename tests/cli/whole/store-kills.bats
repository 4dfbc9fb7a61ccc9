#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# shellcheck disable=SC2034,SC2153 # what helpers use, and what they set
# Goal: a Redis that is killed, at whatever instant, and started again from its
# append-only file, costs nothing: no record that was accepted is lost and none is
# counted twice, nobody is shown down or paged for it, each event is told in its
# minute. KILLS: how many; KILL_SEED: the numbers of an earlier run.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/probes
load ../../helpers/alert
load ../../helpers/maintenance

# Each test has a store of its own.
setup_file() {
	:
}

teardown_file() {
	:
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# What a test that fails leaves running.
teardown() {
	kill "$REDIS_PID" "$main" 2>/dev/null || true
}

# killed OPTION…: a Redis with these options.
killed() {
	local seed=${KILL_SEED:-$((RANDOM * 32768 + RANDOM))}
	echo "KILL_SEED=$seed KILLS=${KILLS:-8}"
	node "$ROOT/tests/fixture/store_kills.mjs" "$BIN" "$PWD" "${KILLS:-8}" "$seed" \
		"$@" >out || { cat out; tail -n 5 killed/said; return 1; }
	sed 's/^/# /' out >&3
}

@test "killed while it is written to, judged and told, with an fsync every second" {
	killed --appendfsync everysec
}

@test "killed while it is written to, judged and told, with an fsync for each write" {
	killed --appendfsync always
}

# busy_disk: a Redis with an fsync under way nearly always from now on.
busy_disk() {
	[ -e slow_sync.so ] || "${CC:-cc}" -O2 -shared -fPIC -o slow_sync.so \
		"$ROOT/tests/fixture/slow_sync.c"
	LD_PRELOAD=$PWD/slow_sync.so SLOW_SYNC_MS=1500 \
		redis_start "$PWD/redis" --appendfsync everysec
	redis set busy "$RANDOM" >/dev/null
	eventually syncing
}

# reborn: Redis is killed, and started again.
reborn() {
	kill -KILL "$REDIS_PID"
	wait "$REDIS_PID" || true
	redis_start "$PWD/redis"
}

# killed_after COMMAND…: the command succeeds with a Redis whose disk is busy, which is
# killed then, and started again.
killed_after() {
	busy_disk
	"$@"
	reborn
}

ingest_one() {
	"$BIN/mcp-aggregate" ingest <one
}

@test "what Redis holds back while its disk is busy is not accepted yet" {
	now=$(($(date +%s) / 60 * 60))
	for i in 1 2 3 4; do
		probes demo us-east-1 $((now - 60 * i)) >one
		killed_after ingest_one
		redis hget probe:demo:latest us-east-1 | grep -q "us-east-1-$((now - 60 * i))"
		redis_stop
	done
}

# judged: the verdict of the minute in which the records of `one` began.
judged() {
	"$BIN/mcp-aggregate" verdict -N $((now + 30)) >/dev/null || [ $? = 1 ]
}

# A Redis that ends within a command of a transaction goes on behind the last whole
# command of it, and at its next start carries out what stood there, too.
@test "a minute whose transaction Redis wrote in part, and did not take back, counts once" {
	now=$(($(date +%s) / 60 * 60))
	probes demo us-east-1 "$now" >one
	redis_start "$PWD/redis"
	ingest_one
	judged
	counts=$(redis hgetall probe:demo:minutes)
	kill -KILL "$REDIS_PID"
	wait "$REDIS_PID" || true
	file=$(echo redis/appendonlydir/*.incr.aof)
	at=$(LC_ALL=C grep -abo probe:demo:verdict "$file" | tail -n 1)
	truncate -s "${at%%:*}" "$file"
	redis_start "$PWD/redis"
	[ "$(redis exists probe:demo:verdict)" = 0 ]
	judged
	reborn
	[ "$(redis hgetall probe:demo:minutes)" = "$counts" ]
	redis_stop
}

has() {
	[ "$(redis exists "$1")" = 1 ]
}

@test "what Redis had held back when it died between two batches is not accepted" {
	now=$(($(date +%s) / 60 * 60))
	# A batch has 1,000 probes.
	for i in {1..1001}; do
		probes "s$i" us-east-1 "$now"
	done >many
	busy_disk
	mkfifo records
	"$BIN/mcp-aggregate" ingest <records 2>said &
	ingest=$!
	exec 5>records
	head -n 9000 many >&5
	eventually has probe:s1000:latest
	reborn 5>&-
	tail -n 9 many >&5
	exec 5>&-
	status=0
	wait "$ingest" || status=$?
	cat said
	[ "$status" = 3 ]
	grep -q "^mcp-aggregate: store: $PWD/redis/sock: " said
	"$BIN/mcp-aggregate" ingest <many
	has probe:s1:latest
	has probe:s1000:latest
	redis_stop
}

# acknowledge WHO: by the page that an event names.
acknowledge() {
	GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST REQUEST_URI=${URL#https://status.example.com} \
		CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH=$((3 + ${#1})) \
		MCP_CONFIG=$PWD/fleet.yaml "$BIN/mcp-alert" <<<"by=$1" >page
	grep "$1 has acknowledged it until" page
}

# plan: a maintenance by the web.
plan() {
	post "$AT" '{"duration_seconds":600}'
	[ "$CODE" = 201 ]
}

@test "a person to whom it was said that a thing is stored finds it stored" {
	T=$(($(date +%s) / 60 * 60))
	mkdir credentials
	echo 'token = a canary of more than 43 characters, for it signs' >credentials/ack
	chmod 600 credentials/ack
	export MCP_CREDENTIALS=$PWD/credentials
	token=$(printf %s "$TOKEN" | sha256sum)
	other=$(printf %s reads | sha256sum)
	cat >fleet.yaml <<-END
		store: unix://$PWD/redis/sock
		regions: [{name: ap}, {name: eu}, {name: us}]
		site: {url: https://status.example.com/}
		accounts: [{name: acme, token_sha256: ${other%% *}, write_token_sha256: ${token%% *}}]
		servers: [{slug: example-mcp, url: "https://a.example.com/", account: acme}]
		alerts: {routes: [{name: ops, type: command, command: ["true"]}]}
	END
	redis_start "$PWD/redis"
	verdict 0 eu,us initialize | alert 0 -c fleet.yaml
	URL=$(jq -r .ack_url out)
	redis_stop
	for who in ann bob; do
		killed_after acknowledge "$who"
		alert 0 list -c fleet.yaml
		[ "$(jq -r .acknowledged_by out)" = "$who" ]
		alert 0 unack example-mcp -c fleet.yaml
		redis_stop
	done
	for plans in 1 2; do
		killed_after plan
		[ "$(redis hlen fleet:maintenance)" = "$plans" ]
		redis_stop
	done
	killed_after alert 0 maintenance add -c fleet.yaml --for 10m example-mcp
	[ "$(redis hlen fleet:maintenance)" = 3 ]
	redis_stop
	killed_after alert 0 silence add -c fleet.yaml --for 1h --reason disks example-mcp
	[ "$(redis hlen fleet:silence)" = 1 ]
	"$BIN/mcp-aggregate" snapshot >snap
	redis flushall
	redis_stop
	killed_after "$BIN/mcp-aggregate" restore snap
	[ "$(redis get fleet:format)" = 1 ]
	redis_stop
}

@test "with store_wait, what no replica has is not accepted, and is once more" {
	now=$(($(date +%s) / 60 * 60))
	redis_start "$PWD/redis" --port "$(free_port)" --bind 127.0.0.1
	port=$(redis config get port | tail -n 1)
	echo 'store_wait: {replicas: 1, timeout: 0.1s}' >fleet.yaml
	echo 'regions: [{name: us-east-1}]' >>fleet.yaml
	probes demo us-east-1 "$now" >one
	run -3 "$BIN/mcp-aggregate" ingest -c fleet.yaml <one
	[[ ${lines[-1]} == "mcp-aggregate: store: only 0 of 1 replicas stored the records within 0.1 s" ]]
	main=$REDIS_PID main_store=$MCP_STORE
	# One that writes its first append-only file, as a replica does once it has all,
	# declines to end.
	redis_start "$PWD/replica" --appendonly no --replicaof 127.0.0.1 "$port"
	eventually in_step
	# A busy machine may take its time.
	sed -i 's/0.1s/4s/' fleet.yaml
	MCP_STORE=$main_store "$BIN/mcp-aggregate" ingest -c fleet.yaml <one
	redis hget probe:demo:latest us-east-1 | grep -q "us-east-1-$now"
	[ "$(redis hget "probe:demo:errors:$((now / 3600))" "$((now % 3600 / 60)):probes")" = 1 ]
	redis_stop
	kill "$main"
	wait "$main" || true
}

in_step() {
	redis info replication | grep -q '^master_link_status:up'
}

syncing() {
	redis info persistence | grep -q '^aof_pending_bio_fsync:[1-9]'
}
