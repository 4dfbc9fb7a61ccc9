/* SPDX-License-Identifier: MIT */
/*
 * maintenance.c: writes and reads the maintenance record. It may come
 * from a file, the store or the web, so all of it is bounded.
 */
#include "records/maintenance.h"

#include "base/clock.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "base/zone.h"
#include "json/json.h"
#include "records/probe.h"
#include "terms/names.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400
/* The end of the year 9999, the last instant that RFC 3339 can write. */
#define INSTANT_MAX 253402300799.0
/* Each star of a pattern can cost a look at the whole name. */
#define STARS_MAX 8
#define ALL_DAYS 0x7fu

static bool one_day(const char *s, size_t n, unsigned *bit)
{
	for (unsigned i = 0; i < ZONE_WEEK; i++) {
		if (n != 3 || strncmp(s, zone_weekdays[i], n) != 0)
			continue;
		*bit = 1u << i;
		return true;
	}
	return false;
}

bool maintenance_days(const char *s, unsigned *out)
{
	unsigned bit = 0;

	if (strcmp(s, "daily") == 0) {
		*out = ALL_DAYS;
		return true;
	}
	*out = 0;
	for (;;) {
		size_t n = strcspn(s, ",");

		if (!one_day(s, n, &bit))
			return false;
		*out |= bit;
		if (!s[n])
			return true;
		s += n + 1;
	}
}

void maintenance_put_days(unsigned every, char *out)
{
	char *p = out;

	*p = '\0';
	if (every == ALL_DAYS) {
		snprintf(out, MAINTENANCE_DAYS, "daily");
		return;
	}
	for (unsigned i = 0; i < ZONE_WEEK; i++)
		if (every & 1u << i)
			p += snprintf(p, 5, "%s%s", p == out ? "" : ",",
				zone_weekdays[i]);
}

void maintenance_put_servers(struct buf *b, const struct maintenance *m)
{
	for (size_t i = 0; i < m->n_slugs; i++)
		buf_fmt(b, "%s%s", i ? ", " : "", m->slugs[i]);
	for (size_t i = 0; i < m->n_accounts; i++)
		buf_fmt(b, "%saccount %s", i || m->n_slugs ? ", " : "",
			m->accounts[i]);
}

void maintenance_put_what(struct buf *b, const struct maintenance *m)
{
	char days[MAINTENANCE_DAYS];

	maintenance_put_servers(b, m);
	maintenance_put_days(m->every, days);
	if (m->every)
		buf_fmt(b, " (%s)", days);
}

bool maintenance_pattern_valid(const char *s)
{
	size_t stars = 0, n = strlen(s);

	for (const char *p = s; *p; p++)
		stars += *p == '*';
	return n > 0 && n <= SLUG_MAX && stars <= STARS_MAX &&
		strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789._-*?[]!") == n;
}

bool maintenance_account_valid(const char *s)
{
	return slug_valid(s);
}

bool maintenance_id_valid(const char *s)
{
	return strlen(s) <= MAINTENANCE_ID_MAX && slug_valid(s);
}

static bool put_every(struct buf *b, const void *s,
	const struct field_limits *l)
{
	const struct maintenance *m = s;
	const char *comma = "[";

	(void)l;
	for (unsigned i = 0; i < ZONE_WEEK; i++) {
		if (!(m->every & 1u << i))
			continue;
		buf_str(b, comma);
		json_put_str(b, zone_weekdays[i]);
		comma = ",";
	}
	buf_str(b, m->every ? "]" : "null");
	return true;
}

static const char *take_every(const cJSON *l, void *s)
{
	struct maintenance *m = s;
	const cJSON *v;
	unsigned bit;

	if (!cJSON_IsArray(l))
		return "not a list of days";
	cJSON_ArrayForEach(v, l)
	{
		if (!cJSON_IsString(v) ||
			!one_day(v->valuestring, strlen(v->valuestring), &bit))
			return "not a list of days";
		m->every |= bit;
	}
	return NULL;
}

#define NAMES(key, m, n, check)                                                \
	FIELD_STRINGS(key, struct maintenance, m, n, FIELD_LAX,                \
		.most = MAINTENANCE_NAMES, .valid = check)
