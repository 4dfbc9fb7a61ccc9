#!/usr/bin/env bats
# shellcheck disable=SC2016
# Goal: a maintenance is added, shown and ended by its commands and by the
# web; what is wrong is refused in words, and nobody adds one to the server of
# another.

bats_require_minimum_version 1.5.0
load ../lib
load ../redis

NOW=1777494660 # 2026-04-29T20:31:00Z, a Wednesday
TOKEN=s3cret-canary

setup_file() {
	redis_start "$BATS_FILE_TMPDIR/redis"
}

teardown_file() {
	redis_stop
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
	redis flushall >/dev/null
	local hash other
	hash=$(printf %s "$TOKEN" | sha256sum)
	other=$(printf %s other | sha256sum)
	cat >fleet.yaml <<-END
		store: $MCP_STORE
		regions: [{name: ap}, {name: eu}, {name: us}]
		accounts:
		  - {name: acme, token_sha256: ${hash%% *}}
		  - {name: other, token_sha256: ${other%% *}}
		servers:
		  - {slug: example-mcp, url: "https://a.example.com/", account: acme}
		  - {slug: example-two, url: "https://b.example.com/", account: other}
		  - {slug: nobodys, url: "https://c.example.com/"}
		alerts: {business: {zone: Europe/Berlin}}
	END
}

# maintenance WANT WORD ARGUMENT…: what it prints goes to out, messages to err.
maintenance() {
	local want=$1 status=0
	shift
	timeout -k 2 600 "$BIN/mcp-alert" maintenance "$@" >out 2>err || status=$?
	[[ $status == "$want" ]] || { echo "exit status $status"; cat err; return 1; }
}

# add WANT ARGUMENT…: as of NOW.
add() {
	maintenance "$1" add -N "$NOW" "${@:2}"
}

# stands FILTER: what it says of the one record in the store.
stands() {
	redis hvals fleet:maintenance | jq -cr "$1"
}

# refused WHY ARGUMENT…
refused() {
	add 2 "${@:2}"
	[ ! -s out ]
	grep -qF -- "$1" err || { cat err; return 1; }
	[ "$(redis exists fleet:maintenance)" = 0 ]
}

@test "one is added, and stands in the store as it was printed" {
	add 0 --for 2h --reason 'new disks' --by ann example-mcp 'x*'
	[ ! -s err ]
	diff <(jq -c 'del(.id)' out) - <<-END
		{"v":1,"type":"maintenance","slugs":["example-mcp","x*"],"accounts":[],"starts_at":$NOW,"ends_at":$((NOW + 7200)),"every":null,"zone":"UTC","reason":"new disks","by":"ann","ended_at":null}
	END
	diff <(redis hvals fleet:maintenance) out
	[ "$(redis hkeys fleet:maintenance)" = "$(jq -r .id out)" ]
	[ "$(redis ttl fleet:maintenance)" -gt $((34 * 86400)) ]
}

@test "instants are RFC 3339, epoch seconds, or the next HH:MM of the zone" {
	add 0 --start 2026-04-29T23:00:00+02:00 --end $((NOW + 7200)) a
	[ "$(jq -c '[.starts_at, .ends_at]' out)" = "[$((NOW + 29 * 60)),$((NOW + 7200))]" ]
	add 0 --start 20:45 --end 21:15 a
	[ "$(jq -c '[.starts_at, .ends_at]' out)" = "[$((NOW + 14 * 60)),$((NOW + 44 * 60))]" ]
	add 0 --start 20:30 --end 20:00 a
	[ "$(jq -r '.starts_at | todate' out)" = 2026-04-30T20:30:00Z ]
	# In Berlin it is 22:31; the configuration says so, too.
	add 0 --start 22:45 --for 10m --zone Europe/Berlin a
	[ "$(jq -r '.starts_at | todate' out)" = 2026-04-29T20:45:00Z ]
	add 0 -c fleet.yaml --start 02:00 --end 03:00 nobodys
	[ "$(jq -cr '[(.starts_at, .ends_at | todate), .zone]' out)" = \
		'["2026-04-30T00:00:00Z","2026-04-30T01:00:00Z","Europe/Berlin"]' ]
}

