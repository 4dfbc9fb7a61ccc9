#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: of three regions, each with an inbox of another kind of store, forty rounds have
# the verdicts that the same probes have over ssh.
# INBOX_ROUNDS: how many rounds. INBOX_KINDS: of the three regions.

# shellcheck disable=SC2154 # set by fleet
bats_require_minimum_version 1.5.0
load ../helpers/fleet
load ../helpers/probes
load ../helpers/site
load ../helpers/inboxes

ROUNDS=${INBOX_ROUNDS:-40}
read -ra REGIONS <<<"${INBOX_KINDS:-s3 gist cloudflare-kv}"

setup_file() {
	start scripted
	cd "$BATS_FILE_TMPDIR" || return 1
	for region in east west north; do
		host $region <<-EOT
		#!/bin/bash
		cat >/dev/null
		cat "$BATS_FILE_TMPDIR/said/\$(<"$BATS_FILE_TMPDIR/round").$region"
		EOT
	done
	redis_start "$BATS_FILE_TMPDIR/redis"
	inboxes_start
	say_all
}

teardown_file() {
	inboxes_stop
	hosts_stop
	redis_stop
	stop_all
}

setup() {
	fleet_setup
	mkdir -m 700 credentials
	export MCP_CREDENTIALS=$PWD/credentials MCP_FLEET_SSH="-F $BATS_FILE_TMPDIR/ssh_config"
}

teardown() {
	fleet_teardown
}

# fails SERVER REGION ROUND: the step that fails then, or nothing.
fails() {
	case $1 in
	down) (($3 % 20 < 8)) || echo initialize ;;
	there) [[ $2 != west ]] || (($3 < 10)) || echo tools-list ;;
	often) ((($3 + ${#2}) % 3)) || echo tls ;;
	esac
}

# say_all: what mcp-probe prints in each round and region, each a minute later; one
# region misses some rounds.
say_all() {
	local n region server began
	began=$(($(date +%s) / 60 * 60 - 60 * ROUNDS - 60))
	mkdir said
	echo "$began" >began
	for ((n = 1; n <= ROUNDS; n++)); do
		for region in east west north; do
			for server in good down there often; do
				[[ $region != north ]] || ((n % 7)) || continue
				# shellcheck disable=SC2046 # none or one
				probes $server $region $((began + 60 * n + 3)) $(fails $server $region $n)
			done | sed 's/^{"v":1,\(.*\),"type":"\(step\|probe\)",/{"v":1,"type":"\2",\1,/' \
				>said/$n.$region
		done
	done
}

four() {
	local server
	for server in good down there often; do
		server $server json
	done
}

# rounds COMMAND: before each round, the command; the verdicts are in the file of this
# name.
rounds() {
	local n at
	: >"$1.verdicts"
	for ((n = 1; n <= ROUNDS; n++)); do
		echo "$n" >"$BATS_FILE_TMPDIR/round"
		at=$(($(<"$BATS_FILE_TMPDIR/began") + 60 * n + 40))
		"$1"
		fleet --once --only probe
		[[ $status == 0 ]]
		mcp-aggregate verdict -c fleet.yaml -N "$at" >judged
		[ "$(wc -l <judged)" = 4 ]
		sed "s/^/$n /" judged >>"$1.verdicts"
	done
}

over_ssh() {
	:
}

# Each region probes, and leaves it; a minute goes by.
inboxes() {
	local region pids=()
	for region in east west north; do
		PATH=$BATS_FILE_TMPDIR/hosts/$region:$PATH region $region 3>&- &
		pids+=("$!")
	done
	for region in "${pids[@]}"; do
		wait "$region"
	done
	later 61
}

@test "three regions with inboxes elsewhere have the verdicts that they have over ssh" {
	regions 'east east' 'west west' 'north north' >fleet.yaml
	four >>fleet.yaml
	rounds over_ssh
	redis_dump | awk '/^== / { on = /^== probe:/ } on' >ssh.store
	redis flushall >/dev/null
	inbox_fleet east "${REGIONS[0]}" west "${REGIONS[1]}" north "${REGIONS[2]}"
	sed -i '/^servers:/q' fleet.yaml
	four >>fleet.yaml
	# A region that misses a round is not waited for.
	MCP_FLEET_TIMEOUT=$(paced 5)
	export MCP_FLEET_TIMEOUT
	fleet --once --only probe
	later 61
	rounds inboxes
	redis_dump | awk '/^== / { on = /^== probe:/ } on' >inbox.store
	diff over_ssh.verdicts inboxes.verdicts
	diff ssh.store inbox.store
	cut -d ' ' -f 2- inboxes.verdicts | jq -r '"\(.slug) \(.verdict)"' | sort | uniq -c |
		sed 's/^ */# /' >&3
	[ "$(cut -d ' ' -f 2- inboxes.verdicts | jq -r .verdict | sort -u | wc -l)" -ge 2 ]
	echo "# $(<"$STORES/counts")" >&3
	nothing_left
}
