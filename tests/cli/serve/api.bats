#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: each path of the API answers as the OpenAPI document says, in every state of
# a server and of the store; and only the holder of its token can read an account.

# shellcheck disable=SC2016,SC2153
bats_require_minimum_version 1.5.0
load ../../helpers/serve
load ../../helpers/probes

HASH=$(printf %s "$TOKEN" | sha256sum)
HASH=${HASH%% *}

# account NAME FILTER SLUG…: stores an account, as the configuration makes it.
account() {
	local entry
	entry=$(jq -cn --arg hash "$HASH" \
		'{token_sha256: $hash, slugs: $ARGS.positional} | '"$2" --args "${@:3}")
	redis hset fleet:accounts "$1 $(jq -r .token_sha256 <<<"$entry")" "$entry" >/dev/null
}

setup_file() {
	redis_start "$BATS_FILE_TMPDIR/redis"
	know example-mcp
	publish example-mcp green '.regions[0] += {since: ($at - 7200), p95_ms: 141.6} |
		.regions[1] += {since: ($at + 8.25), p95_ms: null}'
	know old-store
	publish old-store amber
	know waiting
	know veiled '.private = true | .token_sha256 = "'"$HASH"'"'
	publish veiled red
	know late
	publish late green '.window -= 600'
	know nowhere '.regions = []'
	publish nowhere green '.regions[0].region = "r-unheard-of"'
	account acme . example-mcp late veiled waiting
	account empty .
	account other '.token_sha256 = "'"${HASH//[0-9]/0}"'"' veiled
	account odd '.slugs = ["A B"]'
	redis hset fleet:heartbeats ingest $((AS_OF + 40)) verdict $((AS_OF + 45)) >/dev/null
	env REQUEST_METHOD=GET REQUEST_URI=/api/openapi.json "$BIN/mcp-serve" |
		sed '1,/^\r$/d' >"$BATS_FILE_TMPDIR/openapi.json"
}

# valid PATH [NAME=VALUE…]: get; at the end of the test the document has to describe
# the answer.
valid() {
	get "$@"
	answers+=("$1" "answer-${#answers[@]}")
	cp out "${answers[-1]}"
}

