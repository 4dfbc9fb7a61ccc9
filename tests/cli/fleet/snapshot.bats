#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a snapshot that is there is whole, so many are kept as were asked for, and what
# was not uploaded is known.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet

setup() {
	HOSTS=$BATS_FILE_TMPDIR
	fleet_setup
	{ regions 'here local'; server good json; } >fleet.yaml
	PATH=$ROOT/scripts:$PATH
	redis set probe:good:verdict '{"v":1}' >/dev/null
}

snapshot() {
	run mcp-fleet snapshot -c fleet.yaml "$@"
	echo "$output"
}

# unpacked FILE: its lines.
unpacked() {
	case $1 in
	*.zst) zstd -dc "$1" ;;
	*.gz) gzip -dc "$1" ;;
	esac
}

# newest: the one that was made here.
newest() {
	local all=(kept/fleet-*Z.jsonl.*)
	echo "${all[-1]}"
}

@test "a snapshot can be restored; old ones are deleted, and nothing else" {
	mkdir kept
	touch kept/fleet-2020010{1,2,3,4}T024000Z.jsonl.gz kept/.fleet-1.part kept/mine \
		kept/fleet-plan.jsonl
	MCP_SNAPSHOT_KEEP=3 snapshot kept
	[ "$status" -eq 0 ]
	run -0 find kept -type f ! -path "$(newest)" -printf '%f '
	[ "$(tr ' ' '\n' <<<"$output" | sort | paste -sd ' ')" = " fleet-20200103T024000Z.jsonl.gz \
fleet-20200104T024000Z.jsonl.gz fleet-plan.jsonl mine" ]
	[ "$(stat -c %a "$(newest)")" = 600 ]
	redis flushall >/dev/null
	unpacked "$(newest)" | mcp-aggregate restore -c fleet.yaml
	[ "$(redis get probe:good:verdict)" = '{"v":1}' ]
	# The environment of a unit says the same; gzip is always there.
	mkdir only
	for tool in bash jq getopt find flock grep gzip realpath dirname mkdir rm mv date sync \
		awk timeout; do
		ln -s "$(type -P $tool)" only/
	done
	mkdir other
	PATH=$PWD/only:$ROOT/scripts:$BIN MCP_SNAPSHOT_KEEP=1 snapshot other
	[ "$status" -eq 0 ]
	unpacked other/fleet-*.jsonl.gz | tail -n 1 | jq -e .
	# One that the clock calls older is kept, too.
	touch other/fleet-99990101T000000Z.jsonl.gz
	MCP_SNAPSHOT_KEEP=1 snapshot other
	[ "$(find other -name 'fleet-2*' | wc -l)" -ge 1 ]
}

@test "what uploads it gets its name; a failed upload is told, and leaves the file" {
	mkdir bucket
	MCP_SNAPSHOT_UPLOAD='cp "$1" bucket/' snapshot kept
	[ "$status" -eq 0 ]
	cmp "$(newest)" "bucket/$(basename "$(newest)")"
	MCP_SNAPSHOT_UPLOAD='cat "$1" | (exit 7) | cat' snapshot kept
	[ "$status" -eq 3 ]
	[ "${lines[-1]}" = "mcp-fleet: the upload of $PWD/$(newest) failed with 7; the file is kept there" ]
	unpacked "$(newest)" | tail -n 1 | jq -e .
}

@test "without a store, or with the folder in use, nothing is written or deleted" {
	mkdir kept
	touch kept/fleet-2020010{1,2}T024000Z.jsonl.gz
	export MCP_SNAPSHOT_KEEP=1
	MCP_SNAPSHOT_UPLOAD='touch uploaded' snapshot --store "unix://$PWD/none" kept
	[ "$status" -eq 3 ]
	[[ $output == *"mcp-fleet: no snapshot was written to $PWD/kept"* ]]
	snapshot -c none.yaml kept
	[ "$status" -eq 2 ]
	flock kept mcp-fleet snapshot -c fleet.yaml kept >out 2>&1 || status=$?
	[ "$status" -eq 3 ]
	grep -q 'another snapshot is being written there' out
	[ "$(ls -A kept | wc -l)" -eq 2 ]
	[ ! -e uploaded ]
	MCP_SNAPSHOT_KEEP=0 run -2 mcp-fleet snapshot kept
	run -2 mcp-fleet snapshot --keep 3 kept
	[ "$output" = 'mcp-fleet: --keep: this option was removed: set MCP_SNAPSHOT_KEEP=3' ]
	run -2 mcp-fleet snapshot -u 'touch uploaded' kept
	[ "$output" = 'mcp-fleet: -u: this option was removed: set MCP_SNAPSHOT_UPLOAD' ]
	run -2 mcp-fleet snapshot
	snapshot --help
	[[ $output == 'usage: mcp-fleet snapshot '* ]]
}
