#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a region whose own network is cut off reports nothing of its servers:
# no red, no page, one event to the operator; and an outage stays an outage.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	redis flushall >/dev/null
	export MCP_STORE=unix://$REDIS_SOCK STATE_DIRECTORY=$PWD/state MCP_CONFIG=$PWD/fleet.yaml
	mkdir state
	NOW=$(($(date +%s) / 60 * 60 - 1800))
	# shellcheck disable=SC2016
	printf '#!/bin/sh\ncat >>got\n' >page
	chmod +x page
	configure 20
}

# configure N: so many servers of three regions.
configure() {
	{
		cat <<-END
		regions: [{name: ap}, {name: eu}, {name: us}]
		alerts:
		  routes: [{name: ops, type: command, command: [$PWD/page]}]
		  policies: [{steps: [{routes: [ops]}]}]
		servers:
		END
		for ((i = 1; i <= $1; i++)); do
			echo "  - {slug: s$i, url: 'https://h$i.example.com/mcp'}"
		done
	} >fleet.yaml
}

# seen MINUTE FIRST LAST REGION[=STEP/ERROR]…: what regions see of the servers
# with these numbers; a probe record is enough.
seen() {
	jq -cn --argjson at $((NOW + 60 * $1)) --argjson first "$2" \
		--argjson last "$3" '$ARGS.positional[] | capture(
		"^(?<region>[a-z]+)(=(?<step>[^/]+)/(?<error>.+))?$") as $r |
		range($first; $last + 1) as $i | {v: 1, type: "probe", slug: "s\($i)",
			region: $r.region, probe_id: "\($r.region)-\($at)",
			probe_started_at: ($at + 1 + $i / 100),
			url: "https://h\($i).example.com/mcp",
			state: (if $r.step then "broken" else "healthy" end),
			failed_step: $r.step, error: $r.error, total_ms: 100,
			protocol: "2025-11-25", era: "session", tool_hash: null,
			full_hash: null, tool_count: 1}' --args "${@:4}"
}

# runners MINUTE: what a batch of each region begins with.
runners() {
	jq -cn --argjson at $((NOW + 60 * $1)) '("ap", "eu", "us") | {v: 1,
		type: "runner", region: ., $at, status: "ok", version: "1", message: null}'
}

# judge MINUTE: verdicts as of the end of that minute, of what is on standard
# input; what mcp-alert says of them is in said, and in got what was delivered.
judge() {
	local at=$((NOW + 60 * $1 + 50))
	{ runners "$1"; cat; } | "$BIN/mcp-aggregate" ingest
	"$BIN/mcp-aggregate" verdict -N "$at" >verdicts
	redis hset fleet:heartbeats ingest "$at" verdict "$at" >/dev/null
	"$BIN/mcp-alert" -N "$at" <verdicts >said
}

# told: all that was delivered, in order.
told() {
	[ ! -e got ] || jq -r '"\(.server_slug) \(.event) \(.severity)"' got
}

# all FILTER: it holds for each verdict, of which there are twenty.
all() {
	jq -se "length == 20 and all($1)" verdicts >/dev/null ||
		{ cat verdicts; return 1; }
}

# counts SERVER: what is counted of it, by hour and by minute.
counts() {
	local key
	redis --raw keys "probe:$1:errors:*" | sort | while read -r key; do
		echo "$key $(redis --raw hgetall "$key" | paste -d= - - | sort | xargs)"
	done
}

