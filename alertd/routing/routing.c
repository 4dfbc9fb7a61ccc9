/* SPDX-License-Identifier: MIT */
/*
 * routing.c: the policy of an event, its routes, and the hours that count; the
 * event is put into the outbox for each of them.
 */
#include "routing/routing.h"

#include "base/xalloc.h"
#include "base/zone.h"
#include "conf/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_S 3600
/* Monday, in struct conf_hours. */
#define MONDAY 1U

bool hours_within(const char *hours, const char *zone, double t)
{
	struct zone_time now;
	struct conf_hours h;

	if (!hours || !conf_hours(hours, &h))
		return true;
	now = zone_local(zone, t);
	return conf_hours_hold(&h, now.weekday, now.minute);
}

/*
 * The next instant after t at which such hours begin. Where clocks go back,
 * that minute may come twice; with `again`, the second one counts, too.
 */
static int64_t next(const struct conf_hours *h, const char *zone, double t,
	bool again)
{
	struct zone_time day = zone_local(zone, t);

	day.minute = h->from;
	for (;; day.day++, day.weekday++) {
		double at = again ? zone_instant_after(zone, &day, t)
				  : zone_instant(zone, &day);

		if (at > t && conf_hours_begin(h, day.weekday))
			return (int64_t)at;
	}
}

int64_t hours_next(const char *hours, const char *zone, double t)
{
	struct conf_hours h;

	conf_hours(hours, &h);
	return next(&h, zone, t, true);
}

double hours_change(const char *hours, const char *zone, double t)
{
	struct zone_time day = zone_local(zone, t);
	double first = INFINITY;
	struct conf_hours h;

	conf_hours(hours, &h);
	for (int d = 0; d < 2; d++, day.day++) {
		const int edges[] = {h.from, h.to};

		for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
			double at;

			day.minute = edges[i];
			at = zone_instant_after(zone, &day, t);
			if (at > t)
				first = fmin(first, at);
		}
	}
	return first;
}

int64_t hours_digest(enum conf_digest period, const char *hours,
	const char *zone, double t)
{
	double hour = (floor(t / HOUR_S) + 1) * HOUR_S;
	struct conf_hours h;

	if (period == CONF_DIGEST_HOURLY && hours_within(hours, zone, hour))
		return (int64_t)hour;
	conf_hours(hours ? hours : HOURS_USUAL, &h);
	if (period == CONF_DIGEST_WEEKLY)
		h.days = MONDAY;
	return next(&h, zone, t, false);
}

bool route_takes(
	const struct conf *c, const struct conf_notify *p, const char *slug)
{
	struct conf_server s;
	bool known = conf_match_chooses(&p->match) && conf_server(c, slug, &s);

	return conf_match_server(&p->match, slug, known ? &s : NULL);
}

bool route_chooses(const struct conf_notify *p)
{
	return p && conf_match_chooses(&p->match);
}

/* Whether the hours of a policy let it match then. */
static bool in_hours(const struct conf *c, const struct conf_notify *p,
	double at)
{
	return !conf_by_hours(p) || hours_within(p->hours, c->zone, at);
}

/* The first policy for such an event of a server; NULL: the default. */
static const struct conf_notify *first(const struct conf *c,
	const struct routed *what, const char *slug)
{
	for (size_t i = 0; i < c->n_policies; i++) {
		const struct conf_notify *p = &c->policies[i];

		if (conf_match_severity(&p->match, what->severity) &&
			conf_match_kind(&p->match, what->kind) &&
			route_takes(c, p, slug) && in_hours(c, p, what->at))
			return p;
	}
	return NULL;
}

/* The first policy for a common incident: one that chooses no servers. */
static bool first_common(const struct conf *c, const struct routed *what,
	const struct conf_notify **out)
{
	for (size_t i = 0; i < what->servers->n; i++) {
		*out = first(c, what, what->servers->v[i]);
		if (!route_chooses(*out))
			return true;
	}
	return false;
}

bool route_policy(const struct conf *c, const struct routed *what,
	const struct conf_notify **out)
{
	if (what->servers && what->servers->n)
		return first_common(c, what, out);
	*out = first(c, what, what->slug);
	return !what->grouped || route_chooses(*out);
}

/*
 * The default: the steps of article 3, each with the class of routes that it
 * tells; the pager has its own.
 */
static const struct {
	double after_s, hard_s; /* the latter in a hard outage */
	enum conf_class class;
} usual[] = {
	{0, 0, CONF_CHAT},
	{5 * 60, 5 * 60, CONF_TEXT_MESSAGE},
	{15 * 60, 5 * 60, CONF_CALL},
	{30 * 60, 30 * 60, CONF_CALL},
};
#define USUAL_STEPS ((int)(sizeof usual / sizeof *usual))

