#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a probe tells what tools say of themselves, once it is asked: of each whose
# digest is news, whole, checkable and harmless, within its bounds; and else nothing.

load ../../helpers/scripted

# ask PATH KNOWN [MEMBERS]: probe a target that knows these definitions.
ask() {
	printf '{"slug":"a","url":"%s/%s","known_definitions":%s%s}\n' "$HOST" "$1" "$2" \
		"${3-}" >targets
	probe --targets targets
	[ "$status" -eq 0 ]
}

# The definitions of a run, as digest and text: sorted keys are RFC 8785, of ASCII.
definitions() {
	jq -c 'select(.type == "tool") | .definition' out
}

# heads: the first 16 digits of each full digest, as a JSON array.
heads() {
	jq -c 'select(.type == "probe").tools | map(.[1][:16])' out
}

@test "each definition is what its digest is of" {
	ask json '[]'
	jq -es '[.[] | select(.type == "tool")] as $t | (.[] | select(.type == "probe")) as $p |
		($t | length == 3) and
		($t | all(.slug == "a" and .region == "local" and .v == 1 and
			.probe_id == $p.probe_id and .probe_started_at == $p.probe_started_at)) and
		($t | all(.name == .definition.name)) and
		($t | map({key: .name, value: .digest}) | from_entries) ==
			($p.tools | map_values(.[1])) and
		($p | has("definitions_left_out") | not)' out
	definitions | while read -r text; do
		printf '%s' "$text" | sha256sum | cut -d' ' -f1
	done | diff - <(jq -r 'select(.type == "tool").digest' out)
	# Behind the steps, before the summary, by name.
	jq -r '.type' out | uniq -c | awk '{ print $2 $1 }' | xargs |
		grep -x 'runner1 step8 tool3 probe1'
	jq -es '[.[] | select(.type == "tool").name] | . == sort' out
}

@test "only what is news is told, and nothing where nothing is wanted" {
	ask json '[]'
	known=$(heads)
	hash=$(jq -r 'select(.type == "probe").tool_hash' out)
	ask json "$known" ",\"known_hash\":\"$hash\""
	jq -es 'all(.[]; .type != "tool") and all(.[]; (has("tools") or
		has("definitions_left_out")) | not)' out
	# One of them is not known: its tool, and the list, whatever hash is known.
	ask json "$(jq -c '.[1:]' <<<"$known")" ",\"known_hash\":\"$hash\""
	jq -es 'map(select(.type == "tool")) | length == 1' out
	jq -es '.[-1].tools | length == 3' out
	# Nobody asks.
	for members in '' ',"known_definitions":null'; do
		printf '{"slug":"a","url":"%s/json"%s}\n' "$HOST" "$members" >targets
		probe --targets targets
		jq -es 'all(.[]; .type != "tool") and (.[-1].tools | length == 3)' out
	done
	# Other formats have no such lines.
	printf '{"slug":"a","url":"%s/json","known_definitions":[]}\n' "$HOST" >targets
	"$BIN/mcp-probe" -f text --targets targets >text
	grep healthy text
	without '"definition"' text
}

@test "an answer that is known is read again for those who want its definitions" {
	ask json '[]'
	known=$(heads)
	for list in "$known" "$known" '[]' "$known" '["0123456789abcdef"]'; do
		printf '{"slug":"a","url":"%s/json","known_definitions":%s}\n' "$HOST" "$list"
	done >targets
	probe --concurrency 1 --targets targets
	jq -r '.type' out | uniq -c | awk '{ print $2 $1 }' | xargs |
		grep -x 'runner1 step8 probe1 step8 probe1 step8 tool3 probe1 step8 probe1 step8 tool3 probe1'
}

