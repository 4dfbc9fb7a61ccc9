#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: answers hold what was published, with the header fields of the contract, as
# a CGI and through a real web server; clients that may not know of a server cannot
# tell that it exists; and no answer gives a state that is not known.

bats_require_minimum_version 1.5.0
load ../../helpers/serve

setup_file() {
	local hash
	redis_start "$BATS_FILE_TMPDIR/redis"
	hash=$(printf %s "$TOKEN" | sha256sum)
	know example-mcp '.title = "Example <MCP>"'
	publish example-mcp green
	know partly
	publish partly amber
	know broken
	publish broken red
	know waiting
	know veiled '.private = true | .token_sha256 = "'"${hash%% *}"'"'
	publish veiled red
	know locked '.private = true'
	publish locked red
	publish orphan green
	redis hset fleet:heartbeats ingest $((AS_OF + 40)).5 \
		verdict $((AS_OF + 45)) >/dev/null
	redis set fleet:regions '{"window":'"$AS_OF"',"heard":["us-east-1","eu-west-2"],
		"silent":["sa-east-1"]}' >/dev/null
}

@test "the five fields, in their order, with the fields of the contract" {
	get /api/embed-status/example-mcp
	[ "$(<body)" = '{"state":"up","uptime_30d":99.87,"p95_ms":142,"last_probe_ago":"37s","as_of":"2026-04-29T20:31:00Z"}' ]
	cat >want <<-END
		Status: 200 OK
		Cache-Control: public, max-age=60, stale-while-revalidate=300
		ETag: $ETAG
		Vary: Accept-Encoding
		Access-Control-Allow-Origin: *
		Content-Type: application/json; charset=utf-8
		Content-Length: $(wc -c <body)
		X-Content-Type-Options: nosniff

	END
	diff want <(tr -d '\r' <fields)
	get /api/embed-status/partly?x=1
	[ "$(jq -r .state body)" = degraded ]
	get /api/embed-status/broken
	[ "$(jq -r .state body)" = down ]
	[ ! -s err ]
}

@test "HEAD is GET without the body, and 304 has neither body nor type" {
	get /api/embed-status/example-mcp
	cp fields want
	get /api/embed-status/example-mcp REQUEST_METHOD=HEAD
	diff want fields
	[ ! -s body ]
	for tag in "$ETAG" "W/$ETAG" "\"a\", W/\"b\",$ETAG" '*'; do
		get /api/embed-status/example-mcp "HTTP_IF_NONE_MATCH=$tag"
		[ "$CODE" = 304 ]
		[ ! -s body ]
		[ "$(says ETag)" = "$ETAG" ]
		[ "$(says Cache-Control)" = "public, max-age=60, stale-while-revalidate=300" ]
		[ -z "$(says Content-Type)$(says Content-Length)" ]
	done
	get /api/embed-status/example-mcp 'HTTP_IF_NONE_MATCH="v1-2026-04-29T20:30:00Z"'
	[ "$CODE" = 200 ]
}

@test "a verdict that is late shows its age, and after 5 minutes there is none" {
	NOW=$((AS_OF + 119)) get /api/embed-status/example-mcp
	[ "$(says ETag)" = "$ETAG" ]
	NOW=$((AS_OF + 120)) get /api/embed-status/example-mcp
	[ "$(says ETag)" = '"v1-2026-04-29T20:31:00Z-stale2m"' ]
	[ "$(jq -r .last_probe_ago body)" = 1m ]
	NOW=$((AS_OF + 299)) get /api/embed-status/example-mcp "HTTP_IF_NONE_MATCH=$ETAG"
	[ "$CODE $(says ETag)" = '200 "v1-2026-04-29T20:31:00Z-stale4m"' ]
	[ "$(jq -r '"\(.state) \(.last_probe_ago)"' body)" = "up 3m" ]
	NOW=$((AS_OF + 301)) get /api/embed-status/example-mcp "HTTP_IF_NONE_MATCH=$ETAG"
	[ "$CODE $(jq -c keys body)" = '503 ["error","message"]' ]
	[ "$(jq -r .error body)" = stale ]
	[ "$(says Cache-Control)" = "public, max-age=5" ]
	NOW=$((AS_OF + 301)) get /badge/example-mcp.svg
	[ "$CODE" = 200 ]
	grep -q '>no recent data<' body
	NOW=$((AS_OF + 750)) get /status/example-mcp
	[ "$CODE" = 200 ]
	grep -q '<span>No recent data</span></span></h1>' body
	grep -q '2026-04-29T20:31:00Z">20:31 UTC</time>, 12 min ago' body
	run ! grep -qi '>working<\|99\.87' body
}

