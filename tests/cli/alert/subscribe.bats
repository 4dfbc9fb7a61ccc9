#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: visitors subscribe by mail and by webhook: they confirm, get the public news
# in a thread of their own, and leave; a real mail server takes the mail. Strangers
# learn no address, sign up nobody else, and keep nobody waiting.

bats_require_minimum_version 1.5.0
load ../../helpers/store
load ../../helpers/alert

setup_file() {
	redis_start "$BATS_FILE_TMPDIR/redis"
	cd "$BATS_FILE_TMPDIR" || return 1
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout key -out cert -days 2 -subj /CN=127.0.0.1 \
		-addext 'subjectAltName=IP:127.0.0.1' 2>/dev/null
}

setup() {
	alert_setup
	echo 'token = another canary, of more than 43 characters, for it signs' >credentials/ack
	printf '%s\n' 'user = ann' 'password = a canary' \
		"cacert = $BATS_FILE_TMPDIR/cert" >credentials/mail
	chmod 600 credentials/*
	mkfifo port
	/usr/bin/python3 "$ROOT/tests/fixture/mailbox.py" . "$BATS_FILE_TMPDIR/cert" \
		"$BATS_FILE_TMPDIR/key" ann 'a canary' >port 3>&- &
	pids+=($!)
	read -r -t 60 starttls _ <port
	T=$(($(date +%s) / 60 * 60))
	: >mails
	configure
}

# configure [SITE]: three servers, one of them private, and a mail route.
configure() {
	cat >fleet.yaml <<-YAML
		store: $MCP_STORE
		regions: [{name: ap}, {name: eu}, {name: us}]
		site:
		  url: https://status.example.com/
		  title: "Acme\u00e4"
		  subscribe: mail
		  ${1-subscribe_inward: false}
		servers:
		  - {slug: example-mcp, url: https://mcp.example.com/mcp, title: Shop <&>, group: Pay & co}
		  - {slug: docs, url: https://docs.example.com/mcp}
		  - {slug: hidden, url: https://hidden.example.com/mcp, private: true, account: acme}
		accounts: [{name: acme, token_sha256: 87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7}]
		alerts:
		  routes:
		    - {name: mail, type: email, url: 'smtp://127.0.0.1:$starttls', from: 'Acme <status@example.com>', to: [ops@example.net], secret: mail}
		  policies:
		    - {name: nobody, match: {}, steps: []}
	YAML
	export MCP_CONFIG=$PWD/fleet.yaml
}

# ask METHOD PATH [BODY [NAME=VALUE…]]: the answer of the CGI, at AT or now, to page.
ask() {
	env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD="$1" \
		REQUEST_URI="${2#https://status.example.com}" REMOTE_ADDR="${ADDRESS-192.0.2.7}" \
		CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH="${#3}" "${@:4}" \
		"$BIN/mcp-alert" ${AT+-N "$AT"} <<<"${3-}" 2>cgi.err | tr -d '\r' >page
	sed -n '1s/^Status: //p' page
	[ -z "${SHOW-}" ] || cat page cgi.err >&2
}

# signup ADDRESS [TOPIC]
signup() {
	ask POST /subscribe "to=$(jq -rn --arg s "$1" '$s | @uri')&topic=$(
		jq -rn --arg s "${2:-*}" '$s | @uri')"
}

# sent ADDRESS FILTER: of the mails to that address.
sent() {
	jq -r --arg to "$1" "select(.to == [\$to]) | $2" mails
}

# link ADDRESS WHAT: the last link of that sort that the address got.
link() {
	sent "$1" .text | grep -oP "https://status.example.com/$2/\S+" | tail -n 1
}

# subscribe ADDRESS [TOPIC]: signs up, and confirms.
subscribe() {
	[ "$(signup "$@")" = "200 OK" ]
	alert 0 tick
	[ "$(ask POST "$(link "$1" subscribe)")" = "200 OK" ]
}

@test "by mail: asked, confirmed, notified in a thread, left by one click" {
	[ "$(signup Ann@Example.org server:example-mcp)" = "200 OK" ]
	grep -q 'Check your mail' page
	# Nothing was sent by the web, and no address is shown.
	[ ! -s mails ]
	run ! grep -qi ann page cgi.err
	alert 0 tick
	confirm=$(link Ann@Example.org subscribe)
	[ "$(sent Ann@Example.org '.headers.Subject')" = "Confirm your subscription to Acmeä" ]
	sent Ann@Example.org .text | grep -q 'news of Shop <&> from Acme'
	# It is asked once.
	alert 0 tick
	[ "$(wc -l <mails)" = 1 ]
	# To look changes nothing.
	[ "$(ask GET "$confirm")" = "200 OK" ]
	grep -q 'News of Shop &#60;&#38;&#62;' page
	[ "$(redis exists fleet:subscribers)" = 0 ]
	[ "$(ask HEAD "$confirm")" = "200 OK" ]
	[ "$(ask POST "$confirm")" = "200 OK" ]
	[ "$(redis hlen fleet:subscribers)" = 1 ]
	# A link works once.
	[ "$(ask POST "$confirm")" = "410 Gone" ]

	minutes 0 1 eu,us initialize | alert 0
	alert 0 note --public 'We found the cause.' example-mcp
	alert 0 tick
	minutes 2 8 | alert 0
	mapfile -t subjects < <(sent Ann@Example.org .headers.Subject)
	[ "${#subjects[@]}" = 4 ]
	[ "${subjects[1]}" = '[Acmeä] Shop <&>: Outage' ]
	[ "${subjects[2]}" = '[Acmeä] Shop <&>: Outage (update)' ]
	[ "${subjects[3]}" = '[Acmeä] Shop <&>: Outage (resolved)' ]
	sent Ann@Example.org .text | grep -q '^Note from the operator: We found the cause\.'
	# What the public may not know is nowhere.
	run ! grep -qE 'initialize|http\.503|Importance' mails
	# One thread; nobody else's address.
	mapfile -t ids < <(sent Ann@Example.org '.headers["Message-ID"]')
	[ "$(printf '%s\n' "${ids[@]}" | sort -u | wc -l)" = 4 ]
	[ "$(sent Ann@Example.org '.headers.References // "none"' | paste -sd' ')" = \
		"none none ${ids[1]} ${ids[1]}" ]
	jq -se 'all(.headers.To == "Ann@Example.org" and .defects == [] and (.headers | has("Cc") | not))' mails
	leave=$(link Ann@Example.org unsubscribe)
	[ "$(sent Ann@Example.org '.headers["List-Unsubscribe"] // empty' | tail -n 1)" = "<$leave>" ]
	[ "$(sent Ann@Example.org '.headers["List-Unsubscribe-Post"] // empty' | sort -u)" = \
		'List-Unsubscribe=One-Click' ]

	# One click, RFC 8058, in both types of a form.
	[ "$(ask GET "$leave")" = "200 OK" ]
	grep -q '<button>Unsubscribe</button>' page
	[ "$(redis hlen fleet:subscribers)" = 1 ]
	[ "$(ask POST "$leave" 'List-Unsubscribe=One-Click' CONTENT_TYPE='multipart/form-data; boundary=x')" = "200 OK" ]
	[ "$(redis exists fleet:subscribers)" = 0 ]
	[ "$(ask POST "$leave" 'List-Unsubscribe=One-Click')" = "200 OK" ]
	# The link by which she came back is used.
	[ "$(ask POST "$confirm")" = "410 Gone" ]
	T=$((T + 1200))
	minutes 0 1 eu,us initialize | alert 0
	[ "$(sent Ann@Example.org .headers.To | wc -l)" = 4 ]
}

@test "a server, a group or all; what is private is nobody's" {
	subscribe a@example.org
	subscribe b@example.org 'group:Pay & co'
	subscribe c@example.org server:docs
	subscribe c@example.org server:example-mcp
	# To somebody else a private server and one that is not there look alike.
	[ "$(signup d@example.org server:hidden)" = "404 Not Found" ]
	cp page hidden
	[ "$(signup d@example.org server:none)" = "404 Not Found" ]
	cmp page hidden
	[ "$(signup d@example.org 'group:none')" = "404 Not Found" ]
	: >mails
	{
		minutes 0 1 eu,us initialize http.503 example-mcp
		minutes 0 1 eu,us initialize http.503 hidden
	} | alert 0
	[ "$(jq -r '.to[0]' mails | sort | paste -sd' ')" = 'a@example.org b@example.org c@example.org' ]
	run ! grep -q hidden mails
	: >mails
	minutes 20 21 eu,us initialize http.503 docs | alert 0
	[ "$(jq -r '.to[0]' mails | sort | paste -sd' ')" = 'a@example.org c@example.org' ]
	# A maintenance is announced once, to its servers' subscribers.
	: >mails
	alert 0 maintenance add --start +60m --for 30m --reason 'New disks' docs hidden
	alert 0 tick
	alert 0 tick
	[ "$(jq -r '.to[0]' mails | sort | paste -sd' ')" = 'a@example.org c@example.org' ]
	[ "$(sent a@example.org .headers.Subject)" = '[Acmeä] docs: maintenance' ]
	sent a@example.org .text | grep -q '^Planned from .* UTC to .* UTC\. New disks'
	# One topic of several is left from the page.
	leave=$(link c@example.org unsubscribe)
	[ "$(ask GET "$leave")" = "200 OK" ]
	grep -q '>Only from docs</button>' page
	[ "$(ask POST "$leave" topic=server:docs)" = "200 OK" ]
	alert 0 subscribers
	[ "$(jq -c '[.topic, .mail, .webhooks]' out | paste -sd' ')" = \
		'["*",1,0] ["group:Pay & co",1,0] ["server:example-mcp",1,0]' ]
	run ! grep -q @ out
}

@test "servers that share an incident are one message and one thread" {
	sed -i "s/^alerts:/&\n  policy: {common: 2}/" fleet.yaml
	subscribe a@example.org
	subscribe c@example.org server:docs
	: >mails
	for slug in example-mcp docs; do
		minutes 0 1 ap,eu,us initialize http.503 "$slug"
	done | jq -sc 'sort_by(.window)[]' | alert 0
	[ "$(sent a@example.org .headers.Subject)" = '[Acmeä] docs and Shop <&>: Outage' ]
	[ "$(sent c@example.org .headers.Subject)" = '[Acmeä] docs: Outage' ]
	sent a@example.org .text | grep -q '^Clients cannot use these servers\.'
	# What is said of one of them belongs there, too.
	alert 0 note --public 'Only here.' docs
	alert 0 tick
	alert 0 note --state identified --public 'An old index.' docs
	alert 0 tick
	sent c@example.org .text | grep -q 'An old index\.'
	for slug in example-mcp docs; do
		minutes 2 12 '' '' '' "$slug"
	done | jq -sc 'sort_by(.window)[]' | alert 0
	[ "$(sent c@example.org .headers.Subject | tail -n 1)" = '[Acmeä] docs: Outage (resolved)' ]
	[ "$(sent c@example.org '.headers.References // empty' | uniq -c | tr -s ' ')" = \
		" 3 $(sent c@example.org '.headers["Message-ID"]' | head -n 1)" ]
	[ "$(wc -l <mails)" = 8 ]
	# So is a postmortem after the end.
	for key in $(redis --scan --pattern 'fleet:history:*'); do
		redis lrange "$key" 0 -1
	done >history
	alert 0 note --postmortem https://example.com/why "$(jq -r \
		'select(.what == "told_together" and .server_slug == "docs").dedup_key' history)"
	alert 0 tick
	[ "$(sent c@example.org '.headers.References // empty' | sort -u)" = \
		"$(sent c@example.org '.headers["Message-ID"]' | head -n 1)" ]
	[ "$(wc -l <mails)" = 10 ]
}

@test "an incident by hand, its states and notes are one thread, of a group once" {
	subscribe a@example.org
	subscribe c@example.org server:docs
	: >mails
	alert 0 open --title 'Old answers' --text 'We look into it.' all
	alert 0 tick
	[ "$(sent c@example.org .headers.Subject)" = '[Acmeä] docs: Old answers' ]
	sent c@example.org .text | grep -q '^We look into it\. Since '
	alert 0 note --state identified --public 'An old index.' all
	alert 0 tick
	alert 0 note --public 'It takes an hour.' all
	alert 0 tick
	alert 0 close --reason canary --public 'A new index.' all
	alert 0 tick
	[ "$(sent c@example.org .headers.Subject | tail -n +2 | paste -sd,)" = \
		'[Acmeä] docs: Old answers (identified),[Acmeä] docs: Old answers (update),[Acmeä] docs: Old answers (resolved)' ]
	[ "$(sent a@example.org .headers.Subject | wc -l)" = 4 ]
	[ "$(sent a@example.org '.headers.References // empty' | sort -u)" = \
		"$(sent a@example.org '.headers["Message-ID"]' | head -n 1)" ]
	sent c@example.org .text | grep -q '^Note from the operator: A new index\.'
	# What is private stays so.
	: >mails
	alert 0 open --now $(($(date +%s) + 90)) --title 'For us' --reason 'canary' docs
	alert 0 note --state identified docs
	alert 0 tick
	[ ! -s mails ]
	run ! grep -q canary mails
}

# becomes FROM TO: the address of a subscriber becomes another one.
becomes() {
	local id
	for id in $(redis hkeys fleet:subscribers); do
		redis hget fleet:subscribers "$id" | grep -q "\"$1\"" || continue
		redis hset fleet:subscribers "$id" "$(redis hget fleet:subscribers "$id" |
			sed "s/\"$1\"/\"$2\"/")" >/dev/null
	done
}

@test "five refusals in a row drop an address; a report of a mail server counts" {
	subscribe a@example.org server:docs
	subscribe b@example.org server:docs
	becomes b@example.org gone@example.org
	for i in 1 2 3 4 5; do
		[ "$(redis hlen fleet:subscribers)" = 2 ]
		minutes $((i * 20)) $((i * 20 + 1)) eu,us initialize http.503 docs | alert 0 -N $((T + i * 1200 + 65))
		run ! grep -q gone err
		grep -q 'a subscriber was removed after 5 refusals' err || [ $i -lt 5 ]
		# It begins anew, so that it is news once more.
		redis del alert:docs alert:docs:incidents fleet:open fleet:undelivered >/dev/null
	done
	[ "$(redis hlen fleet:subscribers)" = 1 ]
	[ "$(sent a@example.org '.headers["List-Unsubscribe"] // empty' | wc -l)" = 5 ]
	# Reports that come by mail, RFC 3464: four, and a delay that is none.
	printf '%s\n' 'From: MAILER-DAEMON' '' 'Reporting-MTA: dns; mx' '' \
		'Final-Recipient: rfc822; A@Example.org' 'Action: failed' 'Status: 5.1.1' '' \
		'Final-Recipient: rfc822; b@example.org' 'Action: delayed' >report
	for _ in 1 2 3 4; do
		alert 0 subscribers bounce <report
	done
	[ "$(redis hlen fleet:subscribers)" = 1 ]
	alert 0 subscribers bounce <report
	[ "$(redis hlen fleet:subscribers)" = 0 ]
	alert 1 subscribers bounce <report
	run ! grep -qi example.org out err
}

@test "a person is forgotten by the address, whatever its case" {
	subscribe a@example.org
	[ "$(signup b@example.org)" = "200 OK" ]
	alert 0 subscribers remove <<<$'A@example.ORG\nb@example.org'
	[ "$(redis exists fleet:subscribers)$(redis exists fleet:signups)" = 00 ]
	alert 1 subscribers remove <<<a@example.org
	run ! grep -q example out err
	alert 2 subscribers drop
}

@test "who takes nothing now gets it later; a mail server that is down gets all again" {
	subscribe a@example.org server:docs
	subscribe b@example.org server:docs
	becomes b@example.org busy@example.org
	minutes 0 1 eu,us initialize http.503 docs | alert 0 -N $((T + 65))
	[ "$(sent a@example.org .headers.Subject | wc -l)" = 2 ]
	[ "$(redis hlen fleet:subscribers)" = 2 ]
	becomes busy@example.org b@example.org
	alert 0 tick -N $((T + 300))
	[ "$(sent b@example.org .headers.Subject | wc -l)" = 2 ]
	[ "$(sent a@example.org .headers.Subject | wc -l)" = 2 ]
	# Nobody listens there; the operators' routes are another matter.
	cp fleet.yaml good.yaml
	sed -i "s/smtp:.*:$starttls/smtp:\/\/127.0.0.1:1/" fleet.yaml
	alert 0 note --public 'Soon.' example-mcp || alert 0 note --public 'Soon.' docs
	alert 0 tick
	grep -q 'subscribers: route mail: ' err
	run ! grep -q example.org err
	cp good.yaml fleet.yaml
	alert 0 tick
	[ "$(sent a@example.org .headers.Subject | tail -n 1)" = '[Acmeä] docs: Outage (update)' ]
}

# listen STATUS: an HTTP server, whose port is then in PORT; bodies go to bodies.
listen() {
	rm -f webport
	mkfifo webport
	echo "$1" >status
	node -e '
		const fs = require("fs");
		const server = require("http").createServer((request, response) => {
			let body = "";
			request.on("data", (piece) => { body += piece; });
			request.on("end", () => {
				fs.appendFileSync("bodies", `${body}\n`);
				response.writeHead(+fs.readFileSync("status", "utf8"),
					{ location: "http://127.0.0.1:1/" });
				response.end();
			});
		}).on("connection", () => {
			fs.appendFileSync("connections", "x\n");
		}).listen(0, "127.0.0.1", () => console.log(server.address().port));
	' >webport 3>&- &
	pids+=($!)
	read -r -t 60 PORT <webport
}

@test "a webhook confirms, hears, and is dropped once it refuses five times" {
	configure 'subscribe_inward: true'
	listen 200
	[ "$(signup "http://127.0.0.1:$PORT/hook?key=secret" server:docs)" = "200 OK" ]
	grep -q 'Check your channel' page
	alert 0 tick
	jq -e '.v == 1 and .type == "subscription"' bodies
	[ "$(ask POST "$(jq -r .confirm_url bodies)")" = "200 OK" ]
	minutes 0 1 eu,us initialize http.503 docs | alert 0
	tail -n 1 bodies | jq -e '.type == "news" and .event == "started" and .incident == "outage" and
		.servers == [{slug: "docs", title: null}] and .ended_at == null and
		(.page_url | startswith("https://status.example.com/status/docs/incident/")) and
		(.unsubscribe_url | startswith("https://status.example.com/unsubscribe/"))'
	# A redirect is not followed, and counts as a refusal.
	echo 302 >status
	for i in 1 2 3 4 5; do
		[ "$(redis hlen fleet:subscribers)" = 1 ]
		alert 0 note --public "Note $i" docs
		alert 0 tick
		run ! grep -q secret err
	done
	[ "$(redis hlen fleet:subscribers)" = 0 ]
}

@test "a webhook in a private network is never called, whatever its name" {
	listen 200
	for url in "http://127.0.0.1:$PORT/" https://127.0.0.1/ https://localhost/x https://[::1]/; do
		[ "$(signup "$url")" = "400 Bad Request" ]
	done
	# What is found out when it is called: names and other spellings.
	for url in "https://10.0.0.1:$PORT/" "https://[::ffff:127.0.0.1]:$PORT/" \
		"https://0x7f.1:$PORT/" "https://$(hostname):$PORT/" https://169.254.169.254/latest; do
		ADDRESS=198.51.$((RANDOM % 200)).7 signup "$url" >code
		[[ $(<code) == "200 OK" || $(<code) == "400 Bad Request" ]]
	done
	alert 0 tick
	[ ! -e connections ]
	[ "$(redis hvals fleet:signups | jq -s 'map(select(.wait)) | length')" = 0 ]
}

@test "forged, cut, old and foreign links do nothing; nor do addresses with headers" {
	subscribe a@example.org
	leave=$(redis hkeys fleet:subscribers)
	signup b@example.org >/dev/null
	alert 0 tick
	confirm=$(link b@example.org subscribe)
	id=${confirm##*/} rest=${confirm##*/}
	id=${id%%-*} rest=${rest#*-}
	for path in "/subscribe/$id" "/subscribe/$leave-$rest" "/unsubscribe/$id-$rest" \
		"/subscribe/${confirm##*/}0" "/subscribe/${confirm##*/}%00" "/unsubscribe/$leave-0-$(printf 0%.0s {1..64})" \
		"/subscribe/-" "/unsubscribe/$leave"; do
		for method in GET POST; do
			[ "$(ask $method "$path")" = "404 Not Found" ]
		done
	done
	[ "$(ask GET /subscribe)" = "405 Method Not Allowed" ]
	[ "$(redis hlen fleet:subscribers)" = 1 ]
	for to in $'a@b.org\r\nBcc: c@d.org' 'a@b.org, c@d.org' 'A <a@b.org>' 'a@b' 'a b@c.org' '' '<a@b.org>' \
		'"a"@b.org' 'a@[127.0.0.1]' 'ü@b.org' 'ftp://b.org/' 'https://a:b@c.org/' $'https://c.org/\r\nX: y' \
		"$(printf 'a%.0s' {1..600})@b.org"; do
		[ "$(signup "$to")" = "400 Bad Request" ]
		run ! grep -q 'b\.org' page cgi.err
	done
	[ "$(ask POST /subscribe 'to=x@example.org&topic=*' HTTP_SEC_FETCH_SITE=cross-site)" = "400 Bad Request" ]
	[ "$(redis hlen fleet:signups)" = 2 ]
	# A title with a line break cannot be configured; nor does a note become a header.
	minutes 0 1 eu,us initialize | alert 0
	alert 2 note --public $'x\r\nBcc: c@d.org' example-mcp
}

@test "the answer is the same whoever has subscribed; a mailbox is asked three times a day" {
	subscribe a@example.org
	signup a@example.org >code
	cp page known
	ADDRESS=2001:db8::1 signup new@example.org >>code
	cmp page known
	[ "$(sort -u code)" = "200 OK" ]
	for i in 1 2 3 4; do
		ADDRESS=203.0.$i.1 signup a@example.org >/dev/null
		cmp page known
		alert 0 tick
	done
	[ "$(sent a@example.org .headers.Subject | wc -l)" = 3 ]
}

@test "a flood from one network is stopped there, and another one is served" {
	local AT
	# All in one hour, so not at its end.
	not_at_the_end() {
		(($(date +%s) % 3600 < 3560))
	}
	eventually not_at_the_end
	AT=$(date +%s)
	for i in {1..14}; do
		ADDRESS=192.0.2.$i signup "a$i@example.org"
	done >codes
	[ "$(sort codes | uniq -c | awk '{ print $1, $2 }' | paste -sd' ')" = '10 200 4 429' ]
	grep -q '^Retry-After: 3600' page
	[ "$(ADDRESS=192.0.3.1 signup b@example.org)" = "200 OK" ]
	[ "$(ADDRESS=2001:db8:0:1::1 signup c@example.org)" = "200 OK" ]
	# All together: of 400 in an hour the last is refused, whoever it is.
	redis hset "fleet:signups:$((AT / 3600))" all 400 >/dev/null
	[ "$(ADDRESS=8.8.8.8 signup d@example.org)" = "429 Too Many Requests" ]
	[ "$(redis hlen fleet:signups)" = 12 ]
	# Visitors have one slot of four: while it is taken they wait, and a link that
	# acknowledges is answered.
	exec 8>web-1
	flock 8
	[ "$(ADDRESS=9.9.9.9 signup e@example.org)" = "503 Service Unavailable" ]
	minutes 0 1 eu,us initialize | alert 0
	[ "$(ask GET "$(jq -r .ack_url out)")" = "200 OK" ]
}

@test "who did not confirm within a day is forgotten, and the link is too old" {
	[ "$(signup a@example.org)" = "200 OK" ]
	alert 0 tick
	alert 0 tick -N $(($(date +%s) + 86500))
	[ "$(redis exists fleet:signups)" = 0 ]
	[ "$(ask POST "$(link a@example.org subscribe)")" = "410 Gone" ]
}

@test "without site.subscribe there is nothing; a route that sends no mail is an error" {
	sed -i '/^  subscribe/d' fleet.yaml
	[ "$(signup a@example.org)" = "404 Not Found" ]
	minutes 0 1 eu,us initialize | alert 0
	[ "$(redis exists fleet:news)" = 0 ]
	configure
	alert 0 check
	run ! grep -q 'route mail' err
	sed -i 's/subscribe: mail/subscribe: post/' fleet.yaml
	alert 2 check
	grep -q 'fleet.yaml:6:3: site.subscribe: no route is named post' err
	sed -i 's/subscribe: post/subscribe: hook/; s/^  routes:/&\n    - {name: hook, type: webhook, url: "https:\/\/example.com\/"}/' fleet.yaml
	alert 2 check
	grep -q 'site.subscribe: the route hook sends no e-mail' err
	configure
	sed -i '/^  url:/d' fleet.yaml
	alert 2 check
	grep -q 'site.subscribe: .*set site.url' err
}

# many N FILTER: so many subscribers of all servers, by id, changed by the filter.
many() {
	jq -rn --argjson n "$1" 'range(1; $n + 1) | . as $i |
		("000000000000000000000000\($i)"[-24:]) as $id |
		({to: "s\($i)@example.org", topics: ["*"], at: 1} | '"${2-.}"') |
		["HSET", "fleet:subscribers", $id, tojson] | map(@json) | join(" ")' |
		redis >/dev/null
}

@test "a run goes on where one that died had stopped; each message has one name" {
	many 20
	minutes 0 1 eu,us initialize http.503 docs | alert 0
	[ "$(wc -l <mails)" = 20 ]
	jq -r '.headers["Message-ID"]' mails | sort >first
	[ "$(sort -u first | wc -l)" = 20 ]
	# As if it had died when twelve were stored, and four more were sent.
	for key in $(redis hkeys fleet:news); do
		redis hset fleet:news "$key" "$(redis hget fleet:news "$key" |
			jq -c 'del(.done) | .mailed = "000000000000000000000012"')" >/dev/null
	done
	: >mails
	alert 0 tick
	[ "$(jq -r '.to[0]' mails | sort -V | paste -sd' ')" = "$(printf 's%d@example.org ' {13..20} | sed 's/ $//')" ]
	jq -r '.headers["Message-ID"]' mails | sort | comm -23 - first >other
	[ ! -s other ]
	# Two at once send each message once.
	: >mails
	alert 0 note --public Soon docs
	"$BIN/mcp-alert" tick 2>err.2 &
	alert 0 tick
	wait $!
	[ "$(jq -r '.to[0]' mails | sort | uniq -d | wc -l)" = 0 ]
	[ "$(wc -l <mails)" = 20 ]
}

