#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: what a store of a fleet holds goes to another one whole, by a snapshot that
# is found out where it is cut off or altered, and then changes nothing.

bats_require_minimum_version 1.5.0
load ../../helpers/two_stores

# seen STORE: what people and programs see of the fleet that lives there.
seen() {
	local s way
	for s in fine down partly works hidden; do
		aggregate explain "$s" -c fleet.yaml --store "$1" --at $((END + 50)) || true
		"$BIN/mcp-alert" explain "$s" -c fleet.yaml --store "$1" --now $((END + 50))
		for way in /api/embed-status/$s /api/status/$s/regions /status/$s /badge/$s.svg; do
			REQUEST_METHOD=GET GATEWAY_INTERFACE=CGI/1.1 REQUEST_URI=$way \
				HTTP_AUTHORIZATION='Bearer s3cret' MCP_STORE=$1 \
				"$BIN/mcp-serve" --now $((END + 50))
		done
	done
	for way in list history 'maintenance list' 'silence list'; do
		# shellcheck disable=SC2086 # two words
		"$BIN/mcp-alert" $way -f jsonl -c fleet.yaml --store "$1"
	done
	aggregate verdict -f jsonl -c fleet.yaml --store "$1" --now $((END + 110))
	aggregate status -f jsonl -c fleet.yaml --store "$1"
}

@test "a fleet is restored as it was: keys, lives, pages, incidents, verdicts" {
	small_fleet "$BIN" . "$END"
	for key in foreign:key probe:UPPER:latest probe:fine:latest:more fleet:nothing; do
		a set "$key" theirs
		b set "$key" "not theirs"
	done
	aggregate snapshot >snap
	jq -e . snap >/dev/null
	keys=$(($(a dbsize) - 5))
	run -0 aggregate restore --store "$B" <snap
	[ "$output" = "5 servers, $keys keys; 0 had expired" ]
	dumps
	diff <(sed 's/^theirs$/not theirs/' a) b
	same_lives
	[ "$(b hget fleet:heartbeats verdict)" = "$(a hget fleet:heartbeats verdict)" ]
	# The servers stand together, and those of the fleet are the last.
	[ "$(jq -r 'select(.type == "key").key | split(":") |
		if .[0] == "fleet" then "fleet" else .[1] end' snap | uniq | paste -sd' ')" = \
		"* down fine hidden partly works fleet" ]
	[ "$(tail -n 5 snap | jq -r 'select(.key).key' | paste -sd' ')" = \
		"fleet:accounts fleet:private fleet:servers fleet:site" ]
	tail -n 1 snap | jq -r .sha256 >want
	head -n -1 snap | sha256sum | cut -d' ' -f1 | diff want -
	seen "$MCP_STORE" >a.seen
	seen "$B" >b.seen
	grep -q '"verdict":"red"' a.seen
	grep -q 'Secret garden' a.seen
	grep -q '"kind":"downtime"' a.seen
	# How long ago a heartbeat was, and which hours are the last, is told by the
	# clock of the machine.
	strip='s/"(age|ran_at|age_s)":[0-9.]+//g; s/"hours":\[[^]]*\]//g'
	diff <(sed -E "$strip" a.seen) <(sed -E "$strip" b.seen)
}

@test "twice is as once, a pipe is as a file, and --replace leaves nothing behind" {
	small_fleet "$BIN" . "$END"
	aggregate snapshot >snap
	aggregate snapshot | aggregate restore --store "$B"
	dumps
	diff a b
	cp b once
	run -2 aggregate restore --store "$B" snap
	[[ $output == *"the store has keys of a fleet, such as "*": restore into another store, or delete these keys with --replace" ]]
	b set probe:gone:verdict x
	b set foreign y
	aggregate restore --replace --store "$B" - <snap
	REDIS_SOCK=$B_SOCK redis_dump | sort | grep -avx 'y\|== foreign string' >again
	sort once | cmp - again
	[ "$(b get foreign)" = y ]
	[ "$(b get fleet:format)" = 1 ]
}

@test "what has passed meanwhile is left out, and what is left lives that much less" {
	small_fleet "$BIN" . "$END"
	aggregate snapshot >snap
	at=$(head -n 1 snap | jq .at)
	short=$(jq -r 'select(.expires_in_ms and .expires_in_ms < 3600000).key' snap | wc -l)
	[ "$short" -gt 10 ]
	run -0 aggregate restore --store "$B" -N "$(jq -n "$at + 3600")" snap
	[[ $output == *"; $short had expired" ]]
	same_lives 3600000
	# A clock that is behind gives nothing a longer life.
	aggregate restore --replace --store "$B" -N "$(jq -n "$at - 3600")" snap
	same_lives
}

# refused LINE TEXT: a snapshot on standard input is refused for that line, and B
# stays as it is.
refused() {
	cat >bad
	b set foreign y >/dev/null
	run -2 aggregate restore --replace --store "$B" bad
	[[ $output == "mcp-aggregate: bad:$1: "*"$2"* ]] || { echo "$output"; return 1; }
	[ "$(b dbsize)" = 1 ]
}

@test "a snapshot that is cut off, altered or out of order is refused with its line" {
	probes one eu $((END + 5)) | aggregate ingest
	a set probe:one:$((END / 3600)):eu $'\x01\x00\xff'
	aggregate snapshot >snap
	n=$(wc -l <snap)
	[ "$n" -gt 10 ]
	for ((i = 0; i < n; i++)); do
		head -n "$i" snap | refused $((i + 1)) 'the end of the snapshot is missing'
	done
	for ((i = 1; i <= n; i++)); do
		# The byte in the middle of a line, and a line that ends before its end.
		awk -v i=$i 'NR == i { at = int(length($0) / 2)
			$0 = substr($0, 1, at - 1) (substr($0, at, 1) == "x" ? "y" : "x") substr($0, at + 1) }
			{ print }' snap | refused "$i" 'altered'
		{ head -n $((i - 1)) snap; sed -n "${i}s/.\$//p" snap; } | refused "$i" 'not a whole line'
		# One that is missing, and one that comes twice.
		[ "$i" = "$n" ] || sed "${i}d" snap | refused "$i" 'found its line'
		[ "$i" = "$n" ] || sed "${i}p" snap | refused $((i + 1)) 'found its line'
	done
	sed '5{h;d};6{G}' snap | refused 5 'expected line 5'
	cat snap snap | refused $((n + 1)) ''
	: | refused 1 'the end of the snapshot is missing'
	aggregate restore --store "$B" --replace snap
}

