#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: why a server paged, or why not, on one screen; and what was told of it.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
	redis flushall >/dev/null
	MIDNIGHT=1777420800 # 2026-04-29T00:00:00Z
}

# at HH:MM: that minute of the day, in epoch seconds.
at() {
	echo $((MIDNIGHT + 10#${1%:*} * 3600 + 10#${1#*:} * 60))
}

# night LINE…: verdicts, as a story tells them, into mcp-alert. The wall clock
# is later: what is due is due.
night() {
	printf '%s\n' '# A night.' "$@" expect: >night.story
	"$ROOT/tests/scenarios/run" --records night.story | "$BIN/mcp-alert" >/dev/null
}

# explain HH:MM ARGUMENT…: as of then.
explain() {
	run -0 --separate-stderr "$BIN/mcp-alert" explain -N "$(at "$1")" "${@:2}"
}

@test "a downtime: by which rule, how far it is, and what comes next" {
	night '14:00-14:01 green' '14:02-14:10 red tools-list eu us'
	explain 14:11 -f text example-mcp
	diff - <(echo "$output") <<-'EOT'
	example-mcp  https://example-mcp.example.com/mcp
	2026-04-29T14:11:00Z; the newest window that counted is 14:10

	P2 downtime, open since 14:02, confirmed at 14:02
	  why: regions agreed that it fails, at 14:02: that counts at once
	  what: tools-list jsonrpc.-32603, layer tools; from eu, us of 3 regions; 9 windows, the last 14:10
	  notified: no route
	  next: becomes P1 at 14:32, reminder at 18:02, unless it passes

	Last events:
	  14:02  downtime_started  example-mcp answers, but its tools fail: tools-list fails with jsonrpc.-32603 from eu and us (2 of 3 regions).
	EOT
	explain 14:11 -f jsonl example-mcp
	jq -e '.type == "explanation" and .incidents[0].confirmed_by == "space" and
		.incidents[0].next_promotion == "2026-04-29T14:32:00Z" and
		.incidents[0].next_reminder == "2026-04-29T18:02:00Z" and
		.rows == [] and .undelivered == []' <<<"$output"
}

@test "slow above what is allowed: explain names the rule, and replay and what-if follow it" {
	cat >fleet.yaml <<-'END'
		regions: [{name: eu}, {name: us}, {name: ap}]
		servers: [{slug: example-mcp, url: "https://example-mcp.example.com/mcp", slow_above: 2s}]
	END
	printf '%s\n' '# Slow.' '14:00-14:04 green p50=2400' expect: >night.story
	"$ROOT/tests/scenarios/run" --records night.story >records
	"$BIN/mcp-alert" -c fleet.yaml <records >out
	jq -e '.event == "latency_started" and .severity == "P2" and
		.measure == {value: 2400, usual: 2000, slow_above: true} and
		(.summary | startswith("example-mcp is slow: p50 2.4 s for 3 minutes; slow_above is 2s"))' out
	explain 14:05 -f jsonl -c fleet.yaml example-mcp
	jq -e '.incidents[0].measure == {value: 2400, usual: 2000, slow_above: true}' <<<"$output"
	explain 14:05 -f text -c fleet.yaml example-mcp
	[ "${lines[2]}" = "P2 latency, open since 14:00, confirmed at 14:02" ]
	[ "${lines[3]}" = "  why: its p50 was above slow_above (2s), since 14:00" ]
	"$BIN/mcp-alert" replay -c fleet.yaml records | jq -e '.event == "latency_started"'
	run -0 --separate-stderr "$BIN/mcp-alert" replay -f text records
	[[ $output != *latency_started* ]]
	run -0 --separate-stderr "$BIN/mcp-alert" replay -f text --policy slow_above=2s records
	[[ $output == *"only with the policy: 1 incident"* ]]
	run -0 --separate-stderr "$BIN/mcp-alert" replay -f text -c fleet.yaml --policy slow_above=3s records
	[[ $output != *"only"* ]]
}

@test "our credential is refused: explain, list, history and the runbook say no more than is known" {
	night '14:00-14:01 green' \
		'14:02-14:04 red auth-initialize eu us ap error=auth.rejected checks=refused'
	explain 14:05 -f text example-mcp
	diff - <(sed -n '4,8p' <<<"$output") <<-'EOT'
	P1 downtime, open since 14:02, confirmed at 14:02
	  why: regions agreed that our credential is refused, at 14:02: that counts at once
	  what: auth-initialize auth.rejected, layer initialize; from eu, us, ap of 3 regions; 3 windows, the last 14:04
	  known: our credential worked until 14:02, and is refused since; clients with their own access may be fine
	  notified: no route
	EOT
	[[ $output == *"downtime_started  We cannot check example-mcp: our credential is refused since 14:02 UTC"* ]]
	[[ $output != *"is down"* ]]
	explain 14:05 -f jsonl example-mcp
	jq -e '.incidents[0].checks == "refused"' <<<"$output"
	"$BIN/mcp-alert" list -f jsonl | jq -e '.checks == "refused"'
	"$BIN/mcp-alert" list -f text | grep -F '(our credential is refused)'
	"$BIN/mcp-alert" history -f text example-mcp -N "$(at 14:05)" |
		grep -F 'We cannot check example-mcp'
	printf '%s\n' '# A night.' '14:00 red auth-initialize eu us error=auth.scope checks=refused' \
		'14:05 green' expect: >night.story
	printf 'site: {url: "https://status.example.com"}\nregions: [{name: eu}]\n' >fleet.yaml
	"$ROOT/tests/scenarios/run" --records night.story |
		"$BIN/mcp-alert" replay -c fleet.yaml --format jsonl - |
		jq -e 'select(.event == "downtime_started") | .checks == "refused" and
			(.runbook_url | endswith("/man/mcp-runbook.7#checks_refused"))'
	mandoc -T html "$ROOT/man/mcp-runbook.7" | grep -qF 'id="checks_refused"'
}

@test "what it said came true: the promotion, then the reminder" {
	night '14:02-14:10 red tools-list eu us'
	explain 14:11 example-mcp
	promoted=$(jq -r '.incidents[0].next_promotion | fromdate' <<<"$output")
	run -0 --separate-stderr "$BIN/mcp-alert" tick -N $((promoted - 1))
	[ -z "$output" ]
	run -0 --separate-stderr "$BIN/mcp-alert" tick -N "$promoted"
	[ "$(jq -r .event <<<"$output")" = downtime_escalated ]
	explain 14:40 example-mcp
	jq -e '.incidents[0].next_promotion == null' <<<"$output"
	reminded=$(jq -r '.incidents[0].next_reminder | fromdate' <<<"$output")
	run -0 --separate-stderr "$BIN/mcp-alert" tick -N $((reminded - 1))
	[ -z "$output" ]
	run -0 --separate-stderr "$BIN/mcp-alert" tick -N "$reminded"
	[ "$(jq -r .event <<<"$output")" = downtime_reminder ]
	# Nobody called it when it was time.
	explain 23:00 -f text example-mcp
	[[ $output == *"reminder at 22:02 (due; no verdict or tick since), unless"* ]]
}

@test "why it did not page: a row that is too short" {
	night '14:00 green' '14:01-14:02 amber initialize eu'
	explain 14:03 -f text example-mcp
	[[ $output == *"No incident is open."*"eu has failed in 2 of the 3 windows in a row that it takes, since 14:01"* ]]
	explain 14:03 example-mcp
	jq -e '.rows == [{region: "eu", kind: "failing", windows: 2, needed: 3,
		since: "2026-04-29T14:01:00Z"}]' <<<"$output"
	night '14:00 green' '14:01-14:02 green limited=us'
	redis flushall >/dev/null
	night '14:00 green' '14:01-14:02 green limited=us'
	explain 14:03 -f text example-mcp
	[[ $output == *"us was answered with 429 in 2 of the 3 windows"* ]]
}

