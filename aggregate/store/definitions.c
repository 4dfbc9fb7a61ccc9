/* SPDX-License-Identifier: MIT */
/*
 * definitions.c: what the tools of servers say, in the store. The tool records of a
 * probe wait for its summary, which names the list that they are from; only where a
 * summary does so is anything written. It is read by region and time.
 */
#include "store/definitions.h"

#include "base/buf.h"
#include "base/index.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "histories/input.h"
#include "pinned/tools_lock.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"
#include "tools/definition_diff.h"

#include <stdlib.h>
#include <string.h>

/* ---- Into the store. */

/* A probe whose clock is further ahead is not taken: see ingest.c. */
#define AHEAD_MAX_S 86400
/* One probe in so many renews the life of the key: one an hour does so 33 times
   while the key lives. */
#define RENEW_EACH 64

void definition_batch_release(struct definition_batch *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->v[i].text);
	free(d->v);
	*d = (struct definition_batch) {.n = 0};
}

static bool is_of(const struct definition_batch *d, const struct probe_key *k)
{
	return strcmp(d->probe_id, k->probe_id) == 0 &&
		strcmp(d->region, k->region) == 0 &&
		strcmp(d->slug, k->slug) == 0;
}

void definition_batch_stray(struct definition_batch *d,
	const struct probe_key *k, struct input *in)
{
	if (!d->n || (k && is_of(d, k)))
		return;
	for (size_t i = 0; i < d->n; i++)
		input_refuse(in, d->v[i].line,
			"the summary of its probe is missing");
	definition_batch_release(d);
}

int definition_batch_add(struct definition_batch *d,
	const struct tool_record *r, unsigned long line, char *why)
{
	size_t n = strlen(r->definition);
	struct waiting_definition *w;

	if (d->bytes + n > RECORD_DEFINITIONS_MAX) {
		snprintf(why, RECORD_WHY,
			"the definitions of the probe are larger than 1 MiB");
		return -1;
	}
	text_copy(d->slug, sizeof d->slug, r->key.slug);
	text_copy(d->region, sizeof d->region, r->key.region);
	text_copy(d->probe_id, sizeof d->probe_id, r->key.probe_id);
	d->v = xgrow(d->v, &d->cap, d->n + 1, sizeof *d->v);
	w = &d->v[d->n++];
	text_copy(w->digest, sizeof w->digest, r->digest);
	w->text = xstrdup(r->definition);
	w->line = line;
	d->bytes += n;
	return 0;
}

/* Refuse the definitions that are of no tool of the summary. */
static void refuse_others(struct definition_batch *d,
	const struct probe_record *r, struct input *in)
{
	const char **full = xcalloc(r->n_tools + 1, sizeof *full);
	size_t kept = 0;

	for (size_t i = 0; i < r->n_tools; i++)
		full[i] = r->tools[i].full;
	qsort(full, r->n_tools, sizeof *full, strings_order);
	for (size_t i = 0; i < d->n; i++) {
		const char *digest = d->v[i].digest;

		if (bsearch(&digest, full, r->n_tools, sizeof *full,
			    strings_order)) {
			d->v[kept++] = d->v[i];
			continue;
		}
		input_refuse(in, d->v[i].line,
			"digest: matches no tool of its probe");
		free(d->v[i].text);
	}
	d->n = kept;
	free(full);
}

/* The text of a list; "" where it is too long. */
static char *list_text(const struct probe_record *r)
{
	struct buf b;

	buf_init(&b, KEYS_TOOLS_MAX);
	for (size_t i = 0; i < r->n_tools && buf_ok(&b); i++) {
		buf_add(&b, r->tools[i].full, DIGEST_HEAD);
		buf_fmt(&b, " ? %s\n", r->tools[i].name);
	}
	if (!buf_ok(&b))
		buf_clear(&b);
	return buf_take(&b);
}

/* Queue the script for a summary that names its tools. */
static size_t queue(const struct definition_batch *d, struct store *s,
	const char *sha, const struct probe_record *r, double now)
{
	char key[KEY_MAX], *list = list_text(r);
	struct strings args = {0};
	size_t reply;

	strings_add(&args, "EVALSHA");
	strings_add(&args, sha);
	strings_add(&args, "3");
	strings_add(&args, key_definitions(key, r->key.slug));
	strings_add(&args, key_latest(key, r->key.slug));
	strings_add(&args, key_tools(key, r->key.slug));
	strings_add(&args, r->key.region);
	strings_fmt(&args, "%.3f", r->key.started_at);
	strings_fmt(&args, "%.*s", DIGEST_HEAD, r->full_hash);
	strings_add(&args, list);
	strings_fmt(&args, "%d", r->definitions_left_out);
	strings_fmt(&args, "%.0f", now);
	strings_fmt(&args, "%d", RETENTION_DEFINITIONS_S);
	strings_fmt(&args, "%d", KEYS_DEFINITION_ROWS);
	strings_fmt(&args, "%d", KEYS_DEFINITIONS_MAX);
	for (size_t i = 0; i < d->n; i++) {
		/* The first digits are enough in the store. */
		strings_fmt(&args, "%.*s", DIGEST_HEAD, d->v[i].digest);
		strings_add(&args, d->v[i].text);
	}
	reply = store_ask_argv(s, args.n, (const char *const *)args.v);
	strings_release(&args);
	free(list);
	return reply;
}