@test "what is longer than the cap is cut, and that is said" {
	add 0 --for 24h example-mcp
	grep -q 'warning: no maintenance is longer than 14400 s.*ends at 2026-04-30T00:31:00Z' err
	[ "$(stands .ends_at)" = $((NOW + 4 * 3600)) ]
	redis del fleet:maintenance
	sed -i 's/^alerts: {/&policy: {maintenance: 1h}, /' fleet.yaml
	add 0 -c fleet.yaml --for 2h example-mcp
	[ "$(stands .ends_at)" = $((NOW + 3600)) ]
	redis del fleet:maintenance
	refused 'it was over at 2026-04-29T20:30:59Z' --start $((NOW - 4 * 3600 - 1)) \
		--for 24h example-mcp
}

@test "what is wrong is refused" {
	refused 'one of --end and --for is needed' a
	refused 'one of --end and --for is needed' --for 1h --end 23:00 a
	refused 'no server is named' --for 1h
	refused "'A B': neither a server nor a pattern" --for 1h 'A B'
	refused "'': neither a server nor a pattern" --for 1h ''
	refused 'end is not after its start' --start 21:00 --end $NOW a
	refused 'it was over at' --start $((NOW - 600)) --end $((NOW - 60)) a
	refused "--start: '25:00' is not" --start 25:00 --for 1h a
	refused "--end: 'soon' is not" --end soon a
	refused "--for: '5' is not" --for 5 a
	refused "--for: '8d' is not" --for 8d a
	refused "--zone: 'Europe/Berlen' is not a time zone" --for 1h --zone Europe/Berlen a
	refused "--every: 'monday' is not" --for 1h --every monday a
	refused "no server 'exmaple-mcp' in the configuration; did you mean 'example-mcp'?" \
		-c fleet.yaml --for 1h exmaple-mcp
	refused "no server matches 'zz*'" -c fleet.yaml --for 1h 'zz*'
	refused "no account 'acmee' in the configuration; did you mean 'acme'?" \
		-c fleet.yaml --for 1h --account acmee
	MCP_STORE=unix:///nowhere add 3 --for 1h a
}

