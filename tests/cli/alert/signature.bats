#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
# Goal: what mcp-routes(5) shows of how to check a signature works as it stands
# there, and takes nothing else.

bats_require_minimum_version 1.5.0
load ../../helpers/lib
load ../../helpers/redis
load ../../helpers/alert

setup_file() {
	redis_start "$BATS_FILE_TMPDIR/redis"
	cd "$BATS_FILE_TMPDIR" || return 1
	example 'minutes; in Python:' >ours.py
	echo 'import sys
sys.exit(not is_ours(sys.argv[1].encode(), sys.argv[2], sys.stdin.buffer.read()))' >>ours.py
}

# example LINE: the code of the page below that line.
example() {
	awk -v line="$1" '$0 == line { found = 1 } /^\.Ed/ { found = 0 } found && shown
		/^\.Bd/ { shown = found } /^\.Ed/ { shown = 0 }' "$ROOT/man/mcp-routes.5" |
		grep -v '^\.Bd' | sed 's/\\e/\\/g'
}

# event: the body of an event, and the field that came with it, as a receiver
# sees them.
# shellcheck disable=SC2094 # the shell reads, the server writes
event() {
	mkfifo port
	node -e 'const fs = require("fs"), server = require("http").createServer((req, res) => {
		fs.writeFileSync("field", req.headers["x-mcp-signature"]);
		req.pipe(fs.createWriteStream("body")).on("finish", () => res.end());
	}).listen(0, "127.0.0.1", () => console.log(server.address().port));' >port 3>&- &
	pids+=($!)
	read -r -t 60 port <port
	routes "{name: ops, type: webhook, url: \"http://127.0.0.1:$port/\", secret: hook}"
	verdict 0 eu,us initialize | alert 0
	cmp <(tr -d '\n' <out) body
}

# checks WANT SECRET FIELD BODY: what the code of the page says.
checks() {
	local status=0
	(cd "$BATS_FILE_TMPDIR" && python3 ours.py "$2" "$3") <"$4" || status=$?
	((status ? 1 : 0)) && status=1
	[ "$status" = "$1" ] || { echo "$3: $status"; return 1; }
}

# signed TIME: a field with a good signature of that time.
signed() {
	echo "t=$1,v1=$({ printf '%s.' "$1"; cat body; } |
		openssl dgst -sha256 -hmac 'a canary' -r | cut -d' ' -f1)"
}

@test "what came from us is ours" {
	event
	checks 0 'a canary' "$(<field)" "$PWD/body"
	now=$(date +%s)
	checks 0 'a canary' "$(signed $((now - 250)))" "$PWD/body"
}

@test "what was changed, signed by another, or is old, is not" {
	event
	{ cat body; echo; } >changed
	checks 1 'a canary' "$(<field)" "$PWD/changed"
	checks 1 'another' "$(<field)" "$PWD/body"
	now=$(date +%s)
	checks 1 'a canary' "$(signed $((now - 400)))" "$PWD/body"
	checks 1 'a canary' "$(signed $((now + 400)))" "$PWD/body"
	for field in '' 't=' 'v1=' "t=$now" "t=$now,v1=" "t=a[\$(touch$IFS$PWD/ran)],v1=00" \
		"t=-1,v1=00" "t=$now,v1=$(printf '0%.0s' {1..64})"; do
		checks 1 'a canary' "$field" "$PWD/body" 2>/dev/null
	done
	[ ! -e ran ]
}
