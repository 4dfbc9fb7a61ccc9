# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Where rounds run: reads the pieces in an inbox outside the fleet's store, and removes
# them once their records are stored; see inbox_at.bash. It does what "mcp-aggregate
# inbox" does with the inbox in the store, and is a separate program, so that everything
# it starts ends with it.
#
#   inbox_take.bash take URL CREDENTIAL REGION FOLDER WAIT MEMORY [TARGETS]
#   inbox_take.bash clear URL CREDENTIAL REGION FOLDER MEMORY
#
# take copies pieces into the folder, and prints a line for each, oldest first: the name
# of the file, and the two seconds between which the clock of the region is ahead of this
# one: "- -" if it does not say that, "! !" if it is not what the region stored. The file
# look in the folder has what doctor says of the inbox. MEMORY is a file with the names
# of pieces that were stored, or empty.
set -euo pipefail
export LC_ALL=C
umask 077
ulimit -c 0

take_max=64         # pieces at a time, the newest
young=300           # seconds for which a piece that is not whole is read again
memory_max=4000     # names
publish_again=600   # seconds after which the same targets are written again

# shellcheck source=scripts/inbox_at.bash
source "$(dirname -- "${BASH_SOURCE[0]}")/inbox_at.bash"

# in_memory NAME: whether this piece was stored before.
in_memory() {
	[[ $memory && -f $memory ]] && grep -qF -- "$1 " "$memory"
}

# publish FILE: lets the region read these targets, if they are others than before, or
# the store may have forgotten them.
publish() {
	local digest told='' at=0
	digest=$(digest_of "$1")
	[[ ! $memory || ! -f $memory.targets ]] || read -r told at <"$memory.targets" || :
	[[ $told != "$digest" ]] || (($(epoch) - at >= publish_again)) || return 0
	gzip -nc -- "$1" >"$work/targets"
	(($(stat -c %s "$work/targets") <= piece_max)) ||
		{ fails "the targets are too large for it"; return; }
	inbox_put targets "$work/targets" || return
	[[ ! $memory ]] || echo "$digest $(epoch)" >"$memory.targets" || :
}

# look: writes the names of pieces to the file new, oldest first, and counts the rest.
look() {
	local name now
	now=$(epoch)
	inbox_list >"$work/names" || return
	: >"$work/new"
	: >"$work/again"
	others=0 refused=0 newest=0
	while IFS= read -r name; do
		if [[ ! $name =~ $piece_name ]]; then
			[[ $name == targets ]] || others=$((others + 1))
		elif ((BASH_REMATCH[1] > now + 3600)); then
			refused=$((refused + 1))
			echo "$name" >>"$folder/refused"
		else
			((BASH_REMATCH[1] <= newest)) || newest=${BASH_REMATCH[1]}
			if in_memory "$name"; then
				echo "$name" >>"$work/again"
			else
				echo "$name" >>"$work/new"
			fi
		fi
	done < <(sort -u "$work/names")
	tail -n "$take_max" "$work/new" >"$work/few"
	mv -- "$work/few" "$work/new"
}

# await: looks until a piece of this round is there, or time is over.
await() {
	local until=$((SECONDS + wait)) from left
	from=$(($(epoch) / 60 * 60 - lag))
	while :; do
		look || return
		if [[ -s $work/new ]] && (($(tail -n 1 "$work/new" | cut -d . -f 1) >= from)); then
			return
		fi
		left=$((until - SECONDS))
		# A look has its price.
		((left >= look_every)) || return 0
		sleep "$look_every"
	done
}

# odd_since NAME: when a piece was first seen that is not what the region stored; where
# no memory says so, its minute.
odd_since() {
	local at=${1%%.*}
	if [[ $memory ]]; then
		at=$(sed -n "s/^$1 //p" "$memory.odd" 2>/dev/null | head -n 1)
		at=${at:-$(epoch)}
		echo "$1 $at" >>"$work/odd"
	fi
	echo "$at"
}

