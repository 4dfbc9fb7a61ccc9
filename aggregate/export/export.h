/* SPDX-License-Identifier: MIT */
/*
 * export.h: what the store holds of a server, as rows of mcp-aggregate(1), export.
 */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "base/buf.h"
#include "store/retention.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * rows.c: rows of a table as CSV (RFC 4180) or as lines of JSON. A row is one line in
 * both: no value has a line break. Pure.
 */

/* The most bytes of a row; a longer one is left out. */
#define ROWS_LINE_MAX ((size_t)4 * 1024 * 1024)
/* When the caller should write the rows that are made, and clear them. */
#define ROWS_WRITE_BYTES ((size_t)64 * 1024)

struct rows {
	const char *what; /* of the record: the name of the table */
	const char *const *columns; /* NULL behind the last */
	bool csv;
	struct buf out;
	size_t column; /* the next value */
	size_t start;  /* of the row in `out` */
	unsigned long long count, left_out;
};

/*
 * rows_begin(r, what, columns, csv): no row yet; of CSV, the header, which is the
 * names of the columns. rows_release(r).
 */
void rows_begin(struct rows *r, const char *what, const char *const *columns,
	bool csv);
void rows_release(struct rows *r);

/*
 * Each writes the value of the next column; the last one ends the row.
 *
 * rows_text(r, s): what text_clean leaves of s; NULL: no value. rows_number(r, v):
 * NAN: no value. rows_json(r, p, n): the n bytes of a JSON text that is a list or an
 * object, as they are, but for white space; what is none is no value.
 */
void rows_text(struct rows *r, const char *s);
void rows_number(struct rows *r, double v);
void rows_json(struct rows *r, const char *p, size_t n);

/* rows_month(r, t): the month of epoch second t in UTC: "2026-11". */
void rows_month(struct rows *r, double t);

/*
 * rows.c: which rows an export has: those that settled after the cursor, and up to
 * now. An hour or a day settles an hour after it is over, when later reports are not
 * judged any more, and a run that judges has ended. The next cursor is now. Pure.
 */

#define CURSOR_HOUR 3600
#define CURSOR_DAY 86400
#define CURSOR_SETTLE (RETENTION_LATE_S + 120)
/* Room for a cursor and its newline. */
#define CURSOR_TEXT 32

/*
 * cursor_read(s, out): epoch seconds or an instant of RFC 3339; false where s is
 * neither. cursor_write(out, t): what cursor_read reads, with a newline.
 */
bool cursor_read(const char *s, double *out);
void cursor_write(char out[CURSOR_TEXT], double t);

/* From when to when an export goes, epoch seconds; since: 0 for everything. */
struct cursor {
	double since, now;
};

/*
 * cursor_spans(c, span, kept, first, last): the first and the last start of the hours or
 * days that settled, span seconds each, which the store keeps for `kept` seconds from
 * their end. False: there is none.
 */
bool cursor_spans(const struct cursor *c, int64_t span, int64_t kept,
	int64_t *first, int64_t *last);

struct store;

struct export {
	struct store *store;
	struct cursor cursor;
	int64_t probes_kept; /* seconds for which the store keeps hour rows */
	struct rows rows;
};

/* The columns of each table, NULL behind the last; mcp-records(5) has them. */
extern const char *const export_verdict_columns[], *const export_probe_columns[],
	*const export_latency_columns[], *const export_tool_columns[],
	*const export_incident_columns[];

/*
 * export_verdicts(e, slug), export_probes(e, slug), export_latency(e, slug),
 * export_tools(e, slug): add the rows of a server. export_incidents(e, slug): those of
 * a server, or with NULL of the fleet. -1: the store failed, which is logged, or
 * standard output did.
 *
 * export_flush(e): write the rows that are made. -1 likewise.
 */
int export_verdicts(struct export *e, const char *slug);
int export_probes(struct export *e, const char *slug);
int export_latency(struct export *e, const char *slug);
int export_tools(struct export *e, const char *slug);
int export_incidents(struct export *e, const char *slug);
int export_flush(struct export *e);

#endif
