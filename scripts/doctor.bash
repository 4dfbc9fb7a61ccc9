# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# mcp-fleet doctor: checks a whole fleet from end to end, each finding with the command
# that fixes it; see mcp-fleet(1), DOCTOR.
# shellcheck disable=SC2016 # programs of jq, and commands for people to type
# shellcheck disable=SC2154,SC2034 # variables of mcp-fleet and region.bash
#
# The regions are asked as a round asks them, see region.bash, so what a forced
# command allows is enough. Except where noted below, nothing is judged, sent or stored
# but the findings.
# The parts are checked side by side, each with its findings in a file of its own.

check_max=10   # seconds for each check
written_max=150 # seconds after which a store counts as not written to
credentials_there='"$MCP_CREDENTIALS"' # on the machine of a region
json=false ssh_words='' desk='' # a folder in scratch; regions have theirs there, too

doctor_usage() {
	cat <<-'END'
	usage: mcp-fleet doctor [-c file] [--json] [--store url]
	       mcp-fleet doctor --cve [--json] [file]

	Checks a whole fleet: configuration, regions, store, folders, cron or systemd,
	pages, routes, and what an upgrade needs. Prints what is wrong and the command
	that fixes it. With --cve, lists libraries older than the release's list: of
	the programs here, of a zip for Lambda, or of what dpkg-query -W printed in an
	image; - is standard input.

	options:
	  -c, --config file     the configuration; default MCP_CONFIG, ./fleet.yaml
	                        or /etc/mcp-fleet/fleet.yaml
	  --cve                 list outdated libraries
	  -h, --help            print this help
	  --json                print each finding as JSON
	  --store url           the store; default: the configuration's, or MCP_STORE

	exit status:
	  0  all is well
	  1  something needs fixing; the output shows how
	  2  usage or configuration
	  3  this machine failed

	See mcp-fleet(1).
	END
}

