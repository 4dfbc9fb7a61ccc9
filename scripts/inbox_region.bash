# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# A region that probes by itself, and leaves its records in an inbox outside the fleet's
# store; "mcp-fleet init --region" makes the folder in which it runs: see mcp-inbox(7).
#
#   inbox_region.bash FOLDER [-v]
#
# -v says what it did.
#
# It reads the targets that rounds publish, probes those that are due, and stores the
# records in pieces of whole probes. A piece stays in FOLDER/spool until the store has
# confirmed it: so a store that is away, and a power cut, lose nothing but what is older
# than spool_max pieces.
set -euo pipefail
export LC_ALL=C
umask 077
ulimit -c 0

spool_max=64      # pieces
probe_max=45      # seconds
run_max=55        # seconds until what is left waits for the next run
targets_max=86400 # seconds for which old targets are used, if the store is away
# shellcheck disable=SC2034 # for the file of a store
work=''

# shellcheck source=scripts/inbox_at.bash
source "$(dirname -- "${BASH_SOURCE[0]}")/inbox_at.bash"

die() {
	give_up "$@"
}

# read_targets: writes the targets that the region has to the file targets; those of the
# last run if the store does not answer.
read_targets() {
	local status=0
	inbox_get targets "$work/fetched" || status=$?
	((status != 1)) || echo 'not there; a round publishes them' >"$work/why"
	if ((status == 0)) && gzip -dc <"$work/fetched" 2>/dev/null |
		head -c $((answer_max * 2 - 1)) >"$work/targets" &&
		jq -es 'all(.[]; .v == 1 and .type == "target")' "$work/targets" >/dev/null 2>&1; then
		cp -- "$work/fetched" "$spool/targets.new"
		mv -- "$spool/targets.new" "$spool/targets"
	elif [[ -f $spool/targets ]] &&
		(($(epoch) - $(stat -c %Y "$spool/targets") < targets_max)); then
		echo "$region: its targets cannot be read, and are those of the last run:$(:
			) $( ((status)) && why || echo 'not whole')" >&2
		gzip -dc <"$spool/targets" >"$work/targets"
	else
		give_up 3 "$region: its targets cannot be read: $( ((status)) && why || echo 'not whole')"
	fi
}

# due: of the targets, those of this minute, as target_is_due of mcp-aggregate has it;
# canaries, with any other.
due() {
	jq -c --argjson minute "$((minute / 60))" 'select((.slug | not) or
		((.interval // 60) / 60 | ceil) as $n |
		(($minute % $n) + (.slug | explode | add)) % $n == 0)' "$work/targets" >"$work/due"
	grep -q '"slug":' "$work/due" || : >"$work/due"
}

# cut: cuts the records on standard input into files of whole probes, each with room for
# a line in front.
cut_records() {
	awk -v most=$((piece_raw - 1024)) -v name="$work/cut." '
		function add(text) {
			if (!files || size + length(text) > most) {
				if (files) close(file)
				file = name sprintf("%02x", files++)
				size = 0
			}
			size += length(text)
			printf "%s", text >file
		}
		files > 255 { exit }
		/^\{"v":1,"type":"runner",/ { add($0 "\n"); next }
		{ text = text $0 "\n" }
		/^\{"v":1,"type":"probe",/ {
			add(text)
			text = ""
		}'
}

# keep: puts the files into the spool, still without a line in front.
keep() {
	local file number=0 name
	for file in "$work"/cut.*; do
		[[ -e $file ]] || continue
		gzip -nc -- "$file" >"$spool/new"
		# What another run of this minute left is there, too.
		while printf -v name '%s.%02x' "$minute" "$number" &&
			compgen -G "$spool/$name.*" >/dev/null; do
			number=$((number + 1))
		done
		((number < 256)) || break
		mv -- "$spool/new" "$spool/$name.raw"
	done
}

# front: as soon as it is known how our clock is, pieces get their line in front, and so
# their name.
front() {
	local file name
	[[ $low ]] || return 0
	for file in "$spool"/1*.raw; do
		[[ -e $file ]] || continue
		name=$(basename -- "$file" .raw)
		{
			printf '{"v":1,"type":"deposit","region":"%s","at":%s,"ahead_s":[%s,%s]}\n' \
				"$region" "$(realtime)" "$low" "$high"
			gzip -dc <"$file"
		} | gzip -nc >"$spool/new"
		if (($(stat -c %s "$spool/new") > piece_max)); then
			echo "$region: a piece is too large for its inbox: records are lost" >&2
			failed=3
		else
			mv -- "$spool/new" "$spool/$name.$(digest_of "$spool/new")"
		fi
		rm -f -- "$file"
	done
}

# leave: stores the pieces, the newest first: verdicts wait for these.
leave() {
	local files=() i
	mapfile -t files < <(find "$spool" -maxdepth 1 -type f -name '1*.*' | sort -r)
	for ((i = spool_max; i < ${#files[@]}; i++)); do
		rm -f -- "${files[i]}"
		failed=3
	done
	((${#files[@]} <= spool_max)) ||
		echo "$region: its inbox takes no records, and its spool is full: the oldest are lost" >&2
	for ((i = 0; i < ${#files[@]} && i < spool_max; i++)); do
		[[ ${files[i]##*/} =~ $piece_name ]] || continue
		((SECONDS < run_max)) || break
		if ! inbox_put "${files[i]##*/}" "${files[i]}"; then
			echo "$region: its inbox does not take records: $(why); they wait in $spool" >&2
			failed=3
			break
		fi
		rm -f -- "${files[i]}"
		stored=$((stored + 1))
	done
}

# setting KEY: its value in region.conf.
setting() {
	sed -n "s/^$1 *= *//p" "$home/region.conf" | tail -n 1
}

need_gnu
home=$(realpath -- "${1:?usage: inbox_region.bash FOLDER [-v]}")
failed=0 stored=0 low='' high=''
spool=$home/spool
for tool in mcp-probe curl jq; do
	type -P "$tool" >/dev/null || give_up 3 "$tool: not installed"
done
mkdir -p -- "$spool"
exec {lock}>>"$spool/lock"
flock -n "$lock" || give_up 3 "$(setting region): its previous run has not ended"
minute=$(($(epoch) / 60 * 60))
open_inbox "$(setting inbox)" "$home/credential" "$(setting region)"
export MCP_CREDENTIALS=${MCP_CREDENTIALS:-$home/credentials}
read_targets
due
if [[ -s $work/due ]]; then
	# Exit status 1 says that a server is broken.
	timeout -k 2 "$probe_max" mcp-probe --targets - -r "$region" -f jsonl \
		--concurrency 1000 <"$work/due" >"$work/records" {lock}>&- || failed=$?
	((failed != 1)) || failed=0
	cut_records <"$work/records"
	keep
fi
front
leave
[[ ${2-} != -v ]] || echo "$region: $(wc -l <"$work/due") of $(
	wc -l <"$work/targets") servers are due in this minute; pieces stored in the inbox: $stored"
exit "$failed"