@test "known and never judged: no data, pending, unknown" {
	get /api/embed-status/waiting
	[ "$CODE $(jq -r .error body)" = "503 no-data" ]
	get /badge/waiting.svg
	[ "$CODE $(says Content-Type)" = "200 image/svg+xml; charset=utf-8" ]
	grep -q 'awaiting first probe' body
	get /status/waiting
	[ "$CODE" = 200 ]
	grep -q '<span>Awaiting first probe</span></span></h1>' body
}

@test "what is no server's name is 404, whatever it is" {
	for name in nope orphan .. . %2e%2e a/b a%2Fb %00 a%0d%0aX:y %25 %4 A: \
		-a '<script>' "$(printf 'a%.0s' {1..81})" "$(printf 'a%.0s' {1..9000})"; do
		get "/api/embed-status/$name"
		[ "$CODE" = 404 ]
		get "/status/$name"
		[ "$CODE $(says Content-Type)" = "404 text/html; charset=utf-8" ]
		[ "$(grep -c '<script' body)" = "$(grep -c '<script src="/page.js" defer></script>$' body)" ]
	done
	get /api/nothing
	[ "$CODE $(says Content-Type)" = "404 application/json; charset=utf-8" ]
	get /nothing
	[ "$CODE $(says Content-Type)" = "404 text/html; charset=utf-8" ]
	get /badge/NOPE.svg
	[ "$CODE" = 200 ]
	grep -q 'unknown server' body
	[ ! -s err ]
}

@test "a name that is close to many private ones leads to the public ones alone" {
	for i in {100..170}; do
		redis hset fleet:servers "closely-$i" ''
	done >/dev/null
	for i in 171 172; do
		redis hset fleet:servers "closely-$i" \
			'{"url":"https://x.example/mcp","private":false,"interval":60,"regions":[]}'
	done >/dev/null
	redis hset fleet:servers closely-173 '{"private":true}' >/dev/null
	for name in closely closely-1 closely-100 closely-173 closely-17x; do
		get "/status/$name"
		[ "$CODE" = 404 ]
		[ "$(grep -o '/status/[^"]*' body | xargs)" = \
			'/status/closely-171 /status/closely-172' ]
	done
	for name in closely-1{00..73}; do redis hdel fleet:servers "$name"; done >/dev/null
	[ ! -s err ]
}

@test "other methods are refused, with those that are not" {
	for method in POST PUT DELETE OPTIONS get ''; do
		get /api/embed-status/example-mcp REQUEST_METHOD=$method
		[ "$CODE $(says Allow)" = "405 GET, HEAD" ]
		[ "$(jq -c keys body)" = '["error","message"]' ]
		[ "$(says Cache-Control)" = "public, max-age=5" ]
	done
	# Their body is read, or fcgiwrap answers 502.
	printf x=y | {
		GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST CONTENT_LENGTH=3 \
			REQUEST_URI=/badge/example-mcp.svg "$BIN/mcp-serve" >out
		cat >left
	}
	grep -q '^Status: 405 ' out
	[ ! -s left ]
}

