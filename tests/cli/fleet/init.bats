#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: from what a client uses to a fleet that works at once: a configuration that is
# read back to the same values, credentials that only the owner can read, nothing
# overwritten, and no secret anywhere else.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet
load ../../helpers/sinks

setup() {
	fleet_setup
	pids=()
	export HOME=$PWD MCP_STORE=unix://$REDIS_SOCK
	BASE=${URL%/mcp}
	PATH=$ROOT/scripts:$PATH
}

teardown() {
	((!${#pids[@]})) || kill "${pids[@]}" 2>/dev/null || true
	[[ ! ${WEB_PID-} ]] || kill "$WEB_PID" 2>/dev/null || true
	fleet_teardown
}

# init ARGS…: a fleet, which its programs take at once.
init() {
	mcp-fleet init "$@" >out 2>err
	cat out err
	[ ! -s err ]
	mcp-aggregate config -c fleet/fleet.yaml >config
	MCP_CREDENTIALS=$PWD/fleet/credentials mcp-fleet -n -c fleet/fleet.yaml >verdicts
	[ "$(jq .slug verdicts | wc -l)" -eq "$(jq '.servers | length' config)" ]
	[ -z "$(find fleet -perm /077)" ]
	nothing_left
	[ -z "$(ls -d .mcp-fleet.* 2>/dev/null)" ]
	# The secrets are in their files, and nowhere else.
	run ! grep -r s3cret-canary out err config verdicts fleet/fleet.yaml fleet/crontab fleet/lighttpd.conf
}

servers() {
	jq -r '.servers[] | [.slug, .url, .auth.mode, .auth.credential // "-"] | join(" ")' config
}

@test "from .mcp.json of Claude Code: http, sse and stdio, headers, and variables" {
	cat >.mcp.json <<-EOT
	{
	  "mcpServers": {
	    "github": {"type": "http", "url": "$BASE/wall",
	      "headers": {"Authorization": "Bearer s3cret-canary"}},
	    "Acme Search": {"type": "http", "url": "\${ACME_URL:-$BASE}/json",
	      "headers": {"X-Api-Key": "\${ACME_KEY}", "X-Team": "red", "Accept": "*/*"}},
	    "events": {"type": "sse", "url": "$BASE/html"},
	    "files": {"type": "stdio", "command": "npx",
	      "args": ["-y", "@modelcontextprotocol/server-filesystem", "/tmp"],
	      "env": {"TOKEN": "s3cret-canary"}}
	  }
	}
	EOT
	ACME_URL=https://elsewhere.example ACME_KEY=s3cret-canary init .mcp.json
	diff <(servers) - <<-EOT
	github $BASE/wall bearer github
	acme-search $BASE/json none -
	events $BASE/html none -
	EOT
	[ "$(jq -r '.servers[1].title' config)" = 'Acme Search' ]
	diff fleet/credentials/github - <<-EOT
	origin = $BASE
	token = s3cret-canary
	EOT
	# A file may come with a repository: nothing is taken from the environment.
	diff fleet/credentials/acme-search - <<-EOT
	origin = $BASE
	header = X-Api-Key
	value = \${ACME_KEY}
	EOT
	grep -qx '  files: stdio: it runs beside its client, so no region can reach it' out
	grep -q 'Fill in ACME_KEY, and take the # away before auth of acme-search' out
	grep -qx '    not sent: X-Team; a credential holds one header, of visible ASCII' out
	grep -qE '^  # github, on [0-9-]+: ' fleet/fleet.yaml
	grep -qx '  acme-search: healthy' out
	grep -q '^  events: fails at initialize: ' out
	# What it says to type next is enough: the # goes, and it works.
	sed -i 's/\${ACME_KEY}/s3cret-canary/' fleet/credentials/acme-search
	sed -i 's/^    #auth:/    auth:/' fleet/fleet.yaml
	MCP_CREDENTIALS=$PWD/fleet/credentials mcp-fleet -n -c fleet/fleet.yaml >verdicts
	jq -es 'any(.[]; .slug == "acme-search" and .verdict == "green")' verdicts
	# With --env, and once more: nothing is overwritten.
	cp -r fleet before
	run -2 mcp-fleet init .mcp.json
	[ "$output" = "mcp-fleet: $PWD/fleet: exists already; nothing was changed" ]
	diff -r fleet before
	ACME_KEY=s3cret-canary init --env -d "$PWD/other/fleet" .mcp.json
	grep -qx 'value = s3cret-canary' other/fleet/credentials/acme-search
	grep -q '^    auth: {mode: header, credential: "acme-search"}$' other/fleet/fleet.yaml
}

@test "a server that asks for a credential: which file to write" {
	local name=walled
	cat >.mcp.json <<-EOT
	{"mcpServers": {"walled": {"url": "$BASE/wall"}, "open": {"url": "$BASE/json"}}}
	EOT
	init .mcp.json
	grep -A 2 ': auth-walled$' out | diff - <(
		echo "  $name: auth-walled"
		echo "    Next: write its credential to $PWD/fleet/credentials/$name, see FILES in mcp-probe(1),"
		echo "    and take the # away before its auth in $PWD/fleet/fleet.yaml.")
	[ "$(grep -c 'Next: write' out)" -eq 1 ]
	(umask 077; printf 'origin = %s\ntoken = %s\n' "$BASE" s3cret-canary >"fleet/credentials/$name")
	sed -i 's/^    #auth:/    auth:/' fleet/fleet.yaml
	MCP_CREDENTIALS=$PWD/fleet/credentials mcp-fleet -n -c fleet/fleet.yaml >verdicts
	jq -es --arg slug "$name" 'any(.[]; .slug == $slug and .regions[0].state == "healthy")' verdicts
}

# bats test_tags=later
@test "from claude_desktop_config.json: mcp-remote leads to a server" {
	cat >claude_desktop_config.json <<-EOT
	{"globalShortcut": "", "mcpServers": {
	  "linear": {"command": "npx", "args": ["-y", "mcp-remote@0.1.29", "$BASE/json",
	    "--header", "Authorization:\${AUTH_HEADER}"],
	    "env": {"AUTH_HEADER": "Bearer s3cret-canary"}},
	  "bare": {"command": "npx", "args": ["mcp-remote", "$BASE/json"]},
  "alone": {"command": "mcp-server-git"},
  "memory": {"command": "docker", "args": ["run", "-i", "--rm", "mcp/memory"]},
	  "off": {"url": "$BASE/json", "disabled": true}}}
	EOT
	init claude_desktop_config.json
	diff <(servers) - <<-EOT
	linear $BASE/json bearer linear
	bare $BASE/json none -
	EOT
	[ "$(tail -n 1 fleet/credentials/linear)" = 'token = s3cret-canary' ]
	[ "$(grep -c '^  \(memory\|alone\): stdio' out)" -eq 2 ]
	grep -qx '  off: disabled there' out
}

# bats test_tags=later
@test "from .vscode/mcp.json: comments, inputs, and commas at the end" {
	mkdir .vscode
	cat >.vscode/mcp.json <<-EOT
	{
	  // What the extension asks for; "url": "https://not.example"
	  "inputs": [{"type": "promptString", "id": "perplexity-key",
	    "description": "API key", "password": true}],
	  "servers": {
	    /* both of
	       them */
	    "Perplexity": {"type": "http", "url": "$BASE/json", // its server
	      "headers": {"Authorization": "Bearer \${input:perplexity-key}"}},
	    "odd//name": {"url": "$BASE/json?q=/*a*/,}", "headers": {"X-A": "\${env:A}"},},
	    "local": {"type": "stdio", "command": "node", "args": ["\${workspaceFolder}/x.js"]},
	  },
	}
	EOT
	init .vscode/mcp.json
	diff <(servers) - <<-EOT
	perplexity $BASE/json none -
	odd-name $BASE/json?q=/*a*/,} none -
	EOT
	grep -q 'Fill in input:perplexity-key' out
	grep -q 'Fill in env:A' out
	run -2 mcp-fleet init
	[[ $output == *'no source; '*'; there is .vscode/mcp.json' ]]
}

# bats test_tags=later
@test "from .cursor/mcp.json: a url alone, and a variable of the environment" {
	mkdir .cursor
	cat >.cursor/mcp.json <<-EOT
	{"mcpServers": {"notion": {"url": "$BASE/json"},
	  "jot": {"url": "$BASE/json", "headers": {"Authorization": "Bearer \${env:JOT}"}}}}
	EOT
	JOT=s3cret-canary init -e .cursor/mcp.json
	diff <(servers) - <<-EOT
	notion $BASE/json none -
	jot $BASE/json bearer jot
	EOT
}

# bats test_tags=later
@test "from a URL, and from a list of URLs and target records" {
	init "$BASE/json"
	[ "$(servers)" = "127.0.0.1 $BASE/json none -" ]
	# The region is this machine, the store what is there, the line for cron whole.
	jq -e --arg s "$MCP_STORE" '.store == $s and (.regions | length) == 1 and
		.regions[0].runner == "local" and (.site.url | startswith("http://"))' config
	mkdir one
	mv fleet one/
	run -0 env -i PATH="$BIN:/usr/bin:/bin" bash -c "cd /; $(sed -n 's/^\* \* \* \* \* //p' one/fleet/crontab |
		sed "s|$PWD/fleet|$PWD/one/fleet|g; s|MCP_CRED|XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR XDG_STATE_HOME=$XDG_STATE_HOME &|; s|>/dev/null||")"
	redis get probe:127.0.0.1:verdict | jq -e '.verdict'
	# And the other line, by which what expires is told.
	run -0 env -i PATH=/usr/bin:/bin bash -c "set -o pipefail; cd /; $(
		sed -n 's/^0 9 \* \* \* //p' one/fleet/crontab | grep -e --check-expiry |
		sed "s|$PWD/fleet|$PWD/one/fleet|g; s|>/dev/null||")"
	cat >list <<-EOT
	# what we depend on
	$BASE/json

	{"slug": "b", "url": "$BASE/json", "interval": 120, "timeout": 20, "title": "B: #1", "health_tool": {"name": "echo", "arguments": {"text": "\u2028 'x' \"y\" \\\\ \u0085 \u007f: ["}}}
	  $BASE/html
	EOT
	init list
	diff <(servers) - <<-EOT
	127.0.0.1 $BASE/json none -
	b $BASE/json none -
	127.0.0.1-2 $BASE/html none -
	EOT
	jq -e '.servers[1] | .interval == "120s" and .timeout == "20s" and .title == "B: #1" and
		.health_tool.arguments.text == "\u2028 \u0027x\u0027 \"y\" \\ \u0085 \u007f: ["' config
	rm -r fleet
	{ echo "$BASE/json"; echo '{"slug": "x"}'; } >list
	run -2 mcp-fleet init list
	[[ $output == *'list: line 2: no target record' ]]
	[ ! -e fleet ]
}

