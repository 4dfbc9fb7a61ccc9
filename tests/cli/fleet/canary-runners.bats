#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: what regions are trusted with stays where it is, whatever runs them: a secret of
# a server on a machine behind a forced command, in the layer of a function, in the
# container of a worker and in a region that probes by itself; the token of the worker,
# and the password of that region. It is in no output or log, no command line or
# environment, not in the store, not in a file, a history of a shell, or a core; and an
# enrolment and a doctor leave it there, too.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet
load ../../helpers/cloud

hosts() {
	host london </dev/null
	worker_files
	lambda_build
}

setup() {
	HOSTS=$BATS_FILE_TMPDIR
	fleet_setup
	PATH=$ROOT/scripts:$PATH
	lambda_setup
	export MCP_FLEET_SSH="-F $HOSTS/ssh_config" MCP_CREDENTIALS=$PWD/credentials
	export CURL_CA_BUNDLE=$HOSTS/cert.pem HISTFILE=$PWD/history HOME=$PWD
	umask 077
	mkdir -p credentials theirs {london,layer,there,west}/credentials
	# Of this test alone; plain, and in base64 behind 0, 1 and 2 bytes.
	WORD=canary$(openssl rand -hex 9)
	{
		echo "$WORD"
		for before in '' x xx; do
			printf %s "$before$WORD" | base64 -w 0 | cut -c 5-32
		done
	} >theirs/words
	printf '%s\n' "$WORD"-{london,layer,there,west} >theirs/accepted
	mkfifo port
	node "$ROOT/tests/fixture/tokens.mjs" theirs/accepted theirs/shown seen >port 3>&- &
	SERVER=$!
	read -r -t 60 PORT <port
	SERVER_PORT=$PORT
}

teardown() {
	lambda_stop
	[[ ! -e lighttpd.pid ]] || kill "$(<lighttpd.pid)" 2>/dev/null || true
	kill "$SERVER"
	fleet_teardown
}

# slots: a credential of each region, the token of the worker, the password of the
# region west in the store, and that of the store itself.
slots() {
	local place
	for place in london layer there west; do
		printf 'origin = http://127.0.0.1:%s\ntoken = %s-%s\n' "$SERVER_PORT" \
			"$WORD" "$place" >"$place/credentials/token"
	done
	echo "$WORD-worker-0123456789abcdef" >credentials/edge
	DIGEST=$(tr -d '\n' <credentials/edge | sha256sum | cut -c 1-64)
	echo "$WORD-west-password" >credentials/west
	echo "$WORD-store" >credentials/store
	{
		sed "s/REGION_PASSWORD/$(<credentials/west)/; s/\<REGION\>/west/g; s/^user/acl setuser/" \
			"$ROOT/scripts/deploy/store/region.acl"
		echo "config set requirepass $(<credentials/store)"
	} | redis | without -i err
	export MCP_STORE_PASSWORD_FILE=$PWD/credentials/store
}

# configuration REGION…: the lines of these regions.
configuration() {
	printf 'store: unix://%s\nregions:\n' "$REDIS_SOCK"
	printf '  - {%s}\n' "$@"
	echo 'servers:'
	echo "  - {slug: token, url: \"http://127.0.0.1:$SERVER_PORT/token\", timeout: 60s, auth: {credential: token}}"
}

# west PROGRAM ARGS…: in that region, as its user of the store.
west() {
	MCP_STORE=unix://region-west@$REDIS_SOCK MCP_STORE_PASSWORD_FILE=$PWD/credentials/west \
		MCP_CREDENTIALS=$PWD/west/credentials "$@"
}

# published: the targets of west, once they are there.
published() {
	west mcp-aggregate targets published -r west --at $(($(date +%s) / 60 * 60)) >targets &&
		grep -q token targets
}

# probed: what its timer does.
probed() {
	eventually published
	west mcp-probe --targets - -r west -f jsonl <targets | west mcp-aggregate deposit -r west
}

@test "whatever runs a region, its secrets stay there" {
	local others=('name: eu-west-2, runner: ssh, host: london'
		'name: us-east-1, function: mcp-probe' 'name: west, runner: inbox')
	slots
	REGION=eu-west-2 force london "$PWD/london/credentials"
	LIMIT=300 LAYER=$PWD/layer lambda
	worker "$HOSTS/near"
	configuration "${others[@]}" >fleet.yaml
	fleet --once -v &
	probed 2>west.err
	wait $!
	redis <<<"auth $(<credentials/store)
		get probe:token:verdict" | tail -n 1 | jq -e '.verdict == "green" and .reporters == 3'
	configuration "${others[@]:0:2}" >fleet.yaml
	mcp-fleet doctor -c fleet.yaml >doctor.out 2>&1 || true
	mcp-fleet enroll -c fleet.yaml -k key eu-west-2 london >enroll.out 2>&1 || true
	# A CGI is given the token in its environment, and then is one without: before it
	# probes, and nobody else asks who looks.
	configuration "name: edge-1, url: \"$WORKER\", credential: edge" >fleet.yaml
	fleet --once -v
	mcp-fleet doctor -c fleet.yaml >doctor-edge.out 2>&1 || true
	[[ $(<doctor.out) == *eu-west-2*us-east-1* ]]
	[[ $(<enroll.out) == *london* && $(<doctor-edge.out) == *edge-1* ]]

	# All of them were used, and everything was looked at.
	for name in 'edge-1 there' 'eu-west-2 london' 'us-east-1 layer' 'west west'; do
		grep -q "^${name% *} $WORD-${name#* } 200" theirs/shown
	done
	for name in 'mcp-probe --targets - -r eu-west-2' 'mcp-probe --targets - -r west' \
		'cloud.bash lambda' 'cloud.bash worker' '-K -' 'sshd' 'lighttpd' \
		'MCP_STORE_PASSWORD_FILE=' 'mcp-probe Max core file size'; do
		grep -qaF -- "$name" seen || { echo "$name"; return 1; }
	done
	# None of ours may leave a core.
	grep -aE '^mcp-[a-z]+ Max core file size' seen | without -v ' size  *0 '
	[ -z "$(find . "$HOSTS" -name 'core*')" ]
	mapfile -t files < <(find . -type f ! -path './theirs/*' ! -path '*/credentials/*')
	((${#files[@]} > 15))
	grep -laFf theirs/words "${files[@]}" "$HOSTS/hosts/london/log" | without .
	grep -rlaFf theirs/words "$HOSTS/redis" | without .
	[ ! -e history ]
}