@test "what time confirmed, what passes, what is folded" {
	night '14:00-14:03 amber tls eu' '14:04-14:06 red tls eu us' '14:07 green'
	explain 14:08 -f text example-mcp
	[[ $output == *"P1 downtime, open since 14:04, confirmed at 14:04"*"why: regions agreed"* ]]
	[[ $output == *"passing: 1 of 3 windows in a row, since 14:07; meanwhile it wakes nobody"* ]]
	[[ $output == *"P2 regional, open since 14:00, superseded by a worse one: silent until both end, confirmed at 14:02"* ]]
	[[ $output == *"why: every window failed from 14:00 to 14:02: enough in a row to count"* ]]
	[[ $output != *next:* ]]
}

@test "what is flapping, and when that is over" {
	night '14:00 red tls eu us' '14:01-14:04 green' '14:05 red tls eu us' '14:06-14:09 green' \
		'14:10 red tls eu us' '14:11-14:14 green'
	explain 14:15 -f text example-mcp
	[[ $output == *"P1 downtime, open since 14:10"*"flapping: over after 30 min without a failure"* ]]
}

@test "what a maintenance mutes, and until when" {
	"$BIN/mcp-alert" maintenance add -N "$(at 13:50)" --start "$(date -u -d "@$(at 14:00)" +%FT%TZ)" \
		--for 30m --reason "new disks" example-mcp >/dev/null
	printf '%s\n' '# A.' '14:05-14:10 red initialize eu us' expect: >night.story
	"$ROOT/tests/scenarios/run" --records night.story | "$BIN/mcp-alert" -N "$(at 14:10)" >out
	[ ! -s out ]
	explain 14:11 -f text example-mcp
	[[ $output == *"In maintenance from 14:00 to 14:30: nobody is notified: new disks"* ]]
	[[ $output == *"notified: nobody yet"*"muted: by the maintenance that ends at 14:30; judged 300 s after that"* ]]
	[[ $output != *next:* ]]
	explain 14:11 example-mcp
	jq -e '.maintenance_until == "2026-04-29T14:30:00Z" and .incidents[0].held' <<<"$output"
}

