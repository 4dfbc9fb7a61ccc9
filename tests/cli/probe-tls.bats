#!/usr/bin/env bats
# Goal: step 2 passes for a good certificate, and names what is wrong with each
# bad one.

load ../lib

# certificate NAME SUBJECT-ALT-NAME DAYS: signed by our own authority.
certificate() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key \
		-CAcreateserial -days "$3" -out "$1.pem" \
		-extfile <(echo "subjectAltName=$2") 2>/dev/null
}

# before NAME [OPTIONS]: a TLS server with that certificate before the peer.
before() {
	mkfifo "$1.port"
	node "$ROOT/tests/fixture/tls.mjs" "$1.key" "$1.pem" "$BEHIND" \
		${2:+"$2"} >"$1.port" 2>"$1.log" 3>&- &
	echo $! >>pids
	read -r -t 20 "PORT_$1" <"$1.port"
	export "PORT_${1?}"
}

setup_file() {
	export PEER_DIR=$BATS_FILE_TMPDIR/peers
	mkdir -p "$PEER_DIR"
	cd "$BATS_FILE_TMPDIR" || return 1
	read -r url PEER < <("$ROOT/tests/peers/peer" start ev-new)
	export PEER
	BEHIND=${url##*:}
	export BEHIND=${BEHIND%%/*}
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout ca.key -out ca.pem -subj '/CN=test authority' 2>/dev/null
	certificate good DNS:localhost,IP:127.0.0.1 30
	certificate other DNS:elsewhere.example 30
	certificate old DNS:localhost -1
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout self.key -out self.pem -subj '/CN=localhost' \
		-addext subjectAltName=DNS:localhost 2>/dev/null
	cp good.key tls11.key
	cp good.pem tls11.pem
	before good
	before other
	before old
	before self
	before tls11 '{"minVersion":"TLSv1","maxVersion":"TLSv1.1","ciphers":"ALL:@SECLEVEL=0"}'
}

teardown_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	xargs kill <pids
	"$ROOT/tests/peers/peer" stop "$PEER"
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return 1
}

# step2 ARGUMENTS…: "status error" of step 2.
step2() {
	"$BIN/mcp-probe" -f jsonl "$@" |
		jq -r 'select(.n == 2) | "\(.status) \(.error)"'
}

@test "a good certificate passes, and its end is told" {
	run "$BIN/mcp-probe" -f jsonl --cacert ca.pem \
		"https://localhost:$PORT_good/mcp"
	[ "$status" -eq 0 ]
	end=$(openssl x509 -in good.pem -noout -enddate | cut -d= -f2)
	want=$(date -u -d "$end" +%Y-%m-%dT%H:%M:%SZ)
	jq -se --arg want "$want" '.[0].status == "pass" and .[0].step == "dns"
		and .[1].status == "pass" and .[1].detail.tls == true
		and .[1].detail.version == "TLSv1.3"
		and .[1].detail.not_after == $want
		and .[8].state == "healthy" and .[8].tool_count == 13' <<<"$output"
}

@test "a certificate for an address passes for the address" {
	run "$BIN/mcp-probe" -f jsonl --cacert ca.pem \
		"https://127.0.0.1:$PORT_good/mcp"
	[ "$status" -eq 0 ]
	jq -se '.[0].status == "skip" and .[1].status == "pass"' <<<"$output"
}

@test "what is wrong with a certificate is named" {
	[ "$(step2 "https://localhost:$PORT_good/mcp")" = "fail tls.untrusted" ]
	[ "$(step2 --cacert ca.pem "https://localhost:$PORT_other/mcp")" = "fail tls.hostname" ]
	[ "$(step2 --cacert ca.pem "https://localhost:$PORT_old/mcp")" = "fail tls.expired" ]
	[ "$(step2 --cacert ca.pem "https://localhost:$PORT_self/mcp")" = "fail tls.self-signed" ]
}

@test "a server of TLS 1.1, and one that speaks none, fail the handshake" {
	[ "$(step2 --cacert ca.pem "https://localhost:$PORT_tls11/mcp")" = "fail tls.handshake" ]
	[ "$(step2 --cacert ca.pem "https://localhost:$BEHIND/mcp")" = "fail tls.handshake" ]
}

@test "--deny-private refuses loopback before anything is sent" {
	[ "$(step2 --deny-private --cacert ca.pem "https://localhost:$PORT_good/mcp")" = "fail tcp.denied" ]
	[ "$(step2 --deny-private "http://[::ffff:127.0.0.1]:$BEHIND/mcp")" = "fail tcp.denied" ]
}

@test "an authority that cannot be read is a usage error" {
	run "$BIN/mcp-probe" --cacert nosuch.pem "https://localhost:$PORT_good/mcp"
	[ "$status" -eq 2 ]
	[[ "$output" == "mcp-probe: nosuch.pem: "* ]]
	echo rubbish >rubbish.pem
	run "$BIN/mcp-probe" -f jsonl --cacert rubbish.pem "https://localhost:$PORT_good/mcp"
	[ "$status" -eq 3 ]
}
