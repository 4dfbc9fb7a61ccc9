/* SPDX-License-Identifier: MIT */
#include "data/page_data.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "json/json_pull.h"
#include "store/keys.h"
#include "terms/rates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HOURS 24
#define DAYS 7
/* More probes of one hour, or of one day, are none. */
#define COUNT_MAX 100000.0

static bool is_revision(const char *s)
{
	static const char form[] = "dddd-dd-dd";

	for (size_t i = 0; i < WATCHED_REVISION; i++)
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != '-')
			return false;
	return !s[WATCHED_REVISION];
}

static void read_revision(struct watched *w, struct pull *j)
{
	char text[64];

	if (pull_string(j, text, sizeof text) && is_revision(text))
		memcpy(w->revision, text, sizeof w->revision);
}

static void read_walls(struct watched *w, struct pull *j)
{
	char text[64];
	const char *key;

	if (!pull_array(j))
		return;
	while (pull_item(j)) {
		if (!pull_object(j))
			continue;
		while (pull_key(j, &key)) {
			if (!pull_is(key, "state"))
				pull_pass(j);
			else if (pull_string(j, text, sizeof text) &&
				strcmp(text,
					region_state_name(STATE_AUTH_WALLED)) ==
					0)
				w->walled = true;
		}
	}
}

void watched_verdict(struct watched *w, const char *json)
{
	struct pull j;
	const char *key;
	char text[64];

	if (!json)
		return;
	j = pull_begin(json, strlen(json));
	if (!pull_object(&j))
		return;
	while (pull_key(&j, &key)) {
		if (pull_is(key, "protocol"))
			read_revision(w, &j);
		else if (pull_is(key, "regions"))
			read_walls(w, &j);
		else if (!pull_is(key, "era"))
			pull_pass(&j);
		else if (pull_string(&j, text, sizeof text))
			era_parse(text, &w->era);
	}
}

/* The figures of one span of time. */
struct span {
	struct histogram h;
	int64_t from, to;
};

/* A line from behind its number: " <bucket>:<count> …". */
static void read_counts(struct histogram *h, const char *s)
{
	while (*s == ' ') {
		char *end;
		double bucket = strtod(s, &end), n;

		if (*end != ':')
			return;
		s = end + 1;
		n = strtod(s, &end);
		if (end == s || !(bucket >= 0) || !(n > 0) || n > COUNT_MAX)
			return;
		s = end;
		if (bucket < (double)HISTOGRAM_BUCKETS / KEYS_PLACES_BUCKETS)
			histogram_add(h, (size_t)bucket * KEYS_PLACES_BUCKETS +
				KEYS_PLACES_BUCKETS / 2, (long long)n);
	}
}

static const char *next_line(const char *s)
{
	s += strcspn(s, "\n");
	return s + (*s == '\n');
}

static void read_place(struct watched *w, const char *region, const char *text,
	double now)
{
	int64_t hour = (int64_t)(now / 3600), today = hour / 24;
	struct span *spans, *s;
	struct place_figures *p;

	if (!region_valid(region) || w->n == WATCHED_PLACES)
		return;
	spans = xcalloc(2, sizeof *spans);
	spans[0].from = hour - HOURS;
	spans[0].to = hour;
	spans[1].from = today - DAYS + 1;
	spans[1].to = today;
	for (; *text; text = next_line(text)) {
		bool is_day = *text == 'd';
		char *end;
		double at = strtod(text + is_day, &end);

		s = &spans[is_day];
		if (end != text + is_day && at >= (double)s->from &&
			at <= (double)s->to)
			read_counts(&s->h, end);
	}
	p = &w->v[w->n++];
	snprintf(p->region, sizeof p->region, "%s", region);
	p->day_p50 = histogram_percentile(&spans[0].h, 50);
	p->day_p95 = histogram_percentile(&spans[0].h, 95);
	p->week_p50 = histogram_percentile(&spans[1].h, 50);
	p->week_p95 = histogram_percentile(&spans[1].h, 95);
	free(spans);
}

/* Lines "<hour> <probes> <ms of each part> …". */
static void read_parts(struct watched *w, const char *text, double now)
{
	double sums[WATCHED_PARTS] = {0}, probes = 0;
	int64_t hour = (int64_t)(now / 3600);

	for (; *text; text = next_line(text)) {
		double v[2 + WATCHED_PARTS];
		const char *s = text;
		size_t i = 0;
		char *end;

		for (; i < sizeof v / sizeof *v; i++, s = end) {
			v[i] = strtod(s, &end);
			if (end == s || !(v[i] >= 0) || v[i] > 1e10)
				break;
		}
		if (i < sizeof v / sizeof *v || v[0] < (double)(hour - HOURS) ||
			v[0] > (double)hour)
			continue;
		probes += v[1];
		for (i = 0; i < WATCHED_PARTS; i++)
			sums[i] += v[2 + i];
	}
	w->probes = probes;
	for (size_t i = 0; i < WATCHED_PARTS; i++)
		w->part_ms[i] = probes > 0 ? sums[i] / probes : 0;
}

void watched_places(struct watched *w, const char *const *pairs, size_t n,
	double now)
{
	w->v = xcalloc(WATCHED_PLACES, sizeof *w->v);
	for (size_t i = 0; i + 1 < n; i += 2) {
		if (!pairs[i] || !pairs[i + 1])
			continue;
		if (strcmp(pairs[i], ".steps") == 0)
			read_parts(w, pairs[i + 1], now);
		else
			read_place(w, pairs[i], pairs[i + 1], now);
	}
}

void watched_release(struct watched *w)
{
	free(w->v);
	*w = (struct watched) {.n = 0};
}

const struct place_figures *watched_place(
	const struct watched *w, const char *region)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->v[i].region, region) == 0)
			return &w->v[i];
	return NULL;
}

void watched_endpoint(struct buf *b, const char *url)
{
	size_t scheme = strncmp(url, "https://", 8) == 0 ? 8
		: strncmp(url, "http://", 7) == 0	 ? 7
							 : 0;
	const char *p = url + scheme, *end = p + strcspn(p, "/?#\\"), *at = p;
	char host[300];
	size_t n;

	for (const char *s = p; s < end; s++)
		if (*s == '@')
			at = s + 1;
	n = (size_t)(end - at);
	if (!scheme || !n || n >= sizeof host)
		return;
	memcpy(host, at, n);
	host[n] = '\0';
	buf_add(b, url, scheme);
	text_put(b, host);
	while (*end == '/') {
		char part[ENDPOINT_PART + 1];

		n = strcspn(++end, "/?#\\");
		if (n > ENDPOINT_PART) {
			buf_str(b, "/…");
		} else {
			memcpy(part, end, n);
			part[n] = '\0';
			buf_char(b, '/');
			text_put(b, part);
		}
		end += n;
	}
}
