#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a client of an authorization server gets its token as the specifications
# say, from the issuer that it is for and no other, keeps it to itself until it
# ends; and no record tells what a server tells back of a secret.

load ../../helpers/scripted

SECRET='s3cret-canary "+%/'

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	umask 077
	HOST=${URL%/mcp}
	export XDG_RUNTIME_DIR=$PWD/run HOME=$PWD/home
	mkdir run home
}

# After each test: nothing that a program wrote holds a secret or a token.
teardown() {
	local found
	found=$(grep -rlE 's3cret-c|s3cret%|t0ken-c|Basic [A-Za-z0-9]' --include=out \
		--include=err --include='*.out' --include='*.err' . || true)
	[[ -z $found ]] || { echo "a secret is in $found"; return 1; }
}

# client NAME LINE…: a credential for the wall of that name.
client() {
	printf '%s\n' "origin = $HOST" "client_id = probe:1" \
		"client_secret = $SECRET" "issuer = $HOST/as/$1" "${@:2}" >"$1.client"
}

# asked REGION: how often the token endpoint was asked from there in this test.
asked() {
	requests "$1-t$BATS_TEST_NUMBER" | jq -s 'map(select(.path | startswith("/token/"))) | length'
}

# told NAME ARGS…: state, failed step and code of a probe of that wall.
told() {
	probe -r "$1-t$BATS_TEST_NUMBER" --credential "$1.client" "${@:2}" "$HOST/$1"
	records out
	jq -rs 'last | [.state, .failed_step, .error] | map(. // "-") | join(" ")' out
}

@test "a client gets a token in the form that the authorization server takes, and uses it" {
	for name in client client-post client-unnamed client-several client-lower; do
		client "$name"
		got=$(told "$name")
		[ "$got" = "healthy - -" ] || { echo "$name: $got"; cat out; return 1; }
		[ "$(asked "$name")" -eq 1 ]
		# Each request behind the wall has the token, and only those.
		requests "$name-t$BATS_TEST_NUMBER" | jq -es 'map(select(.headers.authorization // "" |
			startswith("Bearer t0ken-canary-"))) | length >= 4 and
			all(.[]; .path == "/'"$name"'")'
	done
	client client 'scope = x'
	[ "$(told client)" = "broken auth-initialize oauth.token" ]
	jq -es '.[4].message == "the authorization server refuses the client: invalid_scope: not x"' out
	client client-scope 'scope = a b'
	[ "$(told client-scope)" = "healthy - -" ]
}

# scopes NAME: those that the token endpoint was asked for.
scopes() {
	requests "$1-t$BATS_TEST_NUMBER" | jq -r 'select(.path | startswith("/token/")).body |
		capture("[?&]scope=(?<s>[^&]*)").s'
}

@test "a server does not choose the scope of a token; which it wants is said" {
	# One that would have all: it gets what the file says, nothing.
	client client-greedy
	[ "$(told client-greedy)" = "healthy - -" ]
	[ "$(asked client-greedy)" -eq 1 ]
	[ -z "$(scopes client-greedy)" ]
	while read -r name code scope; do
		client "$name"
		[ "$(told "$name")" = "broken auth-initialize $code" ]
		[ -z "$(scopes "$name")" ]
		jq -es --arg s "$scope" '.[4].message | contains("; the server requires the scope \"\($s)\"") and
			endswith("add the line scope = \($s) to the credential file")' out ||
			{ jq .message out; return 1; }
	done <<-EOT
		client-scope oauth.token a b
		client-offers oauth.token x:read x:write
		client-narrow auth.scope mcp:write
	EOT
	client client-offers 'scope = x:read x:write'
	[ "$(told client-offers)" = "healthy - -" ]
	# Nothing is to be put in where it stands.
	client client-narrow 'scope = mcp:write'
	told client-narrow
	jq -es '.[4].message | contains("credential file") | not' out
	# Nor for a token, which has its scope.
	echo narrow >token
	probe --token-file token "$HOST/wall"
	jq -es '.[4] | .error == "auth.scope" and .message == "the credential lacks the scope mcp:write"' out
}

@test "what goes wrong with a token has a code and says why" {
	while read -r name code message; do
		client "$name"
		got=$(told "$name" -t 8s)
		[ "$got" = "broken auth-initialize $code" ] || { echo "$name: $got"; return 1; }
		jq -es --arg m "$message" '.[4].message | contains($m)' out ||
			{ jq -r '.message' out; return 1; }
	done <<-'EOF2'
		client-unknown  oauth.refused invalid_client: who are you?
		client-echo     oauth.token invalid_scope: not for ***
		client-dpop     oauth.token the token_type is DPoP
		client-untyped  oauth.token the token_type is missing
		client-without  oauth.token no access_token
		client-spaced   oauth.token cannot be sent
		client-jwt      oauth.token supports neither
		client-html     oauth.token is not a JSON object
		client-no-json  oauth.token the token endpoint http
		client-cut      oauth.token the token endpoint http
		client-20-mb    oauth.token larger
		client-500      oauth.token status 500
		client-429      http.429    limits the rate of requests
		client-redirect oauth.token redirects (307)
		client-hang     deadline    the token endpoint http
		client-drip     deadline    the token endpoint http
		client-useless  auth.rejected the server refuses the credential (401)
	EOF2
	# It was asked anew once, and not a second time.
	[ "$(asked client-useless)" -eq 1 ]
}

