#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what people see of every state, and of an incident that they take, in a real
# browser. The pictures are in build/shots afterwards, to be looked at.

bats_require_minimum_version 1.5.0
load ../helpers/lib
load ../helpers/redis
load ../helpers/alert
load ../helpers/lighttpd

setup_file() {
	"$ROOT/tests/peers/install"
	redis_start "$BATS_FILE_TMPDIR/redis"
}

teardown_file() {
	redis_stop
}

setup() {
	alert_setup
	MODULES=$ROOT/build/peers/node_modules
	PATH=$(printf '%s:' "$MODULES"/node-linux-*/bin)$PATH
}

@test "nothing is too wide, asked for elsewhere, refused by the policy, or a fault to axe" {
	local now
	now=$(date +%s)
	"$ROOT/tests/long/fill" "$BIN" "$BATS_TEST_TMPDIR" "$now"
	node "$ROOT/tests/long/shots.mjs" "$BIN" $((now / 60 * 60 + 50)) \
		"$ROOT/build/shots" "$MODULES"
}

@test "times are the reader's own, and a page follows an incident until that ends or somebody stops it" {
	local now
	now=$(date +%s)
	"$ROOT/tests/long/fill" "$BIN" "$BATS_TEST_TMPDIR" "$now"
	node "$ROOT/tests/long/updates.mjs" "$BIN" $((now / 60 * 60 + 50)) "$MODULES"
}

@test "badges are light or dark as the page, and can be read" {
	local now
	now=$(date +%s)
	redis flushall >/dev/null
	"$ROOT/tests/long/fill" "$BIN" "$BATS_TEST_TMPDIR" "$now"
	node "$ROOT/tests/long/badges.mjs" "$BIN" $((now / 60 * 60 + 50)) \
		"$ROOT/build/shots" "$MODULES"
}

@test "who was told takes it with the page's button, and another takes it over" {
	local url
	ack_setup
	routes "{name: page, type: command, command: ['true']}"
	echo "store: $MCP_STORE" >>fleet.yaml
	verdict 0 eu,us initialize | alert 0
	url=$(jq -r .ack_url out)
	node "$ROOT/tests/long/ack.mjs" "$BIN" "${url#https://status.example.com}" \
		"$ROOT/build/shots" "$MODULES"
}

