#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: whatever a runner does, what it saw is kept, what it did not see is no
# pass, and the round goes on; and so with the store.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet

setup() {
	fleet_setup
}

@test "a probe that is cut off is dropped, and the whole ones are kept" {
	local_probe <<-'EOT'
	"$REAL" "$@" >all.$$
	head -n 14 all.$$
	head -n 15 all.$$ | tail -n 1 | head -c 40
	# Its time is over as soon as it hangs.
	[[ $* != *b-1* ]] || { kill -ALRM $PPID; exec tail -f /dev/null; }
	EOT
	{ regions 'a-1 local' 'b-1 local'; server one json; server two json; } >fleet.yaml
	fleet
	[ "$status" -eq 0 ]
	nothing_left
	[ "$(runners)" = "a-1 garbled
b-1 timeout" ]
	for region in a-1 b-1; do
		grep -qx "mcp-fleet: $region: 4 lines of incomplete probes are dropped" err
	done
	[ "$(for slug in one two; do
		redis --raw hkeys "probe:$slug:latest"
	done | grep . | sort)" = $'a-1\nb-1' ]
}

# becomes STATUS MESSAGE <SCRIPT: what a runner like this becomes, while the
# other region reports.
becomes() {
	local_probe
	{ regions 'a-1 local' 'good-1 local'; server one json; } >fleet.yaml
	redis flushall >/dev/null
	fleet
	[ "$status" -eq 0 ]
	nothing_left
	[ "$(runners)" = "a-1 $1
good-1 ok" ]
	grep -qxE "mcp-fleet: a-1: $1: $2" err
	redis get probe:one:verdict >verdict || return
	[ -z "$(redis --raw hget probe:one:latest a-1)" ] || [[ $3 == kept ]]
}

@test "a runner that fails, prints something else, or nothing, is no pass" {
	becomes exit 'exit status 3: mcp-probe: no network' kept <<-'EOT'
	"$REAL" "$@"
	echo 'mcp-probe: no network' >&2
	exit 3
	EOT
	becomes exit 'exit status 127: bash: mcp-probe: command not found' <<-'EOT'
	echo 'bash: mcp-probe: command not found' >&2
	exit 127
	EOT
	becomes exit 'exit status 2: mcp-probe: usage' <<<'echo mcp-probe: usage >&2; exit 2'
	becomes exit 'exit status 139' <<<'kill -SEGV $$'
	becomes garbled '1 of 1 probes are missing' <<<'cat >/dev/null'
	becomes garbled '1 of 1 probes are missing' <<<'"$REAL" "$@" | sed 5d'
	becomes garbled '1 lines that are no records of this region' <<-'EOT'
	"$REAL" "$@" | while read -r line; do
		[[ $line != *'"tls"'* ]] || printf %1100000s ''
		echo "$line"
	done
	EOT
	becomes garbled '9 lines that are no records of this region' <<-'EOT'
	"$REAL" "$@" | sed '2,$s/"slug":"one"/"slug":"two"/'
	EOT
	becomes garbled '10 lines of region good-1 arrived from the runner of a-1' <<-'EOT'
	"$REAL" "$@" | sed 's/"region":"a-1"/"region":"good-1"/'
	EOT
	becomes garbled '5 lines of region b, 1 lines of region c, 2 lines of region d, and of 1 more arrived from the runner of a-1' <<-'EOT'
	"$REAL" "$@" | sed '2,6s/"a-1"/"b"/; 7s/"a-1"/"c"/; 8,9s/"a-1"/"d"/; 10s/"a-1"/"e"/'
	EOT
	becomes garbled '1 lines that are no records of this region' kept <<-'EOT'
	echo 'Last login: yesterday'
	"$REAL" "$@"
	EOT
	becomes garbled 'more than 64 MiB of output' <<<'exec yes'
}

# bats test_tags=later
@test "what a runner lacks is what is told of it, and not that nothing was left to do" {
	{ regions 'a-1 local' 'good-1 local'
		server one json 'auth: {mode: bearer, credential: nosuch}'; } >fleet.yaml
	mkdir credentials
	MCP_CREDENTIALS=$PWD/credentials fleet
	[ "$status" -eq 3 ]
	grep -qE '^mcp-fleet: a-1: exit: exit status 2: mcp-probe: line 1: auth.credential: .*nosuch' err
	redis hget fleet:runners a-1 | jq -e '.message | test("auth.credential: .*nosuch")'
	run ! grep 'contains no target' err
}

# bats test_tags=later
@test "regions that all hang end together, with all that they started" {
	local_probe <<-'EOT'
	(trap '' TERM; exec tail -f /dev/null) &
	[[ $* == *a-1* ]] || trap '' TERM
	while :; do wait; done
	EOT
	{ regions 'a-1 local' 'b-1 local' 'c-1 local'; server one json; } >fleet.yaml
	hangs a-1 b-1 c-1
	MCP_FLEET_TIMEOUT=2 fleet
	[ "$status" -eq 3 ]
	grep -qx 'mcp-fleet: no region could report' err
	nothing_left
	[ "$(runners | grep -c timeout)" -eq 3 ]
}

# signalled TOOL ARGUMENTS: from now on the tool, called with such arguments, sends its
# group a signal before it says anything.
signalled() {
	mkdir -p late
	cat >"late/$1" <<-EOT
	#!/bin/bash
	said=\$("$(type -P "$1")" "\$@") || exit
	[[ \$* != $2 ]] || { echo >>"$PWD/signals"; kill -TERM 0; }
	[[ ! \$said ]] || echo "\$said"
	EOT
	chmod +x "late/$1"
}

@test "a signal to its group while it makes or removes its files leaves none" {
	{ regions 'a-1 local'; server one json; } >fleet.yaml
	echo '{"mcpServers": {"one": {"url": "http://127.0.0.1:9/mcp"}}}' >mcp.json
	echo '{"servers": []}' >list.json
	mkdir region
	printf 'region: a-1\ninbox: file://%s/inbox\n' "$PWD" >region/region.yaml
	local home=$PWD tool row
	for tool in mktemp rm; do
		for row in 'mcp-fleet -c fleet.yaml' 'mcp-registry list.json' \
			'mcp-fleet init -e -d made mcp.json' 'mcp-archive -c fleet.yaml -d ./a.db' \
			'inbox_region.bash region'; do
			echo "# $tool: $row"
			rm -f signals
			case $tool in
			mktemp) signalled mktemp '-d*' ;;
			rm) signalled rm "'-rf -- $TMPDIR/'*" ;;
			esac
			# shellcheck disable=SC2086 # words
			PATH=$home/late:$PATH setsid -w bash "$ROOT/scripts/"$row >out 2>err || true
			rm -r late
			cat out err
			[ -s signals ]
			nothing_left
			[[ $tool == rm || ! -e made ]]
			[ -z "$(compgen -G '.mcp-fleet.*')" ]
			rm -rf made
		done
	done
}

