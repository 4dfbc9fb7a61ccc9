#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: an incident is a thread of mail, on a real server through STARTTLS and
# TLS with a login, and on a strict one that greylists, refuses, stops and hangs.

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

# listen COMMAND…: what it prints first goes to SAID.
listen() {
	rm -f port
	mkfifo port
	"$@" >port 3>&- &
	pids+=($!)
	exec {HEARD}<port
	read -r -t 60 -u "$HEARD" -a SAID
}

# real: aiosmtpd; STARTTLS and SMTPS are its ports.
real() {
	listen /usr/bin/python3 "$ROOT/tests/fixture/mailbox.py" . "$BATS_FILE_TMPDIR/cert" \
		"$BATS_FILE_TMPDIR/key" ann 'a canary'
	STARTTLS=${SAID[0]} SMTPS=${SAID[1]}
	printf '%s\n' 'user = ann' 'password = a canary' \
		"cacert = $BATS_FILE_TMPDIR/cert" >credentials/mail
	chmod 600 credentials/mail
}

# mail URL [MORE]: the configuration with a route there.
mail() {
	routes "{name: mail, type: email, url: '$1', from: 'MCP ä <mcp@example.com>', to: [ops@example.net]${2-}}"
}

# strict [MOOD]: the scripted server, and a route there.
strict() {
	echo "${1-}" >mood
	listen node "$ROOT/tests/fixture/smtp.mjs" .
	mail "smtp://127.0.0.1:${SAID[0]}"
}

# header NAME FILE: that of each message that the strict server took.
header() {
	jq -r --arg h "$1: " '.data | join("\n") | gsub("\n "; " ") | split("\n")[] |
		select(startswith($h)) | ltrimstr($h)' got
}

@test "a real server: STARTTLS, a login, and a thread" {
	real
	mail "smtp://127.0.0.1:$STARTTLS" ', secret: mail'
	verdict 0 eu,us tools-list jsonrpc.malformed | alert 0 -N $((T + 5))
	verdict 1 ap,eu,us initialize http.503 | alert 0 -N $((T + 65))
	minutes 2 4 | alert 0 -N $((T + 245))
	jq -se 'length == 3 and all(.defects == [] and .tls and .from == "mcp@example.com" and
		.to == ["ops@example.net"] and .headers.To == "ops@example.net" and
		.headers.From == "MCP ä <mcp@example.com>" and
		.headers["Auto-Submitted"] == "auto-generated")' mails
	core='[example-mcp, Wed 29 Apr 20:31 UTC]'
	jq -se --arg core " $core" 'map(.headers.Subject) == (["P2: example-mcp answers, but its tools fail",
		"now P1 (was P2): example-mcp is down everywhere",
		"P1 over after 2 min: example-mcp is up again"] | map(. + $core)) and
		all((.headers.Subject | rtrimstr($core)) == (.text | split("\r\n")[0]))' mails
	jq -se '.[0].headers["Message-ID"] as $root | ($root | test("^<[0-9a-f]{32}\\.started@example\\.com>$")) and
		.[0].headers["In-Reply-To"] == null and
		all(.[1:][].headers; .["In-Reply-To"] == $root and .References == $root) and
		(map(.headers["Message-ID"]) | unique | length) == 3' mails
	jq -se '.[0].headers.Date == "Wed, 29 Apr 2026 20:31:00 +0000" and
		(.[2].text | contains("recovered after 2 min (20:31–20:33 UTC)"))' mails
}

@test "a real server: TLS from the start" {
	real
	mail "smtps://127.0.0.1:$SMTPS" ', secret: mail'
	verdict 0 eu,us initialize | alert 0 -N $((T + 5))
	jq -se 'length == 1 and .[0].tls' mails
}

@test "no certificate that nobody vouches for, no wrong password, no login in the clear" {
	real
	mail "smtp://127.0.0.1:$STARTTLS" ', secret: mail'
	sed -i 's/= a canary/= another canary/' credentials/mail
	verdict 0 eu,us initialize | alert 3 -N $((T + 5))
	grep -q 'route mail: SMTP 535 to the login; correct this' err
	mail "smtps://127.0.0.1:$SMTPS" ', secret: mail'
	sed -i '/cacert/d' credentials/mail
	alert 3 -N $((T + 125)) </dev/null
	grep -q 'route mail: SSL peer certificate .* was not OK; correct this' err
	# The scripted server knows no STARTTLS.
	strict
	mail "smtp://127.0.0.1:${SAID[0]}" ', secret: mail'
	echo "cacert = $BATS_FILE_TMPDIR/cert" >>credentials/mail
	alert 3 -N $((T + 725)) </dev/null
	grep -q 'route mail: the server offers no STARTTLS; correct this' err
	[ ! -e mails ]
	[ ! -e got ]
	redis_dump >dump
	without canary err out dump
}