@test "a private server is not there for those without its token" {
	for path in /api/embed-status/ /status/ /badge/; do
		suffix=
		[ $path = /badge/ ] && suffix=.svg
		for wrong in '' 'Bearer wrong' "Basic $TOKEN" "$TOKEN" 'Bearer '; do
			# No other name looks like these two.
			for name in veiled locked; do
				get $path$name$suffix "HTTP_AUTHORIZATION=$wrong"
				sed "s/$name/unseen/g" out >got
				get ${path}unseen$suffix "HTTP_AUTHORIZATION=$wrong"
				diff <(grep -v '^ETag\|^Content-Length' out) \
					<(grep -v '^ETag\|^Content-Length' got)
			done
		done
	done
	get /
	run ! grep -q 'veiled\|locked' body
	get /status/veild
	run ! grep -q veiled body
	get /api/embed-status/veiled "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$CODE $(jq -r .state body)" = "200 down" ]
	[ "$(says Cache-Control) $(says Vary)" = "private, no-store Authorization" ]
	[ -z "$(says Access-Control-Allow-Origin)" ]
	get /badge/veiled.svg "HTTP_AUTHORIZATION=bearer $TOKEN"
	grep -q '>down</text>' body
	get /status/veiled "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$CODE" = 200 ]
	NOW=$((AS_OF + 400)) get /api/embed-status/veiled "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$CODE $(says Cache-Control)" = "503 private, no-store" ]
	get /api/embed-status/locked "HTTP_AUTHORIZATION=Bearer "
	[ "$CODE" = 404 ]
}

@test "the badge is an image that says its state in words" {
	get /badge/example-mcp.svg
	[ "$CODE $(says ETag)" = "200 $ETAG" ]
	[ "$(says Content-Type)" = "image/svg+xml; charset=utf-8" ]
	grep -q 'role="img" aria-label="example-mcp: up, 99.87% uptime in 30 days"' body
	grep -q '>up 99.87%</text>' body
	get /badge/example-mcp.svg "HTTP_IF_NONE_MATCH=$ETAG"
	[ "$CODE" = 304 ]
	get /badge/partly.svg
	grep -q '>degraded 99.87%</text>' body
	get /badge/waiting.svg
	tag=$(says ETag)
	get /badge/waiting.svg "HTTP_IF_NONE_MATCH=$tag"
	[ "$CODE" = 304 ]
}

@test "the page says it in words, by city" {
	get /status/partly MCP_SITE=https://status.example.com/
	[ "$CODE $(says Content-Type)" = "200 text/html; charset=utf-8" ]
	grep -q '<span>Working, but not from London</span></span></h1>' body
	grep -q 'Ashburn <small>working<' body
	grep -q 'London <small>not working<' body
	grep -q 'São Paulo <small>no data<' body
	grep -qF '[![MCP status](https://status.example.com/badge/partly.svg)](https://status.example.com/status/partly)' body
	run ! grep -q 'us-east-1\|http-equiv\| style=' body
	[ "$(grep -c '<script' body)" = "$(grep -c '^<script src="/page.js" defer></script>$\|^<script type="application/ld+json">{' body)" ]
	tag=$(says ETag)
	get /status/partly MCP_SITE=https://status.example.com "HTTP_IF_NONE_MATCH=$tag"
	[ "$CODE" = 304 ]
	# The client has no influence on the page, for it is cached.
	get /status/partly HTTP_HOST=evil.example HTTP_X_FORWARDED_HOST=evil.example
	run ! grep -q evil body
	get /status/example-mcp
	grep -q '<h1>Example &lt;MCP&gt; <span' body
}

# incident SLUG KIND REGIONS: mcp-alert has an open incident of that kind.
incident() {
	redis set "alert:$1" "$(jq -cn --arg kind "$2" --argjson at "$AS_OF" \
		--argjson regions "$3" '{v: 1, slug: "x", incidents: [{$kind,
		first: ($at - 600), passed_since: 0, error: "canary", $regions,
		ack: {by: "canary", at: $at, reason: "canary", until: $at}}],
		timeline: []}')" >/dev/null
}

