#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a store of 2,000 servers goes to another one whole, in little memory, and a
# restore that is killed is seen.

bats_require_minimum_version 1.5.0
load ../helpers/two_stores

# copies N: N more servers like "fine", with names as long as they can be.
copies() {
	a eval '
		local keys, list = redis.call("keys", "*:fine*"), {}
		for _, key in ipairs(keys) do
			list[#list + 1] = {key:match("^(%w+:)fine(.*)$")}
		end
		local server = redis.call("hget", "fleet:servers", "fine")
		for i = 1, tonumber(ARGV[1]) do
			local slug = ("%04d-"):format(i) .. ("x"):rep(75)
			for j, key in ipairs(keys) do
				redis.call("copy", key, list[j][1] .. slug .. list[j][2])
			end
			redis.call("hset", "fleet:servers", slug, server)
		end
		return #keys' 0 "$1"
}

# judged STORE: verdicts on all servers, and what monitors are told of them.
judged() {
	aggregate verdict -f jsonl -N $((END + 110)) --store "$1" | sort
	REQUEST_METHOD=GET GATEWAY_INTERFACE=CGI/1.1 MCP_STORE=$1 \
		REQUEST_URI=/api/embed-status-prom "$BIN/mcp-serve" --now $((END + 115))
}

@test "2,000 servers take no more memory than 500, and are told in parts" {
	small_fleet "$BIN" . "$END"
	copies 500 >/dev/null
	env time -q -f %M -o few "$BIN/mcp-aggregate" snapshot >snap
	copies 2000 >/dev/null
	a config resetstat
	env time -q -f %M -o many "$BIN/mcp-aggregate" snapshot >snap
	keys=$(a dbsize)
	[ "$keys" -gt 150000 ]
	# To tell the servers apart took more than one look at all keys.
	[ "$(a info commandstats | sed -n 's/^cmdstat_scan:calls=\([0-9]*\).*/\1/p')" -gt $((keys * 2 / 1000)) ]
	grep -oP '"key":"(probe|alert):\K[^:"]*' snap | uniq | sort | uniq -d | diff /dev/null -
	# The sanitizers keep what is freed.
	[[ $BIN == */san/* ]] || [ "$(<many)" -lt $(($(<few) + 32768)) ]
	run -0 env time -q -f %M -o restored "$BIN/mcp-aggregate" restore --store "$B" snap
	[ "$output" = "2005 servers, $((keys - 1)) keys; 0 had expired" ]
	[[ $BIN == */san/* ]] || [ "$(<restored)" -lt 65536 ]
	[ "$(b dbsize)" = "$keys" ]
	same_lives
	judged "$MCP_STORE" >a
	judged "$B" | cmp a -
	[ "$(grep -c '"verdict":"green"' a)" -gt 2000 ]
	[ "$(grep -c '^alivemcp_state{' a)" -gt 2000 ]
	a del fleet:format fleet:heartbeats
	b del fleet:format fleet:heartbeats
	# As DEBUG DIGEST tells: of all keys and values, in whatever order.
	[ "$(a debug digest)" = "$(b debug digest)" ]
	# Killed in the middle, a restore leaves its mark.
	b flushall
	aggregate restore --store "$B" snap &
	until [ "$(b dbsize)" -gt 1000 ]; do
		kill -0 $!
	done
	kill -9 $!
	wait $! || true
	[ "$(b get fleet:format)" = restoring ]
	run -3 aggregate verdict --store "$B"
}
