#include "event.h"

#include "summary.h"
#include "text.h"
#include "xalloc.h"

#include <stdlib.h>

static char *summarise(const struct summary *s)
{
	struct buf b;

	buf_init(&b, TEXT_SIZE);
	summary_put(&b, s);
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
	events_put(l, st, &(struct summary) {
		.kind = kind,
		.phase = phase,
		.at = at,
		.worse = worse,
	});
}

void events_put(struct alert_events *l, const struct alert_state *st,
	const struct summary *about)
{
	const struct incident *inc = &st->incidents[about->kind];
	struct alert_event *e = events_new(l, st);
	struct summary s = *about;

	s.slug = st->slug;
	s.incident = inc;
	string_set(&e->error, inc->error);
	e->summary = summarise(&s);
	strings_copy(&e->regions, &inc->regions);
	strings_copy(&e->told, &inc->told);
	e->record = (struct alert_record) {
		.at = s.at,
		.kind = s.kind,
		.phase = s.phase,
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
		.resolved_at = s.phase == ALERT_RESOLVED ? inc->passed_since : 0,
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
		strings_release(&e->steps);
		strings_release(&e->later);
	}
	free(l->v);
	*l = (struct alert_events) {0};
}
