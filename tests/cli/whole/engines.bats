#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# shellcheck disable=SC2030,SC2031,SC2154,SC2155
# Goal: a Redis with TLS, one that Sentinel watches over and a Cluster are stores
# like any other: the same results, bounded waits, and one clear sentence for what
# is wrong.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/probes
load ../../helpers/engines

setup_file() {
	engine_certificates "$BATS_FILE_TMPDIR/certs"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	certs=$BATS_FILE_TMPDIR/certs
	NOW=$(date +%s)
	export STATE_DIRECTORY=$PWD/state
	mkdir state
}

teardown() {
	engine_stop "$PWD"
	local dir
	for dir in "$PWD"/*/; do
		engine_stop "${dir%/}"
	done
}

# stored: a few records, which are in the file one.
stored() {
	probes demo us-east-1 $((NOW - 5)) >one
	aggregate ingest <one
}

# refused STATUS PATTERN COMMAND…: it fails so, in one sentence like this.
refused() {
	local want=$1 pattern=$2
	shift 2
	run -"$want" "$@"
	# shellcheck disable=SC2053 # a pattern
	[[ $output == $pattern ]] || { echo "$output; not: $pattern"; return 1; }
	[ "${#lines[@]}" -eq 1 ]
}

ingest_one() {
	aggregate ingest <one
}

# took FROM TO COMMAND…: it takes so many ms, the second at the machine's pace; its exit
# status is 3.
took() {
	local from=$1 to=$2 began=${EPOCHREALTIME/./} ms
	shift 2
	run -3 "$@"
	ms=$(((${EPOCHREALTIME/./} - began) / 1000))
	to=$(paced "$to")
	echo "$ms ms of $from to $to"
	((ms >= from && ms <= to))
}

# story DIR: what the programs say of some minutes, and the keys that they leave.
story() {
	local dir=$1 m s
	mkdir "$dir"
	cat >"$dir/fleet.yaml" <<-EOT
	store: $MCP_STORE
	regions: [{name: eu-west-2}, {name: sa-east-1}, {name: us-east-1}]
	servers:
	$(for s in a b c d e f; do echo "  - {slug: $s, url: 'https://$s.example.com/mcp'}"; done)
	alerts:
	  routes: [{name: pager, type: command, command: [tee, -a, $PWD/$dir/pages]}]
	  policies: [{steps: [{routes: [pager]}]}]
	EOT
	for m in 3 2 1 0; do
		for s in a b c d e f; do
			for r in eu-west-2 sa-east-1 us-east-1; do
				# shellcheck disable=SC2046
				probes $s $r $((T - 60 * m + 1)) $([ $s$m = b1 ] || [ $s = c ] && echo tools-list)
			done
		done | aggregate ingest
		aggregate verdict -c "$dir/fleet.yaml" -N $((T - 60 * m + 10)) >>"$dir/verdicts"
		tail -n 6 "$dir/verdicts" | "$BIN/mcp-alert" -c "$dir/fleet.yaml" -N $((T - 60 * m + 11)) \
			>>"$dir/events"
	done
	"$BIN/mcp-alert" list -c "$dir/fleet.yaml" --format jsonl >"$dir/list"
	aggregate status -c "$dir/fleet.yaml" | jq 'del(.. | .age_s?)' >"$dir/status"
	aggregate status store | jq '{servers, keys, eviction, appendonly, wrong,
		kinds: (.kinds | map_values(.keys))}' >"$dir/usage"
	for s in a b c nosuch; do
		GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET PATH_INFO=/api/embed-status/$s \
			"$BIN/mcp-serve" | grep -v '^{' || true
	done >"$dir/served"
	sed -i 's/"\(ack_url\|at\)":[^,]*,//g' "$dir"/{events,pages,list}
}

# told DIR: all of these are the same as those of the Unix socket.
told() {
	local file
	[ "$(grep -c '"event":"downtime_started"' "$1/pages")" = 2 ]
	for file in verdicts events list pages status usage served keys; do
		diff "unix/$file" "$1/$file" || { echo "$1/$file"; return 1; }
	done
}

# keys DIR…: of all servers, without the braces of a cluster.
keys() {
	local node
	for node in "$@"; do
		engine_cli "$node" keys '*'
	done | sed 's/^\(probe\|alert\):{\([^}]*\)}/\1:\2/' | sort
}

@test "records, verdicts, pages and answers are the same over each kind of store" {
	engine_tls "$certs"
	engine_server "$PWD/r"
	engine_server "$PWD/t" "${TLS[@]}"
	sentinel_start "$PWD/s"
	cluster_start "$PWD/c" 3
	# What comes minutes after its time is told apart, and so they run at once.
	T=$(($(date +%s) / 60 * 60))
	MCP_STORE=unix://$PWD/r/sock story unix 3>&- &
	stories=($!)
	MCP_STORE_CA=$certs/ca.crt MCP_STORE=rediss://localhost:$(engine_port t) story tls 3>&- &
	stories+=($!)
	MCP_STORE=redis+sentinel://$STORE_SENTINELS/fleet story sentinel 3>&- &
	stories+=($!)
	MCP_STORE=redis+cluster://$STORE_NODES story cluster 3>&- &
	stories+=($!)
	for i in 0 1 2 3; do
		wait "${stories[i]}"
	done
	keys r >unix/keys
	keys t >tls/keys
	told tls
	keys s/1 >sentinel/keys
	told sentinel
	for i in 1 2 3; do
		engine_cli c/$i keys '*' >keys.$i
		[ -s keys.$i ]
		# The slug stands in braces, and nothing else does.
		run ! grep -vE '^(probe:\{[a-f]\}:[^{}]+|alert:\{[^{}]+\}(:incidents)?|fleet:[^{}]+)$' keys.$i
	done
	keys c/{1,2,3} >cluster/keys
	told cluster
}

@test "TLS: the certificate of the other side, and ours" {
	engine_tls "$certs"
	engine_server "$PWD/r" "${TLS[@]}"
	port=$(engine_port r)
	export MCP_STORE=rediss://localhost:$port MCP_STORE_CA=$certs/ca.crt
	stored
	MCP_STORE=rediss://127.0.0.1:$port aggregate ingest <one
	MCP_STORE_CA='' SSL_CERT_FILE=$certs/ca.crt aggregate ingest <one
	printf 'store: rediss://localhost:%s\nstore_ca: %s\nservers: []\n' "$port" "$certs/ca.crt" >fleet.yaml
	MCP_STORE_CA=$certs/wrong.crt MCP_STORE='' aggregate ingest -c fleet.yaml <one
	at="mcp-aggregate: store: localhost:$port:"
	MCP_STORE_CA=$certs/wrong.crt refused 3 "$at its certificate: *" ingest_one
	MCP_STORE_CA='' refused 3 "$at its certificate: *" ingest_one
	MCP_STORE_CA=$PWD/nosuch refused 3 "mcp-aggregate: store: $PWD/nosuch: *" ingest_one
	# A server for others, one of the past, and one that wants to know who we are.
	engine_cli r config set tls-cert-file "$certs/other.crt" tls-key-file "$certs/other.key"
	refused 3 "$at its certificate: hostname mismatch" ingest_one
	MCP_STORE=rediss://127.0.0.1:$port refused 3 \
		"mcp-aggregate: store: 127.0.0.1:$port: its certificate: IP address mismatch" ingest_one
	engine_cli r config set tls-cert-file "$certs/expired.crt" tls-key-file "$certs/expired.key"
	refused 3 "$at its certificate: certificate has expired" ingest_one
	engine_cli r config set tls-cert-file "$certs/server.crt" tls-key-file "$certs/server.key" \
		tls-auth-clients yes
	refused 3 "$at it requires a client certificate: set MCP_STORE_CERT" ingest_one
	export MCP_STORE_CERT=$certs/client.crt
	refused 3 "mcp-aggregate: store: TLS: MCP_STORE_CERT and MCP_STORE_KEY must be set together" ingest_one
	export MCP_STORE_KEY=$certs/client.key
	aggregate ingest <one
	cp "$certs/client.key" open.key
	chmod 644 open.key
	MCP_STORE_KEY=$PWD/open.key refused 3 "mcp-aggregate: store: $PWD/open.key: others can read it*" ingest_one
	engine_server "$PWD/old" "${TLS[@]}" --tls-protocols TLSv1.2
	MCP_STORE=rediss://localhost:$(engine_port old) aggregate ingest <one
	# Who speaks TLS, and who does not.
	engine_server "$PWD/plain"
	MCP_STORE=rediss://localhost:$(engine_port plain) refused 3 "*: no TLS handshake in time" ingest_one
	unset MCP_STORE_CERT MCP_STORE_KEY
	MCP_STORE=redis://localhost:$port refused 3 "mcp-aggregate: store: localhost:$port: *" ingest_one
}

@test "a user of its own, and passwords that are in no message" {
	engine_server "$PWD/r"
	engine_cli r acl setuser ingest on '>canary-password' '~*' +@all
	engine_cli r config set requirepass canary-other
	(umask 077 && echo canary-password >password && echo canary-wrong >wrong)
	export MCP_STORE=redis://ingest@127.0.0.1:$(engine_port r) MCP_STORE_PASSWORD_FILE=$PWD/password
	stored
	at="mcp-aggregate: store: 127.0.0.1:$(engine_port r):"
	MCP_STORE_PASSWORD_FILE=$PWD/wrong refused 3 "$at it refuses AUTH: *?WRONGPASS *" ingest_one
	MCP_STORE=redis://nobody@127.0.0.1:$(engine_port r) refused 3 "$at it refuses AUTH: *" ingest_one
	MCP_STORE=redis://127.0.0.1:$(engine_port r) refused 3 "$at it refuses AUTH: *" ingest_one
	MCP_STORE=redis://127.0.0.1:$(engine_port r) MCP_STORE_PASSWORD_FILE='' \
		refused 3 "$at it requires a password: set MCP_STORE_PASSWORD_FILE (*" ingest_one
	MCP_STORE=redis://ingest:canary@127.0.0.1:$(engine_port r) refused 3 \
		"*: a URL must not contain a password*" ingest_one
	[[ $output != *canary* ]]
	MCP_STORE=unix://ingest@$PWD/r/sock aggregate ingest <one
	MCP_STORE=unix://nobody@$PWD/r/sock refused 3 \
		"mcp-aggregate: store: $PWD/r/sock: it refuses AUTH: *" ingest_one
	(umask 022 && echo canary-password >open)
	(umask 077 && : >empty && printf '\ncanary' >blank)
	MCP_STORE_PASSWORD_FILE=$PWD/open refused 3 \
		"mcp-aggregate: store: $PWD/open: others can read it; chmod 600 it" ingest_one
	for file in empty blank; do
		MCP_STORE_PASSWORD_FILE=$PWD/$file refused 3 \
			"mcp-aggregate: store: $PWD/$file: its first line is empty" ingest_one
	done
	MCP_STORE_PASSWORD_FILE=$PWD/nosuch refused 3 \
		"mcp-aggregate: store: $PWD/nosuch: No such file or directory" ingest_one
	MCP_STORE_PASSWORD_FILE=<(echo canary-password) aggregate ingest <one
	REDISCLI_AUTH=canary-other engine_cli r acl setuser ingest -evalsha
	refused 3 "$at its user does not have permission for this ?NOPERM *evalsha*" ingest_one
}

@test "sentinels with a password of their own, or none" {
	sentinel_start "$PWD/s"
	export MCP_STORE=redis+sentinel://$STORE_SENTINELS/fleet
	(umask 077 && echo one-password >password && echo other-password >sentinels)
	for i in 1 2 3; do
		engine_cli s/$i config set masterauth one-password
		engine_cli s/$i config set requirepass one-password
	done
	stored 2>err && false
	grep -q NOAUTH err
	export MCP_STORE_PASSWORD_FILE=$PWD/password
	# The sentinels want none.
	aggregate ingest <one
	for i in 4 5 6; do
		engine_cli s/$i acl setuser default resetpass '>other-password'
	done
	refused 3 '*?WRONGPASS *' ingest_one
	MCP_STORE_SENTINEL_PASSWORD_FILE=$PWD/sentinels aggregate ingest <one
}

@test "a store that is stopped costs a command five seconds in all" {
	engine_server "$PWD/r"
	export MCP_STORE=unix://$PWD/r/sock
	stored
	mkfifo in
	aggregate ingest <in >out 2>&1 3>&- &
	ingest=$!
	exec {feed}>in
	eventually engine_says "$PWD/r" '.* cmd=script.*' client list
	engine_signal STOP r
	took 4900 8000 ingest_one
	[[ $output == *"mcp-aggregate: store: $PWD/r/sock: does not answer within 5 s"* ]]
	[ "$(grep -c 'does not answer' <<<"$output")" = 1 ]
	took 4900 8000 aggregate verdict
	# A batch is on its way, and the next one waits behind it.
	for ((i = 0; i < 40; i++)); do
		probes "demo-$i" us-east-1 $((NOW - i))
		probes "demo-$i" eu-west-2 $((NOW - i))
	done >many
	jq -c --argjson n 30 'range($n) as $i | .slug += "-\($i)"' many |
		sort -s -t'"' -k10,10 >all
	began=${EPOCHREALTIME/./}
	cat all >&"$feed" || true
	exec {feed}>&-
	status=0
	wait "$ingest" || status=$?
	[ "$status" = 3 ]
	ms=$(((${EPOCHREALTIME/./} - began) / 1000))
	((ms < $(paced 12000)))
	[ "$(grep -c 'does not answer within 5 s' out)" = 1 ]
	# Over TCP and TLS, a connection itself takes no longer than two seconds.
	engine_tls "$certs"
	engine_server "$PWD/t" "${TLS[@]}"
	engine_signal STOP t
	MCP_STORE=rediss://localhost:$(engine_port t) MCP_STORE_CA=$certs/ca.crt \
		took 1900 4500 ingest_one
	GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET PATH_INFO=/healthz \
		run "$BIN/mcp-serve"
	[[ $output == *"does not answer within 1 s"* ]]
	engine_signal CONT t
	engine_signal CONT r
	aggregate ingest <one
}

@test "one sentence for each that is of no use" {
	engine_server "$PWD/r"
	export MCP_STORE=redis://127.0.0.1:$(engine_port r)
	stored
	at="mcp-aggregate: store: 127.0.0.1:$(engine_port r):"
	engine_cli r config set maxmemory 1
	refused 3 "$at it is full: maxmemory is reached (OOM)" ingest_one
	engine_cli r config set maxmemory 0
	engine_cli r replicaof 127.0.0.1 1
	refused 3 "$at it is read-only: a replica, not a master (READONLY)" ingest_one
	engine_cli r replicaof no one
	engine_cli r config set min-replicas-to-write 1
	refused 3 "$at it has too few replicas, *?NOREPLICAS *" ingest_one
	engine_cli r config set min-replicas-to-write 0
	# What it is to write over is a folder.
	mkdir r/dump.rdb
	engine_cli r config set save '3600 1'
	engine_cli r bgsave
	eventually engine_says "$PWD/r" rdb_last_bgsave_status:err info persistence
	refused 3 "$at it cannot write to its disk, so it stores nothing ?MISCONF *" ingest_one
	rmdir r/dump.rdb
	engine_cli r config set save ''
	engine_cli r config set maxclients 1
	exec {held}<>"/dev/tcp/127.0.0.1/$(engine_port r)"
	eventually engine_says "$PWD/r" '.*max number of clients reached' ping
	refused 3 "$at it has too many clients (*" ingest_one
	exec {held}>&-
	eventually engine_says "$PWD/r" OK config set maxclients 100
	# It loads for ten seconds.
	engine_cli r eval "for i = 1, 1000 do redis.call('SET', 'k' .. i, ('x'):rep(100)) end" 0
	engine_cli r config set rdbcompression no
	engine_cli r bgrewriteaof
	eventually engine_says "$PWD/r" aof_rewrite_in_progress:0 info persistence
	sed -i 's/--save\x00/--key-load-delay\x0010000\x00--loading-process-events-interval-bytes\x001024\x00&/' r/args
	engine_signal KILL r
	engine_again r
	took 4500 8000 ingest_one
	echo "$output"
	[[ $output == *"$at it is still loading its data, as after a restart (LOADING)"* ]]
	eventually ingest_one
	engine_signal KILL r
	refused 3 "$at Connection refused" ingest_one
	MCP_STORE=redis://nosuch.invalid refused 3 'mcp-aggregate: store: nosuch.invalid:6379: *' ingest_one
}

@test "one sentence for what is wrong with a cluster, or with sentinels" {
	cluster_start "$PWD/c" 3
	export MCP_STORE=redis+cluster://$STORE_NODES
	stored
	MCP_STORE=$MCP_STORE/1 refused 3 '*a cluster has only the database 0' ingest_one
	# An address of a node alone.
	owner=$(cluster_owner "$PWD/c" 'probe:{demo}:latest')
	for i in 1 2 3; do
		[ "$PWD/c/$i" = "$owner" ] ||
			MCP_STORE=redis://127.0.0.1:$(engine_port c/$i) \
				refused 3 '*: it is a node of a cluster: use redis+cluster://host (*' \
				ingest_one
	done
	# A third of the slots is gone, and nobody takes them over.
	engine_signal KILL "$owner"
	took 0 8000 ingest_one
	for i in 1 2 3; do
		[ "$PWD/c/$i" = "$owner" ] || eventually engine_says "$PWD/c/$i" cluster_state:fail cluster info
	done
	took 4000 8000 ingest_one
	[[ $output == *": Connection refused"* || $output == *"(CLUSTERDOWN)"* ]]
	engine_again "$owner"
	cluster_ready "$PWD/c"
	aggregate ingest <one
	engine_server "$PWD/r"
	MCP_STORE=redis+cluster://127.0.0.1:$(engine_port r) \
		refused 3 '*: refused: ERR This instance has cluster support disabled' ingest_one
	MCP_STORE=redis+sentinel://127.0.0.1:$(engine_port r)/fleet \
		refused 3 "*: refused: ERR unknown command 'SENTINEL'*" ingest_one
	engine_signal KILL r
	MCP_STORE=redis+sentinel://127.0.0.1:$(engine_port r)/fleet \
		refused 3 "mcp-aggregate: store: 127.0.0.1:$(engine_port r): Connection refused" ingest_one
}

# inbox_story: a region leaves a probe and gets its targets; what the centre took is
# removed, and nothing else. No other region's keys are touched.
inbox_story() {
	rm -rf taken && mkdir taken
	echo '{"v":1,"type":"target","slug":"demo","url":"https://demo.example.com/mcp","interval":60}' >targets
	aggregate deposit -r us-east-1 <one
	aggregate inbox taken targets -r us-east-1 >pieces
	read -r file low high <pieces
	[ "$(wc -l <pieces)" -eq 1 ]
	awk -v low="$low" -v high="$high" 'BEGIN { exit !(low <= 0 && high >= 0) }'
	sed 1d "taken/$file" | diff - one
	head -n 1 "taken/$file" | jq -e '.type == "deposit" and .region == "us-east-1"'
	aggregate targets published -r us-east-1 --at $((NOW / 60 * 60)) | diff - targets
	run -3 aggregate targets published -r eu-west-2
	# Something came since: it stays.
	aggregate deposit -r us-east-1 </dev/null
	aggregate inbox clear taken -r us-east-1
	rm -rf taken && mkdir taken
	aggregate inbox taken -r us-east-1 >pieces
	[ "$(wc -l <pieces)" -eq 1 ]
	sed 1d taken/* | jq -e '.type == "runner"'
	aggregate inbox clear taken -r us-east-1
	aggregate inbox taken -r us-east-1 >pieces
	[ ! -s pieces ]
}

@test "the inbox of a region works behind sentinels, and in a cluster" {
	probes demo us-east-1 $((NOW - 5)) >one
	sentinel_start "$PWD/s"
	cluster_start "$PWD/c" 3
	MCP_STORE=redis+sentinel://$STORE_SENTINELS/fleet inbox_story
	export MCP_STORE=redis+cluster://$STORE_NODES
	inbox_story
	# With users that may do no more than that; each node knows them.
	(umask 077 && echo region-password >region && echo ingest-password >ingest)
	for i in 1 2 3; do
		sed -n "s/^user region-REGION /user region-us-east-1 /; s/>REGION_PASSWORD/>region-password/
			s/\<REGION\>/us-east-1/gp" "$ROOT/scripts/deploy/store/region.acl" >users
		sed -n 's/>INGEST_PASSWORD/>ingest-password/p' "$ROOT/scripts/deploy/store/users.acl" >>users
		sed 's/^user /acl setuser /' users | engine_cli "c/$i" | uniq | diff - <(echo OK)
	done
	aggregate() {
		local user=ingest
		[[ " $* " != *\ deposit\ * && " $* " != *' published '* ]] || user=region-us-east-1
		MCP_STORE=redis+cluster://$user@$STORE_NODES MCP_STORE_PASSWORD_FILE=$PWD/${user%-us-east-1} \
			"$BIN/mcp-aggregate" "$@"
	}
	inbox_story
	# All of its places, which are on several nodes.
	for i in {1..16}; do
		aggregate deposit -r us-east-1 <one
	done
	run -3 aggregate deposit -r us-east-1 <one
	[[ $output == *'the inbox of us-east-1 is full'* ]]
	rm -rf taken && mkdir taken
	aggregate inbox taken -r us-east-1 >pieces
	[ "$(wc -l <pieces)" -eq 16 ]
	aggregate inbox clear taken -r us-east-1
	for i in 1 2 3; do
		[ -z "$(engine_cli c/$i keys 'fleet:inbox:*')" ]
	done
}

# in_between COMMAND…: an ingest that has begun is given its records after that.
in_between() {
	local ingest feed
	rm -f in
	mkfifo in
	aggregate ingest <in 3>&- &
	ingest=$!
	exec {feed}>in
	eventually connected
	"$@"
	cat one >&"$feed"
	exec {feed}>&-
	wait "$ingest"
}

# connected: whether a program has told a node its script, and waits.
connected() {
	local node
	for node in */*/; do
		! engine_says "${node%/}" '.* cmd=script.*' client list || return 0
	done
	return 1
}

