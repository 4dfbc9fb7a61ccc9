#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: what people were told is remembered with its deliveries, for 92 days, and a
# report says how the nights were.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

# A night of two incidents: one that ann looked after, and one that was over at once;
# the second route takes nothing. Verdicts have their own time, deliveries that of -N.
night() {
	routes "{name: page, type: command, command: [tee, -a, '$PWD/page']}" \
		"{name: dead, type: command, command: ['false']}"
	verdict 0 eu,us initialize >v
	alert_at 0 v
	alert 0 ack -N $((T + 240)) --by ann --reason x example-mcp || true
	for m in 1 2 3 4 5 6 7 8 9 10; do verdict "$m" eu,us initialize; done >v
	alert_at 600 v
	for m in 11 12 13; do verdict "$m"; done >v
	alert_at 780 v
	verdict 60 ap,eu tls >v
	alert_at 3600 v
	for m in 61 62 63; do verdict "$m"; done >v
	alert_at 3780 v
}

# alert_at SECONDS FILE: the verdicts of the file, so long after T.
alert_at() {
	timeout -k 2 600 "$BIN/mcp-alert" -N $((T + $1)) <"$2" >>told 2>>err || true
}

@test "a report says how long it took, who was paged, and what was noise" {
	night
	alert 0 report -N $((T + 7200)) --start 2026-04-29
	jq -e --argjson t "$T" '.type == "report" and .from == "2026-04-29T00:00:00Z" and
		.to == "2026-04-29T22:31:00Z" and .zone == "UTC" and .noise == 1 and
		.mtta_seconds == 240 and .mttr_seconds == 360 and
		(.incidents | length) == 2' out || { cat out; return 1; }
	[ "$(jq -cr '.incidents[] | [.dedup_key, .kind, .severity, .told_at, .acknowledged_at,
		.resolved_at, .ack_seconds, .recover_seconds, .noise]' out)" = "$(cat <<-END
		["example-mcp:downtime:$T","downtime","P1","2026-04-29T20:31:00Z","2026-04-29T20:35:00Z","2026-04-29T20:42:00Z",240,660,false]
		["example-mcp:downtime:$((T + 3600))","downtime","P1","2026-04-29T21:31:00Z",null,"2026-04-29T21:32:00Z",null,60,true]
	END
	)" ]
	[ "$(command jq -cr '.routes[] | [.route, .pages, .asleep, .events, .failed]' out | xargs)" = '[dead,0,0,0,2] [page,2,0,5,0]' ]
	[ "$(command jq -cr '.nights' out)" = '[{"night":"2026-04-29","pages":2,"asleep":0}]' ]
	alert 0 report -N $((T + 7200)) --start 2026-04-29 -f text --zone Asia/Kolkata
	grep -q '^P1  2026-04-30T02:01:00+05:30 .*  4 min  .*  11 min  .* example-mcp downtime$' out
	grep -q '^P1  2026-04-30T03:01:00+05:30 .* example-mcp downtime (noise)$' out
	grep -q '^MTTA   4 min, of 1 acknowledged$' out
	grep -q '^MTTR   6 min, of 2 recovered$' out
	grep -q '^noise  1 that paged, and lasted 5 min at most$' out
	grep -q '^2026-04-29      2            2$' out
	alert 0 report -N $((T + 7200)) --start 2026-04-29 -f csv
	[ "$(head -1 out | tr -d '\r')" = 'dedup_key,server_slug,kind,severity,started_at,told_at,delivered_at,acknowledged_at,resolved_at,notice_seconds,ack_seconds,recover_seconds,pages,noise' ]
	[ "$(wc -l <out)" = 3 ]
	grep -q "^example-mcp:downtime:$((T + 3600)),example-mcp,downtime,P1,2026-04-29T21:31:00Z,.*,,2026-04-29T21:32:00Z,.*,,60,1,true" out
	# Another night.
	alert 0 report -N $((T + 7200)) --end 2026-04-29
	[ "$(jq -c '[.incidents, .nights]' out)" = '[[],[]]' ]
}

@test "history keeps events and deliveries, also of a state that is gone, for 92 days" {
	night
	alert 0 history -N $((T + 7200)) example-mcp
	[ "$(jq -cr 'select(.what == "downtime_started") | .at' out | paste -sd' ')" = "$T $((T + 3600))" ]
	[ "$(jq -cr 'select(.what == "delivered") | .text' out | sort | uniq -c | tr -s ' ' | paste -sd,)" = \
		' 1 downtime_acknowledged to route page, 2 downtime_resolved to route page, 2 downtime_started to route page' ]
	cp out before
	key=fleet:history:$((T / 86400))
	[ "$(redis ttl "$key")" -gt $((92 * 86400 - 60)) ]
	redis del alert:example-mcp
	alert 0 history -N $((T + 91 * 86400)) example-mcp
	[ "$(jq -r .what out | grep -cE '^(delivered|downtime_)')" = \
		"$(jq -r .what before | grep -cE '^(delivered|downtime_)')" ]
	alert 2 history -N $((T + 94 * 86400)) example-mcp
	# A line of somebody else is passed over.
	redis rpush "$key" '{"v":1,"type":"history"}' 'x' >/dev/null
	alert 0 history -N $((T + 7200))
}

@test "what is wrong is refused" {
	alert 2 report --start soon
	grep -qF -- "--start: 'soon' is not a time such as" err
	alert 2 report --start 2026-04-30 --end 2026-04-29
	grep -qF 'report: --start is not before --end' err
	alert 2 list -f csv
	grep -qF "csv is only for 'report'" err
	alert 0 report -f text
	grep -q ': 0 incidents$' out
}
