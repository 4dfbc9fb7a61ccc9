#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: no input makes mcp-aggregate crash, hang, grow or lie; what it cannot
# use it names, and what it can use it uses.

bats_require_minimum_version 1.5.0

load ../../helpers/lib

setup() {
	PATH=$BIN:$PATH
	cd "$BATS_TEST_TMPDIR" || return 1
	for region in eu us; do
		printf '{"v":1,"type":"probe","slug":"s","region":"%s","probe_id":"1","probe_started_at":1777494660.5,"state":"broken","failed_step":"tls","error":"tcp.refused","total_ms":1}\n' \
			$region
	done >good
}

# refused WHY: the lines in `bad`, before, after and between good ones, are
# refused, the first for that reason; and the good ones are used.
refused() {
	{ head -n 1 good; cat bad; tail -n 1 good; } >lines
	run -2 --separate-stderr mcp-aggregate verdict - <lines
	[ "$(jq -r '"\(.verdict) \(.failed_regions) \(.reporters)/\(.expected)"' <<<"$output")" = "red 2 2/2" ]
	[[ ${stderr_lines[0]} == "mcp-aggregate: line 2: "*"$1"* ]] || { echo "$stderr"; return 1; }
}

@test "binary lines" {
	head -c 100000 /bin/sh >bad
	echo >>bad
	refused ""
	printf '\0\n' >bad
	refused ""
	printf '{"v":1,\0"type":"probe"}\n' >bad
	refused ""
	printf '\xff\xfe{"v":1}\n' >bad
	refused ""
}

@test "half a line, in the middle and at the end" {
	head -n 1 good | head -c 60 >bad
	echo >>bad
	refused ""
	{ cat good; head -n 1 good | head -c 100; } >lines
	run -2 --separate-stderr mcp-aggregate verdict - <lines
	[ "$(jq -r .verdict <<<"$output")" = red ]
	[[ $stderr == "mcp-aggregate: line 3: "* ]]
	# A whole line without its newline is whole.
	run -1 --separate-stderr mcp-aggregate verdict - < <(head -c -1 good)
	[ -z "$stderr" ]
}

@test "what is JSON and no record" {
	for line in '{}' '[]' 'null' '1' '"x"' '[{"v":1}]' '{"v":1}' '{"v":1,"type":"verdict"}' \
		'{"v":"1","type":"probe"}' '{"type":"probe"}' '{"v":1,"v":1,"type":"probe"}'; do
		echo "$line" >bad
		refused ""
	done
}

@test "a version that is not known" {
	sed -n '1s/"v":1/"v":2/p' good >bad
	refused version
}

# change FROM TO: the first good line, otherwise.
change() {
	sed -n "1s/$1/$2/p" good >bad
	refused ""
}

@test "wrong types and values" {
	change '"slug":"s"' '"slug":7'
	change '"slug":"s"' '"slug":"..\/etc"'
	change '"region":"eu"' '"region":null'
	change '"region":"eu"' '"region":"reporters"'
	change '"probe_id":"1"' '"probe_id":"a b"'
	change '1777494660.5' '"1777494660.5"'
	change '1777494660.5' '-1'
	change '1777494660.5' '1e400'
	change '1777494660.5' 'NaN'
	change '"broken"' '"on fire"'
	change '"broken"' '"healthy"'
	change '"tls"' '"step two"'
	change '"tls"' '2'
	change '"total_ms":1' '"total_ms":"fast"'
	change '"total_ms":1' '"total_ms":1,"tool_hash":"abc"'
	change '"total_ms":1' '"total_ms":1,"tools":{"a":["b"]}'
}

@test "keys that are not known are ignored" {
	run -1 --separate-stderr mcp-aggregate verdict - < <(sed 's/}$/,"new":{"a":[1,2]}}/' good)
	[ -z "$stderr" ]
}

@test "one probe at two instants" {
	sed -n '1s/4660.5/4661.5/p' good >bad
	refused "probe_started_at: 1777494661.500000, but probe 1 started at 1777494660.500000"
}

@test "a line of 100 MB, in bounded memory" {
	# The sanitizers need an address space of terabytes.
	if ! grep -qa __asan_init "$BIN/mcp-aggregate"; then
		ulimit -Sv 100000
	fi
	{ head -n 1 good; head -c 100000000 /dev/zero | tr '\0' 'x'; echo; tail -n 1 good; } >lines
	run -2 --separate-stderr mcp-aggregate verdict - <lines
	[ "$(jq -r .reporters <<<"$output")" = 2 ]
	[ "$stderr" = "mcp-aggregate: line 2: longer than 1048576 bytes" ]
	# And one that never ends.
	run -2 --separate-stderr mcp-aggregate verdict - < <(cat good; head -c 100000000 /dev/zero)
	[ "$(jq -r .reporters <<<"$output")" = 2 ]
}

@test "deep nesting" {
	{ head -c 100000 /dev/zero | tr '\0' '['; echo; } >bad
	refused ""
}

@test "many bad lines are counted, not listed" {
	{ yes '{"v":1}' | head -n 1000; } >bad
	refused ""
	[ "${#stderr_lines[@]}" -eq 21 ]
	[ "${stderr_lines[20]}" = "mcp-aggregate: 980 more lines refused" ]
}

@test "nothing but bad lines" {
	run -2 --separate-stderr mcp-aggregate verdict - <<<'no'
	[ -z "$output" ]
	[[ ${stderr_lines[1]} == "mcp-aggregate: no records on standard input" ]]
}

