#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: who can read the file of a secret is the same for scripts (scripts/secrets.bash) and
# for programs (lib/base/secrets.h): by mode, owner, group and access control list.

load ../../helpers/lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	# Others have to come in.
	folder=$(mktemp -d /tmp/secrets-XXXXXX)
	chmod 755 "$folder"
	secret=$folder/token
	cp "$ROOT/scripts/secrets.bash" "$BIN/mcp-probe" "$folder"
}

teardown() {
	rm -r "$folder"
}

# list ENTRY…: the file has such entries, "TAG:PERMISSIONS[:WHO]", as acl(5) numbers them.
list() {
	/usr/bin/python3 -c 'import os, struct, sys
entry = lambda tag, perm, who=0xffffffff: struct.pack("<HHI", tag, perm, who)
os.setxattr(sys.argv[1], "system.posix_acl_access", struct.pack("<I", 2) +
	b"".join(entry(*map(int, e.split(":"))) for e in sys.argv[2:]))' "$secret" "$@"
}

# judged USER: what the script and the program say when that user asks.
judged() {
	local script=alone program=alone
	as() {
		setpriv --reuid "$1" --regid 54321 --clear-groups "${@:2}"
	}
	# shellcheck disable=SC2016
	! as "$1" bash -euo pipefail -c 'source "$1" && others_read "$2"' \
		-- "$folder/secrets.bash" "$secret" || script=others
	as "$1" "$folder/mcp-probe" --credential "$secret" -t 1s http://127.0.0.1:9/ >out 2>err || :
	! grep -q 'others can read it' err || program=others
	# A file that is not for the user at all.
	! grep -q 'Permission denied' err || program=$script
	[ "$script" = "$program" ] || { echo "script $script, program $program"; return 0; }
	echo "$script"
}

@test "scripts and programs agree about who can read a file" {
	local who mode group want entries lists=true
	[ "$(id -u)" = 0 ] || skip "nobody else can make files of root"
	echo 'token = abcdefghijklmnopqrstuvwxyz' >made
	echo 'SCHILY.acl.access=user::r--' >>made
	install -m 400 made "$secret"
	list 1:4 4:0 32:0 || lists=false
	while read -r who mode group want entries; do
		rm -f "$secret"
		install -m "$mode" -g "$group" made "$secret"
		if [ "$entries" ]; then
			$lists || continue
			# shellcheck disable=SC2086
			list $entries
		fi
		[ "$(judged "$who")" = "$want" ] || {
			echo "$who $mode $group $entries: $(judged "$who"), not $want"
			return 1
		}
	done <<-'END'
		65533 440 54321 alone
		65533 444 54321 others
		65533 460 54321 others
		0 440 54321 alone
		0 600 0 alone
		65533 400 0 alone 1:4 2:4:65533 4:0 16:4 32:0
		65533 400 0 others 1:4 2:4:65532 4:0 16:4 32:0
		65533 400 0 others 1:4 2:4:65533 2:4:65532 4:0 16:4 32:0
		65533 400 0 alone 1:4 2:4:65533 2:0:65532 4:0 16:4 32:0
		65533 400 0 others 1:4 2:4:65533 4:0 16:5 32:0
		65533 400 0 alone 1:4 2:4:65533 2:2:65532 4:0 16:4 32:0
		65533 400 54321 alone 1:4 4:4 8:4:54322 16:4 32:0
		65533 400 0 others 1:4 2:4:65533 4:0 16:4 32:4
		0 400 0 alone 1:4 2:4:65533 4:0 16:4 32:0
		0 400 0 others 1:4 2:4:65533 2:4:65532 4:0 16:4 32:0
		0 400 0 alone 1:4 2:4:65533 2:4:65532 4:0 16:0 32:0
	END
	# A group with a member.
	group=$(getent group | awk -F : '$3 && $4 != "" && $4 !~ /,/ { print $3; exit }')
	[ ! "$group" ] || ! $lists || {
		install -m 400 made "$secret"
		list 1:4 2:4:65533 4:0 "8:4:$group" 16:4 32:0
		[ "$(judged 65533)" = others ]
	}
}
