#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: a region that is a worker behind a web server probes as any other; its token is
# told to it alone; and who has the token has no more than what a probe from there says.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet
load ../../helpers/cloud

hosts() {
	worker_files
}

setup() {
	FILES=$BATS_FILE_TMPDIR
	fleet_setup
	export CURL_CA_BUNDLE=$FILES/cert.pem MCP_CREDENTIALS=$PWD/credentials
	mkdir -p credentials there/credentials
	TOKEN=canary-$(openssl rand -hex 20)
	(umask 077; echo "$TOKEN" >credentials/edge)
	DIGEST=$(printf %s "$TOKEN" | sha256sum | cut -c 1-64)
}

teardown() {
	[[ ! -e lighttpd.pid ]] || kill "$(<lighttpd.pid)" 2>/dev/null || true
	fleet_teardown
}

edge() {
	printf 'store: unix://%s\nregions:\n  - {name: edge-1, url: "%s", credential: edge}\n' \
		"$REDIS_SOCK" "${1:-$WORKER}"
	printf '  - {name: good-1, runner: local}\n  - {name: good-2, runner: local}\nservers:\n'
}

# ask TOKEN CURL-ARGUMENT…: a request by hand; the answer is in answer, and its status
# in code.
ask() {
	code=$(curl -q -sS --http1.1 -H 'Expect:' -o answer -D head -w '%{http_code}' \
		${1:+-H "Authorization: Bearer $1"} "${@:2}")
}

# target URL [MORE]: a target record, as who has the token may write it.
target() {
	jq -nc --arg url "$1" --argjson more "${2:-null}" \
		'{v: 1, type: "target", slug: "a", url: $url, timeout: 5} + $more'
}

# curl(1), whose arguments and environment are written down.
watched_curl() {
	mkdir -p bin
	cat >bin/curl <<-EOT
	#!/bin/bash
	{ echo "\$*"; env; } >>$PWD/seen
	exec $(type -P curl) "\$@"
	EOT
	chmod +x bin/curl
	PATH=$PWD/bin:$PATH
}

