#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: mcp-archive does with PostgreSQL what it does with SQLite, and both answer
# queries alike.

bats_require_minimum_version 1.5.0
load ../../helpers/store
load ../../helpers/archive
load ../../helpers/postgres

setup_file() {
	postgres_start
	redis_start "$BATS_FILE_TMPDIR/redis"
}

teardown_file() {
	redis_stop
	postgres_stop
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
	redis flushall >/dev/null
	DB=postgresql
	empty_database
}

empty_database() {
	psql -X -q -c 'DROP SCHEMA public CASCADE' -c 'CREATE SCHEMA public' 2>/dev/null
}

@test "every row of the store is archived, and none twice; by month" {
	past_fleet
	all_is_there
	[ "$(psql -X -A -t -c "SELECT verdict, regions->'eu'->>'state' FROM endpoints
		WHERE slug = 'down'")" = 'green|healthy' ]
	[ "$(psql -X -A -t -c "SELECT count(*) FROM probes_$(date -u -d "@$END" +%Y_%m)")" = 15 ]
	answers_are_right
	replays_alike
}

@test "both databases answer each query alike" {
	past_fleet
	archive -N "$LATER" >/dev/null
	answers >postgresql
	DB=$PWD/a.db
	archive -N "$LATER" >/dev/null
	answers >sqlite
	# SQLite writes 6.0 where PostgreSQL writes 6.0000000000000000 or 6.
	diff <(sed -E 's/\.([0-9]*[1-9])?0*(,|$)/.\1\2/g; s/\.(,|$)/\1/g' postgresql) \
		<(sed -E 's/\.([0-9]*[1-9])?0*(,|$)/.\1\2/g; s/\.(,|$)/\1/g' sqlite)
}

@test "what servers say is kept as it is" {
	past_fleet
	hostile_is_kept
}

@test "killed at any moment, and resumed: no row is missing or twice" {
	past_fleet
	killed_and_resumed
}

@test "every panel of the dashboard has an answer" {
	local sql n=0
	past_fleet
	archive -N $((END + 9000)) >/dev/null
	archive -N "$LATER" >/dev/null
	while read -r sql; do
		sql=${sql//\$slug/\'down\', \'fine\'}
		sql=${sql//'${__from:date:seconds}'/$((END - 86400))}
		sql=${sql//'${__to:date:seconds}'/$LATER}
		run -0 psql -X -A -t -v ON_ERROR_STOP=1 -c "$sql"
		[ "$output" ] || { echo "$sql"; return 1; }
		n=$((n + 1))
	done < <(jq -r '.panels[].targets[].rawSql, .templating.list[1].query' \
		"$ROOT/scripts/grafana/mcp-archive.json")
	[ "$n" = 10 ]
}

@test "a service names the database, and its password stays in a file" {
	past_fleet
	printf '[archive]\nhost=%s\nuser=postgres\ndbname=postgres\n' "$PGHOST" >services
	unset PGHOST PGUSER PGDATABASE
	PGSERVICEFILE=$PWD/services DB=service=archive run -0 archive -N "$LATER"
	[ "${#lines[@]}" = 5 ]
	DB=service=none run -3 --separate-stderr archive
	[[ $stderr == *"service=none: cannot be used" ]]
}
