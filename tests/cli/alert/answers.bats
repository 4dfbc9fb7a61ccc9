#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: whoever answers in PagerDuty, Opsgenie, Slack or on the phone need not
# answer again: our own ladder stops. Only what the vendor signs counts, it counts
# once, and a stranger learns nothing.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert
load ../../helpers/sinks

# One incident, which a ladder would take to the call after five minutes.
setup() {
	alert_setup
	credential ack 'token = ack-secret-of-more-than-43-characters-for-it-signs'
	vendors
	credential pagerduty "token = $CANARY" 'answer_secret = pd-canary'
	credential opsgenie "token = $CANARY" 'answer_secret = og-canary'
	credential slack "token = $CANARY" 'answer_secret = slack-canary'
	credential twilio "account = AC$(printf '%032d' 1)" "token = $CANARY" \
		'answer_secret = twilio-canary'
	T=$(($(date +%s) / 60 * 60))
	local all=()
	for name in pagerduty opsgenie slack voice; do
		route $name
		all+=("$ROUTE")
	done
	routes "${all[@]}" '{name: last, type: command, command: [sh, -c, "cat >>last"]}'
	policies '{name: night, steps: [{routes: [pagerduty, opsgenie, slack, voice]}, {after: 5m, routes: [last]}]}'
	echo "store: $MCP_STORE" >>fleet.yaml
	verdict 0 eu,us initialize | alert 0
	KEY=example-mcp:downtime:$T
}

# answer ROUTE[?QUERY] NAME=VALUE…: the body in the file body is sent by the vendor.
answer() {
	local query=
	[[ $1 != *\?* ]] || query=${1#*\?}
	env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST SCRIPT_NAME=/answer \
		PATH_INFO="/${1%%\?*}" QUERY_STRING="$query" CONTENT_TYPE="${TYPE-application/json}" \
		CONTENT_LENGTH="$(wc -c <body)" "${@:2}" \
		"$BIN/mcp-alert" <body 2>err | tr -d '\r' >reply
	sed -n '1s/^Status: //p' reply
}

# said: the body of the reply.
said() {
	sed '1,/^$/d' reply
}

mac() { # SECRET, the text on standard input
	openssl dgst -sha256 -hmac "$1" -r | cut -d' ' -f1
}

holder() {
	alert 0 list
	jq -r .acknowledged_by out
}

# after MINUTES: the ladder that far on.
after() {
	alert 0 tick -N $((T + 60 * $1))
}

# pd EVENT NAME [AGENT [SECONDS]]: as "V3 webhooks overview" shows one.
pd() {
	jq -cn --arg what "$1" --arg who "$2" --arg type "${3-user_reference}" --arg key "$KEY" \
		--arg at "$(date -ud "@$(($(date +%s) + ${4-0}))" +%FT%T.169Z)" '{event: {
		id: "5ac64822-4adc-4fda-ade0-410becf0de4f", event_type: "incident.\($what)",
		resource_type: "incident", occurred_at: $at,
		agent: {html_url: "https://acme.pagerduty.com/users/PLH1HKV", id: "PLH1HKV",
			self: "https://api.pagerduty.com/users/PLH1HKV", summary: $who, type: $type},
		client: {name: "PagerDuty"},
		data: {id: "PGR0VU2", type: "incident", number: 2, status: "triggered",
			incident_key: $key, title: "A little bump in the road", urgency: "high",
			resolve_reason: null}}}' | tr -d '\n' >body
}

from_pd() {
	answer pagerduty HTTP_X_PAGERDUTY_SIGNATURE="v1=$(printf '%064d' 7),v1=$(mac pd-canary <body)"
}

@test "acknowledged in PagerDuty: our ladder stops, and everybody told hears of it" {
	pd acknowledged 'Tenex Engineer'
	[ "$(from_pd)" = "200 OK" ]
	[ -z "$(said)" ]
	[ "$(holder)" = "Tenex Engineer (PagerDuty)" ]
	after 6
	[ ! -e last ]
	[ "$(taken 'map(select(.vendor == "opsgenie")) | .[-1].path')" = \
		"/v2/alerts/$(jq -rn --arg k "$KEY" '$k|@uri')/acknowledge?identifierType=alias" ]
}

