#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: the list of a registry is kept up to date in a folder, politely; who is killed
# goes on; a registry that lies changes nothing, or what it says is left out and told.
# shellcheck disable=SC2154,SC2030,SC2031 # what run sets

bats_require_minimum_version 1.5.0
load ../../helpers/lib

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	mkdir registry
	mkfifo port
	node "$ROOT/tests/fixture/registry.mjs" registry >port 2>log 3>&- &
	echo $! >pid
	read -r -t 60 PORT <port
	export HERE=http://127.0.0.1:$PORT LIST=http://127.0.0.1:$PORT/v0.1/servers
}

teardown_file() {
	kill "$(<"$BATS_FILE_TMPDIR/pid")"
}

setup() {
	keep_order
	cd "$BATS_TEST_TMPDIR" || return 1
	REGISTRY=$BATS_FILE_TMPDIR/registry
	: >"$REGISTRY/requests"
	echo '{}' >"$REGISTRY/faults.json"
}

# crawl OPTIONS…: into the folder state, without a pause.
crawl() {
	run --separate-stderr "$ROOT/scripts/mcp-registry" crawl -d 0 "$@" "$LIST" state
}

# entries PROGRAM: the registry lists what this jq program makes of nothing.
entries() {
	jq -n '
		def entry($name; $version; $meta; $remotes): {
			server: {$name, description: "A server.", $version, $remotes},
			_meta: {"io.modelcontextprotocol.registry/official": ({
				status: "active", statusChangedAt: "2026-01-01T00:00:00Z",
				publishedAt: "2026-01-01T00:00:00Z",
				updatedAt: "2026-01-01T00:00:00Z", isLatest: true} + $meta)}};
		def http($url): {type: "streamable-http", $url};
		def plain($n): entry("com.example/s\($n)"; "1.0.0"; {};
			[http("https://s\($n).example/mcp")]);
		def now_text: now | floor | todate;
		'"$1" >"$REGISTRY/servers.new"
	mv "$REGISTRY/servers.new" "$REGISTRY/servers.json"
}

# faults JSON: what goes wrong.
faults() {
	echo "$1" >"$REGISTRY/faults.json"
}

# asked: the pages that were asked for, by their cursors.
asked() {
	jq -r 'select(.url | startswith("/v0.1/")) | .cursor' "$REGISTRY/requests"
}

# slugs: those of the targets, in one line.
slugs() {
	jq -r .slug state/targets.jsonl | xargs
}

# changes: each change in a line.
changes() {
	jq -r 'select(.v == 1 and .type == "registry-change" and (now - .at | . >= 0 and . < 600)) |
		del(.v, .type, .at) | tojson' state/changes.jsonl
}

@test "what the tests list has the shape of the registry's OpenAPI" {
	entries '[range(3) | plain(.)] + [entry("io.github.x/y"; "2.0.0"; {status: "deprecated",
		statusMessage: "use z"}; [{type: "sse", url: "https://y.example/sse",
		headers: [{name: "X-Key", isSecret: true, isRequired: true}]}])]'
	curl -s "$LIST?limit=2" | jq -e '
		def stamp: type == "string" and test("^[0-9-]{10}T[0-9:]{8}(\\.[0-9]+)?Z$");
		(keys == ["metadata", "servers"]) and (.metadata | .count == 2 and
			(.nextCursor | type == "string")) and all(.servers[];
			(keys - ["_meta", "server"] == []) and (.server |
				(.name | test("^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$") and (length | . >= 3 and . <= 200)) and
				(.description | length | . >= 1 and . <= 100) and (.version | length <= 255) and
				all(.remotes[]; (.type == "sse" or .type == "streamable-http") and
					(.url | test("^https?://[^\\s]+$")))) and
			(._meta["io.modelcontextprotocol.registry/official"] |
				(keys - ["isLatest", "publishedAt", "status", "statusChangedAt", "statusMessage", "updatedAt"] == []) and
				(.status | IN("active", "deprecated", "deleted")) and (.isLatest | type == "boolean") and
				([.publishedAt, .updatedAt, .statusChangedAt] | all(stamp))))'
}