@test "an operator's route that fails stops no subscriber" {
	many 1
	sed -i 's/^  routes:/&\n    - {name: ops, type: command, command: [\/bin\/false]}/; s/^    - {name: nobody.*/    - {name: ops, match: {}, steps: [{routes: [ops]}]}/' fleet.yaml
	minutes 0 1 eu,us initialize http.503 docs | alert 3
	[ "$(jq -r '.to[0]' mails)" = s1@example.org ]
}

@test "whom the server will not take keeps nobody waiting" {
	many 20 'if $i % 5 == 1 then .to = "busy\($i)@example.org"
		elif $i % 5 == 2 then .to = "denied\($i)@example.org"
		elif $i % 5 == 3 then .to = "later\($i)@example.org" else . end'
	minutes 0 1 eu,us initialize http.503 docs | alert 0
	[ "$(jq -r '.to[0]' mails | grep -c '^s')" = 8 ]
	signup ann@example.org >/dev/null
	alert 0 tick -N $(($(date +%s) + 300))
	[ "$(jq -r '.to[0]' mails | grep -c '^s')" = 8 ]
	sent ann@example.org .headers.Subject | grep -q Confirm
	run ! grep -q @example.org err
}

@test "of ten thousand subscribers there is not one more" {
	many 10000
	[ "$(signup ann@example.org)" = "200 OK" ]
	alert 0 tick
	[ "$(ask POST "$(link ann@example.org subscribe)")" = "503 Service Unavailable" ]
	grep -q 'too many subscribers' page
	[ "$(redis hlen fleet:subscribers)" = 10000 ]
	alert 0 subscribers
	jq -se '. == [{v: 1, type: "subscribers", topic: "*", mail: 10000, webhooks: 0},
		{v: 1, type: "subscribers", topic: "unconfirmed", mail: 1, webhooks: 0}]' out
}
