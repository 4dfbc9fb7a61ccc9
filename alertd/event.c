#include "event.h"

#include "summary.h"
#include "text.h"
#include "xalloc.h"

#include <stdlib.h>

static char *summarise(const struct alert_state *st, enum alert_kind kind,
	enum alert_phase phase, double at, bool worse)
{
	struct buf b;

	buf_init(&b, TEXT_SIZE);
	summary_put(&b, &(struct summary) {
		.slug = st->slug,
		.kind = kind,
		.phase = phase,
		.incident = &st->incidents[kind],
		.at = at,
		.worse = worse,
	});
	return buf_take(&b);
}

struct alert_event *events_new(struct alert_events *l,
	const struct alert_state *st)
{
	struct alert_event *e;

	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	e = &l->v[l->n++];
	*e = (struct alert_event) {.slug = xstrdup(st->slug)};
	string_set(&e->url, st->url);
	e->record.slug = e->slug;
	e->record.url = e->url;
	return e;
}

void events_add(struct alert_events *l, const struct alert_state *st,
	enum alert_kind kind, enum alert_phase phase, double at, bool worse)
{
	const struct incident *inc = &st->incidents[kind];
	struct alert_event *e = events_new(l, st);

	string_set(&e->error, inc->error);
	e->summary = summarise(st, kind, phase, at, worse);
	strings_copy(&e->regions, &inc->regions);
	strings_copy(&e->told, &inc->told);
	e->record = (struct alert_record) {
		.at = at,
		.kind = kind,
		.phase = phase,
		.slug = e->slug,
		.url = e->url,
		.severity = inc->severity,
		.tier = inc->tier,
		.step = inc->step,
		.layer = inc->layer,
		.regions = (const char *const *)e->regions.v,
		.n_regions = e->regions.n,
		.probe_count = inc->probe_count,
		.started_at = inc->first,
		.resolved_at = phase == ALERT_RESOLVED ? inc->passed_since : 0,
		.last_error = e->error,
		.summary = e->summary,
	};
}

void events_release(struct alert_events *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct alert_event *e = &l->v[i];

		free(e->slug);
		free(e->url);
		free(e->error);
		free(e->summary);
		strings_release(&e->regions);
		strings_release(&e->told);
	}
	free(l->v);
	*l = (struct alert_events) {0};
}