@test "the first crawl reads all, the next ones what was updated, and tell what changed" {
	entries '[range(250) | plain(.)]'
	crawl -a https://probes.example.net/about
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ "$stderr" = "mcp-registry: 250 targets of 250 servers" ]
	[ "$(asked | wc -l)" -eq 3 ]
	jq -es 'map(.url)[1:] | all(contains("limit=100&version=latest")) and
		all(contains("updated_since") | not)' "$REGISTRY/requests"
	jq -es 'all(.agent | test("^mcp-registry/[0-9.]+ \\(\\+https://probes\\.example\\.net/about\\)$"))' \
		"$REGISTRY/requests"
	jq -es 'length == 250 and map(.name) == (map(.name) | sort) and .[3] == {
		name: "com.example/s100", version: "1.0.0", status: "active",
		updated: "2026-01-01T00:00:00Z", remotes: [{type: "streamable-http",
		url: "https://s100.example/mcp", slug: "com.example-s100"}]}' state/entries.jsonl
	jq -es 'length == 250 and .[0] == {slug: "com.example-s0", url: "https://s0.example/mcp"}' \
		state/targets.jsonl
	[ ! -e state/changes.jsonl ]

	: >"$REGISTRY/requests"
	entries '[range(250) | plain(.)] | del(.[0]) |
		.[0] = entry("com.example/s1"; "1.1.0"; {updatedAt: now_text}; [http("https://new.example/mcp")]) |
		.[1] = entry("com.example/s2"; "1.0.0"; {updatedAt: now_text, status: "deleted"}; [http("https://s2.example/mcp")]) |
		.[2] = entry("com.example/s3"; "1.0.0"; {updatedAt: now_text, status: "deprecated",
			statusMessage: "moved\u202e"}; [http("https://s3.example/mcp"),
			{type: "sse", url: "https://s3.example/sse"}]) |
		. + [entry("com.example/t"; "0.1"; {updatedAt: now_text}; [http("https://t.example/mcp")])]'
	crawl
	[ "$status" -eq 0 ]
	# Without a fraction, and an hour before the last crawl.
	jq -es 'length == 1 and (.[0].url | capture("updated_since=(?<t>.*)$").t | fromdate) as $t |
		now - $t | . > 3600 and . < 4200' "$REGISTRY/requests"
	diff - <(changes | sort) <<-'EOT'
		{"name":"com.example/s1","change":"url","slug":"com.example-s1","from":"https://s1.example/mcp","to":"https://new.example/mcp"}
		{"name":"com.example/s1","change":"version","from":"1.0.0","to":"1.1.0"}
		{"name":"com.example/s2","change":"removed","why":"deleted"}
		{"name":"com.example/s3","change":"status","from":"active","to":"deprecated","message":"moved?"}
		{"name":"com.example/s3","change":"url","slug":"com.example-s3-2","from":null,"to":"https://s3.example/sse"}
		{"name":"com.example/t","change":"added","version":"0.1","status":"active"}
	EOT
	[[ $stderr == "mcp-registry: 251 targets of 250 servers"$'\n'*"changed: 1 added"* ]]
	# s0 went without a word, which only the whole list tells.
	crawl
	[ "$(changes | wc -l)" -eq 6 ]
	crawl -f
	[ "$(changes | tail -n 1)" = '{"name":"com.example/s0","change":"removed","why":"missing"}' ]
	jq -es 'map(.slug) | index("com.example-s0") == null and index("com.example-s2") == null' \
		state/targets.jsonl
	jq -es 'map(select(.gone)) | map([.name, .status]) == [["com.example/s0", "active"], ["com.example/s2", "deleted"]]' \
		state/entries.jsonl
	# What is kept is a list for mcp-fleet.
	printf 'regions: [{name: a}, {name: b}, {name: c}]\nservers_from: [state/targets.jsonl]\n' >fleet.yaml
	"$BIN/mcp-aggregate" targets -c fleet.yaml -r a | jq -es 'length == 250'
}

