# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# For tests of mcp-guardrail and other clients of the read API: an API whose answers
# the test sets.

load "${BASH_SOURCE[0]%/*}/lib"

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	mkdir api
	mkfifo port
	node "$ROOT/tests/fixture/read_api.mjs" api >port 2>log 3>&- &
	echo $! >pid
	read -r -t 60 PORT <port
	export PORT
}

teardown_file() {
	kill "$(<"$BATS_FILE_TMPDIR/pid")"
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return 1
	unset "${!AMCP_@}" "${!GITHUB_@}" "${!GITLAB_@}"
	export AMCP_SLUG=example-mcp AMCP_BASE=http://127.0.0.1:$PORT
	export AMCP_TIMEOUT=50 TMPDIR=$BATS_TEST_TMPDIR
	: >api/requests
}

guard() {
	run "$ROOT/scripts/mcp-guardrail" "$@"
}

# answers BODY [MORE]: the API answers with this body; MORE is JSON with other
# settings of read_api.mjs.
answers() {
	jq -n --arg body "$1" --argjson more "${2:-{\}}" \
		'{$body} + $more' >"api/$AMCP_SLUG.json"
}

# body [FILTER] [SECONDS]: the contract's JSON as of so many seconds ago.
body() {
	jq -cn --argjson ago "${2:-30}" '{state: "up", uptime_30d: 99.87, p95_ms: 142,
		last_probe_ago: "37s", as_of: (now - $ago | todate)} |'"${1:-.}"
}

# expect CODE TEXT: the exit status, and one log line with this text.
expect() {
	local line='^\[mcp-guardrail 20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\] '
	local -a lines
	mapfile -t lines < <(grep -E "$line" <<<"$output")
	[[ $status -eq $1 && ${#lines[@]} -eq 1 &&
		${lines[0]#*] } == "$2" ]] ||
		{ echo "exit status $status, not $1:"; echo "$output"; return 1; }
	[ -z "$(ls -A "$BATS_TEST_TMPDIR")" ]
}

# both CODE TEXT: expect, in both modes of AMCP_FAIL_MODE.
both() {
	local mode
	for mode in closed open; do
		AMCP_FAIL_MODE=$mode guard
		expect "$@"
	done
}

# by_mode TEXT: blocks when closed, and passes when open.
by_mode() {
	guard
	expect 1 "upstream API $1 — falling back to fail-closed per env"
	AMCP_FAIL_MODE=closed guard
	expect 1 "upstream API $1 — falling back to fail-closed per env"
	AMCP_FAIL_MODE=open guard
	expect 0 "upstream API $1 — falling back to fail-open per env"
	[[ $output == *"WARN: upstream example-mcp was not checked at deploy time: API $1" ]]
}
