#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: records through a pipe become the verdicts of mcp-aggregate(1), with
# its exit statuses, whatever else comes through that pipe.

bats_require_minimum_version 1.5.0

load ../../helpers/lib
T=1777494660 # 2026-04-29T20:31:00Z

setup() {
	PATH=$BIN:$PATH
	cd "$BATS_TEST_TMPDIR" || return 1
}

# key REGION SECONDS [SLUG]: what the lines of a probe have in common; it
# starts so many seconds after T.
key() {
	printf '"slug":"%s","region":"%s","probe_id":"%s-%s","probe_started_at":%s' \
		"${3:-example-mcp}" "$1" "$1" "$2" "$(jq -n "$T + $2")"
}

# probe REGION SECONDS [STEP CODE [SLUG]]: the summary of a probe, which passed
# or failed at STEP.
probe() {
	local state=healthy step=null code=null hash
	hash='"'$(printf a%.0s {1..64})'"'
	if [ -n "${3-}" ]; then
		state=broken step="\"$3\"" code="\"$4\"" hash=null
	fi
	printf '{"v":1,"type":"probe",%s,"url":"https://mcp.example.com/mcp","state":"%s","failed_step":%s,"error":%s,"total_ms":200,"protocol":null,"era":"session","tool_hash":%s,"full_hash":null,"tool_count":null}\n' \
		"$(key "$1" "$2" "${5-}")" "$state" "$step" "$code" "$hash"
}

# steps REGION SECONDS [STEP CODE]: the eight lines before it.
steps() {
	local n=0 status=pass
	for step in dns tls initialize oauth-discovery auth-initialize tools-list tools-call tool-hash; do
		n=$((n + 1))
		[ "$status" = fail ] && status=skip
		[ "$step" = "${3-}" ] && status=fail
		printf '{"v":1,"type":"step",%s,"n":%d,"step":"%s","status":"%s","ms":%s,"error":%s,"message":null,"detail":{}}\n' \
			"$(key "$1" "$2")" $n "$step" $status \
			"$([ $status = skip ] && echo null || echo 1.5)" \
			"$([ $status = fail ] && echo "\"$4\"" || echo null)"
	done
}

runner() {
	printf '{"v":1,"type":"runner","region":"%s","at":%d,"status":"%s","version":null,"message":null}\n' \
		"$1" "$T" "$2"
}

red() {
	probe us-east-1 5
	probe eu-west-2 20 tools-list http.503
	probe sa-east-1 40 tools-list http.503
}

# judge WANT ARGUMENT…: what the verdict on standard input is. Sets status.
judge() {
	local want=$1
	shift
	run --separate-stderr mcp-aggregate verdict - "$@"
	got=$(jq -r '[.verdict, .tier, .step, "\(.failed_regions)", "\(.reporters)/\(.expected)", "[\(.failing | join(" "))]", "[\(.no_data | join(" "))]"] | join(" ")' <<<"$output")
	[ "$got" = "$want" ] || { echo "$got: $stderr"; return 1; }
}

@test "two regions agree: red, and the status says so" {
	judge "red step-alert tools-list 2 3/3 [eu-west-2 sa-east-1] []" < <(red)
	[ "$status" -eq 1 ]
	[ -z "$stderr" ]
	[ "$(jq -c '[.v, .type, .slug, .window, .as_of, .url, .divergence]' <<<"$output")" = \
		'[1,"verdict","example-mcp",1777494660,"2026-04-29T20:31:00Z","https://mcp.example.com/mcp",""]' ]
	[ "$(command jq -c '.regions[0]' <<<"$output")" = \
		'{"region":"eu-west-2","state":"broken","failed_step":"tools-list","error":"http.503","ms":200,"started_at":1777494680,"fail_streak":1,"tool_hash":null}' ]
	[ "$(command jq -c 'keys_unsorted[:8]' <<<"$output")" = \
		'["v","type","window","verdict","step","failed_regions","reporters","divergence"]' ]
}

@test "green and amber are no bad news" {
	judge "green ok  0 2/2 [] []" < <(probe eu 1; probe us 2)
	[ "$status" -eq 0 ]
	judge "amber regional dns 1 2/2 [eu] []" < <(probe eu 1 dns dns.nxdomain; probe us 2)
	[ "$status" -eq 0 ]
}

