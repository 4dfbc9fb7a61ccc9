/* SPDX-License-Identifier: MIT */
#include "rule/verdict.h"

#include "base/clock.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "rule/agreement.h"
#include "rule/drift.h"

#include <math.h>
#include <string.h>

/* A clock of a region may be off by this (mcp-fleet(1)); and a round comes so
   much before its turn at most. */
#define CLOCK_OFF_S 10
#define BEFORE_TURN_S 20
/* How long a check for a stale cache holds, if not three intervals. */
#define CHECK_HOLDS_S 900

struct rule rule_default(double interval_s)
{
	bool slow = interval_s > 60;

	return (struct rule) {
		.lookback_s = slow ? 3 * interval_s : 180,
		.tolerance_s = slow ? interval_s : 60,
		.ahead_s = 2,
		.divergence_s = 300,
		.quorum = 2,
		.step_alert = 2,
		.hard_outage = 3,
		.alone = 3,
		.throttled = 3,
		.tool_churn = 12,
	};
}

static struct region_history find_region(const struct verdict_input *in,
	const char *name)
{
	for (size_t i = 0; i < in->n_regions; i++)
		if (strcmp(in->regions[i].name, name) == 0)
			return in->regions[i];
	return (struct region_history) {.name = name};
}

static bool one_machine(const struct region_history *a,
	const struct region_history *b)
{
	return a->machine && b->machine && strcmp(a->machine, b->machine) == 0;
}

static void find_machines(struct expected_regions *f)
{
	for (size_t i = 0; i < f->n; i++) {
		size_t first = 0;

		while (first < i &&
			!one_machine(&f->regions[first], &f->regions[i]))
			first++;
		f->machines[i] = first;
		f->n_machines += first == i;
	}
}

/* Whether all that report and fail are limited; false where none is. */
static bool all_limited(const struct expected_regions *f)
{
	bool any = false;

	for (size_t i = 0; i < f->n; i++) {
		const struct failure_run *r = &f->runs[i];

		if (r->reports && r->step && !r->limited)
			return false;
		any = any || (r->reports && r->limited);
	}
	return any;
}

static struct expected_regions expected_regions_new(const struct rule *rule,
	const struct verdict_input *in)
{
	struct expected_regions f = {.n = in->n_expected};

	f.regions = xcalloc(f.n, sizeof *f.regions);
	f.runs = xcalloc(f.n, sizeof *f.runs);
	f.machines = xcalloc(f.n, sizeof *f.machines);
	for (size_t i = 0; i < f.n; i++)
		f.regions[i] = find_region(in, in->expected[i]);
	if (f.n)
		qsort(f.regions, f.n, sizeof *f.regions, strings_order);
	find_machines(&f);
	for (size_t i = 0; i < f.n; i++)
		f.runs[i] = failure_run_judge(rule, &f.regions[i], in->now);
	f.limited = all_limited(&f);
	return f;
}

static bool same_tools(const struct probe *a, const struct probe *b)
{
	const char *x = a->tools->full_hash, *y = b->tools->full_hash;

	return strcmp(a->tools->hash, b->tools->hash) == 0 &&
		(!x || !y || strcmp(x, y) == 0);
}

/*
 * Take what the last check for a stale cache found. It holds for a while, for
 * not every probe makes one; a stale result only while clients get that list.
 */
static void take_check(const struct rule *rule, const struct region_history *h,
	double now, struct verdict_region *r)
{
	const struct probe *newest = drift_newest(h, now + rule->ahead_s);
	double from = now - fmax(CHECK_HOLDS_S, rule->lookback_s);

	for (size_t i = history_until(h, now + rule->ahead_s); i-- > 0;) {
		const struct probe *p = &h->probes[i];

		if (p->started_at <= from)
			return;
		if (!p->cache)
			continue;
		if (p->cache->result == CACHE_STALE &&
			(!p->tools || !newest || !same_tools(p, newest)))
			return;
		r->cache = *p->cache;
		r->cache_at = p->started_at;
		return;
	}
}

/* How many machines report, from any of their regions. */
static int reporters(const struct expected_regions *f)
{
	bool *report = xcalloc(f->n, sizeof *report);
	int n = 0;

	for (size_t i = 0; i < f->n; i++)
		report[f->machines[i]] |= f->runs[i].reports;
	for (size_t i = 0; i < f->n; i++)
		n += report[i];
	free(report);
	return n;
}

