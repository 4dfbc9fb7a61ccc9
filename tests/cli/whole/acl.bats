#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: each program does its whole work as the user of its role in users.acl; a
# reader can write nothing, and who ingests can read no token's digest, by whatever
# way; and what a role may not do is said.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; set by run
bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/probes
load ../../helpers/roles
load ../../helpers/publish

TOKEN=s3cret

setup_file() {
	roles_start "$BATS_FILE_TMPDIR/redis"
	roles_bin "$BATS_FILE_TMPDIR/as"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	redis flushall >/dev/null
	redis acl log reset >/dev/null
	AS=$BATS_FILE_TMPDIR/as
	export STATE_DIRECTORY=$PWD/state
	mkdir state
	NOW=$(($(date +%s) / 60 * 60))
	HASH=$(printf %s "$TOKEN" | sha256sum)
	HASH=${HASH%% *}
}

# configure: servers of an account, one of them private; routes of each kind of
# urgency, one with a digest and a budget.
configure() {
	# shellcheck disable=SC2016
	printf '#!/bin/sh\ncat >>"$1.got"\n' >page
	chmod +x page
	cat >fleet.yaml <<-EOT
	site: {url: "https://status.example.com/", title: Example, subscribe: mail}
	regions: [{name: ap}, {name: eu}, {name: us}]
	accounts: [{name: acme, token_sha256: $HASH}]
	servers:
	  - {slug: open, url: "https://example.com/mcp", account: acme}
	  - {slug: veiled, url: "https://example.com/mcp", account: acme, private: true}
	  - {slug: other, url: "https://example.com/mcp"}
	alerts:
	  budget: 1
	  routes:
	    - {name: ops, type: command, command: [$PWD/page, ops]}
	    - {name: all, type: command, command: [$PWD/page, all]}
	    - {name: mail, type: email, url: "smtp://127.0.0.1:1", from: a@example.com, to: [b@example.com]}
	  policies:
	    - {match: {severities: [P1]}, steps: [{routes: [ops]}, {after: 5m, routes: [all]}]}
	    - {steps: [{routes: [all]}], digest: hourly}
	EOT
	export MCP_CONFIG=$PWD/fleet.yaml
}

# seen AGO [BAD]: a minute, so many minutes ago, in which each region reports on
# each server; `open` fails there in two of them.
seen() {
	local region slug at=$((NOW - 60 * $1 + 5))
	for region in ap eu us; do
		for slug in open veiled other; do
			if [[ ${2-} && $slug == open && $region != ap ]]; then
				probes $slug $region $at tools-list
			else
				probes $slug $region $at
			fi
		done
	done
}

# judged AGO: what mcp-fleet does after a round.
judged() {
	local at=$((NOW - 60 * $1 + 30))
	redis hset fleet:heartbeats ingest "$at" >/dev/null
	"$AS/mcp-aggregate" verdict -c fleet.yaml -N "$at" >verdicts
	"$AS/mcp-alert" -N "$at" -f jsonl <verdicts >>events
}

# served PATH: it waits for the store for a second, and this machine may be busy.
served() {
	get "$1"
	[[ ! -s err ]] && { [[ $1 == /healthz ]] || ((CODE < 500)); }
}

# denied: what the store has refused since the test began.
denied() {
	redis --json acl log 100 | jq -c '.[] | if type == "array" then
		[., [range(0; length; 2)]] | [.[0] as $a | .[1][] | {key: $a[.], value: $a[. + 1]}] |
		from_entries else . end | {username, reason, object, context}'
}

# asks METHOD PATH [BODY]: the console answers, as the role that notifies.
asks() {
	printf %s "${3-}" >form
	env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD="$1" SCRIPT_NAME=/ops PATH_INFO="${2#/ops}" \
		CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH="$(wc -c <form)" \
		HTTP_COOKIE="${COOKIE-}" "$AS/mcp-alert" <form >asked
	grep -qE '^Status: (200|303)' asked || { cat asked; return 1; }
}

