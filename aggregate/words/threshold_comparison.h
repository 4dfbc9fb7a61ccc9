/*
 * threshold_comparison.h: what other thresholds would change (replay --policy):
 * two verdicts on each minute of a server, and where they differ. Pure.
 */
#ifndef WORDS_THRESHOLD_COMPARISON_H
#define WORDS_THRESHOLD_COMPARISON_H

#include "base/buf.h"
#include "records/verdict.h"

/* The most stretches of a server that are listed; the others are counted. */
#define COMPARISON_STRETCHES 5
/* The most bytes that the text of a server, or the policy, takes. */
#define COMPARISON_TEXT 2048

/* What a verdict says, as far as thresholds can change it. */
struct outcome {
	enum tier tier; /* and with it the colour */
	bool divergence;
};

/* Minutes in a row whose verdicts differ in the same way. */
struct stretch {
	int64_t from, to; /* the first and the last window */
	struct outcome before, after;
};

/* The verdicts by one of the two rules. */
struct side {
	unsigned long minutes[VERDICT_UNKNOWN + 1]; /* by colour */
	unsigned long outages; /* stretches of red */
	bool red;	       /* the last minute was red */
};

/* One server. Begin with all zero but the slug. */
struct comparison {
	const char *slug;
	struct side before, after;
	unsigned long minutes, changed, n_stretches;
	struct stretch stretches[COMPARISON_STRETCHES]; /* the first ones */
	struct stretch last;
};

/*
 * comparison_add(c, before, after): add the two verdicts on a minute of the
 * server, later than those before.
 */
void comparison_add(struct comparison *c, const struct verdict *before,
	const struct verdict *after);

/*
 * comparison_put(b, c, n, policy): append what differs on n servers, for
 * people. Servers of which no minute differs are only counted.
 */
void comparison_put(struct buf *b, const struct comparison *c, size_t n,
	const char *policy);

#endif
