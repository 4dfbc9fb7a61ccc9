# shellcheck shell=bash
# Servers as the aggregator publishes them, for serve.bash and site.bash.

# publish SLUG VERDICT [FILTER]: a verdict of the minute that AS_OF begins, with
# a canary wherever something is not for the public.
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

# know SLUG [FILTER]: an entry as the configuration makes it.
know() {
	local entry token
	entry=$(jq -cn '{url: "https://canary.example/",
		private: false, account: "canary", token_sha256: null, interval: 60,
		regions: [{name: "us-east-1", city: "Ashburn"},
			{name: "eu-west-2", city: "London"},
			{name: "sa-east-1", city: "São Paulo"}], title: null} |
		'"${2:-.}")
	if [[ $entry == *'"private":true'* ]]; then
		token=$(jq -r .token_sha256 <<<"$entry")
		redis hset fleet:private "$1 $token" "$entry" >/dev/null
		entry=''
	fi
	redis hset fleet:servers "$1" "$entry" >/dev/null
}
