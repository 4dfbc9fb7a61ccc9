#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: verdicts that come together are decided on together, and it makes no
# difference to what is told: nothing waits for lines that do not come, and who
# was faster meanwhile is not overwritten.

bats_require_minimum_version 1.5.0
load ../../helpers/store
load ../../helpers/alert

setup() {
	alert_setup
	unset MCP_CONFIG
}

# servers N MINUTE REGIONS STEP [ERROR]: a verdict on each of N servers.
servers() {
	verdict "$2" "$3" "$4" "${5-}" | jq -c --argjson n "$1" \
		'range($n) as $i | .slug = "server-\($i)"'
}

# one_by_one ROUTE…: a configuration in which no trouble is shared.
one_by_one() {
	printf '%s\n' 'regions: [{name: ap}, {name: eu}, {name: us}]' 'alerts:' \
		'  policy: {common: 10000}' '  routes:' "${@/#/    - }" >fleet.yaml
	(($#)) || sed -i '/routes:/d' fleet.yaml
	export MCP_CONFIG=$PWD/fleet.yaml
}

# calls COMMAND: how often the store was asked for that.
calls() {
	redis info commandstats | tr -d '\r' |
		sed -n "s/^cmdstat_$1:calls=\([0-9]*\),.*/\1/p" | grep . || echo 0
}

@test "300 servers that fail and recover: each told of once, as one by one" {
	for m in 0 1 2 3 4; do
		servers 300 "$m" "$( ((m > 1)) || echo eu,us)" initialize
	done >lines
	while read -r line; do
		echo "$line" | "$BIN/mcp-alert" -n
	done < <(head -n 1 lines) >one
	one_by_one
	alert 0 -N $((T + 300)) <lines
	[[ $(jq -r .event out | sort | uniq -c | xargs) == \
		'300 downtime_resolved 300 downtime_started' ]]
	diff <(jq . one) <(head -n 1 out | jq .)
	alert 0 list
	[[ ! -s out ]]
	redis config resetstat
	servers 300 5 '' '' >lines
	alert 0 -N $((T + 360)) <lines
	# Nobody is asked for one by one: the script of a write asks too. The other
	# get asks of which version the keys are.
	[[ $(calls get) -eq 2 && $(calls getrange) -eq 600 ]]
	[[ $(($(calls eval) + $(calls evalsha))) -eq 300 ]]
}

@test "list and tick: 300 servers, each once, in order" {
	servers 300 0 eu,us tools-list jsonrpc.-32603 >lines
	one_by_one
	alert 0 -N "$T" <lines
	alert 0 list -f jsonl
	diff <(jq -r .server_slug out) <(jq -r .slug lines | sort)
	alert 0 list -f text
	[[ $(wc -l <out) == 301 && $(head -n 1 out) == *SINCE* ]]
	alert 0 tick -N $((T + 1860))
	[[ $(jq -r .event out | sort | uniq -c | xargs) == '300 downtime_escalated' ]]
	alert 0 tick -N $((T + 1920))
	[[ ! -s out ]]
}

@test "a line is decided on when it is there, though more may come" {
	mkfifo lines told
	"$BIN/mcp-alert" -N "$T" <lines >told 2>err &
	pids+=($!)
	exec {to}>lines {from}<told
	verdict 0 eu,us initialize >&"$to"
	read -r -t 60 -u "$from" event
	[[ $(jq -r .event <<<"$event") == downtime_started ]]
	# And half a line behind it keeps nothing.
	{ verdict 0 eu,us initialize http.503 shop; printf '{"v":1,'; } >&"$to"
	read -r -t 60 -u "$from" event
	[[ $(jq -r .server_slug <<<"$event") == shop ]]
	exec {to}>&- {from}<&-
}

@test "the same server twice in a round: one after the other" {
	{
		minutes 0 2 eu initialize
		verdict 2 eu initialize http.503 shop
		minutes 3 5
	} >lines
	alert 0 -N $((T + 360)) <lines
	[[ $(events out) == 'regional_started regional_resolved' ]]
	jq -se '.[1] | .probe_count == 3' out
}

# written N: waits until so many clients of a store that takes no writes wait
# for theirs.
written() {
	timeout 600 bash -c 'until [[ $(redis-cli -s "$0" client list |
		grep -c " flags=b") == "$1" ]]; do :; done' "$REDIS_SOCK" "$1"
}

