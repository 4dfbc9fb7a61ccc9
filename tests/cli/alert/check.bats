#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: before the night comes: what a configuration would do is checked, who
# would be told of what is said, and a P1 that is none goes through the real
# routes, a command and a receiver with signatures, with a real store.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

setup() {
	alert_setup
	(umask 077; echo "token = a canary of more than 43 characters, for it signs" >credentials/ack)
	NOW=$(date +%s)
}

# to NAME [MEMBER…]: a route that writes what it gets to the file of its name.
to() {
	local more
	printf -v more ', %s' "${@:2}"
	echo "{name: $1, type: command, command: [tee, -a, '$PWD/$1']${2+$more}}"
}

# results: what became of the routes, in the order in which it is said.
results() {
	jq -r '.routes[] | "\(.route) \(.result) \(.after_seconds)"' out | paste -sd'|'
}

# fault WANT: check refuses the configuration because of that.
fault() {
	alert 2 check
	[ ! -s out ]
	grep -qF -- "$1" err || { cat err; return 1; }
	! grep -q canary err
}

@test "check says nothing of a configuration that is right, and needs no store" {
	routes "$(to all)" '{name: h, type: webhook, secret: hook, url: "https://h.example.com/"}'
	MCP_STORE='' alert 0 check
	[ ! -s out ]
	[ ! -s err ]
}

@test "check says where regions share a continent, a provider or an asn" {
	routes "$(to all)"
	sed -i '/^regions:/d' fleet.yaml
	cat >>fleet.yaml <<-'EOT'
	regions:
	  - {name: us-east-1, provider: aws, asn: 16509}
	  - {name: eu-west-2, provider: aws, asn: 16509}
	  - {name: europe-west3, provider: google}
	  - {name: cellar, position: [52.5, 13.4], provider: ourselves, asn: 64500}
	  - {name: attic}
	EOT
	alert 0 check
	[ ! -s err ]
	diff out - <<-'EOT'
	regions eu-west-2, europe-west3, cellar: 3 of 5 share the continent Europe
	regions us-east-1, eu-west-2: 2 of 5 share the provider aws
	regions us-east-1, eu-west-2: 2 of 5 share the asn 16509
	EOT
}

@test "check says that no event will have a link to acknowledge it" {
	routes "$(to all)"
	sed -i '/^site:/d' fleet.yaml
	alert 0 check
	grep -q 'no event has a link to acknowledge it: site.url is not set' err
	run ! grep -q canary err
	rm credentials/ack
	alert 0 check
	[ ! -s err ]
	routes "$(to all)"
	alert 0 check
	grep -q 'no event has a link to acknowledge it: the folder of the secrets has no file ack' err
}

@test "check refuses what could not work, and shows no secret" {
	MCP_CONFIG='' alert 2 check
	grep -q 'no configuration' err
	routes "$(to all 'role: chief')"
	fault 'fleet.yaml:7:'
	grep -q 'alerts.routes\[0\].role: roles were removed: ' err
	routes '{name: h, type: webhook, secret: hool, url: "https://h.example.com/"}'
	fault 'route h: its secret: '
	routes '{name: h, type: webhook, secret: hook, url: "https://h.example.com/"}'
	chmod 644 credentials/hook
	fault 'route h: its secret: '
	chmod 600 credentials/hook
	echo 'taken = a canary' >credentials/hook
	fault 'route h: its secret: no line "token = ..."'
	MCP_CREDENTIALS='' CREDENTIALS_DIRECTORY='' fault 'route h: its secret: neither MCP_CREDENTIALS'
	routes "$(to all)"
	policies '{steps: [{routes: [all]}], hours: "9:00-18:00"}'
	fault 'alerts.policies[0].hours: '
	routes "$(to all)"
	policies '{match: {severities: [P1]}, steps: [{routes: [all]}], hours: mon-fri 09:00-18:00}'
	fault 'alerts.policies[0].hours: nobody would be notified at once of a P1 pipeline_stalled of the fleet that begins mon-fri 00:00-09:00 18:00-24:00, sat-sun 00:00-24:00 (UTC)'
	routes "$(to all 'zone: Europe/Berlen')"
	fault 'alerts.routes[0].zone: this system has no time zone Europe/Berlen'
	routes "$(to all)"
	echo '  zone: Mars/Olympus' >>fleet.yaml
	fault 'alerts.zone: this system has no time zone Mars/Olympus'
	routes "{name: p, type: command, command: [$PWD/nothing]}"
	fault "route p: $PWD/nothing: No such file"
}

