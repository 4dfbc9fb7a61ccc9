#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: the list of a registry becomes targets that mcp-probe takes, all of it
# or nothing, and what is left out is told.

bats_require_minimum_version 1.5.0
load ../../helpers/lib

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	start scripted
	mkdir registry
	mkfifo port
	node "$ROOT/tests/fixture/registry.mjs" registry >port 2>log 3>&- &
	echo $! >pid
	read -r -t 60 PORT <port
	export REGISTRY=http://127.0.0.1:$PORT
}

teardown_file() {
	kill "$(<"$BATS_FILE_TMPDIR/pid")"
	stop_all
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return 1
	mkdir -p tmp
	: >registry/requests
}

# registry ARGS…: asks without a pause; leaves no files behind.
registry() {
	run --separate-stderr env TMPDIR="$PWD/tmp" \
		"$ROOT/scripts/mcp-registry" -d 0 "$@"
	[ -z "$(ls -A tmp)" ]
}

# lists N: the registry lists so many servers.
lists() {
	jq -n --argjson n "$1" '[range($n) | {server: {name: "com.example/s\(.)",
		version: "1.0.0", remotes: [{type: "streamable-http",
		url: "https://s\(.).example/mcp"}]}, _meta: {}}]' >registry/servers.json
}

@test "all pages are read, one after the other, and the reader says who it is" {
	keep_order
	lists 250
	for path in v0 old; do
		: >registry/requests
		registry "$REGISTRY/$path/servers"
		[ "$status" -eq 0 ]
		[ "$stderr" = "mcp-registry: 250 targets of 250 servers" ]
		jq -es 'length == 250 and .[249] == {slug: "com.example-s249",
			url: "https://s249.example/mcp"}' <<<"$output"
		jq -es 'map(.cursor) == ["", "a/b+c&d=100", "a/b+c&d=200"] and
			all(.[]; .limit == "100" and (.agent | test("^mcp-registry/[0-9.]+$")))' \
			registry/requests
	done
	# The same from the pages as files, or as one input.
	from_files=$(jq -c '{slug, url, deny_private: true}' <<<"$output")
	from_url=$output
	for cursor in '' 'a%2Fb%2Bc%26d%3D100' 'a%2Fb%2Bc%26d%3D200'; do
		curl -s "$REGISTRY/v0/servers?limit=100&cursor=$cursor" >"page${cursor: -3}"
	done
	registry page page100 page200
	[ "$output" = "$from_files" ]
	registry - < <(cat page page100 page200)
	[ "$output" = "$from_files" ]
	registry - <registry/servers.json
	[ "$output" = "$from_files" ]
	# What the operator asks for goes with each request.
	: >registry/requests
	registry "$REGISTRY/v0/servers?limit=125&version=latest#top"
	[ "$output" = "$from_url" ]
	jq -es 'map(.url) == ["/v0/servers?limit=125&version=latest",
		"/v0/servers?limit=125&version=latest&cursor=a%2Fb%2Bc%26d%3D125"]' \
		registry/requests
}

@test "a list that does not end is cut where it is told, and says so" {
	lists 250
	registry -p 2 "$REGISTRY/v0/servers"
	[ "$status" -eq 1 ]
	[ "$(wc -l <<<"$output")" -eq 200 ]
	[[ $stderr == *"the list has more than 2 pages; see -p" ]]
	[ "$(wc -l <registry/requests)" -eq 2 ]
	registry "$REGISTRY/loop/servers"
	[ "$status" -eq 3 ]
	[ -z "$output" ]
	[[ $stderr == *": the next page is one that was read before" ]]
}

# bats test_tags=later
@test "half a list is none" {
	lists 250
	for row in "bad answered with status 404" "html the answer is not JSON"; do
		registry "$REGISTRY/${row%% *}/servers"
		[ "$status" -eq 3 ]
		[ -z "$output" ]
		[[ $stderr == "mcp-registry: $REGISTRY/"*": ${row#* }" ]]
	done
	# It is read no further than a page may go: a file of more would end curl.
	run --separate-stderr env TMPDIR="$PWD/tmp" bash -c \
		'ulimit -f 20000 && exec "$0" "$1"' "$ROOT/scripts/mcp-registry" "$REGISTRY/bomb/servers"
	[ "$status" -eq 3 ]
	[ -z "$output" ]
	[ "$stderr" = "mcp-registry: $REGISTRY/bomb/servers?limit=100: answered with more than 16777216 bytes" ]
	[ -z "$(ls -A tmp)" ]
	registry "http://127.0.0.1:1/v0/servers"
	[ "$status" -eq 3 ]
	[[ $stderr == "mcp-registry: http://127.0.0.1:1/v0/servers?limit=100: curl: (7) "* ]]
}