@test "once a day the whole list is read" {
	entries '[range(30) | plain(.)]'
	crawl
	entries '[range(1; 30) | plain(.)]'
	crawl
	[ "$(wc -l <state/targets.jsonl)" -eq 30 ]
	jq -c '.full_at -= 84601' state/state.json >s && mv s state/state.json
	: >"$REGISTRY/requests"
	crawl
	[ "$status" -eq 0 ]
	[ "$(wc -l <state/targets.jsonl)" -eq 29 ]
	jq -es 'all(.url | contains("updated_since") | not)' "$REGISTRY/requests"
}

@test "a server keeps its slugs, wherever it moves, and nobody gets them" {
	entries '[entry("a/x"; "1"; {}; [http("https://one.example/"), http("https://two.example/")]),
		entry("a-x"; "1"; {}; [http("https://three.example/")]),
		entry("b/y"; "1"; {}; [http("https://one.example/")])]'
	crawl
	[ "$(slugs)" = "a-x a-x-2 a-x-3" ]
	[[ $stderr == *"left out: 1 listed before"* ]]
	# a-x stands before a/x, and got the first slug.
	[ "$(jq -r 'select(.slug == "a-x").url' state/targets.jsonl)" = https://three.example/ ]
	entries '[entry("a/x"; "2"; {}; [http("https://two.example/"), http("https://four.example/")]),
		entry("a.x"; "1"; {}; [http("https://five.example/")]),
		entry("b/y"; "1"; {}; [http("https://one.example/")]),
		entry("a:x"; "1"; {}; [http("https://six.example/")])]'
	crawl -f
	diff <(jq -r '"\(.slug) \(.url)"' state/targets.jsonl | sort) - <<-'EOT'
		a-x-2 https://four.example/
		a-x-3 https://two.example/
		a-x-4 https://six.example/
		a.x https://five.example/
		b-y https://one.example/
	EOT
	# What comes back is what it was.
	entries '[entry("a-x"; "1"; {}; [http("https://three.example/")])]'
	crawl -f
	[ "$(slugs)" = "a-x" ]
	[ "$(changes | tail -n 1)" = '{"name":"b/y","change":"removed","why":"missing"}' ]
}

@test "of several versions the newest counts, and what is left out is told" {
	entries '[entry("a/v"; "1.10.0"; {isLatest: null}; [http("https://v10.example/")]),
		entry("a/v"; "1.9.0"; {isLatest: null}; [http("https://v9.example/")]),
		entry("a/v"; "1.10.0-rc1"; {isLatest: null}; [http("https://rc.example/")]),
		entry("a/w"; "3"; {isLatest: false}; [http("https://w3.example/")]),
		entry("a/w"; "2"; {}; [http("https://w2.example/")]),
		entry("a/u"; "1"; {publishedAt: "2026-02-01T00:00:00Z"}; [http("https://u1.example/")]),
		entry("a/u"; "2"; {}; [http("https://u2.example/")]),
		entry("a/n"; "1"; {}; []), entry("a/stdio"; "1"; {}; [{type: "stdio"}]),
		entry("a/t"; "1"; {}; [http("https://{tenant}.example/mcp")]),
		entry("a/p"; "1"; {}; [http("https://user@p.example/"), http("https://p%61.example/"),
			http("https://n.example/\n"), http("https://p.example:0/"), http("https://p.example:99999/"),
			http("https://p.example/\\"), http("https://\("x" * 300).example/")]),
		entry("a/h"; "1"; {}; [http("https://h.example/") + {headers: [{name: "X Key", isSecret: true}]}]),
		entry("bad name"; "1"; {}; []), entry("quo\"te"; "1"; {}; []), entry("tab\there"; "1"; {}; []),
		entry("x" * 201; "1"; {}; []), entry(7; "1"; {}; []), 5, null, [], {server: 3}]'
	# The registry that is asked for all versions, too.
	LIST="$LIST?version=" crawl
	[ "$status" -eq 0 ]
	diff <(jq -c . state/targets.jsonl) - <<-'EOT'
		{"slug":"a-h","url":"https://h.example/","needs":["X Key"]}
		{"slug":"a-u","url":"https://u1.example/"}
		{"slug":"a-v","url":"https://v10.example/"}
		{"slug":"a-w","url":"https://w2.example/"}
	EOT
	diff - <(echo "$stderr") <<-'EOT'
		mcp-registry: 4 targets of 8 servers
		mcp-registry: left out: 1 of another transport
		mcp-registry: left out: 1 with a URL template
		mcp-registry: left out: 7 with no plain URL
		mcp-registry: left out: 1 without a remote
		mcp-registry: marked: 1 that want a header
		mcp-registry: left out: 1 an older version
		mcp-registry: left out: 9 without a name
		mcp-registry: left out: 3 listed twice
	EOT
}

