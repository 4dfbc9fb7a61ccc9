#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: whatever people write into the files of their clients, each entry is a server of
# the fleet, or named with the reason.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet

setup() {
	fleet_setup
	export HOME=$PWD MCP_STORE=unix://$REDIS_SOCK
	PATH=$ROOT/scripts:$PATH
}

@test "each entry of each client is a server, or named with the reason" {
	local form count want n=0 beside='stdio: it runs beside its client, so no region can reach it'
	local U=http://127.0.0.1:1
	while IFS='|' read -r count form want; do
		[[ $form ]] || continue
		rm -rf fleet
		printf '%s' "${form//U:/$U}" >client.json
		mcp-fleet init client.json >out 2>err || { echo "$form"; cat err; return 1; }
		made >line
		[ ! -s err ]
		# Counted: as many as the input has.
		[ "$(($(jq '.servers | length' config) + $(grep -c '!' servers)))" -eq "$count" ] ||
			{ echo "$form: not $count"; cat line; return 1; }
		want=${want//BESIDE/$beside}
		[ "$(<line)" = "$want" ] || { echo "$form:"; echo "made $(<line)"; echo "want $want"; return 1; }
		n=$((n + 1))
	done <"$ROOT/tests/fixture/clients.txt"
	[ "$n" -gt 40 ]
}
