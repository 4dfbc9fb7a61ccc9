#include "routing/escalation.h"

#include "incident/acknowledgement.h"
#include "routing/hours.h"
#include "routing/routing.h"

#include <math.h>
#include <string.h>

/* The steps of the usual ladder, seconds after its begin (article 3). */
static const double usual[] = {0, 5 * 60, 15 * 60};
#define USUAL_STEPS ((int)(sizeof usual / sizeof *usual))

/* The ladder of an incident, and the incident. */
struct rise {
	const struct conf *c;
	const struct conf_ladder *ladder; /* NULL: the usual one */
	const char *name;		  /* NULL: there is none */
	struct incident *inc;
	struct alert_record about;
	double now;
};

static int n_steps(const struct rise *r)
{
	return r->ladder ? (int)r->ladder->n_steps : USUAL_STEPS;
}

static double after(const struct rise *r, int step)
{
	return r->ladder ? r->ladder->steps[step].after_s : usual[step];
}

static void note_route(const struct rise *r, const struct conf_route *route,
	struct strings *out)
{
	if (route && route_wants(r->c, route, &r->about))
		strings_note(out, route->name);
}

static void note_role(const struct rise *r, enum conf_role role, bool told,
	struct strings *out)
{
	for (size_t i = 0; i < r->c->n_routes; i++) {
		const struct conf_route *route = &r->c->routes[i];

		if (route->role == role &&
			(told || !strings_has(&r->inc->told, route->name)))
			note_route(r, route, out);
	}
}

/*
 * The routes of a step. The first step of the usual ladder is what is told at
 * once anyway, by the time of day; the last falls to the channel if no route is
 * second.
 */
static void note_step(const struct rise *r, int step, struct strings *out)
{
	struct strings second = {0};

	if (r->ladder) {
		note_route(r, route_find(r->c, r->ladder->steps[step].route),
			out);
	} else if (step == 1) {
		note_role(r, CONF_ROLE_PHONE, true, out);
	} else if (step == 2) {
		note_role(r, CONF_ROLE_SECOND, true, &second);
		if (!second.n)
			note_role(r, CONF_ROLE_CHANNEL, false, &second);
		for (size_t i = 0; i < second.n; i++)
			strings_note(out, second.v[i]);
		strings_release(&second);
	}
}

/* Take the steps that are due: add their routes. */
static void take_steps(const struct rise *r, struct strings *out)
{
	struct escalation *climb = &r->inc->escalation;

	while (climb->step < n_steps(r) &&
		climb->since + after(r, climb->step) <= r->now)
		note_step(r, climb->step++, out);
}

/* Whether one of these routes is told at this time of day. */
static bool heard(const struct rise *r, const struct strings *routes)
{
	for (size_t i = 0; i < routes->n; i++)
		if (hours_route(r->c, route_find(r->c, routes->v[i]), r->now))
			return true;
	return routes->n && !r->inc->told.n;
}

static bool of(const struct alert_event *e, const struct rise *r)
{
	return e->record.kind == r->about.kind && e->record.phase != ALERT_ONCE;
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
	events_put(out, st, &(struct summary) {
		.kind = r->about.kind,
		.phase = ALERT_ESCALATED,
		.at = r->now,
		.unacknowledged = true,
	});
	return &out->v[out->n - 1];
}

static struct rise find_rise(const struct conf *c, struct alert_state *st,
	enum alert_kind kind, double now)
{
	struct rise r = {
		.c = c,
		.inc = &st->incidents[kind],
		.about = {.slug = st->slug, .kind = kind},
		.now = now,
	};

	r.about.severity = r.inc->severity;
	r.ladder = route_ladder(c, &r.about);
	if (r.ladder)
		r.name = r.ladder->name;
	else if (!c->n_ladders && r.about.severity == SEVERITY_P1)
		r.name = ESCALATION_USUAL;
	return r;
}

/* Begin a ladder, unless the incident is on it already. */
static void step_on(const struct rise *r)
{
	struct escalation *climb = &r->inc->escalation;

	if (climb->ladder && strcmp(climb->ladder, r->name) == 0)
		return;
	string_set(&climb->ladder, r->name);
	climb->step = 0;
	climb->since = r->now;
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
	if (!r.inc->passes && !ack_holds(r.inc, now))
		take_steps(&r, &due);
	if (heard(&r, &due))
		strings_copy(&carrier(&r, st, from, out)->steps, &due);
	strings_release(&due);
	for (size_t i = from; i < out->n && r.ladder; i++)
		for (size_t k = 0; of(&out->v[i], &r) && k < r.ladder->n_steps;
			k++)
			strings_note(&out->v[i].later,
				r.ladder->steps[k].route);
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
	enum alert_kind kind)
{
	struct rise r = find_rise(c, st, kind, 0);
	const struct escalation *climb = &r.inc->escalation;

	if (!r.name || climb->step >= n_steps(&r))
		return INFINITY;
	return climb->since + after(&r, climb->step);
}
