#include "records/maintenance_window.h"

#include "base/xalloc.h"
#include "base/zone.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MIN (24 * 60)
#define DAY_S 86400.0
/* Days until a day of the week comes again, today included. */
#define WEEK 7

bool maintenance_for(const struct maintenance *m, const char *slug,
	const char *account)
{
	for (size_t i = 0; i < m->n_slugs; i++)
		if (fnmatch(m->slugs[i], slug, 0) == 0)
			return true;
	for (size_t i = 0; account && i < m->n_accounts; i++)
		if (strcmp(m->accounts[i], account) == 0)
			return true;
	return false;
}

/* From start to end, unless it is cut short; found where anything is left. */
static struct occurrence occur(const struct maintenance *m, int64_t start,
	int64_t end, double cap_s)
{
	if ((double)(end - start) > cap_s)
		end = start + (int64_t)cap_s;
	if (m->ended_at && m->ended_at < end)
		end = m->ended_at;
	return (struct occurrence) {start < end, start, end, m};
}

/* What it looks like on the wall, where it recurs. */
struct wall {
	const char *zone;
	struct zone_time start, end;
	int64_t seconds; /* of a minute, at which it starts */
	bool overnight;
};

static struct wall wall_of(const struct maintenance *m)
{
	const char *zone = m->zone ? m->zone : MAINTENANCE_ZONE;
	struct wall w = {
		.zone = zone,
		.start = zone_local(zone, (double)m->starts_at),
		.end = zone_local(zone, (double)m->ends_at),
		.seconds = m->starts_at % 60,
	};

	w.overnight = w.end.day != w.start.day;
	return w;
}

/* That of a day, which may be none: see every. */
static struct occurrence on_day(const struct maintenance *m,
	const struct wall *w, struct zone_time day, double cap_s)
{
	int64_t start, end;

	day.minute = w->start.minute;
	/* Of a minute that comes twice: not the one before it was to begin. */
	start = (int64_t)zone_instant_after(w->zone, &day,
			(double)(m->starts_at - w->seconds) - 1) +
		w->seconds;
	day.minute = w->end.minute + (w->overnight ? DAY_MIN : 0);
	end = (int64_t)zone_instant_after(w->zone, &day, (double)start) +
		m->ends_at % 60;
	/* The clocks were changed, and left nothing of it. */
	if (end <= start)
		end = start + (m->ends_at - m->starts_at);
	return occur(m, start, end, cap_s);
}

static bool is_of(const struct maintenance *m, const struct zone_time *day)
{
	return m->every & 1u << day->weekday;
}

/* The day that is n days after another one, n from -7 to 7. */
static struct zone_time day_after(struct zone_time day, int n)
{
	day.day += n;
	day.weekday = (day.weekday + n + WEEK) % WEEK;
	return day;
}

struct occurrence maintenance_last(const struct maintenance *m, double t,
	double cap_s)
{
	struct occurrence o = {0};
	struct zone_time today;
	struct wall w;

	if (m->ended_at && (double)m->ended_at <= t)
		t = (double)m->ended_at - 1;
	if ((double)m->starts_at > t)
		return o;
	if (!m->every)
		return occur(m, m->starts_at, m->ends_at, cap_s);
	w = wall_of(m);
	today = zone_local(w.zone, t);
	for (int back = 0; back <= WEEK; back++) {
		struct zone_time day = day_after(today, -back);

		if (!is_of(m, &day))
			continue;
		o = on_day(m, &w, day, cap_s);
		if (o.start < m->starts_at)
			break;
		if (o.found && (double)o.start <= t)
			return o;
	}
	return (struct occurrence) {0};
}

struct occurrence maintenance_next(const struct maintenance *m, double t,
	double cap_s)
{
	struct zone_time today;
	struct occurrence o;
	struct wall w;

	if (!m->every) {
		o = occur(m, m->starts_at, m->ends_at, cap_s);
		o.found = o.found && (double)o.start > t;
		return o;
	}
	if (t < (double)m->starts_at - 1)
		t = (double)m->starts_at - 1;
	w = wall_of(m);
	today = zone_local(w.zone, t);
	for (int ahead = 0; ahead <= WEEK; ahead++) {
		struct zone_time day = day_after(today, ahead);

		if (!is_of(m, &day))
			continue;
		o = on_day(m, &w, day, cap_s);
		if (o.found && (double)o.start > t)
			return o;
	}
	return (struct occurrence) {0};
}

