/* SPDX-License-Identifier: MIT */
/*
 * rows.h: rows of a table as CSV (RFC 4180) or as lines of JSON. A row is one line in
 * both: no value has a line break. Pure.
 */
#ifndef EXPORT_ROWS_H
#define EXPORT_ROWS_H

#include "base/buf.h"

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

/* rows_cell(b, p, n): append n bytes as a cell of CSV, in quotes if it needs them. */
void rows_cell(struct buf *b, const char *p, size_t n);

#endif
