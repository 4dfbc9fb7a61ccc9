# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# mcp-fleet enroll: checks a machine that is to become a region, and sets it up if
# asked; see mcp-fleet(1), ENROLL.
# shellcheck disable=SC2016 # programs of jq and awk, and scripts for the other side
# shellcheck disable=SC2154,SC2034 # variables of mcp-fleet, region and doctor.bash
#
# There are two logins: a person's, with a shell, and the one of the rounds, whose key
# may only probe. Output of the machine is bounded, and becomes neither a path nor a
# command.

libraries='libcurl4 libcjson1 libssl3' # packages of Debian
install=false region='' fleet_key='' key_named=false login=() pins=() survey=''

enroll_usage() {
	cat <<-'END'
	usage: mcp-fleet enroll [-n] [-c file] [--install] [--json] [-k file] region host

	Checks over ssh what a machine needs to be a region, and prints what is missing.
	Changes nothing without --install.

	options:
	  -c, --config file     the configuration; default MCP_CONFIG, ./fleet.yaml
	                        or /etc/mcp-fleet/fleet.yaml
	  -h, --help            print this help
	  --install             set up what is missing on that machine
	  --json                print each finding as JSON
	  -k, --key file        the ssh key of the rounds; default: the
	                        key of MCP_FLEET_SSH, or ~/.ssh/mcp-fleet
	  -n, --dry-run         change nothing; this is the default

	exit status:
	  0  all is well, or only warnings
	  1  something needs fixing
	  2  usage or configuration
	  3  this machine failed

	See mcp-fleet(1).
	END
}

enroll_settings() {
	local args
	args=$(getopt -n "$me enroll" -o c:hk:n \
		-l config:,dry-run,help,install,json,key: -- "$@") ||
		{ say "see $me enroll --help"; exit 2; }
	eval set -- "$args"
	while :; do
		case $1 in
		-c | --config) config=$2; shift ;;
		-h | --help) enroll_usage; exit 0 ;;
		--install) install=true ;;
		--json) json=true ;;
		-k | --key) fleet_key=$2 key_named=true; shift ;;
		-n | --dry-run) install=false ;;
		--) shift; break ;;
		esac
		shift
	done
	[[ $# -eq 2 ]] || die 2 "needs a region and a host; see $me enroll --help"
	region=$1 host=$2
	[[ $region =~ ^[a-z][a-z0-9-]{0,39}$ && $region != reporters &&
		$region != tool-hash ]] || die 2 "$region: not a valid region name"
	# It becomes part of a command line.
	[[ $host =~ ^[A-Za-z0-9_][A-Za-z0-9@._:%-]*$ ]] || die 2 "$host: not a valid host name"
	doctor_bound
}

# choose_key: chooses the key of the rounds there, and the options for a person's login:
# the same without that key.
choose_key() {
	local i files
	files=$(ssh "${ssh_options[@]}" -G -- "$host" 2>/dev/null |
		sed -n 's/^identityfile //p')
	[[ $fleet_key || ! ${MCP_FLEET_SSH-} ]] || while read -r i; do
		i=${i/#~\//$HOME/}
		[[ ! -e $i.pub ]] || { fleet_key=$i; break; }
	done <<<"$files"
	fleet_key=${fleet_key:-$HOME/.ssh/mcp-fleet}
	fleet_key=$(realpath -m -- "${fleet_key%.pub}")
	# The key is in MCP_FLEET_SSH.
	[[ $fleet_key =~ ^/[A-Za-z0-9._/@+,=:~-]+$ ]] ||
		die 2 "$fleet_key: use a file name that needs no quotes"
	pin_host_keys
	login=("${pins[@]}")
	for ((i = 0; i < ${#ssh_options[@]}; i++)); do
		case ${ssh_options[i]} in
		-i) i=$((i + 1)) ;;
		-oIdentitiesOnly=*) ;;
		-o)
			[[ ${ssh_options[++i]-} == IdentitiesOnly=* ]] ||
				login+=(-o "${ssh_options[i]-}")
			;;
		*) login+=("${ssh_options[i]}") ;;
		esac
	done
}

# A survey of the machine, run after a person's login: a fact per line, after a line
# that no forced command prints. NAMES and BLOB are filled in.
look_around='
echo "@MARK@"
echo "clock $(date +%s)"
echo "machine $(uname -s) $(uname -m)"
[ -z "${MCP_CREDENTIALS-}" ] || echo "credentials"
p=$(command -v mcp-probe) && {
	echo "probe $(mcp-probe --version 2>&1 | head -n 1)"
	ldd "$p" 2>/dev/null | sed -n "s/^[^a-z]*\(lib[^ ]*\) => not found.*/library \1/p"
}
for f in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt \
	/etc/ssl/ca-bundle.pem /etc/ssl/cert.pem; do
	[ ! -s "$f" ] || { echo "roots $f"; break; }
done
for n in @NAMES@; do
	getent ahosts "$n" >/dev/null 2>&1 || echo "unresolved $n"
done
[ -z "@BLOB@" ] || grep -nF "@BLOB@" "$HOME/.ssh/authorized_keys" 2>/dev/null |
	sed "s/^/key /"
echo end
'

# Installs mcp-probe, if it runs, in the first writable folder of the PATH.
place_probe='umask 022
case :$PATH: in *:/usr/local/bin:*) first=/usr/local/bin ;; esac
for d in $first $(echo "$PATH" | tr : " "); do
	[ -d "$d" ] && [ -w "$d" ] || continue
	t=$d/.mcp-probe.$$
	trap "rm -f \"$t\"" EXIT
	cat >"$t" && chmod 755 "$t" && "$t" --version >/dev/null &&
		mv "$t" "$d/mcp-probe" && echo "placed $d/mcp-probe"
	exit
