#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: the secret in any slot, of a server, a route or the store, old or new, stays in
# its file while a fleet probes, alerts, publishes and rotates: it is in no output or
# log, no command line or environment of any process, not in the store and what that
# wrote to disk, not in an event, a temporary file, a history of a shell, or a core.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet

# In each secret is a word of this run, for other tests show theirs in command lines.
WORD=$(sha256sum <<<"$BATS_RUN_TMPDIR" | cut -c 1-12)
export PEER_SECRET=$BATS_RUN_TMPDIR/client
printf %s "$WORD \"+%/" >"$PEER_SECRET"

hosts() {
	host london <<-'EOT'
	#!/bin/bash
	export MCP_CREDENTIALS=${0%/*}/credentials XDG_RUNTIME_DIR=${0%/*}
	PATH=${PATH#*"${0%/*}":}
	exec mcp-probe "$@"
	EOT
	ssh-keygen -q -t ed25519 -N '' -f hosts/london/rotate
	echo "restrict,command=\"$ROOT/scripts/mcp-rotate --receive $PWD/hosts/london/credentials token\" $(
		)$(<hosts/london/rotate.pub)" >>hosts/london/authorized
	sed 's|/user$|/rotate|' ssh_config >rotate_config
}

setup() {
	HOSTS=$BATS_FILE_TMPDIR
	fleet_setup
	PATH=$ROOT/scripts:$PATH
	export MCP_FLEET_SSH="-F $HOSTS/ssh_config" MCP_ROTATE_SSH="-F $HOSTS/rotate_config"
	export MCP_CREDENTIALS=$PWD/credentials HISTFILE=$PWD/history
	umask 077
	mkdir credentials theirs hook
	# Plain, and in base64 behind 0, 1 and 2 bytes; from a file, for it must stand in
	# no command line of ours either.
	printf '%s\n' "$WORD" "$(base64 <<<"$WORD" | cut -c 1-16)" \
		"$(base64 <<<"-$WORD" | cut -c 3-17)" "$(base64 <<<"--$WORD" | cut -c 4-18)" >theirs/words
	printf '%s\n' "$WORD-old" "$WORD-new" "$WORD-header" >theirs/accepted
	mkfifo port
	node "$ROOT/tests/fixture/tokens.mjs" theirs/accepted theirs/shown seen >port 3>&- &
	SERVERS=($!)
	read -r -t 60 PORT <port
	printf %s "$WORD-hook" >theirs/hook
	FIXTURE=$ROOT/tests/fixture/webhook.mjs node --input-type=module -e '
		import { readFileSync } from "node:fs";
		process.argv.splice(1, 0, "webhook", "hook", readFileSync("theirs/hook", "utf8"));
		await import(process.env.FIXTURE);' 3>&- >hook/port &
	SERVERS+=($!)
	eventually test -s hook/port
}

teardown() {
	kill "${SERVERS[@]}"
	fleet_teardown
}

# slots: a credential of each kind, here and in London.
slots() {
	local origin=http://127.0.0.1:$PORT url=${URL%/mcp}
	printf 'origin = %s\n%s\n' "$origin" "token = $WORD-old
expires_at = 2026-01-01T00:00:00Z" >credentials/token
	printf 'origin = %s\n%s\n' "$origin" "token = $WORD-refused" >credentials/refused
	printf 'origin = %s\n%s\n' "$origin" "header = X-Api-Key
value = $WORD-header" >credentials/header
	printf 'origin = %s\nissuer = %s\n%s\n' "$url" "$url/as/client-post" \
		"client_id = probe:1
client_secret = $(<"$PEER_SECRET")" >credentials/client
	rm -rf "$HOSTS/hosts/london/credentials"
	cp -r credentials "$HOSTS/hosts/london/"
	echo "token = $WORD-hook" >credentials/hook
	echo "token = $WORD-acknowledge-0123456789abcdef0123456789abcdef" >credentials/ack
	echo "$WORD-store" >credentials/store
}

configuration() {
	local name
	regions 'us-east-1 local' 'eu-west-2 london'
	for name in token header refused; do
		echo "  - {slug: $name, url: \"http://127.0.0.1:$PORT/$name\", timeout: 60s, auth: {credential: $name}}"
	done
	server client client-post 'timeout: 60s, auth: {credential: client}'
	cat <<-EOT
	alerts:
	  routes:
	    - {name: hook, type: webhook, url: "http://127.0.0.1:$(head -n 1 hook/port)/in", secret: hook}
	EOT
}

# unsaid FILE…: no secret is in them.
unsaid() {
	local found
	found=$(grep -rlaFf theirs/words "$@") || return 0
	echo "$found"
	return 1
}

@test "no secret leaves its file" {
	slots
	configuration >fleet.yaml
	redis <<<"config set requirepass $(<credentials/store)" >/dev/null
	export MCP_STORE_PASSWORD_FILE=$PWD/credentials/store
	printf '%s\n' '#!/bin/bash' 'ulimit -c >core-limit' \
		'cat /proc/[0-9]*/{cmdline,environ} 2>/dev/null | tr "\0" " " >>seen' \
		'cat theirs/made' >make
	chmod +x make
	echo 'make - token ./make' >rotate.conf

	fleet -v
	[ "$status" -eq 0 ]
	mv out fleet.out
	mv err fleet.err
	mcp-aggregate targets -c fleet.yaml -r us-east-1 2>expiry.err |
		mcp-probe --targets - --check-expiry -f jsonl >expiry.out 2>>expiry.err || true
	mcp-alert -c fleet.yaml <expiry.out >alert.out 2>alert.err
	# One that is refused everywhere, and one that is used.
	echo "$WORD-other" >theirs/made
	run -1 mcp-rotate -c fleet.yaml token
	echo "$output" >refused.out
	echo "$WORD-new" >theirs/made
	run -0 mcp-rotate -c fleet.yaml token
	echo "$output" >rotated.out
	fleet -v
	env -i MCP_STORE="unix://$REDIS_SOCK" MCP_STORE_PASSWORD_FILE="$PWD/credentials/store" \
		REQUEST_METHOD=GET PATH_INFO=/api/embed-status/token "$BIN/mcp-serve" >page 2>page.err

	# All of them were used.
	for name in old header other new; do
		grep -q "^eu-west-2 $WORD-$name " theirs/shown
		grep -q "^us-east-1 $WORD-$name " theirs/shown
	done
	redis <<<"auth $(<credentials/store)
		get probe:client:verdict" | tail -n 1 | jq -e '.verdict == "green" and .reporters == 2'
	[ ! -e hook/wrong ]
	[ "$(jq -r '[.event.event, .event.server_slug] | join(" ")' hook/got | sort)" = \
		"downtime_started refused
token_expiring token" ]
	grep -q '"state":"up"' page
	# And everything was looked at.
	for name in 'mcp-probe --targets - -r us-east-1' 'mcp-probe --targets - -r eu-west-2' \
		'mcp-rotate -c fleet.yaml token' 'sshd' './make' 'MCP_STORE_PASSWORD_FILE='; do
		grep -qaF -- "$name" seen || { echo "$name"; return 1; }
	done
	[ "$(<core-limit)" = 0 ]
	mapfile -t files < <(find . -type f ! -path './theirs/*' ! -path './credentials/*')
	((${#files[@]} > 10))
	unsaid "${files[@]}" "$HOSTS/redis" "$HOSTS/hosts/london/log"
	find "$HOSTS/hosts" -type f ! -path '*/credentials/*' -exec grep -laFf theirs/words {} + |
		without .
	[ ! -e history ]
	[ -z "$(find . "$HOSTS" -name 'core*' ! -name core-limit)" ]
	# The one that was replaced is in no file at all, nor is the one that was refused.
	grep -rlE "$WORD-(old|other)" credentials state "$HOSTS/hosts" | without .
}