@test "the lines of a probe come in any order, and more than once" {
	for r in eu us ap; do steps $r 10 tools-list http.503; probe $r 10 tools-list http.503; done >lines
	cat lines lines | shuf --random-source=lines >shuffled
	judge "red hard-outage tools-list 3 3/3 [ap eu us] []" <shuffled
	mcp-aggregate verdict - <lines >a || true
	mcp-aggregate verdict - <shuffled >b || true
	cmp a b
}

@test "a probe that was cut off says nothing, a failed step is enough" {
	judge "unknown no-data  0 0/1 [] [eu]" < <(steps eu 10 | head -n 7)
	[ "$status" -eq 0 ]
	judge "green ok  0 1/1 [] []" < <(steps eu 10)
	judge "amber regional tls 1 1/1 [eu] []" < <(steps eu 10 tls tcp.refused | head -n 2)
}

@test "a runner record is missing data, never a failure, D1 to D4" {
	judge "unknown no-data  0 1/5 [] [ap eu sa uk]" < <(
		probe us 5
		for r in ap eu sa uk; do runner $r timeout; done
	)
	[ "$status" -eq 0 ]
	judge "green ok  0 2/3 [] [eu]" < <(probe us 5; probe ap 6; runner eu exit; runner us ok)
}

@test "what a runner garbled does not pass for a pass, D5 and D6" {
	{
		echo 'Warning: Permanently added probe-eu to the list of known hosts.'
		probe eu 5 tls tcp.timeout
		echo '[{"step":"dns","status":"pass"}]'
		probe us 6 tls tcp.timeout
	} >lines
	judge "red step-alert tls 2 2/2 [eu us] []" <lines
	[ "$status" -eq 2 ]
}

@test "--region: others are expected, and others are not looked at" {
	judge "amber regional tools-list 1 2/4 [eu-west-2] [ap-southeast-1 us-west-2]" \
		-r us-east-1,us-west-2,eu-west-2,ap-southeast-1 < <(red)
	judge "unknown no-data tools-list 1 1/2 [sa-east-1] [ap]" --region sa-east-1,ap < <(red)
}

@test "--now: as of then; the future waits" {
	judge "amber regional tools-list 1 2/3 [eu-west-2] [sa-east-1]" -N "$((T + 30))" < <(red)
	judge "unknown no-data  0 0/3 [] [eu-west-2 sa-east-1 us-east-1]" --now "$((T - 100)).5" < <(red)
	[ "$(jq .window <<<"$output")" = 1777494540 ]
	judge "unknown no-data  0 0/3 [] [eu-west-2 sa-east-1 us-east-1]" \
		-N "$((T + 600))" < <(red)
}

@test "--interval, --lookback and --tolerance" {
	local records
	records=$(probe ap 250; probe eu 0 tls tcp.refused; probe us 251 tls tcp.refused)
	judge "amber regional tls 1 2/3 [us] [eu]" <<<"$records"
	judge "red step-alert tls 2 3/3 [eu us] []" --interval 5m <<<"$records"
	judge "amber regional tls 1 3/3 [eu us] []" --lookback 300s <<<"$records"
	judge "red step-alert tls 2 3/3 [eu us] []" --lookback 5m --tolerance 251s <<<"$records"
	judge "amber regional tls 1 3/3 [eu us] []" --interval 300s --tolerance 250.9s <<<"$records"
}

@test "several servers: a line each, and status 0" {
	{
		red
		probe eu 1 '' '' b
		probe eu 1 '' '' a
	} >lines
	run --separate-stderr mcp-aggregate verdict - <lines
	[ "$status" -eq 0 ]
	[ "$(jq -r '"\(.slug) \(.verdict)"' <<<"$output" | paste -sd,)" = "a green,b green,example-mcp red" ]
	judge "red step-alert tools-list 2 3/3 [eu-west-2 sa-east-1] []" -s example-mcp <lines
	[ "$status" -eq 1 ]
	judge "green ok  0 1/1 [] []" --slug a <lines
	[ "$status" -eq 0 ]
}

@test "nothing judged is no success" {
	run mcp-aggregate verdict - </dev/null
	[ "$status" -eq 2 ]
	[ "$output" = "mcp-aggregate: no records on standard input" ]
	run mcp-aggregate verdict - < <(printf '\n\n \n')
	[ "$status" -eq 2 ]
	run mcp-aggregate verdict - < <(runner eu ok)
	[ "$status" -eq 2 ]
	[ "$output" = "mcp-aggregate: no probe records on standard input" ]
	run mcp-aggregate verdict - -s other < <(red)
	[ "$status" -eq 2 ]
	[ "$output" = "mcp-aggregate: no records of other on standard input" ]
	run mcp-aggregate replay - < <(steps eu 5 | head -n 3)
	[ "$status" -eq 2 ]
	[ "$output" = "mcp-aggregate: no complete probe in the records" ]
	# But a runner that says that it should have been probed is a record.
	judge "unknown no-data  0 0/1 [] [eu]" -s other < <(runner eu timeout)
}

