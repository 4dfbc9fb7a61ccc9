#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# shellcheck disable=SC2016
# Goal: whatever a vendor answers, slowly, half, or never: nothing is lost, nothing
# is told twice that need not be, nobody sees a secret, and the operator is told.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert
load ../../helpers/sinks

# failing MOOD WHY: each sink is told of a failure, and delivers in the end.
failing() {
	local n=${#VENDORS[@]} moods
	step "${VENDORS[@]}"
	mapfile -t moods < <(for ((i = 0; i < n; i++)); do echo "$1"; done)
	mood "${moods[@]}" ok
	verdict 0 eu,us initialize | alert 3 -N $((T + 60))
	[ "$(grep -cE "$2; it is retried" err)" = "$n" ]
	[ "$(undelivered)" = example-mcp ]
	alert 0 tick -N $((T + 500))
	[ "$(taken length)" = $((2 * n)) ]
	[ -z "$(undelivered)" ]
	silent
}

@test "429 is tried again when it says" {
	failing 429 'HTTP 429'
	redis get alert:example-mcp | jq -e '.timeline | map(.what) == ["downtime_started"]'
}

@test "500 is tried again" {
	failing 500 'HTTP 500'
}

@test "half an answer is none" {
	failing half '.*'
}

@test "a connection that drops is tried again" {
	failing drop '.*'
}

@test "what answers 200 and is not the vendor has taken nothing" {
	failing garbage "an answer that is not [A-Za-z]+'s"
}

@test "a megabyte of an answer is not the vendor's" {
	failing huge "an answer that is not [A-Za-z]+'s"
}

@test "what is refused is not tried for a day" {
	step pagerduty opsgenie discord teams telegram ntfy mattermost
	mood 400 422 400
	verdict 0 eu,us initialize | alert 3 -N $((T + 60))
	[ "$(grep -cE 'refused: HTTP 4(00|22)' err)" = 7 ]
	[ -z "$(undelivered)" ]
	redis get alert:example-mcp | jq -e '.timeline | map(.what) ==
		["downtime_started"] + [range(7) | "refused"]'
}

@test "what somebody has to correct is tried every five minutes, with the vendor's words, masked" {
	local name n=${#VENDORS[@]}
	step "${VENDORS[@]}"
	mood "400 {\"message\":\"Event object is invalid\",\"errors\":[\"Invalid routing key $CANARY\"]}" \
		'422 {"message":"Key format is not valid!","took":0.0,"requestId":"1"}' \
		'410 channel_is_archived' 'error is_archived' \
		'400 {"message":"Thread is archived","code":50083}' \
		'401 {"code":20003,"message":"Authenticate","status":401}' \
		'400 {"error":{"code":"WorkflowTriggerIsNotEnabled","message":"It is off."}}' \
		'400 {"ok":false,"error_code":400,"description":"Bad Request: chat not found"}' \
		'403 {"code":40301,"http":403,"error":"forbidden"}' \
		'400 {"id":"web.incoming_webhook.invalid.app_error","message":"Ungültig."}'
	verdict 0 eu,us initialize | alert 3 -N $((T + 60))
	[ "$(grep -c 'correct this: it is retried' err)" = "$n" ]
	for name in 'Event object is invalid: Invalid routing key \*\*\*\**' 'Key format is not valid!' \
		channel_is_archived is_archived 'Thread is archived' Authenticate \
		'WorkflowTriggerIsNotEnabled: It is off.' 'Bad Request: chat not found' forbidden \
		'Ungültig.'; do
		grep -qE "; it says \"$name\"\$" err || { cat err; return 1; }
	done
	alert 0 explain example-mcp -N $((T + 90)) -f text
	[ "$(grep -c '^  refused by: ' out)" = "$n" ]
	grep -qx '  notified: nobody' out
	grep -qx '  refused by: opsgenie (HTTP 422: "Key format is not valid!")' out
	alert 0 explain example-mcp -N $((T + 90)) -f jsonl
	jq -e ".incidents[0] | .told == [] and (.refused | length) == $n" out
	alert 0 history example-mcp -N $((T + 90)) -f text
	grep -q 'to_mend  downtime_started to route pagerduty: HTTP 400: "Event object is invalid' out
	silent
	# Corrected: what waited is delivered within five minutes.
	mood ok
	for ((i = 1; i <= 5; i++)); do
		alert 0 tick -N $((T + 60 + 60 * i))
	done
	[ "$(taken length)" = $((2 * n)) ]
	[ -z "$(undelivered)" ]
	alert 0 explain example-mcp -N $((T + 400)) -f text
	printf -v name '%s, ' "${VENDORS[@]}"
	grep -qx "  notified: ${name%, }" out
	run ! grep -q 'refused by' out
	# The same words are kept once.
	alert 0 history example-mcp -N $((T + 400)) -f text
	[ "$(grep -c to_mend out)" = "$n" ]
}

@test "what is wrong with an event is given up, told, and the route that refused is not among those told" {
	route opsgenie
	routes "$ROUTE" "{name: chat, type: command, command: [cat]}"
	policies '{steps: [{routes: [opsgenie, chat]}]}'
	mood '422 {"message":"Request body is not processable.","errors":{"message":"Message can not be empty."}}'
	verdict 0 eu,us initialize | alert 3 -N $((T + 60))
	grep -q 'route opsgenie: refused: HTTP 422: "Request body is not processable.: Message can not be empty."' err
	alert 0 explain example-mcp -N $((T + 90)) -f text
	grep -qx '  notified: chat' out
	grep -qx '  refused by: opsgenie' out
	alert 0 history example-mcp -N $((T + 90)) -f text
	grep -q 'refused  downtime_started to route opsgenie: HTTP 422: "Request body' out
}

@test "check knows what a key of each vendor looks like" {
	local routes=() hex uuid=eb243592-faa2-4ba2-a551-1afdf565c889
	printf -v hex '%032d' 7
	keys() {
		local n=0 type line more
		routes=()
		while IFS='|' read -r type line more; do
			n=$((n + 1))
			credential "k$n" "${line//;/$'\n'}"
			routes+=("{name: r$n, type: $type, secret: k$n$more}")
		done
		routes "${routes[@]}"
		alert "$1" check
		[ "$1" = 0 ] || [ "$(grep -c ': its .* no ' err)" = "$n" ] || { cat err; return 1; }
	}
	local sms=", from: '+15551230123', to: ['+15551230124']"
	keys 0 <<-END
	pagerduty|token = $hex
	opsgenie|token = $uuid
	slack|url = https://hooks.slack.com/services/T0123ABCD/B0123ABCD/abcdefghijklmnopqrstuvwx
	slack|url = https://hooks.slack.com/workflows/T0123/A0123/1/abc
	slack|url = https://chat.example.com/hooks/abc
	slack|token = xoxb-1-abc|, channel: C0123ABCD
	discord|url = https://discord.com/api/webhooks/223704706495545344/$hex$hex
	twilio_sms|account = AC$hex;token = $hex|$sms
	twilio_sms|account = AC$hex;key = SK$hex;token = $hex|$sms
	teams|url = https://default1.2.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/1/triggers/manual/paths/invoke?api-version=1&sig=abc
	teams|url = https://prod-1.westeurope.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke?sig=abc
	telegram|token = 123456789:AA$hex|, channel: "-1001234567890"
	telegram|token = 123456789:AA$hex|, channel: "@mcp_alerts"
	ntfy|url = https://ntfy.sh/mcp-$hex;token = tk_$hex
	mattermost|url = https://chat.example.com/hooks/abcdefghijklmnopqrstuvwxyz
	END
	keys 2 <<-END
	pagerduty|token = YOUR_ROUTING_KEY
	pagerduty|token = ${hex}0
	pagerduty|token = u+abcdefghijklmnopqr|, url: https://events.eu.pagerduty.com
	opsgenie|token = $hex
	slack|url = https://hooks.slack.com/services/T0123ABCD/B0123ABCD
	slack|url = https://hooks.slack.com/services/T.../B.../...
	slack|token = canary|, channel: C0123ABCD
	discord|url = https://discord.com/api/webhooks/223704706495545344
	twilio_sms|account = $hex;token = $hex|$sms
	twilio_sms|account = AC$hex;token = canary|$sms
	teams|url = https://example.webhook.office.com/webhookb2/canary
	teams|url = https://prod-1.westeurope.logic.azure.com/workflows/canary
	telegram|token = canary|, channel: "-1001234567890"
	telegram|token = 123456789:AA$hex|, channel: alerts
	ntfy|url = https://ntfy.sh/mcp;token = canary
	mattermost|url = https://chat.example.com/canary
	END
	run ! grep -E 'canary|0000' err
}

@test "one that never answers is left after ten seconds; no secret is to be seen meanwhile" {
	route slack
	routes "$ROUTE"
	mood hang
	verdict 0 eu,us initialize >in
	"$BIN/mcp-alert" -N $((T + 60)) <in >out 2>err 3>&- &
	pids+=($!)
	read -r -t 60 -u "$HEARD" line
	[ "$line" = hang ]
	run ! grep -qa canary "/proc/${pids[-1]}/cmdline"
	# Not even to others of the same user.
	[ "$(id -u)" = 0 ] || [ ! -r "/proc/${pids[-1]}/environ" ]
	[ "$(stat -c %u "/proc/${pids[-1]}/environ")" = 0 ]
	wait "${pids[-1]}" && false
	grep -F 'route slack: Timeout was reached; it is retried' err
	silent
}

@test "a slow vendor gets what it can take in time, and the rest later, each once" {
	printf -v to '"+155512301%02d", ' {1..20}
	route sms "to: [${to%, }]"
	routes "$ROUTE"
	policies '{steps: [{routes: [sms]}]}'
	mood slow
	verdict 0 eu,us initialize | alert 3 -N $((T + 60))
	grep -F 'too slow to take it all at once; it is retried' err
	redis get alert:example-mcp | jq -e '.outbox[0].deliveries[0].done | . > 0 and . < 20'
	mood ok
	alert 0 tick -N $((T + 420))
	[ "$(taken 'map(.body.To) | length, (unique | length)' | paste -sd' ')" = "20 20" ]
}

@test "while something is to be mended nobody waits for an hour" {
	route pagerduty
	routes "$ROUTE"
	rm credentials/pagerduty
	verdict 0 eu,us initialize | alert 3 -N $((T + 60))
	grep -F "its secret: No such file or directory (pagerduty in the folder $PWD/credentials); correct this" err
	for ((n = 1; n < 8; n++)); do
		alert 3 tick -N $((T + 60 + 301 * n))
	done
	credential pagerduty "token = $CANARY"
	alert 0 tick -N $((T + 60 + 301 * 8))
	[ "$(taken length)" = 1 ]
	# The lines that it needs are named, and nothing of what is there.
	credential twilio 'token = canary'
	route sms
	routes "$ROUTE"
	verdict 0 eu,us initialize http.503 other | alert 3 -N $((T + 60))
	grep -F 'its secret: no line "account = ..."; correct this' err
	silent
}

@test "check says what a credential lacks before anybody needs it" {
	step "${VENDORS[@]}"
	alert 0 check
	credential discord 'token = canary'
	credential hook 'token = canary'
	credential twilio 'token = canary'
	alert 2 check
	grep -F 'route discord: its secret: no line "url = ..."' err
	grep -F 'route hook: the token of a bot needs a channel' err
	grep -F 'route sms: its secret: no line "account = ..."' err
	run ! grep canary err out
}

@test "a test reaches each vendor as an event does" {
	step "${VENDORS[@]}" voice
	alert 0 test example-mcp
	[ "$(taken 'map(.vendor) | unique | join(" ")')" = "discord hook mattermost ntfy opsgenie pagerduty slack teams telegram twilio" ]
	silent
}
