#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: from the records of a month comes its report: right figures, ranks, buckets and
# walls, as a page, as CSV and as JSON; of public servers only; and once it is final it
# stays.

# shellcheck disable=SC2154 # set by run
bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/probes
load ../../helpers/publish

# DAYS days of MONTH, from day FIRST, counted from 0: the first eight of this month, or
# where these are still to come, twelve of the month before; of those the store still
# counts durations, and they are more than half of the days up to then.
setup_file() {
	redis_start "$BATS_FILE_TMPDIR/redis"
	export MCP_STORE=unix://$REDIS_SOCK MONTH BEGIN END NEXT FIRST=0 DAYS=8
	MONTH=$(date -u +%Y-%m)
	if (($(date -u +%-d) < 10)); then
		MONTH=$(date -u -d "$MONTH-01 -1 day" +%Y-%m) FIRST=10 DAYS=12
	fi
	BEGIN=$(date -u -d "$MONTH-01" +%s)
	NEXT=$(date -u -d "@$((BEGIN + 40 * 86400))" +%Y-%m)
	END=$(date -u -d "$NEXT-01" +%s)
	cd "$BATS_FILE_TMPDIR" || return
	configure >fleet.yaml
	month | "$BIN/mcp-aggregate" backfill - -c fleet.yaml
	# As of noon on the last of them.
	NOON=$((BEGIN + (FIRST + DAYS - 1) * 86400 + 43200))
	now $((NOON - 20)) | "$BIN/mcp-aggregate" ingest -c fleet.yaml
	"$BIN/mcp-aggregate" verdict -c fleet.yaml -N "$NOON" >/dev/null
	# Nobody can ingest durations in the past: 70 ms on two days together, and 142 ms.
	local day=$((BEGIN / 86400 + FIRST))
	redis hset "probe:fine:latency:d$day" 300 90 >/dev/null
	redis hset "probe:fine:latency:d$((day + 1))" 330 10 >/dev/null
	redis hset "probe:also-fine:latency:d$day" 366 100 >/dev/null
	"$BIN/mcp-aggregate" snapshot -c fleet.yaml >snapshot
	export NOON
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export MCP_STORE=unix://$REDIS_SOCK
	redis flushall >/dev/null
	"$BIN/mcp-aggregate" restore -c "$BATS_FILE_TMPDIR/fleet.yaml" \
		"$BATS_FILE_TMPDIR/snapshot" 2>/dev/null
	export MCP_CONFIG=$BATS_FILE_TMPDIR/fleet.yaml NOW=$NOON
}

configure() {
	local slug
	cat <<-EOT
	site: {url: "https://status.example.com", title: Example status}
	regions: [{name: ap, city: Singapore}, {name: eu, city: London}, {name: us, city: Ashburn}]
	accounts:
	  - {name: acme, token_sha256: $(printf s3cret | sha256sum | cut -d' ' -f1)}
	servers:
	  - {slug: fine, url: "https://example.com/mcp", title: "=cmd, \"quoted\" <b>"}
	  - {slug: veiled, url: "https://example.com/mcp", title: Secret garden, private: true, account: acme}
	EOT
	for slug in also-fine changing shaky walled young never; do
		echo "  - {slug: $slug, url: \"https://example.com/mcp\", account: acme}"
	done
}

# seen AT SLUG [STEP]: a probe from each region.
seen() {
	local region
	for region in ap eu us; do
		probes "$2" $region "$1" ${3:+"$3"}
	done
}

# behind_wall AT: what walled has: OAuth, but in London a token.
behind_wall() {
	seen "$1" walled | sed '
		/"step":"initialize"/s/"detail":{}/"detail":{"http_status":401,"www_authenticate":"Bearer x"}/
		/"region":"eu".*"step":"oauth-discovery"/s/"pass","ms":2/"skip","ms":null/
		/"step":"\(auth-init\|tools\|tool-\)/s/"pass","ms":2/"skip","ms":null/
		s/"state":"healthy"/"state":"auth-walled"/
		/"type":"probe"/s/"protocol":.*/"protocol":null,"era":null,"tool_hash":null,"full_hash":null,"tool_count":null}/'
}

