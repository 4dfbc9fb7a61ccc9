#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: mcp-probe tells of a server that works what is true, in each form of
# output, for one server and for many, and its exit status says the same.

load ../../helpers/scripted

@test "a good server is healthy, however it speaks" {
	table good <<-'EOF'
		# path             state   step code protocol era tools
		json               healthy - - 2025-11-25 session 3
		json-pieces        healthy - - 2025-11-25 session 3
		no-type-json       healthy - - 2025-11-25 session 3
		sse                healthy - - 2025-11-25 session 3
		sse-priming        healthy - - 2025-11-25 session 3
		sse-comments       healthy - - 2025-11-25 session 3
		sse-crlf           healthy - - 2025-11-25 session 3
		sse-cr             healthy - - 2025-11-25 session 3
		sse-bom            healthy - - 2025-11-25 session 3
		sse-lines          healthy - - 2025-11-25 session 3
		sse-notes          healthy - - 2025-11-25 session 3
		sse-twice          healthy - - 2025-11-25 session 3
		json-bom           healthy - - 2025-11-25 session 3
		json-trailers      healthy - - 2025-11-25 session 3
		sse-open           healthy - - 2025-11-25 session 3
		sse-pieces         healthy - - 2025-11-25 session 3
		sessionless        healthy - - 2025-11-25 session 3
		old-2024-11-05     healthy - - 2024-11-05 session 3
		old-2025-03-26     healthy - - 2025-03-26 session 3
		batch              healthy - - 2025-03-26 session 3
		old-2025-06-18     healthy - - 2025-06-18 session 3
		pages              healthy - - 2025-11-25 session 3
		delete-404         healthy - - 2025-11-25 session 3
		delete-405         healthy - - 2025-11-25 session 3
		stateless          healthy - - 2026-07-28 stateless 3
		stateless-sse      healthy - - 2026-07-28 stateless 3
		discover-both      healthy - - 2026-07-28 stateless 3
		dual               healthy - - 2026-07-28 stateless 3
	EOF
	closed good
	# The same tools, cut into whatever pieces and pages, have one hash.
	jq -es 'map(select(.type == "probe")) | length == 28 and
		(map([.tool_hash, .full_hash, .tools]) | unique | length == 1)' rows/*.out
}

