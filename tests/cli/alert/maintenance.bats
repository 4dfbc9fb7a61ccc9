#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2086,SC2153
# Goal: a maintenance is added, shown and ended by its commands; what is wrong is
# refused in words.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/maintenance

# refused WHY ARGUMENT…
refused() {
	add 2 "${@:2}"
	[ ! -s out ]
	grep -qF -- "$1" err || { cat err; return 1; }
	[ "$(redis exists fleet:maintenance)" = 0 ]
}

@test "one is added, and stands in the store as it was printed" {
	add 0 --for 2h --reason 'new disks' --by ann example-mcp 'x*'
	[ ! -s err ]
	diff <(command jq -c 'del(.id)' out) - <<-END
		{"v":1,"type":"maintenance","slugs":["example-mcp","x*"],"accounts":[],"starts_at":$NOW,"ends_at":$((NOW + 7200)),"every":null,"zone":"UTC","reason":"new disks","by":"ann","announced_at":$NOW,"ended_at":null}
	END
	diff <(redis hvals fleet:maintenance) out
	[ "$(redis hkeys fleet:maintenance)" = "$(jq -r .id out)" ]
	[ "$(redis ttl fleet:maintenance)" -gt $((34 * 86400)) ]
}

@test "instants are RFC 3339, epoch seconds, or the next HH:MM of the zone" {
	add 0 --start 2026-04-29T23:00:00+02:00 --end $((NOW + 7200)) a
	[ "$(jq -c '[.starts_at, .ends_at]' out)" = "[$((NOW + 29 * 60)),$((NOW + 7200))]" ]
	add 0 --start 20:45 --end 21:15 a
	[ "$(jq -c '[.starts_at, .ends_at]' out)" = "[$((NOW + 14 * 60)),$((NOW + 44 * 60))]" ]
	add 0 --start 20:30 --end 20:00 a
	[ "$(jq -r '.starts_at | todate' out)" = 2026-04-30T20:30:00Z ]
	# In Berlin it is 22:31; the configuration says so, too.
	add 0 --start 22:45 --for 10m --zone Europe/Berlin a
	[ "$(jq -r '.starts_at | todate' out)" = 2026-04-29T20:45:00Z ]
	add 0 -c fleet.yaml --start 02:00 --end 03:00 nobodys
	[ "$(jq -cr '[(.starts_at, .ends_at | todate), .zone]' out)" = \
		'["2026-04-30T00:00:00Z","2026-04-30T01:00:00Z","Europe/Berlin"]' ]
}

@test "what is longer than the cap is cut, and that is said" {
	add 0 --for 24h example-mcp
	grep -q 'warning: a maintenance lasts 14400 s at most.*ends at 2026-04-30T00:31:00Z' err
	[ "$(stands .ends_at)" = $((NOW + 4 * 3600)) ]
	redis del fleet:maintenance
	sed -i 's/^alerts: {/&policy: {maintenance: 1h}, /' fleet.yaml
	add 0 -c fleet.yaml --for 2h example-mcp
	[ "$(stands .ends_at)" = $((NOW + 3600)) ]
	redis del fleet:maintenance
	refused 'its end is in the past: 2026-04-30T05:30:59+09:00' --zone Asia/Tokyo \
		--start $((NOW - 4 * 3600 - 1)) --for 24h example-mcp
	refused 'its end is in the past: 2026-04-29T20:30:59Z' --start $((NOW - 4 * 3600 - 1)) \
		--for 24h example-mcp
}

@test "what is wrong is refused" {
	refused 'one of --end and --for is needed' a
	refused 'one of --end and --for is needed' --for 1h --end 23:00 a
	refused 'no server is named' --for 1h
	refused "'A B': neither a server nor a pattern" --for 1h 'A B'
	refused "'': neither a server nor a pattern" --for 1h ''
	refused 'end is not after its start' --start 21:00 --end $NOW a
	refused 'its end is in the past:' --start $((NOW - 600)) --end $((NOW - 60)) a
	refused "--start: '25:00' is not" --start 25:00 --for 1h a
	refused "--end: 'soon' is not" --end soon a
	refused "--for: '5' is not" --for 5 a
	refused "--for: '8d' is not" --for 8d a
	refused "--zone: 'Europe/Berlen' is not a known time zone" --for 1h --zone Europe/Berlen a
	refused "--every: 'monday' is not" --for 1h --every monday a
	refused "no server 'exmaple-mcp' in the configuration; did you mean 'example-mcp'?" \
		-c fleet.yaml --for 1h exmaple-mcp
	refused "no server matches 'zz*'" -c fleet.yaml --for 1h 'zz*'
	refused "no account 'acmee' in the configuration; did you mean 'acme'?" \
		-c fleet.yaml --for 1h --account acmee
	MCP_STORE=unix:///nowhere add 3 --for 1h a
}