@test "what strangers write into a client's file is data" {
	keep_order
	mkdir before
	jq -n --arg base "$BASE" '{mcpServers: (
		["../../etc/passwd", "a\nslug: evil", "*x", "&a", "- b", "!!c", "%d", "@e", "`f", "{g", "[h",
			"#i", "j: k", "\"l", "\u0027m", "n\\", "\u2028o", "\u0085p", "~", "null", "yes", "1e3", "",
			" ", "\u202eq", "Ä", "😀", ("z" * 300), "$(touch pwned)", "`touch pwned`", "<<", "--- r"] |
		map({key: ., value: {url: "\($base)/json?a=#{}[],&*!|>\u0027%@`:;$(id)", headers: {
			"X-Key": "s3cret-canary \(.)", "\(.)": "s3cret-canary"}}}) | from_entries)}' >hostile.json
	init hostile.json
	[ ! -e pwned ]
	[ "$(jq '.servers | length' config)" -eq 32 ]
	[ "$(jq -r '[.servers[].slug] | unique | length' config)" -eq 32 ]
	jq -e --arg base "$BASE" 'all(.servers[]; .url == "\($base)/json?a=#{}[],&*!|>\u0027%@`:;$(id)")' config
	jq -e '[.servers[].title] | contains(["*x", "&a", "- b", "!!c", "%d", "j: k", "\"l", "\u0027m", "n\\",
		"~", "Ä", "😀", "$(touch pwned)", "<<", "--- r", "a?slug: evil"])' config
	[ "$(find fleet -type f | sed 's|/[^/]*$||' | sort -u)" = "$(printf '%s\n' fleet fleet/credentials fleet/secrets)" ]
	run ! grep -rP '[\x00-\x08\x0b-\x1f\x7f]' fleet/fleet.yaml out
	rm -r fleet
	# None writes a secret of ours, or of the route.
	jq -n --arg base "$BASE" '{mcpServers: (["ack", "answer", "session", "Store", "slack"] |
		map({key: ., value: {url: "\($base)/json", headers: {Authorization: "Bearer s3cret-canary"}}}) |
		from_entries)}' >ours.json
	init ours.json
	[ "$(cd fleet && echo credentials/* secrets/*)" = "credentials/ack-2 credentials/answer-2$(:
		) credentials/session-2 credentials/slack-2 credentials/store-2 secrets/ack" ]
	[ "$(jq -r '[.servers[].slug] | join(" ")' config)" = "ack-2 answer-2 session-2 store-2 slack-2" ]
	rm -r fleet
	# What holds a secret, or is no URL, is left out, and nothing of it is repeated.
	cat >left.json <<-EOT
	{"mcpServers": {"a": {"url": "https://u:s3cret-canary@mcp.example.com/"},
	  "b": {"url": "https://mcp.example.com/?api_key=s3cret-canary"},
	  "c": {"url": "https://mcp.example.com/\${HOME}"}, "d": {"url": "ftp://x"},
	  "e": {"url": "https://x y"}, "f": 7, "g": {"url": ["x"]}, "h": {"type": "ws", "url": "wss://x"},
	  "i": {"url": "http://mcp.example.com/", "headers": {"Authorization": "Bearer s3cret-canary"}},
	  "j": {"url": "$BASE/json", "headers": {"Authorization": "Bearer s3cret-canary\nX: y"}}}}
	EOT
	init left.json
	[ "$(servers | cut -d ' ' -f 1,3,4)" = "i none -
j none -" ]
	[ "$(sed -n '/^Not for/,/^The store/p' out | wc -l)" -eq 10 ]
	grep -q '^    # A credential is sent over https only' fleet/fleet.yaml
}

