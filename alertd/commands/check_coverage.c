#include "commands/check_coverage.h"

#include "base/clock.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "base/zone.h"
#include "routing/hours.h"
#include "routing/what_if.h"
#include "routing/routing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WEEK_DAYS 7
/* What is known of a server apart from its routes: every event's ladder. */
#define KINDS ((size_t)ALERT_TEST + 1)

bool check_coverage_happens(enum alert_kind kind, enum severity severity)
{
	return alert_kind_severities(kind) >> severity & 1;
}

static void add_instant(struct instants *l, double t)
{
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = t;
}

/* The instants at which hours begin and end, and days begin. */
static void add_edges(const char *hours, const char *zone, double now,
	struct instants *l)
{
	struct zone_time day = zone_local(zone, now);
	int edges[] = {0, 0, 0};

	if (hours)
		conf_hours(hours, &edges[1], &edges[2]);
	for (int d = 0; d <= WEEK_DAYS; d++, day.day++)
		for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
			double t;

			day.minute = edges[i];
			t = zone_instant(zone, &day);
			if (t > now && t < now + WEEK_DAYS * 86400)
				add_instant(l, t);
		}
}

static int by_time(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Which routes and business hours hold that instant, as a text. */
static char *clock_of_routes(const struct conf *c, double t)
{
	struct buf b;

	buf_init(&b, c->n_routes + 2);
	buf_char(&b, hours_business(c, t) ? 'b' : '-');
	for (size_t i = 0; i < c->n_routes; i++)
		buf_char(&b, hours_route(c, &c->routes[i], t) ? 'r' : '-');
	return buf_take(&b);
}

void check_coverage_week(const struct conf *c, double now, struct instants *out)
{
	struct instants all = {0};
	struct strings looks = {0};

	add_instant(&all, now);
	add_edges(c->business.hours, c->business.zone, now, &all);
	for (size_t i = 0; i < c->n_routes; i++) {
		const struct conf_route *r = &c->routes[i];

		if (r->hours || r->n_days)
			add_edges(r->hours,
				r->zone ? r->zone : c->business.zone, now,
				&all);
	}
	qsort(all.v, all.n, sizeof *all.v, by_time);
	*out = (struct instants) {0};
	for (size_t i = 0; i < all.n; i++) {
		char *text;

		if (i && all.v[i] <= all.v[i - 1])
			continue;
		text = clock_of_routes(c, all.v[i]);
		if (!strings_has(&looks, text)) {
			strings_add(&looks, text);
			add_instant(out, all.v[i]);
		}
		free(text);
	}
	strings_release(&looks);
	free(all.v);
}

struct coverage {
	const struct conf *c;
	struct instants week;
	struct strings slugs; /* that the routes and ladders tell apart */
	bool *reached;	      /* by route */
	void (*doubt)(void *arg, const char *text);
	void *arg;
};

/* Which routes want anything of a server, and its ladders, as a text. */
static char *view(const struct conf *c, const char *slug)
{
	struct alert_record a = {.slug = slug};
	struct buf b;

	buf_init(&b, c->n_routes + KINDS * 3 + 1);
	for (size_t i = 0; i < c->n_routes; i++) {
		const struct conf_route *r = &c->routes[i];

		a.severity = SEVERITY_P1;
		a.kind = ALERT_DOWNTIME;
		if (r->n_severities)
			severity_parse(r->severities[0], &a.severity);
		if (r->n_kinds)
			alert_kind_parse(r->kinds[0], &a.kind);
		buf_char(&b, route_wants(c, r, &a) ? 'r' : '-');
	}
	for (size_t k = 0; c->n_ladders && k < KINDS; k++)
		for (int s = SEVERITY_P1; s <= SEVERITY_P3; s++) {
			const struct conf_ladder *l;

			a.kind = (enum alert_kind)k;
			a.severity = (enum severity)s;
			l = route_ladder(c, &a);
			/* No more than 100. */
			buf_char(&b, (char)(l ? ' ' + (l - c->ladders) + 1
					      : ' '));
		}
	return buf_take(&b);
}

static void find_slugs(struct coverage *v)
{
	const struct conf *c = v->c;
	struct strings views = {0};

	strings_add(&v->slugs, SLUG_FLEET);
	for (size_t i = 0; i < c->n_servers; i++) {
		char *text = view(c, c->servers[i].slug);

		if (!strings_has(&views, text)) {
			strings_add(&views, text);
			strings_add(&v->slugs, c->servers[i].slug);
		}
		free(text);
	}
	/* A configuration without servers: any could be meant. */
	if (!c->n_servers)
		strings_add(&v->slugs, "a-server");
	for (size_t i = 0; i < c->n_routes && !c->n_servers; i++)
		v->reached[i] = c->routes[i].n_servers > 0;
	strings_release(&views);
}

static void play(const struct coverage *v, const struct what_if *r,
	struct reaches *out)
{
	what_if(v->c, r, out);
	for (size_t i = 0; i < out->n; i++) {
		const struct conf_route *t = route_find(v->c, out->v[i].route);

		v->reached[t - v->c->routes] = true;
	}
}

/* The gap in who is told of a P1. */
enum gap { GAP_NONE, GAP_HOURS, GAP_NOBODY };

static enum gap find_gap(const struct conf *c, const struct reaches *l,
	double t, const char **route)
{
	enum gap gap = GAP_NOBODY;

	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].after_s > 0 || l->v[i].wait.digest)
			continue;
		if (hours_route(c, route_find(c, l->v[i].route), t))
			return GAP_NONE;
		if (gap == GAP_NOBODY)
			*route = l->v[i].route;
		gap = GAP_HOURS;
	}
	return gap;
}

