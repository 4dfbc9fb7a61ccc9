#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: step 2 passes for a good certificate, and names what is wrong with each
# bad one and with each handshake that fails.

bats_require_minimum_version 1.5.0
load ../../helpers/scripted

EC=(-newkey ec -pkeyopt ec_paramgen_curve:P-256)
KEY=("${EC[@]}")

# certificate NAME SUBJECT-ALT-NAME [FROM UNTIL]: signed by our own authority.
certificate() {
	openssl req "${KEY[@]}" -nodes -keyout "$1.key" -out "$1.csr" \
		-subj "/CN=$1" 2>/dev/null
	sign_csr "$1" "${CA:-ca}.pem" "${CA:-ca}.key" "${3:-1 hour ago}" "${4:-30 days}" \
		"${2:+subjectAltName=$2}" "${EXT-}"
}

# before NAME CERT [OPTIONS]: a TLS server with that certificate before the peer.
before() {
	mkfifo "$1.port"
	node "$ROOT/tests/fixture/tls.mjs" "$2.key" "$2.pem" "$BEHIND" \
		${3:+"$3"} >"$1.port" 2>"$1.log" 3>&- &
	echo $! >>pids
	read -r -t 60 "PORT_$1" <"$1.port"
	export "PORT_${1?}"
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	umask 077
	start scripted
	export BEHIND=${URL##*:} EXT
	BEHIND=${BEHIND%%/*}
	EXT=basicConstraints=critical,CA:true
	openssl req -x509 "${EC[@]}" -nodes -keyout ca.key -out ca.pem \
		-subj '/CN=test authority' 2>/dev/null
	openssl req -x509 "${EC[@]}" -nodes -keyout hidden.key -out hidden.pem \
		-subj '/CN=hidden authority' 2>/dev/null
	certificate between ''
	certificate oldca '' '1 month ago' yesterday
	EXT=
	certificate good DNS:localhost,IP:127.0.0.1,IP:::1
	certificate other DNS:elsewhere.example,DNS:other.example,IP:192.0.2.7
	certificate nameless ''
	certificate many "$(printf 'DNS:name-%s.example,' {1..60})DNS:last.example"
	certificate old DNS:localhost '1 month ago' yesterday
	certificate young DNS:localhost 2099-01-01 2100-01-01
	KEY=(-newkey rsa:1024)
	certificate weak DNS:localhost
	KEY=("${EC[@]}")
	CA=between certificate leaf DNS:localhost
	CA=oldca certificate oldleaf DNS:localhost
	CA=hidden certificate rooted DNS:localhost
	cp leaf.key chain.key
	cat leaf.pem between.pem >chain.pem
	cp oldleaf.key oldchain.key
	cat oldleaf.pem oldca.pem >oldchain.pem
	cp rooted.key rootchain.key
	cat rooted.pem hidden.pem >rootchain.pem
	openssl req -x509 "${EC[@]}" -nodes -keyout self.key -out self.pem \
		-subj '/CN=localhost' -addext subjectAltName=DNS:localhost 2>/dev/null
	for name in good other nameless many old young self leaf chain oldchain rootchain; do
		before "$name" "$name"
	done
	before weak weak '{"ciphers":"ALL:@SECLEVEL=0"}'
	before tls11 good '{"minVersion":"TLSv1","maxVersion":"TLSv1.1","ciphers":"ALL:@SECLEVEL=0"}'
	before odd good '{"maxVersion":"TLSv1.2","ciphers":"ECDHE-RSA-AES128-GCM-SHA256"}'
	before mute good '{"mute":true}'
	before h2 good '{"h2":true}'
	before want12 good '{"ca":"ca.pem","requestCert":true,"maxVersion":"TLSv1.2"}'
	before want13 good '{"ca":"ca.pem","requestCert":true}'
	before may good '{"ca":"ca.pem","requestCert":true,"rejectUnauthorized":false}'
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return 1
	umask 077
}

# at PORT ARGUMENTS…: a probe of that server; "step code" of what fails.
at() {
	probe --cacert ca.pem "${@:2}" "https://localhost:$1/${MOOD:-json}"
	records out || return
	jq -r 'select(.status == "fail") | "\(.step) \(.error)"' out
}

# fails PORT CODE TEXT ARGUMENTS…: in step 2, and the message contains TEXT.
fails() {
	local got
	got=$(at "$1" "${@:4}")
	[[ $got == "tls $2" ]] || { echo "$1: $got, not $2"; return 1; }
	jq -es --arg text "$3" 'any(.[]; .status == "fail" and (.message | contains($text)))' out ||
		{ jq -r .message out; return 1; }
}

@test "a good certificate passes, and its end is told, and what took how long" {
	[ -z "$(at "$PORT_good")" ]
	end=$(openssl x509 -in good.pem -noout -enddate | cut -d= -f2)
	jq -se --arg want "$(date -u -d "$end" +%Y-%m-%dT%H:%M:%SZ)" --argjson port "$PORT_good" '
		.[0].status == "pass" and .[8].state == "healthy" and (.[1] | .status == "pass" and
		(.detail | .tls == true and .version == "TLSv1.3" and .not_after == $want and
		.port == $port and all(.dns_ms, .tcp_ms, .tls_ms; . > 0)))' out
}

# bats test_tags=later
@test "a certificate for an address passes for the address" {
	probe --cacert ca.pem "https://127.0.0.1:$PORT_good/json"
	[ "$status" -eq 0 ]
	jq -se '.[0].status == "skip" and .[1].status == "pass"' out
}

@test "what is wrong with a certificate is named" {
	yesterday=$(date -u -d "$(openssl x509 -in old.pem -noout -enddate | cut -d= -f2)" +%F)
	fails "$PORT_other" tls.hostname 'for other names: elsewhere.example, other.example, 192.0.2.7'
	fails "$PORT_nameless" tls.hostname 'for other names: nameless'
	fails "$PORT_many" tls.hostname 'name-2.example'
	jq -es 'any(.[]; .message // "" | test("name-1[0-9].example, …$"))' out
	fails "$PORT_old" tls.expired "the certificate expired on $yesterday"
	fails "$PORT_oldchain" tls.expired "an issuer's certificate expired on $yesterday"
	fails "$PORT_young" tls.not-yet-valid 'not valid before 2099-01-01'
	fails "$PORT_self" tls.self-signed 'the certificate is self-signed'
	fails "$PORT_rootchain" tls.self-signed 'not trusted here, hidden authority'
	fails "$PORT_leaf" tls.untrusted 'the certificate, between, is unknown here'
	fails "$PORT_weak" tls.untrusted 'key too weak'
	[ -z "$(at "$PORT_chain")" ]
	# Without our authority, the good one is not.
	probe "https://localhost:$PORT_good/json"
	jq -es '.[1].error == "tls.untrusted"' out
}

# bats test_tags=later
@test "a handshake that fails is explained as far as it can be" {
	fails "$PORT_tls11" tls.version 'TLS 1.2 or 1.3'
	fails "$BEHIND" tls.not-tls 'does not speak TLS'
	fails "$PORT_odd" tls.handshake 'the server ends the TLS handshake: handshake failure'
	fails "$PORT_mute" tls.timeout 'did not end within 0.' -t 1s
	# And the other way around.
	probe "http://localhost:$PORT_good/json"
	jq -es '.[2].error == "http.empty"' out
}

# bats test_tags=later
@test "HTTP/2 is spoken only where that is asked for, with a server that does" {
	[ -z "$(at "$PORT_h2" --http2)" ]
	jq -se '.[8].state == "healthy" and .[2].detail.http_version == "2"' out
	MOOD=sse-notes
	[ -z "$(at "$PORT_h2" --http2)" ]
	jq -se '.[2].detail.http_version == "2"' out
	[ -z "$(at "$PORT_h2")" ]
	jq -se '.[8].state == "healthy" and .[2].detail.http_version == "1.1"' out
	# By each target, too, whose connections are not mixed up.
	for v in null 2 1.1 2 null; do
		echo "{\"slug\":\"v-$((++n))\",\"url\":\"https://localhost:$PORT_h2/json\",\"http_version\":$v}"
	done >targets
	probe --cacert ca.pem --concurrency 1 --targets targets
	[ "$(jq -rs 'map(select(.n == 3 or .n == 6) | .detail.http_version) | join(" ")' out)" = \
		"1.1 1.1 2 2 1.1 1.1 2 2 1.1 1.1" ]
	probe --cacert ca.pem --http2 --targets targets
	[ "$(jq -rs 'map(select(.n == 6) | .detail.http_version) | unique[]' out)" = 2 ]
	MOOD=cut
	[ "$(at "$PORT_h2" --http2)" = "initialize http.empty" ]
	MOOD=half
	[ "$(at "$PORT_h2" --http2)" = "initialize http.truncated" ]
	probe -v --http2 --cacert ca.pem --token-file <(echo s3cret-canary) "https://localhost:$PORT_h2/wall-none"
	[ "$status" -eq 0 ]
	grep -q '^> POST /wall-none HTTP/2$' err
	grep -qi '^> authorization: \*\*\*$' err
	without canary out err
}

# bats test_tags=later
@test "-v says where a client certificate is wanted, in TLS 1.2 and 1.3" {
	for port in "$PORT_want12" "$PORT_want13"; do
		at "$port" -v
		grep -q '^\* the server requires a client certificate, and none is configured$' err
	done
	# One that only likes to see it is no wall.
	[ -z "$(at "$PORT_may" -v)" ]
	grep -q '^\* Connected .*, which asks for a client certificate$' err
	[ -z "$(at "$PORT_good" -v)" ]
	without 'client certificate' err
}

@test "--deny-private refuses loopback before anything is sent" {
	fails "$PORT_good" tcp.denied '' --deny-private
	jq -es '.[0].status == "pass"' out
	probe --deny-private "http://[::ffff:127.0.0.1]:$BEHIND/json"
	jq -es '.[1].error == "tcp.denied"' out
}

# trusting PORT CA: the target of that server, with that authority if it is given.
trusting() {
	jq -cn --arg url "https://localhost:$1/json" --arg ca "${2-}" '{slug: "s", $url} +
		if $ca == "" then {} else {$ca} end'
}

# states: of the servers of the targets, which stand in a file, in their order.
states() {
	probe --concurrency 1 --targets targets "$@"
	jq -r 'select(.type == "probe").state' out | paste -sd' '
}

# bats test_tags=later
@test "a target names a private authority, by a file or by its certificates" {
	{
		trusting "$PORT_good"
		trusting "$PORT_good" "$PWD/ca.pem"
		# What is trusted for one target is not for another, also of the same server.
		trusting "$PORT_good"
		trusting "$PORT_good" "$(<ca.pem)"
		trusting "$PORT_good" "$PWD/hidden.pem"
		trusting "$PORT_rootchain" "$PWD/hidden.pem"
		trusting "$PORT_rootchain" "$PWD/ca.pem"
		trusting "$PORT_self" "$PWD/self.pem"
		trusting "$PORT_good" "$(echo 'Our own:'; cat hidden.pem; echo; cat ca.pem)"
	} >targets
	[ "$(states)" = 'broken healthy broken healthy broken healthy broken healthy healthy' ]
	jq -es 'map(select(.type == "step" and .error)) | map(.error) == ["tls.untrusted", "tls.untrusted",
		"tls.untrusted", "tls.self-signed"]' out
	jq -es 'any(.[]; .error == "tls.self-signed" and (.message |
		endswith("; set ca of the server in fleet.yaml(5), or use --cacert")))' out
	# It adds to what is trusted anyway, as tokens may come from public issuers.
	[ "$(states --cacert hidden.pem)" = 'broken healthy broken healthy broken healthy healthy healthy healthy' ]
	# Side by side, with one thread, too; and what expires.
	cp targets some
	for _ in {1..10}; do cat some; done >targets
	probe --concurrency 30 --targets targets
	[ "$(jq -s 'map(select(.state == "healthy")) | length' out)" -eq 50 ]
	trusting "$PORT_good" "$PWD/ca.pem" >targets
	"$BIN/mcp-probe" --check-expiry -f jsonl --targets targets >out || true
	jq -es '.[-1] | .status == "expiring" and (.message | test("not accepted") | not)' out
}

@test "an authority of a target that cannot be used refuses that target" {
	local row
	touch empty.pem
	head -c 100000 /dev/zero | tr '\0' x >large.pem
	sed '3d' ca.pem >broken.pem
	openssl ec -in ca.key -out only.key 2>/dev/null
	while IFS='|' read -r ca why; do
		{ trusting "$PORT_good" "${ca//\\n/$'\n'}"; trusting "$PORT_good" "$PWD/ca.pem"; } >targets
		run -2 "$BIN/mcp-probe" -f jsonl --targets targets
		[ "$(grep -c '"type":"probe"' <<<"$output")" -eq 1 ]
		[[ $output == *"mcp-probe: line 1: $why"* ]] || { echo "$output"; return 1; }
	done <<-END
		nosuch.pem|ca: nosuch.pem: No such file
		$PWD|ca: $PWD: not a regular file
		/dev/zero|ca: /dev/zero: not a regular file
		empty.pem|ca: empty.pem: contains no certificate in PEM
		only.key|ca: only.key: contains no certificate in PEM
		large.pem|ca: large.pem: larger than 64 KiB
		broken.pem|ca: broken.pem: contains a certificate that cannot be read
		-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----|ca: its text: contains a certificate that cannot be read
	END
	{ echo '{"slug":"a","url":"https://localhost/","ca":7}'; trusting "$PORT_good" "$PWD/ca.pem"; } >targets
	run -2 "$BIN/mcp-probe" -f jsonl --targets targets
	[[ $output == *'mcp-probe: line 1: ca: not a string'* ]]
	# Whoever asks by --serve-ssh learns nothing of the files here.
	for ca in "$PWD/ca.pem" "$PWD/nosuch.pem"; do
		trusting "$PORT_good" "$ca" >targets
		SSH_ORIGINAL_COMMAND='mcp-probe --targets - -r eu -f jsonl' run "$BIN/mcp-probe" \
			--serve-ssh -r eu <targets
		[[ $output == *'ca: a certificate is required, not a file of this machine'* ]]
	done
	# Nor has it more of them kept here than anybody needs.
	trusting 1 "$(<ca.pem)" | command jq -c '.url = "http://localhost:1/" |
		range(1002) as $n | .ca = "\($n % 1001)\n" + .ca' >targets
	SSH_ORIGINAL_COMMAND='mcp-probe --targets - -r eu -f jsonl' run "$BIN/mcp-probe" \
		--serve-ssh -r eu <targets
	[[ $output == *'line 1001: ca: its text: more than 1000 different values of ca'* ]]
	[ "$(grep -c '"type":"probe"' <<<"$output")" -eq 1001 ]
	trusting "$PORT_good" "$(<ca.pem)" >targets
	SSH_ORIGINAL_COMMAND='mcp-probe --targets - -r eu -f jsonl' run -0 "$BIN/mcp-probe" \
		--serve-ssh -r eu <targets
	[[ $output == *'"state":"healthy"'* ]]
}

# bats test_tags=later
@test "SSL_CERT_FILE says what is trusted, unless --cacert does" {
	export SSL_CERT_FILE=$PWD/ca.pem
	trusting "$PORT_good" >targets
	trusting "$PORT_rootchain" "$PWD/hidden.pem" >>targets
	[ "$(states)" = 'healthy healthy' ]
	[ "$(states --cacert hidden.pem)" = 'broken healthy' ]
	probe "https://localhost:$PORT_good/json"
	jq -es '.[8].state == "healthy"' out
	SSL_CERT_FILE=$PWD/nosuch.pem run -2 "$BIN/mcp-probe" "https://localhost:$PORT_good/json"
	[[ $output == "mcp-probe: SSL_CERT_FILE: $PWD/nosuch.pem: No such file"* ]]
	SSL_CERT_FILE='' probe "https://localhost:$PORT_good/json"
	jq -es '.[1].error == "tls.untrusted"' out
}

# bats test_tags=later
@test "an authority that cannot be read is a usage error" {
	run "$BIN/mcp-probe" --cacert nosuch.pem "https://localhost:$PORT_good/mcp"
	[ "$status" -eq 2 ]
	[[ "$output" == "mcp-probe: nosuch.pem: "* ]]
	echo rubbish >rubbish.pem
	run "$BIN/mcp-probe" -f jsonl --cacert rubbish.pem "https://localhost:$PORT_good/mcp"
	[ "$status" -eq 3 ]
}
