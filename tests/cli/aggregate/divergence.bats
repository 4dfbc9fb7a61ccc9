#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: while a cache serves the tools of yesterday to one region, the verdicts
# say which regions see which tools, by name, and since when; and an ordinary
# deploy is nothing of the kind.

bats_require_minimum_version 1.5.0
load ../../helpers/store
load ../../helpers/drift

AT=1776780120 # 2026-04-21T14:02:00Z

# sides: the sides of the verdict on standard input, a line each.
sides() {
	jq -r '.sides[] | "\(.tool_hash[:2]) \(.regions | join(",")) " +
		"\(.first_seen | todate[11:19])-\(.last_seen | todate[11:19]) " +
		"-\(.removed | join(",")) +\(.added | join(",")) \(.changed + .redescribed | length)"'
}

@test "get_data is renamed to fetch_data at 14:02, and eu-west-2 learns at 14:47" {
	renamed day
	shuf --random-source=<(yes) day >shuffled
	aggregate replay shuffled >out
	[ "$(wc -l <out)" -eq 65 ]
	[ "$(jq -r .verdict out | sort -u)" = green ]
	# 45 minutes, and a verdict has sides where it has divergence.
	jq -r 'select(.divergence != "") | .as_of[11:16]' out |
		diff - <(for m in {2..46}; do printf '14:%02d\n' "$m"; done)
	jq -se 'all((.divergence != "") == (.sides | length == 2))' out
	# The first of them, one long after, and the last.
	for m in 2 30 46; do
		printf '== %d\n' "$m"
		jq -c --argjson w $((AT + 60 * (m - 2))) 'select(.window == $w)' out | sides
	done | diff - <(cat <<-'END'
	== 2
	11 eu-west-2 13:55:19-14:02:19 - + 0
	22 ap-southeast-1,sa-east-1,us-east-1,us-west-2 14:02:03-14:02:15 -get_data +fetch_data 0
	== 30
	11 eu-west-2 13:55:19-14:30:19 - + 0
	22 ap-southeast-1,sa-east-1,us-east-1,us-west-2 14:02:03-14:30:15 -get_data +fetch_data 0
	== 46
	11 eu-west-2 13:55:19-14:46:19 - + 0
	22 ap-southeast-1,sa-east-1,us-east-1,us-west-2 14:02:03-14:46:15 -get_data +fetch_data 0
	END
	)
	# The same two sides, and the same beginning of the new one, all the time.
	jq -c 'select(.sides != []) | [.sides[1] | .first_seen, .added, .removed, .regions] ' out |
		sort -u | wc -l | grep -qx 1
	# Each region's own drift, at its minute, once.
	jq -r '.as_of[11:16] as $at | .drift[] |
		"\($at) \(.region) -\(.removed | join(",")) +\(.added | join(","))"' out |
		diff - <(cat <<-'END'
		14:02 ap-southeast-1 -get_data +fetch_data
		14:02 sa-east-1 -get_data +fetch_data
		14:02 us-east-1 -get_data +fetch_data
		14:02 us-west-2 -get_data +fetch_data
		14:47 eu-west-2 -get_data +fetch_data
		END
		)
}

@test "an ordinary deploy: no divergence between rounds, one minute within one" {
	deployed day
	aggregate replay day >out
	[ "$(jq -s 'map(select(.divergence != "" or .sides != [])) | length' out)" -eq 0 ]
	[ "$(jq -s 'map(.drift[]) | length' out)" -eq 5 ]
	# Of two regions that had probed before it was deployed.
	deployed day 10
	aggregate replay day >out
	[ "$(jq -r 'select(.divergence != "").window' out)" = $AT ]
	# Nobody saw the old tools after somebody saw the new ones.
	jq -c 'select(.sides != [])' out | sides | diff - <(cat <<-'END'
	11 us-east-1,us-west-2 13:55:03-14:02:07 - + 0
	22 ap-southeast-1,eu-west-2,sa-east-1 14:02:11-14:02:19 -get_data +fetch_data 0
	END
	)
	jq -se 'map(.sides | select(. != [])) | all(.[0].last_seen < .[1].first_seen)' out
	# Judged between two probes of that round; 2 s ahead is not ahead.
	deployed day
	aggregate verdict - -N $((AT + 8)) <day >out
	sides <out | diff - <(cat <<-'END'
	11 ap-southeast-1,eu-west-2,sa-east-1 13:55:11-14:01:19 - + 0
	22 us-east-1,us-west-2 14:02:03-14:02:07 -get_data +fetch_data 0
	END
	)
}

