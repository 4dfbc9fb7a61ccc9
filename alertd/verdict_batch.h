/*
 * verdict_batch.h: verdicts that came together are decided on together: what is known
 * of their servers is read in one go, and written in one go where there is
 * nothing to be told.
 */
#ifndef ALERTD_VERDICT_BATCH_H
#define ALERTD_VERDICT_BATCH_H

#include "incident/strings.h"
#include "records/verdict.h"
#include "state/prefetch.h"

struct pager;

struct round {
	struct pager *pager;
	struct verdict_record v[AHEAD_MAX];
	struct strings slugs; /* theirs; none twice */
};

/*
 * round_add(r, v): one more, which is r's from now on. Those before it may be
 * decided on first. round_run(r): decide on all that are here.
 */
void round_add(struct round *r, struct verdict_record *v);
void round_run(struct round *r);

/* round_release(r): forget them. */
void round_release(struct round *r);

/* round_tick(p, sh, slugs): pager_tick of each, of which none is there twice. */
void round_tick(struct pager *p, const struct strings *slugs);

#endif
