#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what was ingested is in the store once, whatever the order; a minute is
# published once; and a store that fails says so and makes no server look down.

bats_require_minimum_version 1.5.0
load ../../helpers/store

T=1795260480 # the start of a minute

field() {
	redis get "probe:$1:verdict" | jq -r ".$2"
}

@test "the same records twice, or in any order, leave the same store" {
	now=$(date +%s)
	for ((i = 20; i > 0; i--)); do
		probes demo us-east-1 $((now - 30 * i))
		probes demo eu-west-2 $((now - 30 * i + 7)) tools-list
	done >all
	aggregate ingest <all
	redis_dump >once
	grep -q "^== probe:demo:latest" once
	aggregate ingest <all
	redis_dump >twice
	diff once twice
	for seed in 1 2 3; do
		redis flushall
		shuf --random-source=<(yes "$seed") all | aggregate ingest
		redis_dump >shuffled
		diff once shuffled
	done
}

@test "two that ingest at once, and each a half of every probe, leave it too" {
	now=$(date +%s)
	for ((i = 20; i > 0; i--)); do
		probes demo us-east-1 $((now - 30 * i))
	done >all
	aggregate ingest <all
	redis_dump >once
	redis flushall
	aggregate ingest <all &
	aggregate ingest <all
	wait $!
	redis_dump | diff once -
	redis flushall
	awk 'NR % 2' all | aggregate ingest &
	awk 'NR % 2 == 0' all | aggregate ingest
	wait $!
	redis_dump | diff once -
}

@test "what started in one hour of a server is one call of the script, from all regions" {
	for region in us-east-1 eu-west-2 ap-south-1; do
		for slug in one two; do
			probes "$slug" "$region" $T
			probes "$slug" "$region" $((T + 60))
		done
		probes one "$region" $((T + 3600))
	# A list that is told takes a call of its own.
	done | jq -c 'del(.tools)' >all
	redis config resetstat
	aggregate ingest <all
	redis info commandstats | grep '^cmdstat_evalsha:calls=3,'
	redis flushall
	redis config resetstat
	# More than a call takes.
	for ((i = 0; i < 65; i++)); do probes one "r-$i" $T; done |
		jq -c 'del(.tools)' | aggregate ingest
	redis info commandstats | grep '^cmdstat_evalsha:calls=2,'
}

@test "the keys are those of the contract" {
	probes demo us-east-1 $T.25 | aggregate ingest
	[ "$(redis get "probe:demo:$T:us-east-1" | jq length)" -eq 9 ]
	[ "$(redis smembers "probe:demo:$T:reporters")" = us-east-1 ]
	[ "$(redis get probe:demo:us-east-1:tool-hash)" = "$(printf 'a%.0s' {1..64})" ]
	[ "$(redis ttl "probe:demo:$T:us-east-1")" -gt 86300 ]
	[ "$(redis ttl "probe:demo:$T:reporters")" -gt 500 ]
	[ "$(redis ttl probe:demo:latest)" -gt 604700 ]
}

@test "the configuration says how long probes are kept" {
	cat >fleet.yaml <<-EOT
	store: $MCP_STORE
	retention: 2h
	regions: [{name: us-east-1}, {name: eu-west-2}, {name: sa-east-1}]
	EOT
	probes demo us-east-1 $((T + 2)) | MCP_STORE= aggregate ingest -c fleet.yaml
	[ "$(redis ttl "probe:demo:$T:us-east-1")" -gt 7100 ]
	[ "$(redis ttl "probe:demo:$T:us-east-1")" -le 7200 ]
	[ "$(redis ttl "probe:demo:$T:reporters")" -le 7200 ]
	probes demo us-east-1 $((T + 2)) >one
	run -2 aggregate ingest -c nosuch.yaml <one
	[[ $output == "mcp-aggregate: nosuch.yaml: No such file"* ]]
}

@test "the first probe of a window wins it, and later ones count as well" {
	probes demo us-east-1 $((T + 40)) tools-list | aggregate ingest
	probes demo us-east-1 $((T + 10)) | aggregate ingest
	[ "$(redis get "probe:demo:$T:us-east-1" | jq -r '.[0].probe_id')" = "us-east-1-$((T + 10))" ]
	[ "$(redis hget probe:demo:latest us-east-1 | wc -l)" -eq 2 ]
}