# read_one NAME: copies a piece into the folder, and says how it is. 2: the store failed.
read_one() {
	local name=$1 status=0 ahead
	inbox_get "$name" "$work/piece" || status=$?
	((status != 1)) || return 0
	((!status)) || return 2
	if [[ $(digest_of "$work/piece") != "${name##*.}" ]]; then
		# The rest may still come: a replica or a cache can lag.
		(($(epoch) - $(odd_since "$name") > young)) || return 0
		refused=$((refused + 1))
		: >"$folder/$name"
		echo "$name ! !"
		return
	fi
	{ gzip -dc <"$work/piece" || :; } 2>/dev/null | head -c $((raw_max + 1)) >"$folder/$name"
	(($(stat -c %s "$folder/$name") <= raw_max)) || : >"$folder/$name"
	ahead=$(head -n 1 "$folder/$name" | head -c 512 | jq -r --arg region "$region" \
		--argjson low "${low:-null}" --argjson high "${high:-null}" '
		select(.v == 1 and .type == "deposit" and .region == $region) | .ahead_s |
		select(length == 2 and all(.[]; type == "number" and fabs < 1e9) and
			.[0] <= .[1] and $low) | "\(.[0] - $high) \(.[1] - $low)"' 2>/dev/null) || ahead=''
	[[ $ahead ]] || refused=$((refused + 1))
	echo "$name ${ahead:-- -}"
}

take() {
	local name status=0 unpublished=''
	# A store that takes nothing may still have pieces.
	[[ ! ${1-} ]] || publish "$1" || unpublished=$(why)
	await || status=$?
	if ((!status)); then
		while IFS= read -r name; do
			read_one "$name" || { status=$?; break; }
		done <"$work/new"
	fi
	# The store of a slow one has not the next piece yet.
	[[ -s $work/new ]] || ((newest < $(epoch) - 60 - lag || !lag)) || : >"$folder/quiet"
	jq -cn --argjson newest "$newest" --argjson refused "$refused" \
		--argjson others "$others" --argjson waiting "$(grep -c . "$work/new" || :)" \
		--arg ahead "${low:+$low $high}" '{$newest, $refused, $others, $waiting, $ahead}' \
		>"$folder/look"
	((!status)) || give_up 3 "$(why)"
	[[ ! $unpublished ]] || echo "its targets are not published: $unpublished" >&2
	[[ ! $memory ]] || mv -f -- "$work/odd" "$memory.odd" || :
	# What was stored before is still there.
	! $drops || [[ ! -s $work/again ]] || ! $clears || {
		mapfile -t old < <(head -n "$take_max" "$work/again")
		inbox_drop "${old[@]}" || :
	}
}

clear() {
	local file names=()
	for file in "$folder"/1*.*.*; do
		[[ ! ${file##*/} =~ $piece_name ]] || names+=("${file##*/}")
	done
	[[ ! -f $folder/refused ]] || mapfile -t -O "${#names[@]}" names < \
		<(head -n "$take_max" "$folder/refused")
	((${#names[@]})) || return 0
	if [[ $memory ]]; then
		{ printf "%s $(epoch)\n" "${names[@]}"; cat -- "$memory" 2>/dev/null || :; } |
			head -n "$memory_max" >"$work/memory"
		! cp -- "$work/memory" "$memory.new" || mv -f -- "$memory.new" "$memory" || :
	fi
	! $drops || inbox_drop "${names[@]}" || give_up 3 "not removed from it: $(why)"
}

verb=$1 folder=$5 newest=0 refused=0 others=0 low='' high='' clears=false old=()
open_inbox "$2" "$3" "$4"
: >"$work/new"
: >"$work/again"
: >"$work/odd"
case $verb in
take)
	wait=$6 memory=$7
	[[ ! ${8-} ]] || clears=true
	take "${8-}" ;;
clear)
	memory=$6
	clear ;;
esac
