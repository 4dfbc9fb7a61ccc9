/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "routing/routing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* At most this many servers are named, the worst first. */
#define WORST 10
#define MONTH_S (30 * 86400)

bool replay_report_pages(const struct alert_record *r,
	const struct strings *routes, const struct conf *c)
{
	if (r->severity != SEVERITY_P1 || r->phase == ALERT_RESOLVED)
		return false;
	for (size_t i = 0; c && i < routes->n; i++)
		if (route_wakes(c, routes->v[i]))
			return true;
	return !c;
}

/* The index of a server, or where it belongs. */
static size_t place_of_server(const struct replay_report *l, const char *slug)
{
	return strings_place(l->servers, l->n, sizeof *l->servers, slug);
}

static const struct replay_report_server *find_server(
	const struct replay_report *l, const char *slug)
{
	size_t i = place_of_server(l, slug);

	return i < l->n && strcmp(l->servers[i].slug, slug) == 0
		? &l->servers[i]
		: NULL;
}

static struct replay_report_server *server_of(
	struct replay_report *l, const char *slug)
{
	size_t i = place_of_server(l, slug);

	if (i < l->n && strcmp(l->servers[i].slug, slug) == 0)
		return &l->servers[i];
	l->servers = xgrow(l->servers, &l->cap, l->n + 1, sizeof *l->servers);
	memmove(l->servers + i + 1, l->servers + i,
		(l->n - i) * sizeof *l->servers);
	l->n++;
	l->servers[i] = (struct replay_report_server) {.slug = xstrdup(slug)};
	return &l->servers[i];
}

/* The incident of an event, which may be its first. */
static struct replay_report_incident *incident_of(
	struct replay_report_server *s, const struct alert_record *r)
{
	for (size_t i = s->n; i-- > 0;)
		if (s->incidents[i].kind == r->kind &&
			s->incidents[i].first == r->started_at)
			return &s->incidents[i];
	s->incidents = xgrow(s->incidents, &s->cap, s->n + 1,
		sizeof *s->incidents);
	s->incidents[s->n] = (struct replay_report_incident) {
		.kind = r->kind,
		.severity = r->severity,
		.first = r->started_at,
		.notified_at = (int64_t)r->at,
		.resolved = INT64_MAX,
	};
	return &s->incidents[s->n++];
}

void replay_report_add(
	struct replay_report *l, const struct alert_record *r, bool page)
{
	struct replay_report_server *s = server_of(l, r->slug);

	if ((unsigned)r->kind < REPLAY_REPORT_KINDS) {
		l->events[r->kind][r->phase][0]++;
		l->events[r->kind][r->phase][r->severity]++;
	}
	l->severities[0]++;
	l->severities[r->severity]++;
	l->pages += page;
	s->pages += page;
	s->events++;
	if (r->phase != ALERT_ONCE) {
		struct replay_report_incident *inc = incident_of(s, r);

		if (r->severity < inc->severity)
			inc->severity = r->severity;
		if (r->phase == ALERT_RESOLVED || r->phase == ALERT_FOUND)
			inc->resolved = r->resolved_at;
	}
}

void replay_report_release(struct replay_report *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->servers[i].slug);
		free(l->servers[i].incidents);
	}
	free(l->servers);
	*l = (struct replay_report) {0};
}

static void put_report_span(
	struct buf *b, const struct replay_report_span *span)
{
	char from[CLOCK_RFC3339], to[CLOCK_RFC3339];

	clock_rfc3339(span->from, from);
	clock_rfc3339(span->to, to);
	buf_fmt(b, "%s to %s: %lu verdict%s on %zu server%s\n", from, to,
		span->verdicts, span->verdicts == 1 ? "" : "s", span->servers,
		span->servers == 1 ? "" : "s");
}

unsigned long replay_report_month(
	unsigned long pages, const struct replay_report_span *span)
{
	double s = (double)(span->to - span->from) + 60;

	return (unsigned long)((double)pages * MONTH_S / s + 0.5);
}

/* The worst first; of equals by name. */
static int by_pages(const void *a, const void *b)
{
	const struct replay_report_server *s =
		*(const struct replay_report_server *const *)a;
	const struct replay_report_server *t =
		*(const struct replay_report_server *const *)b;

	if (s->pages != t->pages)
		return s->pages < t->pages ? 1 : -1;
	if (s->events != t->events)
		return s->events < t->events ? 1 : -1;
	return strcmp(s->slug, t->slug);
}