done
echo "no folder in the PATH of $(id -un) can be written to" >&2
exit 1'

# Appends LINE, unless its key is there in whatever line, and makes the FOLDERS.
place_line='umask 077
d=$HOME/.ssh f=$HOME/.ssh/authorized_keys
for i in @FOLDERS@; do
	[ -d "$i" ] || { mkdir "$i" && echo "placed the folder $i"; }
done
! grep -qF "@BLOB@" "$f" 2>/dev/null || exit 0
[ ! -s "$f" ] || [ -z "$(tail -c 1 "$f")" ] || echo >>"$f"
cat >>"$f" <<"END" && echo "placed the line of the key in $f"
@LINE@
END'

# over_ssh COMMAND: logs in like a person and passes standard input on. The output is in
# out, err and ssh of the folder login; trouble describes a problem with the host key.
over_ssh() {
	local dir=$desk/login child='' stopped='' status=0 name=$region host_key=-
	trouble=''
	mkdir -p "$dir"
	: >"$dir/ssh"
	bounded "$bound" ssh -E "$dir/ssh" -o LogLevel=DEBUG1 -o FingerprintHash=sha256 \
		"${login[@]}" -Tax -o BatchMode=yes -o ConnectTimeout=10 -- "$host" "$1" \
		2>"$dir/err" | head -c 65536 >"$dir/out"
	status=${PIPESTATUS[0]}
	read_ssh_log "$status"
	return "$status"
}

