/* SPDX-License-Identifier: MIT */
/*
 * route_test.h: tests of the routes: the event that tests them, and the
 * reminder that no test reached them for too long (article 3: once a month).
 * Pure.
 */
#ifndef INCIDENT_ROUTE_TEST_H
#define INCIDENT_ROUTE_TEST_H

#include "incident/event.h"
#include "incident/state.h"

/* A test is due after a month and some days of holidays. */
#define ROUTE_TEST_DUE_S (35 * 86400)
/* While a test is due, this often somebody is reminded. */
#define ROUTE_TEST_REMIND_S (7 * 86400)

/* Who tests the routes, and when. */
struct route_test_request {
	const char *by;
	const char *url; /* of the server, or NULL */
	int64_t at;	 /* epoch seconds; a part of the dedup_key */
	const struct strings *routes; /* only these; NULL: as of a downtime */
};

/*
 * route_test_add(st, q, out): append the event that tests the routes that a P1
 * downtime of that server would reach at once, or those of q.
 */
void route_test_add(const struct alert_state *st,
	const struct route_test_request *q, struct alert_events *out);

/* A route, and when a test last reached it: epoch seconds, NAN for never. */
struct route_tested {
	const char *route;
	double passed;
};

/* When routes were tested. */
struct route_test_history {
	double since; /* when routes were first configured; NAN: not known */
	struct route_tested *v;
	size_t n;
};

/*
 * route_test_overdue(t, now): whether no test reached one of the routes for too
 * long. An instant in the future comes from a wrong clock, and does not count.
 */
bool route_test_overdue(const struct route_test_history *t, double now);

/*
 * route_test_remind(st, t, now, out): if a test is overdue, append a P3 event
 * of SLUG_FLEET, whose state is st, once a week, that names the routes.
 */
void route_test_remind(struct alert_state *st,
	const struct route_test_history *t, double now,
	struct alert_events *out);

#endif