# console: an operator signs in, looks at each page, adds a silence and ends it, tests a
# route and signs out.
console() {
	local path each
	mkdir secrets
	(umask 077; echo "token = $(openssl rand -hex 32)" >secrets/ack)
	export MCP_CREDENTIALS=$PWD/secrets
	path=$("$AS/mcp-alert" link ann)
	asks POST "${path#https://status.example.com}"
	COOKIE=$(sed -nE 's/^Set-Cookie: ([^;]*).*/\1/p' asked)
	for path in /ops /ops/servers /ops/mutes /ops/routes /ops/night /ops/server/open; do
		asks GET "$path"
		[[ $path != /ops/routes ]] || grep -q "ago) on here: 0 failed" asked
	done
	for each in '/mutes silence&servers=other&for=1h&text=x' \
		'/mutes end-silence&id=' \
		'/routes test&route=ops' ' leave'; do
		asks GET "/ops${each% *}"
		[[ $each != *end-silence* ]] ||
			each="${each%=*}=$(grep -oP 'name="id" value="\Ks-[^"]*' asked | head -n 1)"
		path=$(grep -oP "name=\"form\" value=\"\K[^\"]*(?=\"><input type=\"hidden\" name=\"do\" value=\"$(
			sed 's/.* //; s/&.*//' <<<"$each")\">)" asked | head -n 1)
		asks POST /ops "form=$path&do=${each##* }"
	done
	# Visitors subscribe; the mail server is away, but its news are stored.
	printf 'to=a@example.org&topic=*' >form
	env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST REQUEST_URI=/subscribe \
		CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH=24 \
		"$AS/mcp-alert" <form >asked
	grep -q '^Status: 200' asked
	redis hset fleet:subscribers 0123 '{"to":"c@example.org","topics":["*"]}' >/dev/null
	"$AS/mcp-alert" subscribers | grep -q unconfirmed
	redis hset fleet:news x "$(jq -cn '{what: "note", thread: "t", slugs: ["open"], at: (now | floor)}')" >/dev/null
	"$AS/mcp-alert" tick
	redis hget fleet:news x | grep -q '"what":"note"'
	"$AS/mcp-alert" subscribers remove <<<a@example.org
	unset MCP_CREDENTIALS
}

