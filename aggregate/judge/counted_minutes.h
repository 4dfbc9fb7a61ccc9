/*
 * counted_minutes.h: which minutes of a day are counted, and as what, as
 * uptime.lua writes it.
 */
#ifndef JUDGE_COUNTED_MINUTES_H
#define JUDGE_COUNTED_MINUTES_H

#include "terms/names.h"

#include <stdbool.h>

struct store_reply;

/*
 * minute_counted(day, minute, as): whether a minute of a day, from 0, is
 * counted, by the value of key_counted of that day; and in *as with which
 * colour, VERDICT_UNKNOWN where that is not known.
 *
 * minutes_counted_before(day, minute): whether any minute before it is.
 */
bool minute_counted(const struct store_reply *day, int minute,
	enum verdict_colour *as);
bool minutes_counted_before(const struct store_reply *day, int minute);

#endif
