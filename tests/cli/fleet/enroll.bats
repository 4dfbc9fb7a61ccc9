#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: a machine that ssh(1) reaches is checked before it is a region, and is changed
# only if that is asked for; what is made there lets rounds probe, and do no more.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet

# A machine whose account has a home and a PATH of its own.
hosts() {
	host oslo </dev/null
	OSLO=$PWD/hosts/oslo
	mkdir "$OSLO/bin"
	sed -i "s|^AuthorizedKeysFile.*|& $OSLO/.ssh/authorized_keys|" "$OSLO/sshd_config"
	echo "SetEnv HOME=$OSLO PATH=$OSLO/bin:/usr/bin:/bin" >>"$OSLO/sshd_config"
	: >"$OSLO/log"
	kill -HUP "$(<sshd.pids)"
	eventually grep -q 'listening on' "$OSLO/log"
}

setup() {
	OSLO=$BATS_FILE_TMPDIR/hosts/oslo
	fleet_setup
	cp "$BATS_FILE_TMPDIR/known" .
	sed "s|^UserKnownHostsFile.*|UserKnownHostsFile $PWD/known|" \
		"$BATS_FILE_TMPDIR/ssh_config" >ssh_config
	export MCP_FLEET_SSH="-F $PWD/ssh_config" HOME=$PWD
	PATH=$ROOT/scripts:$PATH
	rm -rf "$OSLO/.ssh" "$OSLO/bin/mcp-probe" "$OSLO/.mcp-credentials"
	{ regions 'us-east-1 local'; server good json; } >fleet.yaml
}

# enroll ARGS…: of oslo; sets status; the findings are in out, as JSON.
enroll() {
	status=0
	mcp-fleet enroll -c fleet.yaml --json -k key "$@" eu-north-1 oslo >out 2>err ||
		status=$?
	cat out err
	[ ! -s err ]
}

# told STATUS SUBJECT TEXT: the one finding like this; sets mend.
told() {
	local like='select(.status == $a and .subject == $b and (.finding | contains($c)))'
	[ "$(jq --arg a "$1" --arg b "$2" --arg c "$3" "$like | 1" out)" = 1 ] || return
	mend=$(jq -r --arg a "$1" --arg b "$2" --arg c "$3" "$like | .mend" out)
}

# failures: what is to be mended.
failures() {
	jq -r 'select(.status == "fail") | .finding' out
}

# machine: all that an enrolment may change there.
machine() {
	(cd "$OSLO" && find . -type f ! -name log -printf '%p %m ' -exec sha256sum {} +)
}

@test "a bare machine is only looked at, and then made a region" {
	machine >before
	enroll
	[ "$status" -eq 1 ]
	machine | diff before -
	[ ! -e key ]
	told ok eu-north-1 'oslo is reached, and its host key is known'
	told fail eu-north-1 'mcp-probe is not in the PATH there'
	[ "$mend" = "mcp-fleet enroll --install -c fleet.yaml -k $PWD/key eu-north-1 oslo" ]
	typed=$mend
	told fail key "there is no key for the rounds, $PWD/key"
	told ok eu-north-1 'it has TLS roots'
	told ok eu-north-1 'its clock is right'
	# What mends it is typed; what it made is told, and once.
	$typed --json >out
	told 'done' eu-north-1 "$OSLO/bin/mcp-probe"
	told 'done' key "the key $PWD/key"
	told 'done' key "the folder $OSLO/.ssh"
	told 'done' key "the line of the key in $OSLO/.ssh/authorized_keys"
	told ok eu-north-1 "mcp-probe $VERSION answers; 1 of 1 servers work from here"
	told ok key "$PWD/key may probe there, and nothing else"
	told warn key "rounds do not use $PWD/key"
	[ -z "$(failures)" ]
	cmp "$OSLO/bin/mcp-probe" "$BIN/mcp-probe"
	[ "$(stat -c %a "$OSLO/.ssh" "$OSLO/.ssh/authorized_keys" key)" = $'700\n600\n600' ]
	[ "$(<"$OSLO/.ssh/authorized_keys")" = "restrict,command=\"mcp-probe --serve-ssh -r eu-north-1\" $(
		cut -d ' ' -f 1,2 key.pub) mcp-fleet" ]
	machine >before
	enroll --install
	[ "$status" -eq 0 ]
	run ! grep -q '"done"' out
	machine | diff before -
	nothing_left
}

