/* SPDX-License-Identifier: MIT */
/*
 * tool_history.c: a region went from one list to the next at some time. The
 * same way from list to list is one change, however many regions went it; a
 * region that goes it twice makes two. The tools of the two lists, by name, are
 * compared by their digests.
 */
#include "data/tools.h"

#include "base/index.h"
#include "base/xalloc.h"
#include "data/tool_lists.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The newest steps are compared, and no more of them. */
#define STEPS_MAX 256

/* From one list to another. */
struct tool_step {
	const char *from, *to; /* ids, up to the end of their line */
	double at, last;
	size_t places;
	size_t region; /* the last one that went it */
};

struct reader {
	struct tool_lists lists;
	struct tool_step *steps;
	size_t n_steps, cap_steps;
};

static void add_step(struct reader *r, size_t region, const char *from,
	const char *to, double at)
{
	struct tool_step *s;
	size_t i = 0;

	while (i < r->n_steps && (r->steps[i].region == region ||
		!tool_lists_same(r->steps[i].from, from) ||
		!tool_lists_same(r->steps[i].to, to)))
		i++;
	if (i == r->n_steps) {
		r->steps = xgrow(r->steps, &r->cap_steps, r->n_steps + 1,
			sizeof *r->steps);
		r->steps[r->n_steps++] = (struct tool_step) {
			.from = from, .to = to, .at = at, .last = at};
	}
	s = &r->steps[i];
	s->region = region;
	s->places++;
	s->at = fmin(s->at, at);
	s->last = fmax(s->last, at);
}

static void read_steps(struct reader *r, double from, struct tool_history *h)
{
	for (size_t i = 0; i < r->lists.n_regions; i++) {
		const struct tool_region *region = &r->lists.regions[i];

		h->regions++;
		for (size_t k = 0; k < region->n; k++) {
			const struct tool_row *row = &region->rows[k];

			if (!(h->since <= row->since))
				h->since = row->since;
			if (k && row->since >= from)
				add_step(r, h->regions, row[-1].id, row->id,
					row->since);
		}
	}
}

/* A tool that differs between two lists; a or b is NULL where it is not there. */
struct difference {
	const struct listed_tool *a, *b;
	const char *nameless; /* of one that is only in one of them */
};

static void add_event(struct reader *r, struct tool_history *h,
	const struct tool_step *s, const struct difference *d)
{
	struct tool_event *e;
	const struct listed_tool *tool = d->b ? d->b : d->a;
	bool same_name = d->a && d->b && listed_tool_order(d->a, d->b) == 0;

	if (h->n == TOOL_CHANGES_MAX) {
		h->more = true;
		return;
	}
	e = &h->v[h->n++];
	*e = (struct tool_event) {
		.name = tool_text_shown(
			tool->name, tool->length, TOOL_NAME_SHOWN),
		.key = index_hash(0, tool->name, tool->length),
		.kind = !d->a		? TOOL_ADDED
			: !d->b		? TOOL_REMOVED
			: same_name	? TOOL_CHANGED
					: TOOL_RENAMED,
		.known = true,
		.class = d->a ? CHANGE_BREAKING : CHANGE_COMPATIBLE,
		.at = s->at,
		.last = s->last,
		.places = s->places};
	if (e->kind == TOOL_CHANGED)
		e->known = tool_texts_class(&r->lists.texts, d->a->digest,
			d->b->digest, &e->class);
	if (e->kind != TOOL_RENAMED)
		return;
	e->was = tool_text_shown(d->a->name, d->a->length, TOOL_NAME_SHOWN);
	e->key = index_hash(e->key, d->a->name, d->a->length);
}

static int by_nameless(const void *a, const void *b)
{
	const struct difference *x = *(struct difference *const *)a;
	const struct difference *y = *(struct difference *const *)b;

	return strcmp(x->nameless, y->nameless);
}

/*
 * Make one difference of a tool that is gone and the one that says the same
 * under another name, where there are two such tools, and not more.
 */
static void join_renamed(
	struct tool_texts *texts, struct difference *v, size_t n)
{
	struct difference **alone = xcalloc(n + 1, sizeof *alone);
	size_t k = 0, end;

