# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Rounds of a whole fleet before a real server that is deployed anew: three regions
# probe it, mcp-aggregate judges, and mcp-alert tells. Needs lib.bash and redis.bash.

# rounds_setup TARGET: an empty store, a v2-dual, and a configuration whose server, demo,
# has these members more; START is the first minute.
rounds_setup() {
	export MCP_STORE=unix://$REDIS_SOCK
	redis flushall >/dev/null
	START=$(($(date +%s) / 60 * 60 - 1500))
	# In one day of UTC: the first verdict of a day reads more than others do.
	((START % 86400 < 86400 - 1500)) || START=$((START - 1500))
	start v2-dual
	cat >fleet.yaml <<-END
	store: $MCP_STORE
	regions: [{name: ap-south-1}, {name: eu-west-2}, {name: us-east-1}]
	servers: [{slug: demo, url: "$URL"${1:+, $1}}]
	alerts: {routes: [{name: all, type: command, command: [tee, -a, told]}]}
	END
	export MCP_CONFIG=$PWD/fleet.yaml
}

# deployed VARIABLE=VALUE…: the server is started anew, at its port, with these.
deployed() {
	local at=${URL#http://127.0.0.1:}
	"$ROOT/tests/peers/peer" stop "$PID"
	export "$@"
	PEER_PORT=${at%%/*} start v2-dual
	unset "${@%%=*}"
}

# minute M: each region probes, the M-th minute is judged, and who is to hear of it does.
minute() {
	local region s=10
	for region in ap-south-1 eu-west-2 us-east-1; do
		"$BIN/mcp-aggregate" targets --region "$region" |
			"$BIN/mcp-probe" --targets - --region "$region" -f jsonl |
			jq -c --argjson at $((START + 60 * $1 + s)) 'if .probe_started_at
				then .probe_started_at = $at else empty end' >probed
		s=$((s + 10))
		cat probed >>records
		"$BIN/mcp-aggregate" ingest <probed
	done
	judged "$1"
}

# judged M: the same without probes.
judged() {
	local status=0
	"$BIN/mcp-aggregate" verdict -f jsonl -N $((START + 60 * $1 + 45)) >verdict || status=$?
	cat verdict >>verdicts
	"$BIN/mcp-alert" -f jsonl -N $((START + 60 * $1 + 46)) <verdict >>events
	return "$status"
}

# told_of: the events so far, but for those of the pipeline.
told_of() {
	jq -r '.event | select(startswith("pipeline") | not)' events | xargs
}