/*
 * Whether the region is to report in the round that is under way, and has not
 * yet: it did when it was the turn of the server before.
 */
static bool is_awaited(const struct verdict_input *in,
	const struct failure_run *r)
{
	double interval = fmax(60, in->interval_s), age;

	if (!r->newest)
		return false;
	/* Without a round, which is 0 then, it is below 0. */
	age = in->round - r->newest->started_at;
	return age > CLOCK_OFF_S && age > in->interval_s - BEFORE_TURN_S &&
		age <= 1.5 * interval;
}

/* The lists of regions, and how many report. */
static void list_regions(const struct rule *rule,
	const struct verdict_input *in, const struct expected_regions *f,
	struct verdict *v)
{
	v->reporters = reporters(f);
	v->failing = xcalloc(f->n, sizeof *v->failing);
	v->no_data = xcalloc(f->n, sizeof *v->no_data);
	v->awaited = xcalloc(f->n, sizeof *v->awaited);
	v->isolated = xcalloc(f->n, sizeof *v->isolated);
	v->regions = xcalloc(f->n, sizeof *v->regions);
	for (size_t i = 0; i < f->n; i++) {
		const struct failure_run *r = &f->runs[i];
		const struct probe *p = r->newest;

		/* The last failure of a silent region says nothing of now. */
		if (r->step && r->reports)
			v->failing[v->n_failing++] = f->regions[i].name;
		if (!r->reports)
			v->no_data[v->n_no_data++] = f->regions[i].name;
		if (is_awaited(in, r))
			v->awaited[v->n_awaited++] = f->regions[i].name;
		if (r->isolated)
			v->isolated[v->n_isolated++] = f->regions[i].name;
		if (!p)
			continue;
		v->regions[v->n_regions++] = (struct verdict_region) {
			.region = f->regions[i].name,
			.state = p->state,
			.failed_step = p->failed_step,
			.error = p->error,
			.ms = p->total_ms,
			.started_at = p->started_at,
			.fail_streak = r->streak,
			.found = p->found,
			.machine = f->regions[i].machine,
			.tool_hash = p->tools ? p->tools->hash : NULL,
		};
		take_check(rule, &f->regions[i], in->now,
			&v->regions[v->n_regions - 1]);
	}
}

/*
 * Whether the only machine has failed often enough in a row, from each of its
 * regions that reports. Nobody can agree with it on a step, so the steps play
 * no part.
 */
static bool alone_down(
	const struct rule *rule, const struct expected_regions *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct failure_run *r = &f->runs[i];

		if (r->reports &&
			(r->limited ||
				!(r->n_at && r->failures >= rule->alone)))
			return false;
	}
	return true;
}

/* Every expected region reports and fails, whatever the steps (article 3). */
static bool all_down(const struct rule *rule, const struct expected_regions *f)
{
	return f->n_machines >= (size_t)rule->hard_outage &&
		agreement_size(rule, f, STEP_NONE) == (int)f->n_machines;
}

static enum tier decide_tier(const struct rule *rule,
	const struct expected_regions *f, const struct verdict *v)
{
	int expected = (int)f->n_machines;
	int quorum = expected < rule->quorum ? expected : rule->quorum;

	if (!expected || v->reporters < quorum)
		return TIER_NO_DATA;
	if (!v->n_failing)
		return TIER_OK;
	/* A server that says how often it may be asked is alive. */
	if (f->limited)
		return TIER_REGIONAL;
	if (expected == 1)
		return alone_down(rule, f) ? TIER_STEP_ALERT : TIER_REGIONAL;
	if (v->failed_regions >= rule->hard_outage || all_down(rule, f))
		return TIER_HARD_OUTAGE;
	if (v->failed_regions >= rule->step_alert)
		return TIER_STEP_ALERT;
	return TIER_REGIONAL;
}

/* Whether a probe of the server was healthy before. */
static bool worked(const struct verdict_input *in, double until)
{
	for (size_t i = 0; i < in->n_regions; i++)
		if (history_healthy(&in->regions[i], until) > 0)
			return true;
	return in->worked_at > 0;
}

/*
 * The reason why our checks are kept out. It is our credential if the step of the
 * verdict fails for that, and no other region fails for another reason before the
 * login or at that step.
 */
