#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: the private pages of an account are there for a browser: whoever types the
# account's token, or follows a signed link, reads them until signing out, behind a
# real web server; and nobody else learns anything, not even whether there is such an
# account.

bats_require_minimum_version 1.5.0
load ../../helpers/serve
load ../../helpers/lighttpd

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
	redis flushall >/dev/null
	HASH=$(hash_of "$TOKEN")
	know open-one '.account = "acme"'
	publish open-one green
	know veiled-one ".account = \"acme\" | .private = true | .token_sha256 = \"$HASH\"
		| .title = \"Secret garden\""
	publish veiled-one amber
	account acme "$HASH" open-one veiled-one
	account other "$(hash_of other-token)"
	redis hset fleet:heartbeats ingest $((AS_OF + 40)) verdict $((AS_OF + 45)) \
		alert $((AS_OF + 45)) >/dev/null
	redis set alert:veiled-one "$(jq -cn --argjson at "$AS_OF" '{v: 1, slug: "x",
		incidents: [{kind: "downtime", first: ($at - 600), passed_since: 0,
		error: "canary", regions: ["eu-west-2"]}], timeline: []}')" >/dev/null
	web_start --now "$NOW"
	export MCP_SITE=$WEB
}

teardown() {
	web_stop
}

hash_of() {
	local hash
	hash=$(printf %s "$1" | sha256sum)
	echo "${hash%% *}"
}

# account NAME HASH SLUG…: stores an account, as the configuration makes it.
account() {
	redis hset fleet:accounts "$1 $2" "$(jq -cn --arg hash "$2" \
		'{token_sha256: $hash, slugs: $ARGS.positional}' --args "${@:3}")" >/dev/null
}

# ask PATH [ARGS…]: CODE, and the files fields and body. What curl keeps in the jar
# it sends where a browser would, as this machine is trusted like https.
ask() {
	rm -f body
	curl -s --max-time 60 --path-as-is -D fields.raw -o body "${@:2}" "$WEB$1"
	tr -d '\r' <fields.raw >fields
	CODE=$(sed -n '1s/^[^ ]* \([0-9]*\).*/\1/p' fields)
	[[ -e body ]] || : >body
}

# tells NAME: the value of a field of the answer.
tells() {
	sed -n "s/^$1: //Ip" fields
}

# link ACCOUNT [OPTIONS…]: the path of a link that signs in.
link() {
	local url
	url=$("$BIN/mcp-serve" link -N "${AT:-$NOW}" "${@:2}" "$1") || return
	echo "${url#"$WEB"}"
}

# The paths of the private server on which a cookie counts.
PAGES='/account/acme /account/acme/feed.atom /status/veiled-one
	/status/veiled-one/feed.atom /status/veiled-one/maintenance.ics
	/status/veiled-one/history/2026-04 /badge/veiled-one.svg'

# private: the answer is for one reader, and no cache or other site may have it.
private() {
	[ "$(tells Cache-Control) $(tells Vary)" = "private, no-store Authorization, Cookie" ]
	[ "$(tells Cross-Origin-Resource-Policy) $(tells Referrer-Policy)" = 'same-origin no-referrer' ]
	[ -z "$(tells Access-Control-Allow-Origin)" ]
}

# reads_all ARGS…: all of it is there for who sends this, and for nobody else then.
reads_all() {
	local path
	for path in $PAGES; do
		ask "$path" "$@"
		[ "$CODE" = 200 ] || { echo "$path: $CODE"; return 1; }
		private || { cat fields; return 1; }
		[[ $path != *.svg ]] || grep -q 'degraded' body
		[[ $path != /account/acme ]] || grep -q 'href="/status/veiled-one">Secret garden.*<span class="private">Private<' body
		[[ $path != /account/acme ]] || grep -q 'Secret garden: Outage in some locations</a>' body
		reads_none "$path"
	done
}

