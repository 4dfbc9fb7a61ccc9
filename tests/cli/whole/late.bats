#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: minutes that nobody could judge, because the store was away, are judged
# for themselves once their records are there: they are counted, once, and an
# outage within them is told once, after the fact.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet
load ../../helpers/probes

setup_file() {
	start scripted
}

teardown_file() {
	stop_all
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	redis_start "$PWD/redis"
	fleet_setup
	export MCP_CONFIG=$PWD/fleet.yaml
	{ regions 'a-1 local' 'b-1 local' 'c-1 local'; server one json
		server veiled json 'private: true'
		cat <<-EOT
		alerts:
		  routes:
		    - {name: pager, type: command, command: [$PWD/page, pager]}
		    - {name: chat, type: command, command: [$PWD/page, chat]}
		  policies:
		    - {match: {severities: [P1]}, steps: [{routes: [pager, chat]}]}
		    - {steps: [{routes: [chat]}]}
		EOT
	} >fleet.yaml
	# shellcheck disable=SC2016
	printf '#!/bin/sh\ncat >>"%s/$1.got"\n' "$PWD" >page
	chmod +x page
	# A region's probes are real; when they were is the test's to say, and
	# while there is a file "down" the server answers with errors.
	mkdir fake
	cat >fake/mcp-probe <<-'EOT'
	#!/bin/bash
	path=json
	[[ ! -e $DOWN ]] || path=rpc-error
	sed "s|/json\"|/$path\"|" | "$REAL" "$@" | jq -c --argjson by "$BY" '
		if .probe_started_at then .probe_started_at -= $by else . end |
		if .url then .url |= sub("/rpc-error$"; "/json") else . end'
	EOT
	chmod +x fake/mcp-probe
	export REAL=$BIN/mcp-probe DOWN=$PWD/down BY=0
	PATH=$PWD/fake:$PATH
	NOW=$(($(date +%s) / 60 * 60))
}

teardown() {
	fleet_teardown
	redis_stop
}

# round AGO ARG…: a round of the fleet, whose probes started so many minutes ago.
round() {
	BY=$(($(date +%s) - NOW + 60 * $1 - 5))
	fleet "${@:2}"
}

# judge AGO: what mcp-fleet does after a round, on the clock of that time.
judge() {
	local at=$((NOW - 60 * $1 + 40))
	# What was ingested just now is ahead of that clock.
	redis del fleet:heartbeats >/dev/null
	mcp-aggregate verdict -N "$at" | mcp-alert -N "$at" >>events
}

# up AGO…: rounds while the store is there.
up() {
	local ago
	for ago; do
		round "$ago" --only probe
		[ "$status" -eq 0 ]
		judge "$ago"
	done
}

# away AGO…: rounds that the store does not see.
away() {
	local ago
	for ago; do
		round "$ago"
		[ "$status" -eq 3 ]
	done
}

# down AGO…: the same while the server is down, too.
down() {
	touch down
	away "$@"
	rm down
}

# minutes SLUG: how many of each colour are counted.
minutes() {
	redis --raw hgetall "probe:$1:minutes" | paste - - |
		awk -F '[:\t]' '$2 ~ /^(green|amber|red)$/ { n[$2] += $3 }
			END { printf "%d green %d amber %d red\n", n["green"], n["amber"], n["red"] }'
}

# get PATH: what the read API answers now; its status is CODE.
get() {
	env REQUEST_METHOD=GET GATEWAY_INTERFACE=CGI/1.1 REQUEST_URI="$1" \
		MCP_STORE="unix://$REDIS_SOCK" mcp-serve >answer
	CODE=$(sed -n '1s/^Status: \([0-9]*\) .*/\1/p' answer)
	sed '1,/^\r$/d' answer
}

# counted SLUG GREEN RED: that many are red, and no fewer green; rounds that take
# long are of later minutes.
counted() {
	local green amber red
	read -r green _ amber _ red _ < <(minutes "$1")
	echo "$green $amber $red"
	((green >= $2 && amber == 0 && red == $3))
}

