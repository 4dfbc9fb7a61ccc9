# shellcheck shell=bash disable=SC2034
# For tests of mcp-serve: servers as the aggregator publishes them, and the
# program called as a CGI.

load ../lib
load ../redis

AS_OF=1777494660 # 2026-04-29T20:31:00Z
NOW=$((AS_OF + 50))
ETAG='"v1-2026-04-29T20:31:00Z"'
TOKEN=s3cret-canary

# publish SLUG VERDICT [FILTER]: a verdict as the aggregator publishes it, with
# a canary wherever something is not for the public.
publish() {
	redis set "probe:$1:verdict" "$(jq -cn --arg slug "$1" --arg verdict "$2" \
		--argjson at $AS_OF '{v: 1, type: "verdict", window: $at, $verdict,
		step: "canary", failed_regions: 1, reporters: 2, $slug,
		url: "https://canary.example/", tier: "canary",
		regions: [{region: "us-east-1", state: "healthy", ms: 1, tool_hash: "canary"},
			{region: "eu-west-2", state: "broken", failed_step: "canary",
			error: "canary"}], no_data: ["sa-east-1"],
		uptime_30d: 99.87, p95_ms: 142,
		published_at: ($at + 45.25), last_probe_at: ($at + 8.25)} |
		'"${3:-.}")" >/dev/null
}

# know SLUG [FILTER]: an entry as the configuration makes it.
know() {
	redis hset fleet:servers "$1" "$(jq -cn '{url: "https://canary.example/",
		private: false, account: "canary", token_sha256: null, interval: 60,
		regions: [{name: "us-east-1", city: "Ashburn"},
			{name: "eu-west-2", city: "London"},
			{name: "sa-east-1", city: "São Paulo"}], title: null} |
		'"${2:-.}")" >/dev/null
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
}

# get PATH [NAME=VALUE…]: what the program, called as a CGI, answers: CODE, and
# the files fields and body; what it tells its operator is in err.
get() {
	env REQUEST_METHOD=GET GATEWAY_INTERFACE=CGI/1.1 REQUEST_URI="$1" \
		"${@:2}" "$BIN/mcp-serve" --now "$NOW" >out 2>err
	sed '/^\r$/q' out >fields
	tail -c "+$(($(wc -c <fields) + 1))" out >body
	CODE=$(sed -n '1s/^Status: \([0-9]*\) .*/\1/p' fields)
}

# says NAME: the value of a field of the answer.
says() {
	sed -n "s/^$1: \(.*\)\r\$/\1/p" fields
}
