/* SPDX-License-Identifier: MIT */
#include "judge/server_verdict.h"

#include "base/log.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "pinned/tools_lock.h"
#include "rule/drift.h"
#include "store/definitions.h"
#include "store/store.h"
#include "words/words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* At most so many lists of one server are compared. */
#define LISTS_MAX 8

/* The newest probe of a region whose tools nobody approved, or NULL. */
static const struct probe *unapproved_by(
	const struct unapproved_input *in, size_t region)
{
	const struct region_history *h = &in->regions[region];
	const struct probe *p = drift_newest(h, in->until);

	if (!p || !strings_among(in->expected, in->n_expected, h->name))
		return NULL;
	if (strcmp(p->tools->hash, in->pinned->contract) != 0)
		return p;
	return *in->pinned->full && p->tools->full_hash &&
			strcmp(p->tools->full_hash, in->pinned->full) != 0
		? p
		: NULL;
}

static bool same_list(const struct tool_list *a, const struct tool_list *b)
{
	return strcmp(a->hash, b->hash) == 0 &&
		strcmp(a->full_hash ? a->full_hash : "",
			b->full_hash ? b->full_hash : "") == 0;
}

/* The probes that saw them, one for each list; how many. */
static size_t lists_of(
	const struct unapproved_input *in, const struct probe *out[LISTS_MAX])
{
	size_t n = 0, k;

	for (size_t i = 0; i < in->n_regions && n < LISTS_MAX; i++) {
		const struct probe *p = unapproved_by(in, i);

		for (k = 0; p && k < n; k++)
			if (same_list(out[k]->tools, p->tools))
				break;
		if (p && k == n)
			out[n++] = p;
	}
	return n;
}

static void put_list_id(struct buf *b, const char *contract, const char *full)
{
	buf_fmt(b, "%.*s.%.*s", DIGEST_HEAD, contract, DIGEST_HEAD,
		full && *full ? full : "-");
}

static int by_list(const void *a, const void *b)
{
	const struct probe *x = *(const struct probe *const *)a;
	const struct probe *y = *(const struct probe *const *)b;
	int order = strcmp(x->tools->hash, y->tools->hash);

	return order ? order
		     : strcmp(x->tools->full_hash ? x->tools->full_hash : "",
			       y->tools->full_hash ? y->tools->full_hash : "");
}

void unapproved_of(struct buf *of, const struct unapproved_input *in)
{
	const struct probe *lists[LISTS_MAX];
	size_t n = lists_of(in, lists);

	if (!n)
		return;
	qsort(lists, n, sizeof *lists, by_list);
	put_list_id(of, in->pinned->contract, in->pinned->full);
	for (size_t i = 0; i < n; i++) {
		buf_char(of, i ? ',' : ':');
		put_list_id(of, lists[i]->tools->hash, lists[i]->tools->full_hash);
	}
}

static cJSON *tree_of(const char *text)
{
	const char *json = text ? strchr(text, ' ') : NULL;
	char why[JSON_WHY];

	return json ? json_parse(json + 1, strlen(json + 1), &json_record, why)
		    : NULL;
}

/* Since when a value that is kept says it of the same pin; else `window`. */
static double since_of(const char *kept, const char *of, double window)
{
	size_t n = strcspn(of, ":");
	double since = window;
	cJSON *doc;

	if (kept && *kept == '?')
		kept++;
	if (!kept || strncmp(kept, of, n) != 0 || kept[n] != ':')
		return window;
	doc = tree_of(kept);
	if (!json_num(doc, "since", &since) || !(since > 0 && since <= window))
		since = window;
	cJSON_Delete(doc);
	return since;
}

/* A list while it is compared with what is pinned. */
struct list_comparison {
	struct pin_comparison x;
	const struct tool_list *seen;
	const struct tool_texts *texts;
	const struct tools_lock *lock;
	int missing; /* definitions that are needed */
	struct verdict_unapproved u;
};

/* Make the class graver by tools whose definitions are not known. */
static void worsen_by(struct list_comparison *c, const char **names, size_t n,
	enum change_class class)
{
	for (size_t i = 0; i < n; i++) {
		const struct tool_digest *t = pin_find_tool(c->seen, names[i]);
		bool text = t && tool_texts_find(c->texts, t->full);

		c->missing += !text;
		if (!text || c->x.refused ||
			!lock_definition(c->lock, c->x.slug, names[i]))
			c->u.class = change_class_graver(c->u.class, class);
	}
}