@test "a stranger's text does not reach the terminal as it came" {
	printf '%s\n' '{"v":1,"type":"\u001b]0;owned\u0007"}' >bad
	refused ""
	[[ $stderr != *$'\e'* ]]
	sed 's/tcp.refused/tcp.\\u001b[2J\\u202e/' good >lines
	run -1 mcp-aggregate verdict - <lines
	[[ $output != *$'\e'* && $output != *u001b* ]]
}

@test "empty lines and carriage returns" {
	run -1 --separate-stderr mcp-aggregate verdict - < <(printf '\n\r\n'; sed 's/$/\r/' good; echo)
	[ -z "$stderr" ]
}

@test "standard output that is full or gone" {
	run -3 bash -c 'mcp-aggregate verdict - <good >/dev/full'
	[ "$output" = "mcp-aggregate: standard output: No space left on device" ]
	run -3 bash -c 'mcp-aggregate --help >/dev/full'
	run -3 bash -c 'mcp-aggregate replay good >&-'
	# More than a pipe holds, and nobody reads: SIGPIPE, or else EPIPE.
	{ cat good; sed 's/"1"/"2"/; s/17774/17775/' good; } >lines
	run env --default-signal=PIPE bash -c '{ mcp-aggregate replay lines; echo $? >status; } | :'
	[ "$(cat status)" -eq 141 ]
	run bash -c 'trap "" PIPE; { mcp-aggregate replay lines; echo $? >status; } 2>why | :'
	[ "$(cat status)" -eq 3 ]
	[ "$(cat why)" = "mcp-aggregate: standard output: Broken pipe" ]
}

@test "input that cannot be read" {
	run -3 bash -c 'mcp-aggregate verdict - <&-'
	run -3 mcp-aggregate replay .
	[ "$output" = "mcp-aggregate: .: Is a directory" ]
	run -2 mcp-aggregate replay nowhere
	[ "$output" = "mcp-aggregate: nowhere: No such file or directory" ]
}

# usage WHY ARGUMENT…: refused, for that reason, and nothing is read or printed.
usage() {
	local why=$1
	shift
	run -2 --separate-stderr mcp-aggregate "$@" <good
	[ -z "$output" ]
	[ "$stderr" = "mcp-aggregate: $why" ] || { echo "$stderr"; return 1; }
}

@test "usage" {
	usage "a command is missing; see mcp-aggregate --help"
	usage "'judge': not a command; see mcp-aggregate --help" judge
	usage "verdict: '-' or nothing expected; see mcp-aggregate verdict --help" verdict good
	usage "verdict: --region is only for 'verdict -'; see mcp-aggregate verdict --help" verdict -r a
	usage "verdict -: --store is only for 'verdict'; see mcp-aggregate verdict --help" verdict - --store unix:///x
	usage "ingest: --slug cannot be used with this command; see mcp-aggregate ingest --help" ingest -s a
	usage "ingest: takes no argument; see mcp-aggregate ingest --help" ingest x
	usage "targets: one region at most" targets -r a,b
	usage "neither --config nor MCP_CONFIG names a configuration" config
	usage "replay: a file or '-' expected; see mcp-aggregate replay --help" replay
	usage "'x': one argument too many; see mcp-aggregate verdict --help" verdict - x
	usage "'x': one argument too many; see mcp-aggregate verdict --help" verdict -- - x
	usage "--slug: given twice" verdict - -s a --slug b
	usage "--slug: 'A' is not a slug" verdict - -s A
	usage "-s: an argument is missing; see mcp-aggregate verdict --help" verdict - -s
	usage "--regions: this option was removed: write --region; see mcp-aggregate verdict --help" verdict - --regions a
	usage "--region: 'A' is not the name of a region" verdict - -r a,A
	usage "--region: '' is not the name of a region" verdict - -r a,
	usage "--region: 'a' is given twice" verdict - -r a,b,a
	usage "--now: 'soon' is not an epoch second" verdict - -N soon
	usage "replay: --now cannot be used with this command; see mcp-aggregate replay --help" replay good -N 1
	usage "--interval: '0s' is not a time in its range, like 60s or 5m" verdict - --interval 0s
	usage "--lookback: '-5' is not a time in its range, like 60s or 5m" verdict - --lookback -5
	usage "--interval: 60 has no unit: write 60s" verdict - --interval 60
	usage "--tolerance: '1y' is not a time in its range, like 60s or 5m" verdict - --tolerance 1y
	usage "--format: 'xml' is not text, jsonl, sarif or csv" verdict - -f xml
	usage "-q: no such option; see mcp-aggregate verdict --help" verdict - -q
	usage "--quiet: no such option, or not in this form; see mcp-aggregate verdict --help" verdict - --quiet
}

@test "the options may stand anywhere" {
	for where in '-s s verdict -' 'verdict -s s -' 'verdict - -s s' 'verdict -s s -- -'; do
		for posix in '' 1; do
			# shellcheck disable=SC2086
			run -1 env ${posix:+POSIXLY_CORRECT=1} mcp-aggregate $where <good
		done
	done
}

@test "--help and --version" {
	run -0 --separate-stderr mcp-aggregate --help
	[[ $output == "usage: mcp-aggregate command "*$'\n  verdict -  '* ]]
	run -0 --separate-stderr mcp-aggregate verdict -h
	[[ $output == "usage: mcp-aggregate verdict - "* ]]
	run -0 mcp-aggregate -V
	[[ $output =~ ^mcp-aggregate\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	for program in probe aggregate alert serve; do
		run -0 "$BIN/mcp-$program" -V -v
		[[ ${lines[1]} =~ ^with\ (.*\ )?OpenSSL/3[.0-9]+\ (.*\ )?cJSON/[0-9.]+ && ${#lines[@]} -eq 2 ]]
	done
}
