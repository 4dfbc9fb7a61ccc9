#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a month of 1,000 servers, which three regions probe each minute, is archived and
# asked, killed every day, and no row is missing or twice. Figures are on file
# descriptor 3: rows, bytes, seconds. SERVERS (97 or more) and DAYS make it smaller.

bats_require_minimum_version 1.5.0
load ../helpers/lib
load ../helpers/redis
load ../helpers/archive
load ../helpers/postgres

setup_file() {
	postgres_start
	redis_start "$BATS_FILE_TMPDIR/redis" --appendonly no
}

teardown_file() {
	redis_stop
	postgres_stop
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
	SERVERS=${SERVERS:-1000} DAYS=${DAYS:-30}
	# A month that is over, whole in one month of the calendar where it has 30 days.
	FIRST=$(($(date -u -d 2026-09-01 +%s) / 86400))
	redis flushall >/dev/null
}

# live DAY: puts it into the store.
live() {
	local i
	redis hset fleet:servers $(printf 'server-%d {} ' $(seq 0 $((SERVERS - 1)))) >/dev/null
	for ((i = 0; i < SERVERS; i++)); do
		echo "EVALSHA $SHA 1 server-$i $1 $i ap eu us"
	done | redis >lines
	grep '^{' lines | sed "s/[\\\\\"]/\\\\&/g; s|.*|RPUSH fleet:history:$1 \"&\"|" | redis >/dev/null
}

# killed_daily: archives each day, after a run that is killed while it loads; prints
# the longest seconds of a run, and of all together.
killed_daily() {
	local day calls=(2 4 6 8 10 12) n=0
	SHA=$(redis script load "$(cat "$ROOT/tests/long/day.lua")")
	for ((day = FIRST; day < FIRST + DAYS; day++)); do
		live "$day"
		killer "${calls[n++ % 6]}" middle
		PATH=$PWD/bin:$PATH archive -N $((86400 * day + 86400 + 7319)) >/dev/null 2>&1 || true
		rm -r bin
		env time -q -a -o runs -f '%e %M' "$BASH" -c "PATH=$BIN:\$PATH exec '$ROOT/scripts/mcp-archive' \
			-d '$DB' -N $((86400 * day + 86400 + 7319))" >>said
	done
	awk -v db="$DB" '{ s += $1; if ($1 > most) most = $1; if ($2 > kb) kb = $2 } END {
		printf "# archived: %d runs, %.0f s, the longest %.1f s, %d KB at most\n", NR, s, most, kb }' runs >&3
}

# count TABLE: its rows.
count() {
	if [[ $DB == */* ]]; then
		sqlite3 "$DB" "SELECT count(*) FROM $1"
	else
		psql -X -A -t -c "SELECT count(*) FROM $1"
	fi
}

# whole: as many rows as there have to be, and what the queries say.
whole() {
	local outages=0 changes=0 i day name before
	for ((day = FIRST; day < FIRST + DAYS; day++)); do
		for ((i = 0; i < SERVERS; i++)); do
			((outages += (i * 7 + day) % 97 == 0, changes += (i * 3 + day) % 41 == 0)) || true
		done
	done
	for name in endpoints verdicts probes latency incidents tool_lists tool_definitions; do
		echo "# $name: $(count "$name") rows" >&3
	done
	[ "$(count endpoints)" = "$SERVERS" ]
	[ "$(count verdicts)" = $((SERVERS * DAYS * 25)) ]
	[ "$(count probes)" = $((SERVERS * DAYS * 24 * 3)) ]
	[ "$(count latency)" = $((SERVERS * DAYS * 25 * 4)) ]
	[ "$(count incidents)" = $((outages * 3)) ]
	[ "$(count tool_lists)" = $((changes * 3)) ]
	[ "$(count tool_definitions)" = "$changes" ]
	for name in $(archive query | cut -d' ' -f1); do
		before=$EPOCHREALTIME
		archive query "$name" >"answer.$name"
		echo "# query $name: $(wc -l <"answer.$name") lines, $(awk -v a="$before" \
			-v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }') s" >&3
	done
	grep -q "^2026-09,$outages,20.0*," answer.mttr
	grep -q "^2026-09,tools-list,http.503,.*,$((outages * 60))$" answer.causes
	echo 'quorum = 3' >rule
	before=$EPOCHREALTIME
	archive replay --rule rule -s server-1 >changed
	echo "# replay of a server: $(awk -v a="$before" -v b="$EPOCHREALTIME" \
		'BEGIN { printf "%.1f", b - a }') s, $(tail -n 1 changed)" >&3
}

@test "a month in SQLite" {
	DB=$PWD/a.db
	killed_daily
	echo "# $(stat -c %s "$DB") bytes in SQLite" >&3
	whole
}

@test "a month in PostgreSQL" {
	DB=postgresql
	killed_daily
	echo "# $(psql -X -A -t -c "SELECT pg_database_size('postgres')") bytes in PostgreSQL" >&3
	whole
}
