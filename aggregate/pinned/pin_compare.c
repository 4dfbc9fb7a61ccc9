/* SPDX-License-Identifier: MIT */
#include "pinned/pin_compare.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "pinned/tools_lock.h"
#include "rule/drift.h"
#include "rule/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct tool_digest *pin_find_tool(
	const struct tool_list *l, const char *name)
{
	for (size_t low = 0, n = l->tools ? l->n_tools : 0; n;) {
		const struct tool_digest *t = &l->tools[low + n / 2];
		int order = strcmp(name, t->name);

		if (!order)
			return t;
		if (order > 0) {
			low += n / 2 + 1;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	return NULL;
}

/* Descriptions that were not pinned do not differ. */
static void fill_full(struct tool_list *pinned, const struct tool_list *seen)
{
	struct tool_digest *tools = (struct tool_digest *)pinned->tools;

	for (size_t i = 0; i < pinned->n_tools; i++) {
		const struct tool_digest *now =
			pin_find_tool(seen, tools[i].name);

		if (!*tools[i].full && now)
			memcpy(tools[i].full, now->full, sizeof now->full);
	}
}

/* All tools of a server that is not pinned are new. */
static void all_new(struct verdict_drift *d, const struct tool_list *seen)
{
	d->to = seen->hash;
	if (!seen->tools)
		return;
	d->added = xcalloc(seen->n_tools, sizeof *d->added);
	for (size_t i = 0; i < seen->n_tools; i++)
		d->added[d->n_added++] = seen->tools[i].name;
}

bool pin_differs(struct pin_comparison *x, const struct tools_lock *lock,
	const struct probe *seen)
{
	struct probe before = *seen, pair = *seen;
	struct region_history h = {
		.name = "", .probes = &pair, .n = 1, .tools_seen = &before};

	x->pinned = xcalloc(1, sizeof *x->pinned);
	if (!lock_tools(lock, x->slug, x->pinned)) {
		all_new(&x->drift, seen->tools);
		return true;
	}
	before.tools = x->pinned;
	fill_full(x->pinned, seen->tools);
	x->words = strcmp(x->pinned->hash, seen->tools->hash) == 0;
	return drift_find(&h, INFINITY, &x->drift);
}

static void refuse_definition(void *arg, const char *reason)
{
	struct pin_comparison *x = arg;

	log_error("%s: %s: %s", x->path, x->slug, reason);
	x->refused = true;
}

/* The definitions of a server in the lock; of a tool that is seen now only where
   what it says now is known. */
static void read_pinned(struct pin_comparison *x, const struct tools_lock *lock,
	const struct tool_list *seen, const struct tool_texts *texts)
{
	/* Without names nobody knows which tools were removed. */
	for (size_t i = 0; seen->tools && i < x->pinned->n_tools; i++) {
		const struct tool_digest *t = &x->pinned->tools[i];
		const struct tool_digest *now = pin_find_tool(seen, t->name);
		const cJSON *d = lock_definition(lock, x->slug, t->name);

		if (d && (!now || tool_texts_find(texts, now->full)))
			definitions_add(&x->before, d, t->full,
				refuse_definition, x);
	}
	definitions_sort(&x->before, refuse_definition, x);
}

/* Read the definitions now; of a pinned tool only if the old one is known. */
static void read_seen(struct pin_comparison *x, const struct tools_lock *lock,
	const struct tool_list *seen, const struct tool_texts *texts)
{
	for (size_t i = 0; seen->tools && i < seen->n_tools; i++) {
		const struct tool_digest *t = &seen->tools[i];
		const char *text = tool_texts_find(texts, t->full);

		if (text && (!pin_find_tool(x->pinned, t->name) ||
				    lock_definition(lock, x->slug, t->name)))
			definitions_add_text(&x->after, text, t->full,
				refuse_definition, x);
	}
	definitions_sort(&x->after, refuse_definition, x);
}

void pin_read(struct pin_comparison *x, const struct tools_lock *lock,
	const struct probe *seen, const struct tool_texts *texts)
{
	read_pinned(x, lock, seen->tools, texts);
	read_seen(x, lock, seen->tools, texts);
}

void pin_release(struct pin_comparison *x)
{
	if (x->pinned)
		free((void *)x->pinned->tools);
	free(x->pinned);
	drift_release(&x->drift);
	definitions_release(&x->before);
	definitions_release(&x->after);
}
