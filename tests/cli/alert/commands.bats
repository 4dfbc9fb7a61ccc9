#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: whoever types a command half awake is understood, or told what to type.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

@test "a dry run says of a server that is not down for long enough what would be told" {
	verdict 0 eu initialize | MCP_STORE='' alert 0 -n -f text
	[ ! -s err ]
	[[ $(<out) == "example-mcp  would page after 2 more failing minutes: P2, example-mcp "* ]]
	verdict 0 eu initialize | MCP_STORE='' alert 0 -n
	[ "$(jq -cr '[.type, .server_slug, .windows, .event, .severity]' out)" = \
		'["waiting","example-mcp",2,"regional_started","P2"]' ]
	{ verdict 0 eu initialize; verdict 1 eu initialize; } | MCP_STORE='' alert 0 -n -f text
	grep -q 'after 1 more failing minute: ' out
	# What is told, or is well again, waits for nothing.
	minutes 0 4 eu initialize | MCP_STORE='' alert 0 -n -f text
	! grep -q 'would page' out
	{ verdict 0 eu initialize; verdict 1; } | MCP_STORE='' alert 0 -n -f text
	[ ! -s out ]
}

@test "an acknowledgement of a server that nobody knows names the nearest, and leaves nothing" {
	verdict 0 eu,us initialize | alert 0
	redis keys 'alert:*' | sort >before
	alert 2 ack exmaple-mcp
	grep -qF "exmaple-mcp: nothing is known of it" err
	grep -qF "did you mean 'example-mcp'?" err
	alert 2 ack "exmaple-mcp:downtime:$T"
	redis keys 'alert:*' | sort | diff before -
	alert 2 explain exmaple-mcp
	grep -qF "did you mean 'example-mcp'?" err
	alert 2 history exmaple-mcp
	grep -qF "did you mean 'example-mcp'?" err
	# One that is known, and well.
	routes "{name: log, type: command, command: [cat]}"
	sed -i 's/^servers:/&\n  - {slug: quiet, url: "https:\/\/q.example.com\/"}/' fleet.yaml
	redis keys 'alert:*' | sort >before
	alert 1 ack quiet
	grep -q 'quiet: nothing is open there' err
	redis keys 'alert:*' | sort | diff before -
}

@test "a duration has its units" {
	verdict 0 eu,us initialize | alert 0
	for wrong in 30 1h30 90x 8d 59s 1m1m; do
		alert 2 ack --for "$wrong" example-mcp
		grep -qF -- "--for: '$wrong' is not a duration from 60s to 7d" err
	done
	alert 0 ack -N "$T" --for 1h30m --by ann example-mcp
	alert 0 list -f text --zone Asia/Kolkata
	grep -q 'acknowledged by ann until 2026-04-30T03:31:00+05:30' out
	grep -q '^P1  2026-04-30T02:01:00+05:30  downtime ' out
	alert 0 history -f text --zone Asia/Kolkata
	grep -q '^2026-04-30T02:01:00+05:30  example-mcp  downtime_started ' out
	alert 2 list --zone Mars/Olympus
	grep -qF -- "--zone: 'Mars/Olympus' is not a known time zone" err
}

@test "the columns of list stand below their heads, whatever is in them" {
	{
		minutes 0 0 eu,us auth-initialize mcp.missing-protocolVersion
		minutes 1 1
		minutes 0 0 eu,us dns x other
	} | alert 0
	alert 0 list -f text
	for head in SINCE KIND STEP ERROR SERVER; do
		at=$(sed -n "1s/$head.*//p" out | tr -d '\n' | wc -m)
		# In each row a column begins there: two spaces, and no space.
		[ "$(tail -n +2 out | cut -c "$((at - 1))-$((at + 1))" | grep -c '^  [^ ]')" = 2 ]
	done
	[ "$(head -c 1 out)" = P ]
	grep -qF '(passed 1 time since)' out
}

