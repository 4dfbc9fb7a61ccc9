#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: what is wrong with a fleet is told with the command that mends it; that
# command, typed, makes the finding go; and a fleet that is well has none.

# shellcheck disable=SC2030,SC2031 # each test is a subshell
bats_require_minimum_version 1.5.0
load ../../helpers/fleet
load ../../helpers/lighttpd

# What its mcp-probe says, and whether it is there, the files of a host may change.
hosts() {
	local name
	for name in virginia 'london virginia' tokyo; do
		# shellcheck disable=SC2086 # a name, and what it is another one of
		host $name <<-'EOT'
		#!/bin/bash
		set -o pipefail
		here=${0%/*}
		echo "$*" >>"$here/args"
		PATH=${PATH#*"$here":}
		export MCP_CREDENTIALS=$here/credentials
		mcp-probe "$@" | jq -c -f "$here/said"
		EOT
		mkdir -m 700 "hosts/${name% *}/credentials"
	done
}

setup() {
	HOSTS=$BATS_FILE_TMPDIR
	fleet_setup
	redis config set maxmemory 0 maxmemory-policy noeviction appendonly yes \
		maxclients 10000 timeout 0 >/dev/null
	cp "$HOSTS/known" .
	sed "s|^UserKnownHostsFile.*|UserKnownHostsFile $PWD/known|" \
		"$HOSTS/ssh_config" >ssh_config
	export MCP_FLEET_SSH="-F $PWD/ssh_config" HOME=$PWD
	for name in virginia london tokyo; do
		echo . >"$HOSTS/hosts/$name/said"
	done
	# Where there is no cron, this is its table.
	mkdir -p bin
	cat >bin/crontab <<-EOT
	#!/bin/bash
	if [[ \$1 == -l ]]; then cat $PWD/table; else cat >$PWD/table.new; mv $PWD/table.new $PWD/table; fi
	EOT
	chmod +x bin/crontab
	# A daemon is known by its name.
	ln -s "$(type -P sleep)" bin/cron
	env -i bin/cron infinity 3>&- &
	CRON_PID=$!
	echo "MCP_FLEET_SSH=$MCP_FLEET_SSH
XDG_STATE_HOME=$XDG_STATE_HOME
* * * * * mcp-fleet -c $PWD/fleet.yaml" >table
	PATH=$PWD/bin:$ROOT/scripts:$PATH
}

teardown() {
	kill "$CRON_PID" 2>/dev/null || true
	[[ ! ${WEB_SERVE-} ]] || web_stop
	[[ ! -e other.pid ]] || kill "$(<other.pid)"
	fleet_teardown
}

two() {
	regions 'us-east-1 virginia' 'ap-northeast-1 tokyo'
	server good json
}

# says HOST PROGRAM: what its mcp-probe says goes through this program of jq(1).
says() {
	echo "$2" >"$HOSTS/hosts/$1/said"
}

# doctor ARGS…: sets status; the findings are in out, as JSON.
doctor() {
	status=0
	mcp-fleet doctor -c fleet.yaml --json "$@" >out 2>err || status=$?
	cat out err
	[ ! -s err ]
}

# told STATUS SUBJECT TEXT: the one finding like this; sets mend.
told() {
	[ "$(jq -s --arg a "$1" --arg b "$2" --arg c "$3" 'map(select(.status == $a and
		.subject == $b and (.finding | contains($c)))) | length' out)" -eq 1 ] || return
	mend=$(jq -r --arg a "$1" --arg b "$2" --arg c "$3" 'select(.status == $a and
		.subject == $b and (.finding | contains($c))) | .mend' out)
}

# silent STATUS SUBJECT TEXT: there is no such finding.
silent() {
	run ! told "$1" "$2" "$3"
}

# typed: the command of the finding.
typed() {
	bash -ec "$mend" 2>&1
}

# healthz FILTER: whether this is so of the site.
healthz() {
	curl -s "$WEB/healthz" | jq -e "$1" >/dev/null
}

failures() {
	jq -r 'select(.status == "fail") | .subject' out
}

@test "a fleet that is well has no finding but what it lacks" {
	two >fleet.yaml
	fleet
	# A key that lets nobody do more than probe is enough.
	cp "$HOSTS/hosts/virginia/authorized" .
	sed 's/^/restrict,command="mcp-probe --targets - -r us-east-1 -f jsonl --concurrency 1000",/' \
		authorized >"$HOSTS/hosts/virginia/authorized"
	doctor
	cp authorized "$HOSTS/hosts/virginia/"
	[ "$status" -eq 1 ]
	[ -z "$(failures)" ]
	told ok us-east-1 "mcp-probe $VERSION answers; 1 of 1 servers work from here"
	told ok us-east-1 'its clock is right'
	told ok us-east-1 'its key can only probe'
	told warn ap-northeast-1 'its key can run any command there'
	[ "$mend" = "mcp-fleet enroll --install -c fleet.yaml -k ~/.ssh/mcp-fleet ap-northeast-1 tokyo" ]
	told ok us-east-1 'no stale cache: 1 lists of tools'
	told ok store 'last written'
	told ok cron 'runs mcp-fleet'
	told ok spool "$PWD/state/mcp-fleet belongs to us alone"
	told warn routes 'there is no route'
	told warn configuration 'fewer than three regions'
	# The console shows what is not ok.
	redis get fleet:doctor | jq -e --slurpfile out out '.at > now - 60 and .fail == 0 and
		.ok == ($out | map(select(.status == "ok")) | length) and .warn == (.findings | length) and
		(.findings | map(.mend)) == ($out | map(select(.status == "warn").mend))' || {
		redis get fleet:doctor
		return 1
	}
	# The same for people; nothing was stored, and nothing is left.
	redis get probe:good:verdict >before
	run -1 mcp-fleet doctor -c fleet.yaml
	[[ $output == $'ok    configuration   1 server, 2 regions\n'* ]]
	[[ $output == *$'\nwarn  routes          nobody is notified of an outage: there is no route\n'* ]]
	[[ $output == *$'\n                      man mcp-routes\n'* ]]
	redis get probe:good:verdict | diff before -
	nothing_left
}

@test "usage, a configuration with faults, and a help" {
	{ two; echo 'tilte: x'; } >fleet.yaml
	run -2 mcp-fleet doctor -c fleet.yaml
	[[ $output == *'fleet.yaml:7:1: tilte: unknown key'* ]]
	run -2 mcp-fleet doctor
	run -2 mcp-fleet doctor -c fleet.yaml more
	[[ $output == *': more: one argument too many' ]]
	run -0 mcp-fleet doctor --help
	[[ $output == 'usage: mcp-fleet doctor '* ]]
}

@test "a host key that is not known, or is another, is told with its fingerprint, and mended" {
	two >fleet.yaml
	port() { echo "[127.0.0.1]:$(<"$HOSTS/hosts/$1/port")"; }
	echo "$(port tokyo) $(<"$HOSTS/hosts/virginia/host.pub")" >known
	doctor
	[ "$status" -eq 1 ]
	told fail us-east-1 "the host key of virginia is not known: ssh-ed25519 $(
		ssh-keygen -lf "$HOSTS/hosts/virginia/host.pub" | cut -d ' ' -f 2)"
	typed
	told fail ap-northeast-1 "the host key of tokyo has changed: ssh-ed25519 $(
		ssh-keygen -lf "$HOSTS/hosts/tokyo/host.pub" | cut -d ' ' -f 2)"
	typed
	doctor
	silent fail us-east-1 'host key'
	silent fail ap-northeast-1 'host key'
	told ok ap-northeast-1 "mcp-probe $VERSION answers"
}

@test "a region that is not reached, that lets nobody in, or that is another one" {
	two >fleet.yaml
	sed -i "/^Host tokyo/,/^Port/s/^Port .*/Port $(free_port)/" ssh_config
	cp "$HOSTS/hosts/virginia/authorized" .
	: >"$HOSTS/hosts/virginia/authorized"
	doctor
	cp authorized "$HOSTS/hosts/virginia/"
	[ "$status" -eq 1 ]
	told fail ap-northeast-1 'Connection refused'
	[ "$mend" = "ssh $MCP_FLEET_SSH tokyo -v true" ]
	told fail us-east-1 'Permission denied'
	[ "$mend" = "ssh-copy-id $MCP_FLEET_SSH virginia" ]
	sed 's/^environment=/environment="MCP_REGION=eu-west-2",&/' \
		-i "$HOSTS/hosts/virginia/authorized"
	doctor
	cp authorized "$HOSTS/hosts/virginia/"
	told fail us-east-1 'its runner is set up for eu-west-2'
	[[ $mend == "ssh $MCP_FLEET_SSH virginia 'sed -i s/eu-west-2/us-east-1/ ~/.ssh/authorized_keys'" ]]
}

@test "an account that runs no command: what its shell, or its sshd, says" {
	local words
	two >fleet.yaml
	mv "$HOSTS/hosts/tokyo/mcp-probe" .
	for words in 'This account is currently not available.|sudo usermod -s /bin/sh ACCOUNT   # on its machine' \
		'This service allows sftp connections only.|sudo ${EDITOR:-vi} /etc/ssh/sshd_config   # on its machine'; do
		# As nologin(8) and sshd(8) with ForceCommand internal-sftp do it.
		printf '#!/bin/sh\necho "%s"\nexit 1\n' "${words%|*}" >"$HOSTS/hosts/tokyo/mcp-probe"
		chmod +x "$HOSTS/hosts/tokyo/mcp-probe"
		doctor
		told fail ap-northeast-1 "exit: exit status 1: ${words%|*}"
		[ "$mend" = "${words#*|}" ] || { echo "$mend"; return 1; }
	done
	mv mcp-probe "$HOSTS/hosts/tokyo/"
}

@test "without mcp-probe, or with another version of it" {
	two >fleet.yaml
	mv "$HOSTS/hosts/tokyo/mcp-probe" .
	printf '#!/bin/sh\nexit 127\n' >"$HOSTS/hosts/tokyo/mcp-probe"
	chmod +x "$HOSTS/hosts/tokyo/mcp-probe"
	says virginia 'if .type == "runner" then .version = "0.0.9" else . end'
	doctor
	mv mcp-probe "$HOSTS/hosts/tokyo/"
	told fail ap-northeast-1 'exit status 127'
	[ "$mend" = "scp $MCP_FLEET_SSH $BIN/mcp-probe tokyo:/usr/local/bin/" ]
	told warn us-east-1 "mcp-probe there is 0.0.9, and here $VERSION"
	doctor
	silent fail ap-northeast-1 ''
	[ -z "$(failures)" ]
}

@test "a clock that is off by a second is a warning, by ten a failure" {
	two >fleet.yaml
	says virginia 'if .at then .at += 4 else . end | if .probe_started_at then .probe_started_at += 4 else . end'
	says tokyo 'if .at then .at -= 30 else . end | if .probe_started_at then .probe_started_at -= 30 else . end'
	doctor
	[ "$status" -eq 1 ]
	told warn us-east-1 'its clock is off by '
	told fail ap-northeast-1 'its clock is off by -'
	[ "$mend" = "ssh $MCP_FLEET_SSH tokyo sudo timedatectl set-ntp true" ]
	says tokyo .
	doctor
	told ok ap-northeast-1 'its clock is right'
}

@test "two regions on one machine, by the host key or the egress address" {
	{ regions 'us-east-1 virginia' 'eu-west-2 london' 'ap-northeast-1 tokyo'
		server good json; } >fleet.yaml
	doctor
	told fail regions 'eu-west-2 and us-east-1 are one machine, by the host key SHA256:'
	[[ $mend == "ssh $MCP_FLEET_SSH london "*'ssh-keygen -A'"'" ]]
	two >fleet.yaml
	for name in virginia tokyo; do
		says "$name" 'if .type == "runner" then .egress = "9.9.9.9" else . end'
	done
	doctor
	told warn regions 'are one machine, by the egress address 9.9.9.9'
}

@test "a credential that is not there, or that others can read, is mended" {
	{ regions 'us-east-1 virginia' 'ap-northeast-1 tokyo'
		server good json 'auth: {credential: key}'; } >fleet.yaml
	printf 'origin = %s\ntoken = s3cret-canary\n' "${URL%/mcp}" >key
	cp key "$HOSTS/hosts/tokyo/credentials/key"
	chmod 644 "$HOSTS/hosts/tokyo/credentials/key"
	# Whoever logs in there has the variable, too.
	for name in virginia tokyo; do
		cp "$HOSTS/hosts/$name/authorized" "$name"
		sed "s|^environment=|environment=\"MCP_CREDENTIALS=$HOSTS/hosts/$name/credentials\",&|" \
			-i "$HOSTS/hosts/$name/authorized"
	done
	doctor
	[ "$status" -eq 1 ]
	told fail us-east-1 'auth.credential: key: No such file'
	typed
	told fail ap-northeast-1 'auth.credential: key: others can read it'
	typed
	doctor
	silent fail us-east-1 auth
	told ok ap-northeast-1 'all 1 credentials are present, readable only by their owner'
	told ok us-east-1 'all 1 credentials are present, readable only by their owner'
	run ! grep -r s3cret-canary out err
	for name in virginia tokyo; do
		cp "$name" "$HOSTS/hosts/$name/authorized"
		rm "$HOSTS/hosts/$name/credentials/key"
	done
}

@test "no mend puts a secret of mcp-fleet itself where a server or a region gets it" {
	{ regions 'us-east-1 virginia' 'good-1 local'
		server good json 'auth: {credential: ack}'; } >fleet.yaml
	mkdir -m 700 own
	cp "$HOSTS/hosts/virginia/authorized" virginia
	sed "s|^environment=|environment=\"MCP_CREDENTIALS=$HOSTS/hosts/virginia/credentials\",&|" \
		-i "$HOSTS/hosts/virginia/authorized"
	MCP_CREDENTIALS=$PWD/own doctor
	cp virginia "$HOSTS/hosts/virginia/authorized"
	for name in us-east-1 good-1; do
		told fail "$name" 'auth.credential: ack: No such file'
		[ "$mend" = "\${EDITOR:-vi} fleet.yaml   # another name: ack is a secret of mcp-fleet itself" ]
	done
}

@test "a region without names, or without roots, beside one that has them" {
	{ two; server secure json; } >fleet.yaml
	sed -i '/secure/s|http://127.0.0.1|https://localhost|' fleet.yaml
	# What the two see of a server over TLS, and by name.
	says virginia 'if .n? == 1 then .status = "pass" | .error = null elif .n? == 2 then .status = "pass" | .error = null else . end'
	says tokyo 'if .n? == 1 then .status = "pass" | .error = null elif .n? == 2 then .status = "fail" | .error = "tls.untrusted" else . end'
	doctor
	told fail ap-northeast-1 'no certificate of a server is trusted here'
	[ "$mend" = "ssh $MCP_FLEET_SSH tokyo sudo apt-get install --reinstall ca-certificates" ]
	says tokyo 'if .n? == 1 then .status = "fail" | .error = "dns.temporary" else . end'
	doctor
	told fail ap-northeast-1 'no name of a server can be resolved from here'
	[ "$mend" = "ssh $MCP_FLEET_SSH tokyo cat /etc/resolv.conf" ]
	silent fail us-east-1 ''
}

@test "a stale cache, and lists that are the same" {
	two >fleet.yaml
	says tokyo 'if .n? == 8 then .detail.cache = {result: "stale"} else . end'
	doctor
	told fail ap-northeast-1 'a cache gives clients an old list of tools of good'
	[ "$mend" = "mcp-probe --cache-check always '${URL%/mcp}/json'" ]
	told ok us-east-1 'no stale cache'
}

@test "a store that evicts, without a file, full, or not there" {
	two >fleet.yaml
	redis config set maxmemory-policy allkeys-lru >/dev/null
	redis config set appendonly no >/dev/null
	# Nothing is written to a file: the mend would keep it there.
	doctor
	[ "$status" -eq 1 ]
	for text in maxmemory-policy appendonly; do
		told fail store "$text"
		mend=${mend%% && *}
		typed
	done
	redis config set maxmemory 1 >/dev/null
	redis hdel fleet:heartbeats ingest >/dev/null # a round wrote just now
	doctor
	silent fail store maxmemory-policy
	silent fail store appendonly
	told fail store 'cannot be written: '
	told fail store '% of its memory are used'
	mend=${mend%% && *}
	typed
	sed -i "s|$REDIS_SOCK|$PWD/nowhere|" fleet.yaml
	doctor
	told fail store 'No such file or directory'
	# Root needs no sudo.
	[ "$mend" = "$( ((EUID == 0)) || echo 'sudo ')$([[ -d /run/systemd/system ]] &&
		echo systemctl enable --now redis-server || echo service redis-server start)" ]
	ln -s "$REDIS_SOCK" nowhere
	doctor
	silent fail store ''
	told ok store 'it answers, evicts nothing'
	told ok store 'can be written'
	# What was written is what a round says of its spool.
	redis hvals fleet:spools | jq -e --arg s "$PWD/state/mcp-fleet" \
		'.waiting == 0 and .set_aside == 0'
	run -1 env -u MCP_STORE mcp-fleet doctor -c <(sed /^store/d fleet.yaml)
	[[ $output == *'FAIL  store '*' no store is configured'* ]]
}

@test "a store that does not keep the findings for the console" {
	two >fleet.yaml
	fleet
	redis acl setuser default -set >/dev/null
	doctor
	redis acl setuser default +@all >/dev/null
	told warn store 'does not keep these findings for the console: '
	[ "$(redis exists fleet:doctor)" = 0 ]
	doctor
	silent warn store 'does not keep'
	[ "$(redis exists fleet:doctor)" = 1 ]
}

@test "a store whose clients leave little room: how many, whose, and idle ones go" {
	local port held=() fd i
	two >fleet.yaml
	doctor
	told ok store ' of 10000 possible clients are connected'
	port=$(free_port)
	redis config set bind 127.0.0.1 port "$port" maxclients 60 >/dev/null
	for ((i = 0; i < 40; i++)); do
		exec {fd}<>"/dev/tcp/127.0.0.1/$port"
		held+=("$fd")
	done
	eventually connected -ge 40
	doctor
	[ -z "$(failures)" ]
	told warn store ' of 60 possible clients are connected: 40 default at 127.0.0.1'
	[[ $mend == *' config set timeout 300 && '* ]]
	# As typed, but for the time that it takes.
	mend=${mend%% && *}
	mend=${mend/300/1}
	typed
	eventually connected -lt 20
	doctor
	told ok store ' of 60 possible clients are connected'
	for fd in "${held[@]}"; do exec {fd}>&-; done
	# Where all are taken, nothing can be asked; who is there is seen on its machine.
	redis config set timeout 0 maxclients 1 >/dev/null
	exec {fd}<>"/dev/tcp/127.0.0.1/$port"
	eventually full
	doctor
	[ "$status" -eq 1 ]
	told fail store 'it has too many clients'
	[[ $mend == *'restart redis-server   # on its machine' ]]
	exec {fd}>&-
	eventually redis config set maxclients 10000 port 0
}

# connected OP N: whether so many clients of the store are.
connected() {
	local n
	n=$(redis info clients | tr -d '\r' | sed -n 's/^connected_clients://p')
	test "${n:-0}" "$@"
}

full() {
	[[ $(redis ping 2>&1) == *'max number of clients'* ]]
}

@test "folders that others may write to, and what the spool holds" {
	two >fleet.yaml
	fleet
	chmod 777 state/mcp-fleet
	doctor
	told fail spool "other users can write to $PWD/state/mcp-fleet"
	typed
	echo '{}' >"$(echo state/mcp-fleet/*/)1.us-east-1.jsonl"
	mkdir -p "$(echo state/mcp-fleet/*/)set-aside"
	redis_record='{"v":1,"type":"runner","region":"us-east-1","at":1,"status":"ok","version":"0.1.0","message":null}'
	echo "$redis_record" >"$(echo state/mcp-fleet/*/)set-aside/2.us-east-1.jsonl"
	doctor
	silent fail spool 'other users can write'
	told warn spool '1 files wait for the store'
	told fail spool '1 files are set aside'
	typed
	doctor
	silent fail spool 'set aside'
	mv run/mcp-fleet elsewhere
	ln -s "$PWD/elsewhere" run/mcp-fleet
	doctor
	told fail locks "$PWD/run/mcp-fleet is a symbolic link"
	typed
	doctor
	silent fail locks ''
}

@test "an upgrade: all is read, but what an older form or another configuration left" {
	local spool
	two >fleet.yaml
	fleet
	doctor
	told ok upgrade "$VERSION reads older data as it is: nothing to do"
	spool=$(echo "$PWD"/state/mcp-fleet/*)
	# The form of the first day, with the time alone in its name.
	probe_record='{"v":1,"type":"runner","region":"us-east-1","at":1,"status":"ok","version":"0.1.0","message":null}'
	echo "$probe_record" >"$spool/1700000000000000000.jsonl"
	doctor
	told ok upgrade 'nothing to do'
	echo '{"v":0,"type":"probe"}' >"$spool/2.us-east-1.jsonl"
	mkdir "${spool%/*}/0123456789abcdef"
	echo "$probe_record" >"${spool%/*}/0123456789abcdef/3.us-east-1.jsonl"
	doctor
	silent ok upgrade ''
	told fail upgrade "1 lines of the spool have a form that $VERSION cannot read"
	[ "$(typed)" = '{"v":0,"type":"probe"}' ]
	told warn upgrade '0123456789abcdef/ wait for another configuration or store'
	typed
	rm "$spool/2.us-east-1.jsonl"
	# A round takes both: that of the first day, and that of the other folder.
	fleet
	[ "$status" -eq 0 ]
	run ! compgen -G "${spool%/*}/*/*.jsonl"
	doctor
	told ok upgrade 'nothing to do'
}

@test "programs of another version beside these are told" {
	two >fleet.yaml
	printf '#!/bin/sh\necho mcp-alert 0.0.9\n' >bin/mcp-alert
	chmod +x bin/mcp-alert
	PATH=$BIN:$PATH doctor
	told warn upgrade "$PWD/bin/mcp-alert is of mcp-alert 0.0.9, and this is mcp-fleet $VERSION"
}

# of_this LINE: whether rounds of fleet.yaml are run by this line of a table of cron.
of_this() {
	(
		source "$ROOT/scripts/doctor_rounds.bash"
		config=fleet.yaml desk=.
		read_table "${FIELDS:-5}" "$PWD" <<<"$1" | grep -q .
	)
}

@test "a line of cron is that of this fleet by its configuration, however it names it" {
	local line here=$PWD
	mkdir elsewhere
	touch fleet.yaml elsewhere/fleet.yaml
	ln -s fleet.yaml link.yaml
	while read -r line; do
		of_this "${line//HERE/$here}" || { echo "no: $line"; return 1; }
	done <<-'EOT'
	* * * * * mcp-fleet -c HERE/fleet.yaml
	*/2 * * * * MCP_CREDENTIALS=/x /usr/local/bin/mcp-fleet -vc HERE/fleet.yaml >/dev/null 2>&1
	* * * * * cd / && mcp-fleet -vcHERE/link.yaml; true
	* * * * * mcp-fleet --once --only probe --store unix:///x --config "HERE/fleet.yaml">/dev/null
	@hourly mcp-fleet --config=HERE/elsewhere/../fleet.yaml
	* * * * * mcp-fleet -c fleet.yaml
	* * * * * mcp-fleet -c $HOME/fleet.yaml
	* * * * * cd elsewhere; mcp-fleet -c ~/fleet.yaml
	* * * * * MCP_CONFIG=HERE/fleet.yaml mcp-fleet -v
	* * * * * (cd /opt/mcp-fleet && mcp-fleet -c HERE/fleet.yaml) | logger -t mcp-fleet
	* * * * * mcp-fleet
	EOT
	while read -r line; do
		! of_this "${line//HERE/$here}" || { echo "yes: $line"; return 1; }
	done <<-'EOT'
	* * * * * mcp-fleet -c HERE/elsewhere/fleet.yaml
	* * * * * mcp-fleet -c HERE/fleet.yaml2
	#* * * * * mcp-fleet -c HERE/fleet.yaml
	* * * * * cd HERE/elsewhere && mcp-fleet
	* * * * * MCP_CONFIG=HERE/fleet.yaml mcp-fleet -c /x
	* * * * * mcp-fleet -n -c HERE/fleet.yaml
	* * * * * mcp-fleet -nvc HERE/fleet.yaml
	* * * * * mcp-fleet doctor -c HERE/fleet.yaml
	* * * * * mcp-aggregate report -c HERE/fleet.yaml
	* * * * * echo not mcp-fleets -c HERE/fleet.yaml
	EOT
	of_this $'MCP_CONFIG = "link.yaml"\n* * * * * cd elsewhere; mcp-fleet -c ../fleet.yaml'
	of_this $'HOME=/\nMCP_CONFIG='"$here/link.yaml"$'\n* * * * * mcp-fleet'
	run ! of_this $'HOME=/nowhere\n* * * * * mcp-fleet'
	# A table of the system names the user, who may be called as the program is.
	FIELDS=6 of_this "* * * * * mcp-fleet mcp-fleet -c $here/fleet.yaml"
	FIELDS=6 run ! of_this "* * * * * mcp-fleet mcp-aggregate report -c $here/fleet.yaml"
}

# looks_for TABLE: whether a line of this table looks for what expires in ./fleet.yaml.
looks_for() {
	(
		source "$ROOT/scripts/doctor_rounds.bash"
		config=fleet.yaml desk=.
		rm -f expiry
		read_table "${FIELDS:-5}" "$PWD" <<<"$1" >/dev/null
		[ -s expiry ]
	)
}

@test "a line of cron looks for what expires by its configuration, however it names it" {
	local line here=$PWD look='mcp-probe --targets - --check-expiry -f jsonl'
	mkdir elsewhere
	touch fleet.yaml elsewhere/fleet.yaml
	ln -s fleet.yaml link.yaml
	while IFS= read -r line; do
		looks_for "${line//HERE/"$here"}" || { echo "$line"; return 1; }
	done <<-EOT
	0 9 * * * mcp-aggregate targets -c HERE/fleet.yaml | $look | mcp-alert -c HERE/fleet.yaml
	@daily mcp-aggregate targets -cfleet.yaml|$look|mcp-alert -cfleet.yaml
	0 9 * * * cd elsewhere && mcp-aggregate targets --config=../link.yaml | $look | mcp-alert
	0 9 * * * sh -c 'mcp-aggregate targets -c ~/fleet.yaml | $look'
	0 9 * * * export MCP_CONFIG="HERE/fleet.yaml"; mcp-aggregate targets | $look | mcp-alert
	EOT
	while IFS= read -r line; do
		run ! looks_for "${line//HERE/"$here"}"
	done <<-EOT
	# 0 9 * * * mcp-aggregate targets -c HERE/fleet.yaml | $look
	0 9 * * * mcp-aggregate targets -c HERE/elsewhere/fleet.yaml | $look
	0 9 * * * cd elsewhere; mcp-aggregate targets -c fleet.yaml | $look
	* * * * * mcp-fleet -c HERE/fleet.yaml
	EOT
	looks_for $'MCP_CONFIG=link.yaml\n0 9 * * * mcp-aggregate targets | '"$look"
	FIELDS=6 looks_for "0 9 * * * mcp-fleet mcp-aggregate targets -c $here/fleet.yaml | $look"
}

@test "nothing looks for what expires" {
	two >fleet.yaml
	doctor
	silent warn expiry ''
	echo '  - {slug: secure, url: "https://127.0.0.1:1/mcp"}' >>fleet.yaml
	doctor
	told warn expiry 'neither cron nor mcp-expiry.timer checks for certificates'
	typed
	grep -c -e --check-expiry table | grep -qx 1
	doctor
	silent warn expiry ''
	# A credential can expire, too.
	sed -i '$d' fleet.yaml
	sed -i /expiry/d table
	echo "  - {slug: keyed, url: \"$URL\", auth: {mode: bearer, credential: api}}" >>fleet.yaml
	doctor
	told warn expiry 'neither cron nor'
}

# daily UNIT STATE RESULT SECONDS: what systemctl says of a unit that runs each day, and
# ran last so long ago.
daily() {
	cat >bin/systemctl <<-EOT
	#!/bin/bash
	case "\$*" in
	"show $1.timer"*) echo LastTriggerUSec=@\$((\$(date +%s) - $4)) ;;
	"show $1"*) echo 'LoadState=loaded
	ExecStart={ path=/bin/sh ; argv[]=/bin/sh -c mcp-aggregate targets -c $PWD/fleet.yaml | x ; }
	Result=$3' ;;
	"is-active $1.timer") echo $2 ;;
	"is-enabled $1.timer") echo enabled ;;
	*) exit 1 ;;
	esac
	EOT
	chmod +x bin/systemctl
}