# move_slot HOW…: CLUSTER SETSLOT of the slot of demo, at all nodes that take it.
move_slot() {
	local node
	for node in c/*/; do
		engine_cli "${node%/}" cluster setslot 903 "$@" >/dev/null
	done
}

@test "a cluster whose slots move, and whose nodes come and go" {
	cluster_start "$PWD/c" 3
	export MCP_STORE=redis+cluster://$STORE_NODES
	stored
	[ "$(engine_cli "$(cluster_owner "$PWD/c" 'probe:{demo}:latest')" cluster countkeysinslot 903)" -gt 5 ]
	from=$(cluster_owner "$PWD/c" 'probe:{demo}:latest')
	# A new node, which has no slot yet and knows no script.
	cluster_node "$PWD/c/4"
	cluster_meet "$PWD/c/4" "$PWD/c/1"
	for i in 1 2 3 4; do
		eventually engine_says "$PWD/c/$i" cluster_known_nodes:4 cluster info
	done
	cluster_ready "$PWD/c"
	to=$(engine_cli c/4 cluster myid)
	engine_cli c/4 cluster setslot 903 importing "$(engine_cli "$from" cluster myid)"
	engine_cli "$from" cluster setslot 903 migrating "$to"
	# What has gone is asked for there, and what is new goes there: ASK.
	engine_cli "$from" cluster getkeysinslot 903 100 >names
	mapfile -t names <names
	engine_cli "$from" migrate 127.0.0.1 "$(engine_port c/4)" '' 0 5000 keys "${names[@]}"
	probes demo us-east-1 $((NOW - 3600 * 5)) >one
	# A script on keys of which some are new waits for the slot, but not for ever.
	took 4500 8000 ingest_one
	[[ $output == *": the slot of a key is being moved to another node (TRYAGAIN)" ]]
	[ "$(grep -c TRYAGAIN <<<"$output")" = 1 ]
	aggregate ingest <one 3>&- &
	ingest=$!
	aggregate verdict >verdict 3>&- &
	verdict=$!
	eventually engine_says "$PWD/c/4" 'cmdstat_evalsha:.*rejected_calls=[1-9].*' info commandstats
	move_slot node "$to"
	wait $ingest
	wait $verdict
	jq -e '.slug == "demo" and .regions[0].state == "healthy"' verdict
	[ "$(engine_cli c/4 exists "probe:{demo}:$(((NOW - 3600 * 5) / 60 * 60)):us-east-1")" = 1 ]
	[ "$(engine_cli "$from" cluster countkeysinslot 903)" = 0 ]
	[ "$(engine_cli c/4 cluster countkeysinslot 903)" -gt "${#names[@]}" ]
	# The map changes under a program that has read it: MOVED.
	move_back() {
		mapfile -t names < <(engine_cli c/4 cluster getkeysinslot 903 100)
		engine_cli "$from" cluster setslot 903 importing "$to"
		engine_cli c/4 cluster setslot 903 migrating "$(engine_cli "$from" cluster myid)"
		engine_cli c/4 migrate 127.0.0.1 "$(engine_port "$from")" '' 0 5000 keys "${names[@]}"
		move_slot node "$(engine_cli "$from" cluster myid)"
	}
	probes demo us-east-1 $((NOW - 3600 * 6)) >one
	in_between move_back
	[ "$(engine_cli "$from" exists "probe:{demo}:$(((NOW - 3600 * 6) / 60 * 60)):us-east-1")" = 1 ]
	# The first address of the URL is gone: the next one tells.
	MCP_STORE=redis+cluster://127.0.0.1:1,$STORE_NODES aggregate ingest <one
	MCP_STORE=redis+cluster://127.0.0.1:$(engine_port c/4) aggregate verdict
}

@test "a failover is followed, by a program that has begun, too" {
	sentinel_start "$PWD/s"
	export MCP_STORE=redis+sentinel://$STORE_SENTINELS/fleet
	stored
	[ "$(sentinel_master "$PWD/s")" = "$PWD/s/1" ]
	failover() {
		engine_cli s/4 sentinel failover fleet
		eventually engine_says "$PWD/s/1" role:slave info replication
	}
	probes demo eu-west-2 $((NOW - 65)) >one
	in_between failover
	master=$(sentinel_master "$PWD/s")
	[ "$master" != "$PWD/s/1" ]
	[ "$(engine_cli "$master" hlen probe:demo:latest)" = 2 ]
	# One that dies, and a sentinel with it.
	engine_signal KILL "$master"
	engine_signal KILL s/4
	eventually ingest_one
	# The sentinels that are left may hear of it one after the other.
	other_master() {
		[ "$(sentinel_master "$PWD/s")" != "$master" ]
	}
	eventually other_master
	aggregate verdict | jq -e '.slug == "demo"'
	for i in 5 6; do
		engine_signal KILL s/$i
	done
	took 0 8000 ingest_one
	[[ $output == *": Connection refused"* ]]
}

@test "pages wait for replicas where that is wanted, and are sent without" {
	engine_server "$PWD/r"
	engine_server "$PWD/q" --replicaof 127.0.0.1 "$(engine_port r)"
	eventually engine_says "$PWD/q" master_link_status:up info replication
	cat >fleet.yaml <<-EOT
	store: unix://$PWD/r/sock
	store_wait: {replicas: 1, timeout: 500ms}
	regions: [{name: eu-west-2}, {name: sa-east-1}, {name: us-east-1}]
	servers: [{slug: a, url: 'https://a.example.com/mcp'}, {slug: b, url: 'https://b.example.com/mcp'}]
	alerts:
	  routes: [{name: pager, type: command, command: [tee, -a, $PWD/pages]}]
	  policies: [{steps: [{routes: [pager]}]}]
	EOT
	export MCP_STORE=unix://$PWD/r/sock
	down() {
		for r in eu-west-2 sa-east-1 us-east-1; do
			probes "$1" $r $((NOW - 5)) tools-list
		done | aggregate ingest
		aggregate verdict -s "$1" -c fleet.yaml | "$BIN/mcp-alert" -c fleet.yaml >out 2>err
	}
	down a
	[ "$(grep -c downtime_started pages)" = 1 ]
	run ! grep replicas err
	engine_cli r info commandstats | grep -q cmdstat_wait
	engine_signal KILL q
	down b
	[ "$(grep -c downtime_started pages)" = 2 ]
	[ "$(grep replicas err)" = "mcp-alert: warning: store: only 0 of 1 replicas confirmed a state within 0.5 s; mcp-alert continues without them" ]
}

# nodes_are LONELY|USED: whether no node, or some, has a client but redis-cli and
# sentinels.
nodes_are() {
	local node used=LONELY
	for node in r s/1 c/{1..3}; do
		! engine_cli "$node" client list | grep ' flags=N ' |
			grep -Eqv ' (cmd=client|name=sentinel)' || used=USED
	done
	[[ $used == "$1" ]]
}

# nodes_end_after SECONDS: when they end an idle connection.
nodes_end_after() {
	local node
	for node in r s/1 c/{1..3}; do
		engine_cli "$node" config set timeout "$1" >/dev/null
	done
}

@test "a program that waits outlives a store that ends idle connections" {
	local fd url
	engine_server "$PWD/r"
	sentinel_start "$PWD/s"
	cluster_start "$PWD/c" 3
	for url in "redis://127.0.0.1:$(engine_port r)" \
		"redis+sentinel://$STORE_SENTINELS/fleet" "redis+cluster://$STORE_NODES"; do
		export MCP_STORE=$url
		stored
		mkfifo pipe
		aggregate ingest <pipe >said 2>&1 3>&- &
		exec {fd}>pipe
		rm pipe
		eventually nodes_are USED
		nodes_end_after 1
		eventually nodes_are LONELY
		nodes_end_after 0
		probes demo us-east-1 $((NOW - 65)) >&"$fd"
		exec {fd}>&-
		wait $! || { cat said; return 1; }
		cat said
		[ ! -s said ]
	done
	# Of a Cluster, the node with the least room counts.
	engine_cli c/2 config set maxclients 40 >/dev/null
	for _ in {1..30}; do
		exec {fd}<>"/dev/tcp/127.0.0.1/$(engine_port c/2)"
	done
	aggregate status store -f jsonl >out
	jq -e '.maxclients == 40 and .clients > 30 and (.clients_of | length) <= 3 and
		.clients_of[0].who == "default at 127.0.0.1" and .clients_of[0].clients > 30' out
}
