#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: the programs of this version read the store and the records of every
# release, and say of them what its own programs said; and they leave alone a
# store that is newer than themselves.

bats_require_minimum_version 1.5.0
load ../../helpers/store

FIXTURES=$BATS_TEST_DIRNAME/../../fixture/releases

# release NAME: its store, as of when it was taken; END is its last minute.
release() {
	DIR=$FIXTURES/$1
	END=$(<"$DIR/end")
	redis flushall >/dev/null
	gzip -d <"$DIR/snapshot.jsonl.gz" >snap
	cp "$DIR/fleet.yaml" .
	aggregate restore -N "$(head -n 1 snap | jq .at)" snap
}

# each FUNCTION: for each release.
each() {
	local r n=0
	for r in "$FIXTURES"/*/; do
		release "$(basename "$r")"
		"$1" || { echo "$r"; return 1; }
		n=$((n + 1))
	done
	[ "$n" -ge 3 ]
}

# known FILE OTHER: every line of the other one has the members of that of the
# file, with the same values; it may have more. What a record says of the moment
# when it was made is left out.
known() {
	jq -c -n --slurpfile was "$1" --slurpfile is "$2" '
		def old: if type == "object" then del(.published_at) else . end;
		def has_all($new): . as $old | if type == "object" and ($new | type) == "object"
			then all(keys[]; . as $k | $old[$k] | has_all($new[$k]))
			elif type == "array" and ($new | type) == "array"
			then length == ($new | length) and
				all(range(length); . as $i | $old[$i] | has_all($new[$i]))
			else . == $new end;
		if ($was | length) > 0 and ($was | length) == ($is | length) then empty
		else "\($is | length) lines, not \($was | length)" end,
		(range($was | length) as $i |
			select($was[$i] | old | has_all($is[$i]) | not) | $was[$i], $is[$i])' \
		>differs
	[ ! -s differs ] || { cat differs; return 1; }
}

published() {
	# Whoever comes second in a minute gets the verdict that stands.
	aggregate verdict -f jsonl -c fleet.yaml -N $((END + 46)) >is || true
	known "$DIR/verdicts.jsonl" is
}

@test "the verdicts of a release stand" {
	each published
}

judged() {
	aggregate verdict -f jsonl -c fleet.yaml -N $((END + 105)) >is
	# The same probes a minute later.
	jq -c '{slug, verdict, tier, step, failing, url}' "$DIR/verdicts.jsonl" >was
	known was is &&
		jq -e 'all(.regions[]; .started_at > 0 and .since > 0 and .p95_ms > 0)' is >/dev/null &&
		[ "$(redis hget probe:down:minutes "$((END / 86400)):red")" -ge 2 ] &&
		jq -es 'map(select(.slug == "fine"))[0].uptime_30d == 100' is
}

@test "what a release stored is judged on" {
	each judged
}

explained() {
	run -1 aggregate explain down -c fleet.yaml --at $((END + 46))
	[[ $output == *"tools-list"*"http.502"* ]] || return
	run -1 aggregate explain down -c fleet.yaml --at $((END - 60))
	run -0 aggregate explain down -c fleet.yaml --at $((END - 360))
	run -0 aggregate explain fine -c fleet.yaml --at $((END + 46))
	run -0 "$BIN/mcp-alert" explain down -c fleet.yaml --now $((END + 50))
	[[ $output == *"downtime"* ]]
}

@test "what a release saw is explained" {
	each explained
}

open() {
	"$BIN/mcp-alert" list -f jsonl -c fleet.yaml >is &&
		known "$DIR/incidents.jsonl" is &&
		"$BIN/mcp-alert" maintenance list -f jsonl -c fleet.yaml --now $((END + 50)) >is &&
		known "$DIR/maintenance.jsonl" is
}

@test "the incidents, maintenances and silences of a release stand" {
	each open
}

ended() {
	local t
	# All recover: the incidents of the release end under their own keys.
	for t in 60 120 180 240; do
		aggregate verdict -f jsonl -c fleet.yaml -N $((END + t + 45)) |
			jq -c --argjson t $((END + t)) '.window = $t | .verdict = "green" |
				.tier = "ok" | .step = "" | .failing = [] | .failed_regions = 0 |
				.regions[] |= (.state = "healthy" | .failed_step = null |
				.error = null | .fail_streak = 0 | .started_at = $t + 7)' |
			"$BIN/mcp-alert" -f jsonl -c fleet.yaml -N $((END + t + 46))
	done >events
	jq -r 'select(.event == "downtime_resolved").dedup_key' events | sort |
		grep -x "down:downtime:.*" |
		diff - <(jq -r 'select(.server_slug == "down").dedup_key' "$DIR/incidents.jsonl")
}

@test "the incidents of a release end under its keys" {
	each ended
}

shown() {
	for slug in fine down partly works hidden; do
		REQUEST_METHOD=GET GATEWAY_INTERFACE=CGI/1.1 HTTP_AUTHORIZATION='Bearer s3cret' \
			REQUEST_URI=/api/embed-status/$slug "$BIN/mcp-serve" \
			--now $((END + 50)) | sed '1,/^\r$/d'
	done >is
	# To the byte, but for a member that came after 0.1.0: the API is for good.
	[[ $DIR != */0.1.0* ]] || sed -i 's/,"maintenance":true}$/}/' is
	diff "$DIR/statuses.jsonl" is || return
	for way in /api/embed-status/hidden /status/hidden; do
		REQUEST_METHOD=GET GATEWAY_INTERFACE=CGI/1.1 REQUEST_URI=$way \
			"$BIN/mcp-serve" --now $((END + 50)) >page
		grep -q '^Status: 404' page || return
	done
	REQUEST_METHOD=GET GATEWAY_INTERFACE=CGI/1.1 REQUEST_URI=/status/down \
		"$BIN/mcp-serve" --now $((END + 50)) >page
	grep -q '^Status: 200' page && grep -q Invoices page && ! grep -q 'Secret garden' page
}

