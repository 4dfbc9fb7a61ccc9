/* SPDX-License-Identifier: MIT */
/*
 * server_verdict.c: the verdict on one server. The words of a divergence are read from
 * the definitions in the store only where the divergence begins or changes; else they
 * are kept beside what the regions saw.
 */
#include "judge/server_verdict.h"

#include "base/stats.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "rule/drift.h"
#include "store/definitions.h"
#include "store/load.h"
#include "store/store.h"
#include "tools/definitions.h"
#include "words/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Where the tools that regions see differ, in the words of their definitions. */

/* The most bytes of the counts of the changes of a region. */
#define CHANGES_TEXT 200
/* Sides beyond these get no words, only the names of tools. */
#define SIDES_MAX 8
/* Instead of a hash that is not known. */
#define UNKNOWN "-"

/* The full hash that the first region of a side sees. */
static const char *list_of(const struct verdict_side *side,
	const struct region_history *h, size_t n, double until)
{
	const struct probe *p = NULL;

	for (size_t i = 0; i < n && !p; i++)
		if (strcmp(h[i].name, side->regions[0]) == 0)
			p = drift_newest(&h[i], until);
	return p && p->tools->full_hash ? p->tools->full_hash : UNKNOWN;
}

/* Append which lists the sides of v see; nothing where it has no sides. */
static void divergence_words_of(struct buf *b, const struct verdict *v,
	const struct region_history *h, size_t n, double until)
{
	for (size_t k = 0; k < v->n_sides && k < SIDES_MAX; k++)
		buf_fmt(b, "%s%.*s", k ? "," : "", DIGEST_HEAD,
			list_of(&v->sides[k], h, n, until));
}

/* How one list differs from the first, as an object. */
static void put_side(struct buf *b, const struct listed_tools *first,
	const struct listed_tools *other)
{
	struct definitions before = {.n = 0}, after = {.n = 0};

	listed_tools_compare(first, other, &before, NULL, NULL);
	listed_tools_compare(other, first, &after, NULL, NULL);
	list_words_put(b, &before, &after);
	definitions_release(&before);
	definitions_release(&after);
}

/*
 * Append the value of the field, made of the definitions of the lists that `of` names.
 * Returns how many of these lists h has not.
 */
static int divergence_words_read(
	const struct definition_history *h, const char *of, struct buf *b)
{
	const struct listed_tools *first = NULL, *list;
	int missing = 0;

	buf_fmt(b, "%s [", of);
	for (const char *id = of; *id; id += strcspn(id, ",")) {
		id += *id == ',';
		list = *id == *UNKNOWN ? NULL : definition_history_list(h, id);
		missing += !list;
		if (id == of)
			first = list;
		else
			buf_char(b, ',');
		if (first && list && list != first)
			put_side(b, first, list);
		else
			buf_str(b, "{}");
	}
	buf_char(b, ']');
	return missing;
}

/*
 * Give the sides of v the words of a value of the field. Their strings belong to the
 * tree that is returned; NULL where the text is none.
 */
static cJSON *divergence_words_put(struct verdict *v, const char *text)
{
	const char *json = text ? strchr(text, ' ') : NULL;
	char why[JSON_WHY];
	cJSON *doc = json ? json_parse(json + 1, strlen(json + 1), &json_record,
				    why)
			  : NULL;
	const cJSON *o;
	size_t k = 0;

	cJSON_ArrayForEach(o, doc)
	{
		if (k == v->n_sides)
			break;
		if (!verdict_words_take(o, &v->sides[k])) {
			free(v->sides[k].words);
			v->sides[k].words = NULL;
			v->sides[k].n_words = 0;
		}
		k++;
	}
	return doc;
}

/* ---- The verdict. */

/* So long after its hash, a definition may still come. */
#define DEFINITIONS_S 300

static void kept_init(struct kept_field *k)
{
	buf_init(&k->of, SIZE_MAX / 2);
	buf_init(&k->text, SIZE_MAX / 2);
}

/*
 * Take the value of before, if it is made of the same lists. False where it has to be
 * made of their definitions.
 */
