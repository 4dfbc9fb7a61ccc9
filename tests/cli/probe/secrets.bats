#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: whatever a server repeats of a secret, its own or another target's, in
# whatever form, by whatever transport and wherever, none of it is printed: not
# in records, table, TAP or plugin output, nor in the exchange of -v.

load ../../helpers/lib

PLAIN='s3cret-canary"+%/\x<&>=z'
# The word itself, in base64 behind 0, 1 and 2 bytes, and as JSON may write it.
CANARY='canary|Y2FuYXJ5|NhbmFye|jYW5hcn|[Cc]0063.u0061|an$'

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	umask 077
	mkfifo port
	node "$ROOT/tests/fixture/secret_echo.mjs" >port 3>&- &
	PARROT=$!
	read -r -t 60 PORT <port
	HOST=http://127.0.0.1:$PORT
	export XDG_RUNTIME_DIR=$PWD
	credentials
}

teardown() {
	kill "$PARROT"
}

# A folder with a credential of each kind; clients name their issuer, one for
# each path.
credentials() {
	mkdir creds
	printf 'origin = %s\n%s\n' "$HOST" "token = bearer-$PLAIN" >creds/token
	printf 'origin = %s\n%s\n' "$HOST" "header = X-Api-Key
value = Key header-$PLAIN" >creds/header
	printf 'origin = %s\n%s\n' "$HOST" "header = Authorization
value = Basic $(printf 'me:basic-s3cret-canary-/<>' | base64 -w 0)" >creds/basic
}

# target KIND PATH [QUERY]: a line of targets.
target() {
	local name=$1
	if [[ $1 == client ]]; then
		name=client${2//\//.}
		printf 'origin = %s\nclient_id = probe\nclient_secret = client-%s\nissuer = %s/as/%s\n' \
			"$HOST" "$PLAIN" "$HOST" "$2" >"creds/$name"
	fi
	printf '{"slug":"%s","url":"%s/%s%s","auth":{"credential":"%s"},"health_tool":{"name":"%s"}}\n' \
		"$1.${2//\//.}" "$HOST" "$2" "${3:-}" "$name" echo
}

# unsaid FILE…: nothing of a canary stands in them.
unsaid() {
	local found
	found=$(grep -noE ".{0,80}($CANARY).{0,40}" "$@" | head -n 5)
	[[ -z $found ]] || { echo "$found"; return 1; }
}

# targets FORM WAYS PLACES: each of these with a credential of each kind.
targets() {
	local kind way place
	for way in $2; do
		for place in $3; do
			for kind in token header basic client; do
				target $kind "$1/$way/$place" '?key=query-canary-%22x'
			done
		done
	done >targets
}

# anew: the server has seen nothing, and no token is kept.
anew() {
	curl -s "$HOST/forget"
	rm -rf mcp-probe
}

# masked FORM HEALTHY: of the targets so many are healthy, and nothing is said.
masked() {
	anew
	MCP_CREDENTIALS=$PWD/creds probe -v -t 30s --concurrency 8 --targets targets
	[ "$status" -eq 0 ] || { tail -n 3 err; return 1; }
	unsaid out err || { echo "$1"; return 1; }
	jq -es --argjson n "$(wc -l <targets)" --argjson good "$2" 'map(select(.type == "probe")) |
		length == $n and (map(select(.state == "healthy")) | length == $good)' out \
		>/dev/null || { jq -c 'select(.status == "fail") | [.slug, .message]' out; return 1; }
	[ "$(grep -c '\*\*\*' out)" -gt 3 ]
	[ "$(grep -c '^[^ ]*: < .*\*\*\*' err)" -gt 15 ]
}

@test "no secret is printed, wherever a server repeats it" {
	targets plain "json sse stream" "good rpc status redirect path type refused text version
		session resource server issuer token"
	# What fails the token fails one kind in four.
	masked plain 21
	# And there was something to repeat, of each kind.
	curl -s "$HOST/seen" | jq -e 'map(select(test("canary"))) |
		(map(select(startswith("Bearer bearer-"))) | length == 1) and
		(map(select(startswith("Key header-"))) | length == 1) and
		(map(select(startswith("basic-s3cret"))) | length == 1) and
		(map(select(startswith("client-"))) | length == 1) and
		(map(select(startswith("t0ken-"))) | length > 1) and
		(map(select(startswith("query-"))) | length == 1)'
}

@test "nor in whatever form" {
	local form
	for form in html percent twice base64 php unicode lines long; do
		targets "$form" "json" "good status"
		masked "$form" 4
	done
	# A line that ends within a string is no JSON, but shown.
	targets lines "sse stream" "good text"
	masked lines 0
}

@test "nor in any other format" {
	local format place
	targets plain "json stream" "good rpc status"
	for format in text tap; do
		anew
		MCP_CREDENTIALS=$PWD/creds timeout 120 "$BIN/mcp-probe" -v -f "$format" \
			--concurrency 8 --targets targets >"$format.out" 2>"$format.err"
		unsaid "$format.out" "$format.err"
		[ "$(grep -c '\*\*\*' "$format.out")" -gt 10 ]
	done
	echo "bearer-$PLAIN" >token
	for format in text jsonl tap nagios; do
		for place in good rpc; do
			anew
			"$BIN/mcp-probe" -v -f "$format" --token-file token "$HOST/twice/stream/$place" \
				>one.out 2>one.err || true
			unsaid one.out one.err
			[ -s one.out ] && grep -q '^< .*\*\*\*' one.err
		done
	done
}
