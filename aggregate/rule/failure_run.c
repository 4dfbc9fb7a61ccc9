/* SPDX-License-Identifier: MIT */
#include "rule/failure_run.h"

#include "rule/verdict.h"
#include "terms/names.h"

static bool throttled(const struct probe *p)
{
	return failure_throttled(p->failed_step, p->error);
}

/*
 * Whether p[1] started so late after p[0] that no run goes on across the gap.
 */
static bool gap(const struct rule *rule, const struct probe *p)
{
	return p[1].started_at - p[0].started_at >= rule->lookback_s;
}

/*
 * Whether p does not count: a 429 before the third in a row. A server that
 * tells clients to slow down is alive (article 3).
 */
static bool mute(const struct rule *rule, const struct probe *p,
	const struct probe *oldest)
{
	if (!throttled(p))
		return false;
	for (int i = 1; i < rule->throttled; i++) {
		if (p == oldest || !throttled(&p[-1]) || gap(rule, &p[-1]))
			return true;
		p--;
	}
	return false;
}

/* Whether the newest probe of the region is recent, and was cut off. */
static bool isolated(const struct rule *rule, const struct region_history *h,
	const struct probe *newest, double now)
{
	for (size_t i = h->n_cut; i-- > 0;) {
		double at = h->cut[i];

		if (at <= now + rule->ahead_s)
			return at > now - rule->lookback_s &&
				(!newest || at > newest->started_at);
	}
	return false;
}

static void begin(struct failure_run *r, const struct probe *p)
{
	r->step = p->failed_step;
	r->limited = throttled(p);
	r->refused = failure_refused(p->failed_step, p->error);
}

struct failure_run failure_run_judge(
	const struct rule *rule, const struct region_history *h, double now)
{
	size_t n = history_until(h, now + rule->ahead_s);
	double since = now - rule->lookback_s;
	struct failure_run r = {.step = STEP_NONE};
	const struct probe *end, *oldest;
	bool run = true;

	r.isolated = isolated(rule, h, n ? &h->probes[n - 1] : NULL, now);
	if (!n)
		return r;
	end = h->probes + n;
	oldest = n > HISTORY_MAX ? end - HISTORY_MAX : h->probes;
	r.newest = end - 1;
	r.reports = r.newest->started_at > since && !r.isolated;
	for (const struct probe *p = end; p-- > oldest;) {
		if (r.failures && gap(rule, p))
			break;
		if (mute(rule, p, oldest))
			continue;
		/* Limited is not down: neither continues the run of the other. */
		if (!p->failed_step ||
			(r.failures && throttled(p) != r.limited))
			break;
		if (!r.failures)
			begin(&r, p);
		r.failures++;
		run = run && p->failed_step == r.step;
		if (!run)
			continue;
		r.streak++;
		if (p->started_at > since)
			r.at[r.n_at++] = p->started_at;
	}
	/* A region that was cut off since agrees with no other. */
	if (!r.reports)
		r.n_at = 0;
	return r;
}
