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
	# So long a round waits; what it starts has time, for the machine may be busy.
	export MCP_FLEET_TIMEOUT=3
	hangs
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
		rm -f state/mcp-fleet/*/regions/*.targets
		left
		redis hget probe:good:latest "$west" >latest
		grep -q "^$((BEGAN + 60 * N + 3))\." latest
		echo "$kind $fault: $(find "region-$east/spool" -name '1*' | wc -l) wait; $(grep -c . err) lines" >&3
		case $fault in
		away | full | spent) [ -n "$(find "region-$east/spool" -name '1*')" ] ;;
		*) [ -z "$(find "region-$east/spool" -name '1*')" ] ;;
		esac
		case $fault in
		forgets)
			# Nobody can know more; in Workers KV, stored pieces are still there.
			[[ $kind == cloudflare-kv ]] || grep -qx "mcp-fleet: $east: timeout: nothing came into its inbox for [123] s" err
			sed -i "/\"probe_id\":\"$east-$((BEGAN + 60 * N + 3))\"/d" all ;;
		spent)
			grep -q "^$east: its inbox does not take records: it answers 429: your account has reached the free" said.err
			grep -q "^mcp-fleet: $east: its targets are not published: it answers 429: your" err ;;
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

# away: no answer; full: no write is taken; forgets: a piece that was confirmed is not
# there; keeps: what was removed is still there; cut: half of a piece, where it does not
# come with the list; lags: lists of before; old: the same from a cache.
@test "a web server that is away, slow, full, cuts, keeps, is old or forgets loses nothing else" {
	faults https away slow full cut keeps old forgets
}

@test "nor does an S3 that is away, cuts, forgets or lags" {
	faults s3 away cut forgets lags
}

@test "nor does a DynamoDB that is full, keeps, forgets or lags" {
	faults dynamodb full keeps forgets lags
}

@test "nor does a gist that is slow, old or forgets" {
	faults gist slow old forgets
}

@test "nor do Workers KV that keep, are old, forget, or take no more writes that day" {
	faults cloudflare-kv keeps old forgets spent
}

@test "a piece that waited for long, and comes cut at first, is not lost" {
	local east=east-$BATS_TEST_NUMBER raw
	inbox_fleet "$east" https
	pretend
	left
	next "$east"
	region "$east"
	left
	next "$east"
	fault https away
	region "$east"
	raw=$(basename region-*/spool/1*.raw)
	mv "region-$east/spool/$raw" "region-$east/spool/$((${raw%%.*} - 900)).00.raw"
	fault https cut
	region "$east"
	[ "$(inbox_names "$east" | wc -l)" = 2 ]
	left
	run ! grep garbled err
	fault https
	next "$east"
	region "$east"
	left
	none_lost
}

@test "a piece that this machine had no time to read stays there" {
	inbox_fleet east s3
	pretend
	left
	next east
	region east
	mkdir busy
	printf '#!/bin/bash\n[[ $1 != sift ]] || exit 124\nexec %s/mcp-aggregate "$@"\n' "$BIN" \
		>busy/mcp-aggregate
	chmod +x busy/mcp-aggregate
	PATH=$PWD/busy:$PATH left
	grep -qx 'mcp-fleet: east: garbled: what it printed takes too long to be read' err
	left
	redis hget probe:good:latest east | grep -q healthy
	[ -z "$(inbox_names east)" ]
}

