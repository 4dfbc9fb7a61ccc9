#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: regions that probe by themselves, each with a user of the store that can fill
# its own inbox and do nothing else, are judged like those that are asked; what they
# leave is a stranger's: no more than its own records of whole probes is believed, and
# nothing where its clock is off by more than ten seconds; and whoever is killed while
# it is taken out loses nothing, and counts nothing twice.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; set by run
bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/engines
load ../../helpers/redis
load ../../helpers/probes

setup_file() {
	start scripted
	cd "$BATS_FILE_TMPDIR" || return 1
	engine_certificates certs
	users ingest judge region-east region-west
	engine_tls "$PWD/certs"
	engine_server "$PWD/redis" "${TLS[@]}" --aclfile "$PWD/users.acl" \
		--proto-max-bulk-len 16mb
	"${CC:-cc}" -O2 -shared -fPIC -o clock_off.so "$ROOT/tests/fixture/clock_off.c"
}

teardown_file() {
	engine_stop "$BATS_FILE_TMPDIR"
	stop_all
}

# users ROLE…: what scripts/deploy/store has for them; passwords are files.
users() {
	local user region
	{
		sed 's/^user default off$/user default on nopass ~* \&* +@all/' \
			"$ROOT/scripts/deploy/store/users.acl"
		for user in "$@"; do
			region=${user#region-}
			[[ $user == "$region" ]] || sed "s/\<REGION\>/$region/g
				s/REGION_PASSWORD/${user^^}_PASSWORD/" "$ROOT/scripts/deploy/store/region.acl"
		done
	} >users.acl
	for user in "$@"; do
		(umask 077; openssl rand -hex 16 >"$user.password")
		sed -i "s/>${user^^}_PASSWORD/>$(<"$user.password")/" users.acl
	done
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir run state tmp
	export XDG_RUNTIME_DIR=$PWD/run XDG_STATE_HOME=$PWD/state TMPDIR=$PWD/tmp
	export MCP_STORE_CA=$BATS_FILE_TMPDIR/certs/ca.crt MCP_FLEET_TIMEOUT=60
	export MCP_CONFIG=$PWD/fleet.yaml
	PATH=$BIN:$PATH REDIS_SOCK=$BATS_FILE_TMPDIR/redis/sock
	redis flushall >/dev/null
	cat >fleet.yaml <<-EOT
	regions:
	  - {name: east, runner: inbox}
	  - {name: west, runner: inbox}
	servers:
	  - {slug: good, url: "${URL%/mcp}/json"}
	  - {slug: gone, url: "http://127.0.0.1:1/mcp"}
	EOT
}

# as USER COMMAND…: with the store, as that user; a region has no configuration.
as() {
	local -a config=()
	[[ $1 != region-* ]] || config=(-u MCP_CONFIG)
	env "${config[@]}" MCP_STORE="rediss://$1@localhost:$(<"$BATS_FILE_TMPDIR/redis/port")" \
		MCP_STORE_PASSWORD_FILE="$BATS_FILE_TMPDIR/$1.password" "${@:2}"
}

# redis_as USER COMMAND…: what the store answers this user.
redis_as() {
	REDISCLI_AUTH=$(<"$BATS_FILE_TMPDIR/$1.password") redis-cli -s "$REDIS_SOCK" \
		--user "$1" "${@:2}" 2>&1
}

# publish: what mcp-fleet does first.
publish() {
	local region
	for region in east west; do
		mcp-aggregate targets -r $region >"$region.targets"
		mkdir -p "$region"
		as ingest mcp-aggregate inbox "$region" "$region.targets" -r $region
	done
}

# probed REGION: what its timer does.
probed() {
	as "region-$1" mcp-aggregate targets published -r "$1" --at $(($(date +%s) / 60 * 60)) |
		mcp-probe --targets - -r "$1" -f jsonl |
		as "region-$1" mcp-aggregate deposit -r "$1"
}

# fleet ARGS…: a half of a round; sets status; its output is in out and err.
fleet() {
	local user=ingest
	[[ $* != *judge* ]] || user=judge
	status=0
	as $user "$ROOT/scripts/mcp-fleet" "$@" >out 2>err || status=$?
	cat err
}

runner() {
	redis hget fleet:runners "$1"
}

inbox_empty() {
	[ "$(redis --scan --pattern 'fleet:inbox:*' | wc -l)" -eq 0 ]
}

@test "two regions probe by themselves, and the centre judges" {
	# The first round has nothing to take, and says so; it leaves the targets.
	MCP_FLEET_TIMEOUT=3 fleet --once --only probe
	[ "$status" -eq 3 ]
	grep -qx 'mcp-fleet: east: timeout: nothing came into its inbox for 1 s' err
	grep -qx 'mcp-fleet: no region could report' err
	# A round waits for them.
	fleet --once --only probe -v &
	for region in east west; do
		probed $region
	done
	wait $!
	inbox_empty
	fleet --only judge
	[ "$status" -eq 0 ]
	redis get probe:good:verdict | jq -e '.verdict == "green" and .reporters == 2'
	redis get probe:gone:verdict | jq -e '.verdict == "red" and .failing == ["east", "west"]'
	runner west | jq -e '.status == "ok" and (.offset_s | .[0] <= 0 and .[1] >= 0 and .[1] - .[0] < 30)'
	# What a region knows is not said again, as when it is asked.
	as region-east mcp-aggregate targets published -r east |
		jq -es 'length == 2 and all(.known_definitions == [])'
	MCP_FLEET_TIMEOUT=3 fleet --once --only probe
	as region-east mcp-aggregate targets published -r east |
		jq -es 'any(.slug == "good" and (.known_hash | length) == 64)'
}

# left: what a region left, as mcp-fleet reads it; MCP_FLEET_TIMEOUT ends the wait.
left() {
	MCP_FLEET_TIMEOUT=4 fleet --once --only probe
}

@test "what is left in an inbox is a stranger's: only whole probes of its own region" {
	publish
	probed west
	as region-east mcp-aggregate targets published -r east >east.targets
	mcp-probe --targets east.targets -r east -f jsonl >east.jsonl
	sed 's/"region":"east"/"region":"west"/' east.jsonl >west.jsonl
	# The region's own program refuses these.
	run -2 as region-east mcp-aggregate deposit -r east <west.jsonl
	grep -q 'line 1: region: west, and not east' <<<"$output"
	redis del fleet:inbox:east:{0..9} fleet:inbox:east:{a..f} >/dev/null
	# One that does not, in the place of what it left.
	as region-east mcp-aggregate deposit -r east <east.jsonl
	redis get fleet:inbox:east:0 | head -n 1 >front
	{
		cat front west.jsonl
		sed 1d east.jsonl | grep '"slug":"good"' | sed 's/"good"/"unasked"/'
		sed 1d east.jsonl | grep '"slug":"gone"' | sed 3d
		sed 1d east.jsonl | grep '"slug":"good"'
		echo '{"v":1,"type":"spool","host":"x","folder":"y","at":1,"waiting":0,"set_aside":0,"files":[]}'
		head -c 100 /dev/urandom | base64
	} >forged
	redis_as region-east -x set fleet:inbox:east:0 <forged
	left
	[ "$status" -eq 0 ]
	inbox_empty
	[ "$(redis keys 'probe:unasked:*')" = "" ]
	redis hget probe:gone:latest west >seen
	[ -s seen ]
	[ "$(redis hget probe:gone:latest east)" = "" ]
	[[ $(redis hget probe:good:latest east) ]]
	[ "$(redis exists fleet:spools)" = 1 ]
	[ "$(redis hlen fleet:spools)" = 1 ]
	runner east | jq -e '.status == "garbled" and (.message | test("^19 lines of region west arrived "))'
	runner west | jq -e '.status == "ok"'
	grep -q '^mcp-fleet: east: garbled: 19 lines of region west' err
}

@test "of a probe that is cut off nothing is left, but that the region works" {
	probes good east "$(date +%s)" | head -n 5 | as region-east mcp-aggregate deposit -r east
	redis get fleet:inbox:east:0 | jq -es 'map(.type) == ["deposit", "runner"]'
	[ "$(redis exists fleet:inbox:east:1)" = 0 ]
}

@test "what does not say how its clock is, or is too long, is not read, and goes" {
	publish
	probed west
	redis_as region-east set fleet:inbox:east:3 '{"v":1,"type":"deposit","region":"west","ahead_s":[0,0]}'
	redis_as region-east set fleet:inbox:east:4 ''
	head -c 9000000 /dev/zero | redis_as region-east -x set fleet:inbox:east:5
	left
	inbox_empty
	runner east | jq -e '.status == "garbled" and (.message | test("does not say how its clock is"))'
	[[ $(redis hget probe:good:latest west) ]]
	[ "$(redis hget probe:good:latest east)" = "" ]
}

# off REGION SECONDS: the clock of its machine is off.
off() {
	LD_PRELOAD=$BATS_FILE_TMPDIR/clock_off.so CLOCK_OFF_S=$2 probed "$1"
}

@test "a clock that is off by five seconds is told of, by fifteen it does not count" {
	publish
	off east 5
	off west -5
	left
	[ "$status" -eq 0 ]
	grep -qE '^mcp-fleet: east: its clock is off by [45]\.[0-9] s$' err
	grep -qE '^mcp-fleet: west: its clock is off by -[45]\.[0-9] s$' err
	for region in east:5 west:-5; do
		runner ${region%:*} | jq -e --argjson s ${region#*:} '.status == "ok" and
			(.offset_s | .[0] <= $s and .[1] >= $s and .[1] - .[0] < 20)'
		[[ $(redis hget probe:good:latest ${region%:*}) ]]
	done
	redis flushall
	publish
	off east 15
	off west -15
	left
	inbox_empty
	grep -qE '^mcp-fleet: east: garbled: its clock is off by 1[45]\.[0-9] s, which is more than 10 s: nothing of it counts$' err
	grep -qE '^mcp-fleet: west: garbled: its clock is off by -1[45]\.[0-9] s, which is more than 10 s: nothing' err
	runner east | jq -e '.status == "garbled" and .offset_s[1] > 14'
	[ "$(redis exists probe:good:latest)" = 0 ]
}

# refused USER: the store denies each of the commands on standard input.
refused() {
	cat >commands
	redis_as "$1" <commands | grep . >answers
	[ "$(wc -l <answers)" = "$(wc -l <commands)" ]
	run ! grep -vn 'NOPERM\|DEBUG command not allowed' answers
}

@test "the user of a region can fill its own inbox, and do nothing else" {
	local key
	publish
	fleet --once --only probe &
	probed east
	probed west
	wait $!
	fleet --only judge
	for key in fleet:inbox:west:0 fleet:inbox:east:10 fleet:inbox:east: fleet:inbox:eastern:1 \
		fleet:runners fleet:format probe:good:latest probe:good:verdict fleet:targets:east alert:good; do
		printf '%s\n' "set $key x" "exists $key"
	done | refused region-east
	{ redis --scan; echo fleet:accounts; } >keys
	[ "$(wc -l <keys)" -gt 20 ]
	while read -r key; do
		[[ $key != fleet:@(inbox:east:*|format|targets:east) ]] || continue
		printf "%s $key%s\n" get '' hgetall '' lrange ' 0 -1' smembers '' type '' \
			dump '' strlen '' del '' pttl ''
	done <keys | refused region-east
	refused region-east <<-'EOT'
	get fleet:inbox:east:0
	set fleet:inbox:east:0 x get
	select 1
	select 15
	del fleet:inbox:east:0
	append fleet:inbox:east:0 x
	rpush fleet:inbox:east:0 x
	setrange fleet:inbox:east:0 9 x
	lpush fleet:targets:east x
	del fleet:targets:east
	lrange fleet:targets:west 0 -1
	rename fleet:inbox:east:0 fleet:inbox:west:0
	copy fleet:inbox:east:0 fleet:inbox:west:0
	migrate 127.0.0.1 1 fleet:inbox:east:0 0 1
	eval "return 1" 0
	evalsha x 0
	script load x
	fcall x 0
	function list
	keys *
	scan 0
	randomkey
	dbsize
	info
	config get *
	config set maxmemory 1
	acl list
	acl whoami
	client list
	client kill id 1
	flushall
	flushdb
	swapdb 0 1
	shutdown nosave
	debug sleep 0
	subscribe x
	publish x y
	replicaof no one
	slowlog get
	memory usage fleet:format
	wait 0 0
	multi
	EOT
	run -3 as region-east mcp-aggregate deposit -r west </dev/null
	[[ $output == *NOPERM* ]]
	run -3 as region-east mcp-aggregate targets published -r west
	[[ $output == *NOPERM* ]]
	run -3 as region-east mcp-aggregate status
	[[ $output == *NOPERM* ]]
}

@test "an inbox has an end, whoever fills it" {
	local key n=0
	publish
	for key in {0..9} {a..f}; do
		as region-east mcp-aggregate deposit -r east </dev/null
		n=$((n + 1))
		[ "$(redis --scan --pattern 'fleet:inbox:east:*' | wc -l)" = $n ]
	done
	run -3 as region-east mcp-aggregate deposit -r east </dev/null
	[[ $output == 'mcp-aggregate: the inbox of east is full: '* ]]
	# It is taken at once, however old: nothing else has room to come.
	for key in {0..9} {a..f}; do
		redis pexpire "fleet:inbox:east:$key" $(($(redis pttl "fleet:inbox:east:$key") - 60000))
	done
	mkdir took
	run -0 --separate-stderr as ingest timeout 30 mcp-aggregate inbox took -r east --wait 60s
	[ "${#lines[@]}" = 16 ]
	# Nobody takes a value that is longer than the store does.
	head -c 16777217 /dev/zero >long
	run redis_as region-east -x set fleet:inbox:east:0 <long
	[[ $output != OK ]]
	[ "$(redis strlen fleet:inbox:east:0)" -lt 2000 ]
	probed west
	left
	inbox_empty
	runner east | jq -e '.status == "ok"'
	[[ $(redis hget probe:good:latest west) ]]
}

# of_servers: what the store has of servers, as redis_dump prints it.
of_servers() {
	redis_dump | awk '/^== / { on = /^== probe:/ } on'
}

emptied() {
	left
	inbox_empty
}

@test "who is killed while an inbox is emptied loses nothing, and counts nothing twice" {
	local i now
	publish
	sed -i '/west/d' fleet.yaml
	now=$(($(date +%s) / 60 * 60))
	for i in 1 2 3 4 5 6; do
		probes good east $((now - 60 * i + 3)) >>all
		probes gone east $((now - 60 * i + 3)) tools-list >>all
		tail -n 18 all | as region-east mcp-aggregate deposit -r east
	done
	[ "$(redis --scan --pattern 'fleet:inbox:east:*' | wc -l)" = 6 ]
	for i in {1..6}; do
		MCP_FLEET_TIMEOUT=3 as ingest setsid "$ROOT/scripts/mcp-fleet" --once --only probe >out 2>err 3>&- &
		# The instant is what is looked for: any will do.
		sleep "0.$((RANDOM % 7))$((RANDOM % 10))"
		kill -KILL -- "-$!" 2>/dev/null || true
		wait $! 2>/dev/null || true
	done
	eventually emptied
	of_servers >killed
	redis flushall >/dev/null
	as ingest mcp-aggregate ingest <all
	of_servers | diff killed -
	[ "$(grep -c '^== ' killed)" -gt 40 ]
}

@test "what the unit of a region runs, and what its line of crontab does, is that" {
	local file=$ROOT/scripts/deploy/mcp-region.service
	publish
	# As systemd reads it, but for where the programs are.
	sed -n "/^ExecStart=/,/'$/p" "$file" |
		sed -e "s/^ExecStart=//; s,/usr/local/bin/,$BIN/,; s/\\$\\$/$/g; s/%%/%/g" \
			-e 's/\\\\n/\\n/g' >unit
	# shellcheck disable=SC2016
	sed -n 's/^#\* \* \* \* \* mcp-region //p' "$ROOT/scripts/deploy/mcp-fleet.cron" |
		sed 's/\\%/%/g; s/us-east-1/west/g; s,\$(date +%s),$(($(date +%s) / 60 * 60)),' >cron
	[ -s unit ]
	[ -s cron ]
	sed -i 's,\$(date +%s),$(($(date +%s) / 60 * 60)),' unit
	MCP_REGION=east as region-east bash unit
	as region-west sh cron
	left
	[ "$status" -eq 0 ]
	for region in east west; do
		[[ $(redis hget probe:good:latest $region) ]]
		runner $region | jq -e '.status == "ok"'
	done
}

@test "doctor says how such regions are, and takes nothing out" {
	publish
	off east 4
	off west -30
	redis --scan | sort >before
	run -1 as judge "$ROOT/scripts/mcp-fleet" doctor --json
	redis --scan --pattern 'fleet:inbox:*' | sort | diff - <(grep '^fleet:inbox:' before)
	jq -c . <<<"$output" >findings || { echo "$output"; return 1; }
	cat findings
	found() {
		jq -es --arg subject "$1" --arg text "$2" --arg mend "$3" '[.. | objects |
			select(.subject? == $subject and (.finding? // "" | test($text)) and
				(.mend // "" | startswith($mend)))] != []' findings
	}
	found east '^mcp-probe .* answers; 1 of 2 servers work from here' ''
	found east '^its clock is off by (3\.[5-9]|4)' 'sudo timedatectl set-ntp true   # on its machine'
	found west '^its clock is off by -(29\.[5-9]|30)' 'sudo timedatectl'
}

@test "a snapshot has what waits in an inbox" {
	publish
	probed east
	redis_dump >before
	export MCP_STORE=unix://$REDIS_SOCK
	mcp-aggregate snapshot >snapshot
	redis flushall >/dev/null
	mcp-aggregate restore snapshot
	grep -q '^== fleet:inbox:east:0 string' before
	grep -q '^== fleet:targets:east list' before
	redis_dump | grep -A 99 '^== fleet:inbox' | diff - <(grep -A 99 '^== fleet:inbox' before)
}
