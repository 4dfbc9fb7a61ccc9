#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: each sink says to its vendor what the vendor documents, through the life
# of an incident; and what the vendor answers is understood.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert
load ../../helpers/sinks

# life: started, escalated, acknowledged, resolved, a process each.
life() {
	verdict 0 eu,us tools-list jsonrpc.malformed | alert 0 -N $((T + 60))
	verdict 1 ap,eu,us initialize http.503 | alert 0 -N $((T + 60))
	alert 0 ack -N $((T + 90)) --by ann --reason 'disk full' example-mcp
	minutes 2 4 | alert 0 -N $((T + 300))
}

@test "PagerDuty hears of an incident under one key" {
	route pagerduty
	routes "$ROUTE"
	life
	[ "$(taken 'map(.body.event_action) | join(" ")')" = "trigger trigger acknowledge resolve" ]
	[ "$(taken 'map(.body.dedup_key) | unique | join(" ")')" = "example-mcp:downtime:$T" ]
	taken '.[0].body.payload | .severity, .source, .component, .class, .group, .timestamp' | tee payload
	[ "$(paste -sd' ' payload)" = "error example-mcp tools-list downtime tools 2026-04-29T20:31:00Z" ]
	[ "$(taken '.[1].body.payload.severity')" = critical ]
	[ "$(taken '.[1].body.links | map(.text) | join(" ")')" = "Acknowledge Runbook Dashboard" ]
	taken '.[1].body.payload.custom_details.Event' | grep "no client can use it"
	silent
}

@test "Opsgenie: made, noted on, raised, acknowledged and closed by its alias" {
	route opsgenie
	routes "$ROUTE"
	life
	taken '.[] | "\(.method) \(.path)"' >calls
	key="example-mcp%3Adowntime%3A$T"
	diff - calls <<-EOF
		POST /v2/alerts
		POST /v2/alerts
		POST /v2/alerts/$key/notes?identifierType=alias
		PUT /v2/alerts/$key/priority?identifierType=alias
		POST /v2/alerts/$key/acknowledge?identifierType=alias
		POST /v2/alerts/$key/close?identifierType=alias
	EOF
	[ "$(taken '.[0].body | "\(.priority) \(.alias)"')" = "P2 example-mcp:downtime:$T" ]
	[ "$(taken '.[3].body.priority')" = P1 ]
	taken '.[4].body.note' | grep -F 'acknowledged by ann'
	silent
}

@test "vendors have their own priorities for a step alert and for a hard outage" {
	route pagerduty
	pagerduty=$ROUTE
	route opsgenie
	routes "$pagerduty" "$ROUTE"
	verdict 0 eu,us initialize | alert 0 -N $((T + 60))
	# What is worse reaches them under the same key.
	verdict 1 ap,eu,us initialize | alert 0 -N $((T + 120))
	[ "$(events out)" = downtime_escalated ]
	# It never sinks, and no region that follows is told again.
	minutes 2 3 eu,us initialize | alert 0 -N $((T + 240))
	minutes 4 4 ap,eu,us initialize | alert 0 -N $((T + 300))
	[ ! -s out ]
	[ "$(taken 'map(.body | select(.payload) | "\(.dedup_key) \(.payload.severity)") | join(" ")')" = \
		"example-mcp:downtime:$T error example-mcp:downtime:$T critical" ]
	taken 'map(.body.payload.summary // empty) | join("|")' | tee titles
	grep -Fx 'P1: example-mcp is down|P1, worse: example-mcp is down everywhere' titles
	[ "$(taken 'map(select(.vendor == "opsgenie") | "\(.method) \(.body.priority)") | join(" ")')" = \
		"POST P2 POST P1 POST null PUT P1" ]
	silent
}

@test "a step alert that has become P1 by its age has the first priority of vendors" {
	route pagerduty
	pagerduty=$ROUTE
	route opsgenie
	routes "$pagerduty" "$ROUTE"
	verdict 0 eu,us tools-list jsonrpc.malformed | alert 0 -N $((T + 60))
	verdict 31 eu,us tools-list jsonrpc.malformed | alert 0 -N $((T + 1900))
	[ "$(taken 'map(.body.payload.severity // empty) | join(" ")')" = "error critical" ]
	[ "$(taken 'map(.body.priority // empty) | join(" ")')" = "P2 P1 P1" ]
}

