#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: a region that was taken over speaks for itself, and costs the others
# nothing: neither their records, nor their time, nor their place in the spool.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet

setup() {
	fleet_setup
	{ regions 'a-1 local' 'good-1 local'; server one json; server two json; } >fleet.yaml
}

# poisoned: a round in which a-1 runs the script on standard input, and good-1 is
# itself, which is what is stored and judged of it.
poisoned() {
	local_probe
	redis flushall >/dev/null
	fleet
	[ "$status" -eq "${1:-0}" ]
	nothing_left
	[ "$(redis --raw hget fleet:runners good-1 | jq -r .status)" = ok ]
	mcp-aggregate status -c fleet.yaml | jq -es 'map(.regions[] |
		select(.region == "good-1").state) == ["healthy", "healthy"]'
	[ "$(redis --raw hget probe:one:latest good-1 | wc -l)" -eq 1 ]
	[ -z "$(find state -name '*.jsonl')" ]
}

# latest SLUG: how many probes of a-1 the store knows.
latest() {
	redis --raw hget "probe:$1:latest" a-1 | grep -c . || true
}

@test "what it says of another region, or as another, is not heard" {
	# A name that ends in a newline, as patterns with $ take it; lines of another
	# region between its own; a region that is given twice.
	poisoned <<-'EOT'
	"$REAL" "$@" >all.$$
	sed -n 2p all.$$ | jq -c '.probe_id = "x\n"'
	jq -c 'select(.type != "runner") | ., (.region = "good-1" |
		if .state then .state = "broken" | .failed_step = "dns" | .error = "dns.x"
		else . end)' all.$$
	sed '1d; s/"region":"a-1"/"region":"good-1","region":"a-1"/' all.$$
	sed '1d; s/"region":"a-1"/"region":"a-1","region":"good-1"/' all.$$
	rm all.$$
	EOT
	[ "$(redis --raw hkeys fleet:runners | sort | xargs)" = "a-1 good-1" ]
	# It says more than it was asked, and of each server the first is heard.
	[ "$(latest one) $(latest two)" = "1 1" ]
	redis get probe:one:verdict | jq -e '.verdict == "green" and .reporters == 2'
	[ "$(redis hget fleet:runners a-1 | jq -r .status)" = garbled ]
}

@test "a probe of each server, and lines of one probe" {
	# One name for all probes, probes again and again, and pieces of two in one.
	poisoned <<-'EOT'
	"$REAL" "$@" | jq -c 'if .probe_id then .probe_id = "same" else . end' >all.$$
	head -n 19 all.$$
	for n in {1..40}; do
		sed "1d; s/\"same\"/\"again-$n\"/" all.$$ | head -n 9
	done
	rm all.$$
	EOT
	[ "$(latest one) $(latest two)" = "1 1" ]
	grep -qE '^mcp-fleet: a-1: [0-9]+ lines of incomplete probes are dropped$' err
	poisoned <<-'EOT'
	"$REAL" "$@" | jq -c 'if .probe_id then .probe_id = "same" else . end' >all.$$
	head -n 9 all.$$ # a summary of the other server follows
	sed -n '10p; 19p' all.$$ | tail -n 1
	rm all.$$
	EOT
	[ "$(latest one) $(latest two)" = "0 0" ]
}

@test "numbers that are none of a clock, and runner records without end" {
	poisoned 2 <<-'EOT'
	"$REAL" "$@" >all.$$
	for at in 1e999 -1e999 1e308 nan 0 -5 1e-7 '"x"' 99999999999999999999; do
		head -n 1 all.$$ | sed "s/\"at\":[^,]*/\"at\":$at/"
	done
	head -n 1 all.$$ | sed "s/\"message\":[^,}]*/\"message\":\"$(printf 'x%.0s' {1..9000})\"/"
	sed 's/"probe_started_at":[^,]*/"probe_started_at":1e999/' all.$$ | sed -n '2,10p'
	sed 1d all.$$ | tail -n 9
	rm all.$$
	EOT
	redis hget fleet:runners a-1 | jq -e '.status == "garbled" and (tojson | length < 4096)'
	(($(awk '{ print length }' err | sort -n | tail -n 1) < 300))
}

@test "the first record that ever silenced a fleet silences nobody" {
	local_probe <<-'EOT'
	"$REAL" "$@" | sed 's/^{"v":1,/{"a":{"probe_started_at":1e-7,"probe_id":"x"},"v":1,/'
	EOT
	for round in 1 2 3; do
		fleet
		[[ $status == 0 || $status == 2 ]]
		[ "$(redis --raw hget probe:one:latest good-1 | wc -l)" -eq "$round" ]
		[ -z "$(find state -name '*.jsonl' ! -path '*/set-aside/*')" ]
	done
	run -0 mcp-aggregate status -c fleet.yaml -f text
	[[ $output == *good-1*" ok "* ]]
}

@test "64 MiB of whatever end the round in time, and take nothing from the others" {
	# Each of these is among what takes longest for its bytes.
	while read -r name line; do
		echo "$name" >&2
		local_probe <<-EOT
		"\$REAL" "\$@"
		perl -e 'my \$line = $line; print \$line, "\n" for 1 .. 64'
		EOT
		fleet
		[[ $status == 0 || $status == 2 ]]
		nothing_left
		[ "$(redis hget fleet:runners a-1 | jq -r .status)" = garbled ]
		[ "$(redis hget fleet:runners good-1 | jq -r .status)" = ok ]
	done <<-'EOT'
	arrays "{\"v\":1,\"type\":\"runner\",\"region\":\"a-1\",\"at\":1,\"x\":[" . "1," x 500000 . "1]}"
	digits "{\"v\":1,\"type\":\"runner\",\"region\":\"a-1\",\"at\":" . "9" x 1000000 . "}"
	braces "{\"v\":1,\"type\":\"runner\",\"region\":\"a-1\",\"at\":1,\"m\":\"" . "} " x 500000 . "\"}"
	EOT
	# A million lines, and one without end.
	for script in 'yes | head -n 1000000' 'head -c 60000000 /dev/zero'; do
		local_probe <<<"\"\$REAL\" \"\$@\"; $script"
		fleet
		[ "$status" -eq 0 ]
		[ "$(redis hget fleet:runners a-1 | jq -r .status)" = garbled ]
		[ "$(latest one)" -gt 0 ]
	done
}
