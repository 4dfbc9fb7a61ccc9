# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# For tests of alerts about the pipeline itself: a store, two routes, and minutes.
# Needs lib.bash and redis.bash.

# pipeline_setup: in the folder of a test. NOW, minute 0, is a full hour, so that
# minutes are those of the clock.
pipeline_setup() {
	cd "$BATS_TEST_TMPDIR" || return
	redis_start "$PWD/redis"
	export STATE_DIRECTORY=$PWD/state MCP_CONFIG=$PWD/fleet.yaml
	mkdir state
	NOW=$(($(date +%s) / 3600 * 3600))
	# shellcheck disable=SC2016
	printf '#!/bin/sh\ntee -a "$1.got"\nexit "$(cat "$1.mood")"\n' >page
	chmod +x page
	routes ''
}

# A file that needs more has its own.
setup() {
	pipeline_setup
}

teardown() {
	redis_stop
}

# routes [MATCH]: a configuration with the routes pager, for what matches that, and
# other, for regional ones; nobody else is told.
routes() {
	echo 0 >pager.mood
	echo 0 >other.mood
	cat >fleet.yaml <<-END
	regions: [{name: ap}, {name: eu}, {name: us}]
	site: {url: https://status.example.com/}
	servers: [{slug: s, url: https://mcp.example.com/mcp}]
	alerts:
	  routes:
	    - {name: pager, type: command, command: [$PWD/page, pager]}
	    - {name: other, type: command, command: [$PWD/page, other]}
	  policies:
	    - {match: {kinds: [regional]}, steps: [{routes: [other]}]}
	    - {match: {${1-}}, steps: [{routes: [pager]}]}
	    - {steps: []}
	END
}

# alert WANT MINUTE ARGUMENT…: it runs in that minute; what it prints is in out.
alert() {
	local want=$1 status=0
	timeout -k 2 600 "$BIN/mcp-alert" "${@:3}" -N $((NOW + 60 * $2)) \
		>out 2>err || status=$?
	cat err
	[ "$status" = "$want" ]
}

tick() {
	alert "$1" "$2" tick
}

# beats INGEST VERDICT [ALERT]: the minutes of the heartbeats.
beats() {
	redis hset fleet:heartbeats ingest $((NOW + 60 * $1)).25 \
		verdict $((NOW + 60 * $2)).5 ${3:+alert $((NOW + 60 * $3))} >/dev/null
}

# events FILE: the events that the route got, in order.
events() {
	[ ! -e "$1" ] || jq -r '.event | sub("pipeline_stalled_"; "")' "$1" |
		paste -sd' '
}

kept() {
	find "${1-state}" -type f | wc -l
}