# reads_none PATH ARGS…: it is not there, to the byte like what does not exist.
reads_none() {
	ask "$1" "${@:2}"
	grep -vi '^Date\|^ETag' fields | cat - body >got
	[[ $1 != /badge/* ]] || [ "$CODE" = 200 ]
	[[ $1 != /account/acme ]] || [ "$CODE" = 401 ]
	[[ $1 == /badge/* || $1 == /account/acme ]] || [ "$CODE" = 404 ]
	run ! grep -qi 'garden\|degraded' got
	[ -z "$(tells Set-Cookie)" ]
	# A name as long as the other.
	ask "$(sed 's/veiled-one/absent-one/; s/acme/nope/' <<<"$1")" "${@:2}"
	diff <(sed 's/veiled-one/absent-one/g' got) \
		<(grep -vi '^Date\|^ETag' fields | cat - body)
}

@test "every name is asked for a password alike, to the byte" {
	forged="__Host-mcp-account=acme:$((NOW + 60))-0123456789abcdef0123456789abcdef"
	ask /account/acme
	[ "$CODE $(tells Cache-Control)" = '401 no-store' ]
	[ "$(tells WWW-Authenticate)" = 'Basic realm="Private pages", charset="UTF-8"' ]
	run ! grep -q acme body
	grep -vi '^Date' fields | cat - body >want
	for name in acme other nobody a%20b "$(printf 'a%.0s' {1..300})" %c3%a9 '<b>'; do
		for way in '-u x:wrong' '-u acme:' '-u other-token:' '-H Authorization:Bearer\ wrong' \
			"-b $forged" "-b ${forged/acme/other}" '-d= -G' '-d page=0 -G'; do
			eval "ask '/account/$name' $way"
			grep -vi '^Date' fields | cat - body | diff want - ||
				{ echo "$name $way"; return 1; }
		done
	done
	# Capitals lead to the name, whether there is one or not.
	for name in ACME Nobody; do
		ask "/account/$name"
		[ "$CODE $(tells Location)" = "301 /account/${name,,}" ]
	done
	# What no name is, is no page.
	for path in /account/a/b /account/ /account/acme/enter/ /account/acme/enter/a/b \
		/account/acme/leave/ /account; do
		ask "$path"
		[ "$CODE" = 404 ] || { echo "$path: $CODE"; return 1; }
	done
	ask /account/acme -I
	[ "$CODE" = 401 ]
	ask /account/acme -d x=y
	[ "$CODE" = 405 ]
}

@test "the token is the password, of any user, and the pages behind it follow" {
	for user in acme '' nobody@example.com; do
		ask /account/acme -u "$user:$TOKEN"
		[ "$CODE" = 200 ]
		private
		grep -q 'Secret garden' body
	done
	ask /account/other -u "other:$TOKEN"
	[ "$CODE" = 401 ]
	reads_all -u "acme:$TOKEN"
	# A browser sends passwords only below /account/: it has a cookie for the rest.
	ask /account/acme -u "acme:$TOKEN" -c jar
	[[ $(tells Set-Cookie) =~ ^__Host-mcp-account=acme:$((NOW + 43200))-[0-9a-f]{32}\;\ Max-Age=43200\;\ Path=/\;\ Secure\;\ HttpOnly\;\ SameSite=Lax$ ]]
	reads_all -b jar
	# A bearer token is a program's: it gets none. Nor do the other pages give one.
	ask /account/acme -H "Authorization: Bearer $TOKEN"
	[ "$CODE $(tells Set-Cookie)" = '200 ' ]
	ask /account/acme/feed.atom -u "acme:$TOKEN"
	[ "$CODE $(tells Set-Cookie)" = '200 ' ]
	# Programs may show it in this way, too.
	ask /api/account/acme -u "acme:$TOKEN"
	[ "$CODE $(jq -r '.servers[1].slug' body)" = '200 veiled-one' ]
	[ "$(tells Vary)" = Authorization ]
}

@test "a link signs a browser in, any number of times, until it signs out" {
	path=$(link acme)
	[[ $path =~ ^/account/acme/enter/$((NOW + 7 * 86400))-[0-9a-f]{32}$ ]]
	for _ in 1 2; do
		ask "$path" -c jar
		[ "$CODE $(tells Location) $(wc -c <body)" = '303 /account/acme 0' ]
		[ "$(tells Cache-Control) $(tells Referrer-Policy)" = 'private, no-store no-referrer' ]
		[[ $(tells Set-Cookie) == *"; Max-Age=2592000; Path=/; Secure; HttpOnly; SameSite=Lax" ]]
	done
	reads_all -b jar
	ask /status/veiled-one -b jar
	grep -q '<a href="/account/acme">All servers of acme</a>' body
	grep -o 'href="/status/veiled-one/[^"#]*' body | cut -d'"' -f2 | sort -u >paths
	grep -q /incident/ paths
	while read -r path; do
		ask "$path" -b jar
		[ "$CODE" = 200 ] || { echo "$path"; return 1; }
		private
		ask "$path"
		[ "$CODE" = 404 ]
	done <paths
	ask /account/acme -b jar
	grep -q '<a href="/account/acme/leave" rel="nofollow">Sign out</a>' body
	ask /account/acme/leave -b jar -c jar
	[ "$CODE" = 200 ]
	[ "$(tells Set-Cookie)" = '__Host-mcp-account=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax' ]
	cp body left
	run ! grep -q __Host jar
	for path in $PAGES; do reads_none "$path" -b jar; done
	# Whoever was never there leaves in the same words.
	ask /account/nobody/leave
	diff body left
	# Who typed a password is told that the browser keeps it.
	ask /account/acme/leave -u "acme:$TOKEN"
	grep -q 'until you close it' body
	# Nothing of it stands in what a web server logs of us.
	! grep -F -e "$TOKEN" -e "${HASH:0:16}" -e __Host serve.err lighttpd.log
}

@test "a link that is wrong is the same page for every name and every reason" {
	good=$(link acme) late=$(AT=$((NOW - 7 * 86400)) link acme)
	early=$(AT=$((NOW + 301)) link acme --for 30d) cookie=$(cookie_of acme)
	[[ $late == */enter/$NOW-* && $early == */enter/* && $cookie == acme:* ]]
	pass=${good##*/}
	ask "/account/nobody/enter/$pass"
	[ "$CODE $(tells Cache-Control)" = '404 private, no-store' ]
	[ -z "$(tells Set-Cookie)$(tells WWW-Authenticate)$(tells Access-Control-Allow-Origin)" ]
	run ! grep -q nobody body
	grep -vi '^Date' fields | cat - body >want
	for path in "$late" "$early" "${good%?}" "${good}0" "/account/other/enter/$pass" \
		"/account/ACME/enter/$pass" "/account/acme/enter/$((${pass%-*} + 1))-${pass#*-}" \
		"/account/acme/enter/x" "/account/acme/enter/${cookie#*:}" \
		"/account/acme/enter/$((NOW + 60))-$(printf 0%.0s {1..32})"; do
		ask "$path"
		grep -vi '^Date' fields | cat - body | diff want - || { echo "$path"; return 1; }
	done
	# What signs a link without any secret signs for no account.
	zeros=$(printf 0%.0s {1..64})
	mac=$(printf 'mcp-serve link nobody %s' $((NOW + 60)) |
		openssl mac -digest SHA256 -macopt "key:$zeros" HMAC | tr A-F a-f)
	ask "/account/nobody/enter/$((NOW + 60))-${mac:0:32}"
	grep -vi '^Date' fields | cat - body | diff want -
}

# cookie_of ACCOUNT: the value of the cookie that its link gives.
cookie_of() {
	ask "$(link "$1")"
	tells Set-Cookie | sed 's/^[^=]*=//; s/;.*//'
}

@test "a new token ends every link and every cookie" {
	path=$(link acme)
	ask "$path" -c jar
	ask /status/veiled-one -b jar
	[ "$CODE" = 200 ]
	redis del fleet:accounts fleet:private >/dev/null
	HASH=$(hash_of new-token)
	know veiled-one ".account = \"acme\" | .private = true | .token_sha256 = \"$HASH\""
	account acme "$HASH" open-one veiled-one
	ask "$path"
	[ "$CODE $(tells Set-Cookie)" = '404 ' ]
	ask /status/veiled-one -b jar
	[ "$CODE" = 404 ]
	ask /account/acme -b jar
	[ "$CODE" = 401 ]
	ask "$(link acme)" -c jar
	ask /status/veiled-one -b jar
	[ "$CODE" = 200 ]
}

@test "a cookie is for one account, and for nothing that programs ask" {
	cookie="__Host-mcp-account=$(cookie_of other)"
	for path in $PAGES; do reads_none "$path" -b "$cookie"; done
	ask /account/other -b "$cookie"
	[ "$CODE" = 200 ]
	grep -q 'No servers yet' body
	# The password of another account is sent below /account/, too: it is in no way.
	ask /account/other -b "$cookie" -u "acme:$TOKEN"
	[ "$CODE" = 200 ]
	ask /account/acme -b "$cookie" -u "acme:$TOKEN"
	[ "$CODE" = 200 ]
	cookie="__Host-mcp-account=$(cookie_of acme)"
	for path in /api/account/acme /api/embed-status/veiled-one \
		/api/status/veiled-one/regions '/api/embed-status-prom?slug=veiled-one'; do
		ask "$path" -b "$cookie"
		[ "$CODE $(tells Vary)" = '404 Accept-Encoding, Authorization' ] ||
			{ echo "$path: $CODE"; return 1; }
	done
	ask /mcp -b "$cookie" --json '{"jsonrpc":"2.0","id":1,"method":"tools/call",
		"params":{"name":"server_status","arguments":{"slug":"veiled-one"}}}'
	[ "$CODE $(jq .result.isError body)" = '200 true' ]
	# Cookies that no browser has.
	many=$(printf 'a%d=b;' {1..400})
	ask /status/veiled-one -b "$many$cookie"
	[ "$CODE" = 200 ]
	for wrong in "x$cookie" "${cookie/acme/other}" "${cookie%?}" "__Host-mcp-account=x;$cookie" \
		"$cookie$(printf 'a%.0s' {1..5000})" "${cookie/=/=\"}" "${cookie/acme/..%2facme}" \
		$'\xff'"$cookie"; do
		reads_none /status/veiled-one -b "$wrong"
		reads_none /account/acme -b "$wrong"
	done
}

