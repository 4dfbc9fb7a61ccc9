# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Part of mcp-fleet doctor: checks cron or the systemd timer that runs the rounds,
# whether their environment matches this shell's, and whether everything has one
# version.
# shellcheck disable=SC2154,SC2034 # variables of mcp-fleet and doctor.bash

round_variables=(MCP_FLEET_SSH MCP_CREDENTIALS MCP_STORE MCP_STORE_PASSWORD_FILE
	MCP_STORE_CA MCP_STORE_CERT MCP_STORE_KEY)

# The file of the system is trusted anyway.
[[ ! ${SSL_CERT_FILE-} || $SSL_CERT_FILE -ef /etc/ssl/certs/ca-certificates.crt ]] ||
	round_variables+=(SSL_CERT_FILE)

daily_max=$((2 * 86400)) # seconds since the last run of what runs each day

# The services that run the rounds of this configuration: their folders of secrets, and
# the user who probes.
probe_secrets='' alert_secrets='' unit_user=''

find_units() {
	local unit secrets
	for unit in mcp-fleet mcp-alert; do
		timeout "$bound" systemctl show "$unit.service" -p User -p Environment \
			-p ExecStart -p WorkingDirectory >"$desk/unit" 2>/dev/null || return 0
		[[ $(realpath -m -- "$(unit_config)") == "$(realpath -- "$config")" ]] ||
			continue
		secrets=$(unit_says Environment | tr ' ' '\n' | sed -n 's/^MCP_CREDENTIALS=//p')
		if [[ $unit == mcp-fleet ]]; then
			probe_secrets=$secrets unit_user=$(unit_says User)
		else
			alert_secrets=$secrets
		fi
	done
}

