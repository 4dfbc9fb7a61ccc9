/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "base/zone.h"
#include "json/json.h"
#include "records/probe.h"
#include "routing/routing.h"
#include "terms/names.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HALF_DAY_S (12 * 3600)
#define NIGHT_FROM_MIN (22 * 60)
#define NIGHT_TO_MIN (7 * 60)

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n > k && strcmp(s + n - k, end) == 0;
}

/* The newest of that key: what is sent again has another one. */
static struct report_incident *find(struct report *r, const char *key)
{
	for (size_t i = r->n; key && i > 0; i--)
		if (strcmp(r->v[i - 1].key, key) == 0)
			return &r->v[i - 1];
	return NULL;
}

static struct report_count *count_of(struct report_counts *l, const char *name)
{
	struct report_count *c;

	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].name, name) == 0)
			return &l->v[i];
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	c = &l->v[l->n++];
	*c = (struct report_count) {.pages = 0};
	snprintf(c->name, sizeof c->name, "%s", name);
	return c;
}

static void note_event(struct report *r, const struct history_record *h)
{
	struct report_incident *i = find(r, h->key);

	if (!i && ends_in(h->what, "_started") && h->at >= r->from &&
		h->at < r->to && h->key && h->kind && h->severity) {
		r->v = xgrow(r->v, &r->cap, r->n + 1, sizeof *r->v);
		i = &r->v[r->n++];
		*i = (struct report_incident) {
			.key = h->key,
			.slug = slug_shared(h->slug) ? SLUG_FLEET : h->slug,
			.kind = h->kind,
			.severity = h->severity,
			.started_at = (double)h->started_at,
			.notified_at = h->at,
			.common = slug_shared(h->slug),
		};
	}
	if (!i)
		return;
	if (h->group)
		i->group = h->group;
	i->joined = i->joined || strcmp(h->what, HISTORY_SHARED) == 0;
	if (h->severity && strcmp(h->severity, i->severity) < 0)
		i->severity = h->severity;
	if (ends_in(h->what, "_acknowledged") && !(i->acknowledged_at > 0))
		i->acknowledged_at = h->at;
	if (ends_in(h->what, "_resolved"))
		i->resolved_at = (double)h->resolved_at;
}

/* The evening before, as "2026-11-22": nights are from noon to noon. */
static struct report_count *night_of(struct report *r, double at)
{
	struct zone_time day = zone_local(r->zone, at - HALF_DAY_S);
	char date[80];

	snprintf(date, sizeof date, "%04d-%02d-%02d", day.year, day.month,
		day.day);
	return count_of(&r->nights, date);
}

/* An event that several routes have is one page of its incident and night. */
static void count_page(struct report *r, struct report_incident *i,
	struct report_count *route, const struct history_record *h)
{
	struct report_count *night = night_of(r, h->at);
	int minute = zone_local(r->zone, h->at).minute;
	bool asleep = minute >= NIGHT_FROM_MIN || minute < NIGHT_TO_MIN;

	route->pages++;
	route->asleep += asleep;
	if (h->decided_at > 0 && h->decided_at <= i->paged_at)
		return;
	i->paged_at = h->decided_at;
	i->pages++;
	night->pages++;
	night->asleep += asleep;
}

static void add_failure(struct report *r, const struct history_record *h)
{
	r->failures = xgrow(r->failures, &r->cap_failures, r->n_failures + 1,
		sizeof *r->failures);
	r->failures[r->n_failures++] = (struct report_failure) {h->route,
		h->key ? h->key : "", h->event ? h->event : "", h->decided_at};
}

static int by_delivery(const void *a, const void *b)
{
	const struct report_failure *x = a, *y = b;
	int order = strcmp(x->route, y->route);

	if (!order)
		order = strcmp(x->key, y->key);
	if (!order)
		order = strcmp(x->event, y->event);
	return order ? order
		     : (x->decided_at > y->decided_at) -
			(x->decided_at < y->decided_at);
}

