/* SPDX-License-Identifier: MIT */
/*
 * listing_row.h: what a list shows of a public server, a short text: a value of
 * KEY_LISTING. mcp-aggregate writes it, in two parts that are news at different
 * times, and mcp-serve reads it. Pure.
 *
 *	"<window> <g, a or r> <since> <uptime> <p95> <sides> <days>" or ""
 *	"\t<account>\t<group>\t<tag>,<tag>\t<title>"
 *
 * The first part is that of the published verdict, and is empty where there never
 * was one: its window; its colour, and since when it is that; "-" for figures that
 * are not known; "1" where regions see different tools, else "0"; and a letter for
 * each of LISTING_DAYS days, the last is that of the window. The second part is
 * what the configuration says.
 */
#ifndef RECORDS_LISTING_ROW_H
#define RECORDS_LISTING_ROW_H

#include "base/buf.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stdint.h>

#define LISTING_DAYS 30
/* The longest row that is read, in bytes. */
#define LISTING_ROW_MAX 4096

/* The kinds of days, the worst first. publish.lua writes the same letters. */
#define LISTING_DAY_DOWN 'd'
#define LISTING_DAY_PART 'p'
#define LISTING_DAY_WORK 'w' /* it failed within a maintenance only */
#define LISTING_DAY_UP 'u'
#define LISTING_DAY_NONE '-' /* nothing is known of it */

struct listing_row {
	bool published; /* else nothing is known up to `days` */
	int64_t window; /* epoch seconds */
	enum verdict_colour verdict; /* green, amber or red */
	int64_t since;	/* epoch seconds; 0: not known */
	double uptime_30d, p95_ms; /* percent, ms; NAN where there is none */
	bool sides;
	char days[LISTING_DAYS + 1];
	/* These point into the text that was read; "" for none. */
	const char *account, *group, *tags, *title;
};

/*
 * listing_row_put_state(b, r): append the first part.
 * listing_row_put_rest(b, account, group, tags, n_tags, title): append the second
 * one; each but tags may be NULL. None has a control character, and no tag a
 * comma.
 */
void listing_row_put_state(struct buf *b, const struct listing_row *r);
void listing_row_put_rest(struct buf *b, const char *account,
	const char *group, char *const *tags, size_t n_tags, const char *title);

/*
 * listing_row_read(text, r): read a row, whose tabs become NULs. False where it is
 * none; then a reader passes it over.
 */
bool listing_row_read(char *text, struct listing_row *r);

#endif
