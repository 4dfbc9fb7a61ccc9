#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: the proxy that the environment names is used, as curl would; and when it
# is the proxy that fails, nothing is said about the server.

load ../../helpers/scripted

# proxy NAME [MOOD]: its port is then in the variable NAME. "socks NAME [MOOD]".
proxy() {
	mkfifo "$1.port"
	node "$ROOT/tests/fixture/${KIND:-proxy}.mjs" "$BATS_FILE_TMPDIR/$1.log" "${@:2}" \
		>"$1.port" 3>&- &
	echo $! >>pids
	: >"$1.log"
	read -r -t 60 "$1" <"$1.port"
	export "${1?}"
}

socks() {
	KIND=socks proxy "$@"
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	start scripted
	export BEHIND=${URL##*:}
	BEHIND=${BEHIND%%/*}
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem \
		-out cert.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
	fixture TLS tls.mjs key.pem cert.pem "$BEHIND"
	proxy GOOD
	proxy ASKS 407
	proxy FORBIDS 403
	proxy FAILS 503
	proxy HANGS hang
	socks SOCKS
	socks GUARDED me:s3cret-canary
	socks RULED 2
	socks UNREACHED 5
	socks SILENT hang
	export CLOSED
	CLOSED=$(free_port)
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return 1
	: >GOOD.log
	: >SOCKS.log
	HTTP=http://127.0.0.1:$BEHIND/json HTTPS=https://localhost:$TLS/json
}

# via VARIABLE=VALUE… URL [ARGS…]: a probe with these variables.
via() {
	local set=()
	while [[ $1 == *_*=* ]]; do
		set+=("$1")
		shift
	done
	status=0
	env "${set[@]}" timeout 600 "$BIN/mcp-probe" -f jsonl --cacert cert.pem "$@" \
		>out 2>err || status=$?
}

@test "the proxy is used for the scheme that it is named for" {
	while read -r used set; do
		: >GOOD.log
		# shellcheck disable=SC2086
		via $set
		[ "$status" -eq 0 ] || { echo "$set: $status"; cat err; return 1; }
		records out
		[[ $(head -n 1 GOOD.log) == "$used"* && ($used != none || ! -s GOOD.log) ]] ||
			{ echo "$set: $(cat GOOD.log)"; return 1; }
	done < <(sed "s|@P|http://127.0.0.1:$GOOD|; s|@HTTPS|$HTTPS|; s|@HTTP|$HTTP|" <<-'EOT'
		POST http_proxy=@P @HTTP
		CONNECT https_proxy=@P @HTTPS
		CONNECT HTTPS_PROXY=@P @HTTPS
		POST all_proxy=@P @HTTP
		CONNECT ALL_PROXY=@P @HTTPS
		CONNECT https_proxy=@P no_proxy=example.com,host @HTTPS
	EOT
	)
	while read -r -a set; do
		: >GOOD.log
		via "${set[@]}"
		[ "$status" -eq 0 ]
		[ ! -s GOOD.log ] || { echo "${set[*]}"; cat GOOD.log; return 1; }
	done <<-EOT
		HTTP_PROXY=http://127.0.0.1:$GOOD $HTTP
		https_proxy=http://127.0.0.1:$GOOD $HTTP
		http_proxy=http://127.0.0.1:$GOOD $HTTPS
		http_proxy=http://127.0.0.1:$GOOD no_proxy=127.0.0.1 $HTTP
		http_proxy=http://127.0.0.1:$GOOD no_proxy=10.0.0.0/8,127.0.0.0/8 $HTTP
		https_proxy=http://127.0.0.1:$GOOD NO_PROXY=* $HTTPS
		https_proxy=http://127.0.0.1:$GOOD no_proxy=example.com,localhost $HTTPS
		http_proxy=http://192.0.2.1:1 $HTTP
	EOT
}

@test "behind a proxy the first steps are about the proxy" {
	via "https_proxy=http://localhost:$GOOD" "$HTTPS" -v
	[ "$status" -eq 0 ]
	jq -es --argjson port "$GOOD" '.[1].detail.port == $port and .[1].status == "pass"' out
	grep -q "^> CONNECT localhost:$TLS HTTP/1.1" err
	grep -q "^\* Connected to 127.0.0.1 port $GOOD, the proxy, TLS" err
}

@test "--deny-private uses no proxy" {
	via "https_proxy=http://127.0.0.1:$GOOD" "$HTTPS" --deny-private
	[ "$status" -eq 1 ]
	[ ! -s GOOD.log ]
	jq -es '.[1].error == "tcp.denied"' out
}

@test "a proxy that cannot be used is our own failure" {
	while read -r text set; do
		# shellcheck disable=SC2086
		via $set -t 30s
		[ "$status" -eq 3 ] || { echo "$set: $status"; cat out; return 1; }
		grep -q "^mcp-probe: proxy: .*${text//_/ }.*this says nothing about the server" err ||
			{ cat err; return 1; }
		jq -es 'all(.[]; .status != "fail" and .type != "probe") and
			(last | .type == "runner" and .status == "exit")' out
	done <<-EOT
		cannot_be_used https_proxy=http://127.0.0.1:$CLOSED $HTTPS
		cannot_be_used http_proxy=http://127.0.0.1:$CLOSED $HTTP
		cannot_be_used all_proxy=socks5h://127.0.0.1:$CLOSED $HTTPS
		requires_a_password https_proxy=http://127.0.0.1:$ASKS $HTTPS
		requires_a_password http_proxy=http://127.0.0.1:$ASKS $HTTP
		refuses_the_connection https_proxy=http://127.0.0.1:$FORBIDS $HTTPS
		name_of_this_machine's_proxy_does_not_resolve https_proxy=http://nosuch.invalid $HTTPS
	EOT
}

@test "a proxy that does not reach the server says something about the server" {
	via "https_proxy=http://127.0.0.1:$FAILS" "$HTTPS"
	[ "$status" -eq 1 ]
	records out
	jq -es '.[1] | .error == "proxy" and (.message | contains("status 503"))' out
	via "https_proxy=http://127.0.0.1:$GOOD" "https://localhost:$CLOSED/"
	jq -es '.[1].error == "proxy"' out
	via "https_proxy=http://127.0.0.1:$HANGS" "$HTTPS" -t 1s
	jq -es '.[1] | .error == "proxy" and (.message | contains("did not connect"))' out
	# Through it, what is wrong with the server is named as ever.
	via "https_proxy=http://127.0.0.1:$GOOD" "https://localhost:$BEHIND/"
	jq -es '.[1].error == "tls.not-tls"' out
	via "https_proxy=http://127.0.0.1:$GOOD" "https://127.0.0.1:$TLS/"
	jq -es '.[1].error == "tls.hostname"' out
}

@test "the password of a proxy is nowhere in what is said" {
	for port in "$GOOD" "$ASKS" "$CLOSED"; do
		via "https_proxy=http://me:s3cret-canary@127.0.0.1:$port" "$HTTPS" -v
		without 'canary|bWU6czNjcmV0' out err
	done
	for port in "$GUARDED" "$SOCKS" "$CLOSED"; do
		via "all_proxy=socks5h://me:s3cret-canary@127.0.0.1:$port" "$HTTPS" -v
		without 'canary' out err
	done
}

@test "each kind of SOCKS is spoken, and resolves where it says" {
	while read -r kind line; do
		: >SOCKS.log
		via "all_proxy=$kind://127.0.0.1:$SOCKS" -4 "$HTTPS"
		[ "$status" -eq 0 ] || { echo "$kind"; cat out err; return 1; }
		records out
		jq -es --argjson port "$SOCKS" '.[1].detail.port == $port and .[8].state == "healthy"' out
		[ "$(head -n 1 SOCKS.log)" = "$line $TLS" ] || { cat SOCKS.log; return 1; }
	done <<-EOT
		socks4 socks4 127.0.0.1
		socks4a socks4a localhost
		socks5 socks5 127.0.0.1
		socks5h socks5h localhost
	EOT
	via "http_proxy=socks5h://127.0.0.1:$SOCKS" "$HTTP"
	[ "$status" -eq 0 ]
	via "all_proxy=socks5h://me:s3cret-canary@127.0.0.1:$GUARDED" "$HTTPS"
	[ "$status" -eq 0 ]
}

@test "what goes wrong with SOCKS is told from what is wrong with the server" {
	while read -r text set; do
		# shellcheck disable=SC2086
		via $set -t 10s "$HTTPS"
		[ "$status" -eq 3 ] || { echo "$set: $status"; cat out; return 1; }
		grep -q "^mcp-probe: proxy: .*${text//_/ }.*this says nothing about the server" err ||
			{ cat err; return 1; }
	done <<-EOT
		cannot_be_used all_proxy=socks4://127.0.0.1:$CLOSED
		cannot_be_used all_proxy=socks5h://127.0.0.1:$GUARDED
		cannot_be_used all_proxy=socks5h://me:wrong@127.0.0.1:$GUARDED
		cannot_be_used all_proxy=socks5h://127.0.0.1:$RULED
	EOT
	via "all_proxy=socks5h://127.0.0.1:$UNREACHED" "$HTTPS"
	jq -es '.[1] | .error == "proxy" and (.message | contains("cannot reach the server"))' out
	via "all_proxy=socks5h://127.0.0.1:$SOCKS" "https://localhost:$CLOSED/"
	jq -es '.[1].error == "proxy"' out
	via "all_proxy=socks5h://127.0.0.1:$SILENT" "$HTTPS" -t 1s
	jq -es '.[1] | .error == "proxy" and (.message | contains("did not connect"))' out
}
