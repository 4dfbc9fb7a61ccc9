#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2086,SC2153
# Goal: a maintenance is added by the web, to a server of the account whose
# writing token is shown and to no other, and never so that more is silent than
# one maintenance may be.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/maintenance

@test "the web adds one to a server of its account" {
	now=$(date +%s)
	post $AT '{"starts_at":"'"$(date -ud "@$now" +%FT%TZ)"'","ends_at":"'"$(date -ud "@$((now + 600))" +%FT%TZ)"'","reason":"new disks"}'
	[ "$CODE" = 201 ]
	grep -q '^Cache-Control: no-store' fields
	# The next second may have begun.
	diff <(command jq -c --argjson now "$now" 'del(.id) | .announced_at |= if . > $now and . < $now + 60 then $now else . end' body) - <<-END
		{"v":1,"type":"maintenance","slugs":["example-mcp"],"accounts":[],"starts_at":$now,"ends_at":$((now + 600)),"every":null,"zone":null,"reason":"new disks","by":"account acme","announced_at":$now,"ended_at":null}
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

@test "the token by which an account reads writes nothing, and what it sees is told" {
	for who in reads other; do
		for slug in no-such nobodys; do
			post /api/v1/monitors/$slug/maintenance '{"duration_seconds":600}' \
				HTTP_AUTHORIZATION="Bearer $who"
			is 404 not_found
		done
	done
	post $AT '{"duration_seconds":600}' HTTP_AUTHORIZATION='Bearer reads'
	is 403 read_only
	[ "$(grep -ic '^WWW-Authenticate' fields)" = 0 ]
	post $AT '{' HTTP_AUTHORIZATION='Bearer reads'
	is 403 read_only
	# Of an account that has no other token.
	post /api/v1/monitors/example-two/maintenance '{"duration_seconds":600}' \
		HTTP_AUTHORIZATION='Bearer other'
	is 403 read_only
	post $AT '{"duration_seconds":600}' HTTP_AUTHORIZATION='Bearer other'
	is 404 not_found
}

# posts 'FROM LENGTH'…: a POST each, in seconds from SOON on.
posts() {
	for at; do
		post $AT '{"starts_at":'$((SOON + ${at% *}))',"duration_seconds":'"${at#* }"'}'
	done
}

@test "what would make one longer than the cap, with its neighbours, is refused" {
	SOON=$(($(date +%s) + 3600))
	posts '0 7200'
	[ "$CODE" = 201 ]
	posts '7200 7201'
	[ "$CODE $(jq -r '"\(.error) \(.message)"' body)" = "422 too_long Maintenances less than 15 minutes apart count as one: with the others it would last 4 h, 1 s more than the 4 h that a maintenance may last." ]
	posts '-8099 7200'
	jq -r .message body | grep -F 'it would last 4 h 14 min, 899 s more than the 4 h that'
	[ "$CODE" = 422 ]
	# A quarter of an hour apart it is another.
	posts '-8100 7200'
	[ "$CODE" = 201 ]
	# The one in between would join them.
	posts '-600 60'
	[ "$CODE $(jq -r .error body)" = '422 too_long' ]
	# To the end, and no further; and within.
	posts '7200 7200' '3600 600'
	[ "$CODE" = 201 ]
	# Others' count, by pattern and account; those of other servers do not.
	NOW=$SOON add 0 -c fleet.yaml --start $((SOON + 86400)) --for 3h 'exam*-mcp'
	NOW=$SOON add 0 -c fleet.yaml --start $((SOON + 130000)) --for 3h --account acme
	NOW=$SOON add 0 -c fleet.yaml --start $((SOON + 200000)) --for 4h example-two
	posts $((86400 + 10800))' 3601'
	[ "$CODE" = 422 ]
	posts $((130000 - 3600))' 3600'
	[ "$CODE" = 201 ]
	posts $((130000 - 4400))' 600'
	[ "$CODE" = 422 ]
	posts '200000 14400'
	[ "$CODE" = 201 ]
}

@test "a hundred in a row: what stands next to another is refused, and so is the eleventh" {
	SOON=$(($(date +%s) + 3600))
	for ((i = 0; i < 100; i++)); do
		posts "$((i * 14400)) 14400"
		echo "$CODE"
	done >codes
	[ "$(sort codes | uniq -c | paste -sd' ' | tr -s ' ')" = ' 10 201 81 409 9 422' ]
	[ "$(redis hlen fleet:maintenance)" = 10 ]
}

# Goal: requests side by side do not pass each other's count.
@test "of thirty at once ten are added" {
	SOON=$(($(date +%s) + 3600))
	local ids=()
	for ((i = 0; i < 30; i++)); do
		mkdir $i
		(
			cd $i || exit
			cp ../fleet.yaml .
			posts "$((i * 14400)) 600"
			echo "$CODE" >code
		) &
		ids+=($!)
	done
	wait "${ids[@]}"
	[ "$(cat */code | sort | uniq -c | paste -sd' ' | tr -s ' ')" = ' 10 201 20 409' ]
	[ "$(redis hlen fleet:maintenance)" = 10 ]
}

@test "ten of a server may be to come, whoever asked for them" {
	SOON=$(($(date +%s) + 3600))
	for ((i = 0; i < 8; i++)); do
		posts "$((i * 3600)) 600"
		[ "$CODE" = 201 ]
	done
	NOW=$((SOON - 3600)) add 0 -c fleet.yaml --start $((SOON + 80000)) --for 10m '*'
	NOW=$((SOON - 3600)) add 0 -c fleet.yaml --every daily --start 02:00 --for 10m --account acme
	posts '40000 600'
	[ "$CODE $(jq -r .error body)" = '409 too_many' ]
	NOW=$((SOON - 3600)) add 2 -c fleet.yaml --start $((SOON + 90000)) --for 10m '*'
	grep -qF 'mcp-alert: maintenance add: 10 maintenances of example-mcp are planned already' err
	# Now is not to come; and of another server there is room.
	posts '-3600 600'
	[ "$CODE" = 201 ]
	NOW=$((SOON - 3600)) add 0 -c fleet.yaml --start $((SOON + 90000)) --for 10m example-two
	# Without a configuration it is known by its name, and no account is.
	NOW=$((SOON - 3600)) add 0 --start $((SOON + 90000)) --for 10m example-mcp
	NOW=$((SOON - 3600)) add 2 --start $((SOON + 100000)) --for 10m example-mcp
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
	lighttpd_cgi "\"MCP_CONFIG\" => \"$PWD/fleet.yaml\"" /api/v1
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
