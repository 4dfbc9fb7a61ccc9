#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# shellcheck disable=SC2030,SC2031
# Goal: `make run` shows real servers in several states, or the one that is given; and
# however and whenever it is ended, no process of it lives on, and its folder is gone.

bats_require_minimum_version 1.5.0
load ../../helpers/lib

setup() {
	T=$BATS_TEST_TMPDIR/run.tmp
	mkdir "$T"
	cd "$ROOT" || return
	out=$BATS_TEST_TMPDIR/out
	: >"$out"
}

teardown() {
	local pid
	for pid in $(of_run); do
		kill -KILL "$pid" 2>/dev/null || :
	done
	cat "$out"
}

# of_run: the processes that have the folder of the run in their environment.
of_run() {
	processes_with "TMPDIR=$T"
}

nothing_left() {
	local left
	left=$(find "$T" -mindepth 1 -maxdepth 1)
	[[ -z $left && -z $(of_run) ]]
}

# begin COMMAND…: as from a terminal: a group of its own, Ctrl-C ends it.
begin() {
	: >"$out" # it may be that of an earlier one
	TMPDIR=$T setsid env --default-signal=HUP,INT "$@" >"$out" 2>&1 3>&- &
	PID=$!
}

# ended COMMAND…: waits for the end of what begin began; nothing may be left.
ended() {
	wait "$PID" || :
	nothing_left || {
		find "$T" -maxdepth 3
		for pid in $(of_run); do
			tr '\0' ' ' <"/proc/$pid/cmdline"
		done
		cat "$out"
		return 1
	}
}

has() {
	compgen -G "$T/mcp-fleet.*$1" >/dev/null
}

says() {
	grep -q "$1" "$out"
}

# npm_runs: whether npm installs for the run.
npm_runs() {
	local pid
	for pid in $(of_run); do
		if tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q '^npm ci'; then
			return
		fi
	done
	return 1
}

@test "ended by SIGTERM twice, to its group and then by make, wherever it is" {
	tests/peers/install
	for moment in 'has ""' 'has /reference' 'has /peer/ev-new.*/running' \
		'has /redis.sock' 'has /lighttpd.conf' 'says Ctrl-C'; do
		echo "# $moment"
		begin scripts/run
		eventually eval "$moment"
		kill -TERM -- "-$PID"
		kill -TERM "$PID" || :
		ended
	done
}

