/* SPDX-License-Identifier: MIT */
/*
 * expiry.h: events about certificates and credentials that expire: one for each
 * threshold. Pure.
 */
#ifndef INCIDENT_EXPIRY_H
#define INCIDENT_EXPIRY_H

#include "incident/event.h"
#include "incident/state.h"
#include "records/expiry.h"

/* The records of all regions at one time, of which the earliest end counts. */
struct expiry_round {
	char *slug;
	char *url;    /* or NULL */
	char *issuer; /* see expiry_record, or NULL */
	double at;    /* time of the first record with that end */
	double began; /* time of the first record of the round */
	enum expiry_what what;
	int64_t within;	    /* the threshold; 0 expired; -1 neither */
	int64_t expires_at; /* epoch seconds; 0 where not known */
	struct strings regions; /* the regions that see that end */
	struct strings all;	/* the regions that reported */
};

struct expiry_rounds {
	struct expiry_round *v;
	size_t n, cap;
};

/* Records of a server further apart than this belong to two rounds. */
#define EXPIRY_ROUND_S 3600

/*
 * expiry_fits(l, r): whether record r belongs to the round of its server that
 * is being collected. False: decide on that round first, for r is too late for
 * it, or its region has reported already.
 */
bool expiry_fits(const struct expiry_rounds *l, const struct expiry_record *r);

/* expiry_collect(l, r): add record r to the round of its server. */
void expiry_collect(struct expiry_rounds *l, const struct expiry_record *r);

/* expiry_forget(l): free all rounds. */
void expiry_forget(struct expiry_rounds *l);

/*
 * expiry_decide(st, r, out): append the event of round r, unless this end was
 * sent before at this threshold or a smaller one.
 */
void expiry_decide(struct alert_state *st, const struct expiry_round *r,
	struct alert_events *out);

#endif
