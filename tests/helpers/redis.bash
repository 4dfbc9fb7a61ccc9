# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# A Redis of a file's own, or of a test's, on a Unix socket.

# For a file without functions of its own for these: one for all its tests.
setup_file() {
	redis_start "$BATS_FILE_TMPDIR/redis"
}

teardown_file() {
	redis_stop
}

# redis_start DIR [ARGS…]: returns once it takes connections; MCP_STORE names
# it, and REDIS_PID is its process.
redis_start() {
	local dir=$1 line
	shift
	mkdir -p "$dir"
	rm -f "$dir/ready"
	mkfifo "$dir/ready"
	# Opened for both, and so without waiting: a signal can interrupt an open that
	# waits, and the program may have gone when it is tried again.
	exec {both}<>"$dir/ready"
	redis-server --port 0 --unixsocket "$dir/sock" --dir "$dir" --save '' \
		--appendonly yes --maxmemory-policy noeviction "$@" \
		>&"$both" 2>&1 3>&- {both}>&- &
	export REDIS_PID=$! MCP_STORE=unix://$dir/sock REDIS_SOCK=$dir/sock
	exec {ready}<"$dir/ready" {both}>&-
	while read -r -t 60 -u "$ready" line; do
		[[ $line == *"eady to accept connections"* ]] && break
	done
	# What it says from now on is read by nobody, and must not stop it.
	cat <&"$ready" >>"$dir/log" 3>&- &
	exec {ready}<&-
	[[ $line == *"eady to accept"* ]]
}

# redis_stop: the process is gone when this returns.
redis_stop() {
	kill "$REDIS_PID" && wait "$REDIS_PID" || true
}

redis() {
	redis-cli -s "$REDIS_SOCK" "$@"
}

# redis_dump: all keys and values, sorted, without those that hold the time, and what
# rows of hours say of records that did not stay: like their lives, it depends on the
# order in which probes came.
redis_dump() {
	redis -e eval "
		local out = {}
		local keys = redis.call('keys', '*')
		table.sort(keys)
		for _, key in ipairs(keys) do
			local kind = redis.call('type', key).ok
			local flat = {}
			if key == 'fleet:heartbeats' or key == 'fleet:tests' then
				kind = ''
			elseif kind == 'string' then
				flat[1] = redis.call('get', key)
				local row = flat[1]
				while key:find('^probe:[^:]+:%d%d%d%d%d%d:') and #row > 180 and
						row:byte(-3) % 64 >= 60 do
					row = row:sub(1, -4)
				end
				flat[1] = row
			elseif kind == 'set' then
				flat = redis.call('smembers', key)
				table.sort(flat)
			elseif kind == 'list' then
				flat = redis.call('lrange', key, 0, -1)
			elseif kind == 'hash' then
				local all = redis.call('hgetall', key)
				for i = 1, #all, 2 do
					flat[#flat + 1] = all[i] .. '=' .. all[i + 1]
				end
				table.sort(flat)
			else
				error(kind)
			end
			if kind ~= '' then
				out[#out + 1] = '== ' .. key .. ' ' .. kind
			end
			for _, value in ipairs(flat) do
				out[#out + 1] = value
			end
		end
		return out" 0
}
