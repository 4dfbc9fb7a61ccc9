# shellcheck shell=bash
# For tests of mcp-probe against the scripted server (tests/fixture/server.mjs): it
# runs for the whole file, at HOST, and each test has a private folder.

load "${BASH_SOURCE[0]%/*}/lib"

setup_file() {
	start scripted
}

teardown_file() {
	stop_all
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	umask 077
	# shellcheck disable=SC2034 # for the tests
	HOST=${URL%/mcp}
}
