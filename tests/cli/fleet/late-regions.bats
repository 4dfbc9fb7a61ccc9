#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a server or a region that is slow holds up no page: what has been reported is
# judged and told while the round goes on, and the rest when it comes, once.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet
load ../../helpers/probes

# The runner of c-1 waits where there is a file `slow`, until somebody reads `held`.
setup() {
	fleet_setup
	mkfifo held
	local_probe <<-EOT
	[[ \$* != *c-1* || ! -e $PWD/slow ]] || echo >$PWD/held
	exec $BIN/mcp-probe "\$@"
	EOT
}

# three PATH [SERVER…]: the server shop is at PATH, seen from three regions.
three() {
	{
		regions 'a-1 local' 'b-1 local' 'c-1 local'
		server shop "$1"
		printf '%s\n' "${@:2}" 'judge_after: 1s' 'alerts:' '  routes:' \
			"    - {name: told, type: command, command: [tee, -a, '$PWD/told']}"
	} >fleet.yaml
	: >told
}

# before [STEP]: the round a minute ago, in which all regions saw shop fail at that
# step, or work.
before() {
	local at=$(($(date +%s) - 60)) region
	for region in a-1 b-1 c-1; do
		probes shop $region $at "$@"
	done | mcp-aggregate ingest -c fleet.yaml
	mcp-aggregate verdict -c fleet.yaml -N $((at + 1)) |
		mcp-alert -c fleet.yaml -N $((at + 1)) >/dev/null
}

begin() {
	setsid "$ROOT/scripts/mcp-fleet" -v -c fleet.yaml "$@" >out1 2>err1 3>&- &
	pid=$!
}

# ended: waits for the round, which goes well, and leaves nothing.
ended() {
	status=0
	wait "$pid" || status=$?
	cat err1
	[ "$status" -eq "${1-0}" ]
	nothing_left
}

told() {
	jq -r '"\(.event) \(.server_slug) \(.severity) \(.regions | join(","))"' told
}

# redis_passes: whether the downtime has passed a minute.
redis_passes() {
	redis get alert:shop | jq -e '.incidents[0].passes > 0'
}

# Each minute that has a letter is counted, once, as it says.
counted_once() {
	local key letters='' n
	for key in $(redis --raw keys 'probe:shop:*:counted'); do
		letters+=$(redis get "$key" | sed 's/^runs://' | grep -oE '[0-9]+[a-z]' |
			while IFS= read -r n; do printf "%${n%?}s" '' | tr ' ' "${n: -1}"; done)
	done
	for n in red amber green; do
		[ "$(redis --raw hgetall probe:shop:minutes | paste -d ' ' - - |
			awk -v c="$n" '$1 ~ ":" c "$" { s += $2 } END { print s + 0 }')" = \
			"$(tr -cd "${n:0:1}" <<<"$letters" | wc -c)" ]
	done
	[ "$(redis hexists probe:shop:minutes early)" = 0 ]
}

@test "a server that never answers holds up no page of another" {
	three html "$(server hangs hang 'timeout: 60s')"
	begin
	eventually grep -q downtime_started told
	kill -0 "$pid"
	[ "$(told)" = 'downtime_started shop P1 a-1,b-1,c-1' ]
	kill -TERM "$pid"
	ended 143
}

# bats test_tags=later
@test "the last region that ends is the end, however long its shell takes to go" {
	three json
	sed -i 's/^judge_after: .*/judge_after: 60s/' fleet.yaml
	"${CC:-cc}" -shared -fPIC -o late_exit.so "$ROOT/tests/fixture/late_exit.c"
	LD_PRELOAD=$PWD/late_exit.so fleet
	[ "$status" -eq 0 ]
	[ "$seconds" -lt 60 ]
	nothing_left
}