@test "the hash is that of the canonical form" {
	probe "$HOST/list-headers"
	schema='{"properties":{"count":{"type":"integer","x-mcp-header":"Count"},"edge":{"type":"string","x-mcp-header":"Edge"},"flag":{"type":"boolean","x-mcp-header":"Flag"},"free":{"type":"string"},"inner":{"properties":{"deep":{"type":"string","x-mcp-header":"Deep"}},"type":"object"},"none":{"type":"string","x-mcp-header":"None"},"odd":{"type":"string","x-mcp-header":"Odd"},"plain":{"type":"string","x-mcp-header":"Plain"}},"type":"object"}'
	contract='{"inputSchema":'$schema',"name":"länder"}'
	full='{"description":"Ein Wort für länder 🛠, 中文",'${contract#\{}
	sum() { printf '%s' "$1" | sha256sum | cut -d' ' -f1; }
	jq -es --arg c "$(sum "[$contract]")" --arg f "$(sum "[$full]")" \
		--arg c1 "$(sum "$contract")" --arg f1 "$(sum "$full")" \
		'.[8] | .tool_hash == $c and .full_hash == $f and
			.tools == {"länder": [$c1, $f1]}' out
	probe "$HOST/list-same"
	one='{"inputSchema":{"properties":{"text":{"type":"string"}},"type":"object"},"name":'
	jq -es --arg c "$(sum "[$one\"add\"},$one\"echo\"}]")" '.[8].tool_hash == $c' out
}

@test "the summary names the server, the region and the tools" {
	probe -s my-server -r eu-west-2 "$HOST/stateless?key=secret#part"
	[ "$status" -eq 0 ]
	[ ! -s err ]
	records out
	jq -es --arg url "$HOST/stateless" --argjson now "$EPOCHREALTIME" '
		all(.[]; .slug == "my-server" and .region == "eu-west-2") and
		(.[0].probe_started_at | $now - 60 < . and . <= $now) and
		.[2].detail.server == {"name": "scripted", "version": "1.2.3"} and
		.[2].detail.session == false and .[2].detail.http_status == 200 and
		.[5].detail.pages == 1 and .[5].detail.tools == 3 and
		(.[8] | .url == $url and (.tools | keys == ["add", "echo", "fail"]) and
			(.tool_hash | test("^[0-9a-f]{64}$")))' out
	[ -z "$(grep secret out)" ]
}

@test "the slug is the host's, the region MCP_REGION's, unless given" {
	probe "${HOST/127.0.0.1/LocalHost}/json"
	jq -es '.[0].status == "pass" and .[0].step == "dns" and
		all(.[]; .slug == "localhost" and .region == "local")' out
	MCP_REGION=sa-east-1 probe "$HOST/json"
	jq -es 'all(.[]; .slug == "127.0.0.1" and .region == "sa-east-1")' out
	MCP_REGION=sa-east-1 probe -r ap-1 "$HOST/json"
	jq -es 'all(.[]; .region == "ap-1")' out
	# Whoever asks for another region is told what this one is.
	jq -cn --arg url "$HOST/json" '{slug: "a", $url}' >targets
	MCP_REGION=sa-east-1 probe --targets targets -r ap-1
	jq -es '.[0].own_region == "sa-east-1" and all(.[]; .region == "ap-1") and
		all(.[1:][]; has("own_region") | not)' out
	MCP_REGION= probe --targets targets -r ap-1
	jq -es 'all(has("own_region") | not)' out
}

@test "a server without tools is healthy, and its steps 6 to 8 are skipped" {
	table t <<-'EOF'
		no-tools      healthy - - 2025-11-25 session -
		no-tools-new  healthy - - 2026-07-28 stateless -
	EOF
	jq -es 'all(.[] | select(.n >= 6); .status == "skip" and
		.message == "the server offers no tools")' rows/*.out
}

@test "each step is written when it ends" {
	mkfifo pipe
	"$BIN/mcp-probe" -f jsonl "$HOST/hang@list" >pipe 3>&- &
	exec 4<pipe
	for n in 1 2 3 4 5; do
		read -r -t 60 -u 4 line
		[ "$(jq .n <<<"$line")" -eq "$n" ]
	done
	kill $!
	exec 4<&-
}

@test "exit status is 0 when healthy or walled, 1 when broken" {
	probe "$HOST/json"
	[ "$status" -eq 0 ]
	probe "$HOST/wall"
	[ "$status" -eq 0 ]
	probe "$HOST/html"
	[ "$status" -eq 1 ]
	[ ! -s err ]
}

# shown ARGS…: what is printed, with the times that no two runs share as 9.
shown() {
	"$BIN/mcp-probe" "$@" | sed -E 's/ +[0-9]+\.[0-9] ms/ 9 ms/g;
		s/=[0-9]+\.[0-9]ms/=9ms/g; s/in [0-9]+ ms/in 9 ms/; s/ +$//'
}

