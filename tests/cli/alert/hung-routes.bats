#!/usr/bin/env bats
# shellcheck disable=SC2154
# Goal: a route that hangs costs itself alone: whoever has other routes is told as
# fast as without it, the worst first.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

# begin: runs mcp-alert in the background; what is written to the descriptor IN is
# its input.
begin() {
	mkfifo in
	timeout 100 "$BIN/mcp-alert" "$@" <in >out 2>err 3>&- &
	RUN=$!
	exec {IN}>in
}

# seconds COMMAND…: how long it took to become true, in SECONDS_TAKEN; fails after
# a minute.
seconds() {
	local began=${EPOCHREALTIME/./}
	until "$@"; do
		((${EPOCHREALTIME/./} - began < 60000000)) || return 1
		read -r -t 0.05 <> <(:) || true
	done
	TAKEN=$(((${EPOCHREALTIME/./} - began) / 1000000))
}

# ended WANT: the exit status of the run.
ended() {
	local status=0
	exec {IN}>&-
	wait "$RUN" || status=$?
	[[ $status == "$1" ]] || { echo "exit status $status"; cat err; return 1; }
}

has() {
	[[ $(got "$1") == "$2" ]]
}

@test "four webhooks that hang before the pager: it is told at once" {
	local hung=()
	for name in a b c d; do
		hook $name hang
		hung+=("$HOOK}")
	done
	hook page
	routes "${hung[@]}" "$HOOK}"
	begin -N $((T + 60))
	verdict 0 eu,us initialize >&"$IN"
	seconds has page downtime_started
	[ "$TAKEN" -lt 8 ]
	SECONDS=0
	ended 3
	[ "$SECONDS" -lt 25 ]
	[ "$(grep -c 'to route [abcd]: Timeout was reached; it is tried again' err)" = 4 ]
}

@test "commands and a mail server that hang hold up nobody, and are given up" {
	hook mute hang
	mute=$port
	hook page
	routes '{name: one, type: command, command: [sleep, 60]}' \
		'{name: two, type: command, command: [sh, -c, "sleep 60 | cat"]}' \
		"{name: mail, type: email, url: 'smtp://127.0.0.1:$mute', from: a@example.com, to: [b@example.com]}" \
		"$HOOK}"
	begin -N $((T + 60))
	verdict 0 eu,us initialize >&"$IN"
	seconds has page downtime_started
	[ "$TAKEN" -lt 8 ]
	ended 3
	[ "$(grep -c 'to route \(one\|two\): the command did not end in time; it is tried again' err)" = 2 ]
	grep 'to route mail: Timeout was reached; it is tried again' err
}

@test "what is read while a route hangs is told at once" {
	hook mute hang
	muted=$HEARD
	first=$HOOK}
	hook page
	routes "$first" "$HOOK}"
	begin -N $((T + 60))
	verdict 0 eu,us initialize >&"$IN"
	read -r -t 60 -u "$muted"
	verdict 0 eu,us initialize '' other >&"$IN"
	seconds has page 'downtime_started downtime_started'
	[ "$TAKEN" -lt 8 ]
	ended 3
}

@test "the worst is told first, whatever the order in which it was read" {
	hook page
	routes "$HOOK}"
	{
		for slug in a b c d; do
			verdict 0 eu,us tools-list jsonrpc.-32603 $slug
		done
		verdict 0 eu,us initialize '' z
	} >round
	echo '  policy: {common: 1000}' >>fleet.yaml
	alert 0 -N $((T + 60)) <round
	[ "$(jq -r .event.server_slug page/got | paste -sd' ')" = "z a b c d" ]
	[ "$(jq -r .event.severity page/got | paste -sd' ')" = "P1 P2 P2 P2 P2" ]
}

@test "a route that is slow keeps a run for half a minute, and the rest for the next" {
	routes '{name: slow, type: command, command: [sh, -c, "jq -r .server_slug >>slow; sleep 9"]}'
	echo '  policy: {common: 1000}' >>fleet.yaml
	for slug in a b c d e; do
		verdict 0 eu,us initialize '' $slug
	done >round
	SECONDS=0
	alert 3 -N $((T + 60)) <round
	[ "$SECONDS" -lt 50 ]
	grep 'deliveries are left for a later run: their routes are slow' err
	[ "$(sort slow | uniq -d)" = '' ]
	[ -n "$(undelivered)" ]
	sed -i 's/; sleep 9//' fleet.yaml
	alert 0 -N $((T + 120)) </dev/null
	[ "$(sort slow | paste -sd' ')" = "a b c d e" ]
}
