# shellcheck shell=bash
# Who can read the file of a secret; the same as lib/base/file_readers.h, for scripts.

# others_read FILE: whether a user besides root, its owner and us can read it, or its group
# can write it. A file of ours must be for its owner alone. In a file of root, the bit of
# the group may be the mask of an access control list that names us, or belong to a group
# without other members: systemd and Kubernetes hand over such secrets.
others_read() {
	local mode owner group folder=${CREDENTIALS_DIRECTORY-} user
	read -r mode owner group < <(stat -Lc '%a %u %g' -- "$1") || return 0
	mode=$((8#$mode))
	((mode & 8#77)) || return 1
	((!(mode & 8#37))) || return 0
	[[ ! $folder || $1 != "${folder%/}"/* || $1 == */../* ]] || return 1
	((owner == 0)) || return 0
	((EUID != 0 || group != 0 || !(mode & 8#200))) || return 0
	[[ $(ls -ldL -- "$1") != ??????????+* ]] || return 1
	for user in $(getent group "$group" | cut -d : -f 4 | tr , ' ') \
		$(getent passwd | awk -F : -v group="$group" '$4 == group { print $1 }'); do
		user=$(id -u -- "$user" 2>/dev/null) || continue
		((user == 0 || user == EUID)) || return 0
	done
	return 1
}
