#include "fetch/fetch_maintenance.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/brand.h"
#include "fetch/fetch.h"
#include "fetch/fetch_listing.h"
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

int fetch_plan(struct source *s, double now, struct plan *p)
{
	struct brand brand;

	*p = (struct plan) {.now = now};
	if (fetch_open(s))
		return -1;
	maintenance_list_ask(s->store);
	store_add(s->store, "GET", KEY_SITE, NULL);
	if (fetch_run(s))
		return -1;
	maintenance_list_read(store_reply(s->store, 0), &p->list);
	brand_read(store_text(store_reply(s->store, 1)), &brand);
	p->max_s = brand.maintenance_s;
	brand_release(&brand);
	p->near = xcalloc(p->list.n + 1, sizeof *p->near);
	for (size_t i = 0; i < p->list.n; i++)
		if (is_near(&p->list.v[i].m, now, p->max_s))
			p->near[p->n_near++] = i;
	return 0;
}

struct occurrence plan_of(struct plan *p, const char *slug, const char *account)
{
	for (size_t i = 0; i < p->n_near; i++)
		if (maintenance_for(&p->list.v[p->near[i]].m, slug, account))
			return maintenance_list_now(&p->list, slug, account,
				p->now, p->max_s);
	return (struct occurrence) {0};
}

void plan_release(struct plan *p)
{
	maintenance_list_release(&p->list);
	free(p->near);
	p->near = NULL;
}

/* A plan, and until when it is good, of clock_mono_ms. */
struct kept_plan {
	struct plan plan;
	double until_ms;
};

int fetch_maintained(struct source *s, const char *slug, const char *account,
	double now, bool *goes_on)
{
	double now_ms = clock_mono_ms();
	struct kept_plan *k;

	*goes_on = false;
	if (!s->plan)
		s->plan = xcalloc(1, sizeof *s->plan);
	k = s->plan;
	if (now_ms >= k->until_ms) {
		plan_release(&k->plan);
		if (fetch_plan(s, now, &k->plan))
			return -1;
		k->until_ms = fetch_good_until(s, now_ms);
	}
	k->plan.now = now;
	*goes_on = plan_of(&k->plan, slug, account).found;
	return 0;
}

void fetch_forget_plan(struct source *s)
{
	if (s->plan)
		plan_release(&s->plan->plan);
	free(s->plan);
	s->plan = NULL;
}
