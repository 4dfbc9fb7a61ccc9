#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: the records of a probe stay where they say something, and what a row of
# three bytes knows of the others is enough for whoever asks later.

bats_require_minimum_version 1.5.0
load ../../helpers/store

# The ten minutes up to this one are of one hour.
MIN=$(($(date +%s) / 60 * 60))
((MIN % 3600 >= 540)) || MIN=$((MIN - 600))

# life AGO [REGION]: how long the records of that minute live, in hours.
life() {
	echo $((($(redis ttl "probe:demo:$((MIN - 60 * $1)):${2:-us}") + 1800) / 3600))
}

# at AGO [STEP ERROR]: a probe of the minute so long ago.
at() {
	local ago=$1
	shift
	probes demo us $((MIN - 60 * ago)) "$@"
}

# at_region REGION AGO [STEP ERROR]: the same of another region.
at_region() {
	local region=$1 ago=$2
	shift 2
	probes demo "$region" $((MIN - 60 * ago)) "$@"
}

# again N: the probes on standard input in each of N minutes, from theirs on.
again() {
	jq -cn --argjson n "$1" '[inputs] as $all | range($n) as $i | $all[] |
		.probe_started_at += 60 * $i | .probe_id += "-\($i)"'
}

# many N AGO REGION…: a passing probe in each of N minutes, from AGO on.
many() {
	local n=$1 from=$((MIN - 60 * $2)) r
	shift 2
	for r; do probes demo "$r" "$from"; done | again "$n"
}

# forget: what expires after ten minutes is gone.
forget() {
	redis --raw keys 'probe:demo:??????????:*' | sed 's/^/DEL /' | redis >/dev/null
}

# counts: what is counted, in the histograms and the errors.
counts() {
	local key
	redis --raw keys 'probe:demo:errors:*' | sort | while read -r key; do
		echo "$key $(redis --raw hgetall "$key" | paste -sd ' ' - | xargs -n2 | sort | xargs)"
	done
	redis --raw hgetall "probe:demo:latency:d$((MIN / 86400))" | paste - - | sort
}

@test "records stay for a day that differ from those before" {
	for i in 9 8 7 6; do at $i; done >all
	at 5 tools-list >>all
	at 4 tools-list >>all
	for i in 3 2; do at $i; done >>all
	at 1 | jq -c 'if .type == "probe" then .tool_hash = "e" * 64 else . end' >>all
	at 0 | jq -c 'if .type == "probe" then .tool_hash = "e" * 64 else . end' >>all
	for order in cat tac 'shuf --random-source=all'; do
		redis flushall >/dev/null
		$order all | aggregate ingest
		# The first; the outage; the recovery; the deployment.
		[ "$(for i in 9 5 3 1; do life $i; done | xargs)" = "24 24 24 24" ]
		[ "$order" != cat ] ||
			[ "$(for i in 8 7 6 4 2 0; do life $i; done | xargs)" = "0 0 0 0 0 0" ]
	done
	[ "$(redis ttl "probe:demo:$MIN:reporters")" -le 600 ]
}

@test "an era or a revision that changes says something, a duration does not" {
	at 4 | aggregate ingest
	at 3 | jq -c 'if .type == "probe" then .total_ms = 900 else . end' | aggregate ingest
	at 2 | jq -c 'if .type == "probe" then .protocol = "2026-07-28" else . end' |
		aggregate ingest
	at 1 | jq -c 'if .type == "probe" then .era = "stateless" else . end' |
		aggregate ingest
	[ "$(for i in 4 3 2 1; do life $i; done | xargs)" = "24 0 24 24" ]
}

@test "a failure differs by its step, error, era or revision, not by its words" {
	at 9 tools-list >all
	at 8 tools-list | jq -c 'if .type == "probe" then .total_ms = 900
		else .message = "another" end' >>all
	at 7 tools-list http.502 >>all
	at 6 tools-call http.502 >>all
	at 5 tools-call http.502 >>all
	at 4 tools-call http.502 | jq -c 'if .type == "probe" then .era = "stateless"
		else . end' >>all
	at 3 tools-call http.502 | jq -c 'if .type == "probe" then .protocol = "2026-07-28"
		else . end' >>all
	at 2 tools-call x.one >>all
	at 1 tools-call x.two >>all
	at 0 tools-call x.two >>all
	aggregate ingest <all
	[ "$(for i in {9..0}; do life $i; done | xargs)" = "24 0 24 24 0 24 24 24 24 0" ]
	# A failed step that the summary does not tell of.
	at 0 | jq -c 'if .n == 3 then .status = "fail" | .error = "http.500" else . end' |
		sed 's/"us"/"eu"/; s/"us-/"eu-/' >odd
	sed "s/$MIN/$((MIN - 60))/g" odd | cat - odd | aggregate ingest
	[ "$(life 1 eu) $(life 0 eu)" = "24 24" ]
}

