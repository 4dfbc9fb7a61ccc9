#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what operators say to the public stands with the incident that they mean, and
# nothing else that they say does; what became of an incident is kept for 92 days.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

KEY=example-mcp:downtime:$T
LOG=alert:example-mcp:incidents

# public FILTER: what of each update everybody may read, by time.
public() {
	redis --raw hgetall $LOG | jq -Rnr "[inputs as \$field | input | fromjson +
		(\$field | split(\":\") | {first: .[0] | tonumber, at: (.[2] | tonumber / 1000),
		what: .[3]})] | sort_by(.at)[] | [$1] | @tsv" | tr '\t' ' '
}

# An outage of two minutes in two regions, after which a third one fails.
outage() {
	verdict 0 eu,us initialize | alert 0
	verdict 1 ap,eu,us initialize | alert 0
	minutes 2 4 | alert 0
}

@test "an incident's updates are kept: when, what and from where, no reason and no name" {
	verdict 0 eu,us tools-list jsonrpc.malformed | alert 0
	verdict 1 ap,eu,us initialize | alert 0
	alert 0 ack -N $((T + 1830)) --by canary-person --reason 'canary reason' example-mcp
	alert 0 tick -N $((T + 9 * 3600))
	grep -q downtime_reminder out
	minutes 600 602 | alert 0
	diff <(public '.what, .at, .first, (.regions // ["-"] | join(",")), .resolved_at // 0') - <<-END
		started $T $T eu,us 0
		escalated $((T + 60)) $T ap 0
		acknowledged $((T + 1830)) $T - 0
		resolved $((T + 602 * 60)) $T - $((T + 600 * 60))
	END
	! redis --raw hgetall $LOG | grep -i 'canary\|http\|list\|P[123]'
	[ "$(redis ttl $LOG)" -gt $((92 * 86400)) ]
	# The same verdicts again are no news.
	redis --raw hgetall $LOG >before
	verdict 602 | alert 0
	redis --raw hgetall $LOG | diff before -
}

@test "a dry run and a replay keep nothing" {
	verdict 0 eu,us initialize >verdicts
	alert 0 --dry-run <verdicts
	alert 0 replay verdicts
	[ "$(redis dbsize)" = 0 ]
}

@test "a note goes to the open incident of a server, or to the one of a key" {
	routes "{name: log, type: command, command: ['true']}"
	verdict 0 eu,us initialize | alert 0
	alert 0 note -N $((T + 20)) --public 'We know: <a> & "b", é.' example-mcp
	[ "$(<out)" = https://status.example.com/status/example-mcp/incident/2026-04-29-2031-outage ]
	minutes 1 3 | alert 0
	alert 0 note -N $((T + 7200)) --public 'All is well.' \
		--postmortem 'https://www.example.com/why?a=1' "$KEY"
	[ "$(public '.what, .text // empty')" = "started
note We know: <a> & \"b\", é.
resolved
note All is well.
postmortem https://www.example.com/why?a=1" ]
	# Its page is there for everybody, under the same address as before.
	redis hset fleet:servers example-mcp '{"private":false,"interval":60}' >/dev/null
	env REQUEST_METHOD=GET REQUEST_URI=/status/example-mcp/incident/2026-04-29-2031-outage \
		"$BIN/mcp-serve" --now $((T + 90000)) >page
	grep -q '^Status: 200' page
	grep -q 'We know: &lt;a&gt; &amp; &quot;b&quot;, é\.' page
	grep -q 'href="https://www.example.com/why?a=1"' page
	# With the state of the server the incident does not go.
	redis del alert:example-mcp >/dev/null
	env REQUEST_METHOD=GET REQUEST_URI=/status/example-mcp/incident/2026-04-29-2031-outage \
		"$BIN/mcp-serve" --now $((T + 90000)) | diff page -
	alert 0 note -N $((T + 90001)) --public 'Still well.' "$KEY"
}

@test "what is wrong is refused, and nothing is noted" {
	routes "{name: log, type: command, command: ['true']}"
	outage
	redis --raw hgetall $LOG >before
	for try in "2|$KEY|--public or --postmortem is needed" \
		"2|--public= $KEY|--public: not a line of text of up to 500 bytes" \
		$'2|--public=a\nb '"$KEY|--public: not a line" \
		"2|--public=$(printf '%501s' '' | tr ' ' x) $KEY|--public: not a line" \
		"2|--postmortem=javascript:alert(1) $KEY|--postmortem: 'javascript:alert(1)' is not an address" \
		"2|--postmortem=https://a:b@x.example/ $KEY|is not an address" \
		"2|--public=x example-mcp:downtime|neither a slug nor a dedup_key" \
		"2|--public=x example-mcp:nothing:$T|neither a slug nor a dedup_key" \
		"2|--public=x example-mcp:slo_burn:$T|incidents of this kind have no public page" \
		"2|--public=x *:downtime:$T|neither the slug of a server nor a dedup_key" \
		"2|--public=x exmaple-mcp|did you mean 'example-mcp'?" \
		"1|--public=x example-mcp|no public incident is open there" \
		"1|--public=x example-mcp:downtime:$((T + 60))|there is no such incident"; do
		rest=${try#*|} words=${rest%|*}
		args=()
		[[ $words != --* ]] || args=("${words% *}")
		alert "${try%%|*}" note -N $((T + 600)) "${args[@]}" "${words##* }"
		grep -qF -- "${rest##*|}" err || { echo "$try"; cat err; return 1; }
		[ ! -s out ]
	done
	redis --raw hgetall $LOG | diff before -
	alert 3 note --store unix:///nowhere --public x "$KEY"
}

@test "where several incidents are open, one has to be named" {
	# One region fails, and the others see different tools.
	minutes 0 4 eu initialize | jq -c --arg a "$(printf 'a%.0s' {1..64})" '
		.divergence = "cdn-cache-divergence" | .regions[0].tool_hash = $a |
		.regions[2].tool_hash = ($a | gsub("a"; "b"))' | alert 0
	[ "$(redis get alert:example-mcp | jq '[.incidents[] | select(.folded | not)] | length')" = 2 ]
	alert 1 note --public x example-mcp
	grep -q "several incidents are open; one is example-mcp:regional:$T" err
	grep -q "one is example-mcp:cdn_cache_divergence:" err
}

@test "an incident has at most 20 notes, and a server 1000 updates of 93 days" {
	outage
	for ((i = 1; i <= 20; i++)); do
		alert 0 note -N $((T + 600 + i)) --public "note $i" "$KEY"
	done
	alert 2 note -N $((T + 700)) --public x "$KEY"
	grep -q 'it has 20 notes already' err
	n=$(redis hlen $LOG)
	redis hset $LOG "$((T - 93 * 86400 - 60)):latency:1000:started" '{}' \
		"$((T - 93 * 86400)):latency:1000:started" '{}' >/dev/null
	verdict 60 eu,us initialize | alert 0
	# The limit counts from the newest incident on.
	[ "$(redis hlen $LOG)" = $((n + 1)) ]
	args=()
	for ((i = 1; i <= 1000; i++)); do
		args+=("$((T - 86400 + 60 * i)):latency:1000:started" '{}')
	done
	redis hset $LOG "${args[@]}" >/dev/null
	minutes 61 63 | alert 0
	[ "$(redis hlen $LOG)" = 1000 ]
	[ "$(redis --raw hkeys $LOG | grep -c "^$T:downtime")" = "$n" ]
	[ "$(redis --raw hkeys $LOG | sort -n | head -n 1)" != "$((T - 86400 + 60)):latency:1000:started" ]
}
