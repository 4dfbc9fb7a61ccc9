#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: of 50 servers in three regions, ten are hostile and one region was taken
# over: the other forty are judged right, in every round, in time, and the store is
# at most a fifth larger than for fifty good ones.
# HOSTILE_ROUNDS: how many rounds.

bats_require_minimum_version 1.5.0
load ../helpers/fleet

ROUNDS=${HOSTILE_ROUNDS:-10}
# The moods of the good servers.
MOODS=(json sse stateless json-pieces sse-notes sse-pieces sessionless pages wall dual)

setup_file() {
	start scripted
	cd "$BATS_FILE_TMPDIR" || return 1
	export ODD WICKED
	mkfifo odd.port wicked.port
	SCRIPTED=${URL%/mcp}
	node "$ROOT/tests/fixture/http_faults.mjs" "${SCRIPTED##*:}" >odd.port 3>&- &
	echo $! >pids
	read -r -t 60 ODD <odd.port
	node "$ROOT/tests/fixture/hostile_tools.mjs" >wicked.port 3>&- &
	echo $! >>pids
	read -r -t 60 WICKED <wicked.port
}

teardown_file() {
	xargs kill <"$BATS_FILE_TMPDIR/pids"
	stop_all
}

setup() {
	redis_start "$BATS_TEST_TMPDIR/redis"
	fleet_setup
	# As it is by itself.
	unset MCP_FLEET_TIMEOUT
}

teardown() {
	fleet_teardown
	redis_stop
}

good() {
	local n
	for n in $(seq "$1" "$2"); do
		server "good-$n" "${MOODS[n % ${#MOODS[@]}]}" 'timeout: 20s'
	done
}

# wicked SLUG PORT PATH
wicked() {
	echo "  - {slug: $1, url: \"http://127.0.0.1:$2/$3\", timeout: 10s}"
}

ten() {
	local name
	for name in names cursor numbers renamed control challenge; do
		wicked "$name" "$WICKED" "$name"
	done
	wicked endless "${SCRIPTED##*:}" endless-sse@list
	wicked drip "${SCRIPTED##*:}" drip@list
	wicked bomb "$ODD" bomb-gzip
	wicked circle "$ODD" circle
}

# What the region c-1 prints once it is not ours any more; $REAL is its probe.
poison() {
	cat <<-'EOT'
	case $((ROUND % 6)) in
	0) # the record that silenced a fleet
		"$REAL" "$@" | sed 's/^{"v":1,/{"a":{"probe_started_at":1e-7},"v":1,/' ;;
	1) # one probe again and again, with pieces that never end
		"$REAL" "$@" | jq -c 'if .probe_id then .probe_id = "same" |
			if .detail then .detail = {x: ("y" * 60000)} else . end else . end' ;;
	2) # a runner of nearly a megabyte, and no more
		jq -cn '{v: 1, type: "runner", region: "c-1", at: now, status: "ok",
			version: "1", message: ("x" * 900000)}' ;;
	3) # other servers, and other regions
		"$REAL" "$@" >own
		cat own
		sed 's/"region":"c-1"/"region":"a-1"/; s/"healthy"/"broken"/' own
		sed 's/"slug":"good-/"slug":"other-/' own ;;
	4) # hours that are to come
		"$REAL" "$@" | jq -c 'if .probe_started_at then
			.probe_started_at += 3600 * (1 + (.slug | length)) else . end' ;;
	5) # whatever is long
		perl -e 'print "[" x 1000000, "\n" for 1 .. 60' ;;
	esac
	EOT
}

