#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: what is known is silenced by kind, region, step and server, for a while and
# for a reason; it is seen where somebody looks, and told when the silence ends.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

# quiet WANT ARGUMENT…: adds a silence as of T.
quiet() {
	alert "$1" silence add -N "$T" "${@:2}"
}

@test "one is added, listed with the maintenances, and leaves a trace when it is over" {
	quiet 0 --for 1h --reason 'the runner moves' --by ann --region ap --kind regional,rate_limited 'example-*'
	diff <(command jq -c 'del(.id)' out) - <<-END
		{"v":1,"type":"silence","slugs":["example-*"],"kinds":["regional","rate_limited"],"regions":["ap"],"steps":[],"starts_at":$T,"ends_at":$((T + 3600)),"reason":"the runner moves","by":"ann","ended_at":null}
	END
	id=$(jq -r .id out)
	[[ $id =~ ^s-[0-9a-f]{8}$ ]]
	diff <(redis hget fleet:silence "$id") out
	[ "$(redis ttl fleet:silence)" -gt $((34 * 86400)) ]
	alert 0 maintenance add -N "$T" --start +10m --for 5m shop
	for list in maintenance silence; do
		alert 0 "$list" list -N $((T + 60)) -f text --zone Europe/Berlin
		sed 's/[ms]-[0-9a-f]\{8\}/ID/' out | diff - <(cat <<-'END'
			active     2026-04-29T22:31:00+02:00  2026-04-29T23:31:00+02:00  ID  silence of example-*, regional, rate_limited, from ap: the runner moves
			coming     2026-04-29T22:41:00+02:00  2026-04-29T22:46:00+02:00  ID  shop
		END
		)
	done
	alert 0 silence list -N $((T + 2 * 86400)) -f text
	grep -q "^ended  .* $id  silence of " out
	alert 0 silence list -N $((T + 9 * 86400)) -f text
	! grep -q "$id" out
	alert 0 silence end -N $((T + 600)) -f text "$id"
	grep -q '^ended ' out
	alert 2 silence end -N $((T + 700)) "$id"
	grep -q 'is over' err
	alert 2 silence end no-such
	grep -q "silence 'no-such': there is none of that name" err
}

@test "an end in the hour that comes twice is the next such minute" {
	# name, zone, now, how long: 2:20 comes twice, and half an hour of Lord Howe.
	while read -r zone now end want; do
		now=$(date -d "$now" +%s)
		for command in 'silence add --reason night' 'maintenance add'; do
			# shellcheck disable=SC2086
			alert 0 $command -N "$now" --zone "$zone" --end "${end/_/ }" example-mcp
			[ "$(jq '.ends_at - .starts_at' out)" = "$want" ] || { echo "$zone $now $end"; cat out; return 1; }
		done
	done <<-'END'
		Europe/Berlin 2026-10-25T01:20:00Z 2:50 1800
		Europe/Berlin 2026-10-25T01:20:00Z 2026-10-25_02:50 1800
		Europe/Berlin 2026-10-25T00:20:00Z 2:50 1800
		Europe/Berlin 2026-10-25T00:50:00Z 2:20 1800
		Australia/Lord_Howe 2026-04-04T15:10:00Z 1:50 600
	END
	alert 0 maintenance add -N "$(date -d 2026-10-25T00:30:00Z +%s)" --zone Europe/Berlin \
		--start 2:20 --end 2:40 example-mcp
	[ "$(jq -r '[.starts_at, .ends_at | todate] | join(" ")' out)" = \
		'2026-10-25T01:20:00Z 2026-10-25T01:40:00Z' ]
}

@test "what is wrong is refused" {
	routes "{name: log, type: command, command: [cat]}"
	for try in '--for 1h --reason x|no server, kind, region or step is named' \
		'--reason x shop|one of --end and --for' '--for 1h example-mcp|--reason is needed' \
		"--for 60 --reason x example-mcp|--for: '60' is not a duration" \
		"--for 36d --reason x example-mcp|--for: '36d' is not a duration" \
		"--for 1h --reason x --kind regionl|--kind: 'regionl' is not a kind" \
		"--for 1h --reason x --region mars|--region: 'mars' is not a region" \
		"--for 1h --reason x --step tool-list|--step: 'tool-list' is not a step" \
		"--for 1h --reason x exmaple-mcp|did you mean 'example-mcp'?"; do
		# shellcheck disable=SC2086
		quiet 2 ${try%%|*}
		grep -qF -- "${try#*|}" err || { cat err; return 1; }
	done
	[ "$(redis exists fleet:silence)" = 0 ]
}

@test "a silenced incident is open and seen, and is told when the silence ends" {
	routes "{name: log, type: command, command: [tee, -a, '$PWD/log']}"
	quiet 0 --for 20m --reason 'new disks' --step initialize example-mcp
	id=$(jq -r .id out)
	minutes 0 5 eu,us initialize | alert 0
	[ ! -s out ]
	[ ! -e log ]
	alert 0 list -f text
	grep -qF "(silenced by $id)" out
	alert 0 list
	[ "$(jq -r .silenced_by out)" = "$id" ]
	alert 0 explain -N $((T + 300)) -f text example-mcp
	grep -qF "Silence $id until 20:51 of example-mcp, at initialize: new disks" out
	grep -qF "muted: by silence $id since 20:31; sent when that ends" out
	alert 0 explain -N $((T + 300)) example-mcp
	[ "$(jq -cr '[.silences[0].id, .incidents[0].silenced_by]' out)" = "[\"$id\",\"$id\"]" ]
	alert 0 history example-mcp
	jq -r '"\(.what) \(.text)"' out >told
	grep -q '^downtime_silenced new disks$' told
	grep -q '^downtime_started not sent, silenced: ' told
	minutes 19 21 eu,us initialize | alert 0
	[ "$(events log)" = downtime_started ]
	[ "$(jq -r '.at' log)" = $((T + 1200)) ]
}

@test "explain says of one that was told before that it goes on after the silence" {
	verdict 0 eu,us initialize | alert 0
	quiet 0 --for 20m --reason 'new disks' example-mcp
	verdict 1 eu,us initialize | alert 0
	alert 0 explain -N $((T + 90)) -f text example-mcp
	grep -qE 'muted: by silence s-[0-9a-f]{8} since 20:32; updates are sent after that' out
}

@test "a silence that somebody ends is over for what the next run sees; and ended by time alone" {
	quiet 0 --for 4h --reason x example-mcp
	id=$(jq -r .id out)
	minutes 0 5 eu,us initialize | alert 0
	[ ! -s out ]
	alert 0 silence end -N $((T + 360)) "$id"
	alert 0 tick -N $((T + 400))
	[ "$(events out)" = downtime_started ]
}

@test "a whole silence hides neither a stalled pipeline nor a test" {
	quiet 0 --for 4h --reason x '*'
	redis hset fleet:heartbeats ingest $((T - 1000)) verdict $((T - 1000)) >/dev/null
	minutes 0 1 eu,us initialize >night
	alert 0 -N $((T + 60)) <night
	[[ " $(events out) " != *" downtime_started "* ]]
	alert 0 tick -N $((T + 1200))
	[[ " $(events out) " == *" pipeline_stalled_started "* ]] || { cat out; return 1; }
}

@test "an entry that cannot be read is told of, and the others are known" {
	quiet 0 --for 1h --reason x a
	redis hset fleet:silence bad '{"v":1,"type":"silence"}' >/dev/null
	alert 0 silence list -N "$T"
	[ "$(wc -l <out)" = 1 ]
	grep -qF "silence 'bad': cannot be read: reason" err
}
