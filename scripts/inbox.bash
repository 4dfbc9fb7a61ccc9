# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Collects the records of a region that probes by itself from its inbox, in the store or
# elsewhere: see mcp-fleet(7) and mcp-inbox(7). They are read like the output of a runner.
# shellcheck disable=SC2034,SC2154 # variables of mcp-fleet and region.bash

# inbox_command VERB ARGUMENT…: sets take to the program for the inbox of region name;
# ARGUMENT… are those of mcp-aggregate. It is quick with an inbox elsewhere if the file
# of names that are stored already can be kept.
inbox_command() {
	local at secret known=${memory:+$memory/$name.inbox}
	IFS=$'\t' read -r at secret < <(jq -r --arg name "$name" '.regions[] |
		select(.name == $name) | [.inbox // "", .credential // ""] | @tsv' "$scratch/config")
	elsewhere=$at
	if [[ ! $at ]]; then
		take=(mcp-aggregate inbox "${@:2}" -c "$config" "${store[@]}" -r "$name")
		return
	fi
	# A doctor looks at all that is there.
	[[ ! $ask_for ]] || known=''
	take=(env TMPDIR="$scratch" bash "$lib/inbox_take.bash" "$1" "$at"
		"${MCP_CREDENTIALS:-${CREDENTIALS_DIRECTORY-}}/$secret" "$name")
	case $1 in
	take) take+=("$2" "$wait" "$known" "${3-}") ;;
	clear) take+=("$3" "$known") ;;
	esac
}

# take_inbox: waits for the region to leave something, and reads it piece by piece.
# Records stay in the inbox until they are stored.
take_inbox() {
	local file low high started='' ended='' since taken=0
	local wait=$((bound - (SECONDS - began) - grace))
	local elsewhere
	local -a take=() published=()
	rm -rf -- "$dir/inbox"
	mkdir -- "$dir/inbox"
	# A doctor or a dry run stores nothing, and can wait for a whole minute.
	$dry || [[ $ask_for ]] || published=("$dir/targets")
	[[ ! $ask_for ]] || wait=65
	wait=$((wait > 0 ? wait : 1))
	inbox_command take "$dir/inbox" "${published[@]}"
	[[ $elsewhere ]] || take+=(--wait "${wait}s")
	bounded "$((wait + stage_max))" "${take[@]}" >"$dir/pieces" 2>"$dir/err" || status=$?
	[[ ! $stopped ]] || return 0
	relay "$me: $name: " "$dir/err"
	: >"$dir/all"
	since=$SECONDS
	while read -r file low high; do
		# Pieces that take longer than the output of another region stay there.
		if ((SECONDS - since > sift_max)); then
			rm -f -- "$dir/inbox/$file"
			continue
		fi
		read_piece "$dir/inbox/$file"
		cat "$dir/records" >>"$dir/all"
		stat -c %s "$dir/all" >"$dir/whole"
		taken=$((taken + 1))
	done <"$dir/pieces"
	mv -- "$dir/all" "$dir/records"
	save_machine
	offset=null
	if ((status)); then
		: >"$dir/out"
		record exit "its inbox cannot be read: exit status $status$(runner_said)"
	elif ((!taken)) && [[ ! -e $dir/inbox/quiet ]]; then
		record timeout "nothing came into its inbox for $wait s"
	fi
}

# early_pieces: writes the pieces of region name that have come so far to the file early;
# false if there are none.
early_pieces() {
	[[ -s $dir/whole ]] || return
	head -c "$(<"$dir/whole")" -- "$dir/all" >"$dir/early"
}

# read_piece FILE: the records of a piece.
read_piece() {
	local n=$n probes=0 broken=0 junk=0 dropped=0 own=- strays='' told sifted=0
	offset=null wrong=0.0 clock=near
	: >"$dir/records"
	if [[ $low == '!' ]]; then
		record garbled "a piece in its inbox was cut or altered, and is not read"
		return
	elif [[ $low == - ]]; then
		record garbled "what is in its inbox does not say how its clock is"
		return
	fi
	sed 1d -- "$1" >"$dir/out"
	begin_sift
	# Pieces that this machine had no time to read stay there.
	end_sift || { sifted=$?; rm -f -- "$1"; }
	# The targets of its minute are not known here.
	n=$probes
	report_runner 0 "$sifted"
}

# clear_inbox: removes the stored pieces from the inbox.
clear_inbox() {
	local status=0 elsewhere
	local -a take=()
	[[ -d $scratch/$name/inbox ]] || return 0
	inbox_command clear clear "$scratch/$name/inbox"
	[[ ! $elsewhere || $(find "$scratch/$name/inbox" -name '[1r]*' -print -quit) ]] ||
		return 0
	timeout -k "$grace" "$stage_max" "${take[@]}" 2>"$scratch/said" || status=$?
	relay "$me: $name: " "$scratch/said"
	note_status "$status"
}
