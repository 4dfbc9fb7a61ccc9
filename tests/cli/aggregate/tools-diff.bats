#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what changed between two lists of tools is told with its class: of real
# servers, what their authors say of the release; of hostile lists, in bounds.

bats_require_minimum_version 1.5.0
load ../../helpers/lib

RELEASES=$ROOT/tests/fixture/releases-of-servers

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

diff_tools() {
	"$BIN/mcp-aggregate" tools --diff "$@"
}

# released SERVER FROM TO: a line for each tool that changed, with the changes
# that are not only of words or order, whose paths are without the schema.
released() {
	local rc=0
	diff_tools "$RELEASES/$1-$2.json" "$RELEASES/$1-$3.json" >out 2>err || rc=$?
	[ $rc -eq 1 ] && [ ! -s err ] || { cat err; return 1; }
	jq -r '[.class, .kind, .tool, (.was // empty)] + [.changes[] |
		select(.class == "breaking" or .class == "compatible") |
		.class[:1] + .path] | join(" ")' out
}

@test "filesystem: a promise is taken back, and an answer has another shape" {
	released filesystem 2025.12.18 2026.8.31 >got
	# The three that are not open-world only.
	[ "$(grep -c '^compatible changed [a-z_]* c/annotations/openWorldHint$' got)" -eq 12 ]
	grep -qx 'breaking changed move_file b/annotations/destructiveHint c/annotations/openWorldHint' got
	grep -q '^breaking changed read_media_file .* b/outputSchema/.*/properties/type' got
	[ "$(wc -l <got)" -eq 14 ]
}

@test "memory: hints that promise something are compatible" {
	released memory 2026.1.26 2026.8.31 >got
	[ "$(grep -c '^compatible changed ' got)" -eq 9 ]
	[ "$(wc -l <got)" -eq 9 ]
}

@test "sequential-thinking: only words" {
	[ "$(released sequential-thinking 2025.11.25 2025.12.18)" = \
		"words changed sequentialthinking" ]
	run -1 diff_tools -f text \
		"$RELEASES"/sequential-thinking-{2025.11.25,2025.12.18}.json
	[[ $output == *"Only set [-next_thought_needed-]{+nextThoughtNeeded+} to false"* ]]
}

@test "notion: database tools are gone, data source tools are new" {
	released notion 1.9.1 2.0.0 >got
	diff - <(grep -E ' (removed|added|renamed) ' got | cut -d ' ' -f 1-3) <<-EOT
		compatible added API-create-a-data-source
		breaking removed API-create-a-database
		compatible added API-list-data-source-templates
		compatible added API-move-page
		breaking removed API-post-database-query
		compatible added API-query-data-source
		compatible added API-retrieve-a-data-source
		breaking removed API-retrieve-a-database
		compatible added API-update-a-data-source
		breaking removed API-update-a-database
	EOT
	# Filters of a search that no longer know databases.
	grep -q '^breaking changed API-post-search .*b/inputSchema/properties/filter/properties/value/enum' got
}

@test "context7: a tool is called otherwise, and asks for more" {
	diff - <(released context7 1.0.33 2.0.0) <<-EOT
		breaking removed get-library-docs b
		compatible added query-docs c
		breaking changed resolve-library-id b/inputSchema/properties/query
	EOT
}

@test "tavily: tools are renamed, and one takes fewer arguments" {
	diff - <(released tavily 0.2.12 0.2.16) <<-EOT
		breaking renamed tavily_crawl tavily-crawl b/name
		breaking renamed tavily_extract tavily-extract b/name
		breaking renamed tavily_map tavily-map b/name
		compatible added tavily_research c
		breaking renamed tavily_search tavily-search b/name c/inputSchema/properties/country/enum b/inputSchema/properties/days b/inputSchema/properties/time_range/enum b/inputSchema/properties/topic/enum
	EOT
}

@test "chrome-devtools: what the changelogs of two releases say" {
	diff - <(released chrome-devtools 0.9.0 0.10.1) <<-EOT
		compatible added emulate c
		breaking removed emulate_cpu b
		breaking removed emulate_network b
		compatible changed get_network_request c/inputSchema/required
		compatible changed navigate_page c/inputSchema/properties/ignoreCache c/inputSchema/properties/type c/inputSchema/required
		breaking removed navigate_page_history b
		breaking changed performance_analyze_insight b/inputSchema/properties/insightSetId
		compatible added press_key c
		breaking changed take_screenshot b/annotations/readOnlyHint
		breaking changed take_snapshot b/annotations/readOnlyHint c/inputSchema/properties/filePath
	EOT
	diff - <(released chrome-devtools 0.10.1 0.11.0) <<-EOT
		compatible changed emulate c/inputSchema/properties/geolocation
		compatible changed list_console_messages c/inputSchema/properties/types/items/enum
		compatible changed list_pages c/inputSchema/additionalProperties
		compatible changed performance_stop_trace c/inputSchema/additionalProperties
	EOT
}

@test "a list differs from none of its other forms" {
	local f=$RELEASES/filesystem-2026.8.31.json
	jq '.result.tools | reverse' "$f" >array
	jq '.result' "$f" >result
	jq -c '.result.tools | {tools: .[:7]}, {tools: .[7:]}' "$f" >pages
	jq -c '{v: 1, type: "runner"}, (.result.tools[] | {v: 1, type: "tool",
		slug: "files", definition: del(._meta, .execution)})' "$f" >records
	for form in array result pages records -; do
		run -0 diff_tools "$f" $form <array
		[ -z "$output" ]
		run -0 diff_tools $form "$f" <array
		[ -z "$output" ]
	done
}