@test "of an outage the first probe of each hour stays" {
	from=$((MIN / 3600 * 3600 - 180))
	for i in {0..5}; do probes demo us $((from + 60 * i)) tools-list; done |
		aggregate ingest
	ago=$(((MIN - from) / 60))
	[ "$(for i in {0..5}; do life $((ago - i)); done | xargs)" = "24 0 0 24 0 0" ]
}

@test "a probe that comes late makes evidence of the one after it" {
	at 9 | aggregate ingest
	at 3 | aggregate ingest
	[ "$(life 3)" -eq 0 ]
	at 6 dns dns.nxdomain | aggregate ingest
	[ "$(life 6)" -eq 24 ]
	[ "$(life 3)" -eq 24 ]
}

@test "a summary that comes after its steps decides" {
	at 9 | aggregate ingest
	at 8 >one
	head -n 8 one | aggregate ingest
	[ "$(life 8)" -eq 24 ]
	tail -n 1 one | aggregate ingest
	[ "$(life 8)" -eq 0 ]
}

@test "the configuration says how long, and a single value is that of evidence" {
	conf() {
		printf 'store: %s\nretention: %s\nregions: [{name: us}, {name: eu}, {name: sa}]\n' \
			"$MCP_STORE" "$1" >fleet.yaml
	}
	conf '{evidence: 3h, passing: 2h}'
	{ at 1; at 0; } | aggregate ingest -c fleet.yaml 2>/dev/null
	[ "$(life 1)" -eq 3 ]
	[ "$(life 0)" -eq 2 ]
	conf 5h
	at 0 dns | aggregate ingest -c fleet.yaml 2>/dev/null
	run -2 aggregate config -c <(conf '{evidence: 1h, passing: 2h}'; cat fleet.yaml)
	[[ $output == *"passing"*"is longer than evidence (1h)"* ]]
}

@test "a row holds at most 8 bytes for each probe, and lives two days" {
	probes demo us $((MIN / 3600 * 3600 - 3600)) | again 60 | aggregate ingest
	row=probe:demo:$((MIN / 3600 - 1)):us
	[ "$(redis strlen "$row")" -le 480 ]
	[ "$(redis ttl "$row")" -gt $((47 * 3600)) ]
	[ "$(redis ttl "$row")" -le $((48 * 3600)) ]
}

@test "a probe that comes again after its records have gone is counted once" {
	{ at 5; at 4; at 3 tools-list; } >all
	aggregate ingest <all
	counts >once
	forget
	aggregate ingest <all
	counts >twice
	diff once twice
	# One that started before takes its place, as ever.
	day=probe:demo:latency:d$((MIN / 86400))
	before=$(redis hvals "$day" | jq -s add)
	probes demo us $((MIN - 60 * 5 + 9)) | aggregate ingest
	[ "$(redis hvals "$day" | jq -s add)" -eq "$before" ]
	forget
	probes demo us $((MIN - 60 * 5 - 60)).5 | aggregate ingest
	[ "$(redis hvals "$day" | jq -s add)" -eq $((before + 1)) ]
	forget
	probes demo us $((MIN - 60 * 5 - 60)) tools-list | aggregate ingest
	[ "$(redis hvals "$day" | jq -s add)" -eq "$before" ]
}

