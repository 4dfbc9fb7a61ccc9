# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# For tests of mcp-probe against the scripted server (tests/fixture/server.mjs): it
# runs for the whole file, at HOST, and each test has a private folder.

load "${BASH_SOURCE[0]%/*}/lib"

setup_file() {
	start scripted
}

# fixture VARIABLE FILE ARGS…: starts a server of tests/fixture for the file, in its
# folder; it prints its port, which is then in VARIABLE.
fixture() {
	mkfifo "$1.port"
	node "$ROOT/tests/fixture/$2" "${@:3}" >"$1.port" 2>"$1.log" 3>&- &
	echo $! >>pids
	read -r -t 60 "$1" <"$1.port"
	export "${1?}"
}

teardown_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	[[ ! -e pids ]] || xargs kill <pids
	stop_all
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	umask 077
	# shellcheck disable=SC2034 # for the tests
	HOST=${URL%/mcp}
}
