# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# For tests of what is around mcp-serve: a server in each state, and mcp-serve as a
# CGI or behind a real web server.

load "${BASH_SOURCE[0]%/*}/lib"
load "${BASH_SOURCE[0]%/*}/redis"
load "${BASH_SOURCE[0]%/*}/publish"

TOKEN=s3cret-canary

# servers AS_OF: one server in each state, and a private one; the fleet runs.
servers() {
	local hash
	AS_OF=$1
	hash=$(printf %s "$TOKEN" | sha256sum)
	redis flushall >/dev/null
	know example-mcp '.title = "Example <MCP>"'
	publish example-mcp green
	know partly
	publish partly amber '.p95_ms = null'
	know broken
	publish broken red
	know waiting
	know old
	publish old green '.window -= 600'
	know veiled '.private = true | .token_sha256 = "'"${hash%% *}"'"'
	publish veiled red
	redis hset fleet:heartbeats ingest $((AS_OF + 40)) \
		verdict $((AS_OF + 45)) >/dev/null
	redis sadd fleet:undelivered broken '*' >/dev/null
}

# example NAME: a file of scripts/deploy, with the paths and ports of a test: it
# listens at $PORT, and finds the program and its sockets in $PWD.
example() {
	sed "s|/usr/local/bin/mcp-serve|$BIN/mcp-serve|g
		s|/usr/local/bin/mcp-alert|$BIN/mcp-alert|g
		s|/etc/mcp-fleet/|$PWD/|g
		s|/run/mcp-serve.sock|$PWD/serve.sock|g
		s|/run/fcgiwrap.socket|$PWD/wrap.sock|g
		s|unix:///run/redis/redis.sock|$MCP_STORE|g
		s|/var/cache/mcp-serve|$PWD/cache|g
		s|/var/www/mcp|$PWD/www|g
		s|/var/log/apache2|$PWD|g
		s|127.0.0.1:8080|127.0.0.1:$PORT|g
		s|8080|$PORT|g" "$ROOT/scripts/deploy/$1"
}

# nginx_head: how the configuration of an nginx of a test begins, up to what stands in
# its http block.
nginx_head() {
	cat <<-END
		worker_processes 1;
		pid $PWD/nginx.pid;
		error_log $PWD/nginx.log;
		events {}
		http {
		include /etc/nginx/mime.types;
		access_log $PWD/access.log;
		client_body_temp_path $PWD/body;
		proxy_temp_path $PWD/proxy;
		fastcgi_temp_path $PWD/fastcgi;
		scgi_temp_path $PWD/scgi;
		uwsgi_temp_path $PWD/uwsgi;
	END
}

# lighttpd_conf WAY PORT: it starts workers of its own, at another socket.
lighttpd_conf() {
	cat <<-END
		server.document-root = "$PWD/empty"
		server.bind = "127.0.0.1"
		server.port = $2
		server.pid-file = "$PWD/$1.pid"
		server.errorlog = "$PWD/$1.log"
	END
	echo "accesslog.filename = \"$PWD/access.log\""
	example "lighttpd-$1.conf" | sed 's|serve\.sock|lighty.sock|'
}

# apache_conf WAY: it listens at $PORT; its files are in the folder SITE, or that of the
# file of tests.
apache_conf() {
	printf 'LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n' \
		mpm_event mpm_event authz_core authz_core alias alias \
		env env cgid cgid proxy proxy proxy_fcgi proxy_fcgi \
		deflate deflate filter filter setenvif setenvif reqtimeout reqtimeout
	printf '%s\n' "ServerRoot $PWD" 'ServerName localhost' "ErrorLog $PWD/log" \
		"Listen 127.0.0.1:$PORT" "DefaultRuntimeDir $PWD" "PidFile $BATS_FILE_TMPDIR/apache-$1.pid" \
		"ScriptSock $PWD/cgid.sock" 'User #1000' 'Group #1000'
	(cd "${SITE:-$BATS_FILE_TMPDIR}" && example "apache-$1.conf")
}

# not_root COMMAND…: Apache runs as nobody else, and not as root, who here is called 1000.
not_root() {
	if [ "$(id -u)" = 0 ]; then
		unshare --user --map-user=1000 --map-group=1000 "$@"
	else
		"$@"
	fi
}
