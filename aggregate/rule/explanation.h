/*
 * explanation.h: why a verdict is what it is, in words: what was looked at,
 * which row of the rule fired, and why not another. Pure.
 */
#ifndef RULE_EXPLANATION_H
#define RULE_EXPLANATION_H

#include "base/buf.h"
#include "rule/verdict.h"

/* What the newest probe of a region met on its way; "" where not known. */
struct sight {
	const char *region;
	char address[64];
	char cache[1300];   /* what caches say of the answer, for people */
	bool cached;	   /* there is a sign of one in that */
	char message[800]; /* of the step that failed */
	double age_s;	   /* how long it lay in a cache; 0 for not */
};

/* What is explained. */
struct explanation {
	const struct rule *rule;
	const struct verdict_input *in;
	const struct verdict *verdict; /* that verdict_decide gave for these */
	/* What is known of a region that is cut off, or NULL. */
	const char *(*isolated)(const void *arg, const char *region);
	const void *arg;
	const struct sight *sights;
	size_t n_sights;
	enum verdict_colour counted; /* the minute, as; VERDICT_UNKNOWN: not */
};

/*
 * explain(e, b): append a screen of text that ends in a newline. Text from
 * outside is expected to be clean.
 */
void explain(const struct explanation *e, struct buf *b);

#endif