static bool kept_is_current(struct kept_field *k)
{
	bool current = !k->of.len ||
		(k->before && strncmp(k->before, k->of.p, k->of.len) == 0 &&
			k->before[k->of.len] == ' ');

	if (k->of.len && current)
		buf_str(&k->text, k->before);
	return current;
}

void server_verdict_init(
	struct server_verdict *s, const struct fleet_server *server)
{
	*s = (struct server_verdict) {.server = *server};
	kept_init(&s->words);
	kept_init(&s->unapproved);
}

static void kept_release(struct kept_field *k)
{
	buf_release(&k->of);
	buf_release(&k->text);
	cJSON_Delete(k->doc);
}

void server_verdict_release(struct server_verdict *s)
{
	verdict_release(&s->verdict);
	free(s->expected);
	kept_release(&s->words);
	kept_release(&s->unapproved);
}

void server_verdict_take(struct server_verdict *s, const struct loaded *l)
{
	s->loaded = l;
	s->verdict.url = s->server.url;
	if (!l->found)
		return;
	s->regions = l->found->regions;
	s->n_regions = l->found->n_regions;
	if (!s->verdict.url)
		s->verdict.url = l->found->url;
}

/* The expected regions: the configured ones, or all that ever reported. */
static size_t list_expected(struct server_verdict *s)
{
	bool configured = s->server.n_regions > 0;
	size_t n = configured ? s->server.n_regions : s->n_regions;

	s->expected = xcalloc(n, sizeof *s->expected);
	for (size_t i = 0; i < n; i++)
		s->expected[i] = configured ? s->server.regions[i]
				      : s->regions[i].name;
	return n;
}

/* Set the state and latency of each region, which are published, too. */
static void set_region_states(struct server_verdict *s, double until)
{
	for (size_t i = 0; i < s->verdict.n_regions; i++) {
		struct verdict_region *r = &s->verdict.regions[i];

		for (size_t k = 0; k < s->n_regions; k++) {
			const struct region_history *h = &s->regions[k];

			if (strcmp(h->name, r->region) != 0)
				continue;
			r->since = region_state_at(h, until,
				load_region_since(s->loaded, r->region)).since;
			r->p95_ms = region_state_p95(h, until);
		}
	}
}

/* Set the protocol of the newest probe that shook hands. */
static void set_protocol(struct server_verdict *s, double until)
{
	double at = 0;

	for (size_t i = 0; i < s->n_regions; i++) {
		const struct region_history *h = &s->regions[i];
		size_t n = history_until(h, until);

		while (n && !h->probes[n - 1].protocol)
			n--;
		if (!n || h->probes[n - 1].started_at <= at)
			continue;
		at = h->probes[n - 1].started_at;
		s->verdict.protocol = h->probes[n - 1].protocol;
		s->verdict.era = h->probes[n - 1].era;
	}
}

/* Whether a side of a divergence is new: its definitions may yet come. */
static bool new_side(const struct verdict *v, double now)
{
	for (size_t k = 0; k < v->n_sides; k++)
		if (v->sides[k].first_seen > now - DEFINITIONS_S)
			return true;
	return false;
}

/* The instant up to which probes count. */
static double until_of(
	const struct server_verdict *s, const struct server_verdict_input *in)
{
	return in->now + s->server.rule.ahead_s;
}

/* Whether the sides of a divergence need definitions for their words. */
static bool lacks_words(
	struct server_verdict *s, const struct server_verdict_input *in)
{
	s->words.before = s->loaded->divergence_words;
	divergence_words_of(&s->words.of, &s->verdict, s->regions, s->n_regions,
		until_of(s, in));
	return !kept_is_current(&s->words);
}

/* Give the sides of a divergence their words. */
static void add_words(struct server_verdict *s,
	const struct server_verdict_input *in,
	const struct definition_history *h)
{
	struct kept_field *k = &s->words;
	int missing = 0;

	if (k->of.len && !k->text.len)
		missing = divergence_words_read(h, k->of.p, &k->text);
	k->doc = divergence_words_put(&s->verdict, k->text.p);
	if (missing && new_side(&s->verdict, in->now))
		buf_clear(&k->text);
}