@test "ended by a signal to it alone, or by Ctrl-C, while it runs" {
	tests/peers/install
	for to in TERM:- INT:-- HUP:-- HUP:-; do
		begin scripts/run
		eventually says Ctrl-C
		if [[ ${to#*:} == - ]]; then
			kill "-${to%:*}" "$PID"
		else
			kill "-${to%:*}" -- "-$PID"
		fi
		ended
	done
}

@test "ended by closing the terminal" {
	tests/peers/install
	TMPDIR=$T setsid env --default-signal=HUP,INT script -qec scripts/run \
		/dev/null </dev/null >"$out" 2>&1 3>&- &
	PID=$!
	eventually says Ctrl-C
	kill -KILL "$PID"
	wait "$PID" || :
	eventually nothing_left
}

@test "ended by timeout, through make" {
	tests/peers/install
	before=$(stat -c '%n %i %y' build/bin/mcp-*)
	begin env -u MAKEFLAGS -u MAKELEVEL timeout 600 make CC=gcc WERROR=1 run
	eventually says Ctrl-C
	kill -TERM "$PID"
	ended
	# Other tests run the programs, which are not built anew beneath them.
	[ "$(stat -c '%n %i %y' build/bin/mcp-*)" = "$before" ]
}

@test "ended while npm installs the server" {
	# A tree of its own, for this one has its servers.
	mkdir -p "$BATS_TEST_TMPDIR/tree/build"
	cp -r scripts tests "$BATS_TEST_TMPDIR/tree"
	ln -s "$ROOT/build/bin" "$BATS_TEST_TMPDIR/tree/build/bin"
	cd "$BATS_TEST_TMPDIR/tree"
	begin scripts/run
	eventually npm_runs
	kill -TERM "$PID"
	ended
	[[ ! -e build/peers/installed ]]
}

# page PATH: of the run.
page() {
	local url
	url=$(sed -n 's,^All servers: \(.*\)/$,\1,p' "$out")
	curl -s --max-time 60 "$url$1"
}

shows() {
	page "$1" | grep -q "$2"
}

@test "within two minutes its page shows an outage, an older list and what is planned" {
	tests/peers/install
	begin scripts/run
	eventually says 'moody: red'
	shows / '>This machine<'
	shows /status/reference '<span>Working everywhere</span>'
	shows /status/moody '<span>Not working</span>'
	shows /status/moody 'Yes, the operator was notified'
	shows /status/planned '<b>Planned maintenance, '
	# The second round: what was done on purpose is said, and a server is deployed anew.
	eventually eval 'shows /status/edge "gets an older tool list"'
	shows /status/moody 'It was stopped on purpose\. It is back at '
	kill -TERM -- "-$PID"
	ended
}

@test "of an address that is given it shows that server alone" {
	tests/peers/install
	export PEER_DIR=$BATS_TEST_TMPDIR/peers
	start ev-new
	begin scripts/run "$URL"
	eventually says ': green, ok'
	run ! says 'All servers'
	url=$(sed -n 's,^The page:  \(.*\)/status/.*,\1,p' "$out")
	[ "$(curl -s "$url/api/embed-status-prom" | grep -c '^alivemcp_state{')" = 1 ]
	kill -TERM -- "-$PID"
	ended
	stop_all
}

@test "a server that wants a token is watched with the one in a file, which is nowhere else" {
	tests/peers/install
	export PEER_DIR=$BATS_TEST_TMPDIR/peers
	start oauth-client
	cd "$BATS_TEST_TMPDIR"
	at=$(curl -s "${URL%/mcp}/.well-known/oauth-protected-resource/mcp" |
		jq -r '.authorization_servers[0]')
	(umask 077; curl -s "${at%/}/token" -u 'probe:s3cret-canary%3A%2B%2F%25' \
		-d grant_type=client_credentials -d scope=mcp:tools \
		--data-urlencode "resource=$URL" | jq -er .access_token >token)
	token=$(<token)
	begin "$ROOT/scripts/run" --token-file token "$URL"
	# Each region lists its tools, of which without a token none has any.
	eventually says ': green, ok'
	grep -q '^ *5  auth-initialize  pass' "$out"
	grep -q '^ *6  tools-list  *pass' "$out"
	# The console.
	curl -s --max-time 60 "$(sed -n '/^The console/{n;p}' "$out")" | grep -q 'This link signs you in'
	[ "$(stat -c %a "$T"/mcp-fleet.*/credentials "$T"/mcp-fleet.*/credentials/*)" = $'700\n600\n600' ]
	diff "$T"/mcp-fleet.*/credentials/token - <<-EOT
	origin = ${URL%/mcp}
	token = $token
	EOT
	run ! grep -rF -- "$token" "$out" "$T" --exclude-dir=credentials
	for pid in $(of_run); do
		run ! grep -zF -- "$token" "/proc/$pid/cmdline" "/proc/$pid/environ"
	done
	kill -TERM -- "-$PID"
	ended
	stop_all
	# It goes to a server that was named, and is a file.
	run -2 "$ROOT/scripts/run" --token-file token
	run -2 "$ROOT/scripts/run" --token-file
	run -2 "$ROOT/scripts/run" --token-file nosuch "$URL"
	[ "$output" = 'run: nosuch: not a readable file' ]
	run -0 make -n -C "$ROOT" run 'URL=https://a.example/mcp?a=b&c=d' TOKEN_FILE="it's"
	grep -qF "scripts/run --token-file 'it'\\''s'" <<<"$output"
	grep -qF "'https://a.example/mcp?a=b&c=d'" <<<"$output"
}

@test "without npm, and where a server does not start, it shows what can be had" {
	# A tree of its own, for this one has its servers.
	mkdir -p "$BATS_TEST_TMPDIR/tree/build" "$T/bin"
	cp -r scripts tests "$BATS_TEST_TMPDIR/tree"
	ln -s "$ROOT/build/bin" "$BATS_TEST_TMPDIR/tree/build/bin"
	printf '#!/bin/sh\nexit 1\n' >"$T/bin/npm"
	chmod +x "$T/bin/npm"
	cd "$BATS_TEST_TMPDIR/tree"
	begin env PATH="$T/bin:$PATH" scripts/run
	eventually says ': green, ok'
	[ "$(grep -c '^run: the demo servers need npm' "$out")" -eq 1 ]
	page=$(sed -n 's/^The page: *//p' "$out")
	curl -sf "$page" | grep -q '>Working everywhere<'
	kill -TERM -- "-$PID"
	rm -r "$T/bin"
	ended
	# One that does not start is left out, and the others are shown.
	"$ROOT/tests/peers/install"
	rm -r build/peers
	ln -s "$ROOT/build/peers" build/peers
	sed -i 's/^\tev-new)/\tev-new) exit 3 ;;\n\tnone)/; s/^\tsdk112)/\tsdk112) exit 3 ;;\n\tnot)/' \
		tests/peers/peer
	begin scripts/run
	eventually says 'moody: red'
	says '^run: without one of the servers, which does not start: reference ev-new'
	says '^run: without one of the servers, which does not start: planned sdk112'
	says 'edge: '
	run ! says 'planned: '
	kill -TERM -- "-$PID"
	ended
}

@test "an address where nothing listens is watched all the same, and is down" {
	begin scripts/run http://127.0.0.1:1/mcp
	eventually says 'hard-outage at tls'
	page=$(sed -n 's/^The page: *//p' "$out")
	curl -sf "$page" | grep -q '<title>.*[Nn]ot working'
	kill -TERM -- "-$PID"
	ended
}

@test "a URL is watched without node and npm, which are hundreds of packages" {
	mkdir "$T/few"
	for tool in bash dpkg-query grep env make sed mktemp; do
		ln -s "$(type -P "$tool")" "$T/few/$tool"
	done
	# Where nothing else is installed, it would install these.
	run -0 env PATH="$T/few" "$ROOT/scripts/deps" -n build run
	[[ $'\n'$output$'\n' == *$'\njq\n'* ]]
	[[ $'\n'$output$'\n' != *$'\n'@(nodejs|npm)$'\n'* ]]
	run -0 env PATH="$T/few" "$ROOT/scripts/deps" -n build run servers
	[[ $'\n'$output$'\n' == *$'\nnpm\n'* ]]
	# Which groups make run wants.
	run -0 make -n -C "$ROOT" run URL=https://a.example/mcp
	[[ ${lines[*]} == *'scripts/deps build run '* && ${lines[*]} != *' servers'* ]]
	run -0 make -n -C "$ROOT" run
	[[ ${lines[*]} == *'scripts/deps build run servers || scripts/deps build run'* ]]
}
