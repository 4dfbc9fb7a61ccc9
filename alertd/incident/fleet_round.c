#include "incident/fleet_round.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "incident/confirmation.h"

#include <math.h>
#include <stdlib.h>

/* A region without data for three intervals is in no_data: too late for us. */
static bool on_time(const struct verdict *v, const struct verdict_region *r,
	double interval_s)
{
	if (verdict_lists(v->no_data, v->n_no_data, r->region))
		return false;
	return interval_s <= 60 ||
		(double)(v->window - clock_window(r->started_at)) <=
			interval_s + 60;
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

static void note_judged(struct fleet_round *r, size_t place)
{
	if (place == CONF_NOWHERE) {
		r->n_judged += !conf_count(r->conf);
		return;
	}
	if (!r->judged)
		r->judged = xcalloc(conf_count(r->conf), sizeof *r->judged);
	r->n_judged += !r->judged[place];
	r->judged[place] = true;
}

void fleet_round_add(struct fleet_round *r, const struct verdict *v)
{
	size_t place = conf_place(r->conf, v->slug);
	/* Of a server that no configuration has it is not known. */
	double interval_s = place == CONF_NOWHERE
				    ? 0
				    : conf_server_at(r->conf, place).interval_s;

	if (v->judged_at > 0 || v->window < r->window)
		return;
	if (v->window > r->window)
		begin(r, v->window);
	note_judged(r, place);
	for (size_t i = 0; i < v->n_regions; i++) {
		const struct verdict_region *region = &v->regions[i];
		int64_t at = clock_window(region->started_at);

		strings_note(&r->regions, region->region);
		if (on_time(v, region, interval_s))
			strings_note(&r->reporting, region->region);
		if (at > r->newest && at <= v->window)
			r->newest = at;
	}
	for (size_t i = 0; i < v->n_no_data; i++)
		strings_note(&r->regions, v->no_data[i]);
}

bool fleet_round_complete(const struct fleet_round *r)
{
	size_t needed = conf_count(r->conf) ? conf_count(r->conf) : 1;

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
