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
	ack_setup
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

# done_so: what the page after a form says was done.
done_so() {
	ask GET "$(sed -n 's/^Location: //p' fields)"
	[ "$CODE" = 200 ] && sed -nE 's|^<p class="done" role="status">(.*)</p>$|\1|p' body
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
	for path in /ops /ops/mutes /ops/servers /ops/server/example-mcp /ops/night /ops/none; do
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
	[ "$(holder)" = null ]
	ask POST /ops "form=$key&do=take&key=$KEY&back=server" HTTP_SEC_FETCH_SITE=same-origin
	[ "$CODE" = 303 ]
	grep -qF "Location: /ops/server/example-mcp?done=take&of=$KEY" fields
	[ "$(holder)" = 'ann (account acme)' ]
	sends /ops/server/example-mcp back "key=$KEY&from=ann+(account+acme)"
	[ "$CODE" = 303 ]
	ask POST /ops "form=$key&do=take&key=$KEY"
	[ "$CODE" = 409 ]
	grep -q 'This form was sent before' body
	[ "$(holder)" = null ]
	# One that was refused works once it is corrected.
	token /ops/server/example-mcp close
	ask POST /ops "form=$TOKEN&do=note&key=$KEY&text="
	[ "$CODE" = 422 ]
	ask POST /ops "form=$TOKEN&do=note&key=$KEY&text=seen"
	[ "$CODE" = 303 ]
	ask POST /ops "form=$TOKEN&do=note&key=$KEY&text=seen"
	[ "$CODE" = 409 ]
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
	[ "$(holder)" = null ]
}

# attack CODE NAME REQUEST…: ask answers so, and the incident stays as it is.
attack() {
	ask "${@:3}"
	[ "$CODE" = "$1" ] && [ "$(holder)" = null ] || { echo "$2: $CODE, $(holder)"; return 1; }
}

