#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what keeps our checks out is not told as the server's trouble, from the probe to
# the badge: a credential that is refused, which worked before; and answers of 429.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/publish
load ../../helpers/rounds

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	umask 077
	export MCP_STORE=unix://$REDIS_SOCK MCP_CREDENTIALS=$PWD/credentials
	redis flushall >/dev/null
	start scripted
	HOST=${URL%/mcp}
	START=$(($(date +%s) / 60 * 60 - 1500))
	((START % 86400 < 86400 - 1500)) || START=$((START - 1500))
	mkdir credentials
	credential s3cret-canary
	cat >fleet.yaml <<-END
	store: $MCP_STORE
	site: {url: "https://status.example.com"}
	regions: [{name: ap-south-1}, {name: eu-west-2}, {name: us-east-1}]
	servers:
	  - {slug: billing, url: "$HOST/wall", auth: {mode: bearer, credential: billing}}
	  - {slug: busy, url: "$HOST/retry-after"}
	  - {slug: other, url: "$HOST/json"}
	alerts: {routes: [{name: all, type: command, command: [tee, -a, told]}]}
	END
	export MCP_CONFIG=$PWD/fleet.yaml
}

teardown() {
	stop_all
}

# credential SECRET: what the probes show to billing from now on.
credential() {
	printf 'origin = %s\ntoken = %s\n' "$HOST" "$1" >credentials/billing
}

# event NAME FILTER: the events of that name, of the servers that fail.
event() {
	jq -es --arg name "$1" "map(select(.event == \$name)) | length == 1 and (.[0] | $2)" events
}

# said: what the page says of this server, without addresses and the legend of days.
said() {
	sed 's/href="[^"]*"//g; /<p class=.legend/d' body
}

# page M PATH: the answer at the end of the M-th minute.
page() {
	NOW=$((START + 60 * $1 + 50)) get "$2"
	[ "$CODE" -eq 200 ]
}

@test "a credential that is refused: red and P1, and each word says that it is ours" {
	local m
	minute 0 || [ $? -eq 1 ]
	credential old
	for m in 1 2; do minute $m || [ $? -eq 1 ]; done
	jq -es 'map(select(.slug == "billing"))[0] | .verdict == "red" and .checks == "refused" and
		.step == "auth-initialize" and all(.regions[]; .error == "auth.refresh-needed")' verdict
	event downtime_started '.server_slug == "billing" and .severity == "P1" and .checks == "refused" and
		(.headline | test("^P1: we cannot check billing: our credential is refused since ..:..; it worked until then$")) and
		(.runbook_url | endswith("#checks_refused"))'
	page 2 /status/billing
	grep -qF 'Our checks are refused. Clients with their own access may be fine' body
	# The addresses of incidents are for good.
	run ! grep -qi 'not working\|outage' <(said)
	page 2 /api/embed-status/billing
	jq -e '.state == "down" and .checks == "refused" and .uptime_30d == 100' body
	page 2 /badge/billing.svg
	grep -qF '<title>billing: down, our checks are refused' body
	page 2 /
	grep -qF 'Our checks are refused' body
	run -1 "$BIN/mcp-aggregate" explain billing --at $((START + 165))
	[[ $output == *'Our credential is refused, which worked before'* ]]
	[ "$(redis hget probe:billing:minutes "$((START / 86400)):red-unchecked")" -eq 2 ]
	credential s3cret-canary
	for m in 3 4 5; do minute $m || [ $? -eq 1 ]; done
	event downtime_resolved '.headline == "P1 over after 2 min: we can check billing again"'
	page 5 /status/billing
	grep -qF 'Our checks were refused' body
	grep -qF 'not checked for 2 min (does not count)' body
	page 5 /api/embed-status/billing
	jq -e '.state == "up" and .uptime_30d == 100 and (has("checks") | not)' body
	# What fails before that is an outage, whatever else is refused.
	credential old
	sed -i "s|/wall\"|/500\"|" fleet.yaml
	for m in 6 7; do minute $m || [ $? -eq 1 ]; done
	jq -es 'map(select(.slug == "billing"))[0] | .verdict == "red" and (has("checks") | not)' verdict
	page 7 /api/embed-status/billing
	jq -e '.state == "down" and (has("checks") | not) and .uptime_30d < 100' body
}

@test "429: degraded and P2, no uptime, and each word says that it is our rate" {
	local m
	for m in 0 1 2 3; do minute $m; done
	jq -es 'map(select(.slug == "busy"))[0] | .verdict == "amber" and .checks == "rate-limited" and
		all(.regions[]; .error == "http.429")' verdict
	event rate_limited_started '.server_slug == "busy" and .severity == "P2" and .checks == "rate-limited"'
	[ "$(jq -r 'select(.server_slug == "busy").event' events)" = rate_limited_started ]
	page 3 /status/busy
	grep -qF 'Our checks are rate-limited' body
	grep -qF 'unchecked' body
	# The addresses of incidents are for good.
	run ! grep -qi 'not working\|outage' <(said)
	page 3 /api/embed-status/busy
	jq -e '.state == "degraded" and .checks == "rate-limited" and .uptime_30d == 100' body
	page 3 /api/status/busy/regions
	jq -e 'all(.regions[]; .state == null)' body
	page 3 /badge/busy.svg
	grep -qF '<title>busy: degraded, our checks are rate-limited' body
	[ "$(redis hget probe:busy:minutes "$((START / 86400)):amber-unchecked")" -eq 2 ]
}
