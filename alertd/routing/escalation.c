/* SPDX-License-Identifier: MIT */
#include "routing/routing.h"

#include "incident/incident.h"

#include <math.h>
#include <string.h>

/* The policy of an incident, and the incident. */
struct rise {
	const struct conf *c;
	const struct conf_notify *policy; /* NULL: the default */
	const char *name; /* NULL: nobody is notified by steps */
	struct incident *inc;
	enum alert_kind kind;
	double now;
};

static int n_steps(const struct rise *r)
{
	return route_steps(r->policy, r->inc->severity);
}

/* Take the steps that are due: add their routes. */
static void take_steps(const struct rise *r, struct strings *out)
{
	struct escalation *climb = &r->inc->escalation;

	for (; climb->step < n_steps(r) &&
		climb->since + route_after(r->policy, r->inc->tier,
				       climb->step) <= r->now;
		climb->step++)
		route_step(r->c, r->policy, r->inc->severity, climb->step, out);
}

static bool of(const struct alert_event *e, const struct rise *r)
{
	return e->record.kind == r->kind && e->record.phase != ALERT_ONCE;
}

/* The event that carries the steps: one of this instant, or a new one. */
static struct alert_event *carrier(const struct rise *r,
	const struct alert_state *st, size_t from, struct alert_events *out)
{
	for (size_t i = from; i < out->n; i++)
		if (of(&out->v[i], r) &&
			(out->v[i].record.phase == ALERT_STARTED ||
				out->v[i].record.phase == ALERT_ESCALATED))
			return &out->v[i];
	events_put(out, st, r->kind, ALERT_ESCALATED, r->now,
		&(struct event_facts) {
			.unacknowledged = true,
		});
	return &out->v[out->n - 1];
}

/* By default only a P1 has steps that come later. */
static struct rise find_rise(const struct conf *c, struct alert_state *st,
	enum alert_kind kind, double now)
{
	struct rise r = {
		.c = c,
		.inc = &st->incidents[kind],
		.kind = kind,
		.now = now,
	};
	const struct routed what = {
		.kind = kind,
		.severity = r.inc->severity,
		.slug = st->slug,
		.at = now,
		.grouped = r.inc->group != NULL,
		.servers = &st->shared.left,
	};

	if (!route_policy(c, &what, &r.policy))
		return r;
	if (r.policy)
		r.name = r.policy->name;
	else if (r.inc->severity == SEVERITY_P1)
		r.name = ESCALATION_DEFAULT;
	return r;
}

static const char *match_of(const struct rise *r)
{
	return r->policy && *r->policy->match_id ? r->policy->match_id : NULL;
}

/* Whether the incident is on that policy. */
static bool is_on(const struct rise *r)
{
	const struct escalation *climb = &r->inc->escalation;
	const char *match = match_of(r);

	return climb->match && match
		? strcmp(climb->match, match) == 0
		: climb->ladder && strcmp(climb->ladder, r->name) == 0;
}

/* Begin a policy, unless the incident is on it already. */
static void step_on(const struct rise *r)
{
	struct escalation *climb = &r->inc->escalation;
	bool on = is_on(r);

	string_set(&climb->ladder, r->name);
	string_set(&climb->match, match_of(r));
	if (on)
		return;
	climb->step = 0;
	climb->since = r->now;
	climb->stopped = ack_holds(r->inc, r->now) ? r->now : 0;
}

static void escalation_one(const struct conf *c, struct alert_state *st,
	enum alert_kind kind, double now, size_t from, struct alert_events *out)
{
	struct rise r = find_rise(c, st, kind, now);
	struct strings due = {0};

	if (!r.name) {
		escalation_release(&r.inc->escalation);
		return;
	}
	step_on(&r);
	if (!r.inc->passes && !r.inc->quiet.n && !ack_holds(r.inc, now))
		take_steps(&r, &due);
	if (due.n)
		strings_copy(&carrier(&r, st, from, out)->steps, &due);
	strings_release(&due);
}

void escalate(const struct conf *c, struct alert_state *st, double now,
	size_t from, struct alert_events *out)
{
	for (unsigned k = 0; c && k < ALERT_KINDS; k++)
		if (st->incidents[k].open && !st->incidents[k].superseded &&
			!st->incidents[k].suppressed &&
			!st->incidents[k].silence && !st->incidents[k].late)
			escalation_one(
				c, st, (enum alert_kind)k, now, from, out);
}

double escalation_due(const struct conf *c, struct alert_state *st,
	enum alert_kind kind, double now, struct strings *routes)
{
	struct rise r = find_rise(c, st, kind, now);
	const struct escalation *climb = &r.inc->escalation;
	bool on;
	int step;

	on = r.name && is_on(&r);
	step = on ? climb->step : 0;
	if (!r.name || step >= n_steps(&r))
		return INFINITY;
	if (routes)
		route_step(c, r.policy, r.inc->severity, step, routes);
	return (on ? climb->since : now) +
		route_after(r.policy, r.inc->tier, step);
}