# signed: lines with new numbers, sums and counts, as somebody who forges them
# makes.
signed() {
	node -e 'const { createHash } = require("crypto");
		const sha = s => createHash("sha256").update(s).digest("hex");
		let n = 0, all = "";
		for (const line of require("fs").readFileSync(0, "latin1").split("\n").filter(Boolean)) {
			let text = line.replace(/"n":\d+/, `"n":${++n}`).replace(/,"sum":"[^"]*"}$/, "");
			text = text.replace(/"sha256":"[^"]*"/, `"sha256":"${sha(Buffer.from(all, "latin1"))}"`);
			text += `,"sum":"${sha(Buffer.from(text, "latin1")).slice(0, 16)}"}\n`;
			all += text;
			process.stdout.write(Buffer.from(text, "latin1"));
		}'
}

@test "a snapshot that was made up is held to the names, types and bounds of keys" {
	probes one eu $((END + 5)) | aggregate ingest
	aggregate snapshot >snap
	signed <snap | cmp - snap
	line=$(grep -n '"key":"probe:one:latest"' snap | cut -d: -f1)
	forge() {
		sed -E "${line}$1" snap | signed | refused "${3-$line}" "$2"
	}
	forge 's/probe:one:latest/foreign:key/' 'not the name of a key of a fleet'
	forge 's/probe:one:latest/probe:One:latest/' 'not the name of a key of a fleet'
	forge 's/probe:one:latest/fleet:format/' 'not the name of a key of a fleet'
	forge 's|probe:one:latest|probe:../../one:latest|' 'not the name of a key of a fleet'
	forge 's/probe:one:latest/probe:one:1:$(id)/' 'not the name of a key of a fleet'
	forge 's/"hash"/"string"/' 'probe:SLUG:latest is a hash'
	forge 's/"value":.*,"sum/"value":"x","sum/' 'value: '
	forge 's/"value":.*,"sum/"value":[],"sum/' 'value: '
	forge 's/"value":.*,"sum/"value":[["x"]],"sum/' 'value: '
	forge 's/"value":.*,"sum/"value":[["x",1]],"sum/' 'value: '
	forge 's/"base64":false/"base64":true/' 'not base64'
	forge 's/"expires_in_ms":[0-9]+/"expires_in_ms":-1/' 'expires_in_ms'
	forge 's/"expires_in_ms":[0-9]+/"expires_in_ms":1e300/' 'expires_in_ms'
	forge 's/"expires_in_ms":[0-9]+/"expires_in_ms":300000000000000/' 'expires_in_ms'
	forge 's/"part":1/"part":2/' 'whose earlier parts are missing'
	forge 's/"cut":false/"cut":true/' 'its continuation is missing'
	forge 's/"more":false/"more":true/' 'the continuation of' $((line + 1))
	forge 's/"v":1/"v":2/' 'v: a version'
	forge 's/"type":"key"/"type":"snapshot"/' 'version: '
	sed '1s/"format":1/"format":2/' snap | signed |
		refused 1 'its keys have version 2, and this program knows versions up to 1: upgrade mcp-fleet'
	sed '$s/"keys":[0-9]*/"keys":3/' snap | signed | refused "$(wc -l <snap)" 'do not match the lines before'
	sed '3d' snap | signed | refused $(($(wc -l <snap) - 1)) 'do not match the lines before'
	yes 'a long line' | head -c 1200000 | tr -d '\n' | refused 1 'too long'
	head -c 100000 /dev/urandom | refused 1 ''
}

