#include "incident/text.h"

#include "base/clock.h"
#include "mcp/regions.h"

/* So many regions are named; of the others, how many. */
#define REGIONS_SHOWN 6

static void put_regions(struct buf *b, const struct strings *l, bool cities)
{
	size_t shown = l->n < REGIONS_SHOWN ? l->n : REGIONS_SHOWN;

	for (size_t i = 0; i < shown; i++) {
		const char *between = i + 1 == l->n ? " and " : ", ";
		const char *city = cities ? region_city(l->v[i]) : NULL;

		buf_fmt(b, "%s%s", i ? between : "", city ? city : l->v[i]);
	}
	if (shown < l->n)
		buf_fmt(b, " and %zu more", l->n - shown);
}

void phrase_regions(struct buf *b, const struct strings *l)
{
	put_regions(b, l, false);
}

void phrase_cities(struct buf *b, const struct strings *l)
{
	put_regions(b, l, true);
}

void phrase_duration(struct buf *b, long long s)
{
	long long min = s / 60;

	if (s < 60)
		buf_fmt(b, "%lld s", s);
	else if (min < 60)
		buf_fmt(b, "%lld min", min);
	else if (min < 48 * 60 && min % 60)
		buf_fmt(b, "%lld h %lld min", min / 60, min % 60);
	else if (min < 48 * 60)
		buf_fmt(b, "%lld h", min / 60);
	else
		buf_fmt(b, "%lld d %lld h", min / 1440, min % 1440 / 60);
}

void phrase_time(struct buf *b, int64_t t, bool day)
{
	char text[CLOCK_RFC3339];

	clock_rfc3339(t, text);
	if (day)
		buf_fmt(b, "%.10s ", text);
	buf_fmt(b, "%.5s", text + 11);
}
