# shellcheck shell=bash
# What mcp-fleet does for one region, in a subshell of its own: see mcp-fleet(1).
# shellcheck disable=SC2016 # programs of jq and awk
# shellcheck disable=SC2154 # the settings and the round are those of mcp-fleet

# bounded SECONDS COMMAND…: runs in a process group of its own, of which
# nothing is left.
bounded() {
	local status=0
	timeout -k "$grace" "$@" <&0 &
	child=$!
	wait "$child" 2>/dev/null || status=$?
	# The signal ended the wait, but not yet the child.
	if [[ $stopped ]]; then
		wait "$child" 2>/dev/null || :
	fi
	kill -KILL -- "-$child" 2>/dev/null || :
	child=
	return "$status"
}

# What each line is, and after a tab what jq(1) read of it, written anew, so that
# all who come after us read the same: "S", slug and probe, and number of a step;
# "P", slug and probe, whether it is broken and when it ended, of a summary; "R"
# and clock of a runner record; "?" for all that is no record. An offset is ours
# to measure, no runner's to say.
kinds='
	($targets | map(select(.slug)) | INDEX(.slug)) as $asked |
	def name: type == "string" and test("\\A[A-Za-z0-9._-]{1,64}\\z");
	def key: "\(.slug)/\(.probe_id)";
	def kind: if type != "object" or .v != 1 or .region != $region then "?"
		elif .type == "runner" then
			if has("offset_s") then "?" else "R \(.at | numbers // "?")" end
		elif (.probe_id | name | not) or (.slug | type != "string") or
			$asked[.slug] == null then "?"
		elif .type == "step" then "S \(key) \(.n | numbers // "?")"
		elif .type == "probe" then "P \(key) \(.state == "broken") \(
			try (.probe_started_at + .total_ms / 1000) catch 0)"
		else "?" end;
	inputs | (length >= 1048576) as $cut | select($cut or test("[^ \t\r]")) |
	if $cut or test("[\\x00-\\x08\\x0a-\\x1f]") then "?" else
		(try fromjson catch null) | kind as $kind |
		if $kind == "?" then $kind else "\($kind)\t\(tojson)" end end'

# The records of whole probes, one of each server, and of the runner itself, which
# has two at the most. What was counted goes to the file counts.
#
# The runner began its batch after we started it, and its last probe ended
# before it did: its clock is ahead of ours by no more than the first tells, and
# by no less than the second.
whole='
	function drop() { dropped += n; n = 0; text = "" }
	function measure() {
		last = end >= clock && end - clock <= to - from ? end : clock
		off = sprintf("[%.3f,%.3f]", last - to, clock - from)
		sure = last - to > 1 ? last - to : clock - from < -1 ? clock - from : 0
	}
	{ split($1, k, " ") }
	k[1] == "R" && (length($2) > 4096 || runners == 2) { k[1] = "?" }
	k[1] == "?" { junk++ }
	k[1] == "R" {
		runner[++runners] = $2
		if (clock == "" && k[2] > 0 && k[2] < 1e11) clock = k[2] + 0
	}
	k[1] == "S" {
		if (k[3] != n + 1 || (n && k[2] != id)) drop()
		if (k[3] != n + 1 || length(text) + length($2) > 65535) {
			dropped++; next
		}
		id = k[2]; n++; text = text $2 "\n"
	}
	k[1] == "P" {
		split(k[2], key, "/")
		if (n != 8 || k[2] != id || key[1] in seen || length($2) > 1048575 ||
			written + length(text) + length($2) > most) {
			drop(); dropped++; next
		}
		seen[key[1]]
		if (k[4] > end && k[4] < 1e11) end = k[4] + 0
		print text $2
		written += length(text) + length($2) + 1
		probes++; broken += k[3] == "true"; n = 0; text = ""
	}
	END {
		drop()
		if (clock != "") measure()
		for (i = 1; i <= runners; i++) {
			if (off != "") sub(/}$/, ",\"offset_s\":" off "}", runner[i])
			print runner[i]
		}
		print probes + 0, broken + 0, junk + 0, dropped + 0,
			off == "" ? "null" : off, sprintf("%.1f", sure) >counts
	}'