@test "a minute is published once, and counted once" {
	for r in us-east-1 eu-west-2 sa-east-1; do
		probes demo $r $((T + 2))
	done | aggregate ingest
	aggregate verdict -N $((T + 10)) >first
	[ "$(field demo verdict)" = green ]
	[ "$(field demo as_of)" = 2026-11-21T11:28:00Z ]
	[ "$(field demo uptime_30d)" = 100.00 ] || [ "$(field demo uptime_30d)" = 100 ]
	# What arrives in between does not change what was said.
	for r in us-east-1 eu-west-2; do
		probes demo $r $((T + 20)) dns dns.nxdomain
	done | aggregate ingest
	aggregate verdict -N $((T + 30)) >second
	diff first second
	[ "$(redis hgetall probe:demo:minutes | paste -sd ' ')" = "$((T / 86400)):green 1 upto $T" ]
	run -1 aggregate verdict -s demo -N $((T + 62))
	[ "$(field demo verdict)" = red ]
	[ "$(field demo uptime_30d)" = 50.00 ] || [[ $(field demo uptime_30d) == 50?(.00) ]]
	# An earlier minute comes too late.
	aggregate verdict -N $((T + 30)) >late || [ $? -eq 1 ]
	[ "$(jq -r .window late)" -eq $((T + 60)) ]
	[ "$(redis hget probe:demo:minutes upto)" -eq $((T + 60)) ]
}

# round FROM UNTIL: a round of mcp-fleet says that it is under way; or, without
# these, that none is.
round() {
	jq -cn --argjson at "${1:-0}" --argjson until "${2:-0}" '{v: 1, type: "spool",
		host: "here", folder: "/spool", at: now, waiting: 0, set_aside: 0,
		files: [], round_at: $at, round_until: $until} |
		if .round_at == 0 then del(.round_at, .round_until) else . end' |
		aggregate ingest
}

minutes() {
	redis hgetall probe:demo:minutes | paste -d ' ' - - | grep '^[0-9]' | cut -d : -f 2 |
		sort | paste -sd ' '
}

@test "a minute that is judged while its round is under way is judged again, and counted once" {
	for r in us-east-1 eu-west-2 sa-east-1; do
		probes demo $r $((T + 2))
	done | aggregate ingest
	aggregate verdict -N $((T + 10)) >/dev/null
	[ "$(minutes)" = 'green 1' ]
	# Two regions fail, and one has not reported yet.
	for r in us-east-1 eu-west-2; do
		probes demo $r $((T + 62)) dns dns.nxdomain
	done | aggregate ingest
	round $((T + 60)) $((T + 120))
	aggregate verdict -s demo -N $((T + 71)) >first || [ $? -eq 1 ]
	jq -e '.verdict == "red" and .awaited == ["sa-east-1"]' first
	[ "$(minutes)" = 'green 1 red 1' ]
	# While nothing comes, what was said stands.
	aggregate verdict -s demo -N $((T + 76)) >again || [ $? -eq 1 ]
	diff first again
	[ "$(redis hexists probe:demo:minutes early)" = 1 ]
	# It did; one of the others was asked once more, and answered.
	probes demo sa-east-1 $((T + 63)) | aggregate ingest
	probes demo eu-west-2 $((T + 92)) | aggregate ingest
	round
	aggregate verdict -N $((T + 95)) >last
	jq -e '.verdict == "amber" and has("awaited") == false and .uptime_30d == 100' last
	[ "$(field demo verdict)" = amber ]
	[ "$(minutes)" = 'amber 1 green 1' ]
	[ "$(redis hexists probe:demo:minutes early)" = 0 ]
	# From now on the minute is published once.
	probes demo sa-east-1 $((T + 97)) dns dns.nxdomain | aggregate ingest
	aggregate verdict -N $((T + 99)) | diff last -
}