static void put_worst(struct buf *b, const struct replay_report *l)
{
	const struct replay_report_server **order =
		xcalloc(l->n + 1, sizeof *order);
	size_t shown = l->n < WORST ? l->n : WORST;

	for (size_t i = 0; i < l->n; i++)
		order[i] = &l->servers[i];
	qsort(order, l->n, sizeof *order, by_pages);
	if (l->n)
		buf_fmt(b, "  %-30s %6s %6s %9s\n", "server", "pages",
			"events", "incidents");
	for (size_t i = 0; i < shown; i++)
		buf_fmt(b, "  %-30s %6lu %6lu %9zu\n", order[i]->slug,
			order[i]->pages, order[i]->events, order[i]->n);
	if (shown < l->n)
		buf_fmt(b, "  and %zu more\n", l->n - shown);
	free(order);
}

static void put_totals(struct buf *b, const char *name, const unsigned long *by)
{
	buf_fmt(b, "  %-30s %6lu %6lu %6lu %6lu\n", name, by[0],
		by[SEVERITY_P1], by[SEVERITY_P2], by[SEVERITY_P3]);
}

void replay_report_put(struct buf *b, const struct replay_report *l,
	const struct replay_report_span *span)
{
	char name[ALERT_EVENT_SIZE];

	put_report_span(b, span);
	buf_fmt(b, "pages: %lu, at this rate %lu in 30 days\n", l->pages,
		replay_report_month(l->pages, span));
	if (!l->severities[0])
		return;
	buf_fmt(b, "  %-30s %6s %6s %6s %6s\n", "", "all", "P1", "P2", "P3");
	put_totals(b, "events", l->severities);
	for (unsigned k = 0; k < REPLAY_REPORT_KINDS; k++) {
		for (unsigned p = 0; p < REPLAY_REPORT_PHASES; p++) {
			struct alert_record r = {
				.kind = (enum alert_kind)k,
				.phase = (enum alert_phase)p,
			};

			if (l->events[k][p][0])
				put_totals(b, alert_event(&r, name),
					l->events[k][p]);
		}
	}
	put_worst(b, l);
}

/*
 * Two policies side by side. An incident of the one is the
 * same as one of the other where both are of one server and kind, and last at a
 * time in common.
 */

/* At most this many incidents of each sort are named; the others are
   counted. */
#define NAMED 10

/* Incidents of one sort. */
struct found {
	unsigned long n;
	struct buf lines; /* of the first ones */
};

/* The differences of two reports. */
struct difference {
	struct found only_before, only_after;
	struct found moved; /* sent at another time */
	unsigned long later, earlier;
	int64_t minutes_later, minutes_earlier;
};

static bool meet(const struct replay_report_incident *a,
	const struct replay_report_incident *b)
{
	return a->kind == b->kind && a->first <= b->resolved &&
		b->first <= a->resolved;
}

static void name_one(struct found *f, const char *slug,
	const struct replay_report_incident *inc, const char *how)
{
	char from[CLOCK_RFC3339], to[CLOCK_RFC3339] = "not over";

	if (f->n++ >= NAMED)
		return;
	clock_rfc3339(inc->first, from);
	if (inc->resolved != INT64_MAX)
		clock_rfc3339(inc->resolved, to);
	buf_fmt(&f->lines, "  %s to %s: %s %s %s%s\n", from, to, slug,
		severity_name(inc->severity), alert_kind_name(inc->kind), how);
}

static void compare_times(struct difference *d, const char *slug,
	const struct replay_report_incident *before,
	const struct replay_report_incident *after)
{
	int64_t m = (after->notified_at - before->notified_at) / 60;
	char how[64];

	if (m == 0)
		return;
	if (m > 0) {
		d->later++;
		d->minutes_later += m;
	} else {
		d->earlier++;
		d->minutes_earlier -= m;
	}
	snprintf(how, sizeof how, ", sent %" PRId64 " min %s", m < 0 ? -m : m,
		m < 0 ? "earlier" : "later");
	name_one(&d->moved, slug, after, how);
}

