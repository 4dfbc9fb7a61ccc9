#include "data/health.h"

#include "base/xalloc.h"
#include "json/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void health_init(struct health *h, double now)
{
	*h = (struct health) {.down = true, .now = now};
	for (size_t i = 0; i < STAGES; i++)
		h->at[i] = NAN;
}

void health_release(struct health *h)
{
	free(h->regions);
	h->regions = NULL;
	h->n_regions = h->cap_regions = 0;
}

static bool late(const struct health *h, size_t stage)
{
	return stage_stale(h->at[stage], h->now, STAGE_STALE_S);
}

bool health_judged(const struct health *h)
{
	return !h->down && !isnan(h->at[STAGE_VERDICT]) &&
		!late(h, STAGE_VERDICT);
}

static struct health_region *region(struct health *h, const char *name)
{
	struct health_region *r;

	for (size_t i = 0; i < h->n_regions; i++)
		if (strcmp(h->regions[i].name, name) == 0)
			return &h->regions[i];
	h->regions = xgrow(h->regions, &h->cap_regions, h->n_regions + 1,
		sizeof *h->regions);
	r = &h->regions[h->n_regions++];
	*r = (struct health_region) {.heard = false};
	snprintf(r->name, sizeof r->name, "%s", name);
	return r;
}

void health_add(struct health *h, const struct view *v)
{
	for (size_t i = 0; i < v->n_regions; i++) {
		const char *name = v->regions[i].name;
		struct health_region *r = region(h, name);

		if (view_place(v, name) != PLACE_NO_DATA)
			r->heard = true;
	}
}

bool health_good(const struct health *h)
{
	for (size_t i = 0; i < STAGES; i++)
		if (late(h, i))
			return false;
	return !h->down;
}

static int by_name(const void *a, const void *b)
{
	const struct health_region *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void put_regions(struct buf *b, struct health *h)
{
	const char *comma = "";

	if (!health_judged(h)) {
		buf_str(b, "null");
		return;
	}
	if (h->n_regions)
		qsort(h->regions, h->n_regions, sizeof *h->regions, by_name);
	buf_char(b, '[');
	for (size_t i = 0; i < h->n_regions; i++) {
		if (h->regions[i].heard)
			continue;
		buf_fmt(b, "%s\"%s\"", comma, h->regions[i].name);
		comma = ",";
	}
	buf_char(b, ']');
}

void health_put(struct buf *b, struct health *h)
{
	const char *store = h->down ? "down" : "ok";
	const char *comma = "";

	buf_fmt(b, "{\"status\":\"%s\",\"store\":\"%s\",\"age_s\":{",
		h->down || health_good(h) ? store : "stale", store);
	for (size_t i = 0; i < STAGES; i++) {
		double age = floor(h->now - h->at[i]);

		/* A clock that is a little ahead of ours. */
		if (age < 0 && !late(h, i))
			age = 0;
		buf_fmt(b, "%s\"%s\":", i ? "," : "",
			stage_name((enum stage)i));
		json_put_num(b, age);
	}
	buf_str(b, "},\"stale\":[");
	for (size_t i = 0; i < STAGES; i++) {
		if (!late(h, i))
			continue;
		buf_fmt(b, "%s\"%s\"", comma, stage_name((enum stage)i));
		comma = ",";
	}
	buf_str(b, "],\"silent_regions\":");
	put_regions(b, h);
	buf_str(b, "}\n");
}
