#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a trouble that many servers share is one incident, whoever runs beside
# it and whatever is killed in between; who asks for some servers is told of each.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

# round MINUTE [SLUG…]: a verdict on each of eight servers, of which these fail.
round() {
	local m=$1 slug
	shift
	for slug in s1 s2 s3 s4 s5 s6 s7 s8; do
		if [[ " $* " == *" $slug "* ]]; then
			verdict "$m" eu,us tls tcp.refused $slug
		else
			verdict "$m" '' '' '' $slug
		fi
	done
}

# fleet ROUTE…: a configuration of these servers, with these routes.
fleet() {
	routes "$@"
	sed -i 's/^  - {slug: example-mcp.*/&\n/' fleet.yaml
	for i in 1 2 3 4 5 6 7 8; do
		echo "  - {slug: s$i, url: 'https://s$i.example.com/mcp'}"
	done >servers
	sed -i -e '/slug: example-mcp/r servers' -e '/slug: example-mcp/d' fleet.yaml
}

@test "six of eight fail at once: one event, and one when the last is back" {
	hook ops
	fleet "$HOOK}"
	# A round comes at once: what makes it may be slow.
	{ round 0; round 1 s1 s2 s3 s4 s5 s6; } >records
	alert 0 <records
	[ "$(got ops)" = downtime_started ]
	jq -e '.server_slug == "*" and .server_count == 6 and
		.servers == ["s1", "s2", "s3", "s4", "s5", "s6"] and .severity == "P1" and
		(.dedup_key | test("^[*][.][0-9a-f]{8}:downtime:1777494720$")) and
		(.summary | startswith("Each of 6 servers (s1, s2, s3, s4, s5 and s6) cannot be reached: "))' out
	alert 0 list
	jq -se 'map(select(.server_slug == "*")) | length == 1 and .[0].servers == ["s1", "s2", "s3", "s4", "s5", "s6"]' out
	[ "$(jq -r .server_slug out | sort | uniq -c | wc -l)" = 7 ]
	{ round 2 s1; round 3 s1; round 4 s1; round 5; round 6; } | alert 0
	[ ! -s out ]
	round 7 | alert 0
	jq -e '.event == "downtime_resolved" and .server_slug == "*" and .server_count == 6 and
		.resolved_at == "2026-04-29T20:36:00Z"' out
	[ "$(got ops)" = "downtime_started downtime_resolved" ]
	[ -z "$(undelivered)" ]
	alert 0 list
	[ ! -s out ]
}

@test "a shared incident counts probes where these are rarer than minutes" {
	fleet '{name: ops, type: command, command: [/bin/true]}'
	sed -i "s|/mcp'}$|/mcp', interval: 5m}|" fleet.yaml
	{ round 0; round 5 s1 s2 s3 s4 s5 s6; } >records
	alert 0 <records
	jq -e '.server_slug == "*" and .probe_interval_seconds == 300' out
	for m in 10 15; do round $m s1 s2 s3 s4 s5 s6; done | alert 0
	for m in 20 25 30; do round $m; done >records
	alert 0 <records
	jq -e '.event == "downtime_resolved" and .server_slug == "*" and .probe_interval_seconds == 300 and
		(.summary | contains(" Root layer: transport, 3 failing probes from 2 regions."))' out
}

@test "a report has one row for what servers share, also while it goes on" {
	fleet '{name: all, type: command, command: [tee, -a, told]}'
	round 1 s1 s2 s3 s4 s5 s6 >records
	alert 0 -N $((T + 60)) <records
	alert 0 report -N $((T + 600)) --start $((T - 60))
	jq -e '.incidents | length == 1 and .[0].server_slug == "*"' out
	alert 0 history -N $((T + 600)) s1
	[ "$(jq -r .what out | xargs)" = "downtime_started told_together" ]
}

@test "what is closed as one is closed on each server, and begins anew as one" {
	local key at=$((T + 120))
	fleet '{name: all, type: command, command: [tee, -a, told]}'
	round 1 s1 s2 s3 s4 s5 s6 >records
	alert 0 -N $((T + 60)) <records
	key=$(jq -r .dedup_key out)
	alert 0 close -N $((T + 90)) --reason 'known' "$key"
	alert 0 list
	[ ! -s out ]
	# The probes are those of before.
	round 1 s1 s2 s3 s4 s5 s6 >records
	alert 0 -N $((T + 100)) <records
	[ ! -s out ]
	round 2 s1 s2 s3 s4 s5 s6 >records
	alert 0 -N $((T + 120)) <records
	jq -e --arg key "${key%:*}:$at" '.event == "downtime_started" and .server_count == 6 and
		.dedup_key == $key and .flapping == false' out
	[ "$(jq -r .event told | xargs)" = "downtime_started downtime_resolved downtime_started" ]
}

@test "four are four" {
	hook ops
	fleet "$HOOK}"
	round 1 s1 s2 s3 s4 >records
	alert 0 <records
	[ "$(got ops)" = "downtime_started downtime_started downtime_started downtime_started" ]
	[ "$(jq -r .server_slug out | paste -sd' ')" = "s1 s2 s3 s4" ]
}

