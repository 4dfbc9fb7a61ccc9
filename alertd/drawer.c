#include "drawer.h"

#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

void drawer_release(struct drawer *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->v[i].slug);
		state_release(&d->v[i].state);
	}
	free(d->v);
	*d = (struct drawer) {0};
}

/* Where a server's state is, or belongs. */
static size_t place(const struct drawer *d, const char *slug)
{
	size_t lo = 0, hi = d->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(d->v[mid].slug, slug) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool is_at(const struct drawer *d, size_t i, const char *slug)
{
	return i < d->n && strcmp(d->v[i].slug, slug) == 0;
}

void drawer_take(struct drawer *d, const char *slug, struct alert_state *st)
{
	size_t i = place(d, slug);

	if (!is_at(d, i, slug) || !d->v[i].state.slug) {
		state_init(st, slug);
		return;
	}
	*st = d->v[i].state;
	d->v[i].state = (struct alert_state) {0};
}

void drawer_put(struct drawer *d, struct alert_state *st)
{
	size_t i = place(d, st->slug);

	if (!is_at(d, i, st->slug)) {
		d->v = xgrow(d->v, &d->cap, d->n + 1, sizeof *d->v);
		memmove(d->v + i + 1, d->v + i, (d->n - i) * sizeof *d->v);
		d->n++;
		d->v[i] = (struct drawer_item) {.slug = xstrdup(st->slug)};
	}
	d->v[i].state = *st;
	state_init(st, d->v[i].slug);
}

void drawer_open(const struct drawer *d, struct strings *out)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].state.slug && state_open(&d->v[i].state))
			strings_add(out, d->v[i].slug);
}
