#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: how long certificates and credentials are still good is told in time,
# once, to those who can do something about it, and nothing is given away for it.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis

# certificate NAME SUBJECT-ALT-NAME DAYS [AUTHORITY [EXTENSION]]
certificate() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
	sign_csr "$1" "${4:-ca}.pem" "${4:-ca}.key" '2 days ago' "$3 days" \
		"subjectAltName=$2" ${5:+"$5"}
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout ca.key -out ca.pem -subj '/CN=test authority' 2>/dev/null
	for days in 1 2 5 10 20 40; do
		certificate "d$days" DNS:localhost "$days"
	done
	certificate old DNS:localhost -1
	certificate other DNS:elsewhere.example 20
	certificate between DNS:between 6 ca basicConstraints=critical,CA:true
	certificate under DNS:localhost 40 between
	cat between.pem >>under.pem
	certificate gone DNS:gone -1 ca basicConstraints=critical,CA:true
	cat d40.pem gone.pem >extra.pem
	cp d40.key extra.key
	mkfifo ports
	node "$ROOT/tests/fixture/tls_capture.mjs" said d1 d5 d10 d20 d40 old other \
		under extra >ports 2>log 3>&- &
	echo $! >pid
	while read -r name port; do
		export "PORT_$name=$port"
	done < <(head -n 9 ports)
	redis_start "$BATS_FILE_TMPDIR/redis"
}

teardown_file() {
	kill "$(<"$BATS_FILE_TMPDIR/pid")"
	redis_stop
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return 1
	umask 077
	redis flushall >/dev/null
	export MCP_CREDENTIALS=$BATS_TEST_TMPDIR/credentials
	mkdir "$MCP_CREDENTIALS"
	OUT=$BATS_TEST_TMPDIR
}

# Nobody was told anything over TLS, in any test before.
teardown() {
	[ ! -e "$BATS_FILE_TMPDIR/said" ] || { cat "$BATS_FILE_TMPDIR/said"; return 1; }
}

# check WANT ARGS…: --check-expiry with our authority; output in $OUT/out.
check() {
	local want=$1 status=0
	shift
	timeout -k 2 600 "$BIN/mcp-probe" --check-expiry --cacert ca.pem "$@" \
		>"$OUT/out" 2>"$OUT/err" || status=$?
	cat "$OUT/out" "$OUT/err"
	[ "$status" -eq "$want" ]
}

url() {
	local port=PORT_$1
	echo "https://localhost:${!port}/mcp"
}

# jwt CLAIMS: a token that nobody signed.
jwt() {
	local part
	for part in '{"alg":"none"}' "$1" 'a canary, not a signature'; do
		printf '%s.' "$(basenc -w0 --base64url <<<"$part" | tr -d =)"
	done | sed 's/\.$//'
}

# in_ TIME: that instant as RFC 3339.
in_() {
	date -u -d "$1" +%Y-%m-%dT%H:%M:%SZ
}

# credential NAME LINES…
credential() {
	printf '%s\n' 'origin = https://localhost' "${@:2}" >"$MCP_CREDENTIALS/$1"
}

# target SLUG NAME [CREDENTIAL]: a record of one.
target() {
	jq -cn --arg s "$1" --arg u "$(url "$2")" --arg c "${3-}" '{slug: $s, url: $u} +
		if $c == "" then {} else {auth: {credential: $c}} end'
}

@test "a certificate: days left and threshold, by the exit status too" {
	check 1 -f text "$(url d5)"
	grep -qx 'certificate: [45] days left (until .*Z)' "$OUT/out"
	for row in d1:1:86400 d5:1:604800 d10:1:1209600 d20:1:2592000 d40:0:null; do
		IFS=: read -r name status within <<<"$row"
		check "$status" -f jsonl -r eu -s one "$(url "$name")"
		end=$(openssl x509 -in "$name.pem" -noout -enddate | cut -d= -f2)
		command jq -se --arg until "$(in_ "$end")" --argjson within "$within" \
			--arg url "$(url "$name")" 'length == 1 and (.[0] |
			(keys_unsorted == ["v", "type", "slug", "region", "at", "url",
				"what", "status", "within", "expires_at", "source",
				"issuer", "message"]) and
			.v == 1 and .type == "expiry" and .slug == "one" and
			.region == "eu" and .url == $url and (now - .at | . > 0 and . < 600) and
			.what == "certificate" and .within == $within and
			.status == (if $within then "expiring" else "ok" end) and
			.expires_at == $until and .source == "certificate" and .issuer == null)' \
			"$OUT/out"
	done
}

