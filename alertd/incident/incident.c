#include "incident/incident.h"

#include "incident/acknowledgement.h"

#include <math.h>

void incident_open(struct incident *inc, enum severity severity,
	int64_t first, int64_t window, int count)
{
	*inc = (struct incident) {
		.open = true,
		.severity = severity,
		.first = first,
		.opened_at = window,
		.reminded_at = window,
		.failed = window,
		.probe_count = count,
	};
}

void incident_hold(struct incident *inc, int64_t window)
{
	if (inc->failed < window) {
		inc->failed = window;
		inc->probe_count++;
		if (inc->passes)
			inc->flaps++;
	}
	inc->passes = 0;
	inc->passed = inc->passed_since = 0;
}

bool incident_pass(struct incident *inc, int64_t window, int needed)
{
	if (inc->failed >= window || inc->passed >= window)
		return false;
	if (inc->passes++ == 0)
		inc->passed_since = window;
	inc->passed = window;
	return inc->passes >= needed;
}

void incident_end(struct alert_state *st, enum alert_kind kind, double at,
	struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];

	/* Whoever was told of it is told of its end when that may be said. */
	if (st->quiet.active && !inc->unheard)
		return;
	/* What is over wakes nobody. */
	if (inc->late && inc->severity < SEVERITY_P2)
		inc->severity = SEVERITY_P2;
	if (!inc->late)
		events_add(out, st, kind, ALERT_RESOLVED, at, false);
	else if (!inc->folded)
		events_add(out, st, kind, ALERT_FOUND, at, false);
	incident_release(inc);
}

bool incident_due(struct incident *inc, const struct conf_policy *p,
	double now)
{
	double age = now - (double)inc->opened_at;

	if (!inc->open || inc->folded || inc->late || inc->passes ||
		ack_holds(inc, now))
		return false;
	/* Whoever looked after it may have forgotten it. */
	if (now - (double)inc->reminded_at < p->remind_s)
		return inc->ack.by;
	inc->reminded_at = inc->opened_at +
		(int64_t)(floor(age / p->remind_s) * p->remind_s);
	return true;
}

void incidents_tick(struct alert_state *st, const struct conf_policy *p,
	double now, struct alert_events *out)
{
	static const enum alert_kind kinds[] = {
		ALERT_LATENCY, ALERT_ERROR_RATE, ALERT_SLO_BURN,
		ALERT_DIVERGENCE, ALERT_CHURN, ALERT_SILENT, ALERT_OVERRUN};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (incident_due(&st->incidents[kinds[i]], p, now))
			events_add(out, st, kinds[i], ALERT_REMINDER, now,
				false);
}

void incident_heal(struct incident *inc, double now)
{
	double limit = now + STATE_AHEAD_S;
	struct ack *a = &inc->ack;

	if ((double)inc->opened_at > limit)
		inc->opened_at = (int64_t)floor(now);
	if ((double)inc->reminded_at > limit)
		inc->reminded_at = (int64_t)floor(now);
	if ((double)inc->held_at > limit)
		inc->held_at = (int64_t)floor(now);
	inc->climb.since = inc->climb.since > limit ? now : inc->climb.since;
	if (!a->by || a->at <= limit)
		return;
	a->until = now + (a->until - a->at);
	a->at = now;
}

void incident_restart(struct incident *inc)
{
	inc->failed = inc->passed = inc->passed_since = 0;
	inc->passes = 0;
}
