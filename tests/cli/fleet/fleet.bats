#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a round of mcp-fleet ends in time, whatever the regions do; what they
# saw is judged, what they did not see is no pass, and nothing is left behind.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet

hosts() {
	mkfifo hanging
	host virginia </dev/null
	host london </dev/null
	# It says once that it is there, and then nothing more.
	host tokyo <<-'EOT'
	#!/bin/bash
	echo $$ >>"$HOSTS/hang.pids"
	cat >/dev/null
	echo >"$HOSTS/hanging"
	exec tail -f /dev/null
	EOT
	host paulo <<-'EOT'
	#!/bin/bash
	printf 'Welcome to paulo!\n{"v":1,"type":"step","n":1\n\0\xff\xfe[31m\n'
	echo 'mcp-probe: a message' $'\e[31mred\342\200\256' >&2
	EOT
	host sydney </dev/null
	: >hosts/sydney/authorized # it does not let us in
}

five() {
	regions 'us-east-1 virginia' 'eu-west-2 london' 'ap-northeast-1 tokyo' \
		'sa-east-1 paulo' 'ap-southeast-2 sydney'
	server canary-good json
	server canary-html html
}

setup() {
	HOSTS=$BATS_FILE_TMPDIR
	fleet_setup
	export MCP_FLEET_SSH="-F $HOSTS/ssh_config"
	: >"$HOSTS/hang.pids"
}

teardown() {
	fleet_teardown
	xargs -r kill -KILL <"$HOSTS/hang.pids" 2>/dev/null || true
}

@test "five hosts, of which one hangs, one prints rubbish and one refuses" {
	five >fleet.yaml
	hangs ap-northeast-1
	MCP_FLEET_TIMEOUT=4 fleet -n
	[ "$status" -eq 0 ]
	((seconds >= 4))
	nothing_left
	[ "$(verdicts out)" = "canary-good green  0 2 5 
canary-html red initialize 2 2 5 eu-west-2,us-east-1" ]
	grep -qx 'mcp-fleet: ap-northeast-1: timeout: no end after 4 s, 2 of 2 probes are missing' err
	grep -qx 'mcp-fleet: sa-east-1: garbled: 3 lines that are no records of this region' err
	grep -q '^mcp-fleet: ap-southeast-2: exit: exit status 255: .*Permission denied' err
	grep -qx 'mcp-fleet: sa-east-1: mcp-probe: a message ?\[31mred?' err
	[ -z "$(find run state -type f)" ]
	[ "$(redis dbsize)" = 0 ]
}

@test "what they saw is stored, judged and told, once" {
	five >fleet.yaml
	hangs ap-northeast-1
	MCP_FLEET_TIMEOUT=4 fleet -v
	[ "$status" -eq 0 ]
	nothing_left
	[ "$(runners)" = "ap-northeast-1 timeout
ap-southeast-2 exit
eu-west-2 ok
sa-east-1 garbled
us-east-1 ok" ]
	grep -qx 'mcp-fleet: us-east-1: 2 of 2 probed, 1 broken, in [0-9]* s' err
	grep -qx 'mcp-fleet: canary-html: red, step-alert at initialize (eu-west-2, us-east-1)' err
	redis get probe:canary-html:verdict | jq -e '.verdict == "red" and .reporters == 2'
	jq -se 'map([.event, .server_slug, .severity, .regions]) == [["downtime_started",
		"canary-html", "P1", ["eu-west-2", "us-east-1"]]]' out
	[ "$(redis --raw hkeys fleet:heartbeats | sort)" = $'alert\nalert:run\ningest\ningest:run\nverdict\nverdict:run' ]
	MCP_FLEET_TIMEOUT=4 fleet
	[ "$status" -eq 0 ]
	[ ! -s out ]
}