int route_steps(const struct conf_notify *p, enum severity severity)
{
	if (p)
		return (int)p->n_steps;
	return severity == SEVERITY_P1 ? USUAL_STEPS : 1;
}

double route_after(const struct conf_notify *p, enum tier tier, int step)
{
	if (p)
		return p->steps[step].after_s;
	return tier == TIER_HARD_OUTAGE ? usual[step].hard_s
					: usual[step].after_s;
}

/* The gentlest class that there is. */
static enum conf_class gentlest(const struct conf *c)
{
	enum conf_class least = CONF_CALL;

	for (size_t i = 0; i < c->n_routes; i++) {
		enum conf_class k = conf_route_class(c->routes[i].type);

		least = k < least ? k : least;
	}
	return least;
}

/* Whether the default tells routes of that class with that step. */
static bool tells(const struct conf *c, enum severity severity, int step,
	enum conf_class class)
{
	if (step > 0)
		return class == usual[step].class;
	return class == gentlest(c) ||
		(severity == SEVERITY_P1 && class == CONF_PAGER);
}

void route_step(const struct conf *c, const struct conf_notify *p,
	enum severity severity, int step, struct strings *out)
{
	for (size_t i = 0; p && i < p->steps[step].n_routes; i++)
		strings_note(out, p->steps[step].routes[i]);
	for (size_t i = 0; !p && i < c->n_routes; i++)
		if (tells(c, severity, step,
			    conf_route_class(c->routes[i].type)))
			strings_note(out, c->routes[i].name);
}

/* The facts by which a policy is found; a test has the policy of downtimes. */
static struct routed routed(const struct alert_event *e)
{
	bool test = e->record.kind == ALERT_TEST &&
		e->record.severity == SEVERITY_P1;

	return (struct routed) {
		.kind = test ? ALERT_DOWNTIME : e->record.kind,
		.severity = e->record.severity,
		.slug = e->record.slug,
		.at = e->record.at,
		.grouped = e->group && !e->servers.n,
		.servers = &e->servers,
	};
}

/*
 * The steps that are taken at once. What happens once has no later: its first
 * step is taken, whatever its time.
 */
static void note_at_once(const struct conf *c, const struct conf_notify *p,
	const struct alert_record *a, struct strings *out)
{
	bool once = a->phase == ALERT_ONCE || a->phase == ALERT_FOUND;

	for (int i = 0; i < route_steps(p, a->severity); i++)
		if (route_after(p, a->tier, i) <= 0 || (once && !i))
			route_step(c, p, a->severity, i, out);
}

/* Whether it is news for those alone who were notified before. */
static bool phase_calm(enum alert_phase phase)
{
	return phase == ALERT_RESOLVED || phase == ALERT_ACKNOWLEDGED ||
		phase == ALERT_UPDATED;
}

void route_pick(const struct conf *c, const struct alert_event *e,
	struct strings *out)
{
	enum alert_phase phase = e->record.phase;
	struct routed what = routed(e);
	const struct conf_notify *p;
	struct strings now = {0};

	if (!c)
		return;
	if (!phase_calm(phase) && route_policy(c, &what, &p))
		note_at_once(c, p, &e->record, &now);
	for (size_t i = 0; i < c->n_routes; i++) {
		const char *name = c->routes[i].name;

		if (strings_has(&now, name) ||
			strings_has(&e->notified, name) ||
			strings_has(&e->steps, name))
			strings_note(out, name);
	}
	strings_release(&now);
}

/*
 * The digest for which event a can wait, whatever the policy: a change that
 * only adds tools a day, one that only describes them anew a week.
 */
static enum conf_digest event_digest(const struct alert_record *a)
{
	if (a->kind != ALERT_DRIFT || a->removed.n || a->changed.n)
		return CONF_DIGEST_NO;
	if (a->added.n)
		return CONF_DIGEST_DAILY;
	/* If it is not known what changed, it may be anything. */
	return a->redescribed.n ? CONF_DIGEST_WEEKLY : CONF_DIGEST_NO;
}

/* By default a P3 is read once a day. */
static enum conf_digest policy_digest(const struct conf_notify *p,
	enum severity severity)
{
	if (p)
		return p->digest;
	return severity == SEVERITY_P3 ? CONF_DIGEST_DAILY : CONF_DIGEST_NO;
}

bool route_wakes(const struct conf *c, const char *name)
{
	const struct conf_route *to = route_find(c, name);

	if (!to || conf_route_class(to->type) != CONF_CHAT)
		return true;
	for (size_t i = 0; i < c->n_routes; i++)
		if (conf_route_class(c->routes[i].type) != CONF_CHAT)
			return false;
	return true;
}

