#include "incident/fleet_round.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "incident/confirmation.h"

#include <math.h>
#include <stdlib.h>

/* A region without data for three intervals is in no_data: too late for us. */
static bool on_time(const struct verdict *v, const struct verdict_region *r,
	const struct conf_server *s)
{
	if (verdict_lists(v->no_data, v->n_no_data, r->region))
		return false;
	return !s || s->interval_s <= 60 ||
		(double)(v->window - clock_window(r->started_at)) <=
			s->interval_s + 60;
}

static void begin(struct fleet_round *r, int64_t window)
{
	r->before = r->window;
	r->window = window;
	r->newest = 0;
	strings_clear(&r->regions);
	strings_clear(&r->reporting);
	free(r->judged);
	r->judged = NULL;
	r->n_judged = 0;
}

static void note_judged(struct fleet_round *r, const struct conf_server *s)
{
	size_t i;

	if (!s) {
		r->n_judged += !r->conf || !r->conf->n_servers;
		return;
	}
	i = (size_t)(s - r->conf->servers);
	if (!r->judged)
		r->judged = xcalloc(r->conf->n_servers, sizeof *r->judged);
	r->n_judged += !r->judged[i];
	r->judged[i] = true;
}

void fleet_round_add(struct fleet_round *r, const struct verdict *v)
{
	const struct conf_server *s =
		r->conf ? conf_server(r->conf, v->slug) : NULL;

	if (v->judged_at > 0 || v->window < r->window)
		return;
	if (v->window > r->window)
		begin(r, v->window);
	note_judged(r, s);
	for (size_t i = 0; i < v->n_regions; i++) {
		const struct verdict_region *region = &v->regions[i];
		int64_t at = clock_window(region->started_at);

		strings_note(&r->regions, region->region);
		if (on_time(v, region, s))
			strings_note(&r->reporting, region->region);
		if (at > r->newest && at <= v->window)
			r->newest = at;
	}
	for (size_t i = 0; i < v->n_no_data; i++)
		strings_note(&r->regions, v->no_data[i]);
}

bool fleet_round_complete(const struct fleet_round *r)
{
	size_t needed = r->conf && r->conf->n_servers ? r->conf->n_servers : 1;

	return r->n_judged >= needed && r->regions.n;
}

void fleet_round_silent(const struct fleet_round *r, struct strings *out)
{
	for (size_t i = 0; i < r->regions.n; i++)
		if (!strings_has(&r->reporting, r->regions.v[i]))
			strings_add(out, r->regions.v[i]);
	strings_sort(out);
}

bool fleet_round_dark(const struct fleet_round *r)
{
	struct strings silent = {0};
	bool dark;

	fleet_round_silent(r, &silent);
	dark = r->regions.n && 4 * silent.n >= 3 * r->regions.n;
	strings_release(&silent);
	return dark;
}

void fleet_round_release(struct fleet_round *r)
{
	strings_release(&r->regions);
	strings_release(&r->reporting);
	free(r->judged);
	*r = (struct fleet_round) {.conf = r->conf};
}
