#include "routing/routing.h"

#include "routing/hours.h"

#include <fnmatch.h>
#include <string.h>

static bool among(char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return n == 0;
}

static bool matches(char *const *patterns, size_t n, const char *slug)
{
	for (size_t i = 0; i < n; i++)
		if (fnmatch(patterns[i], slug, 0) == 0)
			return true;
	return n == 0;
}

/*
 * A route for downtimes gets those that overrun a maintenance, and the tests
 * whether it would be reached.
 */
static bool wants_kind(char *const *kinds, size_t n, enum alert_kind kind)
{
	return among(kinds, n, alert_kind_name(kind)) ||
		((kind == ALERT_OVERRUN || kind == ALERT_TEST) &&
			among(kinds, n, alert_kind_name(ALERT_DOWNTIME)));
}

/* Only a route that names anomalies gets them. */
static bool asks_for(const struct conf_route *r, enum alert_kind kind)
{
	return kind != ALERT_ANOMALY || r->n_kinds;
}

static bool of_account(const struct conf *c, const struct conf_route *r,
	const char *slug)
{
	const struct conf_server *s;

	if (r->n_accounts == 0)
		return true;
	s = conf_server(c, slug);
	return s && s->account && among(r->accounts, r->n_accounts, s->account);
}

bool route_wants(const struct conf *c, const struct conf_route *r,
	const struct alert_record *a)
{
	return asks_for(r, a->kind) &&
		among(r->severities, r->n_severities,
		       severity_name(a->severity)) &&
		wants_kind(r->kinds, r->n_kinds, a->kind) &&
		matches(r->servers, r->n_servers, a->slug) &&
		of_account(c, r, a->slug);
}

/* What is asked of the routes: an event, and whether at any time of day. */
struct pick {
	const struct conf *c;
	const struct alert_event *e;
	bool any_time;
	enum conf_role turn; /* the role that gets it: channel or pager */
};

bool route_chooses(const struct conf_route *r)
{
	return r->n_servers || r->n_accounts;
}

/* Routes that choose servers get no common incident, but its single ones. */
static bool shared_with(const struct pick *p, const struct conf_route *r)
{
	if (p->e->servers.n)
		return !route_chooses(r);
	return !p->e->group || route_chooses(r);
}

/* No route has a role of that number. */
#define NOBODY ((enum conf_role) - 1)

static bool there(const struct pick *p, const struct conf_route *r)
{
	return p->any_time || hours_route(p->c, r, p->e->record.at);
}

static bool offered(const struct pick *p, const struct conf_route *r)
{
	return shared_with(p, r) && there(p, r) &&
		route_wants(p->c, r, &p->e->record) &&
		!strings_has(&p->e->later, r->name);
}

static bool has_role(const struct pick *p, enum conf_role role)
{
	for (size_t i = 0; i < p->c->n_routes; i++)
		if (p->c->routes[i].role == role &&
			offered(p, &p->c->routes[i]))
			return true;
	return false;
}

/*
 * The time of day picks who is told, never how bad it is: what would wake
 * somebody at night is read in the channel by day (article 3).
 */
static enum conf_role whose_turn(const struct pick *p)
{
	bool channel = has_role(p, CONF_ROLE_CHANNEL);
	bool pager = p->e->record.severity != SEVERITY_P3 &&
		has_role(p, CONF_ROLE_PAGER);

	if (channel && pager && p->e->record.severity == SEVERITY_P1)
		channel = hours_business(p->c, p->e->record.at);
	if (channel)
		return CONF_ROLE_CHANNEL;
	return pager ? CONF_ROLE_PAGER : NOBODY;
}

static bool goes(const struct pick *p, const struct conf_route *r)
{
	if (strings_has(&p->e->steps, r->name))
		return there(p, r);
	return (r->role == CONF_ROLE_ALL || r->role == p->turn) &&
		offered(p, r);
}

static void note_pick(const struct pick *p, bool news, struct strings *out)
{
	for (size_t i = 0; i < p->c->n_routes; i++) {
		const struct conf_route *r = &p->c->routes[i];

		if (!shared_with(p, r))
			continue;
		if (strings_has(&p->e->told, r->name) || (news && goes(p, r)))
			strings_note(out, r->name);
	}
}

void route_pick(const struct conf *c, const struct alert_event *e,
	struct strings *out)
{
	enum alert_phase phase = e->record.phase;
	bool news = phase != ALERT_RESOLVED && phase != ALERT_ACKNOWLEDGED;
	struct pick p = {.c = c, .e = e};

	if (!c)
		return;
	p.turn = whose_turn(&p);
	note_pick(&p, news, out);
	if (out->n || !news || e->record.severity == SEVERITY_P3)
		return;
	/* Better at the wrong time of day than not at all. */
	p.any_time = true;
	p.turn = whose_turn(&p);
	note_pick(&p, news, out);
}

/*
 * The digest for which event a can wait on any route: a change that only adds
 * tools a day, one that only describes them anew a week.
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

enum conf_digest route_digest(const struct conf_route *r,
	const struct alert_record *a)
{
	enum conf_digest digest = r->digest, nature = event_digest(a);

	if (digest == CONF_DIGEST_NO && r->role == CONF_ROLE_CHANNEL &&
		a->severity == SEVERITY_P3)
		digest = CONF_DIGEST_DAILY;
	/* The rarer of both. */
	return nature > digest ? nature : digest;
}

const struct conf_ladder *route_ladder(const struct conf *c,
	const struct alert_record *a)
{
	for (size_t i = 0; i < c->n_ladders; i++) {
		const struct conf_ladder *l = &c->ladders[i];

		if (among(l->severities, l->n_severities,
			    severity_name(a->severity)) &&
			wants_kind(l->kinds, l->n_kinds, a->kind) &&
			matches(l->servers, l->n_servers, a->slug))
			return l;
	}
	return NULL;
}

const struct conf_route *route_find(const struct conf *c, const char *name)
{
	for (size_t i = 0; c && i < c->n_routes; i++)
		if (strcmp(c->routes[i].name, name) == 0)
			return &c->routes[i];
	return NULL;
}
