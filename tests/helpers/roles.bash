# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The roles of scripts/deploy/store/users.acl: a Redis that has these users, and
# programs that are run as them. The default user may do everything there, for the
# test itself. Needs lib.bash and redis.bash.

# roles_start DIR: as redis_start; ROLES is the folder of a password for each role,
# and ROLES_PORT where it listens, too.
roles_start() {
	local user
	export ROLES=$1/roles ROLES_PORT
	mkdir -p "$ROLES"
	chmod 700 "$ROLES"
	sed 's/^user default off$/user default on nopass ~* \&* +@all/' \
		"$ROOT/scripts/deploy/store/users.acl" >"$ROLES/users.acl"
	for user in admin replica sentinel ingest judge alert reader; do
		openssl rand -hex 16 >"$ROLES/$user"
		chmod 600 "$ROLES/$user"
		sed -i "s/>${user^^}_PASSWORD/>$(<"$ROLES/$user")/" "$ROLES/users.acl"
	done
	ROLES_PORT=$(free_port)
	redis_start "$1" --port "$ROLES_PORT" --bind 127.0.0.1 \
		--aclfile "$ROLES/users.acl"
}

# as ROLE COMMAND…: with the store of that user.
as() {
	env MCP_STORE="redis://$1@127.0.0.1:$ROLES_PORT" \
		MCP_STORE_PASSWORD_FILE="$ROLES/$1" "${@:2}"
}

# redis_as ROLE COMMAND…: what the store answers this user.
redis_as() {
	REDISCLI_AUTH=$(<"$ROLES/$1") redis-cli -s "$REDIS_SOCK" --user "$1" "${@:2}" 2>&1
}

# roles_bin DIR: programs that are the real ones, each run as its role.
roles_bin() {
	local name
	mkdir -p "$1"
	for name in mcp-aggregate mcp-alert mcp-serve; do
		cat >"$1/$name" <<-END
			#!/bin/bash
			source "$ROOT/tests/helpers/roles.bash"
			case $name:\${1-} in
			mcp-aggregate:ingest | mcp-aggregate:targets) role=ingest ;;
			mcp-aggregate:*) role=judge ;;
			mcp-alert:*) role=alert ;;
			mcp-serve:*) role=reader ;;
			esac
			as "\$role" "$BIN/$name" "\$@"
		END
		chmod +x "$1/$name"
	done
	ln -sf "$BIN/mcp-probe" "$1/"
}