@test "a refused credential that some regions do not see has the second priority at any step" {
	route pagerduty
	routes "$ROUTE"
	verdict 0 eu,us tools-list auth.rejected | jq -c '.checks = "refused"' |
		alert 0 -N $((T + 60))
	[ "$(taken 'map(.body.payload.severity) | join(" ")')" = error ]
}

@test "in a fleet of two regions both are all: a P1 has the first priority" {
	route pagerduty
	pagerduty=$ROUTE
	route opsgenie
	routes "$pagerduty" "$ROUTE"
	sed -i 's/^regions: .*/regions: [{name: eu}, {name: us}]/' fleet.yaml
	verdict 0 eu,us initialize | alert 0 -N $((T + 60))
	[ "$(taken 'map(.body.payload.severity // .body.priority) | sort | join(" ")')" = "P1 critical" ]
}

@test "a test of all routes leaves nothing open at PagerDuty or Opsgenie" {
	local to
	route pagerduty
	routes "$ROUTE"
	route opsgenie
	sed -i "s|^  routes:|&\n    - $ROUTE|" fleet.yaml
	alert 0 test --all -N "$T" example-mcp
	jq -e '[.routes[].result] == ["delivered", "delivered"]' out
	[ "$(taken 'map(select(.vendor == "pagerduty").body) | map(.event_action) | join(" ")')" = \
		"trigger resolve" ]
	[ "$(taken 'map(select(.vendor == "pagerduty").body.dedup_key) | unique | join(" ")')" = \
		"example-mcp:test:$T" ]
	taken '.[] | select(.vendor == "opsgenie") | "\(.method) \(.path)"' | diff - <(
		echo 'POST /v2/alerts'
		echo "POST /v2/alerts/example-mcp%3Atest%3A$T/close?identifierType=alias")
	[ "$(taken '.[] | .body | .payload.summary // .message // empty' | sort -u)" = \
		'[TEST] This is a test of the P1 route for example-mcp. Nothing is wrong.' ]
	# Of the fleet, and where its end does not get through, the test says so.
	alert 0 test --all -N "$((T + 60))" '*'
	taken 'map(.body.payload.summary // empty) | .[1]' | grep -F 'P1 route for the fleet. Nothing'
	mood ok '503 {}'
	alert 3 test --route pagerduty -N "$((T + 120))" example-mcp
	jq -e '.routes[0].result == "failed"' out
	# The next run ends it, and tells the fallback nothing.
	mood ok
	sed -i 's/name: pagerduty,/name: pagerduty, fallback: opsgenie,/' fleet.yaml
	alert 0 tick -N "$((T + 2000))"
	[ "$(taken 'map(select(.vendor == "pagerduty").body) | map(.event_action) | .[-2:] | join(" ")')" = \
		"resolve resolve" ]
	[ "$(taken 'map(select(.vendor == "opsgenie")) | length')" = 4 ]
	[ -z "$(undelivered)" ]
	# What was not begun is not: a test that comes late frightens people.
	mood '503 {}'
	alert 3 test --route pagerduty -N "$((T + 3000))" example-mcp
	[ -z "$(undelivered)" ]
}

@test "an alert that is gone needs no end" {
	route opsgenie
	routes "$ROUTE"
	verdict 0 eu,us initialize | alert 0 -N $((T + 60))
	mood 404
	minutes 1 3 | alert 0 -N $((T + 240))
	[ -z "$(undelivered)" ]
}

@test "a webhook of Slack gets a message for each event" {
	route hook
	routes "$ROUTE"
	life
	[ "$(taken 'map(.vendor) | unique | join(" ")')" = hook ]
	[ "$(taken 'length')" = 4 ]
	[ "$(taken '.[1].body.attachments[0].color')" = "#c40040" ]
	[ "$(taken '.[3].body.text')" = "🟢 P1 over after 2 min: example-mcp is up again" ]
	taken '.[1].body.attachments[0].fields[].title' | paste -sd, | tee titles
	[ "$(<titles)" = "Since,Seen from,URL,Failing minutes,Look first at" ]
	silent
}

