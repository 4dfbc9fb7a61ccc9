#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what mcp-probe cannot use is refused in one line that says why, and the
# rest is used.

load ../../helpers/scripted

# refused MESSAGE ARGS…: these are a usage error, said in this one line.
refused() {
	local got status=0
	got=$("$BIN/mcp-probe" "${@:2}" 2>&1 >out) || status=$?
	[ "$status" -eq 2 ] && [ "$got" = "mcp-probe: $1" ] && [ ! -s out ] ||
		{ echo "${*:2}: $status: $got"; return 1; }
}

@test "an option that cannot be is named, with the reason" {
	u=http://127.0.0.1:9/
	refused "--format: not text, jsonl, tap or nagios" -f xml $u
	refused "--format: not text, jsonl, tap or nagios" --format= $u
	refused "--region: not a valid name" -r Virginia $u
	refused "--region: not a valid name" -r reporters $u
	refused "--region: not a valid name" -r tool-hash $u
	refused "--region: not a valid name" -r "" $u
	refused "--slug: not a valid name" -s a/b $u
	refused "--slug: not a valid name" -s "" $u
	refused "--slug: not a valid name" -s "$(printf 'a%.0s' {1..81})" $u
	for t in 0s -1 301s 1h x "" 1e9 nan 5ss; do
		refused "--timeout: not a time up to 300s" -t "$t" $u
	done
	refused "--timeout: 30 has no unit: write 30s" -t 30 $u
	refused "--timeout: 0.5 has no unit: write 0.5s" -t 0.5 $u
	refused "--spread: 20 has no unit: write 20s" --targets - --spread 20
	for s in 0-3 3-2 1 1-9 a-b "" 1-3x; do
		refused "--steps: not a range like 1-3" --steps "$s" $u
	done
	refused "--health-tool: empty" --health-tool "" $u
	refused "--health-args: only with --health-tool" --health-args '{}' $u
	refused "--health-args: not an object" --health-tool a --health-args '[]' $u
	refused "--health-args: byte 2: the text ends too early" --health-tool a --health-args '{' $u
	refused "--token-file: cannot be used with --credential" --token-file a --credential b $u
	refused "--concurrency, --spread: only with --targets" --concurrency 3 $u
	refused "--concurrency, --spread: only with --targets" --spread 3s $u
	refused "--resume: only with --steps that begin after step 1" --resume x $u
	refused "--per-host: only with --targets" --per-host 3 $u
	refused "--http1.1: this option was removed: HTTP/1.1 is the default; see mcp-probe --help" --http1.1 $u
	for n in 0 1001 -1 x ""; do
		refused "--concurrency: not a number from 1 to 1000" --targets - --concurrency "$n"
	done
	refused "--spread: not a time up to 1h" --targets - --spread 2h
	refused "--format: nagios is for one URL" --targets - -f nagios
	for o in "-s a" "--token-file a" "--credential a" "--health-tool a" \
		--allow-bare-401 "--steps 1-3"; do
		# shellcheck disable=SC2086
		refused "--targets: set this in each target, not with an option" --targets - $o
	done
	refused "nosuch: No such file or directory" --targets nosuch
	refused "nosuch: No such file or directory" --cacert nosuch $u
	refused "nosuch: No such file or directory" --token-file nosuch $u
	refused "http://b/: only one URL is allowed; use --targets for several" $u http://b/
	refused "--targets: cannot be used with a URL" --targets - $u
	refused "--steps: nagios needs step 8" -f nagios --steps 1-3 $u
}

@test "an option given twice is refused by its name" {
	u=http://127.0.0.1:9/
	refused "--slug: given twice" -s a -s b $u
	refused "--slug: given twice" -s a --slug=b $u
	refused "--timeout: given twice" --timeout 3s -t5s $u
	refused "--deny-private: given twice" --deny-private --deny-private $u
	refused "--targets: given twice" --targets a --targets b
}