@test "large keys go in pieces, and bytes that are no text come back" {
	big=$(head -c 200000 /dev/zero | tr '\0' '"')
	for i in {1..4}; do printf '%s' "$big$big"; printf 'ä€𝄞%.0s' {1..9999}; done >huge
	a -x set alert:one <huge
	a -x hset probe:one:tools list <huge
	head -c 300000 /dev/urandom >noise
	a -x hset probe:one:tools noise <noise
	a -x rpush fleet:history:20000 <noise
	for i in {1..2500}; do echo "rpush fleet:history:20000 line-$i"; done | a >/dev/null
	for i in {1..10000}; do
		echo "hset fleet:servers server-$i '{\"url\":\"https://$i.example/mcp\"}'"
	done | a >/dev/null
	for i in {1..3000}; do echo "sadd fleet:undelivered server-$i"; done | a >/dev/null
	printf 'a\0b\xff' | a -x set "probe:one:$((END / 3600)):eu"
	printf '' | a -x set probe:one:baseline
	a expire alert:one 1000
	a hset probe:one:late $'field \xfe' 'a value' '' ''
	aggregate snapshot >snap
	[ "$(awk '{ if (length > n) n = length } END { print n }' snap)" -lt 1048576 ]
	[ "$(grep -c '"key":"alert:one"' snap)" -gt 5 ]
	jq -e . snap >/dev/null
	aggregate restore --store "$B" snap
	[ "$(a dbsize)" = $(($(b dbsize) - 1)) ]
	b hdel fleet:nothing x
	REDIS_SOCK=$A_SOCK redis_dump | sha256sum >a
	b del fleet:format
	REDIS_SOCK=$B_SOCK redis_dump | sha256sum | diff a -
	same_lives
}

@test "a restore that was interrupted is seen, and done again" {
	small_fleet "$BIN" . "$END"
	aggregate snapshot >snap
	# The last command is the version: without it nothing is whole.
	b config set maxmemory 1
	run -3 aggregate restore --store "$B" snap
	b config set maxmemory 0
	b set fleet:format restoring
	for program in "mcp-aggregate verdict -c fleet.yaml" "mcp-aggregate status" \
		"mcp-aggregate snapshot" "mcp-alert tick -c fleet.yaml" "mcp-alert list"; do
		# shellcheck disable=SC2086 # words
		run -3 "$BIN/"$program --store "$B" </dev/null
		[[ $output == *"a restore is running, or was interrupted; to repeat it, run mcp-aggregate restore --replace" ]]
	done
	run -3 aggregate ingest --store "$B" <records.jsonl
	[ "$(b dbsize)" = 1 ]
	run -2 aggregate restore --store "$B" snap
	[ "$(b dbsize)" = 1 ]
	aggregate restore --replace --store "$B" snap
	dumps
	diff a b
}

# What a test that fails leaves stopped.
teardown() {
	kill -KILL "$RESTORE" 2>/dev/null || true
}

# halfway ARG…: a restore into B, stopped while it writes; RESTORE is its process. One
# that was done before it could be stopped is begun anew.
halfway() {
	for _ in {1..50}; do
		"$BIN/mcp-aggregate" restore --store "$B" "$@" >first 2>&1 3>&- &
		RESTORE=$!
		while kill -0 $RESTORE 2>/dev/null; do
			[ "$(b get fleet:format) $(b exists probe:fine:latest)" = "restoring 1" ] || continue
			kill -STOP $RESTORE || break
			[ "$(b get fleet:format)" != restoring ] || return 0
			kill -CONT $RESTORE
		done
		wait $RESTORE || true
		b flushall
	done
	return 1
}

