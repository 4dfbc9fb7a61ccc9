#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: a region that leaves its records in a folder, on a web server, in S3, DynamoDB,
# a gist or Workers KV is judged like any other; whatever a store or a stranger does, what
# the store confirmed is neither lost nor counted twice, and no other region suffers.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; set by run
bats_require_minimum_version 1.5.0
load ../../helpers/fleet
load ../../helpers/probes
load ../../helpers/site
load ../../helpers/inboxes

setup_file() {
	start scripted
	cd "$BATS_FILE_TMPDIR" || return 1
	redis_start "$BATS_FILE_TMPDIR/redis"
	inboxes_start
}

teardown_file() {
	inboxes_stop
	redis_stop
	stop_all
}

setup() {
	fleet_setup
	export MCP_FLEET_TIMEOUT=3
	mkdir -m 700 credentials
	export MCP_CREDENTIALS=$PWD/credentials
}

# round_trip KIND: a region has an inbox of this kind, and is judged.
round_trip() {
	inbox_fleet east "$1"
	left
	[ "$status" -eq 3 ]
	grep -qx 'mcp-fleet: east: timeout: nothing came into its inbox for [123] s' err
	[[ $1 != cloudflare-kv ]] || later 61
	region east
	[[ $1 != cloudflare-kv ]] || later 61
	left
	[ "$status" -eq 0 ]
	fleet --only judge
	redis get probe:good:verdict | jq -e '.verdict == "green" and .reporters == 1'
	redis get probe:gone:verdict | jq -e '.failing == ["east"]'
	redis hget fleet:runners east |
		jq -e '.status == "ok" and (.offset_s | .[0] <= 0 and .[1] >= 0 and .[1] - .[0] < 30)'
	# What was stored is not there, or not read again.
	[[ $1 == cloudflare-kv ]] || [ -z "$(inbox_names east)" ]
	left
	[ "$status" -eq 0 ] || grep -q 'timeout: nothing came' err
	[ -z "$(find region-east/spool -name '1*')" ]
	nothing_left
}

@test "a region leaves its records in a folder, and is judged" {
	round_trip file
}

@test "in a folder of a web server" {
	round_trip https
}

@test "in S3" {
	round_trip s3
}

@test "in DynamoDB" {
	round_trip dynamodb
}

@test "in a gist" {
	round_trip gist
}

@test "in Workers KV, a minute later" {
	round_trip cloudflare-kv
}

# pretend REGION…: from now on, mcp-probe prints the file said/REGION; all of what it
# printed is in the file all.
pretend() {
	mkdir -p said pretended
	cat >pretended/mcp-probe <<-EOT
	#!/bin/bash
	cat >/dev/null
	while [[ \$1 != -r ]]; do shift; done
	cat "$PWD/said/\$2"
	EOT
	chmod +x pretended/mcp-probe
	PATH=$PWD/pretended:$PATH
	BEGAN=$(($(date +%s) / 60 * 60 - 3000)) N=0
	# In one hour: rows of two have no order.
	((BEGAN % 3600 < 3600 - 1500)) || BEGAN=$((BEGAN - 1500))
	: >all
}

# as_probed: members in the order of mcp-probe.
as_probed() {
	sed 's/^{"v":1,\(.*\),"type":"\(step\|probe\)",/{"v":1,"type":"\2",\1,/'
}

# next REGION…: another minute, in which these regions probe both servers.
next() {
	local name
	N=$((N + 1))
	for name; do
		{
			probes good "$name" $((BEGAN + 60 * N + 3))
			probes gone "$name" $((BEGAN + 60 * N + 3)) tools-list
		} | as_probed | tee -a all >"said/$name"
	done
}

# of_servers: what the store has of servers, as redis_dump prints it; not the records of
# probes that passed, which stay or not by the order in which they come.
of_servers() {
	redis_dump | awk '/^== / { on = /^== probe:/ && !/^== probe:[a-z]+:1[0-9]+:[a-z0-9-]+ /
		head = /:head string$/ } !on { next } head && !/^==/ { print $1, $2, $3; next } { print }'
}

# none_lost: the store has what it has if all is ingested once.
none_lost() {
	of_servers >got
	redis flushall >/dev/null
	mcp-aggregate ingest -c fleet.yaml <all
	of_servers >due
	diff -a due got && [ "$(grep -c '^== ' got)" -gt 20 ]
}