doctor_settings() {
	local args cve=false
	args=$(getopt -n "$me doctor" -o +c:h -l config:,cve,help,json,page,store: -- "$@") ||
		{ say "see $me doctor --help"; exit 2; }
	eval set -- "$args"
	while :; do
		case $1 in
		-c | --config) config=$2; shift ;;
		--cve) cve=true ;;
		-h | --help) doctor_usage; exit 0 ;;
		--json) json=true ;;
		--page) die 2 "--page: this option was removed: run 'mcp-alert test --all'" ;;
		--store) url=$2; shift ;;
		--) shift; break ;;
		esac
		shift
	done
	(($# <= 1)) || die 2 "$2: one argument too many"
	if $cve; then
		# shellcheck source=scripts/doctor_cve.bash
		source "$lib/doctor_cve.bash" || die 3 "doctor_cve.bash: not installed"
		cve "$@"
		exit
	fi
	[[ $# -eq 0 ]] || die 2 "$1: one argument too many"
	doctor_bound
}

# doctor_bound: reads the environment variables of each command that checks a fleet.
doctor_bound() {
	need_config
	bound=${MCP_FLEET_TIMEOUT:-$check_max}
	[[ $bound =~ ^[1-9][0-9]{0,3}$ ]] ||
		die 2 "MCP_FLEET_TIMEOUT: must be a number of seconds, up to 9999"
	read -ra ssh_options <<<"${MCP_FLEET_SSH-}"
	ssh_words=${MCP_FLEET_SSH:+$MCP_FLEET_SSH }
}

# found STATUS SUBJECT FINDING [MEND]: prints a finding: ok, warn or fail.
found() {
	local words=("${@//[[:cntrl:]]/ }")
	printf '%s\t%s\t%s\t%s\n' "${words[@]:0:3}" "${words[3]-}"
}

# use_secrets FOLDER: uses the folder of secrets of the checked service, unless this
# shell names one or may not read it.
use_secrets() {
	[[ ! ${MCP_CREDENTIALS-}${CREDENTIALS_DIRECTORY-} && -r $1 ]] || return 0
	export MCP_CREDENTIALS=$1
}

# write_secret FILE [COMMAND]: prints the command that writes typed input, or the output
# of COMMAND, to FILE, readable only for the owner of its folder.
write_secret() {
	local folder=${1%/*} owner
	if [[ ! -d $folder || -O $folder ]]; then
		echo "(umask 077; ${2:-cat} >$1)"
		return
	fi
	owner=$(stat -c %U -- "$folder")
	echo "${2:+$2 | }install -m 600 -o $owner /dev/stdin $1"
}

# last_words FILE: the last line of a program, without its name and "warning: ".
last_words() {
	tail -c 4096 "$1" | jq -nrR "$clean"' | last // "" | .[:300]' |
		sed 's/^mcp-[a-z]*: //; s/^warning: //; s/^store: //'
}

# check_config: reports what the programs find wrong in the configuration and the
# routes.
check_config() {
	local line status=0 reached
	use_secrets "$alert_secrets"
	found ok configuration "${looked:+$looked: }$(jq -r 'def count($one): "\(.) \($one)" +
		if . == 1 then "" else "s" end; "\(.servers.count | count("server")), \(
		.regions | length | count("region"))"' "$scratch/config")"
	while IFS= read -r line; do
		line=${line#mcp-*: warning: }
		found warn configuration "$line" "\${EDITOR:-vi} $(edit_at "$line")"
	done <"$desk/warned"
	check_authorities
	check_secrets
	jq -e '.alerts.routes != []' "$scratch/config" >/dev/null || {
		found warn routes 'nobody is notified of an outage: there is no route' \
			'man mcp-routes'
		return
	}
	timeout "$bound" mcp-alert check -c "$config" >/dev/null 2>"$desk/alert" || status=$?
	# Errors of the configuration were reported above.
	grep -vF "$(cut -d : -f 3- "$desk/warned"; echo ' warning: store: ')" \
		"$desk/alert" >"$desk/routes" || :
	while IFS= read -r line; do
		check_route "${line#mcp-alert: }"
	done <"$desk/routes"
	check_link
	check_undelivered || return 0
	((!status)) || return 0
	reached=$(timeout "$bound" mcp-alert check -c "$config" kind=downtime 2>/dev/null |
		sed -n '/^at /,/^[a-z]/{s/^  at once  *//p}' | sort -u | tr '\n' ' ')
	found ok routes "all secrets are present; a P1 goes to ${reached:-nobody }at once"
}

# check_authorities: whether the files that `ca` names can be read, and hold certificates.
check_authorities() {
	local line
	while IFS= read -r line; do
		found fail configuration "${line#mcp-aggregate: warning: }" \
			"\${EDITOR:-vi} $config"
	done < <(timeout "$bound" mcp-aggregate targets -c "$config" 2>&1 >/dev/null |
		grep -E '^mcp-aggregate: warning: [^ ]+: ca: ' | head -n 5)
}

# edit_at FINDING: the file and line that a fault of the configuration names.
edit_at() {
	if [[ $1 =~ ^([^\ :]+):([0-9]+): ]]; then
		echo "+${BASH_REMATCH[2]} ${BASH_REMATCH[1]}"
	else
		echo "$config"
	fi
}

# check_undelivered: which events did not reach their routes; false if any. A server
# of the index may only have one that waits for its digest, or that is on its way.
check_undelivered() {
	local slug line
	timeout "$bound" mcp-aggregate status -c "$config" "${store[@]}" -f text \
		2>/dev/null | sed -n '/^Undelivered events: of /,/^$/p' | tr '\n' ' ' |
		sed 's/^Undelivered events: of //; s/, /\n/g; s/ *$//' >"$desk/undelivered" || :
	# The last line has no end.
	while IFS= read -r slug || [[ $slug ]]; do
		timeout "$bound" mcp-alert explain -c "$config" "${store[@]}" -f jsonl \
			-- "$slug" 2>/dev/null || :
	done < <(head -n 20 "$desk/undelivered") | jq -r --argjson now "$(date +%s)" '
		.server_slug as $slug | .undelivered[] | select(.attempts > 0 or
			(.next_try | fromdate) < $now - 300) |
		["\($slug): \(.event) has not reached route \(.route)\(
			if .why then ": \(.why)" else "" end)", $slug] | @tsv' >"$desk/waiting"
	# Subjects that are not servers, such as the pipeline, have only a row, no
	# explanation.
	! grep -q '^\*' "$desk/undelivered" ||
		timeout "$bound" mcp-alert list -c "$config" "${store[@]}" -f jsonl \
			2>/dev/null | jq -r 'select((.server_slug | startswith("*")) and
				.severity == "P1" and .undelivered > 0) |
			["\(.dedup_key): an event has not reached its route", ""] |
			@tsv' >>"$desk/waiting" || :
	while IFS=$'\t' read -r line slug; do
		found fail routes "$line" \
			"mcp-alert ${slug:+explain }${slug:-list} -c $config"
	done < <(head -n 5 "$desk/waiting")
	line=$(($(wc -l <"$desk/waiting") - 5))
	((line <= 0)) || found fail routes "and $line more" "mcp-aggregate status -c $config"
	check_deliveries
	[[ ! -s $desk/waiting && ! -s $desk/failed ]]
}

# check_deliveries: finds routes whose last delivery within a day was refused or given
# up: such an event is no longer pending.
check_deliveries() {
	local slug line
	timeout "$bound" mcp-alert history -c "$config" "${store[@]}" -f jsonl 2>/dev/null |
		jq -nr --argjson from "$(($(date +%s) - 86400))" --slurpfile config \
		"$scratch/config" --rawfile waiting "$desk/waiting" '
		[$config[0].alerts.routes[].name] as $routes |
		# A failed delivery is retried, so it is not final.
		reduce (inputs | select(.at >= $from and .what != "failed") | .route = ([.text | strings |
			capture("^[a-z_]+ to route (?<name>[^ :]+)").name][0])) as $e ({};
			if $e.route then .[$e.route] = $e else . end) |
		to_entries[] | select((.value.what | test("^(refused|given_up|to_mend)\\z")) and
			(.key as $name | any($routes[]; . == $name) and
				($waiting | contains("reached route \($name)") | not))) |
		"\(.value.server_slug)\troute \(.key) failed the last time: \(.value.server_slug): \(
			.value.what): \(.value.text | .[:300] | gsub("[\\p{Cc}\\p{Cf}]"; "?"))"' \
		>"$desk/failed" || :
	while IFS=$'\t' read -r slug line; do
		[[ $slug != '*' ]] || slug="'*'"
		found fail routes "$line" "mcp-alert history -c $config $slug"
	done < <(head -n 5 "$desk/failed")
}

# check_route LINE: a line of mcp-alert check.
check_route() {
	local line=$1 file
	if [[ $line == *" has no file ack"* && ${MCP_CREDENTIALS-} ]]; then
		file=$(own_secrets)/ack
		found warn routes "${line#warning: }" "$(write_secret "$file" \
			'printf "for = ack\ntoken = %s\n" $(openssl rand -hex 32)')$(
			web_reads "$file" || echo " && $(copy_for_web "$file")")"
	elif [[ $line == warning:* ]]; then
		found warn routes "${line#warning: }" "\${EDITOR:-vi} $config"
	elif [[ $line =~ ^route\ .*\((.*)\ in\ the\ folder\ (.*)\)$ ]]; then
		file=${BASH_REMATCH[2]}/${BASH_REMATCH[1]}
		if [[ $line == *"others can"* ]]; then
			found fail routes "$line" "chmod 600 $file"
		else
			found fail routes "$line" "$(write_secret "$file")"
		fi
	else
		found fail routes "$line" "mcp-alert check -c $config"
	fi
}

# own_file NAME: a secret of mcp-fleet itself, where mcp-alert reads it.
own_file() {
	local file folder=${MCP_CREDENTIALS:-$CREDENTIALS_DIRECTORY}
	file=$(own_secrets)/$1
	[[ -e $file || ! -e $folder/$1 ]] || file=$folder/$1
	echo "$file"
}

