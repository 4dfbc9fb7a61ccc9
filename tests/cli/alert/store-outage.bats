#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154
# Goal: a store that does not answer is told of without it, once, to those
# who want to know; and what is remembered for that is ours alone.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/pipeline

setup() {
	pipeline_setup
	mkdir run
	export RUNTIME_DIRECTORY=$PWD/run
}

teardown() {
	redis_stop
}

@test "a store that is gone is told of after five minutes, and when it is back" {
	redis_stop
	for m in 0 1 4; do
		tick 3 $m
		[ ! -s out ]
	done
	grep -q '^mcp-alert: store: .*: Connection refused\|No such file' err
	[ "$(kept) $(stat -c %a state/*)" = "1 600" ]
	alert 3 5 </dev/null
	jq -e --argjson t "$NOW" '.event == "pipeline_stalled_started" and .severity == "P1" and
		.dedup_key == "*:pipeline_stalled:\($t)" and
		(.summary | test("^Monitoring is blind since ..:.. UTC \\(5 min\\): the store does not answer; "))' out
	diff out pager.got
	tick 3 6
	tick 3 244
	[ "$(events pager.got)" = started ]
	tick 3 245
	tick 3 246
	[ "$(events pager.got)" = "started reminder" ]
	redis_start "$PWD/redis"
	tick 0 247
	[ "$(events out)" = resolved ]
	[ "$(events pager.got)" = "started reminder resolved" ]
	jq -se 'map(.dedup_key) | unique | length == 1' pager.got
	jq -se '.[2].duration_seconds == 247 * 60' pager.got
	[ "$(kept)" = 0 ]
	[ ! -e other.got ]
	tick 0 248
	[ ! -s out ]
}

# page METHOD URL [BODY]: the answer of the CGI, to the file answer; its status first.
page() {
	env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD="$1" SCRIPT_NAME=/ack \
		PATH_INFO="${2#https://status.example.com/ack}" \
		CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH="${#3}" \
		"$BIN/mcp-alert" <<<"${3-}" 2>err | tr -d '\r' >answer
	sed -n '1s/^Status: //p' answer
}

