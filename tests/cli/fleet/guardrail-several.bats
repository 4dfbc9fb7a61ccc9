#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: mcp-guardrail with several servers, and what it leaves beside a deploy.

bats_require_minimum_version 1.5.0
load ../../helpers/guardrail

# three STATES: so many servers in these states, a to c.
three() {
	local slug state
	for slug in a b c; do
		read -r state
		AMCP_SLUG=$slug answers "$(body ".state = \"$state\"")"
	done < <(printf '%s\n' "$@")
	export AMCP_SLUG=a,b,c
}

@test "of several servers each has its line, and the worst decides" {
	three up up up
	guard
	[[ $status -eq 0 && ${#lines[@]} -eq 3 ]]
	for slug in a b c; do
		grep -q "\] upstream $slug is up — proceeding$" <<<"$output"
	done
	three up degraded up
	guard
	[[ $status -eq 0 && ${#lines[@]} -eq 4 ]]
	three down up degraded
	guard
	[[ $status -eq 1 && ${#lines[@]} -eq 4 ]]
	grep -q "\] upstream c is degraded " <<<"$output"
	three up up up
	AMCP_SLUG=b answers "$(body)" '{"status":503}'
	guard
	[ "$status" -eq 1 ]
	grep -q "\] upstream API on b returned 503 — falling back to fail-closed per env$" <<<"$output"
	grep -q "\] upstream c is up " <<<"$output"
	AMCP_FAIL_MODE=open guard
	[ "$status" -eq 0 ]
	AMCP_SLUG=b answers "$(body)" '{"status":404}'
	AMCP_FAIL_MODE=open guard
	[ "$status" -eq 1 ]
	AMCP_SLUG=$(printf 'a,%.0s' {1..49})a guard
	[ "$status" -eq 0 ]
	[ "$(grep -c 'upstream a' <<<"$output")" -eq 50 ]
	: >api/requests
	for AMCP_SLUG in a, ,a a,,b 'a, b' a,B "$(printf 'a,%.0s' {1..50})a"; do
		guard
		[[ $status -eq 2 && $output == *"AMCP_SLUG: "*" — blocking deploy" ]]
	done
	[ ! -s api/requests ]
}

# bats test_tags=later
@test "GitHub is told what blocks as an error, and nothing can add a command" {
	export GITHUB_ACTIONS=true
	answers "$(body '.state = "down"')"
	guard
	grep -qx '::error::upstream example-mcp is down (last_probe_ago=37s) — blocking deploy' <<<"$output"
	answers "$(body '.state = "degraded"')"
	guard
	grep -q '^::warning::.*(uptime_30d=99.87%25, p95=142ms, as_of=20' <<<"$output"
	run ! grep -q '^::error' <<<"$output"
	answers "$(body '.state = "x\n::error::y"')"
	guard
	[ "$(grep -c '^::' <<<"$output")" -eq 1 ]
	AMCP_SLUG=A guard
	grep -qx '::error::AMCP_SLUG: not a valid name — blocking deploy' <<<"$output"
}

# bats test_tags=later
@test "GitLab is given a report with a link for each server" {
	three up degraded down
	AMCP_ANNOTATIONS=report.json AMCP_BASE=$AMCP_BASE/fleet/ guard
	[ "$status" -eq 1 ]
	jq -e --arg base "${AMCP_BASE}/fleet" '(keys == ["MCP servers"]) and
		(.["MCP servers"] | map(.external_link.url) ==
			[$base + "/status/a", $base + "/status/b", $base + "/status/c"]) and
		(.["MCP servers"] | map(.external_link.label | split(" ")[3]) ==
			["up", "degraded", "down"])' report.json
	# It is of this run alone.
	AMCP_SLUG=a AMCP_ANNOTATIONS=report.json guard
	jq -e '.["MCP servers"] | length == 1' report.json
	AMCP_SLUG=a AMCP_BASE=http://127.0.0.1:1 AMCP_FAIL_MODE=open \
		AMCP_ANNOTATIONS=report.json guard
	[ "$status" -eq 0 ]
	jq -e '.["MCP servers"][0].external_link.label | test("fail-open")' report.json
	AMCP_SLUG=a AMCP_ANNOTATIONS=/nonexistent/report.json guard
	expect 2 "AMCP_ANNOTATIONS: cannot be written — blocking deploy"
}
