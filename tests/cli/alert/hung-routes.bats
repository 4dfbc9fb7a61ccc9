#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
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

# ahead COMMAND…: it becomes true before a route that hangs is given up.
ahead() {
	eventually "$@" && without 'Timeout was reached|did not end in time' err
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
	ahead has page downtime_started
	limit=$(paced 25) SECONDS=0
	ended 3
	((SECONDS < limit))
	[ "$(grep -c 'to route [abcd]: Timeout was reached; it is retried' err)" = 4 ]
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
	ahead has page downtime_started
	ended 3
	[ "$(grep -c 'to route \(one\|two\): the command did not end in time; it is retried' err)" = 2 ]
	grep 'to route mail: Timeout was reached; it is retried' err
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
	ahead has page 'downtime_started downtime_started'
	ended 3
}

@test "beside eighty that hang what was left of an earlier run goes out at once" {
	local hung=()
	hook mute 503
	for ((i = 0; i < 80; i++)); do
		hung+=("${HOOK/mute/m$i}}")
	done
	hook page 503
	routes "${hung[@]}" "$HOOK}"
	verdict 0 eu,us initialize | alert 3 -N "$T"
	echo hang >mute/mood
	echo 200 >page/mood
	"$BIN/mcp-alert" tick -N $((T + 3600)) >out 2>err 3>&- &
	pids+=($!)
	ahead has page 'downtime_started downtime_started'
}

# settled NAME EVENTS: that webhook took them, and its answer was heard.
settled() {
	has "$@" && [[ -z $(undelivered) ]]
}

@test "an answer is heard while input goes on coming without a pause" {
	hook page late
	routes "$HOOK}"
	for ((i = 0; i < 40; i++)); do
		verdict 0 '' '' '' "s$i"
	done >greens
	begin -N $((T + 60))
	verdict 0 eu,us initialize >&"$IN"
	yes "$(<greens)" >&"$IN" &
	pids+=($! "$RUN")
	ahead settled page downtime_started
}

@test "a mail server that never says goodbye holds up nobody" {
	echo mute >mood
	mkfifo port
	node "$ROOT/tests/fixture/smtp.mjs" . >port 3>&- &
	pids+=($!)
	read -r -t 60 mail <port
	hook page
	routes "{name: mail, type: email, url: 'smtp://127.0.0.1:$mail', from: a@example.com, to: [b@example.com]}" \
		"$HOOK}"
	begin -N $((T + 60))
	verdict 0 eu,us initialize >&"$IN"
	eventually test -s got
	verdict 0 eu,us initialize '' other >&"$IN"
	ahead has page 'downtime_started downtime_started'
	ended 0
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
		echo "  - {slug: $slug, url: 'https://mcp.example.com/mcp'}" >>servers
	done >round
	sed -i -e '/slug: example-mcp/{r servers' -e 'd}' fleet.yaml
	limit=$(paced 50) SECONDS=0
	alert 3 -N $((T + 60)) <round
	((SECONDS < limit))
	grep 'left for a later run: slow routes' err
	[ "$(sort slow | uniq -d)" = '' ]
	[ -n "$(undelivered)" ]
	sed -i 's/; sleep 9//' fleet.yaml
	alert 0 -N $((T + 120)) </dev/null
	[ "$(sort slow | paste -sd' ')" = "a b c d e" ]
}
