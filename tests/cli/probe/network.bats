#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what keeps a connection from being made is named: the name, by a name
# server of our own in a network of our own; then the address.

load ../../helpers/lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export -f probe records rows
	export BIN WRONG ROOT
}

# alone COMMAND…: runs it where the network is but a cable to nowhere, 192.0.2/24,
# and names are asked of dns.mjs.
alone() {
	cat >alone <<-'EOT'
		set -e
		ip link set lo up
		ip link add cable0 type veth peer name cable1
		ip addr add 192.0.2.9/24 dev cable0
		ip link set cable0 up
		ip link set cable1 up
		echo "nameserver 127.0.0.1" >resolv.conf
		echo "options timeout:${TIMEOUT-5} attempts:1" >>resolv.conf
		echo "hosts: files dns" >nsswitch.conf
		mount --bind resolv.conf /etc/resolv.conf
		mount --bind nsswitch.conf /etc/nsswitch.conf
		mkfifo ready
		node "$ROOT/tests/fixture/dns.mjs" >ready 3>&- &
		trap "kill $!" EXIT
		read -r line <ready
		"$@"
	EOT
	unshare -rmn bash alone "$@"
}

own_network() {
	unshare -rmn ip link add cable0 type veth peer name cable1 2>/dev/null ||
		skip "no network of our own to be had here"
}

# rows <ROWS: "URL STEP CODE WORDS OF THE MESSAGE…", each probed. musl has other words for
# two errors of the system.
rows() {
	local url step code text args
	while read -r url step code text; do
		args=()
		if [[ $url == -? ]]; then
			args=("$url")
			read -r url step code text <<<"$step $code $text"
		fi
		probe -t 5s "${args[@]}" "$url"
		records out || return
		jq -es --arg step "$step" --arg code "$code" --arg text "$text" \
			'any(.[]; .step == $step and .error == $code and
			(.message | gsub("Network unreachable"; "Network is unreachable") |
			gsub("Host is unreachable"; "No route to host") | contains($text)))' out >/dev/null ||
			{ echo "$url"; cat out err; return 1; }
	done
}

@test "why a name does not resolve is named" {
	own_network
	cat >table <<-'EOT'
		http://gone.test/ dns dns.nxdomain the name does not exist
		http://bare.test/ dns dns.nxdomain the name has no address
		-6 http://127-0-0-1.test/ dns dns.nxdomain the name has no IPv6 address
		-4 http://v6.test/ dns dns.nxdomain the name has no IPv4 address
		http://fails.test/ dns dns.temporary a name server of the domain fails
		http://refuses.test/ dns dns.temporary fails
		http://hangs.test/ dns dns.timeout within
		http://127-0-0-1.test:1/ tls tcp.refused 127.0.0.1 port 1 refuses
		http://v6.test:1/ tls tcp.refused ::1 port 1 refuses
	EOT
	# musl tells a name without an address from 1.2.4 on, and asks a server that fails or refuses
	# until the time of its resolv.conf is over.
	! grep -q ld-musl "$BIN/mcp-probe" ||
		sed -i -e 's/the name has no .*/the name/' -e '/fails\.test\|refuses\.test/d' table
	alone bash -c 'rows <table' || { cat out; return 1; }
}

@test "a resolver that hangs costs a probe its deadline and no more" {
	own_network
	hung() {
		probe -t 1s http://hangs.test/
		[ "$status" -eq 1 ]
	}
	export -f hung
	# By itself it would wait for half a minute.
	TIMEOUT=30 alone bash -c hung
	jq -es '.[0].error == "dns.timeout" and .[8].total_ms < 15000' out
}

@test "an address that cannot be reached is named" {
	own_network
	cat >table <<-'EOT'
		http://203.0.113.1/ tls tcp.unreachable connect to 203.0.113.1 port 80: Network is unreachable (ENETUNREACH): refused by this machine's routing
		http://[2001:db8::1]:8080/ tls tcp.unreachable connect to 2001:db8::1 port 8080: Network is unreachable (ENETUNREACH): refused by this machine's routing
		http://192.0.2.77/ tls tcp.timeout no answer from 192.0.2.77 port 80
		http://198.51.100.1/ tls tcp.unreachable connect to 198.51.100.1 port 80: Permission denied (EACCES): refused by this machine's routing, or a firewall on it
		http://198.51.100.2/ tls tcp.unreachable connect to 198.51.100.2 port 80: No route to host (EHOSTUNREACH): refused by this machine's routing
		http://255.255.255.255/ tls tcp.unreachable (ENETUNREACH): refused by this machine's routing
	EOT
	alone bash -c 'ip route add prohibit 198.51.100.1
		ip route add unreachable 198.51.100.2; rows <table' || { cat out; return 1; }
}

@test "one address is refused, and another works: nothing has failed" {
	own_network
	cat >both <<-'EOT'
		mkfifo port
		node -e 'const s = require("http").createServer((_, r) => r.writeHead(503).end());
			s.listen(0, "127.0.0.1", () => console.log(s.address().port))' >port 3>&- &
		server=$!
		read -r port <port
		probe -t 5s --resolve "both.test:$port:203.0.113.1,127.0.0.1" "http://both.test:$port/"
		kill "$server"
		jq -es '.[1].step == "tls" and .[1].status == "skip" and
			.[1].detail.address == "127.0.0.1" and .[2].error == "http.503"' out
	EOT
	alone bash -c '. ./both' || { cat out; return 1; }
}

@test "--deny-private sees what a name resolves to" {
	own_network
	denied() {
		for name in 127-0-0-1 169-254-169-254 10-1-2-3 192-168-0-1 100-64-0-1 v6; do
			probe --deny-private "http://$name.test:1/"
			jq -es '(.[0].status == "pass") and .[1].error == "tcp.denied"' out ||
				{ echo "$name"; cat out err; return 1; }
		done
	}
	export -f denied
	alone bash -c denied
}

@test "a host that does not answer is a timeout of TCP" {
	mkfifo port
	node "$ROOT/tests/fixture/no_accept.mjs" >port 3>&- &
	read -r deaf <port
	probe -t 1s "http://127.0.0.1:$deaf/"
	kill $!
	[ "$status" -eq 1 ]
	records out
	jq -es '.[1] | .error == "tcp.timeout" and (.message | contains("no answer from 127.0.0.1"))' out
}

# egress ADDRESS…: what a runner says that connections leave from, where the way
# to the internet begins at each of these.
egress() {
	unshare -rn bash -c 'ip link set lo up
		for address; do
			ip address add "$address" dev lo nodad && ip route add default dev lo src "${address%/*}"
		done
		exec "$BIN/mcp-probe" --targets - -f jsonl' - "$@" \
		<<<'{"slug":"a","url":"http://127.0.0.1:1/"}' | jq -r 'select(.type == "runner").egress'
}

@test "a runner knows the address that it leaves from, where that is a public one" {
	own_network
	[ "$(egress)" = null ]
	[ "$(egress 11.0.0.1/32)" = 11.0.0.1 ]
	[ "$(egress 10.0.0.5/32)" = null ]
	[ "$(egress 10.0.0.5/32 2606:4700::7/128)" = 2606:4700::7 ]
	[ "$(egress 11.0.0.1/32 2606:4700::7/128)" = 11.0.0.1 ]
	[ "$(egress fd00::7/128)" = null ]
	[ "$(egress 169.254.3.4/16)" = null ]
}