# web_reads FILE: whether the web server reads this secret itself, judging by its
# folder: it belongs to the same user and is beside the folder of secrets.
web_reads() {
	local web
	web=$(dirname -- "$(realpath -- "$config")")/web
	[[ ! -d $web ]] || [[ ${1%/*} -ef $web/../secrets &&
		$(stat -c %U -- "$web") == "$(stat -c %U -- "${1%/*}")" ]]
}

# copy_for_web FILE: the command that gives a copy of a secret to the web server, where
# it does not read this one: it has a folder of its own beside it.
copy_for_web() {
	local web owner=www-data
	web=$(dirname -- "$(realpath -- "$config")")/web
	[[ ! -d $web ]] || owner=$(stat -c %U -- "$web")
	[[ -d $web ]] || echo -n "sudo install -d -m 700 -o $owner $web && "
	echo "sudo install -m 400 -o $owner $1 $web"
}

# check_link: opens the link of a test message, which changes nothing. If nobody answers
# there, check_site says so.
check_link() {
	local link code
	type -P curl >/dev/null || return 0
	link=$(timeout "$bound" mcp-alert test -n --all -c "$config" -f jsonl \
		2>/dev/null | jq -r '.ack_url // ""') || :
	[[ $link ]] || return 0
	code=$(echo "url = \"$link\"" | curl -q -sS -m "$bound" --max-filesize 65536 \
		-D "$desk/link.head" -o "$desk/link" -w '%{http_code}' -K - \
		2>/dev/null) || return 0
	link=${link%/ack/*}/ack/
	if [[ $code == 200 ]] && grep -qs 'This was a test, and it arrived' "$desk/link"; then
		found ok routes 'acknowledge links work'
		check_short "${link%/ack/}/a/"
	elif ! grep -qsi '^cache-control: no-store' "$desk/link.head"; then
		found fail routes "acknowledge links do not work: $link$(:
			) answers $code, but not from mcp-alert" \
			'man 1 mcp-alert   # The web server'
	elif [[ $code == 404 ]]; then
		found fail routes "acknowledge links answer 404: the$(:
			) mcp-alert of $link has no secret ack, or another one" \
			"$(copy_for_web "$(own_file ack)")"
	else
		found fail routes "acknowledge links answer $code: see the$(:
			) log of the web server of $link" "curl -i ${link}x"
	fi
}

# check_short ADDRESS: whether the short links of text messages lead to mcp-alert: older
# files of web servers do not know them.
check_short() {
	jq -e 'any(.alerts.routes[]; .type == "twilio_sms")' "$scratch/config" >/dev/null ||
		return 0
	curl -q -sS -m "$bound" --max-filesize 65536 -D "$desk/short" -o "$desk/link" \
		-- "$1x" 2>/dev/null || return 0
	grep -qsi '^cache-control: no-store' "$desk/short" || found fail routes \
		"the short links of text messages do not work: $1 does not come from mcp-alert" \
		'man 1 mcp-alert   # The web server'
}

# own_secrets: the folder of the secrets of routes and of mcp-fleet itself: beside that
# of the credentials of servers, if there is one.
own_secrets() {
	local beside folder=${MCP_CREDENTIALS:-$CREDENTIALS_DIRECTORY}
	beside=$(dirname -- "$folder")/secrets
	[[ -d $beside ]] && echo "$beside" || echo "$folder"
}

# check_secrets: whether some of these lie among the credentials of servers, whose
# names strangers may have chosen.
check_secrets() {
	local name beside folder=${MCP_CREDENTIALS-} files=()
	[[ $folder && ! $alert_secrets ]] || return 0
	beside=$(dirname -- "$folder")/secrets
	[[ ${folder%/} != "$beside" ]] || return 0
	while IFS= read -r name; do
		[[ ! -f $folder/$name ]] || grep -q '^[ \t]*origin[ \t]*=' "$folder/$name" ||
			files+=("$folder/$name")
	done < <(jq -r '"ack", (.alerts | .routes[]?.secret, .heartbeat?.secret) |
		strings | select(test("^[A-Za-z0-9_-][A-Za-z0-9._-]*\\z"))' "$scratch/config" | sort -u)
	((!${#files[@]})) || found warn routes "secrets are among the credentials of$(:
		) servers: ${files[*]##*/}" "mkdir -p -m 700 $beside && mv ${files[*]} $beside"
}

# What the regions said, their targets and who they are, to findings. A fault that only
# one region sees is the region's; one that all see may be the server's.
read_regions='
def finding($status; $subject; $text; $mend): [$status, $subject, $text, $mend] |
	map(gsub("[\\p{Cc}\\p{Cf}]"; " ")) | join("\t");
def quoted: "'"'\\\(.)'"'";
def sure: if .[0] > 0 then .[0] elif .[1] < 0 then .[1] else 0 end;
def on_its_machine: ltrimstr(" ") + "   # on its machine";
def absolute: if . < 0 then -. else . end;
[inputs] as $records |
($targets | map({key: "\(.region) \(.slug)", value: .}) | from_entries) as $target |
# The slugs that passed this step in some region, and the region.
def passed($n): [$records[] | select(.type == "step" and .n == $n and
	.status == "pass") | .slug] | unique;
passed(1) as $resolved | passed(2) as $trusted |
# For a function or a worker: look shows more about it, anew replaces the deployed
# version.
def mend_cloud($r): .message as $m |
	if $m | test("^its runner is set up for ") then
		if $r.runner == "lambda" then "aws lambda update-function-configuration " +
			"--function-name \($r.host) --environment Variables={MCP_REGION=\($r.name)}"
		else "docker run -e MCP_REGION=\($r.name) ..." end
	elif $m | test(": (aws|curl): not installed\\z") then
		"sudo apt-get install \(if $r.runner == "lambda" then "awscli" else "curl" end)"
	elif $m | test(": credential .*chmod 600 it\\z") then "chmod 600 \($r.token)"
	elif $m | test(": credential ") then "(umask 077; openssl rand -hex 32 >\($r.token))"
	elif $m | test(": it answers 401\\z") then
		"tr -d \u0027\\n\u0027 <\($r.token) | sha256sum   " +
			"# has to be MCP_WORKER_TOKEN_SHA256 there"
	else $r.look end;
def mend_exit($r): .message as $m |
	if $r.look != "" then mend_cloud($r) else
	(if $r.port == "22" then $r.at else "[\($r.at)]:\($r.port)" end) as $named |
	"ssh-keyscan -p \($r.port) \($r.at) >>\($r.known)" as $add |
	if $r.inbox and ($m | test("^its inbox ") | not) then (if $m | test("^its clock ") then "sudo timedatectl set-ntp true"
		elif $r.host != "" then "\($r.name)/run -v && \($r.name)/start"
		else "journalctl -u mcp-region" end | on_its_machine)
	elif $m | test("^the host key of .* has changed") then
		"ssh-keygen -f \($r.known) -R \u0027\($named)\u0027 && \($add)"
	elif $m | test("^the host key of .* is not known") then $add
	elif $m | test("^its runner is set up for ") then
		($m | capture("set up for (?<other>[a-z0-9-]+)").other) as $other |
		"\($r.via) \u0027sed -i s/\($other)/\($r.name)/ ~/.ssh/authorized_keys\u0027"
	elif $m | test("^exit status 127|not found|No such file or directory\\z") then
		"scp \($words)\($probe) \($r.host):/usr/local/bin/"
	elif $m | test("account is currently not available|nologin") then
		"sudo usermod -s /bin/sh ACCOUNT" | on_its_machine
	elif $m | test("sftp connections only") then
		"sudo ${EDITOR:-vi} /etc/ssh/sshd_config" | on_its_machine
	elif $m | test("Permission denied") then "ssh-copy-id \($words)\($r.host)"
	elif .status == "garbled" then "\($r.via) true   # has to print nothing"
	elif $r.via == "" then "mcp-fleet -nv -c \($config)"
	else "\($r.via) -v true" end end;
def check_runner($r; $own; $refused):
	($own | map(select(.type == "runner" and .status != "ok"))[0]) as $bad |
	($own | map(select(.type == "runner"))[0]) as $first |
	($own | map(select(.type == "probe"))) as $probes |
	if $own == [] and ($refused | not) then
		finding("warn"; $r.name; "no server is probed from here"; "${EDITOR:-vi} \($config)")
	elif $bad and ($bad.message | startswith("its clock is off by") or
			startswith("its inbox cannot be read") and $r.host != "" | not) and
		($refused | not) then
		finding("fail"; $r.name; "\($bad.status): \($bad.message)"; $bad | mend_exit($r))
	elif $probes != [] then
		([$probes[] | select(.state != "broken")] | length) as $work |
		finding("ok"; $r.name; "mcp-probe \($first.version // "?") answers; \($work) of \(
			$probes | length) servers work from here"; "")
	else empty end,
	(select($first.status == "ok" and $first.version != $version) |
		finding("warn"; $r.name; "mcp-probe there is \($first.version), and here \($version)";
			if $r.look != "" then $r.anew
			elif $r.via == "" then "mcp-probe --version"
			else "scp \($words)\($probe) \($r.host):/usr/local/bin/" end)),
	(select($r.via + $r.look != "" or $r.inbox) | [$own[] | .offset_s? | arrays][0] | values | sure as $off |
		if ($off | absolute) > 1 then
			finding(if ($off | absolute) > 10 then "fail" else "warn" end; $r.name;
				"its clock is off by \($off * 10 | floor / 10) s";
				if $r.look != "" then $r.look
				else "\($r.via) sudo timedatectl set-ntp true" |
					if $r.inbox then on_its_machine else . end end)
		else finding("ok"; $r.name; "its clock is right"; "") end);
def check_network($r; $own):
	($own | map(select(.type == "step"))) as $steps |
	[$steps[] | select(.n == 1 and .status != "skip")] as $names |
	[$names[] | select(.status == "fail") | .slug] as $unknown |
	select($names != [] and ($unknown | length) == ($names | length)) |
	finding(if [$unknown[] | select([.] | inside($resolved))] != [] then "fail"
			else "warn" end; $r.name; "no name of a server can be resolved from here";
		if $r.look != "" then $r.look
		else "\($r.via) cat /etc/resolv.conf" | ltrimstr(" ") end);
def check_roots($r; $own):
	[$own[] | select(.type == "step" and .n == 2 and .status != "skip") |
		select($target["\(.region) \(.slug)"].url // "" | test("^https"))] as $shown |
	[$shown[] | select(.status == "fail" and ((.error // "") |
		test("^tls\\.(untrusted|self-signed)\\z"))) | .slug] as $not |
	($not - $trusted) as $nowhere |
	if $not != $nowhere and ($not | length) == ($shown | length) then
		finding("fail"; $r.name; "no certificate of a server is trusted here";
			if $r.look != "" then $r.anew
			else "\($r.via) sudo apt-get install --reinstall ca-certificates" |
				ltrimstr(" ") end)
	else empty end,
	# A server that no region trusts may have a private authority.
	if $nowhere != [] then finding("warn"; $r.name;
		"the authority that signed the certificate of \($nowhere | unique |
			.[:10] | join(", ")) is not known here";
		"${EDITOR:-vi} \($config)   # of the server, ca: FILE, with the certificate of its authority")
	else empty end;
def check_caches($r; $own):
	[$own[] | select(.type == "step" and .n == 8) | {slug, result: .detail.cache.result?}]
		as $seen | [$seen[] | select(.result == "stale") | .slug] as $stale |
	if $stale != [] then finding("fail"; $r.name;
		"a cache gives clients an old list of tools of \($stale[:10] | join(", "))";
		"mcp-probe --cache-check always \($target["\($r.name) \($stale[0])"].url |
			"\u0027\(gsub("\u0027"; "%27"))\u0027")")
	else [$seen[] | select(.result == "equal")] | select(. != []) |
		finding("ok"; $r.name; "no stale cache: \(length) lists of tools are the same with an id that nobody has used"; "") end;
$regions[] | . as $r | [$records[] | select(.region == $r.name)] as $own |
check_runner($r; $own; $refused | index($r.name) != null),
check_network($r; $own), check_roots($r; $own), check_caches($r; $own)'

# describe_regions: the regions, and how ssh(1) reaches them, as a JSON array.
describe_regions() {
	local name runner host at port known look anew token pins
	pin_host_keys
	while IFS=$'\t' read -r name runner host; do
		at='' port='' known='' look='' anew='' token=''
		if [[ $runner == ssh ]]; then
			ssh "${ssh_options[@]}" "${pins[@]}" -G -- "$host" >"$desk/G" 2>/dev/null || :
			at=$(sed -n 's/^hostname //p' "$desk/G")
			port=$(sed -n 's/^port //p' "$desk/G")
			known=$(sed -n 's/^userknownhostsfile \([^ ]*\).*/\1/p' "$desk/G")
		elif [[ $runner == lambda ]]; then
			look="aws lambda get-function --function-name $host"
			anew="aws lambda update-function-code --function-name $host$(:
				) --zip-file fileb://probe.zip"
		elif [[ $runner == worker ]]; then
			look="curl -v $host"
			anew='make deb && docker build -f scripts/deploy/worker/Dockerfile -t mcp-worker .'
			token=${MCP_CREDENTIALS-${CREDENTIALS_DIRECTORY-}}/$(jq -r --arg name \
				"$name" '.regions[] | select(.name == $name).credential' "$scratch/config")
		fi
		jq -n --arg name "$name" --arg host "$host" --arg at "$at" --arg port "$port" \
			--arg known "$known" --arg words "$ssh_words" --arg runner "$runner" \
			--arg look "$look" --arg anew "$anew" --arg token "$token" '{$name, $runner,
				$host, $at, $port, $known, $look, $anew, $token, inbox: ($runner == "inbox"),
				via: (if $runner == "ssh" then "ssh \($words)\($host)" else "" end)}'
	done <"$scratch/regions" | jq -s .
}

# check_inboxes: of inboxes outside the store, whether they answer, how old the newest
# piece is, and what was refused.
check_inboxes() {
	local name runner host look why file
	while IFS=$'\t' read -r name runner host; do
		[[ $runner == inbox && $host ]] || continue
		look=$scratch/$name/inbox/look
		if [[ -s $scratch/$name/err || ! -s $look ]]; then
			why=$(last_words "$scratch/$name/err")
			file=${MCP_CREDENTIALS-${CREDENTIALS_DIRECTORY-}}/$(jq -r --arg name "$name" \
				'.regions[] | select(.name == $name).credential // ""' "$scratch/config")
			case $why in
			*'chmod 600 it') found fail "$name" "$why" "chmod 600 $file" ;;
			*' names a folder') found fail "$name" "$why" \
				"export MCP_CREDENTIALS=$(dirname -- "$(realpath -- "$config")")/credentials" ;;
			'credential '*) found fail "$name" "$why" "(umask 077; cat >$file)" ;;
			*'rate limit'*) found fail "$name" "its inbox does not answer: $why" \
				"man 7 mcp-inbox" ;;
			'it answers 401'* | 'it answers 403'* | *UnrecognizedClient* | *'security token'* | \
				*InvalidSignature* | *'request signature'*)
				found fail "$name" "its inbox refuses the credential: $why" \
					"(umask 077; cat >$file)" ;;
			*) found fail "$name" "its inbox does not answer: ${why:-no reason given}" \
				"man 7 mcp-inbox" ;;
			esac
			continue
		fi
		jq -r --arg name "$name" '
			def pieces: if . == 1 then "1 piece is" else "\(.) pieces are" end;
			["ok", $name, "its inbox answers\(if .newest > 0 then
				"; its newest piece is of \(.newest | strftime("%H:%M")) UTC, \([0,
					(now - .newest | floor)] | max) s ago" else "" end)", ""],
			(select(.refused > 0) | ["warn", $name, "\(.refused | pieces) refused: cut, altered or of another region",
				"man 7 mcp-inbox"]),
			(select(.others > 0) | ["warn", $name, "\(.others | if . == 1 then "1 file in its inbox is not a piece"
				else "\(.) files in its inbox are not pieces" end)",
				"man 7 mcp-inbox"]) | join("\t")' "$look"
	done <"$scratch/regions"
}

