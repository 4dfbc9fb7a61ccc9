#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what the store does not take is kept as long as that is the store's
# fault; what fails for a reason of its own holds up nobody, is set aside after a
# second try, and is told of until somebody has seen to it.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet

setup() {
	fleet_setup
	{ regions 'a-1 local' 'b-1 local' 'c-1 local'; server one json; } >fleet.yaml
}

teardown() {
	redis config set maxmemory 0 >/dev/null
	fleet_teardown
}

# breaks HOW: an ingest that ends so, and stores nothing, where it is given what
# b-1 saw, as a bug would have it. Each call is a line of the file calls.
breaks() {
	mkdir -p broken
	cat >broken/mcp-aggregate <<-EOT
	#!/bin/bash
	[[ \$1 == ingest ]] || exec "$BIN/mcp-aggregate" "\$@"
	cat >"\$(mktemp -p "$PWD/tmp" given.XXXXXX)"
	given=\$(ls -t "$PWD"/tmp/given.* | head -n 1)
	echo "\$(gojq -r '.region // .type' "\$given" | uniq | xargs)" >>"$PWD/calls"
	! grep -q '"type":"step".*"region":"b-1"' "\$given" || { rm "\$given"; $1; }
	"$BIN/mcp-aggregate" "\$@" <"\$given"
	status=\$?
	rm "\$given"
	exit \$status
	EOT
	chmod +x broken/mcp-aggregate
	PATH=$PWD/broken:$PATH
}

# kept ENDING: how many such files the spool has.
kept() {
	find state -name "*.$1" ! -path '*/set-aside/*' | wc -l
}

aside() {
	find state -path '*/set-aside/*.jsonl' | wc -l
}

# reporters: the regions whose probes are in the store.
reporters() {
	redis --raw hkeys probe:one:latest | grep -E '^[abc]-1$' | sort | xargs
}