# begin: a round in the background, which hangs in Tokyo when this returns, and has
# ended in all other regions.
begin() {
	five >fleet.yaml
	"$ROOT/scripts/mcp-fleet" -v -c fleet.yaml >out1 2>err1 3>&- &
	pid=$!
	read -r -t 60 <>"$HOSTS/hanging"
	for region in us-east-1 eu-west-2 sa-east-1 ap-southeast-2; do
		eventually grep -q "^mcp-fleet: $region: [0-9]* of 2 probed" err1
		flock -w 60 run/mcp-fleet/*/$region.lock true
	done
}

# bats test_tags=later
@test "while a region hangs it is not started again, and no command line names a target" {
	begin
	ours >pids
	xargs -I{} cat /proc/{}/cmdline <pids 2>/dev/null | tr '\0' '\n' >lines
	grep -qx tokyo lines
	run ! grep -E "canary|${URL%/mcp}" lines
	fleet
	[ "$status" -eq 0 ]
	grep -qx 'mcp-fleet: ap-northeast-1: timeout: its previous run has not ended' err
	[ "$(wc -l <"$HOSTS/hang.pids")" -eq 1 ]
	[ "$(runners | grep -c ok)" -eq 2 ]
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 143 ]
	nothing_left
}

@test "a region stays locked while its runner lives, though mcp-fleet was killed" {
	begin
	kill -KILL "$pid"
	fleet
	grep -qx 'mcp-fleet: ap-northeast-1: timeout: its previous run has not ended, though mcp-fleet was killed; it ends by itself' err
	[ "$(wc -l <"$HOSTS/hang.pids")" -eq 1 ]
	# It still uses its folder.
	[ "$(ls tmp | wc -l)" -eq 1 ]
	# To timeout(1) its alarm says that the time is over.
	for pid in $(ours); do
		[[ $(tr '\0' ' ' <"/proc/$pid/cmdline") != "timeout "*" mcp-probe "* ]] ||
			kill -ALRM "$pid"
	done
	flock -w 60 run/mcp-fleet/*/ap-northeast-1.lock true
	run ours
	[ -z "$output" ]
}

