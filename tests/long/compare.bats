#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: make compare shows what it promises: of the same real servers, we see each of
# the faults and name it, Prometheus sees those that its exporter can see, and nobody
# calls for a server that works. Nothing is left of it. It takes five minutes.

bats_require_minimum_version 1.5.0
load ../helpers/lib

setup() {
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir "$TMPDIR"
}

# nothing_left: no file, and no process that was told of the folder. What looks for
# them is not.
nothing_left() {
	local left file
	[ -z "$(ls -A "$TMPDIR")" ]
	echo "$TMPDIR/mcp-compare" >folder
	left=$(grep -lsaFf folder /proc/[0-9]*/cmdline /proc/[0-9]*/environ || true)
	for file in $left; do
		tr '\0' ' ' <"$file" || true
	done
	[ -z "$left" ]
}

# said WATCHER SLUG PATTERN: that it said so, after the fault began.
said() {
	jq -es --arg w "$1" --arg s "$2" --arg p "$3" 'any(.[]; .watcher == $w and .slug == $s and
		.seconds and .seconds > 0 and (.text | test($p)))' out/compare.jsonl >/dev/null || {
		echo "$1 does not say of $2: $3"
		return 1
	}
}

# silent WATCHER SLUG PATTERN: that it said nothing, and what it thinks of it.
silent() {
	jq -es --arg w "$1" --arg s "$2" --arg p "$3" 'map(select(.watcher == $w and .slug == $s)) |
		all(.[]; .now) and (.[0].now | test($p))' out/compare.jsonl >/dev/null || {
		echo "$1 is not silent, or thinks otherwise of $2: $3"
		return 1
	}
}

@test "each fault is seen and named, and nobody calls for what works" {
	cd "$BATS_TEST_TMPDIR"
	"$ROOT/tests/compare/run" out >said 2>&1 || { cat said; return 1; }
	sed 's/^/# /' said >&3
	silent fleet healthy '^green, healthy from 3 regions$'
	silent fleet walled '^green, auth-walled from 3 regions$'
	said fleet stopped '^P1 downtime_started.* tcp\.refused from .*3 of 3 regions'
	said fleet slowed '^P3 latency_started'
	said fleet stale '^P2 cdn_cache_divergence_started.* Singapore still sees greet'
	said fleet schema '^P2 schema_drift_detected.* removed;.* added'
	said fleet html '^P1 downtime_started.* http\.content-type from .*3 of 3 regions'
	said fleet none '^P2 downtime_started.* mcp\.no-tools from .*3 of 3 regions'
	silent blackbox healthy 'from 3 of 3$'
	silent blackbox walled 'from 3 of 3$'
	silent blackbox schema 'from 3 of 3$'
	said blackbox stopped '^MCPServerDown firing'
	said blackbox html '^MCPServerDown firing'
	said blackbox none '^MCPServerDown firing: tools/list'
	silent inspector healthy '^exit 0, [1-9]'
	silent inspector walled '^exit 3, auth_required'
	said inspector stopped '^exit 4'
	said inspector none '^exit 0, 0 tools, not those of before$'
	[ "$(grep -c '^| \*\*' out/compare.md)" -eq 8 ]
	nothing_left
}

@test "ended in the middle, it leaves nothing" {
	local pid
	cd "$BATS_TEST_TMPDIR"
	"$ROOT/tests/compare/run" out >said 2>&1 3>&- &
	pid=$!
	eventually grep -q 'three watch them' said
	kill -TERM "$pid"
	wait "$pid" || [ $? -eq 143 ]
	nothing_left
}