@test "what can be probed is a target, what is left out is counted" {
	cat >list <<-'EOF'
	{"servers": [
	{"server": {"name": "io.github.A/Föö Bar", "remotes": [
		{"type": "streamable-http", "url": "https://a.example/mcp"},
		{"type": "sse", "url": "https://a.example/sse?x=1"},
		{"type": "streamable-http", "url": "https://{tenant}.example/mcp"},
		{"type": "streamable-http", "url": "{base}/mcp"},
		{"type": "stdio"}, 7, {"type": ["sse"], "url": "https://t.example/"}]},
	 "_meta": {"registry/official": {"status": "active", "isLatest": true}}},
	{"server": {"name": "io.github.a-f-bar", "remotes": [
		{"type": "streamable-http", "url": "https://b.example/mcp",
		 "headers": [{"name": "X-Key", "isSecret": true}, {"name": "X-Free"}, {"name": "X-Org", "isRequired": true}]},
		{"type": "streamable-http", "url": "https://a.example/mcp"},
		{"type": "sse", "url": "file:///etc/passwd"},
		{"type": "sse", "url": "https://user:secret@a.example/"},
		{"type": "sse", "url": "https://a.example/\n\nx"},
		{"type": "sse", "url": "https://n.example/\n"},
		{"type": "sse", "url": "https://n.example\n"},
		{"type": "sse", "url": "https://p.example:0/"},
		{"type": "sse", "url": "https://p.example:65536/"},
		{"type": "sse", "url": "https://p.example:99999/"},
		{"type": "sse", "url": "https://b.example/\\mcp"},
		{"type": "sse", "url": "https://LONG.example/"},
		{"type": "sse", "url": "https://p.example:65535/"},
		{"type": "sse", "url": {}}]}},
	{"server": {"name": "x", "remotes": [{"type": "sse", "url": "https://x.example"}]},
	 "_meta": {"registry/official": {"isLatest": false}}},
	{"server": {"name": "y", "status": "deleted", "remotes": [{"type": "sse", "url": "https://y.example"}]}},
	{"server": {"name": "z", "packages": []}},
	{"name": "../-..", "remotes": [{"type": "sse", "url": "http://c.example:8080"}]},
	{"server": {"remotes": [{"type": "sse", "url": "https://d.example/"}]}},
	5, null, {"server": {"remotes": {"type": "sse"}}}, {"server": {}, "_meta": 3}
	], "metadata": {"nextCursor": "more"}}
	EOF
	sed -i "s/LONG/$(printf 'x%.0s' {1..300})/" list
	registry list
	[ "$status" -eq 0 ]
	# All that it lists is taken.
	echo "$output" >targets.jsonl
	printf 'regions: [{name: a}]\nservers_from: [targets.jsonl]\n' >fleet.yaml
	"$BIN/mcp-aggregate" config --short -c fleet.yaml 2>&1 >shown | { ! grep targets; }
	jq -e '.servers.count == 6 and .left_out.count == 0' shown
	diff - <(echo "$output") <<-'EOF'
		{"slug":"io.github.a-f-bar","url":"https://a.example/mcp","deny_private":true}
		{"slug":"io.github.a-f-bar-2","url":"https://a.example/sse?x=1","deny_private":true,"protocol_hint":"sse"}
		{"slug":"io.github.a-f-bar-3","url":"https://b.example/mcp","deny_private":true,"needs":["X-Key","X-Org"]}
		{"slug":"io.github.a-f-bar-4","url":"https://p.example:65535/","deny_private":true,"protocol_hint":"sse"}
		{"slug":"server","url":"http://c.example:8080","deny_private":true,"protocol_hint":"sse"}
		{"slug":"server-2","url":"https://d.example/","deny_private":true,"protocol_hint":"sse"}
	EOF
	diff - <(echo "$stderr") <<-'EOF'
		mcp-registry: 6 targets of 11 servers
		mcp-registry: left out: 2 with a URL template
		mcp-registry: left out: 2 of another transport
		mcp-registry: left out: 1 listed before
		mcp-registry: left out: 11 with no plain URL
		mcp-registry: left out: 1 an older version
		mcp-registry: left out: 1 deleted
		mcp-registry: left out: 5 without a remote
		mcp-registry: marked: 1 that want a header
	EOF
}