# place FOLDER HOME PATH: resolves the path for a command that runs in the folder.
place() {
	local path=$3
	path=${path/#'$HOME'/$2}
	path=${path/#'${HOME}'/$2}
	path=${path/#'~/'/$2/}
	[[ $path == /* ]] || path=$1/$path
	realpath -m -- "$path"
}

# round_of FOLDER HOME CONFIG COMMAND: the configuration of the rounds that a command
# runs, where FOLDER is its own, and CONFIG its MCP_CONFIG. Prints nothing where it runs
# none, as a dry run or another command of mcp-fleet does.
round_of() {
	local folder=$1 home=$2 of=$3 word i words=()
	read -ra words <<<"${4//[\"\'\\]/}"
	for ((i = 0; i < ${#words[@]}; i++)); do
		word=${words[i]#\(}
		case $word in
		cd)
			word=${words[++i]-}
			folder=$(place "$folder" "$home" "${word%;}")
			;;
		MCP_CONFIG=*) of=${word#*=} ;;
		mcp-fleet | */mcp-fleet) break ;;
		esac
	done
	((i < ${#words[@]})) || return 0
	# The rest belongs to the shell, not to the arguments.
	word=${words[*]:i + 1}
	read -ra words <<<"${word%%[;&|>)]*}"
	for ((i = 0; i < ${#words[@]}; i++)); do
		word=${words[i]}
		if [[ $word == --config=* ]]; then
			of=${word#*=}
		elif [[ $word == --config ]]; then
			of=${words[++i]-}
		elif [[ $word == --dry-run ]]; then
			return
		elif [[ $word =~ ^--(only|store)$ ]]; then
			i=$((i + 1))
		elif [[ $word =~ ^-([^c-]*)(c(.*))?$ ]]; then
			[[ ${BASH_REMATCH[1]} != *n* ]] || return 0
			[[ ! ${BASH_REMATCH[2]} ]] || of=${BASH_REMATCH[3]:-${words[++i]-}}
		elif [[ $word != --* && $word != [0-9] ]]; then # 2 of 2>&1
			return # a command
		fi
	done
	if [[ ! $of ]]; then
		of=$folder/fleet.yaml
		[[ -e $of ]] || of=/etc/mcp-fleet/fleet.yaml
	fi
	place "$folder" "$home" "$of"
}

# expiry_of FOLDER HOME CONFIG COMMAND: whether a command checks expiry dates of this
# configuration; the other arguments are as in round_of.
expiry_of() {
	local folder=$1 here word i words=()
	[[ $4 == *--check-expiry* ]] || return 1
	here=$(realpath -- "$config")
	[[ ! $3 || $(place "$folder" "$2" "$3") != "$here" ]] || return 0
	read -ra words <<<"${4//[\"\'\\;|()]/ }"
	for ((i = 0; i < ${#words[@]}; i++)); do
		word=${words[i]}
		case $word in
		cd)
			folder=$(place "$folder" "$2" "${words[++i]-}")
			continue
			;;
		MCP_CONFIG=* | --config=*) word=${word#*=} ;;
		-c?*) word=${word#-c} ;;
		-*) continue ;;
		esac
		[[ $(place "$folder" "$2" "$word") != "$here" ]] || return 0
	done
	return 1
}

# read_table FIELDS HOME: of a table of cron, the lines that run rounds of this
# configuration, each below the variables that it has; in others, whose rounds the
# other lines run. FIELDS is how many stand before a command: a table of the system
# names the user, too.
read_table() {
	local fields=$1 home=$2 owner line command of n set='' table_config=''
	local assigned='^[[:blank:]]*([A-Za-z_][A-Za-z0-9_]*)[[:blank:]]*=[[:blank:]]*(.*)$'
	while IFS= read -r line || [[ $line ]]; do
		if [[ $line =~ $assigned ]]; then
			set+=$line$'\n'
			of=${BASH_REMATCH[2]//[\"\']/}
			case ${BASH_REMATCH[1]} in
			HOME) home=$of ;;
			MCP_CONFIG) table_config=$of ;;
			esac
			continue
		fi
		[[ $line =~ ^[[:blank:]]*[0-9*@] && $line == *mcp-* ]] || continue
		n=$fields
		[[ $line != *([[:blank:]])@* ]] || n=$((n - 4))
		# The rest of the line is one word.
		command=$line owner=$home
		while ((n--)); do
			[[ $command =~ ^[[:blank:]]*([^[:blank:]]+)[[:blank:]]+(.*)$ ]] || break
			of=${BASH_REMATCH[1]} command=${BASH_REMATCH[2]}
		done
		((fields == 5)) || owner=$(getent passwd "$of" | cut -d : -f 6) || :
		! expiry_of "${owner:-/}" "${owner:-/}" "$table_config" "$command" ||
			echo "$line" >>"$desk/expiry"
		of=$(round_of "${owner:-/}" "${owner:-/}" "$table_config" "$command")
		if [[ $of == "$(realpath -- "$config")" ]]; then
			printf '%s%s\n' "$set" "$line"
		elif [[ $of ]]; then
			echo "$of" >>"$desk/others"
		fi
	done
}

# cron_runs: whether a cron daemon runs; true if processes of others are hidden.
cron_runs() {
	[[ -r /proc/1/comm ]] || return 0
	grep -qsxE 'cron|crond|fcron|bcron-sched' /proc/[0-9]*/comm ||
		timeout "$bound" systemctl is-active --quiet cron.target 2>/dev/null
}

# check_cron: reports what runs the rounds, and whether its environment matches this
# shell's.
check_cron() {
	local made timed=false get='' file other
	type -P crontab >/dev/null || get='sudo apt-get install cron && '
	made=$(dirname -- "$(realpath -- "$config")")/crontab
	: >"$desk/others"
	: >"$desk/expiry"
	{
		timeout "$bound" crontab -l 2>/dev/null | read_table 5 "${HOME:-/}" || :
		for file in /etc/crontab /etc/cron.d/*; do
			[[ ! -f $file || ! -r $file ]] || read_table 6 / <"$file"
		done
	} >"$desk/cron"
	check_timers
	if [[ -s $desk/cron ]]; then
		check_crontab
	elif $timed; then
		:
	elif made_timer; then
		found ok timer 'a systemd-run timer runs rounds until the next reboot'
	else
		other=$(sort -u "$desk/others" | head -n 3 | paste -s -d ,)
		other=${other:+; cron has lines for ${other//,/, }}
		[[ -e $made ]] && made="cat $made" ||
			made="echo '* * * * * $0 -c $(realpath -- "$config") >/dev/null'"
		found warn cron "neither cron nor mcp-fleet.timer runs rounds$other" \
			"$get(crontab -l; $made) | crontab -"
	fi
	check_expiry
	check_daily mcp-snapshot || :
}

# expires: whether this fleet has a certificate or a credential, which can expire.
expires() {
	timeout "$bound" mcp-aggregate targets -c "$config" 2>/dev/null |
		jq -en 'any(inputs; (.url? // "" | ascii_downcase | startswith("https:")) or
			.auth?.credential?)' >/dev/null
}

# check_expiry: whether cron or a timer checks expiry dates, and did so recently.
check_expiry() {
	local line manager of bin
	! check_daily mcp-expiry mcp-expiry-alert || return 0
	for manager in --system --user; do
		timeout "$bound" systemctl "$manager" list-units --full --plain --no-legend \
			--type=timer 2>/dev/null | grep -F -e --check-expiry || :
	done >"$desk/timers"
	while IFS= read -r line; do
		! expiry_of / "${HOME:-/}" '' "$line" || return 0
	done <"$desk/timers"
	[[ ! -s $desk/expiry ]] && expires || return 0
	# A machine without rounds gets this line together with theirs.
	[[ $made != 'cat '* ]] || ! grep -qsF -e --check-expiry "${made#cat }" || return 0
	if $timed && unit_is mcp-expiry; then
		line='sudo systemctl enable --now mcp-expiry.timer'
	else
		of=$(realpath -- "$config")
		bin=$(dirname -- "$(type -P mcp-aggregate)")
		line="${MCP_CREDENTIALS:+export MCP_CREDENTIALS=$MCP_CREDENTIALS; }$bin/mcp-aggregate$(:
			) targets -c $of | $bin/mcp-probe --targets - --check-expiry$(:
			) -f jsonl | $bin/mcp-alert -c $of >/dev/null"
		line="$get(crontab -l; echo '0 9 * * * $line') | crontab -"
	fi
	found warn expiry "neither cron nor mcp-expiry.timer checks for$(:
		) certificates and credentials that expire soon" "$line"
}

# check_ends: finds certificates and credentials that expire soon, of the first 500
# servers,
# as far as this machine can see; it only connects to them. Most certificates are
# renewed within their last month, so a month left is not a finding.
check_ends() {
	use_secrets "$probe_secrets"
	timeout "$bound" mcp-aggregate targets -c "$config" 2>/dev/null |
		jq -nc 'limit(500; inputs) | .timeout = 6' 2>/dev/null \
		>"$desk/ends.targets" || :
	timeout "$bound" mcp-probe --targets "$desk/ends.targets" --check-expiry -f jsonl \
		--concurrency 500 >"$desk/ends" 2>/dev/null </dev/null || :
	jq -rn --slurpfile targets "$desk/ends.targets" --arg config "$config" '
		($targets | map({key: .slug, value: (.auth.credential // "")}) | from_entries) as $of |
		[inputs | select(.type == "expiry" and .status != "unknown")] as $known |
		[$known[] | select(.status == "expired" or (.status == "expiring" and
			(.what == "credential" or .within <= 1209600)))] as $soon |
		($soon | sort_by(.expires_at) | .[:20][] |
			[if .status == "expired" then "fail" else "warn" end, "expiry",
			"the \(.what) of \(.slug): \(.message)",
			if .what == "credential" then "mcp-rotate -c \($config) \($of[.slug])"
			else "mcp-probe --check-expiry \u0027\(.url | gsub("\u0027"; "%27"))\u0027" end]),
		(select($soon | length > 20) | ["warn", "expiry", "and \($soon | length - 20) more",
			"mcp-aggregate targets -c \($config) | mcp-probe --targets - --check-expiry"]),
		(select($known != [] and $soon == []) | ["ok", "expiry",
			"of \($known | length) certificates and credentials none ends soon", ""]) |
		map(gsub("[\\p{Cc}\\p{Cf}]"; " ")) | join("\t")' "$desk/ends"
}

# unit_is UNIT: whether systemd knows the service, as one of this configuration.
unit_is() {
	local word here
	timeout "$bound" systemctl show "$1.service" -p LoadState -p ExecStart -p Result \
		>"$desk/unit" 2>/dev/null || return 1
	[[ $(unit_says LoadState) == loaded ]] || return 1
	here=$(realpath -- "$config")
	for word in $(unit_says ExecStart); do
		[[ $word != /* || $(realpath -m -- "$word") != "$here" ]] || return 0
	done
	return 1
}

# check_daily UNIT [NEXT]: of a timer that is enabled and is for this configuration:
# whether it is active, and how its service, and the one that that starts, ended the last
# time, which was not long ago; false if there is none.
check_daily() {
	local unit active enabled last wrong='' at=$1
	unit_is "$1" || return 1
	active=$(systemctl is-active "$at.timer" 2>/dev/null || :)
	enabled=$(systemctl is-enabled "$at.timer" 2>/dev/null || :)
	[[ $active == active || $enabled == enabled ]] || return 1
	[[ $active == active ]] || {
		found fail timer "$at.timer is enabled, but $active" \
			"sudo systemctl start $at.timer"
		return
	}
	for unit; do
		unit_is "$unit" || continue
		[[ $(unit_says Result) == success ]] || {
			found warn timer "$unit.service last ended with $(unit_says Result)" \
				"journalctl -u $unit.service -n 20"
			wrong=1
		}
	done
	last=$(systemctl show "$at.timer" -p LastTriggerUSec --timestamp=unix 2>/dev/null |
		sed -n 's/^LastTriggerUSec=@//p')
	if [[ $last ]] && (($(date +%s) - ${last%.*} > daily_max)); then
		found warn timer "$at.timer ran last $(date -ud "@${last%.*}" '+%F %R') UTC" \
			"sudo systemctl restart $at.timer && sudo systemctl start $at.service"
	elif [[ ! $wrong ]]; then
		found ok timer "$at.timer is active"
	fi
}

# made_timer: whether a timer of systemd-run(1) runs rounds of this configuration: its
# name says nothing, and its description is the command.
made_timer() {
	local manager line
	for manager in --system --user; do
		timeout "$bound" systemctl "$manager" list-units --full --plain --no-legend \
			--type=timer 2>/dev/null | grep -F mcp-fleet || :
	done >"$desk/timers"
	while IFS= read -r line; do
		[[ $(round_of / "${HOME:-/}" '' "$line") != "$(realpath -- "$config")" ]] ||
			return 0
	done <"$desk/timers"
	return 1
}

# missing_tools PATH: the tools that a round needs and that are not found there.
missing_tools() {
	local tool
	for tool in jq flock awk timeout getopt ssh aws:lambda curl:worker; do
		[[ $tool =~ ^(ssh|.*:(.*))$ ]] && ! grep -qP "\t${BASH_REMATCH[2]:-ssh}\t" \
			"$scratch/regions" && continue
		(PATH=$1 type -P "${tool%:*}" >/dev/null) || echo "${tool%:*}"
	done
}

check_crontab() {
	local name line tool missing=''
	cron_runs || {
		line=$(start_service cron)
		[[ $(PATH=$PATH:/usr/sbin type -P cron crond) ]] ||
			line="sudo apt-get install cron && $line"
		found fail cron 'cron has a line for this fleet, but no cron daemon runs' \
			"$line"
		missing=1
	}
	for name in "${round_variables[@]}" XDG_STATE_HOME; do
		[[ ${!name-} ]] || continue
		grep -qE "(^|[ ;])$name *=" "$desk/cron" || {
			found fail cron "$name is set here, but not for cron" \
				"(echo '$name=${!name}'; crontab -l) | crontab -"
			missing=1
		}
	done
	line=$(sed -n 's/^PATH *= *//p' "$desk/cron" | tail -n 1)
	for tool in $(missing_tools "${line:-/usr/bin:/bin}"); do
		found fail cron "$tool is not in the PATH of cron" \
			"(echo 'PATH=$PATH'; crontab -l) | crontab -"
		missing=1
	done
	[[ $missing ]] || found ok cron 'runs mcp-fleet with the environment of this shell'
}

# check_timers: the units whose service is for this configuration; sets timed where
# one of them runs rounds.
check_timers() {
	local unit active enabled of
	for unit in mcp-fleet mcp-alert; do
		timeout "$bound" systemctl show "$unit.service" -p LoadState -p User \
			-p Environment -p EnvironmentFiles -p ExecStart -p WorkingDirectory -p ProtectHome \
			-p PrivateTmp -p Result -p NeedDaemonReload -p FragmentPath \
			>"$desk/unit" 2>/dev/null || return 0
		[[ $(unit_says LoadState) == loaded ]] || continue
		active=$(systemctl is-active "$unit.timer" 2>/dev/null || :)
		enabled=$(systemctl is-enabled "$unit.timer" 2>/dev/null || :)
		[[ $active == active || $enabled == enabled ]] || continue
		of=$(unit_config)
		if [[ $(realpath -m -- "$of") != "$(realpath -- "$config")" ]]; then
			[[ $unit != mcp-fleet || ! -e $of ]] || found warn timer \
				"mcp-fleet.timer runs rounds of $of" "$me doctor -c $of"
			continue
		fi
		[[ $unit != mcp-fleet ]] || timed=true
		if [[ $active != active ]]; then
			found fail timer "$unit.timer is enabled, but $active" \
				"sudo systemctl start $unit.timer"
		fi
		check_unit >"$desk/of-unit"
		cat "$desk/of-unit"
		[[ -s $desk/of-unit || $active != active ]] ||
			found ok timer "$unit.timer is active, and its service has$(:
				) the environment of this shell"
	done
}

# unit_config: the configuration whose rounds the service runs; / where it runs none.
unit_config() {
	local folder of
	folder=$(unit_says WorkingDirectory)
	of=$(unit_says Environment | tr ' ' '\n' | sed -n 's/^MCP_CONFIG=//p')
	of=$(round_of "${folder:-/}" / "$of" "$(unit_says ExecStart |
		sed -n 's/.* argv\[\]=//; s/ ;.*//; p; q')")
	echo "${of:-/}"
}

# unit_says PROPERTY: prints a property of the service from systemd.
unit_says() {
	sed -n "s/^$1=//p" "$desk/unit"
}

# check_unit: whether the service can start, and with which environment.
check_unit() {
	local user file how result
	user=$(unit_says User)
	result=$(unit_says Result)
	[[ $(unit_says NeedDaemonReload) != yes ]] || found fail timer \
		"$unit.service was changed, and systemd has not read it" \
		'sudo systemctl daemon-reload'
	[[ ! $user ]] || getent passwd "$user" >/dev/null || found fail timer \
		"$unit.service has the user $user, who does not exist" 'sudo systemd-sysusers'
	[[ $result == success ]] || found warn timer \
		"$unit.service last ended with $result" \
		"journalctl -u $unit.service -n 20"
	# Escaped values matter here only by their presence.
	unit_says Environment | sed 's/\\./_/g' | xargs -rn 1 >"$desk/environment" \
		2>/dev/null || :
	while read -r file how; do
		if [[ -e $file ]]; then
			# Files that only the service may read are unknown here.
			grep -hv '^[ \t]*[#;]' "$file" >>"$desk/environment" 2>/dev/null || :
		elif [[ $how != *=yes* ]]; then
			found fail timer "$unit.service needs $file, which is missing" \
				"sudo touch $file"
		fi
	done < <(unit_says EnvironmentFiles)
	check_unit_variables
	check_unit_files
}

# variable NAME: its value for the service.
variable() {
	sed -n "s/^$1=//p" "$desk/environment" | tail -n 1
}

# set_there NAME VALUE: the command that sets it for the service.
set_there() {
	local folder=/etc/systemd/system/$unit.service.d value=$2
	value=${value//\\/\\\\}
	value=${value//\"/\\\"}
	printf "sudo mkdir -p %s && printf '[Service]\\\\nEnvironment=\"%%s\"\\\\n' %q | $(:
		)sudo tee %s/%s.conf >/dev/null && sudo systemctl daemon-reload" \
		"$folder" "$1=${value//%/%%}" "$folder" "$1"
}

check_unit_variables() {
	local name tool path
	for name in "${round_variables[@]}"; do
		[[ ${!name-} && ! $(variable "$name") ]] || continue
		# The service that judges opens no connection to a region.
		[[ $unit != mcp-alert || $name != MCP_FLEET_SSH ]] || continue
		found fail timer "$name is set here, but not for $unit.service" \
			"$(set_there "$name" "${!name}")"
	done
	path=$(variable PATH)
	for tool in $(missing_tools "${path:-/usr/local/bin:/usr/bin:/bin}"); do
		found fail timer "$tool is not in the PATH of $unit.service" \
			"$(set_there PATH "$PATH")"
	done
}

# check_unit_files: the paths in its variables and its command must be visible to the
# service, and the folder of credentials must belong to its user.
check_unit_files() {
	local path hidden='' folder owner
	[[ $(unit_says ProtectHome) == no ]] || hidden='home|root|run/user'
	[[ $(unit_says PrivateTmp) == no ]] || hidden+=${hidden:+|}'tmp|var/tmp'
	# shellcheck disable=SC2013 # words
	for path in $(sed 's/^[^=]*=//' "$desk/environment") "$(realpath -- "$config")"; do
		path=${path#-[Fi]}
		[[ ! $hidden || ! $path =~ ^/($hidden)/ ]] || found fail timer \
			"$unit.service names $path, where it sees nothing" \
			"sudo install -m 600 -o $user $path /etc/mcp-fleet && $(:
			)sudo systemctl edit $unit.service"
	done
	folder=$(variable MCP_CREDENTIALS)
	if [[ $folder && $user && -d $folder ]]; then
		owner=$(stat -c %U -- "$folder")
		[[ $owner == "$user" ]] || found fail timer \
			"$folder belongs to $owner, but $unit.service runs as $user" \
			"sudo chown -R $user $folder"
	fi
}

# check_upgrade: whether all installed parts have one version, and whether this version
# reads what an older one left, so that it can be asked before an upgrade. Findings
# about configuration and store are reported with these.
check_upgrade() {
	{
		check_versions
		check_hidden_units
		check_older_spool
	} >"$desk/older"
	cat "$desk/older"
	[[ -s $desk/older ]] || found ok upgrade "$version reads older data as it is:$(:
		) nothing to do"
}

# check_versions: each program is of this version, and no other mcp-fleet is found.
check_versions() {
	local program path said here all=P
	here=$(realpath -- "$0")
	# Unpacked, to be asked before an upgrade, these are not in the PATH yet; that
	# of this script begins with their folder.
	[[ :${PATH#*:}: != *:"${here%/*}":* ]] || all=aP
	for program in mcp-fleet mcp-probe mcp-aggregate mcp-alert mcp-serve; do
		while read -r path; do
			[[ $(realpath -- "$path") != "$here" ]] || continue
			said=$(timeout "$bound" "$path" --version 2>/dev/null </dev/null |
				head -c 100 | head -n 1) || :
			[[ $said == "$program $version" ]] || found warn upgrade \
				"$path is of ${said:-no known version}, and this is $me $version" \
				"type -a $program"
		done < <(type "-$all" "$program" | sort -u)
	done
}

# check_hidden_units: a unit in one of these folders hides a unit of the same name in a
# later folder, which an upgrade would change.
check_hidden_units() {
	local folders=(/etc /usr/local/lib /lib) i j file
	shopt -s nullglob
	for ((i = 0; i < 2; i++)); do
		for file in "${folders[i]}"/systemd/system/mcp-*.*; do
			[[ -f $file && ! -L $file ]] || continue
			for ((j = i + 1; j < 3; j++)); do
				[[ ! -e ${folders[j]}/systemd/system/${file##*/} ]] || found warn \
					upgrade "$file hides the unit of that name in ${folders[j]}" \
					"diff $file ${folders[j]}/systemd/system/${file##*/}"
			done
		done
	done
}

# check_older_spool: this version must be able to read the waiting files; files for
# another configuration or store are never stored by a round of this one.
check_older_spool() {
	local chosen folder files lines
	check_spool >/dev/null
	[[ $chosen && -d $chosen ]] || return 0
	shopt -s nullglob
	files=("$chosen/$digest"/*.jsonl "$chosen/$digest"/*.again)
	if ((${#files[@]})); then
		lines=$(cat -- "${files[@]}" | grep -cv '^{"v":1,' || :)
		((!lines)) || found fail upgrade "$lines lines of the spool have a form that$(:
			) $version cannot read; store them with the version that wrote them" \
			"grep -hv '^{\"v\":1,' $chosen/$digest/*.jsonl"
	fi
	for folder in "$chosen"/*/; do
		files=("$folder"*.jsonl "$folder"*.again)
		[[ ${folder%/} == "$chosen/$digest" || ${#files[@]} -eq 0 ]] ||
			found warn upgrade "${#files[@]} files in $folder wait for another$(:
				) configuration or store; this one ignores them" \
				"mkdir -p $chosen/$digest && mv ${folder}*.jsonl $chosen/$digest"
	done
}