@test "owner and labels are in each message, escaped as other text" {
	route hook
	slack=$ROUTE
	route pagerduty
	pagerduty=$ROUTE
	route discord
	discord=$ROUTE
	route opsgenie
	routes "$slack" "$pagerduty" "$discord" "$ROUTE"
	sed -i 's|^  - {slug: example-mcp, .*|  - {slug: example-mcp, url: "https://mcp.example.com/mcp", owner: "Ann <!here>", labels: {team: "a\&b", env: prod}}|' fleet.yaml
	verdict 0 eu,us initialize | alert 0 -N $((T + 60))
	[ "$(taken '.[] | select(.vendor == "hook").body.attachments[0].fields | map(select(.title | test("Owner|Labels")).value) | join("|")')" = \
		'Ann &lt;!here&gt;|team=a&amp;b, env=prod' ]
	[ "$(taken '.[] | select(.vendor == "discord").body.embeds[0].fields | map(select(.name | test("Owner|Labels")).value) | join("|")')" = \
		'Ann \<!here\>|team=a&b, env=prod' ]
	[ "$(taken '.[] | select(.vendor == "pagerduty").body.payload.custom_details | "\(.Owner)|\(.Labels)"')" = \
		'Ann <!here>|team=a&b, env=prod' ]
	[ "$(taken '.[] | select(.vendor == "opsgenie").body.details | "\(.Owner)|\(.Labels)"')" = \
		'Ann <!here>|team=a&b, env=prod' ]
	silent
}

@test "a bot of Slack replies in the thread, and the first message says how it is now" {
	route slack
	routes "$ROUTE"
	life
	taken '.[] | "\(.path) \(.body.channel) \(.body.thread_ts // .body.ts) \(.body.reply_broadcast)"' >calls
	diff - calls <<-EOF
		/api/chat.postMessage C0123ABCD null null
		/api/chat.postMessage C1H9RESGL 1503435956.000001 true
		/api/chat.update C1H9RESGL 1503435956.000001 null
		/api/chat.postMessage C1H9RESGL 1503435956.000001 null
		/api/chat.update C1H9RESGL 1503435956.000001 null
		/api/chat.postMessage C1H9RESGL 1503435956.000001 null
		/api/chat.update C1H9RESGL 1503435956.000001 null
	EOF
	[ "$(taken '.[6].body.attachments[0].color')" = "#15803d" ]
	redis get alert:example-mcp | jq -e 'has("handles") | not'
	silent
}

@test "between two processes the store says where the thread is" {
	route slack
	routes "$ROUTE"
	verdict 0 eu,us initialize | alert 0 -N $((T + 60))
	redis get alert:example-mcp | jq -e '.handles == [{key: "example-mcp:downtime:1777494660",
		route: "slack", handle: "C1H9RESGL 1503435956.000001"}]'
}

@test "what was posted is not posted again when only the change failed" {
	route slack
	routes "$ROUTE"
	verdict 0 eu,us initialize | alert 0 -N $((T + 60))
	mood ok 500 ok
	minutes 1 3 | alert 3 -N $((T + 240))
	grep -F 'route slack: HTTP 500; it is retried' err
	redis get alert:example-mcp | jq -e '.outbox[0].deliveries[0].done == 1'
	alert 0 tick -N $((T + 420))
	[ "$(taken 'map(.path | sub(".*/chat."; "")) | join(" ")')" = \
		"postMessage postMessage update update" ]
}

@test "a thread that somebody deleted is begun anew" {
	route slack
	routes "$ROUTE"
	verdict 0 eu,us initialize | alert 0 -N $((T + 60))
	mood 'error thread_not_found' ok
	minutes 1 3 | alert 3 -N $((T + 240))
	alert 0 tick -N $((T + 420))
	[ "$(taken '.[2].body | "\(.channel) \(.thread_ts)"')" = "C0123ABCD null" ]
}

@test "what Slack says of a mistake of ours is told, and waits to be mended" {
	route slack
	routes "$ROUTE"
	mood 'error invalid_auth' ok
	verdict 0 eu,us initialize | alert 3 -N $((T + 60))
	grep -F 'Slack says invalid_auth; correct this: it is retried until tomorrow' err
	[ "$(undelivered)" = example-mcp ]
	alert 0 tick -N $((T + 420))
	[ -z "$(undelivered)" ]
	silent
}

@test "a bot needs a channel, and a credential a token or a url" {
	route slack
	routes "${ROUTE/, channel: C0123ABCD/}"
	verdict 0 eu,us initialize | alert 3 -N $((T + 60))
	grep -F 'the token of a bot needs a channel; correct this' err
	credential slack 'account = x'
	alert 3 tick -N $((T + 420))
	grep -F 'neither a token nor a url; correct this' err
}