@test "what is too large, too deep, no JSON, no file or has no server makes nothing" {
	fails() {
		run -2 mcp-fleet init "$@"
		echo "$output"
		[ "$(wc -l <<<"$output")" -le "${LINES_MAX:-1}" ]
		[ ! -e fleet ]
		nothing_left
	}
	head -c 10000000 /dev/zero | tr '\0' '[' >big.json
	fails big.json
	[[ $output == *'big.json: is larger than 1 MiB'* ]]
	head -c 900000 big.json >deep.json
	fails deep.json
	printf '{"mcpServers": {"a": %s' "$(<deep.json)" >deep.json
	fails deep.json
	echo '{"mcpServers": {' >cut.json
	fails cut.json
	echo '{"mcpServers": {}}' >none.json
	fails none.json
	LINES_MAX=4
	echo '{"mcpServers": {"a": {"command": "x"}, "b": {"type": "stdio"}}}' >stdio.json
	fails stdio.json
	[ "$output" = 'Not for regions:
  a: stdio: it runs beside its client, so no region can reach it
  b: stdio: it runs beside its client, so no region can reach it
mcp-fleet: stdio.json: no server that regions can reach' ]
	LINES_MAX=1
	fails nowhere.json
	fails .
	yes https://mcp.example.com/ | head -n 1001 >many
	fails many
	[[ $output == *'more than 1000 servers; use servers_from'* ]]
	fails -d 'a b' "$BASE/json"
	fails --site 'https://x/"; y' "$BASE/json"
	fails "$BASE/json" more
	fails --store 'unix:///x"; y \' "$BASE/json"
	run -0 mcp-fleet init --help
	[[ $output == 'usage: mcp-fleet init '* ]]
	# Half of it is nothing.
	mkdir locked
	[[ $EUID -eq 0 ]] || { chmod 500 locked; run -3 mcp-fleet init -d locked/fleet "$BASE/json"; }
	[ -z "$(ls -A locked)" ]
}

# bats test_tags=later
@test "lighttpd takes the configuration, and answers with the page" {
	export MCP_SITE_PORT
	MCP_SITE_PORT=$(free_port)
	init --site "http://127.0.0.1:$MCP_SITE_PORT" "$BASE/json"
	MCP_CREDENTIALS=$PWD/fleet/credentials mcp-fleet -c fleet/fleet.yaml >/dev/null
	lighttpd -D -f fleet/lighttpd.conf >web.log 2>&1 3>&- &
	WEB_PID=$!
	eventually curl -sf -o page "http://127.0.0.1:$MCP_SITE_PORT/status/127.0.0.1"
	curl -s "http://127.0.0.1:$MCP_SITE_PORT/badge/127.0.0.1.svg" >badge
	# A site of this machine alone is not served to others.
	run ! curl -sf -o elsewhere "http://127.0.0.2:$MCP_SITE_PORT/status/127.0.0.1"
	kill "$WEB_PID"
	wait "$WEB_PID" || true
	grep -q '<title>' page
	grep -q '<svg' badge
}

# bats test_tags=later
@test "lighttpd listens for others only where the site is for others" {
	local site bind
	while read -r site bind; do
		site=${site#-}
		mcp-fleet init ${site:+--site "$site"} http://127.0.0.1:1/mcp >out
		[ "$(sed -n 's/^server.bind = //p' fleet/lighttpd.conf)" = "$bind" ] ||
			{ echo "$site"; return 1; }
		PATH=$PATH:/usr/sbin lighttpd -tt -f fleet/lighttpd.conf
		! grep -q '^server.bind' fleet/lighttpd.conf ||
			grep -qF "  # The pages, at ${site:-http://localhost:8080}, for this machine alone; " out
		rm -r fleet
	done <<-EOT
	- "127.0.0.1"
	http://LOCALHOST:8081 "127.0.0.1"
	http://127.0.0.3 "127.0.0.3"
	http://[::1]:8081 "[::1]"
	https://status.example.com
	http://localhost.example.com:8081
	http://192.0.2.1:8081
	EOT
}

# bats test_tags=later
@test "a store that does not answer: it says how to start a Redis, with and without systemd" {
	local sudo='' start='service redis-server start'
	((!EUID)) || sudo='sudo '
	[[ ! -d /run/systemd/system ]] || start='systemctl enable --now redis-server'
	init_says() {
		mcp-fleet init --store "$1" http://127.0.0.1:1/mcp >out
		rm -r fleet
		grep -A 3 '^  # No Redis' out
	}
	run -0 init_says redis://127.0.0.1:1
	[ "${lines[2]}" = "  $sudo$start" ]
	[ "${lines[3]}" = "  redis-cli -h 127.0.0.1 -p 1 config set appendonly yes &&$(:
		) redis-cli -h 127.0.0.1 -p 1 config rewrite" ]
	run -0 init_says "unix://$PWD/nowhere"
	[ "${lines[2]}" = "  $sudo$start" ]
	run -0 init_says redis://store.invalid
	[ "${lines[0]}" = '  # No Redis answers at redis://store.invalid: a round needs it.' ]
}

# bats test_tags=later
@test "what is to be typed for a first alert sends one" {
	init "$BASE/json"
	run -2 mcp-alert test --all -c fleet/fleet.yaml
	[[ $output == *'--all: there is no route in the configuration' ]]
	sed -n '/^  # The people to notify/,/^  # Whether/{/^  [^#]/p}' out >typed
	[ "$(wc -l <typed)" -eq 3 ]
	export MCP_CREDENTIALS=$PWD/fleet/credentials
	mkdir credentials
	vendors
	bash -ec "$(<typed)" <credentials/hook >sent
	jq -e '.routes == [{route: "chat", result: "delivered", why: null,
		after_seconds: .routes[0].after_seconds}]' sent
	[ "$(stat -c %a fleet/secrets/slack)" = 600 ]
	# What signs links is there; where it is not, doctor mends it.
	cp fleet/secrets/ack made
	mcp-fleet doctor -c fleet/fleet.yaml --json >found || true
	run ! grep -F 'no file ack' found
	rm fleet/secrets/ack
	mcp-fleet doctor -c fleet/fleet.yaml --json >found || true
	bash -ec "$(jq -r 'select(.finding | contains("has no file ack")).mend' found)"
	run ! cmp made fleet/secrets/ack
	[ "$(sed 's/[0-9a-f]\{64\}$//' made)" = "$(sed 's/[0-9a-f]\{64\}$//' fleet/secrets/ack)" ]
	[[ $(<fleet/secrets/ack) =~ ^for\ =\ ack$'\n'token\ =\ [0-9a-f]{64}$ ]]
	[ "$(stat -c %a fleet/secrets/ack)" = 600 ]
	mcp-fleet doctor -c fleet/fleet.yaml --json >found || true
	run ! grep -E 'no file ack|among the credentials' found
	# Where an older init put them, they work, and doctor says how to move them.
	mv fleet/secrets/* fleet/credentials
	rmdir fleet/secrets
	mcp-fleet doctor -c fleet/fleet.yaml --json >found || true
	jq -se 'any(.[]; .finding == "secrets are among the credentials of servers: ack slack")' found
	run ! grep -E 'no file ack|its secret' found
	bash -ec "$(jq -r 'select(.finding | contains("among the credentials")).mend' found)"
	[ "$(cd fleet && echo credentials/* secrets/*)" = "credentials/* secrets/ack secrets/slack" ]
}

@test "a tool that is missing is named, and nothing is made" {
	mkdir tools
	for tool in bash date dirname find flock getopt grep id realpath rmdir uname; do
		ln -s "$(type -P "$tool")" "tools/$tool"
	done
	ln -s "$BIN"/mcp-* tools/
	run -3 env -i PATH="$PWD/tools" HOME="$PWD" "$ROOT/scripts/mcp-fleet" init "$BASE/json"
	[ "$output" = 'mcp-fleet: jq: not installed' ]
	[ ! -e fleet ]
}

# bats test_tags=later
@test "a store that loses data, and a lighttpd that is not found: it says what to type" {
	redis config set appendonly no >/dev/null
	init "$BASE/json"
	# The Redis of tests has no file to which the second command could write.
	sed -n '/^  # The store: appendonly is off/{n;p}' out | bash || true
	[ "$(redis config get appendonly | tail -n 1)" = yes ]
	! type -P lighttpd >/dev/null || grep -qx "  lighttpd -f $PWD/fleet/lighttpd.conf" out
	# A warning of the configuration, which all programs have, is told once.
	mcp-fleet -v -c fleet/fleet.yaml >round 2>&1
	[ "$(grep -c 'fewer than three regions' round)" -eq 1 ]
	grep -qx 'mcp-fleet: local: 1 of 1 probed, 0 broken, in [0-9]* s' round
	[ ! -x /usr/sbin/lighttpd ] || {
		rm -r fleet
		PATH=$(tr : '\n' <<<"$PATH" | grep -v sbin | paste -s -d :) mcp-fleet init "$BASE/json" >out
		grep -qx "  /usr/sbin/lighttpd -f $PWD/fleet/lighttpd.conf" out
	}
	[ "$EUID" -eq 0 ] || return 0
	rm -r fleet
	unshare --mount bash -ec 'mount -t tmpfs none /usr/sbin
		mcp-fleet init "$1"' unshare "$BASE/json" >out
	grep -qx "  apt-get install lighttpd && /usr/sbin/lighttpd -f $PWD/fleet/lighttpd.conf" out
}

# bats test_tags=later
@test "installed, and with the PATH of cron, it finds its parts and its examples" {
	mkdir -p usr/bin usr/libexec/mcp-fleet usr/share/doc/mcp-fleet/examples
	cp "$ROOT/scripts/mcp-fleet" usr/bin/
	cp "$ROOT"/scripts/{needs,region,init,doctor,doctor_rounds}.bash usr/libexec/mcp-fleet/
	cp -r "$ROOT/scripts/deploy" usr/share/doc/mcp-fleet/examples/
	ln -s "$BIN"/* usr/bin/
	bare() {
		run env -i PATH=/usr/bin:/bin HOME="$PWD" TMPDIR="$TMPDIR" MCP_STORE="$MCP_STORE" \
			XDG_RUNTIME_DIR="$XDG_RUNTIME_DIR" XDG_STATE_HOME="$XDG_STATE_HOME" \
			usr/bin/mcp-fleet "$@"
		echo "$output"
	}
	bare init "$BASE/json"
	[ "$status" -eq 0 ]
	grep -qF "\"bin-path\" => \"$PWD/usr/bin/mcp-serve\"" fleet/lighttpd.conf
	grep -qF "* * * * * MCP_CREDENTIALS=$PWD/fleet/credentials $PWD/usr/bin/mcp-fleet -c $PWD/fleet/fleet.yaml >/dev/null" fleet/crontab
	[ "$(wc -l <fleet/crontab)" -eq 2 ]
	# Only the page is not there yet; the mend of that is the file that was made.
	bare doctor -c fleet/fleet.yaml
	[ "$status" -eq 1 ]
	[ "$(grep -c ^FAIL <<<"$output")" -eq 1 ]
	[[ $output == *"FAIL  site "* ]]
	mkdir -p "$PWD/one"
	mv usr/libexec/mcp-fleet/init.bash one/
	bare init "$BASE/json"
	[ "$status" -eq 3 ]
}

# secrets: the configuration of a client, of a server for each line: what is its secret,
# which is that of Authorization if it begins with a scheme.
secrets() {
	jq -nR '{mcpServers: ([inputs] | to_entries | map({key: "s\(.key)", value: {
		url: "http://127.0.0.1:1/a", headers: {
			(if .value | test("^Bearer") then "Authorization" else "X-Api-Key" end): .value}}}) |
		from_entries)}' >client.json
}

# bats test_tags=later
@test "what people write for a secret is to be filled in, and never sent" {
	secrets <<-'EOT'
	Bearer $NAME
	Bearer ${NAME}
	Bearer ${env:NAME}
	Bearer ${input:x}
	Bearer ${{ secrets.NAME }}
	Bearer {env:NAME}
	Bearer {file:~/.name}
	Bearer {api_key}
	Bearer {{API_KEY}}
	Bearer %NAME%
	Bearer $env:NAME
	Bearer $(cat ~/.token)
	Bearer `cat ~/.token`
	Bearer YOUR_API_KEY
	Bearer your-token-here
	Bearer YOUR TOKEN
	Bearer <token>
	Bearer <YOUR API KEY>
	Bearer [token]
	Bearer xxx
	Bearer ghp_xxxxxxxxxxxx
	Bearer sk-XXXX
	Bearer ...
	Bearer sk-...
	Bearer …
	Bearer ****
	Bearer ghp_****
	Bearer TOKEN
	Bearer GITHUB_TOKEN
	Bearer access-token
	Bearer replace_me
	Bearer changeme
	Bearer insert-key-here
	Bearer op://vault/item/field
	Bearer
	Bearer ${NAME:-$OTHER}
	$NAME
	%NAME%
	<your-api-key>
	API_KEY
	abc$NAME

	EOT
	mcp-fleet init client.json >out
	[ "$(jq '.mcpServers | length' client.json)" -gt 40 ]
	diff <(made | tr ';' '\n' | sed 's/[=?].*//' | sort) <(jq -r '.mcpServers | keys[] | ., .' client.json | sort)
	[ "$(grep -c '^  # Fill in .*, and take the # away before auth of s[0-9]*:$' out)" -eq \
		"$(jq '.mcpServers | length' client.json)" ]
	[ "$(grep -c '^    # Once .* is filled in, in credentials/s[0-9]*:$' fleet/fleet.yaml)" -eq \
		"$(jq '.mcpServers | length' client.json)" ]
	run ! grep '^    auth:' fleet/fleet.yaml
	rm -r fleet
	# What may be a part of a secret is not repeated.
	secrets <<<'s3cret$canary'
	mcp-fleet init client.json >out
	run ! grep -r canary out fleet/fleet.yaml
	rm -r fleet
	# What a secret looks like is sent.
	secrets <<-'EOT'
	ghp_16C7e42F292c6912E7710c838347Ae178B4a
	lin_api_9sYxQzLm2
	eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123
	$2y$10$4567
	Basic dXNlcjpwYXNz
	a1b2+c3/d4==
	50%25off
	EOT
	mcp-fleet init client.json >out
	made >line
	run ! grep -F '?' line
	[ "$(grep -c '^    auth: {mode: ' fleet/fleet.yaml)" -eq "$(jq '.mcpServers | length' client.json)" ]
}

