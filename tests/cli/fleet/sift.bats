#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: whatever a runner prints, what goes on to the store is whole records of
# that region, with all good probes among them, and ends no ingest.
# SIFT_SECONDS: for how long; SIFT_SEED: the inputs of an earlier run.

bats_require_minimum_version 1.5.0
load ../../helpers/store

@test "what is made of whatever a runner prints" {
	seed=${SIFT_SEED:-$((RANDOM * 32768 + RANDOM))} n=0
	end=$((SECONDS + ${SIFT_SECONDS:-8}))
	until ((SECONDS >= end && n)); do
		rm -rf cases
		node "$ROOT/tests/fuzz/sift.mjs" make cases $((seed + n)) 25
		PATH=$BIN:$PATH timeout -k 2 600 "$ROOT/tests/fuzz/sift" cases/*
		node "$ROOT/tests/fuzz/sift.mjs" check cases >wrong
		[ ! -s wrong ] || { echo "SIFT_SEED=$((seed + n)) SIFT_SECONDS=0"; cat wrong; return 1; }
		# Line by line it is taken or refused.
		cat cases/*/records >records
		status=0
		aggregate ingest <records >said 2>&1 || status=$?
		[[ $status == 0 || $status == 2 ]] ||
			{ echo "SIFT_SEED=$((seed + n)) SIFT_SECONDS=0: ingest ends with $status"; cat said; return 1; }
		((n += 1))
	done
	echo "# $((25 * n)) inputs" >&3
}