# faults KIND FAULT…: a store of this kind has these faults, or those of INBOX_FAULTS; a
# region in a folder has none.
faults() {
	local kind=$1 fault faults=("${@:2}") east west=west-$BATS_TEST_NUMBER n=0
	[[ ! ${INBOX_FAULTS-} ]] || read -ra faults <<<"$INBOX_FAULTS"
	redis flushall >/dev/null
	rm -rf region-* state run credentials/*
	mkdir state run
	east=east-$BATS_TEST_NUMBER-${kind:0:2}
	inbox_fleet "$east" "$kind" "$west" file
	pretend
	left
	later 61
	# From now on, the region has targets.
	next "$east" "$west"
	region "$east"
	region "$west"
	later 61
	for fault in "${faults[@]}"; do
		# The list that is old is of now.
		left >old
		next "$east" "$west"
		region "$west"
		fault "$kind" "$fault"
		region "$east" 2>said.err || [[ $fault != slow ]]
		later 61
		left
		redis hget probe:good:latest "$west" >latest
		grep -q "^$((BEGAN + 60 * N + 3))\." latest
		echo "$kind $fault: $(find "region-$east/spool" -name '1*' | wc -l) wait; $(grep -c . err) lines" >&3
		case $fault in
		away | full) [ -n "$(find "region-$east/spool" -name '1*')" ] ;;
		*) [ -z "$(find "region-$east/spool" -name '1*')" ] ;;
		esac
		fault "$kind"
		n=$((n + 1))
	done
	next "$east" "$west"
	region "$west"
	region "$east"
	[ -z "$(find "region-$east/spool" -name '1*')" ]
	later 61
	left
	[ "$status" -eq 0 ]
	left
	none_lost
	echo "$n faults" >&3
}

# away: no answer; full: no write is taken; keeps: what was removed is still there; cut:
# half of a piece, where it does not come with the list; old: lists of before.
@test "a web server that is away, slow, full, cuts, keeps or is old loses nothing" {
	faults https away slow full cut keeps old
}

@test "nor does an S3 that is away, or cuts" {
	faults s3 away cut
}

@test "nor does a DynamoDB that is full, or keeps" {
	faults dynamodb full keeps
}

@test "nor does a gist that is slow, or old" {
	faults gist slow old
}

@test "nor do Workers KV that keep, or are old" {
	faults cloudflare-kv keeps old
}

@test "whoever is killed while a piece is written or read loses nothing, and counts nothing twice" {
	local east=east-$BATS_TEST_NUMBER
	inbox_fleet "$east" s3
	pretend
	left
	for _ in {1..6}; do
		next "$east"
		for _ in 1 2; do
			setsid bash "$ROOT/scripts/inbox_region.bash" "region-$east" 2>/dev/null 3>&- &
			# The instant is what is looked for: any will do.
			sleep "0.$((RANDOM % 9))$((RANDOM % 10))"
			kill -KILL -- "-$!" 2>/dev/null || true
			wait $! 2>/dev/null || true
			setsid "$ROOT/scripts/mcp-fleet" -c fleet.yaml --once --only probe 2>/dev/null 3>&- &
			sleep "$((RANDOM % 2)).$((RANDOM % 9))"
			kill -KILL -- "-$!" 2>/dev/null || true
			wait $! 2>/dev/null || true
		done
		# The same probes once more.
		region "$east"
	done
	left
	left
	none_lost
}

# stored REGION NAME FILE: a stranger stores the file under that name.
stored() {
	at_inbox "$1" put "$2" "$3"
}

@test "what is cut, altered, of another region or a stranger's is refused, and hurts no other" {
	local east=east-$BATS_TEST_NUMBER west=west-$BATS_TEST_NUMBER now
	now=$(($(date +%s) / 60 * 60))
	inbox_fleet "$west" s3 "$east" s3
	pretend
	left
	next "$east" "$west"
	region "$west"
	region "$east"
	name=$(inbox_names "$west")
	at_inbox "$west" get "$name" piece
	# Of another region, whole.
	stored "$east" "$((now - 60)).00.${name##*.}" piece
	# Cut, and altered; and so new that it may be on its way.
	head -c 100 piece >short
	stored "$east" "$((now - 600)).00.${name##*.}" short
	stored "$east" "$((now - 60)).01.${name##*.}" short
	# As long as a disk, once it is read.
	head -c 50000000 /dev/zero | gzip >bomb
	stored "$east" "$((now - 120)).00.$(sha256sum <bomb | head -c 32)" bomb
	# Of a time that is to come; of no such name.
	stored "$east" "$((now + 99999)).00.$(sha256sum <short | head -c 32)" short
	stored "$east" readme short
	# A stranger's, of the right form.
	{
		printf '{"v":1,"type":"deposit","region":"%s","at":1,"ahead_s":[0,0]}\n' "$east"
		probes unasked "$east" "$now"
		probes good "$west" "$now" tools-list
		head -c 1000 /dev/urandom | base64
	} | gzip >forged
	stored "$east" "$((now - 180)).00.$(sha256sum <forged | head -c 32)" forged
	left
	[ "$status" -eq 0 ]
	[ "$(redis keys 'probe:unasked:*')" = "" ]
	redis hget probe:good:latest "$west" | grep -q healthy
	run ! grep "^mcp-fleet: $west: " err
	redis hget fleet:runners "$east" | jq -e '.status == "garbled"'
	grep -c "^mcp-fleet: $east: garbled: a piece in its inbox was cut or altered" err | grep -qx 1
	grep -q "^mcp-fleet: $east: garbled: .* lines of region $west" err
	[ "$(inbox_names "$east")" = "$((now - 60)).01.${name##*.}" ]
	at_inbox "$east" list | grep -qx readme
	nothing_left
}

@test "a region whose inbox forgets the targets goes on with the last ones" {
	inbox_fleet east file
	run -3 region east
	[ "$output" = "east: its targets cannot be read: not there; a round publishes them" ]
	left
	region east
	left
	rm -r shared/east
	run -0 region east
	[[ $output == *'are those of the last run: not there; a round publishes them' ]]
	left
	[ "$status" -eq 0 ]
}

@test "a credential is a file of its owner, and in no argument or message" {
	local name kind
	mkdir -p watched
	cat >watched/curl <<-EOT
	#!/bin/bash
	printf '%s\n' "\$@" >>"$PWD/arguments"
	exec $(type -P curl) "\$@"
	EOT
	chmod +x watched/curl
	PATH=$PWD/watched:$PATH
	inbox_fleet east s3 west gist north https
	pretend
	left >>told
	next east west north
	for name in east west north; do
		region $name >>told 2>&1
	done
	left >>told
	[ "$status" -eq 0 ]
	[ "$(wc -l <arguments)" -gt 100 ]
	run ! grep -F -e S3RVER: -e "$INBOX_TOKEN" arguments told err out
	grep -qx -- '-K' arguments
	for name in east west; do
		chmod 640 "region-$name/credential" "credentials/$name-inbox"
		run -2 region $name
		[[ $output == *'credential credential: others can read it; chmod 600 it' ]]
	done
	left
	grep -qx 'mcp-fleet: east: credential east-inbox: others can read it; chmod 600 it' err
	# Nothing but the inbox is asked, and not in the clear.
	echo 'inbox = http://example.com/x' >>region-north/region.conf
	run -2 region north
	[[ $output == *'endpoint: not https://' ]]
}

# found SUBJECT TEXT [MEND]: whether doctor says that.
found() {
	jq -es --arg subject "$1" --arg text "$2" --arg mend "${3-}" '[.. | objects |
		select(.subject? == $subject and (.finding? // "" | test($text)) and
			(.mend // "" | startswith($mend)))] != []' findings
}

# doctor: its findings.
doctor() {
	status=0
	"$ROOT/scripts/mcp-fleet" doctor --json -c fleet.yaml >findings 2>err || status=$?
	cat findings err
}

@test "from nothing: a folder for a region with a gist, and doctor looks at it" {
	inbox_of gist
	export HOME=$PWD
	PATH=$ROOT/scripts:$PATH
	run -2 mcp-fleet init --region tokyo ftp://x
	[[ $output == *'no inbox of a region tokyo; see mcp-inbox(7)'* ]]
	run -2 mcp-fleet init --region 'to kyo' "$INBOX"
	run -2 mcp-fleet init --region tokyo
	mcp-fleet init --region tokyo "$INBOX" >out
	run -2 mcp-fleet init --region tokyo "$INBOX"
	[[ $output == *'exists already; nothing was changed'* ]]
	[ "$(stat -c %a tokyo tokyo/credential | xargs)" = '700 600' ]
	# What it says to do, by hand.
	{ regions | sed '$d'; grep -F '{name: tokyo' out; echo servers:; server good json; } >fleet.yaml
	printf '%s\n' "$SECRET" >tokyo/credential
	sh -c "$(sed -n 's/^  \(install -m 600 .*\)/\1/p' out)"
	left
	# The folder is all that the other machine has, at another place.
	mkdir there
	mv tokyo there/
	sed "s,\$HOME,$PWD/there," there/tokyo/crontab | sed 's/^\* \* \* \* \* //' >line
	env -i PATH="$BIN:/usr/bin:/bin" TMPDIR="$TMPDIR" sh line
	left
	[ "$status" -eq 0 ]
	redis hget probe:good:latest tokyo | grep -q healthy
	env -i PATH="$BIN:/usr/bin:/bin" TMPDIR="$TMPDIR" sh line
	at_inbox tokyo put "$(($(date +%s) / 60 * 60 - 600)).00.$(printf %032d 0)" line
	at_inbox tokyo put readme line
	doctor
	found tokyo '^its inbox answers; its newest piece is of [0-9:]+ UTC, [0-9]+ s ago$'
	found tokyo '^1 piece is refused: cut, altered or of another region$' 'man 7 mcp-inbox'
	found tokyo '^1 names in its inbox are not of pieces$'
	found tokyo '^its clock is right$'
	# Doctor takes nothing out.
	[ "$(inbox_names tokyo | wc -l)" = 2 ]
	fault gist away
	doctor
	[ "$status" -eq 1 ]
	found tokyo '^its inbox does not answer: curl' 'man 7 mcp-inbox'
	fault gist
	chmod 644 credentials/tokyo-inbox
	doctor
	found tokyo '^credential tokyo-inbox: others can read it' "chmod 600 $MCP_CREDENTIALS/tokyo-inbox"
}
