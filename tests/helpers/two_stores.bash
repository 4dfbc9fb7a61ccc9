# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# For tests of what goes from one store to another: two Redis for the whole file,
# A and B, empty when a test begins. MCP_STORE names A.

load "${BASH_SOURCE[0]%/*}/lib"
load "${BASH_SOURCE[0]%/*}/redis"
load "${BASH_SOURCE[0]%/*}/probes"
load "${BASH_SOURCE[0]%/*}/small_fleet"

setup_file() {
	redis_start "$BATS_FILE_TMPDIR/a" --enable-debug-command local
	export A_SOCK=$REDIS_SOCK A_PID=$REDIS_PID
	redis_start "$BATS_FILE_TMPDIR/b" --enable-debug-command local
	export B_SOCK=$REDIS_SOCK B_PID=$REDIS_PID
}

teardown_file() {
	REDIS_PID=$A_PID redis_stop
	REDIS_PID=$B_PID redis_stop
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$A_SOCK
	export B=unix://$B_SOCK
	a flushall
	b flushall
	# shellcheck disable=SC2034 # for the tests
	END=$(($(date +%s) / 60 * 60 - 60))
}

a() {
	redis-cli -s "$A_SOCK" "$@"
}

b() {
	redis-cli -s "$B_SOCK" "$@"
}

aggregate() {
	"$BIN/mcp-aggregate" "$@"
}

# dumps: what A and B hold, in the files a and b.
dumps() {
	REDIS_SOCK=$A_SOCK redis_dump >a
	REDIS_SOCK=$B_SOCK redis_dump >b
}

# lives SOCK: the keys, and when they expire, epoch ms; -1 for never.
lives() {
	redis-cli -s "$1" eval "local r = {}
		for i, k in ipairs(redis.call('keys', '*')) do
			r[i] = k .. ' ' .. redis.call('pexpiretime', k)
		end return r" 0 | sort
}

# same_lives [BY]: those of B end BY ms before those of A, give or take 3 s, which a
# busy machine may need.
same_lives() {
	join <(lives "$A_SOCK") <(lives "$B_SOCK") | awk -v by="${1:-0}" '
		$2 < 0 || $3 < 0 ? $2 != $3 : ($2 - $3 - by) ^ 2 > 9e6 { print; bad = 1 }
		END { exit bad || !NR }'
}
