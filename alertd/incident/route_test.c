/* SPDX-License-Identifier: MIT */
#include "incident/route_test.h"

#include <math.h>
#include <string.h>

static void test_event(const struct alert_state *st, enum severity severity,
	double at, struct alert_events *out)
{
	struct alert_event *e = events_new(out, st);

	e->record.at = at;
	e->record.kind = ALERT_TEST;
	e->record.phase = ALERT_ONCE;
	e->record.severity = severity;
	e->record.started_at = (int64_t)floor(at);
}

void route_test_add(const struct alert_state *st,
	const struct route_test_request *q, struct alert_events *out)
{
	struct alert_event *e;

	test_event(st, SEVERITY_P1, (double)q->at, out);
	e = &out->v[out->n - 1];
	event_facts_set(e, &(struct event_facts) {.by = q->by});
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

/* Note the routes that no test has reached, and the newest of their tests. */
static void note_untested(struct event_facts *f,
	const struct route_test_history *t, double now)
{
	f->tested_at = NAN;
	for (size_t i = 0; i < t->n; i++) {
		if (!(now - last(t, i, now) >= ROUTE_TEST_DUE_S))
			continue;
		strings_add(&f->names, t->v[i].route);
		f->since = fmax(f->since, last(t, i, now));
		f->tested_at = fmax(f->tested_at, believed(t->v[i].passed, now));
	}
	f->some = f->names.n < t->n;
}

void route_test_remind(struct alert_state *st,
	const struct route_test_history *t, double now,
	struct alert_events *out)
{
	int64_t reminded = st->fleet.untested;

	if (!route_test_overdue(t, now) ||
		(reminded && (double)reminded <= now &&
			now - (double)reminded < ROUTE_TEST_REMIND_S))
		return;
	st->fleet.untested = (int64_t)floor(now);
	test_event(st, SEVERITY_P3, now, out);
	note_untested(&out->v[out->n - 1].facts, t, now);
}
