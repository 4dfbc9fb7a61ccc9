/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "conf/match.h"
#include "routing/routing.h"

#include <stdlib.h>
#include <string.h>

#define KINDS ((int)ALERT_TEST + 1)
#define WEEK_S (7 * 86400)

bool check_coverage_happens(enum alert_kind kind, enum severity severity)
{
	return alert_kind_severities(kind) >> severity & 1;
}

/* The findings so far; the policy behind the last is the default. */
struct coverage {
	const struct conf *c;
	bool *comes;		/* by policy: an event comes to it */
	struct strings reached; /* routes */
	struct strings takers;	/* of the servers that were looked at */
	struct strings views;	/* of those, too */
	bool unmatched;		/* that was said */
	/* Between these instants no hours of a policy for P1 begin or end. */
	double *times;
	size_t n_times, cap;
	void (*warn)(void *arg, const char *text);
	void *arg;
};

static void say(const struct coverage *v, struct buf *b)
{
	v->warn(v->arg, b->p);
	buf_release(b);
}

/* "shop", or "the fleet". */
static const char *named(const char *slug)
{
	return strcmp(slug, SLUG_FLEET) == 0 ? "the fleet" : slug;
}

static void say_unmatched(struct coverage *v, const struct routed *what)
{
	struct buf b;

	buf_init(&b, TEXT_SIZE);
	buf_fmt(&b, "no policy matches a %s %s of %s, for example: the "
		    "default of mcp-routes(5) applies",
		severity_name(what->severity), alert_kind_name(what->kind),
		named(what->slug));
	say(v, &b);
	v->unmatched = true;
}

/* A fallback is reached with its route. */
static void reach(struct coverage *v, const struct conf_notify *p,
	enum severity severity)
{
	for (int i = 0; i < route_steps(p, severity); i++)
		route_step(v->c, p, severity, i, &v->reached);
	for (size_t i = 0; i < v->reached.n; i++) {
		const struct conf_route *r =
			route_find(v->c, v->reached.v[i]);

		if (r && r->fallback)
			strings_note(&v->reached, r->fallback);
	}
}

static void add_time(struct coverage *v, double t)
{
	v->times = xgrow(v->times, &v->cap, v->n_times + 1, sizeof *v->times);
	v->times[v->n_times++] = t;
}

/* Instants of a week at which hours of policies for P1 begin or end. */
static void note_times(struct coverage *v)
{
	const struct conf *c = v->c;

	add_time(v, 0);
	for (size_t i = 0; i < c->n_policies; i++) {
		const struct conf_notify *p = &c->policies[i];

		if (!conf_by_hours(p))
			continue;
		for (double t = 0; t <= WEEK_S;
			t = hours_change(p->hours, c->zone, t))
			add_time(v, t);
	}
}

/*
 * Note the policy of an event, as a character, and its routes. There are no
 * more than 100 policies.
 */
static void look_up(struct coverage *v, const struct routed *what,
	struct buf *b)
{
	const struct conf *c = v->c;
	const struct conf_notify *p;

	if (!route_policy(c, what, &p))
		return;
	buf_char(b, (char)(p ? ' ' + 1 + (p - c->policies) : ' '));
	v->comes[p ? (size_t)(p - c->policies) : c->n_policies] = true;
	reach(v, p, what->severity);
	if (!p && c->n_policies && !v->unmatched)
		say_unmatched(v, what);
}

/*
 * The policies of all events of a server, or of the fleet, as a text: a
 * character each. It notes which policies and routes they come to.
 */
static char *view(struct coverage *v, const char *slug)
{
	bool fleet = strcmp(slug, SLUG_FLEET) == 0;
	struct buf b;

	buf_init(&b, ((size_t)KINDS * 3 + 1) * v->n_times);
	for (int i = 0; i < KINDS * 3; i++) {
		struct routed what = {
			.kind = (enum alert_kind)(i / 3),
			.severity = (enum severity)(SEVERITY_P1 + i % 3),
			.slug = slug,
		};

		if (!check_coverage_happens(what.kind, what.severity) ||
			(what.kind != ALERT_TEST &&
				(what.kind == ALERT_STALLED) != fleet))
			continue;
		for (size_t k = 0; k < v->n_times; k++) {
			what.at = v->times[k];
			look_up(v, &what, &b);
		}
	}
	return buf_take(&b);
}