# bats test_tags=later
@test "needs: a header that somebody has to fill in, and none whose value is fixed" {
	local header want
	while IFS='|' read -r header want; do
		jq -cn --argjson h "$header" '{servers: [{server: {name: "a", remotes: [{type: "streamable-http",
			url: "https://a.example/mcp", headers: [$h + {name: "X"}]}]}}]}' >list
		"$ROOT/scripts/mcp-registry" list 2>err | jq -c .needs >needs
		[ "$(<needs)" = "$want" ] || { echo "$header"; cat needs; return 1; }
	done <<-'END'
	{"isRequired":true}|["X"]
	{"isSecret":true}|["X"]
	{"isRequired":true,"default":"a"}|null
	{"isSecret":true,"default":"a"}|["X"]
	{"isRequired":false}|null
	{"value":"registry","isRequired":true}|null
	{"value":"registry","isSecret":true}|null
	{"value":"Bearer {key}","isSecret":false,"variables":{"key":{"isSecret":true}}}|["X"]
	{"value":"Bearer {key}","variables":{"key":{"isRequired":true}}}|["X"]
	{"value":"Bearer {key}","isRequired":true,"variables":{"key":{"isRequired":true,"default":"a"}}}|null
	{"value":"Bearer {key}","isRequired":true,"variables":{"key":{"value":"a","isSecret":true}}}|null
	{"value":"{a}-{b}","variables":{"a":{"value":"1"},"b":{"value":"{c}","variables":{"c":{"isSecret":true}}}}}|["X"]
	{"value":"Bearer {key}","variables":{"key":{}}}|null
	{"value":"Bearer {key}"}|["X"]
	{"value":"a {} b","isRequired":true}|null
	{"variables":{"key":{"isSecret":true}}}|null
	END
}

@test "slugs are slugs, and unique, whatever the names" {
	jq -n '["A", "a", "a-2", "a", "a-2", ("x" * 300), ("x" * 300), ("x" * 79 + "-2"),
		"", "--", "\u0000", "../../etc", ("\u202e" * 300)] | {servers: [to_entries[] |
		{server: {name: .value, remotes: [{type: "streamable-http",
		url: "https://h\(.key).example/"}]}}]}' >list
	registry list
	[ "$status" -eq 0 ]
	jq -es 'length == 13 and (map(.slug) | length == (unique | length)) and
		all(.[]; .slug | test("^[a-z0-9][a-z0-9._-]{0,79}$"))' <<<"$output"
}

# bats test_tags=later
@test "from the registry to the buckets" {
	jq -n --arg host "${URL%/mcp}" '[{json: "streamable-http", "sse": "streamable-http",
		html: "streamable-http", wall: "streamable-http"} | to_entries[] |
		{server: {name: "com.example/\(.key)", remotes: [{type: .value,
		url: "\($host)/\(.key)"}]}}]' >registry/servers.json
	registry "$REGISTRY/v0/servers?limit=3"
	"$BIN/mcp-probe" --targets - -r us-east-1 -f jsonl <<<"$output" |
		"$BIN/mcp-aggregate" buckets - |
		jq -e '[.buckets[] | select(.count > 0) | .bucket, .slugs] == [
			"healthy", ["com.example-json", "com.example-sse"],
			"auth-walled", ["com.example-wall"],
			"mcp-broken", ["com.example-html"]]'
	# A mark does not stop a probe.
	jq -cn --arg url "${URL%/mcp}/json" '{slug: "x", $url, needs: ["X-Key"]}' |
		"$BIN/mcp-probe" --targets - -f jsonl | jq -es '.[-1].state == "healthy"'
}

@test "what is no list is refused" {
	for text in '' '{}' '{"servers":1}' 'null' '7' '{"servers":[]' 'not JSON'; do
		registry - <<<"$text"
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[[ $stderr == "mcp-registry: not the list of a registry: "* ]]
	done
	registry - <<<'{"servers":[]}'
	[ "$status" -eq 0 ]
	for args in "" "-x" "-p 0" "-p x" "-d x" "-d" "--nonsense" "nosuch" "." \
		"http://127.0.0.1:1/ second"; do
		# shellcheck disable=SC2086 # several words
		registry $args </dev/null
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[ -n "$stderr" ]
	done
	registry --version
	[[ $output == "mcp-registry "[0-9]* ]]
	registry --help
	[[ $output == "usage: mcp-registry "* ]]
}