@test "a timer of each day that is off, failed, or did not run for two days" {
	two >fleet.yaml
	echo '  - {slug: secure, url: "https://127.0.0.1:1/mcp"}' >>fleet.yaml
	for unit in mcp-expiry mcp-snapshot; do
		daily $unit active success 3600
		doctor
		told ok timer "$unit.timer is active"
		silent warn timer ''
		daily $unit active success 180000
		doctor
		told warn timer "$unit.timer ran last "
		daily $unit active exit-code 3600
		doctor
		told warn timer "$unit.service last ended with exit-code"
		silent ok timer "$unit"
		daily $unit inactive success 3600
		doctor
		told fail timer "$unit.timer is enabled, but inactive"
		[[ $unit == mcp-snapshot ]] || silent warn expiry ''
	done
	told warn expiry 'neither cron nor'
}

@test "the line of another fleet, and no daemon of cron" {
	two >fleet.yaml
	echo "* * * * * mcp-fleet -c $PWD/other.yaml" >>table
	sed -i /fleet.yaml$/d table
	doctor
	told warn cron "neither cron nor mcp-fleet.timer runs rounds; cron has lines for $PWD/other.yaml"
	typed
	doctor
	silent warn cron ''
	told ok cron 'runs mcp-fleet'
	kill "$CRON_PID"
	wait "$CRON_PID" || true
	! grep -qsxE 'cron|crond' /proc/[0-9]*/comm || skip 'a daemon of cron runs here'
	doctor
	[ "$status" -eq 1 ]
	silent ok cron ''
	told fail cron 'cron has a line for this fleet, but no cron daemon runs'
	[ "$mend" = "$( ((EUID == 0)) || echo 'sudo ')$([[ -d /run/systemd/system ]] &&
		echo systemctl enable --now cron || echo service cron start)" ]
}

