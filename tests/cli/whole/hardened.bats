#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a program that is taken by surprise has little to offer: it is linked and
# compiled with what there is against that; and one that is killed leaves nothing
# of what it knew, nor can it be looked into.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis

PROGRAMS=(mcp-probe mcp-aggregate mcp-alert mcp-serve)

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	CC=$(cut -d' ' -f1 "$ROOT/build/flags")
}

teardown() {
	[ ! -e pid ] || kill -KILL "$(<pid)" 2>/dev/null || true
	[ ! -e redis ] || redis_stop
}

@test "addresses are looked up at the start, and then sealed; nothing is where it was, and no stack is code" {
	for p in "${PROGRAMS[@]}"; do
		readelf -dlhW "$BIN/$p" >elf
		grep -q 'Type:  *DYN' elf
		grep -q 'FLAGS_1.* NOW.* PIE' elf
		grep -q '^  GNU_RELRO ' elf
		grep -Eq '^  GNU_STACK .* RW  ' elf
		without 'TEXTREL|RPATH|RUNPATH' elf
		# The whole table of addresses lies in what is sealed.
		without '\.got\.plt' < <(readelf -SW "$BIN/$p")
	done
}

@test "the stack and the flow of control are protected, where the compiler can" {
	for flag in -fstack-clash-protection -fcf-protection \
		-mbranch-protection=standard -fstack-protector-strong; do
		if "$CC" -Werror "$flag" -x c -c -o none.o /dev/null 2>err; then
			grep -qe " $flag " "$ROOT/build/flags"
			echo "$flag" >>had
		fi
	done
	# On these machines every compiler that we know of has one.
	case $(uname -m) in
	x86_64) mark=endbr64 ;;
	aarch64) mark='paciasp\|bti' ;;
	*) return 0 ;;
	esac
	grep -q 'cf-protection\|branch-protection' had
	for p in "${PROGRAMS[@]}"; do
		objdump -d --disassemble=main "$ROOT/build/bin/$p" |
			sed -n '/<main>:/,$p' | sed -n 2p | grep -q "$mark"
	done
}

# waiting PROGRAM ARGS…: it waits, for its standard input or for a reader, and
# might write a core of any size; AS is who it runs as. PID is its process.
waiting() {
	rm -f in
	mkfifo in
	# By its number, for the way there may be closed to others.
	(ulimit -c unlimited && exec ${AS:-} /proc/self/fd/9 "${@:2}") \
		<"${IN:-in}" >out 2>err 9<"$BIN/$1" 3>&- &
	PID=$!
	echo "$PID" >pid
	[[ ${IN:-} ]] || exec 8>in
}

# What of a process that may be looked into is its user's, is root's of others;
# and the limit is for files alone.
sealed() {
	grep -q '^Max core file size *0 *0 ' "/proc/$PID/limits" &&
		[ "$(stat -c %u "/proc/$PID/fd")" -eq 0 ]
}

killed() {
	kill -ABRT "$PID"
	wait "$PID" || true
}

# control: a shell that is killed in the same way: so cores are written here.
control() {
	(ulimit -c unlimited && exec bash -c 'kill -ABRT $$') || true
	compgen -G '*core*' >/dev/null
	rm -f ./*core*
}

@test "no program lets itself be looked into, or leaves a core with what it knew" {
	local AS IN
	echo canary-password >password
	chmod 600 password
	redis_start "$PWD/redis"
	redis config set requirepass canary-password >/dev/null
	export MCP_STORE=unix://$REDIS_SOCK
	case $(</proc/sys/kernel/core_pattern) in
	\|* | */*) ;; # they go elsewhere, and sealed says that there are none
	*) control ;;
	esac
	printf 'regions: [{name: a}]\nservers: []\n' >fleet.yaml
	for line in 'mcp-probe --targets -' 'mcp-aggregate ingest' \
		'mcp-alert -c fleet.yaml' mcp-serve; do
		IN=''
		if [[ $line == mcp-serve ]]; then
			perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0) or die;
				bind(S, pack_sockaddr_un("fcgi.sock")) && listen(S, 9) or die;
				open(STDIN, "<&S") or die; $^F = 9;
				exec "bash", "-c", "ulimit -c unlimited; exec \"\$@\"", "-", @ARGV' \
				"$BIN/mcp-serve" 2>err 3>&- &
			PID=$!
			echo "$PID" >pid
		else
			# shellcheck disable=SC2086 # words
			MCP_STORE_PASSWORD_FILE=$PWD/password waiting $line
		fi
		eventually grep -q '^Max core file size *0 *0 ' "/proc/$PID/limits"
		killed
		run ! compgen -G '*core*'
	done
	# Somebody else than root: what is root's then is closed to him, too.
	for line in 'mcp-probe --targets -' 'mcp-aggregate verdict -' \
		'mcp-alert -n -c fleet.yaml'; do
		((EUID)) || AS='setpriv --reuid=65534 --regid=65534 --clear-groups'
		chmod 755 . fleet.yaml
		# shellcheck disable=SC2086 # words
		waiting $line
		eventually sealed
		killed
	done
}
