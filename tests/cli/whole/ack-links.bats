#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2030,SC2031 # each test is a subshell
# Goal: in a fleet that `mcp-fleet init` made, whoever clicks the link of a message has
# acknowledged it, behind each web server whose files are shipped; and where the link
# leads nowhere, doctor says so, with what mends it.

bats_require_minimum_version 1.5.0
load ../../helpers/alert
load ../../helpers/sinks
load ../../helpers/site

setup() {
	alert_setup
	PATH=$ROOT/scripts:$BIN:$PATH:/usr/sbin
	export HOME=$PWD XDG_RUNTIME_DIR=$PWD XDG_STATE_HOME=$PWD/state MCP_FLEET_TIMEOUT=300
	unset MCP_CREDENTIALS
	vendors
	WEB=http://127.0.0.1:$(free_port)
}

teardown() {
	local file
	for file in "$BATS_TEST_TMPDIR"/fleet/*.pid "$BATS_FILE_TMPDIR"/*.pid; do
		[[ ! -s $file ]] || pids+=("$(<"$file")")
	done
	alert_teardown
}

# made: a fleet, with what init says to type for its route; Slack got a message of
# an outage, with a link, which is then in LINK.
made() {
	mcp-fleet init --site "$WEB" http://127.0.0.1:1/mcp >said
	sed -n '/^  # The people to notify/,/^  # Whether/{/^  [^#]/p}' said | sed '$d' >typed
	bash -ec "$(<typed)" <credentials/hook
	export MCP_CREDENTIALS=$PWD/fleet/credentials MCP_CONFIG=$PWD/fleet/fleet.yaml
	T=$(($(date +%s) / 60 * 60 - 300))
	minutes 0 4 eu,us initialize http.503 127.0.0.1 | alert 0
	LINK=$(taken 'map(.body.attachments[0].actions[]? | select(.text == "Acknowledge").url) | last')
	[[ $LINK == "$WEB/ack/"* ]]
}

# operates BY PORT: whoever has a link to the console signs in, and sees it.
operates() {
	local to=http://127.0.0.1:$2 link
	link=$(mcp-alert link "$1")
	[[ $link == "$WEB/ops/link/"* ]]
	curl -s --max-time 60 -o page "$to${link#"$WEB"}"
	grep -q "signs you in as $1" page
	rm -f jar
	curl -s --max-time 60 -o page -c jar -X POST -H 'Content-Type: application/x-www-form-urlencoded' \
		-d '' "$to${link#"$WEB"}"
	for path in /ops /ops/servers /ops/server/127.0.0.1 '/ops?page=2'; do
		curl -s --max-time 60 -w '%{http_code}' -b jar -o page "$to$path" >code
		[ "$(<code)" = 200 ] || { echo "$1: $path $(<code)"; return 1; }
		grep -q "<span>$1</span>" page
	done
	grep -q '127.0.0.1 is down' page
}

# clicks BY PORT: whoever clicks the link there sees the page, and then has it.
clicks() {
	local url=http://127.0.0.1:$2${LINK#"$WEB"} from
	from=$(mcp-alert list -f jsonl | jq -r '.acknowledged_by // ""')
	curl -s --max-time 60 -w '%{http_code}' -o page "$url" >code
	[ "$(<code)" = 200 ] || { echo "$1: $(<code)"; cat page; return 1; }
	grep -q '127.0.0.1 is down' page
	curl -s --max-time 60 -o page "$url" --data-urlencode "by=$1" --data-urlencode "from=$from" \
		-d do=take
	grep -q "$1 has acknowledged it until" page
	[ "$(mcp-alert list -f jsonl | jq -r .acknowledged_by)" = "$1" ]
	operates "$1" "$2"
}

# again SCRIPT: the second web server starts with a file that sed has changed.
again() {
	sed -i "$1" other.conf
	kill "${pids[-1]}"
	wait "${pids[-1]}" || true
	unset 'pids[-1]'
	lighttpd -f other.conf -D 3>&- &
	pids+=($!)
	eventually curl -s -o answer "http://127.0.0.1:$PORT/favicon.svg"
}

# doctor: its findings, as JSON, in found.
doctor() {
	mcp-fleet doctor -c fleet/fleet.yaml --json >found || true
	cat found
}

# bats test_tags=later
@test "what init made: the link of a message acknowledges behind lighttpd, nginx and Apache" {
	local way port
	made
	lighttpd -f fleet/lighttpd.conf -D 3>&- &
	pids+=($!)
	eventually curl -s -o answer "$WEB/favicon.svg"
	clicks init "${WEB##*:}"
	doctor
	jq -se 'any(.[]; .status == "ok" and .finding == "acknowledge links work")' found
	# The shipped files, in the place of the folder that they name.
	cd fleet
	mkdir empty cache
	lighttpd_conf cgi "$(free_port)" >cgi.conf
	lighttpd -f cgi.conf -D 3>&- &
	pids+=($!)
	port=$(sed -n 's/^server.port = //p' cgi.conf)
	eventually curl -s -o answer "http://127.0.0.1:$port/favicon.svg"
	clicks lighttpd-cgi "$port"
	fcgiwrap -s "unix:$PWD/wrap.sock" 3>&- &
	pids+=($!)
	NGINX_PORTS=("$(free_port)" "$(free_port)")
	{
		nginx_head
		PORT=${NGINX_PORTS[0]} example nginx-fastcgi.conf
		PORT=${NGINX_PORTS[1]} example nginx-cgi.conf
		echo "}"
	} | sed "s|include fastcgi_params|include /etc/nginx/fastcgi_params|" >nginx.conf
	nginx -c "$PWD/nginx.conf" -g "user $(id -un) $(id -gn);" 3>&-
	clicks nginx-fastcgi "${NGINX_PORTS[0]}"
	clicks nginx-cgi "${NGINX_PORTS[1]}"
	not_root true || skip 'no namespace of users to be had here, and Apache refuses root'
	for way in fastcgi cgi; do
		PORT=$(free_port)
		SITE=$PWD apache_conf "$way" >apache.conf
		not_root apache2 -f "$PWD/apache.conf" 3>&-
		eventually curl -s -o answer "http://127.0.0.1:$PORT/ack/x"
		clicks "apache-$way" "$PORT"
	done
}

@test "a link that leads nowhere: doctor says why, and mends it" {
	made
	lighttpd -f fleet/lighttpd.conf -D 3>&- &
	pids+=($!)
	eventually curl -s -o answer "$WEB/favicon.svg"
	# As where another user has the web server, and no copy, or an old one.
	sed "s|$PWD/fleet/web|$PWD/site/web|" fleet/lighttpd.conf >other.conf
	sed -i "s|^server.port.*|server.port = $(free_port)|; s|serve.sock|other.sock|" other.conf
	mkdir -p -m 700 site/web
	lighttpd -f other.conf -D 3>&- &
	pids+=($!)
	PORT=$(sed -n 's/^server.port = //p' other.conf)
	sed -i "s|$WEB|http://127.0.0.1:$PORT|" fleet/fleet.yaml
	eventually curl -s -o answer "http://127.0.0.1:$PORT/favicon.svg"
	for text in '' 'for = ack
token = 0123456789012345678901234567890123456789012345678901234567890123'; do
		(umask 077; echo "$text" >site/web/ack)
		doctor
		[ "$(jq -r 'select(.subject == "routes" and .status == "fail").finding' found)" = \
			"acknowledge links answer 404: the mcp-alert of$(:
			) http://127.0.0.1:$PORT/ack/ has no secret ack, or another one" ]
	done
	mend=$(jq -r 'select(.finding | contains("answer 404")?).mend' found)
	[ "${mend#sudo }" = "install -m 400 -o $(id -un) $PWD/fleet/secrets/ack $PWD/fleet/web" ]
	cp fleet/secrets/ack site/web
	doctor
	jq -se 'any(.[]; .finding == "acknowledge links work")' found
	# The file of an older version has no short ones, which matter in a text message.
	again 's/ack|a|answer|ops|/ack|answer|ops|/g'
	doctor
	[ "$(grep -c 'short links' found)" = 0 ]
	sed -i "s|^  routes:|&\n    - {name: texts, type: twilio_sms, secret: twilio, from: '+15551230123', to: ['+15551230124']}|" fleet/fleet.yaml
	doctor
	jq -se --arg at "http://127.0.0.1:$PORT/a/" 'any(.[]; .status == "fail" and
		.finding == "the short links of text messages do not work: \($at) does not come from mcp-alert")' found
	# A web server that gives all of them to the pages.
	again 's/ack|answer|ops|/answer|ops|/g'
	doctor
	jq -se --arg at "http://127.0.0.1:$PORT/ack/" 'any(.[]; .status == "fail" and
		.finding == "acknowledge links do not work: \($at) answers 404, but not from mcp-alert")' found
}

# in_etc COMMAND…: as root of a machine with the users of the units, in whose
# /etc/mcp-fleet nothing is yet.
in_etc() {
	[[ -d etc ]] || cp -a /etc etc
	rm -rf etc/mcp-fleet
	[[ $(<etc/passwd) == *mcp-alert:* ]] || printf '%s\n' \
		"mcp-fleet:x:64001:64001::$PWD:/bin/sh" "mcp-alert:x:64002:64002::$PWD:/bin/sh" >>etc/passwd
	[[ $(<etc/group) == *mcp-alert:* ]] ||
		printf '%s\n' mcp-fleet:x:64001: mcp-alert:x:64002: >>etc/group
	unshare --mount bash -ec 'mount --bind etc /etc; "$@"' in_etc "$@"
}

# by_the_units: what the units and the web server do there, each as its user.
by_the_units() {
	mcp-fleet init -d /etc/mcp-fleet --store redis://127.0.0.1:1 --site "$WEB" \
		http://127.0.0.1:1/mcp >said
	[ "$(stat -c '%U %a' /etc/mcp-fleet/{alert,web}/ack | paste -s -d,)" = 'mcp-alert 600,www-data 600' ]
	url=$(runuser -u mcp-alert -- env MCP_CREDENTIALS=/etc/mcp-fleet/alert PATH="$PATH" \
		mcp-alert test -n --all -f jsonl -c with-route.yaml | jq -r .ack_url)
	runuser -u www-data -- env MCP_CREDENTIALS=/etc/mcp-fleet/web PATH="$PATH" \
		GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET SCRIPT_NAME=/ack \
		MCP_CONFIG=/etc/mcp-fleet/fleet.yaml PATH_INFO="${url#"$WEB/ack"}" mcp-alert </dev/null
}

# bats test_tags=later
@test "made by root for the units: the users of alerts and of the web server have the same secret" {
	[ "$EUID" -eq 0 ] || skip 'needs root'
	runuser -u nobody -- test -x "$BIN/mcp-alert" || skip 'others cannot run what is here'
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR/.." "$BATS_FILE_TMPDIR" "$PWD"
	printf '%s\n' "site: {url: \"$WEB\"}" 'regions: [{name: local, runner: local}]' 'servers: []' \
		'alerts: {routes: [{name: a, type: command, command: [cat]}]}' >with-route.yaml
	export -f by_the_units
	export WEB
	run in_etc by_the_units
	echo "$output"
	[[ $output == *'This address works'* ]]
}