# The program of this stage hangs the first time, and runs on in a group of its own.
# bats test_tags=later
@test "after kill -9 of its group, the next round judges at once, and sweeps its folder" {
	local hung
	{ regions 'a-1 local'; server good json; } >fleet.yaml
	mkfifo hanging
	mkdir fake
	for row in 'mcp-probe --targets' 'mcp-aggregate ingest' 'mcp-alert -c'; do
		cat >"fake/${row% *}" <<-EOT
		#!/bin/bash
		[[ \$1 != ${row#* } || -e again ]] || {
			echo \$\$ >again
			echo >hanging
			exec tail -f /dev/null
		}
		exec $BIN/${row% *} "\$@"
		EOT
		chmod +x "fake/${row% *}"
		rm -f again
		redis flushall >/dev/null
		PATH=$PWD/fake:$PATH setsid "$ROOT/scripts/mcp-fleet" -c fleet.yaml \
			>out1 2>err1 3>&- &
		pid=$!
		read -r -t 60 <>hanging
		kill -KILL -- "-$pid"
		wait "$pid" || true
		[ -n "$(ls -A tmp)" ]
		PATH=$PWD/fake:$PATH fleet
		[ "$status" -eq 0 ]
		# It did not wait for its end.
		hung=$(<again)
		kill -0 "$hung"
		[ -z "$(ls -A tmp)" ]
		[ "$(runners)" = 'a-1 ok' ]
		redis get probe:good:verdict | jq -e '.verdict == "green"'
		kill -KILL "$hung"
		rm "fake/${row% *}"
	done
}

# bats test_tags=later
@test "folders of killed rounds of older versions go once no round can have them" {
	{ regions 'a-1 local'; server good json; } >fleet.yaml
	mkdir -m 700 tmp/mcp-fleet.{dead01,young1,other1} tmp/mcp-fleet.of-somebody kept
	echo x | tee tmp/mcp-fleet.dead01/records >kept/records
	chmod 755 tmp/mcp-fleet.other1
	ln -s ../kept tmp/mcp-fleet.link01
	touch -h -d '-2 hours' tmp/mcp-fleet.{dead01,other1,link01} tmp/mcp-fleet.of-somebody kept
	fleet
	[ "$status" -eq 0 ]
	[ "$(ls tmp | xargs)" = 'mcp-fleet.link01 mcp-fleet.of-somebody mcp-fleet.other1 mcp-fleet.young1' ]
	[ -s kept/records ]
}

@test "nothing that any program is given in argv names a target" {
	local tool
	mkdir wrap
	for tool in jq awk timeout ssh cut head tr tail cat cp tee mcp-probe mcp-aggregate; do
		printf '#!/bin/bash\nprintf "%%s\\n" "$@" >>%q\nexec %q "$@"\n' \
			"$PWD/argv" "$(type -P $tool)" >wrap/$tool
		chmod +x wrap/$tool
	done
	{ regions 'a-1 local' 'b-1 virginia'; server canary-1 json
		server canary-2 json 'auth: {mode: bearer, credential: canary-3}'; } >fleet.yaml
	cp "$ROOT"/scripts/{needs,region}.bash .
	sed "s|^\tPATH=.*|PATH=$PWD/wrap:\$PATH|" "$ROOT/scripts/mcp-fleet" >mcp-fleet
	bash mcp-fleet -c fleet.yaml -v 2>err
	[ "$(redis --raw keys 'probe:canary-?:latest')" = probe:canary-1:latest ]
	grep -q ': line 2: auth.credential: ' err
	grep -qx b-1 argv
	run ! grep -E "canary-?.?|${URL%/mcp}" argv
}

# bats test_tags=later
@test "what a region may not have is refused, and the rest is done" {
	{ regions 'a-1 local' 'b-1 virginia' 'c-1 local'; server good json
		server closed json 'auth: {mode: bearer, credential: nosuch}'; } >fleet.yaml
	fleet
	[ "$status" -eq 0 ]
	grep -q '^mcp-fleet: b-1: mcp-probe: line 2: auth.credential: ' err
	[ "$(runners)" = "a-1 ok
b-1 ok
c-1 ok" ]
}

@test "without -c and MCP_CONFIG it looks for one here, then on this machine, and names both" {
	local named='name it with --config to use it all the same'
	PATH=$ROOT/scripts:$PATH
	# What is in /etc is that of this machine.
	[ -e /etc/mcp-fleet/fleet.yaml ] || for command in '' doctor 'enroll eu-north-1 oslo'; do
		# shellcheck disable=SC2086 # words
		run -2 mcp-fleet $command
		[ "$output" = "mcp-fleet: no configuration: neither --config nor MCP_CONFIG names one, and$(:
			) there is neither ./fleet.yaml nor /etc/mcp-fleet/fleet.yaml" ]
	done
	[ -e /etc/mcp-fleet/fleet.yaml ] || {
		run -2 mcp-rotate api
		[[ $output == 'mcp-rotate: no configuration: '* ]]
	}
	(umask 077; regions 'a-1 local'; server good json) >fleet.yaml
	chmod 644 fleet.yaml
	run -0 --separate-stderr mcp-fleet -n
	jq -e '.slug == "good"' <<<"$output"
	run -0 --separate-stderr mcp-fleet -nv
	[[ $'\n'$stderr == *$'\n'"mcp-fleet: the configuration is $PWD/fleet.yaml"$'\n'* ]]
	run mcp-fleet doctor
	[[ $output == *'configuration'*' fleet.yaml: 1 server, 1 region'* ]]
	run -2 mcp-rotate nosuch
	[[ $output == "mcp-rotate: the configuration is $PWD/fleet.yaml"* ]]
	# One that is named goes before it.
	echo '{' >fleet.yaml
	(regions 'a-1 local'; server other json) >other.yaml
	MCP_CONFIG=other.yaml run -0 mcp-fleet -n
	run -0 mcp-fleet -n -c other.yaml
	# It names commands: one that others may have written is used only if it is named.
	mv other.yaml fleet.yaml
	chmod 666 fleet.yaml
	run -2 mcp-fleet
	[ "$output" = "mcp-fleet: ./fleet.yaml: others may write to it; $named, or: chmod go-w fleet.yaml" ]
	run -0 mcp-fleet -n -c fleet.yaml
	chmod 644 fleet.yaml
	[ "$EUID" -eq 0 ] || return 0
	chown nobody fleet.yaml
	run -2 mcp-fleet doctor
	[ "$output" = "mcp-fleet: ./fleet.yaml: belongs to another user; $named" ]
	chown root fleet.yaml
	mv fleet.yaml other.yaml
	ln -s other.yaml fleet.yaml
	run -0 mcp-fleet -n
	chown -h nobody fleet.yaml
	run -2 mcp-fleet -n
}

# bats test_tags=later
@test "help helps, and what is no command is told with those that there are" {
	local command
	PATH=$ROOT/scripts:$PATH
	run -0 mcp-fleet help
	[ "$output" = "$(mcp-fleet --help)" ]
	for command in init enroll doctor demo snapshot help; do
		grep -q "^  $command  " <<<"$output"
		[ "$(mcp-fleet help "$command")" = "$(mcp-fleet "$command" --help)" ]
	done
	for command in 'help nosuch' nosuch '-c fleet.yaml nosuch'; do
		# shellcheck disable=SC2086 # words
		run -2 mcp-fleet $command
		[ "$output" = 'mcp-fleet: nosuch: no such command; use init, enroll, doctor, demo, snapshot or help' ]
	done
	run -2 mcp-fleet -c fleet.yaml doctor
	[ "$output" = 'mcp-fleet: doctor: put the command first' ]
	run -2 mcp-fleet help init more
}