@test "what cron does not see" {
	two >fleet.yaml
	sed -i /^MCP_FLEET_SSH/d table
	doctor
	[ "$status" -eq 1 ]
	told fail cron 'MCP_FLEET_SSH is set here, but not for cron'
	typed
	cp "$BATS_FILE_TMPDIR/known" roots.pem
	SSL_CERT_FILE=$PWD/roots.pem mcp-fleet doctor -c fleet.yaml --json >out || true
	told fail cron 'SSL_CERT_FILE is set here, but not for cron'
	SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt doctor
	silent fail cron SSL_CERT_FILE
	doctor
	told ok cron 'runs mcp-fleet'
	# A tool that only this shell finds.
	mkdir only
	for tool in awk getopt ssh timeout jq; do
		ln -s "$(type -P $tool)" "only/$tool"
	done
	sed -i "1iPATH=$PWD/only" table
	doctor
	told fail cron 'flock is not in the PATH of cron'
	sed -i /^PATH/d table
	: >table
	doctor
	told warn cron 'neither cron nor mcp-fleet.timer runs rounds'
	typed
	grep -qF "mcp-fleet -c $PWD/fleet.yaml >/dev/null" table
}

@test "the site: nobody answers, somebody else does, another store does, or all is well" {
	{ echo 'site: {url: "http://127.0.0.1:1"}'; two; } >fleet.yaml
	doctor
	[ "$status" -eq 1 ]
	told fail site 'http://127.0.0.1:1/healthz: '
	sed -i "s|http://127.0.0.1:1\"|${URL%/mcp}\"|" fleet.yaml
	doctor
	told fail site 'is not answered by mcp-serve'
	redis-server --port 0 --unixsocket "$PWD/other" --daemonize yes --dir "$PWD" \
		--pidfile "$PWD/other.pid" --save '' >/dev/null
	eventually redis-cli -s other ping
	MCP_STORE=unix://$PWD/other web_start
	redis-cli -s other hset fleet:heartbeats ingest 1000 >/dev/null
	sed -i "s|${URL%/mcp}\"|$WEB\"|" fleet.yaml
	doctor
	told fail site "the mcp-serve of $WEB reads another store; its MCP_STORE must be unix://$REDIS_SOCK"
	redis-cli -s other shutdown nosave || true
	eventually test ! -e other.pid
	# mcp-serve remembers an answer for a second.
	eventually healthz '.status == "down"'
	doctor
	told fail site "the mcp-serve of $WEB reaches no store"
	web_stop
	rm -r ready empty fcgi.sock
	MCP_STORE=unix://$REDIS_SOCK web_start
	sed -i "1s|http://127.0.0.1:[0-9]*\"|$WEB\"|" fleet.yaml
	redis flushall >/dev/null
	doctor
	told warn site 'no round has run'
	fleet
	eventually healthz '.age_s.alert'
	doctor
	told ok site "$WEB is answered by mcp-serve, from the same store"
	told ok rounds 'ingest '
	redis hset fleet:heartbeats verdict "$(($(date +%s) - 4000))" >/dev/null
	doctor
	told fail rounds 'verdict ran '
}