@test "no headline, row or badge says Working alone over an open incident" {
	publish example-mcp green '.regions = [.regions[] + {state: "healthy"}] | .no_data = []'
	incident example-mcp latency '["eu-west-2"]'
	want='slower than usual from London'
	get /status/example-mcp
	grep -q "text-part.*<span>Working, but $want</span></span></h1>" body
	grep -q "<title>Working, but $want: Example &lt;MCP&gt;" body
	get /
	grep -q "/status/example-mcp.*#i-part.*<span>Working, but $want</span></span><" body
	grep -q '<b>1</b> working, 1 with an open incident<' body
	grep -q '<h2 id="noted">Working, with an open incident <small>1<' body
	get /badge/example-mcp.svg
	grep -q "<title>example-mcp: up, 99.87% uptime in 30 days, but $want</title>" body
	grep -q '>up 99.87%</text>' body
	[ "$(says ETag)" != "$ETAG" ]
	get '/badge/example-mcp.svg?style=card'
	grep -q "but $want</title>" body
	# The five fields are as judged.
	get /api/embed-status/example-mcp
	[ "$(<body)" = '{"state":"up","uptime_30d":99.87,"p95_ms":142,"last_probe_ago":"37s","as_of":"2026-04-29T20:31:00Z"}' ]
	[ "$(says ETag)" = "$ETAG" ]
	run ! grep -rq canary out
	# What is wrong with the state of mcp-alert is no incident.
	redis set alert:example-mcp '{"incidents":[{' >/dev/null
	get /
	grep -q '/status/example-mcp.*<span>Working</span>' body
	redis del alert:example-mcp >/dev/null
	get /badge/example-mcp.svg
	[ "$(says ETag)" = "$ETAG" ]
	publish example-mcp green
}

@test "a planned maintenance is no outage: page, row, summary and badge say so" {
	redis hset fleet:maintenance m-1 "$(jq -cn --argjson at "$AS_OF" '{v: 1,
		type: "maintenance", id: "m-1", slugs: ["brok*"], accounts: [],
		starts_at: ($at - 600), ends_at: ($at + 3000), every: null,
		zone: null, reason: "new disks", by: "canary", ended_at: null}')" >/dev/null
	get /status/broken
	grep -q 'text-work.*<span>Under maintenance, not working from London</span></span></h1>' body
	run ! grep -q 'text-down' body
	get /
	grep -q '/status/broken.*#i-work.*<span>Under maintenance, not working from London<' body
	sed -n 's/.*<b>\([0-9]*\)<\/b> \([a-z ]*\)<.*/\1 \2/p' body >counts
	printf '%s\n' '1 partly working' '1 under maintenance' \
		'1 awaiting first probe' '1 working' | diff - counts
	# It is no trouble: what is partly working is above it.
	[ "$(grep -o 'name"><a href="/status/[a-z-]*' body | cut -d'"' -f3 | tr '\n' ' ')" = '/status/partly /status/broken /status/waiting /status/example-mcp ' ]
	get /badge/broken.svg
	grep -q '>maintenance' body
	grep -q '<title>broken: under maintenance, 99.87% uptime in 30 days</title>' body
	[ "$(says ETag)" != "$ETAG" ]
	# What was judged stays; who wants to know is told, and it is another body.
	get /api/embed-status/broken
	[ "$(jq -r .state body)" = down ]
	[ "$(command jq -c '[keys_unsorted[], .maintenance]' body)" = '["state","uptime_30d","p95_ms","last_probe_ago","as_of","maintenance",true]' ]
	[ "$(says ETag)" = '"v1-2026-04-29T20:31:00Z-maintenance"' ]
	get /api/embed-status/broken "HTTP_IF_NONE_MATCH=$(says ETag)"
	[ "$CODE" = 304 ]
	get /api/embed-status/broken "HTTP_IF_NONE_MATCH=$ETAG"
	[ "$CODE" = 200 ]
	get /api/embed-status/example-mcp
	[ "$(command jq -c keys_unsorted body) $(says ETag)" = '["state","uptime_30d","p95_ms","last_probe_ago","as_of"] '"$ETAG" ]
	redis del fleet:maintenance >/dev/null
	get /badge/broken.svg
	grep -q '>down' body
	[ "$(says ETag)" = "$ETAG" ]
}

@test "the index lists what is public; an unknown name is helped on" {
	get /
	[ "$CODE $(says Content-Type)" = "200 text/html; charset=utf-8" ]
	for want in '/status/example-mcp">Example &lt;MCP&gt;<' '<span>Working<' \
		'<span>Working, but not from London<' \
		'<span>Not working from London<' '<span>Awaiting first probe<'; do
		grep -qF "$want" body
	done
	get /status/exmaple-mcp
	[ "$CODE" = 404 ]
	grep -qF '<a href="/status/example-mcp">' body
}