@test "check warns of what nothing reaches, of what is forgotten, and of a P1 that nobody hears" {
	routes "$(to a)" "$(to b)"
	policies '{match: {servers: [exmaple-mcp]}, steps: [{routes: [b]}]}' \
		'{match: {severities: [P1]}, steps: [{after: 5m, routes: [a]}]}' \
		'{match: {severities: [P2]}, steps: [{routes: [a]}]}'
	sed -i 's/{name: b, type: command, command: .*/{name: b, type: pagerduty, secret: page}/' fleet.yaml
	(umask 077; printf 'token = %032d\n' 7 >credentials/page)
	alert 0 check -N "$T"
	[ ! -s out ]
	diff err - <<-'END'
		mcp-alert: warning: no policy matches a P3 test of the fleet, for example: the default of mcp-routes(5) applies
		mcp-alert: warning: a P1 of the fleet would reach nobody at once
		mcp-alert: warning: a P1 of example-mcp would reach nobody at once
		mcp-alert: warning: policy policy-1: no event comes to it
		mcp-alert: warning: route b: no event can reach it
	END
	routes "$(to a)"
	policies '{steps: [{routes: [a]}]}'
	alert 0 check
	[ ! -s err ]
}

@test "check says who would be told of what; the same are told then" {
	routes "$(to chat)" "$(to pager)" "$(to phone)"
	policies '{match: {severities: [P1]}, steps: [{routes: [pager]}, {after: 5m, routes: [phone, chat]}]}' \
		'{steps: [{routes: [chat]}], hours: mon-fri 09:00-18:00}'
	alert 0 check "kind=downtime,severity=P2,slug=example-mcp,at=2026-04-29T20:31:00Z"
	diff out - <<-'END'
		P2 downtime of example-mcp
		at 2026-04-29T20:31:00Z:
		  daily digest, 2026-04-30T09:00:00Z  chat
		  after 30 min      pager, as P1
		  after 35 min      phone, as P1
		at 2026-04-30T09:00:00Z:
		  at once           chat
		  after 30 min      pager, as P1
		  after 35 min      phone, as P1
		in a maintenance: nobody; maintenance_overrun, P1, if it is still down 5 min after that
	END
	alert 0 check "kind=downtime,severity=P1,slug=example-mcp,at=2026-04-29T20:31:00Z"
	diff out - <<-'END'
		P1 downtime of example-mcp
		at 2026-04-29T20:31:00Z:
		  at once           pager
		  after 5 min       chat
		  after 5 min       phone
		in a maintenance: nobody; maintenance_overrun, P1, if it is still down 5 min after that
	END
	minutes 0 5 eu,us initialize >night
	alert 0 replay night
	[ "$(jq -cr '[.at, .routes]' out | sed "s/$T/T/; s/$((T + 300))/T+5/" | paste -sd' ')" = \
		'[T,["pager"]] [T+5,["chat","pager","phone"]]' ]
	alert 2 check kind=downtime,slug=exmaple-mcp
	[ ! -s out ]
	grep -q "slug: 'exmaple-mcp' is not a server of the configuration" err
	alert 2 check -n kind=downtime
	alert 2 check kind=downtime kind=latency
}

@test "a test of one route, or of all, reaches phones, too" {
	routes "$(to channel)" "$(to pager)" "$(to phone)" "$(to log)"
	policies '{match: {severities: [P3]}, steps: [{routes: [log]}], digest: weekly}' \
		'{steps: [{routes: [channel, pager]}, {after: 5m, routes: [phone]}]}'
	alert 0 test --by eve --route phone
	[ "$(results)" = 'phone delivered 0' ]
	[ "$(events phone)" = test ]
	[ ! -e pager ]
	[ ! -e log ]
	[ -z "$(redis hget fleet:tests passed)" ]
	alert 0 test --by eve --all
	[ "$(results)" = 'channel delivered 0|pager delivered 0|phone delivered 0|log delivered 0' ]
	[ "$(events pager)" = test ]
	[ "$(events log)" = test ]
	[ -n "$(redis hget fleet:tests passed)" ]
	alert 2 test --route phon
	grep -qF "phon: no such route in the configuration; did you mean 'phone'?" err
	alert 2 test --route phone --all
}