@test "attacks: nothing is done, and nobody gets in" {
	local mine theirs form other bare changed to=/ops site=HTTP_SEC_FETCH_SITE
	down_now
	enters eve writes2
	theirs=$COOKIE
	token /ops leave
	other=$TOKEN
	enters ann writes
	mine=$COOKIE
	token /ops take
	form=$TOKEN
	attack 403 'no token' POST $to "do=take&key=$KEY"
	attack 403 'an empty token' POST $to "form=&do=take&key=$KEY"
	attack 403 'a wrong token' POST $to "form=${form%?}$([[ $form == *0 ]] && echo 1 || echo 0)&do=take&key=$KEY"
	attack 403 'of another session' POST $to "form=$other&do=take&key=$KEY"
	attack 403 'the cookie as a token' POST $to "form=${mine#*=}&do=take&key=$KEY"
	attack 400 'in the address' POST "$to?form=$form&do=take&key=$KEY"
	attack 200 'by GET' GET "$to?form=$form&do=take&key=$KEY"
	attack 403 'from another site' POST $to "form=$form&do=take&key=$KEY" $site=cross-site
	attack 403 'from another host of the domain' POST $to "form=$form&do=take&key=$KEY" $site=same-site
	attack 415 'as JSON' POST $to '{"do":"take"}' CONTENT_TYPE=application/json
	attack 413 'a long form' POST $to "form=$form&do=take&key=$KEY&text=$(printf %20000s '' | tr ' ' x)"
	attack 403 'a token to read' POST /ops/sign-in 'who=ann&token=reads'
	attack 403 'a token to read, by Basic' GET $to '' HTTP_COOKIE= HTTP_AUTHORIZATION="Basic $(printf ann:reads | base64)"
	# Another's session, and ours changed: no other account, nor the operator, nor longer.
	attack 403 'my form in their session' POST $to "form=$form&do=take&key=$KEY" HTTP_COOKIE="$theirs"
	bare=${mine#*=}
	for changed in "${bare/acme/other}" "${bare/acme/}" "${bare%?}" "$bare$bare" "${bare//[0-9]/9}" '' x; do
		attack 401 "the cookie as $changed" GET $to '' HTTP_COOKIE="mcp-console=$changed"
	done
	attack 401 'the cookie of a longer name' GET $to '' HTTP_COOKIE="xmcp-console=$bare"
	# None of that used up the form; then it is.
	ask POST $to "form=$form&do=take&key=$KEY"
	[ "$CODE" = 303 ]
	[ "$(holder)" = 'ann (account acme)' ]
	ask POST $to "form=$form&do=back&key=$KEY&from=ann+(account+acme)"
	[ "$CODE" = 409 ]
	[ "$(holder)" = 'ann (account acme)' ]
}

@test "an account sees and changes its own servers alone" {
	{ verdict 0 eu,us initialize; verdict 0 eu,us initialize http.503 example-two; } | alert 0
	KEY=$(jq -r 'select(.server_slug == "example-two").dedup_key' out)
	mine=$(jq -r 'select(.server_slug == "example-mcp").dedup_key' out)
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
	# It hands nothing to others, and names no account.
	sends /ops take "key=$mine&to=Eve"
	[ "$(holder)" = $'ann (account acme)\nnull' ]
	ask GET /ops/server/example-mcp
	run ! grep -q 'name="to"' body
	ask GET /ops/mutes
	run ! grep -q 'name="account"' body
	sends /ops/mutes maintenance 'servers=example-mcp&account=other&for=1h'
	redis hvals fleet:maintenance | jq -e '.accounts == []'
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
	done_so | grep -qE '^You have acknowledged example-mcp \(downtime\) until [0-9:]+\.$'
	ask GET '/ops?done=take'
	grep -q 'You have acknowledged it\.' body
	grep -q '<li>acknowledged: ann, until' body
	# Nobody takes over from themselves.
	run ! grep -q 'Take over' body
	grep -q 'aria-label="Undo the acknowledgement: example-mcp, downtime">Undo' body
	ask GET /ops/server/example-mcp
	grep -q '>Change the acknowledgement<' body
	operates bob
	ask GET /ops
	grep -q 'name="from" value="ann"' body
	grep -q 'aria-label="Take over: example-mcp, downtime">Take over' body
	sends /ops take "key=$KEY"
	[ "$CODE" = 409 ]
	grep -q 'ann has acknowledged it until' body
	sends /ops take "key=$KEY&from=ann"
	[ "$CODE" = 303 ]
	[ "$(holder)" = bob ]
	sends /ops/server/example-mcp note "key=$KEY&text=disk+%3Cb%3E+full&who=private"
	[ "$CODE" = 303 ]
	ask GET /ops/server/example-mcp
	grep -q 'bob: disk &#60;b&#62; full' body
	[ "$(redis hvals alert:example-mcp:incidents | grep -c disk)" = 0 ]
	sends /ops/server/example-mcp note "key=$KEY&text=We+know&who=public"
	[ "$CODE" = 303 ]
	redis hvals alert:example-mcp:incidents | grep -q 'We know'
	sends /ops/server/example-mcp note "key=$KEY&text=https://example.com/post&who=postmortem"
	[ "$CODE" = 303 ]
	redis hvals alert:example-mcp:incidents | grep -q '"https://example.com/post"'
	sends /ops/server/example-mcp note "key=$KEY&text=no+address&who=postmortem"
	[ "$CODE" = 422 ]
	grep -q 'Note: .* is not an address' body
	# To somebody else, from anybody.
	sends /ops/server/example-mcp take "key=$KEY&to=Eve+%3Cb%3E&from="
	[ "$CODE" = 303 ]
	[ "$(holder)" = 'Eve <b>' ]
	done_so | grep -qE '^Eve &#60;b&#62; has acknowledged example-mcp \(downtime\) until [0-9: -]+\.$'
	sends /ops/server/example-mcp close "key=$KEY"
	[ "$CODE" = 422 ]
	sends /ops/server/example-mcp close "key=$KEY&text=it+is+gone"
	[ "$CODE" = 303 ]
	[ "$(done_so)" = 'The incident of example-mcp (downtime) is closed.' ]
	ask GET /ops
	grep -q 'No incident is open' body
	# All of it is recorded with who did it.
	alert 0 history example-mcp
	grep -q 'bob closed example-mcp:downtime' out
	grep -q 'bob published a note' out
	grep -q 'bob published a postmortem on .*: https://example.com/post' out
	grep -q 'bob handed example-mcp:downtime:.* to Eve <b>' out
	grep -q 'bob: disk <b> full' out
	[ "$(jq -r ".what | select(. == \"by_hand\" or . == \"note\")" out | sort | uniq -c | tr -s ' \n' ' ')" = \
		' 4 by_hand 1 note ' ]
}

@test "what no probe sees is opened, moved on and closed" {
	# An account has its own servers, and no group.
	enters bob writes
	for other in example-two all; do
		sends /ops open "servers=$other&title=a&text=b"
		[ "$CODE" = 404 ]
	done
	sends /ops open 'servers=example-mcp&title=Stale+%3Cb%3E&text=We+look+into+it.&severity=P3&who=public'
	[ "$CODE" = 303 ]
	[ "$(done_so)" = 'The incident of example-mcp is open.' ]
	ask GET /ops
	grep -q '</a> <small>manual, investigating</small>' body
	grep -q '<p>example-mcp: Stale &#60;b&#62;\.</p>' body
	alert 0 list
	KEY=$(jq -r .dedup_key out)
	[ "$(jq -r .severity out)" = P3 ]
	operates ann
	ask GET /ops
	grep -q 'Server, group or all <small aria-hidden="true">(required)</small><input name="servers"' body
	sends /ops open 'servers=example-mcp&title=Other&text=x'
	[ "$CODE" = 422 ]
	grep -q 'Stale &#60;b&#62;&#39; is open; note it, or close it first' body
	for wrong in 'servers=example-two&title=a&text=' 'servers=&title=a&text=b' 'servers=example-mcp&title=&text=b' \
		'servers=nothing&title=a&text=b' 'servers=example-two&title=a&text=b&severity=P0' \
		"servers=example-two&title=$(printf '%101s' '' | tr ' ' x)&text=b"; do
		sends /ops open "$wrong"
		[ "$CODE" = 422 ]
		run ! grep -E 'class="refused".*--[a-z]' body
	done
	sends /ops/server/example-mcp note "key=$KEY&state=identified&text=An+old+index.&who=public"
	[ "$CODE" = 303 ]
	sends /ops/server/example-mcp note "key=$KEY&state=monitoring&text=for+us&who=private"
	[ "$CODE" = 303 ]
	sends /ops/server/example-mcp note "key=$KEY&state=finished"
	[ "$CODE" = 422 ]
	sends /ops/server/example-mcp note "key=$KEY"
	[ "$CODE" = 422 ]
	ask GET /ops/server/example-mcp
	grep -q '<small>manual, monitoring</small>' body
	grep -q 'public: [0-9:]* identified: An old index\.' body
	sends /ops/server/example-mcp close "key=$KEY&text=canary&public=A+new+index."
	[ "$CODE" = 303 ]
	[ "$(redis hvals alert:example-mcp:incidents | grep -c 'We look\|An old\|A new')" = 3 ]
	[ "$(redis hvals alert:example-mcp:incidents | grep -c 'canary\|for us\|ann')" = 0 ]
	# The next run sends all of it; who did it is on record.
	alert 0 tick
	[ "$(got ops)" = '' ]
	alert 0 history example-mcp
	for did in 'bob (account acme) opened an incident of example-mcp: Stale <b>' \
		'ann published a note and the state identified on example-mcp:manual' \
		'ann set the state monitoring on example-mcp:manual' 'ann: for us' \
		'ann closed example-mcp:manual'; do
		grep -qF "$did" out || { echo "$did"; cat out; return 1; }
	done
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
	for path in '/ops?done=%3Cscript%3E' '/ops?done=take&of=%3Cscript%3E' '/ops?done=end-silence&of=%3Cscript%3E' /ops/mutes /ops/servers /ops/server/example-mcp /ops/routes /ops/night; do
		ask GET "$path"
		[ "$CODE" = 200 ]
		[ "$(grep -o '<script\|<i>\|<b>&' body | wc -l)" = 1 ]
	done
}

@test "ten thousand incidents are pages of fifty, within seconds" {
	{ sed '/^servers:/,/^alerts:/{/^  - /d;s|^servers:|servers_from: [list.jsonl]|}' fleet.yaml
		echo '  policy: {common: 10000}'; } >many.yaml
	seq 10000 | sed 's|.*|{"slug":"s&","url":"https://s&.example.com/mcp"}|' >list.jsonl
	export MCP_CONFIG=$PWD/many.yaml
	# Two failures, so that not all servers share one incident.
	{ verdict 0 eu,us initialize http.503 SLUG; verdict 0 eu,us tls tls.expired SLUG; } >two
	seq 10000 | awk 'NR == FNR { v[NR % 2] = $0; next } { line = v[$1 % 2]; gsub("SLUG", "s" $1, line); print line }' two - >all
	sed -i 's/routes:/routes: []/; /^    - {name: ops/d' many.yaml
	alert 0 <all
	[ "$(redis scard fleet:open)" -ge 10000 ]
	operates ann
	began=$(date +%s%3N)
	ask GET /ops
	took=$(($(date +%s%3N) - began))
	grep -q '1 to 50 of 10000' body
	grep -q '10000 P1' body
	[ "$(grep -c '<article' body)" = 50 ]
	echo "the page: $took ms, $(wc -c <body) bytes"
	[ "$(wc -c <body)" -lt 100000 ]
	((took < 10000))
	ask GET '/ops?page=200'
	grep -q '9951 to 10000 of 10000' body
	ask GET '/ops?page=99999'
	grep -q '9951 to 10000 of 10000' body
	sends '/ops?page=200' take "key=$(grep -oP -m 1 'name="key" value="\K[^"]*' body)"
	[ "$CODE" = 303 ]
	[ "$(holder | grep -c ann)" = 1 ]
}

@test "silences and maintenances: added, shown on their day, ended by a button" {
	operates ann
	sends /ops/mutes silence 'servers=example-mcp&for=1h&text=new+%3Cdisks%3E&back=mutes'
	[ "$CODE" = 303 ]
	grep -q '^Location: /ops/mutes?done=silence&of=s-' fields
	done_so | grep -qE '^example-mcp is muted until [0-9: -]+\.$'
	sends /ops/mutes maintenance 'servers=example-*&start=%2B2h&custom=90m&text=upgrade'
	[ "$CODE" = 303 ]
	sends /ops/mutes maintenance 'servers=example-two&start=2:00&for=1h&every=mon,thu'
	[ "$CODE" = 303 ]
	done_so | grep -qE '^The maintenance of example-two \(mon,thu\), [0-9-]+ 02:00 to 03:00, is added\.$'
	# What the field offers; both times are of the day after now.
	ask GET /ops/mutes
	for start in $(grep -oP '<datalist id="starts">\K.*' body | grep -oP '<option>\K[^<]*' | tr ' +' '+_'); do
		sends /ops/mutes maintenance "servers=example-two&start=${start//_/%2B}&for=1h"
		[ "$CODE" = 303 ]
		id=$(redis hvals fleet:maintenance | jq -r 'select(.slugs == ["example-two"] and .every == null).id')
		redis hdel fleet:maintenance "$id"
	done
	[ "$start" = tomorrow+02:00 ]
	sends /ops/mutes silence 'servers=example-two&start=tomorrow+02:00&end=Tomorrow+04:00&text=x'
	[ "$CODE" = 303 ]
	done_so | grep -qE '^example-two is muted from [0-9-]+ 02:00 to 04:00\.$'
	id=$(redis hvals fleet:silence | jq -r 'select(.slugs == ["example-two"]).id')
	[ "$(redis hget fleet:silence "$id" | jq '.starts_at, .ends_at' | paste -sd ' ')" = \
		"$(for at in 02:00 04:00; do TZ=Europe/Berlin date -d "tomorrow $at" +%s; done | paste -sd ' ')" ]
	redis hdel fleet:silence "$id"
	sends /ops/mutes maintenance 'servers=nosuch&for=1h'
	[ "$CODE" = 422 ]
	grep -q 'no server &#39;nosuch&#39; in the configuration' body
	# Like each option of the command.
	sends /ops/mutes silence 'for=1h&end=%2B3h&region=ap,us&step=tls&kind=regional&text=x'
	[ "$CODE" = 303 ]
	redis hvals fleet:silence | jq -se 'map(select(.regions == ["ap", "us"] and .steps == ["tls"] and
		.kinds == ["regional"] and .ends_at - .starts_at == 10800)) | length == 1'
	redis hdel fleet:silence "$(redis hvals fleet:silence | jq -r 'select(.regions != []).id')"
	sends /ops/mutes maintenance 'account=acme&for=1h&end=%2B2h&start=%2B1h'
	[ "$CODE" = 303 ]
	redis hvals fleet:maintenance | jq -se 'map(select(.accounts == ["acme"] and
		.ends_at - .starts_at == 7200)) | length == 1'
	redis hdel fleet:maintenance "$(redis hvals fleet:maintenance | jq -r 'select(.accounts != []).id')"
	ask GET /ops/mutes
	grep -q '<b>active</b> example-mcp <small>mute</small>' body
	grep -q '<b>coming</b> example-\* <small>maintenance</small>' body
	grep -q '<b>recurring</b> example-two (mon,thu) <small>maintenance</small>' body
	grep -q 'new &#60;disks&#62; (ann)' body
	[ "$(redis hvals fleet:silence | jq -r '.by')" = ann ]
	sends /ops/mutes end-silence "id=$(redis hkeys fleet:silence)&back=mutes"
	[ "$CODE" = 303 ]
	[ "$(done_so)" = 'The mute of example-mcp has ended.' ]
	# None of too many is left out.
	sends /ops/mutes silence "servers=$(printf 'example-mcp+%.0s' {1..101})&for=1h&text=x"
	[ "$CODE" = 422 ]
	grep -q 'These are too many servers: name up to 100' body
	ask GET /ops/night
	grep -qE '</b> ann ended the mute s-[0-9a-z]+ of example-mcp: new &#60;disks&#62;</li>' body
	grep -qE '</b> ann added the mute s-[0-9a-z]+ of example-mcp, [0-9-]+ [0-9:]+ to [0-9: -]+ Berlin time: new &#60;disks&#62;</li>' body
	grep -qE '</b> ann added the maintenance m-[0-9a-z]+ of example-two \(mon,thu\), [0-9-]+ 0?2:00 to 0?3:00 Berlin time</li>' body
	sends /ops/mutes end-maintenance "id=$(redis hvals fleet:maintenance | jq -r 'select(.every == null).id')"
	[ "$CODE" = 303 ]
	ask GET /ops/mutes
	run ! grep -q '<b>active</b>\|<b>coming</b>' body
	# An error names what the page shows, and no option.
	while IFS='|' read -r what fields says; do
		sends /ops/mutes "$what" "servers=example-mcp&$fields"
		[ "$CODE" = 422 ]
		# The script marks the field at fault.
		sed -nE 's/^<p class="refused" role="alert"( data-field="([a-z]*)")?>(.*)/\2|\3/p' body >refusal
		[[ $(<refusal) == "${says/DAY/$(TZ=Europe/Berlin date +%F)}"* ]] || { cat refusal; return 1; }
		run ! grep -E 'class="refused".*(--[a-z]|(silence|maintenance) add)' body
	done <<-'EOT'
	silence|start=tomorow&for=1h&text=x|start|From: &#39;tomorow&#39; is not a time such as 2:00, tomorrow 02:00 or DAY 23:00</p>
	silence|custom=90x&text=x|custom|How long: &#39;90x&#39; is not a duration from 60s to 35d
	silence|for=1h|text|“Why” is needed
	silence|text=x||one of “Until” and “How long” is needed
	silence|for=1h&text=x&kind=nosuch|kind|Kinds of incidents: &#39;nosuch&#39;
	silence|for=1h&text=x&region=mars|region|Regions: &#39;mars&#39;
	maintenance|start=1x&for=1h|start|From: &#39;1x&#39;
	maintenance|end=1x|end|Until: &#39;1x&#39;
	maintenance|for=1h&every=someday|every|Every: &#39;someday&#39;
	maintenance|for=1h&account=nobody||no account &#39;nobody&#39;
	EOT
	# What a key of the list fills in.
	ask GET '/ops/mutes?server=example-two'
	[ "$(grep -c 'name="servers" value="example-two"' body)" = 2 ]
	for to in 'silence" value="example-two"; name="text"' 'maintenance" value="example-two"; name="start"' \
		'silence" value=""; name="servers"' 'maintenance" value=""; name="servers"'; do
		ask GET "/ops/mutes?to=${to%%\"*}$([[ $to != *two* ]] || echo '&server=example-two')"
		[ "$(grep -c autofocus body)" = 1 ]
		sed -n "/id=\"${to%%\"*}\"/,/<.form>/p" body | grep autofocus | grep -qF "${to##* }"
	done
	ask GET '/ops/mutes?server=%22%3E%3Cb%3E'
	[ "$(grep -c 'name="servers" value=""' body)" = 2 ]
}