@test "Discord changes one message, red to green, and calls the role once" {
	route discord 'mention: "165511591545143296"'
	routes "$ROUTE"
	life
	taken '.[] | "\(.method) \(.body.embeds[0].color) \(.body.content)"' >calls
	diff - calls <<-EOF
		POST $((0xd97706)) <@&165511591545143296>
		PATCH $((0xc40040)) null
		POST $((0xc40040)) null
		PATCH $((0x2563eb)) null
		PATCH $((0x15803d)) null
	EOF
	[ "$(taken '[.[1, 3, 4].path | split("/") | last] | unique | join(" ")')" = 100000000000000001 ]
	silent
}

@test "Discord: a message that is gone is posted anew; its own time to wait counts" {
	route discord
	routes "$ROUTE"
	mood 'after 300.5' ok 'code 404 10008' ok
	verdict 0 eu,us tools-list x | alert 3 -N $((T + 60))
	redis get alert:example-mcp | jq -e ".outbox[0].deliveries[0].next_try >= $((T + 60 + 301))"
	alert 0 tick -N $((T + 500))
	minutes 1 3 | alert 3 -N $((T + 240))
	alert 0 tick -N $((T + 1200))
	[ "$(taken 'map(.method) | join(" ")')" = "POST POST PATCH POST" ]
}

@test "Teams gets a card for each event, in its colour, with buttons" {
	route teams
	routes "$ROUTE"
	life
	[ "$(taken 'map(.body.attachments[0].content.body[0].inlines[0].color) | join(" ")')" = \
		"warning attention accent good" ]
	taken '.[1].body.attachments[0].content | .actions[].title, .body[-1].inlines[0].text' |
		paste -sd, | tee titles
	[ "$(<titles)" = "Acknowledge,Runbook,Dashboard,Look first at: " ]
	[ "$(taken '.[3].body.attachments[0].content.fallbackText')" = \
		"P1 over after 2 min: example-mcp is up again" ]
	silent
}

@test "Telegram: later events reply to the first, without a sound unless it got worse" {
	route telegram
	routes "$ROUTE"
	life
	taken '.[].body | "\(.reply_parameters.message_id) \(.disable_notification)"' >calls
	diff - calls <<-EOF
		null null
		1 null
		1 true
		1 true
	EOF
	taken '.[1].body.reply_markup.inline_keyboard[][].text' | paste -sd, | tee titles
	[ "$(<titles)" = "Acknowledge,Runbook,Dashboard" ]
	taken '.[3].body.text' | grep -F '🟢 <b>P1 over after 2 min: example-mcp is up again</b>'
	redis get alert:example-mcp | jq -e 'has("handles") | not'
	silent
}

@test "Telegram: its time to wait counts, and a group that has a new id is told with it" {
	route telegram
	routes "$ROUTE"
	mood 'after 300' "400 $(jq -cn '{ok: false, error_code: 400,
		description: "Bad Request: group chat was upgraded to a supergroup chat",
		parameters: {migrate_to_chat_id: -1009876543210}}')" ok
	verdict 0 eu,us tools-list x | alert 3 -N $((T + 60))
	redis get alert:example-mcp | jq -e ".outbox[0].deliveries[0].next_try >= $((T + 60 + 300))"
	alert 3 tick -N $((T + 500))
	grep -F 'the channel has a new id, -1009876543210; correct this' err
	alert 0 tick -N $((T + 1000))
	silent
}

@test "Telegram: a link to a host without a dot is no button, which would be refused" {
	route telegram
	routes "$ROUTE"
	sed -i 's|https://status.example.com|http://localhost:8080|' fleet.yaml
	verdict 0 eu,us initialize | alert 0 -N $((T + 60))
	taken '.[0].body.text' | grep -E '^<b>Acknowledge:</b> <code>http://localhost:8080/'
}