@test "each program does its whole work, and is denied nothing" {
	configure
	for ago in 30 29 28; do
		seen $ago >minute
		"$AS/mcp-aggregate" ingest -c fleet.yaml <minute
		judged $ago
	done
	# Late, out of order, in pieces, once more; and other tools.
	shuf --random-source=<(yes) minute | "$AS/mcp-aggregate" ingest
	seen 33 | "$AS/mcp-aggregate" ingest
	for ago in 27 26 25 24; do
		seen $ago bad | sed "s/\"get\":/\"put$ago\":/; s/a\{64\}/$(printf "%x" $((ago % 16)))&/; s/\(\"tool_hash\":\"..\{63\}\)./\1/" |
			"$AS/mcp-aggregate" ingest
		judged $ago
	done
	jq -cn --argjson at "$NOW" '{v: 1, type: "runner", region: "eu", $at,
		status: "timeout", version: "1", message: "slow"},
		{v: 1, type: "doctor", host: "here", $at, ok: 1, warn: 0, fail: 0, findings: []}' |
		"$AS/mcp-aggregate" ingest
	for ago in 23 22 21 20 19; do
		seen $ago | "$AS/mcp-aggregate" ingest
		judged $ago
	done
	"$AS/mcp-aggregate" report >head
	month=$(jq -sr ".[-1].month" head)
	[ "$(jq -s 'map(select(.event == "downtime_started")) | length' events)" = 1 ]
	[ "$(jq -s 'map(select(.event == "downtime_resolved")) | length' events)" = 1 ]
	for command in targets pin buckets status 'status store' 'explain open'; do
		# shellcheck disable=SC2086 # words
		"$AS/mcp-aggregate" $command -c fleet.yaml >out || [ $? -le 1 ]
		[ -s out ]
	done
	seen 50 bad >old
	"$AS/mcp-aggregate" backfill old -c fleet.yaml
	seen 18 bad | "$AS/mcp-aggregate" ingest
	judged 18
	"$AS/mcp-alert" ack -N $((NOW - 1020)) --by ann open
	"$AS/mcp-alert" unack -N $((NOW - 1020)) --by ann open
	"$AS/mcp-alert" note -N $((NOW - 1020)) --public 'We look into it.' open
	"$AS/mcp-alert" close -N $((NOW - 1020)) --by ann --reason gone open
	"$AS/mcp-alert" maintenance add --for 1h --by ann other
	"$AS/mcp-alert" maintenance end "$(redis hkeys fleet:maintenance)"
	"$AS/mcp-alert" silence add --for 1h --by ann --reason x other
	"$AS/mcp-alert" silence end "$(redis hkeys fleet:silence)"
	console
	for command in tick list history report 'maintenance list' 'explain open' \
		'test --route ops'; do
		# shellcheck disable=SC2086 # words
		"$AS/mcp-alert" $command >out
	done
	[ -s ops.got ]
	BIN=$AS
	NOW=$((NOW - 1020))
	for path in /api/embed-status/open /api/status/open/regions /badge/open.svg \
		/status/open /status/open/feed.atom / /healthz "/report/$month" \
		"/report/$month.csv" "/report/$month.json" /status/open/tools \
		'/api/embed-status-prom?slug=open' /api/embed-status-prom '/?q=oth' /status/open/changes \
		"/status/open/history/$(date -u -d @"$NOW" +%Y-%m)" /status/open/incident/none; do
		eventually served "$path"
	done
	for path in find_servers server_status incidents tool_changes fleet_summary; do
		body=$(jq -cn --arg name "$path" '{jsonrpc: "2.0", id: 1, method: "tools/call",
			params: {$name, arguments: (if $name | IN("server_status", "tool_changes")
				then {slug: "veiled"} else {} end)}}')
		env REQUEST_METHOD=POST SCRIPT_NAME=/mcp CONTENT_TYPE=application/json \
			CONTENT_LENGTH=${#body} "HTTP_AUTHORIZATION=Bearer $TOKEN" \
			"$AS/mcp-serve" --now "$NOW" <<<"$body" >asked
		tail -n 1 asked | jq -e .result.structuredContent >/dev/null
	done
	for path in /api/account/acme /api/embed-status/veiled; do
		get "$path" "HTTP_AUTHORIZATION=Bearer $TOKEN"
		[ "$CODE" = 200 ]
	done
	path=$(MCP_SITE=http://localhost "$AS/mcp-serve" link --now "$NOW" acme)
	get "${path#http://localhost}"
	[ "$CODE" = 303 ]
	get /status/veiled "HTTP_COOKIE=$(says Set-Cookie)"
	[ "$CODE" = 200 ]
	get /status/open
	get "$(grep -o '/status/open/incident/[^"]*' body | head -n 1)"
	grep -q 'We look into it\.' body
	mkdir site
	"$AS/mcp-serve" render --now "$NOW" site
	diff <(denied) /dev/null
}

# refused ROLE COMMAND…: the store denies it.
refused() {
	run redis_as "$@"
	[[ $output =~ NOPERM|"ACL failure in script: "|"user executing the script can't "|(DEBUG|MODULE)" command not allowed" ]] ||
		{ echo "$*: $output"; return 1; }
}

