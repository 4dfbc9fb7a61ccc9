/* SPDX-License-Identifier: MIT */
#include "base/index.h"

#include "base/xalloc.h"

#include <stdlib.h>

struct index_slot {
	uint32_t hash;
	uint32_t position; /* INDEX_NONE in an empty slot */
};

/* FNV-1a, then mixed: its low bits alone are weak. */
uint64_t index_hash(uint64_t h, const void *p, size_t n)
{
	const unsigned char *byte = p;

	h ^= 0xcbf29ce484222325u;
	for (size_t i = 0; i < n; i++)
		h = (h ^ byte[i]) * 0x100000001b3u;
	h ^= h >> 32;
	h *= 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

uint32_t index_find(const struct index *x, uint64_t hash, index_same *same,
	const void *ctx, const void *key)
{
	uint32_t short_hash = (uint32_t)hash;

	if (!x->cap)
		return INDEX_NONE;
	for (size_t i = short_hash & (x->cap - 1);; i = (i + 1) & (x->cap - 1)) {
		const struct index_slot *s = &x->slots[i];

		if (s->position == INDEX_NONE)
			return INDEX_NONE;
		if (s->hash == short_hash && same(ctx, s->position, key))
			return s->position;
	}
}

static void put(struct index *x, struct index_slot s)
{
	size_t i = s.hash & (x->cap - 1);

	while (x->slots[i].position != INDEX_NONE)
		i = (i + 1) & (x->cap - 1);
	x->slots[i] = s;
}

/* Double the slots: at most three quarters are ever used. */
static void grow(struct index *x)
{
	struct index bigger = {.n = x->n, .cap = x->cap ? 2 * x->cap : 16};

	bigger.slots = xcalloc(bigger.cap, sizeof *bigger.slots);
	for (size_t i = 0; i < bigger.cap; i++)
		bigger.slots[i].position = INDEX_NONE;
	for (size_t i = 0; i < x->cap; i++)
		if (x->slots[i].position != INDEX_NONE)
			put(&bigger, x->slots[i]);
	free(x->slots);
	*x = bigger;
}

void index_add(struct index *x, uint64_t hash, uint32_t position)
{
	if ((x->n + 1) * 4 > x->cap * 3)
		grow(x);
	x->n++;
	put(x, (struct index_slot) {(uint32_t)hash, position});
}

void index_release(struct index *x)
{
	free(x->slots);
	*x = (struct index) {0};
}