static void worsen(struct list_comparison *c)
{
	const struct verdict_drift *d = &c->x.drift;
	bool named = d->n_removed || d->n_added || d->n_changed ||
		d->n_redescribed;

	/* Or nobody knows which tools changed. */
	if (d->n_removed || !named)
		c->u.class = CHANGE_BREAKING;
	/* A text that is not what its digest says tells nothing. */
	worsen_by(c, d->changed, d->n_changed, CHANGE_BREAKING);
	worsen_by(c, d->redescribed, d->n_redescribed, CHANGE_WORDS);
	if (d->n_added)
		c->u.class = change_class_graver(c->u.class, CHANGE_COMPATIBLE);
}

/* Take the words of an object that list_words_put has made. */
static cJSON *take_words(struct verdict_unapproved *u, const char *text)
{
	struct verdict_side side = {.words = NULL};
	char why[JSON_WHY];
	cJSON *doc = json_parse(text, strlen(text), &json_record, why);

	if (verdict_words_take(doc, &side)) {
		u->words = side.words;
		u->n_words = side.n_words;
	} else {
		free(side.words);
	}
	return doc;
}

/* Append how the tools differ, behind `at`, if that is the worst so far. */
static void put_change(struct list_comparison *c, struct buf *b, size_t at,
	enum change_class *worst)
{
	struct buf words;
	cJSON *doc;

	buf_init(&words, SIZE_MAX / 2);
	c->u.class = list_words_put(&words, &c->x.before, &c->x.after);
	worsen(c);
	c->u.changes = c->x.drift;
	doc = take_words(&c->u, words.p);
	if (b->len == at ||
		change_class_graver(*worst, c->u.class) != *worst) {
		*worst = c->u.class;
		buf_cut(b, at);
		verdict_unapproved_put(b, &c->u);
	}
	free(c->u.words);
	cJSON_Delete(doc);
	buf_release(&words);
}

/* A change of which only the digests are known. */
static void put_digests(struct buf *b, const struct unapproved_input *in,
	const struct probe *seen, double since)
{
	bool contract = strcmp(in->pinned->contract, seen->tools->hash) != 0;
	struct verdict_unapproved u = {.class = CHANGE_BREAKING,
		.since = since,
		.changes = {.from = contract ? in->pinned->contract
					     : in->pinned->full,
			.to = contract ? seen->tools->hash
				       : seen->tools->full_hash}};

	verdict_unapproved_put(b, &u);
}

int unapproved_read(const struct definition_history *h,
	const struct lock_digests *lock, const struct unapproved_input *in,
	double window, struct kept_field *k)
{
	double since = since_of(k->before, k->of.p, window);
	const struct probe *lists[LISTS_MAX];
	size_t n = lists_of(in, lists), at;
	enum change_class worst = CHANGE_ORDER;
	char why[LOCK_WHY];
	struct tools_lock *whole = lock_digests_server(lock, in->slug, why);
	struct tool_texts texts = {.n = 0};
	struct buf *b = &k->text;
	int missing = 0;

	definition_history_texts(h, &texts);
	buf_fmt(b, "%s ", k->of.p);
	at = b->len;
	if (!whole)
		log_warn("%s: tools.lock: %s", in->slug, why);
	for (size_t i = 0; i < n && whole; i++) {
		struct list_comparison c = {
			.x = {.slug = in->slug, .path = "tools.lock"},
			.seen = lists[i]->tools,
			.texts = &texts,
			.lock = whole,
			.u = {.since = since}};

		if (pin_differs(&c.x, whole, lists[i])) {
			pin_read(&c.x, whole, lists[i], &texts);
			put_change(&c, b, at, &worst);
		}
		missing += c.missing;
		pin_release(&c.x);
	}
	tool_texts_release(&texts);
	if (b->len == at && n)
		put_digests(b, in, lists[0], since);
	lock_free(whole);
	return missing;
}

cJSON *unapproved_put(struct verdict *v, const char *text,
	const struct unapproved_input *in)
{
	struct verdict_unapproved *u = &v->unapproved;
	cJSON *doc = tree_of(text);

	if (!verdict_unapproved_take(doc, u)) {
		verdict_unapproved_release(u);
		return doc;
	}
	free(u->regions);
	u->regions = xcalloc(in->n_regions + 1, sizeof *u->regions);
	u->n_regions = 0;
	for (size_t i = 0; i < in->n_regions; i++)
		if (unapproved_by(in, i))
			u->regions[u->n_regions++] = in->regions[i].name;
	return doc;
}
