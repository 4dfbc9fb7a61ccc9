#include "incident/route_test.h"

#include "base/text.h"
#include "incident/summary.h"

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

bool route_test_overdue(const struct route_test_history *t, double now)
{
	/* The later one; a comparison with NAN is false. */
	double last = fmax(believed(t->since, now), believed(t->passed, now));

	return now - last >= ROUTE_TEST_DUE_S;
}

static long long days(double s)
{
	return (long long)(s / 86400);
}

void route_test_remind(struct alert_state *st,
	const struct route_test_history *t, double now,
	struct alert_events *out)
{
	double passed = believed(t->passed, now);
	int64_t told = st->untested;
	struct buf b;

	if (!route_test_overdue(t, now) ||
		(told && (double)told <= now &&
			now - (double)told < ROUTE_TEST_REMIND_S))
		return;
	buf_init(&b, TEXT_SIZE);
	if (isnan(passed)) {
		buf_fmt(&b, "No test has reached the routes in the %lld days "
			    "since they were configured",
			days(now - t->since));
	} else {
		buf_fmt(&b, "No test has reached the routes for %lld days, "
			    "since ",
			days(now - passed));
		phrase_time(&b, (int64_t)passed, true);
		buf_str(&b, " UTC");
	}
	buf_str(&b, ": nobody knows whether a page would arrive. Run "
		    "'mcp-alert test'.");
	st->untested = (int64_t)floor(now);
	test_event(st, SEVERITY_P3, now, &b, out);
}
