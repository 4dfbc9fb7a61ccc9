#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: servers come from lists of target records, too, and what many have in
# common from `defaults`; a line that is wrong costs its own server alone, and its
# fault is told with the list and its line.

load ../../helpers/lib

# fleet LISTS [MORE]: a configuration with one server of its own.
fleet() {
	cat >"$BATS_TEST_TMPDIR/fleet.yaml" <<-END
	regions: [{name: r-a}, {name: r-b}, {name: r-c}]
	accounts: [{name: acme, token_sha256: $(printf x | sha256sum | head -c 64)}]
	servers:
	- {slug: one, url: "https://one.example.com/mcp"}
	servers_from: $1
	${2-}
	END
}

# aggregate COMMAND: with that configuration; standard error with the output.
aggregate() {
	run "$BIN/mcp-aggregate" "$@" -c "$BATS_TEST_TMPDIR/fleet.yaml"
}

list() {
	cat >"$BATS_TEST_TMPDIR/$1"
}

@test "servers of lists come behind those of the file, with defaults by pattern" {
	fleet '[a.jsonl, "./b "]' 'defaults:
  - {match: [a-*], account: acme, thresholds: {quorum: 3}, auth: {mode: bearer, credential: c}}
  - {match: ["*"], interval: 5m, thresholds: {quorum: 4, alone: 5}, auth: {credential: d}}'
	list a.jsonl <<-'END'
	{"v":1,"type":"target","slug":"a-1","url":"https://a.example.com/","region":"x","needs":["k"]}

	{"slug":"b-1","url":"https://b.example.com/","interval":60,"timeout":"5s","cache_check":false,
	END
	list b <<-'END'
	#!/bin/sh
	echo '{"slug":"c","url":"https://c/"}'
	END
	chmod +x "$BATS_TEST_TMPDIR/b"
	aggregate targets
	[ "$status" -eq 0 ]
	[[ $output == *": warning: "*"/a.jsonl:3: "*": 1 listed server is left out"* ]]
	[ "$(grep -c '"slug"' <<<"$output")" -eq 3 ]
	list a.jsonl <<-'END'
	{"v":1,"type":"target","slug":"a-1","url":"https://a.example.com/","region":"x","needs":["k"]}

	{"slug":"b-1","url":"https://b.example.com/","interval":60,"timeout":"5s","cache_check":false,"private":true,"account":"acme","regions":["r-b"],"health_tool":{"name":"t","arguments":{"a":[1]}},"auth":{"mode":"none"}}
	END
	fleet '[a.jsonl, ./b]' 'defaults:
  - {match: [a-*], account: acme, thresholds: {quorum: 3}, auth: {mode: bearer, credential: c}}
  - {match: ["*"], interval: 5m, thresholds: {quorum: 4, alone: 5}, auth: {credential: d}}'
	"$BIN/mcp-aggregate" config -c "$BATS_TEST_TMPDIR/fleet.yaml" >"$BATS_TEST_TMPDIR/shown"
	run command jq -r '.servers[] | "\(.slug) \(.interval) \(.timeout) \(.account) \(.private) \(.regions | join(",")) \(.cache_check) \(.auth.mode) \(.auth.credential) \(.thresholds.quorum) \(.thresholds.alone) \(.health_tool | tojson)"' "$BATS_TEST_TMPDIR/shown"
	[ "$output" = 'one 300s 30s null false r-a,r-b,r-c yes any d 4 5 null
a-1 300s 30s acme false r-a,r-b,r-c yes bearer c 3 5 null
b-1 60s 5s acme true r-b no none null 4 5 {"name":"t","arguments":{"a":[1]}}
c 300s 30s null false r-a,r-b,r-c yes any d 4 5 null' ]
	# What is shown is a configuration that says the same.
	run "$BIN/mcp-aggregate" config -c "$BATS_TEST_TMPDIR/shown"
	[ "$output" = "$(cat "$BATS_TEST_TMPDIR/shown")" ]
	# So does a list of all servers.
	"$BIN/mcp-aggregate" config --servers -c "$BATS_TEST_TMPDIR/fleet.yaml" \
		>"$BATS_TEST_TMPDIR/all.jsonl"
	jq '.servers = [] | .servers_from = ["all.jsonl"]' \
		"$BATS_TEST_TMPDIR/shown" >"$BATS_TEST_TMPDIR/again"
	run "$BIN/mcp-aggregate" config -c "$BATS_TEST_TMPDIR/again"
	diff <(jq .servers <<<"$output") <(jq .servers "$BATS_TEST_TMPDIR/shown")
	run "$BIN/mcp-aggregate" config --servers --short -c "$BATS_TEST_TMPDIR/fleet.yaml"
	[ "$status" -eq 2 ]
}

@test "a line that is wrong is left out, and each fault told with the list and its line" {
	fleet '[bad.jsonl]'
	list bad.jsonl <<-'END'
	{"slug":"b"}
	{"slug":"c","url":"ftp://x","interval":10}
	{"slug":"d","url":"https://x/","interval":"60","timeout":400}
	{"v":2,"slug":"e","url":"https://x/"}
	{"type":"probe","slug":"e","url":"https://x/"}
	{"slug":"f","url":"https://x/","regions":["r-x"],"account":"acne"}
	[]
	{"slug":"g","url":"https://x/","timeout":90}
	{"slug":"h","url":"https://x/","private":1,"health_tool":{}}
	{"slug":"good","url":"https://x/"}
	END
	aggregate targets
	[ "$status" -eq 0 ]
	diff - <(sed "s|mcp-aggregate: warning: $BATS_TEST_TMPDIR/||
		s|.*\"slug\":\"\([a-z]*\).*|\1|" <<<"$output") <<-'END'
	bad.jsonl:1: url: missing
	bad.jsonl:2: url: neither http:// nor https://
	bad.jsonl:2: interval: 10s is below 30s
	bad.jsonl:3: interval: 60 has no unit: write 60s
	bad.jsonl:3: timeout: 400s is above 5m
	bad.jsonl:4: v: not valid for a target record
	bad.jsonl:5: type: not valid for a target record
	bad.jsonl:6: regions: no region is named r-x (did you mean r-a?)
	bad.jsonl:6: account: no account is named acne (did you mean acme?)
	bad.jsonl:7: not a JSON object
	bad.jsonl:8: timeout: a timeout of 90s is longer than the interval of 60s
	bad.jsonl:9: health_tool.name: missing
	bad.jsonl:9: private: expected true or false, found 1
	fleet.yaml: 9 listed servers are left out
	one
	good
	END
	output=$("$BIN/mcp-aggregate" config --short -c "$BATS_TEST_TMPDIR/fleet.yaml" 2>/dev/null)
	run jq -r '"\(.servers.count) and \(.left_out.count)", (.left_out.first[] |
		"\(.at | sub(".*/"; "")) \(.slug): \(.why)")' <<<"$output"
	[ "${lines[0]}" = '2 and 9' ]
	[ "${lines[2]}" = 'bad.jsonl:2 c: url: neither http:// nor https://' ]
	[ "${lines[7]}" = 'bad.jsonl:7 null: not a JSON object' ]
}

@test "of a thousand lines that are wrong the first are named, and all counted" {
	fleet '[bad.jsonl]'
	{
		seq -f '{"slug":"s-%g","url":"https://x:99999/"}' 1500
		echo '{"slug":"good","url":"https://x/"}'
		head -c 1100000 /dev/zero | tr '\0' x
	} | list bad.jsonl
	aggregate config --short
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 23 ]
	[[ ${lines[20]} == *"fleet.yaml: 1481 more warnings" ]]
	[[ ${lines[21]} == *"fleet.yaml: 1501 listed servers are left out" ]]
	run jq -c '[.servers.count, .left_out.count, (.left_out.first | length)]' <<<"${lines[22]}"
	[ "$output" = '[2,1501,20]' ]
}

