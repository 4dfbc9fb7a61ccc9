#include "routing/what_if.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "conf/match.h"
#include "incident/confirmation.h"
#include "incident/incident.h"
#include "incident/kinds.h"
#include "incident/machine.h"
#include "incident/maintenance_hold.h"
#include "routing/routing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How long changes of hours are looked at. */
#define TAKEN_OVER_S 3600

/* The imagined incident, and who was told of it. */
struct play {
	const struct conf *c;
	const struct what_if *r;
	struct alert_state st;
	struct alert_events events;
	struct rate_limit *budget; /* in memory, all of it left */
	struct reaches *out;
};

/* Whether a maintenance of the server suppresses events of that kind. */
static bool heeds_maintenance(enum alert_kind kind)
{
	return kind != ALERT_STALLED && kind != ALERT_CERTIFICATE_EXPIRING &&
		kind != ALERT_TOKEN_EXPIRING && kind != ALERT_TEST;
}

static void open(struct play *p, enum alert_kind kind)
{
	double at = p->r->at;

	incident_open(&p->st.incidents[kind], p->r->severity,
		clock_window(at), (int64_t)floor(at), 1);
}

static void note_tool(struct tool_change *c, const char *what)
{
	if (strcmp(what, "removed") == 0)
		strings_note(&c->removed, "tool");
	else if (strcmp(what, "changed") == 0)
		strings_note(&c->changed, "tool");
	else if (strcmp(what, "added") == 0)
		strings_note(&c->added, "tool");
	else
		strings_note(&c->redescribed, "tool");
}

static void begin_what_if(struct play *p)
{
	const struct what_if *r = p->r;
	struct alert_event *e = events_new(&p->events, &p->st);

	e->record.at = r->at;
	e->record.kind = r->kind;
	e->record.phase = ALERT_ONCE;
	e->record.severity = r->severity;
	e->record.started_at = clock_window(r->at);
	if (r->tools)
		note_tool(&e->change, r->tools);
	event_point(e);
	if (r->kind >= ALERT_KINDS)
		return;
	e->record.phase = ALERT_STARTED;
	open(p, r->kind);
	if (r->kind != ALERT_OVERRUN)
		return;
	/* It supersedes a downtime. */
	open(p, ALERT_DOWNTIME);
	p->st.incidents[ALERT_DOWNTIME].superseded = true;
}

static bool reached(const struct reaches *l, const char *route)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].route, route) == 0)
			return true;
	return false;
}

static void note_reach(struct play *p, const struct alert_record *r,
	const struct recipient *to)
{
	struct reaches *l = p->out;

	if (reached(l, to->route))
		return;
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = (struct reach) {
		.route = xstrdup(to->route),
		.after_s = r->at - p->r->at,
		.severity = r->severity,
		.wait = to->wait,
	};
}

/* Route the events from that one on, as emit.c does. */
static void what_if_events(struct play *p, size_t from)
{
	const struct dispatch way = {p->c, p->budget, false, -INFINITY};

	for (size_t i = from; i < p->events.n; i++) {
		const struct alert_event *e = &p->events.v[i];
		struct recipients to = {0};

		if (e->suppressed)
			continue;
		dispatch_event(&way, &p->st, e, "{}", &to);
		for (size_t k = 0; k < to.n; k++) {
			note_reach(p, &e->record, &to.v[k]);
			if (e->record.kind < ALERT_KINDS)
				strings_note(&p->st.incidents[e->record.kind]
						      .told,
					to.v[k].route);
		}
		recipients_release(&to);
	}
}

/*
 * When another policy with hours for a P1 may take over, in the first hour; an
 * incident that is open for longer is not imagined.
 */
static double next_hours(const struct play *p, double t)
{
	double first = INFINITY;

	for (size_t i = 0; i < p->c->n_policies; i++) {
		const struct conf_notify *n = &p->c->policies[i];

		if (conf_by_hours(n))
			first = fmin(first, hours_change(n->hours, p->c->zone,
						    t));
	}
	return first < p->r->at + TAKEN_OVER_S ? first : INFINITY;
}

/* The next instant after t at which something happens; INFINITY: none. */
static double next(struct play *p, double t)
{
	const struct incident *inc;
	double due, promoted;

	if (p->r->kind >= ALERT_KINDS)
		return INFINITY;
	inc = &p->st.incidents[p->r->kind];
	due = escalation_due(p->c, &p->st, p->r->kind, t, NULL);
	promoted = (double)inc->opened_at + p->c->policy.promote_s;
	if (!(due > t))
		due = INFINITY;
	if (inc->severity == SEVERITY_P2 && severity_rises(p->r->kind) &&
		promoted > t)
		due = fmin(due, promoted);
	return fmin(due, next_hours(p, t));
}

/* The beginning, of which nobody was told yet. */
static void play_init(struct play *p, const struct conf *c,
	const struct what_if *r)
{
	*p = (struct play) {.c = c, .r = r, .budget = rate_limit_new(NULL)};
	state_init(&p->st, r->slug);
	begin_what_if(p);
	if (r->maintenance && heeds_maintenance(r->kind)) {
		p->st.maintenance.active = true;
		maintenance_hold_judge(
			&p->st, &c->policy, r->at, &p->events, 0);
	}
	escalate(c, &p->st, r->at, 0, &p->events);
}

static void play_release(struct play *p)
{
	events_release(&p->events);
	rate_limit_free(p->budget);
	state_release(&p->st);
}

void what_if(const struct conf *c, const struct what_if *r,
	struct reaches *out)
{
	struct play p;
	double t;

	play_init(&p, c, r);
	p.out = out;
	what_if_events(&p, 0);
	t = p.events.v[0].suppressed ? INFINITY : next(&p, r->at);
	while (isfinite(t)) {
		size_t from = p.events.n;

		machine_tick(&p.st, &c->policy, t, &p.events);
		escalate(c, &p.st, t, from, &p.events);
		what_if_events(&p, from);
		t = next(&p, t);
	}
	play_release(&p);
}

void reaches_release(struct reaches *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].route);
	free(l->v);
	*l = (struct reaches) {0};
}
