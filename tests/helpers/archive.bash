# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# For tests of the history as rows, and of its archive. Needs redis.bash, probes.bash.

load "${BASH_SOURCE[0]%/*}/small_fleet"

# past_fleet: small_fleet of an hour ago, whose outage of `down` ended. Sets END. All of
# it is in one hour; at LATER, that hour and its day have settled.
past_fleet() {
	local t
	END=$(($(date +%s) / 3600 * 3600 - 1800))
	LATER=$((END + 100000))
	small_fleet "$BIN" . "$END" 2>/dev/null
	for ((t = END + 60; t <= END + 600; t += 60)); do
		# By a later end, everything works.
		small_fleet_minute "$t" $((t + 600)) | tee -a records.jsonl |
			"$BIN/mcp-aggregate" ingest -c fleet.yaml
		"$BIN/mcp-aggregate" verdict -f jsonl -c fleet.yaml --now $((t + 45)) |
			"$BIN/mcp-alert" -f jsonl -c fleet.yaml --now $((t + 46)) >>events.jsonl || true
	done 2>/dev/null
}

# columns_of TABLE: as mcp-records(5) has them, in the lines of .Va below the table.
columns_of() {
	awk -v table="$1" '/^\.Sh/ { section = /EXPORT ROWS/ }
		section && /^\.It Cm / { on = $3 == table; next }
		on && /^\.Va / { print; on = !/\.$/; next }
		{ on = 0 }' "$ROOT/man/mcp-records.5" |
		sed 's/^\.Va//; s/\.$//' | tr -s ' ,' '\n' | sed '/^$/d'
}

# hostile_tools SLUG: a list with definitions of every bad kind.
hostile_tools() {
	local key=probe:$1:definitions list=badbadbadbadbad0
	redis hset "$key" d:badbadbadbadbad0 \
		'{"name":"=cmd|x","n":1e999,"d":"a\u0000\n\\.\n"}' >/dev/null
	redis hset "$key" d:badbadbadbadbad1 $'{"name":"\xff"}' >/dev/null
	redis hset "$key" d:badbadbadbadbad2 '-1' >/dev/null
	redis hset "$key" "l:$list" "badbadbadbadbad0 + =1+1,\"q\"
badbadbadbadbad1 + '; DROP TABLE probes; --
badbadbadbadbad2 + \\.
" >/dev/null
	redis hset "$key" r:eu "$END $list
" >/dev/null
}

# hostile_history: a record that nobody of ours would write.
hostile_history() {
	redis rpush "fleet:history:$((END / 86400))" \
		"{\"v\":1,\"type\":\"history\",\"at\":$END,\"server_slug\":\"evil\",\"what\":\"note\",\"text\":\"a\\\"b,c\\r\\n\\\\.\\nx\"}" \
		"{\"v\":1,\"type\":\"history\",\"at\":$END,\"server_slug\":\"evil\",\"what\":\"note\",\"text\":\"=1+1'); DROP TABLE probes; --\"}" \
		"{\"v\":1,\"type\":\"history\",\"at\":1e308,\"server_slug\":\"evil\",\"what\":\"note\",\"text\":\"x\"}" \
		'no record' >/dev/null
}

# archive ARGS…: mcp-archive into $DB.
archive() {
	PATH=$BIN:$PATH "$ROOT/scripts/mcp-archive" "$@" -d "$DB"
}

# archived: all rows of the database, sorted; cursors are of another time.
archived() {
	local table
	for table in endpoints verdicts probes latency incidents tool_lists tool_definitions; do
		echo "$table"
		if [[ $DB == */* ]]; then
			sqlite3 -csv "$DB" "SELECT * FROM $table"
		else
			psql -X --csv -t -c "SELECT * FROM $table"
		fi | sort
	done
}

# client: the program that a test may replace.
client() {
	if [[ $DB == */* ]]; then echo sqlite3; else echo psql; fi
}

# answers: what each query says, in CSV.
answers() {
	local name
	for name in $(archive query | cut -d' ' -f1); do
		echo "-- $name"
		archive query "$name" | tail -n +2 | tr -d "\r"
	done
}

# killer NTH HOW: puts a client into bin/ that kills mcp-archive with its NTH call:
# before it does anything, in the middle of it (the last statements, of which the last
# is COMMIT, do not arrive), or after it.
killer() {
	mkdir -p bin
	rm -f bin/calls
	cat >"bin/$(client)" <<-END
		#!/bin/bash
		echo >>"$PWD/bin/calls"
		export PATH=\${PATH//"$PWD/bin:"/}
		if [ "\$(wc -l <"$PWD/bin/calls")" != $1 ]; then
			exec $(client) "\$@"
		fi
		case $2 in
		middle)
			if [ -e load.sql ]; then
				head -n -2 load.sql >cut.sql
				cat cut.sql >load.sql
				$(client) "\$@" || true
			fi ;;
		after) $(client) "\$@" || true ;;
		esac
		kill -9 \$PPID
	END
	chmod +x "bin/$(client)"
}

