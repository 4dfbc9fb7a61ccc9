#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: what scripts/deploy has for web servers and for systemd is what these
# take; and through nginx and lighttpd, as CGI, as FastCGI with a cache and as
# files, the answers are those of the contract.

bats_require_minimum_version 1.5.0
load ../../helpers/site

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	PATH=$PATH:/usr/sbin
	redis_start "$BATS_FILE_TMPDIR/redis"
	export AS_OF PATH
	servers $(($(date +%s) / 60 * 60))
	HASH=$(printf %s "$TOKEN" | sha256sum)
	redis hset fleet:accounts "acme ${HASH%% *}" \
		"{\"token_sha256\":\"${HASH%% *}\",\"slugs\":[\"veiled\"]}" >/dev/null
	mkdir -p empty cache www
	(umask 077; mkdir web; echo 'token = a canary of more than 43 characters, for it signs' >web/ack)
	echo "store: unix://$REDIS_SOCK" >fleet.yaml
	"$BIN/mcp-serve" render www
	incident_start
	workers_start
	fcgiwrap -s "unix:$PWD/wrap.sock" 2>wrap.err 3>&- &
	echo $! >>pids
	nginx_start
	lighttpd_start
}

teardown_file() {
	local pid
	cd "$BATS_FILE_TMPDIR" || return 1
	cat ./*.pid >>pids
	while read -r pid; do
		kill "$pid"
	done <pids
	redis_stop
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
}

# An open incident, and the path of its short address, SHORT.
incident_start() {
	local now
	export SHORT
	now=$(date +%s)
	{
		cat fleet.yaml
		printf '%s\n' 'regions: [{name: eu}, {name: us}]' 'site: {url: "https://status.example.com"}' \
			'servers: [{slug: down, url: "https://down.example.com/mcp"}]' \
			'alerts: {routes: [{name: pager, type: command, command: [cat]}]}'
	} >told.yaml
	for region in eu us; do
		jq -cn --arg r $region --argjson t "$now" '{v: 1, type: "probe", slug: "down", region: $r,
			probe_id: $r, probe_started_at: ($t - 5), url: null, state: "broken",
			failed_step: "dns", error: "dns.nxdomain", total_ms: 3, protocol: null, era: null,
			tool_hash: null, full_hash: null, tool_count: null}'
	done >probed
	"$BIN/mcp-aggregate" verdict - <probed >verdicts || [ $? = 1 ]
	MCP_CREDENTIALS=$PWD/web "$BIN/mcp-alert" -c told.yaml <verdicts >told 2>told.err
	SHORT=$(jq -r '.ack_short_url' told)
	SHORT=${SHORT#https://status.example.com}
	[[ $SHORT == /a/???????? ]]
}

# Three workers at one socket, as systemd starts them.
workers_start() {
	mkfifo ready
	perl -MSocket -MPOSIX -e '$| = 1; my $path = shift;
		socket(S, PF_UNIX, SOCK_STREAM, 0) or die;
		bind(S, pack_sockaddr_un($path)) && listen(S, 128) or die;
		POSIX::dup2(fileno(S), 0);
		for (1 .. 3) { my $pid = fork; exec @ARGV if !$pid; print "$pid\n" }' \
		serve.sock "$BIN/mcp-serve" >ready 2>serve.err 3>&- &
	head -n 3 ready >>pids
}

nginx_start() {
	export FASTCGI CGI FILES
	FASTCGI=$(free_port) CGI=$(free_port) FILES=$(free_port)
	{
		nginx_head
		PORT=$FASTCGI example nginx-fastcgi.conf
		PORT=$CGI example nginx-cgi.conf
		PORT=$FILES example nginx-files.conf
		echo "}"
	} | sed "s|include fastcgi_params|include /etc/nginx/fastcgi_params|" >nginx.conf
	# In the background once it listens.
	nginx -c "$PWD/nginx.conf" -g "user $(id -un) $(id -gn);" 3>&-
}

lighttpd_start() {
	local way
	export LIGHTY_FASTCGI LIGHTY_CGI
	LIGHTY_FASTCGI=$(free_port) LIGHTY_CGI=$(free_port)
	for way in fastcgi:$LIGHTY_FASTCGI cgi:$LIGHTY_CGI; do
		lighttpd_conf "${way%:*}" "${way#*:}" >"${way%:*}.conf"
		lighttpd -f "${way%:*}.conf" 3>&-
	done
}

# ask PORT PATH [ARGS…]: CODE, and the files fields and body.
ask() {
	curl -s --max-time 60 --path-as-is -D fields.raw -o body "${@:3}" \
		"http://127.0.0.1:$1$2" || return
	tr -d '\r' <fields.raw >fields
	CODE=$(sed -n '1s/^[^ ]* \([0-9]*\).*/\1/p' fields)
	[[ -e body ]] || : >body
}

