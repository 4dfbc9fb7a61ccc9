#include "incident/degradation.h"

#include "incident/incident.h"
#include "incident/recovery.h"

#include <math.h>

/* What a verdict says of one kind of degradation. */
struct measure {
	bool known, bad;
	enum severity severity;
	double value, usual;
	enum rate_window window;
};

/*
 * Burn rates: how many times faster than its error budget allows a server
 * fails, over a long window, and over a short one as well, so that nobody is
 * told when it is over (Google's Site Reliability Workbook, "Alerting on
 * SLOs").
 */
static const struct burn {
	double times;
	enum rate_window longer, shorter;
	enum severity severity;
} burns[] = {
	{14.4, RATE_1H, RATE_5M, SEVERITY_P1},
	{6, RATE_6H, RATE_30M, SEVERITY_P1},
	{1, RATE_3D, RATE_6H, SEVERITY_P3},
};

static double share(const struct error_rate *r)
{
	return r->probes ? (double)error_rate_failed(r) / (double)r->probes : 0;
}

static struct measure measure_latency(const struct verdict *v,
	const struct conf_policy *p)
{
	return (struct measure) {
		.known = !isnan(v->latency_p95) && v->latency_baseline > 0,
		.bad = v->latency_p95 > p->latency_factor * v->latency_baseline,
		.severity = SEVERITY_P3,
		.value = v->latency_p95,
		.usual = v->latency_baseline,
	};
}

static struct measure measure_errors(const struct verdict *v,
	const struct conf_policy *p)
{
	const struct error_rate *r = &v->error_rates.windows[RATE_5M];
	double percent = 100 * share(r);

	return (struct measure) {
		.known = v->error_rates.known && p->error_rate > 0,
		.bad = percent >= p->error_rate &&
			error_rate_failed(r) >= p->error_count,
		.severity = SEVERITY_P2,
		.value = percent,
		.usual = p->error_rate,
		.window = RATE_5M,
	};
}

/*
 * Whether the window w, which begins with a whole minute, or a whole hour where
 * it is counted in hours, has no failure of a downtime in it any more.
 */
static bool clear_of_downtime(const struct alert_state *st, int64_t window,
	enum rate_window w)
{
	long long length = rate_seconds(w) + (w >= RATE_6H ? 3600 : 0);

	return !st->down_at || window - st->down_at > length;
}

/* Whether failures were at least `times` as many as the objective allows. */
static bool burns_in(const struct error_rate *r, double times,
	const struct conf_policy *p)
{
	return r->probes > 0 && 100 * (double)error_rate_failed(r) >=
		times * (100 - p->slo) * (double)r->probes;
}

/* The worst pair of windows that both burn too fast. */
static struct measure measure_burn(const struct alert_state *st,
	const struct verdict *v, int64_t window, const struct conf_policy *p)
{
	const struct error_rate *rates = v->error_rates.windows;
	struct measure m = {
		.known = v->error_rates.known && p->slo > 0,
		.usual = p->slo,
	};

	for (size_t i = 0; m.known && i < sizeof burns / sizeof *burns; i++) {
		const struct burn *b = &burns[i];
		const struct error_rate *r = &rates[b->longer];

		if (!burns_in(r, b->times, p) ||
			!burns_in(&rates[b->shorter], b->times, p) ||
			error_rate_failed(r) < p->error_count ||
			!clear_of_downtime(st, window, b->shorter))
			continue;
		m.bad = true;
		m.severity = b->severity;
		m.value = 100 * share(r) / (100 - p->slo);
		m.window = b->longer;
		break;
	}
	return m;
}

/*
 * Note which regions are slow; or which fail, and the layer of most failures.
 */
static void note_measure(struct incident *inc, enum alert_kind kind,
	const struct verdict *v, const struct measure *m)
{
	const struct error_rate *r = &v->error_rates.windows[m->window];

	inc->value = m->value;
	inc->usual = m->usual;
	inc->rate_window = m->window;
	inc->tier = v->tier;
	inc->expected = v->expected;
	strings_clear(&inc->regions);
	for (size_t i = 0; kind == ALERT_LATENCY && i < v->n_regions; i++)
		if (v->regions[i].ms > m->usual &&
			v->regions[i].state != STATE_BROKEN)
			strings_note(&inc->regions, v->regions[i].region);
	if (kind == ALERT_LATENCY)
		return;
	for (size_t i = 0; i < v->n_failing; i++)
		strings_note(&inc->regions, v->failing[i]);
	inc->layer = LAYER_NONE;
	for (unsigned l = LAYER_NONE + 1; l < LAYER_COUNT; l++)
		if (r->failed[l] && r->failed[l] >= r->failed[inc->layer])
			inc->layer = (enum failure_layer)l;
}

static void go_on(struct alert_state *st, enum alert_kind kind,
	const struct verdict *v, int64_t window, const struct measure *m,
	const struct conf_policy *p, struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];
	bool worse = m->bad && m->severity < inc->severity;
	enum severity was = inc->severity;

	if (m->bad) {
		incident_fail(inc, window);
		note_measure(inc, kind, v, m);
	} else if (recovery_pass(inc, window, p->resolve)) {
		recovery_end(st, kind, (double)window, out);
	}
	if (!worse)
		return;
	inc->severity = m->severity;
	if (!inc->superseded)
		events_put(out, st, &(struct summary) {
			.kind = kind,
			.phase = ALERT_ESCALATED,
			.at = (double)window,
			.worse = true,
			.was = was,
		});
}

static void begin_degradation(struct alert_state *st, enum alert_kind kind,
	const struct verdict *v, const struct streak *t,
	const struct measure *m, struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];

	incident_open(inc, m->severity, t->since, t->counted, t->n);
	note_measure(inc, kind, v, m);
	events_add(out, st, kind, ALERT_STARTED, (double)t->counted, false);
}

/* Whether something worse is open, or too recent. */
static bool muted(const struct alert_state *st, enum alert_kind kind,
	int64_t window)
{
	return state_down(st) ||
		(kind == ALERT_ERROR_RATE &&
			!clear_of_downtime(st, window, RATE_5M));
}

static void judge_kind(struct alert_state *st, enum alert_kind kind,
	const struct verdict *v, int64_t window, const struct measure *m,
	const struct conf_policy *p, struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];
	int needed = kind == ALERT_LATENCY ? p->latency : 1;
	struct streak one = {1, window, window};
	struct streak *t = kind == ALERT_LATENCY ? &st->slow : &one;

	if (muted(st, kind, window)) {
		if (kind == ALERT_LATENCY)
			*t = (struct streak) {0};
		inc->superseded = inc->open;
		return;
	}
	if (!m->known)
		return;
	if (kind == ALERT_LATENCY && m->bad)
		streak_add(t, window);
	else if (kind == ALERT_LATENCY && t->counted < window)
		*t = (struct streak) {0};
	if (inc->open)
		go_on(st, kind, v, window, m, p, out);
	else if (m->bad && t->n >= needed)
		begin_degradation(st, kind, v, t, m, out);
}

void degradation_judge(struct alert_state *st, const struct verdict *v,
	const struct observation *s, const struct conf_policy *p,
	struct alert_events *out)
{
	struct measure latency = measure_latency(v, p);
	struct measure errors = measure_errors(v, p);
	struct measure burn = measure_burn(st, v, s->window, p);

	judge_kind(st, ALERT_LATENCY, v, s->window, &latency, p, out);
	judge_kind(st, ALERT_ERROR_RATE, v, s->window, &errors, p, out);
	judge_kind(st, ALERT_SLO_BURN, v, s->window, &burn, p, out);
}
