/* SPDX-License-Identifier: MIT */
#include "data/tool_lists.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/probe.h"
#include "tools/definition_diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint64_t hash_of(const char *digest)
{
	return index_hash(0, digest, DIGEST_HEAD);
}

static bool same_digest(const void *ctx, uint32_t i, const void *digest)
{
	const struct tool_texts *t = ctx;

	return memcmp(t->v[i].digest, digest, DIGEST_HEAD) == 0;
}

static void tool_texts_add(
	struct tool_texts *t, const char *digest, const char *text)
{
	if (index_find(&t->by_digest, hash_of(digest), same_digest, t,
		    digest) != INDEX_NONE)
		return;
	index_add(&t->by_digest, hash_of(digest), (uint32_t)t->n);
	t->v = xgrow(t->v, &t->cap, t->n + 1, sizeof *t->v);
	t->v[t->n++] = (struct tool_text) {.digest = digest, .text = text};
}

static void tool_texts_release(struct tool_texts *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i].read)
			definitions_release(t->v[i].read);
		free(t->v[i].read);
		free(t->v[i].nameless);
	}
	free(t->v);
	index_release(&t->by_digest);
	*t = (struct tool_texts) {.n = 0};
}

/*
 * A text that is no definition, or not the one of its digest, counts as none.
 */
static void pass_over(void *arg, const char *reason)
{
	(void)arg;
	(void)reason;
}

/* The definition of a text; NULL: it is none. */
static const struct definition *definition_of(struct tool_text *text)
{
	if (!text->read) {
		char digest[DIGEST_HEAD + 1];

		memcpy(digest, text->digest, DIGEST_HEAD);
		digest[DIGEST_HEAD] = '\0';
		text->read = xcalloc(1, sizeof *text->read);
		definitions_add_text(
			text->read, text->text, digest, pass_over, NULL);
		definitions_sort(text->read, pass_over, NULL);
	}
	return text->read->n == 1 && !text->read->v[0].refused
		? &text->read->v[0] : NULL;
}

static struct tool_text *find_text(struct tool_texts *t, const char *digest)
{
	uint32_t i = index_find(
		&t->by_digest, hash_of(digest), same_digest, t, digest);

	return i == INDEX_NONE ? NULL : &t->v[i];
}

static enum change_class compare_texts(const struct definition *before,
	const struct definition *after)
{
	struct tool_change change = {
		.kind = TOOL_CHANGED, .before = before, .after = after};
	struct changes c;
	enum change_class class;

	changes_init(&c);
	definition_diff(&c, &change);
	class = c.class;
	changes_release(&c);
	return class;
}

bool tool_texts_class(struct tool_texts *t, const char *before,
	const char *after, enum change_class *class)
{
	struct tool_text *a = find_text(t, before), *b = find_text(t, after);
	struct tool_comparison *c;

	if (!a || !b || !definition_of(a) || !definition_of(b))
		return false;
	for (size_t i = 0; i < t->n_compared; i++) {
		c = &t->compared[i];
		if (c->before == a && c->after == b) {
			*class = c->class;
			return true;
		}
	}
	if (t->n_compared == TOOL_TEXTS_COMPARED)
		return false;
	c = &t->compared[t->n_compared++];
	c->before = a;
	c->after = b;
	c->class = compare_texts(definition_of(a), definition_of(b));
	*class = c->class;
	return true;
}

/* All members but the name, in their order. */
static char *digest_nameless(const struct definition *d)
{
	char hex[SHA256_HEX];
	struct buf b;

	buf_init(&b, SIZE_MAX / 2);
	for (const cJSON *m = d->tree->child; m; m = m->next) {
		if (strcmp(m->string, "name") == 0)
			continue;
		json_put_key(&b, m->string);
		json_put(&b, m);
	}
	sha256_hex(b.p, b.len, hex);
	buf_release(&b);
	return xstrdup(hex);
}

const char *tool_texts_nameless(struct tool_texts *t, const char *digest)
{
	struct tool_text *text = find_text(t, digest);

	if (!text)
		return "";
	if (!text->nameless) {
		const struct definition *d = definition_of(text);

		text->nameless = d ? digest_nameless(d) : xstrdup("");
	}
	return text->nameless;
}

const char *tool_texts_description(struct tool_texts *t, const char *digest)
{
	struct tool_text *text = find_text(t, digest);
	const struct definition *d = text ? definition_of(text) : NULL;

	return d ? json_str(d->tree, "description") : NULL;
}

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