@test "what a region saw while it was cut off is taken back, once, and for good" {
	local at window row
	seen 0 1 20 ap eu us | judge 0
	counts s1 >before
	grep -q ':probes=3' before
	seen 1 1 20 us=dns/dns.timeout >cut
	"$BIN/mcp-aggregate" ingest <cut
	counts s1 >with
	grep -q ':transport=1' with
	window=$((NOW + 60)) row=probe:s1:$(((NOW + 60) / 3600)):us
	at=$((24 * (window % 3600 / 60) + 23)) # the bit of its slot
	[ "$(redis getbit "$row" "$at")" = 1 ]
	# Of the second server the records have gone, and the row still knows.
	redis del "probe:s2:$window:us" "probe:s2:$window:us:head" >/dev/null
	seen 1 1 20 ap eu | judge 1
	all '.isolated == ["us"]'
	counts s1 >after
	run ! grep transport after
	counts s2 | sed 's/:s2:/:s1:/' | diff after -
	[ "$(redis getbit "${row/s1/s2}" "$at")" = 0 ]
	# Two more of ap and eu.
	diff <(sed 's/[0-9]*:probes=//g' before | tr ' ' '\n' | awk '/:/ { on = /:d/ } !/:/ && on { n += $1 } END { print n + 2 }') \
		<(sed 's/[0-9]*:probes=//g' after | tr ' ' '\n' | awk '/:/ { on = /:d/ } !/:/ && on { n += $1 } END { print n }')
	[ "$(redis getbit "$row" "$at")" = 0 ]
	[ "$(redis getbit "$row" $((at - 1)))" = 1 ]
	redis get "probe:s1:$window:us:head" | grep -q '^[^ ]* [^ ]* 0 '
	# Once more, and sent again, also when its records have gone.
	judge 1 </dev/null
	counts s1 | diff after -
	"$BIN/mcp-aggregate" ingest <cut
	counts s1 | diff after -
	redis del "probe:s1:$window:us" "probe:s1:$window:us:head" >/dev/null
	"$BIN/mcp-aggregate" ingest <cut
	judge 1 </dev/null
	counts s1 | diff after -
}

@test "one region of three, and twenty servers: green, and one event" {
	seen 0 1 20 ap eu us | judge 0
	all '.verdict == "green" and .reporters == 3 and (has("isolated") | not)'
	for m in 1 2 3 4 5 6; do
		seen $m 1 20 ap eu us=dns/dns.timeout | judge $m
		all '.verdict == "green" and .reporters == 2 and .failing == [] and
			.no_data == ["us"] and .isolated == ["us"] and
			(.regions[] | select(.region == "us").state) == "healthy"'
		# What says nothing counts nowhere.
		all '[.error_rate[] | objects | .failed | numbers, (objects | add)] |
			all(. == 0 or . == null)'
	done
	[ "$(told)" = "* probe_silent_started P3" ]
	jq -e '.regions == ["us"] and (.summary | startswith(
		"The network of us has been cut off since "))' got
	redis hget fleet:isolated us | jq -e --argjson at $((NOW + 60)) '
		.type == "runner" and .status == "isolated" and .region == "us" and
		.at > $at and .at < $at + 10 and .message == "its own network is cut off: " +
		"none of 20 servers could be reached from there; mostly dns.timeout"'
	"$BIN/mcp-aggregate" status -f text >status
	grep -Eq '^us +[0-9]+m ago +isolated' status
	grep -q 'its own network is cut off: none of 20 servers' status
	seen 7 1 20 ap eu us | judge 7
	all '.verdict == "green" and .reporters == 3 and (has("isolated") | not)'
	[ "$(told | tail -n +2)" = "* probe_silent_resolved P3" ]
	[ "$(redis exists fleet:isolated)" = 0 ]
}

# bats test_tags=later
@test "explain and status say so of now" {
	NOW=$(($(date +%s) - 90))
	seen 0 1 20 ap eu us | "$BIN/mcp-aggregate" ingest
	seen 1 1 20 ap eu us=dns/dns.timeout | "$BIN/mcp-aggregate" ingest
	"$BIN/mcp-aggregate" verdict >verdicts
	all '.verdict == "green" and .isolated == ["us"]'
	"$BIN/mcp-aggregate" explain s3 >why
	grep -Eq '^ +us +.* no data, isolated: its own network is cut off: none of 20' why
	grep -q '^green, ok' why
	"$BIN/mcp-aggregate" status >status
	jq -se 'length == 20 and all(.regions[] | select(.region == "us") |
		.state == "silent")' status || { head -1 status; false; }
}