/* A delivery that failed, and then was given up, counts once. */
static void count_failures(struct report *r)
{
	const struct report_failure *f = r->failures;

	if (r->n_failures)
		qsort(r->failures, r->n_failures, sizeof *r->failures,
			by_delivery);
	for (size_t i = 0; i < r->n_failures; i++)
		if (!i || by_delivery(&f[i - 1], &f[i]) != 0)
			count_of(&r->routes, f[i].route)->failed++;
}

static void note_delivery(struct report *r, const struct conf *c,
	const struct history_record *h)
{
	bool digest = strcmp(h->what, HISTORY_IN_DIGEST) == 0;
	bool there = digest || strcmp(h->what, HISTORY_DELIVERED) == 0;
	struct report_incident *i = find(r, h->key);
	struct report_count *route;

	if (i && there && !(i->delivered_at > 0))
		i->delivered_at = h->at;
	if (h->at < r->from || h->at >= r->to)
		return;
	route = count_of(&r->routes, h->route);
	if (there)
		route->events++;
	else
		add_failure(r, h);
	if (i && there && !digest && h->event && route_wakes(c, h->route) &&
		strcmp(i->severity, "P1") == 0 &&
		!ends_in(h->event, "_resolved") &&
		!ends_in(h->event, "_updated") &&
		!ends_in(h->event, "_acknowledged"))
		count_page(r, i, route, h);
}

static int by_name(const void *a, const void *b)
{
	const struct report_count *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int by_beginning(const void *a, const void *b)
{
	const struct report_incident *x = a, *y = b;
	int order = (x->started_at > y->started_at) -
		(x->started_at < y->started_at);

	if (!order)
		order = (x->notified_at > y->notified_at) -
			(x->notified_at < y->notified_at);
	return order ? order : strcmp(x->key, y->key);
}

/* Whether part was sent with that shared incident. */
static bool belongs(const struct report_incident *part,
	const struct report_incident *common)
{
	size_t n = part->group ? strlen(part->group) : 0;

	return n && common->common && strncmp(common->key, part->group, n) == 0 &&
		common->key[n] == ':';
}

/*
 * A shared incident is one row, and its servers have none; unless each of these
 * was sent, and the shared one was not.
 */
static void drop_parts(struct report *r)
{
	bool *gone = xcalloc(r->n, sizeof *gone);
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct report_incident *part = &r->v[i];

		if (!part->group)
			continue;
		if (part->joined || !(part->delivered_at > 0)) {
			gone[i] = true;
			continue;
		}
		for (size_t k = 0; k < r->n; k++)
			if (belongs(part, &r->v[k]) &&
				!(r->v[k].delivered_at > 0))
				gone[k] = true;
	}
	for (size_t i = 0; i < r->n; i++)
		if (!gone[i])
			r->v[n++] = r->v[i];
	r->n = n;
	free(gone);
}

/* Note when outages were over: an incident that follows a downtime is part of
   that outage. */
static void note_ends(struct report *r)
{
	for (size_t i = r->n; i-- > 0;) {
		struct report_incident *one = &r->v[i];

		one->over_at = one->resolved_at;
		for (size_t k = i + 1; k < r->n && one->resolved_at > 0; k++) {
			if (r->v[k].started_at > one->resolved_at)
				break;
			if (r->v[k].started_at < one->resolved_at ||
				strcmp(r->v[k].slug, one->slug) != 0)
				continue;
			one->over_at = r->v[k].over_at;
		}
	}
}

void report_make(const struct history *h, const struct conf *c, double from,
	double to, const char *zone, struct report *out)
{
	*out = (struct report) {.from = from, .to = to, .zone = zone};
	for (size_t i = 0; i < h->n; i++) {
		if (h->v[i].route)
			note_delivery(out, c, &h->v[i]);
		else
			note_event(out, &h->v[i]);
	}
	count_failures(out);
	drop_parts(out);
	if (out->n)
		qsort(out->v, out->n, sizeof *out->v, by_beginning);
	note_ends(out);
	if (out->nights.n)
		qsort(out->nights.v, out->nights.n, sizeof *out->nights.v,
			by_name);
	if (out->routes.n)
		qsort(out->routes.v, out->routes.n, sizeof *out->routes.v,
			by_name);
}

void report_release(struct report *r)
{
	free(r->v);
	free(r->failures);
	free(r->routes.v);
	free(r->nights.v);
	*r = (struct report) {.from = 0};
}

