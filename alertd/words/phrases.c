#include "words/phrases.h"

#include "base/phrase.h"
#include "base/text.h"
#include "base/zone.h"
#include "terms/regions.h"
#include "records/alert.h"

#include <math.h>
#include <string.h>

/* A sentence and a headline name so many regions; the others are counted. */
#define REGIONS_SHOWN 6
#define HEADLINE_SHOWN 2
/* A date further away has its year. */
#define YEAR_S (183 * 86400)

static void put_regions(struct buf *b, const struct strings *l, size_t most,
	bool cities)
{
	size_t shown = l->n < most ? l->n : most;

	for (size_t i = 0; i < shown; i++) {
		const char *city = cities ? region_city(l->v[i]) : NULL;

		buf_fmt(b, "%s%s", text_comma(i, l->n), city ? city : l->v[i]);
	}
	phrase_and_more(b, shown, l->n);
}

void phrase_regions(struct buf *b, const struct strings *l)
{
	put_regions(b, l, REGIONS_SHOWN, false);
}

void phrase_cities(struct buf *b, const struct strings *l)
{
	put_regions(b, l, REGIONS_SHOWN, true);
}

void phrase_duration(struct buf *b, long long s)
{
	long long min = s / 60;

	/* Of instants that a wrong clock has set. */
	if (s < 0)
		s = 0;
	if (s < 60)
		buf_fmt(b, "%lld s", s);
	else if (min < 60)
		buf_fmt(b, "%lld min", min);
	else if (min < 48 * 60 && min % 60)
		buf_fmt(b, "%lld h %lld min", min / 60, min % 60);
	else if (min < 48 * 60)
		buf_fmt(b, "%lld h", min / 60);
	else if (min % 1440 < 60)
		buf_fmt(b, "%lld d", min / 1440);
	else
		buf_fmt(b, "%lld d %lld h", min / 1440, min % 1440 / 60);
}

static const char *or_utc(const char *zone)
{
	return zone ? zone : "UTC";
}

bool phrase_same_day(double a, double b, const char *zone)
{
	struct zone_time x = zone_local(or_utc(zone), a);
	struct zone_time y = zone_local(or_utc(zone), b);

	return x.day == y.day && x.month == y.month && x.year == y.year;
}

void phrase_time(struct buf *b, int64_t t, bool day, const char *zone)
{
	struct zone_time l = zone_local(or_utc(zone), (double)t);

	if (day)
		buf_fmt(b, "%04d-%02d-%02d ", l.year, l.month, l.day);
	buf_fmt(b, "%02d:%02d", l.minute / 60, l.minute % 60);
}

void phrase_time_seen(struct buf *b, int64_t t, double now, const char *zone)
{
	phrase_time(b, t, !phrase_same_day((double)t, now, zone), zone);
}

void phrase_instant(struct buf *b, int64_t t, double now, const char *zone)
{
	phrase_time_seen(b, t, now, zone);
	phrase_zone(b, zone);
}

void phrase_date(struct buf *b, int64_t t, double now, const char *zone)
{
	struct zone_time l = zone_local(or_utc(zone), (double)t);

	buf_fmt(b, "%.3s %d %.3s ", phrase_weekdays[l.weekday], l.day,
		phrase_months[l.month - 1]);
	if (fabs((double)t - now) > YEAR_S)
		buf_fmt(b, "%d ", l.year);
	buf_fmt(b, "%02d:%02d", l.minute / 60, l.minute % 60);
}

void phrase_zone(struct buf *b, const char *zone)
{
	const char *city = strrchr(or_utc(zone), '/');

	zone = or_utc(zone);
	if (strcmp(zone, "UTC") == 0) {
		buf_str(b, " UTC");
		return;
	}
	buf_char(b, ' ');
	for (city = city ? city + 1 : zone; *city; city++)
		buf_char(b, *city == '_' ? ' ' : *city);
	buf_str(b, " time");
}

void phrase_span(struct buf *b, int64_t from, int64_t to, const char *zone)
{
	bool days = !phrase_same_day((double)from, (double)to, zone);

	buf_str(b, " after ");
	phrase_duration(b, to - from);
	buf_str(b, " (");
	phrase_time(b, from, days, zone);
	buf_str(b, "\u2013");
	phrase_time(b, to, days, zone);
	phrase_zone(b, zone);
	buf_str(b, ").");
}

void phrase_few_cities(struct buf *b, const struct strings *l)
{
	put_regions(b, l, HEADLINE_SHOWN, true);
}

void phrase_within(struct buf *b, const char *name)
{
	bool each = strncmp(name, "Each ", 5) == 0;

	if (strcmp(name, SLUG_FLEET) == 0)
		name = "the fleet";
	buf_fmt(b, "%s%s", each ? "e" : "", name + each);
}
