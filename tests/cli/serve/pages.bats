#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: the pages of servers in every state, from a store that the real programs
# filled: they are valid, small, load nothing from elsewhere, and say nothing that
# is for operators.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis

setup_file() {
	"$ROOT/tests/peers/install"
	redis_start "$BATS_FILE_TMPDIR/redis"
	# The last noon: what happened hours before it was on the same day.
	START=$((($(date +%s) / 43200 - 1) / 2 * 86400 + 43200))
	export START
	"$ROOT/tests/long/fill" "$BIN" "$BATS_FILE_TMPDIR" "$START"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
	NOW=$((START / 60 * 60 + 50))
	long=a-server-with-a-name-that-is-as-long-as-names-can-be-without-any-need-for-it.abc
	slugs=(green amber red stale fresh works split "$long")
	report=/report/$(date -u -d "@$START" +%Y-%m)
	pages=(/ '/?q=in' '/?state=down&tag=eu' '/?sort=p95&q=%22%3E' '/?group=tools&page=9'
		/man/ /nothing /status/gren "$report" "$report?page=2" /report
		"${slugs[@]/#//status/}" /status/{green,split,fresh}/{tools,changes})
	for page in "$ROOT"/man/*.[1-9]; do
		pages+=("/man/${page##*/}")
	done
	# What their pages lead to: incidents, and months with more of them.
	[ -e "$BATS_FILE_TMPDIR/past" ] || past >"$BATS_FILE_TMPDIR/past"
	mapfile -t past <"$BATS_FILE_TMPDIR/past"
	pages+=("${past[@]}" /status/green/incident/no /status/green/history/2026-13)
	feeds=("${slugs[@]/%//feed.atom}")
	feeds=(/feed.atom "${feeds[@]/#//status/}" /status/{green,fresh}/changes.atom)
}