# bats test_tags=later
@test "two regions of three: nothing is known, and nothing is red" {
	seen 0 1 20 ap eu us | judge 0
	for m in 1 2 3 4 5 6 7; do
		seen $m 1 20 ap eu=tls/tcp.timeout us=tls/tcp.unreachable | judge $m
		all '.verdict == "unknown" and .tier == "no-data" and .failing == [] and
			.isolated == ["eu", "us"] and .reporters == 1'
	done
	[ "$(told)" = "* probe_silent_started P3" ]
	jq -e '.regions == ["eu", "us"]' got
	# What was published stays, and grows old.
	redis get probe:s1:verdict | jq -e --argjson w "$NOW" '.window == $w and .verdict == "green"'
}

@test "all regions: nobody is watched, P1 at once, until the first report" {
	seen 0 1 20 ap eu us | judge 0
	seen 1 1 20 ap=dns/dns.timeout eu=tls/tcp.timeout us=tls/tcp.refused | judge 1
	all '.verdict == "unknown" and .isolated == ["ap", "eu", "us"]'
	[ "$(told)" = "* pipeline_stalled_started P1" ]
	jq -e '.summary | startswith("Monitoring is blind since ") and
		test("or all servers are down at once")' got
	for m in 2 3 4 5 6 7; do
		seen $m 1 20 ap=dns/dns.timeout eu=tls/tcp.timeout us=tls/tcp.refused | judge $m
	done
	[ "$(told | wc -l)" = 1 ]
	seen 8 1 20 ap eu us | judge 8
	all '.verdict == "green"'
	[ "$(told | tail -n +2)" = "* pipeline_stalled_resolved P1" ]
}

# bats test_tags=later
@test "a hoster is down with nineteen of twenty: an outage as any" {
	{
		seen 0 1 19 ap=tls/tcp.timeout eu=tls/tcp.timeout us=tls/tcp.timeout
		seen 0 20 20 ap eu us=initialize/http.500
	} | judge 0
	jq -se 'map(select(.verdict == "red" and .tier == "hard-outage")) | length == 19' verdicts
	[ "$(told)" = "* downtime_started P1" ]
	jq -e '.server_count == 19' got
	[ "$(redis exists fleet:isolated)" = 0 ]
}

@test "four servers, or one host, are no region's trouble" {
	configure 4
	seen 0 1 4 ap eu=dns/dns.timeout us=dns/dns.timeout | judge 0
	jq -se 'length == 4 and all(.verdict == "red")' verdicts
	sed -i 's/h[0-9]*\.example/one.example/; s/slug: s4.*/&\n  - {slug: s5, url: "https:\/\/one.example.com\/5"}/' fleet.yaml
	seen 1 1 5 ap eu=dns/dns.timeout us=dns/dns.timeout | judge 1
	jq -se 'length == 5 and all(.verdict == "red")' verdicts
}

# bats test_tags=later
@test "a batch that comes in pieces, and late; one server asked for alone" {
	seen 0 1 20 ap eu us | judge 0
	{ seen 1 1 20 ap eu; seen 1 1 4 us=dns/dns.timeout; } | judge 1
	# Four may be four. The rest tells.
	jq -se 'map(select(.failing == ["us"] and .verdict == "amber")) | length == 4' verdicts
	seen 1 5 20 us=dns/dns.timeout | "$BIN/mcp-aggregate" ingest
	seen 2 1 20 ap eu us=dns/dns.timeout | "$BIN/mcp-aggregate" ingest
	"$BIN/mcp-aggregate" verdict -s s7 -N $((NOW + 170)) >verdicts
	jq -e '.slug == "s7" and .verdict == "green" and .isolated == ["us"]' verdicts
	[ "$(wc -l <verdicts)" = 1 ]
	redis hget fleet:isolated us | jq -e '.status == "isolated"'
	# Ingested again, it counts no more than before.
	seen 2 1 20 us=dns/dns.timeout | "$BIN/mcp-aggregate" ingest
	"$BIN/mcp-aggregate" verdict -s s7 -N $((NOW + 230)) >verdicts
	jq -e '[.error_rate[] | objects | .failed | numbers, (objects | add)] |
		all(. == 0 or . == null)' verdicts
}

