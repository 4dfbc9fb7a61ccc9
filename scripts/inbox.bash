# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Collects the records of a region that probes by itself from its inbox in the store:
# see mcp-fleet(7). They are read like the output of a runner.
# shellcheck disable=SC2034,SC2154 # variables of mcp-fleet and region.bash

# take_inbox: waits for the region to leave something, and reads it piece by piece.
# Records stay in the inbox until they are stored.
take_inbox() {
	local file low high started='' ended='' since taken=0
	local wait=$((bound - (SECONDS - began) - grace))
	local -a take=(mcp-aggregate inbox "$dir/inbox")
	rm -rf -- "$dir/inbox"
	mkdir -- "$dir/inbox"
	# A doctor or a dry run stores nothing, and can wait for a whole minute.
	$dry || [[ $ask_for ]] || take+=("$dir/targets")
	[[ ! $ask_for ]] || wait=65
	wait=$((wait > 0 ? wait : 1))
	bounded "$((wait + stage_max))" "${take[@]}" -c "$config" "${store[@]}" \
		-r "$name" --wait "${wait}s" >"$dir/pieces" 2>"$dir/err" || status=$?
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
		record exit "its inbox cannot be read: exit status $status"
	elif ((!taken)); then
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
	if [[ $low == - ]]; then
		record garbled "what is in its inbox does not say how its clock is"
		return
	fi
	sed 1d -- "$1" >"$dir/out"
	begin_sift
	end_sift || sifted=$?
	# The targets of its minute are not known here.
	n=$probes
	report_runner 0 "$sifted"
}

# clear_inbox: removes the stored pieces from the inbox.
clear_inbox() {
	local status=0
	[[ -d $scratch/$name/inbox ]] || return 0
	timeout -k "$grace" "$stage_max" mcp-aggregate inbox clear \
		"$scratch/$name/inbox" -c "$config" "${store[@]}" -r "$name" \
		2>"$scratch/said" || status=$?
	relay "$me: $name: " "$scratch/said"
	note_status "$status"
}
