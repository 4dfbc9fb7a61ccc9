# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Runs the probes of one region for mcp-fleet, in its own subshell: see mcp-fleet(1).
# shellcheck disable=SC2016 # programs of jq and awk
# shellcheck disable=SC2154 # variables of mcp-fleet

# bounded SECONDS COMMAND…: runs it in a process group of its own, and kills the rest of
# the group afterwards.
bounded() {
	begin_bounded "$@"
	end_bounded
}

# begin_bounded, end_bounded: its two halves; between them its process is child.
begin_bounded() {
	timeout -k "$grace" "$@" <&0 &
	child=$!
}

end_bounded() {
	local status=0
	wait "$child" 2>/dev/null || status=$?
	# The signal ended the wait, but not yet the child.
	if [[ $stopped ]]; then
		wait "$child" 2>/dev/null || :
	fi
	kill -KILL -- "-$child" 2>/dev/null || :
	child=
	return "$status"
}

# Of the lines of mcp-aggregate sift, prints the records of whole probes, one for
# each server, and at most two of the runner itself, with the host key; the egress
# address, or the POP after an @, only where these are compared. Writes what it counted to the file counts.
# The host key of the runner, and when it ended, are read at the end, from LATE.
#
# The runner began its batch after we started it, which bounds from above how far
# its clock is ahead of ours; its last probe ended before the runner did, which
# bounds it from below.
whole='
	function drop() { dropped += n + m; n = m = 0; text = tools = "" }
	function measure() {
		if (low != "") {
			off = "[" low "," high "]"
			sure = low > 1 ? low : high < -1 ? high : 0
			return
		}
		last = end >= clock && end - clock <= to - from ? end : clock
		off = sprintf("[%.3f,%.3f]", last - to, clock - from)
		sure = last - to > 1 ? last - to : clock - from < -1 ? clock - from : 0
	}
	{ split($1, k, " ") }
	k[1] == "R" && (length($2) > 4096 || runners == 2) { k[1] = "?" }
	k[1] == "?" || k[1] == "N" { junk++ }
	k[1] == "O" { own = k[2] }
	k[1] == "F" {
		if (!(k[2] in strays)) stray[++places] = k[2]
		strays[k[2]]++
	}
	k[1] == "R" {
		egress = compared == "true" ? k[3] : "-"
		if (egress == "-") sub(/,"egress":"[0-9a-f.:]*"}$/, "}", $2)
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
	k[1] == "T" {
		if (n != 8 || k[2] != id || length(tools) + length($2) > 1048575) {
			dropped++; next
		}
		m++; tools = tools $2 "\n"
	}
	k[1] == "P" {
		split(k[2], key, "/")
		if (n != 8 || k[2] != id || key[1] in seen || length($2) > 1048575 ||
			written + length(text tools) + length($2) > most) {
			drop(); dropped++; next
		}
		seen[key[1]]
		if (k[4] > end && k[4] < 1e11) end = k[4] + 0
		print text tools $2
		written += length(text tools) + length($2) + 1
		probes += k[3] != "unfinished"; broken += k[3] == "true"
		n = m = 0; text = tools = ""
	}
	END {
		drop()
		if (("head -n 1 \"$LATE\"" | getline line) < 1) exit
		split(line, told, " ")
		host_key = told[1]
		to = told[2] + 0
		if (clock != "" || low != "") measure()
		for (i = 1; i <= runners; i++) {
			if (host_key != "-")
				sub(/}$/, ",\"host_key\":\"" host_key "\"}", runner[i])
			if (off != "") sub(/}$/, ",\"offset_s\":" off "}", runner[i])
			print runner[i]
		}
		print probes + 0, broken + 0, junk + 0, dropped + 0,
			(off == "" ? "null" : off), sprintf("%.1f", sure),
			(egress == "" ? "?" : egress), (own == "" ? "-" : own),
			(sure > clock_max || -sure > clock_max ? "far" : "near") >counts
		for (i = 1; i <= places && i <= 3; i++)
			printf "%s%d lines of region %s", (i > 1 ? ", " : ""),
				strays[stray[i]], stray[i] >counts
		if (places > 3) printf ", and of %d more", places - 3 >counts
	}'