@test "a round that begins in a minute that is published already is judged in it, too" {
	for r in us-east-1 eu-west-2 sa-east-1; do
		probes demo $r $((T - 30))
	done | aggregate ingest
	aggregate verdict -N $((T + 3)) >/dev/null
	[ "$(minutes)" = 'green 1' ]
	for r in us-east-1 eu-west-2; do
		probes demo $r $((T + 30)) dns dns.nxdomain
	done | aggregate ingest
	round $((T + 30)) $((T + 90))
	aggregate verdict -s demo -N $((T + 41)) >first || [ $? -eq 1 ]
	jq -e '.verdict == "red" and .awaited == ["sa-east-1"] and .uptime_30d == 0' first
	[ "$(minutes)" = 'red 1' ]
	probes demo sa-east-1 $((T + 31)) dns dns.nxdomain | aggregate ingest
	round
	aggregate verdict -s demo -N $((T + 55)) >last || [ $? -eq 1 ]
	jq -e '.tier == "hard-outage" and has("awaited") == false' last
	[ "$(minutes)" = 'red 1' ]
	# All was there before the round was over.
	round $((T + 60)) $((T + 120))
	for r in us-east-1 eu-west-2 sa-east-1; do
		probes demo $r $((T + 61))
	done | aggregate ingest
	aggregate verdict -N $((T + 71)) >first
	round
	aggregate verdict -N $((T + 95)) | diff first -
	[ "$(redis hexists probe:demo:minutes early)" = 0 ]
}

@test "a round that was killed while it was under way holds nothing back" {
	for r in us-east-1 eu-west-2 sa-east-1; do
		probes demo $r $((T + 2))
	done | aggregate ingest
	round $((T + 60)) $((T + 120))
	probes demo us-east-1 $((T + 62)) dns dns.nxdomain | aggregate ingest
	aggregate verdict -N $((T + 71)) >first
	jq -e '.verdict == "amber" and .awaited == ["eu-west-2", "sa-east-1"]' first
	# What the next one stores says nothing of it; and time alone ends it, too.
	aggregate verdict -N $((T + 121)) | jq -e 'has("awaited") == false'
	for r in us-east-1 eu-west-2 sa-east-1; do
		probes demo $r $((T + 182))
	done | aggregate ingest
	aggregate verdict -N $((T + 185)) | jq -e '.verdict == "green" and has("awaited") == false'
	[ "$(minutes)" = 'amber 2 green 1' ]
}

@test "ten that judge at once count a minute once" {
	for r in us-east-1 eu-west-2 sa-east-1; do
		probes demo $r $((T + 2))
	done | aggregate ingest
	for ((i = 0; i < 10; i++)); do
		aggregate verdict -N $((T + 10 + i)) >"out$i" &
	done
	wait
	[ "$(redis hget probe:demo:minutes $((T / 86400)):green)" -eq 1 ]
	[ "$(cat out* | sort -u | wc -l)" -eq 1 ]
}

@test "unknown is written and never published" {
	probes demo us-east-1 $((T + 2)) | aggregate ingest
	probes demo eu-west-2 $((T - 900)) | aggregate ingest
	run -0 aggregate verdict -N $((T + 10))
	[ "$(jq -r .verdict <<<"$output")" = unknown ]
	[ "$(redis exists probe:demo:verdict)" -eq 0 ]
}

@test "who judges the past says nothing about when anybody judged" {
	probes demo us-east-1 $T.25 | aggregate ingest
	aggregate verdict --now $((T + 60)) >/dev/null
	[ "$(redis hget fleet:heartbeats verdict)" = $((T + 60)).000 ]
	aggregate verdict --now $((T + 30)) >/dev/null
	[ "$(redis hget fleet:heartbeats verdict)" = $((T + 60)).000 ]
	aggregate verdict --now $((T + 90)) >/dev/null
	[ "$(redis hget fleet:heartbeats verdict)" = $((T + 90)).000 ]
}