@test "a slug that is there twice is one fault with both places, and the first counts" {
	fleet '[a.jsonl, b.jsonl]'
	list a.jsonl <<<'{"slug":"two","url":"https://x/"}'
	list b.jsonl <<-'END'
	{"slug":"one","url":"https://x/"}
	{"slug":"two","url":"https://x/"}
	END
	aggregate targets
	[ "$status" -eq 0 ]
	diff - <(sed "s|mcp-aggregate: warning: ||; s|$BATS_TEST_TMPDIR/||g
		s|.*\"slug\":\"\([a-z]*\)\",\"url\":\"\([^\"]*\).*|\1 \2|" <<<"$output") <<-'END'
	b.jsonl:1: slug: the name one is already in the configuration, line 4
	b.jsonl:2: slug: the name two is already in a.jsonl:1
	fleet.yaml: 2 listed servers are left out
	one https://one.example.com/mcp
	two https://x/
	END
}

@test "a list that cannot be read, or a command that fails, is one line" {
	list fail <<<'echo why >&2; echo "no route" >&2; exit 3'
	list page.jsonl <<<$'<html>\n\n[]'
	while IFS='|' read -r from why; do
		fleet "[$from]"
		aggregate targets
		echo "$output"
		[ "$status" -eq 2 ]
		[ "$(sed 's/^[^[]*//' <<<"$output")" = "[0]: $why" ]
	done <<-END
	page.jsonl|$BATS_TEST_TMPDIR/page.jsonl: not a list of servers: none of its 2 lines is a JSON object
	none.jsonl|$BATS_TEST_TMPDIR/none.jsonl: No such file or directory
	no-such-program x|no-such-program x: No such file or directory
	"sh $BATS_TEST_TMPDIR/fail"|sh $BATS_TEST_TMPDIR/fail: exit status 3: no route
	END
}

