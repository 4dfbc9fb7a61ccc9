/*
 * expiry.h: what is told of certificates and credentials that end: each
 * threshold once. Pure.
 */
#ifndef INCIDENT_EXPIRY_H
#define INCIDENT_EXPIRY_H

#include "incident/event.h"
#include "incident/state.h"
#include "records/expiry.h"

/* What all regions said at one time: the earliest end. */
struct expiry_round {
	char *slug;
	char *url;    /* or NULL */
	char *issuer; /* see expiry_record, or NULL */
	double at;    /* of the first record of that end */
	double began; /* of the first record of all */
	enum expiry_what what;
	int64_t within;	    /* the threshold; 0 expired; -1 neither */
	int64_t expires_at; /* epoch seconds; 0 where not known */
	struct strings regions; /* that see that end */
	struct strings all;	/* that were heard */
};

struct expiry_rounds {
	struct expiry_round *v;
	size_t n, cap;
};

/* Records of one slug further apart than this are of two rounds. */
#define EXPIRY_ROUND_S 3600

/*
 * expiry_fits(l, r): whether a record belongs to the round of its server that
 * is being collected; false where that must be told of first, for it is another
 * day or its region was heard already.
 */
bool expiry_fits(const struct expiry_rounds *l, const struct expiry_record *r);

/* expiry_collect(l, r): take a record into its round. */
void expiry_collect(struct expiry_rounds *l, const struct expiry_record *r);

/* expiry_forget(l): free all rounds. */
void expiry_forget(struct expiry_rounds *l);

/*
 * expiry_decide(st, r, out): what is told of a round, if that was not told
 * before: of this end, at this threshold or a smaller one.
 */
void expiry_decide(struct alert_state *st, const struct expiry_round *r,
	struct alert_events *out);

#endif