@test "without an answer the ladder goes on" {
	after 6
	[ "$(events last)" = downtime_escalated ]
}

@test "resolved in PagerDuty: the ladder stops, though the server decides what is over" {
	pd resolved 'Tenex Engineer'
	[ "$(from_pd)" = "200 OK" ]
	alert 0 list
	jq -e '.acknowledged_by == "Tenex Engineer (PagerDuty)" and .reason == "resolved in PagerDuty"' out
	after 6
	[ ! -e last ]
}

@test "a webhook that comes again, or late, undoes nothing" {
	pd acknowledged Ann
	cp body first
	from_pd
	alert 0 unack example-mcp
	cp first body
	[ "$(from_pd)" = "200 OK" ]
	[ "$(holder)" = null ]
	alert 0 ack --by bob example-mcp
	pd acknowledged Ann
	[ "$(from_pd)" = "200 OK" ]
	[ "$(holder)" = bob ]
}

@test "PagerDuty hands back what was taken there, by its own clock, and nothing else" {
	pd acknowledged Ann user_reference -20
	from_pd
	[ "$(holder)" = "Ann (PagerDuty)" ]
	# Its timeout, which came to us in the same second.
	pd unacknowledged PagerDuty service_reference -10
	[ "$(from_pd)" = "200 OK" ]
	[ "$(holder)" = null ]
	og Acknowledge ann@example.com
	from_og
	pd unacknowledged PagerDuty service_reference 10
	from_pd
	[ "$(holder)" = "ann@example.com (Opsgenie)" ]
}

@test "a vendor whose clock is ahead is believed once, and not what came before" {
	pd acknowledged Ann user_reference 100
	cp body first
	from_pd
	[ "$(holder)" = "Ann (PagerDuty)" ]
	alert 0 unack example-mcp
	cp first body
	from_pd
	[ "$(holder)" = null ]
	# By an hour: that holds up no other.
	pd acknowledged Ann user_reference 3600
	from_pd
	[ "$(holder)" = "Ann (PagerDuty)" ]
	alert 0 unack example-mcp
	pd acknowledged Bob user_reference -10
	from_pd
	[ "$(holder)" = null ]
}

@test "a secret that cannot be read is said in the log, and to nobody else" {
	rm credentials/pagerduty
	pd acknowledged Ann
	[ "$(from_pd)" = "404 Not Found" ]
	grep -F 'route pagerduty: its secret: No such file or directory' err
}

@test "what we ask PagerDuty and Opsgenie for ourselves is no answer" {
	pd acknowledged 'mcp-alert' events_api_v2_inbound_integration_reference
	[ "$(from_pd)" = "200 OK" ]
	pd triggered Ann
	[ "$(from_pd)" = "200 OK" ]
	KEY=other-mcp:downtime:1 pd acknowledged Ann
	[ "$(from_pd)" = "200 OK" ]
	og Acknowledge mcp-alert
	[ "$(from_og)" = "200 OK" ]
	og AddNote ann@example.com
	[ "$(from_og)" = "200 OK" ]
	[ "$(holder)" = null ]
}

# og ACTION USER [SECONDS]: as "Alert Action Data" shows one.
og() {
	jq -cn --arg what "$1" --arg who "$2" --arg key "$KEY" \
		--arg at $(($(date +%s) + ${3-0})) '{
		source: {name: "", type: "web"}, alert: {updatedAt: ($at + "166002000" | tonumber),
		tags: ["tag1"], message: "test alert", username: $who, alias: $key, tinyId: "23",
		alertId: "052652ac-5d1c-464a-812a-7dd18bbfba8c", createdAt: 1420452191104,
		userId: "daed1180-0ce8-438b-8f8e-57e1a5920a2d", entity: ""}, action: $what,
		integrationId: "37c8f316-17c6-49d7-899b-9c7e540c048d", integrationName: "ours"}' >body
}

from_og() {
	answer opsgenie HTTP_AUTHORIZATION='Bearer og-canary'
}

