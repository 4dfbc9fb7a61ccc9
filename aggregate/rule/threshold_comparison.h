/*
 * threshold_comparison.h: two verdicts on each minute of a server, by the rule as it is and
 * by another, and where they differ. Pure.
 */
#ifndef RULE_THRESHOLD_COMPARISON_H
#define RULE_THRESHOLD_COMPARISON_H

#include "base/buf.h"
#include "records/verdict.h"

/* So many stretches of a server are told; the others are counted. */
#define COMPARISON_STRETCHES 5
/* What the text of one server, and a policy, may take. */
#define COMPARISON_TEXT 2048

/* What a verdict says, as far as policies can differ about it. */
struct outcome {
	enum tier tier; /* and with it the colour */
	bool divergence;
};

/* Minutes in a row whose verdicts differ in the same way. */
struct stretch {
	int64_t from, to; /* the first and the last window */
	struct outcome before, after;
};

/* One of the two sides. */
struct side {
	unsigned long minutes[VERDICT_UNKNOWN + 1]; /* by colour */
	unsigned long outages; /* stretches of red */
	bool red;	       /* the minute before this one */
};

/* All zero, but for the slug, has seen nothing. */
struct comparison {
	const char *slug;
	struct side before, after;
	unsigned long minutes, changed, n_stretches;
	struct stretch stretches[COMPARISON_STRETCHES]; /* the first ones */
	struct stretch last;
};

/*
 * comparison_add(c, before, after): the two verdicts on the next minute of the
 * server. Windows ascend.
 */
void comparison_add(struct comparison *c, const struct verdict *before,
	const struct verdict *after);

/*
 * comparison_put(b, c, n, policy): append what differs, as text for a person:
 * servers of which no minute differs are told by their number alone.
 */
void comparison_put(struct buf *b, const struct comparison *c, size_t n,
	const char *policy);

#endif