teardown() {
	((${#answers[@]} == 0)) ||
		node "$ROOT/tests/openapi.mjs" "$BATS_FILE_TMPDIR/openapi.json" "${answers[@]}"
}

@test "the document is served as it is, and describes what there is" {
	get /api/openapi.json
	[ "$CODE $(says Content-Type)" = "200 application/json; charset=utf-8" ]
	diff body "$ROOT/serve/api/openapi.json"
	get /api/openapi.json "HTTP_IF_NONE_MATCH=$(says ETag)"
	[ "$CODE" = 304 ]
	valid /api/openapi.json
	# Every path of the table that programs ask is in it.
	while read -r path; do
		jq -e --arg path "$path" '.paths | keys | any(startswith($path))' \
			"$BATS_FILE_TMPDIR/openapi.json"
	done < <(sed -n 's|^\t{"\(/api/[^"]*\)".*|\1|p' "$ROOT/serve/http/route.c")
}

@test "every answer is one that the document describes" {
	for path in /api/embed-status/%s /api/status/%s/regions /badge/%s.svg /badge/%s.json; do
		for slug in example-mcp old-store waiting veiled late nowhere nope A; do
			# shellcheck disable=SC2059 # that is what it is for
			one=$(printf "$path" $slug)
			valid "$one"
			valid "$one" 'HTTP_IF_NONE_MATCH=*'
			valid "$one" "HTTP_AUTHORIZATION=Bearer $TOKEN"
			valid "$one" MCP_STORE=unix:///nonexistent
			valid "$one" REQUEST_METHOD=POST
		done
	done
	for name in acme empty other odd nope A; do
		valid /api/account/$name
		valid /api/account/$name "HTTP_AUTHORIZATION=Bearer $TOKEN"
		valid /api/account/$name "HTTP_AUTHORIZATION=Bearer wrong"
		valid /api/account/$name "HTTP_AUTHORIZATION=Bearer $TOKEN" MCP_STORE=unix:///nonexistent
	done
	for path in /badge.svg /badge.json; do
		valid $path
		valid $path 'HTTP_IF_NONE_MATCH=*'
		valid $path MCP_STORE=unix:///nonexistent
		valid $path REQUEST_METHOD=POST
	done
	for query in metric=uptime metric=tools metric=x region=London region=x label=; do
		valid /badge/example-mcp.json QUERY_STRING=$query
	done
	valid /healthz
	valid /healthz MCP_STORE=unix:///nonexistent
	NOW=$((AS_OF + 400)) valid /healthz
}

# bats test_tags=later
@test "what the document does not describe is found out" {
	get /api/embed-status/example-mcp
	for wrong in 's/"up"/"fine"/' 's/99.87/"99.87"/' 's/99.87/101/' \
		's/142/142.5/' 's/"p95_ms":142,//' 's/{"state"/{"step":1,"state"/' \
		's/:00Z/:00+00:00/' 's/"37s"/37/' 's/^Status: 200/Status: 418/' \
		's/^Content-Type: .*json/Content-Type: text\/plain/' '/^ETag/d' \
		's/^ETag: "v1-/ETag: "/'; do
		sed "$wrong" out >bad
		run ! diff -q out bad
		run -1 node "$ROOT/tests/openapi.mjs" "$BATS_FILE_TMPDIR/openapi.json" \
			/api/embed-status/example-mcp bad
	done
}

# bats test_tags=later
@test "regions: where it works and since when, and a cache rule of their own" {
	keep_order
	get /api/status/example-mcp/regions
	[ "$(<body)" = '{"as_of":"2026-04-29T20:31:00Z","regions":[{"city":"Ashburn","state":"up","since":"2026-04-29T18:31:00Z","p95_ms":142},{"city":"London","state":"down","since":"2026-04-29T20:31:08Z","p95_ms":null},{"city":"São Paulo","state":null,"since":null,"p95_ms":null}]}' ]
	[ "$CODE $(says Cache-Control)" = "200 public, max-age=30, stale-while-revalidate=60" ]
	[ "$(says ETag) $(says Vary)" = "$ETAG Accept-Encoding" ]
	get /api/status/example-mcp/regions "HTTP_IF_NONE_MATCH=$ETAG"
	[ "$CODE" = 304 ]
	# A verdict that was published before there were these members.
	get /api/status/old-store/regions
	[ "$(jq -c '.regions[1]' body)" = '{"city":"London","state":"down","since":null,"p95_ms":null}' ]
	# Without a configuration: known cities, or the names of regions.
	get /api/status/nowhere/regions
	[ "$(jq -c '[.regions[].city] | sort' body)" = '["London","São Paulo","r-unheard-of"]' ]
	NOW=$((AS_OF + 301)) get /api/status/example-mcp/regions 'HTTP_IF_NONE_MATCH=*'
	[ "$CODE $(jq -r .error body)" = "503 stale" ]
	get /api/status/veiled/regions
	[ "$CODE" = 404 ]
	get /api/status/veiled/regions "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$CODE $(says Cache-Control) $(says Vary)" = "200 private, no-store Authorization" ]
	get /api/status/example-mcp/regions
	run ! grep -q 'canary\|us-east-1' out
}

# bats test_tags=later
@test "an hour: one ETag is one body, and what is older than 5 minutes is no answer" {
	know hourly
	declare -A bodies=() tags=()
	local at last='' answers=0
	for ((at = 0; at < 3600; at += 30)); do
		# A verdict 5 s after each minute; none from 20 to 35 past.
		if ((at % 60 == 30 && (at < 1200 || at >= 2100))); then
			last=$((AS_OF + at - 30))
			publish hourly green ".window = $last | .published_at = $last + 5 |
				.last_probe_at = $last - $((at % 50))"
		fi
		for path in /api/embed-status/hourly /api/status/hourly/regions; do
			NOW=$((AS_OF + at)) get $path "HTTP_IF_NONE_MATCH=${tags[$path]-}"
			case $CODE in
			503) ((!last || AS_OF + at - last > 300)) ;;
			304) [ "$(says ETag)" = "${tags[$path]}" ] ;;
			200)
				((AS_OF + at - last <= 300))
				tags[$path]=$(says ETag)
				[ -z "${bodies[$path ${tags[$path]}]-}" ]
				bodies[$path ${tags[$path]}]=$(<body)
				answers=$((answers + 1))
				;;
			*) false ;;
			esac
		done
		NOW=$((AS_OF + at)) get /api/embed-status/hourly
		[ "$CODE" = 503 ] || [ "$(<body)" = "${bodies[/api/embed-status/hourly $(says ETag)]}" ]
	done
	((answers > 80))
}

