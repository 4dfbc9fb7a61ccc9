#!/usr/bin/env bats
# Goal: a Redis that is killed, at whatever instant, and started again from its
# append-only file, costs nothing: no record that was accepted is lost and none is
# counted twice, nobody is shown down or paged for it, each event is told in its
# minute. KILLS: how many; KILL_SEED: the numbers of an earlier run.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/probes

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

@test "what Redis holds back while its disk is busy is not accepted yet" {
	"${CC:-cc}" -O2 -shared -fPIC -o slow_sync.so "$ROOT/tests/fixture/slow_sync.c"
	now=$(($(date +%s) / 60 * 60))
	for i in 1 2 3 4; do
		LD_PRELOAD=$PWD/slow_sync.so SLOW_SYNC_MS=1500 \
			redis_start "$PWD/redis" --appendfsync everysec
		# From now on an fsync is under way nearly always.
		redis set busy "$i" >/dev/null
		eventually syncing
		probes demo us-east-1 $((now - 60 * i)) | "$BIN/mcp-aggregate" ingest
		kill -KILL "$REDIS_PID"
		wait "$REDIS_PID" || true
		redis_start "$PWD/redis"
		redis hget probe:demo:latest us-east-1 | grep -q "us-east-1-$((now - 60 * i))"
		redis_stop
	done
}

@test "with store_wait, what no replica has is not accepted, and is once more" {
	now=$(($(date +%s) / 60 * 60))
	redis_start "$PWD/redis" --port "$(free_port)" --bind 127.0.0.1
	port=$(redis config get port | tail -n 1)
	echo 'store_wait: {replicas: 1, timeout: 0.1s}' >fleet.yaml
	echo 'regions: [{name: us-east-1}]' >>fleet.yaml
	probes demo us-east-1 "$now" >one
	run -3 "$BIN/mcp-aggregate" ingest -c fleet.yaml <one
	[[ ${lines[-1]} == "mcp-aggregate: store: only 0 of 1 replicas have the records within 0.1 s" ]]
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