@test "a failure whose records have gone is taken back as what it was counted" {
	fail=('dns dns.nxdomain' 'initialize mcp.version' 'tools-list http.503'
		'tools-list http.429' 'tools-call tool.error' 'initialize x.timeout'
		'tools-list http.unheard' 'initialize x.unheard')
	for i in {0..7}; do
		# shellcheck disable=SC2086 # a step and an error
		probes demo us $((MIN - 60 * i + 30)) ${fail[i]}
	done | aggregate ingest
	for i in {0..7}; do probes demo us $((MIN - 60 * i + 10)); done >earlier
	forget
	aggregate ingest <earlier
	counts >after
	[ "$(grep -cE 'http|transport|tools|initialize|throttled' after)" -eq 0 ]
	# As it would have been with the records.
	redis flushall >/dev/null
	for i in {0..7}; do
		# shellcheck disable=SC2086 # a step and an error
		probes demo us $((MIN - 60 * i + 30)) ${fail[i]}
	done | aggregate ingest
	aggregate ingest <earlier
	counts | diff - after
}

@test "minutes that nobody judged in time are judged by the rows" {
	# The last minutes of a day are those of the day before to the rule.
	for r in us eu sa; do probes demo $r $((MIN - 60 * 50)); done | aggregate ingest
	aggregate verdict -N $((MIN - 60 * 50 + 59)) >/dev/null
	{
		many 10 49 us eu sa
		for r in us eu sa; do at_region $r 39 tools-list mcp.no-tools; done | again 10
		many 29 29 us eu sa
	} >all
	aggregate ingest <all
	redis_dump >kept
	forget
	aggregate verdict -N $((MIN - 1)) >out || [ $? -eq 1 ]
	late='[.[] | select(.judged_at != null)] | sort_by(.window) | map([.window, .verdict,
		.tier, (.regions[] | [.region, .state, .failed_step, .error, .fail_streak])])'
	jq -s -c "$late" out >by_row
	[ "$(jq length by_row)" -ge 45 ]
	jq -se 'map(select(.judged_at != null).regions[].ms) |
		length > 100 and all(. > 98 and . < 108)' out
	# The same where all records are there.
	redis flushall >/dev/null
	for r in us eu sa; do probes demo $r $((MIN - 60 * 50)); done | aggregate ingest
	aggregate verdict -N $((MIN - 60 * 50 + 59)) >/dev/null
	aggregate ingest <all
	aggregate verdict -N $((MIN - 1)) >out || [ $? -eq 1 ]
	jq -s -c "$late" out >by_records
	diff by_records by_row
	grep -q red by_row
}

@test "status store tells the bytes by kind of key, and what is set up wrong" {
	{
		many 10 9 us eu sa
		for r in us eu sa; do probes other $r $MIN; done
	} | aggregate ingest
	aggregate verdict -N $((MIN + 30)) >/dev/null
	run -0 aggregate status store
	jq -e '.servers == 2 and .wrong == [] and .eviction == "noeviction" and
		.appendonly == "yes" and
		(.more_bytes / .server_bytes - 1000 | fabs) < 1' <<<"$output"
	# Every key is of a kind, and every byte of a server is in the sum.
	[ "$(jq '[.kinds[].keys] | add' <<<"$output")" -eq "$(redis dbsize)" ]
	[ "$(jq '.kinds["probe:SLUG:HOUR:REGION"].keys' <<<"$output")" -ge 6 ]
	[ "$(jq '.kinds["probe:SLUG:WINDOW:REGION"].keys' <<<"$output")" -eq 33 ]
	[ "$(jq '.kinds["probe:SLUG:REGION:tool-hash"].keys' <<<"$output")" -eq 6 ]
	want=$(redis --raw keys 'probe:*' | sed 's/.*/MEMORY USAGE "&"/' | redis | jq -s add)
	jq -e --argjson w "$want" '.server_bytes * 2 - $w | fabs < 3' <<<"$output"
	redis config set maxmemory-policy allkeys-lru maxmemory 100mb >/dev/null
	run -0 aggregate status store -f text
	[[ $output == *"2 servers, "*" keys, "* ]]
	[[ $output == *"1000 more would cost "*"MB"* ]]
	[[ $output == *"room for "*" more servers"* ]]
	[[ $output == *"wrong: maxmemory-policy is allkeys-lru, not noeviction"* ]]
	redis flushall >/dev/null
	run -0 aggregate status store -f text
	[[ $output == "0 servers, 0 keys"* ]]
}

