#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # what run sets
# Goal: a registry of 2,181 servers, as many as in the audit of the articles, is crawled,
# also by crawls that are killed; one round of five regions on this machine probes
# them all, and each server is in the bucket that was planted, in the shares that
# the audit of July 2026 found.
# SERVERS: how many servers.

bats_require_minimum_version 1.5.0
load ../helpers/lib
load ../helpers/redis

SERVERS=${SERVERS:-2181}

# The servers behind loopback names: the scripted one has an odd answer for each
# path, that of tests/bench is fast; "PORT" is one where nothing listens. In the
# regions d and e, what is below /far/ is where nothing listens, too; below /near/ in
# b to e; and /drift/ has other tools in e. Columns: bucket, share in tenths of a
# percent (of one more each), and URLs.
planted() {
	cat <<-EOT
	healthy              103  $FAST/session $FAST/stateless $FAST/session-sse
	healthy-with-drift    16  $SLOW/drift
	regionally-degraded   36  $SLOW/far
	regionally-up         13  $SLOW/near
	auth-walled          129  $SLOW/wall $SLOW/wall-basic $SLOW/late-list
	transport-dead       361  http://127.0.0.1:$CLOSED/mcp $SLOW/cut $SLOW/no-http
	mcp-broken           269  $SLOW/html $SLOW/500 $SLOW/rpc-error $SLOW/html@list $SLOW/wall-bare $SLOW/many
	schema-malformed      73  $SLOW/list-two $SLOW/list-nameless $SLOW/overflow $SLOW/list-no-schema
	EOT
}

# Those that take the time or the memory of who asks: five of each.
hostile() {
	cat <<-EOT
	mcp-broken $SLOW/20-mb
	mcp-broken $SLOW/drip@list
	mcp-broken $SLOW/endless-sse@list
	mcp-broken $SLOW/deep
	transport-dead $FAST/session-hang
	transport-dead $FAST/session-drip
	transport-dead http://nowhere.invalid
	EOT
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	export CLOSED FAST SLOW HERE
	start scripted
	SLOW=${URL%/mcp} CLOSED=$(free_port)
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout key.pem -out cert.pem -days 2 -subj /CN=localhost 2>openssl.err
	mkdir registry
	mkfifo fast.port registry.port
	"$ROOT/build/bench/server" "$ROOT/tests/bench/tools.json" cert.pem key.pem \
		>fast.port 3>&- &
	echo $! >pids
	read -r -t 60 port _ <fast.port
	FAST=http://127.0.0.1:$port
	node "$ROOT/tests/fixture/registry.mjs" registry >registry.port 2>log 3>&- &
	echo $! >>pids
	read -r -t 60 port <registry.port
	HERE=http://127.0.0.1:$port/v0.1/servers
	redis_start "$BATS_FILE_TMPDIR/redis"
}

teardown_file() {
	xargs kill <"$BATS_FILE_TMPDIR/pids"
	redis_stop
	stop_all
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return 1
}

# plant: each server's bucket and URL to the file where, and the list.
plant() {
	{ hostile | awk '{ for (i = 0; i < 5; i++) print $1, $2 "/" i }'
	planted | awk -v n="$SERVERS" '{
		for (i = 0; i < int(n * $2 / 1000 + 0.5); i++)
			print $1, $(3 + i % (NF - 2)) "/" NR "-" i }'
	planted | awk -v n="$SERVERS" 'NR == 1 { for (i = 0; i < n; i++) print $1, $3 "/more-" i }'
	} | head -n "$SERVERS" | awk '{ printf "com.example-s%04d %s %s\n", NR, $1, $2 }' >where
	jq -nR '[inputs | split(" ") | {server: {name: (.[0] | sub("-s"; "/s")),
		description: "A server.", version: "1.0.0",
		remotes: [{type: "streamable-http", url: .[2]}]},
		_meta: {"io.modelcontextprotocol.registry/official": {status: "active",
		publishedAt: "2026-07-14T00:00:00Z", updatedAt: "2026-07-14T00:00:00Z",
		statusChangedAt: "2026-07-14T00:00:00Z", isLatest: true}}}]' where \
		>registry/servers.json
}