static enum checks find_checks(const struct expected_regions *f,
	const struct verdict_input *in, double until, enum step step)
{
	bool refused = false;

	if (f->limited)
		return CHECKS_LIMITED;
	for (size_t i = 0; i < f->n; i++) {
		const struct failure_run *r = &f->runs[i];

		if (!r->step || !r->reports || r->limited)
			continue;
		if (!r->refused &&
			(r->step <= STEP_AUTH_INITIALIZE || r->step == step))
			return CHECKS_FREE;
		refused = refused || (r->refused && r->step == step);
	}
	return refused && worked(in, until) ? CHECKS_REFUSED : CHECKS_FREE;
}

/*
 * Whether nobody knows if the server works, for what keeps our checks out: as many
 * regions as would make an outage, or all that report.
 */
static bool is_unchecked(const struct rule *rule,
	const struct expected_regions *f, const struct verdict *v)
{
	if (!v->checks || v->verdict == VERDICT_UNKNOWN)
		return false;
	if (v->verdict == VERDICT_RED || v->failed_regions >= rule->step_alert)
		return true;
	for (size_t i = 0; i < f->n; i++)
		if (f->runs[i].reports && !f->runs[i].newest->failed_step)
			return false;
	return true;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/*
 * Percentiles, by nearest rank, of the regions that report and are not broken.
 */
static void put_latency(const struct expected_regions *f, struct verdict *v)
{
	double *ms = xcalloc(f->n, sizeof *ms);
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct probe *p = f->runs[i].newest;

		if (f->runs[i].reports && p->state != STATE_BROKEN &&
			!isnan(p->total_ms))
			ms[n++] = p->total_ms;
	}
	if (n) {
		qsort(ms, n, sizeof *ms, by_value);
		v->latency_p50 = ms[(50 * n + 99) / 100 - 1];
		v->latency_p95 = ms[(95 * n + 99) / 100 - 1];
	}
	free(ms);
}

/* Churn begins above the threshold, and lasts while above half of it. */
static void judge_churn(const struct rule *rule, const struct verdict_input *in,
	const struct expected_regions *f, double until, struct verdict *v)
{
	bool lasts = in->churn_since > 0;
	int n = churn_judge(f, until,
		lasts ? rule->tool_churn / 2 : rule->tool_churn);

	if (n)
		v->tool_churn = (struct verdict_churn) {n,
			lasts ? in->churn_since : (double)v->window};
}

struct verdict verdict_decide(const struct rule *rule,
	const struct verdict_input *in)
{
	struct expected_regions f = expected_regions_new(rule, in);
	double until = in->now + rule->ahead_s;
	struct verdict v = {
		.slug = in->slug,
		.url = in->url,
		.window = clock_window(in->now),
		.expected = (int)f.n,
		.latency_p50 = NAN,
		.latency_p95 = NAN,
		.latency_baseline = NAN,
		.uptime_30d = NAN,
		.p50_ms = NAN,
		.p95_ms = NAN,
	};

	v.step = agreement_step(rule, &f, &v.failed_regions);
	list_regions(rule, in, &f, &v);
	v.tier = decide_tier(rule, &f, &v);
	v.verdict = verdict_of_tier(v.tier);
	v.checks = find_checks(&f, in, until, v.step);
	v.unchecked = is_unchecked(rule, &f, &v);
	v.n_sides = drift_sides(f.regions, f.n, in->now - rule->divergence_s,
		until, &v.sides);
	v.divergence = v.n_sides > 0;
	put_latency(&f, &v);
	v.drift = xcalloc(f.n, sizeof *v.drift);
	judge_churn(rule, in, &f, until, &v);
	for (size_t i = 0; i < f.n && !v.tool_churn.changes_1h; i++)
		if (drift_find(&f.regions[i], until, &v.drift[v.n_drift]))
			v.n_drift++;
	free(f.regions);
	free(f.runs);
	free(f.machines);
	return v;
}

void verdict_release(struct verdict *v)
{
	for (size_t i = 0; i < v->n_drift; i++)
		drift_release(&v->drift[i]);
	free(v->failing);
	free(v->no_data);
	free(v->awaited);
	free(v->isolated);
	free(v->regions);
	free(v->drift);
	drift_sides_free(v->sides, v->n_sides);
	verdict_unapproved_release(&v->unapproved);
	*v = (struct verdict) {0};
}
