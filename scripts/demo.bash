# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# mcp-fleet demo: an outage, a change of tools, a stale cache and a recovery on this
# machine, described as they happen; see mcp-fleet(1), DEMO.
# shellcheck disable=SC2016 # programs of jq and awk
# shellcheck disable=SC2154,SC2034 # variables of mcp-fleet
#
# The servers are real: each is the MCP server of mcp-serve behind its own lighttpd. The
# store, the regions and the alerts work as in any fleet. Nothing remains, even if this
# is killed: a watcher outlives it for a moment and cleans up.

quick=false dir='' sessions=() start=0 page='' told=0 alive='' watcher=''

demo_usage() {
	cat <<-'END'
	usage: mcp-fleet demo [-q]

	Shows an outage, changed tools, a stale cache and a recovery on this machine in
	five minutes, and says where to look. Leaves nothing behind.

	options:
	  -h, --help            print this help
	  -q, --quick           do not wait: the demo begins five minutes ago

	exit status:
	  0  shown, or interrupted
	  2  usage
	  3  this machine failed

	See mcp-fleet(1).
	END
}

demo_settings() {
	local args
	args=$(getopt -n "$me demo" -o hq -l help,quick -- "$@") ||
		{ say "see $me demo --help"; exit 2; }
	eval set -- "$args"
	while :; do
		case $1 in
		-h | --help) demo_usage; exit 0 ;;
		-q | --quick) quick=true ;;
		--) shift; break ;;
		esac
		shift
	done
	[[ $# -eq 0 ]] || die 2 "$1: one argument too many"
}

# begin COMMAND…: starts it in the background, in its own session, which ends as a
# whole. The session is listed before the command starts, in case this is killed.
begin() {
	# shellcheck disable=SC2016 # of the shell that becomes the command
	setsid bash -c 'echo $$ >>"$0"; exec "$@"' "$dir/sessions" "$@" <&0 {alive}>&- &
	sessions+=($!)
}

# The watcher. Its standard input has one line, a folder. When the last writer closes
# it, the watcher ends the sessions that the folder lists, waits for their end, and
# removes the folder.
clean_up='
IFS= read -r dir && cat
cd / && [[ -d $dir ]] || exit 0
mapfile -t all <"$dir/sessions"
for signal in TERM KILL; do
	for i in {1..50}; do
		left=
		for s in "${all[@]}"; do
			kill -"$signal" -- "-$s" 2>/dev/null && left=1
		done
		[[ $left ]] || break 2
		sleep 0.1
	done
done
rm -rf -- "$dir"'

# watch_over: makes the folder, which is removed when nobody has alive open. The watcher
# ignores signals from the start, and runs before the folder exists.
watch_over() {
	trap "" HUP INT TERM
	exec {alive}> >(exec setsid bash -c "$clean_up" >/dev/null 2>&1)
	watcher=$!
	dir=${TMPDIR:-/tmp}/$me.$(head -c 6 /dev/urandom | base32 | tr -d =)
	trap 'trap "" HUP INT TERM; exec {alive}>&-; wait "$watcher" "${sessions[@]}" || :' \
		EXIT
	trap 'exit 0' HUP INT TERM
	printf '%s\n' "$dir" >&"$alive"
	mkdir -m 700 -- "$dir"
	: >"$dir/sessions"
}

# until_true COMMAND…: waits until the command succeeds.
until_true() {
	local i
	for ((i = 0; i < 300; i++)); do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	return 1
}

free_port() {
	local port
	for ((port = 8080 + ${1:-0}; port < 9000; port++)); do
		(: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}

# serve NAME PROGRAM [MORE]: starts a web server with the pages and the MCP server of
# this mcp-serve, at the earlier port of the name, or a free one; MORE is added to its
# configuration.
declare -A ports=() servers=()
serve() {
	local name=$1 taken=${#ports[@]}
	ports[$name]=${ports[$name]:-$(free_port $((10 * taken)))}
	cat >"$dir/$name.conf" <<-CONF
		server.modules = ("mod_fastcgi", "mod_proxy")
		server.document-root = "$dir/empty"
		server.bind = "127.0.0.1"
		server.port = ${ports[$name]}
		server.errorlog = "$dir/$name.log"
		fastcgi.server = ("/" => (("socket" => "$dir/$name.sock", "bin-path" => "$2",
			"max-procs" => 1, "bin-environment" => ("MCP_STORE" => "$MCP_STORE",
				"MCP_SITE" => "http://127.0.0.1:${ports[$name]}"),
			"check-local" => "disable", "fix-root-scriptname" => "enable")))
		${3-}
	CONF
	begin lighttpd -D -f "$dir/$name.conf" >"$dir/$name.out" 2>&1
	servers[$name]=$!
	until_true curl -qs -o /dev/null "http://127.0.0.1:${ports[$name]}/healthz" ||
		die 3 "lighttpd does not start: $(tail -n 3 "$dir/$name.log" | tr '\n' ' ')"
}

halt() {
	kill -TERM -- "-${servers[$1]}"
	wait "${servers[$1]}" 2>/dev/null || :
}

# edge TOKYO: the proxy before the server shop sends each region to the new one, and
# Tokyo, if asked, to the old one, like a cache that was not emptied.
edge() {
	cat <<-CONF
		\$HTTP["url"] =~ "^/shop/" {
			fastcgi.server = ()
			proxy.header = ("map-urlpath" => ("/shop/" => "/"))
			proxy.server = ("" => (("host" => "127.0.0.1", "port" => ${ports[new]})))
			\$REQUEST_HEADER["X-Probe-Region"] == "ap-northeast-1" {
				proxy.server = ("" => (("host" => "127.0.0.1", "port" => ${ports[$1]})))
			}
		}
	CONF
}

# begin_all: starts the store, the servers, the pages and the configuration.
begin_all() {
	local serve next=$dir/mcp-serve
	serve=$(type -P mcp-serve)
	export MCP_STORE=unix://$dir/redis.sock MCP_CONFIG=$dir/fleet.yaml
	begin redis-server --port 0 --unixsocket "$dir/redis.sock" --dir "$dir" \
		--save '' --appendonly yes --maxmemory-policy noeviction >"$dir/redis.log"
	until_true env -u MCP_CONFIG mcp-aggregate status store -f jsonl ||
		die 3 "redis-server does not start: $(tail -n 1 "$dir/redis.log")"
	mkdir "$dir/empty"
	# The next version of the shop: a tool has another name.
	sed 's/"name": "server_status"/"name": "server_health"/' "$serve" >"$next"
	chmod 700 "$next"
	"$next" --version >/dev/null || die 3 "$dir: programs cannot be run there"
	serve mail "$serve"
	serve old "$serve"
	serve new "$serve"
	serve pages "$serve" "$(edge new)"
	page=http://127.0.0.1:${ports[pages]}
	cat >"$MCP_CONFIG" <<-YAML
		store: $MCP_STORE
		site: {url: "$page", title: The demo}
		regions:
		  - {name: us-east-1, runner: local, provider: here}
		  - {name: eu-west-2, runner: local, provider: there}
		  - {name: ap-northeast-1, runner: local, provider: elsewhere}
		servers:
		  - {slug: mail, url: "http://127.0.0.1:${ports[mail]}/mcp"}
		  - {slug: shop, url: "$page/shop/mcp"}
		alerts:
		  routes:
		    - {name: phone, type: command, command: [tee, -a, $dir/phone]}
	YAML
	: >"$dir/phone"
}

# tell TEXT…: prints a paragraph.
tell() {
	printf '%s\n' "$*" | fold -s -w 78 | sed 's/ *$//'
}

# look COMMAND…: prints commands to type or URLs to open, one per line.
look() {
	printf '    %s\n' "$@"
	echo
}

# minute N: probes from every region, judges and sends alerts. With --quick, all of it
# is dated to the N-th of the last five minutes.
minute() {
	local region now at probes=()
	now=$(date +%s)
	if $quick; then
		at=$((start + 60 * $1))
	else
		at=$now
		(($1 == 0)) || {
			begin sleep $((60 - now % 60))
			wait $!
			at=$(date +%s)
		}
	fi
	for region in us-east-1 eu-west-2 ap-northeast-1; do
		mcp-aggregate targets -r "$region" 2>>"$dir/said" |
			env -u MCP_REGION mcp-probe --targets - -r "$region" -f jsonl 2>>"$dir/said" |
			jq -c --argjson quick "$quick" --argjson at "$at" 'if $quick | not then .
				elif .probe_started_at then .probe_started_at = $at
				else .at = $at end' >"$dir/$region.jsonl" &
		probes+=($!)
	done
	wait "${probes[@]}" || :
	$quick || at=$(date +%s)
	cat "$dir"/*.jsonl | mcp-aggregate ingest 2>>"$dir/said" ||
		die 3 "the store refused the records: $(tail -n 1 "$dir/said")"
	printf -- '-- %s\n' "$(date -d "@$at" +%H:%M:%S)"
	mcp-aggregate verdict -f jsonl -N "$at" 2>>"$dir/said" >"$dir/verdicts" || :
	mcp-alert -N "$at" <"$dir/verdicts" >/dev/null 2>>"$dir/said" || :
	jq -r '"    \(.slug): \(.verdict)" + if .failing == [] then "" else
		", fails at \(.step) from \(.failing | join(", "))" end' "$dir/verdicts"
	tail -n +$((told + 1)) "$dir/phone" |
		jq -r '"    the phone: \(.headline // .summary)"'
	told=$(wc -l <"$dir/phone")
}

# The five minutes.
show() {
	tell "Two MCP servers, mail and shop, run on this machine, and three regions, which" \
		"are all here, probe each of them once a minute. This is their public page:"
	look "$page/"
	minute 0
	halt mail
	tell "The server mail is stopped. Three regions see it, so it is an outage at once," \
		"and the phone rings within the minute."
	minute 1
	look "$page/status/mail" "$page/badge/mail.svg" \
		"curl -i $page/api/embed-status/mail" \
		"$bin/mcp-alert list -c $MCP_CONFIG" \
		"$bin/mcp-alert explain mail -c $MCP_CONFIG"
	serve mail "$(type -P mcp-serve)"
	halt new
	serve new "$dir/mcp-serve"
	halt pages
	serve pages "$(type -P mcp-serve)" "$(edge old)"
	tell "mail is back; that counts once it has worked for three minutes. Meanwhile shop" \
		"is deployed again, where the tool server_status is called server_health; but a" \
		"cache near Tokyo was not emptied, and hands out the old list."
	minute 2
	look "$page/status/shop/tools" "$page/status/shop/changes" \
		"$bin/mcp-aggregate explain shop -c $MCP_CONFIG"
	tell "A minute later it is no deploy under way any more: clients near Tokyo call a" \
		"tool that was removed."
	minute 3
	look "$page/status/shop"
	halt pages
	serve pages "$(type -P mcp-serve)" "$(edge new)"
	tell "The cache is emptied. mail has worked for three minutes, so its outage is over."
	minute 4
	look "$page/" "$page/status/mail/feed.atom" \
		"$bin/mcp-alert history mail -c $MCP_CONFIG"
}

demo() {
	local bin
	demo_settings "$@"
	PATH=$PATH:/usr/sbin
	need mcp-aggregate mcp-alert mcp-probe mcp-serve redis-server lighttpd curl jq
	bin=$(dirname -- "$(type -P mcp-alert)")
	unset MCP_STORE_PASSWORD_FILE MCP_CREDENTIALS CREDENTIALS_DIRECTORY
	start=$(($(date +%s) - 240))
	watch_over
	begin_all
	show
	[[ ! -t 0 ]] || read -r -p 'Enter ends it, and removes all of it. ' || :
}
