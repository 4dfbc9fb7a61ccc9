#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: the index of a larger fleet is true, whoever keeps its rows: it has every
# public server once, and nothing of what is private or gone.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/publish

setup_file() {
	redis_start "$BATS_FILE_TMPDIR/redis"
	START=$(date +%s)
	export START MCP_SOCK=$REDIS_SOCK MCP_STORE=unix://$REDIS_SOCK
	"$ROOT/tests/long/many" "$BIN" "$BATS_FILE_TMPDIR" "$START" 250 2>/dev/null
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
	AS_OF=$((START / 60 * 60)) NOW=$((START / 60 * 60 + 50))
}

# links: the slugs that the last answer leads to, one a line.
links() {
	grep -o '<li><span class="name"><a href="/status/[^"]*' body | sed 's/.*\///'
}

# judge: what the configuration says now is announced, and judged.
judge() {
	"$BIN/mcp-aggregate" verdict --config "$BATS_FILE_TMPDIR/many.yaml" \
		--now $((AS_OF + 31)) >verdicts 2>err || [ $? = 1 ]
}

@test "pages of a hundred have every public server once, the worst first" {
	for page in 1 2 3; do
		get "/?page=$page"
		[ "$CODE" = 200 ]
		links
	done >all
	[ "$(wc -l <all) $(sort -u all | wc -l)" = '248 248' ]
	run ! grep -q 'server-00050\|server-00150' all
	[ "$(head -n 6 all | sort | tr '\n' ' ')" = 'server-00020 server-00040 server-00120 server-00140 server-00220 server-00240 ' ]
	[ "$(sed -n 7,9p all | sort | tr '\n' ' ')" = 'server-00030 server-00130 server-00230 ' ]
	[ "$(sed -n 10,11p all | tr '\n' ' ')" = 'server-00160 server-00060 ' ]
	grep -q '<h2 id="up">Working <small>237, continued<' body
	get /
	[ "$(links | wc -l)" = 100 ]
	grep -q '<b>6</b> not working' body
	grep -q '<span>Working, but not from London<' body
	# The defaults of a pattern give tags, too.
	get '/?tag=beta&limit=100'
	[ "$(links | grep -c '7$')" = 17 ]
}

@test "the page is the same to the byte where nobody keeps the rows" {
	for query in '' '?state=degraded' '?sort=p95&page=2' '?sort=changed' '?tag=beta' '?q=1'; do
		get "/$query"
		cp body "kept-${query//[?&]/,}"
	done
	redis rename fleet:listing away >/dev/null
	for query in '' '?state=degraded' '?sort=p95&page=2' '?sort=changed' '?tag=beta' '?q=1'; do
		get "/$query"
		diff body "kept-${query//[?&]/,}"
	done
	redis rename away fleet:listing >/dev/null
}

@test "where an older program published later, its verdicts count" {
	get '/?state=down'
	[ "$(links | wc -l)" = 6 ]
	publish server-00001 red
	redis hset fleet:heartbeats verdict $((AS_OF + 400)) >/dev/null
	get '/?state=down'
	[ "$(links | wc -l)" = 7 ]
	links | grep -qx server-00001
	redis hset fleet:heartbeats verdict $((AS_OF + 30)) >/dev/null
	get '/?state=down'
	[ "$(links | wc -l)" = 6 ]
	judge
}

@test "a verdict from before there were rows is shown until the next one" {
	publish server-00060 red
	get '/?state=down'
	links | grep -qx server-00060
	grep -q 'server-00060".*Not working from London' body
	redis del probe:server-00060:verdict >/dev/null
	get '/?state=pending'
	[ "$(links | tr '\n' ' ')" = 'server-00160 server-00060 ' ]
}

@test "a row that should not be there shows nothing, and one that is none is passed over" {
	row=$(redis hget fleet:listing server-00120)
	redis hset fleet:listing server-00050 "$row" server-00249x "$row" '../x' "$row" \
		server-00003 'nonsense' >/dev/null
	get '/?state=down'
	[ "$(links | wc -l)" = 6 ]
	run ! grep -q 'server-00050\|server-00249x\|\.\./x' out
	grep -q 'fleet:listing: server-00003: no row' err
	redis hdel fleet:listing server-00249x ../x >/dev/null
	# The next round mends the rest.
	judge
	[ "$(redis hexists fleet:listing server-00050)" = 0 ]
	get '/?q=server-00003'
	[ "$CODE" = 200 ]
}

@test "who becomes private or leaves the configuration is not in the next list" {
	list=$BATS_FILE_TMPDIR/many.jsonl
	cp "$list" before
	sed -i '/server-00020/d; /"server-00040"/s/}$/,"private":true,"account":"acme"}/' "$list"
	judge
	get '/?state=down'
	[ "$(links | sort | tr '\n' ' ')" = 'server-00120 server-00140 server-00220 server-00240 ' ]
	[ "$(redis hexists fleet:listing server-00040)$(redis hexists fleet:listing server-00020)" = 00 ]
	run ! grep -q '00040\|00020' <(redis --raw hgetall fleet:listing)
	cp before "$list"
	judge
	get '/?state=pending'
	[ "$(links | grep -c .)" -ge 2 ]
}