/* One server, of which either side may have nothing. */
static void compare_server(struct difference *d, const char *slug,
	const struct replay_report_server *before,
	const struct replay_report_server *after)
{
	size_t n = after ? after->n : 0;
	bool *met = xcalloc(n + 1, sizeof *met);

	for (size_t i = 0; before && i < before->n; i++) {
		const struct replay_report_incident *inc =
			&before->incidents[i];
		size_t k = 0;

		while (k < n && (met[k] || !meet(inc, &after->incidents[k])))
			k++;
		if (k == n) {
			name_one(&d->only_before, slug, inc, "");
			continue;
		}
		met[k] = true;
		compare_times(d, slug, inc, &after->incidents[k]);
	}
	for (size_t k = 0; k < n; k++)
		if (!met[k])
			name_one(&d->only_after, slug, &after->incidents[k],
				"");
	free(met);
}

static void compare_all(struct difference *d,
	const struct replay_report *before, const struct replay_report *after)
{
	for (size_t i = 0; i < before->n; i++)
		compare_server(d, before->servers[i].slug, &before->servers[i],
			find_server(after, before->servers[i].slug));
	for (size_t i = 0; i < after->n; i++)
		if (!find_server(before, after->servers[i].slug))
			compare_server(d, after->servers[i].slug, NULL,
				&after->servers[i]);
}

static void put_found(struct buf *b, const struct found *f, const char *what)
{
	if (!f->n)
		return;
	buf_fmt(b, "%s: %lu incident%s\n", what, f->n, f->n == 1 ? "" : "s");
	buf_add(b, f->lines.p, f->lines.len);
	if (f->n > NAMED)
		buf_fmt(b, "  and %lu more\n", f->n - NAMED);
}

static void put_differing(struct buf *b, const char *name, unsigned long before,
	unsigned long after)
{
	if (before || after)
		buf_fmt(b, "  %-30s %8lu %8lu\n", name, before, after);
}

static void put_counts(struct buf *b, const struct replay_report *before,
	const struct replay_report *after,
	const struct replay_report_span *span)
{
	char name[ALERT_EVENT_SIZE];

	buf_fmt(b, "  %-30s %8s %8s\n", "", "before", "policy");
	put_differing(b, "pages", before->pages, after->pages);
	put_differing(b, "pages in 30 days",
		replay_report_month(before->pages, span),
		replay_report_month(after->pages, span));
	put_differing(b, "events", before->severities[0], after->severities[0]);
	for (unsigned s = SEVERITY_P1; s <= SEVERITY_P3; s++)
		put_differing(b, severity_name((enum severity)s),
			before->severities[s], after->severities[s]);
	for (unsigned k = 0; k < REPLAY_REPORT_KINDS; k++) {
		for (unsigned p = 0; p < REPLAY_REPORT_PHASES; p++) {
			struct alert_record r = {
				.kind = (enum alert_kind)k,
				.phase = (enum alert_phase)p,
			};

			if (before->events[k][p][0] || after->events[k][p][0])
				put_differing(b, alert_event(&r, name),
					before->events[k][p][0],
					after->events[k][p][0]);
		}
	}
}

void replay_report_compare(struct buf *b, const struct replay_report *before,
	const struct replay_report *after,
	const struct replay_report_span *span, const char *policy)
{
	struct difference d = {0};
	struct found *all[] = {&d.only_before, &d.only_after, &d.moved};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		buf_init(&all[i]->lines, NAMED * 256);
	compare_all(&d, before, after);
	put_report_span(b, span);
	buf_fmt(b, "policy %s\n", policy);
	put_counts(b, before, after, span);
	put_found(b, &d.only_before, "only before");
	put_found(b, &d.only_after, "only with the policy");
	put_found(b, &d.moved, "sent at another time");
	if (d.later)
		buf_fmt(b, "  %lu later, by %" PRId64 " min in all\n", d.later,
			d.minutes_later);
	if (d.earlier)
		buf_fmt(b, "  %lu earlier, by %" PRId64 " min in all\n",
			d.earlier, d.minutes_earlier);
	if (!d.only_before.n && !d.only_after.n && !d.moved.n)
		buf_str(b,
			"the same incidents, first sent at the same times\n");
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		buf_release(&all[i]->lines);
}
