#include "drift.h"

#include "xalloc.h"

#include <string.h>

const struct probe *drift_newest(const struct region_history *h, double until)
{
	size_t end = history_until(h, until);
	size_t start = end > HISTORY_MAX ? end - HISTORY_MAX : 0;

	for (size_t i = end; i > start; i--)
		if (h->probes[i - 1].tools)
			return &h->probes[i - 1];
	return NULL;
}

/* The probe whose tools those of `newest` are compared to, or NULL. */
static const struct probe *seen_before(const struct region_history *h,
	const struct probe *newest)
{
	if (h->tools_seen)
		return h->tools_seen;
	for (const struct probe *p = newest; p > h->probes; p--)
		if (p[-1].tools)
			return &p[-1];
	return NULL;
}

/* Whether both hashes are known and differ. */
static bool differ(const char *a, const char *b)
{
	return a && b && strcmp(a, b) != 0;
}

static void add(const char **list, size_t *n, const struct tool_digest *t)
{
	list[(*n)++] = t->name;
}

static void compare_tool(const struct tool_digest *a,
	const struct tool_digest *b, struct verdict_drift *out)
{
	if (strcmp(a->contract, b->contract) != 0)
		add(out->changed, &out->n_changed, b);
	else if (strcmp(a->full, b->full) != 0)
		add(out->redescribed, &out->n_redescribed, b);
}

/* Walk both lists, which are sorted by name, side by side. */
static void compare_lists(const struct tool_list *a, const struct tool_list *b,
	struct verdict_drift *out)
{
	size_t i = 0, j = 0;

	out->removed = xcalloc(a->n_tools, sizeof *out->removed);
	out->added = xcalloc(b->n_tools, sizeof *out->added);
	out->changed = xcalloc(b->n_tools, sizeof *out->changed);
	out->redescribed = xcalloc(b->n_tools, sizeof *out->redescribed);
	while (i < a->n_tools || j < b->n_tools) {
		int order = i == a->n_tools ? 1 : -1;

		if (i < a->n_tools && j < b->n_tools)
			order = strcmp(a->tools[i].name, b->tools[j].name);
		if (order < 0)
			add(out->removed, &out->n_removed, &a->tools[i++]);
		else if (order > 0)
			add(out->added, &out->n_added, &b->tools[j++]);
		else
			compare_tool(&a->tools[i++], &b->tools[j++], out);
	}
}

bool drift_find(const struct region_history *h, double until,
	struct verdict_drift *out)
{
	const struct probe *to = drift_newest(h, until);
	const struct probe *from = to ? seen_before(h, to) : NULL;
	bool contract;

	if (!from || from == to)
		return false;
	*out = (struct verdict_drift) {.region = h->name};
	if (from->era != to->era) {
		out->from = era_name(from->era);
		out->to = era_name(to->era);
		return out->from && out->to;
	}
	contract = differ(from->tools->hash, to->tools->hash);
	if (!contract && !differ(from->tools->full_hash, to->tools->full_hash))
		return false;
	out->from = contract ? from->tools->hash : from->tools->full_hash;
	out->to = contract ? to->tools->hash : to->tools->full_hash;
	if (from->tools->tools && to->tools->tools)
		compare_lists(from->tools, to->tools, out);
	return true;
}

void drift_release(struct verdict_drift *d)
{
	free(d->added);
	free(d->removed);
	free(d->changed);
	free(d->redescribed);
	*d = (struct verdict_drift) {0};
}

bool drift_diverges(const struct region_history *h, size_t n, double from,
	double until)
{
	/* The first hash of each era; the others are compared to it. */
	const char *first[ERA_SSE + 1] = {NULL};

	for (size_t i = 0; i < n; i++) {
		const struct probe *p = drift_newest(&h[i], until);

		if (!p || p->started_at < from)
			continue;
		if (!first[p->era])
			first[p->era] = p->tools->hash;
		else if (differ(first[p->era], p->tools->hash))
			return true;
	}
	return false;
}