@test "ntfy: as loud as it is bad; an acknowledgement and the end change the last notification" {
	route ntfy
	routes "$ROUTE"
	life
	taken '.[].body | "\(.priority) \(.tags | join(",")) \(.sequence_id)"' >calls
	diff - calls <<-EOF
		4 warning,example-mcp null
		5 rotating_light,example-mcp null
		2 eyes,example-mcp xE73Iyuabi2
		3 white_check_mark,example-mcp xE73Iyuabi2
	EOF
	[ "$(taken '.[1].body.actions | map(.label) | join(" ")')" = "Acknowledge Runbook Dashboard" ]
	taken '.[1].body.message' | grep -F 'Seen from: '
	silent
	# By name and password; a topic is needed.
	credential ntfy "url = $BASE/mcp-$CANARY" 'user = ann'
	alert 2 check
	grep -F 'route ntfy: its secret: needs both user and password' err
	credential ntfy "url = $BASE/"
	alert 2 check
	grep -F 'route ntfy: its secret: the url does not end with a topic' err
}

@test "Mattermost gets a message for each event, in the channel of the route" {
	route mattermost 'channel: town-square'
	routes "$ROUTE"
	life
	[ "$(taken 'map(.body.channel) | unique | join(" ")')" = town-square ]
	[ "$(taken 'map(.body.attachments[0].color) | join(" ")')" = "#d97706 #c40040 #2563eb #15803d" ]
	[ "$(taken '.[3].body.text')" = "🟢 **P1 over after 2 min: example\-mcp is up again**" ]
	taken '.[1].body.attachments[0].text' |
		grep -E '^\[Acknowledge\]\(https://[^)]+\) · \[Runbook\]\(https://[^)]+\) · \[Dashboard\]'
	silent
}

@test "a text message to each number; a number that is refused keeps none from it" {
	route sms 'to: ["+15551230124", "+15551230125", "+15551230126"]'
	routes "$ROUTE"
	mood ok 'code 400 21211' ok
	verdict 0 eu,us initialize | alert 3 -N $((T + 60))
	grep -F "HTTP 400, Twilio's error 21211, for number 2 of its to; correct this: it is retried" err
	[ "$(taken 'map(.body.To) | join(" ")')" = "+15551230124 +15551230125 +15551230126" ]
	taken '.[0].body.Body' | tee body
	grep -E '^P1: example-mcp is down\. Since Wed 29 Apr .*20:31 UTC .*\. Seen from eu and us\. Acknowledge: https://status.example.com/a/[0-9A-Za-z]{8}$' body
	[ "$(jq -Rr length body)" -le 160 ]
	silent
}

@test "a text message says whole words, and has a link that fits" {
	route sms
	routes "$ROUTE"
	slug=a-server.of-some-team.with-a-long-name.that-somebody-chose-long-ago
	verdict 0 eu,us auth-initialize mcp.missing-protocolVersion $slug | alert 0 -N $((T + 60))
	taken '.[0].body.Body' | tee body
	grep -E "^P1: $slug is down\. Since .*\. Acknowledge: https://status.example.com/a/[0-9A-Za-z]{8}$" body
	run ! grep -E 'mcp\.|missing|\.\.\.' body
	# Of what is told once, as many sentences as there is room for.
	jq -cn --argjson at $((T + 120)) '{v: 1, type: "expiry", at: $at, slug: "example-mcp", subject: "certificate",
		expires_at: ($at + 86400), threshold: 7, source: "handshake", url: "https://mcp.example.com/mcp",
		issuer: null, names: null, region: null, days_left: 1, name: null, error: null}' >expiry
	alert 0 -N $((T + 130)) <expiry || cat err
	taken '.[-1].body.Body' | tee body
	run ! grep -F '...' body
}

@test "a number that somebody has to correct is tried every five minutes, alone, and delays nothing" {
	route sms 'to: ["+15551230124", "+15551230125", "+15551230126"]'
	routes "$ROUTE"
	policies '{steps: [{routes: [sms]}]}'
	mood ok 'code 400 21614' ok 'code 400 21614'
	verdict 0 eu,us initialize | alert 3 -N $((T + 60))
	for n in 1 2; do
		alert 3 tick -N $((T + 60 + 300 * n))
	done
	[ "$(taken '.[3:] | map(.body.To) | join(" ")')" = "+15551230125 +15551230125" ]
	# The others hear of its end; what is owed comes in its order.
	mood 'code 400 21614' ok 'code 400 21614' ok ok
	minutes 11 13 | alert 3 -N $((T + 840))
	[ "$(taken '.[5:] | map(.body.To) | join(" ")')" = \
		"+15551230125 +15551230124 +15551230125 +15551230126" ]
	alert 0 tick -N $((T + 840 + 300))
	[ "$(taken '.[9:] | map("\(.body.To) \(.body.Body[:7])") | join("|")')" = \
		"+15551230125 P1: exa|+15551230125 P1 over" ]
	[ -z "$(undelivered)" ]
	alert 0 tick -N $((T + 2000))
	[ "$(taken length)" = 11 ]
}