# tells NAME: the value of a field of the answer.
tells() {
	sed -n "s/^$1: //Ip" fields
}

# contract PORT: what every way leads to.
contract() {
	local etag
	etag="\"v1-$(date -u -d "@$AS_OF" +%Y-%m-%dT%H:%M:%SZ)\""
	ask "$1" /api/embed-status/example-mcp
	[ "$CODE $(jq -r .state body)" = "200 up" ]
	[[ $(tells ETag) == "${etag%?}"* ]]
	[ "$(tells Cache-Control)" = "public, max-age=60, stale-while-revalidate=300" ]
	[ "$(tells Access-Control-Allow-Origin) $(tells Vary)" = "* Accept-Encoding" ]
	[ "$(tells X-Content-Type-Options)" = nosniff ]
	[ -z "$(tells Set-Cookie)" ]
	ask "$1" /api/embed-status/example-mcp -H "If-None-Match: \"x\", W/$(tells ETag)"
	[ "$CODE" = 304 ]
	[ ! -s body ] || ! grep -q state body
	rm -f body
	ask "$1" /api/embed-status/example-mcp -I
	[ "$CODE" = 200 ]
	ask "$1" /api/embed-status/example-mcp -d x=y
	[ "$CODE $(tells Allow)" = "405 GET, HEAD" ]
	# What agents ask may be 64 KiB long.
	printf '%65536s' '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"server_status","arguments":{"slug":"example-mcp"}}}' >asked
	ask "$1" /mcp -H 'Content-Type: application/json' -H 'Expect:' --data-binary @asked
	[ "$CODE $(jq -r .result.structuredContent.state body)" = "200 up" ]
	[ "$(tells Cache-Control)" = "private, no-store" ]
	ask "$1" /mcp -H 'Content-Type: application/json' -H 'Expect:' --data-binary "@asked" \
		--data-binary x
	[ "$CODE" = 413 ]
	ask "$1" /mcp
	[ "$CODE $(tells Allow)" = "405 POST" ]
	ask "$1" /api/embed-status/old
	[ "$CODE $(jq -r .error body)" = "503 stale" ]
	ask "$1" /api/embed-status/nope
	[ "$CODE $(tells Cache-Control)" = "404 public, max-age=5" ]
	ask "$1" '/badge/example-mcp.svg?style=card&label=a+b'
	[ "$CODE $(tells Content-Type)" = "200 image/svg+xml; charset=utf-8" ]
	grep -q '>a b</text>' body
	ask "$1" '/api/embed-status-prom?slug=broken'
	grep -q '^alivemcp_state{slug="broken"} 0$' body
	ask "$1" /status/partly
	grep -q 'class="headline text-part"' body
	ask "$1" /api/embed-status/example%2Dmcp
	[ "$CODE" = 200 ]
	ask "$1" /api/embed-status/..%2fexample-mcp
	[ "$CODE" -ge 400 ]
	ask "$1" /api/embed-status/veiled
	[ "$CODE" = 404 ]
	ask "$1" /api/embed-status/veiled -H "Authorization: Bearer $TOKEN"
	[ "$CODE $(jq -r .state body)" = "200 down" ]
	[ "$(tells Cache-Control) $(tells Vary)" = "private, no-store Authorization" ]
	ask "$1" /api/embed-status/veiled
	[ "$CODE" = 404 ]
	# What is written to is mcp-alert's.
	ask "$1" /ack/nope
	[ "$CODE $(tells Cache-Control)" = "404 no-store" ]
	grep -q 'There is nothing here' body
	ask "$1" /a/nopenope
	[ "$CODE $(tells Cache-Control)" = "404 no-store" ]
	grep -q 'There is nothing here' body
	ask "$1" "$SHORT"
	[ "$CODE $(tells Cache-Control)" = "200 no-store" ]
	grep -q '<h1>P1: down</h1>' body
	ask "$1" "$SHORT" -d do=take -d "by=by-$1"
	[ "$CODE" = 200 ]
	grep -q 'has acknowledged it until' body
	ask "$1" /answer/nope -d x=y
	[ "$CODE $(jq -r .error body)" = "404 not_found" ]
	ask "$1" /api/v1/monitors/example-mcp/maintenance --json "{\"reason\":\"$(printf '%2000s')\"}" \
		-H "Authorization: Bearer x"
	[ "$CODE $(jq -r .error body)" = "401 token" ]
}