	for (size_t i = 0; i < n; i++) {
		if (v[i].a && v[i].b)
			continue;
		v[i].nameless = tool_texts_nameless(
			texts, (v[i].a ? v[i].a : v[i].b)->digest);
		if (*v[i].nameless)
			alone[k++] = &v[i];
	}
	if (k)
		qsort(alone, k, sizeof *alone, by_nameless);
	for (size_t i = 0; i < k; i = end) {
		struct difference *x = alone[i], *y;

		for (end = i + 1; end < k &&
			strcmp(alone[end]->nameless, x->nameless) == 0;)
			end++;
		y = alone[end - 1];
		if (end - i != 2 || !x->a == !y->a)
			continue;
		*(x->a ? y : x) = (struct difference) {
			.a = x->a ? x->a : y->a, .b = x->b ? x->b : y->b};
		*(x->a ? x : y) = (struct difference) {.a = NULL};
	}
	free(alone);
}

static void compare_lists(
	struct reader *r, const struct tool_step *s, struct tool_history *h)
{
	const struct tool_list *from = tool_lists_find(&r->lists, s->from);
	const struct tool_list *to = tool_lists_find(&r->lists, s->to);
	struct difference *v;
	size_t i = 0, k = 0, n = 0;

	if (!from || !to)
		return;
	v = xcalloc(from->n + to->n + 1, sizeof *v);
	while (i < from->n || k < to->n) {
		int c = i == from->n ? 1
			: k == to->n ? -1
				     : listed_tool_order(
					       &from->v[i], &to->v[k]);
		const struct listed_tool *a = c <= 0 ? &from->v[i++] : NULL;
		const struct listed_tool *b = c >= 0 ? &to->v[k++] : NULL;

		if (!a || !b || !listed_tool_same(a, b))
			v[n++] = (struct difference) {.a = a, .b = b};
	}
	join_renamed(&r->lists.texts, v, n);
	for (i = 0; i < n; i++)
		if (v[i].a || v[i].b)
			add_event(r, h, s, &v[i]);
	free(v);
}

static int newest(const void *a, const void *b)
{
	const struct tool_step *x = a, *y = b;

	return (x->at < y->at) - (x->at > y->at);
}

void tool_history_read(const char *const *pairs, size_t n, double from,
	struct tool_history *h)
{
	struct reader r = {.n_steps = 0};

	*h = (struct tool_history) {.since = NAN};
	tool_lists_read(pairs, n, &r.lists);
	read_steps(&r, from, h);
	if (r.n_steps)
		qsort(r.steps, r.n_steps, sizeof *r.steps, newest);
	h->more = r.n_steps > STEPS_MAX;
	for (size_t i = 0; i < r.n_steps && i < STEPS_MAX; i++)
		compare_lists(&r, &r.steps[i], h);
	tool_lists_release(&r.lists);
	free(r.steps);
}

void tool_history_release(struct tool_history *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free(h->v[i].name);
		free(h->v[i].was);
	}
	h->n = 0;
}

static const char *class_words(const struct tool_event *e)
{
	static const char *const words[] = {
		[CHANGE_BREAKING] = "breaking",
		[CHANGE_COMPATIBLE] = "compatible",
		[CHANGE_WORDS] = "only words",
		[CHANGE_ORDER] = "only order",
	};

	return e->known ? words[e->class] : "how is not known";
}

const char *tool_event_verb(const struct tool_event *e)
{
	static const char *const verbs[] = {
		[TOOL_REMOVED] = " was removed",
		[TOOL_ADDED] = " was added",
		[TOOL_RENAMED] = " became ",
		[TOOL_CHANGED] = " was changed",
	};

	return verbs[e->kind];
}

void tool_event_rest(struct buf *b, const struct tool_event *e, size_t places)
{
	if (places > 1)
		buf_fmt(b, " in %zu of %zu locations", e->places, places);
	buf_fmt(b, "; %s%s", e->was ? "removed, " : "", class_words(e));
}

void tool_event_words(struct buf *b, const struct tool_event *e, size_t places)
{
	buf_fmt(b, "`%s`%s", e->was ? e->was : e->name, tool_event_verb(e));
	if (e->was)
		buf_fmt(b, "`%s`", e->name);
	tool_event_rest(b, e, places);
}

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