# filled TEXT: replaces MARK, NAMES, BLOB, FOLDERS and LINE.
filled() {
	local text=$1
	text=${text//@MARK@/"$mark"}
	text=${text//@NAMES@/"$names"}
	text=${text//@BLOB@/"$blob"}
	text=${text//@FOLDERS@/"\"\$d\" $own_folder"}
	printf '%s\n' "${text//@LINE@/"$line"}"
}

# log_in: surveys the machine. Sets survey to none if the login fails or nothing
# answers, to key if there is no shell, or to shell.
log_in() {
	local status=0 started ended
	names=$(jq -r '.url | capture("^https?://(?<h>[A-Za-z0-9][A-Za-z0-9.-]*)[:/]").h |
		select(test("^[0-9.]*\\z") | not)' "$desk/servers.jsonl" 2>/dev/null | sort -u |
		head -n 20 | tr '\n' ' ')
	survey=none
	started=$(date +%s.%N)
	over_ssh sh <<<"$(filled "$look_around")" || status=$?
	ended=$(date +%s.%N)
	((status == 255 || status == 124)) || survey=key
	: >"$desk/facts"
	[[ $(head -n 1 "$desk/login/out" | tr -d '\r') == "$mark" ]] || return 0
	survey=shell
	tr -d '\r' <"$desk/login/out" | tr -c '[:print:]\n' '?' | sed 1d >"$desk/facts"
	offset=$(awk -v from="$started" -v to="$ended" '$1 == "clock" &&
		$2 ~ /^[0-9]+$/ && $2 < 1e11 {
		least = $2 - to; most = $2 + 1 - from
		printf "%.1f", (least > 1 ? least : most < -1 ? most : 0); exit }' "$desk/facts")
}

# fact NAME: prints its value from the survey.
fact() {
	sed -n "s/^$1 //p" "$desk/facts"
}

# read_key: the key of the rounds, and its line of authorized_keys. Where servers need
# credentials, and the account does not say where they are, the line does.
read_key() {
	local type='' set=''
	blob='' line='' own_folder=''
	if grep -q '"credential":"' "$desk/servers.jsonl" &&
		! grep -qsx credentials "$desk/facts"; then
		set='MCP_CREDENTIALS=~/.mcp-credentials ' own_folder='~/.mcp-credentials'
		credentials_there=$own_folder
	fi
	[[ ! -r $fleet_key.pub ]] || read -r type blob _ <"$fleet_key.pub" || :
	if [[ $type =~ ^[a-z0-9@.-]+$ && $blob =~ ^[A-Za-z0-9+/]+=*$ ]]; then
		line="restrict,command=\"${set}mcp-probe --serve-ssh -r $region\" $type $blob $me"
	else
		blob=''
	fi
}

# line_is_right: whether the line there, the first with the key, limits it so that it
# can probe for this region: ours, or one that says more.
line_is_right() {
	local there command from
	there=$(fact key | head -n 1)
	there=${there#*:}
	command="\"(MCP_CREDENTIALS=[A-Za-z0-9/._~-]+ )?([A-Za-z0-9/._-]*/)?mcp-probe"
	command+=" --serve-ssh -r $region( --?[a-z0-9][a-z0-9-]*| [A-Za-z0-9/._:-]+)*\""
	from='(from="[^"]*",)?'
	[[ $there == "$line" || $there =~ ^${from}restrict,${from}command=$command\  ||
		$there =~ ^${from}command=$command,restrict\  ]]
}

# host_key_line: the line of known_hosts for the key that the host showed just now;
# sets known to its file, and named to how the host is called there.
host_key_line() {
	local at port alias print blobs
	ssh "${login[@]}" -G -- "$host" >"$desk/G" 2>/dev/null || :
	at=$(sed -n 's/^hostname //p' "$desk/G")
	port=$(sed -n 's/^port //p' "$desk/G")
	alias=$(sed -n 's/^hostkeyalias //p' "$desk/G")
	known=$(sed -n 's/^userknownhostsfile \([^ ]*\).*/\1/p' "$desk/G")
	print=$(sed -n '/^debug1: Server host key: /{s///p;q}' "$desk/login/log")
	named=${alias:-$at}
	[[ $alias || $port == 22 ]] || named="[$at]:$port"
	timeout "$bound" ssh-keyscan -p "$port" -- "$at" 2>/dev/null | head -c 65536 |
		awk '$2 ~ /^[a-z0-9@.-]+$/ && $3 ~ "^[A-Za-z0-9+/]+=*$" { print $2, $3 }' \
			>"$desk/scanned" || :
	while read -r blobs; do
		[[ $(ssh-keygen -lf - <<<"$blobs" 2>/dev/null) != *" ${print##* } "* ]] || {
			echo "$named $blobs"
			return
		}
	done <"$desk/scanned"
}

# check_way_in: checks the host key and the login.
check_way_in() {
	local known='' named='' show why
	if [[ $trouble ]]; then
		host_key_line >"$desk/line"
		show="ssh $host   # from a terminal: it shows the key, and asks"
		[[ ! -s $desk/line ]] || show="echo '$(<"$desk/line")' >>$known"
		[[ $trouble != *' has changed'* ]] ||
			show="ssh-keygen -f $known -R '$named' && $show"
		found fail "$region" "$trouble" "$show"
		return
	fi
	why=$(last_words "$desk/login/err")
	if [[ $survey == none && $why != *'Permission denied'* ]]; then
		found fail "$region" "$host is not reached: ${why:-no answer in $bound s}" \
			"ssh $ssh_words$host -v true"
		return
	fi
	found ok "$region" "$host is reached, and its host key is known"
	case $survey in
	shell) ;;
	key) found warn "$region" "no shell is behind our key, so only what it allows$(:
		) is checked" "ssh-copy-id -i KEY $host   # one with a shell" ;;
	none) found warn "$region" "no shell there, so only what the key of the rounds$(:
		) allows is checked: $why" "ssh-copy-id $ssh_words$host" ;;
	esac
	shut=false
}

# check_machine: checks mcp-probe, its libraries, roots and clock from the survey.
check_machine() {
	local probe missing
	probe=$(fact probe | head -n 1)
	missing=$(fact library | head -n 20 | tr '\n' ' ')
	if [[ ! $probe ]]; then
		found fail "$region" 'mcp-probe is not in the PATH there' "$mend_by_us"
	elif [[ $missing ]]; then
		found fail "$region" "mcp-probe does not start there, for want of $missing" \
			"ssh $ssh_words$host sudo apt-get install $libraries"
	elif ! $probed; then
		found fail "$region" "its mcp-probe does not start: ${probe:0:200}" \
			"ssh $ssh_words$host mcp-probe --version"
	fi
	if [[ $(fact roots) ]]; then
		found ok "$region" "it has TLS roots, $(fact roots)"
	else
		found fail "$region" 'it has no TLS roots' \
			"ssh $ssh_words$host sudo apt-get install ca-certificates"
	fi
	$probed || check_without_probe
}

# check_without_probe: checks what a probe would otherwise show.
check_without_probe() {
	local names
	names=$(fact unresolved | head -n 20 | tr '\n' ' ')
	[[ ! $names ]] || found fail "$region" "cannot be resolved there: $names" \
		"ssh $ssh_words$host cat /etc/resolv.conf"
	if [[ ${offset:=0.0} == 0.0 ]]; then
		found ok "$region" 'its clock is right'
	else
		found "$(awk "BEGIN { print (($offset) ^ 2 > 100 ? \"fail\" : \"warn\") }")" \
			"$region" "its clock is off by $offset s" \
			"ssh $ssh_words$host sudo timedatectl set-ntp true"
	fi
	found warn "$region" "whether servers are reached, and credentials are there,$(:
		) is seen once mcp-probe is" "$mend_by_us"
}

# check_key: checks what the key of the rounds may do there, and whether rounds use it.
check_key() {
	local there at
	if [[ ! $blob ]]; then
		found fail key "there is no key for the rounds, $fleet_key" "$mend_by_us"
		return
	fi
	there=$(fact key | head -n 1)
	if [[ $survey != shell ]]; then
		:
	elif [[ ! $there ]]; then
		found fail key "$fleet_key may not probe there yet" "$mend_by_us"
	elif line_is_right; then
		found ok key "$fleet_key may probe there, and nothing else"
	else
		# A person types this: from the machine's output it contains only
		# digits.
		at=${there%%:*}
		[[ $at =~ ^[1-9][0-9]{0,5}$ ]] || at=1
		found fail key "line $at of authorized_keys has $fleet_key, but is$(:
			) not the one below; it is left as it is" \
			"ssh $ssh_words-t $host vi +$at .ssh/authorized_keys"
	fi
	ssh "${ssh_options[@]}" -G -- "$host" 2>/dev/null |
		sed -n "s/^identityfile //p" | sed "s|^~/|$HOME/|" | grep -qxF "$fleet_key" ||
		found warn key "rounds do not use $fleet_key" \
			"export MCP_FLEET_SSH='$ssh_words-i $fleet_key -o IdentitiesOnly=yes'$(:
			)   # for cron, too"
}

