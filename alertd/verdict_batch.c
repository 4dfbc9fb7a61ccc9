#include "verdict_batch.h"

#include "notifier.h"

#include <string.h>

void verdict_batch_release(struct verdict_batch *r)
{
	for (size_t i = 0; i < r->slugs.n; i++)
		verdict_record_release(&r->v[i]);
	strings_release(&r->slugs);
}

/* Where somebody else was faster it is decided anew, alone. */
static void again(struct verdict_batch *r, const struct strings *slugs)
{
	for (size_t i = 0; i < r->slugs.n; i++)
		if (strings_has(slugs, r->slugs.v[i]))
			notifier_verdict(r->pager, &r->v[i].verdict);
}

void verdict_batch_run(struct verdict_batch *r)
{
	struct strings lost = {0};

	for (size_t i = 0; i < r->slugs.n; i++) {
		notifier_prefetch(r->pager, &r->slugs, i);
		notifier_verdict(r->pager, &r->v[i].verdict);
	}
	if (notifier_settle(r->pager, &lost))
		again(r, &lost);
	strings_release(&lost);
	notifier_taken(r->pager, r->v, r->slugs.n);
	verdict_batch_release(r);
}

void verdict_batch_add(struct verdict_batch *r, struct verdict_record *v)
{
	/* Those of one window, for another may begin the next round. */
	if (r->slugs.n == PREFETCH_MAX ||
		(r->slugs.n && r->v[0].verdict.window != v->verdict.window) ||
		strings_has(&r->slugs, v->verdict.slug))
		verdict_batch_run(r);
	r->v[r->slugs.n] = *v;
	strings_add(&r->slugs, v->verdict.slug);
}

void verdict_batch_tick(struct notifier *p, const struct strings *slugs)
{
	struct strings lost = {0};

	for (size_t i = 0; i < slugs->n; i++) {
		notifier_prefetch(p, slugs, i);
		notifier_tick(p, slugs->v[i]);
		if ((i + 1) % PREFETCH_MAX == 0 || i + 1 == slugs->n)
			notifier_settle(p, &lost);
	}
	for (size_t i = 0; i < lost.n; i++)
		notifier_tick(p, lost.v[i]);
	strings_release(&lost);
}
