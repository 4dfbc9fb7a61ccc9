# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# An inbox in a folder, such as one that NFS or sshfs shares: file:///DIR. See
# inbox_at.bash.
# shellcheck disable=SC2034,SC2154 # variables of inbox_at.bash

inbox_open() {
	[[ $inbox =~ ^/[A-Za-z0-9._/@+,=:~-]*$ && /$inbox/ != */../* ]] ||
		give_up 2 'file: a path that needs no quotes is required'
	place=$inbox/$region look_every=1
}

# A reader sees the whole file, or none.
inbox_put() {
	local new before
	before=$(realtime)
	{ mkdir -p -- "$place" && new=$(mktemp -- "$place/.new.XXXXXX"); } \
		2>"$work/why" || return 2
	if cat -- "$2" >"$new" && chmod 644 -- "$new" && sync -- "$new" &&
		note_clock "$before" "$(realtime)" "@$(stat -c %.9Y -- "$new")" 0 &&
		mv -f -- "$new" "$place/$1"; then
		return
	fi 2>"$work/why"
	rm -f -- "$new"
	return 2
}

# file_clock: notes the clock of the machine that keeps the files.
file_clock() {
	local now new
	now=$(realtime)
	[[ -d $inbox ]] || { fails "$inbox: not a folder"; return; }
	mkdir -p -- "$place" 2>"$work/why" || return 2
	new=$(mktemp -- "$place/.new.XXXXXX" 2>"$work/why") || return 2
	note_clock "$now" "$(realtime)" "@$(stat -c %.9Y -- "$new")" 0
	rm -f -- "$new"
}

inbox_list() {
	file_clock || return
	find "$place" -maxdepth 1 -type f -printf '%f\n' 2>"$work/why" |
		head -n $((pages_max * 1000))
	# What was killed while it wrote.
	find "$place" -maxdepth 1 -type f -name '.new.??????' -mmin +60 -delete 2>/dev/null
}

inbox_get() {
	[[ $1 != targets ]] || file_clock || return
	if [[ ! -f $place/$1 ]]; then
		[[ -d $inbox ]] && return 1
		fails "$inbox: not a folder"
		return
	fi
	head -c $((piece_max + 1)) -- "$place/$1" >"$2" 2>"$work/why" || return 2
}

inbox_drop() {
	local name
	for name; do
		rm -f -- "$place/$name" 2>"$work/why" || return 2
	done
}
