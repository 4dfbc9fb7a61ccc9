/* SPDX-License-Identifier: MIT */
#include "incident/maintenance_hold.h"

#include "incident/incident.h"
#include "incident/recovery.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_S 60

/*
 * Whether that is the one that is active. Maintenances that count as one begin
 * together; others begin at another time.
 */
static bool same(const struct maintenance_hold *q, const struct occurrence *o)
{
	return o->found && q->start == o->start;
}

static void note_in_timeline(
	struct alert_state *st, double at, const char *what)
{
	const struct maintenance_hold *q = &st->maintenance;

	state_note(st, at, what, q->reason ? q->reason : q->id);
}

static void adopt(struct maintenance_hold *q, const struct occurrence *o)
{
	string_set(&q->id, o->of->id);
	string_set(&q->reason, o->of->reason);
	q->start = o->start;
	q->end = o->end;
}

void maintenance_hold_note(
	struct alert_state *st, const struct occurrence *o, double t)
{
	struct maintenance_hold *q = &st->maintenance;

	/* A verdict of an earlier time says nothing of the present. */
	if (q->active && t < (double)q->start)
		return;
	if (occurrence_covers(o, t)) {
		bool begun = q->active && same(q, o);

		adopt(q, o);
		q->active = true;
		if (!begun)
			note_in_timeline(
				st, (double)q->start, "maintenance_began");
	} else if (q->active) {
		q->active = false;
		if (same(q, o))
			q->end = o->end;
		else if (t < (double)q->end)
			q->end = (int64_t)floor(t);
		note_in_timeline(st, (double)q->end, "maintenance_ended");
	} else if (o->found && o->end > q->end) {
		/* No verdict came while it lasted. */
		adopt(q, o);
	}
}

static bool began_within(
	const struct maintenance_hold *q, const struct incident *inc)
{
	return q->id && inc->first < q->end && inc->first + WINDOW_S > q->start;
}

/* Mark an event of this round, which is about an incident: one that is open,
   unless the event tells of its end, for none begins and ends in one round. */
static void mark(struct alert_state *st, struct alert_event *e)
{
	struct incident *inc = &st->incidents[e->record.kind];

	if (e->record.phase == ALERT_RESOLVED ||
		e->record.phase == ALERT_FOUND) {
		e->suppressed = e->unnotified;
		return;
	}
	if (e->record.phase == ALERT_STARTED &&
		(st->maintenance.active || began_within(&st->maintenance, inc)))
		inc->suppressed = inc->unnotified = true;
	e->suppressed = inc->suppressed;
}

/* Suppress what is open when a maintenance begins, and what begins in it. */
static void suppress(struct incident *inc, double now)
{
	incident_stop(inc, now);
	inc->suppressed = inc->open;
}

static void release(struct incident *inc, double now)
{
	inc->suppressed = false;
	incident_go_on(inc, now);
}

static void mark_all(struct alert_state *st, double now,
	struct alert_events *out, size_t from)
{
	for (unsigned k = 0; k < ALERT_KINDS && st->maintenance.active; k++)
		if (k != ALERT_MANUAL)
			suppress(&st->incidents[k], now);
	for (size_t i = from; i < out->n; i++) {
		struct alert_event *e = &out->v[i];

		if (e->record.phase == ALERT_ONCE)
			e->suppressed = st->maintenance.active;
		else if (e->record.kind != ALERT_MANUAL)
			mark(st, e);
	}
}

/* A downtime still lasts some time after the maintenance. */
static void overrun(struct alert_state *st, double now,
	struct alert_events *out)
{
	struct incident *down = &st->incidents[ALERT_DOWNTIME];
	struct incident *inc = &st->incidents[ALERT_OVERRUN];

	down->superseded = true;
	/* Only what another program wrote into the store has both. */
	if (inc->open)
		return;
	incident_open(inc, SEVERITY_P1, down->first, (int64_t)floor(now),
		down->probe_count);
	inc->tier = down->tier;
	inc->step = down->step;
	inc->layer = down->layer;
	inc->expected = down->expected;
	inc->checks_refused = down->checks_refused;
	string_set(&inc->error, down->error);
	string_set(&inc->said, down->said);
	strings_copy(&inc->regions, &down->regions);
	strings_copy(&inc->reached, &down->reached);
	events_add(out, st, ALERT_OVERRUN, ALERT_STARTED, now);
}

/* Judge a suppressed incident, some time after the maintenance. */
static void judge_suppressed(struct alert_state *st, enum alert_kind kind,
	const struct conf_policy *p, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];
	int64_t end = st->maintenance.end;

	if (kind == ALERT_OVERRUN)
		release(inc, now);
	if (!inc->open || !inc->suppressed)
		return;
	/* It ended during the maintenance, which may be sent now. */
	if (recovery_over(inc, p)) {
		recovery_end(st, kind, now, out);
		return;
	}
	if (inc->superseded || inc->passes || inc->quiet.n ||
		inc->failed + WINDOW_S <= end || now < (double)end + p->overrun_s)
		return;
	release(inc, now);
	if (kind == ALERT_DOWNTIME) {
		overrun(st, now, out);
	} else if (inc->unnotified) {
		inc->unnotified = inc->late = false;
		inc->reminded_at = (int64_t)floor(now);
		events_add(out, st, kind, ALERT_STARTED, now);
	}
}

/* An overrun lasts as long as its downtime. */
static void follow(struct alert_state *st, double now, struct alert_events *out,
	size_t from)
{
	const struct incident *down = &st->incidents[ALERT_DOWNTIME];
	struct incident *inc = &st->incidents[ALERT_OVERRUN];
	double at = now;

	if (!inc->open)
		return;
	if (down->open) {
		inc->probe_count = down->probe_count;
		inc->failed = down->failed;
		inc->checks_refused = down->checks_refused;
		inc->flapping = down->flapping;
		inc->passes = down->passes;
		inc->passed = down->passed;
		inc->passed_since = down->passed_since;
		inc->quiet = down->quiet;
		inc->seen = down->seen;
		strings_copy(&inc->silent, &down->silent);
		return;
	}
	for (size_t i = from; i < out->n; i++) {
		const struct alert_event *e = &out->v[i];

		/* It is closed: this is its end. */
		if (e->record.kind != ALERT_DOWNTIME)
			continue;
		if (e->facts.unwatched) {
			recovery_with(st, ALERT_OVERRUN, e, out);
			return;
		}
		inc->passed_since = e->record.resolved_at;
		strings_copy(&inc->still, &e->still);
		at = e->record.at;
	}
	if (!inc->passed_since)
		inc->passed_since = (int64_t)floor(now);
	recovery_end(st, ALERT_OVERRUN, at, out);
}

void maintenance_hold_late(struct alert_state *st, double now,
	struct alert_events *out, size_t from)
{
	mark_all(st, now, out, from);
	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		struct incident *inc = &st->incidents[k];

		if (inc->open && inc->late &&
			began_within(&st->maintenance, inc))
			inc->suppressed = inc->unnotified = true;
	}
	follow(st, now, out, from);
}

void maintenance_hold_judge(struct alert_state *st, const struct conf_policy *p,
	double now, struct alert_events *out, size_t from)
{
	mark_all(st, now, out, from);
	for (unsigned k = 0; k < ALERT_KINDS && !st->maintenance.active; k++)
		judge_suppressed(st, (enum alert_kind)k, p, now, out);
	follow(st, now, out, from);
}
