#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: whatever anybody asks, no page, feed, image, calendar, manual or answer of MCP
# holds what is not public. Every slot of the store that is for operators holds the
# word zqcanary; the paths and their parameters are those of serve/http (routes.rows, route.c), so that
# a new route is asked without a new line here. LEAKS_SEED, LEAKS_REQUESTS: what is
# drawn, and how much of it. And whatever becomes of the store meanwhile, the program
# goes on, with no memory lost or used after it was freed. SOAK_SEED: what is drawn;
# SOAK_SECONDS: for how long.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/lighttpd

setup_file() {
	"$ROOT/tests/peers/install"
	redis_start "$BATS_FILE_TMPDIR/redis"
	cd "$BATS_FILE_TMPDIR" || return
	PATH=$(printf '%s:' "$ROOT"/build/peers/node_modules/node-linux-*/bin)$PATH
	END=$(($(date +%s) / 60 * 60))
	export PATH END NOW=$((END + 50)) MCP_CONFIG=$PWD/fleet.yaml
	fill
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export MCP_STORE=unix://$REDIS_SOCK
}

# fill: a fleet of a quarter of an hour, through the real programs.
fill() {
	local m slug
	configure
	records | "$ROOT/tests/helpers/definitions" | faults >probed
	maintenances
	for ((m = END - 840; m <= END; m += 60)); do
		jq -c --argjson m "$m" 'select(.probe_started_at >= $m and
			.probe_started_at < $m + 60)' probed | "$BIN/mcp-aggregate" ingest
		"$BIN/mcp-aggregate" verdict -N $((m + 45)) >verdicts
		"$BIN/mcp-alert" -N $((m + 46)) <verdicts >>events
	done
	jq -cn --argjson at "$END" '{v: 1, type: "runner", region: "eu-west-2", at: $at,
		status: "timeout", version: "zqcanary", message: "zqcanary"}' |
		"$BIN/mcp-aggregate" ingest
	for slug in faulty zqcanary-slug; do
		"$BIN/mcp-alert" ack --by zqcanary-person --for 1h \
			--reason 'zqcanary reason' -N $((NOW - 2)) "$slug"
	done
	"$BIN/mcp-alert" silence add --by zqcanary-person --for 1h --reason zqcanary \
		-N $((NOW - 2)) split
	"$BIN/mcp-alert" note -N $((NOW - 1)) --public 'We replace a certificate.' faulty
	"$BIN/mcp-alert" note -N $((NOW - 1)) --public 'zqcanary note' zqcanary-slug
	"$BIN/mcp-aggregate" report -N "$NOW"
}

