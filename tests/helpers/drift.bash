# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The afternoon of article 1, as five regions record it: every minute from 13:55
# to 15:00 UTC, each region at its own second, with get_data renamed to
# fetch_data at the origin at 14:02. Needs probes.bash.

RENAMED_FROM=1776779700 # Tuesday 2026-04-21T13:55:00Z
RENAMED_AT=$((RENAMED_FROM + 7 * 60))
# shellcheck disable=SC2034 # for the tests
RENAMED_OLD=$(printf '1%.0s' {1..64}) RENAMED_NEW=$(printf '2%.0s' {1..64})

# five_regions LATE SECOND: the records on standard output. The regions see the
# new tools from their first probe at or after 14:02 and SECOND; eu-west-2 from
# its first after LATE more minutes. As a probe does, only the first of a region
# that sees a list of tools names them.
five_regions() {
	local at
	for at in us-east-1:3 us-west-2:7 ap-southeast-1:11 sa-east-1:15 eu-west-2:19; do
		probes demo "${at%:*}" $((RENAMED_FROM + ${at#*:})) | jq -c \
			--argjson deploy $((RENAMED_AT + $2)) --argjson late "$1" \
			--arg old "$RENAMED_OLD" --arg new "$RENAMED_NEW" '
			range(65) as $m | .probe_id += "-\($m)" |
			(if .region == "eu-west-2" then $deploy + 60 * $late
				else $deploy end) as $seen |
			.probe_started_at += 60 * $m |
			(.probe_started_at >= $seen) as $is_new |
			($m == 0 or ($is_new and .probe_started_at - 60 < $seen)) as $is_news |
			if .type != "probe" then . else
				.tool_hash = (if $is_new then $new else $old end) |
				.full_hash = .tool_hash | .tool_count = 2 |
				if $is_news then .tools = {ping: ["a" * 64, "a" * 64],
					(if $is_new then "fetch_data" else "get_data" end):
					[.tool_hash, .tool_hash]} else del(.tools) end
			end'
	done
}

# renamed FILE: write that day. Four regions see the new name at their first probe
# after 14:02; the cache in front of eu-west-2 serves the old one until 14:47.
renamed() {
	five_regions 45 0 >"$1"
}

# deployed FILE [SECOND]: the same day without a cache: each region sees the new
# name at its first probe after 14:02 and SECOND, 0 if not given. From 4 to 19 it
# falls into a round of probes.
deployed() {
	five_regions 0 "${2:-0}" >"$1"
}