bool route_waits(const struct conf *c, const struct conf_route *r,
	const struct alert_event *e, double now, struct outbox_wait *w)
{
	const char *zone = r->zone ? r->zone : c->zone, *hours;
	enum alert_phase phase = e->record.phase;
	enum conf_digest nature = event_digest(&e->record);
	struct routed what = routed(e);
	const struct conf_notify *p = NULL;

	*w = (struct outbox_wait) {0};
	if (e->record.severity == SEVERITY_P1)
		return false;
	route_policy(c, &what, &p);
	hours = p ? p->hours : NULL;
	w->digest = policy_digest(p, e->record.severity);
	/* The rarer of both. */
	if (nature > w->digest)
		w->digest = nature;
	if (w->digest) {
		w->boundary = hours_digest(w->digest, hours, zone, now);
	} else if (!phase_calm(phase) && !hours_within(hours, zone, now)) {
		w->digest = CONF_DIGEST_DAILY;
		w->boundary = hours_next(hours, zone, now);
	}
	return w->digest != CONF_DIGEST_NO;
}

const struct conf_route *route_find(const struct conf *c, const char *name)
{
	for (size_t i = 0; c && i < c->n_routes; i++)
		if (strcmp(c->routes[i].name, name) == 0)
			return &c->routes[i];
	return NULL;
}

bool route_renamed(
	const struct conf *c, struct alert_event *e, struct strings *gone)
{
	struct alert_event begin = *e;
	struct strings now = {0};

	if (!c || !c->n_routes)
		return false;
	for (size_t i = 0; i < e->notified.n; i++)
		if (!route_find(c, e->notified.v[i]))
			strings_add(gone, e->notified.v[i]);
	if (!gone->n)
		return false;
	begin.record.phase = ALERT_STARTED;
	route_pick(c, &begin, &now);
	for (size_t i = 0; i < now.n; i++)
		strings_note(&e->notified, now.v[i]);
	strings_release(&now);
	return true;
}

/*
 * Name an event: the same event, whichever process decides on it, and no other.
 */
static void name(const struct alert_event *e, char *out, size_t size)
{
	char event[ALERT_EVENT_SIZE], key[ALERT_KEY_SIZE];

	snprintf(out, size, "%s %s %.0f", alert_key(&e->record, key),
		alert_event(&e->record, event), e->record.at);
}

/* Whether a route gets an event in a digest, and which. */
static bool waits(const struct dispatch *d, struct alert_state *st,
	const struct alert_event *e, const struct conf_route *r,
	struct outbox_wait *w)
{
	bool calm = phase_calm(e->record.phase);
	double now = fmax(d->now, e->record.at);
	char text[ALERT_KEY_SIZE + ALERT_EVENT_SIZE + 32];

	if (route_waits(d->conf, r, e, now, w))
		return true;
	/* An end joins the digest in which its beginning still waits. */
	if (calm)
		return outbox_joins(st, r->name, w);
	if (e->record.severity == SEVERITY_P1)
		return false;
	name(e, text, sizeof text);
	if (rate_limit_take(d->budget, r->name, d->conf->budget, text, now))
		return false;
	*w = (struct outbox_wait) {CONF_DIGEST_HOURLY, true,
		hours_digest(CONF_DIGEST_HOURLY, NULL, d->conf->zone, now)};
	return true;
}

static void add_recipient(struct recipients *l, const char *route,
	const struct outbox_wait *w)
{
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = (struct recipient) {xstrdup(route), *w};
}

void dispatch_event(const struct dispatch *d, struct alert_state *st,
	const struct alert_event *e, const char *body, struct recipients *out)
{
	struct incident *inc = e->record.phase == ALERT_ONCE
				       ? NULL
				       : &st->incidents[e->record.kind];
	struct strings routes = {0};
	bool real = !isinf(d->now);

	if (e->chosen.n)
		strings_copy(&routes, &e->chosen);
	else
		route_pick(d->conf, e, &routes);
	if (real)
		outbox_add(st, &e->record, body, &routes, d->now);
	for (size_t i = 0; i < routes.n; i++) {
		const struct conf_route *r = route_find(d->conf, routes.v[i]);
		struct outbox_wait w = {0};

		if (!d->at_once && !e->chosen.n && waits(d, st, e, r, &w) &&
			real)
			outbox_wait(st, r->name, &w);
		else if (real)
			outbox_pull(st, r->name, d->now);
		add_recipient(out, r->name, &w);
		if (inc && inc->open && real)
			incident_notify(inc, r->name);
		else if (inc && inc->open)
			strings_note(&inc->notified, r->name);
	}
	strings_release(&routes);
}

void recipients_release(struct recipients *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].route);
	free(l->v);
	*l = (struct recipients) {0};
}
