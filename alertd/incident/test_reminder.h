/*
 * test_reminder.h: whether the routes work, as events: a test of them, and that
 * nobody tests them (article 3: once a month at least). Pure.
 */
#ifndef INCIDENT_TEST_REMINDER_H
#define INCIDENT_TEST_REMINDER_H

#include "incident/event.h"
#include "incident/state.h"

/* So long without a test is a month, and some days for who has a holiday. */
#define TEST_REMINDER_MOST_S (35 * 86400)
/* And so often that is said. */
#define TEST_REMINDER_AGAIN_S (7 * 86400)

/* Somebody wants to know. */
struct test_reminder_request {
	const char *by;
	const char *url; /* of the server, or NULL */
	int64_t at;	 /* which names it */
};

/*
 * test_reminder_tell(st, q, out): a test of the routes that a P1 downtime of
 * that server would reach now. Its `later` and `steps` are left to who knows
 * the ladders.
 */
void test_reminder_tell(const struct alert_state *st,
	const struct test_reminder_request *q, struct alert_events *out);

/* What is known of tests: epoch seconds, NAN where there is none. */
struct test_reminder {
	double since;  /* when routes were first configured */
	double passed; /* when a test last reached all its routes */
};

/*
 * test_reminder_missed(t, now): whether there was none for too long. An instant
 * that is yet to come is that of a wrong clock, and is not believed.
 */
bool test_reminder_missed(const struct test_reminder *t, double now);

/*
 * test_reminder_remind(st, t, now, out): tell of that, P3, in the state of
 * SLUG_FLEET, once a week.
 */
void test_reminder_remind(struct alert_state *st, const struct test_reminder *t,
	double now, struct alert_events *out);

#endif
