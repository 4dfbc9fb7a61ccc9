#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a few of the batches that tests/fuzz/ingest.mjs makes up, the same each
# time; `make fuzz TARGET=ingest` makes up others.

load ../../helpers/store

@test "mutated records, and good neighbours among them, into a real Redis" {
	for seed in 1 2; do
		node "$ROOT/tests/fuzz/ingest.mjs" "$BIN/mcp-aggregate" "$REDIS_SOCK" $seed 17
	done
}