@test "the last night: incidents as in the report, pages by route, and who did what" {
	down_now
	operates ann
	sends /ops take "key=$KEY"
	alert 0 </dev/null
	sends /ops/routes test 'route=ops'
	alert 0 </dev/null
	# What was before yesterday evening is of another night.
	redis rpush "fleet:history:$(($(date +%s) / 86400 - 1))" \
		"$(jq -cn --argjson at $(($(date +%s) / 86400 * 86400 - 86400)) '{v: 1, type: "history",
			$at, server_slug: "example-mcp", what: "note", text: "too old"}')" >/dev/null
	alert 0 report -N $(($(date +%s) + 60)) --start "$(TZ=Europe/Berlin date -d 'yesterday 18:00' +%FT%T%:z)"
	ask GET /ops/night
	[ "$CODE" = 200 ]
	pages=$(jq '.incidents[0].pages' out)
	grep -q '<p>Since .* 18:00 Berlin time: 1 incident</p>' body
	grep -qE '<footer>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} Berlin time<' body
	grep -qE '<li><b class="P1">P1</b> <a href="/ops/server/example-mcp">example-mcp</a> downtime since .*, acknowledged after ([0-9]+ s|1 min), not over; '"$pages page" body
	grep -qF "<tr><td>ops</td>$(jq -r '.routes[] | select(.route == "ops") |
		"<td>\(.pages)</td><td>\(.asleep)</td><td>\(.events)</td><td>\(.failed)</td>"' out)</tr>" body
	grep -q '<a href="/ops/server/example-mcp">example-mcp</a></b> is down: initialize' body
	grep -q '<a href="/ops/server/example-mcp">example-mcp</a> downtime_started to route ops</li>' body
	grep -q 'ann has acknowledged it for 4 h' body
	grep -q 'ann sent a test to ops' body
	run ! grep -q 'too old' body
	enters bob writes
	ask GET /ops/night
	[ "$CODE" = 404 ]
	run ! grep -q /ops/night body
}

