#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: whatever a server sends, a probe of it costs half a second of CPU time
# and 32 MiB at the most, says what was too much, and takes no time from others.

load ../../helpers/scripted

# The figures are those of the programs as they are used. CPU is how many seconds
# of CPU time a probe may take: half a second on an idle machine, a second beside the
# other stages of `make check-long`, which share its caches; ten times as much still
# tells what grows with the square of an answer's size.
plain_build() {
	! grep -q __asan_init "$BIN/mcp-probe"
}

# affordable: what the rows cost, beside the one that is called stateless.
affordable() {
	plain_build || return 0
	awk -v most="${CPU:-5}" 'FILENAME ~ /stateless/ { idle = $3; next }
		{ cost[FILENAME] = $0; cpu[FILENAME] = $1 + $2; memory[FILENAME] = $3 }
		END {
			for (f in cost) {
				n++
				if (cpu[f] > most || memory[f] - idle > 32768) {
					printf "%s: %s; stateless: %d\n", f, cost[f], idle
					dear = 1
				}
			}
			exit dear || !n || !idle
		}' rows/*.cost
}

# cheap REGION ARGS… <ROWS: a table, each row of which is affordable.
cheap() {
	WIDTH=2 table "$@" && row stateless idle && affordable
}

@test "what is large and good is read" {
	cheap large -t 20s <<-'EOF'
		# path      state step code protocol era tools
		big-list    healthy - - 2026-07-28 stateless 2000
		big-plain   healthy - - 2026-07-28 stateless 10000
		big-pages   healthy - - 2026-07-28 stateless 1800
		big-members healthy - - 2026-07-28 stateless 1
		big-name    healthy - - 2026-07-28 stateless 1
		big-cursor  healthy - - 2026-07-28 stateless 2
		names-end   healthy - - 2026-07-28 stateless 9990
		names-end-utf8 healthy - - 2026-07-28 stateless 9990
		close-pages healthy - - 2026-07-28 stateless 99
	EOF
}

@test "names and cursors have a limit" {
	cheap names -t 20s <<-'EOF'
		names-long           broken tools-list mcp.tool-name-too-long 2026-07-28 stateless -
		cursor-long          broken tools-list mcp.cursor-too-long 2026-07-28 stateless -
		cursor-same          broken tools-list mcp.cursor-loop 2026-07-28 stateless -
		cursor-16mb          broken tools-list body.too-large 2026-07-28 stateless -
		names-end-16mb       broken tools-list body.too-large 2026-07-28 stateless -
		names-overflow       broken tools-list body.too-large 2026-07-28 stateless -
		names-overflow-pages broken tools-list body.too-large 2026-07-28 stateless -
		names-lone           broken tool-hash hash.not-i-json 2026-07-28 stateless 9990
		names-same           broken tools-list body.too-large 2026-07-28 stateless -
	EOF
}

@test "JSON that is dear to read is not read to its end" {
	cheap json -t 20s <<-'EOF'
		json-members       broken tools-list body.too-many-members 2026-07-28 stateless -
		json-keys-end      broken tools-list body.too-large 2026-07-28 stateless -
		json-keys-lone     broken tool-hash hash.not-i-json 2026-07-28 stateless 4
		json-same-key      broken tools-list body.too-large 2026-07-28 stateless -
		json-same-keys     broken tools-list body.too-complex 2026-07-28 stateless -
		json-ones          broken tools-list body.too-complex 2026-07-28 stateless -
		json-arrays        broken tools-list body.too-complex 2026-07-28 stateless -
		json-arrays-pages  broken tools-list body.too-complex 2026-07-28 stateless -
		json-strings-pages broken tools-list body.too-complex 2026-07-28 stateless -
		json-numbers       broken tools-list body.too-complex 2026-07-28 stateless -
		json-subnormal     broken tools-list body.too-complex 2026-07-28 stateless -
		json-floats        broken tools-list body.too-complex 2026-07-28 stateless -
		json-long-numbers  broken tools-list body.too-complex 2026-07-28 stateless -
		json-expanding     broken tools-list body.too-complex 2026-07-28 stateless -
		json-deep          broken tools-list jsonrpc.malformed 2026-07-28 stateless -
		json-deep-often    broken tools-list body.too-complex 2026-07-28 stateless -
		json-escapes       healthy - - 2026-07-28 stateless 4
		json-nuls          broken tools-list body.too-large 2026-07-28 stateless -
		json-controls      broken tools-list body.too-large 2026-07-28 stateless -
		json-lone          broken tool-hash hash.not-i-json 2026-07-28 stateless 4
		json-wide          broken tools-list body.too-large 2026-07-28 stateless -
		json-plain         broken tools-list body.too-large 2026-07-28 stateless -
		json-space         healthy - - 2026-07-28 stateless 4
	EOF
	cheap health -t 20s --health-tool echo <<-'EOF'
		json-health        broken tools-list body.too-complex 2026-07-28 stateless -
	EOF
}

