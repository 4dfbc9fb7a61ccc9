#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: export prints what the store holds as rows that other programs can read, each
# once, whatever servers call their tools; and goes on where it stopped.

bats_require_minimum_version 1.5.0
load ../../helpers/store
load ../../helpers/archive

# rows TABLE [ARGS…]: as JSON, by a clock that is 27 hours ahead of END.
rows() {
	aggregate export "$1" -f jsonl -N $LATER "${@:2}"
}

@test "the columns are those of mcp-records(5), in CSV and JSON" {
	local table
	past_fleet
	for table in verdicts incidents probes latency tools; do
		aggregate export "$table" -N $LATER >csv
		head -n 1 csv | tr -d '\r' | tr , '\n' >columns
		diff columns <(columns_of "$table")
		rows "$table" >jsonl
		[ "$(wc -l <csv)" = $(($(wc -l <jsonl) + 1)) ]
		[ "$(wc -l <jsonl)" -ge 5 ]
		# Each line of CSV ends as RFC 4180 has it.
		[ "$(grep -c $'\r$' csv)" = "$(wc -l <csv)" ]
		command jq -r 'keys_unsorted | .[3:][]' jsonl | sort -u | diff <(sort columns) -
		[ "$(jq -r '[.v, .type, .of] | join(" ")' jsonl | sort -u)" = "1 export $table" ]
	done
}

@test "minutes, probes, durations and incidents are those of the store, of private servers, too" {
	past_fleet
	rows verdicts -s down >out
	jq -e -s --argjson hour $((END / 3600 * 3600)) '
		(map(select(.span == 86400))[0] | .green == 14 and .red == 6 and .amber == 0) and
		(map(select(.span == 3600))[0] | .start == $hour and .green == 14 and .red == 6 and
			(.minutes | length == 60 and test("^n+ggggrrrrrrg{10}n+$"))) and
		(map(select(.span == 60))[0] | .verdict == "green" and (.regions | keys == ["eu", "sa", "us"]))' out
	rows probes -s down >out
	jq -e -s 'length == 3 and (.[0] | .region == "eu" and .probes == 20 and .healthy == 14 and
		.broken == 6 and .step == "tools-list" and .error == "http.502" and
		(.each | length == 20 and .[4][2:] == ["broken", "tools-list", "http.502"]) and
		all(.records[]; .slug == "down"))' out
	rows latency -s down >out
	jq -e -s 'map(select(.region == "*" and .span == 86400)) | length == 1 and (.[0] |
		.probes == 42 and .p50_ms > 95 and .p50_ms < 110 and ([.counts[][1]] | add == 42))' out
	rows incidents -s down >out
	jq -e -s 'map(select(.kind == "downtime")) | map(.what) ==
		["downtime_started", "downtime_acknowledged", "downtime_resolved"] and
		.[2].resolved_at - .[2].started_at == 360' out
	rows tools -s hidden >out
	jq -e -s 'map(.kind) | index("list") != null' out
	! grep -rq "$(printf s3cret | sha256sum | cut -d' ' -f1)" out
}

@test "with a cursor each row comes once, however often it is asked for" {
	local at
	past_fleet
	for table in verdicts probes latency; do
		{ rows "$table"; aggregate export "$table" -f jsonl -N $((END + 20000)); } | sort -u >want
		for ((at = END; at <= LATER; at += 1801)); do
			aggregate export "$table" -f jsonl -N "$at" --since ./cursor
		done >got
		aggregate export "$table" -f jsonl -N $LATER --since ./cursor >>got
		sort got | diff want -
		[ "$(cat cursor)" = $LATER.000 ]
		rm cursor
	done
	# Without one, from a time on.
	[ "$(rows verdicts --since $LATER | wc -l)" = 0 ]
	run -0 --separate-stderr rows probes --since "$END"
	[ -z "$stderr" ]
	run -0 --separate-stderr rows probes --since $((LATER - 169080))
	[ -z "$stderr" ]
	run -0 --separate-stderr rows probes --since $((LATER - 169081))
	[[ $stderr == *"probes before "*" have expired in the store; export more often" ]]
	[ "$(rows verdicts --since "$(date -u -d @$((END - 7200)) +%FT%TZ)" | wc -l)" = \
		"$(rows verdicts | wc -l)" ]
}

@test "a cursor moves only once all is written, and never back" {
	past_fleet
	echo 5 >cursor
	run -3 aggregate export verdicts --store unix:///nonexistent --since ./cursor
	[ "$(cat cursor)" = 5 ]
	run -3 bash -c "'$BIN/mcp-aggregate' export verdicts --since ./cursor >/dev/full"
	[ "$(cat cursor)" = 5 ]
	echo 99999999999 >cursor
	aggregate export verdicts --since ./cursor
	[ "$(cat cursor)" = 99999999999.000 ]
	for bad in '' 'x' '5 6' '-5' "$(printf '5\n6')"; do
		printf '%s\n' "$bad" >cursor
		run -2 --separate-stderr aggregate export verdicts --since ./cursor
		[ "$stderr" = "mcp-aggregate: ./cursor: not a cursor of export" ]
	done
	run -2 --separate-stderr aggregate export verdicts --since yesterday
	[[ $stderr == "mcp-aggregate: --since: 'yesterday' is not "* ]]
	run -2 --separate-stderr aggregate export verdicts --cursor cursor
	[[ $stderr == *"--cursor: this option was removed: write --since, and the file with a slash;"* ]]
	run -2 --separate-stderr aggregate export nothing
	[[ $stderr == "mcp-aggregate: export: 'nothing' is not verdicts, "* ]]
	run -2 --separate-stderr aggregate export verdicts -f text
	[ "$stderr" = "mcp-aggregate: --format: export prints csv or jsonl" ]
	run -2 --separate-stderr aggregate export verdicts -s no-such
	[[ $stderr == *"no server no-such is in the store"* ]]
}

@test "what servers say breaks no row" {
	past_fleet
	hostile_tools down
	aggregate export tools -s down >csv
	aggregate export tools -s down -f jsonl >jsonl
	[ "$(wc -l <csv)" = $(($(wc -l <jsonl) + 1)) ]
	command jq -e . jsonl >/dev/null
	# As it is: a JSON text whose numbers no double holds.
	grep -qF '"body":{"name":"=cmd|x","n":1e999,"d":"a\u0000\n\\.\n"}' jsonl
	grep -qF ',"{""name"":""=cmd|x"",""n"":1e999,""d"":""a\u0000\n\\.\n""}"' csv
	# No cell is a formula.
	! grep -P '(^|,)"?[=+@\t-]' csv
	[ "$(jq -r 'select(.digest == "badbadbadbadbad1").body' jsonl)" = null ]
	hostile_history
	aggregate export incidents >csv
	aggregate export incidents -f jsonl >jsonl
	[ "$(wc -l <csv)" = $(($(wc -l <jsonl) + 1)) ]
	[ "$(jq -r 'select(.slug == "evil").text' jsonl | head -n 1)" = 'a"b,c??\.?x' ]
}
