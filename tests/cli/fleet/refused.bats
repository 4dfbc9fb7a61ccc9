#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what is wrong in a list costs its own server alone, and is told once a day; a
# configuration that is refused stops no fleet that ran before: it goes on with the last
# one that was not, and pages.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet

setup() {
	fleet_setup
	write
}

# write [LINE…]: the configuration, with these lines at its end.
write() {
	{
		regions 'a-1 local' 'b-1 local' 'c-1 local'
		server one json
		printf '%s\n' "$@"
		cat <<-END
		alerts:
		  routes: [{name: told, type: command, command: [sh, -c, 'cat >>$PWD/told']}]
		END
	} >fleet.yaml
}

# listed SLUG [URL]: a line of a list.
listed() {
	jq -cn --arg slug "$1" --arg url "${2-${URL%/mcp}/json}" '{$slug, $url}'
}

# judged: the servers that have a verdict, and how many events were told.
judged() {
	local events=0
	[ ! -e told ] || events=$(wc -l <told)
	echo "$(redis --raw keys 'probe:*:verdict' | cut -d : -f 2 | sort | xargs) $events"
}

@test "a server of a list that is wrong is left out, named once a day, and counted" {
	write 'servers_from: [a.jsonl, "sh list"]'
	{ listed two; listed bad http://x:99999/; listed one; } >a.jsonl
	{ listed three; echo '{"slug":'; } >three
	echo 'echo run >>runs; cat three' >list
	fleet
	[ "$status" -eq 0 ]
	[ "$(judged)" = 'one three two 0' ]
	diff - err <<-END
		mcp-fleet: warning: 3 listed servers are left out
		mcp-fleet: warning: left out: bad (a.jsonl:2: url: the port is not a number from 1 to 65535)
		mcp-fleet: warning: left out: no server (sh list:2: byte 9: the text ends too early)
		mcp-fleet: warning: left out: one (a.jsonl:3: slug: the name one is already in the configuration, line 7)
	END
	[ "$(redis get fleet:regions | jq .left_out)" = 3 ]
	MCP_SERVERS_CACHE='' run "$BIN/mcp-aggregate" status -f text -c fleet.yaml
	[[ $(xargs <<<"$output") == *"Left out of the lists: 3 servers: bad, a.jsonl:2: url: the port is not a number from 1 to 65535; sh list:2: "* ]]
	fleet
	[ ! -s err ]
	touch -d '-25 hours' state/mcp-fleet/*/regions/left-out
	fleet
	[ "$(wc -l <err)" -eq 4 ]
	# Once it is right, and wrong again, that is news.
	listed two >a.jsonl
	listed three >three
	fleet
	[ ! -s err ]
	[ "$(redis get fleet:regions | jq .left_out)" = 0 ]
	echo '[]' >>a.jsonl
	fleet
	[ "$(sed -n 2p err)" = 'mcp-fleet: warning: left out: no server (a.jsonl:2: not a JSON object)' ]
}

# goes_on WHERE: a round that is refused there, in which servers are judged as before.
goes_on() {
	redis --raw keys 'probe:*:verdict' | xargs -r redis-cli -s "$REDIS_SOCK" del >/dev/null
	fleet
	[ "$status" -eq 2 ]
	grep -qx "mcp-fleet: $1: the configuration is refused; this round uses the configuration of $(date -u +%Y-)[-0-9]* [0-9:]* UTC" err
}

@test "a configuration that is refused: the fleet goes on with the last, and pages" {
	fleet
	[ "$status $(judged)" = '0 one 0' ]
	[ -z "$(find state -name '*.jsonl')" ]
	cp fleet.yaml good
	echo 'nonsense: 1' >>fleet.yaml
	line=$(wc -l <fleet.yaml)
	goes_on "fleet.yaml:$line"
	[ "$(judged)" = 'one 1' ]
	[ "$(sed -n 1p err)" = "mcp-aggregate: fleet.yaml:$line:1: nonsense: unknown key" ]
	jq -se 'map([.event, .severity, .server_slug]) == [["pipeline_stalled_started", "P1", "*"]]' told
	jq -e --arg at "fleet.yaml:$line" \
		'.summary | contains("the configuration is refused: \($at).")' told
	# It is one incident, whatever is wrong.
	rm fleet.yaml
	goes_on fleet.yaml
	[ "$(judged)" = 'one 1' ]
	# A person at a terminal is told what is wrong, and no more.
	fleet -n
	[ "$status" -eq 2 ]
	grep -qx 'mcp-fleet: fleet.yaml: cannot be used' err
	# What is good is kept anew.
	sed 's/slug: one/slug: other/' good >fleet.yaml
	fleet
	[ "$status" -eq 0 ]
	jq -se '.[-1].event == "pipeline_stalled_resolved" and length == 2' told
	echo 'x: [' >fleet.yaml
	goes_on fleet.yaml:2
	[ "$(judged)" = 'other 3' ]
}

# bats test_tags=later
@test "with lists: what they had is kept, and what is beside the configuration found" {
	write 'servers_from: [a.jsonl, "cat b"]' 'defaults: [{match: ["t*"], group: Those}]'
	{ listed two; listed bad http://x:0/; } >a.jsonl
	listed three >b
	echo '{"v":1,"servers":{}}' >tools.lock
	fleet
	[ "$status $(judged)" = '0 one three two 0' ]
	[ "$(find state -name '*.jsonl' | wc -l)" -eq 1 ]
	kept=$(echo state/mcp-fleet/.kept-*/fleet.yaml)
	jq -e '.servers_from | length == 1' "$kept"
	run "$BIN/mcp-aggregate" config -c "$kept"
	jq -e '[.servers[] | [.slug, .group]] == [["one", null], ["two", "Those"], ["three", "Those"]]' <<<"$output"
	[ "$(readlink -f "${kept%/*}/tools.lock")" = "$PWD/tools.lock" ]
	was=$(stat -c %Y.%i "$kept")
	fleet
	[ "$(stat -c %Y.%i "$kept")" = "$was" ]
	# A list that is none, or a command that fails, leaves nobody unwatched.
	echo '<html>' >a.jsonl
	rm b
	goes_on "fleet.yaml:$(grep -n servers_from fleet.yaml | cut -d : -f 1)"
	[ "$(judged)" = 'one three two 1' ]
	[ "$(redis --raw hkeys fleet:servers | sort | xargs)" = 'one three two' ]
	# Another list is another configuration.
	listed four >a.jsonl
	listed three >b
	fleet
	[ "$status" -eq 0 ]
	run "$BIN/mcp-aggregate" config -c "$kept"
	jq -e '[.servers[].slug] == ["one", "four", "three"]' <<<"$output"
	[ "$(find state -name '*.jsonl' | wc -l)" -eq 1 ]
}

# bats test_tags=later
@test "a fleet that never ran, or has another file, has nothing to go on with" {
	fleet
	cp fleet.yaml other.yaml
	echo 'x: 1' >>other.yaml
	run -2 "$ROOT/scripts/mcp-fleet" -c other.yaml
	[[ $output == *"mcp-fleet: other.yaml: cannot be used" ]]
	[ ! -e told ]
}

# bats test_tags=later
@test "who only judges goes on as well, and pages" {
	fleet
	echo 'x: 1' >>fleet.yaml
	export XDG_STATE_HOME=$PWD/judge
	fleet --only judge
	[ "$status" -eq 2 ]
	[ ! -e told ]
	sed -i '$d' fleet.yaml
	fleet --only judge
	echo 'x: 1' >>fleet.yaml
	fleet --only judge
	[ "$status" -eq 2 ]
	jq -se 'map(.event) == ["pipeline_stalled_started"]' told
}

# hand ARGS…: a command of mcp-alert by hand; what it says goes to said.
hand() {
	"$BIN/mcp-alert" "$@" -c fleet.yaml >out 2>said
}

# bats test_tags=later
@test "who acknowledges, silences or plans while the configuration is refused is heard" {
	mkdir -m 700 secrets
	export MCP_CREDENTIALS=$PWD/secrets
	(umask 077; printf 'for = ack\ntoken = %s\n' "$(openssl rand -hex 32)" >secrets/ack)
	write 'site: {url: https://status.example.com}' 'servers_from: [a.jsonl]'
	listed two >a.jsonl
	fleet
	[ "$status" -eq 0 ]
	cp fleet.yaml good
	echo 'nonsense: 1' >>fleet.yaml
	goes_on "fleet.yaml:$(wc -l <fleet.yaml)"
	url=$(jq -r .ack_url told)
	[[ $url == https://status.example.com/ack/* ]]
	# The link, as a web server that runs as this user hands it on.
	env -i GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST SCRIPT_NAME=/ack \
		PATH_INFO="${url#https://status.example.com/ack}" MCP_CONFIG="$PWD/fleet.yaml" \
		CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH=6 \
		MCP_CREDENTIALS="$MCP_CREDENTIALS" XDG_STATE_HOME="$XDG_STATE_HOME" \
		"$BIN/mcp-alert" <<<'by=ann' 2>said | tr -d '\r' >page
	[ "$(head -n 1 page)" = 'Status: 200 OK' ]
	kept=$(echo "$PWD"/state/mcp-fleet/.kept-*/fleet.yaml)
	grep -qx "mcp-alert: warning: .*fleet.yaml is refused: the last good one is used, $kept" said
	hand list -f jsonl
	[ "$(jq -r .acknowledged_by out)" = ann ]
	# By hand, of a server that only a list has.
	hand silence add --for 1h --reason 'a try' two
	grep -q 'is refused: the last good one is used' said
	hand maintenance add --for 1h --reason disks two
	hand silence list -f jsonl
	[ "$(jq -r 'select(.type == "silence").reason' out)" = 'a try' ]
	# Another user's names commands that are not ours to run.
	chmod 777 "${kept%/*}"
	run -2 hand list
	chmod 700 "${kept%/*}"
	# A typing error is told as before, and what nobody kept is not looked for.
	run -2 "$BIN/mcp-alert" list -c fleet.yml
	[[ $output != *'the last good one'* ]]
	# What is judged, sent or tried goes by the file that is named.
	run -2 hand check
	run -2 hand tick
}
