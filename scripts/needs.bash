# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Checks that the system has all that the scripts need: bash 4.4, and GNU tools,
# whose options those of busybox and BSD lack. Each caller has a function die STATUS TEXT.

# need_gnu: ends the program unless this is bash 4.4 or later with GNU tools. One tool
# stands for its whole package.
need_gnu() {
	local tool package
	((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)) ||
		die 3 "bash $BASH_VERSION is too old: version 4.4 is needed"
	for tool in date:coreutils find:findutils grep:grep flock:util-linux; do
		package=${tool#*:} tool=${tool%:*}
		"$tool" --version >/dev/null 2>&1 ||
			die 3 "$tool: not installed, or not the one of GNU/Linux; install $package"
	done
}

# realtime: the time in seconds, to the microsecond. bash has it from version 5.0 on.
realtime() {
	echo "${EPOCHREALTIME:-$(date +%s.%6N)}"
}

# epoch: the time in whole seconds.
epoch() {
	printf '%(%s)T\n' -1
}