# begin_sift [SECONDS]: turns what the runner prints into records, from here on and, if
# it is a child that has so many seconds left, until it ends. It reads at most as many
# lines as the targets can cause, with those of tools, and for sift_max seconds more;
# whole probes are used. It does not wait for the end of a pipe, which a shared ssh
# connection may keep open.
begin_sift() {
	local -a follow=(${1+-f -s 0.05 --pid="$child"})
	local most=$((sift_max + ${1-0}))
	: >"$dir/counts"
	rm -f -- "$dir/late"
	mkfifo -- "$dir/late"
	# No shell waits for tail: it would keep the locks of this one.
	head -n $((9 * n + 100 + (tools_max << 10) / 256)) \
		< <(exec tail -c +1 "${follow[@]}" <"$dir/out") |
		timeout -k "$grace" "$most" mcp-aggregate sift "$dir/targets" -r "$name" |
		LATE=$dir/late timeout -k "$grace" $((most + sift_max)) awk -F '\t' \
			-v counts="$dir/counts" -v compared="$compared" -v from="$started" \
			-v most=$(((output_max << 9) + (tools_max << 10))) \
			-v low="${low-}" -v high="${high-}" -v clock_max="$clock_max" \
			"$whole" >"$dir/records" &
	sifter=$!
	exec {late}<>"$dir/late"
}

# end_sift: waits until everything is read, or, if the region is stopped, for its end.
end_sift() {
	local status=0
	echo "$host_key $ended" >&"$late"
	[[ $stopped ]] || wait "$sifter" || status=$?
	if [[ $stopped ]]; then
		: >"$dir/out"
		wait "$sifter" || :
	fi
	exec {late}>&-
	if [[ -s $dir/counts ]]; then
		{
			read -r probes broken junk dropped offset wrong told own clock
			IFS= read -r strays || :
		} <"$dir/counts"
		[[ $told == '?' ]] || egress=$told
	else
		: >"$dir/records"
	fi
	return "$status"
}

# early_records: writes what the runner of region name has printed so far to the file
# early, read as by begin_sift; false if there is nothing, or if its clock or its region
# is wrong, which is reported at the end.
early_records() {
	local own='' clock='' started size
	[[ -s $dir/out && -s $dir/started ]] || return
	started=$(<"$dir/started")
	echo "- $(date +%s.%N)" >"$dir/now"
	size=$(stat -c %s -- "$dir/out")
	head -c "$size" -- "$dir/out" |
		timeout -k "$grace" "$sift_max" mcp-aggregate sift "$dir/targets" -r "$name" |
		LATE=$dir/now timeout -k "$grace" "$sift_max" awk -F '\t' \
			-v counts="$dir/counted" -v compared=true -v from="$started" \
			-v most=1e12 -v low= -v high= -v clock_max="$clock_max" "$whole" |
		sed '/^{"v":1,"type":"runner",/d' >"$dir/early" || return
	read -r _ _ _ _ _ _ _ own clock <"$dir/counted" || :
	[[ $own == - && $clock == near ]]
}

# record STATUS MESSAGE [SUBJECT]: writes a runner record, why the region could not
# report, and logs it. With a subject, the same message is logged once an hour.
record() {
	jq -cR --arg region "$name" --arg status "$1" --arg version "$version" \
		--argjson offset "$offset" --arg host_key "$host_key" \
		--arg egress "$egress" '
		{v: 1, type: "runner", $region, at: now, $status, $version,
			message: .} + ({$host_key, $egress} | with_entries(
			select(.value != "-")) | if .egress // "" | startswith("@") then
			del(.egress) + {pop: .egress[1:]} else . end) +
			if $offset then {offset_s: $offset} else {} end' \
		<<<"$2" >>"$dir/records"
	if [[ ! ${3-} ]] || log_due "$3" "$2"; then
		say "$name: $1: $2"
	fi
}

