#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2030,SC2031,SC2034
# Goal: operators see and change in the console all that the commands change. The console
# refuses another's session, a form or a link used twice, a server of another account, and
# a token that only reads.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

setup() {
	alert_setup
	echo 'token = another canary, of more than 43 characters, for it signs' >credentials/ack
	chmod 600 credentials/ack
	T=$(($(date +%s) / 60 * 60))
	hook ops
	cat >fleet.yaml <<-END
		store: $MCP_STORE
		site: {url: "http://status.example.com/"}
		regions: [{name: ap}, {name: eu}, {name: us}]
		accounts:
		  - {name: acme, token_sha256: $(digest reads), write_token_sha256: $(digest writes)}
		  - {name: other, token_sha256: $(digest reads2), write_token_sha256: $(digest writes2)}
		servers:
		  - {slug: example-mcp, url: "https://mcp.example.com/mcp", account: acme}
		  - {slug: example-two, url: "https://two.example.com/mcp", account: other}
		alerts:
		  zone: Europe/Berlin
		  routes:
		    - $HOOK}
	END
	export MCP_CONFIG=$PWD/fleet.yaml
	COOKIE=
}

digest() {
	printf %s "$1" | sha256sum | cut -d ' ' -f 1
}

# ask METHOD PATH [BODY [NAME=VALUE…]]: the answer of the CGI, in CODE, fields and body.
ask() {
	local query=''
	[[ $2 != *\?* ]] || query=${2#*\?}
	printf %s "${3-}" >in
	env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD="$1" SCRIPT_NAME=/ops \
		PATH_INFO="$(printf %s "${2%%\?*}" | sed 's|^/ops||')" QUERY_STRING="$query" \
		CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH="$(wc -c <in)" \
		HTTP_COOKIE="$COOKIE" "${@:4}" "$BIN/mcp-alert" <in 2>err | tr -d '\r' >answer
	sed '/^$/q' answer >fields
	sed '1,/^$/d' answer >body
	CODE=$(sed -n '1s/^Status: \([0-9]*\).*/\1/p' fields)
}

# cookie: the one that the last answer sets.
cookie() {
	COOKIE=$(sed -nE 's/^Set-Cookie: ([^;]*).*/\1/p' fields)
	[[ $COOKIE ]]
}

# enters NAME TOKEN: signs in with the token of an account.
enters() {
	ask POST /ops/sign-in "who=$1&token=$2"
	[ "$CODE" = 303 ]
	grep -q '^Location: /ops$' fields
	cookie
}

# operates NAME: signs in with a link.
operates() {
	LINK=$("$BIN/mcp-alert" link "$1")
	ask POST "${LINK#http://status.example.com}"
	[ "$CODE" = 303 ]
	cookie
}

# token PAGE DO [WITH]: that of the first form of a page that does so, or of the first of
# those in which this stands.
token() {
	ask GET "$1"
	[ "$CODE" = 200 ] || { cat answer; return 1; }
	TOKEN=$(grep -oP "name=\"form\" value=\"\K[^\"]*(?=\"><input type=\"hidden\" name=\"do\" value=\"$2\">)" body | head -n 1)
	[[ $TOKEN ]]
}

# sends PAGE DO [FIELDS]: a form of that page.
sends() {
	token "$1" "$2"
	ask POST /ops "form=$TOKEN&do=$2${3:+&$3}"
}

listed() {
	alert 0 list
	jq -r .acknowledged_by out
}

down_now() {
	verdict 0 eu,us initialize | alert 0
	KEY=$(jq -r .dedup_key out)
}

@test "the token that writes signs in, by the form or by HTTP Basic; one that reads, or none, does not" {
	ask GET /ops
	[ "$CODE" = 401 ]
	grep -q '<form method="post" action="/ops/sign-in">' body
	run ! grep -q '^Set-Cookie' fields
	ask POST /ops/sign-in 'who=ann&token=reads'
	[ "$CODE" = 403 ]
	grep -q 'This token is for reading' body
	ask POST /ops/sign-in 'who=ann&token=wrong'
	[ "$CODE" = 403 ]
	run ! grep -q '^Set-Cookie' fields
	enters ann writes
	grep -qE '^Set-Cookie: mcp-console=[^;]+; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict$' fields
	ask GET /ops
	[ "$CODE" = 200 ]
	grep -q 'ann (account acme)' body
	run ! grep -q '^Set-Cookie' fields
	COOKIE=
	ask GET /ops '' HTTP_AUTHORIZATION="Basic $(printf bob:writes | base64)"
	[ "$CODE" = 200 ]
	cookie
	grep -q 'bob (account acme)' body
	ask GET /ops '' HTTP_AUTHORIZATION=
	[ "$CODE" = 200 ]
	COOKIE=
	ask GET /ops '' HTTP_AUTHORIZATION="Basic $(printf bob:reads | base64)"
	[ "$CODE" = 403 ]
	ask POST /ops 'do=leave' HTTP_AUTHORIZATION="Basic $(printf bob:writes | base64)"
	[ "$CODE" = 401 ]
	# Over TLS, and for as long as the token.
	sed -i 's|http://status|https://status|' fleet.yaml
	enters ann writes
	grep -qE '^Set-Cookie: __Host-mcp-console=[^;]+; Max-Age=43200; Path=/; Secure; HttpOnly; SameSite=Strict$' fields
	ask GET /ops
	[ "$CODE" = 200 ]
	sed -i "s/$(digest writes)/$(digest new)/" fleet.yaml
	ask GET /ops
	[ "$CODE" = 401 ]
}

@test "a link signs in once, and only by its button; it ends, and its secret with it" {
	local link
	link=$("$BIN/mcp-alert" link 'Ann B.')
	[[ $link =~ ^http://status\.example\.com/ops/link/[0-9a-f-]+$ ]]
	link=${link#http://status.example.com}
	ask GET "$link"
	[ "$CODE" = 200 ]
	grep -q 'signs you in as Ann B\.' body
	run ! grep -q '^Set-Cookie' fields
	ask POST "$link"
	[ "$CODE" = 303 ]
	cookie
	ask GET /ops
	grep -q '<span>Ann B\.</span>' body
	ask POST "$link"
	[ "$CODE" = 410 ]
	run ! grep -q '^Set-Cookie' fields
	ask GET "${link%?}$([[ $link == *0 ]] && echo 1 || echo 0)"
	[ "$CODE" = 404 ]
	# One form serves as no other.
	for bad in "/ops/link/${COOKIE#*=}" /ops/link/x /ops/link/; do
		ask POST "$bad"
		[[ $CODE == 40[14] ]]
	done
	run ! "$BIN/mcp-alert" link --for 2h ann
	run ! "$BIN/mcp-alert" link $'a\nb'
	link=$("$BIN/mcp-alert" link --for 1h ann)
	echo 'token = a third canary, which has more than 43 characters, for it signs' >credentials/ack
	ask POST "${link#http://status.example.com}"
	[ "$CODE" = 404 ]
	ask GET /ops
	[ "$CODE" = 401 ]
	# Without the secret there is no console.
	rm credentials/ack
	ask GET /ops
	[ "$CODE" = 404 ]
}

@test "no page can be framed, runs a script but ours, or is kept" {
	enters ann writes
	for path in /ops /ops/mutes /ops/servers /ops/server/example-mcp /ops/none; do
		ask GET "$path"
		grep -q "^Content-Security-Policy: default-src 'none'; .*script-src 'sha256-[A-Za-z0-9+/=]*'; .*frame-ancestors 'none'$" fields
		grep -q '^Cache-Control: no-store' fields
		grep -q '^Referrer-Policy: no-referrer' fields
		hash=$(sed -nE "s/.*'sha256-([^']*)'.*/\1/p" fields)
		perl -0ne 'print $1 if /<script>(.*)<\/script>/s' body | openssl dgst -sha256 -binary | base64 | grep -qxF "$hash"
	done
}

@test "a form works once, in its session, and from this site" {
	local mine key
	down_now
	enters ann writes
	mine=$COOKIE
	token /ops take
	key=$TOKEN
	# Another's, of the same account; none; one of another purpose.
	enters eve writes
	ask POST /ops "form=$key&do=take&key=$KEY"
	[ "$CODE" = 403 ]
	ask POST /ops "do=take&key=$KEY"
	[ "$CODE" = 403 ]
	COOKIE=
	ask POST /ops "form=$key&do=take&key=$KEY"
	[ "$CODE" = 401 ]
	COOKIE=$mine
	ask POST /ops "form=$key&do=take&key=$KEY" HTTP_SEC_FETCH_SITE=cross-site
	[ "$CODE" = 403 ]
	[ "$(listed)" = null ]
	ask POST /ops "form=$key&do=take&key=$KEY&back=server" HTTP_SEC_FETCH_SITE=same-origin
	[ "$CODE" = 303 ]
	grep -q '^Location: /ops/server/example-mcp?done=take$' fields
	[ "$(listed)" = 'ann (account acme)' ]
	sends /ops/server/example-mcp back "key=$KEY&from=ann+(account+acme)"
	[ "$CODE" = 303 ]
	ask POST /ops "form=$key&do=take&key=$KEY"
	[ "$CODE" = 409 ]
	grep -q 'This form was sent before' body
	[ "$(listed)" = null ]
	# Signed out: the browser forgets it, and who has copied it has nothing.
	token /ops take
	key=$TOKEN
	sends /ops leave
	grep -q '^Set-Cookie: mcp-console=; Max-Age=0' fields
	for path in /ops /ops/server/example-mcp; do
		ask GET "$path"
		[ "$CODE" = 403 ]
	done
	ask POST /ops "form=$key&do=take&key=$KEY"
	[ "$CODE" = 403 ]
	[ "$(listed)" = null ]
}

@test "an account sees and changes its own servers alone" {
	{ verdict 0 eu,us initialize; verdict 0 eu,us initialize http.503 example-two; } | alert 0
	KEY=$(jq -r 'select(.server_slug == "example-two").dedup_key' out)
	enters ann writes
	ask GET /ops
	grep -q example-mcp body
	run ! grep -q example-two body
	ask GET /ops/servers
	run ! grep -q example-two body
	ask GET /ops/server/example-mcp
	[ "$CODE" = 200 ]
	run ! grep -q 'Why it alerted\|Owner' body
	for path in /ops/server/example-two '/ops/server/*' /ops/server/none /ops/routes; do
		ask GET "$path"
		[ "$CODE" = 404 ]
	done
	sends /ops take "key=$KEY"
	[ "$CODE" = 404 ]
	for servers in example-two 'example-mcp+example-two' 'example-*' '*' ''; do
		for what in silence maintenance; do
			sends /ops/mutes "$what" "servers=$servers&for=1h&text=why&kind=regional"
			[ "$CODE" = 404 ]
		done
	done
	token /ops take
	ask POST /ops "form=$TOKEN&do=test&route=ops"
	[ "$CODE" = 404 ]
	alert 0 silence add --for 1h --reason 'new disks' example-two
	id=$(jq -r .id out)
	ask GET /ops/mutes
	run ! grep -q 'new disks' body
	token /ops/mutes silence
	ask POST /ops "form=$TOKEN&do=end-silence&id=$id"
	[ "$CODE" = 404 ]
	[ "$(redis exists fleet:maintenance)" = 0 ]
	[ "$(redis hlen fleet:silence)" = 1 ]
	operates root
	ask GET /ops
	grep -q example-two body
}

@test "open incidents: since when, who has it, what comes next; taken over, noted, closed" {
	down_now
	operates ann
	ask GET /ops
	grep -q '<b class="P1">1 P1</b>' body
	grep -q 'example-mcp is down: initialize fails with http.503' body
	grep -q 'nobody has acknowledged it' body
	grep -q '<li>next: ' body
	sends /ops take "key=$KEY&for=2h"
	[ "$CODE" = 303 ]
	ask GET '/ops?done=take'
	grep -q 'You have acknowledged it\.' body
	grep -q '<li>muted: ann looks after it until' body
	grep -q 'name="from" value="ann"' body
	operates bob
	sends /ops take "key=$KEY"
	[ "$CODE" = 409 ]
	grep -q 'ann has acknowledged it until' body
	sends /ops take "key=$KEY&from=ann"
	[ "$CODE" = 303 ]
	[ "$(listed)" = bob ]
	sends /ops/server/example-mcp note "key=$KEY&text=disk+%3Cb%3E+full&who=private"
	[ "$CODE" = 303 ]
	ask GET /ops/server/example-mcp
	grep -q 'bob: disk &#60;b&#62; full' body
	[ "$(redis hvals alert:example-mcp:incidents | grep -c disk)" = 0 ]
	sends /ops/server/example-mcp note "key=$KEY&text=We+know&who=public"
	[ "$CODE" = 303 ]
	redis hvals alert:example-mcp:incidents | grep -q 'We know'
	sends /ops/server/example-mcp close "key=$KEY"
	[ "$CODE" = 422 ]
	sends /ops/server/example-mcp close "key=$KEY&text=it+is+gone"
	[ "$CODE" = 303 ]
	ask GET /ops
	grep -q 'No incident is open' body
	# All of it is recorded with who did it.
	alert 0 history example-mcp
	grep -q 'bob closed example-mcp:downtime' out
	grep -q 'bob published a note' out
	grep -q 'bob: disk <b> full' out
	[ "$(jq -r ".what | select(. == \"by_hand\" or . == \"note\")" out | sort | uniq -c | tr -s ' \n' ' ')" = \
		' 2 by_hand 1 note ' ]
}

@test "what strangers say is text on each page" {
	verdict 0 eu,us initialize '"><script>alert(1)</script>' | alert 0
	KEY=$(jq -r .dedup_key out)
	alert 0 ack --by "<i>'" --reason '</pre><script>' example-mcp
	alert 0 silence add --for 1h --by '<i>' --reason '<script>' --kind regional
	operates '<b>&'
	sends /ops/server/example-mcp note "key=$KEY&text=%3Cscript%3E%0a&who=private"
	sends /ops/server/example-mcp take "key=$KEY&from=%3Ci%3E'&text=%22%3E%3Cscript%3E"
	[ "$CODE" = 303 ]
	for path in '/ops?done=%3Cscript%3E' /ops/mutes /ops/servers /ops/server/example-mcp /ops/routes; do
		ask GET "$path"
		[ "$CODE" = 200 ]
		[ "$(grep -o '<script\|<i>\|<b>&' body | wc -l)" = 1 ]
	done
}

@test "two thousand incidents are pages of fifty" {
	{ sed '/^servers:/,/^alerts:/{/^  - /d;s|^servers:|servers_from: [list.jsonl]|}' fleet.yaml
		echo '  policy: {common: 10000}'; } >many.yaml
	seq 2000 | sed 's|.*|{"slug":"s&","url":"https://s&.example.com/mcp"}|' >list.jsonl
	export MCP_CONFIG=$PWD/many.yaml
	verdict 0 eu,us initialize http.503 SLUG >one
	seq 2000 | awk 'NR == FNR { one = $0; next } { line = one; gsub("SLUG", "s" $1, line); print line }' one - >all
	sed -i 's/routes:/routes: []/; /^    - {name: ops/d' many.yaml
	alert 0 <all
	[ "$(redis scard fleet:open)" -ge 2000 ]
	operates ann
	ask GET /ops
	grep -q '1 to 50 of 2000' body
	[ "$(grep -c '<article' body)" = 50 ]
	[ "$(wc -c <body)" -lt 100000 ]
	ask GET '/ops?page=40'
	grep -q '1951 to 2000 of 2000' body
	ask GET '/ops?page=99999'
	grep -q '1951 to 2000 of 2000' body
}

@test "silences and maintenances: added, shown on their day, ended by a button" {
	operates ann
	sends /ops/mutes silence 'servers=example-mcp&for=1h&text=new+%3Cdisks%3E&back=mutes'
	[ "$CODE" = 303 ]
	grep -q '^Location: /ops/mutes?done=silence$' fields
	sends /ops/mutes maintenance 'servers=example-*&start=%2B2h&custom=90m&text=upgrade'
	[ "$CODE" = 303 ]
	sends /ops/mutes maintenance 'servers=example-two&start=2:00&for=1h&every=mon,thu'
	[ "$CODE" = 303 ]
	sends /ops/mutes maintenance 'servers=nosuch&for=1h'
	[ "$CODE" = 422 ]
	grep -q 'no server &#39;nosuch&#39; in the configuration' body
	ask GET /ops/mutes
	grep -q '<b>active</b> example-mcp <small>silence</small>' body
	grep -q '<b>coming</b> example-\* <small>maintenance</small>' body
	grep -q '<b>recurring</b> example-two (mon,thu) <small>maintenance</small>' body
	grep -q 'new &#60;disks&#62; (ann)' body
	[ "$(redis hvals fleet:silence | jq -r '.by')" = ann ]
	sends /ops/mutes end-silence "id=$(redis hkeys fleet:silence)&back=mutes"
	[ "$CODE" = 303 ]
	sends /ops/mutes end-maintenance "id=$(redis hvals fleet:maintenance | jq -r 'select(.every == null).id')"
	[ "$CODE" = 303 ]
	ask GET /ops/mutes
	run ! grep -q '<b>active</b>\|<b>coming</b>' body
	# What a key of the list fills in.
	ask GET '/ops/mutes?server=example-two'
	[ "$(grep -c 'name="servers" value="example-two"' body)" = 2 ]
	ask GET '/ops/mutes?server=%22%3E%3Cb%3E'
	[ "$(grep -c 'name="servers" value=""' body)" = 2 ]
}

@test "servers in all states, and why one alerted; a test goes out with the next run" {
	down_now
	operates ann
	ask GET /ops/servers
	grep -q '<a href="/ops/server/example-mcp">example-mcp</a></th><td><b class="P1">P1</b> downtime since' body
	grep -q '<a href="/ops/server/example-two">example-two</a></th><td class="old">no verdict yet' body
	ask GET '/ops/servers?q=two'
	run ! grep -q server/example-mcp body
	ask GET /ops/server/example-mcp
	grep -q 'why: regions agreed that it fails' body
	sed -i 's|account: acme|&, owner: "Team <A>", labels: {tier: gold}, runbook: "https://wiki.example.com/r"|' fleet.yaml
	ask GET /ops/server/example-mcp
	grep -q '<p>Owner: Team &#60;A&#62;\. tier: gold</p>' body
	grep -q '<a href="https://wiki.example.com/r">Runbook</a>' body
	grep -q '<a href="http://status.example.com/status/example-mcp">Dashboard</a>' body
	sends /ops/routes test 'route=ops&back=routes'
	[ "$CODE" = 303 ]
	[ "$(got ops)" = downtime_started ]
	alert 0 </dev/null
	[ "$(got ops)" = 'downtime_started test' ]
	ask GET /ops/routes
	grep -q '<h2>ops <small>webhook</small></h2>' body
	grep -q 'last success [0-9:]* (.* ago)' body
	grep -q 'last failure not since yesterday' body
	grep -q 'ann sent a test to ops' body
	grep -q '<tr><th>ap</th><td>no report is known' body
	redis set fleet:regions '{"regions":[{"region":"ap","expected":1,"reported":1,"last":'$(($(date +%s) - 90))'}]}'
	ask GET /ops/routes
	grep -qE '<tr><th>ap</th><td>[0-9:]+ \(1 min ago\)' body
}
