#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2030,SC2031
# Goal: whoever proves nothing costs nothing: no command of the configuration runs, and
# the store hears nothing. Whoever does prove it waits for a slot, of which there are few.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

SECRET=ack-secret-of-more-than-43-characters-for-it-signs

# The servers come from a command: it leaves a line for each run, and where there is a
# pipe, waits there for a line.
setup() {
	alert_setup
	export RUNTIME_DIRECTORY=$PWD/run
	mkdir run
	(umask 077
		echo "token = $SECRET" >credentials/ack
		echo 'answer_secret = pd-canary' >credentials/pagerduty)
	printf '%s\n' '#!/bin/sh' 'echo $$ >>ran' '[ ! -p go ] || read -r line <go' \
		'echo "{\"slug\":\"example-mcp\",\"url\":\"https://mcp.example.com/mcp\",\"account\":\"acme\"}"' >list
	chmod +x list
	local digest
	digest=$(printf %s writes | sha256sum)
	cat >fleet.yaml <<-END
		store: $MCP_STORE
		regions: [{name: ap}, {name: eu}, {name: us}]
		accounts: [{name: acme, token_sha256: $(printf '%064d' 0), write_token_sha256: ${digest%% *}}]
		servers_from: [./list]
		alerts: {routes: [{name: pagerduty, type: pagerduty, secret: pagerduty}]}
	END
	export MCP_CONFIG=$PWD/fleet.yaml
	NOW=$(date +%s)
	KEY=example-mcp~downtime~$((NOW / 60 * 60))
}

mac() { # SECRET, the text on standard input
	openssl dgst -sha256 -hmac "$1" -r | cut -d' ' -f1
}

# link END: the path of an incident that is not open, signed and good until then.
link() {
	echo "/ack/$KEY~$1~$(printf 'ack~%s~%s' "$KEY" "$1" | mac "$SECRET")"
}

# ask METHOD PATH [NAME=VALUE…]: the answer of the CGI to the body on standard input;
# its lines have no CR.
ask() {
	env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD="$1" REQUEST_URI="$2" \
		"${@:3}" "$BIN/mcp-alert" 2>>err | tr -d '\r'
}

connections() {
	redis info stats | tr -d '\r' | sed -n 's/^total_connections_received://p'
}

@test "who proves nothing runs no command and does not reach the store, however many ask" {
	local good before n=0 want method path more asked=()
	good=$(link $((NOW + 600)))
	before=$(connections)
	while IFS='|' read -r want method path more; do
		for ((i = 0; i < 4; i++)); do
			ask "$method" "$path" ${more:+"$more"} CONTENT_LENGTH=2 \
				CONTENT_TYPE="$([[ $path == /ack/* ]] &&
				echo application/x-www-form-urlencoded || echo application/json)" \
				<<<'{}' >"got-$n-$i" &
			asked+=($!)
		done
		echo "$want" >"want-$n"
		n=$((n + 1))
	done <<-END
		404 Not Found|GET|/ack/x
		404 Not Found|GET|${good%??}00
		404 Not Found|POST|${good%??}00
		404 Not Found|HEAD|${good/example/another}
		410 Gone|GET|$(link $((NOW - 1)))
		410 Gone|POST|$(link $((NOW - 1)))
		404 Not Found|POST|/answer/nobody
		404 Not Found|POST|/answer/pagerduty
		404 Not Found|POST|/answer/pagerduty|HTTP_X_PAGERDUTY_SIGNATURE=v1=$(printf '%064d' 7)
		401 Unauthorized|POST|/api/v1/monitors/example-mcp/maintenance
		401 Unauthorized|POST|/api/v1/monitors/example-mcp/maintenance|HTTP_AUTHORIZATION=Bearer wrong
	END
	wait "${asked[@]}"
	for ((i = 0; i < n; i++)); do
		for got in "got-$i"-*; do
			[ "$(sed -n '1s/^Status: //p' "$got")" = "$(<"want-$i")" ]
		done
	done
	[ "$n" = 11 ]
	[ ! -e ran ]
	# This question itself is one.
	[ "$(connections)" = $((before + 1)) ]
	# Who does prove it is answered from both.
	printf '{}' >body
	for path in "$good" /answer/pagerduty /api/v1/monitors/example-mcp/maintenance; do
		ask "$([[ $path == /ack/* ]] && echo GET || echo POST)" "$path" CONTENT_LENGTH=2 \
			CONTENT_TYPE=application/json HTTP_AUTHORIZATION='Bearer writes' \
			HTTP_X_PAGERDUTY_SIGNATURE="v1=$(mac pd-canary <body)" <body
	done >got
	cat got err
	[ "$(sed -n 's/^Status: //p' got | paste -sd,)" = "410 Gone,200 OK,400 Bad Request" ]
	[ "$(wc -l <ran)" = 3 ]
	[ "$(connections)" = $((before + 5)) ]
}