@test "a full store is read, though it takes no targets" {
	inbox_fleet east https
	pretend
	left
	next east
	region east
	rm state/mcp-fleet/*/regions/east.inbox.targets
	fault https full
	left
	fault https
	[ "$status" -eq 0 ]
	grep -qx 'mcp-fleet: east: its targets are not published: it answers 507' err
	redis hget probe:good:latest east | grep -q healthy
}

@test "a piece above a megabyte is fetched from where GitHub keeps the whole file" {
	local name east=east-$BATS_TEST_NUMBER
	inbox_fleet "$east" gist
	pretend
	left
	next "$east"
	region "$east"
	name=$(inbox_names "$east")
	at_inbox "$east" get "$name" piece
	at_inbox "$east" drop "$name"
	# Of what no digest is known, the rest of the records.
	{ gzip -dc piece; head -c 1000000 /dev/urandom | base64; } | gzip -n >large
	name=${name%.*}.$(sha256sum <large | head -c 32)
	at_inbox "$east" put "$name" large
	at_inbox "$east" put zz piece
	at_inbox "$east" get zz small
	cmp piece small
	left
	grep -q "^mcp-fleet: $east: garbled: [0-9]* lines that are no records of this region" err
	redis hget probe:good:latest "$east" | grep -q "^$((BEGAN + 63))"
	at_inbox "$east" drop zz
}

# refuses KIND SECRET WHY: the store refuses another secret.
refuses() {
	local name=east-$BATS_TEST_NUMBER-${1:0:2}
	rm -rf region-* credentials/* state
	mkdir state
	inbox_fleet west file "$name" "$1"
	pretend
	left >/dev/null
	next west "$name"
	region west
	for file in "region-$name/credential" "credentials/$name-inbox"; do
		printf '%s\n' "$2" >"$file"
	done
	run -3 region "$name"
	echo "$output"
	[[ $output =~ ^"$name: its targets cannot be read: it answers "$3$ ]]
	left
	grep -xE "mcp-fleet: $name: it answers $3" err
	grep -xE "mcp-fleet: $name: exit: its inbox cannot be read: exit status 3: it answers $3" err
	[ "$(wc -l <err)" = 2 ]
	redis hget probe:good:latest west | grep -q "^$((BEGAN + 60 * N + 3))"
}

@test "a wrong key is one line and exit status 3, and no other region suffers" {
	refuses s3 $'access_key = S3RVER\nsecret_key = other' '403: SignatureDoesNotMatch'
	refuses s3 $'access_key = other\nsecret_key = S3RVER' '403: InvalidAccessKeyId'
	refuses dynamodb $'access_key = key\nsecret_key = other' '400: InvalidSignatureException'
	refuses dynamodb $'access_key = other\nsecret_key = secret' '400: UnrecognizedClientException'
	refuses https 'token = other' '(401|403)'
	refuses gist 'token = other' '401: Bad credentials'
	refuses cloudflare-kv 'token = other' '403: Authentication error'
	doctor
	found "east-$BATS_TEST_NUMBER-cl" '^its inbox refuses the credential: it answers 403: Auth' \
		"(umask 077; cat >$MCP_CREDENTIALS/"
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

# strangers KIND: what is cut, altered, of another region or a stranger's is refused.
strangers() {
	local kind=$1 east=east-$BATS_TEST_NUMBER west=west-$BATS_TEST_NUMBER now
	now=$(($(date +%s) / 60 * 60))
	inbox_fleet "$west" "$kind" "$east" "$kind"
	pretend
	left
	later 61
	next "$east" "$west"
	region "$west"
	region "$east"
	later 61
	name=$(inbox_names "$west")
	at_inbox "$west" get "$name" piece
	# Of another region, whole.
	stored "$east" "$((now - 60)).00.${name##*.}" piece
	# Cut, and altered: seen for long; and so new that it may be on its way.
	head -c 100 piece >short
	stored "$east" "$((now - 600)).00.${name##*.}" short
	echo "$((now - 600)).00.${name##*.} $((now - 600))" \
		>"$(echo state/mcp-fleet/*/regions)/$east.inbox.odd"
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
	later 61
	left
	[ "$status" -eq 0 ]
	[ "$(redis keys 'probe:unasked:*')" = "" ]
	redis hget probe:good:latest "$west" | grep -q healthy
	run ! grep "^mcp-fleet: $west: " err
	redis hget fleet:runners "$east" | jq -e '.status == "garbled"'
	grep -c "^mcp-fleet: $east: garbled: a piece in its inbox was cut or altered" err | grep -qx 1
	grep -q "^mcp-fleet: $east: garbled: .* lines of region $west" err
	# There, pieces expire by themselves.
	[[ $kind == cloudflare-kv ]] || [ "$(inbox_names "$east")" = "$((now - 60)).01.${name##*.}" ]
	[[ $kind == cloudflare-kv || $kind == dynamodb ]] || at_inbox "$east" list | grep -qx readme
	nothing_left
}

@test "what is cut, altered, of another region or a stranger's is refused in a folder, and hurts no other" {
	strangers file
}

@test "so on a web server" {
	strangers https
}

@test "so in S3" {
	strangers s3
}

@test "so in DynamoDB" {
	strangers dynamodb
}

@test "so in a gist" {
	strangers gist
}