@test "a maintenance, stopped checks and incidents change the rows" {
	redis hset fleet:maintenance m-1 "$(jq -cn --argjson at "$AS_OF" '{v: 1,
		type: "maintenance", id: "m-1", slugs: ["server-0012*"], accounts: [],
		starts_at: ($at - 600), ends_at: ($at + 3000), every: null,
		zone: null, reason: "new disks", by: "canary", ended_at: null}')" >/dev/null
	get '/?state=maintenance&sort=name'
	[ "$(links | wc -l)" = 10 ]
	grep -q 'server-00120".*Under maintenance, not working<.*since' body
	redis del fleet:maintenance >/dev/null
	NOW=$((AS_OF + 720)) get /
	grep -q 'Our own checks have stopped' body
	grep -q '<b>246</b> without recent data' body
	run ! grep -q 'Working' body
	# Notifications that did not arrive; one that waits for its digest does not yet.
	waits='{v: 1, outbox: [{number: 1, body: "\"said\":", deliveries: [{route: "pager"}]}]}'
	redis set alert:server-00020 "$(jq -cn "$waits")" >/dev/null
	redis sadd fleet:undelivered server-00020 nothing >/dev/null
	get /
	run ! grep -q 'Our notifications' body
	redis set alert:server-00020 "$(jq -cn "$waits | .outbox[0].deliveries[0].said = 1777494660.5")" >/dev/null
	get /
	grep -q '<p class="banner" role="status"><b>Our notifications do not arrive.</b>' body
	NOW=$((AS_OF + 720)) get /
	[ "$(grep -c 'class="banner" ' body)" = 1 ]
	redis del alert:server-00020 fleet:undelivered >/dev/null
	# An incident over a server that works puts it before those that just work.
	redis set alert:server-00077 "$(jq -cn --argjson at "$AS_OF" '{v: 1, incidents: [{
		kind: "latency", started: ($at - 100), first: ($at - 100), passed_since: 0,
		failed_at: $at, regions: ["eu-west-2"]}], timeline: []}')" >/dev/null
	redis sadd fleet:open server-00077 server-00050 nothing >/dev/null
	get '/?state=up'
	[ "$(links | head -n 1)" = server-00077 ]
	grep -q '<h2 id="noted">.*<small>1<' body
	# It is so since the incident began, which no state changed before.
	at=$(date -u -d "@$((AS_OF - 100))" +%FT%TZ)
	grep -q "server-00077\".*since <time datetime=\"$at\">" body
	get '/?sort=changed'
	[ "$(links | head -n 1)" = server-00077 ]
	redis del alert:server-00077 fleet:open >/dev/null
}

@test "a server whose tools differ is sorted by when that began" {
	slug=server-00200
	was=$(redis get "probe:$slug:verdict")
	row=$(redis hget fleet:listing "$slug")
	redis set "probe:$slug:verdict" "$(jq -c --argjson at "$((AS_OF - 30))" '.sides = [
		{tool_hash: ("a" * 64), first_seen: ($at - 9000), regions: ["us-east-1", "eu-west-2"]},
		{tool_hash: ("b" * 64), first_seen: $at, regions: ["ap-southeast-1"]}]' <<<"$was")" >/dev/null
	redis hset fleet:listing "$slug" "$(sed 's/ 0 \([-dpwu]*\t\)/ 1 \1/' <<<"$row")" >/dev/null
	get '/?sort=changed'
	[ "$(links | head -n 1)" = "$slug" ]
	at=$(date -u -d "@$((AS_OF - 30))" +%FT%TZ)
	grep -q "$slug\".*Working, but Singapore gets a newer tool list<.*since <time datetime=\"$at\">" body
	grep "$slug" body >kept
	redis rename fleet:listing away >/dev/null
	get '/?sort=changed'
	[ "$(links | head -n 1)" = "$slug" ]
	grep "$slug" body | diff - kept
	redis rename away fleet:listing >/dev/null
	redis set "probe:$slug:verdict" "$was" >/dev/null
	redis hset fleet:listing "$slug" "$row" >/dev/null
}

@test "a maintenance that begins within three days stands in the row" {
	plan() {
		redis hset fleet:maintenance "$1" "$(jq -cn --arg id "$1" --argjson at "$AS_OF" '{v: 1,
			type: "maintenance", $id, slugs: [], accounts: [], every: null, zone: null,
			reason: "canary", by: "canary", ended_at: null} | '"$2")" >/dev/null
	}
	plan m-1 '.slugs = ["server-0000*"] | .starts_at = $at + 7200 | .ends_at = $at + 9000'
	plan m-2 '.slugs = ["server-00004"] | .starts_at = $at + 3600 | .ends_at = $at + 4000'
	plan m-3 '.slugs = ["server-00010"] | .starts_at = $at + 4 * 86400 | .ends_at = $at + 4 * 86400 + 60'
	plan m-4 '.slugs = ["server-00011"] | .starts_at = $at - 3600 | .ends_at = $at - 60'
	plan m-5 '.slugs = ["server-00002"] | .starts_at = $at - 60 | .ends_at = $at + 600'
	plan m-6 '.slugs = ["server-00050"] | .starts_at = $at + 3600 | .ends_at = $at + 4000'
	get '/?sort=name&q=server-000'
	soon=$(date -u -d "@$((AS_OF + 7200))" +%FT%TZ)
	sooner=$(date -u -d "@$((AS_OF + 3600))" +%FT%TZ)
	grep -q "server-00000\".*Working<.*Maintenance from <time datetime=\"$soon\">" body
	grep -q "server-00004\".*Working<.*Maintenance from <time datetime=\"$sooner\">" body
	grep -q 'server-00002".*Under maintenance' body
	[ "$(grep -c 'Maintenance from' body)" = 9 ]
	run ! grep 'server-000\(02\|10\|11\|50\)".*Maintenance from\|canary' body
	grep 'server-00004' body >kept
	redis rename fleet:listing away >/dev/null
	get '/?sort=name&q=server-000'
	grep 'server-00004' body | diff - kept
	redis rename away fleet:listing >/dev/null
	redis del fleet:maintenance >/dev/null
}
