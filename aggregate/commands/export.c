/* SPDX-License-Identifier: MIT */
/*
 * export.c: the history of a fleet as rows, for other programs to keep. A cursor says
 * from where to go on; it moves only once all rows are written.
 */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/files.h"
#include "base/log.h"
#include "conf/conf.h"
#include "export/export.h"
#include "judge/fleet.h"
#include "options.h"
#include "store/retention.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const struct table {
	const char *name;
	const char *const *columns;
	int (*put)(struct export *e, const char *slug);
	bool of_fleet; /* one call with the slug that is asked for, or NULL */
} tables[] = {
	{"verdicts", export_verdict_columns, export_verdicts, false},
	{"incidents", export_incident_columns, export_incidents, true},
	{"probes", export_probe_columns, export_probes, false},
	{"latency", export_latency_columns, export_latency, false},
	{"tools", export_tool_columns, export_tools, false},
};

static const struct table *table_of(const char *name)
{
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		if (strcmp(tables[i].name, name) == 0)
			return &tables[i];
	log_error("export: '%s' is not verdicts, incidents, probes, latency or tools",
		name);
	return NULL;
}

/* The cursor of a file; a file that is not there yet has the beginning, 0. */
static int read_cursor(const char *path, double *out)
{
	struct buf b;
	int rc = -1;

	buf_init(&b, CURSOR_TEXT);
	*out = 0;
	if (file_whole(&b, path)) {
		rc = errno == ENOENT ? 0 : -1;
		if (rc)
			log_error("%s: %s", path, strerror(errno));
	} else {
		if (b.len && b.p[b.len - 1] == '\n')
			buf_cut(&b, b.len - 1);
		if (buf_ok(&b) && strlen(b.p) == b.len && cursor_read(b.p, out))
			rc = 0;
		else
			log_error("%s: not a cursor of export", path);
	}
	buf_release(&b);
	return rc;
}

static int save_cursor(const char *path, double now)
{
	char text[CURSOR_TEXT];

	cursor_write(text, now);
	if (!file_replace(path, text, strlen(text)))
		return 0;
	log_error("%s: %s", path, strerror(errno));
	return -1;
}

/* The file that --since names, or NULL: a time has no slash. */
static const char *cursor_file(const struct command *cmd)
{
	return cmd->since && strchr(cmd->since, '/') ? cmd->since : NULL;
}

/* From when on; false: an error is logged. */
static bool find_cursor(const struct command *cmd, struct cursor *c)
{
	*c = (struct cursor) {
		.now = isnan(cmd->now) ? clock_wall() : cmd->now};
	if (!cmd->since)
		return true;
	if (cursor_file(cmd))
		return !read_cursor(cmd->since, &c->since);
	if (cursor_read(cmd->since, &c->since))
		return true;
	log_error("--since: '%s' is not epoch seconds, a time like "
		  "2026-04-29T14:03:59Z, or a file with a slash in its name",
		cmd->since);
	return false;
}

/* Of each server that the store knows: there is no need of a configuration. */
static int put_servers(struct export *e, const struct table *t, const char *slug)
{
	const struct setup all = {.store = e->store};
	struct fleet f = {.n = 0};
	int rc = setup_fleet(&all, slug, &f) ? EXIT_ENV : EXIT_GOOD;

	if (!rc && slug && !f.n)
		rc = setup_no_server(&all, slug);
	for (size_t i = 0; i < f.n && !rc; i++) {
		if (t->put(e, fleet_at(&f, i).slug) ||
			(e->rows.out.len >= ROWS_WRITE_BYTES && export_flush(e)))
			rc = EXIT_ENV;
	}
	fleet_release(&f);
	return rc;
}

/* Probes that settled since the cursor, but are no longer in the store, are lost. */
static void warn_of_gap(const struct export *e)
{
	double kept = e->cursor.now - (double)e->probes_kept - CURSOR_HOUR;
	char at[CLOCK_RFC3339];

	if (e->cursor.since <= 0 ||
		e->cursor.since - CURSOR_HOUR - CURSOR_SETTLE >= kept)
		return;
	clock_rfc3339((int64_t)kept, at);
	log_warn("probes before %s have expired in the store; export more often", at);
}

static int put_table(const struct command *cmd, const struct table *t,
	struct export *e)
{
	int rc;

	rows_begin(&e->rows, t->name, t->columns, cmd->format != FORMAT_JSONL);
	if (t->of_fleet)
		rc = t->put(e, cmd->slug) ? EXIT_ENV : EXIT_GOOD;
	else
		rc = put_servers(e, t, cmd->slug);
	if (!rc && export_flush(e))
		rc = EXIT_ENV;
	if (e->rows.left_out)
		log_warn("%llu rows of more than 4 MiB are left out",
			e->rows.left_out);
	rows_release(&e->rows);
	return rc;
}

int export_rows(const struct command *cmd)
{
	const struct table *t = table_of(cmd->input);
	struct export e = {.probes_kept = RETENTION_ROW_S};
	struct setup s;
	int rc;

	if (!t || !find_cursor(cmd, &e.cursor))
		return EXIT_USAGE;
	rc = setup_open(&s, cmd);
	e.store = s.store;
	if (s.conf && s.conf->retention.evidence_s > RETENTION_ROW_S)
		e.probes_kept = (int64_t)s.conf->retention.evidence_s;
	if (t->put == export_probes)
		warn_of_gap(&e);
	if (!rc)
		rc = put_table(cmd, t, &e);
	setup_close(&s);
	/* A clock that was set back must not move it back. */
	if (!rc && cursor_file(cmd) &&
		save_cursor(cmd->since, fmax(e.cursor.now, e.cursor.since)))
		rc = EXIT_ENV;
	return rc;
}
