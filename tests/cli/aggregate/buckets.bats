#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: an audit puts every server of a list where mcp-audit(7) says, by
# what real probes saw of it; its counts, shares and lists agree.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/probes

setup_file() {
	start scripted
	redis_start "$BATS_FILE_TMPDIR/redis"
	export CLOSED
	CLOSED=$(free_port)
}

teardown_file() {
	redis_stop
	stop_all
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	unset MCP_STORE
	redis flushall >/dev/null
}

buckets() {
	run --separate-stderr "$BIN/mcp-aggregate" buckets "$@"
}

# audit REGION <ROWS: the records of a list; each row is a slug and a mood of
# the scripted server, or a URL.
audit() {
	while read -r slug what; do
		[[ $what == http* ]] || what=${URL%/mcp}/$what
		jq -cn --arg slug "$slug" --arg url "$what" '{$slug, $url, timeout: 8}'
	done | "$BIN/mcp-probe" --targets - -r "$1" -f jsonl
}

# placed <ROWS: these, and no others, are the buckets of the object, each with
# its slugs; and the numbers are right.
placed() {
	diff <(awk 'NF { $1 = $1; print }') <(jq -r '.buckets[] | select(.count > 0) |
		"\(.bucket) \(.slugs | join(" "))"' <<<"$output") || return
	jq -e '.v == 1 and .type == "buckets" and (.buckets | length == 9) and
		.servers == (.buckets | map(.count) | add) and
		all(.buckets[]; .count == (.slugs | length) and .slugs == (.slugs | sort)) and
		([.buckets[].slugs[]] | length == (unique | length)) and
		(.buckets | map(.share * 10 | round) | add == 1000)' <<<"$output"
}

@test "each server of a list is in the bucket of what it does" {
	audit us-east-1 >records <<-EOT
		good         json
		streams      sse
		new          stateless
		wall         wall
		basic        wall-basic
		late         late-list
		closed       http://127.0.0.1:$CLOSED/mcp
		nowhere      http://nowhere.invalid/mcp
		hang         hang
		cut          cut
		ssh          no-http
		html         html
		error        500
		rpc-error    rpc-error
		bare         wall-bare
		half-wall    wall-issuer
		no-list      html@list
		list-hang    hang@list
		empty        list-empty
		no-schema    list-no-schema
		untyped      list-untyped-schema
		nameless     list-nameless
		two          list-two
		surrogate    surrogate
		overflow     overflow
		slow-down    retry-after
	EOT
	buckets - <records
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	placed <<-'EOT'
		healthy good new streams
		auth-walled basic late wall
		transport-dead closed cut hang nowhere ssh
		mcp-broken bare empty error half-wall html list-hang no-list rpc-error
		schema-malformed nameless no-schema overflow surrogate two untyped
		no-data slow-down
	EOT
	jq -e '.servers == 26 and .buckets[0].share == 11.5' <<<"$output"
}

@test "regions that differ make a server regional, and tools that differ drift" {
	audit us-east-1 >us <<-EOT
		both         json
		drifts       json
		half         json
		most         json
		few          html
		worse        html
		wall         wall
	EOT
	audit eu-west-2 >eu <<-EOT
		both         json
		drifts       list-same
		half         html
		most         json
		few          http://127.0.0.1:$CLOSED/mcp
		worse        http://127.0.0.1:$CLOSED/mcp
		wall         wall
	EOT
	audit sa-east-1 >sa <<-EOT
		both         json-pieces
		drifts       json
		most         cut
		few          json
		worse        http://127.0.0.1:$CLOSED/mcp
		wall         wall
	EOT
	# The runner records tell that the third should have reported on "half".
	buckets - < <(cat us eu sa)
	placed <<-'EOT'
		healthy both
		healthy-with-drift drifts
		regionally-degraded half most
		regionally-up few
		auth-walled wall
		transport-dead worse
	EOT
	# In whatever order, and more than once.
	first=$output
	buckets - < <(cat sa us us eu | shuf --random-source=us)
	[ "$output" = "$first" ]
	# One of those that are expected is too few.
	buckets - -r us-east-1,ap-southeast-1 <us
	placed <<<"no-data both drifts few half most wall worse"
	buckets - -r eu-west-2 < <(cat us eu sa)
	placed <<-'EOT'
		healthy both drifts most
		auth-walled wall
		transport-dead few worse
		mcp-broken half
	EOT
}

@test "a server that changes its tools between two audits drifts" {
	audit us-east-1 >first <<<"changes json"
	audit us-east-1 >second <<<"changes list-same"
	buckets - < <(cat first second)
	placed <<<"healthy-with-drift changes"
	buckets - < <(cat second second)
	placed <<<"healthy changes"
}

@test "text is a table that a person reads, and then the names" {
	audit us-east-1 >records <<-EOT
		good         json
		better       sse
		html         html
	EOT
	buckets - -f text <records
	[ "$status" -eq 0 ]
	diff - <(echo "$output") <<-'EOT'
		healthy                          2   66.7 %
		healthy with drift               0    0.0 %
		regionally degraded              0    0.0 %
		regionally up                    0    0.0 %
		auth-walled                      0    0.0 %
		transport dead                   0    0.0 %
		HTTP alive but MCP broken        1   33.3 %
		schema malformed                 0    0.0 %
		no data                          0    0.0 %
		servers                          3  100.0 %

		healthy
		  better
		  good

		HTTP alive but MCP broken
		  html
	EOT
}

@test "the store: what is configured, or was ingested, and is not of yesterday" {
	export MCP_STORE=unix://$REDIS_SOCK
	now=$(date +%s)
	{
		for region in us-east-1 eu-west-2; do
			probes good $region $((now - 30))
			probes dead $region $((now - 30)) dns dns.nxdomain
			probes old $region $((now - 1000))
		done
		probes regional us-east-1 $((now - 30)) tools-list http.503
		probes regional eu-west-2 $((now - 30))
		probes gone us-east-1 $((now - 30))
		probes gone eu-west-2 $((now - 1000))
	} | "$BIN/mcp-aggregate" ingest
	buckets
	[ "$status" -eq 0 ]
	placed <<-'EOT'
		healthy good
		regionally-degraded regional
		transport-dead dead
		no-data gone old
	EOT
	cat >fleet.yaml <<-EOT
	regions: [{name: us-east-1}, {name: eu-west-2}, {name: sa-east-1}]
	servers:
	  - {slug: good, url: "https://mcp.example.com/mcp"}
	  - {slug: never, url: "https://mcp.example.com/never"}
	EOT
	buckets -c fleet.yaml
	placed <<-'EOT'
		healthy good
		no-data never
	EOT
	MCP_STORE=unix://$PWD/none buckets
	[ "$status" -eq 3 ]
	[ -z "$output" ]
}

@test "more servers than are read at once" {
	export MCP_STORE=unix://$REDIS_SOCK
	now=$(date +%s)
	one=$(probes SLUG us-east-1 $((now - 30)))
	for ((i = 0; i < 205; i++)); do
		printf '%s\n' "${one//SLUG/s$i}"
	done | "$BIN/mcp-aggregate" ingest
	buckets
	jq -e '.servers == 205 and .buckets[0].count == 205' <<<"$output"
}

@test "what is no audit is refused" {
	buckets - </dev/null
	[ "$status" -eq 2 ]
	[ "$stderr" = "mcp-aggregate: no probe records on standard input" ]
	for args in "- --store unix:///x" "- -c x" "-r us-east-1" "file" "- -s x" \
		"--lookback 60s"; do
		# shellcheck disable=SC2086 # several words
		buckets $args </dev/null
		[ "$status" -eq 2 ]
		[ -z "$output" ]
	done
	buckets - < <(echo '{"v":1'; probes good us-east-1 1777494660)
	[ "$status" -eq 2 ]
	placed <<<"healthy good"
	# A probe of which only the beginning came is none.
	buckets - < <(probes good us-east-1 1777494660 | head -n 3)
	placed <<<"no-data good"
}

# records_of WORD…: a record for each, which is SLUG=STATE.
records_of() {
	local word
	for word; do
		jq -cn --arg slug "${word%=*}" --arg state "${word#*=}" '
			{v: 1, type: "probe", $slug, region: "us-east-1", probe_id: $slug,
			probe_started_at: 1777494660, total_ms: 1} + {
			up: {state: "healthy"}, wall: {state: "auth-walled"},
			dead: {state: "broken", failed_step: "dns", error: "dns.nxdomain"},
			broken: {state: "broken", failed_step: "tools-list", error: "http.500"}}[$state]'
	done
}

@test "what changed since an earlier audit" {
	records_of a=up b=up c=up d=wall e=dead f=broken gone=up | "$BIN/mcp-aggregate" buckets - >before
	buckets - --since before < <(records_of a=up b=broken c=broken d=up e=dead f=dead new=wall)
	[ "$status" -eq 0 ]
	placed <<-'EOT'
		healthy a d
		auth-walled new
		transport-dead e f
		mcp-broken b c
	EOT
	diff - <(jq -r '.since, ([.buckets[] | .count - .before] | join(" ")), (.moved[] |
		"\(.from) \(.to) \(.slugs | join(","))")' <<<"$output") <<-'EOT'
		2026-04-29T20:31:00Z
		-2 0 0 0 0 1 1 0 0
		healthy mcp-broken b,c
		healthy null gone
		auth-walled healthy d
		mcp-broken transport-dead f
		null auth-walled new
	EOT
	buckets - -f text --since before < <(records_of a=up b=broken c=broken d=up e=dead f=dead new=wall)
	diff - <(sed '1,2d; /^[^ ].* 0\.0 %.*+0$/d' <<<"$output") <<-'EOT'
		healthy                          2   28.6 %       -2
		auth-walled                      1   14.3 %       +0
		transport dead                   2   28.6 %       +1
		HTTP alive but MCP broken        2   28.5 %       +1
		servers                          7  100.0 %       +0

		HTTP alive but MCP broken, was healthy
		  b
		  c

		not listed, was healthy
		  gone

		healthy, was auth-walled
		  d

		transport dead, was HTTP alive but MCP broken
		  f

		auth-walled, was not listed
		  new
	EOT
	# Nothing moved: a list that is empty.
	buckets - --since before < <(records_of a=up b=up c=up d=wall e=dead f=broken gone=up)
	jq -e '.moved == [] and all(.buckets[]; .count == .before)' <<<"$output"
	# What this writes can be compared with, too.
	echo "$output" >again
	buckets - --since again < <(records_of a=up)
	[ "$status" -eq 0 ]
}

@test "what is no earlier audit is refused" {
	records_of a=up | "$BIN/mcp-aggregate" buckets - >before
	for change in '.type = "verdict"' '.v = 2' '.as_of = "today"' '.buckets[0].bucket = "good"' \
		'.buckets[0].slugs = "a"' '.buckets[0].slugs = ["A"]' '.buckets[0].slugs = ["a", "a"]'; do
		jq -c "$change" before >bad
		buckets - --since bad < <(records_of a=up)
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[[ $stderr == "mcp-aggregate: --since: bad: "* ]]
	done
	for text in '' '{' '[]' 'healthy 2'; do
		echo "$text" >bad
		buckets - --since bad < <(records_of a=up)
		[ "$status" -eq 2 ]
	done
	buckets - --since nowhere < <(records_of a=up)
	[ "$stderr" = "mcp-aggregate: --since: nowhere: No such file or directory" ]
	buckets --since nowhere --store "unix://$REDIS_SOCK"
	[ "$status" -eq 2 ]
}
