#include "routing/hours.h"

#include "base/zone.h"
#include "conf/match.h"

#include <math.h>

#define HOUR_S 3600
/* Monday, in struct conf_hours. */
#define MONDAY 1U

bool hours_within(const char *hours, const char *zone, double t)
{
	struct zone_time now;
	struct conf_hours h;

	if (!hours || !conf_hours(hours, &h))
		return true;
	now = zone_local(zone, t);
	return conf_hours_hold(&h, now.weekday, now.minute);
}

/*
 * The next instant after t at which such hours begin. Where clocks go back, that
 * minute may come twice; with `again`, the second one counts, too.
 */
static int64_t next(const struct conf_hours *h, const char *zone, double t,
	bool again)
{
	struct zone_time day = zone_local(zone, t);

	day.minute = h->from;
	for (;; day.day++, day.weekday++) {
		double at = again ? zone_instant_after(zone, &day, t)
				  : zone_instant(zone, &day);

		if (at > t && conf_hours_begin(h, day.weekday))
			return (int64_t)at;
	}
}

int64_t hours_next(const char *hours, const char *zone, double t)
{
	struct conf_hours h;

	conf_hours(hours, &h);
	return next(&h, zone, t, true);
}

double hours_change(const char *hours, const char *zone, double t)
{
	struct zone_time day = zone_local(zone, t);
	double first = INFINITY;
	struct conf_hours h;

	conf_hours(hours, &h);
	for (int d = 0; d < 2; d++, day.day++) {
		const int edges[] = {h.from, h.to};

		for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
			double at;

			day.minute = edges[i];
			at = zone_instant_after(zone, &day, t);
			if (at > t)
				first = fmin(first, at);
		}
	}
	return first;
}

int64_t hours_digest(enum conf_digest period, const char *hours,
	const char *zone, double t)
{
	double hour = (floor(t / HOUR_S) + 1) * HOUR_S;
	struct conf_hours h;

	if (period == CONF_DIGEST_HOURLY && hours_within(hours, zone, hour))
		return (int64_t)hour;
	conf_hours(hours ? hours : HOURS_USUAL, &h);
	if (period == CONF_DIGEST_WEEKLY)
		h.days = MONDAY;
	return next(&h, zone, t, false);
}