@test "a test goes through the real routes, and is remembered" {
	hook chat
	routes "$HOOK}" "$(to pager)" "$(to logs)"
	policies '{match: {severities: [P1], kinds: [downtime]}, steps: [{routes: [chat, pager]}]}' \
		'{steps: [{routes: [logs]}]}'
	alert 0 test --by eve
	[ "$(results)" = 'chat delivered 0|pager delivered 0' ]
	[ "$(got chat)" = test ]
	[ "$(events pager)" = test ]
	[ ! -e logs ]
	jq -e --argjson now "$NOW" '.severity == "P1" and .server_slug == "example-mcp" and .at >= $now and
		.server_url == "https://mcp.example.com/mcp" and .probe_count == null and
		.dashboard_url == "https://status.example.com/status/example-mcp" and
		(.ack_url | startswith("https://status.example.com/ack/")) and
		.summary == "TEST, nothing is wrong: eve checks whether a P1 of example-mcp reaches you. You need not do anything."' pager
	[ "$(jq -r .dedup_key pager)" = "$(jq -r .dedup_key out)" ]
	[ "$(redis hget fleet:tests passed)" -ge "$NOW" ]
	[ -z "$(undelivered)" ]
	# The page to acknowledge says that this is a test, and changes nothing.
	url=$(jq -r .ack_url pager)
	for method in GET POST; do
		env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=$method SCRIPT_NAME=/ack \
			CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH=0 \
			PATH_INFO="${url#https://status.example.com/ack}" \
			"$BIN/mcp-alert" </dev/null >page 2>err
		grep -q '^Status: 200' page
		grep -q 'This was a test, and it arrived' page
	done
	alert 0 history example-mcp
	[ "$(jq -r .what out | paste -sd' ')" = 'test delivered delivered' ]
	alert 0 list
	[ ! -s out ]
}

@test "a test as a dry run sends nothing, needs no store, and says its link" {
	routes "$(to channel)" "$(to phone)"
	policies '{steps: [{routes: [channel]}, {after: 5m, routes: [phone]}]}'
	MCP_STORE=unix:///nowhere alert 0 test -n --by eve
	[ "$(results)" = 'channel not sent 0|phone later 300' ]
	MCP_STORE=unix:///nowhere alert 0 test --dry-run --all
	[ "$(results)" = 'channel not sent 0|phone not sent 0' ]
	url=$(jq -r .ack_url out)
	[ ! -e channel ]
	[ -z "$(redis keys '*')" ]
	env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET SCRIPT_NAME=/ack \
		PATH_INFO="${url#https://status.example.com/ack}" \
		"$BIN/mcp-alert" </dev/null >page
	grep -q 'This was a test, and it arrived' page
	alert 0 test -n -f text
	grep -q '^  acknowledge: https://status.example.com/ack/example-mcp~test~' out
	rm credentials/ack
	alert 0 test -n
	jq -e '.ack_url == null' out
}

@test "what a test does not reach is said with its reason, and not tried again" {
	hook chat 500
	routes "$HOOK}" '{name: broken, type: command, command: ["false"]}' "$(to pager)"
	alert 3 test -f text
	diff <(tail -n +2 out) - <<-'END'
		  chat                  failed: HTTP 500
		  broken                failed: the command exited with 1
		  pager                 delivered
	END
	run ! grep mcp-alert: err
	[ -z "$(undelivered)" ]
	[ "$(redis hexists fleet:tests passed)" = 0 ]
	echo 200 >chat/mood
	alert 0 tick -N $((NOW + 7200))
	run ! grep mcp-alert: err
	[ "$(events pager)" = test ]
	alert 3 test -N $((NOW + 7200))
	[ "$(results)" = 'chat delivered 0|broken failed 0|pager delivered 0' ]
}

