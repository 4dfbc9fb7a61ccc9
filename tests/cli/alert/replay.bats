#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a recording says what would have been told, when and to whom, on its own
# clock; what another policy would have told is set beside it; and nothing is
# sent or stored.

bats_require_minimum_version 1.5.0
load ../../helpers/lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

# recorded LINE…: the verdicts of a story.
recorded() {
	printf '%s\n' '# A night.' "$@" expect: >night.story
	"$ROOT/tests/scenarios/run" --records night.story
}

# replay WANT ARGUMENT…: its events go to out, messages to err.
replay() {
	local want=$1 status=0
	shift
	timeout -k 2 600 "$BIN/mcp-alert" replay "$@" >out 2>err || status=$?
	[[ $status == "$want" ]] || { echo "exit status $status"; cat err; return 1; }
}

night() {
	recorded 'servers: shop search' '14:00-14:01 shop: amber initialize eu' \
		'14:00-14:04 search: red dns eu us ap' '14:05-14:08 search: green' \
		'14:02-14:10 shop: green' '14:20-15:00 shop: red tools-list eu us' \
		'15:01-15:04 shop: green'
}

@test "what was told, and what it amounts to, on a page" {
	night >records
	replay 0 -f text records
	diff - out <<-'EOT'
	2026-04-29T14:00:00Z  P1  downtime_started  search is unreachable everywhere: dns fails with dns.nxdomain from eu, us and ap (3 of 3 regions).
	2026-04-29T14:07:00Z  P1  downtime_resolved  search recovered after 5 min (14:00–14:05 UTC). Root layer: transport. Failing minutes: 5. All layers pass again.
	2026-04-29T14:20:00Z  P2  downtime_started  shop answers, but its tools fail: tools-list fails with jsonrpc.-32603 from eu and us (2 of 3 regions).
	2026-04-29T14:50:00Z  P1  downtime_escalated  shop answers, but its tools fail: tools-list fails with jsonrpc.-32603 from eu and us (2 of 3 regions); not over after 30 min, so now P1 (was P2).
	2026-04-29T15:03:00Z  P1  downtime_resolved  shop recovered after 41 min (14:20–15:01 UTC). Root layer: tools. Failing minutes: 41. All layers pass again.
	2026-04-29T14:00:00Z to 2026-04-29T15:04:00Z: 65 verdicts on 2 servers
	pages: 2, at this rate 1329 in 30 days
	                                    all     P1     P2     P3
	  events                              5      4      1      0
	  downtime_started                    2      1      1      0
	  downtime_escalated                  1      1      0      0
	  downtime_resolved                   2      2      0      0
	  server                          pages events incidents
	  shop                                1      3         1
	  search                              1      2         1
	EOT
	[ ! -s err ]
}

@test "records stay records: the summary goes elsewhere, the events are those of the other commands" {
	night >records
	replay 0 records
	[ "$(sed -n '$p' err | xargs)" = "search 1 2 1" ]
	"$BIN/mcp-alert" --dry-run <records >dry
	# Nothing but the clock tells them apart: a tick in each minute.
	diff <(grep -v escalated dry) <(grep -v escalated out)
	jq -se 'all(has("routes") | not)' out
	"$BIN/mcp-alert" replay - <records 2>/dev/null | diff - out
}