@test "the list shows what is active, coming, recurring, and ended in the last day" {
	maintenance 0 list -N "$NOW" -f text
	[ "$(<out)" = 'No maintenance is known.' ]
	add 0 --for 1h --reason $'disks\e[31m' example-mcp
	add 0 --start 23:00 --for 1h --account acme -c fleet.yaml --zone UTC
	add 0 --start 02:00 --for 1h --every mon,thu --zone Europe/Berlin 'b*'
	maintenance 0 list -N $((NOW + 60)) -f text
	diff <(sed 's/m-[0-9a-f]*/ID/' out | sort) - <<-'END'
		active     2026-04-29T20:31:00Z  2026-04-29T21:31:00Z  ID  example-mcp: disks?[31m
		coming     2026-04-29T23:00:00Z  2026-04-30T00:00:00Z  ID  account acme
		recurring  2026-04-30T00:00:00Z  2026-04-30T01:00:00Z  ID  b* (mon,thu, Europe/Berlin)
	END
	maintenance 0 list -N $((NOW + 3600)) -f text
	[ "$(grep -c ^ended out)" = 1 ]
	maintenance 0 list -N $((NOW + 3 * 86400))
	[ "$(jq -c .every out)" = '["mon","thu"]' ]
	maintenance 0 list -N $((NOW + 4 * 86400)) -f text
	grep -q '^recurring  2026-05-04T00:00:00Z' out
}

@test "one is ended, now and for good" {
	add 0 --for 1h example-mcp
	id=$(jq -r .id out)
	maintenance 2 end -N "$NOW" no-such
	grep -qF "maintenance 'no-such': there is none of that name" err
	maintenance 0 end -N $((NOW + 600)) "$id"
	[ "$(stands .ended_at)" = $((NOW + 600)) ]
	maintenance 2 end -N $((NOW + 700)) "$id"
	grep -q 'is over' err
	add 0 --for 1h --every daily a
	id=$(jq -r .id out)
	maintenance 0 end -N $((NOW + 600)) "$id"
	maintenance 0 list -N $((NOW + 700)) -f text
	[ "$(grep -c ^ended out)" = 2 ]
	add 0 --start 23:00 --for 1h b
	maintenance 0 end -N $((NOW + 600)) -f text "$(jq -r .id out)"
	grep -q '^cancelled' out
	maintenance 2 end -N "$NOW"
	grep -qF 'maintenance end: the id of a maintenance is missing' err
}

@test "what has been over for 35 days leaves, and what lasts does not" {
	add 0 --for 1h a
	add 0 --for 1h --every daily b
	redis expire fleet:maintenance 100 >/dev/null
	maintenance 0 list -N $((NOW + 40 * 86400))
	[ "$(redis ttl fleet:maintenance)" -gt 86400 ]
	NOW=$((NOW + 40 * 86400)) add 0 --for 1h c
	[ "$(redis hvals fleet:maintenance | jq -r '.slugs[]' | sort | paste -sd' ')" = 'b c' ]
}

@test "an entry that cannot be read is told of, and the others are known" {
	add 0 --for 1h a
	redis hset fleet:maintenance bad '{"v":1,"type":"maintenance"}' worse '{' >/dev/null
	maintenance 0 list -N "$NOW"
	[ "$(wc -l <out)" = 1 ]
	grep -qF "maintenance 'bad': cannot be read: slugs" err
	grep -qF "maintenance 'worse': cannot be read" err
}

# post PATH BODY [NAME=VALUE…]: what it answers as a CGI: CODE, fields and body.
post() {
	printf %s "$2" >in
	env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST REQUEST_URI="$1" \
		CONTENT_TYPE='application/json; charset=utf-8' \
		CONTENT_LENGTH="$(wc -c <in)" MCP_CONFIG="$PWD/fleet.yaml" \
		HTTP_AUTHORIZATION="Bearer $TOKEN" "${@:3}" \
		"$BIN/mcp-alert" <in >out 2>err
	sed '/^\r$/q' out >fields
	tail -c "+$(($(wc -c <fields) + 1))" out >body
	CODE=$(sed -n '1s/^Status: \([0-9]*\) .*/\1/p' fields)
}

AT=/api/v1/monitors/example-mcp/maintenance

# is CODE ERROR: what was answered, and nothing is stored.
is() {
	[[ "$CODE $(jq -r '"\(.error) \(.message | length > 0)"' body)" == "$1 $2 true" ]] ||
		{ cat out err; return 1; }
	grep -q '^Cache-Control: no-store' fields
	[ "$(redis exists fleet:maintenance)" = 0 ]
}

@test "the web adds one to a server of its account" {
	now=$(date +%s)
	post $AT '{"starts_at":"'"$(date -ud "@$now" +%FT%TZ)"'","ends_at":"'"$(date -ud "@$((now + 600))" +%FT%TZ)"'","reason":"new disks"}'
	[ "$CODE" = 201 ]
	grep -q '^Cache-Control: no-store' fields
	diff <(jq -c 'del(.id)' body) - <<-END
		{"v":1,"type":"maintenance","slugs":["example-mcp"],"accounts":[],"starts_at":$now,"ends_at":$((now + 600)),"every":null,"zone":null,"reason":"new disks","by":"account acme","ended_at":null}
	END
	diff <(redis hvals fleet:maintenance) body
	redis del fleet:maintenance
	post $AT '{"duration_seconds":999999}'
	is 400 body
	post $AT '{"duration_seconds":86400}'
	[ "$CODE" = 201 ]
	stands '.ends_at - .starts_at' | grep -qx 14400
}

@test "without the token of the account nothing is told and nothing done" {
	post $AT '{"duration_seconds":600}' HTTP_AUTHORIZATION=
	is 401 token
	grep -q '^WWW-Authenticate: Bearer' fields
	cp body first
	post $AT '{"duration_seconds":600}' HTTP_AUTHORIZATION='Bearer wrong'
	is 401 token
	post /api/v1/monitors/no-such/maintenance '{' HTTP_AUTHORIZATION='Bearer wrong'
	is 401 token
	diff first body
	for slug in no-such example-two nobodys A%20B; do
		post /api/v1/monitors/$slug/maintenance '{"duration_seconds":600}'
		is 404 not_found
	done
}

@test "a request that is none is refused" {
	for body in '' '{' '[]' '{}' '{"ends_at":1}' '{"ends_at":"soon"}' \
		'{"duration_seconds":"600"}' '{"duration_seconds":59}' \
		'{"duration_seconds":600,"ends_at":99999999999}' \
		'{"duration_seconds":600,"starts_at":null}' \
		'{"duration_seconds":600,"starts_at":-5}' \
		'{"duration_seconds":600,"reason":7}' \
		'{"duration_seconds":600,"slugs":["*"]}' \
		'{"duration_seconds":600,"duration_seconds":700}'; do
		post $AT "$body"
		is 400 body || { echo "$body"; return 1; }
	done
	post $AT '{"starts_at":1000,"duration_seconds":600}'
	is 400 over
	post $AT '{}' CONTENT_TYPE=text/plain
	is 415 media_type
	post $AT '{}' CONTENT_TYPE=application/jsonl
	is 415 media_type
	post $AT '{}' CONTENT_LENGTH=16385
	is 413 too_large
	post $AT '{}' CONTENT_LENGTH=3
	is 400 body
	for method in GET HEAD PUT DELETE; do
		post $AT '{}' REQUEST_METHOD=$method
		[ "$CODE" = 405 ]
		grep -q $'^Allow: POST\r$' fields
	done
	post /api/v1/monitors//maintenance '{}'
	is 404 not_found
	post /api/v1/monitors/example-mcp/maintenance/x '{}'
	is 404 not_found
	post $AT '{"duration_seconds":600}' MCP_CONFIG=
	is 503 unavailable
	sed -i "s|^store: .*|store: unix:///nowhere|" fleet.yaml
	post $AT '{"duration_seconds":600}'
	is 503 unavailable
}

@test "behind a web server a query is no command" {
	post $AT '{"duration_seconds":600}' QUERY_STRING=list
	run env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET REQUEST_URI=/x "$BIN/mcp-alert" \
		maintenance list
	[[ $output == 'Status: 404'* ]]
}

@test "through lighttpd it is the same" {
	cat >lighttpd.conf <<-END
		server.modules = ("mod_cgi", "mod_alias", "mod_setenv")
		server.document-root = "$PWD"
		server.bind = "$PWD/http.sock"
		server.pid-file = "$PWD/lighttpd.pid"
		server.errorlog = "$PWD/lighttpd.log"
		setenv.set-environment = ("MCP_CONFIG" => "$PWD/fleet.yaml")
		\$HTTP["url"] =~ "^/api/v1/" {
			alias.url = ("/api/v1" => "$BIN/mcp-alert")
			cgi.assign = ("" => "")
		}
	END
	lighttpd -f lighttpd.conf 3>&-
	code=$(curl -s --max-time 60 --unix-socket http.sock -o body -w '%{http_code}' \
		-H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
		-d '{"duration_seconds":600,"reason":"x"}' "http://localhost$AT")
	refused=$(curl -s --max-time 60 --unix-socket http.sock -o /dev/null \
		-w '%{http_code}' -H 'Content-Type: application/json' -d '{}' \
		"http://localhost$AT?list")
	kill "$(<lighttpd.pid)"
	[ "$code $refused" = '201 401' ] || { echo "$code $refused"; cat lighttpd.log; return 1; }
	diff <(redis hvals fleet:maintenance) body
}
