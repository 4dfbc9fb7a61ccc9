# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Checks who can read a secret file, like lib/base/secrets.h, for scripts.

# members_of GROUP: prints the numbers of the users in that group, one per line.
members_of() {
	local user
	for user in $(getent group "$1" | cut -d : -f 4 | tr , ' ') \
		$(getent passwd | awk -F : -v group="$1" '$4 == group { print $1 }'); do
		id -u -- "$user" 2>/dev/null || :
	done
}

# acl_of FILE: its access control list (acl(5)), an entry per line, such as
# "user:1000:r--". Neither getfacl nor getfattr has to be installed; tar is, and puts the
# list before the content, which is not read further than that.
acl_of() {
	{ tar --acls --numeric-owner --format=pax -chf - -- "$1" 2>/dev/null || :; } |
		tr '\000' '\n' | awk '
			!on && sub(/^.*SCHILY\.acl\.access=/, "") { on = 1 }
			on && !/^(user|group|mask|other):[^:]*:[r-][w-][x-]/ { exit }
			on' || :
}

# acl_readers FILE GROUP: the numbers of the users whom its list lets read or write, a line
# each; GROUP is that of the file. "all": others, too, or the list cannot be read.
acl_readers() {
	local list tag who allows mask=rwx
	list=$(acl_of "$1")
	[[ $list ]] || echo all
	while IFS=: read -r tag who allows; do
		[[ $tag != mask ]] || mask=$allows
	done <<<"$list"
	while IFS=: read -r tag who allows; do
		[[ $tag == other || $mask == r* ]] || allows=-${allows:1}
		[[ $tag == other || $mask == ?w* ]] || allows=${allows:0:1}-
		[[ $allows == r* || $allows == ?w* ]] || continue
		case $tag:$who in
		user: | mask:*) ;;
		user:*) [[ $who != *[!0-9]* ]] && echo "$who" || id -u -- "$who" 2>/dev/null || echo all ;;
		group:*) members_of "${who:-$2}" ;;
		*) echo all ;;
		esac
	done <<<"$list"
}

# others_read FILE: whether a user besides root, its owner and us can read it, or its group
# can write it. A file of ours must be for its owner alone. A file of root may have an access
# control list, or a group without other members: systemd and Kubernetes hand over such
# secrets. If root asks, one user may be able to read it.
others_read() {
	local mode owner group folder=${CREDENTIALS_DIRECTORY-} user other='' readers
	read -r mode owner group < <(stat -Lc '%a %u %g' -- "$1") || return 0
	mode=$((8#$mode))
	((mode & 8#77)) || return 1
	((!(mode & 8#37))) || return 0
	[[ ! $folder || $1 != "${folder%/}"/* || $1 == */../* ]] || return 1
	((owner == 0)) || return 0
	((EUID != 0 || group != 0 || !(mode & 8#200))) || return 0
	if [[ $(ls -ldL -- "$1") == ??????????+* ]]; then
		readers=$(acl_readers "$1" "$group")
	else
		readers=$(members_of "$group")
	fi
	for user in $readers; do
		[[ $user != all ]] || return 0
		((user != 0 && user != EUID)) || continue
		((EUID == 0)) && [[ ! $other || $other == "$user" ]] || return 0
		other=$user
	done
	return 1
}
