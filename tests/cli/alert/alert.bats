#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: a night of verdicts becomes the events of mcp-incidents(7), each told once,
# whoever runs beside it and whatever is killed in between.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

up() {
	minutes 1 3
}

@test "a dry run needs nothing but verdicts" {
	unset MCP_STORE MCP_CREDENTIALS
	{ minutes 0 4 eu tls tcp.refused; minutes 5 7 ap,eu,us tls; minutes 8 12; } |
		alert 0 --dry-run
	[ "$(events out)" = "regional_started downtime_started downtime_resolved regional_resolved" ]
	jq -se 'all(.v == 1 and .type == "alert" and .server_slug == "example-mcp")' out
	jq -se '.[0] | .at == 1777494780 and .dedup_key == "example-mcp:regional:1777494660" and
		.severity == "P2" and .tier == "regional" and .region == "eu" and
		.failure_layer == "transport" and .probe_count == 3 and
		.started_at == "2026-04-29T20:31:00Z" and .last_error == "tcp.refused"' out
	jq -se '.[2] | .dedup_key == "example-mcp:downtime:1777494960" and .at == 1777495260 and
		.resolved_at == "2026-04-29T20:39:00Z" and .duration_seconds == 180 and
		.probe_count == 3 and .dashboard_url == null' out
	[ ! -s err ]
}

@test "from probes to a page, in one pipe" {
	unset MCP_STORE
	for region in eu us; do
		jq -cn --arg r $region --argjson t $T '{v: 1, type: "probe", slug: "s",
			region: $r, probe_id: $r, probe_started_at: ($t + 5), url: null,
			state: "broken", failed_step: "dns", error: "dns.nxdomain",
			total_ms: 3, protocol: null, era: null, tool_hash: null,
			full_hash: null, tool_count: null}'
	done | "$BIN/mcp-aggregate" verdict - | "$BIN/mcp-alert" -n -f text >out
	cat out
	[ "$(<out)" = "2026-04-29T20:31:00Z  P1  downtime_started  s cannot be reached: dns fails with dns.nxdomain from eu and us (2 of 2 regions)." ]
}

@test "the words of a server go from its answer to the message" {
	local m
	hook chat
	routes "$HOOK}"
	cat >server.mjs <<-'EOF'
		import http from 'node:http';
		http.createServer((q, r) => {
			q.resume().on('end', () => {
				r.writeHead(503, {'Content-Type': 'text/html'});
				r.end('<html><title>No disk,\npassword=hunter2</title><p>x');
			});
		}).listen(0, function () { console.log(this.address().port); });
	EOF
	mkfifo port
	node server.mjs >port 3>&- &
	pids+=($!)
	read -r -t 60 PORT <port
	for region in ap eu us; do
		"$BIN/mcp-probe" -r "$region" --slug example-mcp "http://127.0.0.1:$PORT/mcp" || [ $? = 1 ]
	done >probed
	grep -c '"said":"No disk, password=\*\*\*"' probed
	"$BIN/mcp-aggregate" ingest <probed
	"$BIN/mcp-aggregate" verdict -f jsonl >verdicts || [ $? = 1 ]
	jq -se '.[0].regions | length == 3 and all(.said == "No disk, password=***")' verdicts
	"$BIN/mcp-alert" -c fleet.yaml <verdicts >out
	jq -se '.[0] | .event == "downtime_started" and .server_says == "No disk, password=***"' out
	redis get alert:example-mcp | jq -e '.incidents[0].said == "No disk, password=***"'
	jq -se '.[0].event.server_says == "No disk, password=***"' chat/got
}