/* Seconds from a to b; NAN where one of them is not known. */
static double took(double a, double b)
{
	return a > 0 && b > 0 ? fmax(0, b - a) : NAN;
}

static double notice_s(const struct report_incident *i)
{
	return took(i->started_at,
		i->delivered_at > 0 ? i->delivered_at : i->notified_at);
}

static double ack_s(const struct report_incident *i)
{
	return took(i->notified_at, i->acknowledged_at);
}

static double recover_s(const struct report_incident *i)
{
	return took(i->started_at, i->resolved_at);
}

bool report_noise(const struct report_incident *i)
{
	return i->pages && took(i->started_at, i->over_at) <= REPORT_NOISE_S;
}

/* The mean of what is known, NAN where nothing is; *n: of how many. */
static double mean(const struct report *r,
	double (*of)(const struct report_incident *i), size_t *n)
{
	double sum = 0;

	*n = 0;
	for (size_t i = 0; i < r->n; i++) {
		double v = of(&r->v[i]);

		if (isnan(v))
			continue;
		sum += v;
		++*n;
	}
	return *n ? sum / (double)*n : NAN;
}

static size_t count_noise(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += report_noise(&r->v[i]);
	return n;
}

/* A column for a duration, "-" where it is not known. */
static void put_span(struct buf *b, double s)
{
	struct buf text;

	buf_init(&text, TEXT_SIZE);
	if (isnan(s))
		buf_char(&text, '-');
	else
		phrase_duration(&text, llround(s));
	buf_fmt(b, "  %-11s", text.p);
	buf_release(&text);
}

static void put_incident_line(struct buf *b, const struct report *r,
	const struct report_incident *i)
{
	char at[CLOCK_RFC3339];

	zone_rfc3339(r->zone, (int64_t)i->started_at, at);
	buf_fmt(b, "%s  %-25s", i->severity, at);
	put_span(b, notice_s(i));
	put_span(b, ack_s(i));
	put_span(b, recover_s(i));
	buf_fmt(b, "  %5lu  %s %s%s\n", i->pages, i->slug, i->kind,
		report_noise(i) ? " (noise)" : "");
}

static void put_mean(struct buf *b, const char *name, const char *what,
	double s, size_t n)
{
	buf_fmt(b, "%s  ", name);
	if (n)
		phrase_duration(b, llround(s));
	else
		buf_char(b, '-');
	buf_fmt(b, ", of %zu %s\n", n, what);
}

static void put_counts(struct buf *b, const struct report *r)
{
	const struct report_counts *l = &r->nights;

	if (l->n)
		buf_str(b, "\nNIGHT OF    PAGES  22:00-07:00\n");
	for (size_t i = 0; i < l->n; i++)
		buf_fmt(b, "%-10s  %5lu  %11lu\n", l->v[i].name, l->v[i].pages,
			l->v[i].asleep);
	l = &r->routes;
	if (l->n)
		buf_fmt(b, "\n%-20s  PAGES  22:00-07:00  EVENTS  FAILED\n",
			"ROUTE");
	for (size_t i = 0; i < l->n; i++)
		buf_fmt(b, "%-20s  %5lu  %11lu  %6lu  %6lu\n", l->v[i].name,
			l->v[i].pages, l->v[i].asleep, l->v[i].events,
			l->v[i].failed);
}

void report_text(struct buf *b, const struct report *r)
{
	char from[CLOCK_RFC3339], to[CLOCK_RFC3339];
	size_t n;
	double s;

	zone_rfc3339(r->zone, (int64_t)r->from, from);
	zone_rfc3339(r->zone, (int64_t)r->to, to);
	buf_fmt(b, "From %s to %s: %zu incident%s\n", from, to, r->n,
		r->n == 1 ? "" : "s");
	if (r->n)
		buf_fmt(b, "\n    %-25s  %-11s  %-11s  %-11s  PAGES  WHAT\n",
			"STARTED", "TO NOTICE", "TO ACK", "TO RECOVER");
	for (size_t i = 0; i < r->n; i++)
		put_incident_line(b, r, &r->v[i]);
	buf_char(b, '\n');
	s = mean(r, ack_s, &n);
	put_mean(b, "MTTA ", "acknowledged", s, n);
	s = mean(r, recover_s, &n);
	put_mean(b, "MTTR ", "recovered", s, n);
	buf_fmt(b, "noise  %zu that paged, and lasted 5 min at most\n",
		count_noise(r));
	put_counts(b, r);
}