@test "the certificate of an issuer that ends first is named" {
	check 1 -f jsonl "$(url under)"
	jq -e '.issuer == "between" and .within == 604800 and
		(.message | endswith("this is the certificate of the issuer between"))' "$OUT/out"
	# One that is sent and has ended was not needed.
	check 0 -f jsonl "$(url extra)"
	jq -e '.status == "ok" and .issuer == null' "$OUT/out"
}

@test "what is not accepted is read all the same" {
	check 1 -f jsonl "$(url old)"
	jq -e '.status == "expired" and .within == 0 and
		(.expires_at | fromdate < now) and (.message | startswith("expired 24 hours ago"))' \
		"$OUT/out"
	check 1 -f jsonl "$(url other)"
	jq -e '.status == "expiring" and .within == 2592000 and
		(.message | test("; not accepted: "))' "$OUT/out"
	run "$BIN/mcp-probe" --check-expiry -f jsonl "$(url d40)"
	[ "$status" -eq 0 ]
	jq -e '.status == "ok" and (.message | test("; not accepted: .*issuer"))' <<<"$output"
	run "$BIN/mcp-probe" --check-expiry -f jsonl "$(url under)"
	[ "$status" -eq 1 ]
	jq -e '.status == "expiring" and .issuer == "between"' <<<"$output"
}

@test "what cannot be read is unknown, and never ok" {
	check 1 -f jsonl https://localhost:1/mcp
	jq -e '.status == "unknown" and .within == null and .expires_at == null and
		.source == null and (.message | test("^cannot be read: .*refuses"))' "$OUT/out"
	check 3 -f nagios https://localhost:1/mcp
	check 1 -f jsonl --deny-private "$(url d40)"
	jq -e '.message | test("only those are allowed")' "$OUT/out"
	# Plain HTTP has none, and nobody is asked.
	check 0 -f jsonl http://localhost:1/mcp
	[ ! -s "$OUT/out" ]
	check 0 -f text http://localhost:1/mcp
	grep -q 'nothing expires' "$OUT/out"
}