size_t definition_batch_queue(struct definition_batch *d, struct store *s,
	const char *sha, const struct probe_record *r, double now,
	struct input *in, size_t *bytes)
{
	size_t reply = STORE_NO_REPLY;

	if (r->tools && r->tool_hash && r->full_hash) {
		refuse_others(d, r, in);
		if (r->key.started_at < now + AHEAD_MAX_S)
			reply = queue(d, s, sha, r, now);
		*bytes += d->bytes + r->n_tools * 64;
	}
	definition_batch_release(d);
	return reply;
}

void definition_batch_renew(struct store *s, const char *slug,
	const char *probe_id)
{
	char key[KEY_MAX], life[24];
	const char *const args[] = {"EXPIRE", key_definitions(key, slug), life};

	if (index_hash(0, probe_id, strlen(probe_id)) % RENEW_EACH)
		return;
	snprintf(life, sizeof life, "%d", RETENTION_DEFINITIONS_S);
	store_ask_argv(s, 3, args);
}

/* ---- Out of the store. */

/* A copy of a text that lives as long as h. */
static char *keep_text(struct definition_history *h, const char *text)
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
	char *rest = keep_text(h, text), *line;
	struct listed_tools *l;
	size_t cap = 0;

	h->lists = xgrow(h->lists, &h->cap_lists, h->n_lists + 1,
		sizeof *h->lists);
	l = &h->lists[h->n_lists++];
	*l = (struct listed_tools) {.id = keep_text(h, id)};
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
	char *rest = keep_text(h, text), *line, *id;
	struct region_lists *r;
	size_t cap = 0;

	h->regions = xgrow(h->regions, &h->cap_regions, h->n_regions + 1,
		sizeof *h->regions);
	r = &h->regions[h->n_regions++];
	*r = (struct region_lists) {.region = keep_text(h, region)};
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

/* Give each tool of the lists its definition. */
static void put_texts(struct definition_history *h, struct kept *kept, size_t n)
{
	if (n)
		qsort(kept, n, sizeof *kept, strings_order);
	for (size_t i = 0; i < h->n_lists; i++)
		for (size_t k = 0; k < h->lists[i].n; k++) {
			struct listed_tool *t = &h->lists[i].v[k];
			struct kept *found = n ? bsearch(
				&(struct kept) {t->digest, NULL}, kept, n,
				sizeof *kept, strings_order) : NULL;

			t->text = found ? found->text : NULL;
		}
}

/* Use the fields that begin with a letter. */
static void take_fields(struct definition_history *h,
	const struct store_reply *all, char kind,
	void (*take)(struct definition_history *, const char *, const char *))
{
	for (struct store_field f = {.next = 0}; store_field(all, &f);)
		if (f.name[0] == kind && f.name[1] == ':')
			take(h, f.name + 2, f.text);
}

void definition_history_ask(struct store *s, const char *slug)
{
	char key[KEY_MAX];

	store_add(s, "HGETALL", key_definitions(key, slug), NULL);
}

void definition_history_take(
	struct definition_history *h, const struct store_reply *r)
{
	struct kept *kept = xcalloc(store_count(r) / 2 + 1, sizeof *kept);
	size_t n = 0;

	take_fields(h, r, 'l', take_list);
	take_fields(h, r, 'r', take_rows);
	if (h->n_regions)
		qsort(h->regions, h->n_regions, sizeof *h->regions, strings_order);
	for (struct store_field f = {.next = 0}; store_field(r, &f);)
		if (strncmp(f.name, "d:", 2) == 0)
			kept[n++] = (struct kept) {keep_text(h, f.name + 2),
				keep_text(h, f.text)};
	put_texts(h, kept, n);
	free(kept);
}

int definition_history_read(struct store *s, const char *slug,
	struct definition_history *h)
{
	definition_history_ask(s, slug);
	if (store_run(s))
		return store_failed(s);
	definition_history_take(h, store_reply(s, 0));
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

void definition_history_texts(
	const struct definition_history *h, struct tool_texts *t)
{
	for (size_t i = 0; i < h->n_lists; i++) {
		const struct listed_tools *l = &h->lists[i];

		for (size_t k = 0; k < l->n; k++)
			if (l->v[k].text)
				tool_texts_add(
					t, l->v[k].digest, l->v[k].text);
	}
	tool_texts_sort(t);
}

/* Whether tools of a drift may have been renamed. */
static bool drift_may_have_renames(const struct verdict_drift *d)
{
	return d->n_added && d->n_removed && d->lists[0] && d->lists[1];
}

bool may_have_renames(const struct verdict *v)
{
	for (size_t i = 0; i < v->n_drift; i++)
		if (drift_may_have_renames(&v->drift[i]))
			return true;
	return false;
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

void definition_history_renames(
	const struct definition_history *h, struct verdict *v)
{
	for (size_t i = 0; i < v->n_drift; i++)
		if (drift_may_have_renames(&v->drift[i]))
			find_renames(&v->drift[i], h);
}
