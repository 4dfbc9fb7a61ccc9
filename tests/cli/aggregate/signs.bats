#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: signs of poisoning are found in what write-ups of attacks describe, and
# hardly ever in what real servers say; the manual has the figures.

bats_require_minimum_version 1.5.0
load ../../helpers/lib

FIXTURE=$BATS_TEST_DIRNAME/../../fixture

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

signs() {
	run --separate-stderr "$BIN/mcp-aggregate" tools signs "$@"
}

# corpus: a file of each server of the clean corpus, in the folder clean.
corpus() {
	local f
	mkdir -p clean
	for f in "$FIXTURE"/tool_corpus/*.json.gz; do
		gzip -dc "$f" >"clean/$(basename "${f%.gz}")"
	done
}

# poisoned LINE: a case of poisoned_tools: suspect.json, and in `others` the files
# of the other servers.
poisoned() {
	local name
	others=()
	rm -rf case
	mkdir case
	jq -c '[.tool]' <<<"$1" >case/suspect.json
	for name in $(jq -r '.other // {} | keys[]' <<<"$1"); do
		jq -c --arg name "$name" '[.other[$name][] |
			{name: ., inputSchema: {type: "object"}}]' \
			<<<"$1" >"case/$name.json"
		others+=("case/$name.json")
	done
}

@test "each poisoned tool is found by the rule that it is for" {
	local line n=0
	while read -r line; do
		poisoned "$line"
		signs -f jsonl "${others[@]}" case/suspect.json
		[ "$status" -eq 1 ] || { echo "$status: $line"; return 1; }
		jq -se --argjson want "$line" 'any(.server == "suspect" and
			.tool != "" and .rule == $want.rule and
			.path == $want.path)' <<<"$output" ||
			{ echo "$line"; return 1; }
		n=$((n + 1))
	done <"$FIXTURE/poisoned_tools/tools.jsonl"
	# Most follow a write-up; each says what it takes from it.
	jq -es 'all(.[]; .source != "" and .takes != "") and
		([.[] | select(.source | startswith("made up here") | not)] | length) >= 20' \
		"$FIXTURE/poisoned_tools/tools.jsonl"
	# Every rule has such a tool.
	"$BIN/mcp-aggregate" tools signs -f sarif case/suspect.json >all.sarif || true
	diff <(jq -r '.runs[].tool.driver.rules[].id' all.sarif | sort) \
		<(jq -r .rule "$FIXTURE/poisoned_tools/tools.jsonl" | sort -u)
}

@test "false alarms on real servers: at most one of a rule, as the manual counts them" {
	corpus
	signs -f jsonl clean/*.json
	[ "$status" -le 1 ]
	[ -z "$stderr" ]
	jq -r .rule <<<"$output" | sort | uniq -c | awk '$1 > 1 { bad = 1 } END { exit bad }'
	"$BIN/mcp-aggregate" tools signs -f sarif clean/*.json >all.sarif || true
	# Of each rule: "NAME COUNT".
	jq -r '.runs[0] | .results as $r | .tool.driver.rules[] |
		.id as $id | "\($id) \([$r[] | select(.ruleId == $id)] | length)"' \
		all.sarif >seen
	awk '/^\.Sh/ { here = /SIGNS OF POISONING/ } here' \
		"$BATS_TEST_DIRNAME/../../../man/mcp-tools.7" >section
	# The page has one number for all rules.
	alarms=$(grep -oP 'gave \K[0-9]+(?= false alarms)' section)
	sed -n 's/^\.It Sy //p' section >told
	diff <(sed 's/ .*//' seen) told
	[ "$(awk '{ all += $2 } END { print all + 0 }' seen)" -eq "$alarms" ]
	# Of how many tools and servers.
	tools=$(cat clean/*.json | jq -s 'map(length) | add')
	set -- clean/*.json
	[ "$#" -ge 20 ]
	tr '\n' ' ' <section | grep -F "on $tools tools of $# servers"
	[ "$(du -cb "$FIXTURE"/tool_corpus/* | awk 'END { print $1 }')" -le 300000 ]
}

@test "of poisoned tools by who had not read the rules, as many as the manual says" {
	local line all=0 plain=0
	corpus
	while read -r line; do
		poisoned "$line"
		signs -f jsonl clean/*.json case/suspect.json
		if jq -se 'any(.server == "suspect")' <<<"$output"; then
			all=$((all + 1))
			[[ $line != *'"manner": "plain"'* ]] || plain=$((plain + 1))
		fi
	done <"$FIXTURE/poisoned_tools/unseen.jsonl"
	awk '/^\.Sh/ { here = /SIGNS OF POISONING/ } here' \
		"$BATS_TEST_DIRNAME/../../../man/mcp-tools.7" | tr '\n' ' ' |
		grep -F "they find $all of these 30, and $plain of the 15 in plain words"
}

@test "for people: what is hidden is shown, and a sign is no verdict" {
	jq -nc '[{name: "add", description: "Adds.\u202e\u001b[8m", inputSchema: {}}]' >sums.json
	signs -f text sums.json
	[ "$status" -eq 1 ]
	[ "${lines[0]}" = "sums" ]
	[ "${lines[1]}" = "  control-characters: add /description" ] ||
		[ "${lines[1]}" = "  bidirectional-characters: add /description" ]
	[ "${lines[2]}" = '    Adds.\u{202E}\u{1B}[8m' ]
	[ "${lines[-1]}" = "2 signs in 1 of 1 tools. A sign is not a verdict: read the text." ]
}

@test "standard input, the option of before, and a server without signs" {
	echo '{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"add","inputSchema":{}}]}}' >answer
	run -0 --separate-stderr "$BIN/mcp-aggregate" tools signs - -f text <answer
	[ "$output" = "0 signs in 0 of 1 tools. A sign is not a verdict: read the text." ]
	run -0 --separate-stderr "$BIN/mcp-aggregate" tools signs - -f jsonl <answer
	[ -z "$output" ]
	run -2 --separate-stderr "$BIN/mcp-aggregate" tools --signs answer
	[[ $stderr == "mcp-aggregate: --signs: this option was removed: write 'tools signs'; see "* ]]
}

@test "SARIF: a rule, a place and a message for each sign, and a file that is a URI" {
	jq -nc '[{name: "add", description: "Adds. <IMPORTANT>", inputSchema: {}}]' >'a b%.json'
	signs -f sarif 'a b%.json'
	[ "$status" -eq 1 ]
	jq -e '.version == "2.1.0" and (.runs | length) == 1 and
		(.runs[0].results | length) == 1' <<<"$output"
	jq -e '.runs[0] as $run | $run.results[0] |
		$run.tool.driver.rules[.ruleIndex].id == .ruleId and
		.level == "warning" and (.message.text | length) > 0 and
		.locations[0].physicalLocation.artifactLocation.uri == "a%20b%25.json" and
		.locations[0].logicalLocations[0].fullyQualifiedName ==
			"a b%/add/description"' <<<"$output"
	signs -f sarif <(echo '[]')
	[ "$status" -eq 0 ]
	jq -e '.runs[0].results == []' <<<"$output"
}

@test "input that cannot be used is named, and the rest is looked at" {
	echo '[{"name":"a","description":"<IMPORTANT>","inputSchema":{}},7]' >half.json
	signs -f jsonl half.json
	[ "$status" -eq 2 ]
	[[ $stderr == *"half.json: tool number 2: no JSON object"* ]]
	[ "$(jq -r .rule <<<"$output")" = addresses-the-model ]
	signs -f jsonl missing.json half.json
	[ "$status" -eq 2 ]
	[[ $stderr == *"missing.json: No such file"* ]]
	[ -n "$output" ]
	signs
	[ "$status" -eq 2 ]
	run --separate-stderr "$BIN/mcp-aggregate" status -f sarif
	[ "$status" -eq 2 ]
	[[ $stderr == *"sarif is for diff and tools signs alone"* ]]
	run -3 --separate-stderr bash -c "'$BIN/mcp-aggregate' tools signs -f text half.json >/dev/full"
}

@test "names that differ by case or form of Unicode, over several servers" {
	jq -nc '[{name: "send_email", inputSchema: {}}]' >mail.json
	jq -nc '[{name: "Send_email", inputSchema: {}}, {name: "se\u0301nd_email", inputSchema: {}},
		{name: "send_email", inputSchema: {}}]' >post.json
	jq -nc '[{name: "\u0455end_email", inputSchema: {}}]' >more.json
	signs -f jsonl mail.json post.json more.json
	[ "$status" -eq 1 ]
	# post has send_email, too: its names are a matter of its own.
	[ "$(jq -r '"\(.server) \(.rule)"' <<<"$output")" = "more lookalike-name" ]
	signs -f jsonl mail.json <(jq -c '.[:2]' post.json)
	[ "$(jq -r .rule <<<"$output" | uniq -c | xargs)" = "2 lookalike-name" ]
}
