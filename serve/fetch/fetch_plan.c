#include "fetch/fetch_plan.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/brand.h"
#include "data/maintenance.h"
#include "fetch/fetch.h"
#include "fetch/fetch_listing.h"
#include "store/keys.h"
#include "store/store.h"

#include <stdlib.h>

/* What is planned, and until when that is good, of clock_mono_ms. */
struct kept_plan {
	struct maintenance_list list;
	double max_s; /* see struct brand */
	double until_ms;
};

static int read_plan(struct source *s, struct kept_plan *k)
{
	struct brand brand;

	if (fetch_open(s))
		return -1;
	maintenance_list_ask(s->store);
	store_add(s->store, "GET", KEY_SITE, NULL);
	if (fetch_run(s))
		return -1;
	maintenance_list_release(&k->list);
	maintenance_list_read(&k->list, store_reply(s->store, 0));
	brand_read(store_text(store_reply(s->store, 1)), &brand);
	k->max_s = brand.maintenance_s;
	brand_release(&brand);
	return 0;
}

int fetch_maintained(struct source *s, const char *slug, const char *account,
	double now, bool *goes_on)
{
	double now_ms = clock_mono_ms();

	*goes_on = false;
	if (!s->plan)
		s->plan = xcalloc(1, sizeof *s->plan);
	if (now_ms >= s->plan->until_ms) {
		if (read_plan(s, s->plan))
			return -1;
		s->plan->until_ms = fetch_good_until(s, now_ms);
	}
	*goes_on = maintenance_list_now(
		&s->plan->list, slug, account, now, s->plan->max_s)
			   .found;
	return 0;
}

void fetch_forget_plan(struct source *s)
{
	if (s->plan)
		maintenance_list_release(&s->plan->list);
	free(s->plan);
	s->plan = NULL;
}