# minute M: the records of the day that are probed in that minute after 13:55.
minute() {
	jq -c --argjson from $((AT + 60 * ($1 - 7))) \
		'select(.probe_started_at >= $from and .probe_started_at < $from + 60)' day
}

# live FROM TO: the minutes of ./day from FROM to TO after 13:55 pass through the
# store one by one, each judged once its probes are in; the verdicts go to ./out.
live() {
	local m
	for ((m = $1; m <= $2; m++)); do
		minute "$m" >now
		aggregate ingest <now
		aggregate verdict -N $((AT + 60 * (m - 7) + 30))
	done >>out
}

@test "through the store, minute by minute: the same sides, long after 16 probes" {
	renamed day
	live 0 35
	jq -c 'select(.as_of[11:16] == "14:30")' out | sides | diff - <(cat <<-'END'
	11 eu-west-2 13:55:19-14:30:19 - + 0
	22 ap-southeast-1,sa-east-1,us-east-1,us-west-2 14:02:03-14:30:15 -get_data +fetch_data 0
	END
	)
	[ "$(jq -s 'map(select(.sides != [])) | length' out)" -eq 29 ]
	# What is published is what was written.
	redis get probe:demo:verdict | jq -c '[.slug, .sides]' |
		diff - <(tail -n 1 out | jq -c '[.slug, .sides]')
	# As replay tells it.
	aggregate replay day | jq -c 'select(.window <= 1776781800) | [.as_of, .divergence, .sides, .drift]' |
		diff - <(jq -c '[.as_of, .divergence, .sides, .drift]' out)
	# What the store knew before it noted since when: the last 16 probes.
	for r in us-east-1 us-west-2 eu-west-2 ap-southeast-1 sa-east-1; do
		redis hset probe:demo:tools "seen:$r" \
			"$(redis hget probe:demo:tools "seen:$r" | cut -d' ' -f1-2)" >/dev/null
	done
	aggregate verdict -N $((AT + 60 * 28 + 40)) >/dev/null
	aggregate verdict -N $((AT + 60 * 29 + 40)) | sides | cut -d' ' -f1-3 | diff - <(cat <<-'END'
	22 ap-southeast-1,sa-east-1,us-east-1,us-west-2 14:15:03-14:30:15
	11 eu-west-2 14:15:19-14:30:19
	END
	)
	# And what nobody should have written there is not believed.
	redis hset probe:demo:tools seen:eu-west-2 "session ${RENAMED_OLD}.$(printf 'x%.0s' {1..500})" \
		seen:us-east-1 "session $RENAMED_NEW.$RENAMED_NEW -1e400" seen:sa-east-1 "" >/dev/null
	aggregate verdict -N $((AT + 60 * 30 + 40)) | sides | cut -d' ' -f1-3 | diff - <(cat <<-'END'
	22 ap-southeast-1,sa-east-1,us-east-1,us-west-2 14:15:03-14:30:15
	11 eu-west-2 14:15:19-14:30:19
	END
	)
}