# bats test_tags=later
@test "variables of an entry and of the environment fill what names them" {
	cat >client.json <<-'EOT'
	{"mcpServers": {
	  "own": {"command": "npx", "args": ["mcp-remote", "http://127.0.0.1:1/a", "--header", "X-Key: ${K}"],
	    "env": {"K": "${OUTER}"}},
	  "dollar": {"httpUrl": "http://127.0.0.1:1/b", "headers": {"Authorization": "Bearer $OUTER"}},
	  "brace": {"url": "http://127.0.0.1:1/c", "headers": {"Authorization": "Bearer {env:OUTER}"}},
	  "percent": {"url": "http://127.0.0.1:1/d", "headers": {"Authorization": "Bearer %OUTER%"}},
	  "input": {"command": "npx", "args": ["mcp-remote", "http://127.0.0.1:1/e", "--header", "X-Key: ${K}"],
	    "env": {"K": "${input:k}"}}}}
	EOT
	OUTER='s3cret-$canary' mcp-fleet init client.json >out
	[ "$(made)" = "own=/a;dollar=/b;brace=/c;percent=/d;input=/e;own?OUTER;dollar?OUTER;$(:
		)brace?env:OUTER;percent?OUTER;input?input:k" ]
	rm -r fleet
	OUTER='s3cret-$canary' mcp-fleet init -e client.json >out
	[ "$(made)" = "own=/a:header;dollar=/b:bearer;brace=/c:bearer;percent=/d:bearer;$(:
		)input=/e;input?input:k" ]
	[ "$(tail -qn 1 fleet/credentials/{own,brace} | paste -s)" = \
		$'value = s3cret-$canary\ttoken = s3cret-$canary' ]
	run ! grep -r canary out fleet/fleet.yaml
}