# sift: what the runner printed, as records; no more of it than it could have to
# say, and than can be read in sift_max. What was read is used, and no half of it.
sift() {
	local status=0
	: >"$dir/counts"
	head -n $((9 * n + 100)) "$dir/out" | cut -b -1048576 |
		tr '\000' '\001' >"$dir/lines"
	timeout -k "$grace" "$sift_max" jq -nrR --arg region "$name" \
		--slurpfile targets "$dir/targets" "$kinds" "$dir/lines" |
		timeout -k "$grace" $((2 * sift_max)) awk -F '\t' -v counts="$dir/counts" \
			-v from="$started" -v to="$ended" -v most=$((output_max << 9)) \
			"$whole" >"$dir/records" || status=$?
	if [[ -s $dir/counts ]]; then
		read -r probes broken junk dropped offset wrong <"$dir/counts"
	else
		: >"$dir/records"
	fi
	return "$status"
}

# record STATUS MESSAGE: why the region could not report.
record() {
	jq -cR --arg region "$name" --arg status "$1" --arg version "$version" \
		--argjson offset "$offset" '
		{v: 1, type: "runner", $region, at: now, $status, $version,
			message: .} + if $offset then {offset_s: $offset} else {} end' \
		<<<"$2" >>"$dir/records"
	say "$name: $1: $2"
}

# conclude STATUS SIFTED: what became of the runner that ended so, and of what it
# printed.
conclude() {
	local status=$1 sifted=$2 missing=$((n - probes))
	((!dropped)) ||
		say "$name: $dropped lines of probes that are not whole are dropped"
	if ((status == 124 || (status == 137 && SECONDS - began >= bound))); then
		record timeout "no end after $bound s, $missing of $n probes are missing"
	elif (($(stat -c %s "$dir/out") >= output_max * 1024)); then
		record garbled "more than $((output_max >> 10)) MiB of output"
	elif ((sifted)); then
		record garbled "what it printed takes too long to be read"
	elif ((status > 2 || (status && !probes))); then
		record exit "exit status $status$(tail -c 4096 "$dir/err" |
			jq -nrR "$clean"' | last // empty | ": " + .[:300]')"
	elif ((junk)); then
		record garbled "$junk lines that are no records of this region"
	elif ((missing > 0 && !status)); then
		record garbled "$missing of $n probes are missing"
	fi
	[[ $wrong == 0.0 ]] || say "$name: its clock is off by $wrong s"
	! $verbose || say "$name: $probes of $n probed, $broken broken," \
		"in $((SECONDS - began)) s"
}

work() {
	local name=$1 runner=$2 host=$3 dir=$scratch/$1 child='' stopped='' lock
	local status=0 probes=0 broken=0 junk=0 dropped=0 offset=null wrong=0.0
	local started ended left n sifted=0
	local -a command=(mcp-probe)
	trap 'stopped=1; [[ -z $child ]] || kill -TERM "$child" 2>/dev/null || :' TERM
	ulimit -f "$output_max"
	# The runner inherits the lock, so that it is held while that runs.
	if ! $dry; then
		exec {lock}>>"$state/$name${half:+.half}.lock"
		flock -n "$lock" ||
			{ record timeout "its previous run has not ended"; return; }
	fi
	bounded "$bound" mcp-aggregate targets -c "$config" -r "$name" \
		"${store[@]}" >"$dir/all" 2>"$dir/err" || status=$?
	relay "$me: $name: " "$dir/err"
	if ((status)); then
		say "$name: no targets: exit status $status"
		return "$status"
	fi
	# A server is probed in the same minutes from everywhere.
	jq -c --argjson all "$dry" --argjson minute "$minute" --arg half "$half" '
		(.interval // 60) as $interval |
		select($all or (.slug | not) or if $half != "" then $interval < 60 else
			($minute + (.slug | explode | add)) %
			([$interval / 60 | ceil, 1] | max) == 0 end)' \
		"$dir/all" >"$dir/targets"
	# Canaries have no records of their own; without servers they tell nothing.
	n=$(jq -n '[inputs | select(.slug)] | length' "$dir/targets")
	if ((n == 0)) || [[ $stopped ]]; then
		return
	fi

	if [[ $runner == ssh ]]; then
		command=(ssh "${ssh_options[@]}" -Tax -o BatchMode=yes
			-o ConnectTimeout=10 -- "$host" mcp-probe)
	fi
	command+=(--targets - -r "$name" -f jsonl)
	# There is no time for one after the other.
	((n <= 50)) || command+=(--concurrency "$((n < 1000 ? n : 1000))")
	started=$(date +%s.%N)
	left=$((bound - (SECONDS - began)))
	bounded "$((left > 0 ? left : 1))" "${command[@]}" <"$dir/targets" \
		>"$dir/out" 2>"$dir/err" || status=$?
	ended=$(date +%s.%N)
	if [[ ! $stopped ]]; then
		relay "$me: $name: " "$dir/err"
		sift || sifted=$?
		conclude "$status" "$sifted"
	fi
}