@test "routes: their secrets, whom a page reaches, and a page" {
	{ two; echo 'alerts: {routes: [{name: pager, type: command, command: [tee, -a, '"$PWD/told"']},
  {name: chat, type: slack, secret: hook}]}'; } >fleet.yaml
	mkdir -m 700 secrets
	export MCP_CREDENTIALS=$PWD/secrets
	echo "MCP_CREDENTIALS=$MCP_CREDENTIALS" >>table
	doctor
	[ "$status" -eq 1 ]
	told fail routes 'route chat: its secret: No such file'
	echo "url = ${URL%/mcp}/hook" | typed
	chmod 644 secrets/hook
	doctor
	told fail routes 'route chat: its secret: '
	[ "$mend" = "chmod 600 $PWD/secrets/hook" ]
	typed
	doctor
	told ok routes 'a P1 goes to '
	[ ! -e told ]
	run -2 mcp-fleet doctor --page
	[ "$output" = "mcp-fleet: --page: this option was removed: run 'mcp-alert test --all'" ]
}

# outage SEVERITY: verdicts of a server, of three regions, by which it is down for those.
outage() {
	jq -cn --argjson n "$1" --argjson t "$(($(date +%s) / 60 * 60 - 300))" 'range(5) |
		($t + 60 * .) as $w | {v: 1, type: "verdict", window: $w, verdict: (if $n > 1 then
			"red" else "amber" end), step: "initialize", failed_regions: $n, reporters: 3,
			divergence: "", slug: "shop", url: "http://127.0.0.1:1/mcp",
			tier: (if $n > 1 then "step-alert" else "regional" end), as_of: ($w | todate),
			expected: 3, failing: ["a", "b", "c"][:$n], no_data: [], regions: (["a", "b", "c"] |
			to_entries | map({region: .value, state: (if .key < $n then "broken" else "healthy" end),
				failed_step: (if .key < $n then "initialize" else null end),
				error: (if .key < $n then "http.503" else null end), ms: 5,
				started_at: ($w + 7), fail_streak: 0, tool_hash: null})), drift: [],
			latency_ms: {p95: 5, baseline: null}, uptime_30d: null, p95_ms: null}' |
		mcp-alert -c fleet.yaml >events 2>err || [ $? = 3 ]
}