@test "a card says that its incident is muted, and by what, from the moment that it is" {
	down_now
	operates ann
	ask GET /ops
	run ! grep -q muted body
	sends /ops/mutes silence 'servers=example-mcp&for=1h&text=new+%3Cdisks%3E'
	for path in /ops /ops/server/example-mcp; do
		ask GET "$path"
		grep -qE '<b class="state">muted until [0-9:]+</b></h2>' body
		grep -qE '<li>muted until [0-9:]+: new &#60;disks&#62; \(ann\)</li>' body
		run ! grep -q '<li>next: ' body
		# A way to the mute, and from there to its end.
		grep -q 'aria-label="End the mute: example-mcp" href="/ops/mutes#'"$(redis hkeys fleet:silence)" body
	done
	ask GET /ops
	grep -q 'href="/ops/mutes?to=maintenance&#38;server=example-mcp">Plan a maintenance</a>' body
	run ! grep -q 'aria-label="Mute: ' body
	ask GET /ops/mutes
	grep -q "<article class=\"mute\" id=\"$(redis hkeys fleet:silence)\"" body
	# To an account nobody says why.
	enters bob writes
	ask GET /ops
	grep -qE '<li>muted until [0-9:]+</li>' body
	# Another's mute is not for it, nor what the address of a page says.
	ask GET "/ops/mutes?done=silence&of=$(redis hkeys fleet:silence)"
	grep -q 'example-mcp is muted' body
	enters eve writes2
	ask GET "/ops/mutes?done=silence&of=$(redis hkeys fleet:silence)"
	grep -q 'Alerts are muted\.' body
	ask GET "/ops?done=take&of=$KEY"
	grep -q 'You have acknowledged it\.' body
	operates ann
	sends /ops/mutes end-silence "id=$(redis hkeys fleet:silence)"
	sends /ops/mutes maintenance 'servers=example-*&for=2h&text=upgrade'
	ask GET /ops
	grep -qE '<li>muted until [0-9:]+ by a maintenance: upgrade \(ann\)</li>' body
	grep -q '>End the maintenance</a>' body
	# The account cannot see one of a pattern.
	enters bob writes
	ask GET /ops
	run ! grep -q 'End the' body
	operates ann
	# Visitors read what was opened by hand, muted or not.
	sends /ops open 'servers=example-two&title=Stale&text=x'
	ask GET /ops/server/example-two
	run ! grep -q 'muted' body
	grep -q 'unless somebody closes it' body
}