@test "drift by name, from whichever region named the tools" {
	local a b c
	a=$(printf a%.0s {1..64}) b=$(printf b%.0s {1..64}) c=$(printf c%.0s {1..64})
	{
		probe eu 0 | jq -c ".full_hash = \"$a\" | .tools = {kept: [\"$a\",\"$a\"], gone: [\"$a\",\"$a\"], same: [\"$a\",\"$a\"]}"
		probe us 1 | jq -c ".full_hash = \"$a\""
		probe eu 60 | jq -c ".tool_hash = \"$b\" | .full_hash = \"$b\""
		probe us 61 | jq -c ".tool_hash = \"$b\" | .full_hash = \"$b\" | .tools = {kept: [\"$b\",\"$b\"], new: [\"$c\",\"$c\"], same: [\"$a\",\"$c\"]}"
	} >lines
	run mcp-aggregate verdict - <lines
	[ "$(jq -c '[.drift[] | [.region, .added, .removed, .changed, .redescribed]]' <<<"$output")" = \
		'[["eu",["new"],["gone"],["kept"],["same"]],["us",["new"],["gone"],["kept"],["same"]]]' ]
	[ "$(jq -r '.divergence' <<<"$output")" = "" ]
	# It stands in one verdict only.
	{ cat lines; probe us 121 | jq -c ".tool_hash = \"$b\" | .full_hash = \"$b\""; } >later
	run mcp-aggregate replay later
	[ "$(jq -c '[.drift[].region]' <<<"$output" | paste -sd' ')" = '[] ["eu","us"] []' ]
	# Until both regions see the new tools, they differ.
	run mcp-aggregate verdict - < <(head -n 3 lines)
	[ "$(jq -r '.divergence' <<<"$output")" = "cdn-cache-divergence" ]
}

@test "replay: a verdict for each minute and server" {
	{
		for m in 0 1 2 3 4; do
			local step='' code=''
			[ $m = 1 ] || [ $m = 2 ] && step=tls code=tcp.refused
			# At the full minute: of this one, not of the one before.
			probe eu $((60 * m)) $step $code
			probe us $((60 * m + 1)) $step $code
		done
		probe eu 130 '' '' a
	} | shuf --random-source=/bin/sh >lines
	run --separate-stderr mcp-aggregate replay lines
	[ "$status" -eq 0 ]
	[ "$(jq -r '"\(.as_of[14:16]) \(.slug) \(.verdict)"' <<<"$output" | paste -sd,)" = \
		"31 a unknown,31 example-mcp green,32 a unknown,32 example-mcp red,33 a green,33 example-mcp red,34 a green,34 example-mcp green,35 a green,35 example-mcp green" ]
	# With one server the last verdict is the news.
	run mcp-aggregate replay - -s example-mcp <lines
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 5 ]
	run mcp-aggregate replay - < <(red)
	[ "$status" -eq 1 ]
	run mcp-aggregate replay - -r us-east-1 < <(red)
	[ "$status" -eq 0 ]
}

@test "replay: an instant that cannot be meant makes no replay of centuries" {
	run mcp-aggregate replay - < <(red; T=1000; probe eu-west-2 1)
	[ "$status" -eq 2 ]
	[[ $output == *"records from 1970-01-01T00:16:00Z to 2026-04-29T20:31:00Z: more than 400 days" ]]
}

@test "a person reads a line, and in colour on a terminal" {
	run mcp-aggregate verdict - -f text < <(red)
	[ "$output" = "red  example-mcp  step-alert at tools-list: 2 of 3 regions agree (eu-west-2, sa-east-1)" ]
	run mcp-aggregate verdict - --format text -r us-east-1,eu < <(red)
	[ "$output" = "unknown  example-mcp  no-data: 1 of 2 regions reports; no data from eu" ]
	run mcp-aggregate replay - --format=text < <(red)
	[ "$output" = "2026-04-29T20:31:00Z  red  example-mcp  step-alert at tools-list: 2 of 3 regions agree (eu-west-2, sa-east-1)" ]
	red >lines
	run script -qec "mcp-aggregate verdict - <lines" /dev/null
	[[ $output == $'\e[1;31mred\e[0m  example-mcp  '* ]]
	NO_COLOR=1 run script -qec "mcp-aggregate verdict - <lines" /dev/null
	[[ $output == 'red  example-mcp  '* ]]
	run script -qec "mcp-aggregate verdict - -f jsonl <lines" /dev/null
	[[ $output == '{"v":1,'* ]]
}