# did SUBJECT: turns a script's report of what it placed into findings.
did() {
	local made
	sed -n 's/^placed //p' "$desk/login/out" | tr -d '\r' | head -n 5 |
		while read -r made; do
			found "done" "$1" "${made:0:300}"
		done
}

# make_missing: makes what the survey did not find, and says what it made.
make_missing() {
	if [[ ! $(fact probe) ]]; then
		if [[ $(fact machine) != "$(uname -s) $(uname -m)" ]]; then
			found fail "$region" "it is $(fact machine), so our mcp-probe is not for it" \
				"ssh $ssh_words$host   # build it there: README.md"
		elif over_ssh "sh -c '$place_probe'" <"$(type -P mcp-probe)"; then
			did "$region"
		else
			found fail "$region" "mcp-probe is not copied: $(
				last_words "$desk/login/err")" "scp $ssh_words$(type -P mcp-probe)$(:
				) $host: && ssh $ssh_words-t $host 'sudo apt-get install $libraries$(:
				) && sudo install mcp-probe /usr/local/bin'"
		fi
	fi
	if [[ ! -e $fleet_key && ! -e $fleet_key.pub ]]; then
		mkdir -p -- "$(dirname -- "$fleet_key")"
		ssh-keygen -q -t ed25519 -N '' -C mcp-fleet -f "$fleet_key" </dev/null ||
			die 3 "$fleet_key: cannot be created"
		found "done" key "the key $fleet_key"
		read_key
	fi
	[[ ! $blob || $(fact key) ]] || {
		over_ssh sh <<<"$(filled "$place_line")" || found fail key \
			"authorized_keys: $(last_words "$desk/login/err")" \
			"ssh $ssh_words$host ls -ld .ssh .ssh/authorized_keys"
		did key
	}
}

