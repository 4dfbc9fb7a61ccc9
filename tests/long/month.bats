#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a store in which probes that say nothing new live for ten minutes answers,
# after thirty days of outages and deployments, what one that kept everything
# answers, and takes at most 250 KB for a server, with what mcp-alert keeps, and 100 KB
# more where the server's tools change every day. Stores with the clock of clock.c; see
# month.mjs and lists.mjs.

bats_require_minimum_version 1.5.0
load ../helpers/lib
load ../helpers/redis

MOST=250000 # bytes of a server

# live NAME RETENTION: thirty days, into a store of that name.
live() (
	dir=$BATS_FILE_TMPDIR/$1
	mkdir "$dir"
	cp "$BATS_FILE_TMPDIR/clock.so" "$dir"
	head -c 8 /dev/zero >"$dir/now"
	# A thread of its memory allocator waits by the clock, and would never do so.
	LD_PRELOAD=$dir/clock.so CLOCK_FILE=$dir/now redis_start "$dir/redis" \
		--appendonly no --jemalloc-bg-thread no
	echo "$REDIS_PID" >"$dir/pid"
	RETENTION=$2 node "$ROOT/tests/long/month.mjs" live "$BIN" "$dir" >"$dir/about"
)

setup_file() {
	"${CC:-cc}" -O2 -shared -fPIC -o "$BATS_FILE_TMPDIR/clock.so" "$ROOT/tests/long/clock.c"
	live small 24h 3>&- &
	live whole '{evidence: 48h, passing: 48h}' 3>&-
	wait $!
}

teardown_file() {
	xargs kill < <(cat "$BATS_FILE_TMPDIR"/{small,whole,lists}/pid)
}

# within NAME: in the folder of that store, whose clock and store the programs have.
within() {
	cd "$BATS_FILE_TMPDIR/$1" || return
	REDIS_SOCK=$PWD/redis/sock
	export MCP_STORE=unix://$REDIS_SOCK MCP_CONFIG=$PWD/fleet.yaml CLOCK_FILE=$PWD/now
	END=$(jq .end about) DENSE=$(jq .dense about)
}

# timely COMMAND…: with the clock of the test.
timely() {
	LD_PRELOAD=$PWD/clock.so "$@"
}

@test "every verdict, event and figure is that of a store that kept everything" {
	cd "$BATS_FILE_TMPDIR"
	# Servers are told of side by side: of each, its events are in order.
	for name in small whole; do
		grep . $name/events | jq -r '"\(.server_slug) \(.)"' | sort -s -k 1,1 >$name/sorted
	done
	for file in verdicts told sorted; do
		cmp small/$file whole/$file
	done
	# Something did happen: in whole fleets, in regions, to tools.
	[ "$(grep -c '"event":"downtime_started"' small/told)" -ge 20 ]
	[ "$(jq -r .tier small/verdicts | sort -u | grep -c .)" -ge 3 ]
	[ "$(jq -c '.drift[]' small/verdicts | wc -l)" -ge 300 ]
	for name in small whole; do
		within $name
		for s in $(redis --raw hkeys fleet:servers | sort); do
			redis --raw get "probe:$s:verdict"
			redis --raw hgetall "probe:$s:minutes" | paste - - | sort
			redis --raw get "probe:$s:baseline"
			timely "$BIN/mcp-alert" explain "$s" || [ $? -le 1 ]
		done >figures
		# A delivery takes as long as the machine needs.
		timely "$BIN/mcp-alert" history |
			jq -c 'if .what == "delivered" then del(.at) else . end' | sort >>figures
		timely "$BIN/mcp-alert" report -f jsonl |
			jq -c 'del(.incidents[] | .delivered_at, .notice_seconds) |
				.nights |= (map(.pages) | add)' >>figures
	done
	diff ../small/figures ../whole/figures
	[ "$(wc -l <../small/figures)" -ge 200 ]
}

@test "what the pages and the other commands say is the same" {
	for name in small whole; do
		within $name
		mkdir site
		timely "$BIN/mcp-serve" render site
		for command in buckets targets pin 'status -f jsonl'; do
			# shellcheck disable=SC2086 # an argument each
			timely "$BIN/mcp-aggregate" $command || [ $? -le 1 ]
		done >said
	done
	cd ..
	diff -r small/site whole/site
	diff small/said whole/said
	[ "$(find small/site -type f | wc -l)" -ge 40 ]
}

# instants SLUG: of which explain is asked: each 41 minutes of a day, and what was
# not green in it.
instants() {
	seq $((END - 86400 + 90)) 2460 $((END - 60))
	jq -r --arg s "$1" --argjson from $((END - 86400 + 60)) \
		'select(.slug == $s and .verdict != "green" and .window >= $from) |
			.window + 30' verdicts | awk 'NR % 3 == 1'
}