# bats test_tags=later
@test "from pipes, and replayed: the same" {
	for m in 0 1 2; do
		seen $m 1 20 ap eu us=dns/dns.failed
	done >records
	seen 3 1 20 ap eu us >>records
	head -n 180 records | "$BIN/mcp-aggregate" verdict - >verdicts
	all '.verdict == "green" and .isolated == ["us"]'
	"$BIN/mcp-aggregate" replay records >verdicts
	jq -se 'map(select(.slug == "s9")) |
		map(.isolated // [] | join(" ")) == ["us", "us", "us", ""] and
		all(.verdict == "green")' verdicts
	seen 0 1 20 ap=tls/tcp.refused eu=tls/tcp.refused us=tls/tcp.refused >records
	"$BIN/mcp-aggregate" replay records >verdicts
	all '.verdict == "unknown" and .isolated == ["ap", "eu", "us"]'
}

# bats test_tags=later
@test "a taken-over region silences only itself" {
	# It says that it reaches nobody: the others are believed.
	{
		seen 0 1 19 ap=tls/tcp.timeout eu=tls/tcp.timeout
		seen 0 20 20 ap eu
		seen 0 1 20 us=dns/dns.timeout
	} | judge 0
	jq -se 'map(select(.verdict == "red" and .failing[:2] == ["ap", "eu"])) | length == 19' verdicts
	# It says that it reaches them all: that makes nobody isolated, either.
	{
		seen 1 1 19 ap=tls/tcp.timeout eu=tls/tcp.timeout us
		seen 1 20 20 ap eu us
	} | judge 1
	jq -se 'map(select(.verdict == "red" and (has("isolated") | not))) | length == 19' verdicts
}

# bats test_tags=later
@test "real probes: a machine without a way out, and one with" {
	unshare -rn ip link add cable0 type veth peer name cable1 2>/dev/null ||
		skip "no network of our own to be had here"
	mkfifo port
	node -e '
		const answer = (_, r) => r.writeHead(503).end();
		const first = require("http").createServer(answer);
		first.listen(0, "127.0.0.1", () => {
			const { port } = first.address();
			let left = 4;
			for (const i of [2, 3, 4, 5])
				require("http").createServer(answer).listen(port,
					`127.0.0.${i}`, () => --left || console.log(port));
		});' >port 3>&- &
	server=$!
	read -r port <port
	for i in 1 2 3 4 5; do
		jq -cn --arg i "$i" --arg port "$port" \
			'{slug: "s\($i)", url: "http://127.0.0.\($i):\($port)/mcp"}'
	done >targets
	for region in ap eu; do
		"$BIN/mcp-probe" --targets targets -r "$region" -f jsonl
	done >records
	unshare -rn bash -c 'ip link add cable0 type veth peer name cable1
		ip addr add 192.0.2.9/24 dev cable0
		ip link set cable0 up
		ip link set cable1 up
		"$@"' bash "$BIN/mcp-probe" --targets targets -r us -f jsonl >>records
	kill "$server"
	jq -se 'map(select(.region == "us" and .step == "tls")) | length == 5 and
		all(.error == "tcp.unreachable" and (.message |
			endswith("(ENETUNREACH): refused by this machine'\''s routing")))' records
	"$BIN/mcp-aggregate" verdict - <records >verdicts
	jq -se 'length == 5 and all(.verdict == "red" and .step == "initialize" and
		.failing == ["ap", "eu"] and .isolated == ["us"] and .no_data == ["us"])' verdicts
}

# A port of 127.0.0.1 at which nobody listens, and nobody will: it is taken.
closed() {
	mkfifo taken
	node -e '
		const s = require("net").createServer();
		s.listen(0, "127.0.0.1", () => {
			require("net").connect(s.address().port, "127.0.0.1")
				.on("connect", function () {
					console.log(this.localPort);
				});
		});' >taken 3>&- &
	holder=$!
	read -r CLOSED <taken
}