@test "so in Workers KV" {
	strangers cloudflare-kv
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
	# The machine of a region may be small.
	(ulimit -Sv 60000 && at_inbox north open)
	for name in east west; do
		chmod 640 "region-$name/credential" "credentials/$name-inbox"
		run -2 region $name
		[[ $output == */region-"$name/credential: others can read it; chmod 600 it" ]]
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
	[[ $output == 'mcp-fleet: ftp://x: neither s3://,'*'; see mcp-inbox(7)' ]]
	while read -r inbox why; do
		run -2 mcp-fleet init --region tokyo "$inbox"
		[ "$output" = "mcp-fleet: $inbox: $why; see mcp-inbox(7)" ]
	done <<-END
	s3://Bucket_X/p?region=us-east-1 s3: not BUCKET/PREFIX: a bucket has 3 to 63 of a-z, 0-9, . and -
	s3://bucket/"p contains an invalid character
	s3://bucket/p s3: region= is missing
	s3://bucket/p?region=x&endpont=https://x endpont: neither region nor endpoint
	s3://bucket/p?region=x&endpoint=http://minio:9000 endpoint: not https://
	dynamodb://table dynamodb: region= is missing
	cloudflare-kv://abc/def cloudflare-kv: not ACCOUNT/NAMESPACE, two IDs of 32 hex digits
	gist://ID gist: not the ID of a gist, the hex digits that end its address
	https://gist.github.com/ann/12ab https: this is the address of a gist; write gist://ID
	http://example.com/dav not https://
	END
	[ ! -e tokyo ]
	run -2 mcp-fleet init --region 'to kyo' "$INBOX"
	run -2 mcp-fleet init --region tokyo
	mcp-fleet init --region tokyo "$INBOX" >out
	run -2 tokyo/run
	[ "$output" = "$PWD/tokyo/credential: not filled in; see mcp-inbox(7), CREDENTIALS" ]
	run -2 mcp-fleet init --region tokyo "$INBOX"
	[[ $output == *'exists already; nothing was changed'* ]]
	[ "$(stat -c %a tokyo tokyo/credential | xargs)" = '700 600' ]
	[ -z "$(grep -rl "$INBOX_TOKEN" tokyo out)" ]
	# What it says to do, by hand.
	{ regions | sed '$d'; grep -F '{name: tokyo' out; echo servers:; server good json; } >fleet.yaml
	printf '%s\n' "$SECRET" >tokyo/credential
	sh -c "$(sed -n 's/^  \(install -m 600 .*\)/\1/p' out)"
	left
	# The folder is all that the other machine has, at another place.
	mkdir there
	mv tokyo there/
	echo "\"$PWD/there/tokyo/run\"" >line
	run -0 env -i PATH="$BIN:/usr/bin:/bin" TMPDIR="$TMPDIR" there/tokyo/run -v
	[ "$output" = 'tokyo: 1 of 1 servers are due in this minute; pieces stored in the inbox: 1' ]
	left
	[ "$status" -eq 0 ]
	redis hget probe:good:latest tokyo | grep -q healthy
	env -i PATH="$BIN:/usr/bin:/bin" TMPDIR="$TMPDIR" sh line
	at_inbox tokyo put "$(($(date +%s) / 60 * 60 - 600)).00.$(printf %032d 0)" line
	at_inbox tokyo put readme line
	doctor
	found tokyo '^its inbox answers; its newest piece is of [0-9:]+ UTC, [0-9]+ s ago$'
	found tokyo '^1 piece is refused: cut, altered or of another region$' 'man 7 mcp-inbox'
	found tokyo '^1 file in its inbox is not a piece$'
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
	unset MCP_CREDENTIALS
	doctor
	found tokyo ' names a folder$' "export MCP_CREDENTIALS=$PWD/credentials"
}

# started KIND: what the folder of a region with such an inbox begins, as a user with
# programs that note what they are asked.
started() {
	inbox_of "$1"
	rm -rf tokyo
	"$ROOT/scripts/mcp-fleet" init --region tokyo "$INBOX" >out
	chmod -R a+rX . tokyo
	run -0 not_root env -i HOME="$PWD/home" PATH="$PWD/stub:/usr/bin:/bin" bash tokyo/start
	echo "$output"
}

@test "start: a timer of systemd where that answers, otherwise a line of cron, once" {
	mkdir -p home stub
	: >table
	printf '#!/bin/sh\nexit 1\n' >stub/systemctl
	printf '#!/bin/sh\n[ "$1" = -l ] || exec cat >%s/table\ncat %s/table\n' "$PWD" "$PWD" >stub/crontab
	chmod +x stub/*
	chmod 777 home table .
	echo '@daily true' >table
	started file
	started file
	[ "$output" = 'cron runs it already' ]
	printf '@daily true\n* * * * * "%s/tokyo/run"\n' "$PWD" | cmp - table
	: >table
	started cloudflare-kv
	[ "$(cat table)" = "*/2 * * * * \"$PWD/tokyo/run\"" ]
	printf '#!/bin/sh\necho "$0 $*" >>%s/asked\n' "$PWD" | tee stub/loginctl >stub/systemctl
	chmod +x stub/*
	started cloudflare-kv
	[[ $output == *'systemctl --user disable --now mcp-region-tokyo.timer' ]]
	sed 's,.*/,,' asked | paste -sd ';' | grep -qx "systemctl --user show-environment;$(:
		)systemctl --user daemon-reload;$(:
		)systemctl --user enable --now mcp-region-tokyo.timer;loginctl enable-linger"
	cd home/.config/systemd/user
	grep -qx 'OnCalendar=\*-\*-\* \*:0/2:00' mcp-region-tokyo.timer
	systemd-analyze verify --man=no ./mcp-region-tokyo.timer ./mcp-region-tokyo.service
}
