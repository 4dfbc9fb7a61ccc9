#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: a command that is a route runs as if somebody had typed it in a clean
# shell, whatever whoever started mcp-alert made of signals, descriptors and the
# environment; and how it ended is known.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

# page BODY: a command of that shell code, once for each event.
page() {
	printf '#!/bin/bash\n%s\n' "$1" >page
	chmod +x page
	ROUTE="{name: page, type: command, command: [$PWD/page]"
}

@test "whoever started us ignores signals: a command is awaited, and has them all" {
	page 'echo >>runs; exec grep ^Sig /proc/self/status >signals'
	routes "$ROUTE}"
	down | alert 0 -N $((T + 60))
	rm runs
	redis flushall
	down | timeout 60 env --ignore-signal=CHLD,HUP,PIPE,TERM,USR1 --block-signal=INT,USR2,CHLD \
		"$BIN/mcp-alert" -N $((T + 60)) >out 2>err
	[ ! -s err ]
	[ -z "$(undelivered)" ]
	[ "$(wc -l <runs)" = 1 ]
	cat signals
	grep -P "^SigBlk:\t0+$" signals
	# The C library keeps two of its own from a child, 32 and 33.
	grep -P "^SigIgn:\t0+(18)?0+$" signals
}

@test "a command that fails and one that dies are told apart, where SIGCHLD is ignored" {
	page 'kill -USR1 $$'
	routes "$ROUTE}" '{name: other, type: command, command: [sh, -c, "exit 7"]}'
	down | timeout 60 env --ignore-signal=CHLD "$BIN/mcp-alert" -N $((T + 60)) >out 2>err ||
		[ $? = 3 ]
	grep 'to route page: the command died of signal 10; it is retried' err
	grep 'to route other: the command exited with 7; it is retried' err
}

@test "a program that is not there, or no program, is to be mended: tried every five minutes" {
	echo text >text
	routes '{name: gone, type: command, command: [no-such-program]}' \
		"{name: text, type: command, command: [$PWD/text]}" \
		'{name: shell, type: command, command: [sh, -c, no-such-program]}'
	down | alert 3 -N $((T + 60))
	grep 'to route gone: unable to start the command: No such file or directory; correct this' err
	grep 'to route text: unable to start the command: Permission denied; correct this' err
	grep 'to route shell: the command exited with 127; correct this' err
}

@test "a command has the environment that the page names, and TZ is ours" {
	page 'env -u _ -u PWD -u SHLVL | sort >env'
	routes "$ROUTE, zone: Asia/Tokyo}" \
		'{name: other, type: command, command: ["true"], zone: Pacific/Kiritimati}'
	down | env TZ=Europe/Berlin LANG=C.UTF-8 SECRET=x LD_LIBRARY_PATH=/nowhere \
		CREDENTIALS_DIRECTORY=/nowhere "$BIN/mcp-alert" -N $((T + 60)) >out
	diff env <(printf '%s\n' "HOME=$HOME" LANG=C.UTF-8 "PATH=$PATH" TZ=Europe/Berlin)
	redis flushall
	down | env -i PATH="$PATH" MCP_STORE="$MCP_STORE" MCP_CONFIG="$MCP_CONFIG" \
		"$BIN/mcp-alert" -N $((T + 60)) >out
	diff env <(echo "PATH=$PATH")
}

@test "a command has no descriptor of ours" {
	page 'exec ls -l /proc/self/fd'
	routes "$ROUTE}"
	exec {low}<fleet.yaml 77<fleet.yaml
	down | alert 0 -N $((T + 60))
	exec {low}<&- 77<&-
	# The last one is the folder that ls reads.
	sed -n 's/.* \([0-9]* -> .*\)/\1/p' err >fds
	cut -d' ' -f1 fds | paste -sd' ' | tee numbers
	[ "$(<numbers)" = "0 1 2 3" ]
	grep -x "1 -> $PWD/err" fds
	grep -x "2 -> $PWD/err" fds
	grep -x '3 -> /proc/[0-9]*/fd' fds
}