# away: the store has been away for five minutes, and that is told; url is its link.
away() {
	mkdir -m 700 credentials
	(umask 077; echo 'token = another canary, of more than 43 characters, for it signs' \
		>credentials/ack)
	export MCP_CREDENTIALS=$PWD/credentials
	echo "store: $MCP_STORE" >>fleet.yaml
	NOW=$(($(date +%s) - 300))
	redis_stop
	tick 3 0
	tick 3 4
	tick 3 5
	url=$(jq -r .ack_url out)
	[[ $url == https://status.example.com/ack/* ]]
}

@test "while the store is away its page is acknowledged by the link, and hears of it" {
	away
	[ "$(page GET "$url")" = '200 OK' ]
	grep -q '^Content-Type: text/html' answer
	grep -q '<title>P1: ' answer
	grep -q 'Nobody has acknowledged it yet' answer
	[ "$(page POST "$url" 'by=ann&reason=at+the+console')" = '200 OK' ]
	grep -q 'ann has acknowledged it' answer
	[ "$(page GET "$url")" = '200 OK' ]
	grep -q 'ann has acknowledged it' answer
	# Others hear of it; nobody is reminded while she has it.
	tick 3 6
	[ "$(events pager.got)" = 'started acknowledged' ]
	tick 3 244
	[ "$(events pager.got)" = 'started acknowledged' ]
	[ "$(page POST "$url" 'by=ann&do=back')" = '200 OK' ]
	tick 3 245
	tick 3 246
	[[ $(events pager.got) == 'started acknowledged '*reminder* ]]
	redis_start "$PWD/redis"
	tick 0 247
	[[ $(events pager.got) == *' resolved' ]]
	[ "$(kept)" = 0 ]
	[ "$(page GET "$url")" = '410 Gone' ]
}

@test "or by hand; what is in the store alone waits for it, and says so to people" {
	away
	key=$(jq -r .dedup_key out)
	run -0 --separate-stderr "$BIN/mcp-alert" ack "$key" --by bob
	[ "$(page GET "$url")" = '200 OK' ]
	grep -q 'bob has acknowledged it' answer
	run -1 --separate-stderr "$BIN/mcp-alert" unack '*:pipeline_stalled:60' --by bob
	[[ $stderr == *'nothing is open there'* ]]
	run -3 --separate-stderr "$BIN/mcp-alert" ack s --by bob
	# Others hear of it once.
	tick 3 6
	[ "$(events pager.got)" = 'started acknowledged' ]
	run -0 --separate-stderr "$BIN/mcp-alert" unack '*' --by bob
	[ "$(page GET "$url")" = '200 OK' ]
	grep -q 'Nobody has acknowledged it yet' answer
	# Of another user nothing can be read there.
	[ "$(STATE_DIRECTORY=$PWD/none RUNTIME_DIRECTORY=$PWD/none page GET "$url")" = \
		'503 Service Unavailable' ]
	grep -q '^Content-Type: text/html' answer
	grep -qF "The store does not answer" answer
	grep -q "mcp-alert ack" answer
}

@test "a moment without it is forgotten, and a machine that slept waits" {
	redis_stop
	tick 3 0
	tick 3 90
	[ ! -s out ]
	redis_start "$PWD/redis"
	tick 0 91
	[ ! -s out ]
	[ "$(kept)" = 0 ]
}

@test "a route that fails is tried again, and only that one" {
	sed -i 's/steps: \[{routes: \[pager\]}\]/steps: [{routes: [pager, other]}]/' fleet.yaml
	redis_stop
	echo 1 >pager.mood
	tick 3 0
	tick 3 3
	tick 3 5
	[ "$(events pager.got) $(events other.got)" = "started started" ]
	grep -q '\*: pipeline_stalled_started to route pager: the command exited with 1' err
	echo 0 >pager.mood
	tick 3 7
	[ ! -s out ]
	[ "$(events pager.got)" = "started started" ]
	echo 1 >pager.mood
	redis_start "$PWD/redis"
	tick 3 8
	[ "$(events out)" = resolved ]
	[ "$(kept)" = 1 ]
	echo 0 >pager.mood
	tick 0 10
	[ "$(events pager.got)" = "started started resolved resolved" ]
	[ "$(events other.got)" = "started resolved" ]
	[ "$(kept)" = 0 ]
}

@test "two at once tell it once without a store too" {
	redis_stop
	tick 3 0
	tick 3 4
	for i in 1 2 3 4; do
		"$BIN/mcp-alert" tick -N $((NOW + 300)) >out.$i 2>err.$i 3>&- &
		pids[i]=$!
	done
	for i in 1 2 3 4; do
		wait "${pids[i]}" || [ $? = 3 ]
	done
	[ "$(cat out.* | wc -l)" = 1 ]
	[ "$(events pager.got)" = started ]
}

@test "a store that answers but is of no use is away" {
	# shellcheck disable=SC2016
	useless() {
		local m
		for m in 0 3 5; do
			tick 3 "$m"
		done
		[[ $(jq -r .summary out) == "Monitoring is blind since "*": the store does not answer; "*"; store: "*$1* ]]
		[ "$(events pager.got)" = started ]
	}
	forget() {
		rm -rf state/* pager.got
	}
	redis replicaof 127.0.0.1 1 >/dev/null
	useless READONLY
	redis replicaof no one >/dev/null
	forget
	redis config set maxmemory 1 >/dev/null
	useless OOM
	redis config set maxmemory 0 >/dev/null
	forget
	redis config set requirepass canary >/dev/null
	useless NOAUTH
	forget
	(umask 077 && echo incorrect-canary >password)
	MCP_STORE_PASSWORD_FILE=$PWD/password useless AUTH
	run ! grep -r canary pager.got state
}

@test "what others put into the file is not believed" {
	redis_stop
	tick 3 0
	file=$(echo state/*)
	for text in '' '{' '{"v":1}' $'\xff\xfe' '"x"' '{"v":1,"revision":1,"slug":"s"}' \
		"$(sed 's/"n":1/"n":-1/' "$file")"; do
		echo "$text" >"$file"
		tick 3 5
		[ ! -s out ]
		[ -z "$text" ] || grep -q '\*: its state cannot be read and is reset' err
		jq -e --argjson t $((NOW + 300)) '.away == {n: 1, since: $t, counted: $t}' "$file"
	done
	head -c 3000000 /dev/zero | tr '\0' '{' >"$file"
	tick 3 5
	[ ! -s out ]
	(($(wc -c <"$file") < 1000))
	# The address is the name, but not what may be a password.
	rm "$file"
	MCP_STORE=redis://:pass@127.0.0.1:1 tick 3 0
	MCP_STORE=redis://:word@127.0.0.1:1 tick 3 0
	[ "$(kept)" = 1 ]
	run ! grep -r 'pass\|word' state
}

@test "where the state folder cannot be used, it is told by way of another" {
	redis_stop
	told() {
		tick 3 0
		tick 3 4
		[ ! -s out ]
		tick 3 5
		tick 3 6
		[ "$(events pager.got)" = started ]
		[ "$(kept run)" = 1 ]
		rm pager.got run/*
	}
	STATE_DIRECTORY=$PWD/fleet.yaml told
	STATE_DIRECTORY='' XDG_STATE_HOME='' HOME=relative told
	chmod 777 state
	told
	chmod 700 state
	tick 3 0
	file=$(echo state/*)
	rm "$file"
	ln -s "$PWD/page" "$file"
	told
	rm "$file"
	mkfifo "$file"
	chmod 600 "$file"
	told
	rm "$file"
	echo >"$file"
	chmod 644 "$file"
	told
	grep -q tee page
}

@test "where the state folder is full, it is told by way of another, until there is room" {
	unshare -rm true || skip 'no file system can be mounted here'
	redis_stop
	export NOW BIN
	unshare -rm bash -e <<-'END'
		at() { "$BIN/mcp-alert" tick -N $((NOW + 60 * $1)) >>out 2>>err || [ $? = 3 ]; }
		mount -t tmpfs -o size=16k,mode=700 none state
		head -c 1M /dev/zero >state/full 2>err || true
		at 0
		[ -s run/store-* ]
		at 5
		[ "$(wc -l <pager.got)" = 1 ]
		rm state/full
		at 6
		[ -s state/store-* ]
		[ ! -e "$(echo run/store-*)" ]
	END
	[ "$(events pager.got)" = started ]
	# What was told is known, where it was last.
	[ "$(events out)" = started ]
	run ! grep 'nobody is told' err
}

@test "where nothing can be written nobody is told, and that is said" {
	redis_stop
	for m in 0 4 5 6; do
		(
			ulimit -f 0
			exec timeout 60 env --ignore-signal=XFSZ "$BIN/mcp-alert" tick -N $((NOW + 60 * m))
		) 2>&1 | cat >err
		grep "store-.*: File too large; so nobody is notified that the store does not answer" err
	done
	[ ! -e pager.got ]
	rm -f "/dev/shm/mcp-fleet-$UID/$(basename state/store-*)"
}

@test "the folders, in their order" {
	redis_stop
	export STATE_DIRECTORY=$PWD/one:$PWD/two XDG_STATE_HOME=$PWD/xdg HOME=$PWD/home
	mkdir one two home
	tick 3 0
	STATE_DIRECTORY='' tick 3 0
	STATE_DIRECTORY='' XDG_STATE_HOME='' tick 3 0
	[ "$(find one two xdg home -type f | sed 's|/store-.*||' | paste -sd' ')" = \
		"one xdg/mcp-fleet home/.local/state/mcp-fleet" ]
	[ "$(stat -c %a xdg/mcp-fleet home/.local | paste -sd' ')" = "700 700" ]
}

@test "nobody to be told, or only asked: no file" {
	redis_stop
	run -3 "$BIN/mcp-alert" list
	alert 0 0 --dry-run </dev/null
	MCP_CONFIG='' tick 3 0
	sed -i '/^alerts/,$d' fleet.yaml
	tick 3 0
	[ "$(kept)" = 0 ]
}
