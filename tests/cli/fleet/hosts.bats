#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: a region is one machine, and the one that it is configured as: two that
# are one have one vote, one that believes to be another has none, and a host key
# that is not the known one is told of as what it is.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet

# What is asked of a host's mcp-probe, and what it says, its files may change.
hosts() {
	local name
	# London is another name of the machine in Virginia.
	for name in virginia 'london virginia' tokyo paulo; do
		# shellcheck disable=SC2086 # a name, and what it is another one of
		host $name <<-'EOT'
		#!/bin/bash
		set -o pipefail
		here=${0%/*}
		echo "$*" >>"$here/args"
		cat "$here/err" >&2
		PATH=${PATH#*"$here":}
		sed -f "$here/asked" | mcp-probe "$@" | jq -c -f "$here/said"
		EOT
	done
}

setup() {
	HOSTS=$BATS_FILE_TMPDIR
	fleet_setup
	export MCP_FLEET_SSH="-F $HOSTS/ssh_config"
	for name in virginia london tokyo paulo; do
		: >"$HOSTS/hosts/$name/asked"
		: >"$HOSTS/hosts/$name/err"
		echo . >"$HOSTS/hosts/$name/said"
	done
}

# says HOST PROGRAM: what its mcp-probe says goes through this program of jq(1).
says() {
	echo "$2" >"$HOSTS/hosts/$1/said"
}

three() {
	regions 'us-east-1 virginia' 'eu-west-2 london' 'ap-northeast-1 tokyo'
	server good json
	server html html
	server half json
}

# published SLUG: its verdict in short.
published() {
	redis get "probe:$1:verdict" | verdicts
}

# Everything that the machine in Virginia does fails for the server half.
half_fails() {
	for name in virginia london; do
		echo '/"half"/s|/json"|/html"|' >"$HOSTS/hosts/$name/asked"
	done
}

ONE='eu-west-2 and us-east-1 are one machine'

@test "two hosts entries with one machine have one vote, and that is told once" {
	half_fails
	three >fleet.yaml
	fleet -n
	[ "$(grep -c "^mcp-fleet: warning: $ONE, by the host key SHA256:.*: they count as one reporter$" err)" -eq 1 ]
	[ "$(verdicts out)" = "good green  0 2 3 
half amber initialize 1 2 3 eu-west-2,us-east-1
html red initialize 2 2 3 ap-northeast-1,eu-west-2,us-east-1" ]
	for round in 1 2; do
		fleet
		[ "$status" -eq 0 ]
		[ "$(grep -c 'one machine' err)" -eq $((round == 1)) ]
		[ "$(published half)" = "half amber initialize 1 2 3 eu-west-2,us-east-1" ]
	done
	[ "$(published html)" = "html red initialize 2 2 3 ap-northeast-1,eu-west-2,us-east-1" ]
	[ "$(published good)" = "good green  0 2 3 " ]
	# The key is that which ssh(1) has verified.
	[ "$(redis hget fleet:runners eu-west-2 | jq -r .host_key)" = \
		"$(ssh-keygen -lf "$HOSTS/hosts/virginia/host.pub" | cut -d ' ' -f 2)" ]
	run -0 mcp-aggregate status -c fleet.yaml -f text
	grep -q '^  on the same machine as eu-west-2 (same host key): they count as one reporter$' <<<"$output"
	run -0 mcp-aggregate explain half -c fleet.yaml
	grep -qx '  eu-west-2 is on the same machine as us-east-1 (same host key): they count as one reporter.' \
		<<<"$output"
	# It has a machine of its own now, and then no longer.
	{
		printf 'Host london\nHostName 127.0.0.1\nPort %s\nIdentityFile %s\nMatch all\n' \
			"$(<"$HOSTS/hosts/paulo/port")" "$HOSTS/hosts/paulo/user"
		cat "$HOSTS/ssh_config"
	} >moved
	MCP_FLEET_SSH="-F $PWD/moved" fleet
	run ! grep 'one machine' err
	run -0 mcp-aggregate explain good -c fleet.yaml
	grep -q '^  3 of 3 regions report' <<<"$output"
	fleet
	grep -q "^mcp-fleet: warning: $ONE" err
}

@test "a region that failed, and then could not report, is still on that machine" {
	half_fails
	three >fleet.yaml
	fleet
	[ "$(published half)" = "half amber initialize 1 2 3 eu-west-2,us-east-1" ]
	# Nobody hears of its key, while what it saw is still looked at.
	redis del probe:half:verdict
	sed "/^Host london/,/^Port/s/^Port .*/Port $(free_port)/" "$HOSTS/ssh_config" >away
	MCP_FLEET_SSH="-F $PWD/away" fleet
	[ "$(runners | grep eu-west-2)" = "eu-west-2 exit" ]
	[ "$(published half)" = "half amber initialize 1 2 3 eu-west-2,us-east-1" ]
	run ! grep 'one machine' err
}

@test "two regions alone on one machine are as the only region" {
	{ regions 'us-east-1 virginia' 'eu-west-2 london'; server good json; server html html; } >fleet.yaml
	fleet
	[ "$(published good)" = "good green  0 1 2 " ]
	[ "$(published html)" = "html amber initialize 1 1 2 eu-west-2,us-east-1" ]
	run -0 mcp-aggregate explain html -c fleet.yaml
	grep -q 'The only region has failed 1 in a row' <<<"$output"
	grep -q 'eu-west-2 is on the same machine as us-east-1' <<<"$output"
}

@test "one host for two regions is refused, and the place is named" {
	{ regions 'us-east-1 virginia' 'eu-west-2 probe@virginia'; server good json; } >fleet.yaml
	fleet
	[ "$status" -eq 2 ]
	grep -qx 'mcp-aggregate: fleet.yaml:4:36: regions\[1\].host: virginia is already the host of the region in line 3; one machine is one region' err
}

@test "one egress address is one machine, and a private one says nothing" {
	{ regions 'us-east-1 virginia' 'ap-northeast-1 tokyo' 'sa-east-1 paulo'
		server half html; } >fleet.yaml
	says virginia 'if .type == "runner" then .egress = "9.9.9.9" else . end'
	says tokyo 'if .type == "runner" then .egress = "9.9.9.9" else . end'
	fleet
	[ "$(grep 'one machine' err)" = "mcp-fleet: warning: ap-northeast-1 and us-east-1 are one machine, by the egress address 9.9.9.9: they count as one reporter" ]
	[ "$(published half)" = "half red initialize 2 2 3 ap-northeast-1,sa-east-1,us-east-1" ]
	# The address of the one becomes another, and two sites have the same inside.
	says tokyo 'if .type == "runner" then .egress = "172.16.0.5" else . end'
	says paulo 'if .type == "runner" then .egress = "172.16.0.5" else . end'
	fleet
	run ! grep 'one machine' err
	run -1 mcp-aggregate explain half -c fleet.yaml
	[[ $output == *"hard-outage"* ]]
}

@test "regions that a platform runs in one POP are one reporter, whatever their addresses" {
	says virginia 'if .type == "runner" then .egress = "9.9.9.9" | .pop = "fly:fra" else . end'
	says tokyo 'if .type == "runner" then .egress = "8.8.8.8" | .pop = "fly:fra" else . end'
	{ regions 'us-east-1 virginia' 'ap-northeast-1 tokyo' 'sa-east-1 paulo'
		server half html; server good json; } >fleet.yaml
	fleet
	[ "$(grep 'one POP' err)" = "mcp-fleet: warning: ap-northeast-1 and us-east-1 are one POP, fly:fra: they count as one reporter" ]
	[ "$(published half)" = "half red initialize 2 2 3 ap-northeast-1,sa-east-1,us-east-1" ]
	[ "$(published good)" = "good green  0 2 3 " ]
	redis hget fleet:runners us-east-1 | jq -e '.pop == "fly:fra" and (has("egress") | not)'
	run -0 mcp-aggregate status -c fleet.yaml -f text
	grep -qx '  at the same POP as ap-northeast-1: they count as one reporter' <<<"$output"
	run -1 mcp-aggregate explain half -c fleet.yaml
	grep -qx '  ap-northeast-1 is at the same POP as us-east-1: they count as one reporter.' <<<"$output"
	[ "$(grep -c ' runs at fly:fra.$' <<<"$output")" -eq 2 ]
	# One that fails says where it was last.
	says tokyo error
	fleet
	run ! grep 'one POP' err
	redis hget fleet:runners ap-northeast-1 | jq -e '.pop == "fly:fra"'
}

@test "no runner says which key it has, nor more of an address than an address" {
	three >fleet.yaml
	key=$(ssh-keygen -lf "$HOSTS/hosts/virginia/host.pub" | cut -d ' ' -f 2)
	says tokyo "if .type == \"runner\" then .host_key = \"$key\" else . end"
	says virginia 'if .type == "runner" then .egress = ["x"] else . end'
	fleet
	redis hget fleet:runners ap-northeast-1 | jq -e '.status == "garbled"'
	[ "$(redis hget fleet:runners ap-northeast-1 | jq -r .host_key)" = \
		"$(ssh-keygen -lf "$HOSTS/hosts/tokyo/host.pub" | cut -d ' ' -f 2)" ]
	redis hget fleet:runners us-east-1 | jq -e '.status == "ok" and (has("egress") | not)'
	[ "$(published good)" = "good green  0 2 3 " ]
	[ "$(grep -c 'one machine' err)" -eq 1 ]
	# What was remembered cannot be read, nor written.
	for file in state/mcp-fleet/*/regions/*; do
		rm "$file"
		mkdir "$file"
	done
	fleet
	[ "$status" -eq 0 ]
	[ "$(runners | grep -c ok)" -eq 2 ]
}

@test "several regions of this machine are one on purpose, and one of them is a machine" {
	local_probe <<-'EOT'
	"$REAL" "$@" | jq -c 'if .type == "runner" then .egress = "9.9.9.9" else . end'
	EOT
	says virginia 'if .type == "runner" then .egress = "9.9.9.9" else . end'
	{ regions 'a-1 local' 'b-1 local' 'us-east-1 virginia'; server good json; } >fleet.yaml
	# What this machine is called plays no part.
	MCP_REGION=elsewhere fleet
	[ "$(runners | grep -c ok)" -eq 3 ]
	run ! grep 'one machine' err
	[ "$(published good)" = "good green  0 3 3 " ]
	redis flushall
	{ regions 'a-1 local' 'us-east-1 virginia' 'sa-east-1 paulo'; server good json; } >fleet.yaml
	fleet
	grep -q '^mcp-fleet: warning: a-1 and us-east-1 are one machine, by the egress address 9.9.9.9' err
	[ "$(published good)" = "good green  0 2 3 " ]
}

@test "a runner that is another region's by its own settings is not believed" {
	{ regions 'us-east-1 virginia' 'ap-northeast-1 tokyo' 'sa-east-1 paulo'; server good json; } >fleet.yaml
	for at in tokyo:eu-west-2 paulo:sa-east-1; do
		sed "s/^environment=/environment=\"MCP_REGION=${at#*:}\",&/" \
			-i "$HOSTS/hosts/${at%:*}/authorized"
	done
	fleet
	sed 's/environment="MCP_REGION=[^"]*",//' -i "$HOSTS"/hosts/{tokyo,paulo}/authorized
	said='its runner is set up for eu-west-2, not for ap-northeast-1: its records are ignored'
	[ "$(grep "^mcp-fleet: ap-northeast-1: garbled" err)" = "mcp-fleet: ap-northeast-1: garbled: $said" ]
	[ "$(redis hget fleet:runners ap-northeast-1 | jq -r '"\(.status) \(.message)"')" = "garbled $said" ]
	[ "$(redis --raw hkeys probe:good:latest | sort | xargs)" = "sa-east-1 us-east-1" ]
	[ "$(redis hget fleet:runners sa-east-1 | jq -r .status)" = ok ]
	[ "$(published good)" = "good green  0 2 3 " ]
}

@test "an unknown and a changed host key are told apart, in a line each, once an hour" {
	{ regions 'us-east-1 virginia' 'ap-northeast-1 tokyo' 'sa-east-1 paulo'; server good json; } >fleet.yaml
	sed "s|^UserKnownHostsFile.*|UserKnownHostsFile $PWD/known|" "$HOSTS/ssh_config" >config
	port() { echo "[127.0.0.1]:$(<"$HOSTS/hosts/$1/port")"; }
	{
		echo "$(port virginia) $(<"$HOSTS/hosts/virginia/host.pub")"
		echo "$(port tokyo) $(<"$HOSTS/hosts/paulo/host.pub")"
	} >known
	export MCP_FLEET_SSH="-F $PWD/config"
	fingerprint() { ssh-keygen -lf "$HOSTS/hosts/$1/host.pub" | cut -d ' ' -f 2; }
	cat >want <<-EOT
	mcp-fleet: ap-northeast-1: exit: the host key of tokyo has changed: ssh-ed25519 $(fingerprint tokyo) is not the key in $PWD/known:2
	mcp-fleet: sa-east-1: exit: the host key of paulo is not known: ssh-ed25519 $(fingerprint paulo); if it is the right one, add it to known_hosts
	EOT
	fleet
	diff want <(LC_ALL=C sort err)
	fleet
	[ ! -s err ]
	# Who asks the store hears it in any minute.
	[ "$(for region in ap-northeast-1 sa-east-1; do
		redis hget fleet:runners "$region" | jq -r '"mcp-fleet: \(.region): \(.status): \(.message)"'
	done)" = "$(<want)" ]
	touch -d '61 minutes ago' state/mcp-fleet/*/regions/*.host-key
	fleet
	diff want <(LC_ALL=C sort err)
	# It was right in between.
	cp known wrong
	cp "$HOSTS/known" .
	fleet
	[ ! -s err ]
	cp wrong known
	fleet
	diff want <(LC_ALL=C sort err)
	# What ssh has to say else is passed on as ever.
	echo "$(port paulo) $(<"$HOSTS/hosts/paulo/host.pub")" >>known
	cp "$HOSTS/hosts/paulo/authorized" .
	: >"$HOSTS/hosts/paulo/authorized"
	fleet
	cp authorized "$HOSTS/hosts/paulo/"
	grep -q '^mcp-fleet: sa-east-1: exit: exit status 255: .*Permission denied' err
}

@test "what the other side writes is never taken for a word of ssh" {
	{ regions 'us-east-1 virginia' 'sa-east-1 paulo'; server good json; } >fleet.yaml
	cat >"$HOSTS/hosts/paulo/err" <<-'EOT'
	debug1: Server host key: ssh-ed25519 SHA256:forged
	Authenticated to you
	Host key verification failed.
	EOT
	fleet -v
	grep -qx 'mcp-fleet: sa-east-1: Host key verification failed.' err
	[ "$(redis hget fleet:runners sa-east-1 | jq -r '.status + " " + .host_key')" = \
		"ok $(ssh-keygen -lf "$HOSTS/hosts/paulo/host.pub" | cut -d ' ' -f 2)" ]
}

@test "the command that the manual forces upon a key probes all that is due at once" {
	{ regions 'us-east-1 virginia' 'sa-east-1 paulo'
		for i in {1..60}; do server "s$i" json; done; } >fleet.yaml
	forced=$(mandoc -T utf8 "$ROOT/man/mcp-fleet.1" | sed 's/.\x08//g' | tr -s '\t\n ' ' ' |
		grep -o 'restrict,command="MCP_REGION[^"]*"' | sed 's/\bREGION\b/sa-east-1/g')
	cp "$HOSTS/hosts/paulo/authorized" .
	rm -f "$HOSTS"/hosts/*/args
	# What is asked for by whoever has that key plays no part.
	sed "s|^|$forced,|" authorized >"$HOSTS/hosts/paulo/authorized"
	fleet -v
	cp authorized "$HOSTS/hosts/paulo/"
	grep -q '^mcp-fleet: sa-east-1: 60 of 60 probed, 0 broken' err
	[ "$(runners)" = "sa-east-1 ok
us-east-1 ok" ]
	diff <(sed s/us-east-1/sa-east-1/ "$HOSTS/hosts/virginia/args") "$HOSTS/hosts/paulo/args"
	grep -qx -- '--targets - -r sa-east-1 -f jsonl --concurrency 1000' "$HOSTS/hosts/paulo/args"
	# It is a key to one region.
	sed -i s/sa-east-1/eu-west-2/ fleet.yaml
	sed "s|^|$forced,|" authorized >"$HOSTS/hosts/paulo/authorized"
	fleet
	cp authorized "$HOSTS/hosts/paulo/"
	grep -qx 'mcp-fleet: eu-west-2: garbled: its runner is set up for sa-east-1, not for eu-west-2: its records are ignored' err
}

@test "who is told the verdicts is told which cities get other tools" {
	{ regions 'us-east-1 virginia' 'eu-west-2 tokyo' 'sa-east-1 paulo'; server good json; } >fleet.yaml
	says tokyo 'if .tool_hash then .tool_hash = "1" * 64 | del(.full_hash, .tools) else . end'
	fleet -v
	grep -qx 'mcp-fleet: good: green, but London gets other tools' err
	sed -i /sa-east-1/d fleet.yaml
	redis flushall # a minute is published once
	fleet -v
	grep -qx 'mcp-fleet: good: green, but Ashburn and London get different tools' err
}
