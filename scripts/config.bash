# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Finds the default configuration, for mcp-fleet and mcp-rotate; see mcp-fleet(1),
# FILES. A configuration names commands to run, so one in the current folder is used
# only if nobody else can have written it.
# shellcheck disable=SC2034 # config is for those

# find_config: sets config to the first that exists.
find_config() {
	local try
	for try in fleet.yaml /etc/mcp-fleet/fleet.yaml; do
		[[ -e $try || -L $try ]] || continue
		[[ $try == /* ]] || is_trusted "$try"
		config=$try
		return
	done
	die 2 'no configuration: neither --config nor MCP_CONFIG names one, and there is' \
		'neither ./fleet.yaml nor /etc/mcp-fleet/fleet.yaml'
}

# is_trusted FILE: ends the program if another user than root or us owns the file or can
# write it. A link has an owner, too.
is_trusted() {
	local owner mode named='name it with --config to use it all the same'
	for owner in "$(stat -c %u -- "$1")" "$(stat -Lc %u -- "$1" 2>/dev/null)"; do
		[[ ! $owner || $owner == 0 || $owner == "$EUID" ]] ||
			die 2 "./$1: belongs to another user; $named"
	done
	mode=$(stat -Lc %a -- "$1" 2>/dev/null) || return 0
	! ((8#$mode & 8#22)) ||
		die 2 "./$1: others may write to it; $named, or: chmod go-w $1"
}