@test "explain says of any minute of a day what it said, but the way to a server that worked" {
	for name in small whole; do
		within $name
		for s in $(redis --raw hkeys fleet:servers | sort | sed -n '1~3p;2p'); do
			for at in $(instants "$s"); do
				echo "== $s $at"
				timely "$BIN/mcp-aggregate" explain "$s" --at "$at" || [ $? -eq 1 ]
			done
		done >explained &
	done
	wait
	cd ..
	# Of an outage it says the way, too; of a failure like the one before, what that
	# said, and when.
	said='^( {6,})at [0-9:]{8}: ' way='(203[.0-9]+), at [0-9:]{8}$'
	[ "$(grep -cE "$said" small/explained)" -ge 10 ]
	[ "$(grep -cE "$way" small/explained)" -ge 10 ]
	sed -E "s/$said/\1/; s/$way/\1/" small/explained >timeless
	diff whole/explained timeless | grep '^[<>]' >differ || true
	without '^> .*[^ ]' <(grep -v 'address unknown$' differ)
	without -v '^<( Addresses and caches| {4,}[a-z0-9-]+ +203[.]0[.]113[.][0-9]+| )?$' <(grep '^<' differ)
	[ "$(grep -c '^ .* 203[.]' small/explained)" -ge 50 ]
}

@test "what the store keeps of a server takes at most 250 KB" {
	within small
	redis --raw keys '*' | grep -E "^(probe|alert):example-mcp-0[0-$((DENSE - 1))]" >keys
	sed 's/.*/MEMORY USAGE "&" SAMPLES 0/' keys | redis | paste -d ' ' - keys |
		awk -v yesterday=$((END / 86400 - 1)) -v n="$DENSE" '
		function name(part) {
			if (part ~ /^d[0-9]+$/) return "dDAY"
			if (part ~ /-[0-9]$/) return "REGION"
			if (part !~ /^[0-9]+$/) return part
			return part > 1e9 ? "WINDOW" : part > 1e5 ? "HOUR" : "DAY"
		}
		{
			split($2, part, ":")
			kind = part[1] ":SLUG"
			for (i = 3; i in part; i++)
				kind = kind ":" name(part[i])
			keys[kind]++
			bytes[kind] += $1
			if (part[4] == "d" yesterday) {
				full[kind] += $1
			} else if (part[4] ~ /^d/ && substr(part[4], 2) < yesterday) {
				bytes[kind] -= $1
				sparse[kind]++
			}
		}
		END {
			for (kind in keys) {
				# A day of few probes is taken for one of many.
				bytes[kind] += sparse[kind] * full[kind] / n
				printf "%10.0f %6.1f %s\n", bytes[kind] / n, keys[kind] / n, kind
				sum += bytes[kind] / n
			}
			printf "%10.0f %6.1f %s\n", sum, NR / n, "all"
		}' | sort -rn >table
	{
		echo 'bytes and keys of a server that is probed every minute, after 30 days,'
		echo 'days before yesterday taken for days like yesterday:'
		cat table
	} | sed 's/^/# /' >&3
	[ "$(awk '$3 == "all" { print $1 }' table)" -le $MOST ]
	# The command for that agrees on what there is.
	timely "$BIN/mcp-aggregate" status store -f jsonl >said
	jq -e '.servers == 10' said
	want=$(redis --raw keys '*' | grep -E '^(probe|alert):' |
		sed 's/.*/MEMORY USAGE "&"/' | redis | jq -s add)
	jq -e --argjson w "$want" '.server_bytes * 10 / $w - 1 | fabs < 0.02' said
}

# With CHANGED=1000, as the figures of mcp-store(7) were measured.
@test "tools that change every day cost a server at most 100 KB beyond its budget" {
	local before after still dir n more
	dir=$BATS_FILE_TMPDIR/lists n=${CHANGED:-200}
	mkdir "$dir"
	cp "$BATS_FILE_TMPDIR/clock.so" "$dir"
	head -c 8 /dev/zero >"$dir/now"
	LD_PRELOAD=$dir/clock.so CLOCK_FILE=$dir/now redis_start "$dir/redis" \
		--appendonly no --jemalloc-bg-thread no
	echo "$REDIS_PID" >"$dir/pid"
	cd "$dir"
	before=$(used_memory)
	node "$ROOT/tests/long/lists.mjs" "$BIN" "$dir" "$n" $((n / 10)) >about
	# What has expired by this clock goes once it is looked at.
	redis --scan | wc -l
	after=$(used_memory)
	# Each release was news in some region, and no list is left out.
	jq -e --argjson n "$n" '.drifts >= 29 * $n' about
	redis --raw keys '*' | grep -E '^(probe|alert):' >keys
	sed 's/.*/MEMORY USAGE "&" SAMPLES 0/' keys | redis | paste -d ' ' - keys |
		awk -v n="$n" '{
			split($2, part, ":")
			sub(/-.*/, "", part[2])
			all[part[2]] += $1
			if (part[3] == "definitions") definitions[part[2]] += $1
		}
		END {
			printf "%.0f changed\n%.0f still\n%.0f definitions\n",
				all["changed"] / n, all["still"] / int(n / 10),
				definitions["changed"] / n
		}' >table
	# What the store grew by, but for those that do not change.
	still=$(awk '$2 == "still" { print $1 }' table)
	echo "$(((after - before - still * (n / 10)) / n)) used_memory" >>table
	{
		echo "bytes of each of $n servers whose tools change every day, of which of"
		echo 'their definitions, and of one whose tools do not change:'
		cat table about
	} | sed 's/^/# /' >&3
	more=$(awk '{ of[$2] = $1 } END { print of["changed"] - of["still"] }' table)
	[ $(($(awk '$3 == "all" { print $1 }' ../small/table) + more)) -le $((MOST + 100000)) ]
}

used_memory() {
	redis info memory | tr -d '\r' | sed -n 's/^used_memory://p'
}
