/* SPDX-License-Identifier: MIT */
/*
 * rows.h: tables of tests as data files, tests/unit/AREA/NAME.rows: a line
 * "[TABLE]" begins a table; each row is a line of fields with " | " between
 * them, and the lines below it that begin with a tab; lines that begin with #
 * are comments.
 */
#ifndef ROWS_H
#define ROWS_H

#include <stddef.h>

#define ROW_FIELDS 8

struct row {
	const char *file;
	int line;
	char *field[ROW_FIELDS]; /* without blanks around; NULL for "-", and
				    behind the last */
	char *below; /* the lines below it, without their tabs, a \n between */
};

/*
 * rows_each(file, table, test): call test with each row of that table of that
 * file, whose path begins below tests/unit. The test fails where there is none.
 */
void rows_each(const char *file, const char *table,
	void (*test)(const struct row *r));

/* row_expect(r, got, want): fail, naming the row, unless both are equal or
   NULL. row_begins(r, got, want): unless got begins so, or both are NULL. */
void row_expect(const struct row *r, const char *got, const char *want);
void row_begins(const struct row *r, const char *got, const char *want);

/* row_words(r, i, out, n): the words of field i, at most n, which are put into
   out; the others of out are NULL, and so is "-". */
void row_words(const struct row *r, int i, char **out, size_t n);

#endif