@test "a test says who would be told later, and wakes none of them" {
	routes "$(to pager)" "$(to phone)" "$(to second)" "$(to sum)"
	policies '{match: {severities: [P1]}, steps: [{routes: [pager]}, {after: 5m, routes: [phone]}, {after: 15m, routes: [second, pager]}]}' \
		'{steps: [{routes: [sum]}], digest: hourly}'
	alert 0 test -N "$T"
	[ "$(results)" = 'pager delivered 0|phone later 300|second later 900' ]
	[ -z "$(undelivered)" ]
	alert 0 test -N $((T + 60)) -f text
	grep -qx '  phone                 not now: after 5 min, if nobody acknowledges' out
	[ "$(ls {sum,pager,phone,second} 2>/dev/null)" = pager ]
	# Of the fleet, too.
	routes "$(to a)" "$(to b)"
	policies '{steps: [{routes: [b]}, {after: 10m, routes: [a]}]}'
	alert 0 test -N "$T" '*'
	[ "$(results)" = 'b delivered 0|a later 600' ]
	jq -e '.server_slug == "*" and .server_url == null and (.summary | contains(" of the fleet "))' b
}

@test "a test that would reach nobody is refused" {
	routes "$(to a)"
	policies '{match: {severities: [P2]}, steps: [{routes: [a]}]}' '{steps: []}'
	alert 2 test
	grep -q 'example-mcp: nobody would be notified of a P1' err
	routes "$(to a)"
	policies '{steps: [{after: 10m, routes: [a]}]}'
	alert 2 test
	grep -q 'nobody would be notified of a P1 at once; after 10 min route a' err
	alert 2 test nobodys
	alert 2 test --by "$(printf 'a\nb')"
	MCP_CONFIG='' alert 2 test
	[ ! -e a ]
	[ -z "$(redis keys '*')" ]
	redis config set maxmemory 1
	routes "$(to a)"
	alert 3 test
	redis config set maxmemory 0
	[ ! -e a ]
}

@test "a maintenance is mentioned, and holds no test" {
	routes "$(to a)"
	alert 0 maintenance add --for 1h example-mcp
	alert 0 test
	grep -q 'warning: example-mcp: in a maintenance until .*Z; nobody would be notified of a downtime' err
	sed -i 's/^alerts:/&\n  zone: Asia\/Tokyo/' fleet.yaml
	alert 0 test -f text
	grep -q 'warning: example-mcp: in a maintenance until .*+09:00; nobody' err
	grep -qE '^[^ ]*\+09:00  P1  test ' out
	[ "$(events a)" = 'test test' ]
}

@test "that nobody tests is told after 35 days, once a week, until somebody does" {
	routes "$(to all)" "$(to test)" "$(to down)"
	policies '{match: {kinds: [downtime], severities: [P1]}, steps: [{routes: [all, down]}]}' \
		'{match: {kinds: [test]}, steps: [{routes: [all, test]}]}'
	alert 0 </dev/null
	[ "$(redis hget fleet:tests since)" -ge "$NOW" ]
	redis hset fleet:tests since $((NOW - 34 * 86400))
	alert 0 </dev/null
	[ ! -s out ]
	redis hset fleet:tests since $((NOW - 36 * 86400))
	alert 0 </dev/null
	jq -e '.event == "test" and .severity == "P3" and .server_slug == "*" and
		(.summary | startswith("No test has reached the routes in the 36 days "))' out
	[ "$(cat all)" = "$(cat out)" ]
	cmp all test
	[ ! -e down ]
	alert 0 </dev/null
	[ ! -s out ]
	alert 0 tick -N $((NOW + 8 * 86400))
	[ "$(events out)" = test ]
	alert 0 test
	[ "$(jq -r .severity down)" = P1 ]
	# Of three routes that test reached two.
	alert 0 tick -N $((NOW + 16 * 86400))
	jq -e '.summary | startswith("No test has reached test in the 52 days since routes were configured: ")' out
	redis hset fleet:tests passed:test "$NOW"
	alert 0 tick -N $((NOW + 24 * 86400))
	[ ! -s out ]
	# A pretended clock begins nothing, and what lies ahead is not believed.
	redis hset fleet:tests since $((NOW + 86400))
	alert 0 tick -N "$NOW"
	[ "$(redis hget fleet:tests since)" = $((NOW + 86400)) ]
	alert 0 tick
	[ "$(redis hget fleet:tests since)" -lt $((NOW + 86400)) ]
	# Where there are no routes there is nothing to test.
	redis del fleet:tests
	printf '%s\n' 'regions: [{name: ap}]' >fleet.yaml
	alert 0 </dev/null
	[ "$(redis exists fleet:tests)" = 0 ]
}