@test "the index says as of when it is, and when our own checks have stopped" {
	get /
	grep -q '<p class="dim">As of <time datetime="2026-04-29T20:31:00Z">20:31 UTC</time>.</p>' body
	run ! grep -q 'role="status"' body
	NOW=$((AS_OF + 720)) get /
	grep -q 'Our own checks have stopped.*20:31 UTC</time>, 12 min ago' body
	run ! grep -q 'As of\|<span>Working\|text-up\|#i-up"/></svg>' body
	redis hset fleet:heartbeats verdict $((AS_OF - 400)) >/dev/null
	get /
	grep -q 'Our own checks are late' body
	redis hset fleet:heartbeats verdict $((AS_OF + 45)) >/dev/null
}

# plan ID FILTER: a maintenance of an hour in an hour.
plan() {
	redis hset fleet:maintenance "$1" "$(jq -cn --arg id "$1" --argjson at "$AS_OF" '{v: 1,
		type: "maintenance", $id, slugs: ["*"], accounts: [], starts_at: ($at + 3600),
		ends_at: ($at + 7200), every: null, zone: null, reason: "new, bigger; disks",
		by: "canary", announced_at: ($at - 300), ended_at: null} | '"$2")" >/dev/null
}

# note SLUG KIND WHAT FIELDS: what became of that incident.
note() {
	redis hset "alert:$1:incidents" "$((AS_OF - 600)):$2:$((AS_OF - 60))000:$3" "$(jq -cn "{$4}")" >/dev/null
}

@test "the feed of the fleet has the incidents of all, by name, and each maintenance once" {
	incident partly regional '["eu-west-2"]'
	incident veiled downtime '["eu-west-2"]'
	note partly regional note 'text: "A <proxy> is slow."'
	note partly regional postmortem 'text: "https://www.example.com/why?a=1&b=2"'
	note partly latency note 'text: "canary of no incident"'
	note partly regional started 'regions: ["sa-east-1"]'
	note veiled downtime note 'text: "canary of a private server"'
	plan m-1 .
	plan m-2 '.slugs = ["veiled", "locked"] | .reason = "hidden"'
	get /feed.atom
	[ "$CODE $(says Content-Type)" = "200 application/atom+xml; charset=utf-8" ]
	xmllint --noout body
	[ "$(grep -c '<entry>' body)" = 2 ]
	grep -q '<title>partly: Outage in some locations</title>' body
	grep -qE '/status/partly/incident/[0-9-]+-regional-outage"/>' body
	grep -q 'London' body
	# What operators wrote is there, as in the feed of the server.
	said='From the operator: A &lt;proxy&gt; is slow. Why it happened: https://www.example.com/why?a=1&amp;b=2</content>'
	grep -qF "$said" body
	[ "$(grep -A4 '/status/partly/incident' body | grep -c canary)" = 0 ]
	get /status/partly/feed.atom
	grep -qF "$said" body
	get /feed.atom
	grep -q '<title>broken, Example &lt;MCP&gt;, partly and 1 more: maintenance</title>' body
	grep -q '<updated>2026-04-29T20:26:00Z</updated>' body
	run ! grep -q 'veiled\|locked\|hidden\|canary\|http.503' body
	get /
	grep -q '<link rel="alternate" type="application/atom+xml" title="Incidents" href="/feed.atom">' body
	grep -q '<link rel="alternate" type="text/calendar" title="Maintenance" href="/maintenance.ics">' body
	redis del alert:{partly,veiled}{,:incidents} fleet:maintenance >/dev/null
}

@test "names of any length leave no maintenance out of feed and calendar" {
	local was
	was=$(redis hget fleet:servers broken)
	plan m-1 '.slugs = ["broken"]'
	redis hset fleet:servers broken "$(jq -c '.title = "é" * 5000' <<<"$was")" >/dev/null
	get /feed.atom
	grep -q '<title>é*: maintenance</title>' body
	get /maintenance.ics
	grep -q '^SUMMARY:é' body
	redis hset fleet:servers broken "$was" >/dev/null
	redis del fleet:maintenance >/dev/null
}