# Killed with a call of the client: that makes the tables, or that loads the first, third
# or last table.
killed_and_resumed() {
	local how n
	archive -N $((END + 9000)) >/dev/null
	archive -N "$LATER" >/dev/null
	archived >want
	for how in before middle after; do
		for n in 2 4 8 12; do
			empty_database
			killer "$n" "$how"
			PATH=$PWD/bin:$PATH archive -N $((END + 9000)) >/dev/null 2>&1 || true
			rm -r bin
			archive -N $((END + 9000)) >/dev/null
			archive -N "$LATER" >/dev/null
			archived | diff want - || { echo "killed $how call $n"; return 1; }
		done
	done
}

# Every row that the store gave is there: as many as were exported, once each.
all_is_there() {
	local table
	archive -N "$LATER" >said
	archived >got
	for table in verdicts probes latency incidents tools; do
		"$BIN/mcp-aggregate" export "$table" -N "$LATER" >rows
		grep -qx "$table: $(($(wc -l <rows) - 1)) rows" said
	done
	[ "$(sed -n '/^probes$/,/^latency$/p' got | wc -l)" = 17 ]
	[ "$(sed -n '/^endpoints$/,/^verdicts$/p' got | wc -l)" = 7 ]
	# Again, from the cursor on, and from the beginning.
	archive -N "$LATER" >/dev/null
	archived | diff got -
	echo 'DELETE FROM archive_cursors' | if [[ $DB == */* ]]; then sqlite3 "$DB"; else psql -X -q; fi
	archive -N "$LATER" >/dev/null
	archived | diff got -
}

# The answers to the queries, of which a few are known.
answers_are_right() {
	local month
	month=$(date -u -d "@$END" +%Y-%m)
	answers >answers
	grep -A2 -x -- '-- mttr' answers | grep -qE "^$month,1,6.0*,6.0*$"
	grep -A2 -x -- '-- causes' answers | grep -qE "^$month,tools-list,http.502,1,3,18$"
	grep -A9 -x -- '-- uptime' answers | grep -qE "^$month,down,20,6,70(\.0+)?$"
	grep -A9 -x -- '-- sla-credit' answers | grep -qE "^$month,down,70(\.0+)?,6,100$"
	grep -A9 -x -- '-- uptime-by-region' answers | grep -qE "^$month,eu,100,11,89(\.0+)?$"
	grep -A9 -x -- '-- before-outage' answers | grep -q "^down,$((END - 300)),tools,eu,"
	grep -A9 -x -- '-- deliveries' answers | grep -q "^$month,ops,delivered,"
	grep -A9 -x -- '-- longest-outages' answers | grep -qE "^down,$((END - 300)),$((END + 60)),6.0*,P1$"
	grep -A9 -x -- '-- latency' answers | grep -q "^$month,down,42,"
}

# What was archived is judged as its records are.
replays_alike() {
	local fields='select(.type == "verdict") |
		[.slug, .window, .verdict, .step, .failed_regions, .reporters, .failing]'
	printf '# stricter\nquorum = 1\n\nlookback=5m # a while\n' >rule
	"$BIN/mcp-aggregate" replay records.jsonl --policy quorum=1,lookback=5m -f jsonl \
		2>/dev/null | jq -c "$fields" | sort >want
	archive replay --rule rule -f jsonl 2>changes | jq -c "$fields" | sort | diff want -
	[ "$(wc -l <want)" -ge 100 ]
	archive replay --rule rule >changes2
	diff changes changes2
	[ "$(grep -c ' minutes changed' changes)" = 5 ]
	archive replay --rule rule -s down --month "$(date -u -d "@$END" +%Y-%m)" -f jsonl 2>/dev/null |
		jq -r .slug | sort -u | diff - <(echo down)
}

hostile_is_kept() {
	hostile_tools down
	hostile_history
	archive -N "$LATER" >/dev/null
	archived >got
	grep -qF '"{""name"":""=cmd|x"",""n"":1e999,""d"":""a\u0000\n\\.\n""}"' got
	grep -qF "[\"\"badbadbadbadbad1\"\",\"\"'; DROP TABLE probes; --\"\"]" got
	grep -qF 'a""b,c??\.?x' got
	grep -qF "=1+1'); DROP TABLE probes; --" got
	[ "$(archived | grep -c evil)" = 2 ]
}
