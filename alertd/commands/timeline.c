#include "commands/timeline.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/zone.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/probe.h"

#include <stdlib.h>
#include <string.h>

/* What is no further apart was noted at the same time. */
#define SAME_S 0.001

/* The text of an event in the history, which is sorted by time; or NULL. */
static const char *text_of(const struct history *h, const char *slug,
	const struct timeline_entry *e)
{
	size_t lo = 0, hi = h->n;
	enum alert_kind kind;
	int64_t first;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (h->v[mid].at < e->at - SAME_S)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < h->n && h->v[lo].at < e->at + SAME_S; lo++) {
		const struct history_record *r = &h->v[lo];

		if (!r->route && strcmp(r->slug, slug) == 0 &&
			strcmp(r->what, e->what) == 0 && r->key &&
			alert_key_parse(r->key, &kind, &first) &&
			first == e->first)
			return r->text;
	}
	return NULL;
}

/* What is still known of an event. */
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
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->v[mid].entry.at < h->at - SAME_S)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < n && t->v[lo].entry.at < h->at + SAME_S; lo++)
		if (strcmp(t->v[lo].slug, h->slug) == 0 &&
			strcmp(t->v[lo].entry.what, h->what) == 0)
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
	buf_fmt(b, "{\"v\":%d,\"type\":\"history\",\"at\":", RECORD_VERSION);
	json_put_num(b, l->entry.at);
	json_put_member(b, "server_slug", l->slug);
	json_put_member(b, "what", what);
	json_put_member(b, "text", text);
	buf_str(b, "}\n");
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
