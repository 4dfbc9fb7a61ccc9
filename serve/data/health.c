/* SPDX-License-Identifier: MIT */
#include "data/health.h"

#include "base/num.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "json/json_pull.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void health_init(struct health *h, double now)
{
	*h = (struct health) {
		.down = true, .now = now, .left_out = NAN};
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

static void read_list(struct pull *j, struct health *h, bool heard)
{
	struct health_region r = {.heard = heard,
		.expected = NAN,
		.reported = NAN,
		.last = NAN};

	if (!pull_array(j))
		return;
	while (pull_item(j)) {
		if (!pull_string(j, r.name, sizeof r.name) ||
			!region_valid(r.name))
			continue;
		h->regions = xgrow(h->regions, &h->cap_regions,
			h->n_regions + 1, sizeof *h->regions);
		h->regions[h->n_regions++] = r;
	}
}

/*
 * A region's figures; a region that no list before them names is passed over.
 */
static void read_delivered(struct pull *j, struct health *h)
{
	static const char *const names[] = {
		"region", "expected", "reported", "last", NULL};
	struct health_region r = {
		.expected = NAN, .reported = NAN, .last = NAN};
	unsigned seen = 0;
	int i;

	if (!pull_object(j))
		return;
	while ((i = pull_which(j, names, &seen)) >= 0) {
		if (i == 0)
			pull_string(j, r.name, sizeof r.name);
		else if (i == 1)
			r.expected = pull_number(j);
		else if (i == 2)
			r.reported = pull_number(j);
		else if (i == 3)
			r.last = pull_number(j);
		else
			pull_skip(j);
	}
	for (size_t k = 0; k < h->n_regions; k++)
		if (strcmp(h->regions[k].name, r.name) == 0) {
			r.heard = h->regions[k].heard;
			h->regions[k] = r;
		}
}

static int by_name(const void *a, const void *b)
{
	const struct health_region *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* An old evaluation says nothing about the present. */
static void forget_heard(struct health *h)
{
	for (size_t k = 0; k < h->n_regions; k++) {
		h->regions[k].heard = false;
		h->regions[k].reported = NAN;
	}
}

bool health_regions(struct health *h, const char *json)
{
	static const char *const names[] = {
		"window", "heard", "silent", "regions", "left_out", NULL};
	struct pull j;
	double window = NAN;
	unsigned seen = 0;
	int i;

	if (!json)
		return true;
	j = pull_begin(json, strlen(json));
	if (pull_object(&j)) {
		while ((i = pull_which(&j, names, &seen)) >= 0) {
			if (i == 0)
				window = pull_number(&j);
			else if (i < 3)
				read_list(&j, h, i == 1);
			else if (i == 4)
				h->left_out = pull_number(&j);
			else if (i == 3 && pull_array(&j))
				while (pull_item(&j))
					read_delivered(&j, h);
			else if (i > 3)
				pull_skip(&j);
		}
	}
	h->regions_known = pull_end(&j) && window >= 0 && window <= NUM_EPOCH_MAX;
	if (fabs(h->now - window) > VIEW_STALE_S)
		forget_heard(h);
	if (h->n_regions)
		qsort(h->regions, h->n_regions, sizeof *h->regions, by_name);
	return h->regions_known;
}

bool health_good(const struct health *h)
{
	for (size_t i = 0; i < STAGES; i++)
		if (late(h, i))
			return false;
	return !h->down;
}

static void put_regions(struct buf *b, const struct health *h)
{
	if (!h->regions_known || !health_judged(h)) {
		buf_str(b, "null");
		return;
	}
	buf_char(b, '[');
	for (size_t i = 0; i < h->n_regions; i++)
		if (!h->regions[i].heard)
			json_fmt(b, ",%s", h->regions[i].name);
	buf_char(b, ']');
}

void health_put(struct buf *b, const struct health *h)
{
	const char *store = h->down ? "down" : "ok";

	json_fmt(b, "{'status':%s,'store':%s,'age_s':{",
		h->down || health_good(h) ? store : "stale", store);
	for (size_t i = 0; i < STAGES; i++) {
		double age = floor(h->now - h->at[i]);

		/* A clock that is a little ahead of ours. */
		if (age < 0 && !late(h, i))
			age = 0;
		json_fmt(b, ",%s:%g", stage_name((enum stage)i), age);
	}
	json_fmt(b, "},'stale':[");
	for (size_t i = 0; i < STAGES; i++)
		if (late(h, i))
			json_fmt(b, ",%s", stage_name((enum stage)i));
	json_fmt(b, "],'silent_regions':");
	put_regions(b, h);
	buf_str(b, "}\n");
}
