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

# What each line is: "S", probe and number of a step; "P", probe, whether it
# is broken and when it ended, of a summary; "R" and clock of a runner record;
# "?" for all that is no record. An offset is ours to measure, no runner's to
# say.
kinds='
	($targets | INDEX(.slug)) as $asked |
	def name: type == "string" and test("^[A-Za-z0-9._-]{1,64}$");
	def kind($text): try fromjson catch null |
		if type != "object" or .v != 1 or .region != $region or
			($text | test("[\\x00-\\x08\\x0a-\\x1f]")) then "?"
		elif .type == "runner" then
			if has("offset_s") then "?" else "R \(.at | numbers // "?")" end
		elif (.probe_id | name | not) or (.slug | type != "string") or
			$asked[.slug] == null then "?"
		elif .type == "step" then "S \(.probe_id) \(.n | numbers // "?")"
		elif .type == "probe" then "P \(.probe_id) \(.state == "broken") \(
			try (.probe_started_at + .total_ms / 1000) catch 0)"
		else "?" end;
	inputs | if test("[^ \t\r]") then kind(.) else "" end'

# The records of whole probes, and of the runner itself. What was counted goes
# to the file counts.
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
	NR == FNR {
		kind[NR] = $0; split($0, k, " ")
		if (k[1] == "R" && clock == "" && k[2] + 0) clock = k[2] + 0
		if (k[1] == "P" && k[4] + 0 > end) end = k[4] + 0
		next
	}
	off == "" && clock != "" { measure() }
	{ split(kind[FNR], k, " ") }
	length($0) > 1048575 { k[1] = "?" }
	k[1] == "?" { junk++ }
	k[1] == "R" {
		if (off != "") sub(/}[ \t\r]*$/, ",\"offset_s\":" off "}")
		print
	}
	k[1] == "S" {
		if (k[3] != n + 1 || (n && k[2] != id)) drop()
		if (k[3] != n + 1) { dropped++; next }
		id = k[2]; n++; text = text $0 "\n"
	}
	k[1] == "P" && (n != 8 || k[2] != id) { drop(); dropped++; next }
	k[1] == "P" {
		print text $0
		probes++; broken += k[3] == "true"; n = 0; text = ""
	}
	END {
		drop()
		print probes + 0, broken + 0, junk + 0, dropped + 0,
			off == "" ? "null" : off, sprintf("%.1f", sure) >counts
	}'

# What the runner printed, as records; no more of it than it could have to say.
sift() {
	head -n $((9 * n + 100)) "$dir/out" | cut -b -1048576 |
		tr '\000' '\001' >"$dir/lines"
	jq -nrR --arg region "$name" --slurpfile targets "$dir/targets" \
		"$kinds" "$dir/lines" >"$dir/kinds"
	awk -v counts="$dir/counts" -v from="$started" -v to="$ended" "$whole" \
		"$dir/kinds" "$dir/lines" >"$dir/records"
	read -r probes broken junk dropped offset wrong <"$dir/counts"
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

# conclude STATUS: what became of the runner that ended so.
conclude() {
	local status=$1 missing=$((n - probes))
	((!dropped)) ||
		say "$name: $dropped lines of probes that are not whole are dropped"
	if ((status == 124 || (status == 137 && SECONDS - began >= bound))); then
		record timeout "no end after $bound s, $missing of $n probes are missing"
	elif (($(stat -c %s "$dir/out") >= output_max * 1024)); then
		record garbled "more than $((output_max >> 10)) MiB of output"
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
	local status=0 probes broken junk dropped offset=null wrong started ended left n
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
		select($all or if $half != "" then $interval < 60 else
			($minute + (.slug | explode | add)) %
			([$interval / 60 | ceil, 1] | max) == 0 end)' \
		"$dir/all" >"$dir/targets"
	n=$(wc -l <"$dir/targets")
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
		sift
		conclude "$status"
	fi
}
