# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034 # variables are for tests
# For tests of regions that are functions or workers, beside helpers/fleet.

# worker_files: in the folder of a file, the certificate of a worker, and an mcp-probe
# that may connect to this machine, as there is no public server here: the real one,
# without --deny-private.
worker_files() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-keyout key.pem -out cert.pem -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost 2>/dev/null
	cat key.pem cert.pem >both.pem
	mkdir near
	cat >near/mcp-probe <<-EOT
	#!/bin/bash
	for arg; do
		shift
		[ "\$arg" = --deny-private ] || set -- "\$@" "\$arg"
	done
	exec "$BIN/mcp-probe" "\$@"
	EOT
	chmod +x near/mcp-probe
}

# worker FOLDER [MORE]: the web server of a container, with TLS, and with the mcp-probe
# of this folder; its address is in WORKER. MORE is put in its configuration.
worker() {
	mkdir -p there/credentials there/tmp there/empty
	for _ in {1..20}; do
		PORT=$(free_port)
		sed -e "s|/usr/local/bin/mcp-worker|$ROOT/scripts/deploy/worker/mcp-worker|" \
			-e "s|/usr/local/bin:|$1:|; s|/run/credentials|$PWD/there/credentials|" \
			-e "s|/var/empty|$PWD/there/empty|; s|^server.port.*|server.port = $PORT|" \
			-e 's|"mod_cgi", |&"mod_openssl", "mod_redirect", |' \
			"$ROOT/scripts/deploy/worker/lighttpd.conf" >lighttpd.conf
		printf '%s\n' 'server.bind = "127.0.0.1"' 'ssl.engine = "enable"' \
			"ssl.pemfile = \"$BATS_FILE_TMPDIR/both.pem\"" "server.pid-file = \"$PWD/lighttpd.pid\"" \
			"server.errorlog = \"$PWD/lighttpd.log\"" \
			"setenv.add-environment = (\"TMPDIR\" => \"$PWD/there/tmp\")" "${2-}" >>lighttpd.conf
		! env -u MARK MCP_REGION="${REGION-edge-1}" MCP_WORKER_TOKEN_SHA256="$DIGEST" \
			lighttpd -f lighttpd.conf 2>lighttpd.err 3>&- || break
	done
	WORKER=https://localhost:$PORT/probe
}

# lambda_build: in the folder of a file, the function, as it is uploaded: built, and
# unpacked.
lambda_build() {
	"$ROOT/scripts/deploy/lambda/build" -p "$BIN/mcp-probe" function.zip
	mkdir function
	(cd function && unzip -q ../function.zip)
}

# lambda_setup: in the folder of a test, with aws(1).
lambda_setup() {
	mkdir -p bin
	ln -s "$ROOT/tests/fixture/aws" bin/aws
	PATH=$PWD/bin:$PATH FUNCTION=$BATS_FILE_TMPDIR/function
	export AWS_CALLS=$PWD/calls AWS_REGION=us-east-1
}

# lambda [FOLDER]: the service, which has the function in this folder.
lambda() {
	rm -f address
	mkfifo address
	env -u MARK node "$ROOT/tests/fixture/lambda.mjs" "${1:-$FUNCTION}" mcp-probe "$PWD/wrong" \
		>address 2>>lambda.err 3>&- &
	LAMBDA=$!
	read -r -t 60 AWS_ENDPOINT_URL <address
	export AWS_ENDPOINT_URL
}

lambda_stop() {
	[[ ! ${LAMBDA-} ]] || kill "$LAMBDA" 2>/dev/null || true
	LAMBDA=''
}