# bars NAME: on the line of time, how many, and where the first begins.
bars() {
	grep -F "<span>$1" body >row
	echo "$(grep -o '<i style' row | wc -l) $(grep -oP -m 1 "left:\K[0-9.]*" row | head -n 1)"
}

@test "a line of time shows the next day, or week, with each time of what repeats" {
	operates ann
	ask GET /ops/mutes
	run ! grep -q 'class="line"' body
	sends /ops/mutes silence 'servers=example-mcp&for=1h&text=disks'
	sends /ops/mutes maintenance 'servers=example-two&start=%2B12h&for=1h'
	ask GET /ops/mutes
	grep -q 'role="img" aria-label="The next 24 hours on a line of time: all of it is listed below"' body
	grep -q '<b>now</b>' body
	[ "$(bars example-mcp)" = '1 0.00' ]
	[[ $(bars example-two) =~ ^1\ (49\.9|50\.0)[0-9]$ ]]
	sends /ops/mutes maintenance 'servers=example-*&start=%2B3d&for=1h'
	sends /ops/mutes maintenance 'servers=example-m*&start=%2B10m&for=1h&every=daily'
	ask GET /ops/mutes
	grep -q 'aria-label="The next 7 days ' body
	# Each midnight, unless its mark has no room.
	[[ $(grep -oE '>(mon|tue|wed|thu|fri|sat|sun)</b>' body | sort -u | wc -l) == [56] ]]
	[[ $(bars 'example-*') =~ ^1\ 42\.[89] ]]
	[[ $(bars 'example-m*') == 7\ 0.* ]]
}

