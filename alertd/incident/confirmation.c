/* SPDX-License-Identifier: MIT */
#include "incident/confirmation.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* http.500 to http.599 */
static bool server_error(const char *error)
{
	return strncmp(error, "http.5", 6) == 0 &&
		strspn(error + 6, "0123456789") == 2 && error[8] == '\0';
}

enum severity severity_of_step(enum step step, const char *error)
{
	switch (step) {
	case STEP_DNS:
	case STEP_TLS:
	case STEP_INITIALIZE:
	case STEP_AUTH_INITIALIZE:
		return SEVERITY_P1;
	default:
		break;
	}
	return error && server_error(error) ? SEVERITY_P1 : SEVERITY_P2;
}

const struct verdict_region *severity_region(const struct verdict *v,
	const char *name)
{
	for (size_t i = 0; i < v->n_regions; i++)
		if (strcmp(v->regions[i].region, name) == 0)
			return &v->regions[i];
	return NULL;
}

bool severity_throttled(const struct verdict_region *r)
{
	return r && r->state == STATE_BROKEN &&
		failure_throttled(r->failed_step, r->error);
}

bool severity_rises(enum alert_kind kind)
{
	return kind == ALERT_DOWNTIME;
}

/* The worst failure of the regions that fail at the step of the verdict; of
   equal ones, that of the first region. */
static struct assessment assess(const struct verdict *v)
{
	struct assessment a = {.step = v->step,
		.layer = failure_layer_of(v->step, NULL),
		.severity = severity_of_step(v->step, NULL)};
	bool found = false;

	for (size_t i = 0; i < v->n_failing; i++) {
		const struct verdict_region *r =
			severity_region(v, v->failing[i]);
		enum failure_layer layer;

		if (!r || r->failed_step != v->step)
			continue;
		layer = failure_layer_of(v->step, r->error);
		if (severity_of_step(v->step, r->error) < a.severity)
			a.severity = SEVERITY_P1;
		if (found && layer <= a.layer)
			continue;
		found = true;
		a.layer = layer;
		a.error = r->error;
		a.said = r->found.said;
	}
	return a;
}

/*
 * A probe may start this much later than the minute judged (mcp-aggregate(1)).
 */
#define PROBE_AHEAD_S 2
/* Regions that agree are so many (article 1). */
#define AGREE 2
/* Three of the longest interval: what lies further apart is not in a row. */
#define ROW_GAP_S (3 * 3600)

static const struct closing *closing_of(const struct alert_state *st,
	enum alert_kind kind)
{
	for (size_t i = 0; i < st->n_closings; i++)
		if (st->closings[i].kind == kind)
			return &st->closings[i];
	return NULL;
}

bool incident_barred(const struct alert_state *st, enum alert_kind kind,
	double at)
{
	const struct closing *c = closing_of(st, kind);

	return c && (at <= c->at || clock_window(at) <= c->first);
}

