# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# For tests of mcp-serve: servers as the aggregator publishes them, and the program
# called as a CGI. Needs lib.bash and redis.bash.

# publish SLUG VERDICT [FILTER]: publishes a verdict of the minute AS_OF. What is
# not for the public is a canary.
publish() {
	redis set "probe:$1:verdict" "$(jq -cn --arg slug "$1" --arg verdict "$2" \
		--argjson at "$AS_OF" '{v: 1, type: "verdict", window: $at, $verdict,
		step: "canary", failed_regions: 1, reporters: 2, $slug,
		url: "https://canary.example/", tier: "canary",
		regions: [{region: "us-east-1", state: "healthy", ms: 1, tool_hash: "canary"},
			{region: "eu-west-2", state: "broken", failed_step: "canary",
			error: "canary"}], no_data: ["sa-east-1"],
		uptime_30d: 99.87, p95_ms: 142,
		published_at: ($at + 45.25), last_probe_at: ($at + 8.25)} |
		'"${3:-.}")" >/dev/null
}

# know SLUG [FILTER]: stores the entry of a server, as the configuration makes it.
know() {
	local entry token
	entry=$(jq -cn '{url: "https://canary@mcp.example.com/canary-0123456789abcdef/mcp?key=canary",
		private: false, account: "canary", token_sha256: null, interval: 60,
		regions: [{name: "us-east-1", city: "Ashburn"},
			{name: "eu-west-2", city: "London"},
			{name: "sa-east-1", city: "São Paulo"}], title: null} |
		'"${2:-.}")
	if [[ $entry == *'"private":true'* ]]; then
		token=$(jq -r .token_sha256 <<<"$entry")
		redis hset fleet:private "$1 $token" "$entry" >/dev/null
		redis set "probe:$1:private" "$token" >/dev/null
		entry=''
	fi
	redis hset fleet:servers "$1" "$entry" >/dev/null
}

# get PATH [NAME=VALUE…]: asks mcp-serve as a CGI. Its answer is in CODE, and in the
# files fields and body; its log is in err.
get() {
	local query=
	[[ $1 == *\?* ]] && query=${1#*\?}
	env REQUEST_METHOD=GET GATEWAY_INTERFACE=CGI/1.1 REQUEST_URI="$1" \
		QUERY_STRING="$query" "${@:2}" "$BIN/mcp-serve" --now "$NOW" \
		>out 2>err
	take_answer
}

# says NAME: the value of a field of the answer.
says() {
	sed -n "s/^$1: \(.*\)\r\$/\1/p" fields
}