@test "a registry of the internet lists no private addresses, one at home may" {
	entries '[("10.0.0.1", "168.63.129.16", "161.26.0.1", "166.11.0.1", "199.36.153.11:80", "127.0.0.1:6379", "127.1", "0x7f000001", "2130706433", "169.254.169.254",
		"192.168.1.1", "172.20.0.1", "100.64.0.1", "010.1.1.1", "localhost", "Localhost.", "redis",
		"db.internal", "printer.local", "8.8.8.8", "172.32.0.1", "168.63.129.17", "a.example") |
		entry("a/" + .; "1"; {}; [http("http://\(.)/mcp")])]'
	crawl
	[ "$(wc -l <state/targets.jsonl)" -eq 23 ]
	jq -es 'all(.[]; has("deny_private") | not)' state/targets.jsonl
	rm -r state
	http_proxy=$HERE LIST=http://registry.example.com/v0.1/servers crawl
	[ "$status" -eq 0 ]
	[ "$(jq -r .url state/targets.jsonl | sort | xargs)" = \
		"http://168.63.129.17/mcp http://172.32.0.1/mcp http://8.8.8.8/mcp http://a.example/mcp" ]
	[[ $stderr == *"left out: 19 with a private address"* ]]
	# A name may lead home: it is not followed there, with whatever other targets.
	jq -es 'all(.[]; .deny_private == true)' state/targets.jsonl
	printf 'regions: [{name: a}, {name: b}, {name: c}]\nservers_from: [state/targets.jsonl]\n%s' \
		'servers: [{slug: own, url: "https://own.example/"}]' >fleet.yaml
	"$BIN/mcp-aggregate" targets -c fleet.yaml -r a |
		jq -es 'length == 5 and all(.[]; .deny_private == if .slug == "own" then null else true end)'
}

@test "who opted out is no target, from the next run on, even if the registry is down" {
	entries '[entry("com.example/one"; "1"; {}; [http("https://one.example/")]),
		entry("com.Example/two"; "1"; {}; [http("https://MCP.Two.example.:8443/x")]),
		entry("org.three/a"; "1"; {}; [http("https://a.three.example?q=/")]),
		entry("org.three/b"; "1"; {}; [http("https://b.three.example/")]),
		entry("net.four/x"; "1"; {}; [http("https://eu-1.pool.example/")]),
		entry("net.five/x"; "1"; {}; [http("https://notwo.example/")])]'
	mkdir state
	printf '# by mail, 2026-11-01\ncom.example/ONE\n\n  two.example. # all below, too\r\norg.three/*\neu-*.pool.example\n' >state/opt-out
	crawl
	[ "$status" -eq 0 ]
	[ "$(slugs)" = net.five-x ]
	[[ $stderr == *"mcp-registry: left out: 5 opted out"* ]]
	faults '{"all": {"status": 500}}'
	echo 'notwo.example' >>state/opt-out
	crawl
	[ "$status" -eq 3 ]
	[ -z "$(slugs)" ]
	# They are not forgotten, so that who comes back is who was there.
	faults '{}'
	rm state/opt-out
	crawl
	[ "$(wc -l <state/targets.jsonl)" -eq 6 ]
	[ ! -e state/changes.jsonl ]
	mkdir state/opt-out
	crawl
	[ "$status" -eq 2 ]
	[ "$stderr" = "mcp-registry: state/opt-out: cannot be read" ]
}

