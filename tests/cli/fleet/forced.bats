#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: who holds the ssh key of a region, whose forced command is the one of the
# manual, can have servers probed, and nothing else: no file, command, forwarding or
# terminal, no private address, no other region's records, no tool with a credential.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet

hosts() {
	host virginia </dev/null
}

setup() {
	HOSTS=$BATS_FILE_TMPDIR
	fleet_setup
	PATH=$ROOT/scripts:$PATH
	export MCP_FLEET_SSH="-F $HOSTS/ssh_config"
	credentials=$HOSTS/hosts/virginia/credentials
	mkdir -p "$credentials"
	chmod 700 "$credentials"
	printf 'origin = %s\ntoken = s3cret-canary\n' "${URL%/mcp}" >"$credentials/key"
	chmod 600 "$credentials/key"
	force virginia "$credentials"
	cp "$HOSTS/hosts/virginia/authorized" authorized
}

teardown() {
	sed 's/^restrict,command="[^"]*",//' -i "$HOSTS/hosts/virginia/authorized"
	fleet_teardown
}

# attack ARGS…: what ssh(1) makes of these, with the key.
attack() {
	local status=0
	timeout 60 ssh -F "$HOSTS/ssh_config" -o BatchMode=yes "$@" >out 2>err || status=$?
	echo "$status" >ended
}

# ended STATUS: that of the last attack.
ended() {
	[ "$(<ended)" -eq "$1" ] || { cat ended err; return 1; }
}

# target SLUG URL [MORE]
target() {
	echo "{\"v\":1,\"type\":\"target\",\"slug\":\"$1\",\"url\":\"$2\"${3:+,$3}}"
}

KEY='"auth":{"credential":"key"}'

@test "the line of the manual is enough for a round, with a credential of the region" {
	{ regions 'us-east-1 virginia'; server good json
		server walled wall 'auth: {credential: key}'; } >fleet.yaml
	fleet -v
	cat err
	[ "$status" -eq 0 ]
	grep -q '^mcp-fleet: us-east-1: 2 of 2 probed, 0 broken' err
	[ "$(runners)" = "us-east-1 ok" ]
	run mcp-fleet doctor -c fleet.yaml
	grep -qE '^ok +us-east-1 +its key can only probe$' <<<"$output"
	grep -qE '^ok +us-east-1 +mcp-probe .* answers; 2 of 2 servers work from here$' <<<"$output"
	grep -qE '^ok +us-east-1 +all 1 credentials are present, readable only by their owner$' <<<"$output"
	# The key is for one region, and the wrong one is told of as that.
	sed -i s/us-east-1/eu-west-2/ fleet.yaml
	fleet
	grep -q 'eu-west-2: exit: exit status 2: mcp-probe: SSH_ORIGINAL_COMMAND: this key is for another region$' err
	[ -z "$(redis --raw hget probe:good:latest eu-west-2)" ]
}

@test "it runs no command, whatever is asked for" {
	# shellcheck disable=SC2016 # for the shell there
	for asked in id 'sh -c id' 'mcp-probe; touch ran' 'mcp-probe -r us-east-1 && touch ran' \
		'mcp-probe $(touch ran)' 'mcp-probe `touch ran`' 'scp -t .' internal-sftp \
		'mcp-probe --credential key' "mcp-probe --targets $HOSTS/hosts/virginia/user" \
		'mcp-probe --token-file /etc/hostname http://127.0.0.1:1' \
		'mcp-probe --cacert /etc/hostname' 'mcp-probe --resume /etc/hostname' \
		'mcp-probe --verbose' 'mcp-probe --connect-to ::127.0.0.1:1'; do
		# A connection each: by a shared one, what ssh says of its socket is in err too.
		attack virginia "$asked" </dev/null
		ended 2
		[ ! -s out ]
		grep -q '^mcp-probe: SSH_ORIGINAL_COMMAND: ' err || { cat err; return 1; }
	done
	# Not even a shell, or a subsystem.
	attack virginia <<<'touch ran'
	ended 2
	attack -s virginia sftp </dev/null
	run ! ended 0
	[ ! -s out ]
	[ -z "$(find "$HOSTS" . -name ran)" ]
	run ! grep -r PRIVATE out err
}

