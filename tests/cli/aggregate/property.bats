#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: whatever the order in which records reach the store, and whoever is
# killed on the way, the store holds the same, and each minute is published and
# counted once. These tests make up a server, or a minute, for every 50 of
# PROPERTY_SCHEDULES, and PROPERTY_SEED=n makes those of a failure again.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis

N=$(((${PROPERTY_SCHEDULES:-1000} + 49) / 50))
SEED=${PROPERTY_SEED:-1}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
	redis flushall >/dev/null
	# Shown where the test fails.
	echo "PROPERTY_SCHEDULES=$((50 * N)) PROPERTY_SEED=$SEED"
	RANDOM=$SEED
	NOW=$(($(date +%s) / 60 * 60 - 600))
}

# The store of a test's own, whether it passed or not.
teardown() {
	[ -z "${OWN:-}" ] || redis_stop
}

# schedules SEED: the records of N servers up to NOW and some from
# beyond, in the order of time. Each has 1 to 4 regions, which fail for a while
# or fall silent; of some probes a piece is lost; two may meet in one minute.
schedules() {
	awk -v seed="$1" -v n="$N" -v now="$NOW" '
	function below(k) { return int(rand() * k) }
	function hex(c,  i, t) { t = ""; for (i = 0; i < 64; i++) t = t c; return t }
	function line(type, rest) {
		printf "{\"v\":1,\"type\":\"%s\",\"slug\":\"s-%d\",\"region\":\"r%d\"," \
			"\"probe_id\":\"%s\",\"probe_started_at\":%.3f,%s}\n",
			type, slug, region, id, at, rest
	}
	function probe(  bad, step, hash, i, code, keep) {
		id = "p" ++ids
		bad = (at >= from && at <= to) != (below(12) == 0)
		step = bad ? (below(9) ? which : 7) : 0
		code = throttled ? "http.429" : "http.503"
		hash = below(8) ? "a" : "b"
		keep = below(4) ? -1 : below(9)
		for (i = 1; i <= 8; i++) {
			# Without the steps that tell nothing new.
			if (i != step && i > 2 && keep != -1 && keep != i) continue
			line("step", sprintf("\"n\":%d,\"step\":\"%s\",\"status\":\"%s\"," \
				"\"ms\":%s,\"error\":%s,\"message\":null,\"detail\":{}",
				i, name[i], i == step ? "fail" : step && i > step ? "skip" : "pass",
				step && i > step ? "null" : i, i == step ? "\"" code "\"" : "null"))
		}
		if (!below(8)) return
		line("probe", sprintf("\"url\":\"https://s-%d.example/mcp\"," \
			"\"state\":\"%s\",\"failed_step\":%s,\"error\":%s,\"total_ms\":%d," \
			"\"protocol\":\"2025-11-25\",\"era\":\"session\",\"tool_hash\":%s," \
			"\"full_hash\":%s,\"tool_count\":1%s", slug,
			step ? "broken" : "healthy", step ? "\"" name[step] "\"" : "null",
			step ? "\"" code "\"" : "null", 20 + below(3000),
			step ? "null" : "\"" hex(hash) "\"", step ? "null" : "\"" hex("c") "\"",
			step || below(3) ? "" : sprintf(",\"tools\":{\"get_%s\":[\"%s\",\"%s\"]}",
				hash, hex(hash), hex("c"))))
	}
	BEGIN {
		srand(seed)
		split("dns tls initialize oauth-discovery auth-initialize tools-list tools-call tool-hash", name, " ")
		for (slug = 1; slug <= n; slug++) {
			regions = 1 + below(4)
			interval = 30 + 15 * below(3)
			count = 6 + below(18)
			from = now - below(count * interval)
			to = from + below(count * interval)
			if (!below(4)) {
				# So long that nobody remembers the tools.
				from = now - (count - 1) * interval
				to = now
			}
			which = 1 + below(6)
			throttled = below(4) == 0
			for (region = 1; region <= regions; region++) {
				quiet = below(5) ? 0 : below(count)
				skew = below(4) ? 0 : below(9) - 4
				offset = below(interval)
				for (i = count; i >= quiet; i--) {
					at = now - i * interval + offset + skew + below(8) / 8
					if (below(20)) probe()
				}
				# A clock that is an hour ahead, or was for a moment.
				for (i = below(5) ? 0 : below(20); i > 0; i--) {
					at = now + 7200 + i * interval
					probe()
				}
			}
		}
	}'
}