@test "an account has a feed for its token, and none without" {
	hash=$(printf %s "$TOKEN" | sha256sum)
	redis hset fleet:accounts "acme ${hash%% *}" \
		"{\"token_sha256\":\"${hash%% *}\",\"slugs\":[\"veiled\"]}" >/dev/null
	incident veiled downtime '["eu-west-2"]'
	incident partly regional '["eu-west-2"]'
	note veiled downtime note 'text: "We are on it."'
	note partly regional note 'text: "canary"'
	get /account/acme/feed.atom "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$CODE $(says Cache-Control)" = '200 private, no-store' ]
	xmllint --noout body
	grep -q '<title>veiled: Outage in some locations</title>' body
	grep -q 'From the operator: We are on it.</content>' body
	[ "$(grep -c '<entry>' body)" = 1 ]
	for path in /account/{acme,nobody}/feed.atom; do
		get $path
		[ "$CODE" = 404 ]
		get $path 'HTTP_AUTHORIZATION=Bearer wrong'
		[ "$CODE" = 404 ]
	done
	redis del alert:{partly,veiled}{,:incidents} fleet:accounts >/dev/null
}

@test "nothing to tell of: a calendar with a component, a feed of today" {
	local path
	for path in /maintenance.ics /status/partly/maintenance.ics; do
		get "$path"
		[ "$CODE" = 200 ]
		tr -d '\r' <body >plain
		# RFC 5545, 3.6: at least one; it is no event.
		grep -qx 'BEGIN:VTIMEZONE' plain
		run ! grep -q VEVENT plain
	done
	redis --scan --pattern 'alert:*:incidents' | xargs -r "$REDIS_CLI" -s "$REDIS_SOCK" del >/dev/null
	for path in /feed.atom /status/partly/feed.atom /status/partly/changes.atom; do
		get "$path"
		run ! grep -q '<entry>' body
		[ "$(xmllint --xpath 'string(/*/*[local-name()="updated"])' body)" = \
			"$(date -u -d "@$((NOW - NOW % 86400))" +%FT%TZ)" ] || { echo "$path"; cat body; return 1; }
	done
}

@test "a page with cross-origin isolation may load badges and previews" {
	local path
	for path in /badge/partly.svg '/badge/partly.svg?style=card' /badge.svg /badge/nobody.svg \
		/status/partly/preview.png; do
		get "$path"
		[ "$(says Cross-Origin-Resource-Policy)" = cross-origin ] || { echo "$path"; cat fields; return 1; }
	done
	get /status/partly
	[ -z "$(says Cross-Origin-Resource-Policy)" ]
}

@test "maintenances are a calendar, of a server and of all" {
	plan m-1 '.slugs = ["partly", "veiled"]'
	plan m-2 '.slugs = ["broken"] | .every = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] | .reason = ("é" * 60)'
	get /maintenance.ics
	[ "$CODE $(says Content-Type)" = "200 text/calendar; charset=utf-8" ]
	# Every line ends as it should, and none is too long.
	run ! grep -qv $'\r$' body
	[ "$(LC_ALL=C awk '{ if (length > n) n = length } END { print n - 1 }' body)" -le 75 ]
	tr -d '\r' <body | sed -z 's/\n //g' >plain
	[ "$(head -n 1 plain; tail -n 1 plain)" = $'BEGIN:VCALENDAR\nEND:VCALENDAR' ]
	[ "$(grep -c '^BEGIN:VEVENT$' plain) $(grep -c '^END:VEVENT$' plain)" = '15 15' ]
	[ "$(grep '^UID:' plain | sort -u | wc -l)" = 15 ]
	grep -qx 'DESCRIPTION:new\\, bigger\\; disks' plain
	grep -qx "DESCRIPTION:$(printf 'é%.0s' {1..60})" plain
	grep -qx 'SUMMARY:partly: maintenance' plain
	run ! grep -q 'veiled\|canary' plain
	get /status/partly/maintenance.ics
	cat >want <<-'END'
		DTSTAMP:20260429T202600Z
		DTSTART:20260429T213100Z
		DTEND:20260429T223100Z
		SUMMARY:partly: maintenance
	END
	diff want <(tr -d '\r' <body | grep '^DT\|^SUMMARY')
	get /status/waiting/maintenance.ics
	[ "$CODE $(grep -c VEVENT body)" = '200 0' ]
	for slug in veiled nope; do
		get /status/$slug/maintenance.ics
		[ "$CODE" = 404 ]
	done
	redis del fleet:maintenance >/dev/null
}