# get PATH [NAME=VALUE…]: asks mcp-serve as a CGI; its answer is in CODE, fields and
# body.
get() {
	local query=
	[[ $1 != *\?* ]] || query=${1#*\?}
	env REQUEST_METHOD=GET REQUEST_URI="$1" QUERY_STRING="$query" "${@:2}" \
		"$BIN/mcp-serve" --now "$NOW" >out 2>err
	take_answer
	[ ! -s err ]
}

# past: the paths of all incidents and months of these servers.
past() {
	for slug in "${slugs[@]}"; do
		get "/status/$slug"
		grep -oE 'href="/status/[^"#]*/(incident|history)/[^"#]*' body || true
	done | cut -c7- | sort -u >months
	grep /history/ months | while read -r page; do
		get "$page"
		grep -oE 'href="/status/[^"#]*/incident/[^"#]*' body || true
	done | cut -c7- | sort -u - months
}

@test "every page is HTML without a fault, and has no script but /page.js and no style of its own" {
	local peers=$ROOT/build/peers n=0
	for page in "${pages[@]}"; do
		get "$page"
		cp body "$((n += 1)).html"
		case $page in
		*/incident/no | */history/2026-13) [ "$CODE" = 404 ] ;;
		*/incident/* | */history/*) [ "$CODE" = 200 ] ;;
		esac
		sed -E 's/<script src="\/page.js" defer>|<script type="application\/ld\+json">\{//' body >rest
		run ! grep -qiE '<script|<style| style=| on[a-z]+=|javascript:|http-equiv' rest
		grep -q "^Content-Security-Policy: default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'.\$" fields
	done
	echo '{"root": true, "extends": ["html-validate:standard"]}' >.htmlvalidate.json
	PATH=$(printf '%s:' "$peers"/node_modules/node-linux-*/bin)$PATH \
		"$peers/node_modules/.bin/html-validate" --formatter=text ./*.html
	# It is awake.
	sed 's/<main/<p id="x"><div id="x"><main/' 1.html >bad.html
	run ! "$peers/node_modules/.bin/html-validate" bad.html
}

@test "what is drawn is XML, and so are the feeds" {
	get /status/split/changes.atom
	xmllint --noout body
	for slug in "${slugs[@]}"; do
		get "/status/$slug"
		tr '\n' ' ' <body | sed 's/<\/svg>/&\n/g' |
			sed -n 's/.*\(<svg.*<\/svg>\)/\1/p' >drawn
		[ "$(grep -c . drawn)" -ge 8 ]
		{ echo '<r>'; cat drawn; echo '</r>'; } | xmllint --noout -
		for path in "/badge/$slug.svg" "/status/$slug/feed.atom"; do
			get "$path"
			[ "$CODE" = 200 ]
			xmllint --noout body
		done
		[[ $(<fields) == *"application/atom+xml"* ]]
	done
	get /favicon.svg
	xmllint --noout body
	get /status/green/feed.atom
	xmllint --xpath 'count(/*[local-name()="feed"]/*[local-name()="id"
		or local-name()="title" or local-name()="updated"])' body |
		grep -x 3
	xmllint --xpath '//*[local-name()="entry"]' body | grep -q 'Outage'
	grep -q '<link rel="self" type="application/atom+xml" href="https://status.example.com/status/green/feed.atom"/>' body
}

@test "no page is larger than 30 KB on the wire" {
	for page in "${pages[@]}" "${feeds[@]}" /style.css; do
		get "$page"
		size=$(gzip -9 <body | wc -c)
		[ "$size" -le 30000 ] || { echo "$page: $size"; return 1; }
	done
	get /status/green
	[ "$(gzip -9 <body | wc -c)" -le 8000 ]
}

@test "nothing leaves the origin" {
	for page in "${pages[@]}"; do
		get "$page"
		# The address of the page itself is no link that anything is loaded from.
		[ "$(grep -c '="https://status.example.com/' body)" = "$(grep -c '^<link rel="canonical" href="https://status.example.com/[^"]*">$\|^<meta property="og:\(url\|image\)" content="https://status.example.com/[^"]*">$' body)" ]
		grep -oE '(src|href|action)="[^"]*"' body |
			grep -vE '="(/|#|[?]((page|state|q|group|tag|sort)=|")|"|https://www.example.com["/]|mailto:help@example.com")' |
			grep -v '="https://status.example.com/' >away || continue
		[ ! -s away ] || { echo "$page"; cat away; return 1; }
	done
}

@test "steps, codes, points of presence, networks, hashes and names of people stay in" {
	{
		printf '%s\n' us-east-1 us-west-2 eu-west-2 ap-southeast-1 sa-east-1 \
			canary step-alert hard-outage 16509 aws google token_ veiled 'Secret garden' \
			'Hidden group' hidden-tag acme
		redis_dump | grep -aoE '"(step|failed_step|error|by|credential)":"[^"]+"' |
			sed 's/.*:"\(.*\)"/\1/' | sort -u
		redis_dump | grep -aoE '[0-9a-f]{64}' | sort -u
		redis_dump | grep -aoE 'tool_[0-9]+|m-[0-9a-f]{8}' | sort -u
	} >secrets
	[ "$(grep -cE 'tools-list|http.503|^a{64}$|canary-person|tool_12' secrets)" -ge 5 ]
	for page in / '/?q=in' '/?sort=changed' '/?state=down' '/?tag=eu' /status/gren "$report" "$report".{csv,json} /report \
		"${slugs[@]/#//status/}" "${feeds[@]}" /style.css \
		"${past[@]}" /status/green/incident/canary /status/green/history/canary \
		/maintenance.ics /status/green/maintenance.ics; do
		get "$page"
		grep -oFf secrets body >told || continue
		echo "$page"
		cat told
		return 1
	done
}

@test "bars, cards and the feed lead to incidents and months, which say what is on record" {
	local id month day
	[ "$(printf '%s\n' "${past[@]}" | grep -c /incident/)" -ge 4 ]
	[ "$(printf '%s\n' "${past[@]}" | grep -c '/green/history/')" -ge 4 ]
	month=$(date -u -d @"$NOW" +%Y-%m) day=$(date -u -d @"$NOW" +%-d)
	get /status/green
	# A bar for each day; those with something to tell have a button and a card.
	sed '/<ol class="days">/,/<\/ol>/!d' body >bars
	[ "$(grep -c '<li class="day-' bars)" = 90 ]
	[ "$(grep -c '<button' bars)" = 6 ]
	tail -n 2 bars | grep -q "^<li class=\"day-down\"><button .*<div><b><a href=\"/status/green/history/$month#day-$day\">.*</b> 8 min not working<br><a href=\"/status/green/incident/[0-9-]*-outage\">Outage in some locations</a></div>"
	grep -q '<p class="legend dim"><span>Each bar is a day in its worst state' body
	# The list of days behind the bars has it, and a card.
	[ "$(grep -c "/status/green/incident/[0-9-]*-outage" body)" -ge 2 ]
	id=$(grep -o -m 1 '/status/green/incident/[0-9-]*-outage' body)
	sed '/class="day-list"/,/<\/details>/!d' body >days
	grep -q "<h3><a href=\"/status/green/history/$month\">" days
	grep -q "[0-9.]*&#8239;% uptime. Incidents: <a href=\"$id\">Outage in some locations</a>" days
	[ "$(wc -c <days)" -lt 8000 ]
	get /status/green/feed.atom
	grep -q "href=\"https://status.example.com$id\"/>" body
	grep -q 'From the operator: A &lt;deploy&gt; went wrong' body
	get "$id"
	grep -q '<span>Resolved after 8 min</span>' body
	grep -q 'London and São Paulo' body
	grep -q 'A &lt;deploy&gt; went wrong; we are taking it back\.' body
	grep -q 'href="https://www.example.com/why?id=7&amp;x=1">Read the postmortem<' body
	grep -q '^Cache-Control: public, max-age=60, stale-while-revalidate=300' fields
	etag=$(sed -n 's/^ETag: \(.*\)\r$/\1/p' fields)
	get "$id" "HTTP_IF_NONE_MATCH=$etag"
	[ "$CODE" = 304 ]
	get "/status/green/history/$month"
	grep -q "href=\"$id\">Outage in some locations</a>" body
	grep -q "<td id=\"day-$day\" class=\"today\">" body
	get "$(printf '%s\n' "${past[@]}" | grep /red/incident/ | head -n 1)"
	grep -q '<span>Ongoing for \(9\|1[01]\) min</span>' body
	grep -q '</time>: A certificate in front of the server is being replaced\.' body
	# A day with trouble that is long past, and a month without any.
	day=$(date -u -d "@$((START - 66 * 86400))" +%-d)
	get "/status/green/history/$(date -u -d "@$((START - 66 * 86400))" +%Y-%m)"
	tr '\n' ' ' <body | grep -q "id=\"day-$day\"><span>$day</span>[^/]*/></svg> 3 h 40 min<span class=\"unseen\"> partly working"
	get "/status/fresh/history/$month"
	[ "$CODE" = 200 ]
	grep -q '<p>None on record.</p>' body
}