bool verdict_lists(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

double observation_latest(const struct verdict *v)
{
	return (double)v->window + 60 + PROBE_AHEAD_S;
}

/* A probe from the future would hide all that come before it. */
static int64_t window_of(const struct verdict *v)
{
	double newest = 0, until = observation_latest(v);

	for (size_t i = 0; i < v->n_regions; i++) {
		double at = v->regions[i].started_at;

		if (at <= until)
			newest = fmax(newest, at);
	}
	return newest > 0 ? clock_window(newest) : v->window;
}

static bool awaited(const struct verdict *v, const char *region)
{
	return verdict_lists(v->awaited, v->n_awaited, region);
}

const struct region_tally *region_counted(const struct alert_state *st,
	const char *name)
{
	for (size_t i = 0; i < st->n_regions; i++)
		if (strcmp(st->regions[i].name, name) == 0)
			return &st->regions[i];
	return NULL;
}

/* Whether what v has of a region is the bad report that was counted last. */
static bool counted_before(const struct region_tally *t,
	const struct verdict_region *r, int64_t window)
{
	return t && r && t->reported && r->started_at > 0 &&
		floor(r->started_at) <= (double)t->reported &&
		t->failing.counted < window && t->throttled.counted < window;
}

/* Whether an incident that somebody has closed accounts for a bad report. */
static bool closed_with(const struct alert_state *st, int64_t window,
	const struct verdict_region *r)
{
	double at = r && r->started_at > 0 ? r->started_at : (double)window;

	return incident_barred(st, ALERT_DOWNTIME, at) ||
		incident_barred(st, ALERT_REGIONAL, at) ||
		(severity_throttled(r) &&
			incident_barred(st, ALERT_RATE_LIMITED, at));
}

enum hearing region_hearing(const struct alert_state *st,
	const struct verdict *v, int64_t window, const char *name)
{
	const struct verdict_region *r = severity_region(v, name);
	int64_t twice = 2 * (int64_t)fmax(60, st->interval_s);

	if (awaited(v, name))
		return REPORT_DUE;
	/* One that was cut off may have reported in this window before. */
	if (verdict_lists(v->no_data, v->n_no_data, name))
		return r && r->state != STATE_BROKEN &&
				clock_window(r->started_at) >= window
			? HEARD
			: NOT_HEARD;
	if ((!severity_throttled(r) &&
		    !verdict_lists(v->failing, v->n_failing, name)) ||
		(!closed_with(st, window, r) &&
			!counted_before(region_counted(st, name), r, window)))
		return HEARD;
	if (!r)
		return REPORT_DUE;
	return window - clock_window(r->started_at) < twice ? REPORT_DUE
							     : NOT_HEARD;
}

/* Whether a region was heard in that window, and was answered with 429. */
static bool throttled_now(const struct alert_state *st,
	const struct verdict *v, int64_t window, const struct verdict_region *r)
{
	return severity_throttled(r) &&
		region_hearing(st, v, window, r->region) == HEARD;
}

/* A region that fails at the step of the verdict, unless it is awaited; NULL. */
static const struct verdict_region *agrees(const struct verdict *v,
	const char *name)
{
	const struct verdict_region *r = severity_region(v, name);

	return r && r->failed_step == v->step && !awaited(v, name) ? r : NULL;
}

/* Whether two regions count as one. */
static bool one_machine(const struct verdict_region *a,
	const struct verdict_region *b)
{
	return a->machine && b->machine && strcmp(a->machine, b->machine) == 0;
}

/* How many machines agree on the step of the verdict, without awaited regions. */
static size_t agree_now(const struct verdict *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_failing; i++) {
		const struct verdict_region *a = agrees(v, v->failing[i]), *b;
		bool is_new = a;

		for (size_t k = 0; k < i && is_new; k++) {
			b = agrees(v, v->failing[k]);
			is_new = !b || !one_machine(a, b);
		}
		n += is_new;
	}
	return n;
}

static bool all_fail_now(const struct verdict *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_failing; i++)
		n += !awaited(v, v->failing[i]);
	return n == v->n_failing;
}

struct observation observation_of(const struct alert_state *st,
	const struct verdict *v)
{
	struct observation s = {
		.window = window_of(v),
		.partial = v->n_awaited > 0,
		.agreed = v->verdict == VERDICT_RED &&
			(all_fail_now(v) || agree_now(v) >= AGREE),
		.refused = v->checks == CHECKS_REFUSED,
		.assessed = assess(v),
	};

	/* Whichever step the server asks at, nothing is checked any more. */
	if (s.refused)
		s.assessed.severity = SEVERITY_P1;
	for (size_t i = 0; i < v->n_regions; i++) {
		const struct verdict_region *r = &v->regions[i];

		s.late = s.late ||
			region_hearing(st, v, s.window, r->region) ==
				REPORT_DUE;
		if (s.throttled || !throttled_now(st, v, s.window, r))
			continue;
		s.throttled = true;
		s.throttled_step = r->failed_step;
	}
	s.only_throttled = s.throttled;
	for (size_t i = 0; i < v->n_failing; i++) {
		const char *name = v->failing[i];

		if (region_hearing(st, v, s.window, name) != HEARD)
			continue;
		s.failing = true;
		if (!severity_throttled(severity_region(v, name)))
			s.only_throttled = false;
	}
	return s;
}

