/* SPDX-License-Identifier: MIT */
/*
 * The proof: for each kind of event that may be P1, and each server that
 * policies tell apart, or any server that a policy is for, it looks up the
 * policy of each minute of the week.
 */
#include "conf/check.h"

#include "base/strings.h"
#include "base/xalloc.h"
#include "base/zone.h"
#include "conf/match.h"

#include <stdlib.h>
#include <string.h>

#define DAY 1440
/* Room for the spans of a day, and for those of a week. */
#define DAY_SIZE 80
#define WEEK_SIZE 400

/* Whether a policy is for an event, as far as that is known. */
enum takes { TAKES_NOT, TAKES_SOME, TAKES };

struct proof {
	const struct conf *c;
	struct conf_errors *r;
	enum alert_kind kind;
	const char *slug;   /* of the server; NULL: any that `any` is for */
	const struct conf_notify *any;
	enum takes *takes;  /* by policy */
	struct conf_hours *hours; /* by policy; only of those for P1 */
	bool *blamed;		  /* by policy: it was reported */
};

/* Whether each of the patterns, or names, of a are among those of b. */
static bool within(char *const *a, size_t n_a, char *const *b, size_t n_b)
{
	for (size_t i = 0; i < n_a; i++) {
		bool found = false;

		for (size_t k = 0; k < n_b; k++)
			found = found || strcmp(b[k], "*") == 0 ||
				strcmp(a[i], b[k]) == 0;
		if (!found)
			return false;
	}
	return n_a > 0;
}

/* Whether b is for any server that a is for. */
static bool covers(const struct conf_match *b, const struct conf_match *a)
{
	bool all = false;

	for (size_t i = 0; i < b->n_servers; i++)
		all = all || strcmp(b->servers[i], "*") == 0;
	return (!b->n_servers || all ||
		       within(a->servers, a->n_servers, b->servers,
			       b->n_servers)) &&
		(!b->n_accounts ||
			within(a->accounts, a->n_accounts, b->accounts,
				b->n_accounts)) &&
		conf_labels_hold(
			a->labels, a->n_labels, b->labels, b->n_labels);
}

static enum takes takes(const struct proof *p, const struct conf_notify *n,
	const struct conf_server *s)
{
	if (!conf_match_severity(&n->match, SEVERITY_P1) ||
		!conf_match_kind(&n->match, p->kind))
		return TAKES_NOT;
	if (p->slug)
		return conf_match_server(&n->match, p->slug, s)
			? TAKES
			: TAKES_NOT;
	return covers(&n->match, &p->any->match) ? TAKES : TAKES_SOME;
}

/* A P1 waits for no digest. */
static bool at_once(const struct conf_notify *n)
{
	return n->n_steps && n->steps[0].after_s <= 0;
}

/* Whether somebody is notified at once if it begins in that minute. */
static bool heard(const struct proof *p, int weekday, int minute)
{
	for (size_t i = 0; i < p->c->n_policies; i++) {
		const struct conf_notify *n = &p->c->policies[i];

		if (p->takes[i] == TAKES_NOT ||
			(conf_by_hours(n) && !conf_hours_hold(&p->hours[i],
						     weekday, minute)))
			continue;
		if (p->takes[i] == TAKES || !at_once(n))
			return at_once(n);
	}
	return false;
}

/* The gaps of a day, as "00:00-09:00 18:00-24:00". */
static void put_day(const struct proof *p, int weekday, char *out)
{
	size_t len = 0;
	int from = -1;

	*out = '\0';
	for (int m = 0; m <= DAY; m++) {
		bool gap = m < DAY && !heard(p, weekday, m);

		if (gap && from < 0)
			from = m;
		if (gap || from < 0)
			continue;
		if (len + sizeof " 00:00-24:00" > DAY_SIZE)
			return;
		len += (size_t)snprintf(out + len, DAY_SIZE - len,
			"%s%02d:%02d-%02d:%02d", len ? " " : "", from / 60,
			from % 60, m / 60, m % 60);
		from = -1;
	}
}

/* "mon-fri 00:00-09:00 18:00-24:00, sat-sun 00:00-24:00"; false: no gap. */
static bool put_week(const struct proof *p, struct buf *b)
{
	char days[ZONE_WEEK][DAY_SIZE];
	int to;

	for (int d = 0; d < ZONE_WEEK; d++)
		put_day(p, d, days[d]);
	for (int d = 0; d < ZONE_WEEK; d = to + 1) {
		for (to = d; to + 1 < ZONE_WEEK &&
			strcmp(days[to + 1], days[d]) == 0;
			to++)
			;
		if (!*days[d])
			continue;
		buf_fmt(b, "%s%s", b->len ? ", " : "", zone_weekdays[d]);
		if (to > d)
			buf_fmt(b, "-%s", zone_weekdays[to]);
		buf_fmt(b, " %s", days[d]);
	}
	return b->len > 0;
}