# robots TEXT: the registry has this robots.txt, and it is asked for anew.
robots() {
	jq -n --arg body "$1" '{robots: {$body, headers: {"content-type": "text/plain"}}}' \
		>"$REGISTRY/faults.json"
	rm -rf state
	: >"$REGISTRY/requests"
}

# obeyed STATUS TEXT
obeyed() {
	robots "$2"
	crawl
	[ "$status" -eq "$1" ] || { echo "$2"; echo "$stderr"; return 1; }
	[ "$1" -eq 0 ] || [ "$(wc -l <"$REGISTRY/requests")" -eq 1 ]
}

@test "robots.txt is obeyed" {
	entries '[range(3) | plain(.)]'
	obeyed 3 $'User-agent: *\nDisallow: /v0.1/'
	[[ $stderr == *"/v0.1/servers?limit=100&version=latest: the registry's robots.txt does not allow it" ]]
	obeyed 0 $'User-agent: *\nDisallow: /v0/'
	obeyed 0 $'User-agent: *\nDisallow:'
	obeyed 3 $'\xef\xbb\xbfUSER-AGENT : *  # all\r\ndisallow : /*servers\r\n'
	obeyed 0 $'User-agent: *\nDisallow: /v0.1/servers$'
	obeyed 3 $'User-agent: *\nDisallow: /*limit=*latest$'
	obeyed 0 $'User-agent: *\nDisallow: /\nAllow: /v0.1/servers'
	obeyed 3 $'User-agent: *\nAllow: /v0\nDisallow: /v0.1/servers'
	obeyed 0 $'User-agent: *\nDisallow: /\n\nUser-agent: MCP-Registry/1.0\nDisallow: /private'
	obeyed 3 $'User-agent: other\nUser-agent: mcp-registry\nDisallow: /\n\nUser-agent: *\nAllow: /'
	obeyed 0 $'User-agent: mcp-registry-mirror\nDisallow: /'
	obeyed 0 $'Disallow: /\nnonsense\n:::\nUser-agent'
	obeyed 0 "User-agent: *
Disallow: /$(printf '*a%.0s' {1..200})\$"
	# Once a day.
	: >"$REGISTRY/requests"
	crawl
	jq -es 'length == 1 and (.[0].url | startswith("/v0.1"))' "$REGISTRY/requests"
	touch -d '25 hours ago' state/robots.txt
	faults '{"robots": {"status": 503}}'
	crawl
	[ "$status" -eq 0 ]
	# Until it can be read, nothing is.
	rm -r state
	: >"$REGISTRY/requests"
	crawl
	[ "$status" -eq 3 ]
	[[ $stderr == *"/robots.txt: answered with status 503; nothing else is read until it can be read" ]]
	[ -z "$(asked)" ]
	faults '{"robots": {"status": 404}}'
	crawl
	[ "$status" -eq 0 ]
}

# pauses: the seconds between the requests.
pauses() {
	jq -s '[.[].at] | [.[1:], .[:-1]] | transpose | map((.[0] - .[1]) / 1000)' "$REGISTRY/requests"
}

@test "one request a second, or fewer" {
	entries '[range(201) | plain(.)]'
	run -0 --separate-stderr "$ROOT/scripts/mcp-registry" crawl "$LIST" state
	pauses | jq -e 'length == 3 and all(. >= 1)'
	robots $'User-agent: *\nCrawl-delay: 2'
	crawl
	pauses | jq -e 'length == 3 and all(. >= 2)'
	robots $'User-agent: *\nCrawl-delay: 3600'
	crawl
	[ "$status" -eq 3 ]
	[[ $stderr == *"the registry's robots.txt asks for 3600 s between requests" ]]
}