# check_credentials: reports credentials that mcp-probe cannot use, so that their
# servers are not probed, and how many credentials there are.
check_credentials() {
	local name runner host line via file all bad
	while IFS=$'\t' read -r name runner host; do
		bad=0
		[[ -e $scratch/$name/err && $runner != inbox ]] || continue
		while IFS= read -r line; do
			bad=$((bad + 1))
			file=${line#auth.credential: }
			file=${file%%: *}
			[[ $file =~ ^[a-z0-9][a-z0-9._-]*$ ]] || file=NAME
			via="ssh $ssh_words$host "
			# See reserved in lib/conf/check.c: a region is to have none of these.
			if [[ $file =~ ^(ack|answer|session|store)$ ]]; then
				via="\${EDITOR:-vi} $config   # another name: $file is a secret of$(:
					) mcp-fleet itself"
			elif [[ $runner == lambda || $runner == worker ]]; then
				via='man 7 mcp-fleet   # FUNCTIONS AND WORKERS'
			elif [[ $line == *": neither MCP_CREDENTIALS "* ]]; then
				[[ $runner == ssh ]] && via+="cat .ssh/authorized_keys$(:
					)   # command=\"MCP_CREDENTIALS=FOLDER ...\"" ||
					via='export MCP_CREDENTIALS=FOLDER'
			elif [[ $line == *"chmod 600"* ]]; then
				[[ $runner == ssh ]] && via+="'chmod 600 $credentials_there/$file'" ||
					via="chmod 600 ${MCP_CREDENTIALS-\$CREDENTIALS_DIRECTORY}/$file"
			elif [[ $runner == ssh ]]; then
				via+="'umask 077; cat >$credentials_there/$file' <$file"
			else
				via=$(write_secret "${MCP_CREDENTIALS-\$MCP_CREDENTIALS}/$file")
			fi
			found fail "$name" "$line" "$via"
		done < <(tr -d '\r' <"$scratch/$name/err" |
			sed -n 's/^mcp-probe: line [0-9]*: auth\./auth./p' | sort -u | head -n 20)
		((!bad)) || echo "$name" >>"$desk/refused"
		all=$(grep -c '"credential":"' "$scratch/$name/targets" || :)
		((bad || !all)) || ! grep -q '"type":"probe"' "$scratch/$name/records" ||
			found ok "$name" "all $all credentials are present, readable only by their owner"
	done <"$scratch/regions"
}

