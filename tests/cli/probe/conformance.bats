#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: of the official conformance suite for clients, in both releases, every
# scenario that applies to a probe comes out as tests/conformance/scenarios has
# it: what should pass does, what is excepted does not pass by now, and what
# mcp-probe says of the suite's server is right.

load ../../helpers/lib

# setup: with the node of the peers.
setup() {
	"$ROOT/tests/peers/install"
	cd "$ROOT/build/peers" || return 1
	PATH=$(printf '%s:' "$PWD"/node_modules/node-linux-*/bin)$PATH
	export BIN TMPDIR=$BATS_TEST_TMPDIR
}

# conformance RELEASE ARGS…
conformance() {
	local of=node_modules/conformance-$1
	[[ $1 != 0.2 ]] || of=node_modules/@modelcontextprotocol/conformance
	timeout -k 2 400 node --import "$ROOT/tests/conformance/loopback.mjs" "$of/dist/index.js" "${@:2}"
}

rows() {
	awk '!/^#/ && NF' "$ROOT/tests/conformance/scenarios"
}

# run_row RELEASE VERSION SCENARIO: its row, made from what comes of it, goes to
# a file; "nothing" where no check passes or fails.
run_row() {
	local to=$BATS_TEST_TMPDIR/${1}_${2}_${3//\//_} rc=0 version=()
	[[ $2 == - ]] || version=(--spec-version "$2")
	mkdir "$to"
	PROBED=$to/probed conformance "$1" client --scenario "$3" "${version[@]}" \
		--command "$ROOT/tests/conformance/client" --timeout 120000 \
		--output-dir "$to" >"$to/out" 2>&1 || rc=$?
	find "$to" -name checks.json -exec cat {} + | jq -rs --arg row "$*" --argjson rc "$rc" --slurpfile probed "$to/probed" '
		($probed | map(select(.state) | .error // .state) |
			reduce .[] as $s ([]; if index($s) then . else . + [$s] end) |
			join(",")) as $says |
		(add // [] | map(select(.status | IN("SUCCESS", "FAILURE", "WARNING")))) as $checks |
		($checks | map(select(.status != "SUCCESS").id) | unique) as $failed |
		"\($row) \($says) " +
		if $failed != [] then "except \($failed | join(","))"
		elif $checks == [] or $rc != 0 then "nothing" else "pass" end
	' >"$to/row" 2>>"$to/out" || cat "$to/out"
}

@test "every client scenario of both releases stands in the table" {
	for release in 0.1 0.2; do
		conformance "$release" list | sed -n '/^Client/,/^Auth/s/^ *- \([^ ]*\) .*/\1/p' |
			sed "s/^/$release /"
	done | sort >"$TMPDIR/listed"
	[ "$(wc -l <"$TMPDIR/listed")" -gt 60 ]
	rows | cut -d' ' -f 1,3 | sort -u | diff "$TMPDIR/listed" -
}

@test "what applies to a probe comes out as the table says" {
	local running=0
	while read -r release version scenario _ expected _; do
		[ "$expected" != no ] || continue
		((running++ < 2)) || wait -n
		run_row "$release" "$version" "$scenario" &
	done < <(rows)
	wait
	rows | grep -v ' no [a-z]*$' | sort >"$TMPDIR/want"
	sort "$TMPDIR"/*/row | diff "$TMPDIR/want" -
}
