/*
 * summary.h: the headline of an incident, which a woken person reads first, and
 * the sentence below it. Pure.
 */
#ifndef INCIDENT_SUMMARY_H
#define INCIDENT_SUMMARY_H

#include "incident/state.h"

/* What is told, beside its phase. */
struct summary {
	/* Set by events_put, with the incident: */
	const char *slug;
	const char *url; /* or NULL */
	bool common;	 /* many servers share it */
	const char *zone; /* of the times in it; NULL: UTC */
	enum alert_kind kind;
	enum alert_phase phase;
	const struct incident *incident;
	const struct maintenance_hold
		*maintenance; /* of an overrun: the one before it */
	double at;
	bool slow; /* a window is a probe, and no minute */
	bool more; /* an escalation because more servers or regions are in it */
	bool worse; /* an escalation because of its layer, not of its age */
	bool turned; /* worse, for it was only our credential until now */
	bool lasts; /* because what is flapping fails without a break */
	bool unacknowledged; /* because nobody acknowledged it */
	enum severity was; /* before an escalation; 0: the same, or not known */
	/* It ends because nobody watches any more: the sentence, up to " after
	 * 12 min"; or NULL. */
	const char *unwatched;
};

/* summary_put(b, s): append one sentence; about a recovery, three. */
void summary_put(struct buf *b, const struct summary *s);

/*
 * summary_headline(b, s): append how bad it is, what happened to the incident,
 * and, behind ": ", what users notice: "P1, nobody has answered for 15 min: shop
 * is down". s->slug is the server, or "each of 7 servers".
 */
void summary_headline(struct buf *b, const struct summary *s);

/*
 * summary_put_silent(b, inc, l, now, zone): append "London has not reported since
 * 17:08 UTC; it failed when last seen", of the regions l of an incident.
 */
void summary_put_silent(struct buf *b, const struct incident *inc,
	const struct strings *l, double now, const char *zone);

#endif