static void say_gap(const struct coverage *v, const char *slug, double t,
	enum gap gap, const char *route)
{
	char at[CLOCK_RFC3339];
	struct buf b;

	clock_rfc3339((int64_t)t, at);
	buf_init(&b, TEXT_SIZE);
	if (strcmp(slug, SLUG_FLEET) == 0)
		buf_fmt(&b, "at %s a P1 of the fleet", at);
	else
		buf_fmt(&b, "at %s a P1 of %s", at, slug);
	if (gap == GAP_NOBODY)
		buf_str(&b, " would reach nobody at once");
	else
		buf_fmt(&b, " would find no route within its hours, and go to "
			    "route %s anyway", route);
	v->doubt(v->arg, b.p);
	buf_release(&b);
}

/* Somebody has to be told of a P1 at any time. */
static void check_p1(const struct coverage *v, const char *slug)
{
	bool fleet = strcmp(slug, SLUG_FLEET) == 0;
	enum gap said = GAP_NONE;

	for (size_t i = 0; i < v->week.n; i++) {
		struct reaches l = {0};
		const char *route = NULL;
		enum gap gap;

		play(v, &(struct what_if) {
			.kind = fleet ? ALERT_STALLED : ALERT_DOWNTIME,
			.severity = SEVERITY_P1,
			.slug = slug,
			.at = v->week.v[i],
		}, &l);
		gap = find_gap(v->c, &l, v->week.v[i], &route);
		if (gap > said) {
			say_gap(v, slug, v->week.v[i], gap, route);
			said = gap;
		}
		reaches_release(&l);
	}
}

static bool all_reached(const struct coverage *v)
{
	for (size_t i = 0; i < v->c->n_routes; i++)
		if (!v->reached[i])
			return false;
	return true;
}

/* Try events of a kind, as long as a route is not reached yet. */
static void reach_by(const struct coverage *v, const char *slug,
	enum alert_kind kind)
{
	for (int s = SEVERITY_P1; s <= SEVERITY_P3; s++) {
		if (!check_coverage_happens(kind, (enum severity)s))
			continue;
		for (size_t i = 0; i < v->week.n && !all_reached(v); i++) {
			struct reaches l = {0};

			play(v, &(struct what_if) {
				.kind = kind,
				.severity = (enum severity)s,
				.slug = slug,
				.at = v->week.v[i],
			}, &l);
			reaches_release(&l);
		}
	}
}

static void reach_all(const struct coverage *v)
{
	for (size_t i = 0; i < v->slugs.n; i++) {
		const char *slug = v->slugs.v[i];
		bool fleet = strcmp(slug, SLUG_FLEET) == 0;

		for (size_t k = 0; k < KINDS; k++)
			if (k == ALERT_TEST || (k == ALERT_STALLED) == fleet)
				reach_by(v, slug, (enum alert_kind)k);
	}
}

static void say_unreached(const struct coverage *v, const struct conf_route *r)
{
	bool climbs = r->role == CONF_ROLE_PHONE || r->role == CONF_ROLE_SECOND;
	struct buf b;

	buf_init(&b, TEXT_SIZE);
	buf_fmt(&b, "route %s: no event can reach it", r->name);
	if (climbs)
		buf_str(&b, ": only a ladder tells routes of its role, and "
			    "none for the events that it wants does");
	v->doubt(v->arg, b.p);
	buf_release(&b);
}

void check_coverage(const struct conf *c, double now,
	void (*doubt)(void *arg, const char *text), void *arg)
{
	struct coverage v = {.c = c, .doubt = doubt, .arg = arg};

	if (!c->n_routes) {
		doubt(arg, "no routes, so nobody is told of anything");
		return;
	}
	v.reached = xcalloc(c->n_routes, sizeof *v.reached);
	check_coverage_week(c, now, &v.week);
	find_slugs(&v);
	for (size_t i = 0; i < v.slugs.n; i++)
		check_p1(&v, v.slugs.v[i]);
	reach_all(&v);
	for (size_t i = 0; i < c->n_routes; i++)
		if (!v.reached[i])
			say_unreached(&v, &c->routes[i]);
	strings_release(&v.slugs);
	free(v.week.v);
	free(v.reached);
}
