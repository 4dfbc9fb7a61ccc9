#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: nothing that a server hands us leads into a private network: neither over
# a connection that another target opened, nor by way of a proxy of our own,
# however the address is written and whatever a name server says the next time.
# The network is one of our own, where 11.0.0.1 is the loopback's other address.

load ../../helpers/lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	unshare -rmn true 2>/dev/null || skip "no network of our own to be had here"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem \
		-out cert.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
	export -f probe records without fixture handed toward refused denied
	export BIN WRONG ROOT
}

# fixture NAME FILE ARGS…: its port is then in the variable NAME.
fixture() {
	mkfifo "$1.port"
	node "$ROOT/tests/fixture/$2" "${@:3}" >"$1.port" 3>&- &
	echo $! >>pids
	read -r -t 60 "$1" <"$1.port"
	export "${1?}"
}

# inside FUNCTION: it runs there, with two servers, one of them inside, and a
# name server.
inside() {
	export -f "${1?}"
	cat >inside <<-'EOT'
		set -eo pipefail
		ip link set lo up
		ip address add 11.0.0.1/32 dev lo
		echo "nameserver 127.0.0.1" >resolv.conf
		echo "hosts: files dns" >nsswitch.conf
		mount --bind resolv.conf /etc/resolv.conf
		mount --bind nsswitch.conf /etc/nsswitch.conf
		trap 'xargs kill <pids' EXIT
		fixture DNS dns.mjs
		fixture PUBLIC server.mjs public.log 11.0.0.1
		fixture PRIVATE server.mjs private.log
		fixture TLS tls.mjs key.pem cert.pem "$PRIVATE" '{"h2":true}'
		"$1"
	EOT
	unshare -rmn bash inside "$@"
}

# toward URL [redirect]: the path of a wall whose challenge names that URL; or of a
# redirect to it.
toward() {
	echo "${2-wall}-toward/$(jq -rn --arg url "$1" '$url | @uri')"
}

# handed URL ARGS…: a public server hands it over; step 4 fails.
handed() {
	probe -t 10s "${@:2}" "http://11.0.0.1:${PORT-$PUBLIC}/$(toward "$1")"
	records out && jq -es '.[8].error == "oauth.metadata"' out >/dev/null ||
		{ echo "$1"; cat out err; return 1; }
}

# refused URL WORDS: that is said of it, and no proxy hears of it.
refused() {
	handed "$1"
	jq -es --arg words "$2" '.[3].message | contains($words)' out >/dev/null ||
		{ echo "$1"; cat out; return 1; }
	if grep -v " http://11.0.0.1\|socks.* 11.0.0.1 ${PORT-none}$" way.log; then
		echo "$1"
		return 1
	fi
}

denied() {
	while read -r host; do
		refused "https://$host" "not a public internet address"
	done <<-EOT
		127.0.0.1:$TLS/d
		localhost:$TLS/d
		[::1]:$TLS/d
		10.0.0.1/
		169.254.169.254/latest/meta-data
		2130706433:$TLS/
		0x7f.1:$TLS/
		017700000001:$TLS/
		0:$TLS/
		[::ffff:127.0.0.1]:$TLS/
		[64:ff9b::a9fe:a9fe]/
		[2002:7f00:1::]/
		[fd00:ec2::254]/
		127-0-0-1.test:$TLS/d
		10-1-2-3.test/
		100-64-0-1.test/
		v6.test/
	EOT
	refused https://gone.test/ "gone.test, which does not resolve here"
}

@test "a connection to the inside that another target opened is not lent" {
	lent() {
		local inner
		for inner in "http://127.0.0.1:$PRIVATE" "https://localhost:$TLS"; do
			: >private.log
			cat >targets <<-EOT
				{"slug":"inner","url":"$inner/json"}
				{"slug":"outer","url":"http://11.0.0.1:$PUBLIC/$(toward "$inner/secret")"}
			EOT
			probe -v --cacert cert.pem --concurrency 1 --targets targets
			jq -es '(.[] | select(.slug == "inner" and .state).state) == "healthy"' out
			grep -q '"path":"/json"' private.log
			if grep '"path":"/secret"' private.log; then
				cat err
				return 1
			fi
			jq -es '.[] | select(.slug == "outer" and .n == 4) | .error == "oauth.metadata" and
				(.message | contains("is not a public internet address"))' out
			grep -q '^outer: \* .* is not a public internet address' err
		done
	}
	inside lent
}

@test "a public server is asked for its own documents, and a private one for all" {
	asked() {
		fixture PROXY proxy.mjs way.log
		export http_proxy=http://127.0.0.1:$PROXY
		probe "http://11.0.0.1:$PUBLIC/wall-none"
		jq -es '.[8].state == "auth-walled" and
			.[3].message == "the server publishes no OAuth metadata"' out
		grep -q "GET http://11.0.0.1:$PUBLIC/.well-known/oauth-protected-resource" way.log
		probe "http://127.0.0.1:$PRIVATE/wall"
		jq -es '.[8].state == "auth-walled" and .[3].status == "pass"' out
		grep -q "GET http://127.0.0.1:$PRIVATE/.well-known/oauth-protected-resource" way.log
	}
	inside asked
}