@test "a registry that says later is asked later" {
	entries '[range(201) | plain(.)]'
	faults '{"1": {"status": 429, "headers": {"retry-after": "2"}, "times": 2}, "2": {"status": 503, "times": 1}}'
	crawl
	[ "$status" -eq 0 ]
	[ "$(jq -r .status "$REGISTRY/requests" | xargs)" = "404 200 429 429 200 503 200" ]
	pauses | jq -e '.[2] >= 2 and .[3] >= 2'
	# A date, by the clock of the registry.
	rm -r state
	: >"$REGISTRY/requests"
	faults '{"2": {"status": 503, "times": 1, "headers": {"date": "Wed, 01 Jan 2020 00:00:00 GMT", "retry-after": "Wed, 01 Jan 2020 00:00:03 GMT"}}}'
	crawl
	[ "$status" -eq 0 ]
	pauses | jq -e '.[3] >= 3 and .[3] < 60'
	# An hour: this run ends, and no run asks before that.
	rm -r state
	: >"$REGISTRY/requests"
	faults '{"0": {"status": 429, "headers": {"retry-after": "3600"}}}'
	crawl
	[ "$status" -eq 3 ]
	[[ $stderr == *": answered with status 429; will retry in 3600 s" ]]
	faults '{}'
	crawl
	[ "$status" -eq 3 ]
	[[ $stderr == *"the registry asked us to wait another 3"*" s" ]]
	[ "$(asked | wc -l)" -eq 1 ]
	date +%s >state/wait
	crawl
	[ "$status" -eq 0 ]
	# One that is down is not asked for ever.
	faults '{"all": {"status": 502}}'
	: >"$REGISTRY/requests"
	crawl -f
	[ "$status" -eq 3 ]
	[ "$(asked | wc -l)" -eq 5 ]
	[ "$(wc -l <state/targets.jsonl)" -eq 201 ]
}

@test "killed after any page, it goes on, and asks for no page twice" {
	entries '[range(501) | plain(.)]'
	for page in 1 2 3 4 5; do
		faults "{\"$page\": {\"hang\": true}}"
		"$ROOT/scripts/mcp-registry" crawl -d 0 "$LIST" state 2>/dev/null 3>&- &
		crawl=$!
		eventually test -e "state/pages/$(printf %06d "$page")"
		kill -9 "$crawl"
		wait "$crawl" || true
		[ ! -e state/targets.jsonl ]
		# curl still waits for the answer, and keeps the lock.
		pkill_curl
	done
	faults '{}'
	crawl
	[ "$status" -eq 0 ]
	[ "$(wc -l <state/targets.jsonl)" -eq 501 ]
	# Those that were answered.
	[ "$(jq -r 'select(.status == 200 and (.url | startswith("/v0.1/"))).cursor' "$REGISTRY/requests" |
		sort | uniq -d | wc -l)" -eq 0 ]
	[ "$(jq -r 'select(.status == 200) | 1' "$REGISTRY/requests" | wc -l)" -eq 6 ]
}

# pkill_curl: ends the curl of this test, which is known by what it writes to.
pkill_curl() {
	local f
	for f in /proc/[0-9]*/cwd; do
		if [[ $(readlink "$f") == "$PWD/state" ]]; then
			f=${f%/cwd}
			kill "${f##*/}" 2>/dev/null || true
		fi
	done
	eventually flock -n state/lock true
}

# lock_awaited PID: whether that crawl waits for the lock of the folder.
lock_awaited() {
	pgrep -P "$1" -x flock
}

@test "an answer that came while it was killed is used" {
	entries '[range(101) | plain(.)]'
	crawl
	rm state/pages -rf
	mkfifo go over
	# A curl that has read its answer, and does not end before it may.
	mkdir fake
	cat >fake/curl <<-EOT
	#!/bin/bash
	$(type -P curl) "\$@" || exit
	echo >"$PWD/go"
	read -r _ <"$PWD/over"
	EOT
	chmod +x fake/curl
	PATH=$PWD/fake:$PATH "$ROOT/scripts/mcp-registry" crawl -f -d 0 "$LIST" state 2>/dev/null 3>&- &
	crawl=$!
	read -r <go
	kill -9 "$crawl"
	: >"$REGISTRY/requests"
	# The next crawl waits for that curl, which has the lock still.
	"$ROOT/scripts/mcp-registry" crawl -d 0 "$LIST" state 2>/dev/null 3>&- &
	crawl=$!
	eventually lock_awaited "$crawl"
	echo >over
	wait "$crawl"
	# The second page only.
	[ "$(asked | xargs)" = "com.example/s99:1.0.0" ] || { asked; return 1; }
}

