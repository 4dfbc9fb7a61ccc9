#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: the stories of tests/scenarios are told as they expect, and a story that
# is not, or is none, is named with what is wrong with it.

bats_require_minimum_version 1.5.0
load ../../helpers/lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export BIN
}

stories() {
	"$ROOT/tests/scenarios/run" "$@"
}

@test "every story is told as it expects" {
	run -0 stories
	[ "$(grep -c '^ok ' <<<"$output")" -ge 40 ]
	[ "$(grep -c '^ok ' <<<"$output")" = "$(find "$ROOT/tests/scenarios" -name '*.story' | wc -l)" ]
}

@test "no two stories have one number, and each says what it is about" {
	cd "$ROOT/tests/scenarios"
	[ -z "$(printf '%s\n' *.story | cut -d- -f1 | sort | uniq -d)" ]
	for story in *.story; do
		head -n 1 "$story" | grep -q '^# [A-Z]' || { echo "$story"; return 1; }
	done
}

@test "an event too many, one too few and a wrong one are told apart" {
	cat >one.story <<-'EOT'
	# Not what happens.
	14:00 red initialize eu us
	14:01-14:03 green
	14:04 red dns eu us
	expect:
	13:59 downtime_started P1
	14:00 downtime_started P1 since=14:00
	14:04 downtime_started P2 layer=http
	EOT
	run -1 stories one.story
	diff - <(echo "$output") <<-'EOT'
	not ok 1 - one
	- 13:59 downtime_started P1 example-mcp
	+ 14:03 downtime_resolved P1 example-mcp since=14:00 count=1 regions=eu,us to=nobody
	- 14:04 downtime_started P2 example-mcp layer=http
	+ 14:04 downtime_started P1 example-mcp layer=transport
	1..1
	EOT
}

@test "what is no story is named by its line" {
	while IFS='|' read -r line why; do
		printf '%s\n' '# A story.' "$line" expect: >one.story
		run -1 stories one.story
		[[ ${lines[1]} == "one.story:2: $why"* ]] || { echo "$output"; return 1; }
	done <<-'EOT'
	14:00 blue|'blue' is no verdict
	14:0 green|'14:0' is not a time
	14:01-14:00 green|14:01-14:00 ends before
	14:00 shop: green|no server shop
	14:00 red eu|'eu' fails, but at which step?
	14:00 red tls de|'de' is neither a step
	14:00 red tls eu eror=x|'eror' is neither
	EOT
	printf '%s\n' '# A story.' '14:00 green' >one.story
	run -1 stories one.story
	[[ ${lines[1]} == *"it expects nothing"* ]]
	printf '%s\n' '# A story.' 'refused: 1' '14:00 green' expect: >one.story
	run -1 stories one.story
	[[ ${lines[1]} == "exit status 0" ]]
}
