#!/usr/bin/env bats
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
	begin env -u MAKEFLAGS -u MAKELEVEL timeout 60 make CC=gcc WERROR=1 run
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
	curl -s --max-time 10 "$url$1"
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
	[[ ${lines[*]} == *'scripts/deps build run servers'* ]]
}