@test "--format text is a table" {
	diff - <(shown -f text "$HOST/json") <<-EOF
		$HOST/json  from local

		  1  dns              skip              the URL contains an IP address
		  2  tls              skip              http, no TLS
		  3  initialize       pass 9 ms  2025-11-25, scripted 1.2.3
		  4  oauth-discovery  skip              open server
		  5  auth-initialize  skip              open server
		  6  tools-list       pass 9 ms  3 tools
		  7  tools-call       skip              no health tool is configured
		  8  tool-hash        pass 9 ms  3dd57732f374

		healthy in 9 ms, protocol 2025-11-25, 3 tools
	EOF
	diff - <(shown -f text "$HOST/colours") <<-EOF
		$HOST/colours  from local

		  1  dns              skip              the URL contains an IP address
		  2  tls              skip              http, no TLS
		  3  initialize       FAIL 9 ms  http.500
		  4  oauth-discovery  skip
		  5  auth-initialize  skip
		  6  tools-list       skip
		  7  tools-call       skip
		  8  tool-hash        skip

		broken at step 3, initialize: the server answers with status 500: ?[31mred??
	EOF
}

@test "text about a server with a wall names the options that take a credential" {
	shown -f text "$HOST/wall" | sed -n '/^auth-walled/,$p' | diff - <(
		echo 'auth-walled in 9 ms'
		echo 'Next: --token-file FILE sends a bearer token, --credential FILE any credential')
	echo token >token
	[[ "$(shown -f text --token-file token "$HOST/wall")" != *Next:* ]]
	[[ "$(shown -f text "$HOST/json")" != *Next:* ]]
}

@test "a terminal gets the table, in colour unless NO_COLOR is set" {
	on_terminal() {
		script -qec "'$BIN/mcp-probe' $HOST/json" /dev/null </dev/null
	}
	[[ "$(on_terminal)" == *$'\e[32mpass\e[0m'* ]]
	[[ "$(NO_COLOR=1 on_terminal)" != *$'\e'* ]]
}

@test "--format tap is a stream that prove reads" {
	diff - <(shown -f tap -s here "$HOST/rpc-error@list") <<-'EOF'
		ok 1 - here dns # SKIP the URL contains an IP address
		ok 2 - here tls # SKIP http, no TLS
		ok 3 - here initialize
		ok 4 - here oauth-discovery # SKIP open server
		ok 5 - here auth-initialize # SKIP open server
		not ok 6 - here tools-list
		# jsonrpc.-32603: the server has an internal error (-32603): kaput
		ok 7 - here tools-call # SKIP not reached
		ok 8 - here tool-hash # SKIP not reached
		1..8
	EOF
	prove -e "$BIN/mcp-probe -f tap" "$HOST/json"
}

@test "what a server puts into the data of its error stands behind the message" {
	local says='kaput; data: {"trace":"db.mjs:7\n\u001b[31m?","depth":2}'
	diff - <(shown -f text "$HOST/rpc-data@list" | grep broken) <<-EOF
		broken at step 6, tools-list: the server has an internal error (-32603): $says
	EOF
	probe -r here "$HOST/rpc-data@list"
	jq -es --arg data "${says#*data: }" --arg says "$says" '.[5] | .detail.error_data == $data and
		(.message | endswith($says))' out
	probe "$HOST/rpc-data-503@list"
	jq -es '.[5] | .error == "http.503" and .detail.error_data == "no session today" and
		(.message | endswith(": kaput; data: no session today"))' out
	# What the data say of sessions makes no other diagnosis of the error.
	probe "$HOST/rpc-data-400@list"
	jq -es '.[5] | .error == "jsonrpc.-32000"' out
}

@test "--format nagios is one line, and 2 is critical" {
	diff - <(shown -f nagios "$HOST/json") <<-'EOF'
		MCP OK: healthy, 3 tools, protocol 2025-11-25 | total=9ms;;;0 initialize=9ms;;;0 tools-list=9ms;;;0 tool-hash=9ms;;;0 tools=3;;;0
	EOF
	diff - <(shown -f nagios "$HOST/html") <<-'EOF'
		MCP CRITICAL: broken at initialize, http.content-type: the response is a web page (text/html), not JSON or an event stream; check the path of the URL. The page reads: It works! | total=9ms;;;0 initialize=9ms;;;0
	EOF
	run "$BIN/mcp-probe" -f nagios "$HOST/json"
	[ "$status" -eq 0 ]
	run "$BIN/mcp-probe" -f nagios "$HOST/html"
	[ "$status" -eq 2 ]
}

@test "what a server says is one line in each format, and no part of its form" {
	probe "$HOST/bars"
	jq -es '.[2].message | contains("a | b=1;2;3 not ok 9 # TODO 1..0 # SKIP??2J")' out
	"$BIN/mcp-probe" -f nagios "$HOST/bars" >nagios || true
	[ "$(wc -l <nagios)" -eq 1 ]
	[ "$(tr -cd '|' <nagios)" = "|" ]
	"$BIN/mcp-probe" -f tap -s here "$HOST/bars" >tap || true
	[ "$(wc -l <tap)" -eq 10 ]
	[ "$(grep -c '^# http.500: ' tap)" -eq 1 ]
	without 'ok 9|^not ok 9|TODO' <(grep -v '^#' tap)
	"$BIN/mcp-probe" -f text "$HOST/bars" >text || true
	[ "$(wc -l <text)" -eq 12 ]
	without $'[\x01-\x09\x0b-\x1f]|\u2028|\u009b' nagios tap text out
}

@test "names of tools can be read and told apart, and hashes are of the real ones" {
	probe "$HOST/list-names"
	[ "$status" -eq 0 ]
	records out
	jq -rs 'last.tools | keys[] | gsub("x{900,}"; "x…") | gsub("(.u\\{202E\\}){100,}"; "!…")' out |
		sed 's/#{[0-9a-f]\{32\}}/#{}/' | LC_ALL=C sort | diff - <(LC_ALL=C sort <<-'EOF'
			\u{202E}txt.daer
			\u{5C}u{202E}txt.daer
			\u{2066}a\u{2069}
			a\u{7}b
			a\u{8}b
			a?b
			a\u{0}b
			\u{1B}[31mred
			c\u{85}d\u{2028}
			länder 🛠
			x…\#{}
			x…\#{}
			!…\#{}
			!…\#{}
		EOF
		)
	jq -es 'last.tools | length == 14 and all(keys[]; length <= 1000)' out
	without $'[\x01-\x09\x0b-\x1f\x7f]|[\u202a-\u202e\u2066-\u2069\u2028\u0085]' out
	# A digest is of the name that the server gives.
	canonical=$(printf '{"inputSchema":{"properties":{"text":{"type":"string"}},"type":"object"},"name":"\u202etxt.daer"}' |
		sha256sum)
	jq -es --arg d "${canonical%% *}" 'last.tools["\\u{202E}txt.daer"][0] == $d' out
	hash=$(node -e 'const names = ["\u202etxt.daer", "\\u{202E}txt.daer", "\u2066a\u2069",
		"a\u0007b", "a\u0008b", "a?b", "a\u0000b", "\x1b[31mred", "c\u0085d\u2028",
		"l\u00e4nder \u{1f6e0}", "x".repeat(1010), "x".repeat(1009) + "y",
		"\u202e".repeat(150), "\u202e".repeat(151)];
		const inputSchema = { properties: { text: { type: "string" } }, type: "object" };
		process.stdout.write(JSON.stringify(names.sort().map((name) => ({ inputSchema, name }))))' |
		sha256sum)
	jq -es --arg hash "${hash%% *}" 'last | .tool_count == 14 and .tool_hash == $hash' out
}

@test "--steps reports only what is asked for, and asks no more than it must" {
	probe -r steps-1 --steps 1-3 "$HOST/json"
	[ "$status" -eq 0 ]
	jq -es 'map(.n) == [1, 2, 3]' out
	[ "$(requests steps-1 | jq -rs 'map(.body | select(. != "") | fromjson.method) | last')" = notifications/initialized ]
	closed steps-1
	probe --steps 6-8 "$HOST/json"
	jq -es 'map(.n) == [6, 7, 8, null]' out
	probe --steps 6-7 "$HOST/html"
	[ "$status" -eq 1 ]
	jq -es '.[0].n == 3 and .[0].status == "fail" and last.state == "broken"' out
}

# targets NAME…: a target record for each, numbered.
targets() {
	local n=0 name
	for name; do
		echo "{\"slug\":\"t$((++n))\",\"url\":\"$HOST/$name\"}"
	done
}

@test "--targets probes many at once, and keeps the lines of each together" {
	moods=(json sse-pieces stateless wall hang@list html cut rpc-error@list pages 20-mb)
	targets "${moods[@]}" "${moods[@]}" "${moods[@]}" "${moods[@]}" >targets
	[ "$(wc -l <targets)" -eq 40 ]
	probe -t 10s -r many --targets targets --concurrency 8
	[ "$status" -eq 0 ]
	[ ! -s err ]
	records out
	jq -es '.[0].type == "runner" and .[0].status == "ok" and .[0].region == "many" and
		length == 361 and (map(select(.type == "runner")) | length == 1) and
		(.[1:] | [range(0; 360; 9) as $i | .[$i:$i + 9] |
			map(.probe_id) | unique | length == 1] | all) and
		(map(select(.state).slug) | sort == ([range(1; 41) | "t\(.)"] | sort)) and
		(map(select(.state).state) | group_by(.) | map(length) == [4, 20, 16])' out
	closed many
	# The same from standard input.
	head -n 4 targets | "$BIN/mcp-probe" --targets - | jq -es 'length == 37'
}

@test "--concurrency is how many are probed at once, and no fewer" {
	targets hang{,,,,,,,,} >targets
	probe -t 1s --targets targets --concurrency 3
	[ "$(jq -s 'map(select(.state) | .probe_started_at) as $from |
		map(select(.state) | .probe_started_at + .total_ms / 1000) as $to |
		[$from[] | (. + 0.001) as $at |
			[range(9) | select($from[.] < $at and $at < $to[.])] | length] |
		max' out)" -eq 3 ]
}

@test "--spread begins the probes evenly" {
	targets json stateless wall html >targets
	probe --targets targets --spread 4s
	jq -es 'map(select(.state).probe_started_at) | sort |
		.[3] - .[0] > 2 and ([.[1] - .[0], .[2] - .[1], .[3] - .[2]] |
			all(.[]; . > 0.03))' out
}

@test "--spread gives a server the same moment in every region and list" {
	moments() {
		probe -r "$1" --targets - --spread 4s
		jq -es '.[0].at as $at | map(select(.state)) |
			map({(.slug): (.probe_started_at - $at)}) | add' out
	}
	moments one < <(targets json json json json) >first
	moments two < <(targets json json json json | tac) >second
	jq -es '(.[0] | length) == 4 and (. as [$a, $b] |
		all(($a | keys)[]; ($a[.] - $b[.]) | fabs < 0.4))' first second
}

@test "--per-host is how many of one host are probed at once, and other hosts do not wait" {
	{
		targets hang{,,,,}
		for n in 1 2; do
			echo "{\"slug\":\"o$n\",\"url\":\"${HOST/127.0.0.1/localhost}/json\"}"
		done
	} >targets
	probe -t 1s --targets targets --concurrency 8 --per-host 2
	[ "$(jq -s 'map(select(.state and .error)) |
		map([.probe_started_at, .probe_started_at + .total_ms / 1000]) |
		[.[] as [$at, $_] | map(select(.[0] < $at + 0.001 and
			$at + 0.001 < .[1])) | length] | max' out)" -eq 2 ]
	jq -es 'map(select(.state)) | length == 7 and
		(map(select(.slug | startswith("o")) | .state) ==
			["healthy", "healthy"]) and
		(map(select(.slug == "o2" or .slug == "t5").probe_started_at) |
			.[0] < .[1])' out
}

@test "a terminal that shows no records shows how many servers were probed" {
	targets json hang >targets
	run script -qec "'$BIN/mcp-probe' -t 1s --targets targets >out" /dev/null
	[[ $output == *" of 2 probed, "* ]]
	[ "$(jq -s 'map(select(.state)) | length' out)" -eq 2 ]
	run script -qec "'$BIN/mcp-probe' -t 1s --targets targets -f tap" /dev/null
	[[ $output != *probed* ]]
}

@test "of many targets those that hang and drip hold up no other, and each is reported once" {
	# shellcheck disable=SC2046
	targets $(for n in {1..50}; do echo hang@list drip@list json{,,,,,}; done) |
		sed '/hang\|drip/s/}$/,"timeout":3}/' >targets
	# The healthy have as long as a slow machine needs.
	probe -t 120s --targets targets --concurrency 1000
	jq -es 'map(select(.state)) | length == 400 and
		(map(.slug) | unique | length) == 400 and
		(map(select(.state == "healthy")) | length) == 300 and
		(map(select(.error == "deadline" and .total_ms > 2900)) | length) == 100' out
}

@test "killed at any moment, what was printed is whole lines" {
	local n
	# shellcheck disable=SC2046
	targets $(for n in {1..40}; do echo json stateless html hang@list; done) >targets
	for n in 1 30 150 400 700; do
		killed_at "$n" "$BIN/mcp-probe" -t 1s --targets targets --concurrency 20
		# Of each probe all lines or none.
		[ $((($(wc -l <killed) - 1) % 9)) -eq 0 ]
	done
}

@test "--resume: pieces of one probe have one id, and each step once" {
	probe -s pieces -r mine --steps 1-5 "$HOST/json"
	cp out first
	probe --steps 6-8 --resume first "$HOST/json"
	[ "$status" -eq 0 ]
	jq -es 'map(select(.type != "runner")) | length == 9 and
		(map([.slug, .region, .probe_id, .probe_started_at]) | unique |
			length == 1 and .[0][:2] == ["pieces", "mine"]) and
		map(.n) == [1, 2, 3, 4, 5, 6, 7, 8, null] and
		.[8].state == "healthy"' first out
	"$BIN/mcp-aggregate" verdict -f jsonl - < <(cat first out) |
		jq -es '.[0].slug == "pieces" and .[0].regions[0].state == "healthy"'
	# A probe that has ended, and what is none.
	cp out second
	probe --steps 6-8 --resume second "$HOST/json"
	[ "$status" -eq 2 ]
	[ "$(cat err)" = 'mcp-probe: second: the probe has ended' ]
	echo x >none
	probe --steps 6-8 --resume none "$HOST/json"
	[ "$status" -eq 2 ]
	[ "$(cat err)" = 'mcp-probe: none: contains no step record' ]
}

# piece N: the piece of the probe of each line of the file whole, after the piece before.
piece() {
	local -a steps=('' '[1,3]' '[4,7]' '[8,8]')
	jq -c --slurpfile before <(cat piece.$(($1 - 1)) 2>/dev/null) --argjson steps "${steps[$1]}" '
		.slug as $slug | [$before[] | select(.type == "resume" and .slug == $slug)][0] as $r |
		select($r or $steps[0] == 1) | .steps = $steps | .resume = $r' whole |
		"$BIN/mcp-probe" -r pieces -f jsonl --targets - >"piece.$1"
}

@test "pieces of a probe that go on in one session come to what the whole one does" {
	# How often they ask for a handshake, ping, and close a session.
	cat >rows <<-'EOF'
		json 2 2 1
		sse 2 2 1
		sessionless 2 2 0
		old-2025-03-26 2 2 1
		pages 2 2 1
		stateless 3 0 0
		http-sse 9 0 0
		no-tools 2 1 1
		wall 4 0 0
		wall-many 10 0 2
		500 2 0 0
		500@list 2 1 1
		404@ping 6 2 1
		401@ping 6 2 1
		cut@ping 6 2 1
	EOF
	while read -r mood _; do
		jq -nc --arg m "$mood" --arg h "$HOST" '{slug: ($m | sub("@"; "_")), url: "\($h)/\($m)",
			health_tool: {name: "echo", arguments: {text: "x"}}} |
			if $m == "wall-many" then .auth = {mode: "bearer", credential: "login"} else . end'
	done <rows >whole
	# No session of a login is handed on.
	mkdir creds
	printf 'origin = %s\ntoken = s3cret-canary\n' "$HOST" >creds/login
	export MCP_CREDENTIALS=$PWD/creds
	"$BIN/mcp-probe" -r whole -f jsonl --targets - <whole >once
	for n in 1 2 3; do
		piece "$n"
	done
	cat piece.1 piece.2 piece.3 >pieces
	for file in once pieces; do
		jq -s 'map(select(.slug)) | group_by(.slug) | map({(.[0].slug): {
			ids: (map(.probe_id, .probe_started_at) | unique | length),
			steps: (map(select(.n)) | map({(.n | tostring): [.status, .error]}) | add),
			end: (map(select(.type == "probe")) | map([.state, .failed_step, .error,
				.tool_hash, .full_hash, .protocol, .era]))}}) | add' $file >"$file.came"
	done
	diff once.came pieces.came
	[ "$(jq -r 'select(.type == "resume" and .session).slug' pieces | sort -u | grep -c wall)" -eq 0 ]
	while read -r mood counts; do
		requests pieces | jq -r --arg m "/$mood" 'select(.path == $m) |
			if .method == "POST" then .body | fromjson.method else .method end' >asked
		[ "$(awk '/^initialize$|discover$/ { begun++ } /^ping/ { pings++ } /^DELETE/ { ends++ }
			END { print begun + 0, pings + 0, ends + 0 }' asked)" = "$counts" ] || { echo "$mood"; cat asked; }
	done <rows >wrong
	[ ! -s wrong ] || { cat wrong; return 1; }
	# No id is used twice in a session, and the tool is called once.
	requests pieces | jq -es 'map(select(.path == "/json" and .method == "POST").body | fromjson) |
		map(.id | numbers) == [0, 1, 2, 3, 4, 5] and (map(select(.method == "tools/call")) | length == 1)'
	# The time of the first pieces counts.
	jq -es 'map(select(.slug == "json")) | (map(select(.n).ms) | add) as $all |
		map(select(.type == "probe"))[0].total_ms > $all - 1' piece.1 piece.2 piece.3
}