@test "a probe that another followed keeps its summary, and what explains it" {
	row() { redis get "probe:demo:$((MIN - 60 * $1)):us" | jq -c 'map(.n // 9)'; }
	{ at 4; at 3 tools-list; at 2; at 1; at 0; } |
		jq -c 'if .n == 4 or (.status == "pass" and .n > 6 and (.probe_id |
			endswith("'$((MIN - 180))'"))) then .status = "skip" | .ms = null else . end' >all
	for order in cat tac; do
		redis flushall >/dev/null
		$order all | aggregate ingest
		[ "$(row 4)$(row 2)$(row 1)" = '[9][9][9]' ]
		[ "$(row 3)" = '[1,2,3,5,6,9]' ]
		# The newest has all its records.
		[ "$(row 0)" = '[1,2,3,4,5,6,7,8,9]' ]
		redis_dump >"$order"
	done
	diff cat tac
	at 2 | aggregate ingest
	redis_dump | diff cat -
	# What the rows of latest share stands there once.
	[ "$(redis --raw hget probe:demo:latest us | grep -c '"tool_count"')" -le 3 ]
}

@test "where passing probes live as long as others, every record stays" {
	printf 'store: %s\nretention: {evidence: 2h, passing: 2h}\nregions: [{name: us}, {name: eu}, {name: sa}]\n' \
		"$MCP_STORE" >fleet.yaml
	{ at 2; at 1 tools-list; at 0; } >all
	for order in cat tac; do
		redis flushall >/dev/null
		$order all | aggregate ingest -c fleet.yaml
		for i in 2 1 0; do
			redis get "probe:demo:$((MIN - 60 * i)):us" | jq -e 'length == 9'
			[ "$(life $i)" -eq 2 ]
		done
	done
}

@test "verdicts on late minutes that nobody took do not pile up" {
	many 2 150 us eu sa | aggregate ingest
	aggregate verdict -N $((MIN - 60 * 149 + 30)) >/dev/null
	many 57 148 us eu sa | aggregate ingest
	aggregate verdict -N $((MIN - 60 * 92 + 30)) >/dev/null
	many 58 91 us eu sa | aggregate ingest
	aggregate verdict -N $((MIN - 60 * 34 + 30)) >/dev/null
	[ "$(redis hlen probe:demo:late)" -gt 20 ]
	[ "$(redis hlen probe:demo:late)" -le 62 ]
	[ "$(redis hkeys probe:demo:late | sort -n | head -n 1)" -ge $((MIN - 60 * 95)) ]
}

# expire: what lives for ten minutes is gone.
expire() {
	redis --raw keys 'probe:demo:??????????:*' >keys
	sed 's/^/TTL /' keys | redis --raw | paste - keys |
		awk '$1 <= 600 { print "DEL", $2 }' | redis >/dev/null
}

# said: each failed step on standard input says why, and from where.
said() {
	jq -c 'if .status == "fail" then .message = "it is closed" |
		.detail = {address: "203.0.113.9"} else . end'
}

@test "explain says of an outage what it said, once the other records have gone" {
	{
		many 20 60 us eu sa
		for i in 40 39 38; do
			probes demo us $((MIN - 60 * i))
			probes demo eu $((MIN - 60 * i)) tools-list
			probes demo sa $((MIN - 60 * i)) tools-list
		done
		many 37 37 us eu sa
	} | said | aggregate ingest
	ask() {
		for ago in 50 40 39 37 30; do
			aggregate explain demo --at $((MIN - 60 * ago + 59)) || [ $? -eq 1 ]
		done | grep -vE '^(Addresses and caches)?$|address unknown$'
	}
	ask >before
	grep -q '^red, step-alert at tools-list' before
	[ "$(grep -c '  it is closed$' before)" -eq 4 ]
	expire
	[ "$(redis --raw keys 'probe:demo:??????????:us' | wc -l)" -le 3 ]
	ask >after
	# Of a failure like the one before there is what that said, and when.
	sed -E 's/ at (..:..:..): (it is closed)$/ \2/; s/(9), at ..:..:..$/\1/' after | diff before -
	grep -qE ' at ..:..:..: it is closed$' after
	grep -qE '^    eu +203.0.113.9, at ..:..:..$' after
}