@test "what was typed just now, or is there, is not told as what to do next" {
	run -1 mcp-fleet enroll -c fleet.yaml -k key eu-north-1 oslo
	[[ $output == *'enroll --install '*$'\nIn fleet.yaml, under regions:\n'* ]]
	run -0 mcp-fleet enroll -c fleet.yaml -k key --install eu-north-1 oslo
	[[ $output != *--install* && $output != *$'\nIn .ssh/authorized_keys of '* ]]
	[[ $output == *$'\nIn fleet.yaml, under regions:\n'* ]]
	sed -i '/local/a\  - {name: eu-north-1, runner: ssh, host: oslo}' fleet.yaml
	run -0 mcp-fleet enroll -c fleet.yaml -k key eu-north-1 oslo
	[[ $output != *--install* && $output != *$'\nIn '* ]]
	# The line of a key without a shell is there, too, if a probe came through.
	sed -i /IdentityFile/d ssh_config
	run -0 mcp-fleet enroll -c fleet.yaml -k key eu-north-1 oslo
	[[ $output == *'no shell there'* && $output != *$'\nIn '* ]]
	# Where nobody is let in, to type it again helps only once somebody is.
	rm key*
	run -1 mcp-fleet enroll -c fleet.yaml -k key --install eu-north-1 oslo
	[[ $output != *--install* && $output == *ssh-copy-id* ]]
}

@test "a round probes with the key and the line that were made" {
	enroll --install
	[ "$status" -eq 0 ]
	told warn key 'rounds do not use'
	eval "${mend%%   #*}"
	jq -r 'select(.type == "enrolment").regions' out >line
	sed -i '/local/r line' fleet.yaml
	# Without the key of the person.
	sed -i /IdentityFile/d ssh_config
	fleet --once
	[ "$status" -eq 0 ]
	[ "$(runners)" = $'eu-north-1 ok\nus-east-1 ok' ]
	# There is no shell now, and what the key allows is checked all the same.
	MCP_FLEET_SSH=${MCP_FLEET_SSH%% -i *} enroll
	[ "$status" -eq 0 ]
	told warn eu-north-1 'no shell there'
	told ok eu-north-1 "mcp-probe $VERSION answers"
	run -2 ssh -F ssh_config -i key -o BatchMode=yes oslo touch "$PWD/touched" </dev/null
	[ ! -e touched ]
}

@test "a line that somebody wrote for the key is left as it is" {
	ssh-keygen -q -t ed25519 -N '' -f key
	ln -s "$BIN/mcp-probe" "$OSLO/bin/mcp-probe"
	mkdir "$OSLO/.ssh"
	for line in "command=\"mcp-probe --serve-ssh -r eu-north-1\" $(<key.pub)" \
		"command=\"mcp-probe --serve-ssh -r us-west-2\",restrict $(<key.pub)"; do
		printf '# ours\n%s' "$line" >"$OSLO/.ssh/authorized_keys"
		cp "$OSLO/.ssh/authorized_keys" before
		enroll --install
		[ "$status" -eq 1 ]
		told fail key "line 2 of authorized_keys has $PWD/key, but is not the one below"
		cmp before "$OSLO/.ssh/authorized_keys"
	done
	# One that allows less is as good as ours.
	line="from=\"127.0.0.1\",restrict,command=\"MCP_CREDENTIALS=/x mcp-probe --serve-ssh -r eu-north-1 --concurrency 500\" $(<key.pub)"
	echo "$line" >"$OSLO/.ssh/authorized_keys"
	enroll
	told ok key "$PWD/key may probe there, and nothing else"
	# One that allows more is not.
	line="restrict,command=\"mcp-probe --serve-ssh -r eu-north-1; sh\" $(<key.pub)"
	echo "$line" >"$OSLO/.ssh/authorized_keys"
	enroll
	told fail key 'line 1 of authorized_keys has '
	# That of another key stays, too, where its line has no end.
	printf 'ssh-ed25519 AAAA other' >"$OSLO/.ssh/authorized_keys"
	enroll --install
	[ "$status" -eq 0 ]
	[ "$(head -n 1 "$OSLO/.ssh/authorized_keys")" = 'ssh-ed25519 AAAA other' ]
	[ "$(wc -l <"$OSLO/.ssh/authorized_keys")" -eq 2 ]
}

@test "no command to type has anything of what a hostile machine says of itself" {
	local evil="1; touch $PWD/ran #"
	ssh-keygen -q -t ed25519 -N '' -f key
	# Its shell reads what it is asked, and says what it likes.
	cat >"$OSLO/bin/sh" <<-EOT
	#!/bin/bash
	mark=\$(sed -n 's/^echo "\([^ ]*\)"\$/\1/p' | head -n 1)
	printf '%s\n' "\$mark" "clock $evil" "machine $evil" "probe mcp-probe $evil" \
		"library lib\$(printf '\$(touch %s/ran)' '$PWD')" "roots $evil" "unresolved $evil" \
		"key $evil:\$(printf '\033]0;x\007')" "placed $evil" end
	EOT
	chmod +x "$OSLO/bin/sh"
	for args in '' --install; do
		# shellcheck disable=SC2086 # none, or one
		enroll $args
		told fail key 'of authorized_keys has '
		jq -r '.mend // empty' out >mends
		[ -s mends ]
		run ! grep touch mends
		run ! grep $'\033' out
	done
	[ ! -e ran ]
	rm "$OSLO/bin/sh"
}

