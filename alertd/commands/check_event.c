/* SPDX-License-Identifier: MIT */
/*
 * check_event.c: an imagined event goes through policies, steps, routes and
 * digests like a real one; and the description of one in the words of the
 * operator, and of whom it would reach.
 */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "base/zone.h"
#include "conf/match.h"
#include "incident/confirmation.h"
#include "incident/incident.h"
#include "incident/kinds.h"
#include "incident/machine.h"
#include "incident/maintenance_hold.h"
#include "routing/routing.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX 200
/* How many other times are shown. */
#define OTHERS 5
#define WHEN_SIZE 48
/* How long changes of hours are looked at. */
#define TAKEN_OVER_S 3600

/* The imagined incident, and who was notified of it. */
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
		kind != ALERT_TOKEN_EXPIRING && kind != ALERT_MANUAL &&
		kind != ALERT_TEST;
}

static void open_incident(struct play *p, enum alert_kind kind)
{
	double at = p->r->at;

	incident_open(&p->st.incidents[kind], p->r->severity,
		clock_window(at), (int64_t)floor(at), 1);
	if (kind == ALERT_MANUAL)
		string_set(&p->st.incidents[kind].title, "an incident");
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
	open_incident(p, r->kind);
	if (r->kind != ALERT_OVERRUN)
		return;
	/* It supersedes a downtime. */
	open_incident(p, ALERT_DOWNTIME);
	p->st.incidents[ALERT_DOWNTIME].superseded = true;
}

static bool has_reached(const struct reaches *l, const char *route)
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

	if (has_reached(l, to->route))
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
		for (size_t k = 0; k < to.n; k++)
			note_reach(p, &e->record, &to.v[k]);
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
static double next_change(struct play *p, double t)
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