# pretend ROUND: for all programs alike it begins that many minutes before the last,
# so that no round waits for the next, and no minute is without one.
pretend() {
	export ROUND=$1 BY=$((BEGAN + 60 * ($1 - ROUNDS) - $(date +%s)))
	mkdir -p fake
	cat >fake/mcp-probe <<-EOT
	#!/bin/bash
	set -o pipefail
	REAL=real
	real() { "$BIN/mcp-probe" "\$@"; }
	told() {
		$([[ ! $POISON ]] || echo "[[ \$* != *c-1* ]] || { $(poison); return; }")
		"$BIN/mcp-probe" "\$@"
	}
	told "\$@" | jq -cR --argjson by "$BY" '. as \$line | try (fromjson |
		if .probe_started_at | type == "number" then .probe_started_at += \$by
		else . end | tojson) catch \$line' -r
	EOT
	for name in aggregate alert; do
		cat >fake/mcp-$name <<-EOT
		#!/bin/bash
		[[ $name == alert || \$1 == verdict ]] || exec "$BIN/mcp-$name" "\$@"
		"$BIN/mcp-$name" "\$@" -N "\$((\$(date +%s) + $BY))" | tee -a "$PWD/$name.$1"
		exit "\${PIPESTATUS[0]}"
		EOT
	done
	chmod +x fake/*
}

# rounds: ROUNDS rounds of the configuration; each in time.
rounds() {
	local n
	PATH=$PWD/fake:$PATH BEGAN=$(($(date +%s) / 60 * 60 - 55))
	for ((n = 1; n <= ROUNDS; n++)); do
		pretend "$n"
		fleet
		echo "round $n: exit status $status, $seconds s" >&2
		grep -hE 'timeout: |fails though' err >&2 || true
		[[ $status == 0 || $status == 2 ]]
		((seconds < $(paced 60)))
		# A round in which the minute changes leaves one to be judged late; one of more
		# than ten seconds is judged before its end, too, when the first may lack regions.
		judged=$(jq -nr '[inputs | select((.slug | startswith("good-")) and .judged_at == null) |
			{(.slug): "\(.verdict) \(.reporters >= 2)"}] | add[]' "aggregate.$n" |
			sort | uniq -c | xargs)
		echo "$judged" >&2
		[ "$judged" = "$1 green true" ]
		run ! grep '"server_slug":"good-' "alert.$n"
	done
	nothing_left
}

# expire: what a store with the clock of the last round would have dropped is gone.
expire() {
	redis --raw keys 'probe:*' >keys
	sed 's/^/TTL /' keys | redis --raw | paste -d : - keys |
		awk -F : -v since=$((BEGAN - 600)) '
			$1 <= 600 && $4 > 1e9 && $4 < since { print "DEL", substr($0, index($0, ":") + 1) }' |
		redis >/dev/null
}

# used: bytes of all keys, each kind with its own on standard error.
used() {
	redis --raw keys '*' >keys
	sed 's/.*/MEMORY USAGE "&" SAMPLES 0/' keys | redis --raw | paste -d ' ' - keys |
		awk '
			{ n += $1; part = split($2, p, ":"); kind = p[1] }
			{ for (i = 2; i <= part; i++) {
				if (p[1] == "fleet" || i > 2) kind = kind ":" (p[i] ~ /^d?[0-9]+$/ ? \
					(length(p[i]) > 9 ? "WINDOW" : length(p[i])) : \
					p[i] ~ /^[abc]-1$/ ? "REGION" : p[i])
			} }
			{ keys[kind]++; bytes[kind] += $1 }
			END {
				for (k in keys) print bytes[k], keys[k], k | "sort -rn >&2"
				print n
			}'
}

@test "forty good servers, ten that mean harm, and a region that was taken over" {
	SCRIPTED=${URL%/mcp} POISON=
	{ regions 'a-1 local' 'b-1 local' 'c-1 local'; good 1 50; } >fleet.yaml
	rounds 50
	expire
	most=$(($(used) * 12 / 10))
	redis flushall >/dev/null
	rm -f aggregate.* alert.*
	POISON=yes
	{ regions 'a-1 local' 'b-1 local' 'c-1 local'; good 1 40; ten; } >fleet.yaml
	rounds 40
	expire
	used=$(used)
	echo "$used bytes of $most" >&2
	((used <= most))
	run -0 mcp-aggregate status -c fleet.yaml -f text
	[[ $output != *Spool* ]]
}