@test "greetings, errors and challenges have the same limits" {
	cheap hello -t 20s <<-'EOF'
		hello-instructions   broken initialize body.too-large - - -
		hello-capabilities   broken initialize body.too-large - - -
		hello-versions       broken initialize mcp.missing-protocolVersion - session -
		error-message        broken tools-list jsonrpc.-32603 2026-07-28 stateless -
		error-data           broken tools-list body.too-complex 2026-07-28 stateless -
		error-data-text      broken tools-list jsonrpc.-32603 2026-07-28 stateless -
		error-supported      broken initialize mcp.version - - -
		error-challenge      auth-walled - - - - -
		error-challenge-long auth-walled - - - - -
	EOF
}

@test "event streams end where they bring too much" {
	cheap stream -t 20s <<-'EOF'
		stream-bytes    broken tools-list body.too-complex 2026-07-28 stateless -
		stream-letters  broken tools-list body.too-complex 2026-07-28 stateless -
		stream-other    broken tools-list body.too-large 2026-07-28 stateless -
		stream-comments broken tools-list body.too-large 2026-07-28 stateless -
		stream-blank    broken tools-list body.too-large 2026-07-28 stateless -
		stream-data     broken tools-list body.too-large 2026-07-28 stateless -
		stream-ids      broken tools-list body.too-large 2026-07-28 stateless -
		stream-behind   broken tools-list body.too-large 2026-07-28 stateless -
		stream-tree     broken tools-list body.too-complex 2026-07-28 stateless -
	EOF
}

@test "what is small on the network counts as what it becomes, and what is nothing as what came" {
	cheap zip -t 20s <<-'EOF'
		zip-list       broken tools-list body.too-large 2026-07-28 stateless -
		zip-pages      broken tools-list body.too-large 2026-07-28 stateless -
		zip-pages-br   broken tools-list body.too-large 2026-07-28 stateless -
		zip-twice      broken tools-list http.content-encoding 2026-07-28 stateless -
		zip-nothing    broken tools-list body.too-large 2026-07-28 stateless -
		chunk-bytes    broken tools-list body.too-large 2026-07-28 stateless -
		chunk-words    broken tools-list body.too-large 2026-07-28 stateless -
		chunk-endless  broken tools-list body.too-large 2026-07-28 stateless -
		chunk-trailer  broken tools-list http.headers-too-large 2026-07-28 stateless -
		head-1xx       broken tools-list http.headers-too-large 2026-07-28 stateless -
		head-1xx-pages broken tools-list http.headers-too-large 2026-07-28 stateless -
		head-short     broken tools-list http.headers-too-large 2026-07-28 stateless -
		head-pages     broken tools-list http.headers-too-large 2026-07-28 stateless -
	EOF
}

@test "what comes byte by byte costs no more, however long it goes on" {
	rm -rf rows && mkdir rows
	row stateless slow
	row chunk-slow slow -t 30s
	jq -es '.[8].error | . == "deadline" or . == "body.too-large"' rows/chunk-slow.out
	affordable
}

@test "six neighbours in the same process notice nothing" {
	local hostile=$HOST mood
	local moods=(names-end json-keys-end json-subnormal json-controls
		stream-comments zip-pages chunk-endless json-same-keys)
	# What they say is made before it is measured.
	for mood in "${moods[@]}"; do
		curl -sm 10 -o hello -H 'Content-Type: application/json' \
			-H 'Accept: application/json, text/event-stream' \
			-H 'User-Agent: mcp-probe/0' -d '{}' "$hostile/$mood"
	done
	start scripted
	{
		for n in {1..6}; do
			echo "{\"slug\":\"good-$n\",\"url\":\"${URL%/mcp}/slow\"}"
		done
		for mood in "${moods[@]}"; do
			echo "{\"slug\":\"$mood\",\"url\":\"$hostile/$mood\"}"
		done
	} >targets
	probe -t 50s --targets targets
	[ "$status" -eq 0 ]
	records out
	jq -r 'select(.state and (.slug | startswith("good") | not)) |
		[.slug, .state, .error] | map(. // "-") | join(" ")' out | sort >got
	diff - got <<-'EOF'
		chunk-endless broken body.too-large
		json-controls broken body.too-large
		json-keys-end broken body.too-large
		json-same-keys broken body.too-complex
		json-subnormal broken body.too-complex
		names-end healthy -
		stream-comments broken body.too-large
		zip-pages broken body.too-large
	EOF
	jq -es 'map(select(.slug // "" | startswith("good"))) |
		(map(select(.state)) | length == 6 and all(.state == "healthy")) and
		(map(select(.n == 3 or .n == 6)) | length == 12 and all(.ms >= 390))' out
	if plain_build; then
		jq -es --argjson cpu "${CPU:-5}" 'all(.[] |
			select(.slug // "" | startswith("good")); (.ms // 0) < 8000 * $cpu)' out
	fi
}
