#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: behind nginx, over TLS and HTTP/2, every real server is what it is
# without, and is left as it was; and what nginx itself answers is named.
# tests/fixture/nginx.conf has the ways that lead to a server.

load ../../helpers/lib
load ../../helpers/nginx

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout ca.key -out ca.pem -subj '/CN=test authority' 2>/dev/null
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout good.key -out good.csr -subj '/CN=nginx' 2>/dev/null
	openssl x509 -req -in good.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
		-out good.pem -extfile <(echo subjectAltName=DNS:*.mcp.localhost,DNS:localhost) \
		2>/dev/null
	export CA=$PWD/ca.pem
	nginx_start
}

teardown_file() {
	stop_all
	kill "$NGINX" && wait "$NGINX" || true
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	umask 077
}

# nginx_start: returns once it listens, on ports that were free: TLS, OLD (TLS
# without HTTP/2) and PLAIN. It writes to access.
nginx_start() {
	local tries
	export TLS OLD PLAIN NGINX ACCESS=$PWD/access
	for tries in {1..5}; do
		TLS=$((20000 + RANDOM % 12000)) OLD=$((TLS + 1)) PLAIN=$((TLS + 2))
		sed "s/@TLS@/$TLS/; s/@OLD@/$OLD/; s/@PLAIN@/$PLAIN/" \
			"$ROOT/tests/fixture/nginx.conf" >nginx.conf
		! nginx_run nginx.conf || return 0
		echo "at try $tries" >>log
	done
	cat log
	return 1
}

# asked PORT: what was asked of the server there so far. nginx writes a line
# when a request is over; those before this one are.
asked() {
	curl -s -m 60 --cacert "$CA" "https://strict-1.mcp.localhost:$TLS/nowhere/" >/dev/null
	jq -c --arg n "-$1." 'select(.name | contains($n))' "$ACCESS"
}

# summary URL ARGS…: of a probe.
summary() {
	probe --http2 --cacert "$CA" -t 30s "${@:2}" "$1"
	records out
	jq -rs 'last | [.state, .failed_step, .error, .protocol, .era, .tool_count,
		.full_hash] | map(. // "-") | join(" ")' out
}

# children PID
children() {
	pgrep -P "$1" | sort
}