hour() {
	date -u -d "@$((NOW - 60 * $1))" +%H:%M
}

# told FILE: what of server one was told, in order.
told() {
	[ ! -e "$1" ] || jq -r 'select(.server_slug == "one").event' "$1" | paste -sd' '
}

@test "four minutes without the store, and an outage within them" {
	up 6 5
	[ "$(minutes one)" = "2 green 0 amber 0 red" ]
	redis_stop
	down 4 3
	away 2 1
	[ "$(find state -name '*.jsonl' | wc -l)" -eq 12 ]
	redis_start "$PWD/redis"
	round 0
	[ "$status" -eq 0 ]
	[ "$(find state -name '*.jsonl' | wc -l)" -eq 0 ]
	# Counted, published, and on the page.
	counted one 5 2
	read -r green _ < <(minutes one)
	uptime=$((green * 10000 / (green + 2)))
	get /api/embed-status/one | jq -e --argjson u $uptime '.state == "up" and
		(.uptime_30d * 100 | round) == $u'
	get /status/one >page.html
	grep -q "${uptime::2}\.${uptime:2}" page.html
	# Told once, and nobody is woken.
	[ ! -e pager.got ]
	jq -es --argjson from $((NOW - 240)) --argjson to $((NOW - 120)) '
		map(select(.server_slug == "one")) | length == 1 and (.[0] |
		.event == "downtime_found" and .severity == "P2" and
		.dedup_key == "one:downtime:\($from)" and .probe_count == 2 and
		.started_at == ($from | todate) and .resolved_at == ($to | todate) and
		.duration_seconds == 120 and .regions == ["a-1", "b-1", "c-1"] and
		.tier == "hard-outage" and .ack_url == null)' chat.got
	jq -r 'select(.server_slug == "one").summary' chat.got |
		grep -q "^one was down $(hour 4) to $(hour 2) UTC, found at "
	# In the history of incidents, for who may see it.
	grep -q "$(date -u -d "@$((NOW - 240))" +%Y-%m-%dT%H:%M:00Z)" page.html
	get /status/veiled >veiled.html
	[ "$CODE" = 404 ]
	get / >index.html
	run ! grep -e veiled -e "$(hour 4)" index.html
	run -0 mcp-alert history one
	[[ $output == *"was down $(hour 4) to $(hour 2) UTC"* ]]
	# What explain says of such a minute is what was counted for it.
	for ago in 4 3; do
		run -1 mcp-aggregate explain one --at $((NOW - 60 * ago + 50))
		[[ $output == *"red, hard-outage at initialize"*"is counted as red"* ]]
	done
	run -0 mcp-aggregate explain one --at $((NOW - 60 + 50))
	[[ $output == *"green, ok"*"is counted as green, by its published verdict"* ]]
	# However often it is judged, or delivered: nothing more.
	round 0
	mcp-aggregate verdict >verdicts
	run ! grep -q judged_at verdicts
	counted one 5 2
	[ "$(told chat.got)" = downtime_found ]
}

@test "an outage that goes on is one incident, with its true beginning" {
	up 6 5
	redis_stop
	away 4
	down 3 2 1
	redis_start "$PWD/redis"
	touch down
	round 0 --only probe
	judge 0
	rm down
	[ "$(told chat.got) $(told pager.got)" = "downtime_started downtime_started" ]
	jq -es --argjson from $((NOW - 180)) 'map(select(.server_slug == "one"))[] |
		.started_at == ($from | todate) and .severity == "P1" and
		.probe_count >= 4 and .resolved_at == null' pager.got
	[[ "$(minutes one)" = "3 green 0 amber "[45]" red" ]]
}

