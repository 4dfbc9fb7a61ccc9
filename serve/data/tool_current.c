/* SPDX-License-Identifier: MIT */
#include "data/tools.h"

#include "base/xalloc.h"
#include "data/tool_lists.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A tool of the newest list of a region. */
struct sight {
	const struct listed_tool *tool;
	const struct tool_region *region;
};

static int sight_order(const void *a, const void *b)
{
	const struct sight *x = a, *y = b;
	int c = listed_tool_order(x->tool, y->tool);

	return c ? c : (x->region > y->region) - (x->region < y->region);
}

/* All tools that regions see now; free it. */
static struct sight *sights_of(struct tool_lists *l, size_t *n)
{
	struct sight *v = NULL;
	size_t cap = 0;

	*n = 0;
	for (size_t i = 0; i < l->n_regions; i++) {
		const struct tool_region *r = &l->regions[i];
		const struct tool_list *list = r->n
			? tool_lists_find(l, r->rows[r->n - 1].id) : NULL;

		for (size_t k = 0; list && k < list->n; k++) {
			v = xgrow(v, &cap, *n + 1, sizeof *v);
			v[(*n)++] = (struct sight) {
				.tool = &list->v[k], .region = r};
		}
	}
	if (*n)
		qsort(v, *n, sizeof *v, sight_order);
	return v;
}

static int by_listed_name(const void *a, const void *b)
{
	return listed_tool_order(a, b);
}

/* Whether a list has this tool, saying the same. */
static bool has_tool(const struct tool_list *list, const struct listed_tool *t)
{
	const struct listed_tool *found = list && list->n
		? bsearch(t, list->v, list->n, sizeof *t, by_listed_name) : NULL;

	return found && listed_tool_same(found, t);
}

/* Since when a region sees a tool as it is; whether it saw it otherwise before. */
static double seen_since(
	struct tool_lists *l, const struct sight *s, bool *changed)
{
	size_t i = s->region->n - 1;

	while (i && has_tool(tool_lists_find(l, s->region->rows[i - 1].id),
			    s->tool))
		i--;
	*changed = i > 0;
	return s->region->rows[i].since;
}

static void put_anchor(const struct listed_tool *t, char *out)
{
	static const char hex[] = "0123456789ABCDEF";

	if (t->length <= TOOL_ANCHOR_NAME)
		for (size_t i = 0; i < t->length; i++) {
			unsigned char c = (unsigned char)t->name[i];

			if ((c >= '0' && c <= '9') || c == '_' || c == '-' ||
				((c | 0x20) >= 'a' && (c | 0x20) <= 'z')) {
				*out++ = (char)c;
				continue;
			}
			*out++ = '.';
			*out++ = hex[c >> 4];
			*out++ = hex[c & 15];
		}
	*out = '\0';
}

/* The sights of one tool. */
static void read_tool(struct tool_lists *l, const struct sight *v, size_t n,
	struct current_tool *t)
{
	const struct listed_tool *tool = v->tool;
	const char *says = tool_texts_description(&l->texts, tool->digest);

	*t = (struct current_tool) {
		.name = tool_text_shown(
			tool->name, tool->length, TOOL_NAME_SHOWN),
		.description = says && *says
			? tool_text_shown(
				  says, strlen(says), TOOL_DESCRIPTION_SHOWN)
			: NULL,
		.places = n,
		.since = NAN};
	put_anchor(tool, t->anchor);
	for (size_t i = 0; i < n; i++) {
		bool changed;
		double since = seen_since(l, &v[i], &changed);

		t->differs |= !listed_tool_same(v[i].tool, tool);
		if (changed != t->changed ? changed
			: changed ? since > t->since
				  : !(t->since <= since))
			t->since = since;
		t->changed |= changed;
	}
}

void tool_current_read(
	const char *const *pairs, size_t n, struct tool_current *t)
{
	struct tool_lists l;
	struct sight *v;
	size_t n_sights, end;

	*t = (struct tool_current) {.n = 0};
	tool_lists_read(pairs, n, &l);
	t->regions = l.n_regions;
	v = sights_of(&l, &n_sights);
	t->v = xcalloc(TOOL_CURRENT_MAX, sizeof *t->v);
	for (size_t i = 0; i < n_sights; i = end, t->total++) {
		for (end = i + 1; end < n_sights &&
			listed_tool_order(v[end].tool, v[i].tool) == 0;)
			end++;
		if (t->n < TOOL_CURRENT_MAX)
			read_tool(&l, v + i, end - i, &t->v[t->n++]);
	}
	free(v);
	tool_lists_release(&l);
}

void tool_current_release(struct tool_current *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->v[i].name);
		free(t->v[i].description);
	}
	free(t->v);
	*t = (struct tool_current) {.n = 0};
}