# measured NAME COMMAND…: runs it, and says what it took.
measured() {
	local rc=0
	command time -q -o used -f '%e %U %S %M' "${@:2}" || rc=$?
	awk -v name="$1" '{ printf "# %s: %.0f s, %.1f s of CPU, %.0f MB at most in one process\n",
		name, $1, $2 + $3, $4 / 1024 }' used >&3
	return "$rc"
}

@test "the list is crawled, by crawls that are killed, and each page is asked for once" {
	plant
	[ "$(wc -l <where)" -eq "$SERVERS" ]
	for ((page = 2; page < SERVERS / 100; page += 5)); do
		"$ROOT/scripts/mcp-registry" crawl -d 0.01 "$HERE" state 2>/dev/null 3>&- &
		pid=$!
		eventually test -e "state/pages/$(printf %06d "$page")"
		kill -9 "$pid"
		wait "$pid" || true
		[ ! -e state/targets.jsonl ]
	done
	measured crawl "$ROOT/scripts/mcp-registry" crawl -d 0.01 "$HERE" state
	[ "$(wc -l <state/targets.jsonl)" -eq "$SERVERS" ]
	[ "$(jq -r .url registry/requests | sort | uniq -d | wc -l)" -eq 0 ]
	[ "$(wc -l <registry/requests)" -eq $(((SERVERS + 99) / 100 + 1)) ]
}

@test "one round from five regions: every server is in the bucket that was planted" {
	mkdir -p run spool fake
	export XDG_RUNTIME_DIR=$PWD/run XDG_STATE_HOME=$PWD/spool MCP_FLEET_TIMEOUT=600
	cat >fleet.yaml <<-EOT
	store: unix://$REDIS_SOCK
	regions: [{name: r-a}, {name: r-b}, {name: r-c}, {name: r-d}, {name: r-e}]
	servers_from: [state/targets.jsonl]
	EOT
	# The ways from the regions.
	cat >fake/mcp-probe <<-EOT
	#!/bin/bash
	here=json tools=json far=$SLOW/json near=$SLOW/json
	case "\$*" in
	*"-r r-e"*) tools=list-same ;;&
	*"-r r-d"* | *"-r r-e"*) far=http://127.0.0.1:$CLOSED ;;&
	*"-r r-a"*) ;;
	*) near=http://127.0.0.1:$CLOSED ;;
	esac
	sed "s|$SLOW/drift/|$SLOW/\$tools/|; s|$SLOW/far/|\$far/|; s|$SLOW/near/|\$near/|" |
		"$BIN/mcp-probe" "\$@"
	EOT
	chmod +x fake/mcp-probe
	# A machine that is busy holds up probes, of which there is no data then, and the
	# servers of this test, which are blamed: another round tells.
	for round in 1 2 3; do
		PATH=$PWD/fake:$BIN:$PATH measured "round $round of five regions" \
			"$ROOT/scripts/mcp-fleet" --once --only probe -c fleet.yaml 2>err ||
			[ $? -eq 3 ] || { cat err; return 1; }
		measured buckets "$BIN/mcp-aggregate" buckets -c fleet.yaml -f jsonl >buckets.json
		jq -r '.buckets[] | "\(.bucket) \(.count) \(.share)"' buckets.json >&3
		jq -r '.buckets[] | .bucket as $b | .slugs[] | "\(.) \($b)"' buckets.json | sort >found
		# What hangs or drips is known at a deadline, by which such a machine blames nobody.
		if grep -q 'this machine was too busy' err; then
			awk 'NR == FNR { if ($3 ~ /hang|drip/) want[$1] = $2; next }
				{ print $1, $2 == "no-data" && want[$1] ? want[$1] : $2 }' where found >lenient
			mv lenient found
		fi
		! diff <(awk '{ print $1, $2 }' where) found >wrong || return 0
		cat err >&3
	done
	head -n 40 wrong
	return 1
}

@test "what changed since the last" {
	measured "buckets since the last" "$BIN/mcp-aggregate" buckets -c fleet.yaml -f jsonl \
		--since buckets.json >again.json
	jq -e '.moved == []' again.json
	# Who went from the list is not in the audit, and named.
	echo '*/s0001' >state/opt-out
	"$ROOT/scripts/mcp-registry" crawl -d 0 "$HERE" state
	"$BIN/mcp-aggregate" buckets -c fleet.yaml -f jsonl --since buckets.json |
		jq -ce '[.moved[] | .to, .slugs] == [null, ["com.example-s0001"]]'
}
