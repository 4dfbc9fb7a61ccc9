/* SPDX-License-Identifier: MIT */
/*
 * zone.h: local time in a named time zone, by the system's time zone database,
 * whose files are below TZDIR or /usr/share/zoneinfo. TZ is neither read nor
 * set, and any thread may ask.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

/* A minute as people in a zone name it. */
struct zone_time {
	int year, month, day; /* 2026, 1 to 12, 1 to 31 */
	int weekday;	      /* 0 is Monday */
	int minute;	      /* of the day, from 0 to 1439 */
};

/* "mon" to "sun", by weekday, as records and fleet.yaml say; then NULL. */
#define ZONE_WEEK 7
extern const char *const zone_weekdays[ZONE_WEEK + 1];

/*
 * zone_exists(zone): whether the system knows a zone of that name, such as
 * "Europe/Berlin"; "UTC" is always known. The functions below take an unknown
 * zone, and NULL, for UTC.
 */
bool zone_exists(const char *zone);

/* zone_local(zone, t): the local minute that holds the instant t. */
struct zone_time zone_local(const char *zone, double t);

/*
 * zone_instant(zone, local): the instant, epoch seconds, at which a local
 * minute begins. The weekday is ignored; days and minutes beyond their range go
 * on into the next month or day. A minute that a change of the clocks skips is
 * taken as if they had not changed yet; of one that it repeats, the first is
 * meant.
 */
double zone_instant(const char *zone, const struct zone_time *local);

/*
 * zone_instant_after(zone, local, after): the same, but of a minute that a
 * change of the clocks repeats, the first that begins after `after` is meant;
 * the first one where none does.
 */
double zone_instant_after(const char *zone, const struct zone_time *local,
	double after);

/*
 * zone_when(s, zone, now, after, out): the epoch second that a person means by
 * an instant of RFC 3339, by epoch seconds (from 1973 on: a smaller number is a
 * duration without its unit), by "now", by "2026-11-23 02:00", "2026-11-23", or,
 * of the day that `now` is in, "today 2:00" or "tomorrow 2:00" on the clocks of
 * the zone, by "2:00", the next one there after `after`, or by "+1h30m" after it.
 * Of a minute that a change of the clocks repeats, the next one after `after` is
 * meant, too. False: it is none of these.
 */
bool zone_when(const char *s, const char *zone, double now, double after,
	int64_t *out);

/*
 * zone_rfc3339(zone, t, out): "2026-11-23T02:00:00+01:00" for epoch second t
 * (RFC 3339), with Z for UTC; out has CLOCK_RFC3339 bytes.
 */
void zone_rfc3339(const char *zone, int64_t t, char *out);

#endif
