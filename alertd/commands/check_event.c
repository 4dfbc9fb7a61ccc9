#include "commands/commands.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "base/zone.h"
#include "routing/what_if.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>

#define VALUE_MAX 200
/* How many other times are shown. */
#define OTHERS 5
#define WHEN_SIZE 48

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

	if (num_epoch(value, out))
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
	 "downtime_started; later events go to whoever was told"),
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

/* Whether the same routes are told in the same way. */
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

/* The times of the coming week at which other routes would be told. */
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
	if (d->of.kind == ALERT_DOWNTIME && c->policy.agreed > 1)
		buf_fmt(b, "begins when regions agreed in %d windows in a row\n",
			c->policy.agreed);
	what_if(c, &d->of, &now);
	put_head(b, c, d->of.at);
	put_plan(b, c, d, &now);
	put_others(b, c, d, &now);
	if (now.n)
		put_maintenance(b, c, d);
	reaches_release(&now);
}
