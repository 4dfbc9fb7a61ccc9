#!/usr/bin/env bats
# Goal: verdicts that come together are decided on together, and it makes no
# difference to what is told: nothing waits for lines that do not come, and who
# was faster meanwhile is not overwritten.

bats_require_minimum_version 1.5.0
load ../stored
load ../alerted

setup() {
	alerted_setup
	unset MCP_CONFIG
}

# servers N MINUTE REGIONS STEP [ERROR]: a verdict on each of N servers.
servers() {
	verdict "$2" "$3" "$4" "${5-}" | jq -c --argjson n "$1" \
		'range($n) as $i | .slug = "server-\($i)"'
}

# one_by_one: a configuration in which no trouble is shared.
one_by_one() {
	printf '%s\n' 'regions: [{name: ap}, {name: eu}, {name: us}]' \
		'alerts: {policy: {common: 10000}}' >fleet.yaml
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
	diff <(jq -S . one) <(head -n 1 out | jq -S .)
	alert 0 list
	[[ ! -s out ]]
	redis config resetstat
	servers 300 5 '' '' >lines
	alert 0 -N $((T + 360)) <lines
	# Nobody is asked for one by one: the script of a write asks too.
	[[ $(calls get) -eq 301 && $(calls getrange) -eq 300 && $(calls eval) -eq 300 ]]
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
	read -r -t 20 -u "$from" event
	[[ $(jq -r .event <<<"$event") == downtime_started ]]
	# And half a line behind it keeps nothing.
	{ verdict 0 eu,us initialize http.503 shop; printf '{"v":1,'; } >&"$to"
	read -r -t 20 -u "$from" event
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

@test "who was faster within the round is not overwritten" {
	# While the page for one server is on its way, somebody else hears of the
	# third failure of the other, which this round has read already.
	verdict 2 eu initialize http.503 shop >third
	cat >page <<-END
		#!/bin/sh
		cat >/dev/null
		[ -e paged ] && exit
		: >paged
		exec env -u MCP_CONFIG "$BIN/mcp-alert" -N $((T + 120)) <third >faster
	END
	chmod +x page
	routes "{name: page, type: command, command: [$PWD/page], kinds: [downtime]}"
	{
		verdict 0 eu initialize http.503 shop
		verdict 1 eu initialize http.503 shop
	} >lines
	alert 0 -N $((T + 60)) <lines
	{ verdict 3 eu,us initialize; verdict 3 eu initialize http.503 shop; } >lines
	alert 0 -N $((T + 180)) <lines
	[[ $(events faster) == regional_started && $(events out) == downtime_started ]]
	alert 0 list -f jsonl
	jq -se '.[1] | .server_slug == "shop" and .probe_count == 4' out
}

@test "a store that goes within a round is told of, and nothing is lost" {
	servers 3 0 eu,us initialize >lines
	cat >page <<-END
		#!/bin/sh
		cat >/dev/null
		[ -e paged ] && exit
		: >paged
		exec redis-cli -s "$REDIS_SOCK" config set min-replicas-to-write 1 >&2
	END
	chmod +x page
	routes "{name: page, type: command, command: [$PWD/page], servers: [server-0]}"
	{ cat lines; servers 3 0 '' '' | sed 's/server-/calm-/'; } >more
	alert 3 -N "$T" <more
	grep -q NOREPLICAS err
	redis config set min-replicas-to-write 0
	# Those that were not written are decided on when they come again.
	alert 0 -N "$T" <more
	[[ $(jq -r .server_slug out | xargs) == 'server-1 server-2' ]]
}