#define TEXT(key, m, ...)                                                      \
	FIELD(key, struct maintenance, m, FIELD_NULL | FIELD_CLEAN, __VA_ARGS__)

const struct field maintenance_fields[] = {
	FIELD_AS(FIELD_CHARS, "id", struct maintenance, id, FIELD_NULL,
		.valid = maintenance_id_valid),
	NAMES("slugs", slugs, n_slugs, maintenance_pattern_valid),
	NAMES("accounts", accounts, n_accounts, maintenance_account_valid),
	/* These are read as text, too. */
	FIELD("starts_at", struct maintenance, starts_at, FIELD_OUT),
	FIELD("ends_at", struct maintenance, ends_at, FIELD_OUT),
	FIELD_MADE("every", FIELD_LAX, .put = put_every, .take = take_every),
	TEXT("zone", zone, .valid = zone_exists,
		.fault = "not a known time zone"),
	TEXT("reason", reason, .valid = NULL),
	TEXT("by", by, .valid = NULL),
	FIELD("announced_at", struct maintenance, announced_at,
		FIELD_OMIT | FIELD_OUT),
	FIELD("ended_at", struct maintenance, ended_at, FIELD_NULL | FIELD_OUT),
	{.type = FIELD_END},
};

void maintenance_write(struct buf *b, const struct maintenance *m)
{
	record_put(b, "maintenance", maintenance_fields, m, NULL);
}

bool maintenance_instant(const cJSON *o, const char *key, bool needed,
	int64_t *out, char *why)
{
	const cJSON *v = json_get(o, key);
	const char *s = json_str(o, key);
	double t;

	*out = 0;
	if (!v || cJSON_IsNull(v))
		return !needed || field_fail(why, key, "missing");
	if (s ? clock_rfc3339_parse(s, out) : json_num(o, key, &t)) {
		if (!s && t >= 0 && t <= INSTANT_MAX)
			*out = (int64_t)floor(t);
		if (*out > 0)
			return true;
	}
	return field_fail(why, key,
		"neither epoch seconds nor an RFC 3339 instant");
}

static bool read_times(const cJSON *o, struct maintenance *m, char *why)
{
	if (!maintenance_instant(o, "starts_at", true, &m->starts_at, why) ||
		!maintenance_instant(o, "ends_at", true, &m->ends_at, why) ||
		!maintenance_instant(o, "announced_at", false,
			&m->announced_at, why) ||
		!maintenance_instant(o, "ended_at", false, &m->ended_at, why))
		return false;
	if (m->ends_at <= m->starts_at)
		return field_fail(why, "ends_at", "not after starts_at");
	return !m->every || m->ends_at - m->starts_at <= DAY_S ||
		field_fail(why, "ends_at", "recurs, and lasts more than a day");
}

bool maintenance_take(cJSON *doc, struct maintenance *m, char *why)
{
	*m = (struct maintenance) {.doc = doc};
	if (fields_take(maintenance_fields, doc, m, why) &&
		(m->n_slugs || m->n_accounts ||
			field_fail(why, "slugs", "no server is named")) &&
		read_times(doc, m, why))
		return true;
	maintenance_release(m);
	return false;
}

void maintenance_release(struct maintenance *m)
{
	/* The lists of one that was not read belong to somebody else. */
	if (m->doc)
		fields_release(maintenance_fields, m);
	cJSON_Delete(m->doc);
	*m = (struct maintenance) {0};
}

#define DAY_MIN (24 * 60)
/* Days until a day of the week comes again, today included. */
#define WEEK 7

bool maintenance_for(const struct maintenance *m, const char *slug,
	const char *account)
{
	for (size_t i = 0; i < m->n_slugs; i++)
		if (fnmatch(m->slugs[i], slug, 0) == 0)
			return true;
	return account && strings_among(m->accounts, m->n_accounts, account);
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

/* A recurring maintenance by the clock on the wall. */
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
	/* A minute may come twice: never the one before the beginning. */
	start = (int64_t)zone_instant_after(w->zone, &day,
			(double)(m->starts_at - w->seconds) - 1) +
		w->seconds;
	day.minute = w->end.minute + (w->overnight ? DAY_MIN : 0);
	end = (int64_t)zone_instant_after(w->zone, &day, (double)start) +
		m->ends_at % 60;
	/* A change of the clocks left it no time: it keeps its length. */
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