# judge FILE: the verdicts and the store go there.
judge() {
	aggregate verdict -N $((NOW + 30)) >"$1.verdicts" || [ $? -eq 1 ]
	redis_dump >"$1.store"
}

same() {
	diff "$1.verdicts" "$2.verdicts" >diff && diff "$1.store" "$2.store" >diff ||
		{ head -n 20 diff; return 1; }
}

@test "any order, twice, in any batches, by two at once: the same store" {
	schedules "$SEED" >all
	aggregate ingest <all
	judge plain
	[ "$(jq -r .tier plain.verdicts | sort -u | wc -l)" -ge 3 ]
	for round in 1 2; do
		redis flushall >/dev/null
		# All of it, and a third once more; in two halves, batch by batch.
		{
			cat all
			awk -v seed="$RANDOM" 'BEGIN { srand(seed) } rand() < 0.3' all
		} | shuf --random-source=<(yes "$SEED$round") >stirred
		split -n l/6 stirred part.
		aggregate ingest <part.aa
		aggregate ingest <part.ab &
		aggregate ingest <part.ac
		wait $!
		cat part.ae part.ab | aggregate ingest &
		cat part.ad part.af | aggregate ingest
		wait $!
		judge stirred
		same plain stirred
	done
}

@test "the records alone give the figures that the store has" {
	schedules "$SEED" | jq -c --argjson until $((NOW + 60)) \
		'select(.probe_started_at < $until)' >all
	shuf --random-source=<(yes "$SEED") all | aggregate ingest
	# Nobody has heard of a server without a summary.
	for side in stored told; do
		if [ $side = stored ]; then aggregate verdict -N $((NOW + 30))
		else aggregate verdict - -N $((NOW + 30)) <all; fi |
			jq -c '[.slug, .error_rate, .p50_ms, .p95_ms]' | sort >$side
	done || [ $? -eq 1 ]
	[ "$(wc -l <stored)" -ge $((N / 2)) ]
	grep -qv '"failed":0' stored
	join -t'"' -j 2 -o 0 told stored >both
	diff <(grep -Ff <(sed 's/.*/"&"/' both) told) stored >diff ||
		{ head -n 20 diff; false; }
}

@test "records from the future are kept, and push nothing out" {
	schedules "$SEED" | jq -c --argjson now $((NOW + 3600)) \
		'select(.probe_started_at < $now)' >all
	aggregate ingest <all
	judge plain
	redis flushall >/dev/null
	jq -c 'select(.type == "probe") | {slug, region}' all | sort -u |
		jq -c --argjson now $((NOW + 7200)) 'range(20) as $i |
			{v: 1, type: "probe", slug, region, probe_id: "ahead-\($i)",
			probe_started_at: ($now + 60 * $i), state: "healthy",
			failed_step: null, error: null, total_ms: 1, protocol: null,
			era: null, tool_hash: null, full_hash: null, tool_count: null}' >ahead
	cat ahead all | aggregate ingest
	judge ahead
	diff plain.verdicts ahead.verdicts >diff || { head -n 20 diff; false; }
	[ "$(redis hget probe:s-1:latest r1 | grep -c ahead)" -eq 16 ]
}

