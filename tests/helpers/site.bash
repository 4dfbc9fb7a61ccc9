# shellcheck shell=bash
# For tests of what is around the read API: servers in a Redis, judged just now,
# and the API as a CGI or on a port of a real web server.

load "${BASH_SOURCE[0]%/*}/lib"
load "${BASH_SOURCE[0]%/*}/redis"
load "${BASH_SOURCE[0]%/*}/publish"

TOKEN=s3cret-canary

# servers AS_OF: one server in each state, and private ones; the fleet runs.
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

# get PATH [NAME=VALUE…]: what the program, called as a CGI, answers: CODE, and
# the files fields and body; what it tells its operator is in err.
get() {
	local query=
	[[ $1 == *\?* ]] && query=${1#*\?}
	env REQUEST_METHOD=GET GATEWAY_INTERFACE=CGI/1.1 REQUEST_URI="$1" \
		QUERY_STRING="$query" "${@:2}" "$BIN/mcp-serve" --now "$NOW" \
		>out 2>err
	sed '/^\r$/q' out >fields
	tail -c "+$(($(wc -c <fields) + 1))" out >body
	CODE=$(sed -n '1s/^Status: \([0-9]*\) .*/\1/p' fields)
}

# says NAME: the value of a field of the answer.
says() {
	sed -n "s/^$1: \(.*\)\r\$/\1/p" fields
}

# example NAME: a file of scripts/deploy, with the paths and ports of a test: it
# listens at $PORT, and finds the program and its sockets in $PWD.
example() {
	sed "s|/usr/local/bin/mcp-serve|$BIN/mcp-serve|g
		s|/run/mcp-serve.sock|$PWD/serve.sock|g
		s|/run/fcgiwrap.socket|$PWD/wrap.sock|g
		s|unix:///run/redis/redis.sock|$MCP_STORE|g
		s|/var/cache/mcp-serve|$PWD/cache|g
		s|/var/www/mcp|$PWD/www|g
		s|127.0.0.1:8080|127.0.0.1:$PORT|g
		s|8080|$PORT|g" "$ROOT/scripts/deploy/$1"
}