@test "one that was told of, and ended meanwhile, ended when it did" {
	up 6
	touch down
	up 5
	redis_stop
	down 4
	away 3 2 1
	redis_start "$PWD/redis"
	round 0
	[ "$(told chat.got)" = "downtime_started downtime_resolved" ]
	jq -es --argjson from $((NOW - 300)) --argjson to $((NOW - 180)) '
		map(select(.server_slug == "one")) | last |
		.started_at == ($from | todate) and .resolved_at == ($to | todate) and
		.probe_count == 2' chat.got
	counted one 5 2
}

@test "a server that was maintained then was not down" {
	up 6 5
	# Announced before.
	mcp-alert maintenance add -N $((NOW - 400)) --reason disks one \
		--start "$(date -u -d "@$((NOW - 300))" +%Y-%m-%dT%H:%M:%SZ)" \
		--end "$(date -u -d "@$((NOW - 60))" +%Y-%m-%dT%H:%M:%SZ)" >/dev/null
	redis_stop
	down 4 3
	away 2 1
	redis_start "$PWD/redis"
	round 0
	[ ! -e pager.got ]
	[ -z "$(told chat.got)" ]
	[ "$(jq -r 'select(.server_slug == "veiled").event' chat.got)" = downtime_found ]
	run -0 mcp-alert history one
	[[ $output == *"not sent, for the maintenance: one was down "* ]]
}

# killed PROGRAM AFTER: that program is killed by its shell once it has done so
# much, in the next round only: "nothing", or all of its "work".
killed() {
	mkdir -p broken
	cat >broken/"$1" <<-EOT
	#!/bin/bash
	[[ " \$* " == *" ${3:-} "* && ! -e "$PWD/killed" ]] || exec "$BIN/$1" "\$@"
	touch "$PWD/killed"
	[[ $2 == nothing ]] || "$BIN/$1" "\$@" >/dev/null
	kill -KILL \$\$
	EOT
	chmod +x broken/"$1"
	rm -f killed
	PATH=$PWD/broken:$PATH
}

