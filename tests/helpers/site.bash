# shellcheck shell=bash
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