@test "what is public is the same for who signed in, and is kept by caches" {
	cookie="__Host-mcp-account=$(cookie_of acme)"
	for path in / /feed.atom /maintenance.ics /style.css /embed.js /healthz /man/ \
		'/?q=garden' /status/open-one /status/open-one/feed.atom /badge/open-one.svg \
		/status/open-one/history/2026-04 /status/veild-one /api/embed-status/open-one \
		/api/openapi.json '/embed-preview?slug=veiled-one'; do
		ask "$path"
		grep -vi '^Date' fields | cat - body >want
		ask "$path" -b "$cookie" -u "acme:$TOKEN"
		[[ $path != /status/veild-one ]] || sed -i '/^Vary/d' want fields
		grep -vi '^Date' fields | cat - body | diff want - || { echo "$path"; return 1; }
		run ! grep -qi 'Secret garden\|^Set-Cookie\|/account/acme' want || { echo "$path"; cat want; return 1; }
		[ "$CODE" = 404 ] || [[ $(tells Vary) == Accept-Encoding ]]
	done
}

# traffic PATH [NAME=VALUE…]: what the store is asked, and how many bytes it answers.
traffic() {
	redis config resetstat >/dev/null
	get "$@"
	redis info stats | tr -d '\r' | grep -E '^total_(commands_processed|net_input_bytes|net_output_bytes)'
}