@test "the secret goes to the issuer that the credential names, and to no other" {
	client client-elsewhere
	[ "$(told client-elsewhere)" = "broken auth-initialize auth.wrong-issuer" ]
	client client
	sed -i "s|^issuer = .*|&/|" client.client
	[ "$(told client)" = "broken auth-initialize auth.wrong-issuer" ]
	jq -es '.[4].message | contains("so nothing was sent")' out
	client client-insecure
	[ "$(told client-insecure)" = "broken oauth-discovery oauth.insecure" ]
	client client
	sed -i "s|^origin = .*|origin = https://mcp.example.com|" client.client
	[ "$(told client)" = "broken auth-initialize auth.wrong-origin" ]
	# Nor is anybody asked where the server is open.
	client client
	probe -r "client-t$BATS_TEST_NUMBER" --credential client.client "$HOST/json"
	[ "$status" -eq 0 ]
	for name in client client-elsewhere client-insecure; do
		[ "$(asked "$name")" -eq 0 ]
	done
}

@test "a token is kept until it ends, in a private file, without the secret" {
	client client
	for _ in 1 2 3; do
		[ "$(told client)" = "healthy - -" ]
	done
	[ "$(asked client)" -eq 1 ]
	[ "$(stat -c %a run/mcp-probe)" = 700 ]
	[ "$(stat -c %a run/mcp-probe/*)" = 600 ]
	[ "$(ls -A run/mcp-probe | grep -cE '^[0-9a-f]{64}$')" -eq 1 ]
	[ "$(ls -A run/mcp-probe | wc -l)" -eq 1 ]
	! grep -rqE 's3cret|probe:1' run
	read -r until token <run/mcp-probe/*
	((until - $(date +%s) > 3500 && until - $(date +%s) <= 3570))
	[[ $token == t0ken-canary-* ]]
	# One that has ended is not used.
	echo "1 $token" >"$(echo run/mcp-probe/*)"
	[ "$(told client)" = "healthy - -" ]
	[ "$(asked client)" -eq 2 ]
	# One for another scope is another.
	client client 'scope = x'
	[ "$(told client)" = "broken auth-initialize oauth.token" ]
	client client-short
	told client-short
	told client-short
	[ "$(asked client-short)" -eq 2 ]
	client client-unlimited
	told client-unlimited
	told client-unlimited
	[ "$(asked client-unlimited)" -eq 2 ]
	[ "$(ls -A run/mcp-probe | wc -l)" -eq 1 ]
}

@test "a kept token that the server does not take any more is fetched anew, once" {
	client client
	told client
	curl -s "$HOST/withdraw"
	[ "$(told client)" = "healthy - -" ]
	[ "$(asked client)" -eq 2 ]
	[ "$(told client)" = "healthy - -" ]
	[ "$(asked client)" -eq 2 ]
	# In one process the targets of a client share it, however short it lives.
	client client-unlimited
	mkdir folder
	mv client-unlimited.client folder/c
	for slug in a b c; do
		echo "{\"slug\":\"$slug\",\"url\":\"$HOST/client-unlimited\",\"auth\":{\"mode\":\"oauth\",\"credential\":\"c\"}}"
	done >targets
	MCP_CREDENTIALS=$PWD/folder probe -r "shared-t$BATS_TEST_NUMBER" \
		--concurrency 1 --targets targets
	jq -es 'map(select(.state).state) == ["healthy", "healthy", "healthy"]' out
	[ "$(asked shared)" -eq 1 ]
}

@test "a folder or file that is not ours alone is not used, and none is needed" {
	client client
	ways=0
	way() {
		local before
		before=$(asked client)
		[ "$(told client)" = "healthy - -" ]
		[ "$(asked client)" -eq $((before + 1)) ]
		ways=$((ways + 1))
	}
	way
	file=$(echo run/mcp-probe/*)
	chmod 640 "$file"
	way
	mv "$file" elsewhere
	ln -s "$PWD/elsewhere" "$file"
	way
	# It was replaced, and what it pointed to left alone.
	[ -f "$file" ] && [ ! -L "$file" ]
	chmod 777 run/mcp-probe
	unset XDG_RUNTIME_DIR
	export XDG_CACHE_HOME=$PWD/home/cache
	[ -e /run/mcp-probe ] || { mkdir -m 755 /run/mcp-probe && made=1; } || true
	way
	[ "${made-}" ] && rmdir /run/mcp-probe
	[ "$ways" -eq 4 ]
}

# late PATH ARGS…: what the steps of a server that asks late say.
late() {
	probe -r "late-t$BATS_TEST_NUMBER" --health-tool echo "${@:2}" "$HOST/$1"
	records out
	jq -rs '(last | [.state, .failed_step, .error] | map(. // "-") | join(" ")) + ": " +
		(map(select(.n).status) | join(" "))' out
}

@test "a wall that is met late is a wall, and a credential that is held opens it" {
	echo s3cret-canary >token
	printf 'origin = https://mcp.example.com\ntoken = s3cret-canary\n' >wrong
	[ "$(late late-list)" = "auth-walled - -: skip skip pass skip skip skip skip skip" ]
	[ "$(late late-list-rpc)" = "auth-walled - -: skip skip pass skip skip skip skip skip" ]
	[ "$(late late-call)" = "auth-walled - -: skip skip pass skip skip pass skip skip" ]
	[ "$(late late-rpc)" = "auth-walled - -: skip skip pass skip skip pass skip skip" ]
	for name in late-list late-list-rpc late-call late-rpc; do
		[ "$(late $name --token-file token)" = "healthy - -: skip skip pass skip skip pass pass pass" ]
		[[ $(late $name --credential wrong) == "broken tools-"*" auth.wrong-origin: "* ]]
	done
	for name in client-late-list client-late client-late-rpc; do
		client $name
		[ "$(late $name)" != "healthy - -: skip skip pass skip skip pass pass pass" ]
		[ "$(late $name --credential $name.client)" = "healthy - -: skip skip pass skip skip pass pass pass" ]
	done
	[ "$(asked late)" -eq 3 ]
	# What was refused is sent again as it was, with its id.
	[ "$(requests "late-t$BATS_TEST_NUMBER" | jq -r 'select(.path == "/client-late-list" and
		(.body | contains("tools/list"))) | .body | fromjson.id' | xargs)" = "1 1 1" ]
	closed "late-t$BATS_TEST_NUMBER"
}

@test "metadata that hangs does not take the whole deadline" {
	probe -t 20s "$HOST/wall-hang"
	jq -es '.[8].state == "auth-walled" and .[8].total_ms < 18000 and (.[3].message | startswith("the OAuth metadata cannot be read: "))' out
}

@test "what a server tells back of a secret is in no record" {
	echo s3cret-canary >token
	printf '%s\n' "origin = $HOST" "header = X-Api-Key" "value = s3cret-canary" >key
	mkdir got
	for echo in rpc cut tool tools hello version body type location challenge fields; do
		for place in initialize list call; do
			for how in --token-file=token --credential=key; do
				probe $how --health-tool echo "$HOST/wall+echo-$echo@$place"
				records out
				cat out err >"got/$echo-$place$how.out"
			done
		done
	done
	# They were told, and what they were told is replaced.
	[ "$(grep -l '\*\*\*' got/* | wc -l)" -ge 20 ]
	for f in text tap nagios; do
		"$BIN/mcp-probe" -f $f --token-file token "$HOST/wall+echo-rpc@list" >"$f.out" 2>&1 || true
		grep -q 'not Bearer \*\*\*!' "$f.out"
	done
	for echo in rpc tool tools body challenge; do
		name=client+echo-$echo@list
		client "$name"
		probe --credential "$name.client" --health-tool echo "$HOST/$name"
		records out
		cp out "client-$echo.out"
	done
	grep -q 'not Bearer \*\*\*!' client-rpc.out
}

# A process that reads secrets, stopped where a server hangs; its number in HUNG.
hung() {
	local path=wall+hang@list
	(($# > 2)) || path=hang@list
	"$BIN/mcp-probe" "$@" "$HOST/$path" >pipe 3>&- &
	HUNG=$!
	# For writing, too, so that it does not wait: a signal can interrupt an open that
	# waits, and the program may have gone when it is tried again.
	exec 4<>pipe
	for _ in 1 2 3 4 5; do
		read -r -t 60 -u 4 line
	done
	[ "$(jq -r .step <<<"$line")" = auth-initialize ]
}

@test "the secret is neither in /proc nor in a core" {
	[[ $BIN != */san/* ]] || skip "the sanitizers write no cores"
	echo s3cret-canary >token
	mkfifo pipe
	mkdir cores
	hung -f jsonl --token-file token
	cat "/proc/$HUNG/cmdline" "/proc/$HUNG/environ" >out
	grep -aq mcp-probe out
	# Not dumpable: what is below belongs to root, who may look anyway.
	[ "$(stat -c %u "/proc/$HUNG/mem")" -eq 0 ]
	awk '/^Max core file size/ { exit $5 != 0 || $6 != 0 }' "/proc/$HUNG/limits"
	kill "$HUNG"
	exec 4<&-
	# A process without a secret leaves one, if they are left here at all.
	cd cores
	ulimit -c unlimited || skip "no cores here"
	mv ../pipe .
	hung -f jsonl
	kill -SEGV "$HUNG"
	wait "$HUNG" || true
	exec 4<&-
	[ "$(ls -A)" != pipe ] || skip "no cores here"
	find . -name '*core*' -delete
	hung -f jsonl --token-file ../token
	kill -SEGV "$HUNG"
	wait "$HUNG" || true
	exec 4<&-
	[ "$(ls -A)" = pipe ]
}
