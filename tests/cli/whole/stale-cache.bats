#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# shellcheck disable=SC2016
# Goal: a cache that gives clients an older list of tools than the server has is
# seen, by one region alone, and nothing else is taken for one. nginx keeps answers
# to POST by their bodies, before a real server whose tool is renamed.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/nginx
load ../../helpers/redis

setup_file() {
	redis_start "$BATS_FILE_TMPDIR/redis"
	export PEER_DIR=$BATS_FILE_TMPDIR/peers
	start scripted
	export SCRIPTED=${URL%/mcp} SCRIPTED_PID=$PID
}

teardown_file() {
	stop_all
	redis_stop
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	umask 077
	export MCP_STORE=unix://$REDIS_SOCK
	redis flushall >/dev/null
	NGINX=
}

teardown() {
	if [ -n "$NGINX" ]; then
		kill "$NGINX" && wait "$NGINX" || true
	fi
}

port() {
	local port=${1#http://127.0.0.1:}
	echo "${port%%/*}"
}

# edge SERVER [A B [ORDER]]: nginx listens before servers of these ports; its
# address is in EDGE. It writes to access when a request is over.
edge() {
	local tries
	for tries in {1..5}; do
		EDGE=$(free_port)
		sed "s/@EDGE@/$EDGE/; s/@SERVER@/$1/; s/@A@/${2-9}/; s/@B@/${3-9}/; s/@ORDER@/${4-}/" \
			"$ROOT/tests/fixture/edge.conf" >edge.conf
		! nginx_run edge.conf || { EDGE=http://127.0.0.1:$EDGE; return 0; }
		echo "at try $tries" >>log
	done
	cat log
	return 1
}

# renamed: the real server is deployed anew, at its port, where greet is welcome.
renamed() {
	local at
	at=$(port "$URL")
	"$ROOT/tests/peers/peer" stop "$PID"
	PEER_TOOL=welcome PEER_PORT=$at start v2-dual
}

# target WAY [FILTER]: the target record of a way through the edge.
target() {
	jq -nc --arg url "$EDGE/$1/mcp" '{slug: "demo", $url, region: "eu-west-2",
		interval: 60, protocol_hint: "session"} | '"${2:-.}"
}

# found: what the probe says of caches.
found() {
	jq -r 'select(.step == "tool-hash") | .detail.cache.result // "-"' out
}

# lists: how many lists of tools were asked for since the last time.
lists() {
	# nginx writes a line when the request is over; those before this one are.
	curl -s -m 60 -o /dev/null "$EDGE/nowhere"
	grep -c 'tools/list' access || true
	: >access
}

# turn SLUG AT: whether that slug has its turn then, reckoned here again.
turn() {
	local i h=2166136261
	for ((i = 0; i < ${#1}; i++)); do
		h=$(((h ^ $(printf '%d' "'${1:i:1}")) * 16777619 & 0xffffffff))
	done
	((($2 + 60 * (h % 5)) % 300 < 60))
}

@test "a cache with a sign: its clients' list and the server's, by name, each minute" {
	start v2-dual
	edge "$(port "$URL")"
	target shown >target
	for era in session stateless; do
		jq -c --arg era $era '.protocol_hint = $era' target >"target-$era"
		probe --targets "target-$era"
		[ "$(found)" = equal ]
	done
	renamed
	lists >/dev/null
	for era in session stateless; do
		probe --targets "target-$era"
		records out
		[ "$(found)" = stale ]
		[ "$(jq -r 'select(.state).state' out)" = healthy ]
		jq -es 'map(select(.type == "probe"))[0] as $p | $p.cache |
			.result == "stale" and .age_s == 3412 and .added == ["welcome"] and
			.removed == ["greet"] and .changed == [] and .more == 0 and
			.tool_hash != $p.tool_hash' out
		jq -es 'map(select(.type == "probe"))[0].cache as $c |
			map(select(.step == "tool-hash"))[0] | .detail.cache == $c + {signs: ["age", "x_cache"]} and
			(.message | endswith("; clients get an outdated tool list"))' out
		# What clients get is what the region sees.
		jq -r 'select(.type == "probe").tool_hash' out >>seen
	done
	[ "$(sort -u seen | wc -l)" -eq 1 ]
	# Of each of both: the first, one more, and twenty by which it is sure.
	[ "$(lists)" -eq 44 ]
}

@test "from one region, in one minute, through the whole pipe; and until it is purged" {
	# at MINUTE: a probe, taken in and judged as of that minute; its events in
	# events, but for the one that the real clock is far ahead.
	at() {
		probe --targets target
		jq -c --argjson m "$1" --argjson base "$BASE" 'select(.probe_id) |
			.probe_id += "-\($m)" | .probe_started_at = $base + 60 * $m + 5' out |
			"$BIN/mcp-aggregate" ingest
		"$BIN/mcp-aggregate" verdict --config fleet.yaml -N $((BASE + 60 * $1 + 30)) >verdict
		"$BIN/mcp-alert" --config fleet.yaml -f jsonl <verdict |
			grep cdn_cache >>events || true
	}
	start v2-dual
	edge "$(port "$URL")"
	target shown >target
	BASE=$(($(date +%s) / 60 * 60 - 1200))
	cat >fleet.yaml <<-END
		regions: [{name: eu-west-2}]
		servers:
		  - {slug: demo, url: "$EDGE/shown/mcp", regions: [eu-west-2]}
		alerts:
		  routes: [{name: log, type: command, command: [cat]}]
	END
	at 0
	[ ! -s events ]
	jq -e '.regions[0].cache | .result == "equal" and .checked_at > 0' verdict
	renamed
	at 1
	jq -e '.verdict == "green" and .divergence == "" and (.regions[0] |
		.cache.result == "stale" and .cache.added == ["welcome"] and .cache.age_s == 3412)' verdict
	jq -es 'length == 1 and (.[0] | .event == "cdn_cache_divergence_started" and
		.severity == "P2" and .regions == ["eu-west-2"] and .tools.removed == ["greet"] and
		.tools.added == ["welcome"] and (.summary | contains(
		"clients in London get a list that is older than the server\u0027s, by 56 min: " +
		"without welcome, still with greet")))' events
	at 2
	[ "$(wc -l <events)" -eq 1 ]
	"$BIN/mcp-aggregate" verdict --config fleet.yaml -f text -N $((BASE + 150)) >text
	grep -qF 'clients in eu-west-2 get an outdated tool list (3412 s old): without welcome, still with greet' text
	run -0 "$BIN/mcp-aggregate" explain demo --config fleet.yaml --at $((BASE + 150))
	[[ $output == *"A cache is stale"*"clients get "*", the server has "*"from a cache, 3412 s old"* ]]
	run -0 "$BIN/mcp-alert" explain demo -f text --config fleet.yaml
	[[ $output == *"clients get an older list of tools than the server's, since"* ]]
	rm -r cache/*
	for m in 3 4 5; do
		at $m
		jq -e '.regions[0].cache.result == "equal"' verdict
	done
	jq -es 'length == 2 and (.[1] | .event == "cdn_cache_divergence_resolved" and
		(.summary | startswith("Clients get the list of tools that demo has again")))' events
}

@test "a cache without a sign: in the fifth minute of each server, and no later" {
	start v2-dual
	edge "$(port "$URL")"
	for i in {1..20}; do
		target hidden | jq -c --arg slug "s$i" '.slug = $slug'
	done >targets
	# Once, so that it keeps what clients are told.
	target hidden '.cache_check = false' >target
	probe --targets target
	[ "$(found)" = - ]
	renamed
	lists >/dev/null
	probe --targets targets --concurrency 3
	records out
	jq -r 'select(.type == "probe") | "\(.slug) \(.probe_started_at | floor) \(.cache.result // "-")"' out >got
	[ "$(wc -l <got)" -eq 20 ]
	stale=0
	while read -r slug at result; do
		if turn "$slug" "$at"; then
			[ "$result" = stale ]
			stale=$((stale + 1))
		else
			[ "$result" = - ]
		fi
	done <got
	# One request where it is not its minute.
	((stale > 0 && stale < 20))
	[ "$(lists)" -eq $((20 + 21 * stale)) ]
	# Who is probed each five minutes, or more seldom, finds it each time.
	for interval in 300 3600; do
		target hidden ".interval = $interval" >target
		probe --targets target
		[ "$(found)" = stale ]
		jq -es 'map(select(.type == "probe"))[0].cache | .age_s == null and .added == ["welcome"]' out
	done
}

@test "a server without a cache: never, and no request more" {
	start v2-dual
	edge "$(port "$URL")"
	target none 'del(.interval)' >target
	probe --targets target
	[ "$(found)" = - ]
	probe "$EDGE/none/mcp"
	[ "$(found)" = - ]
	[ "$(lists)" -eq 2 ]
	# Two where one looks, and not where nobody is to.
	probe --cache-check always "$EDGE/none/mcp"
	[ "$(found)" = equal ]
	target none '.interval = 300' >target
	probe --targets target
	[ "$(found)" = equal ]
	[ "$(lists)" -eq 4 ]
	target shown '.cache_check = false | .interval = 300' >target
	probe --targets target
	probe --cache-check never "$EDGE/shown/mcp"
	[ "$(found)" = - ]
	[ "$(lists)" -eq 2 ]
}

@test "each of six fields is a sign of a cache, whatever it says; others are none" {
	for field in age cache-status cf-cache-status via x-cache x-served-by; do
		probe "$SCRIPTED/field-$field"
		[ "$(found)" = equal ] || { echo "$field"; return 1; }
		jq -es --arg name "${field//-/_}" 'map(select(.step == "tool-hash"))[0].detail.cache.signs == [$name] and
			map(select(.step == "tools-list"))[0].detail[$name] != null' out
	done
	for field in cf-ray x-amz-cf-pop cache-control server; do
		probe "$SCRIPTED/field-$field"
		[ "$(found)" = - ] || { echo "$field"; return 1; }
	done
}

@test "a server whose tools are in another order each time: never" {
	PEER_SHUFFLE=1 start v2-dual
	edge "$(port "$URL")"
	target none '.interval = 300' >target
	for _ in {1..10}; do
		probe --targets target
		[ "$(found)" = equal ]
	done
	# It is another order, indeed.
	for _ in {1..20}; do
		curl -s "$URL" -H 'content-type: application/json' \
			-H 'accept: application/json, text/event-stream' \
			-d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' |
			grep -o '"name":"[a-z]*"' | xargs
	done | sort -u >orders
	[ "$(wc -l <orders)" -gt 1 ]
}

@test "two backends of which one is newer, at random or in turns: never" {
	start v2-dual
	old=$(port "$URL")
	PEER_TOOL=welcome start v2-dual
	new=$(port "$URL")
	for order in 'random;' ''; do
		edge 9 "$old" "$new" "$order"
		target backends >target
		for _ in {1..10}; do
			probe --targets target
			records out
				[[ $(found) =~ ^(equal|unsettled)$ ]] || { cat out; return 1; }
			jq -r 'select(.type == "probe").tool_hash' out >>hashes
			found >>results
			jq -es 'map(select(.type == "probe"))[0] | .cache == null or .cache.result == "equal"' out
		done
		kill "$NGINX" && wait "$NGINX" || true
		NGINX=
	done
	# They do differ from one another.
	[ "$(sort -u hashes | wc -l)" -eq 2 ]
	grep -q unsettled results
}

@test "in each era, behind a wall, and page by page" {
	echo s3cret-canary >token
	for mood in stale stale-new stale-http-sse stale-shown; do
		probe --cache-check always "$SCRIPTED/$mood"
		records out
		[ "$(found)" = stale ] || { echo "$mood"; return 1; }
		jq -es 'map(select(.type == "probe"))[0].cache | .added == ["fail"] and .removed == [] and
			.redescribed == ["add"] and .changed == []' out
	done
	jq -es 'map(select(.type == "probe"))[0].cache.age_s == 3412' out
	probe --cache-check always --token-file token "$SCRIPTED/wall-stale"
	[ "$(found)" = stale ]
	# The bytes of clients stay what they are, each of the pages with its id.
	PID=$SCRIPTED_PID
	probe --cache-check always -r bytes --health-tool echo "$SCRIPTED/stale"
	requests bytes | jq -r 'select(.body != "") | .body | fromjson | select(.method | startswith("tools/")) |
		"\(.method) \(.params.cursor // "-") \(.id)"' >asked
	head -n 3 asked | diff - <(printf '%s\n' 'tools/list - 1' 'tools/list 2 2' 'tools/call - 3')
	[ "$(grep -c '"' <(requests bytes | jq -c '.body | select(. != "") | fromjson.id | strings'))" -gt 2 ]
	grep -oE 'probe-[0-9a-f]{16}' asked | sort | uniq -d | wc -l | grep -qx 0
	tail -n +4 asked | grep -vE ' probe-[0-9a-f]{16}$' | sort -u |
		diff - <(printf '%s\n' 'tools/list - 1' 'tools/list 2 2')
	# A redescribed tool and a new one, told to people.
	run -0 "$BIN/mcp-probe" --cache-check always -f text "$SCRIPTED/stale"
	[[ $output == *"tool-hash"*"; clients get an outdated tool list"* ]]
}

@test "a second request that fails concludes nothing, and costs no verdict and no time" {
	for fault in cut rpc-error walled-401 no-json 503; do
		probe --cache-check always "$SCRIPTED/stale-$fault"
		records out
		[ "$status" -eq 0 ]
		[ "$(found)" = failed ] || { echo "$fault"; return 1; }
		jq -es 'map(select(.type == "probe"))[0] | .state == "healthy" and .cache == null' out
	done
	# It hangs up to the deadline of the probe, which passes.
	probe --cache-check always -t 2s --health-tool echo "$SCRIPTED/stale-hang"
	records out
	[ "$status" -eq 0 ]
	[ "$(found)" = failed ]
	jq -es 'map(select(.type == "probe"))[0] | .state == "healthy" and .total_ms < 1900' out
}