@test "an account has all of its servers, and null for what is not known" {
	keep_order
	get /api/account/acme "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$CODE $(says Cache-Control) $(says Vary)" = "200 private, no-store Authorization" ]
	[ -z "$(says Access-Control-Allow-Origin)" ]
	jq -c '.servers[]' body >got
	diff - got <<-'END'
		{"slug":"example-mcp","state":"up","uptime_30d":99.87,"p95_ms":142,"last_probe_ago":"37s","as_of":"2026-04-29T20:31:00Z"}
		{"slug":"late","state":null,"uptime_30d":null,"p95_ms":null,"last_probe_ago":null,"as_of":"2026-04-29T20:21:00Z"}
		{"slug":"veiled","state":"down","uptime_30d":99.87,"p95_ms":142,"last_probe_ago":"37s","as_of":"2026-04-29T20:31:00Z"}
		{"slug":"waiting","state":null,"uptime_30d":null,"p95_ms":null,"last_probe_ago":null,"as_of":null}
	END
	get /api/account/empty "HTTP_AUTHORIZATION=bearer $TOKEN"
	[ "$(<body)" = '{"servers":[]}' ]
	get /api/account/acme "HTTP_AUTHORIZATION=Bearer $TOKEN" REQUEST_METHOD=HEAD
	[ "$CODE" = 200 ]
	[ ! -s body ]
}

# bats test_tags=later
@test "an account is read page by page, and what is no page is refused" {
	get '/api/account/acme?limit=3&x=1&page=2' "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$(jq -c '[.servers[].slug]' body)" = '["waiting"]' ]
	[ "$(says Link)" = '<?page=1&limit=3>; rel="first", <?page=1&limit=3>; rel="prev", <?page=2&limit=3>; rel="last"' ]
	get '/api/account/acme?limit=3&page=9' "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$CODE $(<body)" = '200 {"servers":[]}' ]
	[ "$(says Link)" = '<?page=1&limit=3>; rel="first", <?page=2&limit=3>; rel="prev", <?page=2&limit=3>; rel="last"' ]
	for query in page=0 page=x page= page=1000001 limit=0 limit=1001 'limit=3&page=%2b1'; do
		valid /api/account/acme "HTTP_AUTHORIZATION=Bearer $TOKEN" "QUERY_STRING=$query"
		[ "$CODE $(jq -r .error body) $(says Cache-Control)" = "400 parameter private, no-store" ]
		get /api/account/acme "QUERY_STRING=$query"
		[ "$CODE" = 404 ]
	done
}

@test "an account is not there for those without its token" {
	get /api/account/nope
	cp out want
	for name in acme other empty; do
		for wrong in '' 'Bearer wrong' "Basic $TOKEN" 'Bearer '; do
			get /api/account/$name "HTTP_AUTHORIZATION=$wrong"
			diff want out
		done
	done
	get /api/account/other "HTTP_AUTHORIZATION=Bearer $TOKEN"
	diff want out
	get /api/account/odd "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$CODE $(jq -r .error body)" = "503 store" ]
	grep -q '^mcp-serve: account odd: slugs: ' err
}

# traffic PATH [NAME=VALUE…]: the commands that an answer sends to the store, and
# the bytes there and back.
traffic() {
	redis config resetstat >/dev/null
	get "$@"
	redis info stats | tr -d '\r' |
		grep -E '^total_(connections_received|commands_processed|net_input_bytes|net_output_bytes)'
}