@test "it forwards no port, no agent and no socket, and gives no terminal" {
	port=$(free_port)
	attack -o ExitOnForwardFailure=yes -N -R "$port:127.0.0.1:1" virginia </dev/null
	run ! ended 0
	grep -q 'remote port forwarding failed' err
	attack -o ExitOnForwardFailure=yes -N -R "$PWD/socket:127.0.0.1:1" virginia </dev/null
	run ! ended 0
	[ ! -e socket ]
	at=${URL#http://}
	attack -W "${at%/mcp}" virginia </dev/null
	run ! ended 0
	grep -q 'administratively prohibited' err
	[ ! -s out ]
	target good "${URL%/mcp}/json" | attack -tt virginia
	run ! grep -q 'not a tty' err
	grep -q 'PTY allocation request failed' err
	# No variable comes along that a program would heed.
	target good http://mcp.invalid/mcp | https_proxy=http://127.0.0.1:1 \
		http_proxy=http://127.0.0.1:1 MCP_CREDENTIALS=/etc SSL_CERT_FILE=/etc/hostname \
		attack -o SendEnv='*' -o SetEnv="MCP_REGION=eu-west-2" virginia
	jq -es '.[0].own_region == "us-east-1" and .[1].error == "dns.nxdomain" or
		.[1].error == "dns.temporary"' out
}

@test "no file is read, and no credential is shown, by any target" {
	ln -sf /etc/hostname "$credentials/link"
	echo not-a-credential >"$credentials/open"
	{
		for name in ../user ../../../../etc/passwd /etc/passwd "$credentials/key" \
			.hidden link open nosuch 'key\u0000x' ''; do
			target good "${URL%/mcp}/json" "\"auth\":{\"mode\":\"any\",\"credential\":\"$name\"}"
		done
		echo '{"include":"/etc/passwd"}'
		target good file:///etc/passwd
		target good "${URL%/mcp}/json" '"cacert":"/etc/passwd","token_file":"/etc/passwd"'
		# The secret goes nowhere but where its file says.
		at=${URL/127.0.0.1/localhost}
		target elsewhere "${at%/mcp}/wall" "$KEY"
		target mine "${URL%/mcp}/wall" "$KEY"
	} | attack virginia
	cat out err
	run ! grep -E "s3cret|root:|$(</etc/hostname)|PRIVATE|not-a-credential" out err
	# Only the last three can be probed; one is no origin of the secret.
	[ "$(jq -r 'select(.type == "probe").slug' out | sort -u | xargs)" = "elsewhere good mine" ]
	jq -es 'map(select(.slug == "elsewhere" and .status == "fail"))[0].error == "auth.wrong-origin"' out
	jq -es 'map(select(.slug == "mine" and .state))[0].state == "healthy"' out
	[ "$(grep -c ': line ' err)" -eq 12 ]
}

@test "no tool is called with a credential but what its owner allows" {
	call='"health_tool":{"name":"echo","arguments":{"text":"x"}}'
	target walled "${URL%/mcp}/wall" "$KEY,$call" | attack virginia
	ended 2
	grep -qx 'mcp-probe: line 1: health_tool: the credential has no line "tool = NAME" that allows it' err
	run ! grep -q '"type":"step"' out
	echo 'tool = echo' >>"$credentials/key"
	target walled "${URL%/mcp}/wall" "$KEY,$call" | attack virginia
	cat out err
	jq -es 'map(select(.n == 7))[0].status == "pass"' out
	target walled "${URL%/mcp}/wall" "$KEY,${call/echo/fail}" | attack virginia
	ended 2
}

@test "no private address is reached where the owner denies them, whatever a target says" {
	force virginia "$credentials" --deny-private
	port=${URL#http://*:}
	port=${port%%/*}
	{
		for address in 127.0.0.1 127.1 2130706433 0x7f.1 0.0.0.0 '[::1]' \
			'[::ffff:127.0.0.1]' localhost 169.254.169.254 10.0.0.1 192.168.0.1; do
			target "s$((++n))" "http://$address:$port/json" '"deny_private":false'
		done
		echo "{\"canary\":\"http://127.0.0.1:$port/json\",\"deny_private\":false}"
	} | attack virginia 'mcp-probe --targets - -r us-east-1 -f jsonl --concurrency 1000'
	cat out err
	jq -es 'map(select(.type == "probe")) | length > 0 and all(.[]; .state == "broken")' out
	jq -es 'map(select(.type == "runner")) | all(.[]; (.canaries_answered // 0) == 0)' out
	run ! grep '"step":"initialize","status":"pass"' out
	attack virginia 'mcp-probe --deny-private' </dev/null
	ended 2
}

@test "no record of another region is made" {
	target good "${URL%/mcp}/json" '"region":"eu-west-2"' | attack virginia
	ended 2
	grep -qx 'mcp-probe: line 1: region: this machine is region us-east-1' err
	run ! grep -q eu-west-2 out
	target good "${URL%/mcp}/json" | attack virginia 'mcp-probe -r eu-west-2'
	ended 2
	[ ! -s out ]
	target good "${URL%/mcp}/json" '"region":"us-east-1"' | attack virginia
	ended 0
	jq -es 'length == 10 and all(.[]; .region == "us-east-1")' out
}

@test "more targets than there may be are refused, all of them" {
	yes '{}' | head -n 100001 | attack virginia
	ended 2
	grep -qx 'mcp-probe: -: File too large' err
	[ ! -s out ]
	head -c 2000000 /dev/zero | attack virginia
	ended 2
	grep -qx 'mcp-probe: line 1: longer than 1 MiB' err
	yes "$(printf %100000s x)" | head -n 700 | attack virginia
	ended 2
	grep -qx 'mcp-probe: -: File too large' err
}

@test "targets that are held back are not waited for" {
	mkfifo held
	exec {hold}<>held
	mcp-probe --serve-ssh -r us-east-1 <held >out 2>err 3>&- {hold}>&- &
	pid=$!
	# It has an alarm, which this test does not wait for: bit 14 is SIGALRM. The
	# shell that becomes mcp-probe catches that signal too.
	alarmed() {
		[ "$(cat "/proc/$pid/comm")" = mcp-probe ] &&
			((0x$(sed -n 's/^SigCgt:\t//p' "/proc/$pid/status") & 1 << 13))
	}
	eventually alarmed
	kill -ALRM "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 3 ]
	grep -qx 'mcp-probe: -: the targets did not arrive in time' err
}

@test "the owner's options are those of the line, and no others" {
	bad() {
		run mcp-probe --serve-ssh "$@" </dev/null
		[ "$status" -eq 2 ] || { echo "$status $output"; return 1; }
	}
	bad
	[[ $output == 'mcp-probe: --serve-ssh: needs the name of the region' ]]
	bad -r Us
	bad -r us-east-1 --targets -
	bad -r us-east-1 http://127.0.0.1:1
	bad -r us-east-1 -f text
	bad -r us-east-1 -v
	bad -r us-east-1 --credential key
	bad -r us-east-1 --token-file key
	bad -r us-east-1 --check-expiry
	bad -r us-east-1 --spread 1s
	bad -r us-east-1
	[[ $output == 'mcp-probe: -: contains no target' ]]
	target good "${URL%/mcp}/json" >targets
	MCP_REGION=us-east-1 run -0 mcp-probe --serve-ssh --concurrency 2 <targets
	[ "$(jq -r .region <<<"$output" | sort -u)" = us-east-1 ]
}
