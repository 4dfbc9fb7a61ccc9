/* SPDX-License-Identifier: MIT */
#include "data/history.h"

#include "base/clock.h"
#include "base/num.h"
#include "json/json.h"
#include "terms/rates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MINUTES 1440
#define DAY_S 86400

void history_init(struct history *p, double now)
{
	*p = (struct history) {
		.today = (int64_t)floor(now / 86400),
		.hour = (int64_t)floor(now / 3600),
		.tools = -1,
		.tools_since = NAN,
	};
	for (int i = 0; i < HISTORY_HOURS; i++)
		p->hours[i] = (struct history_hour) {NAN, NAN};
}

/* The count of the colour, which has them, too, may come before or after. */
static void leave_out(struct history_day *d, enum verdict_colour colour,
	int64_t n)
{
	d->minutes[colour] -= n;
	d->unchecked += n;
}

void history_minutes(struct history *p, const char *field, long long n)
{
	enum verdict_colour colour;
	int64_t ago;
	char *end;

	if (!field || *field < '0' || *field > '9' || n <= 0)
		return;
	ago = p->today - strtol(field, &end, 10);
	if (*end != ':' || ago < 0 || ago >= HISTORY_KEPT)
		return;
	if (n > DAY_MINUTES)
		n = DAY_MINUTES;
	if (strcmp(end + 1, "red-maintenance") == 0)
		p->days[ago].planned = n;
	else if (strcmp(end + 1, "red-unchecked") == 0)
		leave_out(&p->days[ago], VERDICT_RED, n);
	else if (strcmp(end + 1, "amber-unchecked") == 0)
		leave_out(&p->days[ago], VERDICT_AMBER, n);
	else if (verdict_colour_parse(end + 1, &colour) &&
		colour != VERDICT_UNKNOWN)
		p->days[ago].minutes[colour] += n;
}

int64_t history_planned(const struct history *p, int days)
{
	int64_t sum = 0;

	for (int i = 0; i < days; i++)
		sum += p->days[i].planned;
	return sum;
}

int64_t history_unchecked(const struct history *p, int days)
{
	int64_t sum = 0;

	for (int i = 0; i < days; i++)
		sum += p->days[i].unchecked;
	return sum;
}

bool history_keeps(int64_t today, int month)
{
	return month_begin(month) <= today * DAY_S &&
		month_begin(month + 1) > (today - HISTORY_KEPT + 1) * DAY_S;
}

int64_t history_known(const struct history_day *d)
{
	int64_t sum = 0;

	for (int i = 0; i < VERDICT_UNKNOWN; i++)
		sum += d->minutes[i];
	return sum;
}

int64_t history_young(const struct history_day *days, int n)
{
	int64_t sum = 0;

	for (int i = 0; i < n; i++)
		sum += history_known(&days[i]);
	return sum < DAY_MINUTES ? sum : 0;
}

void history_latency(struct history *p, int ago, const struct histogram *h)
{
	if (ago < 0 || ago >= HISTORY_HOURS || h->total <= 0)
		return;
	p->hours[ago].p50_ms = histogram_percentile(h, 50);
	p->hours[ago].p95_ms = histogram_percentile(h, 95);
}

/* The tools that a region sees: "<era> <hashes> <since>". */
struct seen {
	const char *hashes;
	size_t n;
	double since;
};

static bool read_seen(const char *field, const char *value, struct seen *s)
{
	const char *end;
	char *rest;

	if (!field || !value || strncmp(field, "seen:", 5) != 0)
		return false;
	s->hashes = strchr(value, ' ');
	end = s->hashes ? strchr(++s->hashes, ' ') : NULL;
	if (!end)
		return false;
	s->n = (size_t)(end - s->hashes);
	s->since = strtod(end + 1, &rest);
	return !*rest && s->since > 0 && s->since <= NUM_EPOCH_MAX;
}

static bool same(const struct seen *a, const struct seen *b)
{
	return a->n == b->n && memcmp(a->hashes, b->hashes, a->n) == 0;
}

/* When the first of the regions that see it began to. */
static double first_seen(const char *const *pairs, size_t n,
	const struct seen *what)
{
	double since = what->since;
	struct seen s;

	for (size_t i = 0; i + 1 < n; i += 2)
		if (read_seen(pairs[i], pairs[i + 1], &s) && same(&s, what))
			since = fmin(since, s.since);
	return since;
}

static int count(const char *json)
{
	char why[JSON_WHY];
	cJSON *doc = json ? json_parse(json, strlen(json), &json_record, why)
			  : NULL;
	int n = cJSON_IsObject(doc) ? cJSON_GetArraySize(doc) : -1;

	cJSON_Delete(doc);
	return n;
}

void history_tools(struct history *p, const char *const *pairs, size_t n)
{
	struct seen s, newest = {0};

	for (size_t i = 0; i + 1 < n; i += 2) {
		if (!read_seen(pairs[i], pairs[i + 1], &s))
			continue;
		s.since = first_seen(pairs, n, &s);
		if (!newest.hashes || s.since > newest.since)
			newest = s;
	}
	if (!newest.hashes)
		return;
	p->tools_since = newest.since;
	for (size_t i = 0; i + 1 < n; i += 2)
		if (pairs[i] && strlen(pairs[i]) == newest.n &&
			memcmp(pairs[i], newest.hashes, newest.n) == 0)
			p->tools = count(pairs[i + 1]);
}

int64_t history_unplanned(const struct history_day *d)
{
	int64_t red = d->minutes[VERDICT_RED] - d->planned;

	return red > 0 ? red : 0;
}

bool history_trouble(const struct history_day *d)
{
	return history_unplanned(d) || d->minutes[VERDICT_AMBER];
}

double history_uptime(
	const struct history_day *days, int n, bool planned_counts)
{
	int64_t all = 0, red = 0;

	for (int i = 0; i < n; i++) {
		all += history_known(&days[i]);
		red += history_unplanned(&days[i]);
		if (planned_counts)
			red += days[i].planned;
		else
			all -= days[i].planned;
	}
	return all > 0 ? floor((double)(all - red) * 10000 / (double)all) / 100
		       : NAN;
}

void history_hide_tools(struct history *p)
{
	p->tools = -1;
	p->tools_since = NAN;
}