@test "p95 is within 1 % over the probes that were not broken" {
	now=$(date +%s)
	for ((i = 1; i <= 100; i++)); do
		probes demo us-east-1 $((now - 60 * i)) |
			jq -c --argjson ms $((i * 10)) 'if .type == "probe" then .total_ms = $ms else . end'
		probes demo eu-west-2 $((now - 60 * i)) tools-list |
			jq -c 'if .type == "probe" then .total_ms = 30000 else . end'
	done | aggregate ingest
	aggregate verdict -N "$now" >/dev/null || true
	p95=$(field demo p95_ms)
	[ "$p95" -ge 940 ]
	[ "$p95" -le 960 ]
	p50=$(field demo p50_ms)
	[ "$p50" -ge 495 ]
	[ "$p50" -le 505 ]
}

@test "an outage that outlasts what is kept of probes: their last success is known" {
	success() {
		redis get probe:s:verdict | jq -r '.last_success_at - '"$((NOW - 7200))"
	}
	probes s eu $((NOW - 7200)) | aggregate ingest
	aggregate verdict --now $((NOW - 7180)) >/dev/null || true
	[ "$(success)" = 0 ]
	for minute in {1..60}; do
		probes s eu $((NOW - 7200 + 120 * minute)) initialize
	done | aggregate ingest
	aggregate verdict --now "$NOW" >/dev/null || true
	[ "$(success)" = 0 ]
	redis get probe:s:verdict | jq -e '.last_probe_at > .last_success_at + 7000'
	# One that never worked has none.
	probes never eu $((NOW - 20)) initialize | aggregate ingest
	aggregate verdict --now "$NOW" >/dev/null || true
	redis get probe:never:verdict | jq -e 'has("last_success_at") and .last_success_at == null'
}

@test "where a colour changes a line says so, once, and why" {
	told() {
		aggregate verdict --now $((NOW + $1)) 2>&1 >/dev/null | sed 's/^<6>//'
	}
	for r in eu us; do
		probes s $r $((NOW - 170))
		probes never $r $((NOW - 170)) initialize
	done | aggregate ingest
	[ -z "$(told -160)" ]
	{ probes s eu $((NOW - 110)) tools-list http.404; probes s us $((NOW - 110)); } | aggregate ingest
	[ "$(told -100)" = "mcp-aggregate: s: amber, before green: tools-list fails with http.404 from eu" ]
	[ -z "$(told -99)" ]
	for r in eu us; do probes s $r $((NOW - 50)) initialize; done | aggregate ingest
	[ "$(told -40)" = "mcp-aggregate: s: red, before amber: initialize fails with http.503 from eu, us" ]
	for r in eu us; do probes s $r $((NOW + 10)); done | aggregate ingest
	[ "$(told 20)" = "mcp-aggregate: s: green, before red" ]
}

@test "drift is told by name, once, though the probe says the tools only once" {
	h2=$(printf 'e%.0s' {1..64})
	for r in us-east-1 eu-west-2; do
		probes demo $r $((T + 2))
	done | aggregate ingest
	aggregate verdict -N $((T + 10)) >/dev/null
	for r in us-east-1 eu-west-2; do
		probes demo $r $((T + 62)) | jq -c --arg h "$h2" '
			if .type == "probe" then .tool_hash = $h |
			.tools = {"fetch": [$h, $h]} else . end'
	done | aggregate ingest
	aggregate verdict -N $((T + 70)) >out
	jq -e '.drift | length == 2 and all(.added == ["fetch"] and .removed == ["get"])' out
	for r in us-east-1 eu-west-2; do
		probes demo $r $((T + 122)) | jq -c --arg h "$h2" '
			if .type == "probe" then .tool_hash = $h | del(.tools) else . end'
	done | aggregate ingest
	aggregate verdict -N $((T + 130)) >out
	jq -e '.drift == []' out
}

@test "lists of tools that nobody sees any more do not pile up" {
	for r in us-east-1 eu-west-2; do
		probes demo $r $((T + 2))
	done | aggregate ingest
	for ((i = 0; i < 70; i++)); do
		redis hset probe:demo:tools "$(printf '%064d.%064d' "$i" "$i")" '{}'
	done >/dev/null
	aggregate verdict -N $((T + 10)) >/dev/null
	[ "$(redis hkeys probe:demo:tools | grep -vcE "^(seen|stood|listed|colour|success|healthy):")" -eq 1 ]
	[ "$(redis hkeys probe:demo:tools | grep -c ^seen:)" -eq 2 ]
	redis hget probe:demo:tools "$(printf 'a%.0s' {1..64}).$(printf 'b%.0s' {1..64})" | jq -e .get
}