@test "a slash or upper case leads to the page, whether there is such a server or not" {
	local rest name
	for name in partly PARTLY Partly veiled VEILED nope NOPE; do
		for rest in / /tools /tools/ /changes/ /changes.atom /feed.atom/ /history/2026-04/ \
			/incident/2026-04-28-1814-outage/ /maintenance.ics; do
			path=/status/$name$rest
			want=${path,,}
			[ "$path" != "${want%/}" ] || continue
			get "$path"
			[ "$CODE $(says Location)" = "301 ${want%/}" ]
			grep -q '^Status: 301 Moved Permanently' fields
			# Nothing else depends on the name either.
			sed '/^Location/d' out >"out-${name,,}"
			cmp "out-${name,,}" out-partly
		done
	done
	get /status/PARTLY
	[ "$CODE $(says Location)" = '301 /status/partly' ]
	for path in /account/{acme,nobody}/ /account/{ACME,Nobody}/feed.atom /report/ /report/2026-10/; do
		get "$path" "HTTP_AUTHORIZATION=Bearer $TOKEN"
		want=${path,,}
		[ "$CODE $(says Location)" = "301 ${want%/}" ]
	done
	# The query goes with it, where it can stand in a field.
	get '/status/PARTLY/tools/?a=1&b=%20x'
	[ "$CODE $(says Location)" = '301 /status/partly/tools?a=1&b=%20x' ]
	get '/account/acme/?state=down'
	[ "$CODE $(says Location)" = '301 /account/acme?state=down' ]
	for query in $'a\r\nSet-Cookie: x=1' 'a b' '"' "$(printf '%1100s' | tr ' ' a)"; do
		get "/status/PARTLY?$query"
		[ "$CODE $(says Location)" = '301 /status/partly' ]
		run ! grep -q Set-Cookie out
	done
	for path in /status/partly// /status//partly /status/ "/status/<B>/" /status/../A \
		/status/partly/nothing/ /account/acme/enter/Ab/ /API/embed-status/partly; do
		get "$path"
		[ "$CODE$(says Location)" = 404 ]
	done
}

@test "each state has an icon for its window" {
	for want in example-mcp:up partly:part broken:down waiting:none; do
		get "/status/${want%:*}"
		grep -q "<link rel=\"icon\" href=\"/favicon-${want#*:}.svg\"" body
		get "/favicon-${want#*:}.svg"
		[ "$CODE $(says Content-Type)" = '200 image/svg+xml; charset=utf-8' ]
		xmllint --noout body
		cp body "icon-${want#*:}"
	done
	[ "$(cat icon-* | sort -u | wc -l)" = 4 ]
	get /favicon-x.svg
	[ "$CODE" = 404 ]
}

@test "the list is sorted by what it shows, where states are the same" {
	know zeta '.title = "alpha"'
	know beta '.title = "Beta"'
	publish zeta red
	publish beta red
	get /
	[ "$(grep -o '/status/[a-z-]*' body | head -n 3 | tr '\n' ' ')" = '/status/zeta /status/beta /status/broken ' ]
	redis hdel fleet:servers zeta beta >/dev/null
}

@test "nothing that is for operators is in any answer" {
	for path in / /healthz /status/{example-mcp,partly,broken,nope,cana} \
		/badge/{example-mcp,nope}.svg /api/embed-status/{partly,nope}; do
		get "$path"
		run ! grep -qi 'canary\|tools-list\|sha' out
	done
}