@test "the list shows what is active, coming, recurring, and ended in the last day" {
	maintenance 0 list -N "$NOW" -f text
	[ "$(<out)" = 'No maintenance and no silence is known.' ]
	add 0 --for 1h --reason $'disks\e[31m' example-mcp
	add 0 --start 23:00 --for 1h --account acme -c fleet.yaml --zone UTC
	add 0 --start 02:00 --for 1h --every mon,thu --zone Europe/Berlin 'b*'
	maintenance 0 list -N $((NOW + 60)) -f text
	diff <(sed 's/m-[0-9a-f]*/ID/' out | sort) - <<-'END'
		active     2026-04-29T20:31:00Z  2026-04-29T21:31:00Z  ID  example-mcp: disks?[31m
		coming     2026-04-29T23:00:00Z  2026-04-30T00:00:00Z  ID  account acme
		recurring  2026-04-30T00:00:00Z  2026-04-30T01:00:00Z  ID  b* (mon,thu, Europe/Berlin)
	END
	maintenance 0 list -N $((NOW + 3600)) -f text
	[ "$(grep -c ^ended out)" = 1 ]
	maintenance 0 list -N $((NOW + 3 * 86400))
	[ "$(jq -c .every out)" = '["mon","thu"]' ]
	maintenance 0 list -N $((NOW + 4 * 86400)) -f text
	grep -q '^recurring  2026-05-04T00:00:00Z' out
}

@test "one is ended, now and for good" {
	add 0 --for 1h example-mcp
	id=$(jq -r .id out)
	maintenance 2 end -N "$NOW" no-such
	grep -qF "maintenance 'no-such': there is none of that name" err
	maintenance 0 end -N $((NOW + 600)) "$id"
	[ "$(stands .ended_at)" = $((NOW + 600)) ]
	maintenance 2 end -N $((NOW + 700)) "$id"
	grep -q 'is over' err
	add 0 --for 1h --every daily a
	id=$(jq -r .id out)
	maintenance 0 end -N $((NOW + 600)) "$id"
	maintenance 0 list -N $((NOW + 700)) -f text
	[ "$(grep -c ^ended out)" = 2 ]
	add 0 --start 23:00 --for 1h b
	maintenance 0 end -N $((NOW + 600)) -f text "$(jq -r .id out)"
	grep -q '^cancelled' out
	maintenance 2 end -N "$NOW"
	grep -qF 'maintenance end: the id of a maintenance is missing' err
}

@test "what has been over for 35 days leaves, and what lasts does not" {
	add 0 --for 1h a
	add 0 --for 1h --every daily b
	redis expire fleet:maintenance 100 >/dev/null
	maintenance 0 list -N $((NOW + 40 * 86400))
	[ "$(redis ttl fleet:maintenance)" -gt 86400 ]
	NOW=$((NOW + 40 * 86400)) add 0 --for 1h c
	[ "$(redis hvals fleet:maintenance | jq -r '.slugs[]' | sort | paste -sd' ')" = 'b c' ]
}

@test "an entry that cannot be read is told of, and the others are known" {
	add 0 --for 1h a
	redis hset fleet:maintenance bad '{"v":1,"type":"maintenance"}' worse '{' >/dev/null
	maintenance 0 list -N "$NOW"
	[ "$(wc -l <out)" = 1 ]
	grep -qF "maintenance 'bad': cannot be read: slugs" err
	grep -qF "maintenance 'worse': cannot be read" err
}

@test "the command says what is too long with its neighbours, and until when it counts" {
	add 0 -c fleet.yaml --for 4h example-mcp
	add 0 -c fleet.yaml --start $((NOW + 4 * 3600 + 840)) --for 1h 'exam*'
	grep -qF 'mcp-alert: warning: example-mcp: maintenances less than 15 minutes apart count as one: with the others it is 4440 s longer than allowed (alerts.policy.maintenance), so it ends at 2026-04-30T02:31:00+02:00' err
	add 0 -c fleet.yaml --start $((NOW + 86400)) --every daily --for 3h nobodys
	[ ! -s err ]
	add 0 -c fleet.yaml --start $((NOW + 86400 + 3 * 3600)) --every sat --for 2h nobodys
	grep -qF 'nobodys: maintenances less than 15 minutes apart count as one: with the others it is 3600 s longer' err
	# Its Saturday begins in Berlin.
	grep -qF 'ends at 2026-05-02T02:31:00+02:00' err
}