@test "of the lists of tools before a deployment only the one that it replaced stays" {
	saw() { # LETTER SECONDS: both regions see the list of this letter
		for r in us-east-1 eu-west-2; do
			probes demo $r $((T + $2 + 2)) | jq -c --arg h "$(printf "$1%.0s" {1..64})" '
				if .type == "probe" then .tool_hash = $h | .full_hash = $h else . end'
		done | aggregate ingest
		aggregate verdict -N $((T + $2 + 10)) >/dev/null
	}
	# The lists that are there; those were named three days ago.
	lists() {
		redis --raw hkeys probe:demo:tools | grep -E '^[0-9a-f]{64}\.' | cut -c1 |
			sort | paste -sd ''
		redis --raw hkeys probe:demo:tools | grep ^listed: | while read -r f; do
			redis hset probe:demo:tools "$f" $((T - 3 * 86400))
		done >/dev/null
	}
	saw 0 0
	[ "$(lists)" = 0 ]
	saw 1 60
	[ "$(lists)" = 01 ]
	saw 1 120
	[ "$(lists)" = 01 ]
	saw 2 180
	[ "$(lists)" = 12 ]
	# Where only one region has the next one, the other one's stays.
	redis hset probe:demo:tools seen:far "session $(printf '1%.0s' {1..64}).$(printf '1%.0s' {1..64}) 5" >/dev/null
	saw 3 240
	[ "$(lists)" = 123 ]
	[ "$(redis hkeys probe:demo:tools | grep -c ^listed:)" -eq 3 ]
}

@test "a store at an IPv6 address, and a number of its own" {
	until port=$((20000 + RANDOM % 12000))
		[[ $(redis config set bind ::1 port "$port" 2>&1) == OK ]]; do
		:
	done
	probes demo us-east-1 $((NOW - 5)) >one
	export MCP_STORE="redis://[::1]:$port/3"
	aggregate ingest <one
	[ "$(redis -n 3 exists probe:demo:latest)" = 1 ]
	[ "$(redis exists probe:demo:latest)" = 0 ]
	"$BIN/mcp-alert" list --format jsonl
	GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET PATH_INFO=/healthz "$BIN/mcp-serve" >answer
	[ "$(tail -n 1 answer | jq -r .store)" = ok ]
	redis config set port 0
	run -3 aggregate ingest <one
	[ "$output" = "mcp-aggregate: store: [::1]:$port: Connection refused" ]
}

@test "no store, one that is killed, read-only or full: said, and exit 3" {
	probes demo us-east-1 $((T + 2)) >one
	MCP_STORE=unix://$PWD/nosuch run -3 aggregate ingest <one
	[[ $output == "mcp-aggregate: store: $PWD/nosuch: "* ]]
	MCP_STORE=redis://127.0.0.1:1 run -3 aggregate verdict
	[[ $output == "mcp-aggregate: store: 127.0.0.1:1: "* ]]
	unset MCP_STORE
	run -3 aggregate ingest <one
	[[ $output == *"not configured: use --store, or set MCP_STORE"* ]]
	run -3 aggregate ingest --store redis://user:secret@127.0.0.1 <one
	[[ $output != *secret@* && $output == *"password"* ]]
	export MCP_STORE=unix://$REDIS_SOCK
	redis config set maxmemory 1 >/dev/null
	run -3 aggregate ingest <one
	[[ $output == *OOM* ]]
	redis config set maxmemory 0 >/dev/null
	redis replicaof 127.0.0.1 1 >/dev/null
	run -3 aggregate ingest <one
	[[ $output == *READONLY* ]]
	redis replicaof no one >/dev/null
	run -0 aggregate ingest <one
}

