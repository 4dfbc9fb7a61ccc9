/* SPDX-License-Identifier: MIT */
#include "routing/routing.h"

#include "incident/incident.h"
#include "incident/recovery.h"

#include <math.h>

/* The silences, and the instant at which they are asked. */
struct quiet {
	const struct silence *v;
	size_t n;
	double now;
};

/* The silence that hides it longest, or NULL. */
static const struct silence *find(const struct quiet *q,
	const struct silence_subject *about)
{
	const struct silence *found = NULL;

	for (size_t i = 0; i < q->n; i++)
		if (silence_covers(&q->v[i], q->now) &&
			silence_hides(&q->v[i], about) &&
			(!found || silence_end(&q->v[i]) > silence_end(found)))
			found = &q->v[i];
	return found;
}

static const struct silence *of_incident(const struct quiet *q,
	const struct alert_state *st, enum alert_kind kind)
{
	const struct incident *inc = &st->incidents[kind];

	/* Visitors read what somebody opens by hand, muted or not. */
	if (kind == ALERT_MANUAL)
		return NULL;
	return find(q, &(struct silence_subject) {
		.slug = st->slug,
		.servers = &st->shared.left,
		.regions = &inc->regions,
		.kind = kind,
		.severity = inc->severity,
		.step = inc->step,
	});
}

static const struct silence *of_event(const struct quiet *q,
	const struct alert_event *e)
{
	return find(q, &(struct silence_subject) {
		.slug = e->slug,
		.servers = &e->servers,
		.regions = &e->regions,
		.kind = e->record.kind,
		.severity = e->record.severity,
		.step = e->record.step,
	});
}

static void hold(struct alert_state *st, enum alert_kind kind,
	const struct silence *s, double now)
{
	struct incident *inc = &st->incidents[kind];
	char what[64];

	if (!inc->silence) {
		inc->silenced_at = (int64_t)floor(now);
		incident_stop(inc, now);
		snprintf(what, sizeof what, "%s_silenced",
			alert_kind_name(kind));
		state_note(st, now, what, s->reason);
	}
	string_set(&inc->silence, s->id);
}

static void let_go(struct incident *inc, double now)
{
	string_set(&inc->silence, NULL);
	incident_go_on(inc, now);
}

/* Go on with an incident that no silence covers any more. */
static void end_silence(struct alert_state *st, enum alert_kind kind,
	const struct conf_policy *p, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];

	if (inc->superseded || !inc->unnotified) {
		let_go(inc, now);
		if (recovery_over(inc, p))
			recovery_end(st, kind, now, out);
		return;
	}
	/* It is just ending, of which nobody need hear; or it fails again. */
	if (inc->passes || inc->quiet.n)
		return;
	let_go(inc, now);
	if (inc->suppressed || inc->late)
		return;
	inc->unnotified = false;
	inc->reminded_at = (int64_t)floor(now);
	events_add(out, st, kind, ALERT_STARTED, now);
}

/* Marks an event of this instant, if it is held back. */
static void mark(const struct quiet *q, struct alert_state *st,
	struct alert_event *e)
{
	struct incident *inc;

	switch (e->record.phase) {
	case ALERT_ONCE:
	case ALERT_FOUND:
		e->silenced = of_event(q, e) != NULL;
		break;
	case ALERT_RESOLVED:
		e->silenced = e->silenced && e->unnotified;
		break;
	default:
		inc = &st->incidents[e->record.kind];
		e->silenced = inc->open && inc->silence;
		if (e->silenced && e->record.phase == ALERT_STARTED)
			inc->unnotified = true;
		/* It got worse unheard: its policy begins anew after that. */
		if (e->silenced && e->record.phase == ALERT_ESCALATED)
			escalation_release(&inc->escalation);
	}
	e->suppressed = e->suppressed || e->silenced;
}

const struct silence *silence_hold_of(const struct alert_state *st,
	enum alert_kind kind, const struct silence *v, size_t n, double now)
{
	const struct quiet q = {v, n, now};

	return of_incident(&q, st, kind);
}

void silence_hold_judge(struct alert_state *st, const struct silence *v,
	size_t n, const struct conf_policy *p, double now,
	struct alert_events *out)
{
	const struct quiet q = {v, n, now};
	size_t decided = out->n;

	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		enum alert_kind kind = (enum alert_kind)k;
		const struct silence *s = st->incidents[k].open
			? of_incident(&q, st, kind)
			: NULL;

		if (s)
			hold(st, kind, s, now);
	}
	for (size_t i = 0; i < decided; i++)
		mark(&q, st, &out->v[i]);
	for (unsigned k = 0; k < ALERT_KINDS; k++)
		if (st->incidents[k].open && st->incidents[k].silence &&
			!of_incident(&q, st, (enum alert_kind)k))
			end_silence(st, (enum alert_kind)k, p, now, out);
}
