#include "store/definition_history.h"

#include "base/xalloc.h"
#include "pinned/tool_texts.h"
#include "store/keys.h"
#include "store/store.h"
#include "tools/definition_diff.h"

#include <stdlib.h>
#include <string.h>

/* A copy of a text that lives as long as h. */
static char *keep(struct definition_history *h, const char *text)
{
	h->texts = xgrow(h->texts, &h->cap_texts, h->n_texts + 1,
		sizeof *h->texts);
	return h->texts[h->n_texts++] = xstrdup(text);
}

void definition_history_release(struct definition_history *h)
{
	for (size_t i = 0; i < h->n_regions; i++)
		free(h->regions[i].v);
	for (size_t i = 0; i < h->n_lists; i++)
		free(h->lists[i].v);
	for (size_t i = 0; i < h->n_texts; i++)
		free(h->texts[i]);
	free(h->regions);
	free(h->lists);
	free(h->texts);
	*h = (struct definition_history) {.n_regions = 0};
}

/* The next line of a text, cut off; NULL: there is none. */
static char *next_line(char **text)
{
	char *line = *text, *end = line ? strchr(line, '\n') : NULL;

	if (!end)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return line;
}

/* The lines of key_definitions: "<digest> <mark> <name>". */
static void take_list(struct definition_history *h, const char *id,
	const char *text)
{
	char *rest = keep(h, text), *line;
	struct listed_tools *l;
	size_t cap = 0;

	h->lists = xgrow(h->lists, &h->cap_lists, h->n_lists + 1,
		sizeof *h->lists);
	l = &h->lists[h->n_lists++];
	*l = (struct listed_tools) {.id = keep(h, id)};
	while ((line = next_line(&rest)) != NULL) {
		if (strlen(line) < DIGEST_HEAD + 3)
			continue;
		line[DIGEST_HEAD] = '\0';
		l->v = xgrow(l->v, &cap, l->n + 1, sizeof *l->v);
		l->v[l->n++] = (struct listed_tool) {
			.digest = line, .name = line + DIGEST_HEAD + 3};
	}
}

const struct listed_tools *definition_history_list(
	const struct definition_history *h, const char *full_hash)
{
	for (size_t i = 0; i < h->n_lists; i++)
		if (strlen(h->lists[i].id) == DIGEST_HEAD &&
			strncmp(h->lists[i].id, full_hash, DIGEST_HEAD) == 0)
			return &h->lists[i];
	return NULL;
}

/* The lines of key_definitions: "<since> <full_hash>". */
static void take_rows(struct definition_history *h, const char *region,
	const char *text)
{
	char *rest = keep(h, text), *line, *id;
	struct region_lists *r;
	size_t cap = 0;

	h->regions = xgrow(h->regions, &h->cap_regions, h->n_regions + 1,
		sizeof *h->regions);
	r = &h->regions[h->n_regions++];
	*r = (struct region_lists) {.region = keep(h, region)};
	while ((line = next_line(&rest)) != NULL) {
		id = strchr(line, ' ');
		if (!id)
			continue;
		r->v = xgrow(r->v, &cap, r->n + 1, sizeof *r->v);
		r->v[r->n++] = (struct list_row) {.since = strtod(line, NULL),
			.list = definition_history_list(h, id + 1)};
	}
}

struct kept {
	const char *digest, *text;
};

static int by_digest(const void *a, const void *b)
{
	return strcmp(((const struct kept *)a)->digest,
		((const struct kept *)b)->digest);
}

static int by_region(const void *a, const void *b)
{
	return strcmp(((const struct region_lists *)a)->region,
		((const struct region_lists *)b)->region);
}

/* Give each tool of the lists its definition. */
static void put_texts(struct definition_history *h, struct kept *kept, size_t n)
{
	if (n)
		qsort(kept, n, sizeof *kept, by_digest);
	for (size_t i = 0; i < h->n_lists; i++)
		for (size_t k = 0; k < h->lists[i].n; k++) {
			struct listed_tool *t = &h->lists[i].v[k];
			struct kept *found = n ? bsearch(
				&(struct kept) {t->digest, NULL}, kept, n,
				sizeof *kept, by_digest) : NULL;

			t->text = found ? found->text : NULL;
		}
}

/* Use the fields that begin with a letter. */
static void take_fields(struct definition_history *h,
	const struct store_reply *all, char kind,
	void (*take)(struct definition_history *, const char *, const char *))
{
	for (size_t i = 0; i + 1 < store_count(all); i += 2) {
		const char *field = store_text(store_item(all, i));
		const char *text = store_text(store_item(all, i + 1));

		if (field && text && field[0] == kind && field[1] == ':')
			take(h, field + 2, text);
	}
}

