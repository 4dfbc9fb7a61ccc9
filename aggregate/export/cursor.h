/* SPDX-License-Identifier: MIT */
/*
 * cursor.h: which rows an export has: those that settled after the cursor, and up to
 * now. An hour or a day settles an hour after it is over, when later reports are not
 * judged any more, and a run that judges has ended. The next cursor is now. Pure.
 */
#ifndef EXPORT_CURSOR_H
#define EXPORT_CURSOR_H

#include "store/retention.h"

#include <stdbool.h>
#include <stdint.h>

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

#endif