# log_due SUBJECT TEXT: true if this text was not logged in the last hour.
log_due() {
	local file=$memory/$name.$1 age
	if [[ $memory && -f $file && $(<"$file") == "$2" ]]; then
		age=$(($(date +%s) - $(stat -c %Y -- "$file")))
		((age < 0 || age >= 3600)) || return 1
	fi
	[[ ! $memory ]] || { printf '%s\n' "$2" >"$file"; } 2>/dev/null || :
}

# load_machine: host key and egress address from the last report of the region, and
# the name of the connection by which it came.
load_machine() {
	local was
	if [[ $memory && -f $memory/$name.machine ]]; then
		read -r was host_key egress shared <"$memory/$name.machine" || was=''
		[[ $was == "${host:--}" ]] || host_key=- egress=- shared=
	fi
}

# save_machine: stores them for later rounds, and for warn_shared_machines.
save_machine() {
	echo "$name $host_key $egress" >"$dir/machine"
	[[ ! $memory ]] || { echo "${host:--} $host_key $egress $shared" \
		>"$memory/$name.machine"; } 2>/dev/null || :
}

# pin_host_keys: sets pins, options of ssh(1): only a host whose key is known is
# connected to. Known keys are those of the file known_hosts beside the configuration,
# if it exists, otherwise those that ssh knows. MCP_FLEET_SSH has priority.
pin_host_keys() {
	local file
	file=$(dirname -- "$(realpath -- "$config")")/known_hosts
	pins=(-o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o ClearAllForwardings=yes)
	[[ ! -e $file ]] || pins+=(-o "UserKnownHostsFile=\"${file//%/%%}\""
		-o GlobalKnownHostsFile=/dev/null)
}

