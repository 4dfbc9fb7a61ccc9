/* SPDX-License-Identifier: MIT */
#include "words/words.h"

#include "base/phrase.h"
#include "base/text.h"
#include "base/zone.h"
#include "records/alert.h"
#include "terms/regions.h"

#include <math.h>
#include <string.h>

/* At most so many names stand in a sentence, each of at most so many
   characters. */
#define SHOWN 3
#define SHOWN_MAX 40
#define SHOWN_SIZE (4 * SHOWN_MAX + 1)

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

	/* A wrong clock may have set the instants. */
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

void phrase_found(struct buf *b, int64_t first, int64_t end, double at,
	const char *zone)
{
	bool days = !phrase_same_day((double)first, at, zone);

	buf_char(b, ' ');
	phrase_time(b, first, days, zone);
	buf_str(b, " to ");
	phrase_time(b, end, days, zone);
	phrase_zone(b, zone);
	buf_str(b, ", found at ");
	phrase_time(b, (int64_t)at, false, zone);
	buf_str(b, ": ");
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

void words_age(struct buf *b, double at, int64_t since)
{
	long long age = (long long)at - since;

	phrase_duration(b, age > 0 ? age : 0);
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

void words_excerpt(struct buf *b, const struct tool_change *c)
{
	const struct tool_words *w = c->words;

	if (!c->n_words)
		return;
	buf_fmt(b, "; %s, %s: ", w->tool, w->path);
	if (*w->before && *w->after)
		buf_fmt(b, "\"%s\" has become \"%s\"", w->before, w->after);
	else
		buf_fmt(b, "\"%s\" is %s", *w->after ? w->after : w->before,
			*w->after ? "new" : "gone");
}

static void put_tool_name(struct buf *b, const char *text)
{
	char name[SHOWN_SIZE];

	text_clean(text, strlen(text), name, sizeof name, SHOWN_MAX);
	buf_str(b, name);
}

void words_tool_names(struct buf *b, const struct strings *l)
{
	size_t shown = l->n < SHOWN ? l->n : SHOWN;

	for (size_t i = 0; i < shown; i++) {
		buf_str(b, text_comma(i, l->n));
		put_tool_name(b, l->v[i]);
	}
	/* A full list may have been cut: nobody knows how many there were. */
	if (l->n == ALERT_NAMES)
		buf_str(b, " and more");
	else
		phrase_and_more(b, shown, l->n);
}

/* "a became b, c became d"; whether there is any. */
static bool put_renamed(struct buf *b, const struct tool_change *c)
{
	size_t n = c->renamed.n / 2, shown = n < SHOWN ? n : SHOWN;

	for (size_t i = 0; i < shown; i++) {
		buf_str(b, text_comma(i, n));
		put_tool_name(b, c->renamed.v[2 * i]);
		buf_str(b, " became ");
		put_tool_name(b, c->renamed.v[2 * i + 1]);
	}
	phrase_and_more(b, shown, n);
	if (shown < n)
		buf_str(b, " became others");
	return n > 0;
}

/* The names of a list that were not renamed; the names of one side are first +
   2 i. */
static struct strings without_renamed(const struct strings *l,
	const struct strings *renamed, size_t first)
{
	struct strings left = {0};

	strings_copy(&left, l);
	for (size_t i = first; i < renamed->n; i += 2)
		strings_drop(&left, renamed->v[i]);
	return left;
}

void words_tool_change(struct buf *b, const struct tool_change *c)
{
	struct strings removed = without_renamed(&c->removed, &c->renamed, 0);
	struct strings added = without_renamed(&c->added, &c->renamed, 1);
	const struct {
		const struct strings *names;
		const char *what;
	} kinds[] = {
		{&removed, " removed"},
		{&added, " added"},
		{&c->changed, " changed"},
		{&c->redescribed, " got a new description"},
	};
	const char *between = put_renamed(b, c) ? "; " : "";

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!kinds[i].names->n)
			continue;
		buf_str(b, between);
		words_tool_names(b, kinds[i].names);
		buf_str(b, kinds[i].what);
		between = "; ";
	}
	strings_release(&removed);
	strings_release(&added);
}
