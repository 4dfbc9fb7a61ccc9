#include "state/cache.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

static void kept_release(struct kept *k)
{
	free(k->slug);
	state_release(k->state);
	free(k->state);
}

void state_cache_release(struct state_cache *m)
{
	for (size_t i = 0; i < m->n; i++)
		kept_release(&m->v[i]);
	free(m->v);
	*m = (struct state_cache) {0};
}

/* The index of a server's state, or where it belongs. */
static size_t place_of_state(const struct state_cache *m, const char *slug)
{
	return strings_place(m->v, m->n, sizeof *m->v, slug);
}

static bool kept_at(const struct state_cache *m, size_t i, const char *slug)
{
	return i < m->n && strcmp(m->v[i].slug, slug) == 0;
}

bool state_cache_has(const struct state_cache *m, const char *slug)
{
	size_t i = place_of_state(m, slug);

	return kept_at(m, i, slug) && m->v[i].state->slug;
}

void state_cache_lend(
	struct state_cache *m, const char *slug, struct alert_state *st)
{
	size_t i = place_of_state(m, slug);

	if (!kept_at(m, i, slug) || !m->v[i].state->slug) {
		state_init(st, slug);
		return;
	}
	*st = *m->v[i].state;
	*m->v[i].state = (struct alert_state) {0};
}

void state_cache_keep(struct state_cache *m, struct alert_state *st)
{
	size_t i = place_of_state(m, st->slug);

	if (!kept_at(m, i, st->slug)) {
		m->v = xgrow(m->v, &m->cap, m->n + 1, sizeof *m->v);
		memmove(m->v + i + 1, m->v + i, (m->n - i) * sizeof *m->v);
		m->n++;
		m->v[i].slug = xstrdup(st->slug);
		m->v[i].state = xmalloc(sizeof *m->v[i].state);
	} else {
		state_release(m->v[i].state);
	}
	*m->v[i].state = *st;
	state_init(st, m->v[i].slug);
}

void state_cache_forget(struct state_cache *m, const char *slug)
{
	size_t i = place_of_state(m, slug);

	if (!kept_at(m, i, slug))
		return;
	kept_release(&m->v[i]);
	memmove(m->v + i, m->v + i + 1, (--m->n - i) * sizeof *m->v);
}

void state_cache_awake(const struct state_cache *m, struct strings *out)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].state->slug && state_open(m->v[i].state))
			strings_add(out, m->v[i].slug);
}