# bats test_tags=later
@test "many servers that hang are probed at once" {
	{ regions 'a-1 local'; for i in {1..60}; do server "s$i" hang 'timeout: 3s'; done; } >fleet.yaml
	# One after the other they would take three times as long.
	MCP_FLEET_TIMEOUT=60 fleet -v
	grep -q '^mcp-fleet: a-1: 60 of 60 probed, 60 broken' err
}

# bats test_tags=later
@test "what a runner printed is read while it goes on" {
	local_probe <<-'EOT'
	"$REAL" "$@"
	for ((i = 0; i < 600; i++)); do
		[[ ! -s $(echo "$TMPDIR"/mcp-fleet-work.*/a-1/records) ]] || exit 0
		sleep 0.1
	done
	exit 9
	EOT
	{ regions 'a-1 local'; for i in {1..300}; do server "s$i" json; done; } >fleet.yaml
	fleet
	[ "$status" -eq 0 ]
	[ "$(runners)" = 'a-1 ok' ]
	[ "$(redis --raw keys 'probe:*:latest' | wc -l)" -eq 300 ]
}

# bats test_tags=later
@test "a clock that is off is told of" {
	local_probe <<-'EOT'
	case $* in
	*behind*) "$REAL" "$@" | sed '1s/"at":[0-9.]*/"at":1000000000.5/' ;;
	# Where the machine is busy, the batch begins later than it is asked for.
	*slow*) "$REAL" "$@" | jq -c 'if .type == "runner" then .at += 8 else
		.probe_started_at += 8 end' ;;
	*) "$REAL" "$@" ;;
	esac
	EOT
	{ regions 'behind-1 local' 'slow-1 local' 'good-1 local'; server one json; } >fleet.yaml
	fleet
	[ "$status" -eq 0 ]
	# Beyond ten seconds nothing of it counts, and a runner record says why.
	grep -qE '^mcp-fleet: behind-1: garbled: its clock is off by -[0-9]*\.[0-9] s, which is more than 10 s: nothing of it counts$' err
	redis hget fleet:runners behind-1 | jq -e '.status == "garbled" and
		(.offset_s | .[0] <= .[1] and .[1] < -1e8)'
	[ "$(redis --raw hkeys probe:one:latest | sort | xargs)" = "good-1 slow-1" ]
	# What is ahead by more than two seconds counts once its time has come.
	"$BIN/mcp-aggregate" verdict -c fleet.yaml --store "unix://$REDIS_SOCK" \
		--now $(($(date +%s) + 8))
	redis get probe:one:verdict | jq -e '.reporters == 2 and .no_data == ["behind-1"]'
	# Within ten, there is a warning.
	grep -qE '^mcp-fleet: slow-1: its clock is off by [1-8]\.[0-9] s$' err
}