@test "a second number is not kept from its message by a route that is too busy" {
	route sms 'to: ["+15551230124", "+15551230125"]'
	routes "$ROUTE"
	policies '{steps: [{routes: [sms]}]}'
	mood ok 429 ok
	verdict 0 eu,us initialize | alert 3 -N $((T + 60))
	redis get alert:example-mcp | jq -e '.outbox[0].deliveries[0] |
		.done == 1 and .next_try >= 1777494840'
	alert 0 tick -N $((T + 500))
	[ "$(taken 'map(.body.To) | join(" ")')" = "+15551230124 +15551230125 +15551230125" ]
}

@test "a call for what wakes, and none for what lets sleep" {
	route voice
	routes "$ROUTE"
	life
	[ "$(taken 'map(.path | split("/") | last) | join(" ")')" = "Calls.json Calls.json" ]
	taken '.[1].body.Twiml' | tee twiml
	grep -F 'now Priority 1 (was Priority 2): example-mcp is down everywhere. It answers with errors' twiml
	grep -F 'Seen from ap, eu and us.' twiml
	# This telephone cannot: it says who can.
	grep -F ' To acknowledge it, open the link in the message that you were sent, or run: mcp-alert ack example-mcp. </Say>' twiml
	[ -z "$(undelivered)" ]
}

@test "what a server says becomes no markup" {
	# The names of regions are checked; what a reason says is anybody's.
	step "${VENDORS[@]}" voice
	verdict 0 eu,us initialize '<!channel> *b* `c` @everyone & [x](http://evil)' | alert 0 -N $((T + 60))
	alert 0 ack -N $((T + 90)) --by '<https://evil|ann> @here' \
		--reason '**x** </Say><Dial>1</Dial> & | ~y~ _z_' example-mcp
	minutes 1 3 | alert 0 -N $((T + 240))
	[ "$(taken 'map(.vendor) | unique | join(" ")')" = "discord hook mattermost ntfy opsgenie pagerduty slack teams telegram twilio" ]
	[ -z "$(undelivered)" ]
}

@test "every sink takes a digest" {
	MORE=', digest: hourly' step "${VENDORS[@]}" voice
	{ verdict 0 eu,us tools-list x; minutes 1 3; verdict 0 eu tls tcp.refused other; } | alert 0 -N $((T + 60))
	[ -z "$(taken 'map(.vendor) | join(" ")')" ]
	alert 0 tick -N $((T + 3900))
	[ "$(taken 'map(.vendor) | sort | join(" ")')" = \
		"discord hook mattermost ntfy opsgenie pagerduty slack teams telegram twilio twilio" ]
	taken '.[] | select(.vendor == "hook").body | .text, .attachments[0].text' | tee digest
	grep -F 'P2 digest, hourly: 2 events' digest
	grep -E 'Wed 29 Apr .*20:31 UTC  P2: example-mcp' digest
}

@test "what somebody opens by hand, moves on and closes reaches each vendor, and rings once" {
	step "${VENDORS[@]}" voice
	alert 0 open -N $((T + 5)) --by ann --severity P1 --title 'Stale <results>' \
		--text 'We look into it.' example-mcp
	alert 0 note -N $((T + 60)) --by ann --state identified --public 'An old *index*.' example-mcp
	alert 0 close -N $((T + 120)) --by ann --reason 'A new index.' example-mcp
	silent
	for vendor in discord hook mattermost ntfy pagerduty slack teams telegram; do
		[ "$(taken "map(select(.vendor == \"$vendor\")) | length")" -ge 3 ]
	done
	taken 'map(.body | tostring) | join("\n")' >said
	for words in 'opened by ann: We look into it' 'identified by ann: An old' 'resolved by ann: A new index'; do
		[ "$(grep -ci "$words" said)" -ge 6 ] || { echo "$words"; cat said; return 1; }
	done
	[ "$(taken 'map(select(.path | test("Calls")?)) | length')" = 1 ]
	[ "$(taken 'map(select(.vendor == "pagerduty").body.event_action) | join(" ")')" = \
		'trigger trigger resolve' ]
}