bool observation_unseen(const struct observation *s,
	const struct alert_state *st, const struct verdict *v,
	const struct incident *inc, bool any)
{
	size_t heard = 0, silent = 0;

	for (size_t i = 0; i < inc->regions.n; i++) {
		const char *name = inc->regions.v[i];

		if (region_hearing(st, v, s->window, name) == NOT_HEARD)
			silent += !strings_has(&inc->passing, name);
		else if (severity_region(v, name))
			heard++;
	}
	return s->late || (silent && (any || !heard));
}

bool observation_down(const struct observation *s, const struct verdict *v,
	const struct incident *inc)
{
	if (!s->failing || s->only_throttled)
		return false;
	if (s->agreed || v->expected == 1 || v->verdict == VERDICT_UNKNOWN)
		return true;
	/* One region fails; one that is silent may agree with it. */
	for (size_t i = 0; i < v->n_no_data; i++) {
		const char *name = v->no_data[i];

		if ((strings_has(&inc->regions, name) &&
			    !strings_has(&inc->passing, name)) ||
			verdict_lists(v->failing, v->n_failing, name))
			return true;
	}
	return false;
}

void streak_add(struct streak *t, int64_t window)
{
	if (t->n && t->counted >= window)
		return;
	if (t->n && window - t->counted > ROW_GAP_S)
		*t = (struct streak) {0};
	if (t->n++ == 0)
		t->since = window;
	t->counted = window;
}

/* Whether a window that does not count for a row ends it. If a window was
   reported twice, the worse report counts. */
static bool ends(const struct streak *t, int64_t window)
{
	return t->counted < window;
}

/* End the series that this window breaks; an awaited region breaks none. */
static void end_series(struct alert_state *st, const struct verdict *v,
	int64_t window)
{
	for (size_t i = 0; i < st->n_regions; i++) {
		struct region_tally *r = &st->regions[i];
		const struct verdict_region *now = severity_region(v, r->name);

		/* Its failures were ours: it was cut off. */
		if (verdict_lists(v->isolated, v->n_isolated, r->name))
			r->failing = (struct streak) {0};
		/* Silence is neither a failure nor a success. */
		if (region_hearing(st, v, window, r->name) != HEARD)
			continue;
		if (!verdict_lists(v->failing, v->n_failing, r->name) &&
			ends(&r->failing, window))
			r->failing = (struct streak) {0};
		if (!severity_throttled(now) && ends(&r->throttled, window))
			r->throttled = (struct streak) {0};
	}
}

void streak_drop(struct alert_state *st)
{
	size_t n = 0;

	for (size_t i = 0; i < st->n_regions; i++) {
		const struct region_tally *r = &st->regions[i];

		if (r->failing.n || r->throttled.n || r->silent.n)
			st->regions[n++] = st->regions[i];
		else
			free(st->regions[i].name);
	}
	st->n_regions = n;
}

/* Count a report that is heard in this window. */
static void count_bad(struct alert_state *st, const struct verdict *v,
	int64_t window, const char *name, bool throttled)
{
	const struct verdict_region *r = severity_region(v, name);
	struct region_tally *t = state_region(st, name);

	streak_add(throttled ? &t->throttled : &t->failing, window);
	/* The server answers: its earlier failure is over. */
	if (throttled && t->throttled.n >= THROTTLED_ROW)
		t->failing = (struct streak) {0};
	/* One from the future would hide those that come in their time. */
	if (r && r->started_at > (double)t->reported &&
		r->started_at <= observation_latest(v))
		t->reported = (int64_t)floor(r->started_at);
}