@test "what we are called: the host of the site, or an address" {
	local site want
	strict fqdn
	while read -r site want; do
		rm -f got
		mail "smtp://127.0.0.1:${SAID[0]}"
		sed -i '/^site:/d' fleet.yaml
		[[ $site == - ]] || printf 'site: {url: "%s"}\n' "$site" >>fleet.yaml
		alert 0 test --all
		[ "$(jq -r .helo got)" = "$want" ] || { cat got; return 1; }
	done <<-'END'
	https://status.example.com/x status.example.com
	https://192.0.2.7 [192.0.2.7]
	http://[2001:db8::7]:8080 [IPv6:2001:db8::7]
	http://localhost:8080 [127.0.0.1]
	http://monitor [127.0.0.1]
	- [127.0.0.1]
	END
	[ ! -e wrong ]
}

@test "a name that is refused is ours to correct: tried every five minutes, and told then" {
	strict 'RCPT 504 5.5.2 <monitor>: Helo command rejected: need fully-qualified hostname'
	verdict 0 eu,us initialize | alert 3 -N $((T + 5))
	for ((n = 1; n < 4; n++)); do
		alert 3 tick -N $((T + 5 + 300 * n))
	done
	[ "$(undelivered)" = example-mcp ]
	echo fqdn >mood
	alert 0 tick -N $((T + 5 + 300 * 4))
	[ "$(wc -l <got)" = 1 ]
}

@test "a server that knows HELO alone, and breaks in a message: tried again" {
	strict old
	verdict 0 eu,us initialize | alert 3 -N $((T + 5))
	grep -q 'route mail: .*; it is retried' err
	run ! grep -E 'refused|SMTP 502' err
	alert 0 -N $((T + 70)) </dev/null
	[ "$(wc -l <got)" = 1 ]
	[ ! -e wrong ]
}

@test "greylisting: later, and once" {
	strict grey
	verdict 0 eu,us initialize | alert 3 -N $((T + 5))
	grep -q '^mcp-alert: example-mcp: downtime_started to route mail: SMTP 450 to the recipient; it is retried' err
	alert 3 -N $((T + 10)) </dev/null
	[ ! -e got ]
	alert 0 -N $((T + 70)) </dev/null
	alert 0 -N $((T + 130)) </dev/null
	[ "$(wc -l <got)" = 1 ]
	[ ! -e wrong ]
}

@test "what 4xx, 5xx, silence and half a conversation mean" {
	local now=$T mood told
	strict 'GREET 421'
	while IFS=: read -r mood told; do
		redis flushall >/dev/null
		echo "$mood" >mood
		now=$((now + 100))
		verdict 0 eu,us initialize | alert 3 -N "$now"
		grep -q "route mail: $told" err || { echo "$mood"; cat err; return 1; }
		[[ $told != *"is retried"* ]] || [ "$(undelivered)" = example-mcp ]
		[[ $told == *"is retried"* ]] || redis get alert:example-mcp | jq -e '.outbox == []'
	done <<-'END'
	GREET 421:SMTP 421; it is retried
	EHLO 554:.*correct this: it is retried
	MAIL 451:SMTP 451 to the sender; it is retried
	MAIL 530:SMTP 530 to the sender; correct this: it is retried
	RCPT 452:SMTP 452 to the recipient; it is retried
	RCPT 550:SMTP 550 to the recipient; correct this: it is retried
	DATA 451:SMTP 451 to the message; it is retried
	DOT 452:SMTP 452 to the message; it is retried
	DOT 554:refused: SMTP 554 to the message
	RCPT 550 5.1.1 no such user:SMTP 550 to the recipient; correct this: it is retried
	RCPT 552 5.3.4 message too big:refused: SMTP 552 to the recipient
	RCPT 504 5.5.2 <x>; Helo command rejected:SMTP 504 to the recipient; correct this: it is retried
	RCPT 550 EHLO name is no host:SMTP 550 to the recipient; correct this: it is retried
	RCPT 554 5.7.1 Relay access denied:SMTP 554 to the recipient; correct this: it is retried
	RCPT 530 5.7.0 Must issue STARTTLS first:SMTP 530 to the recipient; correct this: it is retried
	RCPT 503 5.5.1 Error; send HELO first:SMTP 503 to the recipient; correct this: it is retried
	DOT 554 5.7.1 it looks like spam:refused: SMTP 554 to the message
	drop:.*; it is retried
	END
	[ ! -e got ]
	[ ! -e wrong ]
	without canary err
	echo hang >mood
	redis flushall >/dev/null
	now=$((now + 100))
	verdict 0 eu,us initialize | alert 3 -N "$now"
	grep -q 'route mail: Timeout was reached; it is retried' err
}