@test "a proxy on a private address leads nobody inside" {
	by_proxy() {
		fixture PROXY proxy.mjs way.log
		export all_proxy=http://127.0.0.1:$PROXY
		denied
		# The list of the operator is no way round.
		handed https://10-1-2-3.test/ --connect-to "10-1-2-3.test::11.0.0.1:"
		refused https://hangs.test/ "does not resolve here"
		handed "https://11-0-0-1.test:$TLS/d" --connect-to "11-0-0-1.test::127.0.0.1:"
		grep -q "^CONNECT 11-0-0-1.test:$TLS\$" way.log
	}
	inside by_proxy
}

@test "a SOCKS proxy gets the very address that was judged" {
	by_socks() {
		local way
		export all_proxy
		fixture SOCKS socks.mjs way.log
		export PORT=$PRIVATE
		for way in socks4 socks4a socks5 socks5h; do
			all_proxy=$way://127.0.0.1:$SOCKS
			: >way.log
			refused "https://localhost:$TLS/d" "not a public internet address"
			grep -qE "^socks[45][ah]? 11.0.0.1 $PRIVATE\$" way.log
			# What it leads to the next time is another matter.
			handed "https://11-0-0-1--127-0-0-1.$way.test:$TLS/d"
			grep -qE "^socks[45][ah]? 11.0.0.1 $TLS\$" way.log || { cat way.log out; return 1; }
			without -v '^socks[45][ah]? 11.0.0.1 ' way.log
		done
		: >way.log
		denied
	}
	inside by_socks
}

@test "a target that strangers chose reaches nothing inside; its neighbour does" {
	chosen() {
		cat >targets <<-EOT
			{"slug":"own","url":"http://127.0.0.1:$PRIVATE/json"}
			{"slug":"named","url":"http://127-0-0-1.test:$PRIVATE/json","deny_private":true}
			{"slug":"mapped","url":"http://[::ffff:10.0.0.1]:$PRIVATE/json","deny_private":true}
			{"slug":"ten","url":"http://10-0-0-1.test:$PRIVATE/json","deny_private":true}
			{"slug":"v6","url":"http://v6.test:$PRIVATE/json","deny_private":true}
			{"slug":"https","url":"https://localhost:$TLS/json","deny_private":true}
			{"slug":"moved","url":"http://11.0.0.1:$PUBLIC/$(toward "http://127.0.0.1:$PRIVATE/secret" redirect)","deny_private":true}
			{"slug":"handed","url":"http://11.0.0.1:$PUBLIC/$(toward "http://127.0.0.1:$PRIVATE/secret")","deny_private":true}
			{"slug":"public","url":"http://11-0-0-1.test:$PUBLIC/json","deny_private":true}
			{"slug":"theirs","url":"http://localhost:$PRIVATE/json","deny_private":false}
		EOT
		fixture PROXY proxy.mjs way.log
		for all_proxy in '' "http://127.0.0.1:$PROXY"; do
			export all_proxy
			: >private.log
			: >way.log
			# One after the other, so that connections can be lent.
			probe --cacert cert.pem --concurrency 1 --targets targets
			jq -es 'map(select(.n == 2 and .error == "tcp.denied").slug) ==
				["named", "mapped", "ten", "v6", "https"]' out
			jq -es 'map(select(.state == "healthy").slug) == ["own", "public", "theirs"]' out
			jq -es '.[] | select(.slug == "moved" and .n == 3) | .error == "http.redirect"' out
			jq -es '.[] | select(.slug == "handed" and .n == 4) | .error == "oauth.metadata" and
				(.message | contains("is not a public internet address"))' out
			if grep -v '"path":"/json"' private.log; then
				return 1
			fi
			# No proxy goes there for a target that has the setting.
			if grep -v "://127.0.0.1:$PRIVATE\|://localhost:$PRIVATE" way.log; then
				return 1
			fi
		done
		[ -s way.log ]
		probe --check-expiry --targets targets
		jq -es '.[] | select(.slug == "https") | .message |
			contains("not a public internet address")' out || { cat out; return 1; }
	}
	inside chosen
}

@test "a target's name is judged at each connection, not once" {
	again() {
		local slug
		cat >targets <<-EOT
			{"slug":"turns","url":"http://11-0-0-1--127-0-0-1.test:$PUBLIC/json","deny_private":true}
		EOT
		for slug in first second; do
			probe -t 5s --targets targets
			mv out "$slug"
		done
		jq -es '.[-1].state == "healthy"' first
		jq -es '.[-1].error == "tcp.denied"' second
	}
	inside again
}
