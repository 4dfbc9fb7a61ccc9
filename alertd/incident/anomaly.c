#include "incident/anomaly.h"

#include "incident/confirmation.h"

/* So many failing windows, in so many regions, within this time. */
#define WINDOWS 3
#define REGIONS 2
#define SPAN_S 3600
#define DAY_S 86400

static void forget(struct anomaly *s)
{
	s->windows = (struct streak) {0};
	strings_clear(&s->regions);
}

static void anomaly_event(struct alert_state *st, int64_t window,
	struct alert_events *out)
{
	struct alert_event *e = events_new(out, st);

	e->facts.count = st->anomaly.windows.n;
	strings_copy(&e->regions, &st->anomaly.regions);
	e->record.at = (double)window;
	e->record.kind = ALERT_ANOMALY;
	e->record.phase = ALERT_ONCE;
	e->record.severity = SEVERITY_P3;
	e->record.started_at = st->anomaly.windows.since;
	event_point(e);
	st->anomaly.told = window;
}

/* Whether a region still fails, which may yet become an incident. */
static bool failing_on(const struct alert_state *st)
{
	for (size_t i = 0; i < st->n_regions; i++)
		if (st->regions[i].failing.n)
			return true;
	return false;
}

void anomaly_judge(struct alert_state *st, const struct verdict *v,
	const struct observation *s, struct alert_events *out)
{
	struct anomaly *stray = &st->anomaly;
	struct streak *t = &stray->windows;

	if (state_down(st) || (t->n && s->window - t->since > SPAN_S))
		forget(stray);
	if (state_down(st))
		return;
	if (s->failing && t->counted < s->window) {
		if (t->n++ == 0)
			t->since = s->window;
		t->counted = s->window;
	}
	for (size_t i = 0; i < v->n_failing; i++)
		if (region_hearing(st, v, s->window, v->failing[i]) == HEARD)
			strings_note(&stray->regions, v->failing[i]);
	if (failing_on(st) || t->n < WINDOWS || stray->regions.n < REGIONS ||
		s->window - stray->told < SPAN_S)
		return;
	anomaly_event(st, s->window, out);
	forget(stray);
}

static void refusal_event(struct alert_state *st, struct strings *regions,
	int64_t window, struct alert_events *out)
{
	struct alert_event *e = events_new(out, st);

	strings_copy(&e->regions, regions);
	e->record.at = (double)window;
	e->record.kind = ALERT_CLIENTS_REFUSED;
	e->record.phase = ALERT_ONCE;
	e->record.severity = SEVERITY_P3;
	e->record.started_at = window;
	event_point(e);
}

void clients_refused_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out)
{
	struct strings regions = {0};

	for (size_t i = 0; i < v->n_regions; i++)
		if (v->regions[i].clients_refused &&
			!verdict_lists(v->no_data, v->n_no_data,
				v->regions[i].region))
			strings_note(&regions, v->regions[i].region);
	if (regions.n && window - st->clients_refused >= DAY_S)
		refusal_event(st, &regions, window, out);
	if (regions.n && window > st->clients_refused)
		st->clients_refused = window;
	strings_release(&regions);
}
