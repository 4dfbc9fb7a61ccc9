#include "incident/route_test.h"

#include "base/text.h"
#include "words/phrases.h"

#include <math.h>
#include <string.h>

static void test_event(const struct alert_state *st, enum severity severity,
	double at, struct buf *summary, struct alert_events *out)
{
	struct alert_event *e = events_new(out, st);

	e->summary = buf_take(summary);
	e->record.at = at;
	e->record.kind = ALERT_TEST;
	e->record.phase = ALERT_ONCE;
	e->record.severity = severity;
	e->record.started_at = (int64_t)floor(at);
	e->record.summary = e->summary;
}

void route_test_add(const struct alert_state *st,
	const struct route_test_request *q, struct alert_events *out)
{
	bool fleet = strcmp(st->slug, SLUG_FLEET) == 0;
	struct alert_event *e;
	struct buf b;

	buf_init(&b, TEXT_SIZE);
	buf_fmt(&b, "TEST, nothing is wrong: %s checks whether a P1 of %s "
		    "reaches you. You need not do anything.",
		q->by, fleet ? "the fleet" : st->slug);
	test_event(st, SEVERITY_P1, (double)q->at, &b, out);
	e = &out->v[out->n - 1];
	string_set(&e->url, q->url);
	if (q->routes)
		strings_copy(&e->chosen, q->routes);
	e->record.url = e->url;
}

/* t, or NAN where it lies in the future. */
static double believed(double t, double now)
{
	return t <= now ? t : NAN;
}

/* When route i was last reached, or configured: a test is due from then on. */
static double last(const struct route_test_history *t, size_t i, double now)
{
	/* The later one; a comparison with NAN is false. */
	return fmax(believed(t->since, now), believed(t->v[i].passed, now));
}

bool route_test_overdue(const struct route_test_history *t, double now)
{
	for (size_t i = 0; i < t->n; i++)
		if (now - last(t, i, now) >= ROUTE_TEST_DUE_S)
			return true;
	return false;
}

static long long days(double s)
{
	return (long long)(s / 86400);
}

/* The routes that no test has reached, and the newest of their tests. */
static void put_routes(struct buf *b, const struct route_test_history *t,
	double now, const char *zone)
{
	struct strings late = {0};
	double passed = NAN, newest = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (!(now - last(t, i, now) >= ROUTE_TEST_DUE_S))
			continue;
		strings_add(&late, t->v[i].route);
		newest = fmax(newest, last(t, i, now));
		passed = fmax(passed, believed(t->v[i].passed, now));
	}
	buf_str(b, "No test has reached ");
	if (late.n == t->n)
		buf_str(b, "the routes");
	else
		phrase_regions(b, &late);
	if (isnan(passed)) {
		buf_fmt(b, " in the %lld days since %s configured",
			days(now - newest),
			late.n == t->n ? "they were" : "routes were");
	} else {
		buf_fmt(b, " for %lld days, since ", days(now - passed));
		phrase_time(b, (int64_t)passed, true, zone);
		phrase_zone(b, zone);
	}
	strings_release(&late);
}

void route_test_remind(struct alert_state *st,
	const struct route_test_history *t, double now,
	struct alert_events *out)
{
	int64_t told = st->untested;
	struct buf b;

	if (!route_test_overdue(t, now) ||
		(told && (double)told <= now &&
			now - (double)told < ROUTE_TEST_REMIND_S))
		return;
	buf_init(&b, TEXT_SIZE);
	put_routes(&b, t, now, st->zone);
	buf_str(&b, ": nobody knows whether a page would arrive. Run "
		    "'mcp-alert test'.");
	st->untested = (int64_t)floor(now);
	test_event(st, SEVERITY_P3, now, &b, out);
}