static struct unapproved_input unapproved_seen(const struct server_verdict *s,
	const struct server_verdict_input *in)
{
	return (struct unapproved_input) {.slug = s->server.slug,
		.pinned = &s->pinned,
		.regions = s->regions,
		.n_regions = s->n_regions,
		.expected = s->expected,
		.n_expected = s->n_expected,
		.until = until_of(s, in)};
}

/*
 * Whether definitions are needed to compare the lists of the regions with what is
 * pinned. While they churn, and where the file cannot be used, what was known stays.
 */
static bool lacks_unapproved(
	struct server_verdict *s, const struct server_verdict_input *in)
{
	struct kept_field *k = &s->unapproved;
	struct unapproved_input seen;

	k->before = s->loaded->unapproved;
	if (!in->lock && !in->lock_failed)
		return false;
	s->is_pinned = in->lock &&
		lock_digests_find(in->lock, s->server.slug, &s->pinned);
	if (in->lock && !s->is_pinned)
		return false;
	if (!in->lock || s->verdict.tool_churn.changes_1h) {
		buf_str(&k->text, k->before ? k->before : "");
		return false;
	}
	seen = unapproved_seen(s, in);
	unapproved_of(&k->of, &seen);
	return !kept_is_current(k);
}

/*
 * Compare the lists of the regions with what is pinned. A change whose
 * definitions may yet come is looked at again: '?' stands before what is kept.
 */
static void add_unapproved(struct server_verdict *s,
	const struct server_verdict_input *in,
	const struct definition_history *h)
{
	struct unapproved_input seen = {.n_regions = 0};
	struct kept_field *k = &s->unapproved;
	struct verdict *v = &s->verdict;
	int missing = 0;

	if (in->lock && v->tool_churn.changes_1h)
		return;
	if (s->is_pinned)
		seen = unapproved_seen(s, in);
	if (k->of.len && !k->text.len)
		missing = unapproved_read(
			h, in->lock, &seen, (double)v->window, k);
	k->doc = unapproved_put(v, k->text.p, &seen);
	if (missing && v->unapproved.since > in->now - DEFINITIONS_S) {
		buf_char(&k->text, '?');
		memmove(k->text.p + 1, k->text.p, k->text.len - 1);
		*k->text.p = '?';
	}
}

static double last_probe_at(const struct verdict *v)
{
	double at = NAN;

	for (size_t i = 0; i < v->n_regions; i++)
		at = fmax(at, v->regions[i].started_at);
	return at;
}

/*
 * From the probes that are kept, by a function of history.h; the verdict before
 * knows of older ones.
 */
static double last_at(const struct server_verdict *s, double until,
	double (*of)(const struct region_history *h, double t), double before)
{
	double at = before > 0 && before <= until ? before : NAN;

	for (size_t i = 0; i < s->n_regions; i++)
		at = fmax(at, of(&s->regions[i], until));
	return at;
}

bool server_verdict_decide(
	struct server_verdict *s, const struct server_verdict_input *in)
{
	const struct loaded *l = s->loaded;
	bool renames, words, unapproved;

	stats_add(COUNT_SERVERS, 1);
	load_seen(l, s->regions, s->n_regions);
	s->n_expected = list_expected(s);
	s->verdict = verdict_decide(&s->server.rule,
		&(struct verdict_input) {.slug = s->server.slug,
			.url = s->verdict.url,
			.now = in->now,
			.expected = s->expected,
			.n_expected = s->n_expected,
			.regions = s->regions,
			.n_regions = s->n_regions,
			.worked_at = l->last_healthy,
			.churn_since = l->churn_since,
			.round = in->round,
			.interval_s = s->server.interval_s});
	renames = may_have_renames(&s->verdict);
	words = lacks_words(s, in);
	unapproved = lacks_unapproved(s, in);
	return renames || words || unapproved;
}

void server_verdict_finish(struct server_verdict *s,
	const struct server_verdict_input *in,
	const struct definition_history *h)
{
	const struct loaded *l = s->loaded;
	double until = until_of(s, in);

	if (h)
		definition_history_renames(h, &s->verdict);
	add_words(s, in, h);
	add_unapproved(s, in, h);
	s->verdict.pinned = s->is_pinned && !s->verdict.tool_churn.changes_1h;
	s->verdict.last_probe_at = last_probe_at(&s->verdict);
	s->verdict.last_success_at =
		last_at(s, until, history_success, l->last_success);
	s->last_healthy = last_at(s, until, history_healthy, l->last_healthy);
	figures_put(&s->verdict, &l->figures);
	if (s->verdict.verdict == VERDICT_UNKNOWN)
		return;
	s->verdict.published_at = in->now;
	set_protocol(s, until);
	set_region_states(s, until);
}