/* ",12", or "," where it is not known. */
static void csv_number(struct buf *b, double v)
{
	buf_char(b, ',');
	if (!isnan(v))
		buf_fmt(b, "%.0f", v);
}

static void csv_instant(struct buf *b, double at)
{
	char text[CLOCK_RFC3339] = "";

	if (at > 0)
		clock_rfc3339((int64_t)at, text);
	buf_fmt(b, ",%s", text);
}

void report_csv(struct buf *b, const struct report *r)
{
	buf_str(b, "dedup_key,server_slug,kind,severity,started_at,told_at,"
		   "delivered_at,acknowledged_at,resolved_at,notice_seconds,"
		   "ack_seconds,recover_seconds,pages,noise\r\n");
	for (size_t k = 0; k < r->n; k++) {
		const struct report_incident *i = &r->v[k];

		buf_fmt(b, "%s,%s,%s,%s", i->key, i->slug, i->kind,
			i->severity);
		csv_instant(b, i->started_at);
		csv_instant(b, i->notified_at);
		csv_instant(b, i->delivered_at);
		csv_instant(b, i->acknowledged_at);
		csv_instant(b, i->resolved_at);
		csv_number(b, notice_s(i));
		csv_number(b, ack_s(i));
		csv_number(b, recover_s(i));
		buf_fmt(b, ",%lu,%s\r\n", i->pages,
			report_noise(i) ? "true" : "false");
	}
}

static void json_incident(struct buf *b, const struct report_incident *i)
{
	json_fmt(b, ",{'dedup_key':%s,'server_slug':%s,'kind':%s,'severity':%s,"
		"'started_at':%jd,'told_at':%jd,'delivered_at':%jd,"
		"'acknowledged_at':%jd,'resolved_at':%jd",
		i->key, i->slug, i->kind, i->severity,
		(intmax_t)i->started_at, (intmax_t)i->notified_at,
		(intmax_t)i->delivered_at, (intmax_t)i->acknowledged_at,
		(intmax_t)i->resolved_at);
	json_fmt(b, ",'notice_seconds':%g,'ack_seconds':%g,"
		"'recover_seconds':%g,'pages':%lu,'noise':%i}",
		rint(notice_s(i)), rint(ack_s(i)), rint(recover_s(i)), i->pages,
		report_noise(i));
}

static void json_counts(struct buf *b, const struct report *r)
{
	buf_str(b, ",\"nights\":[");
	for (size_t i = 0; i < r->nights.n; i++)
		json_fmt(b, ",{'night':%s,'pages':%lu,'asleep':%lu}",
			r->nights.v[i].name, r->nights.v[i].pages,
			r->nights.v[i].asleep);
	buf_str(b, "],\"routes\":[");
	for (size_t i = 0; i < r->routes.n; i++) {
		const struct report_count *c = &r->routes.v[i];

		json_fmt(b, ",{'route':%s,'pages':%lu,'asleep':%lu,"
			"'events':%lu,'failed':%lu}",
			c->name, c->pages, c->asleep, c->events, c->failed);
	}
	buf_char(b, ']');
}

void report_json(struct buf *b, const struct report *r)
{
	size_t n;

	json_fmt(b, "{'v':%d,'type':'report','from':%jd,'to':%jd,'zone':%s,"
		"'incidents':[", RECORD_VERSION, (intmax_t)r->from,
		(intmax_t)r->to, r->zone);
	for (size_t i = 0; i < r->n; i++)
		json_incident(b, &r->v[i]);
	json_fmt(b, "],'mtta_seconds':%g,'mttr_seconds':%g,'noise':%zu",
		rint(mean(r, ack_s, &n)), rint(mean(r, recover_s, &n)),
		count_noise(r));
	json_counts(b, r);
	buf_str(b, "}\n");
}
