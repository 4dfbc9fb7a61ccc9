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
	for try in "2|$KEY|--public, --postmortem or --state is needed" \
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

# group: a configuration with a group of two of three servers, and a webhook.
group() {
	hook ops
	cat >fleet.yaml <<-END
		store: $MCP_STORE
		regions: [{name: ap}, {name: eu}, {name: us}]
		site: {url: "https://status.example.com/"}
		servers:
		  - {slug: example-mcp, url: "https://mcp.example.com/mcp", group: Search tools}
		  - {slug: two, url: "https://two.example.com/mcp", group: Search tools}
		  - {slug: three, url: "https://three.example.com/mcp"}
		alerts:
		  routes:
		    - $HOOK}
	END
	export MCP_CONFIG=$PWD/fleet.yaml
}

# page PATH [MINUTES]: what mcp-serve says, of servers that are there, so much after T.
page() {
	local slug
	for slug in example-mcp two three; do
		redis hset fleet:servers $slug '{"private":false,"interval":60}' >/dev/null
	done
	env REQUEST_METHOD=GET REQUEST_URI="$1" "$BIN/mcp-serve" \
		--now $((T + 60 * ${2:-9} + 30)) >page
	grep -q '^Status: 200' page
}

@test "what no probe sees is opened by hand, moved on, shown and closed" {
	group
	minutes 0 1 | alert 0
	alert 0 open -N $((T + 70)) --by ann --title 'Stale <results>' \
		--text 'We look into it.' example-mcp -f text
	grep -q 'manual_started  example-mcp: Stale <results>; opened by ann: We look into it\.$' out
	grep -qx 'https://status.example.com/status/example-mcp/incident/2026-04-29-2032-incident' out
	# The probes say how the server is; the page has both.
	minutes 2 3 | alert 0
	[ ! -s out ]
	page /status/example-mcp 3
	grep -q '>Stale &lt;results&gt;</a> <small>investigating</small>' page
	grep -q '<p>We look into it\.</p>' page
	# Twice is once; another has to wait; and it is the slug that is wrong.
	alert 0 open -N $((T + 75)) --title 'Stale <results>' --text again example-mcp
	grep -q "warning: example-mcp: 'Stale <results>' is open already" err
	alert 1 open -N $((T + 80)) --title Other --text x example-mcp
	grep -q "example-mcp: 'Stale <results>' is open; note it, or close it first" err
	alert 0 note -N $((T + 240)) --by bob --state identified --public 'An old index.' \
		-f text example-mcp
	grep -q 'manual_updated  .*; cause identified by bob: An old index\.$' out
	alert 0 note -N $((T + 250)) --public 'Half is done.' example-mcp
	alert 0 list -f text
	grep -q 'manual .*example-mcp: Stale <results> (identified) (notified ops)' out
	alert 0 explain -N $((T + 260)) -f text example-mcp
	grep -A4 '^P2 manual, open since 20:32' out >said
	diff said - <<-END
		P2 manual, open since 20:32
		  why: ann opened it by hand, since 20:32
		  title: Stale <results>
		  state: identified since 20:35
		  public: 20:35: Half is done.
	END
	alert 0 explain -N $((T + 260)) example-mcp
	[ "$(jq -c '.incidents[0] | [.state, .title, (.updates[] | .what, .state, .text)]' out)" = \
		'["identified","Stale <results>","note",null,"Half is done.","updated","identified","An old index.","started",null,"We look into it."]' ]
	alert 0 close -N $((T + 400)) --by ann --reason 'canary reason' --public 'A new index.' example-mcp
	[ "$(got ops)" = 'manual_started manual_updated manual_resolved' ]
	[ "$(jq -r '.event | .state, .dedup_key' ops/got | sort | uniq -c | tr -s ' \n' ' ')" = \
		" 3 example-mcp:manual:$((T + 60)) 1 identified 1 investigating 1 resolved " ]
	# Everybody reads it, the newest first, and not who did it, or why.
	page /status/example-mcp/incident/2026-04-29-2032-incident
	tr '\n' ' ' <page | grep -q 'Resolved:</b> A new index\..*operator:</b> Half is done\..*Identified:</b> An old index\..*Investigating:</b> We look into it\.'
	run ! grep -q 'canary\|ann\|bob' page
	page /status/example-mcp/feed.atom
	grep -q '<title>example-mcp: Stale &lt;results&gt; (resolved)</title>' page
	grep -q 'We look into it\. .* Resolved\. From the operator: A new index\.' page
	page /feed.atom
	grep -q '<title>example-mcp: Stale &lt;results&gt; (resolved)</title>' page
	# One of the same minute would have its name.
	alert 0 open -N $((T + 430)) --title A --text x three
	alert 0 close -N $((T + 440)) --reason x three
	alert 1 open -N $((T + 450)) --title B --text x three
	grep -q 'three: one of this minute was closed just now' err
}

