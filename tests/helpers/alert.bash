# shellcheck shell=bash disable=SC2016,SC2034
# SPDX-License-Identifier: MIT
# For tests of mcp-alert: verdicts of three regions, the routes that get the events,
# and a store for the whole file. Needs lib.bash and redis.bash. The credential
# "hook" holds the secret "a canary"; alert_teardown ends the processes of `pids`.

T=1777494660 # 2026-04-29T20:31:00Z, a Wednesday

# alert_setup: an empty store, the credential and the folder of the test.
alert_setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK MCP_CREDENTIALS=$PWD/credentials
	export RUNTIME_DIRECTORY=$PWD
	redis flushall >/dev/null
	mkdir credentials
	echo 'token = a canary' >credentials/hook
	chmod 600 credentials/hook
	pids=()
}

# ack_setup: the secret that signs links and sessions; verdicts are of now.
ack_setup() {
	echo 'token = another canary, of more than 43 characters, for it signs' >credentials/ack
	chmod 600 credentials/ack
	T=$(($(date +%s) / 60 * 60))
}

# holder: who has acknowledged each open incident.
holder() {
	alert 0 list
	jq -r .acknowledged_by out
}

# alert_teardown: ends the processes that a test has started.
alert_teardown() {
	((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null || true
}

# For a file without functions of its own for these.
setup() {
	alert_setup
}

teardown() {
	alert_teardown
}

# minutes FROM TO [REGIONS STEP [ERROR [SLUG]]]: a verdict of three regions, of
# which those (with commas between them) fail, for each of these minutes.
minutes() {
	jq -cn --argjson t "$T" --argjson from "$1" --argjson to "$2" --arg f "${3-}" \
		--arg step "${4-}" --arg error "${5:-http.503}" --arg slug "${6:-example-mcp}" '
		[$f | scan("[^,]+")] as $f | ["ok", "regional", "step-alert",
			"hard-outage"][$f | length] as $tier |
		range($from; $to + 1) | ($t + 60 * .) as $w |
		{v: 1, type: "verdict", window: $w, verdict: {ok: "green",
			regional: "amber"}[$tier], step: $step,
			failed_regions: ($f | length), reporters: 3, divergence: "",
			slug: $slug, url: "https://mcp.example.com/mcp", tier: $tier,
			as_of: ($w | todate), expected: 3, failing: $f, no_data: [],
			regions: ["ap", "eu", "us"] | map(. as $r |
				($f | index($r) != null) as $bad | {region: $r,
				state: (if $bad then "broken" else "healthy" end),
				failed_step: (if $bad then $step else null end),
				error: (if $bad then $error else null end), ms: 5,
				started_at: ($w + 7.25), fail_streak: 0, tool_hash: null}),
			drift: [], latency_ms: {p95: 5, baseline: null},
			uptime_30d: null, p95_ms: null} | .verdict //= "red"'
}

# verdict MINUTE [REGIONS STEP [ERROR [SLUG]]]: the same for one minute.
verdict() {
	minutes "$1" "$@"
}

# down: a verdict of minute 0, in which two regions fail.
down() {
	verdict 0 eu,us initialize
}

# alert WANT ARGUMENT…: runs it; its events go to out, messages to err.
alert() {
	local want=$1 status=0
	shift
	timeout -k 2 600 "$BIN/mcp-alert" "$@" >out 2>err || status=$?
	[[ $status == "$want" ]] || { echo "exit status $status"; cat err; return 1; }
}

# events FILE: their names, in order.
events() {
	jq -r '.event' "$1" | paste -sd' '
}

# routes YAML…: a configuration with these routes.
routes() {
	printf '%s\n' 'regions: [{name: ap}, {name: eu}, {name: us}]' \
		'site: {url: https://status.example.com/}' 'servers:' \
		'  - {slug: example-mcp, url: https://mcp.example.com/mcp}' \
		'alerts:' '  routes:' "${@/#/    - }" >fleet.yaml
	export MCP_CONFIG=$PWD/fleet.yaml
}

# policies POLICY…: fleet.yaml has these, too, beside its routes.
policies() {
	printf '%s\n' '  policies:' "${@/#/    - }" >>fleet.yaml
}

# hook NAME [MOOD]: starts a webhook; its route is then in HOOK. For each event that
# it does not answer, it prints a line to the descriptor HEARD.
hook() {
	mkdir -p "$1"
	echo "${2-200}" >"$1/mood"
	mkfifo "$1/port"
	node "$ROOT/tests/fixture/webhook.mjs" "$1" 'a canary' >"$1/port" 3>&- &
	pids+=($!)
	exec {HEARD}<"$1/port"
	read -r -t 60 -u "$HEARD" port
	HOOK="{name: $1, type: webhook, url: \"http://127.0.0.1:$port/in\", secret: hook"
}

# got NAME: the events that this webhook took, in order.
got() {
	[[ ! -e $1/wrong ]] || { cat "$1/wrong"; return 1; }
	[[ ! -e $1/got ]] || jq -r '"\(.event.event)"' "$1/got" | paste -sd' '
}

undelivered() {
	redis smembers fleet:undelivered | paste -sd' '
}