# bats test_tags=later
@test "a clock is measured by the ends of the batch, whatever the runner says of it" {
	local_probe <<-'EOT'
	case $* in
	*fast*) "$REAL" "$@" | jq -c --argjson by 100 'if .at then .at += $by else
		.probe_started_at += $by end' ;;
	*says*) "$REAL" "$@" | jq -c 'if .at then .offset_s = [0, 0] else . end' ;;
	*) "$REAL" "$@" ;;
	esac
	EOT
	{ regions 'fast-1 local' 'good-1 local' 'says-1 local'; server one json; } >fleet.yaml
	fleet
	[ "$status" -eq 0 ]
	redis hget fleet:runners good-1 | jq -e '.offset_s |
		.[0] <= 0 and .[1] >= 0 and .[1] - .[0] < 50'
	redis hget fleet:runners fast-1 | jq -e '.offset_s |
		.[0] > 50 and .[0] <= 100 and .[1] >= 100'
	redis hget fleet:runners says-1 | jq -e '.status == "garbled" and .offset_s == null'
	grep -qE "^mcp-fleet: fast-1: garbled: its clock is off by ([5-9][0-9]\.[0-9]|100\.0) s, which" err
	run -0 mcp-aggregate status -c fleet.yaml -f text
	grep -qE '^fast-1  .* garbled .* off by over 1 s$' <<<"$output"
	grep -qE '^good-1  .* ok +(0\.0|-[0-9.]+) to (0\.0|\+[0-9.]+) s$' <<<"$output"
	grep -qE '^says-1  .* garbled +not measured$' <<<"$output"
}