# bats test_tags=later
@test "a store that is killed in mid-ingest: exit 3, and once more heals it" {
	# By default Redis may hold writes back while it syncs earlier ones: a kill
	# could then lose all of them.
	redis_start "$BATS_TEST_TMPDIR/own" --appendfsync no
	now=$(date +%s)
	for ((i = 3; i > 0; i--)); do
		probes demo us-east-1 $((now - 60 * i))
	done >few
	# One line of jq for many probes: each under slugs of its own.
	jq -c --argjson n 700 'range($n) as $i | .slug = "demo-\($i)"' few |
		sort -s -t'"' -k10,10 >all
	aggregate ingest <all
	redis_dump >whole
	redis flushall
	mkfifo in
	aggregate ingest <in >out 2>&1 &
	ingest=$!
	exec {feed}>in
	head -n 9000 all >&"$feed"
	until [ "$(redis dbsize)" -gt 100 ]; do kill -0 "$ingest"; done
	kill -KILL "$REDIS_PID"
	tail -n +9001 all >&"$feed" 2>/dev/null || true
	exec {feed}>&-
	status=0
	wait "$ingest" || status=$?
	[ "$status" -eq 3 ]
	grep -q '^mcp-aggregate: store: ' out
	redis_start "${REDIS_SOCK%/sock}"
	[ "$(redis dbsize)" -gt 0 ]
	aggregate ingest <all
	redis_dump | diff -q whole -
	redis_stop
}

@test "a refused line is named, and the others are stored" {
	{
		probes demo us-east-1 $((T + 2)) | head -n 3
		echo '{"v":2,"type":"step"}'
		probes demo us-east-1 $((T + 2)) | tail -n +4
	} >lines
	run -2 aggregate ingest <lines
	[[ $output == *"line 4: v: "* ]]
	[ "$(redis get "probe:demo:$T:us-east-1" | jq length)" -eq 9 ]
	run -2 aggregate ingest </dev/null
	[[ $output == *"no records"* ]]
}

@test "a runner that could not report is kept, and says nothing of a server" {
	echo '{"v":1,"type":"runner","region":"eu-west-2","at":1795260485.5,"status":"timeout"}' |
		aggregate ingest
	[ "$(redis hget fleet:runners eu-west-2 | jq -r .status)" = timeout ]
	run -2 aggregate verdict
	[[ $output == *"no server is in the store"* ]]
}

# minute N WHAT CODE: three regions report in the Nth minute, that it works or fails,
# and it is judged.
minute() {
	local r
	for r in us-east-1 eu-west-2 sa-east-1; do
		probes demo $r $((T + 60 * $1 + 2)) ${2:+"$2" "${3:-http.503}"}
	done | aggregate ingest
	aggregate verdict -c fleet.yaml -N $((T + 60 * $1 + 20)) >/dev/null || [ $? -eq 1 ]
}

@test "red minutes of a maintenance are counted beside, and count where nobody says else" {
	local day=$((T / 86400)) counts
	for counts in true false; do
		redis flushall
		cat >fleet.yaml <<-EOT
		store: $MCP_STORE
		site: {maintenance_counts: $counts}
		regions: [{name: us-east-1}, {name: eu-west-2}, {name: sa-east-1}]
		accounts: [{name: acme, token_sha256: $(printf 'a%.0s' {1..64})}]
		servers: [{slug: demo, url: "https://demo.example/mcp", account: acme}]
		EOT
		redis hset fleet:maintenance m-1 "$(jq -cn --argjson at $((T + 60)) '{v: 1,
			type: "maintenance", id: "m-1", slugs: [], accounts: ["acme"],
			starts_at: $at, ends_at: ($at + 120), every: null, zone: null,
			reason: "disks", by: "me", ended_at: null}')"
		minute 0
		minute 1 tools-list
		minute 2
		minute 3 tools-list
		[ "$(redis hget probe:demo:minutes "$day:green")" -eq 2 ]
		[ "$(redis hget probe:demo:minutes "$day:red")" -eq 2 ]
		[ "$(redis hget probe:demo:minutes "$day:red-maintenance")" -eq 1 ]
		redis get fleet:site | jq -e ".maintenance_counts == $counts"
		if [ "$counts" = true ]; then
			[[ $(field demo uptime_30d) == 50?(.00) ]]
		else # two of three
			[ "$(field demo uptime_30d)" = 66.66 ]
		fi
	done
	run ! grep -q here <(redis hget fleet:servers demo)
	# Two that this machine probes from are one place, unless one says where it is.
	sed -i 's/^regions:.*/regions: [{name: us-east-1, runner: local}, {name: eu-west-2, runner: local}, {name: sa-east-1, runner: local, position: [1, 2]}]/; /^site:/d' fleet.yaml
	minute 4
	[ "$(redis hget fleet:servers demo | jq -c '[.regions[] | .here]')" = '[true,true,null]' ]
	[[ $(field demo uptime_30d) == 60?(.00) ]]
}