@test "a credential: by its file, by the token itself, by whichever is earlier" {
	soon=$(date -d '+30 hours' +%s) late=$(date -d '+90 hours' +%s)
	while IFS='|' read -r name status source within lines; do
		credential "$name" "$lines" "expires_at = $(in_ '+80 hours')"
		[[ $source != jwt && $source != null ]] || credential "$name" "$lines"
		[[ $name != both* ]] ||
			credential "$name" "$lines" "expires_at = $(in_ '+60 hours')"
		target "$name" d40 "$name"
	done <<-EOF >"$OUT/targets"
		file|ok|expires_at|null|token = opaque
		jwt|expiring|jwt|259200|token = $(jwt "{\"exp\":$soon}")
		jwt-late|ok|jwt|null|token = $(jwt "{\"exp\":$late}")
		jwt-old|expired|jwt|0|token = $(jwt '{"exp":5}')
		both|expiring|jwt|259200|token = $(jwt "{\"exp\":$soon}")
		both-file|expiring|expires_at|259200|token = $(jwt "{\"exp\":$late}")
		none|unknown|null|null|token = $(jwt '{"sub":"x"}')
		opaque|unknown|null|null|token = a.b.c
	EOF
	credential field 'header = X-Auth' "value = Bearer $(jwt "{\"exp\":$soon}")"
	target field d40 field >>"$OUT/targets"
	check 0 --targets "$OUT/targets" -f jsonl
	# The batch begins as every batch does.
	jq -se '.[0].type == "runner" and .[0].status == "ok"' "$OUT/out"
	jq -r 'select(.what == "credential") | [.slug, .status, .source // "null",
		.within // "null"] | join(" ")' "$OUT/out" | sort >"$OUT/got"
	diff "$OUT/got" - <<-EOF
		both expiring jwt 259200
		both-file expiring expires_at 259200
		field expiring jwt 259200
		file ok expires_at null
		jwt expiring jwt 259200
		jwt-late ok jwt null
		jwt-old expired jwt 0
		none unknown null null
		opaque unknown null null
	EOF
	jq -se 'map(select(.what == "certificate")) | length == 9 and
		all(.status == "ok")' "$OUT/out"
	# Nothing of a secret is in it: neither the tokens nor their parts.
	cut -d= -f2- "$MCP_CREDENTIALS"/* | grep -o '[A-Za-z0-9_.-]\{12,\}' |
		grep -v '^https\|^20' | tr . '\n' | grep '.\{12\}' >"$OUT/secrets"
	[ -s "$OUT/secrets" ]
	run ! grep -Ff "$OUT/secrets" "$OUT/out" "$OUT/err"
}

@test "a credential that only the regions have hides no certificate" {
	{ target a d5 nowhere; target b d40; } >"$OUT/targets"
	check 0 --targets "$OUT/targets" -f jsonl
	jq -r 'select(.type == "expiry") | "\(.slug) \(.what) \(.status)"' "$OUT/out" | sort |
		diff - <(printf '%s\n' 'a certificate expiring' 'b certificate ok')
	grep -q '^mcp-probe: warning: line 1: auth.credential: nowhere: No such file' "$OUT/err"
	grep -q '; only its certificate is checked$' "$OUT/err"
	# What is wrong otherwise is refused as ever.
	echo '{"slug":"a","url":"https://localhost/","auth":{"credential":"nowhere"},"timeout":0}' >"$OUT/targets"
	target b d40 >>"$OUT/targets"
	check 2 --targets "$OUT/targets" -f jsonl
	grep -q '^mcp-probe: line 1: timeout: ' "$OUT/err"
}

@test "a client certificate is a credential, and ends when it ends" {
	cp d2.pem d2.key "$MCP_CREDENTIALS"
	credential mtls 'cert = d2.pem' 'key = d2.key'
	check 1 --credential "$MCP_CREDENTIALS/mtls" -f jsonl "$(url d40)"
	jq -se '.[0].status == "ok" and (.[1] | .what == "credential" and
		.status == "expiring" and .within == 259200 and .source == "certificate")' \
		"$OUT/out"
	credential mtls 'cert = d2.pem' 'key = d2.key' "expires_at = $(in_ +1hour)"
	check 1 --credential "$MCP_CREDENTIALS/mtls" -f jsonl "$(url d40)"
	jq -se '.[1] | .source == "expires_at" and .status == "expiring"' "$OUT/out"
}

@test "nothing is said over the connection; a probe would be heard" {
	# What every teardown looks for.
	run -1 "$BIN/mcp-probe" --cacert ca.pem -t 1s -f jsonl "$(url d40)"
	grep -q '^d40: POST /mcp HTTP/1.1' said
	rm said
}

@test "one URL with its credential, for people and for plugin hosts" {
	jwt "{\"exp\":$(date -d '+30 hours 30 minutes' +%s)}" >"$OUT/token"
	check 1 --token-file "$OUT/token" -f text "$(url d40)"
	grep -q '^certificate: \(39\|40\) days left' "$OUT/out"
	grep -q '^credential: expires in 30 hours (at 20' "$OUT/out"
	check 2 --token-file "$OUT/token" -f nagios "$(url d40)"
	grep -qE '^EXPIRY CRITICAL: certificate: .*, credential: .* \| certificate=[0-9]+s;2592000:;604800: credential=[0-9]+s;;259200:$' "$OUT/out"
	check 0 -f nagios "$(url d40)"
	grep -q '^EXPIRY OK: ' "$OUT/out"
	check 1 -f nagios "$(url d20)"
	check 2 -f nagios "$(url d5)"
	check 2 -f nagios "$(url old)"
	echo opaque >"$OUT/token"
	check 1 --token-file "$OUT/token" -f tap "$(url d5)"
	run -1 prove -e cat "$OUT/out"
	[[ $output == *"Failed test:  1"* && $output != *"Parse errors"* ]]
	grep -q '^not ok 1 - localhost certificate$' "$OUT/out"
	grep -q '^ok 2 - localhost credential # SKIP its expiry is unknown' "$OUT/out"
	grep -qx '1\.\.2' "$OUT/out"
}

@test "a person sees all targets, each with what it is" {
	{ target a d5; target b d40; } >"$OUT/targets"
	check 0 --targets "$OUT/targets" --concurrency 1 -f text
	[ "$(grep -c . "$OUT/out")" = 4 ]
	grep -A1 -Fx "$(url d5)" "$OUT/out" | grep -q '[45] days left'
	grep -A1 -Fx "$(url d40)" "$OUT/out" | grep -q '\(39\|40\) days left'
}

@test "what is said of steps has no place here" {
	for option in "--steps 1-2" --allow-bare-401 "--health-tool x"; do
		# shellcheck disable=SC2086 # two words
		check 2 $option "$(url d5)"
		grep -q '^mcp-probe: --check-expiry: runs no steps' "$OUT/err"
	done
}

@test "mcp-aggregate passes over what is not for it" {
	unset MCP_STORE
	{ jq -cn --argjson t "$(date +%s)" '{v: 1, type: "probe", slug: "s",
		region: "eu", probe_id: "x", probe_started_at: $t, state: "broken",
		failed_step: "dns", error: "dns.nxdomain", total_ms: 3}'
		"$BIN/mcp-probe" --check-expiry -f jsonl "$(url d5)" || true; } >"$OUT/mixed"
	[ "$(wc -l <"$OUT/mixed")" = 2 ]
	"$BIN/mcp-aggregate" verdict - <"$OUT/mixed" >"$OUT/verdict" 2>"$OUT/err" || [ $? = 1 ]
	jq -se 'length == 1 and .[0].slug == "s"' "$OUT/verdict"
	run -0 cat "$OUT/err"
	[[ $output == "mcp-aggregate: s is broken at dns, dns.nxdomain"* && ${#lines[@]} -eq 1 ]]
	export MCP_STORE=unix://$REDIS_SOCK
	run -0 "$BIN/mcp-aggregate" ingest <"$OUT/mixed"
	[ -z "$output" ]
	run ! grep -q localhost <(redis_dump)
	grep expiry "$OUT/mixed" >"$OUT/alone"
	run -2 "$BIN/mcp-aggregate" ingest <"$OUT/alone"
	[ "$output" = "mcp-aggregate: no records on standard input" ]
}

@test "mcp-alert tells of them beside verdicts, without a store" {
	unset MCP_STORE
	{ "$BIN/mcp-probe" --check-expiry --cacert ca.pem -s a -r eu -f jsonl "$(url d10)"
		"$BIN/mcp-probe" --check-expiry --cacert ca.pem -s a -r us -f jsonl "$(url d5)"
		for region in eu us; do
			jq -cn --arg r $region '{v: 1, type: "probe", slug: "b",
				region: $r, probe_id: $r, probe_started_at: 1777494665,
				state: "broken", failed_step: "dns", error: "dns.nxdomain",
				total_ms: 3}'
		done | "$BIN/mcp-aggregate" verdict -
		echo '{"v":1,"type":"expiry","slug":"c"}'; } >"$OUT/lines" || true
	run -2 --separate-stderr "$BIN/mcp-alert" -n -f text <"$OUT/lines"
	[ "${stderr:?}" = "mcp-alert: line 4: region: missing" ]
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[0]} == *"  P1  downtime_started  b "* ]]
	[[ ${lines[1]} == *"  P2  certificate_expiring  The certificate of a ends "*" UTC (in "[345]" d"*"), as us sees it; renew it." ]]
}

# fleet PORT-NAME: one server, which shows that certificate, and a route.
fleet() {
	printf '%s\n' "store: unix://$REDIS_SOCK" 'regions: [{name: eu}]' 'servers:' \
		"  - {slug: one, url: \"$(url "$1")\", auth: {mode: bearer, credential: one}}" \
		'alerts:' '  routes:' \
		"    - {name: file, type: command, command: [tee, -a, '$OUT/told']}" '  policies:' \
		'    - {match: {kinds: [certificate_expiring, token_expiring]}, steps: [{routes: [file]}]}' \
		'    - {steps: []}' \
		>"$OUT/fleet.yaml"
}

# daily: the line of mcp-fleet(7).
daily() {
	"$BIN/mcp-aggregate" targets -c "$OUT/fleet.yaml" 2>"$OUT/err" |
		"$BIN/mcp-probe" --targets - --check-expiry -f jsonl --cacert ca.pem |
		"$BIN/mcp-alert" -c "$OUT/fleet.yaml" 2>>"$OUT/err"
	[ "${PIPESTATUS[*]}" = "0 0 0" ] || { cat "$OUT/err"; return 1; }
}

told() {
	jq -r '[.event, .severity, .region] | join(" ")' "$OUT/told" | sort | paste -sd,
}

@test "the daily line tells each thing once, until it is renewed" {
	credential one "token = $(jwt "{\"exp\":$(date -d '+30 hours' +%s)}")"
	fleet d20
	touch "$OUT/told"
	daily >"$OUT/first"
	diff "$OUT/first" "$OUT/told"
	[ "$(told)" = "certificate_expiring P3 local,token_expiring P2 local" ]
	jq -se 'map(.dedup_key) | unique | length == 2' "$OUT/told"
	daily >"$OUT/again"
	[ ! -s "$OUT/again" ]
	# Both are renewed, and one is forgotten for too long.
	credential one "token = $(jwt "{\"exp\":$(date -d '+90 days' +%s)}")"
	fleet d40
	daily >"$OUT/again"
	[ ! -s "$OUT/again" ]
	fleet d5
	daily >"$OUT/again"
	[ "$(jq -r '"\(.event) \(.severity)"' "$OUT/again")" = "certificate_expiring P2" ]
	fleet old
	daily >"$OUT/again"
	[ "$(jq -r '"\(.event) \(.severity)"' "$OUT/again")" = "certificate_expiring P1" ]
	daily >"$OUT/again"
	[ ! -s "$OUT/again" ]
	# Nothing of it is where the public is served from.
	[ "$(redis keys '*' | sed 's/:[0-9]*$//' | sort -u | paste -sd' ')" = \
		"alert:one fleet:budget:file fleet:heartbeats fleet:history fleet:tests fleet:watched" ]
	redis get alert:one | jq -e '.expiries | length == 4'
}

@test "a webhook gets them, signed, in the form of every event" {
	echo 'token = a key' >"$MCP_CREDENTIALS/hook"
	credential one 'token = opaque' 'expires_at = 2020-01-01T00:00:00Z'
	fleet d10
	mkdir "$OUT/hook"
	mkfifo "$OUT/port"
	node "$ROOT/tests/fixture/webhook.mjs" "$OUT/hook" 'a key' >"$OUT/port" 3>&- &
	hook=$!
	read -r -t 60 port <"$OUT/port"
	sed -i "s|\[file\]|[hook]|; s|{name: file.*|{name: hook, type: webhook, secret: hook, url: \"http://127.0.0.1:$port/in\"}|" \
		"$OUT/fleet.yaml"
	daily >"$OUT/first"
	kill $hook
	[ ! -e "$OUT/hook/wrong" ] || { cat "$OUT/hook/wrong"; return 1; }
	jq -r '.event | "\(.event) \(.severity)"' "$OUT/hook/got" | sort |
		diff - <(printf '%s\n' 'certificate_expiring P3' 'token_expiring P1')
}
