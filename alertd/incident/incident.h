/* SPDX-License-Identifier: MIT */
/*
 * incident.h: what all kinds of incidents share: how one opens, a window in
 * which it fails, and what is mended after a wrong clock; what people say of
 * it. For its end see recovery.h. Pure.
 */
#ifndef INCIDENT_INCIDENT_H
#define INCIDENT_INCIDENT_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"

/*
 * incident_open(inc, severity, first, window, count): open an incident that is
 * not open: its first failing window, the window that confirmed it, and the
 * number of failing windows so far.
 */
void incident_open(struct incident *inc, enum severity severity,
	int64_t first, int64_t window, int count);

/* incident_fail(inc, window): the incident fails in that window. */
void incident_fail(struct incident *inc, int64_t window);

/*
 * incident_stop(inc, at): an acknowledgement, a maintenance or a silence begins
 * to hold the steps of its policy. incident_go_on(inc, at): one of these is
 * over; after the last of them the steps go on from where they stood.
 */
void incident_stop(struct incident *inc, double at);
void incident_go_on(struct incident *inc, double at);

/*
 * incident_heal(inc, now): set to now what a clock that was ahead of ours had
 * set: it would delay everything until then.
 */
void incident_heal(struct incident *inc, double now);

#define INCIDENT_REFUSED "refused" /* its error: the configuration is */

/*
 * incident_heal_closings(st, now): let no closing bar what begins after now,
 * for the clock was ahead and is right now.
 */
void incident_heal_closings(struct alert_state *st, double now);

/* incident_restart(inc): count windows anew, for the clock was wrong. */
void incident_restart(struct incident *inc);

/*
 * incident_all_silent(inc, kind): whether no region in which it failed reports.
 */
bool incident_all_silent(const struct incident *inc, enum alert_kind kind);

/*
 * Somebody says that they look after an incident. Until the
 * acknowledgement ends nobody else is disturbed: no step of a ladder, no
 * reminder, no promotion by age. It ends with the incident, when the incident
 * gets worse, when it is handed back, and after a time. Pure.
 */

/* Characters. */
#define ACK_BY_MAX 100
#define ACK_REASON_MAX 300

/* How long one may last, in seconds. */
#define ACK_MIN_S 60
#define ACK_MAX_S (7 * 86400)

enum ack_action {
	ACK_TAKE,  /* look after them from now on */
	ACK_UNACK, /* no longer look after them */
	ACK_CLOSE  /* end them, for nobody will probe that again */
};

/* A request about the open incidents of a server. */
struct ack_request {
	enum ack_action action;
	const char *key; /* the dedup_key of an incident; NULL: all of them */
	const char *group; /* only those sent in this one; NULL: all */
	const char *route; /* only those that it was notified of; NULL: all */
	const char *by;
	/*
	 * From whom others may be taken, or handed back: NULL: nobody else than
	 * `by`; "": anybody; else from that one.
	 */
	const char *from;
	/* "(PagerDuty)": may hand back what was taken there; or NULL. */
	const char *via;
	const char *reason; /* or NULL */
	const char *text; /* of ACK_CLOSE: what the public may read, or NULL */
	double for_s;
	/*
	 * When it was said, where that is known, else 0: what is older than the
	 * newest answer counts for nothing, so a request that comes again does
	 * no harm.
	 */
	double said_at;
};

/* Its result. */
struct ack_result {
	size_t n; /* incidents that were changed */
	size_t open; /* incidents that were meant, changed or not */
	/* Who has the first of them now, and until when; "": nobody. */
	char holder[4 * ACK_BY_MAX + 1];
	double until;
};

/*
 * ack_apply(st, q, now, out): do what q says to the open incidents of the
 * server; only ACK_CLOSE also means those that are superseded.
 */
struct ack_result ack_apply(struct alert_state *st, const struct ack_request *q,
	double now, struct alert_events *out);

/*
 * ack_holds(inc, now): whether inc is acknowledged at that time. One that would
 * last for more than ACK_MAX_S from now on, and a day for clocks, was given by
 * nobody.
 */
bool ack_holds(const struct incident *inc, double now);

/*
 * ack_expire(st, kind, now): end the acknowledgement if it no longer holds,
 * unless the incident is recovering. ack_break(st, kind, now): end it because
 * the incident got worse. The ladder goes on where it was when the
 * acknowledgement came.
 */
void ack_expire(struct alert_state *st, enum alert_kind kind, double now);
void ack_break(struct alert_state *st, enum alert_kind kind, double now);

/*
 * An open incident is sent again every p->remind_s seconds,
 * while nobody looks after it. Pure.
 */

/*
 * reminder_due(inc, p, now): whether a reminder of inc is due; the next one is
 * due p->remind_s later. None is due while windows pass, for the incident is
 * about to end; one is due at once when an acknowledgement has expired.
 */
bool reminder_due(struct incident *inc, const struct conf_policy *p,
	double now);

/*
 * reminders_add(st, p, now, out): append the due reminders of all incidents
 * that do not say that the server cannot be used; machine.c reminds of those.
 */
void reminders_add(struct alert_state *st, const struct conf_policy *p,
	double now, struct alert_events *out);

/*
 * What people say of incidents beside what probes see: they open one by hand,
 * and say how far the work on any of them is. Pure.
 */

/* A request about one state. */
struct by_hand {
	enum by_hand_what { BY_HAND_OPEN, BY_HAND_MOVE } what;
	const char *by;
	const char *text; /* for the public too, unless it is private; or NULL */
	/* Of BY_HAND_OPEN: */
	const char *title;
	enum severity severity;
	bool is_private;
	int64_t first; /* its window */
	const char *group; /* the state of the servers that share it, or NULL */
	const struct strings *servers; /* of such a state; else NULL */
	/* Of BY_HAND_MOVE: which incident, by `first`, by the `group` in which it
	   is sent, or the one that this state shares; and to where. */
	bool shared;
	enum alert_kind kind;
	enum progress progress;
};

enum by_hand_result {
	BY_HAND_DONE,
	BY_HAND_SAME, /* it is open, with that title */
	BY_HAND_OTHER, /* another one is open */
	BY_HAND_SOON, /* one of that minute is over: they would have one key */
	BY_HAND_NONE, /* no such incident is open */
	BY_HAND_FAILED /* the store did; never returned here */
};

/*
 * by_hand_apply(st, q, now, out): open the incident of kind ALERT_MANUAL, of
 * which a state has one at a time; or say how far the work on an open one is.
 * Nothing has changed unless it returns BY_HAND_DONE.
 */
enum by_hand_result by_hand_apply(struct alert_state *st,
	const struct by_hand *q, double now, struct alert_events *out);

#endif