# bats test_tags=later
@test "under cron it finds the other programs, and a round that is well says nothing" {
	{ regions 'a-1 local'; server one json; } >fleet.yaml
	mkdir -p installed/bin installed/libexec/mcp-fleet
	cp "$ROOT/scripts/mcp-fleet" installed/bin/
	cp "$ROOT"/scripts/{needs,region}.bash installed/libexec/mcp-fleet/
	ln -s "$BIN"/* installed/bin/
	run env -i PATH=/usr/bin:/bin XDG_RUNTIME_DIR="$XDG_RUNTIME_DIR" \
		XDG_STATE_HOME="$XDG_STATE_HOME" TMPDIR="$TMPDIR" \
		installed/bin/mcp-fleet -c fleet.yaml
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	redis get probe:one:verdict | jq -e '.verdict == "amber" or .verdict == "green"'
	nothing_left
	[ "$(find run state -perm /077 -newer fleet.yaml -not -type l ! -path run ! -path state)" = "" ]
}

@test "what the store does not take is kept, and given to it first" {
	{ regions 'a-1 local'; server one json; } | sed "s|$REDIS_SOCK|$PWD/later|" >fleet.yaml
	for round in 1 2; do
		fleet
		[ "$status" -eq 3 ]
		grep -q "^mcp-aggregate: store: " err
		grep -q '^mcp-fleet: the store did not take the records; they are kept in ' err
		[ "$(find state -name '*.jsonl' | wc -l)" -eq "$round" ]
		nothing_left
	done
	ln -s "$REDIS_SOCK" later
	fleet
	[ "$status" -eq 0 ]
	[ -z "$(find state -name '*.jsonl')" ]
	[ "$(redis --raw hget probe:one:latest a-1 | wc -l)" -eq 3 ]
	rm later
	MCP_FLEET_SPOOL=1000 fleet
	[ "$status" -eq 3 ]
	grep -qx 'mcp-fleet: the spool is full: the oldest records are dropped' err
	[ -z "$(find state -name '*.jsonl')" ]
}

@test "a server is probed when its interval is over" {
	{ regions 'a-1 local'
		for i in {0..4}; do server "s$i" json 'interval: 5m'; done; } >fleet.yaml
	fleet
	[ "$(redis --raw keys 'probe:s?:latest' | wc -l)" -eq 1 ]
	fleet -n
	[ "$(wc -l <out)" -eq 5 ]
}

# bats test_tags=later
@test "an interval of half a minute is kept by a second round" {
	# The round waits, and the test does not.
	mkdir fake
	printf '#!/bin/sh\necho "$@" >>naps\n' >fake/sleep
	chmod +x fake/sleep
	{ regions 'a-1 local'; server often json 'interval: 30s'; server one json; } >fleet.yaml
	PATH=$PWD/fake:$PATH fleet
	[ "$status" -eq 0 ]
	[ "$(wc -l <naps)" -eq 1 ]
	# What is left of half a minute.
	(($(<naps) >= 29 - seconds && $(<naps) <= 30))
	[ "$(redis --raw hget probe:often:latest a-1 | wc -l)" -eq 2 ]
	[ "$(redis --raw hget probe:one:latest a-1 | wc -l)" -eq 1 ]
	nothing_left
	PATH=$PWD/fake:$PATH fleet --once
	[ "$(wc -l <naps)" -eq 1 ]
	[ "$(redis --raw hget probe:often:latest a-1 | wc -l)" -eq 3 ]
}

@test "what it cannot work with is refused" {
	{ regions 'a-1 local'; server one json; } >fleet.yaml
	bad() {
		run "$@"
		[ "$status" -eq 2 ] || { echo "$status $output"; return 1; }
	}
	bad "$ROOT/scripts/mcp-fleet" -c fleet.yaml more
	bad "$ROOT/scripts/mcp-fleet" -c fleet.yaml --nosuch
	bad "$ROOT/scripts/mcp-fleet" -c nosuch.yaml
	bad env MCP_FLEET_TIMEOUT=0 "$ROOT/scripts/mcp-fleet" -c fleet.yaml
	bad env MCP_FLEET_SPOOL=1k "$ROOT/scripts/mcp-fleet" -c fleet.yaml
	sed 1d fleet.yaml >no-store.yaml
	unset MCP_STORE
	bad "$ROOT/scripts/mcp-fleet" -c no-store.yaml
	[[ $output == "mcp-fleet: no store is configured" ]]
	sed 's/a-1/A;1/' fleet.yaml >region.yaml
	bad "$ROOT/scripts/mcp-fleet" -c region.yaml
	echo 'regions: []' >none.yaml
	bad "$ROOT/scripts/mcp-fleet" -c none.yaml
	nothing_left
	run "$ROOT/scripts/mcp-fleet" -h
	[[ $status -eq 0 && $output == "usage: mcp-fleet [-nv] "* ]]
	run "$ROOT/scripts/mcp-fleet" -V
	[ "$output" = "mcp-fleet $("$BIN/mcp-probe" -V | cut -d' ' -f2)" ]
}

# bats test_tags=later
@test "all programs of a round see what one run of a command printed" {
	{ regions 'a-1 local' 'b-1 local'; server one json
		echo 'servers_from: [./list]'; } >fleet.yaml
	cat >list <<-EOT
	#!/bin/sh
	echo run >>runs
	echo "{\"slug\":\"ran-\$((\$(wc -l <runs)))\",\"url\":\"${URL%/mcp}/json\"}"
	EOT
	chmod +x list
	for n in 1 2; do
		fleet -v
		[ "$status" -eq 0 ]
		[ "$(wc -l <runs)" -eq "$n" ]
		grep -qx 'mcp-fleet: b-1: 2 of 2 probed, 0 broken, in [0-9]* s' err
		grep -qx "mcp-fleet: ran-$n: green, ok" err
		nothing_left
	done
}