@test "a maintenance that was added after the last run" {
	night '14:02-14:10 red initialize eu us'
	explain 14:11 -f text example-mcp
	[[ $output == *next:* ]]
	"$BIN/mcp-alert" maintenance add -N "$(at 14:11)" --for 30m --reason "new disks" example-mcp >/dev/null
	explain 14:12 -f text example-mcp
	[[ $output == *"In maintenance from 14:11 to 14:41: nobody is notified: new disks"* ]]
	[[ $output == *"muted: by the maintenance that ends at 14:41"* ]]
	[[ $output != *next:* ]]
	explain 14:12 example-mcp
	jq -e '.maintenance_until == "2026-04-29T14:41:00Z" and .incidents[0].next_reminder == null' <<<"$output"
}

@test "whom the next step tells, and when" {
	cat >fleet.yaml <<-'EOT'
	regions: [{name: eu}, {name: us}, {name: ap}]
	servers: [{slug: example-mcp, url: "https://example-mcp.example.com/mcp"}]
	alerts:
	  routes:
	    - {name: chat, type: command, command: ["true"]}
	    - {name: phone, type: command, command: ["true"]}
	  policies:
	    - steps: [{routes: [chat]}, {after: 20m, routes: [phone, chat]}]
	EOT
	export MCP_CONFIG=$PWD/fleet.yaml
	night '14:02-14:10 red tools-list eu us'
	explain 14:11 -f text example-mcp
	[[ $output == *"  next: phone, chat notified at 14:22, becomes P1 at 14:32, reminder at 18:02, unless it passes"* ]]
	explain 14:11 example-mcp
	jq -e '.incidents[0] | .next_step == "2026-04-29T14:22:00Z" and .next_told == ["phone", "chat"]' <<<"$output"
	sed -i '/name: phone/s/true/false/' fleet.yaml
	run -3 "$BIN/mcp-alert" tick -N "$(at 14:22)"
	explain 14:23 example-mcp
	jq -e '.incidents[0] | .ladder_step == 2 and .next_step == null and .next_told == [] and
		.told == ["chat"]' <<<"$output"
	explain 14:23 -f text example-mcp
	[[ $output == *$'\n  notified: chat\n  not yet: phone\n'* ]]
	run -0 "$BIN/mcp-alert" list -f text
	[[ $output == *' (notified chat) '* ]]
	sed -i '/name: phone/s/false/true/' fleet.yaml
	"$BIN/mcp-alert" tick -N "$(at 14:42)" >/dev/null
	explain 14:42 -f text example-mcp
	[[ $output == *$'\n  notified: chat, phone\n'* && $output != *'not yet'* ]]
}

