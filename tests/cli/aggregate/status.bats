#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: status shows what is published, and no colour beyond its time; what the
# regions see now; and whether the fleet itself works.

bats_require_minimum_version 1.5.0
load ../../helpers/store

# screen COLUMNS ARGS…: status on a terminal, without what a terminal adds.
screen() {
	local columns=$1
	shift
	script -qec "stty cols $columns; $BIN/mcp-aggregate status $*" /dev/null |
		tr -d '\r'
}

# line SLUG: its line of the screen, the blanks made one.
line() {
	grep "^$1 " <<<"$output" | tr -s ' '
}

# fleet: red, amber and green, and one that nobody judged.
fleet() {
	local r
	for r in us-east-1 eu-west-2 sa-east-1; do
		probes good "$r" $((NOW - 30))
		probes half "$r" $((NOW - 30)) "$([ "$r" != sa-east-1 ] || echo initialize)"
		probes bad "$r" $((NOW - 30)) "$([ "$r" = us-east-1 ] || echo tools-list)"
	done | aggregate ingest
	aggregate verdict >/dev/null
	probes fresh us-east-1 $((NOW - 10)) | aggregate ingest
}

@test "worst first: what is published, the dots, and which region it is" {
	fleet
	run -0 aggregate status -f text
	[[ ${lines[0]} == *" 4 servers: 1 red, 1 unjudged, 1 amber, 1 green" ]]
	[[ ${lines[1]} =~ ^'SERVER                      STATE     REGIONS       UP 30D     P95  12 HOURS'$ ]]
	[ "$(grep -oE '^(good|half|bad|fresh)\b' <<<"$output" | xargs)" = "bad fresh half good" ]
	# Without a configuration, regions are in the order of their names.
	[[ $(line bad) == "bad red xxo 0.00 "*"ms #" ]]
	[[ $(line half) == "half amber oxo 100.00 "*"ms #" ]]
	[[ $(line good) == "good green ooo 100.00 "*"ms #" ]]
	[[ $(line fresh) == "fresh unjudged o - "*"ms #" ]]
	[[ $output == *$'\n  step-alert at tools-list: eu-west-2, sa-east-1\n'* ]]
	[[ $output == *$'\n  never judged\n'* ]]
	[[ $output != *silent* && $output != *differ* && $output != *$'\033'* ]]
	run -1 aggregate status -f text -s bad
	run -0 aggregate status -f text -s half
	run -0 aggregate status -f text -s fresh
}

@test "a verdict of 5 minutes ago has no colour, and makes no bad news" {
	for r in us-east-1 eu-west-2; do
		probes bad "$r" $((NOW - 400)) tools-list
		probes lost "$r" $((NOW - 400)) tools-list
		probes wall "$r" $((NOW - 20)) |
			jq -c 'if .state then .state = "auth-walled" else . end'
	done | aggregate ingest
	aggregate verdict -N $((NOW - 390)) >/dev/null
	# One is still probed, and not judged; the other is not.
	for r in us-east-1 eu-west-2; do
		probes bad "$r" $((NOW - 20)) tools-list
	done | aggregate ingest
	run -0 aggregate status -f text -s bad
	[[ $(line bad) == "bad stale xx 0.00 "* ]]
	[[ $output == *"  was red "[6-9]"m ago"* && $output != *" red "*"xx"* ]]
	run -0 aggregate status -f text -s lost
	[[ $(line lost) == "lost unknown -- 0.00 "* ]]
	[[ $output == *"  was red "[6-9]"m ago; 0 of 2 regions report"* ]]
	[[ $output =~ 'silent: eu-west-2 since '..:..' '\([6-9]m\)', us-east-1 since ' ]]
	run -0 aggregate status -f text -s wall
	[[ $(line wall) == "wall unjudged aa - "* ]]
	run -0 aggregate status -s lost
	jq -e '.state == "unknown" and .verdict == "red" and .age_s > 300 and
		all(.regions[]; .state == "silent")' <<<"$output"
}

@test "with a configuration: its servers, its regions, its order" {
	cat >fleet.yaml <<-EOT
	store: unix://$REDIS_SOCK
	regions: [{name: us-east-1}, {name: sa-east-1}, {name: mx-1}, {name: eu-west-2}]
	servers: [{slug: half, url: "https://example.com/mcp"}]
	EOT
	unset MCP_STORE
	sed -i 's/{name: \([a-z0-9-]*\)}/{name: \1, runner: local}/g' fleet.yaml
	MCP_STORE=unix://$REDIS_SOCK fleet
	MCP_STORE=unix://$REDIS_SOCK aggregate verdict -c fleet.yaml >/dev/null 2>&1
	redis hset fleet:runners mx-9 '{"v":1,"type":"runner","region":"mx-9","at":1,"status":"ok"}'
	run -0 --separate-stderr aggregate status -c fleet.yaml -f text
	[[ $(line half) == "half amber ox-o "* ]]
	[[ $output == *"  silent: mx-1 (never reported)"* ]]
	[[ $output != *good* && $output != *mx-9* ]]
	[ "$(grep -cE '^(us-east-1|sa-east-1|mx-1|eu-west-2) +never +-$' <<<"$output")" -eq 4 ]
}