@test "who was faster within the round is not overwritten" {
	one_by_one
	minutes 0 1 eu initialize http.503 shop >lines
	alert 0 -N $((T + 60)) <lines
	verdict 2 eu initialize http.503 shop >third
	{ verdict 3 eu,us initialize; verdict 3 eu initialize http.503 shop; } >lines
	# The round has read what somebody writes before it does.
	[[ $(redis client pause 60000 write) == OK ]] || skip 'an old Redis'
	"$BIN/mcp-alert" -N $((T + 120)) <third >faster 2>err.faster &
	pids+=($!)
	written 1
	"$BIN/mcp-alert" -N $((T + 180)) <lines >out 2>err &
	pids+=($!)
	written 2
	redis client unpause
	wait "${pids[@]}"
	[[ $(events faster) == regional_started && $(events out) == downtime_started ]]
	alert 0 list -f jsonl
	jq -se '.[1] | .server_slug == "shop" and .probe_count == 4' out
}

@test "who was faster while a page was on its way is not overwritten" {
	cat >page <<-END
		#!/bin/sh
		cat >/dev/null
		[ -e paged ] && exit
		: >paged
		MCP_STORE=$MCP_STORE "$BIN/mcp-alert" -N $((T + 60)) <next >faster || :
	END
	chmod +x page
	routes "{name: page, type: command, command: [$PWD/page]}"
	verdict 1 eu,us initialize >next
	verdict 0 eu,us initialize >lines
	alert 0 -N "$T" <lines
	[[ $(events out) == downtime_started && ! -s faster ]]
	[[ -z $(redis smembers fleet:undelivered) ]]
	alert 0 list -f jsonl
	jq -se '.[0] | .probe_count == 2 and .undelivered == 0' out
}

@test "a store that goes within a round is told of, and nothing is lost" {
	servers 150 0 eu,us initialize >lines
	cat >page <<-END
		#!/bin/sh
		cat >/dev/null
		[ -e paged ] && exit
		: >paged
		redis-cli -s "$REDIS_SOCK" config set min-replicas-to-write 1 >&2
		echo >gone
	END
	chmod +x page
	mkfifo gone
	one_by_one "{name: page, type: command, command: [$PWD/page]}"
	policies '{match: {servers: [server-0]}, steps: [{routes: [page]}]}' '{steps: []}'
	{ head -n 100 lines; read -r <gone; tail -n 50 lines; } | alert 3 -N "$T"
	grep -q NOREPLICAS err
	mv out before
	((n = $(wc -l <before), n < 150))
	redis config set min-replicas-to-write 0
	# Those that were not written are decided on when they come again.
	alert 0 -N "$T" <lines
	[[ $(sort before out | jq -r .server_slug | sort -u | wc -l) == 150 ]]
	[[ $(wc -l <out) == $((150 - n)) ]]
	[[ -z $(redis smembers fleet:undelivered) ]]
}

@test "many at once go side by side, and to a route that is not known to be up, one" {
	hook ops late
	one_by_one "$HOOK}"
	servers 20 0 eu,us initialize >lines
	alert 0 -N "$T" <lines
	[[ $(jq -r .event.server_slug ops/got | sort -u | wc -l) == 20 ]]
	[[ $(jq -r .open ops/got | head -n 2 | xargs) == '1 1' ]]
	[[ $(jq -s 'map(.open) | max' ops/got) == 8 ]]
	[[ -z $(redis smembers fleet:undelivered) ]]
}

@test "what begins while an end is on its way waits for its round, and goes once" {
	hook ops
	one_by_one "$HOOK}"
	sed -i 's/common: 10000/common: 3/' fleet.yaml
	servers 3000 4 '' '' | jq -c '{slug, url}' | sed '1iservers:' | sed 's/^{/  - {/' >>fleet.yaml
	{
		verdict 0 eu,us initialize '' server-0
		minutes 1 3 '' '' '' server-0
		verdict 4 eu,us initialize '' server-0
		servers 2999 4 '' '' | tail -n +2
	} >lines
	alert 0 -N $((T + 240)) <lines
	[[ $(got ops) == 'downtime_started downtime_resolved downtime_started' ]]
	[[ ! -s err ]]
}

@test "a route that is down is tried with one of many" {
	hook ops 503
	one_by_one "$HOOK}"
	servers 50 0 eu,us initialize >lines
	alert 3 <lines
	[[ $(wc -l <ops/got) == 1 ]]
	[[ $(redis scard fleet:undelivered) == 50 ]]
	grep -q 'server-0: downtime_started to route ops: HTTP 503; it is retried' err
	grep -q 'server-1 and 48 more: events wait for a route that failed' err
	[[ $(wc -l <err) == 2 ]]
	echo 200 >ops/mood
	# Nobody has it for longer than it takes.
	alert 0 -N $(($(date +%s) + 90)) </dev/null
	[[ $(jq -r 'select(.how == "200").event.server_slug' ops/got | sort -u | wc -l) == 50 ]]
	[[ $(wc -l <ops/got) == 51 ]]
}