@test "an incident that was opened by hand stands with the others, and a private one nowhere" {
	local id
	get /status/split
	grep -q '<span>Working, but Singapore gets an older tool list</span>' body
	id=$(grep -o -m 1 '/status/split/incident/[0-9-]*-incident' body)
	tr '\n' ' ' <body | grep -q "href=\"$id\">Searches &lt;miss&gt; new pages</a> <small>identified</small></span></h3> <p>Pages of today are not found\. We look into it\.</p>"
	get /
	tr '\n' ' ' <body | grep -q "href=\"$id\">Two faces: Searches &lt;miss&gt; new pages</a></span></h3> <p><b>Identified</b>, open for 5 min.*: The index of today was not built"
	get "$id"
	grep -q '<dt>State</dt><dd>Identified</dd>' body
	# The newest first.
	tr '\n' ' ' <body | grep -q '<b>Identified:</b> The index of today.*<b>Investigating:</b> Pages of today'
	get "/status/split/history/$(date -u -d @"$NOW" +%Y-%m)"
	grep -q "href=\"$id\">Searches &lt;miss&gt; new pages</a>" body
	get /feed.atom
	grep -q 'Two faces: Searches &lt;miss&gt; new pages</title>' body
	grep -q 'From the operator: The index of today was not built' body
	get /status/fresh
	run ! grep -q 'canary\|class="card' body
	# Nor does it wait for data: those of an hour ago say nothing of now.
	NOW=$((NOW + 3600))
	get /
	grep -q "href=\"$id\">Two faces: Searches &lt;miss&gt; new pages</a>" body
	run ! grep -q canary body
}

