#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a server behind a client certificate is open to who holds it, a wall to
# who holds none, and broken to who holds another.

load ../../helpers/scripted

# certificate NAME [CA]: signed by one of our own authorities.
certificate() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA "${2-ca}.pem" -CAkey "${2-ca}.key" \
		-CAcreateserial -days 30 -out "$1.pem" \
		-extfile <(echo subjectAltName=DNS:localhost) 2>/dev/null
}

# before NAME OPTIONS: a TLS server that asks for a certificate, before HOST.
before() {
	mkfifo "$1.port"
	node "$ROOT/tests/fixture/tls.mjs" server.key server.pem "$BEHIND" \
		"$(jq -nc "{ca: \"ca.pem\", $2}")" \
		>"$1.port" 2>"$1.log" 3>&- &
	echo $! >>pids
	read -r -t 60 "PORT_$1" <"$1.port"
	export "PORT_${1?}"
}

# nginx with this ssl_verify_client, at a port of its own.
nginx_before() {
	PORT_nginx=$(python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	export PORT_nginx
	cat >nginx.conf <<-EOF2
		daemon off;
		pid $PWD/nginx.pid;
		error_log stderr;
		events {}
		http {
			access_log off;
			client_body_temp_path $PWD/body;
			proxy_temp_path $PWD/proxy;
			fastcgi_temp_path $PWD/fastcgi;
			uwsgi_temp_path $PWD/uwsgi;
			scgi_temp_path $PWD/scgi;
			server {
				listen 127.0.0.1:$PORT_nginx ssl http2;
				ssl_certificate $PWD/server.pem;
				ssl_certificate_key $PWD/server.key;
				ssl_client_certificate $PWD/ca.pem;
				ssl_verify_client on;
				location / {
					proxy_pass http://127.0.0.1:$BEHIND;
				}
			}
		}
	EOF2
	PATH=$PATH:/usr/sbin nginx -p "$PWD" -c "$PWD/nginx.conf" 2>nginx.log 3>&- &
	echo $! >>pids
	curl -sk --retry 50 --retry-connrefused --retry-delay 1 -o /dev/null "https://127.0.0.1:$PORT_nginx/"
}

setup_file() {
	start scripted
	cd "$BATS_FILE_TMPDIR" || return 1
	umask 077
	BEHIND=${URL%/mcp}
	export BEHIND=${BEHIND##*:}
	for ca in ca stranger-ca; do
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
			-keyout $ca.key -out $ca.pem -subj "/CN=$ca" 2>/dev/null
	done
	certificate server
	certificate mine
	certificate other stranger-ca
	before want12 'requestCert: true, rejectUnauthorized: true, maxVersion: "TLSv1.2"'
	before want13 'requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.3"'
	before may 'requestCert: true, rejectUnauthorized: false'
	before never 'requestCert: false'
	nginx_before
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return 1
	umask 077
}

# at PORT [PATH [CERT [KEY]]]: state, failed step, code and statuses of a probe.
at() {
	printf '%s\n' "origin = https://localhost:$1" "cert = ${3-}.pem" \
		"key = ${4-${3-}}.key" >credential
	probe --cacert ca.pem ${3:+--credential credential} "https://localhost:$1/${2-json}"
	records out
	jq -rs '(last | [.state, .failed_step, .error] | map(. // "-") | join(" ")) + ": " +
		(map(select(.n).status) | join(" "))' out
}

WALL='auth-walled - -: pass pass pass skip skip skip skip skip'
OPEN='healthy - -: pass pass pass skip skip pass skip pass'
REFUSED='broken auth-initialize auth.rejected: pass pass pass skip fail skip skip skip'

@test "without a certificate a server that wants one is a wall" {
	for port in "$PORT_want12" "$PORT_want13" "$PORT_nginx"; do
		[ "$(at "$port")" = "$WALL" ] || { cat out; return 1; }
		jq -es '.[2].message == "asks for a client certificate" and
			.[4].message == "no client certificate is configured"' out
	done
	# One that only likes to see it is none, and one that never asks neither.
	[ "$(at "$PORT_may")" = "$OPEN" ]
	[ "$(at "$PORT_never")" = "$OPEN" ]
	echo token >token
	probe --cacert ca.pem --token-file token "https://localhost:$PORT_want13/json"
	jq -es 'last.state == "auth-walled"' out
}

@test "with its certificate the server is probed" {
	for port in "$PORT_want12" "$PORT_want13" "$PORT_may" "$PORT_nginx"; do
		[ "$(at "$port" json mine)" = "$OPEN" ] || { cat out; return 1; }
		jq -es '.[3].message == "the client certificate was sent from the first connection on"' out
	done
	[ "$(at "$PORT_never" json mine)" = "$OPEN" ]
	jq -es '.[3].message == "open server"' out
	# A target names it, and paths begin at the file's folder.
	mkdir -p folder/keys
	cp mine.pem mine.key folder/keys
	printf '%s\n' "origin = https://localhost:$PORT_want13" \
		'cert = keys/mine.pem' 'key = keys/mine.key' >folder/m
	echo "{\"slug\":\"m\",\"url\":\"https://localhost:$PORT_want13/json\",\"auth\":{\"mode\":\"mtls\",\"credential\":\"m\"}}" >target
	MCP_CREDENTIALS=$PWD/folder probe --cacert ca.pem --targets target
	jq -es 'last.state == "healthy"' out
	# Or the file has both, in any order, behind its lines.
	for pem in 'mine.pem mine.key' 'mine.key mine.pem'; do
		# shellcheck disable=SC2086 # two files
		{ echo "origin = https://localhost:$PORT_want13"; cat $pem; } >folder/m
		MCP_CREDENTIALS=$PWD/folder probe --cacert ca.pem --targets target
		jq -es 'last.state == "healthy"' out
	done
	(cd folder && probe --cacert ../ca.pem --credential m "https://localhost:$PORT_want13/json" &&
		jq -es 'last.state == "healthy"' out)
}

@test "a certificate that is refused is a failed step 5" {
	for port in "$PORT_want12" "$PORT_want13" "$PORT_nginx"; do
		[ "$(at "$port" json other)" = "$REFUSED" ] || { cat out; return 1; }
	done
	# By the server behind it, which wants something else.
	[ "$(at "$PORT_may" wall-none mine)" = "$REFUSED" ]
	[ "$(at "$PORT_never" wall-none mine)" = "$WALL" ]
	# It is not shown to another origin.
	printf '%s\n' 'origin = https://mcp.example.com' 'cert = mine.pem' 'key = mine.key' >elsewhere
	probe --cacert ca.pem --credential "$PWD/elsewhere" "https://localhost:$PORT_want13/json"
	jq -es 'last | .failed_step == "auth-initialize" and .error == "auth.wrong-origin"' out
}

@test "a certificate and key that do not fit, or that others can read, are refused" {
	refused() {
		probe --cacert ca.pem --credential "$2" "https://localhost:$PORT_want13/json"
		[ "$status" -eq 2 ]
		[ ! -s out ]
		grep -qF "$1" err || { cat err; return 1; }
	}
	made() {
		printf '%s\n' "origin = https://localhost:$PORT_want13" \
			"cert = $1" "key = $2" >made
	}
	openssl pkey -in mine.key -aes128 -passout pass:s3cret -out locked.key
	cp mine.key open.key
	chmod 644 open.key
	made mine.pem other.key
	refused 'its key belongs to another certificate' "$PWD/made"
	made mine.pem missing.key
	refused 'its key: No such file or directory' "$PWD/made"
	made mine.pem open.key
	refused 'its key: others can read it; chmod 600 it' "$PWD/made"
	made mine.pem locked.key
	refused 'its key is not an unencrypted key in PEM' "$PWD/made"
	made mine.pem mine.pem
	refused 'its key is not an unencrypted key in PEM' "$PWD/made"
	made mine.key mine.key
	refused 'its cert is not a certificate in PEM' "$PWD/made"
	made "$PWD/missing.pem" mine.key
	refused 'its cert is not a certificate in PEM' "$PWD/made"
	# Of what is in the file itself.
	within() {
		{ echo "origin = https://localhost:$PORT_want13"; cat "$@"; } >made
	}
	within mine.pem
	refused 'its key is not an unencrypted key in PEM' "$PWD/made"
	within mine.key
	refused 'its cert is not a certificate in PEM' "$PWD/made"
	within mine.pem other.key
	refused 'its key belongs to another certificate' "$PWD/made"
	within mine.pem locked.key
	refused 'its key is not an unencrypted key in PEM' "$PWD/made"
	within <(echo cert = mine.pem) mine.pem mine.key
	refused 'give cert and key, or a certificate in the file itself, not both' "$PWD/made"
	within <(echo token = s3cret) mine.pem mine.key
	refused 'exactly one of' "$PWD/made"
	within mine.pem mine.key
	chmod 644 made
	refused 'others can read it; chmod 600 it' "$PWD/made"
}