@test "that a server refuses clients is a line of the daily digest, from a probe on, where it begins" {
	hook ops
	routes "$HOOK}"
	# probed MINUTE [MEMBER]: eu and us are probed; of eu the record has that member.
	probed() {
		for region in eu us; do
			jq -cn --arg r $region --argjson t $((T + 60 * $1)) --argjson more "${2:-{\}}" '
				{v: 1, type: "probe", slug: "example-mcp",
				region: $r, probe_id: "\($r)-\($t)", probe_started_at: ($t + 5), url: null,
				state: "healthy", failed_step: null, error: null, total_ms: 3,
				protocol: "2025-11-25", era: "session", tool_hash: null, full_hash: null,
				tool_count: null} + if $r == "eu" then $more else {} end'
		done | MCP_STORE='' "$BIN/mcp-aggregate" verdict -
	}
	probed 0 | tee verdict
	jq -e 'all(.regions[]; has("clients_refused") | not)' verdict
	alert 0 -N $T <verdict
	[ ! -s out ]
	for m in 1 2; do
		probed $m '{"clients_refused": true}' >verdict
		jq -e '[.regions[] | select(.clients_refused) | .region] == ["eu"]' verdict
		alert 0 -N $((T + 60 * m)) <verdict
		[ $m = 2 ] || jq -e '.event == "clients_refused" and .severity == "P3" and .regions == ["eu"] and
			.probe_count == null and .tier == null and
			.summary == "example-mcp refuses clients of 2026-07-28 from eu: what answers their server/discover there is no MCP server; other clients can use it."' out
	done
	# It is not told again, until it was not so for a day.
	[ ! -s out ]
	[ -z "$(got ops)" ]
	probed 10 | alert 0 -N $((T + 600))
	probed 20 '{"clients_refused": true}' | alert 0 -N $((T + 1200))
	[ ! -s out ]
	alert 0 tick -N $((T + 86400))
	jq -e '.event | .type == "digest" and .period == "daily" and .count == 1 and
		.events[0].event == "clients_refused"' ops/got
	probed 1461 '{"clients_refused": true}' | alert 0 -N $((T + 60 * 1461))
	[ "$(events out)" = clients_refused ]
}

@test "what is known stays in the store from run to run" {
	for m in 0 1; do
		verdict $m eu tls | alert 0
		[ ! -s out ]
	done
	verdict 2 eu tls | alert 0
	[ "$(events out)" = regional_started ]
	verdict 2 eu tls | alert 0
	[ ! -s out ]
	[ "$(redis ttl alert:example-mcp)" = -1 ]
	alert 0 list
	jq -e '.type == "incident" and .kind == "regional" and .severity == "P2" and
		.regions == ["eu"] and .probe_count == 3 and .undelivered == 0 and
		.started_at == "2026-04-29T20:31:00Z"' out
	minutes 3 5 | alert 0
	[ "$(events out)" = regional_resolved ]
	(($(redis ttl alert:example-mcp) > 29 * 86400))
	alert 0 list
	[ ! -s out ]
	alert 0 list -f text
	grep -q "No incident" out
	(($(redis hget fleet:heartbeats alert | cut -d. -f1) > $(date +%s) - 600))
	redis get alert:example-mcp | jq -e '.timeline | map(.what) ==
		["regional_started", "regional_resolved"]'
}

@test "time goes by without verdicts" {
	verdict 0 eu,us tools-list jsonrpc.malformed | alert 0
	alert 0 tick -N $((T + 1799))
	[ ! -s out ]
	alert 0 tick -N $((T + 1800))
	[ "$(jq -r '"\(.event) \(.severity) \(.dedup_key)"' out)" = \
		"downtime_escalated P1 example-mcp:downtime:$T" ]
	alert 0 tick -N $((T + 4 * 3600))
	[ "$(events out)" = downtime_reminder ]
	alert 0 tick -N $((T + 4 * 3600 + 60))
	[ ! -s out ]
	alert 0 list -f text
	grep -q '^P1 .*downtime .*tools-list  *jsonrpc.malformed .*example-mcp: eu us$' out
}

@test "a webhook gets what it asked for, signed; nobody sees the secret" {
	hook ops
	routes "$HOOK}" "${HOOK/name: ops/name: none}}"
	policies '{match: {servers: [other]}, steps: [{routes: [none]}]}' '{steps: [{routes: [ops]}]}'
	{ down; up; } | alert 0
	[ "$(got ops)" = "downtime_started downtime_resolved" ]
	jq -se '.[0] | .path == "/in" and
		.event.dashboard_url == "https://status.example.com/status/example-mcp"' ops/got
	diff <(command jq -c .event ops/got) out
	[ -z "$(undelivered)" ]
	redis get alert:example-mcp >state
	run ! grep -r canary out err fleet.yaml state
}

