/* SPDX-License-Identifier: MIT */
#include "fetch/fetch.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/entries.h"
#include "fetch/fetch_listing.h"
#include "source/source.h"
#include "store/keys.h"
#include "store/store.h"

#include <stdlib.h>

/* Whether a record may be of a maintenance that goes on now: see the gap. */
static bool is_near(const struct maintenance *m, double now, double max_s)
{
	struct occurrence o =
		maintenance_last(m, now + MAINTENANCE_GAP_S, max_s);

	return o.found && (double)o.end >= now - MAINTENANCE_GAP_S;
}

static void look_ahead(struct plan *p)
{
	p->near = xcalloc(p->list.n + 1, sizeof *p->near);
	p->soon = xcalloc(p->list.n + 1, sizeof *p->soon);
	for (size_t i = 0; i < p->list.n; i++) {
		const struct maintenance *m = &p->list.v[i].m;
		struct occurrence next = maintenance_next(m, p->now, p->max_s);

		if (is_near(m, p->now, p->max_s))
			p->near[p->n_near++] = i;
		if (!next.found || (double)next.start > p->now + PLAN_SOON_S)
			continue;
		next.of = m;
		p->soon[p->n_soon++] = next;
	}
}

int fetch_plan(struct source *s, double now, struct plan *p)
{
	struct brand brand;

	*p = (struct plan) {.now = now};
	if (source_open(s))
		return -1;
	maintenance_list_ask(s->store);
	store_add(s->store, "GET", KEY_SITE, NULL);
	if (source_run(s))
		return -1;
	maintenance_list_read(store_reply(s->store, 0), &p->list);
	brand_read(store_text(store_reply(s->store, 1)), &brand);
	p->max_s = brand.maintenance_s;
	brand_release(&brand);
	look_ahead(p);
	return 0;
}

struct occurrence plan_of(struct plan *p, const char *slug,
	const char *account)
{
	for (size_t i = 0; i < p->n_near; i++)
		if (maintenance_for(&p->list.v[p->near[i]].m, slug, account))
			return maintenance_list_now(&p->list, slug, account,
				p->now, p->max_s);
	return (struct occurrence) {0};
}

int64_t plan_soon(const struct plan *p, const char *slug, const char *account)
{
	int64_t start = 0;

	for (size_t i = 0; i < p->n_soon; i++) {
		const struct occurrence *o = &p->soon[i];

		if ((!start || o->start < start) &&
			maintenance_for(o->of, slug, account))
			start = o->start;
	}
	return start;
}

void plan_release(struct plan *p)
{
	maintenance_list_release(&p->list);
	free(p->near);
	free(p->soon);
	p->near = NULL;
	p->soon = NULL;
}

/* A plan, and until when it is good, of clock_mono_ms. */
struct kept_plan {
	struct plan plan;
	double until_ms;
};

static int keep_plan(struct source *s, double now)
{
	double now_ms = clock_mono_ms();
	struct kept_plan *k;

	if (!s->plan)
		s->plan = xcalloc(1, sizeof *s->plan);
	k = s->plan;
	if (now_ms >= k->until_ms) {
		plan_release(&k->plan);
		if (fetch_plan(s, now, &k->plan))
			return -1;
		k->until_ms = source_good_until(s, now_ms);
	}
	k->plan.now = now;
	return 0;
}

int fetch_kept_plan(struct source *s, double now, struct plan **p)
{
	if (keep_plan(s, now))
		return -1;
	*p = &s->plan->plan;
	return 0;
}

int fetch_maintained(struct source *s, const char *slug, const char *account,
	double now, bool *goes_on)
{
	*goes_on = false;
	if (keep_plan(s, now))
		return -1;
	*goes_on = plan_of(&s->plan->plan, slug, account).found;
	return 0;
}

void fetch_forget_plan(struct source *s)
{
	if (s->plan)
		plan_release(&s->plan->plan);
	free(s->plan);
	s->plan = NULL;
}