@test "names that only one probe carried, long ago" {
	# Whoever saw the new tools first names them, and nobody ever again.
	renamed day
	live 0 35
	[ "$(jq -c 'select(.tools)' day | wc -l)" -eq 10 ]
	redis del probe:demo:latest >/dev/null
	for r in us-east-1 eu-west-2; do
		grep "\"region\":\"$r\"" now
	done | aggregate ingest
	aggregate verdict -N $((AT + 60 * 28 + 59)) >/dev/null
	aggregate verdict -N $((AT + 60 * 29)) | jq -c '.sides | [.[].regions, .[1].added, .[1].removed]' |
		diff - <(echo '[["eu-west-2"],["us-east-1"],["fetch_data"],["get_data"]]')
	# Through a pipe: from whichever region.
	jq -c 'if .region != "us-west-2" then del(.tools) else . end' day >poor
	aggregate replay poor | jq -c '.sides[1] // empty | [.added, .removed]' | sort -u |
		diff - <(echo '[["fetch_data"],["get_data"]]')
	# And where nobody named them, hashes.
	jq -c 'del(.tools)' day >bare
	aggregate replay bare | jq -c '.sides[] | [.tool_hash[:2], .added, .removed]' | sort -u |
		diff - <(printf '["%d",[],[]]\n' 11 22)
}

@test "in words: a verdict, at each stage of it" {
	renamed day
	aggregate replay day -f text >out
	grep -c 'tools differ' out | grep -qx 45
	grep -c '; tools differ: eu-west-2 sees get_data, the others fetch_data since 14:02$' out | grep -qx 44
	grep '^2026-04-21T14:02' out | grep -q ' since 14:02; tools changed in ap-southeast-1 (removed get_data; added fetch_data)'
	# The first region that sees the new tools, and one that sees nothing at all.
	run -0 aggregate verdict - -f text -N $((AT + 4)) <day
	[[ $output == *"; tools differ: us-east-1 sees fetch_data since 14:02, the others get_data;"* ]]
	grep -v sa-east-1 day >four
	run -0 aggregate verdict - -f text -N $((AT + 65)) <four \
		-r us-east-1,us-west-2,eu-west-2,ap-southeast-1,sa-east-1
	[[ $output == *"; no data from sa-east-1; tools differ: eu-west-2 sees get_data, ap-southeast-1, us-east-1 and us-west-2 fetch_data since 14:02"* ]]
}

@test "in words: explain, now and when it is over, with the cache that was asked" {
	renamed fresh
	# The edge says how long its answer lay there.
	jq -c 'if .step == "tools-list" and .region == "eu-west-2"
		then .detail = {age: "1812", x_cache: "Hit", pop: "LHR"} else . end' fresh >day
	live 0 35
	aggregate explain demo --at $((AT + 60 * 28 + 30)) >text
	sed -n '/^The regions see/,/^$/p' text | diff - <(cat <<-'END'
	The regions see different tools
	  eu-west-2 sees get_data, the others fetch_data since 14:02.
	    eu-west-2            111111111111  from a cache, 1812 s old: a stale edge?
	    ap-southeast-1       222222222222
	    sa-east-1            222222222222
	    us-east-1            222222222222
	    us-west-2            222222222222

	END
	)
	# The store has forgotten the minutes, but not since when.
	redis --scan --pattern 'probe:demo:[0-9]*' | xargs redis-cli -s "$REDIS_SOCK" del >/dev/null
	aggregate explain demo --at $((AT + 60 * 28 + 30)) | grep -qx \
		'  eu-west-2 sees get_data, the others fetch_data since 14:02.'
	# When it is over, of a minute in it.
	redis flushall >/dev/null
	live 0 64
	aggregate explain demo --at 2026-04-21T14:40:59Z | grep -qx \
		'  eu-west-2 sees get_data, the others fetch_data since 14:02.'
	run -0 aggregate explain demo --at 2026-04-21T14:48:59Z
	[[ $output != *"different tools"* ]]
}

@test "in words: status, of an afternoon that is now" {
	renamed april
	# The minute that was 14:30 is the one that was over last.
	by=$(($(date +%s) / 60 * 60 - 60 - AT - 28 * 60))
	jq -c --argjson by "$by" '.probe_started_at += $by' april >day
	AT=$((AT + by))
	live 0 35
	run -0 aggregate status -f text
	[[ ${output//$'\n  '/ } == *" tools differ: eu-west-2 sees get_data, the others fetch_data since $(date -u -d @$AT +%H:%M)"* ]]
	run -0 aggregate status
	jq -e '.divergence' <<<"$output"
}