@test "an operator does in the console, by keys alone, all that the commands do" {
	local link now
	ack_setup
	now=$(date +%s)
	cat >fleet.yaml <<-END
		store: $MCP_STORE
		site: {url: "http://127.0.0.1"}
		regions: [{name: ap}, {name: eu}, {name: us}]
		accounts: [{name: acme, token_sha256: 0000000000000000000000000000000000000000000000000000000000000000}]
		servers:
		  - {slug: desk, url: "https://mcp.example.com/mcp", account: acme, owner: Team A, labels: {tier: gold}, runbook: "https://wiki.example.com/desk"}
		  - {slug: phone, url: "https://phone.example.com/mcp"}
		  - {slug: weather, url: "https://weather.example.com/mcp"}
		alerts:
		  zone: Europe/Berlin
		  policy: {common: 10000}
		  routes: [{name: page, type: command, command: ["true"]}, {name: chat, type: command, command: ["false"]}]
	END
	export MCP_CONFIG=$PWD/fleet.yaml
	T=$((T - 600))
	for m in 0 1 2 3 4; do
		verdict "$m" eu,us initialize http.503 desk
		verdict "$m" eu,us tls tls.expired phone
		verdict "$m" ap initialize http.504 weather
	done >v
	alert 3 <v
	alert 0 maintenance add --start +4h --for 2h --reason 'new disks' weather
	alert 0 maintenance add --start +10h --for 1h --every daily 'w*'
	alert 0 silence add --for 90m --reason 'network works' --kind regional
	redis set fleet:regions "{\"regions\":[{\"region\":\"ap\",\"expected\":3,\"reported\":3,\"last\":$((now - 20))}]}"
	printf '%s\n' "{\"v\":1,\"type\":\"runner\",\"region\":\"ap\",\"at\":$now,\"status\":\"ok\",\"version\":\"0.1.0\",\"message\":null,\"offset_s\":[-0.1,0.2]}" \
		"{\"v\":1,\"type\":\"runner\",\"region\":\"eu\",\"at\":$now,\"status\":\"exit\",\"version\":\"0.0.9\",\"message\":\"exit status 255\",\"offset_s\":[12.5,13]}" \
		"{\"v\":1,\"type\":\"doctor\",\"host\":\"orchestrator\",\"at\":$((now - 7300)),\"ok\":12,\"warn\":1,\"fail\":1,\"findings\":[{\"status\":\"fail\",\"subject\":\"eu\",\"finding\":\"its clock is off by 12.5 s\",\"mend\":\"ssh eu sudo timedatectl set-ntp true\"},{\"status\":\"warn\",\"subject\":\"expiry\",\"finding\":\"nothing looks for expiring certificates and credentials\",\"mend\":\"sudo systemctl enable --now mcp-expiry.timer\"}]}" |
		"$BIN/mcp-aggregate" ingest -c fleet.yaml
	redis set probe:weather:verdict "{\"verdict\":\"amber\",\"window\":$now,\"failing\":[\"ap\"]}"
	redis set probe:desk:verdict "{\"verdict\":\"red\",\"window\":$now,\"failing\":[\"eu\",\"us\"]}"
	link=$("$BIN/mcp-alert" link ann)
	node "$ROOT/tests/long/ops.mjs" "$BIN" "${link#http://127.0.0.1}" \
		"$ROOT/build/shots" "$MODULES" | tee keys
	[ "$(grep -c ' keys' keys)" = 12 ]
	alert 0 list
	[ "$(jq -r .server_slug out)" = weather ]
}

@test "who types the token, or follows a link, reads what is private, and signs out" {
	local now link
	now=$(date +%s)
	"$ROOT/tests/long/fill" "$BIN" "$BATS_TEST_TMPDIR" "$now"
	cd "$BATS_TEST_TMPDIR"
	web_start --now $((now / 60 * 60 + 50))
	link=$(MCP_SITE=$WEB "$BIN/mcp-serve" link acme)
	run node "$ROOT/tests/long/private.mjs" "$WEB" "${link#"$WEB"}" s3cret \
		"$ROOT/build/shots" "$MODULES"
	web_stop
	echo "$output"
	[ "$status" = 0 ]
}

# A verdict of ten thousand servers with long names and titles.
many() {
	local now=$1
	awk -v at="$((now / 60 * 60))" 'function put(s) { printf "$%d\r\n%s\r\n", length(s), s }
	BEGIN {
		title = sprintf("%400s", "")
		gsub(/ /, "x", title)
		for (i = 0; i < 10000; i++) {
			slug = sprintf("a-server-with-a-rather-long-name-%028d", i)
			printf "*4\r\n"; put("HSET"); put("fleet:servers"); put(slug)
			put("{\"private\":false,\"interval\":60,\"regions\":[{\"name\":\"eu\"}],\"title\":\"" title "\"}")
			printf "*3\r\n"; put("SET"); put("probe:" slug ":verdict")
			put(sprintf("{\"v\":1,\"window\":%d,\"verdict\":\"green\",\"uptime_30d\":99.87,\"p95_ms\":142,\"published_at\":%d,\"last_probe_at\":%d,\"regions\":[{\"region\":\"eu\",\"state\":\"healthy\"}]}", at, at + 3, at))
		}
	}' | redis --pipe >/dev/null
}

# ask PATH [QUERY]: the answer of a CGI, its header in `header`, the rest in `body`.
ask() {
	env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET PATH_INFO="$1" \
		QUERY_STRING="${2:-}" "$BIN/mcp-serve" >answer
	sed '/^\r$/q' answer | tr -d '\r' >header
	sed '1,/^\r$/d' answer >body
}