# behind NAME ARGS…: starts the server, and probes it without nginx and behind
# it. NAME/over is how the two differ, and what became of the server's sessions
# and children.
behind() {
	local name=$1 port path direct got want child
	mkdir "$name" && cd "$name" && start "$name" || return
	port=${URL#http://127.0.0.1:} path=/${port#*/} port=${port%%/*}
	children "$PID" >before
	direct=$(summary "$URL" "${@:2}")
	[[ $direct != broken* ]] || echo "direct ${direct% *}" >>said
	for way in streams:"$TLS":2 streams:"$OLD":1.1 defaults:"$TLS":2 names:"$TLS":2; do
		IFS=: read -r way on want <<<"$way"
		got=$(summary "https://$way-$port.mcp.localhost:$on$path" "${@:2}")
		[[ $got == "$direct" ]] || echo "$way ${got% *}" >>said
		[[ $got != *" http.403 "* ]] || jq -r '.message // ""' out | grep -q Host ||
			echo "$way says nothing of Host" >>said
		got=$(jq -rs 'map(.detail.http_version // empty) | unique | join(",")' out)
		[[ $got == "$want" ]] || echo "$way HTTP/$got" >>said
	done
	asked "$port" | jq -rs 'map(select(.method == "DELETE")) as $ends |
		(map(.opened | select(. != "")) | unique) as $opened |
		($ends | map(.session) | unique) as $ended |
		if $opened + $ended == [] then empty
		elif $opened != $ended then "opened \($opened), and ended \($ended)"
		else "\($ended | length) sessions, DELETE \($ends | map(.status) | unique | join(","))"
		end' >>said
	for child in $(children "$PID" | comm -13 before -); do
		timeout 600 tail -s 0.05 -f /dev/null --pid="$child" || :
	done
	children "$PID" | comm -13 before - | sed 's/.*/child left/' >>said
	"$ROOT/tests/peers/peer" stop "$PID" || echo "still there" >>said
	sed "s/^/$name /" said >over
}

@test "every server is behind nginx what it is without, and no session is left" {
	local running=0 name args
	echo hunter2 >token
	while read -r name _; do
		# One is no real server, and one is gone after its first client.
		[[ $name != scripted && $name != ev-2504-sse ]] || continue
		args=()
		[[ $name != notion ]] || args=(--allow-bare-401 --token-file "$PWD/token")
		((running++ < 3)) || wait -n || :
		behind "$name" "${args[@]}" &
	done < <("$ROOT/tests/peers/peer" list)
	wait
	# Where nothing stands, it is the same, by HTTP/1.1 and HTTP/2. Only that
	# some do not know their public name; with OAuth, one cannot know it; and
	# that the stream of HTTP+SSE is held back where nginx buffers.
	diff - <(sort ./*/over | uniq) <<-'EOF'
		ev-2504 4 sessions, DELETE 200
		ev-2507 4 sessions, DELETE 200
		ev-new 4 sessions, DELETE 200
		ev-new-sse defaults broken initialize http.404 - - -
		fastmcp 4 sessions, DELETE 200
		notion 4 sessions, DELETE 200
		oauth-client defaults broken oauth-discovery oauth.resource - - -
		oauth-client names broken oauth-discovery oauth.resource - - -
		oauth-client streams broken oauth-discovery oauth.resource - - -
		sdk-json 3 sessions, DELETE 404
		sdk-json names broken initialize http.403 - - -
		sdk-oauth defaults broken oauth-discovery oauth.resource - - -
		sdk-oauth names broken initialize http.403 - - -
		sdk-oauth streams broken oauth-discovery oauth.resource - - -
		sdk-polling 3 sessions, DELETE 200
		sdk-polling names broken initialize http.403 - - -
		sdk-sse defaults broken initialize http.404 - - -
		sdk-sse names broken initialize http.403 - - -
		supergateway-sse defaults broken initialize http.404 - - -
		supergateway-stateful 4 sessions, DELETE 200
		v2-dual names broken initialize http.403 - - -
		v2-modern names broken initialize http.403 - - -
	EOF
	[ "$(find . -name over | wc -l)" -eq "$running" ]
}

# says CODE TEXT URL: a probe of it fails with this code, and these words.
says() {
	probe --cacert "$CA" -t 15s "$3"
	records out
	[ "$(jq -r 'select(.state).error' out)" = "$1" ] &&
		jq -es --arg text "$2" 'any(.[]; .message // "" | contains($text))' out
}

@test "what nginx answers itself is named for what it is" {
	start scripted
	port=${URL#http://127.0.0.1:} port=${port%%/*}
	strict=https://strict-$port.mcp.localhost:$TLS
	probe --cacert "$CA" "$strict/json"
	[ "$status" -eq 0 ]
	says http.413 'status 413' "$strict/small/json"
	says http.404 'there is no Streamable HTTP server at this path' "$strict/nowhere/json"
	says http.403 'status 403' "$strict/closed/json"
	says http.504 'does not reach it: 504 Gateway Time-out' "$strict/hang"
	# Nobody listens behind it.
	"$ROOT/tests/peers/peer" stop "$PID"
	says http.502 'does not reach it: 502 Bad Gateway' "$strict/json"
}

@test "what nginx says at the wrong port leads to the right one" {
	start scripted
	port=${URL#http://127.0.0.1:} port=${port%%/*}
	name=streams-$port.mcp.localhost
	says http.redirect "to https://$name:$TLS/json" "http://$name:$PLAIN/json"
	probe --cacert "$CA" "$(jq -r '.detail.location // empty' out)"
	[ "$status" -eq 0 ]
	says http.400 HTTPS "http://$name:$TLS/json"
}

@test "a stream that stays open comes through, unless nginx holds it back" {
	start scripted
	port=${URL#http://127.0.0.1:} port=${port%%/*}
	probe --cacert "$CA" "https://streams-$port.mcp.localhost:$TLS/sse-open"
	[ "$status" -eq 0 ]
	# Nothing of it comes, not even its head.
	probe --cacert "$CA" -t 8s "https://defaults-$port.mcp.localhost:$TLS/sse-open"
	[ "$status" -eq 1 ]
	[ "$(jq -r 'select(.state) | "\(.failed_step) \(.error)"' out)" = "initialize deadline" ]
}