@test "an event says whose server it is: owner, labels and dashboard; policies match labels" {
	hook ops
	routes "$HOOK}" "${HOOK/name: ops/name: none}}"
	sed -i 's|^  - {slug: example-mcp, .*|  - {slug: example-mcp, url: "https://mcp.example.com/mcp", account: acme, owner: "Ann <!here> \\"A\\"", labels: {team: payments}}|
		s|^servers:|accounts: [{name: acme, dashboard: "https://grafana.example.com/d/1", token_sha256: '"$(sha256sum </dev/null | cut -c -64)"', labels: {env: prod, team: acme}}]\n&|' fleet.yaml
	policies '{match: {labels: {team: acme}}, steps: [{routes: [none]}]}' \
		'{match: {labels: {team: payments, env: prod}}, steps: [{routes: [ops]}]}'
	{ down; up; } | alert 0
	[ "$(got ops)" = "downtime_started downtime_resolved" ]
	jq -se 'map(.event) | all(.owner == "Ann <!here> \"A\"" and
		.labels == {team: "payments", env: "prod"} and
		.dashboard_url == "https://grafana.example.com/d/1")' ops/got
	down | NOTIFY_SOCKET= alert 0 --dry-run
	jq -e '.owner and .labels.env == "prod"' out
}

@test "a command gets the event on its standard input, and no shell" {
	cat >page <<-'EOF'
		#!/bin/sh
		echo "$@" >>args
		cat >>in
		echo noise
		readlink /proc/self/fd/3 >>leaked
		exit "$(cat code)"
	EOF
	chmod +x page
	echo 0 >code
	routes "{name: pager, type: command, command: ['$PWD/page', '\$(id) >x', '--now']}"
	{ down; up; } | alert 0 3<&-
	[ "$(head -1 args)" = '$(id) >x --now' ]
	diff in out
	[ ! -s leaked ]
	grep -q noise err
	echo 7 >code
	verdict 10 eu,us dns | alert 3
	grep -q 'example-mcp: downtime_started to route pager: the command exited with 7' err
	[ "$(undelivered)" = example-mcp ]
	echo 0 >code
	alert 0 -N $(($(date +%s) + 61)) </dev/null
	[ "$(tail -1 in | jq -r .event)" = downtime_started ]
	[ "$(wc -l <in)" = 4 ]
	[ -z "$(undelivered)" ]
}

@test "a command that hangs is killed with all its children" {
	mkfifo held
	printf '#!/bin/sh\nsleep 977 >held &\nwait\n' >page
	chmod +x page
	routes "{name: pager, type: command, command: ['$PWD/page']}"
	# It ends once nobody holds the other end any more.
	timeout 600 cat held 3>&- &
	down | alert 3
	grep -q 'did not end in time' err
	wait $!
}

@test "a receiver that hangs is tried once, and what others are for goes on" {
	hook slow hang
	cat >file <<-END
		#!/bin/sh
		redis-cli -s "$REDIS_SOCK" get alert:example-mcp >seen
		date +%s >when
		exec tee -a in
	END
	chmod +x file
	routes "$HOOK}" "{name: file, type: command, command: ['$PWD/file']}" \
		"{name: rest, type: command, command: [tee, -a, '$PWD/in']}"
	policies '{match: {servers: [other]}, steps: [{routes: [slow, rest]}]}' \
		'{steps: [{routes: [slow, file]}]}'
	{ down; verdict 0 eu,us dns x other; } >lines
	SECONDS=0
	alert 3 <lines
	((SECONDS >= 10))
	[ "$(got slow)" = downtime_started ]
	grep -q 'route slow: Timeout was reached' err
	# The two routes are tried side by side.
	diff <(sort in) <(sort out)
	# Nobody else takes it meanwhile, however long the one before it took.
	held=$(jq '.outbox[].deliveries[] | select(.route == "file").next_try | floor' seen)
	((held >= $(<when) + 28))
	[ "$(redis smembers fleet:undelivered | wc -l)" = 2 ]
}