@test "a route that fails is told, whatever waits for it, and the exit status says so" {
	{ two; server shop gone; } >fleet.yaml
	printf 'alerts: {routes: [{name: pager, type: command, command: [test, -e, "%s"]}]}\n' \
		"$PWD/up" >>fleet.yaml
	# The only server that waits, with what is P2.
	outage 1
	doctor
	[ "$status" -eq 1 ]
	told fail routes 'shop: regional_started has not reached route pager: the command exited with 1'
	# Two of them, and one of a server that is gone from the configuration.
	outage 2
	sed -i '/slug: shop/d' fleet.yaml
	doctor
	told fail routes 'shop: downtime_started has not reached route pager'
	told fail routes 'shop: regional_started has not reached route pager'
	# What was given up, or refused, is in no outbox any more.
	redis del fleet:undelivered >/dev/null
	jq -cn --argjson at "$(($(date +%s) - 3000))" '
		{v: 1, type: "history", at: $at, server_slug: "shop", what: "delivered",
			route: "pager", text: "downtime_started to route pager"},
		{v: 1, type: "history", at: ($at + 60), server_slug: "shop", what: "given_up",
			route: "pager", text: "regional_started to route pager: HTTP 503"},
		{v: 1, type: "history", at: ($at + 1), server_slug: "shop", what: "refused",
			route: "old", text: "regional_started to route old: HTTP 400"}' >told
	while IFS= read -r line; do
		redis rpush "fleet:history:$(($(date +%s) / 86400))" "$line" >/dev/null
	done <told
	doctor
	[ "$status" -eq 1 ]
	told fail routes 'route pager failed the last time: shop: given_up: regional_started to route pager: HTTP 503'
	[ "$mend" = 'mcp-alert history -c fleet.yaml shop' ]
	# The name of the fleet is a pattern to a shell.
	redis rpush "fleet:history:$(($(date +%s) / 86400))" "$(jq -c \
		'select(.what == "given_up") | .at += 60 | .server_slug = "*"' told)" >/dev/null
	doctor
	told fail routes 'route pager failed the last time: *: given_up: '
	[ "$mend" = "mcp-alert history -c fleet.yaml '*'" ]
	# That of a route that the configuration has no more is past; as is what went well since.
	silent fail routes 'route old'
	redis rpush "fleet:history:$(($(date +%s) / 86400))" "$(jq -cn --argjson at "$(date +%s)" '{v: 1,
		type: "history", at: $at, server_slug: "shop", what: "delivered", route: "pager",
		text: "downtime_resolved to route pager"}')" >/dev/null
	doctor
	silent fail routes ''
}