# Two lists of one tool, from the jq programs for its definition.
two() {
	jq -cn "[{name: \"fetch\", inputSchema: {type: \"object\"}} | $1]" >old
	jq -cn "[{name: \"fetch\", inputSchema: {type: \"object\"}} | $2]" >new
}

@test "a line for a program has the patch from the old definition to the new one" {
	two '.description = "Fetches."' '.description = "Fetches, and sends."'
	run -1 --separate-stderr diff_tools old new
	jq -e '. == {v: 1, type: "tool-change", tool: "fetch", kind: "changed",
		class: "words", changes: [{path: "/description", class: "words",
		what: "changed", before: "Fetches.", after: "Fetches, and sends."}],
		patch: [{op: "replace", path: "/description",
		value: "Fetches, and sends."}]}' <<<"$output"
	two '.' '.name = "fetch_data"'
	diff_tools old new | jq -e '.kind == "renamed" and .was == "fetch" and
		.tool == "fetch_data" and .class == "breaking"'
	echo '[]' >old
	diff_tools old new | jq -e '.kind == "added" and .patch == null and
		.changes[0].after.name == "fetch_data"'
}

@test "what cannot be seen is seen, for a person and for a program" {
	two '.description = "Fetches."' \
		'.description = "Fetches.\u200b\u202e\u001b[31m {+x+}\n" + ([917569] | implode)'
	run -1 --separate-stderr diff_tools -f text old new
	[ "${lines[2]}" = '    Fetches.{+\u{200B}\u{202E}\u{1B}[31m \u{7B}+x\u{2B}}\n\u{E0041}+}' ]
	run -1 --separate-stderr diff_tools old new
	[[ $output == *'\u200b\u202e\u001b[31m'* ]]
	without -P '[^\x20-\x7e\n]' <<<"$output"
	jq -e '.changes[0].after | test("\u202e")' <<<"$output"
}

@test "on a terminal what is removed is red, what is added green" {
	two '.description = "one two"' '.description = "one three"'
	run -1 script -qec "$BIN/mcp-aggregate tools --diff old new" /dev/null
	[[ $output == *$'one \e[31mtwo\e[0m\e[32mthree\e[0m'* ]]
	NO_COLOR=1 run -1 script -qec "$BIN/mcp-aggregate tools --diff old new" /dev/null
	[[ $output == *'one [-two-]{+three+}'* ]]
}

@test "bad input is named, and what is good of a list is compared" {
	local i
	two '.' '.description = "x"'
	for i in '{' '{"tools":{}}' '' '[1' '{"jsonrpc":"2.0","id":1,"error":{"code":-32601}}' \
		'{"v":1,"type":"probe"}'; do
		echo "$i" >bad
		run -2 --separate-stderr diff_tools old bad
		[ -z "$output" ]
		[[ $stderr == "mcp-aggregate: bad: "* ]]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
	run -2 --separate-stderr diff_tools old none
	[ "$stderr" = "mcp-aggregate: none: No such file or directory" ]
	run -2 diff_tools - -
	# One operand is a server, of the store.
	run -2 diff_tools ./old
	run -2 diff_tools . new
	run -2 "$BIN/mcp-aggregate" tools old new
	jq -c '. + [7, {name: "bad"}]' new >some
	run -2 --separate-stderr diff_tools old some
	[ "${stderr_lines[0]}" = "mcp-aggregate: some: tool number 2: no JSON object" ]
	[[ ${stderr_lines[1]} == "mcp-aggregate: some: tool bad: its inputSchema is not an object" ]]
	jq -e '.tool == "fetch" and .class == "words"' <<<"$output"
	run -3 sh -c "'$BIN/mcp-aggregate' tools --diff old new >/dev/full"
}

@test "10,000 tools, 10 MB of description and names that are much alike" {
	jq -cn '[range(10000) | {name: "t\(.)", inputSchema: {}}]' >many
	jq -cn '[range(10000) | {name: "u\(.)", inputSchema: {}}]' >renamed
	jq -cn '[range(10001) | {name: "t\(.)", inputSchema: {}}]' >more
	cpu diff_tools many renamed >out || [ $? -eq 1 ]
	[ "$(wc -l <out)" -eq 20000 ]
	[ "$CPU" -lt 20000 ]
	run -2 --separate-stderr diff_tools many more
	[ "$stderr" = "mcp-aggregate: more: more than 10000 tools" ]
	jq -cn '[{name: "t", inputSchema: {}, description: ("x" * 10000000)}]' >long
	run -2 --separate-stderr diff_tools long renamed
	[ "$stderr" = "mcp-aggregate: long: tool t: it is larger than 64 KiB" ]
	# Descriptions of 60 KB that have no order in common.
	jq -cn '[range(100) | {name: "t\(.)", inputSchema: {},
		description: ([range(10000) | "w\(. * 7919 % 10007)"] | join(" "))}]' >a
	jq -cn '[range(100) | {name: "t\(.)", inputSchema: {},
		description: ([range(10000) | "w\(. * 7873 % 10007)"] | join(" "))}]' >b
	cpu diff_tools -f text a b >out || [ $? -eq 1 ]
	[ "$CPU" -lt 20000 ]
	[ "$(wc -c <out)" -lt 2000000 ]
}
