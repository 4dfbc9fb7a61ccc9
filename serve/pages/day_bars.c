/* SPDX-License-Identifier: MIT */
/*
 * day_bars.c: a bar for each day, on the index as on the page of a server: the
 * oldest is on the left, and it has the colour and the height of the worst
 * state of its day, so that colour is not the only sign.
 */
#include "pages/pages.h"

#include "data/history.h"
#include "pages/html.h"
#include "records/listing_row.h"

const struct day_kind day_kinds[DAY_KINDS] = {
	{LISTING_DAY_DOWN, "down", "not working at times", 16},
	{LISTING_DAY_PART, "part", "partly working at times", 13},
	{LISTING_DAY_WORK, "work", "not working for maintenance", 11},
	{LISTING_DAY_UP, "up", "working", 9},
	{LISTING_DAY_NONE, "none", "without data", 2},
};

static char letter_of(const struct history_day *d)
{
	return history_unplanned(d)		? LISTING_DAY_DOWN
		: d->minutes[VERDICT_AMBER]	? LISTING_DAY_PART
		: d->planned			? LISTING_DAY_WORK
		: history_known(d)		? LISTING_DAY_UP
						: LISTING_DAY_NONE;
}

const struct day_kind *day_kind_of(const struct history_day *d)
{
	size_t i = 0;

	while (i + 1 < DAY_KINDS && day_kinds[i].letter != letter_of(d))
		i++;
	return &day_kinds[i];
}

void day_legend_put(struct html *b)
{
	html_fmt(b, "<p class='legend dim'><span>Each bar is a day in its "
		   "worst state, the newest on the right:</span> ");
	for (size_t i = DAY_KINDS; i--;)
		html_fmt(b,
			"<span><svg class='day-key' viewBox='0 0 8 16' "
			"aria-hidden='true'><rect class='day-%s' y='%d' "
			"width='8' height='%d'/></svg> %s</span> ",
			day_kinds[i].class, DAY_HIGH - day_kinds[i].high,
			day_kinds[i].high, day_kinds[i].words);
	html_fmt(b, "</p>\n");
}
