#include "routing/hours.h"

#include "base/zone.h"

#include <math.h>
#include <string.h>

#define DAY_MIN (24 * 60)
#define HOUR_S 3600
/* Weekdays as base/zone.h counts them. */
#define MONDAY 0
#define FRIDAY 4

static bool among(char *const *days, size_t n, int weekday)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(days[i], zone_weekdays[weekday]) == 0)
			return true;
	return false;
}

static bool route_day(const struct conf_route *r, int weekday)
{
	return r->n_days == 0 || among(r->days, r->n_days, weekday);
}

static bool work_day(const struct conf_business *b, int weekday)
{
	if (b->n_days == 0)
		return weekday <= FRIDAY;
	return among(b->days, b->n_days, weekday);
}

/* Whether an instant lies within hours that began today, or yesterday. */
struct held {
	bool today, yesterday; /* yesterday's, where they pass midnight */
	int weekday;
};

static struct held hold(const char *hours, const char *zone, double t)
{
	struct zone_time now = zone_local(zone, t);
	int from = 0, to = DAY_MIN;

	if (hours)
		conf_hours(hours, &from, &to);
	return (struct held) {
		.today = now.minute >= from && (now.minute < to || to < from),
		.yesterday = to < from && now.minute < to,
		.weekday = now.weekday,
	};
}

static int before(int weekday)
{
	return (weekday + 6) % 7;
}

bool hours_route(const struct conf *c, const struct conf_route *r, double t)
{
	const char *zone = r->zone ? r->zone : c->business.zone;
	struct held h;

	if (!r->hours && r->n_days == 0)
		return true;
	h = hold(r->hours, zone, t);
	return (h.today && route_day(r, h.weekday)) ||
		(h.yesterday && route_day(r, before(h.weekday)));
}

bool hours_business(const struct conf *c, double t)
{
	const struct conf_business *b = &c->business;
	struct held h = hold(b->hours, b->zone, t);

	return (h.today && work_day(b, h.weekday)) ||
		(h.yesterday && work_day(b, before(h.weekday)));
}

int64_t hours_digest(const struct conf *c, enum conf_digest period, double t)
{
	const struct conf_business *b = &c->business;
	struct zone_time day;
	int from, to, weekday;
	double at;

	if (period == CONF_DIGEST_HOURLY)
		return (int64_t)(floor(t / HOUR_S) + 1) * HOUR_S;
	day = zone_local(b->zone, t);
	conf_hours(b->hours, &from, &to);
	day.minute = from;
	for (;; day.day++) {
		weekday = day.weekday % 7;
		at = zone_instant(b->zone, &day);
		if (at > t &&
			(period == CONF_DIGEST_WEEKLY ? weekday == MONDAY
						      : work_day(b, weekday)))
			return (int64_t)at;
		day.weekday++;
	}
}