void streak_count(struct alert_state *st, const struct verdict *v,
	const struct observation *s)
{
	st->window = s->window;
	if (v->verdict != VERDICT_UNKNOWN)
		end_series(st, v, s->window);
	for (size_t i = 0; i < v->n_failing; i++)
		if (region_hearing(st, v, s->window, v->failing[i]) == HEARD &&
			!severity_throttled(severity_region(v, v->failing[i])))
			count_bad(st, v, s->window, v->failing[i], false);
	for (size_t i = 0; i < v->n_regions; i++)
		if (throttled_now(st, v, s->window, &v->regions[i]))
			count_bad(st, v, s->window, v->regions[i].region, true);
	streak_drop(st);
}

static void trim(struct streak *t, int64_t since, int n)
{
	if (!t->n || t->since >= since)
		return;
	t->since = since;
	t->n = t->n < n ? t->n : n;
}

void streak_trim(struct alert_state *st, int64_t since, int n)
{
	for (size_t i = 0; i < st->n_regions; i++) {
		trim(&st->regions[i].failing, since, n);
		trim(&st->regions[i].throttled, since, n);
	}
}

void streak_forget_region(struct alert_state *st, const char *name)
{
	for (size_t i = 0; i < st->n_regions; i++)
		if (strcmp(st->regions[i].name, name) == 0)
			st->regions[i].failing = st->regions[i].throttled =
				(struct streak) {0};
}

void streak_forget(struct alert_state *st)
{
	for (size_t i = 0; i < st->n_regions; i++)
		free(st->regions[i].name);
	st->n_regions = 0;
}

void streak_forget_bad(struct alert_state *st)
{
	for (size_t i = 0; i < st->n_regions; i++)
		st->regions[i].failing = st->regions[i].throttled =
			(struct streak) {0};
}

void streak_forget_throttled(struct alert_state *st)
{
	for (size_t i = 0; i < st->n_regions; i++)
		st->regions[i].throttled = (struct streak) {0};
}

/*
 * The longest row of windows that goes on in this one, of throttled regions or
 * of those that fail for another reason; of equals the older. NULL: there is
 * none.
 */
static const struct streak *longest_streak(const struct alert_state *st,
	const struct observation *s, bool throttled)
{
	const struct streak *longest = NULL;

	for (size_t i = 0; i < st->n_regions; i++) {
		const struct region_tally *r = &st->regions[i];
		const struct streak *t =
			throttled ? &r->throttled : &r->failing;

		if (!t->n || t->counted != s->window)
			continue;
		if (!longest || t->n > longest->n ||
			(t->n == longest->n && t->since < longest->since))
			longest = t;
	}
	return longest;
}

static struct confirmation in_time(enum alert_kind kind,
	enum severity severity, const struct streak *t)
{
	return (struct confirmation) {
		true, kind, severity, t->since, t->n, false};
}

struct confirmation confirmation_of(const struct alert_state *st,
	const struct verdict *v, const struct observation *s,
	const struct conf_policy *p)
{
	const struct streak *t = longest_streak(st, s, false);
	bool enough = t && t->n >= p->confirm;

	if (s->failing && !s->only_throttled) {
		if (v->expected == 1 && t && (s->agreed || enough))
			return in_time(
				ALERT_DOWNTIME, s->assessed.severity, t);
		if (v->expected != 1 && s->agreed)
			return (struct confirmation) {true, ALERT_DOWNTIME,
				s->assessed.severity, s->window, 1, false};
		if (enough)
			return in_time(ALERT_REGIONAL, SEVERITY_P2, t);
	}
	t = longest_streak(st, s, true);
	if (t && t->n >= p->throttled)
		return in_time(ALERT_RATE_LIMITED, SEVERITY_P2, t);
	return (struct confirmation) {0};
}

struct confirmation confirmation_after(const struct alert_state *st,
	const struct verdict *v, const struct observation *s,
	const struct conf_policy *p)
{
	struct conf_policy one = *p;
	struct confirmation o;

	one.confirm = 1;
	o = confirmation_of(st, v, s, &one);
	o.follows = true;
	return o;
}