@test "a fault in defaults is told where they are" {
	fleet '[]' 'defaults:
  - {match: ["*"], account: acne}
  - {interval: 5m, slug: x}'
	aggregate targets
	[ "$status" -eq 2 ]
	[[ $output == *"servers_from: the list is empty"* ]]
	[[ $output == *"fleet.yaml:8:5: defaults[1].match: missing"* || $output == *"defaults[1].match: missing"* ]]
	[[ $output == *"defaults[1].slug: unknown key"* ]]
	[[ $output == *"defaults[0].account: no account is named acne"* ]]
}

# counted [LINE…]: a configuration with a command that names its server by how often
# it ran; these lines follow.
counted() {
	cd "$BATS_TEST_TMPDIR" || return
	fleet '["./count  it"]'
	{ cat <<-'END'
	#!/bin/sh
	cd "${0%/*}" || exit
	echo run >>runs
	echo "{\"slug\":\"ran-$(($(wc -l <runs)))\",\"url\":\"https://x/\"}"
	END
	printf '%s\n' "$@"; } >count
	chmod +x count
	mkdir -m 700 kept
	export MCP_SERVERS_CACHE=$PWD/kept
}

# ran N [M]: the server is that of run N of the command, which ran M times; N if not
# given.
ran() {
	aggregate targets
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"\"ran-$1\""* ]]
	[ "$(wc -l <runs)" -eq "${2-$1}" ]
}

@test "what a command printed is kept where MCP_SERVERS_CACHE says, for all programs" {
	counted
	ran 1
	ran 1
	run "$BIN/mcp-alert" list -c "$PWD/fleet.yaml" --store "unix://$PWD/none"
	[[ $output == *": store: "* ]]
	[ "$(wc -l <runs)" -eq 1 ]
	[ "$(stat -c %a kept/*)" = 600 ]
	# Another command, or the same of another folder, is another list.
	mkdir other
	cp count fleet.yaml other
	"$BIN/mcp-aggregate" targets -c other/fleet.yaml
	[ "$(wc -l <other/runs)" -eq 1 ]
	# What a program left that was killed is not used.
	rm kept/*
	echo '{"slug":"half' >kept/new.1
	ran 2
	unset MCP_SERVERS_CACHE
	ran 3
}

@test "what others may have written is not used as a list" {
	counted
	ran 1
	chmod 777 kept
	ran 2
	[[ $output == *": warning: "*": servers_from[0]: MCP_SERVERS_CACHE: $PWD/kept is not a folder that only this user can write to, so it is not used"* ]]
	chmod 700 kept
	ran 1 2
	for change in 'chmod 666' 'ln -sf /dev/zero'; do
		rm -f runs kept/*
		ran 1
		$change kept/*
		ran 2
	done
	for folder in "$PWD/none" kept "$PWD/runs"; do
		export MCP_SERVERS_CACHE=$folder
		rm runs
		ran 1
		ran 2
	done
}

@test "of a command that fails nothing is kept" {
	while IFS='|' read -r line why; do
		rm -rf kept runs
		counted "$line"
		for n in 1 2; do
			aggregate targets
			echo "$output"
			[ "$status" -eq 2 ]
			[[ $output == *"$why" ]]
			[ "$(wc -l <runs)" -eq "$n" ]
			[ -z "$(ls -A kept)" ]
		done
	done <<-'END'
	exit 3|: exit status 3
	kill -9 $$|: ended by signal 9
	END
	# With a line that is left out it is a list.
	rm -rf kept runs
	counted "echo '[]'"
	ran 1
	[[ $output == *":2: not a JSON object"* ]]
	ran 1
}