@test "acknowledged, given back and closed in Opsgenie" {
	og Acknowledge ann@example.com
	[ "$(from_og)" = "200 OK" ]
	[ "$(holder)" = "ann@example.com (Opsgenie)" ]
	after 6
	[ ! -e last ]
	# Answers are told apart by the second in which they were given.
	og UnAcknowledge ann@example.com 1
	[ "$(from_og)" = "200 OK" ]
	[ "$(holder)" = null ]
	og Close ann@example.com 2
	[ "$(from_og)" = "200 OK" ]
	alert 0 list
	jq -e '.reason == "closed in Opsgenie"' out
}

# press USER KEY: as Slack sends a button of an attachment.
press() {
	jq -cn --arg who "$1" --arg key "$2" '{type: "interactive_message",
		actions: [{name: "ack", type: "button", value: $key}], callback_id: "mcp-alert",
		team: {id: "T1DC2JH3J", domain: "x"}, channel: {id: "C1H9RESGL", name: "ops"},
		user: {id: "U2CERLKJA", name: $who}, action_ts: "1531420618.000001",
		message_ts: "1503435956.000001", attachment_id: "1",
		response_url: "https://hooks.slack.com/actions/T/1/x"}' |
		jq -Rr '"payload=" + @uri' | tr -d '\n' >body
}

# from_slack [SECONDS [SECRET]]: signed so many seconds ago.
from_slack() {
	local t=$(($(date +%s) - ${1-0}))
	TYPE=application/x-www-form-urlencoded answer slack \
		HTTP_X_SLACK_REQUEST_TIMESTAMP=$t \
		HTTP_X_SLACK_SIGNATURE="v0=$({ printf 'v0:%s:' $t; cat body; } | mac "${2-slack-canary}")"
}

