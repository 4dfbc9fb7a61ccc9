/*
 * explanation.h: why a verdict is what it is, in words: what was looked at,
 * which row of the rule fired, and why no other did. Pure.
 */
#ifndef WORDS_EXPLANATION_H
#define WORDS_EXPLANATION_H

#include "base/buf.h"
#include "rule/verdict.h"

/* Details of the newest probe of a region; "" where not known. */
struct probe_details {
	const char *region;
	/*
	 * 0; or they are of an earlier one that failed in the same way, which
	 * started then.
	 */
	double at;
	char address[64];
	char cache[1300];   /* what the answer says of caches, for people */
	bool cached;	   /* it has a sign of a cache */
	char message[800]; /* of the step that failed */
	char clients[800]; /* which clients the server refuses */
	double age_s;	   /* how long a cache had kept it; 0: it did not */
};

/* What is explained, and by which rule. */
struct explanation {
	const struct rule *rule;
	const char *zone; /* of the times: that of the people; NULL: UTC */
	const struct verdict_input *in;
	const struct verdict *verdict; /* that verdict_decide gave for these */
	/* Why a region is cut off, in words, or NULL; may itself be NULL. */
	const char *(*isolated)(const void *arg, const char *region);
	const void *arg;
	const struct probe_details *details;
	size_t n_details;
	enum verdict_colour
		counted; /* the minute; VERDICT_UNKNOWN: it is not */
};

/*
 * explain(e, b): append a screen of text that ends in a newline. Text from
 * outside is expected to be clean.
 */
void explain(const struct explanation *e, struct buf *b);

#endif