# check_keys: whether the key of a region that probes can do more than that.
check_keys() {
	local name runner host pins
	pin_host_keys
	while IFS=$'\t' read -r name runner host; do
		# A region that could not be reached was already reported.
		[[ $runner == ssh ]] || continue
		grep -qs '"type":"probe"' "$scratch/$name/records" || continue
		{ timeout "$bound" ssh "${ssh_options[@]}" "${pins[@]}" -Tax \
			-o BatchMode=yes -o ConnectTimeout=10 -- "$host" \
			'echo any command' 2>&1 |
			head -c 4096 >"$scratch/$name/any"; } </dev/null &
	done <"$scratch/regions"
	wait
	while IFS=$'\t' read -r name runner host; do
		if grep -qsx 'any command' "$scratch/$name/any"; then
			found warn "$name" 'its key can run any command there' \
				"$me enroll --install -c $config -k ~/.ssh/$me $name $host"
		elif grep -qs '^mcp-probe: ' "$scratch/$name/any"; then
			found ok "$name" 'its key can only probe'
		fi
	done <"$scratch/regions"
}

check_regions() {
	use_secrets "$probe_secrets"
	check_probes
	check_keys
}

# check_probes: probes once from each region, and reads the results.
check_probes() {
	local line name
	: >"$desk/refused"
	fan_out 2>/dev/null
	check_credentials
	cat "$scratch"/*/targets 2>/dev/null | grep '"slug":' >"$desk/targets" || :
	describe_regions >"$desk/described"
	jq -nr --slurpfile regions "$desk/described" --slurpfile targets \
		"$desk/targets" --arg version "$version" --arg config "$config" \
		--arg words "$ssh_words" --arg probe "$(type -P mcp-probe || echo mcp-probe)" \
		--argjson refused "$(jq -nR '[inputs]' "$desk/refused")" \
		'$regions[0] as $regions | '"$read_regions" "$scratch/records"
	check_inboxes
	shared_machines
	while IFS= read -r line; do
		name=${line%% *}
		name=$(awk -F '\t' -v name="$name" '$1 == name { print $3 }' "$scratch/regions")
		if [[ $line == *" host key "* ]]; then
			found fail regions "$line" "ssh $ssh_words$name$(:
				) 'sudo rm /etc/ssh/ssh_host_*; sudo ssh-keygen -A'"
		else
			found warn regions "$line" "\${EDITOR:-vi} $config"
		fi
	done <"$scratch/machines"
}

# check_store: whether the store answers, keeps data, has room for data and clients, and
# accepts writes; and when each stage last used it. Then checks the site, which must use
# the same store.
check_store() {
	local status=0 cli why
	if [[ ! $url && ! ${MCP_STORE-} ]]; then
		found fail store 'no store is configured' "\${EDITOR:-vi} $config"
		return
	fi
	cli=$(redis_cli)
	timeout "$bound" mcp-aggregate status store -c "$config" "${store[@]}" -f jsonl \
		>"$desk/kept" 2>"$desk/store" || status=$?
	if ((status)); then
		why=$(last_words "$desk/store")
		case $why in
		*NOAUTH* | *WRONGPASS*)
			found fail store "$why" 'export MCP_STORE_PASSWORD_FILE=FILE' ;;
		*'Permission denied'*)
			found fail store "$why" "sudo usermod -aG redis $(id -un)" ;;
		# With TLS, Redis just closes a connection when it has too many.
		*'too many clients'* | *'Connection reset by peer'* | *'Broken pipe'* | *'closed the connection'*)
			found fail store "$why" 'sudo systemctl restart redis-server   # on its machine' ;;
		*) found fail store "${why:-no answer}" "$(start_redis)" ;;
		esac
		return
	fi
	jq -r --arg cli "$cli" "$mend_store"'
		if .wrong == [] then "ok\tstore\tit answers, evicts nothing and has an append-only file\t"
		else .wrong[] | ["fail", "store", ., mend_store($cli)] | join("\t") end,
		(select((.maxmemory // 0) > 0) | (.used_bytes / .maxmemory) as $full |
			select($full > 0.8) | [if $full > 0.95 then "fail" else "warn" end, "store",
				"\($full * 100 | floor) % of its memory are used",
				"\($cli) config set maxmemory \([2 * .maxmemory, 2 * .used_bytes] | max) && \($cli) config rewrite"] |
			join("\t")),
		(select(.maxclients) | "\(.clients) of \(.maxclients) possible clients are connected" as $taken |
			if .clients * 2 <= .maxclients then "ok\tstore\t\($taken)\t"
			else ["warn", "store", "\($taken)\(.clients_of | if . == [] then "" else
				": " + (map("\(.clients) \(.who)") | join(", ")) end)",
				"\($cli) config set timeout 300 && \($cli) config rewrite"] | join("\t") end)' "$desk/kept"
	check_stages >"$desk/later"
	check_site >>"$desk/later"
	# The site was asked before this write, as the write is a sign of life, too.
	check_writing
	cat "$desk/later"
}

# check_writing: whether a round wrote to the store just now; otherwise writes what a
# round without records writes: the state of the spool.
check_writing() {
	local wrote chosen status=0
	shopt -s nullglob
	wrote=$(jq '.ingest // 1e9 | floor' "$desk/stages")
	if ((wrote <= written_max)); then
		found ok store "last written $wrote s ago"
		return
	fi
	check_spool >/dev/null
	spool=${chosen:-/var/lib/mcp-fleet}/$digest
	spool_record | timeout "$bound" mcp-aggregate ingest -c "$config" \
		"${store[@]}" >/dev/null 2>"$desk/store" || status=$?
	if ((status)); then
		found fail store "cannot be written: $(last_words "$desk/store")" \
			"$cli info persistence memory replication"
	else
		found ok store 'can be written'
	fi
}

# check_stages: when each stage ran last.
check_stages() {
	local line
	timeout "$bound" mcp-aggregate status -c "$config" "${store[@]}" -f text \
		>"$desk/status" 2>/dev/null || :
	sed -n 's/^Last run: //p' "$desk/status" | jq -R '
		def seconds: if . == "never" then null else
			capture("^(?<n>[0-9.]+)(?<unit>[smhd])") | (.n | tonumber) *
				{s: 1, m: 60, h: 3600, d: 86400}[.unit] end;
		split(", ") | map(split(" ") | {key: .[0], value: (.[1] | seconds)}) |
		from_entries' >"$desk/stages"
	if [[ ! -s $desk/stages ]]; then
		echo '{}' >"$desk/stages"
		found warn rounds 'the store did not say in time when they ran' \
			"mcp-aggregate status -c $config"
		return
	fi
	line=$(jq -r --argjson max "$written_max" 'to_entries |
		map(select(.value == null or .value > $max) | "\(.key) \(
			if .value == null then "never ran" else "ran \(.value) s ago" end)") |
		join(", ")' "$desk/stages")
	if [[ $line == *ago* ]]; then
		found fail rounds "$line" "mcp-fleet -v -c $config"
	elif [[ $line ]]; then
		found warn rounds "$line" "mcp-fleet -v -c $config"
	else
		found ok rounds "$(sed -n 's/^Last run: //p' "$desk/status")"
	fi
}

# check_site: whether a mcp-serve answers there, and from the same store: it reports
# when the stages last ran, and a server's published state.
check_site() {
	local site status=0 mend conf
	site=$(jq -r '.site.url // ""' "$scratch/config")
	if [[ ! $site ]]; then
		found warn site 'site.url is not set, so messages have no links' \
			"\${EDITOR:-vi} $config"
		return
	fi
	if ! type -P curl >/dev/null; then
		found warn site 'not checked: curl is not installed' \
			'sudo apt-get install curl'
		return
	fi
	mend="grep -rn MCP_STORE /etc/lighttpd /etc/nginx /etc/apache2 /etc/systemd"
	curl -q -sS -m "$bound" --max-filesize 65536 -o "$desk/healthz" \
		"$site/healthz" 2>"$desk/site" || status=$?
	if ((status)); then
		mend="curl -i $site/healthz"
		conf=$(dirname -- "$(realpath -- "$config")")/lighttpd.conf
		[[ $status != 7 || ! -e $conf ]] || mend=$(start_pages "$conf")
		found fail site "$site/healthz: $(last_words "$desk/site" |
			sed 's/^curl: ([0-9]*) //')" "$mend"
	elif ! jq -e '.status and has("age_s")' "$desk/healthz" >/dev/null 2>&1; then
		found fail site "$site/healthz is not answered by mcp-serve" \
			"curl -i $site/healthz"
	elif jq -e '.store == "down" or .status == "down"' "$desk/healthz" >/dev/null; then
		found fail site "the mcp-serve of $site reaches no store; its MCP_STORE must be$(:
			) ${url:-$MCP_STORE}" "$mend"
	elif jq -es 'all(.[0].age_s[], .[1][]; . == null)' "$desk/healthz" \
		"$desk/stages" >/dev/null; then
		found warn site "$site is answered by mcp-serve; no round has run$(:
			) yet, so its store is unknown" "mcp-fleet -v -c $config"
	elif ! same_store "$site"; then
		found fail site "the mcp-serve of $site reads another store; its MCP_STORE$(:
			) must be ${url:-$MCP_STORE}" "$mend"
	else
		found ok site "$site is answered by mcp-serve, from the same store"
	fi
}

# same_store SITE: whether the site reports what the store has.
same_store() {
	local slug
	jq -e --slurpfile here "$desk/stages" '.age_s | to_entries | all(.[];
		.value as $there | $here[0][.key] as $here |
		if $there == null or $here == null then $there == $here
		else ($there - $here | if . < 0 then -. else . end) <=
			5 + (if $here >= 3600 then 3600 elif $here >= 60 then 60 else 0 end)
		end)' "$desk/healthz" >/dev/null || return 1
	# Two fleets may run in the same second: a figure is seldom the same.
	timeout "$bound" mcp-aggregate status -c "$config" "${store[@]}" -f jsonl \
		>"$desk/figures" 2>/dev/null || return 0
	slug=$(jq -r 'select(.p95_ms and (.age_s // 1e9) < 250) | .slug' \
		"$desk/figures" | head -n 1)
	[[ $slug ]] || return 0
	curl -q -sS -m "$bound" --max-filesize 65536 -o "$desk/embed" \
		"$1/api/embed-status/$slug" 2>/dev/null || return 0
	# A private server is not shown.
	jq -e '.error' "$desk/embed" >/dev/null 2>&1 && return 0
	jq -n --arg slug "$slug" --slurpfile there "$desk/embed" \
		'first(inputs | select(.slug == $slug)) |
			.p95_ms == $there[0].p95_ms or .uptime_30d == $there[0].uptime_30d' \
		"$desk/figures" | grep -q true
}

# check_folder SUBJECT PATH…: finds the folder that a round uses: the first that exists
# or can be made, and that only we or the user of the rounds own; sets chosen.
check_folder() {
	local subject=$1 dir up mode who=us
	shift
	chosen=''
	for dir; do
		if [[ ! -e $dir && ! -L $dir ]]; then
			up=$dir
			while [[ ! -e $up ]]; do
				up=$(dirname -- "$up")
			done
			[[ -d $up && -w $up ]] || continue
			found ok "$subject" "$dir will be created"
			return
		fi
		mode=$(stat -c %a -- "$dir")
		if [[ -L $dir ]]; then
			found fail "$subject" "$dir is a symbolic link" "rm $dir"
		elif [[ ! -O $dir && ! (-w $dir && $(stat -c %U -- "$dir") == "$unit_user") ]]; then
			found warn "$subject" "$dir belongs to $(stat -c %U -- "$dir")" \
				"sudo -u $(stat -c %U -- "$dir") $me doctor -c $config"
		elif (((8#$mode) & 8#22)); then
			found fail "$subject" "other users can write to $dir" "chmod go-w $dir"
		elif [[ ! -w $dir ]]; then
			found fail "$subject" "this user cannot write to $dir" "chmod u+w $dir"
		else
			[[ -O $dir ]] || who=$unit_user
			found ok "$subject" "$dir belongs to $who alone"
			chosen=$dir
			return
		fi
	done
	found fail "$subject" "found no private folder; tried $*" "mkdir -p -m 700 $1"
}

check_spool() {
	check_folder spool ${XDG_STATE_HOME:+"$XDG_STATE_HOME/mcp-fleet"} \
		/var/lib/mcp-fleet ${HOME:+"$HOME/.local/state/mcp-fleet"}
}

# check_folders: reports the folders of locks and spool, and the state of the spool.
check_folders() {
	local chosen files
	check_folder locks ${XDG_RUNTIME_DIR:+"$XDG_RUNTIME_DIR/mcp-fleet"} \
		/run/mcp-fleet "/tmp/mcp-fleet-$UID"
	check_spool
	[[ $chosen && -d $chosen/$digest ]] || return 0
	chosen+=/$digest
	shopt -s nullglob
	files=("$chosen"/*.jsonl "$chosen"/*.again)
	if ((${#files[@]})); then
		found warn spool "${#files[@]} files wait for the store" "$me -c $config"
	fi
	files=("$chosen"/set-aside/*.jsonl)
	if ((${#files[@]})); then
		found fail spool "${#files[@]} files are set aside: the store refused them" \
			"mcp-aggregate ingest -c $config <${files[0]} && rm ${files[0]}"
	fi
}

# keep_findings: leaves in the store what the console of mcp-alert shows: how many there
# are, and the first that are not ok.
keep_findings() {
	! grep -q $'^fail\tstore\t' "$desk/findings" || return 0
	jq -cnR --arg host "$(uname -n)" '[inputs | split("\t")] |
		def count($status): map(select(.[0] == $status)) | length;
		{v: 1, type: "doctor", $host, at: now, ok: count("ok"), warn: count("warn"),
			fail: count("fail"), findings: (map(select(.[0] != "ok")) | sort_by(.[0]) |
				.[:20] | map({status: .[0], subject: .[1], finding: .[2][:300],
					mend: (.[3] | if . == "" then null else .[:300] end)}) |
				until(tojson | utf8bytelength < 15000; .[:-1]))}' \
		"$desk/findings" | timeout "$bound" mcp-aggregate ingest -c "$config" \
		"${store[@]}" >/dev/null 2>"$desk/keeping" ||
		found warn store "does not keep these findings for the console: $(:
			)$(last_words "$desk/keeping")" 'man 7 mcp-store   # users.acl'
}

# print_findings: prints text or JSON. Root needs no sudo, and may not have it; a login
# on another machine need not be root's.
print_findings() {
	local root=false
	((EUID)) || root=true
	jq -nrR --argjson json "$json" --argjson root "$root" '
		def mend: if . == "" then null
			elif $root and (test("(^|[ &])ssh |# on its machine\\z") | not) then
				gsub("\\bsudo -u (?<user>[^ ]+) "; "runuser -u \(.user) -- ") |
				gsub("\\bsudo "; "")
			else . end;
		[inputs | split("\t") | {v: 1, type: "finding", status: .[0], subject: .[1],
			finding: .[2], mend: (.[3] | mend)}] |
		if $json then .[] | tojson else
			([.[].subject | length] | max) as $width |
			.[] | ({ok: "ok  ", warn: "warn", fail: "FAIL",
				done: "done"}[.status]) + "  " +
				(.subject + " " * $width)[:$width] + "  " + .finding,
				(select(.mend) | " " * ($width + 8) + .mend)
		end' "$desk/findings"
}

doctor() {
	local i check checks=(config regions store folders cron ends upgrade)
	doctor_settings "$@"
	# shellcheck source=scripts/doctor_rounds.bash
	source "$lib/doctor_rounds.bash" || die 3 "doctor_rounds.bash: not installed"
	# shellcheck source=/dev/null # of mcp-fleet
	source "$lib/region.bash" || die 3 "region.bash: not installed"
	need mcp-aggregate mcp-alert jq flock awk
	begin_work
	desk=$scratch/.doctor
	mkdir "$desk"
	# As a dry run, this holds no lock, and keeps no memory of the regions.
	dry=true
	configure
	chatty=true
	cp "$scratch/said" "$desk/warned"
	# Within the time limit; and with this interval, a probe looks for stale caches.
	find_units
	ask_for='limit(500; inputs | if .slug then
		.timeout = ([.timeout, 6] | min) | .interval = 300 else . end)'
	for check in "${checks[@]}"; do
		"check_$check" >"$desk/findings.$check" 2>"$desk/said.$check" &
		workers+=("$!")
	done
	for i in "${!checks[@]}"; do
		wait "${workers[i]}" || {
			found fail "${checks[i]}" "some checks did not finish: $(
				last_words "$desk/said.${checks[i]}")" \
				"df ${TMPDIR:-/tmp} && mcp-fleet -nv -c $config" \
				>>"$desk/findings.${checks[i]}"
			worst=3
		}
	done
	workers=()
	for check in "${checks[@]}"; do
		[[ ! -e $desk/findings.$check ]] || cat "$desk/findings.$check"
		[[ ! -s $desk/said.$check ]] || cat "$desk/said.$check" >&2
	done >"$desk/findings"
	keep_findings >"$desk/unkept"
	cat "$desk/unkept" >>"$desk/findings"
	print_findings
	((!worst)) || exit "$worst"
	! grep -qv '^ok' "$desk/findings" || exit 1
}
