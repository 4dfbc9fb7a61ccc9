#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: mcp-archive brings the history of a fleet into SQLite: whatever is killed, each
# row is there once; queries have answers, and another rule can be tried on it.

bats_require_minimum_version 1.5.0
load ../../helpers/store
load ../../helpers/archive

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
	redis flushall >/dev/null
	DB=$PWD/a.db
}

empty_database() {
	rm -f "$DB"*
}

@test "every row of the store is archived, and none twice" {
	past_fleet
	all_is_there
	# The newest verdict of each server has its regions by their names.
	[ "$(sqlite3 "$DB" "SELECT verdict, json_extract(regions, '\$.eu.state') FROM endpoints
		WHERE slug = 'down'")" = 'green|healthy' ]
	[ "$(stat -c %a "$DB")" = 600 ]
	answers_are_right
	replays_alike
}

@test "what servers say is kept as it is" {
	past_fleet
	hostile_is_kept
}

# bats test_tags=later
@test "killed at any moment, and resumed: no row is missing or twice" {
	past_fleet
	killed_and_resumed
}

@test "what cannot be done is said, and a failed export stores nothing" {
	run -2 --separate-stderr archive nothing
	[ "$stderr" = "mcp-archive: 'nothing' is not one of verdicts incidents probes latency tools" ]
	for bad in '' name postgresql://u:secret@host/db 'service=a password=b' 'host=x'; do
		run -2 --separate-stderr env PATH="$BIN:$PATH" "$ROOT/scripts/mcp-archive" -d "$bad"
		[[ $stderr == "mcp-archive: "*"expected"* || $stderr == *"write service=NAME" ]]
		[[ $stderr != *secret* ]]
	done
	run -2 --separate-stderr archive --rule x
	[ "$stderr" = "mcp-archive: --rule: not an option of the archive" ]
	run -2 --separate-stderr archive replay
	[ "$stderr" = "mcp-archive: replay: --rule expected" ]
	run -2 archive replay --month 2026-13 --rule x
	run -2 --separate-stderr archive query '../x'
	[ "$stderr" = "mcp-archive: query: there is no '../x'; 'mcp-archive query' lists them" ]
	run -3 --separate-stderr archive --store unix:///nonexistent
	[[ $stderr == *"mcp-archive: verdicts: not exported" ]]
	[ "$(sqlite3 "$DB" 'SELECT count(*) FROM archive_cursors')" = 0 ]
	run -3 --separate-stderr env PATH="$BIN:$PATH" "$ROOT/scripts/mcp-archive" -d /nonexistent/x
	[[ $stderr == *"mcp-archive: /nonexistent/x: cannot be used" ]]
	past_fleet
	archive >/dev/null
	echo nonsense=1 >rule
	run -2 archive replay --rule rule
	: >rule
	run -2 --separate-stderr archive replay --rule rule
	[ "$stderr" = "mcp-archive: rule: no thresholds" ]
	PATH=$BIN:$PATH run -0 "$ROOT/scripts/mcp-archive" query
	[ "${#lines[@]}" = "$(find "$ROOT/scripts/sql/queries" -name '*.sql' | wc -l)" ]
}