@test "who looks after it, and what comes then" {
	night '14:02-14:10 red tools-list eu us'
	"$BIN/mcp-alert" ack -N "$(at 14:11)" --by alice --for 1h --reason "rolling back" example-mcp >/dev/null
	explain 14:12 -f text example-mcp
	[[ $output == *"acknowledged: alice, until 15:11: rolling back"*"next: reminder at 15:11, unless it passes"* ]]
	explain 14:12 example-mcp
	jq -e '.incidents[0] | .acknowledged_by == "alice" and .next_promotion == null' <<<"$output"
	reminded=$(jq -r '.incidents[0].next_reminder | fromdate' <<<"$output")
	run -0 --separate-stderr "$BIN/mcp-alert" tick -N $((reminded - 1))
	[ -z "$output" ]
	run -0 --separate-stderr "$BIN/mcp-alert" tick -N "$reminded"
	[ -n "$output" ]
}

@test "what is not delivered: to whom, how often it failed, and when again" {
	cat >fleet.yaml <<-'EOT'
	regions: [{name: eu}, {name: us}, {name: ap}]
	servers: [{slug: example-mcp, url: "https://example-mcp.example.com/mcp"}]
	alerts:
	  routes: [{name: pager, type: command, command: ["false"]}]
	EOT
	printf '%s\n' '# A night.' '14:02 red initialize eu us' expect: >night.story
	"$ROOT/tests/scenarios/run" --records night.story >records
	run -3 "$BIN/mcp-alert" -c fleet.yaml <records
	export MCP_CONFIG=$PWD/fleet.yaml
	run -0 "$BIN/mcp-alert" explain -f text example-mcp
	grep -q '^  downtime_started to pager: decided .*, failed 1 time (.*), retried at ' <<<"$output"
	[[ $output == *$'\n  notified: nobody yet\n  not yet: pager\n'* ]]
	run -0 "$BIN/mcp-alert" explain -f jsonl example-mcp
	jq -e '.incidents[0].told == [] and
		(.undelivered | length == 1 and .[0].route == "pager" and .[0].attempts == 1)' <<<"$output"
}

@test "history: of one server or all, the newest last" {
	printf '%s\n' '# A night.' 'servers: shop search' '14:00-14:02 shop: red initialize eu us' \
		'14:03-14:05 shop: green' '14:01 search: red dns eu us' expect: >night.story
	"$ROOT/tests/scenarios/run" --records night.story | "$BIN/mcp-alert" >/dev/null
	run -0 "$BIN/mcp-alert" history -f text
	[ "$(awk '{ print $1, $2, $3 }' <<<"$output")" = "2026-04-29T14:00:00Z shop downtime_started
2026-04-29T14:01:00Z search downtime_started
2026-04-29T14:05:00Z shop downtime_resolved" ]
	run -0 "$BIN/mcp-alert" history shop
	jq -se 'map([.type, .server_slug, .what]) == [["history", "shop", "downtime_started"],
		["history", "shop", "downtime_resolved"]] and .[0].at == 1777471200' <<<"$output"
	redis flushall >/dev/null
	run -0 "$BIN/mcp-alert" history -f text
	[ "$output" = "Nobody was notified." ]
}

@test "a slug that is none, or of which nothing is known; a store that is gone" {
	for command in explain history; do
		run -2 "$BIN/mcp-alert" $command nobody
		[[ $output == "mcp-alert: nobody: nothing is known of it"* ]]
		run -2 "$BIN/mcp-alert" $command '../x'
		[[ $output == *"is not the slug of a server"* ]]
		run -3 "$BIN/mcp-alert" $command --store unix:///nowhere/redis.sock example-mcp
	done
	run -2 "$BIN/mcp-alert" explain
	[[ $output == *"a slug is missing"* ]]
	# Looking changes nothing.
	night '14:02 red initialize eu us'
	before=$(redis get alert:example-mcp)
	run -0 "$BIN/mcp-alert" explain example-mcp
	run -0 "$BIN/mcp-alert" history
	[ "$(redis get alert:example-mcp)" = "$before" ]
}