@test "an option that does not exist, or lacks its argument, is refused" {
	u=http://127.0.0.1:9/
	refused "--nosuch: no such option, or not in this form; see mcp-probe --help" --nosuch $u
	refused "--nosuch=3: no such option, or not in this form; see mcp-probe --help" --nosuch=3 $u
	refused "--t: no such option, or not in this form; see mcp-probe --help" --t 3s $u
	refused "-x: no such option; see mcp-probe --help" -x $u
	refused "-x: no such option; see mcp-probe --help" -xV $u
	refused "--timeout: an argument is missing; see mcp-probe --help" --timeout
	refused "-t: an argument is missing; see mcp-probe --help" $u -t
	refused "--deny-private=yes: no such option, or not in this form; see mcp-probe --help" --deny-private=yes $u
}

@test "a URL that cannot be probed is named, with the reason" {
	refused "URL: neither http nor https" ftp://example.com/
	refused "URL: neither http nor https" file:///etc/passwd
	refused "URL: does not begin with http:// or https://" example.com
	refused "URL: does not begin with http:// or https://" ""
	refused "URL: a URL must not contain a secret; use --token-file" https://me:pw@example.com/
	refused "URL: a URL must not contain a secret; use --token-file" https://tok@example.com/
	refused "URL: contains a space or control character" "https://example.com/a b"
	refused "URL: contains a space or control character" $'https://example.com/\nx'
	refused "URL: not a URL" http://
	refused "URL: not a URL" http://example.com:99999/
	refused "URL: too long" "http://example.com/$(printf 'x%.0s' {1..2100})"
	refused "URL: the port is not a number from 1 to 65535" http://example.com:0/
}

