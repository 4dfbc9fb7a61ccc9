/* SPDX-License-Identifier: MIT */
/*
 * outbox.h: the events of a server that not all their routes have got yet. An
 * event is stored here with the decision to tell it, and stays until each route
 * has it: what is due, in which order, and when it is tried again (pure); and
 * the names and leases by which several processes share that work.
 */
#ifndef OUTBOX_OUTBOX_H
#define OUTBOX_OUTBOX_H

#include "incident/state.h"

#include <stdbool.h>

struct store;

/*
 * Retry: when a delivery that failed is tried again: exponential backoff
 * with jitter, until it is given up. Pure.
 */

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

/* How long a process leases a delivery; longer than any attempt takes. */
#define OUTBOX_HOLD_S 30

/*
 * outbox_add(st, r, body, routes, now): add an event for these routes, if there
 * are any. Earlier events of the same incident for the same routes are due at
 * once, for they have to arrive before it.
 */
void outbox_add(struct alert_state *st, const struct alert_record *r,
	const char *body, const struct strings *routes, double now);

/*
 * outbox_put(st, p, routes): the same, with key, event, body and created taken
 * from *p, which stays the caller's.
 */
void outbox_put(struct alert_state *st, const struct pending *p,
	const struct strings *routes);

/* Asks the caller, who knows it: whether a process is gone, and a route is up.
   */
struct outbox_judge {
	bool (*gone)(void *arg, const char *holder);
	bool (*up)(void *arg, const char *route);
	void *arg;
	const char *owner; /* by whose name the caller leases */
	double now;
};

/* A delivery and the event that it delivers. */
struct outbox_item {
	struct pending *pending;
	struct delivery *delivery;
};

/*
 * outbox_next(st, item): go on to the next delivery, the oldest event first;
 * from {0} to the first one. False: there is none.
 */
bool outbox_next(const struct alert_state *st, struct outbox_item *item);

/*
 * outbox_due(st, j, item): go on to the next delivery that is due, that no other
 * process is sending, that waits for no digest, and that is the first of its
 * incident for its route; see outbox_next.
 */
bool outbox_due(const struct alert_state *st, const struct outbox_judge *j,
	struct outbox_item *item);

/*
 * outbox_waits(st, j): whether a delivery that failed, or whose route is down,
 * is left for a later run. What another process is sending does not, nor what
 * comes after that: it sends that, too.
 */
bool outbox_waits(const struct alert_state *st, const struct outbox_judge *j);

/*
 * A lease: once the state is stored, nobody else sends that delivery for
 * OUTBOX_HOLD_S. outbox_lease(d, j): lease it to j->owner. outbox_free(d, j): it
 * is free again. outbox_owned(d, j): whether j->owner has it; if so,
 * outbox_age(d, j): how many seconds before j->now it was leased, less than 0 by
 * a clock that was ahead. outbox_take(st, j): lease all that are due and free;
 * returns how many.
 * outbox_let_go(st, j, key): free those of an incident that j->owner has; none
 * may be under way, see worker_hold.
 */
void outbox_lease(struct delivery *d, const struct outbox_judge *j);
void outbox_free(struct delivery *d, const struct outbox_judge *j);
bool outbox_owned(const struct delivery *d, const struct outbox_judge *j);
double outbox_age(const struct delivery *d, const struct outbox_judge *j);
size_t outbox_take(struct alert_state *st, const struct outbox_judge *j);
void outbox_let_go(struct alert_state *st, const struct outbox_judge *j,
	const char *key);

/* How an event waits for a digest. */
struct outbox_wait {
	enum conf_digest digest; /* the period */
	bool over;		 /* only because the route's budget is spent */
	int64_t boundary;	 /* when the digest is due */
};

/*
 * These are about the newest event and one of its routes. outbox_wait(st,
 * route, w): it waits for the digest *w, and earlier events of its incident for
 * none later. outbox_joins(st, route, out): whether an earlier event of its
 * incident waits for a digest of that route, and which. outbox_pull(st, route,
 * now): earlier events of its incident leave their digest and are due now, for
 * they have to arrive before it; those that are being sent in a digest, once
 * that has failed.
 */
void outbox_wait(struct alert_state *st, const char *route,
	const struct outbox_wait *w);
bool outbox_joins(struct alert_state *st, const char *route,
	struct outbox_wait *out);
void outbox_pull(struct alert_state *st, const char *route, double now);

/* outbox_find(st, number, route, out): that delivery; false: it is gone. */
bool outbox_find(const struct alert_state *st, unsigned long number,
	const char *route, struct outbox_item *out);

/*
 * outbox_forget(st, key, route): drop what was not yet sent of an incident to a
 * route, but for what is being sent right now.
 */
void outbox_forget(struct alert_state *st, const char *key, const char *route);

/* outbox_drop(st, item): remove a delivery: it is done, or given up. */
void outbox_drop(struct alert_state *st, struct outbox_item *item);

/* external_ids_find(l, key, route): the handle of that incident, or NULL. */
const char *external_ids_find(const struct external_ids *l, const char *key,
	const char *route);

/*
 * external_ids_sent(h, key, route, event, handle, ok): an event of that name
 * was sent, ok or not, and the route answered with a handle ("": with none):
 * remember it. After an event that ends the incident the handle is forgotten.
 */
void external_ids_sent(struct external_ids *h, const char *key,
	const char *route, const char *event, const char *handle, bool ok);

/*
 * leases.c: the name of this process, by which it takes deliveries, and
 * whether another one still lives; and which of several mcp-alerts sends a
 * route its digests: the one that has the lease. It is free again when its
 * owner drops it, when its owner is dead, or after RETENTION_DIGEST_S.
 */

/* Room for a name and its NUL. */
#define OWNER_SIZE 160

/*
 * owner_name(out): host, process namespace, process number, and when it
 * started, for numbers are used again.
 */
void owner_name(char *out);

/*
 * owner_gone(us, them): whether the process named `them` (what it put behind
 * its name and a slash does not count) has certainly ended: its host and
 * namespace are those of `us`, our own name, and it does not exist or is a
 * zombie. False for other hosts.
 */
bool owner_gone(const char *us, const char *them);

enum lease_result {
	LEASE_OURS,
	LEASE_THEIRS,
	LEASE_STORE_FAILED /* an error is logged */
};

/*
 * lease_take(s, route, us): take the lease of a route; `us` is the name of this
 * process, see owner_name. lease_drop(s, route, us): free it, if it is ours.
 */
enum lease_result lease_take(struct store *s, const char *route,
	const char *us);
void lease_drop(struct store *s, const char *route, const char *us);

#endif