@test "a group, or all, share one that is opened by hand; routes hear of it once" {
	group
	alert 0 open -N $((T + 10)) --title Own --text x two
	alert 0 open -N $((T + 20)) --severity P1 --title 'No <mail>' --text 'We know.' 'search tools'
	grep -q "warning: two: 'Own' is open there, and stays" err
	jq -e '.servers == ["example-mcp"] and .severity == "P1" and .server_slug == "*"' out
	alert 0 close -N $((T + 30)) --reason x two
	alert 0 close -N $((T + 60)) --reason 'too early' 'Search tools'
	alert 0 open -N $((T + 120)) --title 'No <mail>' --text 'We know.' 'Search tools'
	jq -e '.servers == ["example-mcp", "two"]' out
	alert 0 open -N $((T + 125)) --title 'No <mail>' --text 'We know.' 'Search tools'
	[ ! -s out ]
	alert 1 open -N $((T + 125)) --title Other --text 'We know.' 'Search tools'
	rm ops/got
	alert 0 note -N $((T + 180)) --state monitoring --public 'It is on its way.' 'Search tools'
	alert 0 note -N $((T + 185)) --public 'Half is there.' 'Search tools'
	for slug in example-mcp two; do
		page /status/$slug/incident/2026-04-29-2033-incident
		grep -q '<b>Monitoring:</b> It is on its way\.' page
		grep -q 'operator:</b> Half is there\.' page
	done
	# One of them is over before the others.
	alert 0 close -N $((T + 200)) --reason 'works here' two
	alert 0 list
	[ "$(jq -c 'select(.servers) | .servers' out)" = '["example-mcp"]' ]
	alert 0 close -N $((T + 240)) --reason 'all is well' 'Search tools'
	[ "$(got ops)" = 'manual_updated manual_resolved' ]
	alert 0 list
	[ ! -s out ]
	alert 0 open -N $((T + 300)) --title Power --text 'All is dark.' all
	jq -e '.server_count == 3' out
	alert 0 close -N $((T + 360)) --reason 'all is well' all
	alert 0 list
	[ ! -s out ]
	alert 1 note --state monitoring 'Search tools'
	grep -q 'Search tools: no incident is open there' err
	alert 1 close --reason x 'Search tools'
	grep -q 'Search tools: nothing is open there' err
}

@test "a private one is for the routes alone" {
	group
	alert 0 open -N $((T + 10)) --title 'canary title' --reason 'canary text' three
	[ "$(got ops)" = manual_started ]
	alert 1 note -N $((T + 20)) --public x three
	grep -q 'three: no public incident is open there' err
	alert 0 note -N $((T + 30)) --state monitoring three
	[ ! -s ops/wrong ] && [ "$(got ops)" = 'manual_started manual_updated' ]
	[ "$(redis exists alert:three:incidents)" = 0 ]
	alert 0 history three
	grep -q 'canary text' out
	for path in / /status/three /status/three/feed.atom /feed.atom; do
		page $path
		run ! grep -q 'canary\|open incident\|manual' page
	done
	alert 0 close -N $((T + 90)) --reason 'canary reason' --public 'canary' three
	for path in / /status/three /status/three/feed.atom /status/three/history/2026-04; do
		page $path
		run ! grep -q canary page
	done
}

@test "what people open is refused where it is no line, and above a hundred" {
	group
	for try in "2||x|three|--title: not a line of text of up to 100 bytes" \
		"2|$(printf '%101s' '' | tr ' ' x)|x|three|--title: not a line" \
		"2|a|$(printf '%501s' '' | tr ' ' x)|three|--text: not a line of text of up to 500 bytes" \
		$'2|a\tb|x|three|--title: not a line' $'2|a|\e[1m|three|--text: not a line' \
		"2|a| |three|--text: not a line" "2|a|x|exmaple-mcp|did you mean 'example-mcp'?" \
		"2|a|x|No group|'No group': neither a server nor a group of the configuration, nor all"; do
		IFS='|' read -r status title text what words <<<"$try"
		alert "$status" open --title "$title" --text "$text" "$what"
		grep -qF -- "$words" err || { echo "$try"; cat err; return 1; }
	done
	alert 2 open --title a three
	grep -qF 'open: --text, which visitors read, or --reason is needed, not both' err
	alert 2 open --title a --text b --reason b three
	grep -q 'is needed, not both' err
	alert 2 open --private --title a three
	grep -qF -- '--private: this option was removed: write --reason, which visitors' err
	alert 2 open --text a three
	grep -q 'open: --title is missing' err
	alert 2 open --title a --text b --severity P4 three
	grep -q "severity: 'P4' is not P1, P2 or P3" err
	alert 2 note --state finished three
	grep -q "'finished' is not investigating, identified or monitoring" err
	alert 2 note --state resolved three
	grep -q "; 'mcp-alert close' resolves it" err
	[ "$(redis exists alert:three)" = 0 ]
	sed -i '/two,/,/three,/d' fleet.yaml
	for ((i = 1; i <= 101; i++)); do
		echo "  - {slug: s$i, url: \"https://s.example.com/$i\"}"
	done >many
	sed -i '/^servers:/r many' fleet.yaml
	seq -f s%g 100 | xargs -P 4 -I{} "$BIN/mcp-alert" open --title a --text b {} >/dev/null
	alert 2 open --title a --text b s101
	grep -q '100 incidents are open by hand already' err
}
