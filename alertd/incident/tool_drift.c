/* SPDX-License-Identifier: MIT */
#include "incident/kinds.h"

#include "base/clock.h"
#include "incident/confirmation.h"
#include "incident/incident.h"
#include "incident/recovery.h"
#include "incident/state.h"

#include <stdlib.h>
#include <string.h>

/* Names of eras stand where the eras differ: see mcp-records(5). */
static bool is_era(const char *s)
{
	enum era era;

	return era_parse(s, &era);
}

static bool usable(const struct verdict_drift *d)
{
	if (!d->from || !d->to || strcmp(d->from, d->to) == 0)
		return false;
	return (hash_valid(d->from) && hash_valid(d->to)) ||
		(is_era(d->from) && is_era(d->to));
}

static bool same(const struct verdict_drift *a, const struct verdict_drift *b)
{
	return strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0;
}

static struct drift_notice *find_notice(struct alert_state *st,
	const struct verdict_drift *d)
{
	for (size_t i = 0; i < st->n_drifts; i++)
		if (strcmp(st->drifts[i].from, d->from) == 0 &&
			strcmp(st->drifts[i].to, d->to) == 0)
			return &st->drifts[i];
	return NULL;
}

static bool recent(const struct drift_notice *t, int64_t window)
{
	return window - t->at < TOOL_DRIFT_AGAIN_S;
}

/* Notes that it is sent; false where it was, or too much was. */
static bool news(struct alert_state *st, const struct verdict_drift *d,
	int64_t window)
{
	struct drift_notice *sent = find_notice(st, d), new = {.at = window};

	if (sent && (recent(sent, window) ||
			    st->incidents[ALERT_DIVERGENCE].open))
		return false;
	if (!sent && st->n_drifts == DRIFTS_MAX) {
		if (recent(&st->drifts[0], window))
			return false;
		sent = &st->drifts[0];
	}
	if (sent)
		memmove(sent, sent + 1,
			(size_t)(&st->drifts[--st->n_drifts] - sent) *
				sizeof *sent);
	snprintf(new.from, sizeof new.from, "%s", d->from);
	snprintf(new.to, sizeof new.to, "%s", d->to);
	st->drifts[st->n_drifts++] = new;
	return true;
}

/*
 * A tool that is gone breaks its callers. So may a change of which nobody knows
 * what it was.
 */
static enum severity severity(const struct tool_change *c)
{
	if (is_era(c->from))
		return SEVERITY_P3;
	return c->removed.n || !tool_change_named(c) ? SEVERITY_P2
						     : SEVERITY_P3;
}

/* All regions of a verdict that tell of the same change make one event. */
static void drift_event(struct alert_state *st, const struct verdict *v,
	size_t first, int64_t window, int nth, struct alert_events *out)
{
	const struct verdict_drift *d = &v->drift[first];
	struct alert_event *e = events_new(out, st);

	tool_change_set(&e->change, d);
	for (size_t i = first; i < v->n_drift; i++)
		if (usable(&v->drift[i]) && same(d, &v->drift[i]) &&
			region_valid(v->drift[i].region))
			strings_note(&e->regions, v->drift[i].region);
	e->record.at = (double)window;
	e->record.kind = ALERT_DRIFT;
	e->record.phase = ALERT_ONCE;
	e->record.severity = severity(&e->change);
	e->record.started_at = window;
	e->record.nth = nth;
	event_point(e);
}

/* Forgets what was sent long ago, unless a divergence is open. */
static void forget_old(struct alert_state *st, int64_t window)
{
	size_t n = 0;

	while (n < st->n_drifts && !st->incidents[ALERT_DIVERGENCE].open &&
		window - st->drifts[n].at >= TOOL_DRIFT_KEPT_S)
		n++;
	st->n_drifts -= n;
	memmove(st->drifts, st->drifts + n, st->n_drifts * sizeof *st->drifts);
}

void tool_drift_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out)
{
	int nth = 0;

	forget_old(st, window);
	/* One event says of all of them that they are too many. */
	if (st->incidents[ALERT_CHURN].open)
		return;
	for (size_t i = 0; i < v->n_drift; i++)
		if (usable(&v->drift[i]) &&
			region_valid(v->drift[i].region) &&
			news(st, &v->drift[i], window) &&
			!unapproved_change_covers(st, window, &v->drift[i]))
			drift_event(st, v, i, window, nth++, out);
}

static void begin_churn(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_CHURN];
	double since = v->tool_churn.since;
	bool known = since > 0 && !incident_barred(st, ALERT_CHURN, since);
	int64_t first = known ? clock_window(since) : window;

	incident_open(inc, SEVERITY_P2, first < window ? first : window,
		window, 1);
	inc->layer = LAYER_TOOLS;
	inc->usual = TOOL_CHURN_USUAL;
	inc->value = v->tool_churn.changes_1h;
	/* Whoever was notified of the divergence hears of its end alone. */
	st->incidents[ALERT_DIVERGENCE].superseded =
		st->incidents[ALERT_DIVERGENCE].open;
	events_add(out, st, ALERT_CHURN, ALERT_STARTED, (double)window);
}

void tool_churn_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_CHURN];
	bool churns = v->tool_churn.changes_1h > 0;

	if (churns && !inc->open) {
		if (incident_barred(st, ALERT_CHURN, (double)window))
			return;
		begin_churn(st, v, window, out);
	} else if (churns) {
		incident_fail(inc, window);
		inc->value = v->tool_churn.changes_1h;
	} else if (inc->open && v->verdict != VERDICT_UNKNOWN &&
		recovery_pass(inc, window, 1)) {
		st->incidents[ALERT_DIVERGENCE].superseded = false;
		recovery_end(st, ALERT_CHURN, (double)window, out);
	}
}
