#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: the dead man's switch is held only while everything works: whatever
# stops in the pipeline stops the call, and a call that fails stops nothing.

bats_require_minimum_version 1.5.0
load ../../helpers/store
load ../../helpers/alert

setup() {
	alert_setup
	mkfifo port
	node "$ROOT/tests/fixture/http_calls.mjs" . >port 3>&- &
	pids+=($!)
	exec {HEARD}<port
	read -r -t 60 -u "$HEARD" PORT
	touch calls
}

# configure LINES…: a heartbeat, and these lines of alerts.
configure() {
	printf '%s\n' 'regions: [{name: ap}, {name: eu}, {name: us}]' 'servers:' \
		'  - {slug: a, url: https://a.example.com/mcp}' \
		'  - {slug: b, url: https://b.example.com/mcp}' 'alerts:' \
		"  heartbeat: {url: \"http://127.0.0.1:$PORT/beat?x=1\"}" "$@" >fleet.yaml
	export MCP_CONFIG=$PWD/fleet.yaml
}

# round MINUTE [SLUG…]: green verdicts of these.
round() {
	local m=$1 slug
	shift
	for slug; do
		verdict "$m" '' '' '' "$slug"
	done
}

# calls N: so many so far.
calls() {
	[ "$(grep -c . calls)" = "$1" ] || { cat calls err; return 1; }
}

@test "a complete round is called for, once each" {
	configure
	round 0 a b | alert 0 -N $((T + 5))
	calls 1
	[ "$(<calls)" = 'GET /beat?x=1' ]
	[ ! -s err ]
	round 1 a b | alert 0 -N $((T + 65))
	calls 2
	# Neither of these is a round.
	alert 0 tick -N $((T + 66))
	round 2 a b | alert 0 -n
	alert 0 list
	calls 2
}

@test "half a round, an old one and one with a line too many are none" {
	configure
	round 0 a | alert 0 -N $((T + 5))
	grep -q 'warning: no heartbeat: no verdict of now on b' err
	alert 0 -N $((T + 5)) </dev/null
	grep -q 'warning: no heartbeat: no verdict of now on a' err
	round 0 a b | alert 0 -N $((T + 400))
	grep -q 'no verdict of now on a' err
	{ round 1 a b; echo '{'; } | alert 2 -N $((T + 65))
	grep -q 'no heartbeat: the input is not whole' err
	round 2 a b | jq -c '.reporters = 0 | .tier = "no-data" | .verdict = "unknown" | .regions = []' |
		alert 0 -N $((T + 125))
	grep -q 'no heartbeat: no region reports' err
	calls 0
}

@test "a stage that stands still stops it, and so does a store that is gone" {
	configure
	redis hset fleet:heartbeats ingest $((T - 600)) verdict $((T + 1)) >/dev/null
	round 0 a b | alert 0 -N $((T + 5))
	grep -q 'no heartbeat: a stage of the pipeline is stalled' err
	redis hset fleet:heartbeats ingest $((T + 60)) >/dev/null
	round 1 a b | alert 0 -N $((T + 65))
	calls 1
	round 2 a b | MCP_STORE=unix://$PWD/nothing alert 3 -N $((T + 125))
	redis config set min-replicas-to-write 1 >/dev/null
	round 3 a b | alert 3 -N $((T + 185))
	redis config set min-replicas-to-write 0 >/dev/null
	calls 1
	round 4 a b | alert 0 -N $((T + 245))
	calls 2
}

@test "an event that is with nobody stops it, until its fallback has it" {
	configure '  routes:' '    - {name: broken, type: command, command: ["false"]}'
	{ round 0 a; verdict 0 eu,us initialize '' b; } | alert 3 -N $((T + 5))
	# It is not late yet.
	calls 1
	round 1 a b | alert 3 -N $((T + 60 + 5))
	calls 2
	round 2 a b | alert 3 -N $((T + 2 * 60 + 4))
	grep -q 'no heartbeat: an event is with nobody who should have it' err
	calls 2
	configure '  routes:' \
		'    - {name: broken, type: command, command: ["false"], fallback: other}' \
		"    - {name: other, type: command, command: [tee, -a, '$PWD/other']}" \
		'  policies: [{steps: [{routes: [broken]}]}]'
	round 3 a b | alert 3 -N $((T + 3 * 60 + 6))
	calls 3
	jq -se 'map(.event) == ["downtime_started", "downtime_resolved"] and
		(.[0] | .fallback_for.route == "broken" and
		.fallback_for.since == "2026-04-29T20:31:05Z" and
		(.summary | endswith(" This could not be delivered to broken since 20:31 UTC: the command exited with 1.")))' other
	# It is told once; broken goes on being tried.
	round 4 a b | alert 3 -N $((T + 4 * 60 + 6))
	[ "$(grep -c . other)" = 2 ]
	redis get alert:b | jq -e '.outbox | length == 2 and all(.deliveries[0].elsewhere > 0)'
	alert 0 explain b -f text
	grep -q 'sent to its fallback at' out
}

@test "a call that fails is a warning, and nothing else" {
	configure
	echo 500 >mood
	round 0 a b | alert 0 -N $((T + 5))
	grep -qx 'mcp-alert: warning: heartbeat: HTTP 500' err
	kill "${pids[@]}"
	pids=()
	round 1 a b | alert 0 -N $((T + 65))
	grep -q 'warning: heartbeat: Could' err
	[ "$(wc -l <err)" -eq 1 ]
	sed -i 's,http://127.0.0.1,http://mcp.example.com,' fleet.yaml
	round 2 a b | alert 0 -N $((T + 125))
	grep -q 'warning: heartbeat: its URL is not https' err
}

@test "an address that is a secret comes from a credential, and is told to nobody" {
	configure
	sed -i 's/heartbeat: .*/heartbeat: {secret: beat}/' fleet.yaml
	round 0 a b | alert 0 -N $((T + 5))
	grep -q 'warning: heartbeat: its secret: ' err
	echo "url = http://127.0.0.1:$PORT/a-canary" >credentials/beat
	chmod 600 credentials/beat
	round 1 a b | alert 0 -N $((T + 65))
	[ "$(<calls)" = 'GET /a-canary' ]
	echo 404 >mood
	round 2 a b | alert 0 -N $((T + 125))
	grep -q 'HTTP 404' err
	without a-canary out err
	redis_dump | without a-canary
}