@test "canaries settle it sooner, and are nobody's servers" {
	closed
	mkfifo port
	node -e 'const s = require("http").createServer((_, r) => r.writeHead(404).end());
		s.listen(0, "127.0.0.1", () => console.log(s.address().port))' >port 3>&- &
	server=$!
	read -r port <port
	cat >fleet.yaml <<-END
	regions:
	  - {name: ap, canary: ['http://127.0.0.1:$CLOSED/', 'http://127.0.0.1:$port/']}
	  - {name: eu}
	  - {name: us, canary: ['http://127.0.0.1:$CLOSED/', 'http://127.0.0.1:$CLOSED/2']}
	servers:
	  - {slug: s1, url: 'http://127.0.0.1:$CLOSED/mcp'}
	  - {slug: s2, url: 'http://127.0.0.1:$CLOSED/mcp2'}
	END
	for region in ap eu us; do
		"$BIN/mcp-aggregate" targets -r $region >targets.$region
	done
	jq -se 'map(select(.canary) | .canary) | length == 2 and all(startswith("http://127"))' targets.us
	jq -se 'map(select(.canary)) == []' targets.eu
	for region in ap eu us; do
		"$BIN/mcp-probe" --targets targets.$region -r $region -f jsonl >records.$region
		jq -se 'map(select(.type != "runner") | .slug) | unique == ["s1", "s2"]' records.$region
	done
	jq -e 'select(.canaries) | .type == "runner" and .status == "ok" and
		.canaries == {answered: 1, failed: 1}' records.ap
	jq -e 'select(.canaries) | .canaries == {answered: 0, failed: 2}' records.us
	! grep -q canaries records.eu
	cat records.* | "$BIN/mcp-aggregate" verdict - >verdicts
	jq -se 'length == 2 and all(.verdict == "red" and .failing == ["ap", "eu"] and
		.isolated == ["us"])' verdicts
	cat records.* | "$BIN/mcp-aggregate" ingest
	"$BIN/mcp-aggregate" verdict >verdicts
	jq -se 'length == 2 and all(.verdict == "red" and .failing == ["ap", "eu"] and
		.isolated == ["us"])' verdicts
	redis hget fleet:isolated us | jq -e '.message | endswith("; 2 canaries do not answer")'
	# The whole round, with runners on this machine.
	redis flushall >/dev/null
	export XDG_RUNTIME_DIR=$PWD/run XDG_STATE_HOME=$PWD/keep
	mkdir -m 700 run keep
	PATH=$BIN:$PATH "$ROOT/scripts/mcp-fleet" --once -v >out 2>err || { cat err; false; }
	grep -q '^mcp-fleet: us: 2 of 2 probed, 2 broken' err
	! grep -q garbled err
	redis hget fleet:runners us | jq -e '.canaries == {answered: 0, failed: 2} and .status == "ok"'
	redis hkeys fleet:servers | sort | diff - <(printf '%s\n' s1 s2)
	redis get probe:s1:verdict | jq -e '.verdict == "red" and .isolated == ["us"]'
	"$BIN/mcp-aggregate" status -f text | grep -Eq '^us +[0-9]+s ago +isolated'
	kill "$server" "$holder"
}

# bats test_tags=later
@test "what is filled in afterwards: neither red nor counted" {
	for m in 0 1 2; do
		seen $m 1 20 ap eu=dns/dns.failed us=dns/dns.failed
	done >records
	seen 3 1 20 ap eu us >>records
	"$BIN/mcp-aggregate" backfill records
	[ "$(redis hvals probe:s4:minutes | grep -c .)" -ge 1 ]
	redis hkeys probe:s4:minutes >days
	! grep -q ':red' days
	"$BIN/mcp-aggregate" verdict -s s4 -N $((NOW + 240)) >verdicts
	jq -e '.error_rate["5m"] | .probes == 6 and .failed == 0' verdicts ||
		{ cat verdicts; false; }
}

# bats test_tags=later
@test "servers that are probed once in ten minutes" {
	sed -i 's|/mcp.}|/mcp", interval: 10m}|; s|url: .https|url: "https|' fleet.yaml
	seen 0 1 20 ap eu us=dns/dns.timeout | judge 0
	seen 10 1 20 ap eu us=dns/dns.timeout | judge 10
	redis hget fleet:isolated us | jq -e --argjson at "$NOW" '.at < $at + 10'
	: | judge 19
	all '.isolated == ["us"] and .verdict == "green"'
	[ "$(told)" = "* probe_silent_started P3" ]
}
