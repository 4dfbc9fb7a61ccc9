#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: how long each region took, and where that time went, is counted once an hour,
# of probes that were not broken, and takes little room.

bats_require_minimum_version 1.5.0
load ../../helpers/store

# hour FROM MINUTES: probes of two regions, of which the second one fails each tenth
# minute.
hour() {
	local at
	for ((at = $1; at < $1 + 60 * $2; at += 60)); do
		probes demo us $((at + 1))
		if ((at / 60 % 10)); then
			probes demo eu $((at + 2))
		else
			probes demo eu $((at + 2)) tools-list
		fi
	done
}

# judge FROM MINUTES: ingests and judges minute by minute, as cron does; whoever
# judges a minute again counts nothing twice.
judge() {
	local at
	for ((at = $1; at < $1 + 60 * $2; at += 60)); do
		hour "$at" 1 | aggregate ingest
		aggregate verdict -N $((at + 30)) >verdict || [ $? -eq 1 ]
		redis hgetall probe:demo:places >once
		aggregate verdict -N $((at + 35)) >verdict || [ $? -eq 1 ]
		redis hgetall probe:demo:places | diff once -
	done
}

# counted REGION: of the lines of a region, "HOUR BUCKETS PROBES".
counted() {
	redis hget probe:demo:places "$1" | awk 'NF {
		n = 0
		for (i = 2; i <= NF; i++) { split($i, part, ":"); n += part[2] }
		print $1, NF - 1, n
	}'
}

@test "each hour that is over is counted once, by region; and the parts of a check" {
	local h=$((NOW / 3600 * 3600 - 3600)) bytes
	hour $((h - 3600)) 60 | aggregate ingest
	judge "$h" 60
	[ "$(counted us | sed '$d')" = "$((h / 3600 - 1)) $(counted us | awk 'NR == 1 { print $2 }') 60" ]
	[ "$(counted eu | awk 'NR == 1 { print $3 }')" = 54 ]
	[ "$(counted us | tail -n 1 | cut -d' ' -f1,3)" = "d$(((h / 3600 - 1) / 24)) 60" ]
	[ "$(redis hget probe:demo:places .upto)" = $((h / 3600 - 1)) ]
	# Two probes, or one where the other failed: 4 ms to connect, 6 to shake hands,
	# 2 for the tools and 2 for a call, each.
	redis hget probe:demo:places .steps | grep -xE \
		"$((h / 3600)) (1 4 6 2 2|2 8 12 4 4)"
	# The hour after, with one that was missed: both are counted.
	redis hset probe:demo:places .upto $((h / 3600 - 2)) us '' eu '' >/dev/null
	judge $((h + 3600)) 60
	[ "$(counted us | awk '!/^d/ { print $1, $3 }')" = "$((h / 3600 - 1)) 60
$((h / 3600)) 60" ]
	[ "$(counted us | awk '/^d/ { n += $3 } END { print n }')" = 120 ]
	[ "$(redis ttl probe:demo:places)" -gt $((7 * 86400)) ]
	bytes=$(redis memory usage probe:demo:places)
	[ "$bytes" -lt 1000 ]
}

@test "of a day and of a week old hours and days go, and so do regions" {
	local h=$((NOW / 3600)) t day
	t=$((h * 3600)) day=$((h / 24))
	redis hset probe:demo:places gone "$((h - 2)) 87:1
d$day 87:1
" us "$((h - 25)) 87:1
$((h - 24)) 87:2
d$((day - 8)) 87:1
d$((day - 5)) 87:3
" .steps "$((h - 25)) 1 1 1 1 1
$((h - 3)) 1 1 1 1 1
" .upto $((h - 4)) >/dev/null
	hour $((t - 3600)) 60 | aggregate ingest
	judge "$t" 60
	run -0 redis hexists probe:demo:places gone
	[ "$output" = 0 ]
	redis hget probe:demo:places us | grep -x "$((h - 24)) 87:2"
	redis hget probe:demo:places us | grep -x "d$((day - 5)) 87:3"
	run ! grep -q "^$((h - 25)) \|^d$((day - 8)) " < <(redis hget probe:demo:places us)
	redis hget probe:demo:places .steps | grep -x "$((h - 3)) 1 1 1 1 1"
	run ! grep -q "^$((h - 25)) " < <(redis hget probe:demo:places .steps)
}
