/* SPDX-License-Identifier: MIT */
#include "data/maintenance.h"

#include "base/phrase.h"
#include "base/text.h"

#include <stdlib.h>

/* How many servers are named; the others are counted. */
#define NAMED 3

struct occurrence maintenance_list_next(const struct maintenance_list *w,
	const char *slug, const char *account, double now, double cap_s)
{
	struct occurrence first = {0};

	for (size_t i = 0; i < w->n; i++) {
		struct occurrence o;

		if (!maintenance_for(&w->v[i].m, slug, account))
			continue;
		o = maintenance_next(&w->v[i].m, now, cap_s);
		if (o.found && (double)o.start <= now + MAINTENANCE_AHEAD_S &&
			(!first.found || o.start < first.start))
			first = o;
	}
	return first;
}

int64_t occurrence_announced(const struct occurrence *o)
{
	int64_t shown = o->start - MAINTENANCE_AHEAD_S;

	return o->of->announced_at > shown ? o->of->announced_at : shown;
}

static int earliest_first(const void *a, const void *b)
{
	const struct occurrence *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

size_t maintenance_list_times(const struct maintenance_list *w,
	const struct maintained *server, double now, double cap_s,
	struct occurrence out[MAINTENANCE_TIMES])
{
	double last = now + MAINTENANCE_AHEAD_S;
	size_t n = 0;

	for (size_t i = 0; i < w->n && n < MAINTENANCE_TIMES; i++) {
		const struct maintenance *m = &w->v[i].m;
		struct occurrence o;

		if (server &&
			!maintenance_for(m, server->slug, server->account))
			continue;
		o = maintenance_last(m, now, cap_s);
		if (!occurrence_covers(&o, now))
			o = maintenance_next(m, now, cap_s);
		while (o.found && (double)o.start <= last &&
			n < MAINTENANCE_TIMES) {
			out[n] = o;
			out[n++].of = m;
			o = maintenance_next(m, (double)o.start, cap_s);
		}
	}
	qsort(out, n, sizeof *out, earliest_first);
	return n;
}

bool maintenance_put_names(struct buf *b, const struct maintenance *m,
	const struct maintained *servers, size_t n)
{
	size_t all = 0, named = 0;

	for (size_t i = 0; i < n; i++)
		all += maintenance_for(m, servers[i].slug, servers[i].account);
	for (size_t i = 0; i < n && named < all; i++) {
		const struct maintained *s = &servers[i];

		if (!maintenance_for(m, s->slug, s->account))
			continue;
		if (named == NAMED && all > NAMED) {
			phrase_and_more(b, NAMED, all);
			break;
		}
		buf_str(b, all > NAMED && named ? ", " : text_comma(named, all));
		buf_str(b, s->title ? s->title : s->slug);
		named++;
	}
	return all > 0;
}