@test "late in an hour of an outage explain knows what its first probe said" {
	from=$((MIN / 3600 * 3600 - 3600))
	for r in us eu sa; do probes demo $r $from tools-list; done | said | again 50 |
		aggregate ingest
	# At last another error, of which the message is not that.
	for r in us eu; do probes demo $r $((from + 3000)) tools-list http.502; done |
		aggregate ingest
	expire
	run -1 aggregate explain demo --at $((from + 49 * 60 + 30))
	hour=$(date -u -d "@$from" +%H)
	[ "$(grep -c "  at $hour:00:00: it is closed\$" <<<"$output")" -eq 3 ]
	[ "$(grep -c " 203.0.113.9, at $hour:00:00\$" <<<"$output")" -eq 3 ]
	run -1 aggregate explain demo --at $((from + 50 * 60 + 30))
	[ "$(grep -c "it is closed" <<<"$output")" -eq 1 ]
}

@test "a store of 0.1.0 is read, and turns over by itself" {
	keep_order
	for i in 3 2 1; do
		probes demo us $((MIN - 60 * i)) >one
		id=us-$((MIN - 60 * i))
		jq -s -c '.[]' one | paste -sd, | sed 's/.*/[&]/; s/},{"v"/},\n{"v"/g' >records
		redis set "probe:demo:$((MIN - 60 * i)):us" "$(cat records)"
		redis set "probe:demo:$((MIN - 60 * i)):us:head" \
			"$(jq -r 'select(.n == 1).probe_id' one) $((MIN - 60 * i)).000000 1 1 2 3 4 5 6 7 8 9:342"
		printf '%s.000000\t%s\t%s 9:342\t%s\n' $((MIN - 60 * i)) \
			"$(jq -r 'select(.n == 1).probe_id' one)" "$(printf 'a%.0s' {1..64})" \
			"$(jq -c 'select(.type == "probe") | del(.tools)' one)"
	done >rows
	grep -v '^OK$' rows | tac | redis -x hset probe:demo:latest us
	redis hset fleet:servers demo '{"url":"https://demo.example.com/mcp","private":false,"account":null,"token_sha256":null,"interval":60,"regions":[],"title":null}'
	aggregate verdict -N $((MIN - 30)) | jq -e '.regions[0].state == "healthy" and .regions[0].ms > 0'
	{ at 1; at 0; } | aggregate ingest
	[ "$(redis --raw hget probe:demo:latest us | grep -c .)" -eq 4 ]
	[ "$(redis --raw hget probe:demo:latest us | grep -c "$(printf '\t=9:')")" -ge 1 ]
	redis get "probe:demo:$((MIN - 60)):us" | jq -e 'map(.n // 9) == [9]'
	aggregate verdict -N $((MIN + 30)) | jq -e '.regions[0].fail_streak == 0 and
		.regions[0].started_at == '"$MIN"
}

@test "which minutes are counted is kept in runs, and the bits of 0.1.0 become some" {
	local at=$MIN m key
	((at % 86400 > 1200)) || at=$((at - 1800))
	m=$((at % 86400 / 60)) key=probe:demo:$((at / 86400)):counted
	for i in {3..0}; do
		for r in us eu sa; do probes demo $r $((at - 60 * i)); done
	done | aggregate ingest
	# Three minutes: green, red, and one of which the colour is not known.
	for bit in $((m - 3)) $((m - 2)) $((m - 1)) \
		$((1440 + 2 * (m - 3) + 1)) $((1440 + 2 * (m - 2))) $((1440 + 2 * (m - 2) + 1)); do
		redis setbit "$key" $bit 1
	done >/dev/null
	redis hset probe:demo:minutes upto $((at - 60)) \
		$((at / 86400)):green 2 $((at / 86400)):red 1 >/dev/null
	told() {
		for i in 3 2 1; do
			aggregate explain demo --at $((at - 60 * i + 59)) | tr '\n' ' ' |
				grep -o 'is counted as [a-z]*' || echo none
		done
	}
	told >before
	diff before - <<<$'is counted as green\nis counted as red\nnone'
	aggregate verdict -N $((at + 59)) >/dev/null
	[ "$(redis get "$key")" = "runs:$((m - 3))n1g1r1u1g" ]
	[ "$(redis hget probe:demo:minutes $((at / 86400)):green)" -eq 3 ]
	told | diff before -
	# What comes again, and what is torn, is not counted twice, nor read as counted.
	aggregate verdict -N $((at + 59)) >/dev/null
	[ "$(redis hget probe:demo:minutes $((at / 86400)):green)" -eq 3 ]
	for torn in runs: "runs:$((m - 3))" runs:1441g runs:0g runs:g "runs:$((m + 1))x"; do
		redis set "$key" "$torn" >/dev/null
		[ "$(told | uniq)" = none ]
	done
}