/*
 * The fields "seen:": the newest tools of each region. They are deleted for a region
 * that is no longer expected.
 */
static void put_seen_tools(
	const struct server_verdict *s, double until, struct strings *fields)
{
	for (size_t i = 0; i < s->n_regions; i++) {
		const struct region_history *h = &s->regions[i];
		const struct probe *p = drift_newest(h, until);
		double since = drift_since(h, until), words;
		const char *era, *full;

		if (!p)
			continue;
		strings_fmt(fields, "seen:%s", h->name);
		if (!strings_among(s->expected, s->n_expected, h->name)) {
			strings_add(fields, "");
			continue;
		}
		words = drift_words_since(h, until);
		era = era_name(p->era) ? era_name(p->era) : "-";
		full = p->tools->full_hash ? p->tools->full_hash : "";
		if (words != since)
			strings_fmt(fields, "%s %s.%s %.6f %.6f", era,
				p->tools->hash, full, since, words);
		else
			strings_fmt(fields, "%s %s.%s %.6f", era,
				p->tools->hash, full, since);
	}
}

/* The fields "changes:" and "churn:since"; an empty text removes a field. */
static void put_tool_changes(
	const struct server_verdict *s, double until, struct strings *fields)
{
	const struct verdict_churn *churn = &s->verdict.tool_churn;
	struct buf value;

	buf_init(&value, CHANGES_TEXT);
	for (size_t i = 0; i < s->n_regions; i++) {
		const struct change_counts c =
			churn_changes(&s->regions[i], until);

		buf_clear(&value);
		churn_put(&value, &c);
		if (!value.len && !s->regions[i].changes.upto)
			continue;
		strings_fmt(fields, "changes:%s", s->regions[i].name);
		strings_add(fields, value.p);
	}
	buf_release(&value);
	if (!churn->changes_1h && !(s->loaded->churn_since > 0))
		return;
	strings_add(fields, "churn:since");
	if (churn->changes_1h)
		strings_fmt(fields, "%.0f", churn->since);
	else
		strings_add(fields, "");
}

/* The fields "stood:": the state of each region, and since when. */
static void put_region_states(
	const struct server_verdict *s, struct strings *fields)
{
	for (size_t i = 0; i < s->verdict.n_regions; i++) {
		const struct verdict_region *r = &s->verdict.regions[i];

		strings_fmt(fields, "stood:%s", r->region);
		strings_fmt(fields, "%s %.6f",
			r->state == STATE_BROKEN ? "broken" : "works",
			r->since);
	}
}

/* A field with an instant, if there is one. */
static void put_instant(struct strings *fields, const char *field, double at)
{
	if (isnan(at))
		return;
	strings_add(fields, field);
	strings_fmt(fields, "%.6f", at);
}

/* A field that is not as it was. */
static void put_kept(
	struct strings *fields, const char *field, const struct kept_field *k)
{
	if (strcmp(k->before ? k->before : "", k->text.p) == 0)
		return;
	strings_add(fields, field);
	strings_add(fields, k->text.p);
}

void server_verdict_queue(const struct server_verdict *s, struct store *store,
	const char *sha, double now, struct publish_count count)
{
	double until = now + s->server.rule.ahead_s;
	struct strings fields = {0};

	put_seen_tools(s, until, &fields);
	put_tool_changes(s, until, &fields);
	put_region_states(s, &fields);
	strings_add(&fields, "colour:last");
	strings_add(&fields, verdict_colour_name(s->verdict.verdict));
	put_instant(&fields, "success:last", s->verdict.last_success_at);
	put_instant(&fields, "healthy:last", s->last_healthy);
	put_kept(&fields, DIVERGENCE_WORDS, &s->words);
	put_kept(&fields, UNAPPROVED_CHANGE, &s->unapproved);
	publish_queue(store, sha, &s->verdict, count, &fields);
	strings_release(&fields);
}