@test "a button in Slack acknowledges, and says to whoever presses it who has it" {
	local button
	button=$(taken 'map(select(.vendor == "slack")) | .[0].body.attachments[0] |
		"\(.callback_id) \(.actions[] | select(.name) | "\(.text) \(.value)")"')
	[ "$button" = "mcp-alert Acknowledge $KEY" ]
	press ann "${button##* }"
	[ "$(from_slack)" = "200 OK" ]
	said | jq -e '.response_type == "ephemeral" and .replace_original == false and
		(.text | test("^ann \\(Slack\\) has acknowledged it until [0-9A-Za-z :-]+\\.$"))'
	[ "$(holder)" = "ann (Slack)" ]
	press bob "$KEY"
	[ "$(from_slack)" = "200 OK" ]
	said | grep -qF 'ann (Slack) has acknowledged it until'
	[ "$(holder)" = "ann (Slack)" ]
	press '<!channel>' "$KEY"
	from_slack
	after 6
	[ ! -e last ]
}

@test "Slack: what is old, of another, or about nothing of ours does nothing" {
	press ann "$KEY"
	[ "$(from_slack 301)" = "404 Not Found" ]
	[ "$(from_slack 0 another)" = "404 Not Found" ]
	[ "$(from_slack -400)" = "404 Not Found" ]
	for key in example-mcp example-mcp:downtime:1 'a:b' '' "$(printf '%0999d' 1)"; do
		press ann "$key"
		[ "$(from_slack)" = "200 OK" ]
	done
	for text in '' 'payload=' 'payload=%7B' 'payload=[]' 'x=1' '%00=%00&&&='; do
		printf %s "$text" >body
		[ "$(from_slack)" = "200 OK" ]
	done
	[ "$(holder)" = null ]
}

# called: the action of the call, in URL, and the body that Twilio sends there for a
# key, signed with a secret, in the file body and in SIGNATURE.
called() { # KEY [SECRET]
	URL=$(taken 'map(select(.body.Twiml)) | .[0].body.Twiml' | grep -oP 'action="\K[^"]+')
	[[ $URL == "https://status.example.com/answer/voice?example-mcp~downtime~"* ]]
	printf 'To=%%2B15551230124&From=%%2B15551230123&CallSid=CA1234567890ABCDE&Digits=%s' "$1" >body
	SIGNATURE=$(printf '%sCallSidCA1234567890ABCDEDigits%sFrom+15551230123To+15551230124' "$URL" "$1" |
		openssl dgst -sha1 -hmac "${2-twilio-canary}" -binary | base64)
}

pressed() {
	called "$@"
	TYPE=application/x-www-form-urlencoded answer "voice?${URL#*\?}" \
		HTTP_X_TWILIO_SIGNATURE="$SIGNATURE"
}

@test "a key on the phone acknowledges, and the call says who has it" {
	[ "$(pressed 2)" = "200 OK" ]
	[ "$(said)" = '<Response><Say>Nothing was done.</Say></Response>' ]
	[ "$(holder)" = null ]
	[ "$(pressed 1 another)" = "404 Not Found" ]
	[ "$(pressed 1)" = "200 OK" ]
	grep -q '^Content-Type: text/xml' reply
	said | grep -qE '^<Response><Say>phone ending in 0124 \(call\) has acknowledged it until .*</Say></Response>$'
	[ "$(holder)" = "phone ending in 0124 (call)" ]
	after 6
	[ ! -e last ]
	# The same request, once it has been handed back.
	alert 0 unack example-mcp
	[ "$(pressed 1)" = "200 OK" ]
	[ "$(holder)" = null ]
}

@test "a stranger learns nothing: every wrong request has the same answer" {
	pd acknowledged Ann
	answer pagerduty >/dev/null
	cp reply wrong
	head -1 wrong | grep -q '404 Not Found'
	for route in nobody last ops ../ack pagerduty opsgenie slack voice; do
		answer "$route" HTTP_X_PAGERDUTY_SIGNATURE="v1=$(printf '%064d' 7)" \
			HTTP_AUTHORIZATION='Bearer x' HTTP_X_TWILIO_SIGNATURE=x
		diff wrong reply
	done
	# Signed by one vendor's secret for another; with a NUL; for a route without one.
	answer slack HTTP_X_PAGERDUTY_SIGNATURE="v1=$(mac pd-canary <body)"
	diff wrong reply
	printf '\0' >>body
	from_pd
	diff wrong reply
	credential pagerduty "token = $CANARY"
	pd acknowledged Ann
	answer pagerduty HTTP_X_PAGERDUTY_SIGNATURE="v1=$(mac '' <body)"
	diff wrong reply
	[ "$(holder)" = null ]
	head -c 262145 /dev/zero | tr '\0' x >body
	[ "$(from_pd)" = "413 Content Too Large" ]
	run ! grep -r canary err reply wrong
}

@test "a route answers only for what it was told of" {
	sed -i 's|opsgenie, slack, voice|opsgenie, voice|' fleet.yaml
	redis flushall
	verdict 0 eu,us initialize | alert 0
	press ann "$KEY"
	[ "$(from_slack)" = "200 OK" ]
	[ "$(holder)" = null ]
	pd acknowledged Ann
	from_pd
	[ "$(holder)" = "Ann (PagerDuty)" ]
}

@test "the store is gone: the vendor is told to try again" {
	redis_start "$PWD/own"
	sed -i "s|^store:.*|store: $MCP_STORE|" fleet.yaml
	redis_stop
	pd acknowledged Ann
	[ "$(from_pd)" = "503 Service Unavailable" ]
}

@test "through lighttpd it is the same" {
	lighttpd_cgi "\"MCP_CONFIG\" => \"$MCP_CONFIG\", \"MCP_CREDENTIALS\" => \"$MCP_CREDENTIALS\"" \
		/ack /answer
	called 1
	lighttpd -f lighttpd.conf 3>&-
	status=0
	curl -sf --max-time 60 --unix-socket http.sock -H "X-Twilio-Signature: $SIGNATURE" \
		--data-binary @body "http://localhost${URL#https://status.example.com}" >reply || status=$?
	curl -sf --max-time 60 --unix-socket http.sock \
		"http://localhost/ack/${URL#*\?}" >page || status=$?
	kill "$(<lighttpd.pid)"
	[ "$status" = 0 ] || { cat lighttpd.log; return 1; }
	grep -qF 'phone ending in 0124 (call) has acknowledged it until' reply
	grep -qF 'phone ending in 0124 (call) has acknowledged it until' page
	[ "$(holder)" = "phone ending in 0124 (call)" ]
}