@test "healthz tells what is stale, and whether the store answers" {
	get /healthz
	[ "$CODE $(<body)" = '200 {"status":"ok","store":"ok","age_s":{"ingest":9,"verdict":5,"alert":null},"stale":[],"silent_regions":["sa-east-1"]}' ]
	[ "$(says Cache-Control)" = no-store ]
	NOW=$((AS_OF + 342)) get /healthz
	[ "$CODE $(<body)" = '503 {"status":"stale","store":"ok","age_s":{"ingest":301,"verdict":297,"alert":null},"stale":["ingest"],"silent_regions":["eu-west-2","sa-east-1","us-east-1"]}' ]
	NOW=$((AS_OF + 346)) get /healthz
	[ "$CODE $(jq -c '[.stale, .silent_regions]' body)" = '503 [["ingest","verdict"],null]' ]
	NOW=$((AS_OF - 400)) get /healthz
	[ "$CODE $(jq -c '[.age_s.ingest, .stale]' body)" = '503 [-441,["ingest","verdict"]]' ]
	for text in '{}' 'x' '{"window":'"$AS_OF"',"heard":["us-east-1"],"heard":[]}'; do
		redis --raw set fleet:regions "$text" >/dev/null
		get /healthz
		[ "$CODE $(jq -c .silent_regions body)" = '200 null' ]
		grep -qx 'mcp-serve: fleet:regions: not what mcp-aggregate writes' err
	done
	redis del fleet:regions >/dev/null
	get /healthz
	[ "$CODE $(jq -c .silent_regions body) $(<err)" = '200 null ' ]
	get /healthz MCP_STORE=unix:///nonexistent
	[ "$CODE $(<body)" = '503 {"status":"down","store":"down","age_s":{"ingest":null,"verdict":null,"alert":null},"stale":[],"silent_regions":null}' ]
}

@test "a store that is down is our fault, and no server's" {
	for store in unix:///nonexistent redis://127.0.0.1:1 nonsense ''; do
		get /api/embed-status/example-mcp MCP_STORE=$store "HTTP_IF_NONE_MATCH=*"
		[ "$CODE $(jq -r .error body)" = "503 store" ]
		[[ $(<err) == "mcp-serve: store: "* ]]
		get /badge/example-mcp.svg MCP_STORE=$store
		[ "$CODE" = 200 ]
		grep -q '>no recent data<' body
		for path in / /status/example-mcp /status/nope; do
			get $path MCP_STORE=$store
			[ "$CODE $(says Content-Type)" = "503 text/html; charset=utf-8" ]
		done
	done
}

@test "what cannot be read in the store is named, and not taken for a state" {
	redis hset fleet:servers odd-entry '{"private":"no"}' >/dev/null
	publish odd-entry green
	know odd-verdict
	publish odd-verdict green '.verdict = "blue"'
	get /api/embed-status/odd-entry
	[ "$CODE $(jq -r .error body)" = "503 store" ]
	grep -q '^mcp-serve: odd-entry: entry: private: ' err
	get /api/embed-status/odd-verdict
	[ "$CODE $(jq -r .error body)" = "503 no-data" ]
	grep -q '^mcp-serve: odd-verdict: verdict: ' err
	get /
	[ "$CODE" = 200 ]
	run ! grep -q odd-entry body
	redis del probe:odd-entry:verdict probe:odd-verdict:verdict >/dev/null
	redis hdel fleet:servers odd-entry odd-verdict >/dev/null
}

@test "a query cannot set options, and other options are checked" {
	get '/?-h' QUERY_STRING=-h
	[ "$CODE" = 200 ]
	run --separate-stderr env REQUEST_METHOD=GET REQUEST_URI=/ \
		QUERY_STRING='--store+unix:///nonexistent' \
		"$BIN/mcp-serve" --store unix:///nonexistent
	[[ ${lines[0]} == "Status: 200 "* ]]
	run --separate-stderr env REQUEST_METHOD=GET REQUEST_URI=/ \
		QUERY_STRING=12345 "$BIN/mcp-serve" 12345 --store unix:///nonexistent
	[[ ${lines[0]} == "Status: 200 "* ]]
	run "$BIN/mcp-serve"
	[ "$status" -eq 2 ]
	[[ $output == "mcp-serve: REQUEST_METHOD is not set: "* ]]
	run "$BIN/mcp-serve" --now never
	[ "$status" -eq 2 ]
	run "$BIN/mcp-serve" operand
	[ "$status" -eq 2 ]
	run "$BIN/mcp-serve" --nonsense
	[ "$status" -eq 2 ]
	run bash -c 'REQUEST_METHOD=GET REQUEST_URI=/ "$1" >/dev/full' - "$BIN/mcp-serve"
	[ "$status" -eq 3 ]
}