@test "what cannot be seen is escaped, and means the same" {
	ask list-names '[]'
	# One name has a NUL, which no record can hold.
	jq -es 'map(select(.type == "tool")) | length == 13' out
	jq -es '.[-1] | .definitions_left_out == 1 and (.tools | length == 14)' out
	jq -es '(.[-1].tools | keys) as $names |
		all(.[] | select(.type == "tool"); .name as $n | $names | index($n) != null)' out
	# No control character, and nothing bidirectional.
	LC_ALL=C grep -c '"type":"tool"' out
	without -P '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]|\xc2[\x80-\x9f]' out
	jq -es 'any(.[]; .definition.name? == "\u202etxt.daer") and
		any(.[]; .definition.name? == "\u001b[31mred")' out
	node -e '
		const lines = require("fs").readFileSync("out", "utf8").trim().split("\n");
		for (const r of lines.map(JSON.parse).filter((r) => r.type === "tool")) {
			// Two members: inputSchema and name are in their order.
			const text = JSON.stringify(r.definition);
			const sum = require("crypto").createHash("sha256").update(text).digest("hex");
			if (sum !== r.digest) throw Error(text);
		}'
}

@test "a definition that holds a secret is left out" {
	mkdir creds
	mkfifo port
	node "$ROOT/tests/fixture/secret_echo.mjs" >port 3>&- &
	parrot=$!
	read -r -t 60 port <port
	printf 'origin = http://127.0.0.1:%s\ntoken = s3cret-canary-token\n' "$port" >creds/t
	chmod 600 creds/t
	printf '{"slug":"a","url":"http://127.0.0.1:%s/%s/json/good","auth":{"credential":"t"},"known_definitions":[]}\n' \
		"$port" plain "$port" html "$port" base64 "$port" unicode >targets
	MCP_CREDENTIALS=$PWD/creds probe --targets targets
	kill "$parrot"
	jq -es 'map(select(.type == "probe")) | length == 4 and
		all(.state == "healthy" and .tool_count > 1 and
			.definitions_left_out == .tool_count)' out
	jq -es 'all(.[]; .type != "tool")' out
	without canary out err
}

@test "what is too large is left out, and counted" {
	# A description of 4 MB beside a tool of ordinary size.
	ask list-large '[]'
	jq -es 'map(select(.type == "tool") | .name) == ["add"] and
		.[-1].definitions_left_out == 1' out
	# 2,000 tools of 1 KB: 1 MiB of lines, the first by name.
	ask big-list '[]' ',"timeout":20'
	[ "$(grep '"type":"tool"' out | wc -c)" -le $((1 << 20)) ]
	[ "$(grep '"type":"tool"' out | wc -c)" -gt $(((1 << 20) - 5000)) ]
	jq -es '(map(select(.type == "tool")) | length) as $n | $n > 500 and
		.[-1].definitions_left_out == 2000 - $n' out
	# No line has room for the names of 10,000 tools, so no definition has a place.
	ask big-plain '[]' ',"timeout":20'
	jq -es 'all(.[]; .type != "tool") and (.[-1] | .definitions_left_out == 10000 and
		.tool_count == 10000 and (has("tools") | not))' out
	# What I-JSON cannot carry has no digest.
	ask json-keys-lone '[]' ',"timeout":20'
	jq -es 'all(.[]; .type != "tool") and .[-1].error == "hash.not-i-json" and
		.[-1].definitions_left_out == .[-1].tool_count' out
}

@test "a run tells at most 16 MiB of them, and another run the rest" {
	for i in {1..20}; do
		printf '{"slug":"s%d","url":"%s/big-list","known_definitions":[],"timeout":60}\n' \
			"$i" "$HOST"
	done >targets
	probe --concurrency 2 --targets targets
	size=$(grep '"type":"tool"' out | wc -c)
	((size <= 16 << 20 && size > 15 << 20)) || { echo "$size"; false; }
	jq -es 'map(select(.type == "probe")) | length == 20 and all(.state == "healthy")' out
	# Of what was put off nothing is said to be left out for good.
	jq -es 'map(select(.type == "tool") | .slug) as $told | map(select(.type == "probe" and
		(.slug as $s | $told | index($s) == null))) | length >= 3 and
		all(.definitions_left_out == null)' out
}