@test "the store is asked of an account what it is asked of a name that is none" {
	mac=$(printf 0%.0s {1..32})
	for name in acme nope; do
		cookie="HTTP_COOKIE=__Host-mcp-account=$name:$((NOW + 60))-$mac"
		for path in "/account/$name" "/account/$name/enter/$((NOW + 60))-$mac" \
			/status/veiled-one "/account/$name/feed.atom"; do
			traffic "$path" X=1
			traffic "$path" 'HTTP_AUTHORIZATION=Basic eDp3cm9uZw=='
			traffic "$path" "$cookie"
		done >of-$name
	done
	diff of-acme of-nope
	[ "$(sort -u of-acme | wc -l)" -gt 6 ]
}

@test "the command says what it cannot do" {
	run --separate-stderr "$BIN/mcp-serve" link nobody
	[ "$status $output $stderr" = '2  mcp-serve: link: nobody: the store has no account of that name with a token' ]
	run --separate-stderr "$BIN/mcp-serve" link 'no name'
	[ "$status $stderr" = '2 mcp-serve: link: not the name of an account' ]
	for wrong in 0s 59s 31d 7 x; do
		run "$BIN/mcp-serve" link --for $wrong acme
		[ "$status" = 2 ]
	done
	run "$BIN/mcp-serve" link
	[ "$status" = 2 ]
	run env -u MCP_SITE "$BIN/mcp-serve" link acme
	[ "$status $output" = '2 mcp-serve: link: the address of the site is not known: set MCP_SITE, or url of site in the configuration' ]
	redis set fleet:site '{"url":"https://status.example.com"}' >/dev/null
	run --separate-stderr env -u MCP_SITE "$BIN/mcp-serve" link --for 1h acme
	[ "$status $stderr" = '0 ' ]
	[[ $output == https://status.example.com/account/acme/enter/* ]]
	run --separate-stderr env MCP_SITE=http://intranet "$BIN/mcp-serve" link acme
	[ "$status" = 0 ]
	[[ $stderr == *'browsers keep the cookie only over https' ]]
	run env MCP_STORE=unix:///nonexistent "$BIN/mcp-serve" link acme
	[ "$status" = 3 ]
	run sh -c '"$1" link acme >/dev/full' sh "$BIN/mcp-serve"
	[ "$status" = 3 ]
	[[ $output == *'standard output: '* ]]
	# A query is no command.
	run env REQUEST_METHOD=GET SCRIPT_NAME=/ "$BIN/mcp-serve" link acme
	run ! grep -q enter <<<"$output"
}

@test "without its store nobody is signed in, and all are told that it is our fault" {
	path=$(link acme)
	ask "$path" -c jar
	redis client kill type normal skipme no >/dev/null
	redis config set requirepass x >/dev/null
	for path in "$path" /account/acme /status/veiled-one; do
		ask "$path" -b jar
		[ "$CODE $(tells Set-Cookie)" = '503 ' ] || { echo "$path: $CODE"; break; }
	done >wrong
	ask /account/acme
	code=$CODE
	redis -a x config set requirepass '' >/dev/null 2>&1
	[ "$code" = 401 ]
	diff wrong /dev/null
}