/* Somebody has to be notified of a P1 at once. */
static void check_p1(const struct coverage *v, const char *slug)
{
	const struct routed what = {
		.kind = strcmp(slug, SLUG_FLEET) == 0 ? ALERT_STALLED
						      : ALERT_DOWNTIME,
		.severity = SEVERITY_P1,
		.slug = slug,
	};
	const struct conf_notify *p;
	struct buf b;

	route_policy(v->c, &what, &p);
	if (route_steps(p, SEVERITY_P1) && route_after(p, TIER_STEP_ALERT, 0) <= 0)
		return;
	buf_init(&b, TEXT_SIZE);
	buf_fmt(&b, "a P1 of %s would reach nobody at once", named(slug));
	say(v, &b);
}

/* Which policies take a server, as a text: a character each. */
static char *takers(const struct coverage *v, const char *slug)
{
	const struct conf *c = v->c;
	struct buf b;

	buf_init(&b, c->n_policies + 2);
	buf_char(&b, strcmp(slug, SLUG_FLEET) == 0 ? 'f' : 's');
	for (size_t i = 0; i < c->n_policies; i++)
		buf_char(&b, route_takes(c, &c->policies[i], slug) ? 'x' : '-');
	return buf_take(&b);
}

/*
 * Look at one server of those that the same policies take, or whose events come
 * to the same policies.
 */
static void look_at(struct coverage *v, const char *slug)
{
	char *text = takers(v, slug);
	bool seen = strings_has(&v->takers, text);

	if (!seen)
		strings_add(&v->takers, text);
	free(text);
	if (seen)
		return;
	text = view(v, slug);
	if (!strings_has(&v->views, text))
		check_p1(v, slug);
	strings_note(&v->views, text);
	free(text);
}

static void say_unreached(const struct coverage *v)
{
	const struct conf *c = v->c;
	struct buf b;

	for (size_t i = 0; i < c->n_policies; i++) {
		const struct conf_match *m = &c->policies[i].match;

		/* A configuration without servers: any could be meant. */
		if (v->comes[i] || (!conf_count(c) && (m->n_servers || m->n_labels)))
			continue;
		buf_init(&b, TEXT_SIZE);
		buf_fmt(&b, "policy %s: no event comes to it",
			c->policies[i].name);
		say(v, &b);
	}
	for (size_t i = 0; i < c->n_routes; i++) {
		const char *name = c->routes[i].name;

		/* One for subscribers needs no policy. */
		if (strings_has(&v->reached, name) || (c->site_subscribe &&
			strcmp(c->site_subscribe, name) == 0))
			continue;
		buf_init(&b, TEXT_SIZE);
		buf_fmt(&b, "route %s: no event can reach it", name);
		say(v, &b);
	}
}

/* Without servers, a policy for some reaches its routes. */
static void reach_any(struct coverage *v)
{
	for (size_t i = 0; i < v->c->n_policies; i++)
		if (route_chooses(&v->c->policies[i]))
			reach(v, &v->c->policies[i], SEVERITY_P1);
}

void check_coverage(const struct conf *c,
	void (*warn)(void *arg, const char *text), void *arg)
{
	struct coverage v = {.c = c, .warn = warn, .arg = arg};

	if (!c->n_routes) {
		warn(arg, "no routes, so nobody is notified");
		return;
	}
	note_times(&v);
	v.comes = xcalloc(c->n_policies + 1, sizeof *v.comes);
	look_at(&v, SLUG_FLEET);
	for (size_t i = 0; i < conf_count(c); i++)
		look_at(&v, conf_server_slug(c, i));
	if (!conf_count(c)) {
		look_at(&v, "a-server");
		reach_any(&v);
	}
	say_unreached(&v);
	strings_release(&v.takers);
	strings_release(&v.views);
	strings_release(&v.reached);
	free(v.comes);
	free(v.times);
}