# digests: what a private server and an account leave in the store.
digests() {
	configure
	seen 1 | "$AS/mcp-aggregate" ingest
	"$AS/mcp-aggregate" verdict -c fleet.yaml -N "$NOW" >verdicts
	[ "$(redis get probe:veiled:private)" = "$HASH" ]
	redis hkeys fleet:accounts | grep -q "acme $HASH"
	redis hkeys fleet:private | grep -q "veiled $HASH"
	redis hget fleet:servers open | grep -q "$HASH"
}

# A value for each argument that the command needs.
every_command() {
	redis --json command | jq -r '.[] | recurse(.[9][]?; . != null) |
		select((.[9] // []) | length == 0) | [.[0], .[1], (.[2] | join(","))] | @tsv'
}

@test "a reader can write nothing, with any command or script" {
	digests
	redis_dump >before
	n=0
	while IFS=$'\t' read -r name arity flags; do
		[[ ,$flags, =~ ,(write|admin|pubsub), ]] || continue
		[[ $name != psubscribe && $name != sync ]] || continue
		read -ra args <<<"${name//|/ }"
		while ((${#args[@]} < ${arity#-})); do args+=(probe:open:verdict); done
		refused reader "${args[@]}"
		n=$((n + 1))
	done < <(every_command)
	[ $n -gt 150 ]
	for call in "'SET', KEYS[1], 'x'" "'DEL', KEYS[1]" "'EXPIRE', KEYS[1], 1" \
		"'HSET', 'fleet:servers', 'a', 'b'" "'GETDEL', KEYS[1]" "'RENAME', KEYS[1], 'x'" \
		"'PUBLISH', 'a', 'b'"; do
		refused reader eval "return redis.call($call)" 1 probe:open:verdict
	done
	for command in 'script load x' 'function load x' 'eval_ro x 0' 'fcall x 0' \
		'evalsha x 0' 'config set maxmemory 1' 'acl setuser reader +@all' 'debug sleep 0' \
		'shutdown nosave' 'replicaof no one' 'flushall' 'client kill id 1'; do
		# shellcheck disable=SC2086 # words
		refused reader $command
	done
	redis_dump | diff before -
}

# by_script ROLE COMMAND…: the same from a script, with the key declared or not.
by_script() {
	refused "$1" eval "return redis.call(unpack(ARGV))" 1 "$3" "${@:2}"
	refused "$1" eval "return redis.call(unpack(ARGV))" 0 "${@:2}"
}

@test "who ingests, and mcp-alert, can read the digest of no token" {
	digests
	for role in ingest alert; do
		for key in fleet:accounts fleet:private; do
			for command in hgetall hkeys hvals 'hscan 0' 'hrandfield'; do
				# shellcheck disable=SC2086 # words
				set -- $command
				refused $role "$1" $key "${@:2}"
				by_script $role "$1" $key "${@:2}"
			done
		done
		for slug in open veiled nobody '{veiled}' 9lives; do
			for command in get mget 'getrange 0 -1' 'substr 0 -1' dump getex getdel \
				'set x get' strlen 'setrange 0 x' 'expire 0' del; do
				# shellcheck disable=SC2086 # words
				set -- $command
				refused $role "$1" "probe:$slug:private" "${@:2}"
				by_script $role "$1" "probe:$slug:private" "${@:2}"
			done
		done
		# An entry of a server has the digest of its account.
		for command in hgetall hvals 'hget open' 'hmget open'; do
			# shellcheck disable=SC2086 # words
			set -- $command
			refused $role "$1" fleet:servers "${@:2}"
			by_script $role "$1" fleet:servers "${@:2}"
		done
		refused $role mget probe:open:latest probe:veiled:private
		refused $role sort probe:open:tools by x get fleet:accounts-\>x
		refused $role copy probe:veiled:private probe:veiled:latest
		refused $role rename probe:veiled:private probe:veiled:latest
		refused $role migrate 127.0.0.1 1 probe:veiled:private 0 1
		for command in 'psync ? -1' sync monitor 'config get x' 'keys x' \
			'acl getuser reader' 'debug object x' 'object encoding probe:veiled:private' \
			'memory usage probe:veiled:private' 'client list' 'slowlog get'; do
			# shellcheck disable=SC2086 # words
			refused $role $command
		done
	done
	refused ingest scan 0
	refused ingest hset fleet:servers open '{}'
	refused ingest del fleet:servers
	refused ingest set probe:open:verdict '{}'
	refused ingest get alert:open
	refused alert set probe:open:verdict '{}'
	refused alert hset fleet:runners eu '{}'
	# What is there already stays.
	redis hget fleet:servers open >before
	[ "$(redis_as ingest hsetnx fleet:servers open '{}')" = 0 ]
	redis hget fleet:servers open | diff before -
}

@test "what a role may not do is said, in one line, and nothing is done" {
	digests
	redis_dump >before
	seen 2 >minute
	for row in 'reader mcp-aggregate ingest' 'alert mcp-aggregate ingest' \
		'ingest mcp-aggregate verdict' 'reader mcp-alert tick' 'ingest mcp-alert list'; do
		# shellcheck disable=SC2086 # words
		set -- $row
		run -3 --separate-stderr as "$1" "$BIN/$2" "$3" <minute
		echo "$row: $stderr"
		[ "${#stderr_lines[@]}" -eq 1 ] || [ "$2 $3" = 'mcp-alert tick' ]
		for line in "${stderr_lines[@]}"; do
			[[ $line == "$2: store: "*"its user does not have permission for this (NOPERM "*")" ]]
		done
	done
	redis_dump | diff before -
	MCP_STORE="redis://ingest@127.0.0.1:$ROLES_PORT" \
		MCP_STORE_PASSWORD_FILE=$ROLES/ingest get /api/embed-status/open
	[ "$CODE" = 503 ]
}

@test "who holds the connections of the store is for the judge; without the right, their number" {
	local fd i held=()
	redis config set maxclients 40 >/dev/null
	for ((i = 0; i < 30; i++)); do
		exec {fd}<>"/dev/tcp/127.0.0.1/$ROLES_PORT"
		held+=("$fd")
	done
	"$AS/mcp-aggregate" status store -f jsonl >out
	jq -e '.maxclients == 40 and .clients > 30 and (.clients_of | length < 4) and
		.clients_of[0] == {who: "default at 127.0.0.1", clients: 30}' out
	redis acl setuser judge -client\|list >/dev/null
	"$AS/mcp-aggregate" status store -f jsonl >out
	redis acl load >/dev/null
	jq -e '.maxclients == 40 and .clients > 30 and .clients_of == []' out
	for fd in "${held[@]}"; do exec {fd}>&-; done
	redis config set maxclients 10000 >/dev/null
}

@test "a role begins with no right, and can hold no connection that timeout leaves" {
	local user roles=(ingest judge alert reader replica)
	for user in "${roles[@]}"; do
		grep -hE "^user $user on " "$ROOT"/scripts/deploy/store/{users,sentinel}.acl |
			while IFS= read -r line; do
				[[ $line == *_PASSWORD" resetchannels -@all "* ]] || { echo "$line"; false; }
			done
	done
	[[ $(<"$ROOT/scripts/deploy/store/region.acl") == *_PASSWORD" resetchannels -@all "* ]]
	run ! grep -E '^user (region|ingest|judge|alert|reader).*[+]s?subscribe' \
		"$ROOT"/scripts/deploy/store/{users,region,sentinel}.acl
	for user in ingest judge alert reader; do
		for command in 'subscribe x' 'ssubscribe x' monitor 'blpop alert:x 0' \
			'brpop alert:x 0' 'blmove alert:x alert:y left left 0' \
			'bzpopmin alert:x 0' 'xread block 0 streams alert:x 0' \
			'client no-evict on' 'client kill id 1'; do
			# shellcheck disable=SC2086 # words
			refused $user $command
		done
	done
}
