# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# A PostgreSQL of a file's own, on a Unix socket; PGHOST, PGUSER and PGDATABASE name it.

# as_nobody COMMAND…: PostgreSQL refuses to run as root.
as_nobody() {
	if ((EUID)); then
		"$@"
	else
		setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
	fi
}

# postgres_start: returns once it takes connections. Nothing is synced: a test kills
# programs, and no machine.
postgres_start() {
	PG_DIR=$(mktemp -d /tmp/pg.XXXXXX)
	PG_BIN=$(echo /usr/lib/postgresql/*/bin)
	PG_BIN=${PG_BIN##* }
	((EUID)) || chown nobody:nogroup "$PG_DIR"
	export PG_DIR PG_BIN PGHOST=$PG_DIR PGUSER=postgres PGDATABASE=postgres
	cd "$PG_DIR" || return 1
	as_nobody "$PG_BIN/initdb" -D "$PG_DIR/data" -U postgres -A trust -N \
		-E UTF8 --locale=C >"$PG_DIR/log" 2>&1 || { cat "$PG_DIR/log"; return 1; }
	as_nobody "$PG_BIN/pg_ctl" -D "$PG_DIR/data" -w -l "$PG_DIR/log.pg" \
		-o "-k $PG_DIR -h '' -c fsync=off" start 3>&- >>"$PG_DIR/log" 2>&1 ||
		{ cat "$PG_DIR"/log*; return 1; }
}

postgres_stop() {
	as_nobody "$PG_BIN/pg_ctl" -D "$PG_DIR/data" -w -m immediate stop >/dev/null
	rm -rf "$PG_DIR"
}
