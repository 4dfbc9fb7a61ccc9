/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "base/zone.h"
#include "json/json.h"
#include "records/probe.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Entries that are no further apart were noted at the same time. */
#define SAME_S 0.001

/*
 * The place of the first of n elements that is not before `at`. They have that
 * size, are sorted by time, and have it at that offset.
 */
static size_t place(const void *v, size_t n, size_t size, size_t offset,
	double at)
{
	size_t lo = 0;
	double time;

	while (lo < n) {
		size_t mid = lo + (n - lo) / 2;

		memcpy(&time, (const char *)v + mid * size + offset,
			sizeof time);
		if (time < at)
			lo = mid + 1;
		else
			n = mid;
	}
	return lo;
}

/* The text of an event in the history, which is sorted by time; or NULL. */
static const char *text_of(const struct history *h, const char *slug,
	const struct timeline_entry *e)
{
	size_t i = place(h->v, h->n, sizeof *h->v,
		offsetof(struct history_record, at), e->at - SAME_S);
	enum alert_kind kind;
	int64_t first;

	for (; i < h->n && h->v[i].at < e->at + SAME_S; i++) {
		const struct history_record *r = &h->v[i];

		if (!r->route && strcmp(r->slug, slug) == 0 &&
			strcmp(r->what, e->what) == 0 && r->key &&
			alert_key_parse(r->key, &kind, &first) &&
			first == e->first)
			return r->text;
	}
	return NULL;
}

/* Make a text of the facts that are left of an event. */
static char *make_text(const char *slug, const struct timeline_entry *e)
{
	enum alert_kind kind;
	struct buf b;

	buf_init(&b, TEXT_SIZE);
	buf_fmt(&b, "%s: %s", slug,
		e->resolved_at			    ? "it is over"
		: alert_event_parse(e->what, &kind) ? alert_kind_meaning(kind)
						    : e->what);
	return buf_take(&b);
}

void timeline_texts(struct alert_state *st, const struct history *h)
{
	for (size_t i = 0; i < st->n_timeline; i++) {
		struct timeline_entry *e = &st->timeline[i];
		const char *text = e->text ? NULL : text_of(h, st->slug, e);

		if (!e->text)
			e->text = text ? xstrdup(text) : make_text(st->slug, e);
	}
}

void timeline_add(struct timeline *t, const struct alert_state *st)
{
	for (size_t i = 0; i < st->n_timeline; i++) {
		const struct timeline_entry *e = &st->timeline[i];

		t->v = xgrow(t->v, &t->cap, t->n + 1, sizeof *t->v);
		t->v[t->n] = (struct timeline_line) {
			.slug = xstrdup(st->slug),
			.entry = {.at = e->at,
				.what = xstrdup(e->what),
				.text = xstrdup(e->text)},
			.number = t->n,
		};
		t->n++;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct timeline_line *s = a, *t = b;

	if (s->entry.at != t->entry.at)
		return s->entry.at < t->entry.at ? -1 : 1;
	return s->number < t->number ? -1 : 1;
}

/* Whether one of the first n, which are sorted by time, says it, too. */
static bool says(const struct timeline *t, size_t n,
	const struct history_record *h)
{
	size_t i = place(t->v, n, sizeof *t->v,
		offsetof(struct timeline_line, entry.at), h->at - SAME_S);

	for (; i < n && t->v[i].entry.at < h->at + SAME_S; i++)
		if (strcmp(t->v[i].slug, h->slug) == 0 &&
			strcmp(t->v[i].entry.what, h->what) == 0)
			return true;
	return false;
}

void timeline_add_history(
	struct timeline *t, const struct history *h, const char *slug)
{
	size_t known = t->n;

	if (known)
		qsort(t->v, known, sizeof *t->v, by_time);
	for (size_t i = 0; i < h->n; i++) {
		const struct history_record *r = &h->v[i];

		if ((slug && strcmp(slug, r->slug) != 0) ||
			(!r->route && says(t, known, r)))
			continue;
		t->v = xgrow(t->v, &t->cap, t->n + 1, sizeof *t->v);
		t->v[t->n] = (struct timeline_line) {
			.slug = xstrdup(r->slug),
			.entry = {.at = r->at,
				.what = xstrdup(r->what),
				.text = xstrdup(r->text)},
			.number = t->n,
		};
		t->n++;
	}
}

void timeline_release(struct timeline *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->v[i].slug);
		free(t->v[i].entry.what);
		free(t->v[i].entry.text);
	}
	free(t->v);
	*t = (struct timeline) {0};
}

static void put_text(struct buf *b, const struct timeline_line *l,
	const char *zone, const char *what, const char *text)
{
	char at[CLOCK_RFC3339];

	zone_rfc3339(zone, (int64_t)l->entry.at, at);
	buf_fmt(b, "%s  %s  %s  %s\n", at, l->slug, what, text);
}

static void put_line(struct buf *b, const struct timeline_line *l,
	const char *what, const char *text)
{
	json_fmt(b, "{'v':%d,'type':'history','at':%g,'server_slug':%s,"
		"'what':%s,'text':%s}\n",
		RECORD_VERSION, l->entry.at, l->slug, what, text);
}

void timeline_put(struct buf *b, struct timeline *t, const char *zone)
{
	if (t->n)
		qsort(t->v, t->n, sizeof *t->v, by_time);
	for (size_t i = 0; i < t->n; i++) {
		const struct timeline_line *l = &t->v[i];
		char what[TEXT_SIZE], said[TEXT_SIZE];

		text_clean(l->entry.what, strlen(l->entry.what), what,
			sizeof what, TEXT_MAX);
		text_clean(l->entry.text, strlen(l->entry.text), said,
			sizeof said, TEXT_MAX);
		if (zone)
			put_text(b, l, zone, what, said);
		else
			put_line(b, l, what, said);
	}
}