@test "servers in all states, and why one alerted; a test goes out with the next run" {
	down_now
	operates ann
	ask GET /ops/servers
	grep -q '<a href="/ops/server/example-mcp">example-mcp</a></th><td></td><td><b class="P1">P1</b> downtime since' body
	grep -q '<a href="/ops/server/example-two">example-two</a></th><td></td><td class="old">no verdict yet' body
	# The colours in words, of those verdicts that are of now.
	redis set probe:example-mcp:verdict '{"v":1,"verdict":"amber","window":'$(($(date +%s) - 60))',"failing":["ap","<eu>"]}'
	redis set probe:example-two:verdict '{"v":1,"verdict":"red","window":'$(($(date +%s) - 3600))',"failing":["ap"]}'
	ask GET /ops/servers
	grep -q 'example-mcp</a></th><td><b class="amber">amber</b></td>' body
	grep -q 'example-two</a></th><td></td>' body
	grep -q 'amber: some fail, and too few agree' body
	# Those with an open incident come first.
	redis smove fleet:open fleet:elsewhere example-mcp
	redis sadd fleet:open example-two
	ask GET /ops/servers
	[ "$(grep -oE 'data-server="[^"]*' body | cut -d '"' -f 2 | paste -sd' ')" = 'example-two example-mcp' ]
	redis rename fleet:elsewhere fleet:open
	ask GET /ops/server/example-mcp
	grep -qE '<p>The verdict is <b class="amber">amber</b>, at [0-9:]+; fails from ap, &#60;eu&#62;\. <small>green: ' body
	redis set probe:example-mcp:verdict nonsense
	for path in /ops/server/example-mcp /ops/server/example-two; do
		ask GET "$path"
		[ "$CODE" = 200 ]
		run ! grep -q 'The verdict is' body
	done
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
	ask GET '/ops/routes?done=test'
	grep -q 'The next run of mcp-alert sends the test' body
	grep -q '<li><b>test to ops:</b> waits for the next run of mcp-alert, in about [0-9]* s; since ' body
	alert 0 </dev/null
	[ "$(got ops)" = 'downtime_started test' ]
	ask GET /ops/routes
	grep -qE '<li><b>test to ops:</b> arrived [0-9:]+ \(' body
	grep -q '<h2>ops <small>webhook</small></h2>' body
	grep -q 'last success [0-9:]* (.* ago)' body
	grep -q 'last failure not since yesterday' body
	grep -q '<tr><td>ap</td><td>no report is known</td><td class="old">not measured</td><td class="old">not known</td></tr>' body
	sends /ops/routes test 'all=1&back=routes'
	[ "$CODE" = 303 ]
	ask GET /ops/night
	grep -q 'ann sent a test to all routes' body
	redis set fleet:regions '{"regions":[{"region":"ap","expected":1,"reported":1,"last":'$(($(date +%s) - 90))'}]}'
	ask GET /ops/routes
	redis hset fleet:runners \
		ap '{"v":1,"type":"runner","region":"ap","at":1,"status":"ok","version":"0.0.9","message":null,"offset_s":[2.25,9]}' \
		eu '{"v":1,"type":"runner","region":"eu","at":1,"status":"ok","version":"'"$("$BIN/mcp-alert" -V | cut -d ' ' -f 2)"'","message":null,"offset_s":[-0.5,9]}' \
		us '{"v":1,"type":"runner","region":"us","at":1,"status":"exit","version":null,"message":"gone","offset_s":[-9,-3]}' >/dev/null
	ask GET /ops/routes
	grep -qE '<tr><td>ap</td><td>[0-9:]+ \(1 min ago\)</td><td><b class="P2">2.2 s ahead</b></td><td><b class="P2">0.0.9</b>, here [0-9.]+</td></tr>' body
	grep -qE '<tr><td>eu</td><td>no report is known</td><td>right</td><td>[0-9.]+</td></tr>' body
	grep -q '<tr><td>us</td><td>no report is known; gone</td><td><b class="P2">3.0 s behind</b></td><td class="old">not known</td></tr>' body
	# The gravest incident comes first.
	redis get alert:example-mcp | jq -c '.incidents[].severity = "P3"' >mild
	redis set alert:example-mcp "$(<mild)"
	verdict 0 eu,us initialize http.503 example-two | alert 0
	ask GET /ops/servers
	[ "$(grep -oE 'data-server="[^"]*' body | cut -d '"' -f 2 | paste -sd' ')" = 'example-two example-mcp' ]
	grep -q 'example-mcp</a></th>.*<b class="P3">P3</b> downtime since' body
}

@test "what doctor found last, with its age and the commands; nothing of it is markup" {
	operates ann
	ask GET /ops/routes
	grep -q 'It has left nothing here' body
	good='{"v":1,"type":"doctor","host":"h<1>","at":'$(($(date +%s) - 7300))',"ok":12,"warn":1,"fail":21,"findings":[
		{"status":"fail","subject":"store","finding":"evicts <keys>","mend":"redis-cli config set \"x\" && y"},
		{"status":"warn","subject":"cron","finding":"none","mend":null}]}'
	"$BIN/mcp-aggregate" ingest -c fleet.yaml < <(tr -d '\n\t' <<<"$good"; echo)
	(($(redis ttl fleet:doctor) > 3000000))
	# This is no round: nothing says that one ran.
	[ "$(redis exists fleet:heartbeats)" = 0 ]
	ask GET /ops/routes
	grep -qE '<p>[0-9 :-]+ \(2 h 1 min ago\) on h&#60;1&#62;: 21 failed, 1 warning, 12 ok\.</p>' body
	grep -q '<h2><b>FAIL</b> store</h2>' body
	grep -q '<p>evicts &#60;keys&#62;</p>' body
	grep -q '<pre tabindex="0">redis-cli config set &#34;x&#34; &#38;&#38; y</pre>' body
	grep -q '<h2><b>warn</b> cron</h2>' body
	grep -q '<p>And 20 more\.</p>' body
	for bad in 's/"warn","subject"/"ok","subject"/' 's/"ok":12/"ok":-1/' 's/"findings":.*/"findings":7}/'; do
		run -2 "$BIN/mcp-aggregate" ingest -c fleet.yaml < <(tr -d '\n\t' <<<"$good" | sed "$bad"; echo)
		[[ $output == *'line 1: '* ]]
	done
	"$BIN/mcp-aggregate" ingest -c fleet.yaml <<<'{"v":1,"type":"doctor","host":"h","at":1,"ok":7,"warn":0,"fail":0,"findings":[]}'
	ask GET /ops/routes
	grep -q '<p class="fine">1970-01-01 01:00 (.* ago) on h: 0 failed, 0 warnings, 7 ok\.</p>' body
	# As we write it, the longest line is longer, and texts are cut for it.
	jq -cn '{v: 1, type: "doctor", host: "h", at: 1, ok: 0, warn: 0, fail: 20, findings: [range(20) |
		{status: "fail", subject: ("s" * 165), finding: ("é" * 300)}]}' >long
	"$BIN/mcp-aggregate" ingest -c fleet.yaml <long
	(($(redis strlen fleet:doctor) <= 16384))
	redis get fleet:doctor | jq -e '(.findings | length) == 20 and (.findings[19].finding | length) == 150'
	run -2 "$BIN/mcp-aggregate" ingest -c fleet.yaml < <(jq -c '.findings += [.findings[0]]' long)
	redis set fleet:doctor '{"v":1,"type":"doctor"}'
	ask GET /ops/routes
	[ "$CODE" = 200 ]
	grep -q 'It has left nothing here' body
}