@test "killed in between, and again: counted once, told once" {
	local how
	up 6 5
	redis_stop
	down 4 3
	away 2 1
	rm -rf chat.got
	mkdir before
	cp -r redis state before
	for how in "mcp-aggregate nothing verdict" "mcp-aggregate work verdict" \
		"mcp-alert nothing -c" "mcp-alert work -c"; do
		rm -rf chat.got redis state broken
		cp -r before/* .
		redis_start "$PWD/redis"
		# shellcheck disable=SC2086 # several words
		killed $how
		round 0
		[ -e killed ]
		for _ in 1 2; do
			mcp-aggregate verdict | mcp-alert >>events
		done
		counted one 5 2
		[ "$(told chat.got)" = downtime_found ]
		[ ! -e pager.got ]
		[ "$(redis exists probe:one:late)" -eq 0 ]
		redis_stop
	done
	redis_start "$PWD/redis"
}

@test "records that are forged later change no minute that was judged" {
	up 6 5
	redis_stop
	down 4 3
	away 2 1
	redis_start "$PWD/redis"
	round 0
	cp chat.got before.got
	# Two regions that say now that all was well then, and red when it was not.
	for ago in 6 5 4 3 2 1; do
		for region in a-1 b-1; do
			case $ago in
			4 | 3) probes one $region $((NOW - 60 * ago + 30)) ;;
			*) probes one $region $((NOW - 60 * ago + 30)) initialize ;;
			esac
		done
	done | mcp-aggregate ingest
	mcp-aggregate verdict >verdicts
	run ! grep -q judged_at verdicts
	mcp-alert <verdicts >>events
	counted one 5 2
	diff before.got chat.got
	# And explain says that it is so.
	run -0 mcp-aggregate explain one --at $((NOW - 240 + 50))
	[[ $(tr -d '\n' <<<"$output") == *"is counted as red, by its published verdict; the verdict above uses another instant or other records "* ]]
}

@test "regions that were cut off meanwhile were no outage" {
	local ago n region
	unset MCP_CONFIG
	for ago in 6 4 3 0; do
		for n in 1 2 3 4 5; do
			for region in a-1 b-1 c-1; do
				case $ago-$region in
				[34]-[ab]-1) probes "cut-$n" $region $((NOW - 60 * ago)) dns dns.timeout ;;
				*) probes "cut-$n" $region $((NOW - 60 * ago)) ;;
				esac
			done | sed "s|//example.com|//cut-$n.example.com|"
		done >"at-$ago"
	done
	mcp-aggregate ingest <at-6
	mcp-aggregate verdict -N $((NOW - 360 + 10)) >verdicts
	cat at-4 at-3 at-0 | mcp-aggregate ingest
	mcp-aggregate verdict -N $((NOW + 10)) >verdicts
	diff /dev/null <(jq -r 'select(.verdict == "red") | .slug' verdicts)
	[ "$(minutes cut-1)" = '2 green 0 amber 0 red' ]
}

# probe_at AGO [down]: what all regions saw then.
probe_at() {
	local region
	for region in a-1 b-1 c-1; do
		probes one $region $((NOW - 60 * $1 + 5)) ${2:+initialize}
	done
}

@test "no more than an hour back, and none of a server that is new" {
	for ago in 70 69; do
		probe_at $ago down
	done | mcp-aggregate ingest
	# Nothing was judged before: none of it is late.
	mcp-aggregate verdict -N $((NOW - 60 * 68 + 40)) >verdicts
	run ! grep -q judged_at verdicts
	for ago in 67 66 65 64 63 62 61 60 59 58; do
		probe_at $ago down
	done | mcp-aggregate ingest
	mcp-aggregate verdict -N "$NOW" >verdicts
	jq -s --argjson from $((NOW - 3600)) -e '[.[] | select(.judged_at)] |
		map(.window) == [range($from; $from + 180; 60)] and
		all(.verdict == "red" and .slug == "one" and .drift == [])' verdicts
}

@test "past midnight; by several at once; minutes without a probe are no more" {
	NOW=$(($(date +%s) / 86400 * 86400))
	(($(date +%s) - NOW > 600)) || NOW=$((NOW - 86400))
	for ago in 5 4; do
		probe_at $ago | mcp-aggregate ingest
		mcp-aggregate verdict -N $((NOW - 60 * ago + 40)) >/dev/null
	done
	# Nothing is known of a minute in which nobody probed.
	for ago in 2 1 0 -1; do
		probe_at $ago down
	done | mcp-aggregate ingest
	for ago in -2 -3 -4; do
		probe_at $ago
	done | mcp-aggregate ingest
	# What was ingested just now is ahead of the clock of the verdicts.
	redis del fleet:heartbeats >/dev/null
	for n in 1 2 3 4 5; do
		mcp-aggregate verdict -N $((NOW + 60 * 4 + 40)) 3>&- |
			tee "verdicts.$n" | mcp-alert -N $((NOW + 60 * 4 + 40)) \
			>"events.$n" 3>&- &
		pids[n]=$!
	done
	for n in 1 2 3 4 5; do
		wait "${pids[n]}"
	done
	[ "$(minutes one)" = "5 green 0 amber 4 red" ]
	for day in $((NOW / 86400 - 1)):2 $((NOW / 86400)):2; do
		[ "$(redis hget probe:one:minutes "${day%:*}:red")" -eq "${day#*:}" ]
	done
	[ "$(told chat.got)" = downtime_found ]
	jq -es --argjson from $((NOW - 120)) --argjson to $((NOW + 120)) '.[0] |
		.started_at == ($from | todate) and .resolved_at == ($to | todate)' chat.got
	[ "$(cat verdicts.* | jq -r 'select(.judged_at).window' | sort -u | wc -l)" -eq 6 ]
	[ "$(redis exists probe:one:late)" -eq 0 ]
}