@test "a region whose records break ingest: the others are stored, and it is set aside" {
	for how in 'exit 3' 'kill -SEGV $$'; do
		redis flushall >/dev/null
		rm -rf state/* broken
		breaks "$how"
		fleet
		[ "$status" -eq 2 ]
		nothing_left
		[ "$(reporters)" = "a-1 c-1" ]
		redis get probe:one:verdict | jq -e '.verdict == "green" and .reporters == 2'
		[ "$(kept again) $(kept jsonl) $(aside)" = "1 0 0" ]
		grep -q '^mcp-fleet: warning: .*/b-1/records fails though the store works' err
		run -0 mcp-aggregate status -c fleet.yaml -f text
		[[ $(tr '\n' ' ' <<<"$output") == *"Spool of $(uname -n), "*" ago: 1 file waits for a retry "* ]]
		# The second time; and what this round saw there is the next to wait.
		fleet
		[ "$status" -eq 2 ]
		[ "$(reporters)" = "a-1 c-1" ]
		[ "$(redis --raw hget probe:one:latest a-1 | wc -l)" -eq 2 ]
		[ "$(kept again) $(kept jsonl) $(aside)" = "1 0 1" ]
		name=$(basename state/mcp-fleet/*/set-aside/*.jsonl)
		[[ $name == *.b-1.jsonl ]]
		grep -qx "mcp-fleet: warning: $name fails though the store works, a second time; it is set aside in .*/set-aside" err
	done
	# Told until somebody has seen to it.
	run -0 mcp-aggregate status -c fleet.yaml -f text
	[[ $(tr '\n' ' ' <<<"$output") == *"1 file waits for a retry, 1 file is set aside in $PWD/state/mcp-fleet/"*"/set-aside: $name. "*"remove it"* ]]
	run -0 mcp-aggregate status -c fleet.yaml
	jq -es --arg name "$name" 'last | .type == "spool" and .waiting == 1 and
		.set_aside == 1 and .files == [$name]' <<<"$output"
	# Mended, and moved up again: nothing of it is lost.
	mv state/mcp-fleet/*/set-aside/*.jsonl state/mcp-fleet/*/
	rm broken/mcp-aggregate
	fleet
	[ "$status" -eq 0 ]
	[ "$(reporters)" = "a-1 b-1 c-1" ]
	[ "$(redis --raw hget probe:one:latest b-1 | wc -l)" -eq 3 ]
	[ "$(kept again) $(kept jsonl) $(aside)" = "0 0 0" ]
	run -0 mcp-aggregate status -c fleet.yaml -f text
	[[ $output != *Spool* ]]
}

@test "a store that is full, read-only or away is no file's fault" {
	fleet
	mv out first
	for how in 'config set maxmemory 1' 'replicaof 127.0.0.1 1' 'config set min-replicas-to-write 1'; do
		# shellcheck disable=SC2086 # several words
		redis $how >/dev/null
		for _ in 1 2 3; do
			fleet
			[ "$status" -eq 3 ]
			grep -q '^mcp-fleet: the store did not take the records; they are kept in ' err
		done
		[ "$(kept jsonl) $(kept again) $(aside)" = "9 0 0" ]
		redis config set maxmemory 0 >/dev/null
		redis config set min-replicas-to-write 0 >/dev/null
		redis replicaof no one >/dev/null
		fleet
		[ "$status" -eq 0 ]
		[ "$(kept jsonl) $(kept again) $(aside)" = "0 0 0" ]
	done
	[ "$(redis --raw hget probe:one:latest b-1 | wc -l)" -eq 13 ]
}

# bats test_tags=later
@test "a store that is away while a file waits leaves that to wait" {
	breaks 'exit 3'
	fleet
	[ "$(kept again)" -eq 1 ]
	mv "$REDIS_SOCK" "$REDIS_SOCK.away"
	fleet
	mv "$REDIS_SOCK.away" "$REDIS_SOCK"
	[ "$status" -eq 3 ]
	[ "$(kept again) $(kept jsonl) $(aside)" = "1 3 0" ]
}

@test "the probes of a server come together, from all regions and rounds" {
	{ regions 'a-1 local' 'b-1 local' 'c-1 local'
		for slug in one two three; do server "$slug" json; done; } >fleet.yaml
	mv "$REDIS_SOCK" "$REDIS_SOCK.away"
	fleet
	mv "$REDIS_SOCK.away" "$REDIS_SOCK"
	[ "$(kept jsonl)" -eq 3 ]
	mkdir seen
	cat >seen/mcp-aggregate <<-EOT
	#!/bin/bash
	[[ \$1 == ingest ]] || exec "$BIN/mcp-aggregate" "\$@"
	tee "$PWD/given" | "$BIN/mcp-aggregate" "\$@"
	EOT
	chmod +x seen/mcp-aggregate
	PATH=$PWD/seen:$PATH fleet --only probe
	[ "$status" -eq 0 ]
	# What tools say is told once, by this round.
	sed -i '/"type":"tool"/d' given
	jq -r '.slug // empty' given | uniq -c >slugs
	[ "$(awk '{ print $1, $2 }' slugs | xargs)" = "54 one 54 three 54 two" ]
	# Each probe is whole, in its order, and of a server the older round is first.
	jq -r 'select(.slug) | "\(.slug) \(.probe_id) \(.n // 9)"' given | awk '
		$3 != NR % 9 && $3 != 9 || $3 > 1 && $2 != id { exit 1 } { id = $2 }'
	jq -rs '[.[] | select(.type == "probe")] | group_by([.slug, .region])[] |
		map(.probe_started_at) | length == 2 and .[0] < .[1]' given >order
	[ "$(sort -u order)" = true ]
}

# bats test_tags=later
@test "where the spool is full, the region that has most makes way" {
	sed -i "s|$REDIS_SOCK|$PWD/none|" fleet.yaml
	local_probe <<-'EOT'
	"$REAL" "$@" >all.$$
	[[ $* != *b-1* ]] || sed -i 's/"type":"probe"/&,"more":"'"$(printf 'x%.0s' {1..40000})"'"/' all.$$
	cat all.$$
	rm all.$$
	EOT
	for _ in 1 2 3; do
		MCP_FLEET_SPOOL=80000 fleet
		[ "$status" -eq 3 ]
	done
	grep -qx 'mcp-fleet: the spool is full: the oldest records are dropped' err
	[ "$(find state -name '*.jsonl' | sed 's/.*\.\(.*\)\.jsonl/\1/' | sort | uniq -c | xargs)" = "3 a-1 1 b-1 3 c-1" ]
}

# bats test_tags=later
@test "the spool grows with the number of servers" {
	{ regions 'a-1 local'; server one json; } | sed "s|$REDIS_SOCK|$PWD/none|" >fleet.yaml
	# Of these few are due in a minute.
	{ cat fleet.yaml; printf '  - {slug: s%d, url: "http://127.0.0.1:9/", interval: 1h}\n' {1..600}; } >many.yaml
	for file in fleet many; do
		rm -rf state/*
		fleet -c "$file.yaml"
		[ "$status" -eq 3 ]
		folder=$(echo state/mcp-fleet/*)
		truncate -s 70M "$folder/1.old.jsonl"
		fleet -c "$file.yaml"
		[ "$status" -eq 3 ]
		ls "$folder" >"left.$file"
	done
	run ! grep old left.fleet
	grep old left.many
}

# bats test_tags=later
@test "what is set aside is bounded, too" {
	breaks 'exit 3'
	fleet
	folder=$(echo state/mcp-fleet/*)
	mkdir "$folder/set-aside"
	for n in {100..199}; do
		echo x >"$folder/set-aside/$n.b-1.jsonl"
	done
	fleet
	[ "$(aside)" -eq 100 ]
	[ ! -e "$folder/set-aside/100.b-1.jsonl" ]
	redis --raw hvals fleet:spools | jq -e '.set_aside == 100 and (.files | length) == 10'
	(($(redis --raw hvals fleet:spools | wc -c) <= 4097))
	(($(redis ttl fleet:spools) > 3000000))
}

# bats test_tags=later
@test "a spool record that is none is refused" {
	good='{"v":1,"type":"spool","host":"h","folder":"/f","at":1777485095.2,"waiting":0,"set_aside":1,"files":["x"]}'
	mcp-aggregate ingest --store "unix://$REDIS_SOCK" <<<"$good"
	for bad in 's/"h"/5/' 's/"h"/""/' 's/"folder":"[^"]*",//' 's/"at":[^,]*/"at":-1/' \
		's/"waiting":0/"waiting":0.5/' 's/"set_aside":1/"set_aside":-1/' 's/\["x"\]/[5]/' 's/\["x"\]/5/'; do
		run -2 mcp-aggregate ingest --store "unix://$REDIS_SOCK" < <(sed "$bad" <<<"$good")
		[[ $output == *"line 1: "* ]]
	done
	redis --raw hvals fleet:spools | jq -e '.host == "h" and .files == ["x"]'
}

# full_disk COMMAND…: what it is run with as TMPDIR has no byte left.
full_disk() {
	# shellcheck disable=SC2016 # for the other bash
	unshare -rm bash -c 'mount -t tmpfs -o size=64k full tmp || exit
		head -c 1M /dev/zero >tmp/all 2>/dev/null
		"$@"' bash "$@"
}

# bats test_tags=later
@test "where the disk is full, that is said, and that no round takes place is told" {
	full_disk true 2>/dev/null || skip "no mounts of our own to be had here"
	export STATE_DIRECTORY=$PWD/state
	cat >>fleet.yaml <<-END
	alerts:
	  routes: [{name: told, type: command, command: [sh, -c, 'cat >>$PWD/told']}]
	END
	fleet
	[ "$status" -eq 0 ]
	[ ! -e told ]
	old=$(($(date +%s) - 400))
	redis hset fleet:heartbeats ingest $old verdict $old >/dev/null
	for try in 1 2; do
		run -3 full_disk "$ROOT/scripts/mcp-fleet" -c fleet.yaml
		[ "$(grep -c '^mcp-fleet: ' <<<"$output")" -eq 1 ]
		[[ $output == *"mcp-fleet: $PWD/tmp: no room for the files of a round"* ]]
		jq -es 'length == 1 and .[0].event == "pipeline_stalled_started"' told
	done
	run -3 full_disk "$ROOT/scripts/mcp-fleet" -c fleet.yaml --dry-run
	[ "$output" = "mcp-fleet: $PWD/tmp: no room for the files of a round" ]
	fleet
	[ "$status" -eq 0 ]
	jq -es 'length == 2 and .[1].event == "pipeline_stalled_resolved"' told
}