# counted FIELD: so many minutes of the day are counted as that.
counted() {
	redis hget probe:demo:minutes "$((T / 86400)):$1"
}

@test "minutes in which our checks are kept out are counted beside, and are no uptime" {
	cat >fleet.yaml <<-EOT
	store: $MCP_STORE
	regions: [{name: us-east-1}, {name: eu-west-2}, {name: sa-east-1}]
	servers: [{slug: demo, url: "https://demo.example/mcp"}]
	EOT
	minute 0
	minute 1 initialize
	minute 2
	minute 3 auth-initialize auth.rejected
	[ "$(field demo verdict) $(field demo checks)" = "red refused" ]
	[ "$(counted red) $(counted red-unchecked)" = "2 1" ]
	[ "$(field demo uptime_30d)" = 66.66 ]
	minute 4
	for i in 10 11 12 13; do minute $i initialize http.429; done
	[ "$(field demo verdict) $(field demo checks)" = "amber rate-limited" ]
	[ "$(counted green) $(counted amber) $(counted amber-unchecked)" = "5 2 2" ]
	# Of nine minutes three are not known, and one of the other six is red.
	[ "$(field demo uptime_30d)" = 83.33 ]
	# A refusal is known to be one however long ago the credential worked.
	for i in {30..48}; do minute $i tools-list auth.refresh-needed; done
	[ "$(field demo verdict) $(field demo checks)" = "red refused" ]
	[ "$(field demo uptime_30d)" = 83.33 ]
	run -1 aggregate explain demo -c fleet.yaml --at $((T + 60 * 48 + 20))
	[[ $output == *"Our credential is refused, which worked before"* ]]
	[[ $output == *"not count in its uptime"* ]]
}

@test "readers are told what the configuration hides, and at which wall a server stands" {
	cat >fleet.yaml <<-EOT
	store: $MCP_STORE
	regions: [{name: us}, {name: eu}, {name: sa}]
	defaults:
	  - {match: [quiet-*], tools: private}
	servers:
	  - {slug: plain, url: "https://a.example/"}
	  - {slug: quiet-one, url: "https://b.example/", endpoint: private}
	  - {slug: quiet-two, url: "https://c.example/", tools: public}
	  - {slug: walled, url: "https://d.example/", auth: {mode: oauth, credential: d}}
	servers_from: [list.jsonl]
	EOT
	echo '{"v":1,"slug":"listed","url":"https://e.example/","tools":"private","auth":{"bare_401":true}}' >list.jsonl
	aggregate verdict -c fleet.yaml >verdicts 2>err || [ $? -eq 1 ]
	for slug in plain quiet-one quiet-two walled listed; do
		redis hget fleet:servers "$slug" |
			jq -c --arg slug "$slug" '[$slug, .endpoint_private, .tools_private, .auth]'
	done >told
	diff - told <<-EOT
	["plain",null,null,null]
	["quiet-one",true,true,null]
	["quiet-two",null,null,null]
	["walled",null,null,"oauth"]
	["listed",null,true,"bare"]
	EOT
	sed -i 's/tools: public/tools: perhaps/' fleet.yaml
	run -2 aggregate verdict -c fleet.yaml
	[[ $output == *'fleet.yaml:8:'*'tools'* ]]
}
