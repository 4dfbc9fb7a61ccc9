/* SPDX-License-Identifier: MIT */
#include "routing/routing.h"

#include "base/xalloc.h"
#include "outbox/outbox.h"
#include "records/probe.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Room for what stands behind the events. */
#define TAIL_BYTES 100

static struct digest *find_digest(struct digests *l, const struct delivery *d)
{
	struct digest *g;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].boundary == d->boundary &&
			strcmp(l->v[i].route, d->route) == 0)
			return &l->v[i];
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	g = &l->v[l->n++];
	*g = (struct digest) {
		.route = xstrdup(d->route),
		.boundary = d->boundary,
		.next_try = INFINITY,
	};
	return g;
}

static void note_delivery(struct digests *l, const struct alert_state *st,
	const struct pending *p, const struct delivery *d, double now)
{
	struct digest *g = find_digest(l, d);

	g->over = g->over || d->over;
	g->next_try = fmin(g->next_try, retry_at(p, d, now));
	if (d->attempts > g->attempts)
		g->attempts = d->attempts;
	if (d->done > g->done)
		g->done = d->done;
	g->owed |= d->owed;
	if (d->digest > g->period)
		g->period = d->digest;
	g->v = xgrow(g->v, &g->cap, g->n + 1, sizeof *g->v);
	g->v[g->n++] = (struct digest_item) {
		.slug = xstrdup(st->slug),
		.number = p->number,
		.created = p->created,
		.body = xstrdup(p->body),
	};
}

/* Due at once where a clock that was ahead of ours set the boundary. */
static bool due(const struct pending *p, const struct delivery *d, double now)
{
	return (double)d->boundary <= now ||
		p->created > now + STATE_AHEAD_S;
}

void digests_note(struct digests *l, const struct alert_state *st, double now,
	const char *route)
{
	for (struct outbox_item i = {0}; outbox_next(st, &i);)
		if (i.delivery->digest && due(i.pending, i.delivery, now) &&
			(!route || strcmp(i.delivery->route, route) == 0))
			note_delivery(l, st, i.pending, i.delivery, now);
}

static int by_boundary(const void *a, const void *b)
{
	const struct digest *x = a, *y = b;

	return x->boundary < y->boundary ? -1 : x->boundary > y->boundary;
}

void digests_sort(struct digests *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, by_boundary);
}

void digests_release(struct digests *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct digest *g = &l->v[i];

		for (size_t k = 0; k < g->n; k++) {
			free(g->v[k].slug);
			free(g->v[k].body);
		}
		free(g->v);
		free(g->route);
	}
	free(l->v);
	*l = (struct digests) {0};
}

void digest_keep_taken(struct digest *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->n; i++) {
		if (d->v[i].taken) {
			d->v[kept++] = d->v[i];
			continue;
		}
		free(d->v[i].slug);
		free(d->v[i].body);
	}
	d->n = kept;
}

static int by_age(const void *a, const void *b)
{
	const struct digest_item *x = a, *y = b;
	int slugs = strcmp(x->slug, y->slug);

	if (x->created != y->created)
		return x->created < y->created ? -1 : 1;
	if (slugs)
		return slugs;
	return x->number < y->number ? -1 : x->number > y->number;
}

void digest_json(struct buf *b, struct digest *d, double now)
{
	size_t end = b->len + DIGEST_BYTES - TAIL_BYTES, written = 0;

	qsort(d->v, d->n, sizeof *d->v, by_age);
	json_fmt(b, "{'v':%d,'type':'digest','at':%g,'route':%s,'period':%s,"
		"'because':%s", RECORD_VERSION, now, d->route,
		conf_digests[d->period], json_or_null(d->over, "budget"));
	buf_fmt(b, ",\"dedup_key\":\"digest:%s:%" PRId64 "\",\"events\":[",
		d->route, d->boundary);
	for (size_t i = 0; i < d->n && written < DIGEST_EVENTS; i++) {
		if (b->len + strlen(d->v[i].body) + 1 > end)
			continue;
		buf_fmt(b, "%s%s", written++ ? "," : "", d->v[i].body);
	}
	buf_fmt(b, "],\"count\":%zu}", d->n);
}
