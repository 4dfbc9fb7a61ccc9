/*
 * tool_history.c: a region went from one list to the next at some time. The
 * same way from list to list is one change, however many regions went it; a
 * region that goes it twice makes two. The tools of the two lists, by name, are
 * compared by their digests.
 */
#include "data/tool_history.h"

#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The newest steps are compared, and no more of them. */
#define STEPS_MAX 256
/*
 * Digits of the digest of a tool, which a space, a mark and another one follow.
 */
#define DIGEST 16

struct listed {
	const char *name; /* `length` bytes */
	size_t length;
	const char *digest;
};

struct list {
	const char *id;
	const char *text;
	struct listed *v; /* by name; NULL until it is wanted */
	size_t n;
};

/* From one list to another. */
struct step {
	const char *from, *to; /* ids, up to the end of their line */
	double at;
	size_t places;
	size_t region; /* the last one that went it */
};

struct reader {
	struct list *lists; /* by id */
	size_t n_lists, cap_lists;
	struct step *steps;
	size_t n_steps, cap_steps;
};

static size_t line(const char *s)
{
	return strcspn(s, "\n");
}

static bool same_id(const char *a, const char *b)
{
	size_t n = line(a);

	return n == line(b) && memcmp(a, b, n) == 0;
}

static void add_step(struct reader *r, size_t region, const char *from,
	const char *to, double at)
{
	struct step *s;
	size_t i = 0;

	while (i < r->n_steps && (r->steps[i].region == region ||
		!same_id(r->steps[i].from, from) ||
		!same_id(r->steps[i].to, to)))
		i++;
	if (i == r->n_steps) {
		r->steps = xgrow(r->steps, &r->cap_steps, r->n_steps + 1,
			sizeof *r->steps);
		r->steps[r->n_steps++] = (struct step) {
			.from = from, .to = to, .at = at};
	}
	s = &r->steps[i];
	s->region = region;
	s->places++;
	s->at = fmin(s->at, at);
}

/* The lines of a region: "<since> <id>". */
static void read_region(struct reader *r, const char *text, double from,
	struct tool_history *h)
{
	const char *before = NULL;
	size_t n;

	h->regions++;
	for (; *text; text += n + (text[n] == '\n')) {
		char *end;
		double at = strtod(text, &end);

		n = line(text);
		if (end == text || *end != ' ' || !(at >= 0) ||
			at > NUM_EPOCH_MAX)
			continue;
		if (!(h->since <= at))
			h->since = at;
		if (before && at >= from)
			add_step(r, h->regions, before, end + 1, at);
		before = end + 1;
	}
}

static int by_name(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;
	size_t n = x->length < y->length ? x->length : y->length;
	int c = memcmp(x->name, y->name, n);

	return c ? c : (x->length > y->length) - (x->length < y->length);
}

/* The lines of a list: "<digest> <mark> <name>". */
static void read_list(struct list *l)
{
	size_t cap = 0, n;

	if (l->v)
		return;
	for (const char *p = l->text; *p; p += n + (p[n] == '\n')) {
		n = line(p);
		if (n < DIGEST + 4 || p[DIGEST] != ' ')
			continue;
		l->v = xgrow(l->v, &cap, l->n + 1, sizeof *l->v);
		l->v[l->n++] = (struct listed) {.name = p + DIGEST + 3,
			.length = n - DIGEST - 3,
			.digest = p};
	}
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, by_name);
}

static struct list *find_list(struct reader *r, const char *id)
{
	for (size_t i = 0; i < r->n_lists; i++)
		if (same_id(r->lists[i].id, id))
			return &r->lists[i];
	return NULL;
}

static void add_change(struct tool_history *h, const struct step *s,
	const struct listed *tool, enum tool_change_kind kind)
{
	char name[TEXT_SIZE];

	if (h->n == TOOL_CHANGES_MAX) {
		h->more = true;
		return;
	}
	text_clean(tool->name, tool->length, name, sizeof name, TEXT_MAX);
	h->v[h->n++] = (struct tool_change) {.name = xstrdup(name),
		.kind = kind,
		.at = s->at,
		.places = s->places};
}

static void compare(struct reader *r, const struct step *s,
	struct tool_history *h)
{
	struct list *from = find_list(r, s->from), *to = find_list(r, s->to);
	size_t i = 0, k = 0;

	if (!from || !to)
		return;
	read_list(from);
	read_list(to);
	while (i < from->n || k < to->n) {
		int c = i == from->n ? 1
			: k == to->n ? -1
				     : by_name(&from->v[i], &to->v[k]);

		if (c < 0) {
			add_change(h, s, &from->v[i++], TOOL_REMOVED);
		} else if (c > 0) {
			add_change(h, s, &to->v[k++], TOOL_ADDED);
		} else {
			if (memcmp(from->v[i].digest, to->v[k].digest,
				    DIGEST) != 0)
				add_change(h, s, &to->v[k], TOOL_CHANGED);
			i++;
			k++;
		}
	}
}

static int newest(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	return (x->at < y->at) - (x->at > y->at);
}

static void read_fields(struct reader *r, const char *const *pairs, size_t n,
	double from, struct tool_history *h)
{
	for (size_t i = 0; i + 1 < n; i += 2) {
		const char *field = pairs[i], *text = pairs[i + 1];

		if (!field || !text)
			continue;
		if (strncmp(field, "r:", 2) == 0) {
			read_region(r, text, from, h);
		} else if (strncmp(field, "l:", 2) == 0) {
			r->lists = xgrow(r->lists, &r->cap_lists,
				r->n_lists + 1, sizeof *r->lists);
			r->lists[r->n_lists++] = (struct list) {
				.id = field + 2, .text = text};
		}
	}
}

void tool_history_read(const char *const *pairs, size_t n, double from,
	struct tool_history *h)
{
	struct reader r = {.n_lists = 0};

	*h = (struct tool_history) {.since = NAN};
	read_fields(&r, pairs, n, from, h);
	if (r.n_steps)
		qsort(r.steps, r.n_steps, sizeof *r.steps, newest);
	h->more = r.n_steps > STEPS_MAX;
	for (size_t i = 0; i < r.n_steps && i < STEPS_MAX; i++)
		compare(&r, &r.steps[i], h);
	for (size_t i = 0; i < r.n_lists; i++)
		free(r.lists[i].v);
	free(r.lists);
	free(r.steps);
}

void tool_history_release(struct tool_history *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->v[i].name);
	h->n = 0;
}