@test "ten thousand servers: one scrape of them all, and an index of a hundred pages" {
	cd "$BATS_TEST_TMPDIR"
	redis flushall >/dev/null
	many "$(date +%s)"
	ask /api/embed-status-prom
	grep -q '^Status: 200 ' header
	[ "$(wc -c <body)" -gt $((5 * 1024 * 1024)) ]
	run ! grep -q '^Content-Length\|^ETag' header
	[ "$(grep -c '^alivemcp_state{' body)" = 10000 ]
	[ "$(grep -c '^mcp_fleet_expected_reporters{' body)" = 10000 ]
	# Each metric is one group.
	[ -z "$(sed -n 's/^# TYPE \([a-z_0-9]*\) .*/\1/p' body | sort | uniq -d)" ]
	[ "$(sed '/^#/d; s/[{ ].*//' body | uniq | sort | uniq -d)" = '' ]
	(ulimit -v $((200 * 1024)) && ask /api/embed-status-prom)
	[ "$(grep -c '^alivemcp_state{' body)" = 10000 ]

	for ((page = 1; page <= 100; page++)); do
		ask / "page=$page"
		grep -o 'href="/status/[^"]*' body
		[ "$(gzip <body | wc -c)" -le 30000 ]
	done >links
	[ "$(sort -u links | wc -l)" = 10000 ]
	grep -q '^Link: <?page=1>; rel="first", <?page=99>; rel="prev", <?page=100>; rel="last"$' header
	ask / 'q=0042&limit=3&page=2'
	[ "$(grep -c '<li><span class="name">' body)" = 3 ]
	grep -q 'rel="next" href="?page=3&amp;q=0042&amp;limit=3"' body

	# As files, pages with one compressed beside each, and an index that is longer than an
	# answer may be.
	mkdir www
	(ulimit -n 16 -v $((250 * 1024)) && "$BIN/mcp-serve" render www)
	[ "$(wc -c <www/index.html)" -gt $((4 * 1024 * 1024)) ]
	[ "$(grep -o 'href="/status/[^"]*' www/index.html | sort -u | wc -l)" = 10000 ]
	for file in 'api/embed-status/*' 'api/status/*/regions' 'badge/*.svg' 'badge/*.json' \
		'status/*/tools/index.html' 'status/*/changes/index.html' \
		'status/*/changes.atom' 'status/*/feed.atom'; do
		[ "$(find www -path "www/$file" -type f | wc -l)" = 10000 ] ||
			{ echo "$file"; return 1; }
	done
	[ "$(find www/status -mindepth 2 -maxdepth 2 -name index.html | wc -l)" = 10000 ]
	# The days of 92 are of four months, or of five.
	n=$(find www/status -path '*/history/*.html' -type f | wc -l)
	((n == 40000 || n == 50000))
}

# worker SOCKET: mcp-serve as FastCGI, as of the minute of the store; SERVE is its process.
worker() {
	perl -MSocket -MPOSIX -e 'socket(S, PF_UNIX, SOCK_STREAM, 0) or die;
		bind(S, pack_sockaddr_un(shift)) && listen(S, 9) or die;
		POSIX::dup2(fileno(S), 0); $| = 1; print "listening\n"; exec @ARGV' \
		"$1" "$BIN/mcp-serve" --now "$2" >ready 2>err 3>&- &
	SERVE=$!
	read -r -t 60 <ready
}

@test "ten thousand servers: any page of the index takes the program less than compressing half a megabyte" {
	cd "$BATS_TEST_TMPDIR"
	redis flushall >/dev/null
	local now
	now=$(date +%s)
	MCP_SOCK=$REDIS_SOCK "$ROOT/tests/long/many" "$BIN" "$PWD" "$now" 10000
	mkfifo ready
	worker serve.sock $((now / 60 * 60 + 50))
	# Each question is a new one, and each second the rows are read anew.
	node "$ROOT/tests/long/index.mjs" "$PWD/serve.sock" "$SERVE" >figures || status=$?
	kill "$SERVE"
	cat figures >&3
	[ "${status:-0}" = 0 ]
	[ ! -s err ]
}