@test "tools and what changed of them: names, since when, and what it does to callers" {
	get /status/green
	grep -q '<code>https://green.example/mcp</code>' body
	grep -q 'MCP, revision 2025-11-25, with a handshake' body
	grep -q 'Streamable HTTP' body
	grep -q '12: <a href="/status/green/tools">' body
	grep -q '<h3>Where the time goes</h3>' body
	get /status/green/tools
	[ "$CODE" = 200 ]
	[ "$(grep -c '^<li id="tool-' body)" = 7 ]
	grep -q '<li id="tool-fetch_data"><h2><a href="#tool-fetch_data"><code>fetch_data</code>' body
	grep -q 'Lists files\\u{202E}of' body
	grep -A2 'id="tool-fetch_data"' body | grep -q 'in 4 of 5 locations'
	grep -A2 'id="tool-search"' body | grep -q 'Unchanged since at least'
	get /status/green/changes
	grep -q '<code>fetch</code> became <code>fetch_data</code> in 4 of 5 locations; removed, breaking<' body
	grep -q '<code>add_invoice</code> was changed in 4 of 5 locations; only words<' body
	grep -q '<code>delete_all</code> was added in 4 of 5 locations; compatible<' body
	grep -q '<code>wait</code> was removed in 4 of 5 locations; breaking<' body
	grep -q '<link rel="alternate" type="application/atom+xml" title="Changes of tools" href="/status/green/changes.atom">' body
	get /status/green/changes.atom
	[ "$(sed -n 's/^Content-Type: \([^;\r]*\).*/\1/p' fields)" = application/atom+xml ]
	xmllint --noout body
	[ "$(xmllint --xpath 'count(//*[local-name()="entry"])' body)" = 4 ]
	[ "$(xmllint --xpath '//*[local-name()="entry"]/*[local-name()="id"]/text()' body | sort -u | wc -l)" = 4 ]
	xmllint --xpath '//*[local-name()="entry"][1]/*[local-name()="title"]' body |
		grep -q 'Everything fine: `add_invoice` was changed in 4 of 5 locations; only words'
	# Nothing is known of those of others.
	for page in tools changes; do
		get "/status/fresh/$page"
		[ "$CODE" = 200 ]
		grep -q 'We do not know the tools of this server.' body
		get "/status/nobody/$page"
		[ "$CODE" = 404 ]
		sed 's/nobody/NAME/g' body >unknown
		get "/status/veiled/$page"
		sed 's/veiled/NAME/g' body | diff unknown -
		get "/status/veiled/$page" 'HTTP_AUTHORIZATION=Bearer s3cret'
		[ "$CODE" = 200 ]
		grep -q '^Cache-Control: private, no-store' fields
	done
}

@test "private tools are as none at all, and a private endpoint is not told" {
	local entry page
	entry=$(redis hget fleet:servers green)
	get /status/green/tools
	cp body public
	redis hset fleet:servers green "$(jq -c '.tools_private = true |
		.endpoint_private = true' <<<"$entry")" >/dev/null
	get /status/green
	run ! grep -q 'green\.example\|/status/green/tools\|<dt>Tools' body
	for page in tools changes changes.atom; do
		get "/status/green/$page"
		[ "$CODE" = 200 ]
		run ! grep -q 'fetch_data\|search\|<entry>\|in 4 of' body
		cp body hidden
		redis rename probe:green:definitions probe:green:elsewhere >/dev/null
		redis hset fleet:servers green "$entry" >/dev/null
		get "/status/green/$page"
		redis rename probe:green:elsewhere probe:green:definitions >/dev/null
		redis hset fleet:servers green "$(jq -c '.tools_private = true' <<<"$entry")" >/dev/null
		diff hidden body
	done
	redis hset fleet:servers green "$entry" >/dev/null
	get /status/green/tools
	diff public body
}

@test "ten thousand tools, and a long description, make no long page" {
	local d
	jq -cjn '{description: ("\u202e<b>" * 8000), inputSchema: {}, name: "a"}' >says
	d=$(sha256sum <says | cut -c1-16)
	redis -x hset probe:fresh:definitions "d:$d" <says >/dev/null
	{ echo "$d + a"; seq -f 'cccccccccccccccc + tool-%05.0f' 10000; } |
		redis -x hset probe:fresh:definitions l:aaaaaaaaaaaaaaaa >/dev/null
	redis hset probe:fresh:definitions r:us-east-1 '1 aaaaaaaaaaaaaaaa
' >/dev/null
	get /status/fresh/tools
	grep -q 'Only the first 200 of these tools are shown.' body
	[ "$(grep -c '^<li id=' body)" = 200 ]
	grep -q '\\u{202E}&lt;b&gt;.*…</p>' body
	[ "$(wc -c <body)" -lt 100000 ]
	run ! grep -q $'\u202e\|<b>' body
	redis del probe:fresh:definitions >/dev/null
}

@test "what is no month or incident is not found, and of a private server nothing is" {
	for name in 2026-13 2026-1 1999-12 9999-01 x ''; do
		get "/status/green/history/$name"
		[ "$CODE" = 404 ]
		run ! grep -q '^ETag\|^Cache-Control: public, max-age=60' fields
	done
	month=$(date -u -d @"$NOW" +%Y-%m)
	for path in "history/$month" incident/2026-01-01-0000-outage history/x; do
		get "/status/veiled/$path"
		sed 's/veiled/absent/g' out >got
		get "/status/absent/$path"
		diff got out
		[ "$CODE" = 404 ]
	done
	get "/status/veiled/history/$month" 'HTTP_AUTHORIZATION=Bearer s3cret'
	[ "$CODE" = 200 ]
	grep -q '^Cache-Control: private, no-store' fields
}

@test "each state is told in words" {
	declare -A want=(
		[green]='<span>Working everywhere</span>'
		[amber]='<span>Working, but not from London</span>'
		[red]='<span>Not working from 4 of 5 locations</span>'
		[stale]='Our own checks have stopped'
		[fresh]='awaiting first probe'
		[works]='</time></b>: moving to new disks'
		[split]='The tool list in .* differs from that in Singapore, since'
	)
	for slug in "${!want[@]}"; do
		get "/status/$slug"
		grep -q "${want[$slug]}" body || { echo "$slug"; return 1; }
	done
	get /
	grep -q '<h1>MCP servers <span class="headline text-down">.*<span>1 of 8 servers is not working, 1 partly working</span></span></h1>' body
	grep -q '<meta property="og:title" content="1 of 8 servers is not working, 1 partly working: Example status">' body
	# Open incidents are above the servers, and few servers need no search.
	grep -q '<li class="card open-down">.*/status/red/incident/[^"]*">Invoices: Outage in some locations</a>' body
	[ "$(grep -n 'card open-part' body | tail -n 1 | cut -d: -f1)" -lt "$(grep -n -m 1 'class="name"' body | cut -d: -f1)" ]
	run ! grep -q 'role="search"' body
	get '/?q=e'
	grep -q 'role="search"' body
	get /status/red
	[ "$(grep -n 'card open-down' body | cut -d: -f1)" -lt "$(grep -n 'class="answers"' body | cut -d: -f1)" ]
	grep -q 'Yes, the operator is looking into it' body
	grep -q '4 h not working' body
	get /status/green
	grep -q '1 incident</a>, 8 min' body
	grep -q 'Planned maintenance, ' body
	grep -q '<dd>London and São Paulo</dd>' body
	grep -q 'in 90 days of data, not working for 10 h 4[0-9] min' body
	grep -q 'Tools</dt><dd>12 <small>unchanged since' body
	get /status/split
	grep -q 'Tools</dt><dd>13 <small>unchanged since' body
}

@test "a search finds by name and title; an account is there for its token" {
	get '/?q=FAC+two'
	[ "$(grep -c '<li><span class="name">' body)" = 1 ]
	grep -q 'Two faces' body
	get '/?q=%3Cscript%3E'
	grep -q 'No server matches\.' body
	grep -q 'Search: <b>&lt;script&gt;</b>' body
	get '/?q=garden'
	run ! grep -q '/status/' body
	for authorization in '' 'Bearer wrong'; do
		get /account/acme "HTTP_AUTHORIZATION=$authorization"
		cp out got
		get /account/nobody "HTTP_AUTHORIZATION=$authorization"
		diff got out
		[ "$CODE" = 401 ]
	done
	get /account/acme 'HTTP_AUTHORIZATION=Bearer s3cret'
	[ "$CODE" = 200 ]
	grep -q 'Secret garden' body
	[ "$(grep -c '<li><span class="name">' body)" = 1 ]
	grep -q '<span class="private">Private</span><a class="group" href="?group=Hidden%20group">Hidden group<' body
	grep -q '^Cache-Control: private, no-store' fields
	get '/account/acme?tag=hidden-tag&state=up' 'HTTP_AUTHORIZATION=Bearer s3cret'
	grep -q 'Secret garden' body
	get '/account/acme?state=down' 'HTTP_AUTHORIZATION=Bearer s3cret'
	grep -q 'No server matches\.' body
	get /status/veiled/feed.atom
	[ "$CODE" = 404 ]
	get /status/veiled/feed.atom 'HTTP_AUTHORIZATION=Bearer s3cret'
	[ "$CODE" = 200 ]
}

@test "title, link, address, colour, logo, intro and contacts are the configuration's" {
	get /status/green
	grep -q '<header><a href="https://www.example.com"><img class="logo" alt="" referrerpolicy="no-referrer" src="/favicon.svg">Example status</a></header>' body
	for page in "${pages[@]}"; do
		get "$page"
		[ "$(grep -c '<p class="intro">We watch the MCP servers .*<a href="https://www.example.com/servers">https://www.example.com/servers</a>) from &lt;five&gt; places' body)" = 1 ]
		grep -qF '<a href="mailto:help@example.com">Support</a> <a href="https://www.example.com/imprint">Imprint</a> <a href="https://www.example.com/privacy?lang=en&amp;v=2">Privacy</a></footer>' body
	done
	get /status/green
	grep -qF '](https://status.example.com/status/green)' body
	get /style.css
	grep -q '^:root { --brand: #7a3db8 }$' body
	grep -q '^Content-Type: text/css' fields
}

@test "each page of a server may load the logo of the site from where it is" {
	local page site
	site=$(redis get fleet:site)
	redis set fleet:site "$(jq -c '.logo = "https://img.example.org/l.svg"' <<<"$site")"
	for page in '' /tools /changes; do
		get "/status/green$page"
		grep -q "^Content-Security-Policy: .*; img-src 'self' https://img.example.org;" fields ||
			bad+=" /status/green$page"
	done
	redis set fleet:site "$site"
	[ -z "${bad-}" ] || { echo "$bad"; false; }
}

@test "public pages say what they are and where; of private ones, and searches, nothing is to be found" {
	local path
	for page in "${pages[@]}"; do
		get "$page"
		case $page in
		*\?* )
			grep -q '<meta name="robots" content="noindex">' body
			run ! grep -q 'og:\|canonical\|ld+json' body
			;;
		/nothing | /status/gren | */incident/no | */2026-13)
			run ! grep -q 'og:\|canonical\|ld+json\|"robots"' body
			;;
		*)
			grep -q '<meta name="description" content="[^"]*">' body
			grep -qF "<link rel=\"canonical\" href=\"https://status.example.com$page\">" body
			grep -qF "<meta property=\"og:url\" content=\"https://status.example.com$page\">" body
			for path in title description type site_name; do
				[ "$(grep -c "<meta property=\"og:$path\" content=\"[^\"]" body)" = 1 ]
			done
			run ! grep -q '"robots"' body
			;;
		esac
	done
	get /status/red
	sed -n 's/^<script type="application\/ld+json">\(.*\)<\/script>$/\1/p' body |
		jq -e '."@type" == "WebPage" and .about == {"@type": "WebAPI", name: "Invoices"} and
			.url == "https://status.example.com/status/red" and
			(.description | startswith("Not working from 4 of 5 locations (")) and
			(.dateModified | fromdate) > 0'
	for path in /status/veiled "/status/veiled/history/$(date -u -d @"$NOW" +%Y-%m)" \
		/account/acme; do
		get "$path" 'HTTP_AUTHORIZATION=Bearer s3cret'
		[ "$CODE" = 200 ]
		grep -q '<meta name="robots" content="noindex">' body
		run ! grep -q 'og:\|canonical\|ld+json\|name="description"' body
	done
}

