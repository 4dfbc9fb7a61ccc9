#!/usr/bin/env bats
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
	local name all=()
	for name in pagerduty opsgenie hook slack discord sms; do
		route $name
		all+=("$ROUTE")
	done
	routes "${all[@]}"
	policies '{steps: [{routes: [pagerduty, opsgenie, hook, slack, discord, sms]}]}'
	mood "$1" "$1" "$1" "$1" "$1" "$1" ok
	verdict 0 eu,us initialize | alert 3 -N $((T + 60))
	[ "$(grep -cE "$2; it is tried again" err)" = 6 ]
	[ "$(undelivered)" = example-mcp ]
	alert 0 tick -N $((T + 500))
	[ "$(taken length)" = 12 ]
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
	failing garbage "an answer that is not [A-Z][A-Za-z]+'s"
}

@test "a megabyte of an answer is not the vendor's" {
	failing huge "an answer that is not [A-Z][A-Za-z]+'s"
}

@test "what is refused is not tried for a day" {
	all=()
	for name in pagerduty opsgenie discord; do
		route $name
		all+=("$ROUTE")
	done
	routes "${all[@]}"
	mood 400 422 400
	verdict 0 eu,us initialize | alert 3 -N $((T + 60))
	[ "$(grep -cE 'refused: HTTP 4(00|22)' err)" = 3 ]
	[ -z "$(undelivered)" ]
	redis get alert:example-mcp | jq -e '.timeline | map(.what) ==
		["downtime_started", "refused", "refused", "refused"]'
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
	grep -F 'route slack: Timeout was reached; it is tried again' err
	silent
}

@test "a slow vendor gets what it can take in time, and the rest later, each once" {
	printf -v to '"+155512301%02d", ' {1..20}
	route sms "to: [${to%, }]"
	routes "$ROUTE"
	policies '{steps: [{routes: [sms]}]}'
	mood slow
	verdict 0 eu,us initialize | alert 3 -N $((T + 60))
	grep -F 'too slow to take it all at once; it is tried again' err
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
	grep -F "its secret: No such file or directory (pagerduty in the folder $PWD/credentials); mend it" err
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
	grep -F 'its secret: no line "account = ..."; mend it' err
	silent
}

@test "check says what a credential lacks before anybody needs it" {
	all=()
	for name in pagerduty opsgenie hook slack discord sms; do
		route $name
		all+=("$ROUTE")
	done
	routes "${all[@]}"
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
	all=()
	for name in pagerduty opsgenie hook slack discord sms voice; do
		route $name
		all+=("$ROUTE")
	done
	routes "${all[@]}"
	policies '{steps: [{routes: [pagerduty, opsgenie, hook, slack, discord, sms, voice]}]}'
	alert 0 test example-mcp
	[ "$(taken 'map(.vendor) | unique | join(" ")')" = "discord hook opsgenie pagerduty slack twilio" ]
	silent
}