# The same commands take the same time, so that time gives nothing away.
@test "the store is asked of a private name what it is asked of an unknown one" {
	for path in /api/embed-status/%s /api/status/%s/regions /badge/%s.svg \
		'/badge/%s.json?metric=tools' '/badge/%s.svg?region=London' \
		/status/%s /status/%s/feed.atom '/api/embed-status-prom?slug=%s' \
		/status/%s/tools /status/%s/changes /status/%s/changes.atom \
		/status/%s/history/2026-04 /status/%s/incident/2026-04-28-1814-outage \
		/api/account/%s /account/%s; do
		# shellcheck disable=SC2059 # that is what it is for
		private=$(printf "$path" veiled) unknown=$(printf "$path" absent)
		account wealth . veiled
		[[ $path != */account/* ]] || private=${private/veiled/wealth}
		for field in X=1 'HTTP_AUTHORIZATION=Bearer wrong' HTTP_AUTHORIZATION=x; do
			query=(QUERY_STRING="${private#*\?}" "$field")
			traffic "$private" "${query[@]}" >of-private
			cp body body-private
			query=(QUERY_STRING="${unknown#*\?}" "$field")
			traffic "$unknown" "${query[@]}" >of-unknown
			diff of-unknown of-private
			diff <(sed 's/absent/NAME/g' body) \
				<(sed 's/veiled/NAME/g; s/wealth/NAME/g' body-private)
		done
	done
	# With its token it exists.
	get /api/embed-status/veiled "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$CODE" = 200 ]
}

# bats test_tags=later
@test "healthz asks the store the same, however many servers there are" {
	traffic /healthz >of-few
	grep -q ':[1-9]' of-few
	for i in {1..30}; do
		redis hset fleet:servers "more$i" '{"private":false}' >/dev/null
	done
	traffic /healthz | diff of-few -
	redis hdel fleet:servers more{1..30} >/dev/null
}

# A cluster has the keys of a script on one machine, or does not run it.
# bats test_tags=later
@test "a script touches one key, or the keys of one server" {
	redis config set slowlog-max-len 1000 slowlog-log-slower-than 0 >/dev/null
	for path in /api/embed-status/example-mcp /status/example-mcp /status/absent \
		/badge/veiled.svg /account/acme /healthz /api/embed-status-prom; do
		get "$path" "HTTP_AUTHORIZATION=Bearer $TOKEN"
	done
	redis --raw slowlog get 1000 >log
	redis config set slowlog-log-slower-than 10000 >/dev/null
	# The keys of each: behind EVAL, the script and their number.
	awk '$0 == "EVAL" { at = NR } at && NR == at + 2 { n = $0 }
		at && NR > at + 2 && NR <= at + 2 + n && /^[a-z]+:/ {
			split($0, part, ":"); print at, part[1] == "fleet" ? $0 : part[2]
		}' log | sort -u >owners
	[ "$(wc -l <owners)" -ge 8 ]
	[ -z "$(cut -d' ' -f1 owners | uniq -d)" ]
}

@test "nothing under /api/ is answered with a page" {
	for path in /api/embed-status/%00 /api/embed-status/a%0ab /api/embed-status/%zz \
		/api/embed-status/.. /api/../status/example-mcp /%61pi/x/%2e%2e/y /api/%7f \
		"/api/embed-status/$(printf 'a%.0s' {1..3000})" /api/ /api/nope; do
		get "$path"
		[ "$CODE $(says Content-Type)" = "404 application/json; charset=utf-8" ]
		[ "$(says Cache-Control)" = "public, max-age=5" ]
		[ "$(jq -c 'keys' body)" = '["error","message"]' ]
		get "$path" REQUEST_METHOD=PUT
		[ "$CODE $(says Allow) $(jq -r .error body)" = "405 GET, HEAD method" ]
		[ "$(says Cache-Control)" = "public, max-age=5" ]
	done
}

# bats test_tags=later
@test "what will be version 2 takes nothing from version 1" {
	for path in /api/v2 /api/v2/embed-status/example-mcp /api/v1/embed-status/example-mcp \
		/api/status/example-mcp /api/status//regions /api/account/; do
		get $path
		[ "$CODE $(jq -r .error body)" = "404 not-found" ]
	done
}

# bats test_tags=later
@test "from a configuration through probes to the regions and the account" {
	cat >fleet.yaml <<-END
		regions:
		  - {name: us-east-1}
		  - {name: eu-west-2, city: Londinium}
		accounts:
		  - {name: acme, token_sha256: $HASH}
		servers:
		  - {slug: mine, url: "https://mine.example/mcp", account: acme, private: true}
		  - {slug: theirs, url: "https://theirs.example/mcp"}
	END
	AT=$((AS_OF + 3600))
	for minute in 0 60 120; do
		for region in us-east-1 eu-west-2; do
			probes mine $region $((AT + minute))
		done | "$BIN/mcp-aggregate" ingest
		"$BIN/mcp-aggregate" verdict --config fleet.yaml --now $((AT + minute + 30)) >verdicts
	done
	NOW=$((AT + 160)) get /api/account/acme "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$(jq -c '[.servers[] | [.slug, .state]]' body)" = '[["mine","up"]]' ]
	# Of a private server nobody learns the regions.
	NOW=$((AT + 160)) get /healthz
	[ "$(jq -c '.silent_regions' body)" = '["eu-west-2","us-east-1"]' ]
	NOW=$((AT + 160)) get /api/embed-status-prom
	grep '^mcp_fleet_region_' body >got
	cat >want <<-END
		mcp_fleet_region_expected_servers{region="eu-west-2"} 1
		mcp_fleet_region_expected_servers{region="us-east-1"} 1
		mcp_fleet_region_reported_servers{region="eu-west-2"} 0
		mcp_fleet_region_reported_servers{region="us-east-1"} 0
	END
	diff want got
	NOW=$((AT + 160)) get /api/status/mine/regions "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$(jq -c '[.regions[] | [.city, .state, .since]]' body)" = '[["Ashburn","up","2026-04-29T21:31:00Z"],["Londinium","up","2026-04-29T21:31:00Z"]]' ]
	sed -i 's/acme/zenith/' fleet.yaml
	"$BIN/mcp-aggregate" verdict --config fleet.yaml --now $((AT + 150)) >verdicts
	NOW=$((AT + 160)) get /api/account/acme "HTTP_AUTHORIZATION=Bearer $TOKEN"
	[ "$CODE" = 404 ]
	# What readers may know stands where they ask, and nowhere else any more.
	[ "$(redis hkeys fleet:accounts)" = "zenith $HASH" ]
	[ "$(redis hkeys fleet:private)" = "mine $HASH" ]
	[ "$(redis get probe:mine:private)" = "$HASH" ]
	[ -z "$(redis hget fleet:servers mine)" ]
	sed -i 's/, private: true//' fleet.yaml
	echo 'servers_from: ["printf []\\n{}\\n"]' >>fleet.yaml
	"$BIN/mcp-aggregate" verdict --config fleet.yaml --now $((AT + 155)) >verdicts
	[ "$(redis exists fleet:private probe:mine:private)" -eq 0 ]
	NOW=$((AT + 160)) get /api/embed-status/mine
	[ "$CODE" = 200 ]
	NOW=$((AT + 160)) get /healthz
	[ "$(jq -c .silent_regions body)" = '[]' ]
	NOW=$((AT + 160)) get /api/embed-status-prom
	promtool check metrics <body >said 2>&1 || true
	run ! grep -v '^alivemcp_p95_ms ' said
	grep -qx 'mcp_fleet_left_out_servers 2' body
	grep '^mcp_fleet_region_' body >got
	cat >want <<-END
		mcp_fleet_region_expected_servers{region="eu-west-2"} 2
		mcp_fleet_region_expected_servers{region="us-east-1"} 2
		mcp_fleet_region_reported_servers{region="eu-west-2"} 1
		mcp_fleet_region_reported_servers{region="us-east-1"} 1
		mcp_fleet_region_last_probe_timestamp_seconds{region="eu-west-2"} $((AT + 120))
		mcp_fleet_region_last_probe_timestamp_seconds{region="us-east-1"} $((AT + 120))
	END
	diff want got
	# What an evaluation of long ago had tells nothing of now.
	NOW=$((AT + 600)) get /api/embed-status-prom
	run ! grep reported_servers body
	grep -qx "mcp_fleet_region_last_probe_timestamp_seconds{region=\"us-east-1\"} $((AT + 120))" body
	# Nor does one region that goes on reporting hide another that stopped.
	for minute in 180 240 300 360; do
		probes mine us-east-1 $((AT + minute))
	done | "$BIN/mcp-aggregate" ingest
	"$BIN/mcp-aggregate" verdict --config fleet.yaml --now $((AT + 390)) >verdicts
	NOW=$((AT + 400)) get /api/embed-status-prom
	grep -qx 'mcp_fleet_region_reported_servers{region="eu-west-2"} 0' body
	grep -qx 'mcp_fleet_region_reported_servers{region="us-east-1"} 1' body
	grep -qx "mcp_fleet_region_last_probe_timestamp_seconds{region=\"eu-west-2\"} $((AT + 120))" body
	# The past says nothing about the present, nor one server about the fleet.
	redis copy fleet:regions was >/dev/null
	"$BIN/mcp-aggregate" verdict --config fleet.yaml --now $((AT - 600)) >verdicts
	"$BIN/mcp-aggregate" verdict --config fleet.yaml --now $((AT + 900)) --slug mine >verdicts
	[ "$(redis get fleet:regions)" = "$(redis get was)" ]
}
