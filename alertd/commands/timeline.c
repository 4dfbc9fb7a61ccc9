#include "commands/timeline.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/zone.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/probe.h"

#include <stdlib.h>
#include <string.h>

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

static int by_time(const void *a, const void *b)
{
	const struct timeline_line *s = a, *t = b;

	if (s->entry.at != t->entry.at)
		return s->entry.at < t->entry.at ? -1 : 1;
	return s->number < t->number ? -1 : 1;
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