/* The beginning, of which nobody was notified yet. */
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
	t = p.events.v[0].suppressed ? INFINITY
				     : next_change(&p, r->at);
	while (isfinite(t)) {
		size_t from = p.events.n;

		machine_tick(&p.st, &c->policy, t, &p.events);
		escalate(c, &p.st, t, from, &p.events);
		what_if_events(&p, from);
		t = next_change(&p, t);
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

static bool refuse_description(char *why, const char *key, const char *value,
	const char *what)
{
	snprintf(why, CHECK_EVENT_WHY, "%.40s: '%.80s' is not %.120s", key,
		value, what);
	return false;
}

/* A kind; or the name of an event that begins one. */
static bool read_kind(const char *value, enum alert_kind *out)
{
	static const char begins[] = "_started";
	size_t n = strlen(value), end = sizeof begins - 1;
	char kind[VALUE_MAX];

	if (alert_kind_parse(value, out))
		return true;
	if (n <= end || strcmp(value + n - end, begins) != 0)
		return false;
	snprintf(kind, sizeof kind, "%.*s", (int)(n - end), value);
	return alert_kind_parse(kind, out) &&
	       *out < (enum alert_kind)ALERT_KINDS;
}

static bool read_at(const char *value, double *out)
{
	int64_t at;

	if (num_decimal(value, out))
		return true;
	if (!clock_rfc3339_parse(value, &at))
		return false;
	*out = (double)at;
	return true;
}

static bool read_tools(const char *value, struct check_event *d)
{
	if (strcmp(value, "removed") != 0 && strcmp(value, "changed") != 0 &&
		strcmp(value, "added") != 0 &&
		strcmp(value, "redescribed") != 0)
		return false;
	snprintf(d->tools, sizeof d->tools, "%s", value);
	return true;
}

static bool read_slug(const char *value, const struct conf *c,
	struct check_event *d)
{
	bool known = !conf_count(c) && slug_valid(value);

	if (!known && strcmp(value, SLUG_FLEET) != 0 &&
		conf_place(c, value) == CONF_NOWHERE)
		return false;
	snprintf(d->slug, sizeof d->slug, "%s", value);
	return true;
}

/* The keys; `given` has a bit for each that was given. */
enum { KIND, SEVERITY, SLUG, AT, TOOLS, KEYS };
static const char *const keys[KEYS] = {
	"kind", "severity", "slug", "at", "tools"};
static const char *const wanted[KEYS] = {
	("a kind of mcp-records(5), or the event that begins one, such as "
	 "downtime_started; later events go to the same people"),
	"P1, P2 or P3",
	"a server of the configuration, or *",
	"an instant of RFC 3339, or epoch seconds",
	"removed, changed, added or redescribed",
};

static int find_key(const char *key)
{
	if (strcmp(key, "event") == 0)
		return KIND;
	for (int i = 0; i < KEYS; i++)
		if (strcmp(keys[i], key) == 0)
			return i;
	return -1;
}

static bool read_value(int key, const char *value, const struct conf *c,
	struct check_event *d)
{
	switch (key) {
	case KIND:
		return read_kind(value, &d->of.kind);
	case SEVERITY:
		return severity_parse(value, &d->of.severity);
	case SLUG:
		return read_slug(value, c, d);
	case AT:
		return read_at(value, &d->of.at);
	default:
		return read_tools(value, d);
	}
}

/* Read a pair such as "kind=downtime". */
static bool read_pair(char *pair, const struct conf *c, struct check_event *d,
	unsigned *given, char *why)
{
	char *value = strchr(pair, '=');
	int key;

	if (!value)
		return refuse_description(why, "check", pair, "KEY=VALUE");
	*value++ = '\0';
	key = find_key(pair);
	if (key < 0)
		return refuse_description(why, "check", pair,
			"one of kind, event, severity, slug, at, tools");
	if (*given >> key & 1)
		return refuse_description(
			why, "check", pair, "to be given twice");
	*given |= 1U << key;
	return read_value(key, value, c, d) ||
		refuse_description(why, pair, value, wanted[key]);
}

/* Complete a description: the first server, and the worst severity. */
static void complete(
	struct check_event *d, const struct conf *c, unsigned given)
{
	bool fleet = d->of.kind == ALERT_STALLED || !conf_count(c);

	if (!(given >> SLUG & 1))
		snprintf(d->slug, sizeof d->slug, "%s",
			fleet ? SLUG_FLEET : conf_server_slug(c, 0));
	for (int s = SEVERITY_P3; !(given >> SEVERITY & 1) && s >= SEVERITY_P1;
		s--)
		if (check_coverage_happens(d->of.kind, (enum severity)s))
			d->of.severity = (enum severity)s;
	d->of.slug = d->slug;
	d->of.tools = *d->tools ? d->tools : NULL;
}

bool check_event_parse(const char *text, const struct conf *c, double now,
	struct check_event *out, char *why)
{
	unsigned given = 0;

	*out = (struct check_event) {.of.at = now};
	while (*text) {
		char pair[VALUE_MAX];
		size_t n = strcspn(text, ",");

		if (n >= sizeof pair)
			return refuse_description(
				why, "check", text, "short enough");
		snprintf(pair, sizeof pair, "%.*s", (int)n, text);
		if (!read_pair(pair, c, out, &given, why))
			return false;
		text += n;
		text += *text == ',';
	}
	if (!(given >> KIND & 1))
		return refuse_description(
			why, "check", "", "complete: kind is missing");
	complete(out, c, given);
	if (check_coverage_happens(out->of.kind, out->of.severity))
		return true;
	return refuse_description(why, "severity",
		severity_name(out->of.severity), "one that this kind has");
}

static void when(const struct reach *r, const char *zone, char *out)
{
	char text[CLOCK_RFC3339];
	struct buf b;

	buf_init(&b, WHEN_SIZE);
	if (r->wait.digest) {
		zone_rfc3339(zone, (int64_t)r->wait.boundary, text);
		buf_fmt(&b, "%s digest, %s", conf_digests[r->wait.digest],
			text);
	} else if (r->after_s > 0) {
		buf_str(&b, "after ");
		phrase_duration(&b, (long long)r->after_s);
	} else {
		buf_str(&b, "at once");
	}
	snprintf(out, WHEN_SIZE, "%s", b.p);
	buf_release(&b);
}

static void put_plan(struct buf *b, const struct conf *c,
	const struct check_event *d, const struct reaches *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct reach *r = &l->v[i];
		char text[WHEN_SIZE];

		when(r, c->zone, text);
		buf_fmt(b, "  %-16s  %s", text, r->route);
		if (r->severity != d->of.severity)
			buf_fmt(b, ", as %s", severity_name(r->severity));
		buf_char(b, '\n');
	}
	if (!l->n)
		buf_str(b, "  nobody\n");
}

