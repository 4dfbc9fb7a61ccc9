#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: a new credential is used in every region or in none: it is verified by a probe
# from each before the old one goes, whatever fails or is killed on the way; and the
# key that brings it to a region can do nothing else there.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet

# Two machines whose probes have credentials, and which a second key may give new ones.
hosts() {
	local name dir
	for name in london tokyo; do
		host $name <<-'EOT'
		#!/bin/bash
		export MCP_CREDENTIALS=${0%/*}/credentials XDG_RUNTIME_DIR=${0%/*}
		PATH=${PATH#*"${0%/*}":}
		[[ ! -e ${0%/*}/options ]] || mapfile -t options <"${0%/*}/options"
		exec mcp-probe "${options[@]}" "$@"
		EOT
		dir=$PWD/hosts/$name
		ssh-keygen -q -t ed25519 -N '' -f "$dir/rotate"
		echo "restrict,command=\"$ROOT/scripts/mcp-rotate --receive $dir/credentials api\" $(
			)$(<"$dir/rotate.pub")" >>"$dir/authorized"
	done
	sed 's|/user$|/rotate|' ssh_config >rotate_config
}

setup() {
	HOSTS=$BATS_FILE_TMPDIR
	fleet_setup
	unset MARK
	PATH=$ROOT/scripts:$PATH
	export MCP_FLEET_SSH="-F $HOSTS/ssh_config" MCP_ROTATE_SSH="-F $HOSTS/rotate_config"
	export MCP_CREDENTIALS=$PWD/credentials
	LONDON=$HOSTS/hosts/london/credentials TOKYO=$HOSTS/hosts/tokyo/credentials
	umask 077
	printf '%s\n' token-old token-new >accepted
	mkfifo port
	node "$ROOT/tests/fixture/tokens.mjs" accepted shown >port 3>&- &
	SERVER=$!
	read -r -t 60 PORT <port
	TLS=()
	for folder in "$MCP_CREDENTIALS" "$LONDON" "$TOKYO"; do
		rm -rf "$folder"
		mkdir "$folder"
		written token-old >"$folder/api"
	done
	two >fleet.yaml
}

teardown() {
	kill "$SERVER" "${TLS[@]}"
	rm -f "$HOSTS/hosts/london/options"
	fleet_teardown
}

# written TOKEN: the credential with it.
written() {
	printf '# ours\norigin = http://127.0.0.1:%s\ntoken = %s\n' "$PORT" "$1"
}

two() {
	regions 'us-east-1 local' 'eu-west-2 london' "$@"
	echo "  - {slug: one, url: \"http://127.0.0.1:$PORT/mcp\", auth: {credential: api}}"
}

three() {
	two 'ap-northeast-1 tokyo'
}

# rotate STATUS ARGS…: its output is in out and err.
rotate() {
	status=0
	mcp-rotate -c fleet.yaml "${@:2}" >out 2>err || status=$?
	cat err
	[ "$status" -eq "$1" ]
}

# used TOKEN: it is in use in all regions, and nothing else is left of a rotation.
used() {
	local folder folders=("$MCP_CREDENTIALS" "$LONDON")
	! grep -q tokyo fleet.yaml || folders+=("$TOKYO")
	for folder in "${folders[@]}"; do
		diff "$folder/api" <(written "$1")
		[ "$(stat -c %a "$folder/api")" = 600 ]
		[ "$(ls -A "$folder")" = api ] || { ls -A "$folder"; return 1; }
	done
	[ ! -e state/mcp-rotate/api.d ]
}

@test "every region has the new one, and the old one is gone" {
	three >fleet.yaml
	# When the old one ends says nothing about the next.
	echo 'expires_at = 2026-01-01T00:00:00Z' >>"$LONDON/api"
	rotate 0 api <<<token-new
	used token-new
	[ "$(<err)" = 'mcp-rotate: api: rotated, the old one is retired' ]
	[ ! -s out ]
	# It was shown from every region, and never the old one with it.
	[ "$(grep ' 200$' shown | cut -d ' ' -f 1,2 | sort -u)" = "ap-northeast-1 token-new
eu-west-2 token-new
us-east-1 token-new" ]
	# From a file, and as lines of a credential.
	two >fleet.yaml
	printf 'token = token-old\nexpires_at = 2030-01-01T00:00:00Z\n' >new
	chmod 640 new
	rotate 2 -f new api
	used token-new
	grep -q 'new: others can read it; chmod 600 it' err
	chmod 600 new
	rotate 0 -f new api
	diff "$LONDON/api" <(written token-old; echo 'expires_at = 2030-01-01T00:00:00Z')
}

@test "one region refuses it: all have the old one, and it was never in use" {
	three >fleet.yaml
	printf '%s\n' token-old 'token-new us-east-1 ap-northeast-1' >accepted
	stat -c %i "$TOKYO/api" >before
	rotate 1 api <<<token-new
	used token-old
	stat -c %i "$TOKYO/api" | diff before -
	[ "$(<err)" = "mcp-rotate: eu-west-2: one: broken at auth-initialize: auth.rejected
mcp-rotate: api: the new credential was not verified
mcp-rotate: api: rolled back, the old one is in use" ]
}

@test "a region that cannot be reached: nothing is changed, and nothing is made" {
	echo 'make - api touch made' >rotate.conf
	sed "/^Host london/,/^Port/s/^Port .*/Port $(free_port)/" "$HOSTS/rotate_config" >away
	MCP_ROTATE_SSH="-F $PWD/away" rotate 3 api
	used token-old
	[ ! -e made ]
	[ ! -e shown ]
	grep -q '^mcp-rotate: eu-west-2: ssh: connect to host 127.0.0.1 port .*: Connection refused$' err
	# Its probes cannot be reached: it is staged, and not verified.
	MCP_FLEET_SSH="-F $PWD/away" rotate 1 -f - api <<<token-new
	used token-old
	grep -qx 'mcp-rotate: eu-west-2: one: the region could not report' err
	# What answers is not mcp-rotate --receive, but what probes.
	MCP_ROTATE_SSH=$MCP_FLEET_SSH rotate 3 -f - api <<<token-new
	used token-old
}

@test "a store that is a command is given it on standard input, and rolled back" {
	cat >store <<-'EOT'
	#!/bin/bash
	echo "$*" >>stored
	[[ $1 == get ]] && exec cat "$MCP_CREDENTIALS/$2"
	cat >"$MCP_CREDENTIALS/$2"
	echo "that was $(tail -n 1 "$MCP_CREDENTIALS/$2")" >&2
	EOT
	chmod +x store
	printf '%s us-east-1 * ./store %s {name}\n' put put get get >rotate.conf
	printf '%s\n' token-old 'token-new eu-west-2' >accepted
	rotate 1 api <<<token-new
	used token-old
	# In the other it was in use by then.
	grep -q '^eu-west-2 token-new 200$' shown
	[ "$(<stored)" = "$(printf '%s api\n' get get put put)" ]
	printf '%s\n' token-old token-new token-second >accepted
	rotate 0 api <<<token-new
	used token-new
	# A command that fails and repeats the secret.
	echo 'exit 1' >>store
	rotate 3 api <<<token-second
	without 'token-(second|new)' err out
	# It wrote the one before when it failed, and so it does when that is put back.
	sed -i '$d' store
	rotate 0 --recover api
	used token-new
	[ "$(tail -n 1 err)" = 'mcp-rotate: api: rolled back, the old one is in use' ]
	# It cannot be rolled back.
	sed -i /^get/d rotate.conf
	rotate 2 api <<<token-old
	grep -q 'region us-east-1 has put but no get' err
	used token-new
}

@test "what retires the old one gets it, and only once the new one is verified" {
	printf '%s\n' '#!/bin/bash' 'cat >>retired' '[[ ! -e broken ]]' >retire
	chmod +x retire
	printf 'retire - api ./retire' >rotate.conf
	echo token-old >accepted
	rotate 1 api <<<token-new
	[ ! -e retired ]
	printf '%s\n' token-old token-new >accepted
	touch broken
	rotate 3 api <<<token-new
	diff retired <(written token-old)
	grep -q "^mcp-rotate: api: rotated, but retire failed; the next run retries it$" err
	rm broken retired
	rotate 0 api <<<token-third
	diff retired <(written token-old)
	used token-new
	[ "$(tail -n 1 err)" = 'mcp-rotate: run it again to rotate another' ]
}

# killer WHEN N: an ssh that kills the rotation before or after its call number N.
killer() {
	mkdir -p killer
	cat >killer/ssh <<-EOT
	#!/bin/bash
	echo >>calls
	n=\$(wc -l <calls)
	[[ $1 != before || \$n -ne $2 ]] || kill -9 \$(<pid)
	status=0
	$(type -P ssh) "\$@" || status=\$?
	[[ $1 != after || \$n -ne $2 ]] || kill -9 \$(<pid)
	exit \$status
	EOT
	chmod +x killer/ssh
	rm -f calls
}

@test "killed at any moment, each region has one of them, and the next run ends it" {
	local n token=token-old next=token-new
	# state, stage, probe, use, probe, drop
	for n in 'after 2' 'after 4' 'before 6'; do
		# shellcheck disable=SC2086 # two words
		killer $n
		status=0
		PATH=$PWD/killer:$PATH bash -c 'echo $$ >pid; exec mcp-rotate -c fleet.yaml api' \
			<<<"$next" 2>err || status=$?
		[ "$status" -eq 137 ] || { cat err; return 1; }
		for folder in "$MCP_CREDENTIALS" "$LONDON"; do
			diff "$folder/api" <(written $token) >/dev/null ||
				diff "$folder/api" <(written $next)
		done
		# What it had started has the lock until it ends.
		eventually flock -n state/mcp-rotate/api.lock true
		rotate 0 api <<<"$next"
		grep -q 'an earlier rotation was interrupted while' err
		used $next
		read -r token next <<<"$next $token"
	done
}

@test "killed at any moment, a store has one of them, whole" {
	local n m step tool folder=$PWD/credentials killed
	mkdir killer
	for tool in cat rm mv sync awk; do
		cat >killer/$tool <<-EOT
		#!/bin/bash
		echo >>calls
		[[ \$(wc -l <calls) -ne \$KILL_AT ]] || kill -9 \$PPID \$(<pid)
		exec $(type -P $tool) "\$@"
		EOT
	done
	chmod +x killer/*
	written token-old >old
	written token-new >new
	for step in stage use back drop; do
		for ((n = 1, killed = 1; killed; n++)); do
			killed=''
			rm -rf "$folder" calls
			mkdir "$folder"
			cp old "$folder/api"
			case $step in
			use) cp new "$folder/api.new" ;;
			back | drop) cp old "$folder/api.old"; cp new "$folder/api" ;;
			esac
			KILL_AT=$n asked $step 2>/dev/null || killed=1
			# What it had started has the lock until it ends.
			flock "$folder" true
			cmp -s "$folder/api" old || cmp "$folder/api" new
			[[ $step != @(stage|drop) ]] || cmp "$folder/api" \
				"$([[ $step == stage ]] && echo old || echo new)"
			# Repeated, it does what it has to; or it is taken back.
			if [[ $step == @(stage|use) ]]; then
				asked back
				cmp "$folder/api" old
			else
				asked $step
				cmp "$folder/api" "$([[ $step == back ]] && echo old || echo new)"
			fi
			[ "$(ls -A "$folder")" = api ] || { ls -A "$folder"; return 1; }
		done
		# There were moments enough.
		((n > 4)) || { echo "$step $n"; return 1; }
	done
}

# asked STEP: what a region does if it is asked for it.
asked() {
	if [[ $1 == stage ]]; then
		echo "stage api $(stat -c %s new)"
		cat new
	else
		echo "$1 api"
	fi | PATH=${KILL_AT:+$PWD/killer:}$PATH bash -c 'echo $$ >pid
		exec mcp-rotate --receive "$PWD/credentials" api >/dev/null'
}

@test "two at once, and two in one region, are refused" {
	mkdir -p state/mcp-rotate
	exec 5>state/mcp-rotate/api.lock
	flock 5
	rotate 3 api <<<token-new
	[ "$(<err)" = 'mcp-rotate: api: another rotation is running' ]
	exec 5>&-
	# Another machine is at it.
	written token-other >"$LONDON/api.new"
	rotate 3 -f - api <<<token-new
	grep -q '^mcp-rotate: eu-west-2: mcp-rotate: api: a rotation is running there, or was interrupted; see --recover$' err
	grep -q 'rolled back' err
	used token-old
}

@test "the key of a region's store can do nothing else there" {
	local line
	ask() {
		run ssh -F "$HOSTS/rotate_config" -T -o BatchMode=yes london "$@"
		echo "$output"
		[ "$status" -ne 0 ]
		without token-old <<<"$output"
	}
	ask "cat $LONDON/api" </dev/null
	ask 'mcp-probe --version' </dev/null
	for line in 'read api' 'state other' 'state ../api' 'state api/../api' 'state' 'state api 1' \
		'state *' 'stage api' 'stage api 0' 'stage api 70000' 'stage api -1' 'stage api 9' \
		'stage api 1 2' 'stage api a[$(touch${IFS}ran)]' 'use api'; do
		ask <<<"$line"
	done
	[ ! -e ran ]
	# Neither more nor less than was announced.
	{ echo "stage api 10"; written token-new; } >long
	ask <long
	written token-old | diff "$LONDON/api" -
	[ "$(ls -A "$LONDON")" = api ]
	# Nor is anything forwarded.
	run ! ssh -F "$HOSTS/rotate_config" -o ExitOnForwardFailure=yes -o BatchMode=yes \
		-N -R 0:127.0.0.1:1 london </dev/null
	# A folder that others can write to, and a link that leads elsewhere.
	chmod 770 "$LONDON"
	ask <<<'state api'
	chmod 700 "$LONDON"
	mv "$LONDON/api" elsewhere
	ln -s "$PWD/elsewhere" "$LONDON/api"
	ask <<<'state api'
}

# without_room COMMAND…: no file that it writes gets longer than a KiB.
without_room() {
	run -3 bash -c 'trap "" XFSZ; ulimit -f 1; exec "$@"' - "$@"
}

@test "a disk that is full is a fault of the machine, and leaves the old one" {
	local folder=$MCP_CREDENTIALS
	{ written token-old; printf '# %2000s\n' x; } >"$folder/api"
	cp "$folder/api" before
	# What comes, what is made of it, and what this machine keeps of a rotation.
	{ echo 'stage api 2000'; printf '%2000s' x; } >long
	without_room mcp-rotate --receive "$folder" api <long
	[[ $output == *'mcp-rotate: api: cannot be written' ]]
	{ written token-new | wc -c | sed 's/^/stage api /'; written token-new; } >short
	without_room mcp-rotate --receive "$folder" api <short
	[[ $output == *'mcp-rotate: api: cannot be written' ]]
	mkdir busybox
	ln -s "$(type -P busybox)" busybox/awk
	PATH=$PWD/busybox:$PATH without_room mcp-rotate --receive "$folder" api <short
	[[ $output == *'mcp-rotate: api: cannot be written' ]]
	{ written token-new; printf '# %2000s\n' x; } >new
	without_room mcp-rotate -c fleet.yaml -f new api
	[[ $output == *"mcp-rotate: $PWD/state/mcp-rotate/api.d: cannot be written"* ]]
	diff before "$folder/api"
	[ "$(ls -A "$folder")" = api ]
	written token-old | diff - "$LONDON/api"
	rotate 0 api <<<token-new
}

@test "what is said in advance is so, and changes nothing" {
	run -0 --separate-stderr mcp-rotate -n -c fleet.yaml api </dev/null
	[ "$output" = "verified by: one
us-east-1: folder: credential
eu-west-2: ssh london: credential" ]
	used token-old
	rm "$LONDON/api"
	run -0 --separate-stderr mcp-rotate -n -c fleet.yaml api </dev/null
	[ "${lines[2]}" = 'eu-west-2: ssh london: no credential' ]
}

@test "the first credential of a region is put there by hand" {
	rm "$LONDON/api"
	written token-new >new
	for name in api new; do
		rotate 2 -f - api < <([[ $name == new ]] && cat new || echo token-new)
		grep -qF 'eu-west-2: mcp-rotate: api: there is none in use; put the first one there by hand' err
		[ -z "$(ls -A "$LONDON")" ]
	done
	written token-old | diff credentials/api -
}

# staged: what a region answers to the bytes in new, whose length is announced.
staged() {
	run -"$1" mcp-rotate --receive "$PWD/credentials" api \
		< <(echo "stage api $(stat -c %s new)"; cat new)
	echo "$output"
}

@test "a new credential replaces the values of the one in use, and reaches no further" {
	local kind lines why
	declare -A used=(
		[bearer]='token = old' [wire]='tool = a\ntool = b\ntoken = old'
		[header]='header = X-Key\nvalue = Basic old'
		[oauth]='client_id = us\nclient_secret = old\nissuer = https://as.example\nscope = read'
		[paths]='cert = our.pem\nkey = our.key' [pem]='-----BEGIN OLD\n-----END OLD'
	)
	while IFS='|' read -r kind lines why; do
		echo "$kind: $lines"
		# shellcheck disable=SC2059 # with escapes
		printf "origin = https://a.example\n${used[$kind]}\n" >credentials/api
		cp credentials/api before
		# shellcheck disable=SC2059 # with escapes
		printf -- "$lines\n" >new
		if [[ $why ]]; then
			staged 2
			[ "$output" = "mcp-rotate: api: $why" ]
			[ "$(ls -A credentials)" = api ]
		else
			staged 0
			rm credentials/api.new
		fi
		cmp credentials/api before
	done <<-'END'
	bearer|token = new|
	bearer|expires_at = 2030-01-01T00:00:00Z|
	bearer|origin = https://a.example\ntoken = new|
	bearer|origin=https://a.example\r\n\ttoken\t= new\r|
	bearer|token = new\ntool = a|tool changes only by hand
	bearer|tool=a|tool changes only by hand
	bearer|origin = https://b.example\ntoken = new|origin changes only by hand
	bearer|origin = https://a.example\norigin = https://b.example|origin changes only by hand
	bearer|token = new\nissuer = https://as.example|issuer changes only by hand
	bearer|issuer = https://as.example|issuer changes only by hand
	bearer|token = new\nscope = write|scope changes only by hand
	bearer|token = new\ncert = bank.pem\nkey = bank.key|cert changes only by hand
	bearer|key = bank.key|key changes only by hand
	bearer|client_secret = new|client_secret is not in the one in use
	bearer|header = X-Key\nvalue = new|header is not in the one in use
	bearer|-----BEGIN NEW|cert is not in the one in use
	bearer|origin = https://a.example\ncert = bank.pem\nkey = bank.key|cert changes only by hand
	bearer|# a\rtool = a|
	bearer|\rtool = a|tool changes only by hand
	bearer|\vtool = a|neither a credential nor a part of the current one
	bearer|token = new\n# a\000\ntool = a|contains a NUL byte
	bearer|token = new\ntoken = newer|token is given twice
	bearer|origin tool = a|neither a credential nor a part of the current one
	wire|token = new|
	wire|tool = b\ntoken = new\ntool = a|
	wire|tool = a|tool changes only by hand
	wire|tool = a\ntool = c|tool changes only by hand
	wire|tool = a\ntool = b\ntool = c|tool changes only by hand
	header|header = X-New\nvalue = new|
	header|token = new|token is not in the one in use
	oauth|client_id = them\nclient_secret = new\nissuer = https://as.example\nscope = read|
	oauth|issuer = https://evil.example|issuer changes only by hand
	oauth|scope = read write|scope changes only by hand
	oauth|tool = a|tool changes only by hand
	paths|cert = our.pem\nkey = our.key|
	paths|-----BEGIN NEW|
	paths|cert = bank.pem\nkey = bank.key|cert changes only by hand
	paths|key = /home/probe/credentials/bank.key|key changes only by hand
	paths|cert = our.pem\n-----BEGIN NEW|neither a credential nor a part of the current one
	pem|-----BEGIN NEW|
	pem|cert = bank.pem\nkey = bank.key|cert changes only by hand
	pem|tool = a\n-----BEGIN NEW|tool changes only by hand
	END
}

@test "by whatever way it comes, a new credential reaches no further" {
	local bank='cert = bank.pem' ours=$PWD
	# A file, standard input, and what a command makes or another one keeps.
	{ written token-new; echo "$bank"; } >new
	rotate 2 -f new api
	grep -qx 'mcp-rotate: api: rolled back, the old one is in use' err
	grep -q ': mcp-rotate: api: cert changes only by hand$' err
	rotate 2 -f - api <<<"$bank"
	grep -q ': cert changes only by hand$' err
	printf '%s\n' "put us-east-1 * tee $MCP_CREDENTIALS/api" \
		"get us-east-1 * cat $MCP_CREDENTIALS/api" "make - api cat $ours/new" >rotate.conf
	rotate 2 api
	grep -qx 'mcp-rotate: api: cert changes only by hand' err
	used token-old
	[ ! -e shown ]
	# An event, by which nobody waits.
	rotate 0 --event <<<'{"event":"token_expiring","server_slug":"one","at":1}'
	eventually grep -q 'rolled back, the old one is in use' state/mcp-rotate/api.log
	grep -q 'api: cert changes only by hand$' state/mcp-rotate/api.log
	used token-old
	rm rotate.conf
	# A forced command.
	{ echo "stage api $(stat -c %s new)"; cat new; } >asked
	run -2 ssh -F "$HOSTS/rotate_config" -T -o BatchMode=yes london <asked
	[ "$output" = 'mcp-rotate: api: cert changes only by hand' ]
	used token-old
}

@test "what was changed by hand meanwhile is neither undone by use, nor by back" {
	rotate 0 api <<<token-new
	# Staged by an older version, or before a tool was taken away by hand.
	{ written token-new; echo 'tool = wire'; } | tee credentials/api.new >credentials/api.old
	written token-old >credentials/api
	for step in use back; do
		run -2 asked $step
		[ "$output" = 'mcp-rotate: api: tool changes only by hand' ]
		written token-old | diff credentials/api -
	done
	# One that was removed comes back by neither.
	rm credentials/api
	for step in use back; do
		run -2 asked $step
		[ "$output" = 'mcp-rotate: api: there is none in use; put the first one there by hand' ]
		[ ! -e credentials/api ]
	done
	# A certificate in the file, which took the place of two files, goes back to them.
	{ written x | sed '$d'; printf '%s\n' 'cert = our.pem' 'key = our.key'; } >credentials/api.old
	{ written x | sed '$d'; echo '-----BEGIN NEW'; } >credentials/api
	cp credentials/api.old old
	rm credentials/api.new
	asked back
	cmp credentials/api old
	[ "$(ls -A credentials)" = api ]
}

@test "what cannot be rotated, and what is no credential, is refused" {
	rotate 2 other <<<token-new
	grep -qx 'mcp-rotate: other: no server in fleet.yaml uses it' err
	rotate 2 api.new <<<token-new
	rotate 2 ../api <<<token-new
	rotate 2 api </dev/null
	grep -qx 'mcp-rotate: the new credential: empty' err
	head -c 70000 /dev/zero | tr '\0' x >new
	rotate 2 -f new api
	rotate 2 api <<<'two words'
	printf 'tok\0en\n' >new
	rotate 2 -f new api
	used token-old
	[ ! -e shown ]
	# Secrets of mcp-fleet itself, though a server names them.
	for name in ack answer session store; do
		sed "s/credential: api/credential: $name/" fleet.yaml >own.yaml
		cp "$MCP_CREDENTIALS/api" "$MCP_CREDENTIALS/$name"
		run -2 mcp-rotate -c own.yaml "$name" <<<token-new
		[[ $output == "mcp-rotate: not the name of a server's credential" ]]
		run -2 "$ROOT/scripts/mcp-rotate" --receive "$MCP_CREDENTIALS" "$name" <<<"state $name"
	done
	rm "$MCP_CREDENTIALS"/{ack,answer,session,store}
	{ cat fleet.yaml; echo 'alerts: {routes: [{name: chat, type: slack, secret: api}]}'; } >own.yaml
	run -2 mcp-rotate -c own.yaml api <<<token-new
	[[ $output == "mcp-rotate: api: is a route's secret, not a server's credential" ]]
	used token-old
	[ ! -e shown ]
	# A server that lets everybody in proves nothing.
	sed -i 's|/mcp"|/open"|' fleet.yaml
	rotate 1 api <<<token-new
	grep -q 'eu-west-2: its servers answer without a credential, so no probe verifies one' err
	used token-old
	echo 'put us-east-1 api store' >rotate.conf
	chmod 620 rotate.conf
	rotate 2 api <<<token-new
	grep -q 'rotate.conf: other users can write to it' err
}

@test "a new client secret is not verified by a token that the old one got" {
	local url=${URL%/mcp}
	{
		regions 'us-east-1 local'
		echo "  - {slug: one, url: \"$url/client-post\", auth: {credential: api}}"
	} >fleet.yaml
	printf 'origin = %s\nclient_id = probe:1\nissuer = %s\nclient_secret = %s\n' "$url" \
		"$url/as/client-post" 's3cret-canary "+%/' >credentials/api
	cp credentials/api before
	mcp-probe --credential credentials/api "$url/client-post" >probed
	rotate 1 api <<<'client_secret = wrong'
	grep -q 'us-east-1: one: broken at auth-initialize: ' err
	cmp credentials/api before
}

# certificate NAME [CA]: NAME.pem and NAME.key; without CA, one of its own.
certificate() {
	local signed=(-x509)
	[[ ! ${2-} ]] || signed=(-CA "$2.pem" -CAkey "$2.key" -addext subjectAltName=DNS:localhost)
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
		-subj "/CN=$1" -keyout "$1.key" -out "$1.pem" "${signed[@]}" 2>/dev/null
}

# wants CA: a TLS server that wants a certificate of these; its port is in AT.
wants() {
	rm -f ca-port
	mkfifo ca-port
	node "$ROOT/tests/fixture/tls.mjs" server.key server.pem "$(cut -d : -f 3 <<<"${URL%/mcp}")" \
		"{\"ca\": \"$1\", \"requestCert\": true, \"rejectUnauthorized\": true}" >ca-port 3>&- &
	TLS+=($!)
	read -r -t 60 AT <ca-port
}

# has FILE…: what all regions have in use, behind the origin.
has() {
	local folder
	for folder in "$MCP_CREDENTIALS" "$LONDON"; do
		cat origin "$@" | diff "$folder/api" -
		[ "$(stat -c %a "$folder/api")" = 600 ]
	done
	[ "$(ls -A "$LONDON")" = api ]
	[ ! -e state/mcp-rotate/api.d ]
}

@test "a client certificate and its key are one file, and are rotated as one" {
	local old london=$HOSTS/hosts/london
	certificate ca
	certificate next
	certificate server ca
	certificate old ca
	certificate new next
	cat ca.pem next.pem >both
	wants ca.pem
	old=$AT
	wants both
	# The authority is a file beside the configuration.
	{ regions 'us-east-1 local' 'eu-west-2 london'
		echo "  - {slug: one, url: \"https://localhost:$AT/json\", ca: ca.pem, auth: {mode: mtls, credential: api}}"
	} >fleet.yaml
	echo "origin = https://localhost:$AT" >origin
	# Here in files of their own, there in the file itself.
	cp old.pem old.key credentials
	{ cat origin; printf '%s\n' 'cert = old.pem' 'key = old.key'; } >credentials/api
	cp credentials/api before
	cat origin old.pem old.key >"$LONDON/api"
	cat new.pem new.key >new
	run -0 --separate-stderr mcp-rotate -n -c fleet.yaml api </dev/null
	[ "${lines[2]}" = 'eu-west-2: ssh london: credential' ]
	# From London there is another edge, which does not know who signed the new one.
	printf '%s\n' --connect-to "localhost:$AT:localhost:$old" >"$london/options"
	rotate 1 -f new api
	grep -qx 'mcp-rotate: eu-west-2: one: broken at auth-initialize: auth.rejected' err
	cmp credentials/api before
	cat origin old.pem old.key | diff "$LONDON/api" -
	: >"$london/options"
	# The key is that of another one.
	cat new.pem old.key >wrong
	rotate 1 -f wrong api
	cmp credentials/api before
	run ! grep -rFe "$(sed -n 2p old.key)" err out state
	rotate 0 -f new api
	has new.pem new.key
	run ! grep -rFe "$(sed -n 2p new.key)" err out state
	# And back, with a line beside it.
	{ echo 'expires_at = 2030-01-01T00:00:00Z'; cat old.pem old.key; } >new
	rotate 0 -f new api
	echo 'expires_at = 2030-01-01T00:00:00Z' >line
	has line old.pem old.key
	# A word is no certificate, and lines leave it as it is.
	rotate 2 -f - api <<<token-new
	rotate 0 -f - api <<<'expires_at = 2031-01-01T00:00:00Z'
	echo 'expires_at = 2031-01-01T00:00:00Z' >line
	has line old.pem old.key
}

@test "the event of a credential that expires rotates it" {
	{ two; cat <<-EOT; } >fleet.yaml
	  - {slug: two, url: "http://127.0.0.1:$PORT/two", auth: {credential: api}}
	alerts:
	  routes:
	    - name: renew
	      type: command
	      command: [env, MCP_CREDENTIALS=$MCP_CREDENTIALS, XDG_STATE_HOME=$PWD/state, "MCP_FLEET_SSH=$MCP_FLEET_SSH", "MCP_ROTATE_SSH=$MCP_ROTATE_SSH", MCP_FLEET_TIMEOUT=300, $ROOT/scripts/mcp-rotate, --event, -c, $PWD/fleet.yaml]
	  policies:
	    - {name: renew, match: {kinds: [token_expiring]}, steps: [{after: 0s, routes: [renew]}]}
	EOT
	printf '%s\n' '#!/bin/bash' "echo >>$PWD/made" 'echo token-new' >make
	chmod +x make
	echo "make - api $PWD/make" >rotate.conf
	echo 'expires_at = 2026-01-01T00:00:00Z' >>credentials/api
	mcp-aggregate targets -c fleet.yaml -r us-east-1 |
		mcp-probe --targets - --check-expiry -f jsonl >expiry || true
	mcp-alert -c fleet.yaml <expiry >events 2>err
	cat events err
	[ "$(jq -r .event events | sort -u)" = token_expiring ]
	eventually grep -q 'rotated, the old one is retired' state/mcp-rotate/api.log
	used token-new
	# For the other server, too, which came late; and what is something else.
	jq -c 'select(.server_slug == "two")' events >late
	rotate 0 --event <late
	grep -qx 'mcp-rotate: api: was rotated in the meantime' err
	jq -c '.event = "certificate_expiring"' late >else
	rotate 0 --event <else
	[ "$(wc -l <made)" -eq 1 ]
	rotate 2 --event <<<'{"event":"token_expiring","server_slug":"none","at":1}'
	rotate 2 --event <<<'event'
}
