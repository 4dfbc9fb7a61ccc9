#!/usr/bin/env bats
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