# kill_soon PID…: each at an instant of its own while they run, which is for
# LIFE microseconds; KILLED counts those that were still there.
kill_soon() {
	local pid status pause
	for pid; do
		printf -v pause '0.%06d' $((RANDOM * LIFE / 32768 * 2 / $#))
		sleep "$pause"
		kill -KILL "$pid" 2>/dev/null || true
	done
	for pid; do
		status=0
		wait "$pid" || status=$?
		((status != 137)) || KILLED=$((KILLED + 1))
	done
}

# minute AT: the records of 50 servers in three regions; some fail.
minute() {
	awk -v at="$1" -v seed="$RANDOM" 'BEGIN {
		srand(seed)
		for (s = 1; s <= 50; s++) {
			bad = rand() < 0.3
			for (r = 1; r <= 3; r++) {
				printf "{\"v\":1,\"type\":\"probe\",\"slug\":\"k-%d\",\"region\":\"r%d\"," \
					"\"probe_id\":\"r%d-%d\",\"probe_started_at\":%d," \
					"\"state\":\"%s\",\"failed_step\":%s,\"error\":%s,\"total_ms\":%d," \
					"\"protocol\":null,\"era\":null,\"tool_hash\":null," \
					"\"full_hash\":null,\"tool_count\":null}\n",
					s, r, r, at, at + r, bad ? "broken" : "healthy",
					bad ? "\"tools-list\"" : "null", bad ? "\"http.503\"" : "null",
					20 + rand() * 3000
			}
		}
	}'
}

# What the records alone make of the store.
records_dump() {
	redis_dump | awk '/^== / { on = $2 !~ /:(verdict|minutes|tools|counted|baseline|regions|places)$/ } on'
}

# counted: what the store says of each server, as "slug colour minutes".
counted() {
	redis_dump | awk '/^== / { slug = $2 ~ /:minutes$/ ? $2 : ""
			gsub(/^probe:|:minutes$/, "", slug) }
		slug && match($0, /:[a-z]+=/) {
			n[slug " " substr($0, RSTART + 1, RLENGTH - 2)] += \
				substr($0, RSTART + RLENGTH) }
		END { for (k in n) print k, n[k] }' | sort
}

@test "aggregators and the store killed at any instant: each minute once" {
	redis_start "$BATS_TEST_TMPDIR/own" --appendfsync always
	OWN=yes KILLED=0 LIFE=20000
	first=$((NOW - 60 * N))
	for ((at = first; at < NOW; at += 60)); do
		minute $at | tee -a all >records
		victims=()
		for k in 1 2; do
			"$BIN/mcp-aggregate" ingest <records >/dev/null 2>&1 3>&- &
			victims+=($!)
			"$BIN/mcp-aggregate" verdict -N $((at + 20 + k)) >"early$k" 2>/dev/null 3>&- &
			victims+=($!)
		done
		((RANDOM % 5)) || victims+=("$REDIS_PID")
		mapfile -t victims < <(shuf -e --random-source=<(yes "$RANDOM") "${victims[@]}")
		kill_soon "${victims[@]}"
		kill -0 "$REDIS_PID" 2>/dev/null ||
			redis_start "$BATS_TEST_TMPDIR/own" --appendfsync always
		# What cron does; and once more, a little later.
		began=${EPOCHREALTIME/./}
		aggregate ingest <records
		aggregate verdict -N $((at + 51)) >late
		LIFE=$((${EPOCHREALTIME/./} - began))
		aggregate verdict -N $((at + 52)) | diff late - >/dev/null
		# Whoever was killed told what now stands, or nothing.
		cat early1 early2 | grep -x '{.*}' | grep -v '"verdict":"unknown"' |
			grep "\"window\":$at," | grep -vxFf late && return 1
		cat late >>told
	done
	echo "$KILLED killed"
	[ "$KILLED" -ge "$N" ]
	# Each minute was told of once, by the verdict that then was counted.
	jq -r '"\(.slug) \(.window)"' told | sort | uniq -c | awk '$1 != 1' | diff /dev/null -
	[ "$(wc -l <told)" -eq $((50 * N)) ]
	jq -rs 'group_by([.slug, .verdict])[] | "\(.[0].slug) \(.[0].verdict) \(length)"' told |
		sort | diff - <(counted)
	jq -cs 'group_by(.slug)[] | sort_by(.window) | range(length) as $n | .[:$n + 1] |
		select((.[-1].uptime_30d * 100 | round) != ((length -
			(map(select(.verdict == "red")) | length)) * 10000 / length | floor)) |
		.[-1]' told | diff /dev/null -
	records_dump >killed
	redis flushall >/dev/null
	aggregate ingest <all
	records_dump >plain
	diff plain killed
}