@test "a page asks to be loaded anew while trouble goes on, and not otherwise" {
	for page in / '/?q=invoices' /status/{red,amber,works} \
		"$(printf '%s\n' "${past[@]}" | grep /red/incident/ | head -n 1)"; do
		get "$page"
		grep -q '^<main data-refresh="60">$' body || { echo "$page"; return 1; }
	done
	for page in '/?q=everything' /status/{green,stale,fresh,gren} "$report" /man/ \
		"/status/red/history/$(date -u -d @"$NOW" +%Y-%m)" \
		"$(printf '%s\n' "${past[@]}" | grep /green/incident/ | head -n 1)"; do
		get "$page"
		grep -q '^<main>$' body || { echo "$page"; return 1; }
	done
}

@test "robots.txt leads to a sitemap of the public pages alone, each of which is there" {
	get /robots.txt
	grep -q '^Content-Type: text/plain; charset=utf-8' fields
	grep -qx 'Sitemap: https://status.example.com/sitemap.xml' body
	get /sitemap.xml
	grep -q '^Content-Type: application/xml' fields
	xmllint --xpath '//*[local-name()="loc"]/text()' body >parts
	[ "$(cat parts)" = https://status.example.com/sitemap/1.xml ]
	get /sitemap/1.xml
	cp body part
	xmllint --xpath '//*[local-name()="loc"]/text()' part >locs
	[ "$(grep -c /status/ locs)" = "${#slugs[@]}" ]
	[ "$(grep -c /report/ locs)" -ge 1 ]
	run ! grep -q 'veiled\|account\|Secret' part
	sed 's|^https://status.example.com||' locs | while read -r path; do
		get "$path"
		[ "$CODE" = 200 ]
		run ! grep -q noindex body
	done
	# The minute of the verdict; of a server that never had one, nothing.
	grep -q "<loc>https://status.example.com/status/green</loc><lastmod>$(date -u -d @$((NOW / 60 * 60)) +%FT%TZ)</lastmod>" part
	grep -q '/status/fresh</loc></url>' part
	for path in 0 01 2 -1 +1 x 1x '' 99999999999999999999; do
		get "/sitemap/$path.xml"
		[ "$CODE" = 404 ]
	done
	get /sitemap/1.xml MCP_STORE=unix:///nonexistent || true
	[ "$CODE" = 503 ]
}

@test "the manual is all there, and nothing else is" {
	get /man/
	[ "$(grep -c '<dt><a href="/man/' body)" = "$(find "$ROOT/man" -name '*.[1-9]' | wc -l)" ]
	get /man/mcp-serve.8
	[ "$CODE" = 200 ]
	grep -q 'href="/man/mcp-aggregate.1">mcp-aggregate(1)' body
	run ! grep -q 'href="/man/curl' body
	for name in mcp-serve mcp-serve.9 ../README.md %2e%2e/etc/passwd ''/x; do
		get "/man/$name"
		[ "$CODE" = 404 ]
	done
}

@test "a list is read page by page, and what is no page is refused" {
	for page in 1 2 3; do
		get "/?page=$page&x=1&limit=3"
		grep -o '<span class="name"><a href="/status/[^"]*' body
	done >links
	[ "$(wc -l <links) $(sort -u links | wc -l)" = '8 8' ]
	get '/?q=e&page=2&limit=3'
	grep -q '^Link: <?page=1&q=e&limit=3>; rel="first", <?page=1&q=e&limit=3>; rel="prev", ' fields
	grep -q 'rel="prev" href="?page=1&amp;q=e&amp;limit=3"' body
	get '/?page=7&limit=3'
	[ "$CODE" = 404 ]
	grep -q 'There is no page 7\.' body
	run ! grep -q 'href="/status/\|rel="next"' body
	grep -q 'rel="prev" href="?page=3&amp;limit=3"' body
	for query in page=0 page=-1 page= page=x page=1000001 limit=0 limit=101 'q=e&limit=1e3'; do
		get "/?$query"
		grep -q 'The page is a number from 1 to 1000000, and the limit one from 1 to 100\.' body
		[ "$CODE" = 400 ]
		get "/account/acme?$query" 'HTTP_AUTHORIZATION=Bearer s3cret'
		[ "$CODE" = 400 ]
		get "/account/acme?$query"
		[ "$CODE" = 401 ]
	done
}

# names: the slugs of a list, in its order, on one line.
names() {
	grep -o '<li><span class="name"><a href="/status/[^"]*' body | sed 's/.*\///' | tr '\n' ' '
}

@test "the index has sections, and shows one state, group or tag, in another order" {
	get /
	grep -o '<h2 id="[a-z]*' body | sed 's/.*"//' | tr '\n' ' ' >sections
	[ "$(<sections)" = 'down degraded noted maintenance stale pending up ' ]
	for state in down degraded maintenance stale pending up; do
		grep -q "<li><a href=\"?state=$state\">" body
	done
	cp fields plain
	get '/?state=nonsense&sort=state&tag=&x=1'
	diff fields plain
	get '/?state=down'
	[ "$(names)" = 'red ' ]
	get '/?state=maintenance'
	[ "$(names)" = 'works ' ]
	get '/?state=up'
	[[ $(names) == split\ * ]]
	get '/?group=TOOLS'
	[ "$(names)" = 'amber green ' ]
	get '/?tag=eu'
	[ "$(names)" = 'red green ' ]
	get '/?tag=eu&state=down&group=money&q=invo'
	[ "$(names)" = 'red ' ]
	grep -q '<li>Group: <b>money</b> <a href="?state=down&amp;q=invo&amp;tag=eu">' body
	get '/?sort=name&q=e'
	[[ $(names) == "$long "* ]]
	run ! grep -q '<h2' body
	get '/?sort=uptime'
	read -ra order <<<"$(names)"
	[ "${order[0]} ${order[-1]}" = 'red fresh' ]
	get '/?sort=changed'
	[[ $(names) == *'fresh '* ]]
	# What is private is no answer to anything.
	for query in group=Hidden+group tag=hidden-tag q=veiled; do
		get "/?$query"
		sed 's/hidden-tag\|Hidden group\|veiled/x/Ig' body >private
		run ! grep -q 'Secret garden\|/status/' body
		grep -q 'No server matches\.' body
	done
}

@test "whatever the parameters of the index are, the answer is a page" {
	local many
	many=$(printf '%0600d' 7)
	for query in "q=$many" "tag=$many" "group=$many" "sort=$many" "state=$many" \
		"q=%00" 'q=%zz' 'tag=%FF%FE' 'group=%2e%2e%2f' 'sort=p95%00' 'tag=,' \
		'q=%0d%0aX:%20y' 'state=up&state=down' 'page=1&page=x' 'sort[]=p95' '&&==&' \
		"q=$(printf '%%C3%%A9%.0s' {1..120})" 'group=%22%3E%3Cscript%3E'; do
		get "/?$query"
		[ "$CODE" = 200 ] || { echo "$query: $CODE"; return 1; }
		run ! grep -qi '<script>\|^X:' out
		[ "$(wc -c <body)" -lt 60000 ]
	done
	for query in page=999999999 page=-1 page=1e9 limit=-5; do
		get "/?$query"
		[ "$CODE" = 400 ]
	done
	get '/?page=1000000'
	[ "$CODE" = 404 ]
}