@test "help and version go to standard output; a bare call prints the usage" {
	run "$BIN/mcp-probe" --help
	[ "$status" -eq 0 ]
	[[ "$output" == "usage: mcp-probe "* ]]
	[ "$("$BIN/mcp-probe" -h 2>/dev/null)" = "$output" ]
	[[ "$("$BIN/mcp-probe" -V)" =~ ^mcp-probe\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	run bash -c '"$0" 2>&1 >/dev/null' "$BIN/mcp-probe"
	[ "$status" -eq 2 ]
	[[ "$output" == "usage: mcp-probe "* ]]
}

@test "what is odd in form but right is used" {
	probe --timeout=2500ms --slug a.b_c-9 "$HOST/json?q=1#frag"
	[ "$status" -eq 0 ]
	probe -t 0.5s "${HOST/http/HTTP}/json"
	[ "$status" -eq 0 ]
	probe "$HOST/json" -t 1m -s x
	[ "$status" -eq 0 ]
	probe -s x -- "$HOST/json"
	[ "$status" -eq 0 ]
	jq -es 'all(.[]; .slug == "x")' out
}

# line TEXT: the one target is refused for this reason.
line() {
	printf '%s' "$2" >targets
	[ "$(wc -l <targets)" -eq 0 ]
	probe --targets targets
	[ "$status" -eq 2 ] && [ ! -s out ] &&
		[ "$(cat err)" = "mcp-probe: line 1: $1" ] ||
		{ echo "$2: $status"; cat err; return 1; }
}

@test "a target record that is wrong is named by what is wrong with it" {
	u='"slug":"a","url":"http://127.0.0.1:9/"'
	zeros=$(printf '%064d' 0)
	line "byte 1: no JSON value" "slug a"
	line "record: not a JSON object" '["a"]'
	line "slug: missing or not a valid name" '{"url":"http://127.0.0.1:9/"}'
	line "slug: missing or not a valid name" '{"slug":"A","url":"http://127.0.0.1:9/"}'
	line "slug: missing or not a valid name" '{"slug":1,"url":"http://127.0.0.1:9/"}'
	line "url: missing" '{"slug":"a"}'
	line "url: neither http nor https" '{"slug":"a","url":"ftp://x/"}'
	line "url: a URL must not contain a secret; use --token-file" '{"slug":"a","url":"https://x:y@z/"}'
	line "v: a version that this program does not know" "{$u,\"v\":2}"
	line "v: a version that this program does not know" "{$u,\"v\":\"1\"}"
	line 'type: not "target"' "{$u,\"type\":\"step\"}"
	line "region: not a valid name" "{$u,\"region\":\"EU\"}"
	line "region: not a string" "{$u,\"region\":1}"
	line "protocol_hint: no era" "{$u,\"protocol_hint\":\"2025-11-25\"}"
	line "known_hash: not a SHA-256 in lower-case hex" "{$u,\"known_hash\":\"abc\"}"
	line "pinned_hash: not a SHA-256 in lower-case hex" "{$u,\"pinned_hash\":\"${zeros/0/A}\"}"
	line "timeout: not seconds up to 300" "{$u,\"timeout\":301}"
	line "timeout: not seconds up to 300" "{$u,\"timeout\":0}"
	line "timeout: not seconds up to 300" "{$u,\"timeout\":\"3\"}"
	line "interval: not seconds" "{$u,\"interval\":-1}"
	line "health_tool: has no name" "{$u,\"health_tool\":{}}"
	line "health_tool: has no name" "{$u,\"health_tool\":\"echo\"}"
	line "health_tool.arguments: not an object" "{$u,\"health_tool\":{\"name\":\"a\",\"arguments\":[]}}"
	line "auth: not an object" "{$u,\"auth\":\"x\"}"
	line "auth.mode: not one of none, any, bearer, header, oauth, mtls" "{$u,\"auth\":{\"mode\":\"basic\"}}"
	line "byte 13: a key that occurs twice in its object" '{"slug":"a",   "slug":"b"}' ||
		grep -q 'a key that occurs twice in its object' err
}

@test "refused lines are named by their number, and the others probed" {
	{
		echo "{\"slug\":\"one\",\"url\":\"$HOST/json\"}"
		echo
		echo "half of a {"
		printf '{"slug":"a","url":"%s"}\n' $'\xff\xfe'
		printf '\0\n'
		echo "{\"slug\":\"two\",\"url\":\"$HOST/html\"}"
		printf '%*s\n' 1100000 x
		printf '{"slug":"deep","x":%s%s}\n' "$(printf '[%.0s' {1..70})" "$(printf ']%.0s' {1..70})"
		printf '{"slug":"three","url":"%s"}' "$HOST/stateless"
	} >targets
	probe --targets targets
	[ "$status" -eq 2 ]
	jq -es 'map(select(.state) | {(.slug): .state}) | add ==
		{"one": "healthy", "two": "broken", "three": "healthy"}' out
	[ "$(cut -d: -f1,2 err)" = "$(printf 'mcp-probe: line %d\n' 3 4 5 7 8)" ]
	grep -q 'line 7: longer than 1 MiB' err
}

@test "input that is no targets at all is refused" {
	# refused FILE WHY: nothing is probed.
	refused() {
		probe --targets "$1"
		[ "$status" -eq 2 ]
		[ ! -s out ]
		grep -q "$2" err
	}
	refused /dev/null 'contains no target$'
	refused <(printf '\n\n\n') 'contains no target$'
	# A line that is wrong says enough.
	refused <(head -c 2000000 "$BIN/mcp-probe") '^mcp-probe: line 1: '
	[ -z "$(grep 'contains no target' err)" ]
	refused <(head -c 100000000 /dev/zero) '^mcp-probe: line 1: longer than 1 MiB$'
	[ "$(wc -l <err)" -eq 1 ]
	refused <(printf '{"slug":"a","url":"http://127.0.0.1') '^mcp-probe: line 1: byte 36: the text ends too early$'
	# Nothing that came was printed as it came.
	[ -z "$(grep -P '[\x00-\x08\x0e-\x1f\x7f]' err)" ]
	probe --targets .
	[ "$status" -eq 2 ]
}