@test "a secret that others can read is none" {
	hook ops
	routes "$HOOK}"
	chmod 644 credentials/hook
	down | alert 3
	grep -q 'route ops: its secret: others can read it; chmod 600 it' err
	[ -z "$(got ops)" ]
}

@test "a store that is gone is told of once, and does not stop who writes to us" {
	redis_start "$PWD/own"
	mkfifo in told
	timeout -k 2 600 "$BIN/mcp-alert" <in >told 2>err 3>&- &
	alert=$!
	exec {feed}>in {events}<told
	verdict 1 eu,us dns >one
	for ((i = 0; i < 200; i++)); do cat one; done >many
	cat one >&"$feed"
	read -r -t 60 -u "$events"
	redis_stop
	# All at once: after a while it looks whether the store is there again.
	cat many >&"$feed"
	exec {feed}>&-
	status=0
	wait "$alert" || status=$?
	[ "$status" = 3 ]
	[ "$(grep -c 'verdicts are discarded' err)" = 1 ]
	(($(wc -l <err) < 8))
}

@test "what fails is kept, waits, and arrives in order" {
	hook ops 500
	routes "$HOOK}"
	now=$(date +%s)
	down | alert 3 -N "$now"
	[ "$(got ops)" = downtime_started ]
	grep -q 'route ops: HTTP 500' err
	[ "$(redis ttl alert:example-mcp)" = -1 ]
	echo 200 >ops/mood
	alert 3 -N $((now + 29)) </dev/null
	[ "$(got ops)" = downtime_started ]
	# Its end does not overtake its beginning, and makes it due.
	up | alert 0 -N $((now + 29))
	[ "$(got ops)" = "downtime_started downtime_started downtime_resolved" ]
	[ -z "$(undelivered)" ]
}

@test "Retry-After is honoured, redirects are not followed, a day is enough" {
	hook ops 429
	routes "$HOOK}"
	now=$(date +%s)
	down | alert 3 -N "$now"
	echo 302 >ops/mood
	alert 3 -N $((now + 119)) </dev/null
	[ "$(got ops)" = downtime_started ]
	alert 3 -N $((now + 121)) </dev/null
	[ "$(got ops)" = "downtime_started downtime_started" ]
	run ! grep -q elsewhere ops/got
	grep -q 'HTTP 302' err
	# Once after a day is not a day of attempts.
	for i in 1 2 3 4 5 6 7; do
		alert 3 -N $((now + 86401 + 3601 * i)) </dev/null
		[[ $(<err) != *'given up'* ]]
	done
	alert 3 -N $((now + 86401 + 3601 * 8)) </dev/null
	grep -q 'given up after a day' err
	[ "$(jq -s length ops/got)" = 10 ]
	[ -z "$(undelivered)" ]
	# Given up, the route has nothing to wait for any more.
	alert 0 -N $((now + 2 * 86400)) </dev/null
}

@test "a route that has it does not get it again for another's sake" {
	hook ops
	routes "$HOOK}" "{name: down, type: webhook, url: 'http://127.0.0.1:1/'}"
	now=$(date +%s)
	down | alert 3 -N "$now"
	grep -q 'route down: ' err
	alert 3 -N $((now + 100)) </dev/null
	[ "$(got ops)" = downtime_started ]
	redis get alert:example-mcp | jq -e '.outbox[0].deliveries | map(.route) == ["down"]'
	# The route leaves the configuration.
	routes "$HOOK}"
	alert 0 -N $((now + 1000)) </dev/null
	grep -q 'no such route any more' err
	[ "$(got ops)" = downtime_started ]
}