configure() {
	cat >fleet.yaml <<-END
		store: $MCP_STORE
		site: {url: "https://status.example.com", title: Example status}
		regions:
		  - {name: us-east-1, provider: zqcanary-provider, asn: 4200000042, host: zqcanary-host}
		  - {name: eu-west-2, provider: zqcanary-provider, host: zqcanary-host-2}
		  - {name: ap-southeast-1, provider: zqcanary-other, host: zqcanary-host-3}
		accounts:
		  - name: zqcanary-account
		    token_sha256: $(sum zqcanary-token)
		    write_token_sha256: $(sum zqcanary-writes)
		servers:
	END
	for slug in demo faulty mended split planned walled zqcanary-slug; do
		hidden=
		[[ $slug != walled && $slug != zq* ]] || hidden=zqcanary-url
		cat <<-END
			  - slug: $slug
			    url: https://${hidden:-$slug}.example/mcp?key=zqcanary-key
			    title: ${slug/#zq*/Zqcanary title}
			    auth: {mode: bearer, credential: zqcanary-credential}
			    health_tool: {name: fetch, arguments: {q: zqcanary-argument}}
			    runbook: https://zqcanary-runbook.example/
			    dashboard: https://zqcanary-dashboard.example/
			    owner: zqcanary owner
			    labels: {zqcanary-label: zqcanary-value}
			    account: zqcanary-account
			    $([[ $slug != zq* ]] || echo 'private: true')
			    $([[ $slug != walled ]] || echo 'tools: private')
			    $([[ $slug != walled ]] || echo 'endpoint: private')
		END
	done >>fleet.yaml
	cat >>fleet.yaml <<-END
		alerts:
		  routes: [{name: zqcanary-route, type: command, command: [/bin/true, zqcanary]}]
		  policies: [{name: zqcanary-policy, steps: [{routes: [zqcanary-route]}]}]
		  runbook: https://zqcanary-runbook.example/
	END
}

sum() {
	printf %s "$1" | sha256sum | cut -d' ' -f1
}

# records: for helpers/definitions, the probes of all servers; a tool gets another name, and
# one region of split never sees it.
records() {
	jq -cn --argjson last "$END" '["us-east-1", "eu-west-2", "ap-southeast-1"] as $regions |
		def tool($slug): if $slug == "walled" or ($slug | startswith("zq")) then
				{name: "zqcanary-\(.)", description: "zqcanary description of \(.)"}
			else {name: ., description: "It is called \(.)."} end +
			{inputSchema: {type: "object", properties: {zqcanary: {type: "string"}}}};
		range($last - 840; $last + 60; 60) as $m | range(3) as $i |
		("demo", "faulty", "mended", "split", "planned", "walled", "zqcanary-slug") as $slug |
		[$slug, $regions[$i], $m + 7 + $i, (["list", if $m < $last - 420 or
			($slug == "split" and $i == 2) then "fetch" else "fetch_data" end] |
			map(tool($slug))), null, (if $slug == "walled" then {state: "auth-walled"}
			else {} end)]'
}

# faults: some of the probes fail, for reasons that are for operators.
faults() {
	jq -c --argjson last "$END" '
		(.slug as $s | .probe_started_at as $t | if $s == "mended" then
			$t > $last - 660 and $t < $last - 420 else
			$t > $last - 420 and ([$s] | inside(["faulty", "planned", "zqcanary-slug"])) end)
			as $fails |
		(if .slug == "mended" then "http.503" else "zqcanary.code" end) as $error |
		if $fails | not then .
		elif .type == "tool" then empty
		elif .type == "probe" then . + {state: "broken", failed_step: "tools-list",
			error: $error, said: "zqcanary said", tool_hash: null, full_hash: null, tool_count: null} | del(.tools)
		elif .n == 6 then . + {status: "fail", error: $error, message: "zqcanary message",
			detail: {"x-cache": "zqcanary-pop", pop: "zqcanary", address: "203.0.113.77"}}
		elif .n > 6 then . + {status: "skip", ms: null}
		else . end'
}

maintenances() {
	"$BIN/mcp-alert" maintenance add --by zqcanary-person -N $((END - 840)) \
		--start $((END - 600)) --end $((END + 3600)) --reason 'New disks.' planned
	"$BIN/mcp-alert" maintenance add --by zqcanary-person -N $((END - 840)) \
		--start $((END + 7200)) --end $((END + 9000)) --reason 'A new version.' demo
	"$BIN/mcp-alert" maintenance add --by zqcanary-person -N $((END - 840)) \
		--start $((END + 7200)) --end $((END + 9000)) --reason 'zqcanary reason' zqcanary-slug
}

@test "nobody is told what is not public, whatever they ask" {
	# The store is full of what may not be told: the test would see it.
	redis_dump >dump
	for word in .code ' message' -pop ' reason' -person ' note' -account -slug \
		' title' -url ' description'; do
		grep -qia "zqcanary$word" dump || { echo "not stored: $word"; false; }
	done
	LC_ALL=C grep -aoE '[0-9a-f]{16,}' dump | grep '[a-f]' | sort -u >hashes
	[ "$(wc -l <hashes)" -ge 8 ] || { cat hashes; false; }
	web_start --now "$NOW"
	node "$ROOT/tests/fixture/leaks.mjs" "$WEB" hashes >told || {
		web_stop
		cat told
		false
	}
	web_stop
	cat told >&3
	# lighttpd takes no body that it does not need.
	run ! grep -v 'warning: the web server did not take the answer' serve.err
}

# soak DIR NOW SECONDS CONDITIONS TOKEN [NAME=OTHER…]: asks the mcp-serve of the
# sanitizers, see soak.mjs, while the store is as it is now, and in other conditions.
soak() {
	local BIN=$ROOT/build/san/bin status=0
	mkdir "$1" && cd "$1" || return
	redis -e eval "redis.call('SELECT', 1) redis.call('FLUSHDB') redis.call('SELECT', 0)
		for _, key in ipairs(redis.call('KEYS', '*')) do
			redis.call('PERSIST', key)
			redis.call('COPY', key, key, 'DB', 1)
		end" 0 >/dev/null
	web_start --now "$2"
	node "$ROOT/tests/fixture/soak.mjs" "$WEB" "$WEB_SERVE" "$REDIS_SOCK" "${@:3}" >told ||
		status=$?
	web_stop
	wait "$WEB_SERVE" || status=$?
	! grep -qE 'Sanitizer|runtime error' serve.err || status=99
	if [ "$status" -ne 0 ]; then
		cat told
		grep -v '^mcp-serve: ' serve.err | head -n 60
		return "$status"
	fi
	cat told >&3
	cd ..
}

@test "no request ends the program, whatever the store holds by then" {
	[ -x "$ROOT/build/san/bin/mcp-serve" ] || skip "not built with SAN=1"
	seconds=${SOAK_SECONDS:-10}
	[ "$seconds" -gt 0 ] || skip "SOAK_SECONDS is 0"
	soak fleet "$NOW" $((seconds * 7 / 10)) \
		whole,unlisted,outdated,half,empty,changing,damaged zqcanary-token
	# A store as an older version wrote it has no list of servers.
	old=$ROOT/tests/fixture/releases/0.1.0-2026-11-22
	redis flushall >/dev/null
	gzip -d <"$old/snapshot.jsonl.gz" >snap
	"$BIN/mcp-aggregate" restore -N "$(head -n 1 snap | jq .at)" snap
	soak old $(($(<"$old/end") + 50)) $((seconds * 3 / 10)) whole,changing,damaged s3cret \
		demo=fine faulty=down mended=partly split=works W-slug=hidden W-account=acme
}