@test "a forged link needs no more than the secret: neither configuration nor store" {
	MCP_CONFIG='' ask GET /ack/x </dev/null | head -1 | grep -qx 'Status: 404 Not Found'
	echo '[' >fleet.yaml
	ask GET "$(link $((NOW - 1)))" </dev/null | head -1 | grep -qx 'Status: 410 Gone'
	[ ! -s err ]
	ask GET "$(link $((NOW + 600)))" </dev/null | head -1 |
		grep -qx 'Status: 503 Service Unavailable'
}

# started N: waits until the list was asked for N times.
started() {
	until [[ -e ran && $(wc -l <ran) -ge $1 ]]; do
		read -r -t 60 -u "$CHANGED"
	done
}

# begin N: N requests with a good link, each of which takes a slot and has its command
# wait for a line in the pipe.
begin() {
	local i
	mkfifo go changed
	sed -i 's|echo $$ >>ran|&; echo $PPID >>parents; echo >changed|' list
	exec {CHANGED}<>changed {GO}<>go
	for ((i = 0; i < $1; i++)); do
		ask GET "$(link $((NOW + 600)))" </dev/null >"got-$i" 3>&- &
		pids+=($!)
	done
	started "$1"
}

# end N: lets N commands go on, and waits for all requests.
end() {
	local i
	for ((i = 0; i < $1; i++)); do
		echo >&"$GO"
	done
	wait "${pids[@]}"
	pids=()
}

# taken: how many slots are.
taken() {
	local n=0 slot
	for slot in run/web-*; do
		flock -n "$slot" true || n=$((n + 1))
	done
	echo $n
}

@test "while four are worked on, others wait, and not for ever; who proves nothing does not" {
	local good one rest
	good=$(link $((NOW + 600)))
	ask GET "$good" </dev/null | head -1 | grep -qx 'Status: 410 Gone'
	[ "$(echo run/*)" = run/web-1 ]
	exec {one}>run/web-1
	flock "$one"
	mkfifo held
	perl -MFcntl=:flock -e 'umask 077; $| = 1;
		for (2 .. 4) { open($h[$_], ">>", "run/web-$_") && flock($h[$_], LOCK_EX) or die }
		print "held\n"; sleep' >held 3>&- {one}>&- &
	pids+=($!)
	read -r -t 60 rest <held
	[ "$rest" = held ]
	ask GET /ack/x </dev/null | head -1 | grep -qx 'Status: 404 Not Found'
	ask GET "$good" </dev/null >got
	head -1 got | grep -qx 'Status: 503 Service Unavailable'
	grep -qx 'Retry-After: 5' got
	grep -q '"error":"busy"' got
	[ "$(cat err)" = "mcp-alert: warning: a request waited 5 s while 4 others were worked on, and got 503" ]
	[ "$(wc -l <ran)" = 1 ]
	# A slot is free as soon as its holder lets it go.
	exec {one}>&-
	ask GET "$good" </dev/null | head -1 | grep -qx 'Status: 410 Gone'
}

@test "a request has one slot while it is worked on, and none once it is killed" {
	begin 4
	[ "$(taken)" = 4 ]
	kill -9 "$(head -1 parents)"
	ask GET "$(link $((NOW + 600)))" </dev/null >fifth 3>&- &
	pids+=($!)
	started 5
	[ "$(taken)" = 4 ]
	# That of the killed one waits for a line, too.
	end 5
	head -1 fifth | grep -qx 'Status: 410 Gone'
	[ "$(taken)" = 0 ]
}

@test "where one folder cannot hold slots, another does" {
	mkdir run/web-{1,2,3,4}
	ask GET "$(link $((NOW + 600)))" </dev/null | head -1 | grep -qx 'Status: 410 Gone'
	[ ! -s err ]
	[ -f "/dev/shm/mcp-fleet-$UID/web-1" ]
}
