# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# mcp-fleet doctor --cve: whether the libraries of the programs are as new as those that
# Debian had when libraries.list was made; see mcp-fleet(1), OLD LIBRARIES.
# shellcheck disable=SC2154,SC2034 # variables of mcp-fleet and doctor.bash

list_days=30 # after which a list is old

# cve [FILE]: prints findings for this machine, or for FILE: a zip for Lambda or the
# output of dpkg-query -W; - is standard input.
cve() {
	local list='' file=${1-} number day
	need jq flock dpkg dpkg-query
	begin_work
	desk=$scratch/.doctor
	mkdir "$desk"
	find_list
	if [[ $file ]]; then
		frozen_packages
	else
		loaded_packages
		old_in_memory >>"$desk/findings"
	fi
	read_release
	compare_packages >>"$desk/findings"
	check_age >>"$desk/findings"
	print_findings
	! grep -qv '^ok' "$desk/findings" || exit 1
}

# find_list: beside the parts of mcp-fleet where it is not installed. Sets day.
find_list() {
	local try
	for try in "$lib/libraries.list" "$lib/../../share/mcp-fleet/libraries.list"; do
		[[ -e $try ]] || continue
		list=$try
		break
	done
	[[ $list ]] || die 3 'no list of libraries: it comes with a release, or of' \
		'make libraries && make install'
	read -r _ _ _ day <"$list"
	[[ $day =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]] || die 3 "$list: no list of libraries"
}

# frozen_packages: writes the packages in the file to the file packages.
frozen_packages() {
	local head
	if [[ $file == - ]]; then
		head -c $((4 << 20)) >"$desk/packages"
		return
	fi
	head=$(head -c 2 -- "$file" | tr -d '\0') || die 2 "$file: cannot be read"
	if [[ $head != PK ]]; then
		head -c $((4 << 20)) -- "$file" >"$desk/packages"
		return
	fi
	need unzip
	(unzip -p -- "$file" lib/packages 2>/dev/null || :) | head -c $((4 << 20)) >"$desk/packages"
	[[ -s $desk/packages ]] || die 2 "$file: does not list its contents; rebuild it"
}

# loaded_packages: writes the packages whose libraries the programs load here to the
# file packages. A
# package may name a file below /usr/lib as one below /lib.
loaded_packages() {
	local program path
	for program in mcp-probe mcp-aggregate mcp-alert mcp-serve; do
		path=$(type -P "$program") || continue
		ldd "$path" | awk '$2 == "=>" && $3 ~ "^/" { print $3 }'
	done | sort -u >"$desk/files"
	[[ -s $desk/files ]] || die 3 'found none of the programs'
	sed 's|^/usr/lib|/lib|; p; s|^/lib|/usr/lib|' "$desk/files" | xargs dpkg -S 2>/dev/null |
		sed -n 's/^\([a-z0-9+.-]*\(:[a-z0-9-]*\)\{0,1\}\): \(\/.*\)/\1 \3/p' \
		>"$desk/owners" || :
	cut -d ' ' -f 1 "$desk/owners" | sort -u |
		xargs -r dpkg-query -W base-files >"$desk/packages"
	while IFS= read -r path; do
		grep -qE "^[^ ]+ (/usr)?${path#/usr}\$" "$desk/owners" ||
			found warn libraries "$path belongs to no package, so its age is unknown" \
				"$(type -P mcp-alert mcp-probe | head -n 1) -V -v"
	done <"$desk/files" >>"$desk/findings"
}

# old_in_memory: programs that still run with a library that was replaced.
old_in_memory() {
	local process program mend
	for process in /proc/[0-9]*; do
		program=$(readlink "$process/exe" 2>/dev/null) || continue
		program=${program% (deleted)} program=${program##*/}
		[[ $program == mcp-* ]] || continue
		grep -qE '\.so[^ /]* \(deleted\)$' "$process/maps" 2>/dev/null || continue
		mend="kill ${process#/proc/}   # it is restarted by what started it"
		[[ ! -d /run/systemd/system || $program != mcp-serve ]] ||
			mend="sudo systemctl restart 'mcp-serve@*'"
		found warn libraries "$program (${process#/proc/}) still runs with a library from$(:
			) before an upgrade" "$mend"
	done
}

# read_release: which Debian this is; sets number, and makes the file listed.
read_release() {
	local system
	number=$(sed -nE 's/^base-files\t([0-9]+)([.+~].*)?$/\1/p' "$desk/packages" | head -n 1)
	sed -n "s/^${number:-none} //p" "$list" >"$desk/listed"
	system=${number:+Debian $number}
	[[ -s $desk/listed ]] || die 3 "${system:-this system} is not in the list of$(:
		) libraries, which has Debian $(sed -n 's/^\([0-9]*\) .*/\1/p' "$list" | sort -u | paste -s -d ' ')"
}

# compare_packages: compares each with Debian's version. A rebuild of a package, as some
# architectures need, is the same version.
compare_packages() {
	local name version rest old=0 n=0 has
	local -A listed=() seen=()
	while read -r name version; do
		listed[$name]=$version
	done <"$desk/listed"
	while IFS=$'\t' read -r name version rest; do
		name=${name%%:*}
		[[ $name =~ ^[a-z0-9][a-z0-9+.-]*$ && $version =~ ^[0-9][A-Za-z0-9.+:~-]*$ &&
			$name != base-files && ! ${seen[$name]-} ]] || continue
		seen[$name]=yes
		has=${listed[$name]-}
		if [[ ! $has ]]; then
			[[ $file ]] || found warn libraries "$name $version is not in the list" \
				"apt-get -s install $name"
			continue
		fi
		n=$((n + 1))
		dpkg --compare-versions "$(first_build "$version")" lt "$(first_build "$has")" ||
			continue
		old=$((old + 1))
		found warn libraries "$name is $version, and Debian $number had $has on $day" \
			"$(renew "$name")"
	done <"$desk/packages"
	((n)) || found warn libraries 'none of the listed libraries is installed' "cat $list"
	((!n || old)) || found ok libraries "$n are as new as Debian $number had them on $day"
}

first_build() {
	[[ $1 =~ ^(.*)\+b[0-9]+$ ]] && echo "${BASH_REMATCH[1]}" || echo "$1"
}

# renew PACKAGE: prints the command that installs the newer one.
renew() {
	if [[ ! $file ]]; then
		echo "sudo apt-get update && sudo apt-get install --only-upgrade $1"
	elif [[ $(head -c 2 -- "$file" 2>/dev/null | tr -d '\0') == PK ]]; then
		echo "sudo apt-get update && sudo apt-get upgrade && scripts/deploy/lambda/build $file"
	else
		echo 'make images   # in the sources'
	fi
}

# check_age: of the list.
check_age() {
	local days
	days=$((($(date +%s) - $(date -d "$day" +%s)) / 86400))
	if ((days > list_days)); then
		found warn libraries "the list is $days days old" \
			'make libraries && sudo make install   # in the sources'
	else
		found ok libraries "the list is of $day"
	fi
}