@test "killed at any step of making the new state, it is the old or the new one" {
	entries '[range(30) | plain(.)]'
	crawl
	cp -r state before
	entries '[range(3; 35) | plain(.)]'
	crawl -f
	[ "$(changes | wc -l)" -eq 8 ]
	cp -r state after
	mkdir fake
	for tool in sort mv mkdir rm rmdir; do
		cat >"fake/$tool" <<-EOT
		#!/bin/bash
		n=\$((\$(<"$PWD/n") - 1))
		echo "\$n" >"$PWD/n"
		((n != 0)) || kill -9 "\$(<"$PWD/pid")"
		PATH=\${PATH#*:}
		exec $tool "\$@"
		EOT
	done
	chmod +x fake/*
	for ((step = 1; step < 100; step++)); do
		rm -rf state
		cp -r before state
		echo $step >n
		# shellcheck disable=SC2016 # of the shell that becomes the crawl
		PATH=$PWD/fake:$PATH bash -c 'echo $$ >pid; exec "$@"' - \
			"$ROOT/scripts/mcp-registry" crawl -f -d 0 "$LIST" state 2>/dev/null >&2 || true
		left=$(<n)
		for file in entries targets; do
			cmp -s state/$file.jsonl before/$file.jsonl || same $file
		done
		eventually flock -n state/lock true
		crawl -f
		[ "$status" -eq 0 ] || { echo "step $step: $stderr"; return 1; }
		same entries
		same targets
		same changes || { echo "step $step"; return 1; }
		[ "$(cd state && echo *)" = "changes.jsonl entries.jsonl last lock robots.txt state.json targets.jsonl" ]
		((left <= 0)) || break
	done
	echo "$step steps" >&3
	((step > 10 && step < 100))
}

# same NAME: the file is that of after, but for times.
same() {
	cmp <(sed -E 's/"(at|gone)":[0-9]+//g' "state/$1.jsonl") <(sed -E 's/"(at|gone)":[0-9]+//g' "after/$1.jsonl")
}

@test "what did not change is not sent again, where the registry has ETags" {
	entries '[range(250) | plain(.)]'
	faults '{"all": {"etag": true}}'
	crawl
	: >"$REGISTRY/requests"
	entries '[range(250) | plain(.)] | .[249].server.remotes[0].url = "https://moved.example/mcp"'
	crawl -f
	[ "$status" -eq 0 ]
	[ "$(jq -r .status "$REGISTRY/requests" | xargs)" = "304 304 200" ] ||
		[ "$(jq -r .status "$REGISTRY/requests" | sort | xargs)" = "200 304 304" ]
	[ "$(changes)" = '{"name":"com.example/s249","change":"url","slug":"com.example-s249","from":"https://s249.example/mcp","to":"https://moved.example/mcp"}' ]
	# Of a list that nobody has, it means nothing.
	rm -r state
	faults '{"1": {"status": 304}}'
	crawl
	[ "$status" -eq 3 ]
	[[ $stderr == *": answered with status 304" ]]
}

@test "one crawl at a time" {
	entries '[range(3) | plain(.)]'
	mkdir state
	exec 8>>state/lock
	flock 8
	"$ROOT/scripts/mcp-registry" crawl -d 0 "$LIST" state 2>/dev/null 3>&- 8>&- &
	waits=$!
	eventually lock_awaited "$waits"
	[ ! -s "$REGISTRY/requests" ]
	exec 8>&-
	wait "$waits"
	[ "$(wc -l <state/targets.jsonl)" -eq 3 ]
}

# lied MESSAGE: a crawl ends so, and what was known is known.
lied() {
	crawl -f "${@:2}"
	[ "$status" -eq 3 ] || { echo "$1: $status"; return 1; }
	[[ $stderr == *"$1"* ]] || { echo "$stderr"; return 1; }
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	cmp state/targets.jsonl before/targets.jsonl
	cmp state/entries.jsonl before/entries.jsonl
	[ ! -e state/changes.jsonl ]
}

@test "a registry that lies about its pages changes nothing" {
	entries '[range(250) | plain(.)]'
	crawl
	cp -r state before
	faults '{"1": {"cursor": "com.example/s18:1.0.0"}}'
	lied ': the next page is one that was read before'
	[ ! -e state/pages ]
	faults '{"all": {"cursor": "new"}}'
	lied 'the list has more than 4 pages; see -p' -p 4
	faults '{"1": {"body": "<h1>It works!</h1>"}}'
	lied ': not the list of a registry: '
	# The page before is still there.
	[ -e state/pages/000001 ]
	rm -r state/pages
	for body in '' '{}' '{"servers":1}' 'null' '{"servers":[]}{"servers":[]}' '{"servers":[' "$(printf '[%.0s' {1..3000})"; do
		jq -n --arg body "$body" '{"0": {$body}}' >"$REGISTRY/faults.json"
		[ -n "$body" ] || faults '{"0": {"body": " "}}'
		lied ': not the list of a registry: '
	done
	jq -n '{"0": {cursor: ("x" * 2001)}}' >"$REGISTRY/faults.json"
	lied 'a cursor of more than 2000 characters'
	faults '{"0": {"bytes": true}}'
	lied 'answered with more than 16777216 bytes'
	[ "$(du -sk state | cut -f 1)" -lt 40000 ]
	# As little as that, for so much in memory.
	jq -n '{"0": {body: ("{\"servers\":[" + "{}," * 4000000 + "{}]}")}}' >"$REGISTRY/faults.json"
	lied ': not the list of a registry: '
	faults '{"1": {"status": 410}}'
	lied '; the next crawl starts from the beginning'
	faults '{}'
	crawl
	[ "$status" -eq 0 ]
}

@test "a list of which half is missing is not taken for a whole one, but by -f" {
	entries '[range(50) | plain(.)]'
	crawl
	entries '[range(20) | plain(.)]'
	jq -c '.full_at = 1' state/state.json >s && mv s state/state.json
	crawl
	[ "$status" -eq 3 ]
	[ "$stderr" = "mcp-registry: lists 20 of the 50 servers that it had: not taken for the whole list; see -f" ]
	[ "$(wc -l <state/targets.jsonl)" -eq 50 ]
	crawl -f
	[ "$status" -eq 0 ]
	[ "$(wc -l <state/targets.jsonl)" -eq 20 ]
	[ "$(changes | wc -l)" -eq 30 ]
}

@test "entries twice, on one page and on several" {
	entries '[range(150) | plain(.)]'
	faults "$(jq -c '{"1": {add: (.[:5] + .[3:4])}}' "$REGISTRY/servers.json")"
	crawl
	[ "$status" -eq 0 ]
	[ "$(wc -l <state/targets.jsonl)" -eq 150 ]
	[[ $stderr == *"left out: 6 listed twice" ]]
}

@test "what is no crawl is refused" {
	entries '[range(3) | plain(.)]'
	crawl
	LIST=$HERE/v0/servers crawl
	[ "$status" -eq 2 ]
	[ "$stderr" = "mcp-registry: state: holds the list of $HERE/v0.1/servers?limit=100&version=latest" ]
	for what in "" "$LIST" "$LIST a b" "ftp://x.example/ state" "$LIST?cursor=x state" \
		"$LIST?updated_since=x state" "-a é $LIST state" "-a (x) $LIST state" "-q $LIST state"; do
		# shellcheck disable=SC2086 # several words
		run -2 --separate-stderr "$ROOT/scripts/mcp-registry" crawl $what
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
	done
	run -2 --separate-stderr "$ROOT/scripts/mcp-registry" -f "$LIST"
	: >file
	run -3 --separate-stderr "$ROOT/scripts/mcp-registry" crawl "$LIST" file
	[[ $stderr == *"file: cannot be used" ]]
	for file in state entries; do
		cp -r state damaged
		echo '{"name":' >"$(echo damaged/$file.json*)"
		run -3 --separate-stderr "$ROOT/scripts/mcp-registry" crawl -d 0 "$LIST" damaged
		[[ $stderr == *"damaged/$file.json"*": is damaged"* ]]
		rm -r damaged
	done
}