static void put_head(struct buf *b, const struct conf *c, double at)
{
	char text[CLOCK_RFC3339];

	zone_rfc3339(c->zone, (int64_t)at, text);
	buf_fmt(b, "at %s:\n", text);
}

/* Instants, epoch seconds. */
struct instants {
	double *v;
	size_t n, cap;
};

static void add_instant(struct instants *l, double t)
{
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = t;
}

/* The instants of a week at which such hours begin and end, and days begin. */
static void add_edges(const char *hours, const char *zone, double now,
	struct instants *l)
{
	struct zone_time day = zone_local(zone, now);
	struct conf_hours h;

	if (!hours || !conf_hours(hours, &h))
		return;
	for (int d = 0; d <= ZONE_WEEK; d++, day.day++) {
		const int edges[] = {0, h.from, h.to};

		for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
			double t;

			day.minute = edges[i];
			t = zone_instant(zone, &day);
			if (t > now && t < now + ZONE_WEEK * 86400)
				add_instant(l, t);
		}
	}
}

static int by_time(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The instants of the coming week at which a policy may wait, or no longer. */
static struct instants week_of(const struct conf *c, double now)
{
	struct instants l = {0};

	for (size_t i = 0; i < c->n_policies; i++) {
		add_edges(c->policies[i].hours, c->zone, now, &l);
		for (size_t k = 0; k < c->n_routes; k++)
			add_edges(c->policies[i].hours,
				c->routes[k].zone ? c->routes[k].zone : c->zone,
				now, &l);
	}
	if (l.n)
		qsort(l.v, l.n, sizeof *l.v, by_time);
	return l;
}

/* Whether the same routes are notified in the same way. */
static bool same(const struct reaches *a, const struct reaches *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i].route, b->v[i].route) != 0 ||
			a->v[i].after_s != b->v[i].after_s ||
			a->v[i].wait.digest != b->v[i].wait.digest)
			return false;
	return true;
}

/* The times of the coming week at which other routes would be notified. */
static void put_others(struct buf *b, const struct conf *c,
	const struct check_event *d, const struct reaches *now)
{
	struct reaches seen[OTHERS + 1] = {*now};
	struct instants week = week_of(c, d->of.at);
	size_t n = 1;

	for (size_t i = 0; i < week.n && n <= OTHERS; i++) {
		struct check_event other = *d;
		bool known = false;

		other.of.at = week.v[i];
		what_if(c, &other.of, &seen[n]);
		for (size_t k = 0; k < n; k++)
			known = known || same(&seen[k], &seen[n]);
		if (known) {
			reaches_release(&seen[n]);
			continue;
		}
		put_head(b, c, week.v[i]);
		put_plan(b, c, &other, &seen[n++]);
	}
	while (n > 1)
		reaches_release(&seen[--n]);
	free(week.v);
}

static void put_maintenance(struct buf *b, const struct conf *c,
	const struct check_event *d)
{
	struct what_if held = d->of;
	struct reaches l = {0};

	held.maintenance = true;
	what_if(c, &held, &l);
	buf_str(b, "in a maintenance: ");
	if (l.n) {
		buf_str(b, "the same\n");
	} else if (d->of.kind == ALERT_DOWNTIME) {
		buf_str(b, "nobody; maintenance_overrun, P1, if it is still "
			   "down ");
		phrase_duration(b, (long long)c->policy.overrun_s);
		buf_str(b, " after that\n");
	} else {
		buf_str(b, "nobody\n");
	}
	reaches_release(&l);
}

void check_event_put(struct buf *b, const struct conf *c,
	const struct check_event *d)
{
	struct reaches now = {0};

	buf_fmt(b, "%s %s of %s\n", severity_name(d->of.severity),
		alert_kind_name(d->of.kind), d->slug);
	what_if(c, &d->of, &now);
	put_head(b, c, d->of.at);
	put_plan(b, c, d, &now);
	put_others(b, c, d, &now);
	if (now.n)
		put_maintenance(b, c, d);
	reaches_release(&now);
}
