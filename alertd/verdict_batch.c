#include "verdict_batch.h"

#include "notifier.h"

#include <string.h>

void round_release(struct round *r)
{
	for (size_t i = 0; i < r->slugs.n; i++)
		verdict_record_release(&r->v[i]);
	strings_release(&r->slugs);
}

/* Where somebody else was faster it is decided anew, alone. */
static void again(struct round *r, const struct strings *slugs)
{
	for (size_t i = 0; i < r->slugs.n; i++)
		if (strings_has(slugs, r->slugs.v[i]))
			pager_verdict(r->pager, &r->v[i].verdict);
}

void round_run(struct round *r)
{
	struct strings lost = {0};

	for (size_t i = 0; i < r->slugs.n; i++) {
		pager_ahead(r->pager, &r->slugs, i);
		pager_verdict(r->pager, &r->v[i].verdict);
	}
	if (pager_settle(r->pager, &lost))
		again(r, &lost);
	strings_release(&lost);
	pager_taken(r->pager, r->v, r->slugs.n);
	round_release(r);
}

void round_add(struct round *r, struct verdict_record *v)
{
	/* Those of one window, for another may begin the next round. */
	if (r->slugs.n == AHEAD_MAX ||
		(r->slugs.n && r->v[0].verdict.window != v->verdict.window) ||
		strings_has(&r->slugs, v->verdict.slug))
		round_run(r);
	r->v[r->slugs.n] = *v;
	strings_add(&r->slugs, v->verdict.slug);
}

void round_tick(struct pager *p, const struct strings *slugs)
{
	struct strings lost = {0};

	for (size_t i = 0; i < slugs->n; i++) {
		pager_ahead(p, slugs, i);
		pager_tick(p, slugs->v[i]);
		if ((i + 1) % AHEAD_MAX == 0 || i + 1 == slugs->n)
			pager_settle(p, &lost);
	}
	for (size_t i = 0; i < lost.n; i++)
		pager_tick(p, lost.v[i]);
	strings_release(&lost);
}