@test "the history of the fleet has the name that list gives it" {
	routes "{name: log, type: command, command: [cat]}"
	minutes 0 0 | alert 0
	alert 0 history '*'
	[ ! -s err ]
	for s in s1 s2 s3 s4 s5 s6; do
		sed -i "s|^servers:|&\n  - {slug: $s, url: 'https://$s.example.com/mcp'}|" fleet.yaml
	done
	for s in s1 s2 s3 s4 s5 s6; do minutes 31 31 '' '' '' $s; done >records
	for s in s1 s2 s3 s4 s5 s6; do minutes 32 32 eu,us tls tcp.refused $s; done >>records
	alert 0 <records
	shared=$(jq -r '.dedup_key | split(":")[0]' out)
	alert 0 history "$shared"
	jq -se --arg s "$shared" 'length >= 1 and all(.server_slug == $s)' out
	for wrong in '**' '*.x' 'A B'; do
		alert 2 history "$wrong"
		grep -qF "'$wrong' is not the slug of a server; '*' is the fleet" err
	done
}

@test "people read one time zone, programs read UTC" {
	local file
	routes "{name: log, type: command, command: [cat]}"
	sed -i 's|^alerts:|&\n  zone: Asia/Kolkata|' fleet.yaml
	# 20:31 to 20:44 UTC; it is the next day there.
	{ minutes 0 12 eu,us initialize; minutes 13 15; } | alert 0 -f text -N $((T + 960))
	grep -q '^2026-04-30T02:01:00+05:30  P1  downtime_started ' out
	grep -qF 'recovered after 13 min (02:01–02:14 Kolkata time).' out
	verdict 20 eu,us dns dns.nxdomain | alert 0 -N $((T + 1260))
	jq -e '.started_at == "2026-04-29T20:51:00Z"' out
	alert 0 ack -N $((T + 1270)) --for 1h --by ann example-mcp
	jq -e '.acknowledged_until == "2026-04-29T21:52:10Z"' out
	alert 0 list -f text
	grep -q '^P1  2026-04-30T02:21:00+05:30  downtime ' out
	grep -qF 'until 2026-04-30T03:22:10+05:30' out
	alert 0 history -f text
	grep -q '^2026-04-30T02:01:00+05:30  example-mcp  downtime_started ' out
	alert 0 explain -f text -N $((T + 1300)) example-mcp
	grep -qF '2026-04-30T02:22:40+05:30; the newest window that counted is 02:21' out
	grep -q '^P1 downtime, open since 02:21, confirmed at 02:21$' out
	grep -qF '02:14 Kolkata time' out
	alert 0 report -f text --start '2026-04-30 00:00' --end '2026-04-30 06:00' -N $((T + 3600))
	grep -q '^P1  2026-04-30T02:01:00+05:30 ' out
	alert 0 silence add --for 1h --reason x -N $((T + 1300)) example-mcp
	alert 0 silence list -f text -N $((T + 1310))
	grep -qF '+05:30' out
	for file in list 'explain example-mcp' history; do
		# shellcheck disable=SC2086
		alert 0 $file -f jsonl
		run ! grep -E '"(at|since|until|started_at|acknowledged_until)":"[^"]*\+05:30"' out
	done
	# What the person at the command line asks for counts first.
	alert 0 list -f text --zone Asia/Tokyo
	grep -q '^P1  2026-04-30T05:51:00+09:00  downtime ' out
}

@test "the first word of several commands says which they are" {
	alert 2 maintenance
	[ ! -s out ]
	grep -qF 'maintenance: one of these commands is needed' err
	for word in add list end; do
		grep -q "^  maintenance $word  *[a-z]" err
	done
	alert 2 maintenance ad
	grep -qF "maintenance: 'ad': not one of these" err
}

@test "probe records are told apart from verdicts" {
	echo '{"v":1,"type":"probe"}' >records
	alert 2 replay records
	grep -qF "make verdicts of them with 'mcp-aggregate replay'" err
	alert 2 -n <records
	grep -qF "make verdicts of them with 'mcp-aggregate verdict -'" err
}

@test "check finds http to another host, a secret by its file, a zone by its line" {
	routes '{name: h, type: webhook, secret: hook, url: "http://h.example.com/"}'
	alert 2 check
	grep -qF 'route h: http:// only to this machine' err
	routes '{name: h, type: webhook, secret: hool, url: "http://127.0.0.1/"}'
	alert 2 check
	grep -qF "route h: its secret: No such file or directory (hool in the folder ${MCP_CREDENTIALS:0:78}" err
	routes "{name: c, type: command, command: [cat], zone: Europe/Berlen}"
	alert 2 check
	grep -qE 'fleet.yaml:[0-9]+:[0-9]+: alerts.routes\[0\].zone: this system has no time zone Europe/Berlen' err
}