@test "a test of a server that fails: the page says so, and that it is tried again" {
	echo 503 >ops/mood
	operates ann
	sends /ops/server/example-mcp test 'server=example-mcp&back=server'
	grep -q '^Location: /ops/server/example-mcp?done=test$' fields
	ask GET /ops/server/example-mcp
	grep -q '<li><b>test to ops:</b> waits for the next run' body
	alert 0 </dev/null || true
	ask GET /ops/server/example-mcp
	grep -q '<li><b>test to ops:</b> failed, and is tried again: ' body
	# A retry that fails is the last failure, though the history has only the first.
	redis get alert:example-mcp | jq -c --argjson at "$(date +%s)" \
		'(.outbox[].deliveries[] | select(.why)) += {attempts: 7, tried: ($at + 1)}' >later
	redis set alert:example-mcp "$(<later)" >/dev/null
	ask GET /ops/routes
	grep -qE '<li>last failure [0-9: -]+ \([01] s ago\): test of example-mcp: try 7: HTTP 503' body
	[ "$(grep -c '<article class="P1"' body)" = 1 ]
	# Once a retry has succeeded, too.
	redis get alert:example-mcp | jq -c --argjson at "$(date +%s.%N)" \
		'(.outbox[].deliveries[] | select(.why)) += {tried: $at, next_try: 0}' >later
	redis set alert:example-mcp "$(<later)" >/dev/null
	echo 200 >ops/mood
	alert 0 </dev/null
	ask GET /ops/routes
	grep -qE '<li>last success [0-9: -]+ \([01] s ago\): test to route ops, after 7 failures: HTTP 503' body
	grep -qE '<li>last failure [0-9: -]+ \([01] s ago\): test to route ops, after 7 failures: HTTP 503' body
	[ "$(grep -c '<article class="P1"' body)" = 0 ]
	# One that no retry mends.
	for at in 90 60; do
		redis rpush "fleet:history:$(($(date +%s) / 86400))" "$(jq -cn --argjson at $(($(date +%s) - at)) \
			'{v: 1, type: "history", $at, server_slug: "example-two", what: "refused", route: "ops",
			event: "test", text: "test to route ops: 410 <gone>"}')" >/dev/null
	done
	ask GET /ops/server/example-two
	[ "$(grep -c 'test to ops' body)" = 1 ]
	grep -qE '<li><b>test to ops:</b> refused .*\(1 min ago\): test to route ops: 410 &#60;gone&#62;</li>' body
}
