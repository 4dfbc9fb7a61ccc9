/*
 * verdict_batch.h: verdicts that came together are decided on together: what is
 * known of their servers is read in one go, and written in one go where there
 * is nothing to be told.
 */
#ifndef ALERTD_VERDICT_BATCH_H
#define ALERTD_VERDICT_BATCH_H

#include "base/strings.h"
#include "records/verdict.h"
#include "state/prefetch.h"

struct notifier;

struct verdict_batch {
	struct notifier *pager;
	struct verdict_record v[PREFETCH_MAX];
	struct strings slugs; /* theirs; none twice */
};

/*
 * verdict_batch_add(r, v): one more, which is r's from now on. Those before it
 * may be decided on first. verdict_batch_run(r): decide on all that are here.
 */
void verdict_batch_add(struct verdict_batch *r, struct verdict_record *v);
void verdict_batch_run(struct verdict_batch *r);

/* verdict_batch_release(r): forget them. */
void verdict_batch_release(struct verdict_batch *r);

/* verdict_batch_tick(p, slugs): notifier_tick of each, of which none is
 * there twice. */
void verdict_batch_tick(struct notifier *p, const struct strings *slugs);

#endif
