#include "histories/pool.h"

#include "base/xalloc.h"

#include <string.h>

#define CHUNK 65536

struct chunk {
	struct chunk *older;
	size_t used, size;
	char bytes[];
};

const char *pool_copy(struct pool *p, const char *str)
{
	size_t n = strlen(str) + 1;
	struct chunk *c = p->chunk;
	char *copy;

	if (!c || c->size - c->used < n) {
		size_t size = n > CHUNK ? n : CHUNK;

		c = xmalloc(sizeof *c + size);
		*c = (struct chunk) {.older = p->chunk, .size = size};
		p->chunk = c;
	}
	copy = memcpy(c->bytes + c->used, str, n);
	c->used += n;
	return copy;
}

static bool same(const void *ctx, uint32_t position, const void *key)
{
	const struct pool *p = ctx;

	return strcmp(p->shared[position], key) == 0;
}

const char *pool_share(struct pool *p, const char *str)
{
	uint64_t hash = index_hash(0, str, strlen(str));
	uint32_t at = index_find(&p->index, hash, same, p, str);

	if (at != INDEX_NONE)
		return p->shared[at];
	p->shared = xgrow(p->shared, &p->cap_shared, p->n_shared + 1,
		sizeof *p->shared);
	p->shared[p->n_shared] = pool_copy(p, str);
	index_add(&p->index, hash, (uint32_t)p->n_shared);
	return p->shared[p->n_shared++];
}

void pool_release(struct pool *p)
{
	while (p->chunk) {
		struct chunk *older = p->chunk->older;

		free(p->chunk);
		p->chunk = older;
	}
	free(p->shared);
	index_release(&p->index);
	*p = (struct pool) {0};
}
