#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: whoever was told of an incident acknowledges it from the page that the
# event names, and nobody else can; to look at that page changes nothing.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

setup() {
	alert_setup
	ack_setup
	hook ops
	routes "$HOOK}"
	echo "store: $MCP_STORE" >>fleet.yaml
	verdict 0 eu,us initialize | alert 0
	URL=$(jq -r .ack_url out)
}

# page METHOD URL [BODY]: the answer of the CGI, to page; its status first.
page() {
	local path=${2#https://status.example.com}
	env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD="$1" SCRIPT_NAME="/$(cut -d/ -f2 <<<"$path")" \
		PATH_INFO="/${path#/*/}" \
		CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH="${#3}" \
		"$BIN/mcp-alert" <<<"${3-}" 2>err | tr -d '\r' >page
	sed -n '1s/^Status: //p' page
}

@test "who was told looks, then takes it; the others hear of it" {
	[[ $URL =~ ^https://status\.example\.com/ack/[a-z0-9._~-]+$ ]]
	[ "$(page GET "$URL")" = "200 OK" ]
	grep -q '<form method="post">' page
	grep -q 'example-mcp is down: initialize fails with http.503' page
	grep -q 'Nobody has acknowledged it yet' page
	[ "$(page HEAD "$URL")" = "200 OK" ]
	[ "$(holder)" = null ]
	[ "$(page POST "$URL" 'x=1&by=Ann+%3Cb%3E%0a%C3%A9%zz')" = "200 OK" ]
	grep -qE 'Ann &#60;b&#62;\?é%zz has acknowledged it until [A-Z0-9 a-z-]*[0-9]{2}:[0-9]{2} UTC\.' page
	[ "$(holder)" = "Ann <b>?é%zz" ]
	# The next run delivers; the page kept nobody waiting.
	[ "$(got ops)" = downtime_started ]
	alert 0 </dev/null
	[ "$(got ops)" = "downtime_started downtime_acknowledged" ]
	# A second person takes it over from there.
	over=$(tail -n 1 ops/got | jq -r .event.ack_url)
	[[ $over =~ ^https://status\.example\.com/ack/[a-z0-9._~-]+$ ]]
	[ "$(page GET "$over")" = "200 OK" ]
	grep -q 'New owner' page
	[ "$(page GET "$URL")" = "200 OK" ]
	grep -q 'Ann &#60;b&#62;?é%zz has acknowledged it until' page
	run ! grep -q 'Nobody has acknowledged it yet\|has ended' page
}

@test "a second person sees who has it, and takes it over only by saying so" {
	[ "$(page POST "$URL" 'do=take&by=ann&reason=disk+full')" = "200 OK" ]
	# Somebody whose page is older than that presses its button.
	[ "$(page POST "$URL" 'do=take&by=bob')" = "200 OK" ]
	grep -q 'ann has acknowledged it until' page
	grep -q '<p>disk full</p>' page
	grep -q 'Nothing was changed' page
	grep -q 'name="from" value="ann"' page
	[ "$(holder)" = ann ]
	[ "$(page POST "$URL" 'do=take&by=bob&from=ann')" = "200 OK" ]
	grep -q 'bob has acknowledged it until' page
	run ! grep -q 'Nothing was changed' page
	# The page of before, sent again, takes nothing from him; nor does an empty one.
	page POST "$URL" 'do=take&by=eve&from=ann'
	page POST "$URL" 'do=take&by=eve&from='
	page POST "$URL" 'do=back&from=ann'
	[ "$(holder)" = bob ]
	page POST "$URL" 'do=back&from=bob'
	grep -q 'Nobody has acknowledged it yet' page
	[ "$(holder)" = null ]
	[ "$(page POST "$URL" 'by=')" = "200 OK" ]
	[ "$(holder)" = "somebody who was notified" ]
	alert 0 </dev/null
	[ "$(got ops)" = "downtime_started downtime_acknowledged downtime_acknowledged downtime_reminder downtime_acknowledged" ]
}

@test "the page says how bad, since when, from where, and where to look" {
	sed -i 's|^alerts:|&\n  runbook: "https://wiki.example.com/?a=1\&b=2"\n  zone: Asia/Tokyo|' fleet.yaml
	[ "$(page GET "$URL")" = "200 OK" ]
	grep -q '<h1>P1: example-mcp</h1>' page
	grep -q "<dt>Since</dt><dd>.*$(TZ=Asia/Tokyo date -d "@$T" +%H:%M) Tokyo time, [0-9]* s\|min ago</dd>" page
	grep -q '<dt>From</dt><dd>eu and us</dd>' page
	grep -q '<a href="https://wiki.example.com/?a=1&#38;b=2">Runbook</a>' page
	grep -q '<a href="https://status.example.com/status/example-mcp">Dashboard</a>' page
	grep -q 'name="reason" maxlength="300"' page
}

@test "handed back: the others get the address of the page; in a silence, nothing" {
	page POST "$URL" 'do=take&by=ann'
	page POST "$URL" 'do=back&from=ann'
	[ "$(holder)" = null ]
	alert 0 </dev/null
	[ "$(got ops)" = "downtime_started downtime_acknowledged downtime_reminder" ]
	jq -se '.[-1].event.ack_url | startswith("https://status.example.com/ack/")' ops/got
	alert 0 silence add --for 1h --reason 'new disks' example-mcp
	page POST "$URL" 'do=take&by=bob'
	page POST "$URL" 'do=back&from=bob'
	alert 0 </dev/null
	[ "$(wc -l <ops/got)" = 3 ]
}

@test "what is over is gone, what is wrong was never there" {
	local bad last=${URL: -1}
	for bad in "${URL%?}" "$URL/x" "${URL%?}$([[ $last == 0 ]] && echo 1 || echo 0)" \
		"${URL/example-mcp/other-mcp}" "${URL%/*}/x" "${URL%/*}/" "${URL%/*}/~~~"; do
		[ "$(page GET "$bad")" = "404 Not Found" ]
		[ "$(page POST "$bad" by=eve)" = "404 Not Found" ]
	done
	[ "$(page PUT "$URL")" = "405 Method Not Allowed" ]
	printf x=y | {
		GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=PUT CONTENT_LENGTH=3 SCRIPT_NAME=/ack \
			PATH_INFO=/x "$BIN/mcp-alert" >put
		cat >left
	}
	grep -q '^Status: 405 ' put
	[ ! -s left ]
	[ "$(holder)" = null ]
	minutes 1 3 | alert 0
	jq -e '.ack_url == null' out
	[ "$(page GET "$URL")" = "410 Gone" ]
	grep -q 'no longer open' page
	[ "$(page POST "$URL" by=eve)" = "410 Gone" ]
}

# flipped SHORT N: the same address with another N-th character of its id.
flipped() {
	local id=${1##*/} other=0
	[[ ${id:$2:1} != 0 ]] || other=1
	echo "${1%/*}/${id:0:$2}$other${id:$(($2 + 1))}"
}

@test "the short address acknowledges, too; nobody can make one up, or find out what is open" {
	local short again i
	short=$(jq -r .ack_short_url out)
	[[ $short =~ ^https://status\.example\.com/a/[0-9A-Za-z]{8}$ ]]
	for i in 0 1 2 3 4 5 6 7; do
		[ "$(page GET "$(flipped "$short" "$i")")" = "404 Not Found" ]
		[ "$(page POST "$(flipped "$short" "$i")" by=eve)" = "404 Not Found" ]
	done
	for again in "${short%?}" "$short/x" "$short"0 "${short%/*}/" "${short%/*}/%00"; do
		[ "$(page POST "$again" by=eve)" = "404 Not Found" ]
	done
	# What is made up is turned away before the store is asked.
	sed "s|^store: .*|store: unix:///nonexistent|" fleet.yaml >away.yaml
	MCP_STORE= MCP_CONFIG=$PWD/away.yaml page GET "$(flipped "$short" 7)" | grep -q '^404'
	MCP_STORE= MCP_CONFIG=$PWD/away.yaml page GET "$short" | grep -q '^503'
	[ "$(holder)" = null ]
	[ "$(page GET "$short")" = "200 OK" ]
	grep -q '<h1>P1: example-mcp</h1>' page
	[ "$(page POST "$short" 'do=take&by=ann')" = "200 OK" ]
	[ "$(holder)" = ann ]
	# The same for as long as it is open, and of no other.
	{ minutes 1 2 eu,us initialize; verdict 2 eu,us initialize http.503 other; } | alert 0
	again=$(jq -r .ack_short_url out)
	[ "$again" != "$short" ]
	[ "$(page GET "$again")" = "200 OK" ]
	grep -q '<h1>P1: other</h1>' page
	minutes 3 6 | alert 0
	[ "$(page GET "$short")" = "410 Gone" ]
	[ "$(page POST "$short" by=eve)" = "410 Gone" ]
	[ "$(page GET "$again")" = "200 OK" ]
}

@test "an incident that servers share, and a test, have a short address" {
	local s short
	for s in s1 s2 s3 s4 s5 s6; do
		sed -i "s|^servers:|&\n  - {slug: $s, url: 'https://$s.example.com/mcp'}|" fleet.yaml
	done
	for s in s1 s2 s3 s4 s5 s6; do verdict 0 '' '' '' $s; done >records
	for s in s1 s2 s3 s4 s5 s6; do verdict 1 eu,us tls tcp.refused $s; done >>records
	alert 0 <records
	short=$(jq -r .ack_short_url out)
	[ "$(page GET "$short")" = "200 OK" ]
	grep -qF '<h1>P1: 6 servers</h1>' page
	grep -qF '<p>Each of 6 servers (s1, s2, s3, s4, s5 and s6) cannot be reached: ' page
	[ "$(page POST "$short" by=ann)" = "200 OK" ]
	alert 0 list
	jq -se 'map(select(.server_slug == "*").acknowledged_by) == ["ann"]' out
	for s in s1 s2 s3 s4 s5 s6; do minutes 2 5 '' '' '' $s; done | alert 0
	[ "$(page GET "$short")" = "410 Gone" ]
	[ -z "$(redis smembers fleet:open | grep -F '*')" ]
	alert 0 test --by eve
	short=$(tail -n 1 ops/got | jq -r .event.ack_short_url)
	[ "$(page GET "$short")" = "200 OK" ]
	grep -q 'This address works' page
}

@test "an old address is gone, although the incident is not" {
	T=$((T - 4 * 86400))
	verdict 0 eu,us dns x old | alert 0
	[ "$(page GET "$(jq -r .ack_url out)")" = "410 Gone" ]
	grep -q 'too old' page
}

@test "no address without the secret, or with one that others can read" {
	chmod 644 credentials/ack
	verdict 0 eu,us dns x second | alert 0
	grep -q 'the credential "ack", so events have no ack_url: others can read it' err
	jq -e '.ack_url == null' out
	[ "$(page GET "$URL")" = "404 Not Found" ]
	rm credentials/ack
	verdict 0 eu,us dns x third | alert 0
	[ ! -s err ]
	jq -e '.ack_url == null' out
	[ "$(page GET "$URL")" = "404 Not Found" ]
	redis get alert:example-mcp >state
	run ! grep -r canary out err page fleet.yaml state
}

@test "what signs is ours alone: no credential of a server, long, and said to be for it" {
	long=$(printf 'canary.%.0s' {1..7})
	n=0
	while IFS='|' read -r folder lines why; do
		rm -rf credentials/ack secrets
		mkdir secrets
		(umask 077; printf "$lines" >"$folder/ack")
		n=$((n + 1))
		verdict 0 eu,us dns x "row-$n" | alert 0
		if [ "$why" ]; then
			grep -qF "the credential \"ack\", so events have no ack_url: $why" err
			jq -e '.ack_url == null' out
			[ "$(page GET "$URL")" = "404 Not Found" ]
		else
			[ ! -s err ]
			[ "$(page GET "$(jq -r .ack_url out)")" = "200 OK" ]
		fi
	done <<-END
		credentials|origin = https://mcp.example.com\ntoken = $long\n|the credential of a server (ack in the folder $PWD/credentials)
		credentials|token = $long\norigin =\n|the credential of a server (ack in
		secrets|origin = https://mcp.example.com\nfor = ack\ntoken = $long\n|the credential of a server (ack in the folder $PWD/secrets)
		secrets|token = $long\n|no line "for = ack"
		credentials|for = session\ntoken = $long\n|no line "for = ack"
		secrets|for = ack\ntoken = ${long:0:42}\n|its token is shorter than 32 random bytes are
		credentials|token = ${long:0:42}\n|its token is shorter than 32 random bytes are
		secrets|for = ack\n|no line "token = ..."
		secrets|for = ack\ntoken = ${long:0:43}\n|
		credentials|token = $long\n|
		credentials|for = ack\ntoken = $long\n|
	END
	# Ours is the one that counts, with a slash at the end of the folder, too.
	(umask 077; printf 'for = ack\ntoken = %s\n' "$long" >secrets/ack
		printf 'origin = https://x\ntoken = %s\n' "$long" >credentials/ack)
	verdict 0 eu,us dns x last | MCP_CREDENTIALS=$MCP_CREDENTIALS/ alert 0
	[ ! -s err ]
	jq -e '.ack_url' out
}

@test "the store is gone: nothing is said of the incident" {
	redis_start "$PWD/own"
	sed -i "s|^store:.*|store: $MCP_STORE|" fleet.yaml
	redis_stop
	[ "$(page GET "$URL")" = "503 Service Unavailable" ]
	[ "$(page POST "$URL" by=x)" = "503 Service Unavailable" ]
}