@test "where a mend is shown, the exit status is 1; where all is well, 0" {
	two >fleet.yaml
	doctor
	jq -se 'any(.[]; .mend)' out
	[ -z "$(failures)" ]
	[ "$status" -eq 1 ]
	run -1 mcp-fleet doctor -c fleet.yaml
	# The rest is well, and what there was to mend is left out.
	sed 's/^print_findings() {/&\n\tsed -i "\/^ok\/!d" "$desk\/findings"/' "$ROOT/scripts/doctor.bash" >doctor.bash
	cp "$ROOT"/scripts/*.bash "$ROOT/scripts/mcp-fleet" bin/
	cp doctor.bash bin/
	run -0 bin/mcp-fleet doctor -c fleet.yaml --json
}

@test "a P1 that did not reach its route: cron hears of it once, and doctor until it did" {
	{ two; server down html; server well json
		echo 'alerts: {routes: [{name: pager, type: command, command: [test, -e, '"$PWD/up"']}]}'
	} >fleet.yaml
	status=0
	mcp-fleet -c fleet.yaml >events 2>err || status=$?
	cat err
	[ "$status" -eq 3 ]
	[ "$(<err)" = 'mcp-alert: down: downtime_started to route pager: the command exited with 1; it is retried' ]
	mcp-fleet -c fleet.yaml 2>err || status=$?
	[ "$status" -eq 3 ]
	[ ! -s err ]
	# What has just been decided, or is gone by now, waits for nobody.
	redis sadd fleet:undelivered well >/dev/null
	doctor
	[ "$status" -eq 1 ]
	told fail routes 'down: downtime_started has not reached route pager: the command exited with 1'
	[ "$mend" = "mcp-alert explain down -c fleet.yaml" ]
	[ "$(grep -c reached out)" = 1 ]
	silent ok routes ''
	# Of the pipeline, which is no server.
	redis hset fleet:heartbeats verdict "$(($(date +%s) - 4000))" >/dev/null
	mcp-alert tick -c fleet.yaml >events 2>err || [ $? = 3 ]
	doctor
	told fail routes 'an event has not reached its route'
	[ "$mend" = "mcp-alert list -c fleet.yaml" ]
	redis hset fleet:heartbeats verdict "$(date +%s)" >/dev/null
	touch up
	mcp-alert -c fleet.yaml -N $(($(date +%s) + 600)) </dev/null >events
	doctor
	told ok routes 'a P1 goes to '
	silent fail routes ''
}

# unit NAME USER SECRETS: what systemd would say of the service of this fleet.
unit() {
	cat >"unit.$1.service" <<-EOT
	LoadState=loaded
	User=$2
	Environment=MCP_CREDENTIALS=$PWD/$3
	ExecStart={ path=/usr/bin/mcp-fleet ; argv[]=/usr/bin/mcp-fleet -c $PWD/fleet.yaml --only probe ; }
	ProtectHome=no
	PrivateTmp=no
	Result=success
	NeedDaemonReload=no
	EOT
}

@test "asked by root, it uses the secrets and folders of the services; a timer of systemd-run runs rounds, too" {
	[ "$EUID" -eq 0 ] || skip 'needs root'
	{ regions 'local local'; server good json; echo 'site: {url: "http://127.0.0.1:1"}
alerts: {routes: [{name: chat, type: slack, secret: hook}]}'; } >fleet.yaml
	cat >bin/systemctl <<-EOT
	#!/bin/bash
	case \$1 in
	show) cat "$PWD/unit.\$2" 2>/dev/null ;;
	is-active) echo active ;;
	is-enabled) echo enabled ;;
	--system) cat "$PWD/timers" ;;
	esac
	EOT
	chmod +x bin/systemctl
	echo "run-r1.timer loaded active waiting /usr/bin/mcp-fleet -c $PWD/fleet.yaml" >timers
	: >table
	unset MCP_FLEET_SSH
	doctor
	told fail routes 'route chat: its secret: neither MCP_CREDENTIALS'
	told ok timer 'a systemd-run timer runs rounds'
	silent warn cron ''
	: >timers
	doctor
	told warn cron 'neither cron nor'
	mkdir -m 700 probe alert state/mcp-fleet
	chown nobody: alert state/mcp-fleet
	unit mcp-fleet nobody probe
	unit mcp-alert nobody alert
	doctor
	told fail routes 'route chat: its secret: No such file'
	[ "$mend" = "install -m 600 -o nobody /dev/stdin $PWD/alert/hook" ]
	echo "url = ${URL%/mcp}/hook" | typed
	doctor
	# The web server, of another user, gets a copy.
	mkdir -m 700 web
	doctor
	told warn routes 'has no file ack'
	typed
	cmp alert/ack web/ack
	[ "$(stat -c '%U %a' web/ack)" = 'root 400' ]
	[ "$(stat -c '%U %a' alert/ack alert/hook)" = $'nobody 600\nnobody 600' ]
	doctor
	told ok routes 'all secrets are present; a P1 goes to chat'
	told ok spool "$PWD/state/mcp-fleet belongs to nobody alone"
	silent warn spool ''
	chmod 777 state/mcp-fleet
	doctor
	told fail spool "other users can write to $PWD/state/mcp-fleet"
}

@test "a check that cannot be done is told, and the others are done" {
	two >fleet.yaml
	mkdir state/mcp-fleet
	printf '#!/bin/sh\necho "stat: broken" >&2\nexit 1\n' >bin/stat
	chmod +x bin/stat
	run -3 mcp-fleet doctor -c fleet.yaml
	[[ $output == *'FAIL  folders '*'some checks did not finish: stat: broken'* ]]
	[[ $output == *'ok    store '* ]]
	[[ $output == *'ok    cron '* ]]
	nothing_left
}