# other_tools: the same records, of a server whose tools are others.
other_tools() {
	local e f
	printf -v e %064d 0
	f=${e//0/f} e=${e//0/e}
	sed "s/a\{64\}/$e/; s/b\{64\}/$f/"
}

# month: twelve minutes on each of the days.
month() {
	local day minute at
	for ((day = 0; day < DAYS; day++)); do
		for ((minute = 0; minute < 12; minute++)); do
			at=$((BEGIN + (FIRST + day) * 86400 + 3600 + minute * 60 + 5))
			seen $at fine
			seen $at also-fine
			seen $at veiled
			behind_wall $at
			((day < DAYS - 2)) || seen $at young
			if ((day > 3)); then
				seen $at changing | other_tools
			else
				seen $at changing
			fi
			if ((day == 2 && minute < 6)); then
				seen $at shaky tools-list
			else
				seen $at shaky
			fi
		done
	done
}

# now AT: what the last minute brought.
now() {
	local slug
	for slug in fine also-fine veiled young; do
		seen "$1" $slug
	done
	seen "$1" changing | other_tools
	seen "$1" shaky tools-list
	behind_wall "$1"
}

# report [ARGS…]: makes it.
report() {
	run --separate-stderr "$BIN/mcp-aggregate" report "$@"
}

# row SLUG FILTER: of the JSON in body.
row() {
	jq -c --arg slug "$1" ".leaderboard[] | select(.slug == \$slug) | $2" body
}

@test "from records to the report: figures, ranks, buckets, protocols and walls" {
	report -N "$NOON" -f jsonl
	[ "$status" = 0 ]
	[ "$(jq -c '[.month, .final, .days, .servers, .ranked]' <<<"$output")" = "[\"$MONTH\",false,$((FIRST + DAYS)),7,5]" ]
	get "/report/$MONTH.json"
	[ "$CODE $(says Content-Type)" = "200 application/json; charset=utf-8" ]
	# Five with a place: by uptime, p95, and changes of tools.
	[ "$(jq -r '[.leaderboard[] | "\(.rank) \(.slug)"] | join(", ")' body)" = \
		'1 fine, 2 also-fine, 3 changing, 4 walled, 5 shaky, null never, null young' ]
	[ "$(row fine '[.uptime, .known_days, .tool_changes, .bucket]')" = "[100,$DAYS,0,\"healthy\"]" ]
	[ "$(row changing '[.uptime, .tool_changes, .tools_since]')" = \
		"[100,1,\"$(date -u -d "@$((BEGIN + (FIRST + 4) * 86400 + 3605))" +%Y-%m-%dT%H:%M:%SZ)\"]" ]
	[ "$(row walled '[.uptime, .tool_changes, .tools_since, .bucket]')" = '[100,null,null,"auth-walled"]' ]
	[ "$(row young '[.known_days, .rank]')" = '[2,null]' ]
	[ "$(row never '[.known_days, .uptime, .p95_ms, .bucket]')" = '[0,null,null,"no-data"]' ]
	# Its failures, red minutes of those that are counted, rounded down.
	redis hgetall probe:shaky:minutes | paste - - | grep : >minutes
	[ "$(awk '/:red/ { n += $2 } END { print n }' minutes)" -ge 7 ]
	[ "$(row shaky '[.known_minutes, .uptime, .known_days, .bucket]')" = "$(awk -v days="$DAYS" '
		{ n += $2 } /:red/ { red += $2 }
		END { printf "[%d,%.2f,%d,\"mcp-broken\"]", n, int((n - red) * 10000 / n) / 100, days }' minutes)" ]
	[ "$(row fine '.p95_ms >= 68 and .p95_ms <= 71')" = true ]
	[ "$(row also-fine '.p95_ms >= 140 and .p95_ms <= 144')" = true ]
	[ "$(jq -c '[.buckets[] | select(.count > 0) | [.name, .count]]' body)" = \
		'[["healthy",4],["auth-walled",1],["mcp-broken",1],["no-data",1]]' ]
	[ "$(jq '[.buckets[].share] | add * 10 | round' body)" = 1000 ]
	[ "$(jq -c '[.protocols[] | [.protocol, .count]]' body)" = '[["2025-11-25",5],[null,2]]' ]
	# Of its regions the one that knows most.
	[ "$(jq -c '[.walls[] | select(.count > 0) | [.name, .count]]' body)" = '[["oauth",1]]' ]
	[ "$(jq -c .cities body)" = '["Ashburn","London","Singapore"]' ]
}

@test "the page says the same, in words, and that the month is not over" {
	report -N "$NOON"
	get "/report/$MONTH"
	[ "$CODE $(says Content-Type)" = "200 text/html; charset=utf-8" ]
	grep -q "<h1>MCP servers in $(date -u -d "$MONTH-01" '+%B %Y')</h1>" body
	grep -q '7 servers, watched from Ashburn, London and Singapore' body
	grep -q "<b>Preliminary</b>: day $((FIRST + DAYS)) of the month" body
	grep -q 'Cite as <b>https://status.example.com/report/'"$MONTH" body
	grep -q '<td class="rank">2</td><th scope="row"><a href="/status/also-fine">also-fine</a>' body
	grep -q '<td class="rank">1</td><th scope="row"><a href="/status/fine">=cmd, &quot;quoted&quot; &lt;b&gt;</a></th><td data-label="Uptime">100.00' body
	grep -q 'known on at least 7 days of the month' body
	grep -q 'OAuth <small>' body
	[ "$(grep -c '<td class="rank">' body)" = 5 ]
	# The index leads there; so does the short address.
	get /
	grep -q "<a href=\"/report/$MONTH\">" body
	get /report
	[ "$CODE $(says Location)" = "302 /report/$MONTH" ]
	# What has been read is not sent again.
	get "/report/$MONTH"
	get "/report/$MONTH" "HTTP_IF_NONE_MATCH=$(says ETag)"
	[ "$CODE $(says Cache-Control)" = "304 public, max-age=60, stale-while-revalidate=300" ]
}

@test "as CSV it is what RFC 4180 says, and no cell is a formula" {
	report -N "$NOON"
	get "/report/$MONTH.csv"
	[ "$CODE $(says Content-Type)" = "200 text/csv; charset=utf-8; header=present" ]
	[ "$(wc -l <body)" = 8 ]
	[ "$(grep -c $'\r$' body)" = 8 ]
	python3 - "$MONTH" <<-'EOT'
	import csv, sys
	rows = list(csv.DictReader(open("body", newline="")))
	assert [r["server"] for r in rows] == ["fine", "also-fine", "changing", "walled",
		"shaky", "never", "young"], rows
	assert all(r["month"] == sys.argv[1] and None not in r for r in rows), rows
	assert rows[0]["title"] == "'=cmd, \"quoted\" <b>", rows[0]
	assert rows[0]["uptime_percent"] == "100.00" and rows[0]["rank"] == "1", rows[0]
	assert not any(v.startswith(tuple("=+-@\t\r")) for r in rows for v in r.values())
	EOT
}

@test "a private server is never in it, and one that becomes private or goes is hidden" {
	report -N "$NOON"
	redis --raw hgetall "fleet:report:$MONTH" >stored
	run ! grep -i 'veiled\|secret garden\|s3cret\|acme\|us-east\|tools-list\|http.503\|example.com/mcp' stored
	sed -i 's/slug: changing, /&private: true, /; /slug: young/d' "$MCP_CONFIG"
	now "$((NOON + 10))" | "$BIN/mcp-aggregate" ingest
	"$BIN/mcp-aggregate" verdict -N "$((NOON + 30))" >/dev/null
	configure >"$MCP_CONFIG"
	for path in "/report/$MONTH" "/report/$MONTH.csv" "/report/$MONTH.json"; do
		get "$path" "HTTP_AUTHORIZATION=Bearer s3cret"
		[ "$CODE" = 200 ]
		run ! grep -q 'changing\|young\|veiled\|Secret' body
		grep -q also-fine body
	done
	# The ranks of the others stay, and so do the counts.
	[ "$(row walled .rank) $(jq .servers body)" = '4 7' ]
	get "/report/$MONTH"
	grep -q '2 more, counted above, are not listed here any more' body
}

@test "an hour after its end it is final, and then nothing changes it" {
	report -N "$((END + 600))" -f text --month "$MONTH"
	[[ $output == "$MONTH: 7 servers, "*Z ]]
	get "/report/$MONTH"
	grep -q 'its last minutes may still be counted' body
	report -N "$((END + 3600))" -f text --month "$MONTH"
	[[ $output == "$MONTH: 7 servers, "*", final" ]]
	redis --raw hgetall "fleet:report:$MONTH" >before
	[ "$(redis ttl "fleet:report:$MONTH")" -gt $((396 * 86400)) ]
	seen $((BEGIN + 6 * 86400 + 90000 + 5)) fine | "$BIN/mcp-aggregate" backfill -
	report -N "$((END + 7200))" --month "$MONTH"
	[ "$status:$output" = 0: ]
	[[ $stderr == *"the report on $MONTH is final"* ]]
	redis --raw hgetall "fleet:report:$MONTH" | diff before -
	# Days after the last: too few for a place.
	get "/report/$MONTH.json"
	jq -e '.final and .days >= 28 and .ranked == 0' body
	get "/report/$MONTH"
	grep -q 'this report stays as it is' body
	# Of this month nothing is known yet, so there is no report; each run looks anew.
	redis del "fleet:report:$MONTH" >/dev/null
	report -N "$((END + 7200))" -f jsonl
	[ "$status $(jq -r .month <<<"$output")" = "0 $MONTH" ]
	[[ $stderr == *"warning: nothing is known of $NEXT yet" ]]
	[ "$(redis exists "fleet:report:$NEXT")" = 0 ]
}

@test "a month that is none, or has no report, is a 404; and a command says why" {
	report -N "$NOON"
	for month in 2026-13 0000-00 2026-1 "$NEXT" 9999-12 2026-011 x '' 2026-11x; do
		for suffix in '' .csv .json; do
			get "/report/$month$suffix"
			# A slash alone leads to the latest.
			[[ $month$suffix ]] || [ "$CODE" = 301 ]
			[[ ! $month$suffix ]] || [ "$CODE" = 404 ]
			[[ $suffix != .json || $month == '' || $(jq -r .error body) == not-found ]]
		done
	done
	get "/report/$MONTH?page=0"
	[ "$CODE" = 400 ]
	get "/report/$MONTH?page=7"
	[ "$CODE" = 200 ]
	for month in 2026-13 2026-1 0000-00 x; do
		report --month "$month"
		[ "$status" = 2 ]
		[[ $stderr == *"is not a month like 2026-11"* ]]
	done
	report -N "$NOON" --month "$NEXT"
	[ "$status" = 2 ]
	[[ $stderr == *"--month: $NEXT has not begun" ]]
	report -N "$NOON" --month 2001-02
	[ "$status" = 2 ]
	[[ $stderr == *"nothing is known of 2001-02" ]]
	report --store unix:///nonexistent
	[ "$status" = 3 ]
	get "/report/$MONTH.json" MCP_STORE=unix:///nonexistent
	[ "$CODE $(jq -r .error body)" = '503 store' ]
	get "/report/$MONTH" MCP_STORE=unix:///nonexistent
	[ "$CODE" = 503 ]
}

@test "answers are those of the OpenAPI document; what cannot be read is a 503" {
	report -N "$NOON"
	get /api/openapi.json
	mv body openapi.json
	for path in "/report/$MONTH.json" "/report/$MONTH.csv" "/report/$NEXT.json" "/report/$NEXT.csv"; do
		for with in X=1 'HTTP_IF_NONE_MATCH=*' MCP_STORE=unix:///nonexistent REQUEST_METHOD=POST; do
			get "$path" "$with"
			node "$ROOT/tests/openapi.mjs" openapi.json "$path" out
		done
	done
	redis hset "fleet:report:$MONTH" rows:0 '[{"slug":"../x"}]' >/dev/null
	get "/report/$MONTH.json"
	[ "$CODE" = 503 ]
	grep -q 'rows of a report: slug: not a slug' err
	redis hset "fleet:report:$MONTH" head nonsense >/dev/null
	get "/report/$MONTH"
	[ "$CODE" = 503 ]
}

# many N: a report on N servers, all of them public, as the command writes it.
many() {
	awk -v n="$1" -v month="$MONTH" 'function put(s) { printf "$%d\r\n%s\r\n", length(s), s }
	BEGIN {
		key = "fleet:report:" month
		as_of = month "-20T00:00:00Z"
		printf "*2\r\n"; put("DEL"); put(key)
		printf "*6\r\n"; put("HSET"); put(key); put("as_of"); put(as_of); put("head")
		put("{\"v\":1,\"type\":\"report\",\"month\":\"" month "\",\"as_of\":\"" as_of "\",\"final\":false," \
			"\"days\":20,\"latency_from\":\"" month "-01T00:00:00Z\",\"servers\":" n ",\"ranked\":" n "," \
			"\"least_days\":7,\"least_minutes\":12,\"cities\":[],\"buckets\":[],\"protocols\":[],\"walls\":[]}")
		for (i = 0; i < n; i++) {
			slug = sprintf("server-%05d", i)
			printf "*4\r\n"; put("HSET"); put("fleet:servers"); put(slug)
			put("{\"private\":false,\"interval\":60,\"regions\":[],\"title\":\"A title of a usual length, number " i "\"}")
			rows = rows (i % 100 ? "," : "[") "{\"slug\":\"" slug "\",\"rank\":" i + 1 \
				",\"uptime\":99.5,\"known_minutes\":28800,\"known_days\":20,\"p95_ms\":142," \
				"\"tool_changes\":0,\"tools_since\":\"" as_of "\",\"bucket\":\"healthy\"}"
			if (i % 100 == 99 || i == n - 1) {
				printf "*4\r\n"; put("HSET"); put(key); put("rows:" int(i / 100)); put(rows "]")
				rows = ""
			}
		}
	}' | redis --pipe >/dev/null
}

@test "revisions that strangers make up are no more than a report has room for" {
	unset MCP_CONFIG
	redis flushall >/dev/null
	for i in {10..59}; do
		probes "server-$i" eu $((NOON - 20)) | sed "s/2025-11-25/20$i-01-01/"
		probes "server-$i" us $((NOON - 20)) | sed "s/2025-11-25/20$i-01-01/"
	done | sed 's/2059-01-01/<b>59<b>/' | "$BIN/mcp-aggregate" ingest
	"$BIN/mcp-aggregate" verdict -N "$NOON" >/dev/null
	report -N "$NOON" -f jsonl
	jq -e '.servers == 50 and (.protocols | length == 32) and
		([.protocols[].count] | add == 50) and
		([.protocols[] | select(.protocol == null) | .count] | length == 1) and
		all(.protocols[].protocol; . == null or test("^20[1-5][0-9]-01-01$"))' <<<"$output"
}

# little COMMAND…: in 80 MiB; sanitizers need more.
little() (
	[[ $BIN == */san/* ]] || ulimit -Sv $((80 * 1024))
	"$@"
)

@test "twelve thousand servers: pages of a hundred, and whole files in little memory" {
	many 12000
	get "/report/$MONTH?page=73"
	[ "$(grep -c '<td class="rank">' body)" = 100 ]
	grep -q '<td class="rank">7201</td>' body
	grep -q '<span>Page 73 of 120</span>' body
	grep -q 'href="?page=74"' body
	[ "$(gzip -9 <body | wc -c)" -lt 30000 ]
	[[ $(says Link) == *'<?page=120>; rel="last"' ]]
	little get "/report/$MONTH.json"
	jq -e '(.leaderboard | length == 12000) and .leaderboard[11999].rank == 12000' body
	run ! grep -q '^ETag\|^Content-Length' fields
	little get "/report/$MONTH.csv"
	[ "$(wc -l <body)" = 12001 ]
	[ "$(tail -n 1 body | cut -d, -f 3)" = server-11999 ]
	# Made anew while it is sent, or cut off: who reads it can tell.
	redis hdel "fleet:report:$MONTH" rows:115 >/dev/null
	get "/report/$MONTH.csv"
	[ "$(tail -c 10 body)" = incomplete ]
	get "/report/$MONTH.json"
	run ! jq -e . body
}

@test "as files it is what is answered, and all reports are listed" {
	report -N "$NOON"
	mkdir www
	"$BIN/mcp-serve" render --now "$NOON" www
	for file in "$MONTH/index.html" "$MONTH.csv" "$MONTH.json"; do
		get "/report/${file%/index.html}"
		diff body "www/report/$file"
	done
	grep -q "<a href=\"/report/$MONTH\">" www/report/index.html
	redis del "fleet:report:$MONTH" >/dev/null
	"$BIN/mcp-serve" render --now "$NOON" www
	[ ! -e www/report ]
	get /
	run ! grep -q /report body
}