@test "killed between decision and delivery: it is delivered once" {
	hook ops hang
	routes "$HOOK}"
	down >lines
	"$BIN/mcp-alert" <lines >out 2>err 3>&- &
	victim=$!
	read -r -t 60 -u "$HEARD"
	kill -9 $victim
	wait $victim || true
	[ "$(undelivered)" = example-mcp ]
	echo 200 >ops/mood
	alert 0 </dev/null
	[ "$(jq -r '"\(.how) \(.event.event) \(.event.dedup_key)"' ops/got | paste -sd,)" = \
		"hang downtime_started example-mcp:downtime:$T,200 downtime_started example-mcp:downtime:$T" ]
	alert 0 </dev/null
	alert 0 <lines
	[ "$(jq -s length ops/got)" = 2 ]
}

@test "killed at any moment, nothing is lost and nothing doubled" {
	hook ops
	routes "$HOOK}"
	sed -i 's/^alerts:/&\n  policy: {common: 10000}/' fleet.yaml
	for i in {1..25}; do
		verdict 0 eu,us dns x "s-$i"
	done >lines
	for ((ms = 5; ms <= 125; ms += 10)); do
		timeout -s KILL "0.$(printf %03d $ms)" "$BIN/mcp-alert" <lines >/dev/null 2>&1 3>&- || true
	done
	alert 0 <lines
	[ "$(jq -r .event.dedup_key ops/got | sort -u | wc -l)" = 25 ]
	[ -z "$(undelivered)" ]
	# Some of each run may have been sent and not yet written down as sent;
	# but when that is done, nothing is sent again.
	n=$(wc -l <ops/got)
	alert 0 <lines
	[ "$(wc -l <ops/got)" = "$n" ]
}

@test "two side by side page once" {
	hook ops late
	routes "$HOOK}"
	{ down; verdict 0 eu,us dns x other; } >lines
	for i in 1 2 3; do
		"$BIN/mcp-alert" <lines >"out$i" 2>"err$i" 3>&- &
		runs[i]=$!
	done
	for i in 1 2 3; do
		wait "${runs[i]}" || { cat "err$i"; return 1; }
	done
	cat out? err?
	[ "$(cat out? | jq -s length)" = 2 ]
	[ "$(got ops)" = "downtime_started downtime_started" ]
	[ "$(jq -r .event.dedup_key ops/got | sort -u | wc -l)" = 2 ]
	[ -z "$(undelivered)" ]
}

@test "a P1 that a route did not take is an error once an hour, and a warning meanwhile" {
	local minute route
	routes '{name: pager, type: command, command: ["false"]}' \
		'{name: chat, type: command, command: ["false"]}'
	verdict 0 eu,us initialize >lines
	# As mcp-fleet runs it, each minute.
	for ((minute = 0; minute <= 125; minute++)); do
		alert 3 -N $((T + 60 * minute)) <lines
		: >lines
		grep -v ': warning: ' err >>errors || :
		[[ $minute != 0 ]] || [ "$(wc -l <errors)" = 2 ]
	done
	sort errors | uniq -c
	# One for each route, in minute 0, and in the first attempts after 60 and 120.
	[ "$(sort -u errors)" = "mcp-alert: example-mcp: downtime_started to route chat: the command exited with 1; it is retried
mcp-alert: example-mcp: downtime_started to route pager: the command exited with 1; it is retried" ]
	for route in chat pager; do
		[[ $(grep -c "route $route" errors) == [23] ]]
	done
	# Whoever runs it: the event itself has when it was said.
	redis get alert:example-mcp | jq -e '[.outbox[].deliveries[].said > 0] | all'
}

@test "what is no P1 is an error once it is late, and a warning before" {
	routes '{name: chat, type: command, command: ["false"]}'
	minutes 0 2 eu initialize >lines
	alert 3 -N $((T + 120)) <lines
	[ "$(jq -r '"\(.event) \(.severity)"' out)" = 'regional_started P2' ]
	[ "$(grep -vc ': warning: ' err)" = 0 ]
	alert 3 -N $((T + 120 + 3500)) </dev/null
	[ "$(grep -vc ': warning: ' err)" = 0 ]
	alert 3 -N $((T + 120 + 3500 + 7200)) </dev/null
	grep -q '^mcp-alert: example-mcp: regional_started to route chat: ' err
}
