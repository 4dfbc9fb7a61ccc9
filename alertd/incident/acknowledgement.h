/*
 * acknowledgement.h: somebody says that they look after an incident. Until the
 * acknowledgement ends nobody else is disturbed: no step of a ladder, no
 * reminder, no promotion by age. It ends with the incident, when the incident
 * gets worse, when it is handed back, and after a time. Pure.
 */
#ifndef INCIDENT_ACKNOWLEDGEMENT_H
#define INCIDENT_ACKNOWLEDGEMENT_H

#include "incident/event.h"
#include "incident/state.h"

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

/* What somebody says of the open incidents of a server. */
struct ack_request {
	enum ack_action action;
	const char *key; /* the dedup_key of an incident; NULL: all of them */
	const char *group; /* only those told of in this one; NULL: all */
	const char *route; /* only those that it was told of; NULL: all */
	const char *by;
	/*
	 * From whom others may be taken, or handed back: NULL: nobody else than
	 * `by`; "": anybody; else from that one.
	 */
	const char *from;
	/* "(PagerDuty)": may hand back what was taken there; or NULL. */
	const char *via;
	const char *reason; /* or NULL */
	double for_s;
	/*
	 * When it was said, where that is known, else 0: what is older than the
	 * newest answer counts for nothing, so a request that comes again does
	 * no harm.
	 */
	double said_at;
};

/* What came of it. */
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
 * ack_holds(inc, now): whether inc is acknowledged at that time. One that would last
 * for more than ACK_MAX_S from now on, and a day for clocks, was given by nobody.
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

#endif