@test "a list of tools that came before has the same records, whatever brings it" {
	local mood
	for mood in json sse http-sse stateless pages; do
		targets "$mood" "$mood" "$mood" >targets
		probe --targets targets --concurrency 1
		jq -es 'map(select(.state)) | length == 3 and (map({state, tool_hash,
			full_hash, tool_count, tools}) | unique | length == 1 and
			.[0].state == "healthy" and .[0].tools)' out
		jq -es 'map(select(.n == 6 or .n == 8) | {n, status, message,
			detail: (.detail | del(.first_byte_ms, .total_ms))}) |
			unique | length == 2' out
	done
}

@test "a target's own settings are used" {
	cat >targets <<-EOF
		{"slug":"a","url":"$HOST/json","region":"own-1","known_hash":"3dd57732f374$(printf '%052d' 0)"}
		{"slug":"b","url":"$HOST/hang","timeout":0.2}
		{"v":1,"type":"target","slug":"c","url":"$HOST/json","interval":60,"more":{"x":1}}
		{"slug":"d","url":"$HOST/json","health_tool":{"name":"echo","arguments":{"text":"hi"}},"auth":null}
		{"slug":"e","url":"$HOST/json","pinned_hash":"$(printf '%064d' 0)"}
		{"slug":"f","url":"$HOST/wall-bare","auth":{"mode":"none","bare_401":true}}
	EOF
	probe -r mine --targets targets
	[ "$status" -eq 0 ]
	hash=$(jq -r 'select(.state and .slug == "a").tool_hash' out)
	jq -es 'map(select(.state)) | map({key: .slug, value: .}) | from_entries |
		.a.region == "own-1" and .b.error == "deadline" and .b.total_ms < 20000 and
		.c.state == "healthy" and .c.region == "mine" and
		.e.failed_step == "tool-hash" and .e.error == "hash.pinned" and
		.e.tool_hash == .a.tool_hash and .f.state == "auth-walled"' out
	jq -es 'any(.[]; .slug == "d" and .n == 7 and .status == "pass")' out
	# The digest of each tool is told only where the hash is news.
	for known in "\"$hash\"" null '""'; do
		echo "{\"slug\":\"a\",\"url\":\"$HOST/json\",\"known_hash\":$known,\"pinned_hash\":\"$hash\"}"
	done | "$BIN/mcp-probe" --targets - |
		jq -es 'map(select(.state)) | sort_by(has("tools")) |
			map(has("tools")) == [false, true, true] and all(.[]; .state == "healthy")'
}