@test "a worker sees what this machine sees, and its token is nowhere" {
	worker "$FILES/near"
	watched_curl
	{ edge; server good json; server html html; } >fleet.yaml
	fleet -v
	[ "$status" -eq 0 ]
	nothing_left
	[ "$(runners)" = $'edge-1 ok\ngood-1 ok\ngood-2 ok' ]
	[ "$(for slug in good html; do redis get "probe:$slug:verdict"; done | verdicts)" = \
		"good green  0 3 3 
html red initialize 3 3 3 edge-1,good-1,good-2" ]
	grep -q "^-q " seen
	run ! grep -rF "$TOKEN" seen out err run state there lighttpd.log
	redis --rdb dump >/dev/null
	run ! grep -F "$TOKEN" dump
	[ -z "$(find there/tmp -name 'mcp-worker.*')" ]
}

# where VARIABLE…: the POP of a worker that the platform tells these.
where() {
	[[ ! -e lighttpd.pid ]] || kill "$(<lighttpd.pid)"
	local -x "$@"
	worker "$BIN"
	ask "$TOKEN" -H 'CF-Ray: 8f2c5d0e7b1a-F"RA' --data-binary @one "$WORKER"
	head -n 1 answer | jq -r '.pop // "-"'
}

@test "a worker says where its platform runs it" {
	target http://127.0.0.1:9/ >one
	[ "$(where A=)" = - ]
	[ "$(where FLY_REGION=cdg AWS_REGION=eu-west-3)" = fly:cdg ]
	[ "$(where AWS_REGION='eu-west-3") foo' MCP_POP_HEADER=CF-Ray)" = aws:eu-west-3foo ]
	[ "$(where FLY_REGION=cdg MCP_POP=here)" = here ]
	[ "$(where MCP_POP_HEADER=CF-Ray)" = cf-ray:FRA ]
	[ "$(where MCP_POP_HEADER=X-Nowhere)" = - ]
}

@test "more targets than a request may have are several, and join" {
	worker "$BIN"
	{ edge; for i in {1..501}; do server "s$i" x; done; } |
		sed '/good-/d; s|canary: .*||' >fleet.yaml
	watched_curl
	fleet -v
	grep -q '^mcp-fleet: edge-1: 501 of 501 probed, 501 broken' err
	[ "$(grep -c '^-q ' seen)" -eq 2 ]
	[ "$(runners)" = 'edge-1 ok' ]
	[ "$(redis --raw keys 'probe:s*:latest' | wc -l)" -eq 501 ]
}

# in_chunks: the edge alone, with probes in three chunks.
in_chunks() {
	edge | sed '/good-/d; s/credential: edge/&, chunks: 3/'
}

# records SLUG: those that are stored of its probe from there, an array. made SLUG: how
# its steps ended, and its state.
records() {
	redis --raw get "$(redis --raw keys "probe:$1:??????????:edge-1")"
}

made() {
	records "$1" | jq -r 'map(if .type == "step" then .status else .state end) | join(" ")'
}

@test "a probe in three chunks is three requests, and one record" {
	worker "$FILES/near"
	watched_curl
	{ in_chunks; server good sse 'cache_check: no'; server html html; server wall wall
		server modern stateless; server list 500@list; server old http-sse; } >fleet.yaml
	fleet -v
	[ "$status" -eq 0 ]
	nothing_left
	[ "$(runners)" = 'edge-1 ok' ]
	grep -q '^mcp-fleet: edge-1: 6 of 6 probed, 2 broken' err
	# No chunk is sent for nothing; nobody has seen a session.
	[ "$(grep -c '^-q ' seen)" -eq 3 ]
	[ "$(requests edge-1 | jq -r 'select(.path == "/sse").body | fromjson? | .method' | tr '\n' ' ')" = \
		'server/discover initialize notifications/initialized ping tools/list ping tools/list ' ]
	[ "$(sessions edge-1)" -eq 0 ]
	redis --rdb dump >/dev/null
	run ! grep -aE '"resume"|"session":"' dump
	[ "$(made good)" = 'skip skip pass skip skip pass skip pass healthy' ]
	[ "$(made list)" = 'skip skip pass skip skip fail skip skip broken' ]
	[ "$(for slug in good html modern list old wall; do redis get "probe:$slug:verdict"; done | jq -r '"\(.slug) \(.regions[0].state)"' | tr '\n' ' ')" = \
		'good healthy html broken modern healthy list broken old healthy wall auth-walled ' ]
	# Where all fail in the first one, it is the only one.
	{ in_chunks; server html html; } >fleet.yaml
	: >seen
	fleet
	[ "$(grep -c '^-q ' seen)" -eq 1 ]
	[ "$(runners)" = 'edge-1 ok' ]
}

@test "a server that is slower than the limit of one chunk, but not of three" {
	export MCP_WORKER_LIMIT=7
	worker "$FILES/near"
	{ edge | sed '/good-/d'; server late late 'timeout: 20s'; } >fleet.yaml
	fleet
	redis hget fleet:runners edge-1 | jq -e '.message | endswith("the time of its machine ended before the probes")'
	[ -z "$(redis --raw keys 'probe:late:*:edge-1')" ]
	{ in_chunks; server late late 'timeout: 20s'; } >fleet.yaml
	fleet
	[ "$(runners)" = 'edge-1 ok' ]
	[ "$(redis get probe:late:verdict | jq -r '.regions[0] | "\(.state) \(.ms > 11000)"')" = 'healthy true' ]
	# The time of the server is that of all chunks.
	redis flushall >/dev/null
	{ in_chunks; server late late 'timeout: 5s'; } >fleet.yaml
	fleet
	[ "$(redis get probe:late:verdict | jq -r '.regions[0] | "\(.state) \(.failed_step) \(.error)"')" = 'broken tools-list deadline' ]
}

# dies_before N: the worker is killed before the N-th request.
dies_before() {
	mkdir -p bin
	: >sent
	cat >bin/curl <<-EOT
	#!/bin/bash
	echo >>$PWD/sent
	if [[ \$(wc -l <$PWD/sent) -eq $1 ]]; then
		kill $(<lighttpd.pid)
		while kill -0 $(<lighttpd.pid); do :; done 2>/dev/null
	fi
	exec $CURL "\$@"
	EOT
	chmod +x bin/curl
}

@test "a worker that is killed between chunks leaves probes unfinished" {
	CURL=$(type -P curl) PATH=$PWD/bin:$PATH
	worker "$FILES/near"
	{ in_chunks; server good json; server html html; } >fleet.yaml
	dies_before 2
	fleet
	nothing_left
	redis hget fleet:runners edge-1 | jq -e '.status == "exit" and (.message | test("chunk 2 of 3: curl: "))'
	[ "$(made good)" = 'skip skip pass skip skip skip skip skip unfinished' ]
	records good | jq -e 'map(select(.n > 3).message) | unique | length == 1 and
		(.[0] | startswith("not run: chunk 2 of 3: curl: "))'
	# What failed before is known; of the other nobody knows whether it works.
	[ "$(redis get probe:html:verdict | jq -r '.regions[0].state')" = broken ]
	run "$BIN/mcp-aggregate" explain good -c fleet.yaml
	[[ $output == *"unknown, no-data"* && $output == *"is unfinished: not run: chunk 2 of 3: curl: "* ]]
	# The last chunk.
	worker "$FILES/near"
	redis flushall >/dev/null
	{ in_chunks; server good json; } >fleet.yaml
	dies_before 3
	fleet
	[ "$(made good)" = 'skip skip pass skip skip pass skip skip unfinished' ]
	[ -z "$(redis get probe:good:verdict | jq -r 'select(.verdict != "unknown")')" ]
}

@test "a worker that is taken over in the middle of a probe makes no other of it" {
	mkdir evil
	# As the second chunk: another id, another server, a step too many, a session for
	# the record, and junk.
	cat >evil/mcp-probe <<-EOT
	#!/bin/bash
	cat >$PWD/asked
	"$BIN/mcp-probe" -f jsonl --targets - <$PWD/asked >$PWD/printed
	if ! grep -q '"resume"' $PWD/asked; then
		cat $PWD/printed
		exit
	fi
	head -n 1 $PWD/printed
	sed 1d $PWD/printed | sed 's/"probe_id":"/&x/'
	sed 1d $PWD/printed | sed 's/"slug":"one"/"slug":"two"/'
	sed 1d $PWD/printed | sed 's/"region":"edge-1"/"region":"good-1"/'
	grep '"n":4' $PWD/printed | sed 's/"n":4/"n":9/'
	printf '{"v":1,"type":"resume"\n{}\n"x"\n'
	head -c 3000000 /dev/zero | tr '\\0' x
	EOT
	chmod +x evil/mcp-probe
	worker "$PWD/evil"
	{ edge | sed 's/credential: edge/&, chunks: 3/'; server one json
		server two html 'regions: [good-1, good-2]'; } >fleet.yaml
	fleet
	[ "$(runners)" = $'edge-1 garbled\ngood-1 ok\ngood-2 ok' ]
	[ "$(made one)" = 'skip skip pass skip skip skip skip skip unfinished' ]
	[ "$(redis --raw hkeys probe:two:latest | sort)" = $'good-1\ngood-2' ]
	[ "$(redis get probe:one:verdict | verdicts)" = 'one green  0 2 3 ' ]
}

@test "requests that are not of the fleet are refused" {
	worker "$BIN"
	target http://127.0.0.1:9/ >one
	for i in {1..501}; do cat one; done >many
	head -c 1048577 /dev/zero | tr '\0' x >large
	for row in "405 $TOKEN" "401 " "401 ${TOKEN}x" "401 x" "401 $DIGEST" "411 $TOKEN -X POST" \
		"413 $TOKEN --data-binary @many" "413 $TOKEN --data-binary @large"; do
		read -r want token more <<<"$row"
		[[ $want != 401 ]] || more='--data-binary @one'
		# shellcheck disable=SC2086 # several words
		ask "$token" $more "$WORKER"
		[ "$code" = "$want" ] || { echo "$row: $code"; return 1; }
		[ ! -s answer ] || grep -q '<title>' answer
	done
	for path in /probe/x /probex /probe../mcp-probe /credentials /; do
		ask "$TOKEN" --path-as-is --data-binary @one "${WORKER%/probe}$path"
		[[ $code =~ ^(403|404|405)$ ]]
	done
	ask "$TOKEN" --data-binary @one "$WORKER"
	[ "$code" = 200 ]
	grep -q '"error":"tcp.denied"' answer
}

@test "so many at once, and the next one is told to come back" {
	worker "$BIN"
	target http://127.0.0.1:9/ >one
	mkdir "there/tmp/mcp-worker-$(id -u)"
	for i in 0 1 2 3; do
		exec {lock}>"there/tmp/mcp-worker-$(id -u)/slot.$i"
		flock -n "$lock"
	done
	ask "$TOKEN" --data-binary @one "$WORKER"
	[ "$code" = 503 ]
	grep -qi '^retry-after: 1' head
	# Who has no token does not wait.
	ask x --data-binary @one "$WORKER"
	[ "$code" = 401 ]
	# It is free again when it has been asked.
	{ edge; server one json; } | sed '/good-/d' >fleet.yaml
	exec {lock}>&-
	fleet -v
	[ "$(runners)" = 'edge-1 ok' ]
}

@test "without a region, or the digest of a token, it does not start" {
	export MCP_REGION=edge-1
	worker "$BIN"
	kill "$(<lighttpd.pid)"
	run ! env -u MCP_WORKER_TOKEN_SHA256 lighttpd -tt -f lighttpd.conf
	run ! env -u MCP_REGION MCP_WORKER_TOKEN_SHA256=x lighttpd -tt -f lighttpd.conf
	# And no digest is no token.
	for digest in '' x "${DIGEST^^}"; do
		run -0 env -i REQUEST_METHOD=POST MCP_REGION=edge-1 CONTENT_LENGTH=1 \
			MCP_WORKER_TOKEN_SHA256="$digest" HTTP_AUTHORIZATION="Bearer $TOKEN" \
			"$ROOT/scripts/deploy/worker/mcp-worker" </dev/null
		[[ $output == 'Status: 500 '* ]]
	done
}

@test "who has the token reaches no private address, by no name and no form" {
	REGION=attack worker "$BIN"
	local port=${URL##*:} at
	port=${port%%/*}
	for at in 127.0.0.1 localhost '[::1]' 0.0.0.0 2130706433 0x7f.1 '[::ffff:127.0.0.1]' \
		'[::ffff:7f00:1]' 127.1 ip6-localhost "$(uname -n)" 169.254.169.254; do
		target "http://$at:$port/json" '{"region":"attack"}'
	done >all
	ask "$TOKEN" --data-binary @all "$WORKER"
	[ "$code" = 200 ]
	[ "$(grep -c '"type":"probe"' answer)" -ge 8 ]
	jq -es 'map(select(.type == "probe")) | all(.state == "broken" and .failed_step != "initialize")' answer
	jq -es 'map(select(.error == "tcp.denied")) | length >= 8' answer
	[ -z "$(requests attack)" ]
}

@test "a redirect leads a probe nowhere" {
	REGION=moved worker "$FILES/near"
	target "${URL%/mcp}/redirect" '{"region":"moved"}' >one
	ask "$TOKEN" --data-binary @one "$WORKER"
	jq -es 'any(.[]; .error == "http.redirect")' answer
	requests moved >asked
	grep -q '/redirect"' asked
	without '"/json"' asked
}

@test "who has the token reads no credential, and runs no command" {
	printf 'origin = https://mcp.example.com\ntoken = t0ken-canary-there\n' >there/credentials/bank
	chmod 600 there/credentials/bank
	REGION=steal worker "$FILES/near"
	for name in bank ../credentials/bank /etc/passwd .. edge '$(touch pwned)'; do
		target "${URL%/mcp}/wall" "{\"region\":\"steal\",\"auth\":{\"mode\":\"any\",\"credential\":$(jq -n --arg n "$name" '$n')}}"
		target "$(printf 'http://127.0.0.1/$(touch %s/pwned)`touch %s/pwned`' "$PWD" "$PWD")"
		target "${URL%/mcp}/json" "{\"slug\":\"--credential=$PWD/there/credentials/bank\"}"
		target "file://$PWD/there/credentials/bank"
	done >all
	printf '%s\n' "--credential=$PWD/there/credentials/bank" '$(touch pwned)' >>all
	ask "$TOKEN" -H "X-A: () { :;}; touch $PWD/pwned" -A "\$(touch $PWD/pwned)" \
		--data-binary @all "$WORKER?a=\$(touch+$PWD/pwned)"
	[ "$code" = 200 ]
	[ "$(jq -r 'select(.type == "probe").error' answer)" = auth.wrong-origin ]
	{ cat answer head; sed -n 's/^x-probe-said: //Ip' head | tr -d '\r' | base64 -d; } >told
	without "t0ken-canary|root:|$DIGEST|$TOKEN" told
	requests steal | without t0ken-canary
	[ -z "$(find . -name pwned)" ]
	[ "$(find there/tmp -name 'mcp-worker.*' | wc -l)" -eq 0 ]
}

@test "who has the token has no record of another region made, and no tool called" {
	worker "$FILES/near"
	printf 'origin = %s\ntoken = s3cret-canary\n' "${URL%/mcp}" >there/credentials/key
	chmod 600 there/credentials/key
	{
		target "${URL%/mcp}/json" '{"region":"good-1"}'
		target "${URL%/mcp}/wall" '{"slug":"b","auth":{"mode":"any","credential":"key"},"health_tool":{"name":"echo","arguments":{"text":"x"}}}'
		target "${URL%/mcp}/json" '{"slug":"c"}'
	} >all
	ask "$TOKEN" --data-binary @all "$WORKER?-r=good-1"
	[ "$code" = 200 ]
	grep -qi '^x-probe-status: 2' head
	jq -es 'length > 0 and all(.[]; .region == "edge-1" and (.slug // "c") == "c")' answer
	sed -n 's/^x-probe-said: //Ip' head | tr -d '\r' | base64 -d >told
	grep -qx 'mcp-probe: line 1: region: this machine is region edge-1' told
	grep -qx 'mcp-probe: line 2: health_tool: the credential has no line "tool = NAME" that allows it' told
	without s3cret-canary answer told
}

@test "a worker that is taken over writes no records but its own" {
	mkdir evil
	# What it says of itself is right; and it has seen what it was not asked for.
	cat >evil/mcp-probe <<-EOT
	#!/bin/bash
	"$BIN/mcp-probe" -f jsonl --targets - >/$PWD/records
	head -n 1 $PWD/records
	sed 1d $PWD/records | sed 's/"edge-1"/"good-1"/'
	sed 1d $PWD/records | sed 's/"slug":"one"/"slug":"two"/'
	EOT
	chmod +x evil/mcp-probe
	worker "$PWD/evil"
	{ edge; server one json; server two html 'regions: [good-1, good-2]'; } >fleet.yaml
	fleet
	[ "$(runners)" = $'edge-1 garbled\ngood-1 ok\ngood-2 ok' ]
	[ "$(redis --raw hkeys probe:one:latest | sort)" = $'good-1\ngood-2' ]
	[ "$(redis --raw hkeys probe:two:latest | sort)" = $'good-1\ngood-2' ]
	[ "$(redis get probe:one:verdict | verdicts)" = 'one green  0 2 3 ' ]
	[ "$(redis get probe:two:verdict | verdicts)" = 'two red initialize 2 2 2 good-1,good-2' ]
}

# becomes MESSAGE: what the region then is, while the others report.
becomes() {
	fleet -n
	nothing_left
	grep -qE "^mcp-fleet: edge-1: exit: exit status 3: $1" err
	[ "$(verdicts out)" = 'one green  0 2 3 ' ]
	run ! grep -F "$TOKEN" out err
}

@test "the token goes to the worker alone, and what keeps it from it is told" {
	worker "$FILES/near" "url.redirect = (\"^/moved\" => \"${URL%/mcp}/json\")"
	{ edge "${WORKER%/probe}/moved"; server one json; } >fleet.yaml
	becomes "https://localhost:$PORT/moved: it answers 30[0-9]"
	run ! grep -F "$TOKEN" "$PEER_DIR/scripted.$PID/requests"
	{ edge; server one json; } >fleet.yaml
	CURL_CA_BUNDLE=/dev/null becomes "https://localhost:$PORT/probe: curl: \([0-9]*\) "
	# A group that is handed over, as by systemd, says nothing.
	chmod 440 credentials/edge
	CREDENTIALS_DIRECTORY=$PWD/credentials CURL_CA_BUNDLE=/dev/null \
		becomes "https://localhost:$PORT/probe: curl: \([0-9]*\) "
	chmod 644 credentials/edge
	becomes 'credential edge: others can read it; chmod 600 it'
	chmod 600 credentials/edge
	echo "another-$TOKEN" >credentials/edge
	becomes "https://localhost:$PORT/probe: it answers 401"
	printf 'short\n' >credentials/edge
	becomes 'credential edge: not a token of 20'
	rm credentials/edge
	becomes 'credential edge: not there'
}

@test "doctor looks at a worker, and tells the mend that works" {
	worker "$FILES/near"
	{ edge; server one json; } >fleet.yaml
	doctor() {
		"$ROOT/scripts/mcp-fleet" doctor -c fleet.yaml --json >found 2>err || true
		jq -r --arg s "$1" 'select(.subject == "edge-1" and .status == $s) | .finding, .mend // empty' found
	}
	doctor ok | grep -q '^mcp-probe .* answers; 1 of 1 servers work from here'
	[ -z "$(doctor fail)" ]
	chmod 644 credentials/edge
	[ "$(doctor fail | tail -n 1)" = "chmod 600 $PWD/credentials/edge" ]
	eval "$(doctor fail | tail -n 1)"
	[ -z "$(doctor fail)" ]
	echo "another-$TOKEN" >credentials/edge
	doctor fail | tail -n 1 | grep -q "sha256sum   # has to be MCP_WORKER_TOKEN_SHA256 there$"
}
