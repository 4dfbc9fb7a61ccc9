#include "data/tool_lists.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "records/probe.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static size_t line(const char *s)
{
	return strcspn(s, "\n");
}

bool tool_lists_same(const char *a, const char *b)
{
	size_t n = line(a);

	return n == line(b) && memcmp(a, b, n) == 0;
}

/* The lines of a region: "<since> <id>". */
static void read_rows(struct tool_lists *l, const char *text)
{
	struct tool_region *r;
	size_t n;

	l->regions = xgrow(l->regions, &l->cap_regions, l->n_regions + 1,
		sizeof *l->regions);
	r = &l->regions[l->n_regions++];
	*r = (struct tool_region) {.n = 0};
	for (; *text; text += n + (text[n] == '\n')) {
		char *end;
		double at = strtod(text, &end);

		n = line(text);
		if (end == text || *end != ' ' || !(at >= 0) ||
			at > NUM_EPOCH_MAX)
			continue;
		r->rows = xgrow(r->rows, &r->cap, r->n + 1, sizeof *r->rows);
		r->rows[r->n++] =
			(struct tool_row) {.since = at, .id = end + 1};
	}
}

void tool_lists_read(const char *const *pairs, size_t n, struct tool_lists *l)
{
	*l = (struct tool_lists) {.n_lists = 0};
	for (size_t i = 0; i + 1 < n; i += 2) {
		const char *field = pairs[i], *text = pairs[i + 1];

		if (!field || !text)
			continue;
		if (strncmp(field, "r:", 2) == 0) {
			read_rows(l, text);
		} else if (strncmp(field, "l:", 2) == 0) {
			l->lists = xgrow(l->lists, &l->cap_lists,
				l->n_lists + 1, sizeof *l->lists);
			l->lists[l->n_lists++] = (struct tool_list) {
				.id = field + 2, .text = text};
		} else if (strncmp(field, "d:", 2) == 0 &&
			strlen(field + 2) == DIGEST_HEAD) {
			tool_texts_add(&l->texts, field + 2, text);
		}
	}
}

void tool_lists_release(struct tool_lists *l)
{
	for (size_t i = 0; i < l->n_lists; i++)
		free(l->lists[i].v);
	for (size_t i = 0; i < l->n_regions; i++)
		free(l->regions[i].rows);
	free(l->lists);
	free(l->regions);
	tool_texts_release(&l->texts);
	*l = (struct tool_lists) {.n_lists = 0};
}

int listed_tool_order(const struct listed_tool *a, const struct listed_tool *b)
{
	size_t n = a->length < b->length ? a->length : b->length;
	int c = memcmp(a->name, b->name, n);

	return c ? c : (a->length > b->length) - (a->length < b->length);
}

bool listed_tool_same(const struct listed_tool *a, const struct listed_tool *b)
{
	return memcmp(a->digest, b->digest, DIGEST_HEAD) == 0;
}

static int by_tool_name(const void *a, const void *b)
{
	return listed_tool_order(a, b);
}

/* The lines of a list: "<digest> <mark> <name>". */
static void read_tools(struct tool_list *l)
{
	size_t cap = 0, n;

	for (const char *p = l->text; *p; p += n + (p[n] == '\n')) {
		n = line(p);
		if (n < DIGEST_HEAD + 4 || p[DIGEST_HEAD] != ' ')
			continue;
		l->v = xgrow(l->v, &cap, l->n + 1, sizeof *l->v);
		l->v[l->n++] =
			(struct listed_tool) {.name = p + DIGEST_HEAD + 3,
				.length = n - DIGEST_HEAD - 3,
				.digest = p};
	}
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, by_tool_name);
}

const struct tool_list *tool_lists_find(struct tool_lists *l, const char *id)
{
	for (size_t i = 0; i < l->n_lists; i++) {
		struct tool_list *list = &l->lists[i];

		if (!tool_lists_same(list->id, id))
			continue;
		if (!list->v)
			read_tools(list);
		return list;
	}
	return NULL;
}

char *tool_text_shown(const char *p, size_t n, size_t max)
{
	char shown[TEXT_SHOWN];
	struct buf b;
	char *out;

	buf_init(&b, 4 * max + sizeof "…");
	while (n) {
		size_t len = text_shown(p, n, shown), cost = 1;

		if (*p == '\n' || *p == '\t')
			memcpy(shown, " ", sizeof " ");
		else if (strlen(shown) > len)
			cost = strlen(shown);
		if (cost > max)
			break;
		buf_str(&b, shown);
		max -= cost;
		p += len;
		n -= len;
	}
	if (n)
		buf_str(&b, "…");
	out = xstrdup(b.p);
	buf_release(&b);
	return out;
}
