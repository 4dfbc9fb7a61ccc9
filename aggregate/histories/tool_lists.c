#include "histories/tool_lists.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

static bool same_list(const void *ctx, uint32_t i, const void *key)
{
	const struct tool_lists *t = ctx;
	const struct probe_record *r = key;
	const char *full = t->lists[i]->full_hash;

	if (strcmp(t->lists[i]->hash, r->tool_hash) != 0)
		return false;
	return full && r->full_hash ? strcmp(full, r->full_hash) == 0
				    : !full && !r->full_hash;
}

static int by_tool(const void *a, const void *b)
{
	const struct tool_digest *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void copy_tools(struct pool *pool, struct tool_list *l,
	const struct probe_record *r)
{
	struct tool_digest *tools = xcalloc(r->n_tools, sizeof *tools);

	for (size_t i = 0; i < r->n_tools; i++) {
		tools[i] = r->tools[i];
		tools[i].name = pool_share(pool, r->tools[i].name);
	}
	if (r->n_tools)
		qsort(tools, r->n_tools, sizeof *tools, by_tool);
	l->tools = tools;
	l->n_tools = r->n_tools;
}

static uint32_t find_list(struct tool_lists *t, struct pool *pool,
	const struct probe_record *r)
{
	const char *full = r->full_hash ? r->full_hash : "";
	uint64_t hash = index_hash(index_hash(0, full, strlen(full)),
		r->tool_hash, strlen(r->tool_hash));
	uint32_t i = index_find(&t->by_hash, hash, same_list, t, r);
	struct tool_list *l;

	if (i != INDEX_NONE)
		return i;
	l = xcalloc(1, sizeof *l);
	l->hash = pool_share(pool, r->tool_hash);
	if (r->full_hash)
		l->full_hash = pool_share(pool, r->full_hash);
	i = (uint32_t)t->n;
	t->lists = xgrow(t->lists, &t->cap, t->n + 1, sizeof *t->lists);
	t->lists[t->n++] = l;
	index_add(&t->by_hash, hash, i);
	return i;
}

const struct tool_list *tool_lists_share(struct tool_lists *t,
	struct pool *pool, const struct probe_record *r)
{
	uint32_t i = t->last;

	/* Most probes of a server have the list of the one before. */
	if (i >= t->n || !same_list(t, i, r))
		i = t->last = find_list(t, pool, r);
	if (r->tools && !t->lists[i]->tools)
		copy_tools(pool, t->lists[i], r);
	return t->lists[i];
}

void tool_lists_release(struct tool_lists *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free((void *)t->lists[i]->tools);
		free(t->lists[i]);
	}
	free(t->lists);
	index_release(&t->by_hash);
	*t = (struct tool_lists) {0};
}