@test "what servers share is told once, though one of them begins to be down then" {
	local m one ops
	hook ops
	ops=$HOOK
	hook pager
	fleet "$ops}" "$HOOK}"
	policies '{match: {severities: [P1]}, steps: [{routes: [pager]}]}' '{steps: [{routes: [ops]}]}'
	round 0 | alert 0
	for m in 1 2 3 4 5 6; do
		one=''
		((m != 5)) || one=s3
		round "$m" $one | jq -c '.no_data = ["ap"] |
			.regions |= map(select(.region != "ap"))' >records
		alert 0 <records
	done
	round 7 >records
	alert 0 <records
	[ "$(got pager)" = downtime_started ]
	jq -r '"\(.event.event) \(.event.server_slug)"' ops/got
	[ "$(got ops)" = 'probe_silent_started probe_silent_resolved' ]
	jq -se 'all(.event.server_count == 8)' ops/got
	jq -se '.[1].event.summary | startswith(
		"ap reports on each of 8 servers (s1, s2, s3, s4, s5, s6 and 2 more) again after 6 min")' ops/got
}

@test "regions that fall silent take no step of what servers share; one failure does" {
	local m ops
	hook ops
	ops=$HOOK
	hook pager
	fleet "$ops}" "$HOOK}"
	policies '{steps: [{routes: [ops]}, {after: 5m, routes: [pager]}]}'
	round 1 s1 s2 s3 s4 s5 s6 >records
	alert 0 -N $((T + 60)) <records
	for m in 2 3 4 5 6 7 8; do
		round $m | jq -c '.no_data = ["eu", "us"] |
			.regions |= map(select(.region == "ap"))' >records
		alert 0 -N $((T + 60 * m)) <records
	done
	alert 0 -N $((T + 500)) </dev/null
	[ -z "$(got pager)" ]
	round 9 s4 >records
	alert 0 -N $((T + 540)) <records
	[ "$(got pager)" = downtime_escalated ]
		jq -se 'all(.event.server_count == 6)' pager/got
}

@test "who asks for a server is told of that, and of nothing else" {
	hook ops
	ops=$HOOK
	hook own
	fleet "$ops}" "$HOOK}"
	policies '{match: {servers: [s2]}, steps: [{routes: [own]}]}' '{steps: [{routes: [ops]}]}'
	round 1 s1 s2 s3 s4 s5 >records
	alert 0 <records
	{ round 2; round 3; round 4; } >records
	alert 0 <records
	[ "$(got ops)" = "downtime_started downtime_resolved" ]
	[ "$(got own)" = "downtime_started downtime_resolved" ]
	jq -se 'all(.event.server_slug == "s2" and .event.servers == null)' own/got
	jq -se 'all(.event.server_slug == "*")' ops/got
}

@test "what began is told by a later run, where this one is killed" {
	hook ops
	fleet "$HOOK}"
	mkfifo in
	"$BIN/mcp-alert" <in >out 2>err &
	alert=$!
	exec {IN}>in {SEEN}< <(redis monitor)
	read -r -t 60 -u "$SEEN" line
	for slug in s1 s2 s3 s4 s5 s6; do
		verdict 1 eu,us tls tcp.refused $slug
	done >&"$IN"
	until [[ $line == *SET*alert:s6* ]]; do
		read -r -t 60 -u "$SEEN" line
	done
	kill -9 $alert
	exec {IN}>&- {SEEN}<&-
	wait $alert || true
	alert 0 </dev/null
	# Told together or one by one, but told: nothing waits any more.
	[ -z "$(undelivered)" ]
	[[ $(got ops) == downtime_started* ]]
	jq -s 'map(.event | if .server_slug == "*" then .servers[] else .server_slug end) |
		unique == ["s1", "s2", "s3", "s4", "s5", "s6"]' ops/got | grep -qx true
}

@test "a stream that pauses is the end of a round" {
	hook ops
	fleet "$HOOK}"
	mkfifo in told
	"$BIN/mcp-alert" <in >told 2>err &
	alert=$!
	exec {IN}>in {TOLD}<told
	round 1 s1 s2 s3 s4 s5 | head -n 5 >records
	cat records >&"$IN"
	read -r -t 60 -u "$TOLD" event
	jq -e '.server_count == 5' <<<"$event"
	exec {IN}>&- {TOLD}<&-
	wait $alert
	[ "$(got ops)" = downtime_started ]
}

@test "two beside each other tell it once" {
	hook ops
	fleet "$HOOK}"
	round 1 s1 s2 s3 s4 s5 s6 >records
	"$BIN/mcp-alert" <records >one 2>&1 &
	"$BIN/mcp-alert" <records >two 2>&1
	wait $!
	# Each has seen some of the servers; every one is named, none twice.
	jq -s 'map(.event | if .server_slug == "*" then .servers[] else .server_slug end) |
		unique == ["s1", "s2", "s3", "s4", "s5", "s6"]' ops/got | grep -qx true
	(($(wc -l <ops/got) <= 6))
}