@test "a host key that is not known is shown, and never taken" {
	: >known
	enroll --install
	[ "$status" -eq 1 ]
	[ ! -s known ]
	told fail eu-north-1 "the host key of oslo is not known: ssh-ed25519 $(
		ssh-keygen -lf "$OSLO/host.pub" | cut -d ' ' -f 2)"
	bash -c "$mend"
	cut -d ' ' -f 1-3 "$BATS_FILE_TMPDIR/known" | diff - known
	enroll
	told ok eu-north-1 'oslo is reached, and its host key is known'
	# Not even where ssh(1) is told to take any.
	ssh-keygen -q -t ed25519 -N '' -f other
	sed -i "s|ssh-ed25519 .*|$(cut -d ' ' -f 1,2 other.pub)|" known
	sed -i '1iStrictHostKeyChecking no' ssh_config
	cp known before
	enroll --install
	[ "$status" -eq 1 ]
	told fail eu-north-1 'the host key of oslo has changed: '
	cmp before known
	bash -c "$mend"
	enroll
	told ok eu-north-1 'oslo is reached, and its host key is known'
}

@test "nobody answers, or nobody is let in" {
	sed -i "s/^Port .*/Port $(free_port)/" ssh_config
	enroll
	[ "$status" -eq 1 ]
	told fail eu-north-1 'oslo is not reached: '
	cp "$BATS_FILE_TMPDIR/ssh_config" .
	sed -i /IdentityFile/d ssh_config
	enroll --install
	[ "$status" -eq 1 ]
	told warn eu-north-1 'Permission denied'
	told fail key "there is no key for the rounds, $PWD/key"
}

@test "a mcp-probe that does not start is told, and left as it is" {
	printf '#!/bin/sh\necho no such library\nexit 127\n' >"$OSLO/bin/mcp-probe"
	chmod +x "$OSLO/bin/mcp-probe"
	cp "$OSLO/bin/mcp-probe" before
	enroll --install
	[ "$status" -eq 1 ]
	told fail eu-north-1 'its mcp-probe does not start: no such library'
	told ok eu-north-1 'its clock is right'
	cmp before "$OSLO/bin/mcp-probe"
}

@test "credentials are told by their names, and servers are as they are from there" {
	{ regions 'us-east-1 local'; server good json 'auth: {credential: acme}'
		server bad 500; server far json 'regions: [us-east-1]'; } >fleet.yaml
	regions 'us-east-1 local' 'us-west-1 local' >two
	{ cat two; sed -n '/slug/p' fleet.yaml; } >new && mv new fleet.yaml
	enroll --install
	told fail eu-north-1 'auth.credential: acme: No such file'
	[ "$status" -eq 1 ]
	told 'done' key "the folder $OSLO/.mcp-credentials"
	printf 'origin = %s\ntoken = s3cret-canary\n' "${URL%/mcp}" >acme
	told fail eu-north-1 'auth.credential: acme: No such file'
	bash -c "$mend"
	chmod 644 "$OSLO/.mcp-credentials/acme"
	enroll
	told fail eu-north-1 'auth.credential: acme: others can read it'
	bash -c "$mend"
	enroll
	[ "$status" -eq 0 ]
	told ok eu-north-1 'all 1 credentials are present, readable only by their owner'
	# The server of one region only is none of its.
	told ok eu-north-1 'answers; 1 of 2 servers work from here'
	run ! grep s3cret-canary out err
}

@test "what it says for people, and what it does not take" {
	run -1 mcp-fleet enroll -c fleet.yaml -k key eu-north-1 oslo
	[[ $output == $'ok    eu-north-1  oslo is reached, and its host key is known\n'* ]]
	[[ $output == *$'\nIn fleet.yaml, under regions:\n  - {name: eu-north-1, runner: ssh, host: "oslo"}' ]]
	[[ $output == *'For the allow-lists of servers'* ]]
	run -2 mcp-fleet enroll -c fleet.yaml eu-north-1
	[[ $output == *': needs a region and a host; '* ]]
	run -2 mcp-fleet enroll -c fleet.yaml eu-north-1 -oProxyCommand=touch
	run -2 mcp-fleet enroll -c fleet.yaml eu-north-1 'a b'
	run -2 mcp-fleet enroll -c fleet.yaml 'Eu' oslo
	run -2 mcp-fleet enroll -c fleet.yaml -k 'a key' eu-north-1 oslo
	run -0 mcp-fleet enroll --help
	# A region that the configuration has elsewhere.
	mcp-fleet enroll -c fleet.yaml -k key --json us-east-1 oslo >out || true
	told fail fleet.yaml 'its region us-east-1 is at this machine'
}
