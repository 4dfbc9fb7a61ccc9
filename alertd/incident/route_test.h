/*
 * route_test.h: whether the routes work, as events: a test of them, and that
 * nobody tests them (article 3: once a month at least). Pure.
 */
#ifndef INCIDENT_ROUTE_TEST_H
#define INCIDENT_ROUTE_TEST_H

#include "incident/event.h"
#include "incident/state.h"

/* So long without a test is a month, and some days for who has a holiday. */
#define ROUTE_TEST_DUE_S (35 * 86400)
/* And so often that is said. */
#define ROUTE_TEST_REMIND_S (7 * 86400)

/* Somebody wants to know. */
struct route_test_request {
	const char *by;
	const char *url; /* of the server, or NULL */
	int64_t at;	 /* which names it */
};

/*
 * route_test_add(st, q, out): a test of the routes that a P1 downtime of
 * that server would reach now. Its `later` and `steps` are left to who knows
 * the ladders.
 */
void route_test_add(const struct alert_state *st,
	const struct route_test_request *q, struct alert_events *out);

/* What is known of tests: epoch seconds, NAN where there is none. */
struct route_test_history {
	double since;  /* when routes were first configured */
	double passed; /* when a test last reached all its routes */
};

/*
 * route_test_overdue(t, now): whether there was none for too long. An instant
 * that is yet to come is that of a wrong clock, and is not believed.
 */
bool route_test_overdue(const struct route_test_history *t, double now);

/*
 * route_test_remind(st, t, now, out): tell of that, P3, in the state of
 * SLUG_FLEET, once a week.
 */
void route_test_remind(struct alert_state *st, const struct route_test_history *t,
	double now, struct alert_events *out);

#endif