@test "with a configuration each event has its routes, and nothing is sent" {
	cat >fleet.yaml <<-EOT
	store: unix:///nowhere/redis.sock
	regions: [{name: eu}, {name: us}, {name: ap}]
	servers: [{slug: shop, url: "https://shop.example.com/mcp"}]
	site: {url: https://status.example.com}
	alerts:
	  routes:
	    - {name: pager, type: pagerduty, secret: pager}
	    - {name: chat, type: command, command: [touch, sent]}
	  policies:
	    - {match: {severities: [P1], servers: [shop]}, steps: [{routes: [pager, chat]}]}
	    - {steps: [{routes: [chat]}]}
	EOT
	night >records
	replay 0 -c fleet.yaml records
	[ "$(jq -c '[.event, .routes]' out)" = '["downtime_started",["chat"]]
["downtime_resolved",["chat"]]
["downtime_started",["chat"]]
["downtime_escalated",["pager","chat"]]
["downtime_resolved",["pager","chat"]]' ]
	jq -se '.[0].dashboard_url == "https://status.example.com/status/search" and
		.[0].runbook_url == "https://status.example.com/man/mcp-runbook.7#" + (.[0].event | sub("_started$"; ""))' out
	# A chat wakes nobody: of the two P1 one is a page.
	grep -q '^pages: 1,' err
	replay 0 -c fleet.yaml -f text records
	grep -q 'downtime_started .* -> chat$' out
	grep -q 'downtime_escalated .* -> pager, chat$' out
	[ ! -e sent ]
}

@test "two policies side by side: what only one of them tells, and what comes at another time" {
	night >records
	replay 0 -f text records --policy confirm=2,resolve=5,promote=20m
	diff - <(sed -n '/^2026.* verdicts/,$p' out) <<-'EOT'
	2026-04-29T14:00:00Z to 2026-04-29T15:04:00Z: 65 verdicts on 2 servers
	policy confirm=2,resolve=5,promote=20m
	                                   before   policy
	  pages                                 2        2
	  pages in 30 days                   1329     1329
	  events                                5        5
	  P1                                    4        2
	  P2                                    1        3
	  downtime_started                      2        2
	  downtime_escalated                    1        1
	  downtime_resolved                     2        0
	  regional_started                      0        1
	  regional_resolved                     0        1
	only with the policy: 1 incident
	  2026-04-29T14:00:00Z to 2026-04-29T14:02:00Z: shop P2 regional
	EOT
	# The events are those of the policy.
	[ "$(grep -c '^2026.*escalated' out)" = 1 ]
	grep -q '^2026-04-29T14:40:00Z  P1  downtime_escalated' out
	recorded '14:00-14:05 amber initialize eu' '14:06-14:09 green' >records
	replay 0 -f text records --policy confirm=5
	diff - <(sed -n '/^sent/,$p' out) <<-'EOT'
	sent at another time: 1 incident
	  2026-04-29T14:00:00Z to 2026-04-29T14:06:00Z: example-mcp P2 regional, sent 2 min later
	  1 later, by 2 min in all
	EOT
	replay 0 -f text records --policy remind=1h
	grep -qx 'the same incidents, first sent at the same times' out
}

@test "the numbers are those of alerts.policy: names and ranges" {
	night >records
	while IFS='|' read -r policy why; do
		replay 2 records --policy "$policy"
		[ "$(<err)" = "mcp-alert: --policy: $why" ] || { cat err; return 1; }
		[ ! -s out ]
	done <<-'EOT'
	confrim=2|'confrim' is not a number of alerts.policy
	confirm|confirm: '=' and a value expected
	confirm=2,confirm=3|confirm: given twice
	confirm=0|confirm: 0 is below 1
	confirm=x|confirm: expected a whole number, found x
	|'' is not a number of alerts.policy
	confirm=2,|'' is not a number of alerts.policy
	EOT
	replay 2 records --policy promote=1
	grep -q '^mcp-alert: --policy: promote: ' err
	replay 0 records --policy flapping=2h,promote=90s,slo=99.9
}

@test "lines that are refused, and those that mean nothing here" {
	night >records
	{ echo '{'; cat records; echo '{"v":1,"type":"step"}'
		echo '{"v":1,"type":"runner","region":"eu","at":1777471200,"status":"ok"}'
		echo '{"v":1,"type":"maintenance","slugs":["*"]}'; echo; } >lines
	replay 2 lines
	[ "$(grep -c '^mcp-alert: line ' err)" = 3 ]
	grep -q '^mcp-alert: line 1: ' err
	grep -q '^mcp-alert: line 67: type: ' err
	grep -q '^mcp-alert: line 69: starts_at: ' err
	mv out all
	replay 0 records
	diff out all
	replay 2 /dev/null
	grep -q '/dev/null: no verdict in it' err
	replay 2 nowhere
	grep -q 'nowhere: No such file' err
	replay 2
	replay 2 records lines
	replay 2 records --store unix:///x
}

@test "minutes that cannot be: back, far ahead, and nobody to confirm" {
	recorded '14:00-14:20 green' '14:20 green as_of=14:10' '14:20 green as_of=14:09' >records
	replay 2 records
	[ "$(grep line err)" = "mcp-alert: line 23: as_of: goes back by more than 10 minutes, from 2026-04-29T14:20:00Z" ]
	recorded '14:00 green' '14:01 green as_of=90:00' '14:02 green' '14:03 green as_of=99:00' >records
	replay 2 records
	[ "$(grep line err)" = "mcp-alert: line 2: as_of: far ahead of the lines around it
mcp-alert: line 4: as_of: far ahead of the lines around it" ]
	grep -q '14:00:00Z to 2026-04-29T14:02:00Z: 2 verdicts on 1 server' err
	# The first line may be the wrong one.
	recorded '14:00 green as_of=90:00' '14:01 green' '14:02 red initialize eu us' >records
	replay 2 records
	[ "$(grep line err)" = "mcp-alert: line 1: as_of: far ahead of the lines around it" ]
	[ "$(jq -r .event out)" = downtime_started ]
	recorded '14:00 red initialize eu us' >records
	replay 0 records
	[ "$(jq -r .event out)" = downtime_started ]
	recorded '14:00 green' '14:01 green as_of=999:00' '14:01 green as_of=999:00' >records
	sed -i '2,3s/2026-06/2028-06/g; 2,3s/"window":17[0-9]*/"window":1843516800/; 2,3s/"as_of":"[^"]*"/"as_of":"2028-06-02T00:00:00Z"/' records
	replay 2 records
	grep -q 'line 3: as_of: more than 400 days after the first line' err
}

@test "a minute of a thousand servers passes as one of one" {
	recorded 'servers: shop' '14:00 red initialize eu us' '14:01-14:30 green' >one
	jq -c 'range(1000) as $i | .slug = "s\($i)"' one >many
	replay 0 many
	[ "$(jq -r .event out | xargs)" = "downtime_started downtime_resolved" ]
	jq -se 'all(.server_slug == "*" and .server_count == 1000 and (.servers | length) == 100)' out
	grep -q '31000 verdicts on 1000 servers' err
	# Each by itself, where no number of them is common.
	replay 0 many --policy common=10000
	[ "$(jq -r .event out | sort | uniq -c | xargs)" = "1000 downtime_resolved 1000 downtime_started" ]
	grep -q '  and 990 more' err
}

# young MINUTE REGION STEP ERROR…: a fleet of half an hour, whose probes failed so.
young() {
	command jq -cn --args '
		[$ARGS.positional | _nwise(4)] as $bad | range(31) as $m |
		("eu", "us", "ap") as $r | (1777471205 + 60 * $m) as $at |
		([$bad[] | select(.[0] == "\($m)" and .[1] == $r)][0] // [null, null, null, null]) as $f |
		{v: 1, type: "probe", slug: "shop", region: $r, probe_id: "\($r)-\($m)",
			probe_started_at: $at, state: (if $f[2] then "broken" else "healthy" end),
			failed_step: $f[2], error: $f[3], total_ms: 40, protocol: null,
			era: null, tool_hash: null, full_hash: null, tool_count: null}' "$@" |
		"$BIN/mcp-aggregate" replay -r eu,us,ap -f jsonl - >verdicts
}

@test "a young fleet: a minute of 429, and two regions at different steps, tell nobody" {
	young 25 eu initialize http.429 25 us initialize http.429 25 ap initialize http.429
	jq -se 'last.error_rate["1h"] | .failed == 3 and .throttled == 3' verdicts
	replay 0 -f jsonl verdicts
	[ ! -s out ]
	young 3 ap dns dns.nxdomain 25 eu initialize http.503 25 us tools-list mcp.tools
	replay 0 -f jsonl verdicts
	[ ! -s out ]
}

@test "a full disk is said" {
	night >records
	run -3 bash -c "'$BIN/mcp-alert' replay records >/dev/full"
	[[ $output == *"standard output: No space left on device"* ]]
}
