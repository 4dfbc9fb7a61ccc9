#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: the demo shows what it says, with real servers, from a tree and installed; and
# however it is ended, no process of it lives on, and its folder is gone.

bats_require_minimum_version 1.5.0
load ../../helpers/lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir tmp
	export TMPDIR=$PWD/tmp
	PATH=$BIN:$ROOT/scripts:$PATH
}

teardown() {
	local pid
	for pid in $(of_demo); do
		kill -KILL "$pid" 2>/dev/null || :
	done
}

# of_demo: the processes that have the folder of the test in their environment.
of_demo() {
	local pid
	for pid in $(processes_with "^TMPDIR=$TMPDIR$"); do
		[[ $pid == "$$" ]] || grep -qsx 'State:	Z.*' "/proc/$pid/status" || echo "$pid"
	done
}

# begin ARGS…: the demo, as from a terminal.
begin() {
	: >out # it may be that of an earlier one
	setsid env --default-signal=HUP,INT mcp-fleet demo "$@" </dev/null >out 2>&1 3>&- &
	PID=$!
}

nothing_left() {
	[[ -z $(of_demo) && -z $(ls -A tmp) ]]
}

# shows TEXT…: each stands in the output, in this order.
shows() {
	local text at=1 found
	for text; do
		found=$(tail -n +"$at" out | grep -nF -m 1 -- "$text" | cut -d : -f 1)
		[ "$found" ] || { echo "missing: $text"; cat out; return 1; }
		at=$((at + found))
	done
}

@test "an outage, a change of tools, a stale cache and a recovery, in this order" {
	begin --quick
	wait "$PID"
	shows '    mail: green' \
		'mail: red, fails at tls from ap-northeast-1, eu-west-2, us-east-1' \
		'the phone: P1: mail is unreachable everywhere' /status/mail 'mail: green' \
		'the phone: shop changed its tools: server_status became server_health' \
		'the phone: P2: shop shows different tools' /status/shop \
		'the phone: P1 over after 1 min: mail is up again' \
		/feed.atom
	nothing_left
}

@test "installed, what it says to look at is there, until Enter" {
	mkdir -p usr/bin usr/libexec/mcp-fleet
	cp "$BIN"/mcp-* "$ROOT/scripts/mcp-fleet" usr/bin/
	cp "$ROOT"/scripts/{demo,needs}.bash usr/libexec/mcp-fleet/
	touch usr/libexec/mcp-fleet/region.bash
	mkfifo keys
	PATH=$PWD/usr/bin:/usr/bin:/bin:/usr/sbin script -qec 'mcp-fleet demo -q' /dev/null \
		<keys >out 2>&1 3>&- &
	PID=$!
	exec {keys}>keys
	eventually grep -q 'Enter ends it' out
	tr -d '\r' <out >typed
	grep -o 'http://[^ ]*$' typed | sort -u >urls
	[ "$(wc -l <urls)" -ge 6 ]
	while read -r url; do
		[ "$(curl -s -o body -w '%{http_code}' "$url")" = 200 ]
		case $url in
		*/status/mail) grep -q 'Working everywhere' body ;;
		*/status/shop/changes) grep -q server_status body ;;
		*/status/shop/tools) grep -q server_health body ;;
		*/feed.atom) grep -q '<entry>' body ;;
		esac
	done <urls
	grep '^    .*/mcp-a[a-z]* ' typed >commands
	[ "$(wc -l <commands)" -eq 4 ]
	while read -r line; do
		bash -c "$line" >said
		[ "$line" != "${line/history/}" ] && grep -q 'mail' said
	done < <(grep history commands)
	grep -v history commands | while read -r line; do
		bash -c "$line"
	done
	echo >&"$keys"
	wait "$PID"
	nothing_left
}

# ended SIGNAL TO MOMENT: TO is "-" for the process, "--" for its group.
ended() {
	begin
	eventually eval "$3"
	if [[ $2 == - ]]; then
		kill "-$1" "$PID"
	else
		kill "-$1" -- "-$PID"
	fi
	wait "$PID" || :
	PATIENCE=20 eventually nothing_left
}

@test "ended by signals, to it or to its group, wherever it is" {
	ended TERM -- 'compgen -G "tmp/*/sessions"'
	ended HUP -- 'compgen -G "tmp/*/redis.sock"'
	ended TERM - 'compgen -G "tmp/*/pages.conf"'
	ended INT -- 'grep -q "^-- " out'
	ended KILL - 'grep -q "is stopped" out'
	ended KILL -- 'grep -q "is stopped" out'
}

@test "usage" {
	run -0 mcp-fleet demo --help
	run -2 mcp-fleet demo more
	[[ $output == *': more: one argument too many' ]]
	nothing_left
}