# list_servers: the targets of this region; of a new one, those that all regions have.
list_servers() {
	local name runner at of regions=()
	while IFS=$'\t' read -r name runner at; do
		regions+=("$name")
		[[ $name != "$region" ]] || {
			regions=("$name")
			[[ $at == "$host" ]] || other=${at:-this machine}
			listed=true
			break
		}
	done <"$scratch/regions"
	for of in "${regions[@]}"; do
		timeout "$bound" mcp-aggregate targets -c "$config" -r "$of" "${store[@]}" \
			2>"$scratch/said" || { relay '' "$scratch/said"; die 3 "no targets"; }
	done | jq -cn --argjson n "${#regions[@]}" '[inputs | select(.slug)] |
		group_by(.slug)[] | select(length == $n) | .[0] | del(.v, .type, .region)' \
		>"$desk/servers.jsonl"
}

# probe_from_there: a round of this region alone, as doctor reads it. Until its key
# is there, it goes the way of a person.
probe_from_there() {
	local config=$desk/fleet.yaml options=("${ssh_options[@]}")
	local -a ssh_options
	jq -n --arg name "$region" --arg host "$host" '{regions: [{$name, $host}],
		servers_from: ["servers.jsonl"]}' >"$config"
	printf '%s\tssh\t%s\n' "$region" "$host" >"$scratch/regions"
	mkdir -p "$scratch/$region"
	if [[ $survey == shell ]] && ! line_is_right; then
		ssh_options=("${login[@]}")
	else
		ssh_options=("${pins[@]}" -i "$fleet_key" -o IdentitiesOnly=yes
			"${options[@]}")
	fi
	check_probes
}

# tell_lines: prints which lines are still missing in which files.
tell_lines() {
	local egress='' there=false
	# Without a shell, a successful probe shows it.
	if line_is_right || { [[ $survey != shell ]] &&
		grep -qs '"type":"probe"' "$scratch/$region/records"; }; then
		there=true
	fi
	[[ ! -s $scratch/$region/machine ]] ||
		egress=$(awk '$3 != "-" { print $3 }' "$scratch/$region/machine")
	jq -nr --arg region "$region" --arg host "$host" --arg egress "$egress" \
		--arg config "$config" --argjson there "$there" \
		--arg line "$line" --argjson json "$json" --argjson listed "$listed" '
		"  - {name: \($region), runner: ssh, host: \"\($host)\"}" as $entry |
		if $json then {v: 1, type: "enrolment", $region, $host,
			egress: [$egress | select(. != "")],
			authorized_keys: ($line | select(. != "") // null), regions: $entry} | tojson
		else
			"", "For the allow-lists of servers, the address that probes come from:",
			if $egress != "" then "  \($egress)"
			else "  not known: they leave from a private address, so it is the address of their network"
			end,
			(select($line != "" and ($there | not)) | "In .ssh/authorized_keys of \($host):", "  \($line)"),
			(select($listed | not) | "In \($config), under regions:", $entry)
		end'
}

# may_probe: whether a probe from there can be tried.
may_probe() {
	case $survey in
	shell) [[ $(fact probe) == "mcp-probe "* && ! $(fact library) ]] ;;
	key) ;;
	none) [[ $blob ]] ;;
	esac
}

# run_checks: prints the findings.
run_checks() {
	local trouble='' offset='' names='' probed=false shut=true mark
	mark=enroll-$RANDOM$RANDOM$RANDOM
	# Repeating the same command would fix nothing more; other findings say what
	# does.
	! $install || mend_by_us=''
	log_in
	read_key
	if $install && [[ $survey == shell ]]; then
		make_missing
		log_in
	fi
	check_way_in
	if ! $shut; then
		! may_probe || probed=true
		[[ $survey != shell ]] || check_machine
		! $probed || probe_from_there
		check_key
	fi
	[[ ! $other ]] || found fail fleet.yaml "its region $region is at $other" \
		"\${EDITOR:-vi} $config"
}

enroll() {
	local host blob line own_folder mend_by_us other='' listed=false
	# shellcheck source=/dev/null # of mcp-fleet
	source "$lib/region.bash" || die 3 "region.bash: not installed"
	# shellcheck source=/dev/null # of mcp-fleet
	source "$lib/doctor.bash" || die 3 "doctor.bash: not installed"
	enroll_settings "$@"
	need mcp-aggregate mcp-probe jq flock awk ssh
	choose_key
	mend_by_us="$me enroll --install -c $config"
	! $key_named || mend_by_us+=" -k $fleet_key"
	mend_by_us+=" $region $host"
	begin_work
	desk=$scratch/.doctor
	mkdir "$desk"
	dry=true
	configure
	list_servers
	read_key
	ask_for='limit(500; inputs | if .slug then
		.timeout = ([.timeout, 6] | min) else . end)'
	run_checks >"$desk/findings"
	print_findings
	tell_lines
	! grep -q '^fail' "$desk/findings" || exit 1
}
