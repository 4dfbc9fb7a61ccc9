/* SPDX-License-Identifier: MIT */
/*
 * tzif.h: a file of the time zone database (RFC 9636, TZif): which offset from
 * UTC clocks have at an instant. Pure. A file is not trusted: it is read within
 * limits, or refused whole.
 */
#ifndef BASE_TZIF_H
#define BASE_TZIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The database has up to 300 changes in a file, and 20 types of time. */
#define TZIF_TIMES 2000
#define TZIF_TYPES 256
/* The longest file: its two blocks of data, and the footer. */
#define TZIF_BYTES (64 * 1024)

/* A day of each year, and the second of it at which the clocks change. */
struct tzif_day {
	enum { TZIF_JULIAN, TZIF_DAY, TZIF_WEEK } form;
	int day; /* TZIF_JULIAN: 1 to 365, never 29 February; TZIF_DAY: 0 to
		    365; TZIF_WEEK: of the week, 0 is Sunday */
	int month, week; /* TZIF_WEEK: 1 to 12; 1 to 5, which is the last */
	int32_t second;	 /* from 167 hours before to 167 hours behind it */
};

/* The offsets after the last change that the file lists: its footer. */
struct tzif_rule {
	bool known, changes; /* changes: there is a summer time */
	int32_t winter, summer;
	struct tzif_day start, end; /* of summer */
};

/* Offsets are seconds east of UTC, within -25 and +26 hours. */
struct tzif {
	size_t n_times;
	int64_t times[TZIF_TIMES]; /* ascending; from then on, types[i] holds */
	unsigned char types[TZIF_TIMES];
	size_t n_offsets;
	int32_t offsets[TZIF_TYPES]; /* of each type; the first is the oldest */
	struct tzif_rule rule;
};

/*
 * tzif_read(p, n, z): read the n bytes of a file. False, and *z is undefined,
 * where they are no TZif file, break one of the limits above, or count leap
 * seconds, which POSIX clocks do not know.
 */
bool tzif_read(const unsigned char *p, size_t n, struct tzif *z);

/* tzif_offset(z, t): the offset at an instant within +/- 1e13 epoch seconds. */
int32_t tzif_offset(const struct tzif *z, int64_t t);

#endif