@test "it works behind mcp-probe" {
	run -1 --separate-stderr bash -c 'mcp-probe --format jsonl --region eu-west-2 http://127.0.0.1:1/mcp | mcp-aggregate verdict -'
	[ "$(jq -r '"\(.verdict) \(.step) \(.regions[0].error)"' <<<"$output")" = "amber tls tcp.refused" ]
	[[ $stderr == "mcp-aggregate: 127.0.0.1 is broken at tls, tcp.refused: 127.0.0.1 port 1 refuses "*" (seen from only one region, eu-west-2)" ]]
}

@test "one region in all: what it finds broken is broken" {
	dead() { steps "$1" "$2" tls tcp.refused; probe "$1" "$2" tls tcp.refused; }
	run -1 --separate-stderr mcp-aggregate verdict - -f text < <(dead eu 10)
	[[ $output == "broken  example-mcp  at tls, tcp.refused"*" (seen from only one region, eu)" ]]
	[ -z "$stderr" ]
	judge "amber regional tls 1 1/1 [eu] []" -r eu < <(dead eu 10)
	[ "$status" -eq 1 ]
	# Its newest probe counts.
	run -0 mcp-aggregate verdict - -f text < <(dead eu 10; probe eu 40)
	[[ $output == "green  example-mcp "* ]]
	# Of several, or with others that should have reported, one is a warning.
	run -0 mcp-aggregate verdict - -f text < <(dead eu 10; probe us 12)
	[[ $output == "amber  example-mcp  regional at tls: 1 of 2 regions fails (eu)" ]]
	run -0 mcp-aggregate verdict - -r eu -f text < <(dead eu 10; probe us 12)
	[[ $output == "amber  example-mcp  regional at tls: 1 of 1 region fails (eu)" ]]
	run -0 mcp-aggregate verdict - < <(dead eu 10; runner us timeout)
	# replay tells what the rule makes of it.
	run -0 mcp-aggregate replay - -f text < <(dead eu 10)
	[[ $output == *"  amber  example-mcp  regional at tls: 1 of 1 region fails (eu)" ]]
}

@test "targets --at: each server once in its interval, everywhere in the same minutes" {
	{
		echo 'regions: [{name: a-1, canary: ["https://example.com/"]}, {name: b-1}]'
		echo 'servers:'
		for every in 30s 60s 90s 5m 1h; do
			for i in 1 2 3; do
				echo "  - {slug: s$i-$every, url: 'https://$every.example.com/$i',"
				echo "     interval: $every}"
			done
		done
	} >"$BATS_TEST_TMPDIR/fleet.yaml"
	due() {
		"$BIN/mcp-aggregate" targets -c "$BATS_TEST_TMPDIR/fleet.yaml" -r "$1" \
			--at "$2" 2>/dev/null |
			sed -E 's/.*"(slug|canary)":"([^"]*)".*/\2/'
	}
	cd "$BATS_TEST_TMPDIR"
	for ((t = 1779999600; t < 1780003200; t += 60)); do
		due a-1 $t >>a
		due b-1 $((t + 29)) >>b
	done
	diff <(grep -v '^https' a) b
	[ "$(grep -c '^https' a)" -eq 60 ]
	want='60 30s 60 30s 60 30s 60 60s 60 60s 60 60s 30 90s 30 90s 30 90s '
	want+='12 5m 12 5m 12 5m 1 1h 1 1h 1 1h '
	[ "$(sort b | uniq -c | sed -E 's/^ *([0-9]+) s.-/\1 /' |
		sort -k1,1nr -k2,2 | tr '\n' ' ')" = "$want" ]
	# Of an hour they take different minutes.
	[ "$(for ((t = 1779999600; t < 1780003200; t += 60)); do
		due b-1 $t | grep -c 1h; done | sort -n | tail -n 1)" -eq 1 ]
	[ "$(due b-1 1779999630 | tr '\n' ' ')" = 's1-30s s2-30s s3-30s ' ]
	sed -i '/30s/,+1d' fleet.yaml
	[ -z "$(due a-1 1779999630)" ]
}
