# shellcheck shell=bash

# probes SLUG REGION AT [STEP ERROR]: the lines of one whole probe.
probes() {
	jq -cn --arg slug "$1" --arg region "$2" --argjson at "$3" \
		--arg bad "${4:-}" --arg error "${5:-http.503}" '
		["dns", "tls", "initialize", "oauth-discovery",
		"auth-initialize", "tools-list", "tools-call", "tool-hash"] as $steps |
		{v: 1, slug: $slug, region: $region, probe_id: "\($region)-\($at)",
			probe_started_at: $at} as $key |
		($steps | to_entries[] | $key + {type: "step", n: (.key + 1),
			step: .value, message: null, detail: {}} +
			if .value == $bad then {status: "fail", ms: 5, error: $error}
			else {status: "pass", ms: 2, error: null} end),
		($key + {type: "probe", url: "https://example.com/mcp",
			state: (if $bad == "" then "healthy" else "broken" end),
			failed_step: (if $bad == "" then null else $bad end),
			error: (if $bad == "" then null else $error end),
			total_ms: (100 + ($at % 7)), protocol: "2025-11-25",
			era: "session", tool_hash: ("a" * 64), full_hash: ("b" * 64),
			tool_count: 1, tools: {"get": ["c" * 64, "d" * 64]}})'
}