# share_connection: sets socket, and share, options of ssh(1): this round opens a
# connection, or joins that of an earlier one. Its name says for which region, settings
# and known hosts it was opened, and within which minutes: a change of these, or of
# authorized_keys there, does not wait longer than that.
share_connection() {
	local hash
	if $dry || [[ ! $memory ]]; then
		return
	fi
	timeout 5 ssh "${ssh_options[@]}" "${pins[@]}" -G -- "$host" >"$dir/G" 2>/dev/null ||
		return 0
	hash=$({
		echo "$name $((minute / share_max))"
		cat "$dir/G"
		sed -n 's/^\(user\|global\)knownhostsfile //p' "$dir/G" | tr ' ' '\n' |
			sed "s|^~/|${HOME-}/|" | xargs -d '\n' cat -- 2>/dev/null || :
	} | sha256sum | cut -c 1-16)
	socket=$state/$hash
	# The address of a socket has 108 bytes; ssh adds 17 while it makes one.
	if ((${#socket} > 90)); then
		socket=''
		return
	fi
	# The remembered host key is from the last connection.
	[[ $shared == "$hash" ]] || rm -f -- "$socket"
	shared=$hash
	share=(-o ControlMaster=auto -o "ControlPath=\"${socket//%/%%}\""
		-o ControlPersist=90 -o ServerAliveInterval=10)
}

# end_connection: ends the shared connection, which may be the cause of a failure.
end_connection() {
	timeout -k 1 2 ssh "${ssh_options[@]}" "${share[@]}" -O exit -- "$host" \
		>/dev/null 2>&1 || :
	rm -f -- "$socket"
}

# read_ssh_log STATUS: reads what ssh itself logged, which the remote side cannot
# forge. Sets host_key, and trouble if the key is not the expected one; other
# messages are put before those of the runner or, if ssh failed, after them. An ssh
# that joined an open connection does not log a host key.
read_ssh_log() {
	local key
	tr -d '\r' <"$dir/ssh" >"$dir/log"
	key=$(sed -n '/^debug1: Server host key: /{s///p;q}' "$dir/log")
	if [[ $key ]] && grep -q '^Authenticated to ' "$dir/log"; then
		host_key=${key##* }
		[[ ! $memory ]] || rm -f -- "$memory/$name.host-key" 2>/dev/null || :
	elif grep -q '^Host key verification failed' "$dir/log"; then
		trouble="the host key of $host is not known: $key; if it is the right"
		trouble+=" one, add it to known_hosts"
		key="the host key of $host has changed: $key is not the key in "
		if grep -q 'REMOTE HOST IDENTIFICATION HAS CHANGED' "$dir/log"; then
			trouble=$key$(sed -n 's/^Offending .* key in //p' "$dir/log" |
				head -n 1)
		fi
		return
	fi
	# These lines of LogLevel=DEBUG1 have no prefix.
	grep -vE '^(debug[123]:|Authenticated to|Transferred:|Bytes per|Killed by) ' \
		"$dir/log" >"$dir/words" || :
	if (($1 == 255)); then
		cat "$dir/words" >>"$dir/err"
	else
		cat "$dir/err" >>"$dir/words"
		mv -- "$dir/words" "$dir/err"
	fi
}

# report_runner STATUS SIFTED: records and logs how the runner ended: with its exit
# status and that of sift.
report_runner() {
	local status=$1 sifted=$2 missing
	if [[ $own != - || $clock == far ]]; then
		: >"$dir/records"
		probes=0 broken=0 dropped=0
	fi
	missing=$((n - probes))
	((!dropped)) ||
		say "$name: $dropped lines of incomplete probes are dropped"
	if ((status == 124 || (status == 137 && SECONDS - began >= bound))); then
		record timeout "no end after $bound s, $missing of $n probes are missing"
	elif (($(stat -c %s "$dir/out") >= output_max * 1024)); then
		record garbled "more than $((output_max >> 10)) MiB of output"
	elif ((sifted)); then
		record garbled "what it printed takes too long to be read"
	elif [[ $own != - ]]; then
		record garbled "its runner is set up for $own, not for $name: its records are$(:
			) ignored"
	elif [[ $clock == far ]]; then
		record garbled "its clock is off by $wrong s, which is more than$(:
			) $clock_max s: nothing of it counts"
	elif [[ $trouble ]]; then
		record exit "$trouble" host-key
	elif ((status > 2 || (status && !probes))); then
		record exit "exit status $status$(runner_said)"
	elif [[ $strays ]]; then
		record garbled "$strays arrived from the runner of $name"
	elif ((junk)); then
		record garbled "$junk lines that are no records of this region"
	elif ((missing > 0 && !status)); then
		record garbled "$missing of $n probes are missing"
	fi
	[[ $wrong == 0.0 || $clock == far ]] || say "$name: its clock is off by $wrong s"
	! $verbose || priority=6 say "$name: $probes of $n probed, $broken broken," \
		"in $((SECONDS - began)) s"
}

# runner_said: its last message; if standard error is empty, output that is not a
# record, as nologin(8) and an sftp-only sshd print.
runner_said() {
	local from
	for from in err out; do
		tail -c 4096 "$dir/$from" | grep -av '^{' | jq -nrR "$clean"' | last // empty | ": " + .[:300]' |
			grep . && return
	done
	:
}

# probe_region NAME RUNNER HOST: one run of the region, into $scratch/NAME/records.
probe_region() {
	local name=$1 runner=$2 host=$3 dir=$scratch/$1 child='' stopped='' lock
	local status=0 probes=0 broken=0 junk=0 dropped=0 offset=null wrong=0.0
	local started ended left n sifted=0 own=- strays='' trouble='' told clock=near
	local host_key=- egress=- compared=true socket='' shared='' sifter late
	local -a command=(mcp-probe) due=() pins=() share=()
	trap 'stopped=1; [[ -z $child ]] || kill -TERM "$child" 2>/dev/null || :' TERM
	load_machine
	save_machine
	if $dry; then
		probe_alone
		return
	fi
	exec {lock}>>"$state/$name${half:+.half}.lock"
	flock -n "$lock" || { record timeout "$(not_ended)"; return; }
	echo "$$" >"$state/$name${half:+.half}.lock"
	probe_alone {lock}>&-
}

# not_ended: reports that the run with the lock continues. It ends within the time
# limit, even if the mcp-fleet that began it was killed.
not_ended() {
	local of=''
	read -r of <"$state/$name${half:+.half}.lock" || :
	[[ ! $of =~ ^[0-9]+$ || -d /proc/$of ]] &&
		echo 'its previous run has not ended' ||
		echo "its previous run has not ended, though mcp-fleet was killed; it ends$(:
			) by itself"
}

# probe_alone: the part of probe_region that runs while no other run of the region is
# active.
probe_alone() {
	# All regions probe a server in the same minutes; a region that probes by itself
	# does so, too.
	$dry || [[ $runner == inbox ]] || due=(--at $((60 * minute + (${#half} ? 30 : 0))))
	bounded "$bound" mcp-aggregate targets -c "$config" -r "$name" "${due[@]}" \
		"${store[@]}" >"$dir/targets" 2>"$dir/err" || status=$?
	relay "$me: $name: " "$dir/err"
	if ((status)); then
		say "$name: no targets: exit status $status"
		return "$status"
	fi
	if [[ $ask_for && $runner != inbox ]]; then
		jq -cn "$ask_for" "$dir/targets" >"$dir/asked"
		mv -- "$dir/asked" "$dir/targets"
	fi
	# Canaries have no records of their own.
	n=$(grep -c '^{"v":1,"type":"target","slug":' "$dir/targets" || :)
	if ((n == 0)) || [[ $stopped ]]; then
		return
	fi

	((output_max >= n * output_each + tools_max)) ||
		output_max=$((n * output_each + tools_max))
	ulimit -f "$output_max"
	: >"$dir/ssh"
	if [[ $runner == inbox ]]; then
		take_inbox
		return
	elif [[ $runner == ssh ]]; then
		pin_host_keys
		share_connection
		command=(ssh -E "$dir/ssh" -o LogLevel=DEBUG1 -o FingerprintHash=sha256
			"${ssh_options[@]}" "${pins[@]}" "${share[@]}" -Tax
			-o BatchMode=yes -o ConnectTimeout=10 -- "$host" mcp-probe)
	elif [[ $runner == local ]]; then
		# The configuration says which region this machine is. Several regions
		# on one machine are intended, such as for a trial.
		unset MCP_REGION MCP_POP
		compared=$(awk '$2 == "local" { n++ } END { print n == 1 ? "true" : "false" }' \
			"$scratch/regions")
		$compared || egress=-
	fi
	# All in parallel: there is no time to run them one by one.
	command+=(--targets - -r "$name" -f jsonl --concurrency 1000)
	if [[ $runner == lambda || $runner == worker ]]; then
		command=(env TMPDIR="$dir" bash "$lib/cloud.bash" "$runner" "$host"
			"$(jq -r --arg name "$name" '.regions[] | select(.name == $name) |
				.credential // ""' "$scratch/config")"
			"$(jq -r --arg name "$name" '.regions[] | select(.name == $name) |
				.chunks // 1' "$scratch/config")" "$name")
	fi
	started=$(date +%s.%N)
	echo "$started" >"$dir/started"
	left=$((bound - (SECONDS - began)))
	left=$((left > 0 ? left : 1))
	[[ $runner != worker ]] || command+=("$left")
	begin_bounded "$left" "${command[@]}" <"$dir/targets" >"$dir/out" 2>"$dir/err"
	begin_sift "$left"
	end_bounded || status=$?
	ended=$(date +%s.%N)
	if [[ $socket ]] && ((status > 2)); then
		end_connection
	fi
	if [[ $stopped ]]; then
		end_sift || :
	else
		[[ $runner != ssh ]] || read_ssh_log "$status"
		relay "$me: $name: " "$dir/err"
		end_sift || sifted=$?
		save_machine
		report_runner "$status" "$sifted"
	fi
}
