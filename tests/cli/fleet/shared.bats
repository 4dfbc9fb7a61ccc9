#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: a region has one connection for many rounds, to a machine whose key is known,
# and no change, failure or attack is hidden behind it.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet

hosts() {
	host virginia </dev/null
	host tokyo <<-'EOT'
	#!/bin/bash
	here=${0%/*}
	PATH=${PATH#*"$here":}
	[[ ! -e $here/hangs ]] || { echo $$ >"$here/pid"; exec tail -f /dev/null; }
	exec mcp-probe "$@"
	EOT
}

setup() {
	HOSTS=$BATS_FILE_TMPDIR
	fleet_setup
	sed "s|^UserKnownHostsFile.*|UserKnownHostsFile $PWD/pinned|" "$HOSTS/ssh_config" >config
	cp "$HOSTS/known" pinned
	export MCP_FLEET_SSH="-F $PWD/config"
	{ regions 'us-east-1 virginia' 'ap-northeast-1 tokyo'; server good json; } >fleet.yaml
	CLEAN=$PATH
	at_minute 3
}

teardown() {
	fleet_teardown
	rm -f "$HOSTS/hosts/tokyo/hangs"
}

# at_minute N: in the round to come, this is the minute after a whole ten of them.
at_minute() {
	mkdir -p bin
	cat >bin/date <<-EOT
	#!/bin/bash
	PATH=$CLEAN
	[[ \$* != +%s ]] || { now=\$(date +%s); echo \$((now - now % 600 + 60 * $1)); exit; }
	exec date "\$@"
	EOT
	chmod +x bin/date
	PATH=$PWD/bin:$CLEAN
}

# accepted HOST: how often its sshd let us in so far.
accepted() {
	grep -c '^Accepted publickey' "$HOSTS/hosts/$1/log" || true
}

key_of() {
	ssh-keygen -lf "$HOSTS/hosts/$1/host.pub" | cut -d ' ' -f 2
}

known() {
	redis hget fleet:runners "$1" | jq -r '"\(.status) \(.host_key)"'
}

@test "rounds share a connection, which is opened anew after ten minutes" {
	before=$(accepted virginia)
	for _ in 1 2 3; do
		fleet
		[ "$status" -eq 0 ]
		[ "$(accepted virginia)" -eq $((before + 1)) ]
		[ "$(known us-east-1)" = "ok $(key_of virginia)" ]
		[ "$(known ap-northeast-1)" = "ok $(key_of tokyo)" ]
	done
	at_minute 13
	fleet
	[ "$(accepted virginia)" -eq $((before + 2)) ]
	# Nobody else may use it; and a dry run looks for itself.
	[ "$(find run -type s | wc -l)" -eq 4 ]
	[ -z "$(find run -type s -perm /077)" ]
	fleet -n
	[ "$(accepted virginia)" -eq $((before + 3)) ]
	# Who wants none has none.
	MCP_FLEET_SSH+=' -o ControlMaster=no -o ControlPath=none' fleet
	[ "$(accepted virginia)" -eq $((before + 4)) ]
}

@test "what is known of a host is looked at in each round, whatever is open" {
	fleet
	sed "s|^\(\[127.0.0.1\]:$(<"$HOSTS/hosts/tokyo/port")\) .*|\1 $(<"$HOSTS/hosts/virginia/host.pub")|" \
		-i pinned
	fleet
	grep -q "^mcp-fleet: ap-northeast-1: exit: the host key of tokyo has changed: ssh-ed25519 $(
		key_of tokyo) is not the key in $PWD/pinned:" err
	[ "$(known us-east-1)" = "ok $(key_of virginia)" ]
	# The file beside the configuration is the one that counts.
	cp "$HOSTS/known" known_hosts
	fleet
	[ "$(known ap-northeast-1)" = "ok $(key_of tokyo)" ]
	: >known_hosts
	fleet
	[ "$status" -eq 3 ]
	grep -q "^mcp-fleet: us-east-1: exit: the host key of virginia is not known: ssh-ed25519 $(
		key_of virginia)" err
	# Nothing is learned by itself, even where ssh is told to.
	echo 'StrictHostKeyChecking accept-new' >accepting
	cat config >>accepting
	MCP_FLEET_SSH="-F $PWD/accepting" fleet
	[ "$status" -eq 3 ]
	[ ! -s known_hosts ]
}

@test "a machine in another's place is found out when the connection is gone" {
	fleet
	# Those of the rounds are children of the one that listens.
	cp "$HOSTS"/hosts/tokyo/{host,host.pub} .
	pkill -KILL -P "$(sed -n 2p "$HOSTS/sshd.pids")"
	kill "$(sed -n 2p "$HOSTS/sshd.pids")"
	gone() { ! kill -0 "$(sed -n 2p "$HOSTS/sshd.pids")" 2>/dev/null; }
	eventually gone
	rm "$HOSTS"/hosts/tokyo/host*
	ssh-keygen -q -t ed25519 -N '' -f "$HOSTS/hosts/tokyo/host"
	: >"$HOSTS/hosts/tokyo/log"
	/usr/sbin/sshd -D -f "$HOSTS/hosts/tokyo/sshd_config" -E "$HOSTS/hosts/tokyo/log" \
		>/dev/null 3>&- &
	sed -i "2s/.*/$!/" "$HOSTS/sshd.pids"
	eventually grep -q 'listening on' "$HOSTS/hosts/tokyo/log"
	fleet
	grep -q "^mcp-fleet: ap-northeast-1: exit: the host key of tokyo has changed: ssh-ed25519 $(
		key_of tokyo) is not the key in $PWD/pinned:" err
	sed -i "s|^\(\[127.0.0.1\]:$(<"$HOSTS/hosts/tokyo/port")\) .*|\1 $(<"$HOSTS/hosts/tokyo/host.pub")|" \
		pinned "$HOSTS/known"
	fleet
	[ "$(known ap-northeast-1)" = "ok $(key_of tokyo)" ]
}

@test "a connection that hung is not used again, and nothing is left of it" {
	fleet
	before=$(accepted tokyo)
	: >"$HOSTS/hosts/tokyo/hangs"
	hangs ap-northeast-1
	MCP_FLEET_TIMEOUT=2 fleet
	kill "$(<"$HOSTS/hosts/tokyo/pid")" 2>/dev/null || true
	grep -q '^mcp-fleet: ap-northeast-1: timeout: ' err
	[ "$(accepted tokyo)" -eq "$before" ]
	[ "$(find run -type s | wc -l)" -eq 1 ]
	rm "$HOSTS/hosts/tokyo/hangs"
	at_minute 3
	fleet
	[ "$(accepted tokyo)" -eq $((before + 1)) ]
	[ "$(known ap-northeast-1)" = "ok $(key_of tokyo)" ]
}

@test "a connection that does not answer is not used again" {
	fleet
	mapfile -t pids < <(pgrep -f "^ssh: $PWD/run/.* \[mux\]")
	[ "${#pids[@]}" -eq 2 ]
	kill -STOP "${pids[@]}"
	hangs ap-northeast-1 us-east-1
	MCP_FLEET_TIMEOUT=2 fleet
	[ "$status" -eq 3 ]
	[ -z "$(find run -type s)" ]
	kill -KILL "${pids[@]}"
	at_minute 3
	fleet
	[ "$status" -eq 0 ]
	[ "$(runners)" = $'ap-northeast-1 ok\nus-east-1 ok' ]
}