# bats test_tags=later
@test "a region that is slow holds up no page; what it says in the end is judged, too" {
	three json
	before
	touch slow
	three html
	begin
	eventually grep -q downtime_started told
	kill -0 "$pid"
	[ "$(told)" = 'downtime_started shop P1 a-1,b-1' ]
	redis get probe:shop:verdict | jq -e '.verdict == "red" and .awaited == ["c-1"]'
	# And the spool is as empty as it is.
	redis --raw hvals fleet:spools | jq -e '[.waiting, .set_aside, .files] == [0, 0, []]'
	read -r <held
	ended
	grep -q '^mcp-fleet: shop: red, step-alert at initialize (a-1, b-1), c-1 not there yet$' err1
	grep -q '^mcp-fleet: shop: red, hard-outage at initialize (a-1, b-1, c-1)$' err1
	redis get probe:shop:verdict | jq -e '.failing == ["a-1", "b-1", "c-1"] and has("awaited") == false'
	redis get alert:shop | jq -e '.incidents[0].regions == ["a-1", "b-1", "c-1"]'
	# Its beginning is told once, and no minute counts twice.
	[ "$(told | grep -c downtime_started)" = 1 ]
	counted_once
	[ "$(runners)" = 'a-1 ok
b-1 ok
c-1 ok' ]
}

# bats test_tags=later
@test "nothing works again before the slow region has said so" {
	three json
	before initialize
	[ "$(told)" = 'downtime_started shop P1 a-1,b-1,c-1' ]
	touch slow
	begin
	eventually grep -q 'c-1 not there yet' err1
	run ! redis_passes
	read -r <held
	ended
	redis get probe:shop:verdict | jq -e '.verdict == "green"'
	redis_passes
	[ "$(told | grep -c downtime_started)" = 1 ]
	counted_once
}

@test "a round that is killed between both judgements: the next one judges, and tells nothing twice" {
	three json
	before
	touch slow
	three html
	begin
	eventually grep -q downtime_started told
	kill -KILL -- "-$pid"
	wait "$pid" || true
	redis --raw hvals fleet:spools | jq -e '.round_until > .round_at'
	rm slow
	fleet
	[ "$status" -eq 0 ]
	[ -z "$(ls -A tmp)" ]
	redis --raw hvals fleet:spools | jq -e 'has("round_until") == false'
	redis get probe:shop:verdict | jq -e '.failing == ["a-1", "b-1", "c-1"] and has("awaited") == false'
	[ "$(told | grep -c downtime_started)" = 1 ]
	counted_once
	read -r <held
}

# bats test_tags=later
@test "where another user judges, the half that probes says that there is something to judge" {
	three json
	before
	touch slow
	three html
	begin --only probe
	eventually [ -e run/mcp-fleet/stored ]
	"$ROOT/scripts/mcp-fleet" -c fleet.yaml --only judge >judged
	[ "$(told)" = 'downtime_started shop P1 a-1,b-1' ]
	redis get probe:shop:verdict | jq -e '.awaited == ["c-1"]'
	read -r <held
	ended
	"$ROOT/scripts/mcp-fleet" -c fleet.yaml --only judge >judged
	redis get probe:shop:verdict | jq -e '.failing == ["a-1", "b-1", "c-1"]'
	[ "$(told | grep -c downtime_started)" = 1 ]
	counted_once
}

# bats test_tags=later
@test "a route that hangs holds up no page that comes later in the round" {
	mkfifo hung
	{
		regions 'a-1 local' 'b-1 local' 'c-1 local'
		server other html
		server shop 'hang' 'timeout: 4s'
		printf '%s\n' 'judge_after: 1s' 'alerts:' '  routes:' \
			"    - {name: hangs, type: command, command: [tee, '$PWD/hung']}" \
			"    - {name: told, type: command, command: [tee, -a, '$PWD/told']}" \
			'  policies:' \
			'    - {match: {servers: [other]}, steps: [{routes: [hangs]}]}' \
			'    - {steps: [{routes: [told]}]}'
	} >fleet.yaml
	: >told
	touch slow
	begin
	eventually grep -q 'downtime_started.*"shop"' told
	kill -0 "$pid"
	# It gets better, and hears of the beginning, and that it is everywhere.
	head -n 2 <hung >/dev/null &
	exec {hung}>hung
	read -r <held
	ended
	exec {hung}>&-
	wait $!
}