# HOUR: the whole hour before last.
HOUR=$((MIN / 3600 - 2))

# in_hour MINUTE REGION [STEP ERROR]: a probe in that minute of HOUR.
in_hour() {
	probes demo "$2" $((HOUR * 3600 + 60 * $1)) "${@:3}"
}

# kept [REGION]: the minutes of HOUR whose records stay for a day.
kept() {
	redis --raw keys "probe:demo:??????????:${1:-us}" >keys
	sed 's/^/TTL /' keys | redis --raw | paste -d : - keys |
		awk -F : -v h=$HOUR '$1 > 600 && int($4 / 3600) == h { print $4 % 3600 / 60 }' |
		sort -n | xargs
}

# other_tools: the probe on standard input has other tools.
other_tools() {
	jq -c 'if .type == "probe" then .tool_hash = "e" * 64 | .full_hash = "e" * 64
		else . end'
}

@test "what fails and works by turns keeps the records of nine probes of an hour" {
	for i in {0..59}; do
		if ((i % 2)); then in_hour $i us; else in_hour $i us tools-list; fi
	done | aggregate ingest
	[ "$(kept)" = '0 1 2 3 4 5 6 7 8' ]
	# The rows know the others as before.
	redis --raw hvals "probe:demo:errors:d$((HOUR / 24))" | grep -qx 30
	# What is taken again changes nothing.
	redis_dump >before
	for i in {40..59}; do
		if ((i % 2)); then in_hour $i us; else in_hour $i us tools-list; fi
	done | aggregate ingest
	redis_dump | diff before -
	[ "$(kept)" = '0 1 2 3 4 5 6 7 8' ]
	# An older one does not prolong the life of the one after it either.
	in_hour 29 us | sed "s/us-$((HOUR * 3600 + 60 * 29))/us-late/; s/$((HOUR * 3600 + 60 * 29))/&.5/" |
		aggregate ingest
	[ "$(kept)" = '0 1 2 3 4 5 6 7 8' ]
}

@test "an outage with five errors, a deployment and its way back keep all their records" {
	{
		for i in {0..9} {16..29} {31..44} {46..59}; do in_hour $i us; done
		in_hour 10 us dns dns.nxdomain
		in_hour 11 us tls tcp.refused
		in_hour 12 us tls tls.expired
		in_hour 13 us initialize http.502
		in_hour 14 us initialize http.503
		in_hour 15 us
		in_hour 30 us | other_tools
	} | jq -cs 'sort_by(.probe_started_at)[]' | aggregate ingest
	[ "$(kept)" = '0 10 11 12 13 14 15 30 31' ]
}

@test "a list of tools that changes all the time is not told of where it is not known" {
	for i in {0..59}; do
		for r in us eu sa; do
			if [[ $r != us ]] || ((i % 2)); then in_hour $i $r
			else in_hour $i $r | other_tools; fi
		done
	done | aggregate ingest
	[ "$(kept | wc -w)" -le 12 ]
	[ "$(kept eu)" = 0 ]
	redis --raw keys 'probe:demo:??????????:*' >keys
	sed 's/^/TTL /' keys | redis --raw | paste - keys |
		awk '$1 <= 600 { print "DEL", $2 }' | redis >/dev/null
	for i in 4 30 31 40 41 58; do
		aggregate explain demo --at $((HOUR * 3600 + 60 * i + 50)) >"at.$i"
		grep -q '^green' "at.$i"
	done
	# What has records, and what latest still holds.
	grep -q '^The regions see different tools' at.4
	grep -q '^The regions see different tools' at.58
	run ! grep -l '^The regions see different tools' at.30 at.31 at.40 at.41
}

@test "a probe with more than 8 KiB of records leaves them for ten minutes" {
	for i in 0 1; do
		in_hour $i us tools-list "http.50$i" |
			jq -c 'if .detail then .detail = {x: ("y" * 1200)} else . end'
	done | aggregate ingest
	[ "$(kept)" = '' ]
	in_hour 2 us | aggregate ingest
	[ "$(kept)" = 2 ]
}