static void blame(struct proof *p, size_t i)
{
	const struct conf *c = p->c;
	struct buf b;

	buf_init(&b, WEEK_SIZE * 2);
	if (put_week(p, &b))
		conf_wrong(p->r, &c->policies[i].hours,
			"nobody would be notified at once of a P1 %s of %s "
			"that begins %s (%s): at every minute of the week, the "
			"first step of a policy must notify at once",
			alert_kind_name(p->kind),
			!p->slug ? "one of its servers"
			: strcmp(p->slug, SLUG_FLEET) == 0 ? "the fleet"
							     : p->slug,
			b.p, c->zone ? c->zone : "UTC");
	p->blamed[i] = b.len > 0;
	buf_release(&b);
}

/* A policy behind one that always takes the event is never looked at. */
static void prove(struct proof *p, const struct conf_server *s)
{
	const struct conf *c = p->c;
	size_t i;

	for (i = 0; i < c->n_policies; i++)
		p->takes[i] = takes(p, &c->policies[i], s);
	for (i = 0; i < c->n_policies; i++) {
		if (p->takes[i] == TAKES_NOT)
			continue;
		if (conf_by_hours(&c->policies[i]))
			break;
		if (p->takes[i] == TAKES)
			return;
	}
	if (i < c->n_policies && !p->blamed[i])
		blame(p, i);
}

/* All kinds that may be P1. Tests go where downtimes do. */
static void prove_kinds(struct proof *p, const struct conf_server *s)
{
	bool fleet = p->slug && strcmp(p->slug, SLUG_FLEET) == 0;

	for (int k = 0; k < (int)ALERT_TEST; k++) {
		p->kind = (enum alert_kind)k;
		if (alert_kind_severities(p->kind) & ALERT_P1 &&
			(p->slug ? (p->kind == ALERT_STALLED) == fleet
				 : p->kind != ALERT_STALLED))
			prove(p, s);
	}
}

/* Which policies match a server, as a text: a character each. */
static char *takers(const struct conf *c, const struct conf_server *s)
{
	struct buf b;

	buf_init(&b, c->n_policies + 1);
	for (size_t i = 0; i < c->n_policies; i++)
		buf_char(&b, conf_match_server(&c->policies[i].match,
				     s->slug, s)
				? 'x'
				: '-');
	return buf_take(&b);
}

/* If the same policies match several servers, one of these is enough. */
static void prove_servers(struct proof *p)
{
	struct strings seen = {0};

	for (size_t i = 0; i < p->c->n_servers; i++) {
		const struct conf_server *s = &p->c->servers[i];
		char *text = takers(p->c, s);

		p->slug = s->slug;
		if (!strings_has(&seen, text)) {
			strings_add(&seen, text);
			prove_kinds(p, s);
		}
		free(text);
	}
	strings_release(&seen);
}

/* Any server of a list, by each policy with hours that takes some of them. */
static void prove_any(struct proof *p)
{
	p->slug = NULL;
	for (size_t i = 0; i < p->c->n_policies; i++) {
		p->any = &p->c->policies[i];
		if (conf_by_hours(p->any))
			prove_kinds(p, NULL);
	}
}

void conf_check_hours_coverage(const struct conf *c, struct conf_errors *r)
{
	struct proof p = {.c = c, .r = r, .slug = SLUG_FLEET};
	bool some = false;

	if (!conf_sound(r))
		return;
	p.takes = xcalloc(c->n_policies + 1, sizeof *p.takes);
	p.hours = xcalloc(c->n_policies + 1, sizeof *p.hours);
	p.blamed = xcalloc(c->n_policies + 1, sizeof *p.blamed);
	for (size_t i = 0; i < c->n_policies; i++)
		if (conf_by_hours(&c->policies[i]))
			some = conf_hours(c->policies[i].hours, &p.hours[i]) ||
				some;
	if (some) {
		prove_kinds(&p, NULL);
		prove_servers(&p);
		if (c->n_servers_from || !c->n_servers)
			prove_any(&p);
	}
	free(p.takes);
	free(p.hours);
	free(p.blamed);
}