int definition_history_read(struct store *s, const char *slug,
	struct definition_history *h)
{
	const struct store_reply *all;
	char key[KEY_MAX];
	struct kept *kept;
	size_t n = 0;

	all = store_one(s, "HGETALL", key_definitions(key, slug), NULL);
	if (!all)
		return -1;
	take_fields(h, all, 'l', take_list);
	take_fields(h, all, 'r', take_rows);
	if (h->n_regions)
		qsort(h->regions, h->n_regions, sizeof *h->regions, by_region);
	kept = xcalloc(store_count(all) / 2 + 1, sizeof *kept);
	for (size_t i = 0; i + 1 < store_count(all); i += 2) {
		const char *field = store_text(store_item(all, i));
		const char *text = store_text(store_item(all, i + 1));

		if (field && text && strncmp(field, "d:", 2) == 0)
			kept[n++] = (struct kept) {
				keep(h, field + 2), keep(h, text)};
	}
	put_texts(h, kept, n);
	free(kept);
	return 0;
}

static bool lacks(const struct listed_tools *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (!l->v[i].text && strcmp(l->v[i].name, name) == 0)
			return true;
	return false;
}

static void tell_nobody(void *arg, const char *reason)
{
	(void)arg;
	(void)reason;
}

void listed_tools_compare(const struct listed_tools *l,
	const struct listed_tools *other, struct definitions *d,
	definitions_refuse *refuse, void *arg)
{
	if (!refuse)
		refuse = tell_nobody;
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].text && !lacks(other, l->v[i].name))
			definitions_add_text(d, l->v[i].text, l->v[i].digest,
				refuse, arg);
	definitions_sort(d, refuse, arg);
}

const struct list_row *definition_history_at(const struct region_lists *r,
	double at)
{
	size_t n = r->n;

	while (n && r->v[n - 1].since > at)
		n--;
	return n ? &r->v[n - 1] : NULL;
}

int definition_history_texts(
	struct store *s, const char *slug, struct tool_texts *t)
{
	struct definition_history h = {0};
	int failed = definition_history_read(s, slug, &h);

	for (size_t i = 0; i < h.n_lists && !failed; i++) {
		const struct listed_tools *l = &h.lists[i];

		for (size_t k = 0; k < l->n; k++)
			if (l->v[k].text)
				tool_texts_add(
					t, l->v[k].digest, l->v[k].text);
	}
	tool_texts_sort(t);
	definition_history_release(&h);
	return failed ? store_failed(s) : 0;
}

/* Whether tools of a drift may have been renamed. */
static bool may_have(const struct verdict_drift *d)
{
	return d->n_added && d->n_removed && d->lists[0] && d->lists[1];
}

static void add_renames(struct verdict_drift *d, const struct tool_changes *t)
{
	d->renamed = xcalloc(VERDICT_RENAMES, sizeof *d->renamed);
	for (size_t i = 0; i < t->n && d->n_renamed < VERDICT_RENAMES; i++)
		if (t->v[i].kind == TOOL_RENAMED)
			d->renamed[d->n_renamed++] = (struct verdict_rename) {
				xstrdup(t->v[i].before->name),
				xstrdup(t->v[i].after->name)};
}

static void find_renames(
	struct verdict_drift *d, const struct definition_history *h)
{
	const struct listed_tools *from = definition_history_list(h, d->lists[0]);
	const struct listed_tools *to = definition_history_list(h, d->lists[1]);
	struct definitions before = {.n = 0}, after = {.n = 0};
	struct tool_changes t;

	if (!from || !to)
		return;
	listed_tools_compare(from, to, &before, NULL, NULL);
	listed_tools_compare(to, from, &after, NULL, NULL);
	tool_changes_of(&t, &before, &after);
	add_renames(d, &t);
	tool_changes_release(&t);
	definitions_release(&before);
	definitions_release(&after);
}

int definition_history_renames(struct store *s, const char *slug, struct verdict *v)
{
	struct definition_history h = {0};
	bool any = false;
	int rc = 0;

	for (size_t i = 0; i < v->n_drift; i++)
		any = any || may_have(&v->drift[i]);
	if (!any || !s)
		return any;
	if (definition_history_read(s, slug, &h))
		rc = store_failed(s);
	for (size_t i = 0; i < v->n_drift && !rc; i++)
		if (may_have(&v->drift[i]))
			find_renames(&v->drift[i], &h);
	definition_history_release(&h);
	return rc;
}
