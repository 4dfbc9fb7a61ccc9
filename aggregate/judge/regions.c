/* SPDX-License-Identifier: MIT */
#include "judge/evaluation.h"

#include "base/clock.h"
#include "base/lines.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/verdict.h"
#include "store/beat.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct region_heard *heard_of(struct regions_heard *r, const char *name)
{
	size_t i = strings_place(r->v, r->n, sizeof *r->v, name);

	if (i < r->n && strcmp(r->v[i].name, name) == 0)
		return &r->v[i];
	r->v = xgrow(r->v, &r->cap, r->n + 1, sizeof *r->v);
	memmove(&r->v[i + 1], &r->v[i], (r->n++ - i) * sizeof *r->v);
	r->v[i] = (struct region_heard) {.name = xstrdup(name), .last = NAN};
	return &r->v[i];
}

void regions_heard_add(struct regions_heard *r, const struct verdict *v)
{
	for (size_t i = 0; i < v->n_no_data; i++)
		heard_of(r, v->no_data[i])->expected++;
	for (size_t i = 0; i < v->n_regions; i++) {
		const char *name = v->regions[i].region;
		struct region_heard *h = heard_of(r, name);

		h->last = fmax(h->last, v->regions[i].started_at);
		if (strings_among(v->no_data, v->n_no_data, name))
			continue;
		h->expected++;
		h->reported++;
	}
}

void regions_heard_release(struct regions_heard *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->v[i].name);
	free(r->v);
	*r = (struct regions_heard) {0};
}

/* The names of those that reported, or of those that did not. */
static void put_names(struct buf *b, const char *key,
	const struct regions_heard *r, bool reported)
{
	struct strings names = {0};

	for (size_t i = 0; i < r->n; i++)
		if ((r->v[i].reported > 0) == reported)
			strings_add(&names, r->v[i].name);
	json_put_list(b, key, names.v, names.n);
	strings_release(&names);
}

static void put_regions(
	struct buf *b, const struct regions_heard *r, double now)
{
	json_fmt(b, "{'window':%g", (double)clock_window(now));
	put_names(b, "heard", r, true);
	put_names(b, "silent", r, false);
	buf_str(b, ",\"regions\":[");
	for (size_t i = 0; i < r->n; i++)
		json_fmt(b,
			",{'region':%s,'expected':%zu,'reported':%zu,"
			"'last':%g}",
			r->v[i].name, r->v[i].expected, r->v[i].reported,
			r->v[i].last);
	buf_char(b, ']');
	if (r->configured)
		json_fmt(b, ",'left_out':%zu", r->left_out);
	buf_char(b, '}');
}

int regions_heard_write(const struct regions_heard *r, struct store *s,
	double now, bool pretended)
{
	const struct store_reply *reply;
	char life[16];
	struct buf b;

	if (pretended) {
		reply = store_one(s, "HGET", KEY_HEARTBEATS,
			stage_name(STAGE_VERDICT), NULL);
		if (!reply)
			return store_failed(s);
		if (stage_beat(STAGE_VERDICT, store_text(reply)) > now)
			return 0;
	}
	snprintf(life, sizeof life, "%d", RETENTION_VERDICT_S);
	buf_init(&b, LINE_MAX_BYTES);
	put_regions(&b, r, now);
	reply = store_one(s, "SET", KEY_REGIONS, b.p, "EX", life, NULL);
	buf_release(&b);
	return reply ? 0 : store_failed(s);
}