@test "what a release showed is shown" {
	each shown
}

recorded() {
	gzip -d <"$DIR/records.jsonl.gz" >records
	aggregate verdict - -f jsonl -r eu,sa,us -N $((END + 45)) <records |
		jq -c '{slug, verdict, tier, step, failing}' | sort >is
	jq -c '{slug, verdict, tier, step, failing}' "$DIR/verdicts.jsonl" | sort | diff - is &&
		aggregate replay - -f jsonl -r eu,sa,us <records >/dev/null &&
		aggregate ingest <records
}

@test "the records of a release are read" {
	each recorded
}

@test "a store of a newer version is left alone, in one sentence" {
	release 0.1.0
	redis set fleet:format 2 >/dev/null
	redis_dump >before
	says='store: its keys have version 2, and this program knows versions up to 1: upgrade mcp-fleet'
	gzip -d <"$DIR/records.jsonl.gz" >records
	for program in "mcp-aggregate ingest" "mcp-aggregate verdict -c fleet.yaml" \
		"mcp-aggregate backfill records" "mcp-aggregate explain fine" \
		"mcp-aggregate status" "mcp-aggregate status store" "mcp-aggregate buckets" \
		"mcp-aggregate pin -c fleet.yaml" "mcp-aggregate snapshot" \
		"mcp-alert -c fleet.yaml" "mcp-alert tick -c fleet.yaml" \
		"mcp-alert list -c fleet.yaml" "mcp-alert ack -c fleet.yaml down"; do
		# shellcheck disable=SC2086 # words
		run -3 --separate-stderr "$BIN/"$program <records
		[ "$stderr" = "${program%% *}: $says" ] || { echo "$program: $stderr"; return 1; }
	done
	run -2 --separate-stderr aggregate restore --replace -N $((END + 60)) snap
	[ "$stderr" = "mcp-aggregate: $says" ]
	redis_dump | diff before -
	# Targets need no store.
	run -0 --separate-stderr aggregate targets -c fleet.yaml -r eu
	[ "$stderr" = "mcp-aggregate: warning: $says" ]
	# A reader shows nothing that it may misread.
	REQUEST_METHOD=GET GATEWAY_INTERFACE=CGI/1.1 REQUEST_URI=/api/embed-status/fine \
		"$BIN/mcp-serve" --now $((END + 50)) >answer 2>err
	grep -q '^Status: 503' answer
	[ "$(<err)" = "mcp-serve: $says" ]
	redis set fleet:format 'something else' >/dev/null
	run -3 aggregate status
	[[ $output == *"fleet:format holds no version: this is not a store of mcp-fleet" ]]
}

@test "ingest and verdict say of which version a store is, once" {
	probes one eu "$((NOW - 30))" >records
	run -2 aggregate status
	[ "$(redis exists fleet:format)" = 0 ]
	aggregate ingest <records
	[ "$(redis get fleet:format)" = 1 ]
	[ "$(redis ttl fleet:format)" = -1 ]
	redis del fleet:format >/dev/null
	aggregate verdict >/dev/null
	[ "$(redis get fleet:format)" = 1 ]
	redis config resetstat >/dev/null
	aggregate ingest <records
	! redis info commandstats | grep -q '^cmdstat_set:' || {
		redis info commandstats
		return 1
	}
}
