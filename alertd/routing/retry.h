/*
 * retry.h: when a delivery that failed is tried again: exponential backoff with
 * jitter, until it is given up. Pure.
 */
#ifndef ROUTING_RETRY_H
#define ROUTING_RETRY_H

#include "incident/state.h"

/* Given up after a day, in which there were at least this many attempts. */
#define RETRY_GIVE_UP_S (24 * 3600)
#define RETRY_GIVE_UP_TRIES 10
/* Between attempts. */
#define RETRY_DELAY_MIN_S 30
#define RETRY_DELAY_MAX_S 3600
/* A P1 is tried this often at least, in its first two hours and after that; so
   that a run each minute finds it due, it is due a minute before. */
#define RETRY_P1_S 120
#define RETRY_P1_LATE_S 600
#define RETRY_P1_SOON_S (2 * 3600)
#define RETRY_RUN_S 60

/* retry_severity(body): that of an event; P1 where the record names none. */
enum severity retry_severity(const char *body);

/* How urgent a delivery is. */
struct urgency {
	enum severity severity;
	double since; /* of the event that makes it so */
};

/*
 * retry_urgency(st, p, route): how urgent event p is for that route: as the
 * worst event of its incident that waits there, for those behind it wait for
 * it.
 */
struct urgency retry_urgency(const struct alert_state *st,
	const struct pending *p, const char *route);

/*
 * retry_delay(u, now, attempts, chance, retry_after_s): seconds until the next
 * attempt after so many that failed: 30 s, doubled with each attempt up to an
 * hour, and lengthened by chance (0 to 1) up to twice that, so that not all
 * deliveries come at once; but no sooner than the route asked for
 * (retry_after_s; 0: it did not ask). A P1 does not wait for longer than
 * RETRY_P1_S, and later RETRY_P1_LATE_S, whatever the route asked for; and a
 * minute less where it did not ask.
 */
double retry_delay(const struct urgency *u, double now, int attempts,
	double chance, double retry_after_s);

/*
 * retry_at(p, d, now): when delivery d of p is tried next, epoch seconds; now
 * where a clock that was ahead of ours had set it.
 */
double retry_at(const struct pending *p, const struct delivery *d, double now);

/*
 * retry_hopeless(since, attempts, now): whether a delivery that failed so often
 * since then is given up.
 */
bool retry_hopeless(double since, int attempts, double now);

#endif