# signs_in PORT LOG: a password, the cookie that it brings, and a link, which is in no
# log, show a browser what is private; and nobody else.
signs_in() {
	local path
	ask "$1" /account/acme
	[ "$CODE $(tells Cache-Control)" = '401 no-store' ]
	[[ $(tells WWW-Authenticate) == 'Basic realm='* ]]
	ask "$1" /account/acme -u "acme:$TOKEN" -c jar
	[ "$CODE $(tells Cache-Control)" = '200 private, no-store' ]
	grep -q 'href="/status/veiled"' body
	for _ in 1 2; do
		ask "$1" /status/veiled -b jar
		[ "$CODE $(tells Cache-Control)" = '200 private, no-store' ]
		[[ $(tells X-Cache) == @(|BYPASS) ]]
		ask "$1" /status/veiled
		[ "$CODE" = 404 ]
		ask "$1" /badge/veiled.svg -b jar
		grep -q '>down</text>' body
		ask "$1" /badge/veiled.svg
		run ! grep -q '>down</text>' body
	done
	rm jar
	path=$(MCP_SITE=http://127.0.0.1 "$BIN/mcp-serve" link acme)
	path=${path#http://127.0.0.1}
	ask "$1" "$path" -c jar
	[ "$CODE $(tells Location)" = '303 /account/acme' ]
	ask "$1" /account/acme -b jar
	[ "$CODE" = 200 ]
	ask "$1" "/ack/secret-of-$1"
	ask "$1" "/a/secret-of-$1"
	ask "$1" "/answer/secret-of-$1?token=x" -d x=y
	ask "$1" "/ops/link/secret-of-$1"
	# The servers share the log: the line of this one tells that its are written.
	ask "$1" "/account/acme/leave?by=$1" -b jar -c jar
	ask "$1" /status/veiled -b jar
	[ "$CODE" = 404 ]
	eventually grep -q "/account/acme/leave?by=$1" "$2"
	run ! grep -q "${path##*/}\|secret-of-$1" "$2"
}

# long_bodies PORT: they are refused, with their length said or not; also where what is
# behind the server reads none.
long_bodies() {
	local path way type
	[[ -e long ]] || printf '%102400s' >long
	for path in /mcp /ack/x /a/x /answer/x /api/v1/monitors/x/maintenance / /account/acme; do
		[[ $path == /a*/x && $path != /answer/* ]] && type=application/x-www-form-urlencoded ||
			type=application/json
		for way in Expect: 'Transfer-Encoding: chunked'; do
			ask "$1" "$path" -H 'Expect:' -H "$way" -H "Content-Type: $type" \
				--data-binary @long
			# Apache hands pieces on without their length: there is no body.
			[[ "$CODE $path $way" == @(413 *|405 @(/|/account/acme) *|400 /mcp\ T*) ]] ||
				{ echo "$path, $way $CODE"; return 1; }
		done
	done
}

# let_go SECONDS EACH TEXT PORT…: whether each server ends a connection within that time,
# to which TEXT is sent, and then, if EACH is no 0, a byte a second.
let_go() {
	perl -MIO::Socket::INET -MIO::Select -e '
		my ($most, $each, $text, @ports) = @ARGV;
		my ($open, $end) = (IO::Select->new, time + $most);
		$SIG{PIPE} = "IGNORE";
		for (@ports) { my $s = IO::Socket::INET->new("127.0.0.1:$_") or die;
			syswrite $s, $text =~ s/\\r\\n/\r\n/gr; $open->add($s) }
		while ($open->count && time < $end) {
			for ($open->can_read(1)) {
				sysread($_, my $said, 4096) or $open->remove($_) }
			$each and syswrite($_, "a") || $open->remove($_) for $open->handles }
		print $_->peerport, " holds on\n" for $open->handles;
		exit !!$open->count' "$@"
}

# limits PORT: passwords cannot be tried without end, and everything else goes on.
limits() {
	local i
	for i in {1..60}; do
		ask "$1" /account/acme -u "acme:$i"
		[ "$CODE" = 401 ] || break
	done
	[ "$CODE" = 429 ]
	((i > 10))
	# Of any name: at once, but for what time has allowed again.
	for i in {1..5}; do
		ask "$1" /account/nobody
		[ "$CODE" = 401 ] || break
	done
	[ "$CODE" = 429 ]
	ask "$1" /status/example-mcp
	[ "$CODE" = 200 ]
}

# compressed PORT: what is text comes compressed for who takes that, and is the same;
# its ETag is known again.
compressed() {
	local path etag
	for path in / /status/example-mcp /style.css /embed.js /api/openapi.json \
		'/badge/example-mcp.svg?style=card'; do
		ask "$1" "$path" -H 'Accept-Encoding: identity'
		[ "$CODE $(tells Content-Encoding)" = '200 ' ]
		cp body plain
		ask "$1" "$path" -H 'Accept-Encoding: gzip, br'
		[ "$CODE $(tells Content-Encoding)" = '200 gzip' ] || { echo "$path"; return 1; }
		[[ $(tells Vary) == *Accept-Encoding* ]]
		gunzip -c <body | cmp - plain
		[ "$(wc -c <body)" -lt "$(wc -c <plain)" ]
		etag=$(tells ETag)
		[[ $etag == *'"v1-'* ]]
		rm -f body
		ask "$1" "$path" -H 'Accept-Encoding: gzip, br' -H "If-None-Match: $etag"
		[ "$CODE" = 304 ] || { echo "$path: $etag"; return 1; }
	done
}

@test "nginx compresses, by FastCGI with a cache, as CGI, and files" {
	compressed "$FASTCGI"
	compressed "$CGI"
	for path in / /status/example-mcp /style.css /embed.js; do
		ask "$FILES" "$path" -H 'Accept-Encoding: gzip'
		[ "$CODE $(tells Content-Encoding) $(tells Vary)" = '200 gzip Accept-Encoding' ]
		cp body small
		ask "$FILES" "$path"
		gunzip -c <small | cmp - body
	done
	# The file beside it, to the byte.
	ask "$FILES" / -H 'Accept-Encoding: gzip'
	cmp body "$BATS_FILE_TMPDIR/www/index.html.gz"
}

@test "lighttpd compresses, where it has the module and the lines are taken in" {
	local way port modules=${LIGHTTPD_MODULES:-/usr/lib/lighttpd}
	[ -e "$modules/mod_deflate.so" ] || skip 'no package lighttpd-mod-deflate'
	for way in fastcgi cgi; do
		port=$(free_port)
		(cd "$BATS_FILE_TMPDIR" && lighttpd_conf "$way" "$port") |
			sed "s,^#\(server.modules\|deflate\|\t\),\1,; s|lighty.sock|deflate-$way.sock|
				s|/$way.pid|/deflate-$way.pid|" >deflate.conf
		lighttpd -m "$modules" -f deflate.conf 3>&-
		compressed "$port"
	done
}

@test "Apache compresses" {
	local way
	not_root true || skip 'no namespace of users to be had here, and Apache refuses root'
	for way in fastcgi cgi; do
		PORT=$(free_port)
		apache_conf "$way" >apache.conf
		not_root apache2 -f "$PWD/apache.conf" 3>&-
		eventually curl -s -o answer "http://127.0.0.1:$PORT/favicon.svg"
		compressed "$PORT"
		rm -f jar
		signs_in "$PORT" "$BATS_FILE_TMPDIR/mcp-fleet.log"
		long_bodies "$PORT"
		let_go 40 1 'GET / HTTP/1.1\r\nHost: x\r\nX: ' "$PORT"
		let_go 40 0 'GET /nope HTTP/1.1\r\nHost: x\r\n\r\n' "$PORT"
	done
}

@test "nginx, FastCGI" {
	contract "$FASTCGI"
	signs_in "$FASTCGI" "$BATS_FILE_TMPDIR/access.log"
	limits "$FASTCGI"
}

@test "nginx, CGI" {
	contract "$CGI"
	signs_in "$CGI" "$BATS_FILE_TMPDIR/access.log"
	limits "$CGI"
}

@test "lighttpd, FastCGI" {
	contract "$LIGHTY_FASTCGI"
	signs_in "$LIGHTY_FASTCGI" "$BATS_FILE_TMPDIR/access.log"
}

@test "lighttpd, CGI" {
	contract "$LIGHTY_CGI"
	signs_in "$LIGHTY_CGI" "$BATS_FILE_TMPDIR/access.log"
}

@test "no visitor fills a disk, or holds a connection for long" {
	for port in "$FASTCGI" "$CGI" "$FILES" "$LIGHTY_FASTCGI" "$LIGHTY_CGI"; do
		[ "$port" = "$FILES" ] || long_bodies "$port"
	done
	ask "$FILES" / -H 'Expect:' --data-binary @long
	[ "$CODE" = 413 ]
	# A header that drips; lighttpd knows no end of one.
	let_go 30 1 'GET / HTTP/1.1\r\nHost: x\r\nX: ' "$FASTCGI" "$CGI" "$FILES"
	# None at all, a body that does not come, and no second request.
	for text in '' 'POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n' \
		'GET /nope HTTP/1.1\r\nHost: x\r\n\r\n'; do
		let_go 30 0 "$text" "$FASTCGI" "$CGI" "$LIGHTY_FASTCGI" "$LIGHTY_CGI"
	done
}

# crowd N PORT: that many connections to it, each with a header that is not over;
# until its stdin ends.
crowd() {
	perl -MIO::Socket::INET -e '$| = 1; my @open;
		for (1 .. $ARGV[0]) { my $s = IO::Socket::INET->new("127.0.0.1:$ARGV[1]") or die;
			syswrite $s, "GET / HTTP/1.1\r\nX: "; push @open, $s }
		print "all\n"; <STDIN>' "$@"
}

# answered PORT [NUMBER]: whether the server there tells a status.
answered() {
	ask "$1" "/api/embed-status/example-mcp?${2-}"
	[ "$CODE" = 200 ]
}

# kept PATH: whether nginx has its answer.
kept() {
	ask "$FASTCGI" "$1"
	[ "$(tells X-Cache)" = HIT ]
}

@test "1500 connections that drip do not stop lighttpd" {
	ulimit -Sn "$(ulimit -Hn)"
	(($(ulimit -n) >= 8192)) || skip 'too few open files are allowed here'
	mkfifo go all
	crowd 1500 "$LIGHTY_FASTCGI" <go >all 3>&- &
	exec {go}>go
	head -n 1 all
	eventually answered "$LIGHTY_FASTCGI"
	exec {go}>&-
	wait $!
}

@test "nginx serves so many at once to one address, and no more" {
	local i pids=()
	# mcp-serve answers one after another: what waits for it counts.
	for i in {1..120}; do
		curl -s -o /dev/null -w '%{http_code}\n' --max-time 60 \
			"http://127.0.0.1:$CGI/status/example-mcp?$i" >"code.$i" 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	grep -lx 200 code.* | wc -l
	grep -qx 429 code.*
	grep -qx 200 code.*
	run ! grep -vx '200\|429' code.*
}

@test "nginx keeps answers for as long as they allow, and none for who has a token" {
	eventually kept /api/embed-status/partly
	ask "$FASTCGI" /api/embed-status/partly -H 'Authorization: Bearer x'
	[ "$CODE $(tells X-Cache)" = "200 BYPASS" ]
	ask "$FASTCGI" /api/embed-status/veiled -H "Authorization: Bearer $TOKEN"
	[ "$CODE $(tells X-Cache)" = "200 BYPASS" ]
	ask "$FASTCGI" /api/embed-status/veiled
	[ "$CODE" = 404 ]
	run ! grep -rlq '"down".*veiled\|private, no-store' "$BATS_FILE_TMPDIR/cache"
	# What is told by the second is asked for each time.
	ask "$FASTCGI" /healthz
	ask "$FASTCGI" /healthz
	[ "$(tells X-Cache)" = MISS ]
}

@test "two workers that are held up by idle connections leave the third to answer" {
	local i
	mkfifo go held
	perl -MSocket -e '$| = 1; for (1, 2) { socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die;
		connect($s, pack_sockaddr_un($ARGV[0])) or die; push @s, $s }
		print "held\n"; <STDIN>' "$BATS_FILE_TMPDIR/serve.sock" <go >held 3>&- &
	exec {go}>go
	head -n 1 held
	for i in {1..10}; do
		eventually answered "$FASTCGI" "$i"
	done
	exec {go}>&-
	wait $!
}

@test "the files of render, behind nginx" {
	ask "$FILES" /api/embed-status/example-mcp
	[ "$CODE $(tells Content-Type) $(jq -r .state body)" = "200 application/json; charset=utf-8 up" ] ||
		[ "$CODE $(tells Content-Type) $(jq -r .state body)" = "200 application/json up" ]
	[ "$(tells Cache-Control) $(tells Access-Control-Allow-Origin)" = "public, max-age=60 *" ]
	ask "$FILES" /badge/broken.svg
	[[ "$CODE $(tells Content-Type)" == "200 image/svg+xml"* ]]
	ask "$FILES" /badge.svg
	[[ "$CODE $(tells Content-Type)" == "200 image/svg+xml"* ]]
	for path in /badge/broken.json /badge.json; do
		ask "$FILES" $path
		[[ "$CODE $(tells Content-Type)" == "200 application/json"* ]]
	done
	for path in / /status/example-mcp /status/old; do
		ask "$FILES" $path
		[[ "$CODE $(tells Content-Type)" == "200 text/html"* ]]
	done
	for path in /status/nope /status/veiled /.mcp-serve /api/embed-status/old \
		/api/embed-status/ /healthz; do
		ask "$FILES" $path
		[ "$CODE" -ge 403 ]
	done
}

@test "each web server takes its files" {
	nginx -t -q -c "$BATS_FILE_TMPDIR/nginx.conf"
	lighttpd -tt -f "$BATS_FILE_TMPDIR/fastcgi.conf"
	lighttpd -tt -f "$BATS_FILE_TMPDIR/cgi.conf"
	for way in fastcgi cgi; do
		PORT=8080 apache_conf "$way" >apache.conf
		apache2 -t -f "$PWD/apache.conf"
	done
	# Nothing is left out above.
	run ls "$ROOT/scripts/deploy"
	[ "$(grep -c '\.conf$' <<<"$output")" -eq 7 ]
}

@test "installed, everything is where a packager looks for it" {
	local file
	# What there is: to build it here would be with other flags, all of it.
	env -u MAKEFLAGS make -s -o all -C "$ROOT" install DESTDIR="$PWD/to" PREFIX=/usr
	for file in bin/mcp-serve bin/mcp-guardrail share/man/man8/mcp-serve.8 \
		lib/systemd/system/mcp-serve@.service lib/systemd/system/mcp-fleet.timer \
		lib/nagios/plugins/check_mcp share/mcp-fleet/liveness/liveness.js \
		share/doc/mcp-fleet/examples/deploy/nginx-fastcgi.conf \
		share/doc/mcp-fleet/examples/prometheus/rules.yml \
		share/doc/mcp-fleet/examples/grafana/mcp-fleet.json; do
		[ -e "to/usr/$file" ] || { echo "$file"; return 1; }
	done
	run ! grep -r /usr/local to/usr/lib
	grep -q '^ExecStart=/usr/bin/mcp-serve$' to/usr/lib/systemd/system/mcp-serve@.service
	[ -x to/usr/lib/nagios/plugins/check_mcp ]
	[[ $(to/usr/bin/mcp-archive query) == *'uptime-by-region '* ]]
	# Nothing is left out of the examples; a list of libraries is there after make dist.
	[ "$(find to/usr/share/doc to/usr/lib to/usr/share/mcp-fleet -type f \
		! -name libraries.list | wc -l)" -eq \
		"$(cd "$ROOT" && git ls-files -co --exclude-standard scripts/*/ |
			grep -vcE 'liveness/test|^scripts/debian/')" ]
	for file in share/bash-completion/completions/mcp-probe \
		share/zsh/site-functions/_mcp-alert \
		share/fish/vendor_completions.d/mcp-fleet.fish; do
		[ -s "to/usr/$file" ] || { echo "$file"; return 1; }
	done
	# All of it goes again, and nothing else.
	touch to/usr/bin/other to/usr/share/mcp-fleet/other
	env -u MAKEFLAGS make -s -o all -C "$ROOT" uninstall DESTDIR="$PWD/to" PREFIX=/usr
	[ "$(find to -type f | sort | xargs)" = 'to/usr/bin/other to/usr/share/mcp-fleet/other' ]
	rm to/usr/share/mcp-fleet/other
	env -u MAKEFLAGS make -s -o all -C "$ROOT" uninstall DESTDIR="$PWD/to" PREFIX=/usr
	[ -z "$(find to -name '*mcp-fleet*')" ]
}

# unit NAME KEY: what a unit says of it, a value a line.
unit() {
	sed -n "s/^$2=//p" "$ROOT/scripts/deploy/$1.service"
}

@test "no unit has more than it needs" {
	for u in "$ROOT"/scripts/deploy/*.service; do
		systemd-analyze security --offline=true "$u" >out
		tail -n 1 out
		score=$(sed -n 's/.*Overall exposure level.*: \([0-9.]*\) .*/\1/p' out)
		[[ $score ]]
		awk -v score="$score" 'BEGIN { exit score > 2.0 }'
		grep -q '^LimitCORE=0$' "$u"
	done
}

@test "what probes and what alerts are two users, with secrets of their own" {
	[ "$(unit mcp-fleet User)" != "$(unit mcp-alert User)" ]
	[ "$(unit mcp-fleet ExecStart)" = \
		'/usr/local/bin/mcp-fleet -c /etc/mcp-fleet/fleet.yaml --only probe' ]
	[ "$(unit mcp-alert ExecStart)" = \
		'/usr/local/bin/mcp-fleet -c /etc/mcp-fleet/fleet.yaml --only judge' ]
	[ "$(unit mcp-expiry User)" = "$(unit mcp-fleet User)" ]
	[ "$(unit mcp-expiry-alert User)" = "$(unit mcp-alert User)" ]
	for pair in mcp-fleet:mcp-alert mcp-alert:mcp-fleet mcp-expiry:mcp-expiry-alert \
		mcp-expiry-alert:mcp-expiry mcp-snapshot:mcp-fleet mcp-snapshot:mcp-alert; do
		folder=$(unit "${pair#*:}" Environment | sed -n 's/^MCP_CREDENTIALS=//p')
		[[ $folder == /etc/mcp-fleet/* ]]
		[[ " $(unit "${pair%:*}" InaccessiblePaths | tr '\n' ' ') " == *" -$folder "* ]]
	done
	[[ " $(unit mcp-alert InaccessiblePaths) " == *" -/var/lib/mcp-fleet "* ]]
	# The store's password is all that both may be given.
	run ! grep -hE '^#?(Load|Set|Import)Credential' \
		<(sed '/^#LoadCredential=store:/d' \
		"$ROOT"/scripts/deploy/mcp-{fleet,alert,expiry,expiry-alert,snapshot}.service)
}

@test "a round in two halves: the one knows no pager, the other no region" {
	mkdir run state probe alert
	redis flushall >/dev/null
	export XDG_RUNTIME_DIR=$PWD/run XDG_STATE_HOME=$PWD/state
	PATH=$BIN:$PATH
	{
		echo "store: $MCP_STORE"
		echo 'regions:'
		printf '  - {name: %s, runner: local}\n' here there yonder
		echo 'servers:'
		echo '  - {slug: gone, url: "http://127.0.0.1:1/mcp"}'
		echo 'alerts:'
		echo "  routes: [{name: pager, type: command, command: [tee, -a, '$PWD/told']}]"
	} >fleet.yaml
	MCP_CREDENTIALS=$PWD/probe "$ROOT/scripts/mcp-fleet" -c fleet.yaml --only probe >out
	[ ! -s out ]
	[ -z "$(redis get probe:gone:verdict)" ]
	[ "$(redis hlen probe:gone:latest)" -ge 3 ]
	# The other half opens nothing of the first: neither its spool nor its locks.
	mkdir other
	mv run state other
	MCP_CREDENTIALS=$PWD/alert "$ROOT/scripts/mcp-fleet" -c fleet.yaml --only judge >out
	[ ! -e run ]
	# It keeps the configuration for a day when that is refused, and nothing else.
	run -0 find state -mindepth 2 -not -path '*/.kept-*'
	[ -z "$output" ]
	jq -es 'map(select(.event == "downtime_started" and .server_slug == "gone")) | length == 1' out
	grep -q downtime_started told
	[ "$(redis get probe:gone:verdict | jq -r .verdict)" = red ]
	# Both at once are a round as before; and there is no third half.
	run -2 "$ROOT/scripts/mcp-fleet" -c fleet.yaml --only half
	[[ $output == "mcp-fleet: --only: must be probe or judge" ]]
}

# started UNIT: runs what the unit does, with the programs of here and RUNTIME_DIRECTORY.
started() {
	local line
	line=$(awk '/^ExecStart=/ { on = 1 } on { print; if (!/\\$/) exit }' \
		"$ROOT/scripts/deploy/$1.service")
	line=${line#*-c \'}
	line=${line%\'}
	line=${line//'$$'/'$'}
	line=${line//\/usr\/local\/bin\//"$BIN/"}
	line=${line//\/run\/mcp-expiry/"$RUNTIME_DIRECTORY"}
	sh -c "${line//\/etc\/mcp-fleet\//"$PWD/"}"
}

@test "what expires is found by the one user, and told by the other" {
	mkdir probe alert
	redis flushall >/dev/null
	mkdir expiry
	export RUNTIME_DIRECTORY=$PWD/expiry XDG_STATE_HOME=$PWD/state
	{
		echo "store: $MCP_STORE"
		echo 'regions: [{name: here, runner: local}]'
		echo 'alerts:'
		echo "  routes: [{name: pager, type: command, command: [tee, -a, '$PWD/told']}]"
		echo 'servers:'
	} >fleet.yaml
	# Nothing to look at, and no word of yesterday.
	echo old >expiry/found.jsonl
	{ cat fleet.yaml; echo '  []'; } >none
	cp fleet.yaml some
	mv none fleet.yaml
	MCP_CREDENTIALS=$PWD/probe started mcp-expiry
	[ ! -e expiry/found.jsonl ]
	mv some fleet.yaml
	echo '  - {slug: api, url: "http://127.0.0.1:1/mcp", auth: {mode: bearer, credential: api}}' \
		>>fleet.yaml
	(umask 077; printf '%s\n' 'token = zqcanary' 'origin = http://127.0.0.1:1' \
		"expires_at = $(date -ud '+1 hour' +%FT%TZ)" >probe/api)
	# That something expires is no failure.
	MCP_CREDENTIALS=$PWD/probe started mcp-expiry
	[ ! -e told ]
	[ "$(stat -c %a expiry/targets)" = 600 ]
	MCP_CREDENTIALS=$PWD/alert started mcp-expiry-alert >out
	jq -es 'map(.event) == ["token_expiring"] and .[0].server_slug == "api"' out
	grep -q token_expiring told
	run ! grep -r zqcanary expiry out told
	# Without a configuration that can be used, it fails.
	echo wrong >fleet.yaml
	run -2 started mcp-expiry
	[ ! -e expiry/found.jsonl ]
}

@test "what is always started again is, however often it ends" {
	local unit n=0
	for unit in $(grep -lx Restart=always "$ROOT"/scripts/deploy/*.service); do
		sed '/^\[Service\]/,$d' "$unit" | grep -x StartLimitIntervalSec=0
		n=$((n + 1))
	done
	[ "$n" -ge 2 ]
}

@test "systemd finds nothing to say about the units" {
	cp "$ROOT"/scripts/deploy/*.{socket,timer,service} .
	mv mcp-serve@.service mcp-serve@1.service
	sed -i "s|/usr/local/bin/|$BIN/|" ./*.service
	# Those that are scripts stand elsewhere here.
	sed -i "s|$BIN/mcp-fleet|$ROOT/scripts/mcp-fleet|" mcp-{fleet,alert,snapshot}.service
	sed -i "s|$BIN/mcp-registry|$ROOT/scripts/mcp-registry|" mcp-registry.service
	sed -i "s|$BIN/mcp-archive|$ROOT/scripts/mcp-archive|" mcp-archive.service
	run systemd-analyze verify --man=no --recursive-errors=no ./mcp-*
	[ "$status" -eq 0 ]
	run ! grep 'mcp-' <<<"$output"
}