double maintenance_end(const struct maintenance *m, double t, double cap_s)
{
	struct occurrence o = maintenance_next(m, t, cap_s);

	if (o.found)
		return INFINITY;
	o = maintenance_last(m, t, cap_s);
	if (o.found)
		return (double)o.end;
	return (double)(m->ended_at ? m->ended_at : m->ends_at);
}

/* All times of it that matter on the day of t, and the last one before. */
static void look_around(struct planned *p, double t, double cap_s)
{
	double low;
	struct occurrence o;

	if (t >= p->from && t < p->until && p->cap_s >= cap_s &&
		p->cap_s <= cap_s)
		return;
	p->from = floor(t / DAY_S) * DAY_S;
	p->until = p->from + DAY_S;
	p->cap_s = cap_s;
	p->n_near = 0;
	low = p->from - cap_s - MAINTENANCE_GAP_S - DAY_S;
	o = maintenance_last(&p->m, low, cap_s);
	if (!o.found)
		o = maintenance_next(&p->m, low, cap_s);
	while (o.found && (double)o.start < p->until + cap_s &&
		p->n_near < PLANNED_NEAR) {
		p->near[p->n_near++] = o;
		o = maintenance_next(&p->m, fmax((double)o.start, low), cap_s);
	}
}

static int compare_starts(const void *a, const void *b)
{
	const struct occurrence *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* The times of a server, the earliest first; free them. */
static struct occurrence *times_of(struct planned *l, size_t n,
	const char *slug, const char *account, double t, double cap_s,
	size_t *n_out)
{
	struct occurrence *v = NULL;
	size_t cap = 0;

	*n_out = 0;
	for (size_t i = 0; i < n; i++) {
		if (!maintenance_for(&l[i].m, slug, account))
			continue;
		look_around(&l[i], t, cap_s);
		v = xgrow(v, &cap, *n_out + l[i].n_near, sizeof *v);
		for (size_t k = 0; k < l[i].n_near; k++) {
			v[*n_out] = l[i].near[k];
			v[(*n_out)++].of = &l[i].m;
		}
	}
	if (*n_out)
		qsort(v, *n_out, sizeof *v, compare_starts);
	return v;
}

struct occurrence maintenance_chain(struct planned *l, size_t n,
	const char *slug, const char *account, double t, double cap_s)
{
	struct occurrence chain = {0}, best = {0};
	size_t n_times;
	struct occurrence *v =
		times_of(l, n, slug, account, t, cap_s, &n_times);

	for (size_t i = 0; i < n_times; i++) {
		const struct occurrence *o = &v[i];
		bool joins = chain.found &&
			o->start < chain.end + MAINTENANCE_GAP_S;

		/* Whatever comes later is another one's. */
		if (!joins && (double)o->start > t)
			break;
		if (!joins) {
			chain = *o;
			best = *o;
		}
		if (o->end > chain.end)
			chain.end = o->end;
		if ((double)o->start <= t && o->end > best.end)
			best = *o;
	}
	chain.of = best.of;
	free(v);
	return chain;
}

struct occurrence maintenance_at(struct planned *l, size_t n, const char *slug,
	const char *account, double t, double cap_s)
{
	struct occurrence o = maintenance_chain(l, n, slug, account, t, cap_s);
	double known = floor(t / DAY_S) * DAY_S - cap_s - DAY_S;

	if (!o.found || (double)(o.end - o.start) <= cap_s)
		return o;
	o.end = o.start + (int64_t)cap_s;
	/* It is over for long, and when it began is not looked for. */
	o.found = (double)o.start >= known;
	return o;
}

bool occurrence_covers(const struct occurrence *o, double t)
{
	return o->found && (double)o->start <= t && t < (double)o->end;
}