@test "of two restores at once the second is refused, and the first is whole" {
	small_fleet "$BIN" . "$END"
	a eval "for i = 1, 20000 do redis.call('set', 'probe:server-' .. i .. ':baseline', 'x') end" 0
	aggregate snapshot >snap
	halfway snap
	for how in '' --replace; do
		# shellcheck disable=SC2086 # none, or one word
		run -3 aggregate restore $how --store "$B" snap
		[[ $output == "mcp-aggregate: another restore is running: process $RESTORE on "*"; if it was killed, try again in a minute" ]]
	done
	[ "$(b ttl fleet:restore)" -gt 0 ]
	kill -CONT $RESTORE
	wait $RESTORE
	dumps
	cmp a b
	# One that is held up until its lock has ended spoils nothing of the next one.
	halfway --replace snap
	b del fleet:restore
	aggregate restore --replace --store "$B" snap
	[ "$(b exists fleet:restore)" = 0 ]
	b set probe:fine:verdict changed
	kill -CONT $RESTORE
	status=0
	wait $RESTORE || status=$?
	[ $status = 3 ]
	grep -qx 'mcp-aggregate: this restore was interrupted .*, and another one may have begun' first
	[ "$(b get probe:fine:verdict)" = changed ]
	[ "$(b get fleet:format)" = 1 ]
}

@test "a store that fails, standard output that fails, a key of another type" {
	probes one eu $((END + 5)) | aggregate ingest
	run -3 aggregate snapshot --store unix:///nowhere
	[[ $output == "mcp-aggregate: store: "* ]]
	run -3 bash -c '"$1/mcp-aggregate" snapshot >/dev/full' - "$BIN"
	[[ $output == *"standard output: No space left on device"* ]]
	aggregate snapshot >snap
	run -3 aggregate restore --store unix:///nowhere snap
	run -2 aggregate restore --store "$B" nowhere
	[[ $output == "mcp-aggregate: nowhere: No such file or directory" ]]
	run -2 aggregate restore --store "$B" snap snap
	a del probe:one:verdict
	a zadd probe:one:verdict 1 x
	a del fleet:servers
	a set fleet:servers x
	run --separate-stderr -0 aggregate snapshot
	[[ $stderr == *"probe:one:verdict is a zset, not a string: left out"* ]]
	[[ $stderr == *"fleet:servers is a string, not a hash: left out"* ]]
	aggregate restore --store "$B" <<<"$output"
	# A copy of what comes from a pipe is private, and gone.
	mkdir tmp
	b flushall
	TMPDIR=$PWD/tmp aggregate restore --store "$B" < <(cat snap)
	[ -z "$(ls -A tmp)" ]
	run -3 env TMPDIR=/nowhere "$BIN/mcp-aggregate" restore --store "$B" < <(cat snap)
}

@test "an empty store is a snapshot, too" {
	aggregate snapshot >snap
	[ "$(wc -l <snap)" = 2 ]
	run -0 aggregate restore --store "$B" snap
	[ "$output" = "0 servers, 0 keys; 0 had expired" ]
}

# kept: of a dump all but the records of single probes: those of old minutes that
# arrive while the names of keys are read may be missing.
kept() {
	awk '/^== / { out = /^== probe:[^:]*:[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]+:[a-z-]*(:head)? string/ } !out'
}

@test "a snapshot that is taken amid ingest has each server as of one instant" {
	for ((t = END - 1800; t < END; t += 60)); do
		small_fleet_minute "$t" $((END - 600)) >"part.$t"
	done
	cat part.* >all
	aggregate ingest <all
	REDIS_SOCK=$A_SOCK redis_dump | kept >want
	a flushall
	for part in part.*; do
		aggregate ingest <"$part" &
		aggregate snapshot >"snap.${part#part.}"
		wait $!
	done
	[ "$(cat snap.* | grep -c '"type":"end"')" = 30 ]
	for snap in $(printf '%s\n' snap.* | awk 'NR % 4 == 0'); do
		aggregate restore --replace --store "$B" "$snap"
		# What was taken in before is known again, and not counted twice.
		aggregate ingest --store "$B" <all
		REDIS_SOCK=$B_SOCK redis_dump | kept | diff -a want -
	done
	[ "$(grep -c '^== probe:.*:errors:' want)" -ge 5 ]
}
