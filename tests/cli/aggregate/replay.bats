#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a recorded day judged again says what it said then; what another policy
# would have said is told to the minute; and a backfill counts what nobody has
# counted, once.

bats_require_minimum_version 1.5.0
load ../../helpers/store

T=1795219200 # 2026-11-21T00:00:00Z

# minutes FROM TO: the probe on standard input in each minute from FROM to
# before TO, counted from its own.
minutes() {
	jq -c --argjson from "$1" --argjson to "$2" 'range($from; $to) as $m |
		.probe_started_at += 60 * $m | .probe_id += "-\($m)"'
}

# outage: ten minutes of three regions; in minutes 3 to 5 two of them fail, 30 s
# apart.
outage() {
	probes demo us-east-1 $((T + 1)) | minutes 0 10
	for at in eu-west-2:5 sa-east-1:35; do
		probes demo "${at%:*}" $((T + ${at#*:})) >one
		minutes 0 3 <one
		minutes 6 10 <one
		probes demo "${at%:*}" $((T + ${at#*:})) tools-list | minutes 3 6
	done
}

# summary: what follows the verdicts in text.
summary() {
	sed -n '/^policy /,$p'
}

@test "a policy that changes verdicts: which, when, and how many" {
	outage >day
	run -0 aggregate replay day --policy tolerance=20s -f text
	diff - <(summary <<<"$output") <<-'EOT'
	policy tolerance=20s
	demo: 3 of 10 minutes changed
	           green   amber     red unknown  outages
	  before       7       0       3       0        1
	  policy       7       3       0       0        0
	  2026-11-21T00:03:00Z to 2026-11-21T00:05:00Z: red step-alert -> amber regional
	EOT
	[ "${#lines[@]}" -eq 16 ]
	[[ ${lines[3]} == "2026-11-21T00:03:00Z  amber  demo  regional at tools-list: 2 of 3"* ]]
	# Records stay records: the summary goes elsewhere.
	aggregate replay day --policy tolerance=20s >out 2>err
	[ "$(jq -r .verdict out | sort | uniq -c | xargs)" = "3 amber 7 green" ]
	diff err <(summary <<<"$output")
	# The rule as it is, for comparison, and what the other options make of it.
	aggregate replay day | jq -r .verdict | sort | uniq -c | xargs | grep -qx '7 green 3 red'
	run -0 --separate-stderr aggregate replay day --tolerance 20s --policy tolerance=60s
	[[ $stderr == *"Z: amber regional -> red step-alert" ]]
}

@test "another tier counts as a change, and so does who is quorate" {
	outage >day
	run -0 --separate-stderr aggregate replay day --policy step_alert=2,hard_outage=2
	[[ $stderr == *$'\n  policy       7       0       3       0        1\n'* ]]
	[[ $stderr == *"00:05:00Z: red step-alert -> red hard-outage" ]]
	run -0 --separate-stderr aggregate replay day -r us-east-1,ap-south-1 --policy quorum=1
	[[ $stderr == *"demo: 10 of 10 minutes changed"* ]]
	[[ $stderr == *"00:00:00Z to 2026-11-21T00:09:00Z: unknown no-data -> green ok" ]]
	run -0 --separate-stderr aggregate replay day --policy quorum=2
	[ "$stderr" = $'policy quorum=2\ndemo: 0 of 10 minutes changed' ]
}

@test "several servers: those that change, and the sum; only the first stretches" {
	outage | jq -c '., (.slug = "twin"), (.slug = "calm" |
		if .type == "step" then .status = "pass" | .error = null else
		.state = "healthy" | .failed_step = null | .error = null end)' >day
	# A demo that fails in every third minute from two regions.
	for m in 0 3 6 9 12 15 18; do
		for r in us-east-1 eu-west-2; do
			probes odd $r $((T + 5)) dns dns.timeout | minutes $m $((m + 1))
			probes odd $r $((T + 5)) | minutes $((m + 1)) $((m + 3))
		done
	done >>day
	run -0 --separate-stderr aggregate replay day --policy step_alert=3
	diff - <(echo "$stderr") <<-'EOT'
	policy step_alert=3
	demo: 3 of 21 minutes changed
	           green   amber     red unknown  outages
	  before       9       0       3       9        1
	  policy       9       3       0       9        0
	  2026-11-21T00:03:00Z to 2026-11-21T00:05:00Z: red step-alert -> amber regional
	odd: 7 of 21 minutes changed
	           green   amber     red unknown  outages
	  before      14       0       7       0        7
	  policy      14       7       0       0        0
	  2026-11-21T00:00:00Z to 2026-11-21T00:00:00Z: red step-alert -> amber regional
	  2026-11-21T00:03:00Z to 2026-11-21T00:03:00Z: red step-alert -> amber regional
	  2026-11-21T00:06:00Z to 2026-11-21T00:06:00Z: red step-alert -> amber regional
	  2026-11-21T00:09:00Z to 2026-11-21T00:09:00Z: red step-alert -> amber regional
	  2026-11-21T00:12:00Z to 2026-11-21T00:12:00Z: red step-alert -> amber regional
	  and 2 more
	twin: 3 of 21 minutes changed
	           green   amber     red unknown  outages
	  before       9       0       3       9        1
	  policy       9       3       0       9        0
	  2026-11-21T00:03:00Z to 2026-11-21T00:05:00Z: red step-alert -> amber regional
	all servers: 13 of 84 minutes changed
	           green   amber     red unknown  outages
	  before      44       0      13      27        9
	  policy      44      13       0      27        0
	servers without a change: 1 of 4
	EOT
}

@test "a policy that is none is refused before anything is read" {
	while IFS='|' read -r policy why; do
		run -2 aggregate replay - --policy "$policy" <&-
		[ "$output" = "mcp-aggregate: --policy: $why" ] || { echo "$policy: $output"; return 1; }
	done <<-'EOT'
	|'' is not a number of the rule
	quora=1|'quora' is not a number of the rule
	quorum|quorum: '=' and a value expected
	quorum=0|quorum: '0' is not a whole number from 1 to 100
	quorum=2s|quorum: '2s' is not a whole number from 1 to 100
	alone=17|alone: '17' is not a whole number from 1 to 16
	quorum=1,quorum=1|quorum: given twice
	quorum=1,|'' is not a number of the rule
	tolerance=60|tolerance: 60 has no unit: write 60s
	tolerance=2d|tolerance: '2d' is not a time from 1s to 24h
	lookback=20s|lookback: '20s' is not a time from 30s to 24h
	lookback=30s|a tolerance of 60s is longer than the lookback of 30s
	step_alert=4|a hard_outage of 3 is below the step_alert of 4
	EOT
	run -2 aggregate verdict - --policy quorum=1 </dev/null
	[ "$output" = "mcp-aggregate: verdict -: --policy cannot be used with this command; see mcp-aggregate verdict --help" ]
}

OLD=$(printf '1%.0s' {1..64}) NEW=$(printf '2%.0s' {1..64})

# tools HASH NAME [FIRST]: the probes of standard input see this tool; only the
# first of them says so by name.
tools() {
	jq -c --arg h "$1" --arg name "$2" 'if .type == "probe" then
		.tool_hash = $h | .full_hash = $h |
		if .probe_id | endswith("-0") then .tools = {($name): [$h, $h]}
		else del(.tools) end else . end'
}

# renamed REGION SECOND MINUTE: an hour and a half in which the region sees
# fetch_data in place of get_data from that minute on.
renamed() {
	probes demo "$1" $((T + $2)) | minutes 0 "$3" | tools "$OLD" get_data
	probes demo "$1" $((T + $2 + 60 * $3)) | minutes 0 $((90 - $3)) | tools "$NEW" fetch_data
}

@test "get_data renamed to fetch_data, and 45 minutes of a stale cache" {
	for r in us-east-1:3 us-west-2:11 eu-west-2:21 sa-east-1:25; do
		renamed "${r%:*}" "${r#*:}" 10
	done >day
	renamed ap-southeast-1 41 55 >>day
	shuf --random-source=<(yes) day >shuffled
	aggregate replay shuffled >out
	[ "$(wc -l <out)" -eq 90 ]
	[ "$(jq -r .verdict out | sort -u)" = green ]
	# Each drift at its minute, by name, once.
	jq -r --argjson t $T '((.window - $t) / 60) as $m | .drift[] |
		"\($m) \(.region) -\(.removed | join(",")) +\(.added | join(",")) \(.changed + .redescribed | length)"' out |
		diff - <(cat <<-'EOT'
		10 eu-west-2 -get_data +fetch_data 0
		10 sa-east-1 -get_data +fetch_data 0
		10 us-east-1 -get_data +fetch_data 0
		10 us-west-2 -get_data +fetch_data 0
		55 ap-southeast-1 -get_data +fetch_data 0
		EOT
		)
	# The regions differ for 45 minutes, and then no more.
	jq -r --argjson t $T 'select(.divergence != "") | "\((.window - $t) / 60) \(.divergence)"' out |
		diff - <(printf '%s cdn-cache-divergence\n' {10..54})
	# Who is on which side.
	jq -r --argjson t $T --arg old "$OLD" 'select(.window == $t + 54 * 60) |
		.regions[] | select(.tool_hash == $old).region' out | grep -qx ap-southeast-1
	run -0 --separate-stderr aggregate replay shuffled --policy divergence=30s
	[[ $stderr == *"demo: 45 of 90 minutes changed"* ]]
	[[ $stderr == *"T00:10:00Z to 2026-11-21T00:54:00Z: green ok divergence -> green ok" ]]
}

@test "an ordinary deploy across five regions is no two windows of divergence" {
	# In the middle of a minute: two regions probe before it, three after.
	for r in us-east-1:3:11 us-west-2:11:11 eu-west-2:21:10 sa-east-1:32:10 ap-southeast-1:41:10; do
		IFS=: read -r region second minute <<<"$r"
		renamed "$region" "$second" "$minute"
	done >day
	aggregate replay day >out
	[ "$(jq -r 'select(.divergence != "").window' out)" = $((T + 600)) ]
	[ "$(jq -s 'map(.drift[]) | length' out)" -eq 5 ]
	# Between two rounds of probes: not even that.
	for r in us-east-1:3 us-west-2:11 eu-west-2:21 sa-east-1:32 ap-southeast-1:41; do
		renamed "${r%:*}" "${r#*:}" 10
	done >day
	aggregate replay day >out
	[ "$(jq -s 'map(select(.divergence != "")) | length' out)" -eq 0 ]
	[ "$(jq -s 'map(.drift[]) | length' out)" -eq 5 ]
}

# past: the outage as it was HOURS ago.
past() {
	local shift
	shift=$(($(date +%s) / 60 * 60 - $1 * 3600 - T))
	outage | jq -c --argjson by "$shift" '.probe_started_at += $by'
}

@test "backfill counts each minute once, whoever comes again" {
	past 5 >day
	first=$(jq -s 'map(.probe_started_at) | min / 60 | floor * 60' day)
	from=$(date -u -d "@$first" +%FT%TZ) to=$(date -u -d "@$((first + 540))" +%FT%TZ)
	run -0 aggregate backfill day
	[ "$output" = "demo: 10 minutes counted from $from to $to (7 green, 0 amber, 3 red); 0 counted before, 0 unknown, 0 untimely" ]
	redis hgetall probe:demo:minutes | xargs -n2 | grep -v ^upto | sort >counts
	redis_dump >once
	run -0 aggregate backfill - <day
	[ "$output" = "demo: 0 minutes counted; 10 counted before, 0 unknown, 0 untimely" ]
	redis_dump | cmp once -
	# Two halves, in the wrong order, twice, and at once: the same counts.
	redis flushall
	jq -c --argjson half $((first + 300)) 'select(.probe_started_at >= $half)' day >late
	aggregate backfill late >a & aggregate backfill late >b
	wait $!
	aggregate backfill day >a & aggregate backfill day >b
	wait $!
	redis hgetall probe:demo:minutes | xargs -n2 | grep -v ^upto | sort | diff counts -
	# The newest of them stands published, as it was first, at its own time.
	redis get probe:demo:verdict | jq -e --arg to "$to" '.as_of == $to and
		.verdict == "green" and .uptime_30d == 80 and .p95_ms > 0'
	[ "$(redis hget probe:demo:minutes upto)" -eq $((first + 540)) ]
}

@test "backfill leaves what was published, and the verdict counts on" {
	now=$(date +%s)
	# These probes and their verdict are of one minute.
	((now % 60 >= 5)) || now=$((now - 10))
	for r in us-east-1 eu-west-2 sa-east-1; do
		probes demo $r $((now - 5))
	done | aggregate ingest
	aggregate verdict -N "$now" >/dev/null
	redis get probe:demo:verdict >published
	past 5 >day
	aggregate backfill day >out
	grep -q '^demo: 10 minutes counted' out
	redis get probe:demo:verdict | diff published -
	[ "$(redis hget probe:demo:minutes upto)" -eq $((now / 60 * 60)) ]
	# A minute that verdict has counted is not counted again.
	aggregate verdict -N $((now + 60)) >/dev/null
	redis get probe:demo:verdict | jq -e '.uptime_30d == 75'
	for ((i = 10; i > 0; i--)); do
		for r in us-east-1 eu-west-2 sa-east-1; do
			probes own $r $((now - 3600 + 60 * i))
		done
	done >more
	aggregate ingest <more
	for i in 3 5 7; do
		aggregate verdict -s own -N $((now - 3600 + 60 * i + 1)) >/dev/null
	done
	# Two between them were judged late.
	run -0 aggregate backfill more
	[[ $output == "own: 5 minutes counted from "*"; 5 counted before, 0 unknown, 0 untimely" ]]
}

@test "backfill of what others counted before there were bits for it" {
	day=$(($(date +%s) / 86400 - 2))
	for r in us-east-1 eu-west-2 sa-east-1; do
		probes demo $r $((day * 86400 + 5)) | minutes 0 20
		probes demo $r $((day * 86400 + 5 - 86400)) | minutes 0 20
	done >old
	redis hset probe:demo:minutes "$day:green" 10 upto $((day * 86400 + 9 * 60)) >/dev/null
	run -0 aggregate backfill old
	# The day before had no counts: 20 minutes, and 2 of lookback. Of this one
	# ten minutes were counted, and it does not matter which.
	[[ $output == "demo: 32 minutes counted from "*" (32 green, 0 amber, 0 red); 10 counted before, 1418 unknown, 0 untimely" ]]
	[ "$(redis hget probe:demo:minutes "$day:green")" -eq 20 ]
	[ "$(redis hget probe:demo:minutes "$((day - 1)):green")" -eq 22 ]
	run -0 aggregate backfill old
	[[ $output == "demo: 0 minutes counted; 42 counted before, "* ]]
}

@test "what no backfill counts: the distant past, what is not over, and unknown servers" {
	# Half an hour ahead, lest it is over when a slow machine comes to it.
	soon=$(($(date +%s) + 1800))
	for r in us-east-1 eu-west-2 sa-east-1; do
		probes demo $r $((soon - 40 * 86400))
		probes demo $r "$soon"
	done >lines
	head -n 9 lines >ancient
	run -0 aggregate backfill ancient
	[ "$output" = "demo: 0 minutes counted; 0 counted before, 0 unknown, 1 untimely" ]
	[ "$(redis exists probe:demo:minutes)" -eq 0 ]
	jq -c --argjson soon "$soon" 'select(.probe_started_at == $soon)' lines >ahead
	run -0 aggregate backfill ahead
	[[ $output == "demo: 0 minutes counted; 0 counted before, 0 unknown, 1 untimely" ]]
	cat >fleet.yaml <<-EOT
	store: $MCP_STORE
	regions: [{name: us-east-1}, {name: eu-west-2}, {name: sa-east-1}]
	servers: [{slug: other, url: "https://example.com/mcp"}]
	EOT
	past 5 >day
	run -0 --separate-stderr aggregate backfill day -c fleet.yaml
	[ -z "$output" ]
	[ "$stderr" = "mcp-aggregate: warning: demo is not configured, so it is not judged" ]
	run -2 aggregate backfill nosuch
	run -2 aggregate backfill </dev/null
	run -2 aggregate backfill - </dev/null
	[ "$output" = "mcp-aggregate: no records on standard input" ]
	MCP_STORE=unix://$PWD/none run -3 aggregate backfill day
}