@test "each recipient has a mail of their own; who is refused keeps it from nobody" {
	strict grey
	mail "smtp://127.0.0.1:${SAID[0]}"
	sed -i 's/to: .*/to: [a@example.net, "B <b@example.net>"]}/' fleet.yaml
	verdict 0 eu,us initialize | alert 3 -N $((T + 5))
	echo >mood
	alert 0 -N $((T + 70)) </dev/null
	[ "$(jq -r '.to | join(",")' got | paste -sd' ')" = "a@example.net b@example.net" ]
	[ "$(header Message-ID | sort -u | wc -l)" = 1 ]
}

@test "a recipient whom somebody has to correct is tried every five minutes, alone, and delays nobody" {
	strict 'TO b@example.net 550 5.1.1 no such user'
	sed -i 's/to: .*/to: [a@example.net, b@example.net, c@example.net]}/' fleet.yaml
	verdict 0 eu,us initialize | alert 3 -N $((T + 5))
	grep -q 'route mail: SMTP 550 to the recipient; correct this: it is retried until tomorrow; it says "5.1.1 no such user"' err
	alert 3 tick -N $((T + 305))
	minutes 1 3 | alert 3 -N $((T + 310))
	[ "$(jq -r '.to | join(",")' got | paste -sd' ')" = \
		"a@example.net c@example.net a@example.net c@example.net" ]
	echo >mood
	alert 0 tick -N $((T + 610))
	[ "$(jq -r '.to | join(",")' got | tail -n +5 | paste -sd' ')" = "b@example.net b@example.net" ]
	[ "$(header Subject | tail -n 2 | cut -d: -f1 | paste -sd' ')" = "P1 P1 over after 1 min" ]
	[ -z "$(undelivered)" ]
	[ ! -e wrong ]
}

@test "what a server says becomes no header, and no command" {
	local bad=$'x\r\nBcc: eve@example.com\r\n\r\n.\r\nMAIL FROM:<eve@example.com>'
	strict
	verdict 0 eu,us initialize | jq -c --arg bad "$bad" '.regions[].error |= (if . then $bad else . end)' |
		alert 0 -N $((T + 5))
	[ ! -e wrong ]
	[ "$(jq -r '.to | join(",")' got)" = ops@example.net ]
	[ "$(header Bcc)" = "" ]
	[ "$(header Subject)" = "P1: example-mcp is down [example-mcp, Wed 29 Apr 20:31 UTC]" ]
}

@test "addresses are checked, and what is no mail has none" {
	routes "{name: m, type: email, url: 'http://127.0.0.1', from: 'a@b', to: [c@d]}"
	alert 2 tick
	grep -q 'alerts.routes\[0\].url: neither smtp:// nor smtps://' err
	routes "{name: m, type: email, url: 'smtp://127.0.0.1/x', from: a, to: [c@d, 'e f']}"
	alert 2 tick
	grep -q 'url: nothing is allowed after the host' err
	grep -q 'from: not an address such as' err
	grep -q 'to.*: not an address such as' err
	routes "{name: m, type: email, url: 'smtp://127.0.0.1'}"
	alert 2 tick
	grep -q 'an email needs a from' err
	grep -q 'an email needs a to' err
	routes "{name: m, type: webhook, url: 'smtp://127.0.0.1'}"
	alert 2 tick
	grep -q 'url: neither http:// nor https://' err
}