@test "regions that see different tools, and since when" {
	for r in us-east-1 eu-west-2 sa-east-1; do
		probes demo "$r" $((NOW - 30)) | if [ "$r" = eu-west-2 ]; then
			sed 's/aaaaaaaa/bbbbbbbb/g'; else cat; fi
	done | aggregate ingest
	run -0 aggregate status -f text
	since=$(date -u -d "@$((NOW - 30))" +%H:%M)
	[[ $output == *"  tools differ: eu-west-2 sees bbbbbbbb since $since, the others aaaaaaaa"* ]]
	run -0 aggregate status
	jq -e '.divergence and ([.regions[].tool_hash | length] == [64, 64, 64])' <<<"$output"
}

@test "24 hours: each the p95 of its own, blank where there was none" {
	for h in 0 1 4; do
		probes demo us-east-1 $((NOW - 3600 * h)) | jq -c --argjson ms $((800 - 120 * h)) \
			'if .total_ms then .total_ms = $ms else . end'
	done | aggregate ingest
	run -0 aggregate status
	jq -e '.hours | length == 24 and [.[:19][], .[20], .[21]] == [range(21) | null] and
		.[23] >= 792 and .[23] <= 808 and .[22] >= 673 and .[22] <= 687 and
		.[19] >= 316 and .[19] <= 324' <<<"$output"
	run -0 aggregate status -f text
	[[ $(grep '^demo' <<<"$output") == *"  ~  *#" ]]
}

@test "on a terminal: in colour unless that is refused, and as wide as it is" {
	fleet
	output=$(screen 80)
	[[ $output == *$'\033[1;31mred\033[0m'* && $output == *"●"* && $output == *"█"* ]]
	output=$(NO_COLOR=1 screen 80)
	[[ $output != *$'\033'* ]]
	[[ $(line bad) == "bad red ✗✗● 0.00 "* ]]
	for columns in 80 92; do
		NO_COLOR=1 screen $columns >out
		[ "$(wc -L <out)" -le $columns ]
	done
	grep -q '24 HOURS$' out
	output=$(LC_ALL=C screen 80 | sed 's/\x1b[^m]*m//g')
	[[ $(line bad) == "bad red xxo "*"#" ]]
	run ! grep -P '[^\x00-\x7f]' <<<"$output"
}

@test "the pipeline: heartbeats, runners, their clocks, what is undelivered" {
	fleet
	redis hset fleet:heartbeats verdict $((NOW - 400)) >/dev/null
	{
		echo '{"v":1,"type":"runner","region":"a","at":'$((NOW - 20))',"status":"ok","offset_s":[-0.2,0.4]}'
		echo '{"v":1,"type":"runner","region":"b","at":'$((NOW - 20))',"status":"ok","offset_s":[3.1,3.4]}'
		echo '{"v":1,"type":"runner","region":"c","at":'$((NOW - 20))',"status":"timeout","message":"no end after 35 s\u001b[31m"}'
		echo '{"v":1,"type":"runner","region":"d","at":'$((NOW + 900))',"status":"ok","offset_s":"never"}'
	} | aggregate ingest
	redis sadd fleet:undelivered good bad >/dev/null
	run -0 aggregate status -f text
	grep -qE '^Last run: ingest [0-9]+[sm] ago, verdict [6-9]m ago \(late\), alert never$' <<<"$output"
	grep -qx 'Undelivered events: of bad, good' <<<"$output"
	grep -qE '^a +[0-9]+[sm] ago +ok +-0\.2 to \+0\.4 s$' <<<"$output"
	grep -qE '^b +[0-9]+[sm] ago +ok +\+3\.1 to \+3\.4 s  off by over 1 s$' <<<"$output"
	grep -qE '^c +[0-9]+[sm] ago +timeout  not measured$' <<<"$output"
	grep -qx '  no end after 35 s?\[31m' <<<"$output"
	grep -qE '^d +1[0-5]m ahead +ok +\+[0-9]+\.[0-9] s or more  off by over 1 s$' <<<"$output"
}

@test "what it cannot show" {
	run -2 aggregate status
	[[ $output == "mcp-aggregate: no server is in the store" ]]
	run -2 aggregate status -s demo
	[[ $output == "mcp-aggregate: no server demo is in the store" ]]
	run -2 aggregate status demo
	run -2 aggregate status -N 1
	MCP_STORE=unix://$PWD/none run -3 aggregate status
	fleet
	redis set probe:good:verdict '{"v":1,"type":"verdict"' >/dev/null
	run -0 --separate-stderr aggregate status -f text
	[[ $(line good) == "good unknown ooo - "* ]]
	[[ $output == *"  its verdict cannot be read"* ]]
	# shellcheck disable=SC2154
	[[ $stderr == "mcp-aggregate: warning: store: the verdict on good: "* ]]
	status=0
	aggregate status >/dev/full 2>err || status=$?
	[ "$status" -eq 3 ]
	grep -q '^mcp-aggregate: standard output: ' err
}
