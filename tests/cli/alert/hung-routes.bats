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
