/* SPDX-License-Identifier: MIT */
/*
 * degradation.c: what is measured of a server that can be used: it is slow, or
 * fails too often; failures that make no incident; and those of a server that
 * was asleep.
 */
#include "incident/kinds.h"

#include "base/xalloc.h"
#include "incident/confirmation.h"
#include "incident/incident.h"
#include "incident/recovery.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One kind of degradation, as a verdict measures it. */
struct measure {
	bool known, bad;
	enum severity severity;
	double value, usual;
	enum rate_window window;
	long long shorter_s; /* of a burn: the other window */
	struct error_rate rate; /* of that window, as it counts */
	bool above; /* latency: by slow_above, not by the baseline */
};

/*
 * Burn rates: how many times faster than its error budget allows a server
 * fails, over a long window, and over a short one as well, so that nobody is
 * notified when it is over (Google's Site Reliability Workbook, "Alerting on
 * SLOs").
 */
static const struct burn {
	double times;
	enum rate_window longer, shorter;
	enum severity severity;
} burns[] = {
	{14.4, RATE_1H, RATE_5M, SEVERITY_P2},
	{6, RATE_6H, RATE_30M, SEVERITY_P2},
	{1, RATE_3D, RATE_6H, SEVERITY_P3},
};

/*
 * The rate without the probes that were answered with 429, which say nothing of
 * the server. Many in a row begin a rate limit, which mutes the rates.
 */
static struct error_rate rate_without_throttled(const struct error_rate *all)
{
	struct error_rate r = *all;

	r.probes -= all->throttled;
	r.failed[LAYER_HTTP] -= all->throttled;
	return r;
}

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

/*
 * Whether the median is on its side of the limit whatever the regions without
 * data would have measured: their silence makes a server neither slow nor fast.
 */
static bool median_known(const struct verdict *v, double limit)
{
	size_t n = 0, fast = 0, all, rank;

	for (size_t i = 0; i < v->n_regions; i++) {
		const struct verdict_region *r = &v->regions[i];

		if (r->state == STATE_BROKEN || isnan(r->ms) ||
			verdict_lists(v->no_data, v->n_no_data, r->region))
			continue;
		n++;
		fast += r->ms <= limit;
	}
	all = n + v->n_no_data;
	rank = (50 * all + 99) / 100; /* as mcp-aggregate has it */
	return !n || fast >= rank || fast + v->n_no_data < rank;
}

static struct measure measure_above(const struct alert_state *st,
	const struct verdict *v, const struct conf_policy *p)
{
	double limit = 1000 *
		(st->slow_above_s > 0 ? st->slow_above_s : p->slow_above_s);
	/* One that is no longer set ends the incident that it began. */
	bool unset = !(limit > 0);

	return (struct measure) {
		.known = unset ||
			(!isnan(v->latency_p50) && median_known(v, limit)),
		.bad = !unset && v->latency_p50 > limit,
		.severity = SEVERITY_P2,
		.value = v->latency_p50,
		.usual = limit,
		.above = true,
	};
}

static struct measure measure_errors(
	const struct verdict *v, const struct conf_policy *p)
{
	struct error_rate r =
		rate_without_throttled(&v->error_rates.windows[RATE_5M]);
	double percent = 100 * share(&r);

	return (struct measure) {
		.known = v->error_rates.known && p->error_rate > 0,
		.bad = percent >= p->error_rate &&
			error_rate_failed(&r) >= p->error_count,
		.severity = SEVERITY_P2,
		.value = percent,
		.usual = p->error_rate,
		.window = RATE_5M,
		.rate = r,
	};
}

/*
 * Whether the window w has no failure of a downtime in it any more. One of
 * hours begins with a whole hour (mcp-aggregate(1)).
 */
static bool clear_of_downtime(const struct alert_state *st, int64_t window,
	enum rate_window w)
{
	int64_t end = window - (w >= RATE_6H ? window % 3600 : 0);

	return !st->down_at || st->down_at < end - rate_seconds(w);
}

/* Whether failures were at least `times` as many as the objective allows. */
static bool burns_in(const struct error_rate *r, double times,
	const struct conf_policy *p)
{
	return r->probes > 0 && 100 * (double)error_rate_failed(r) >=
		times * (100 - p->slo) * (double)r->probes;
}

/*
 * Whether there are at least half as many probes of the window w as the regions
 * that report now make in it: else the server is young, or nobody watched it.
 */
static bool half_known(const struct alert_state *st, const struct verdict *v,
	enum rate_window w, const struct error_rate *r)
{
	return 2 * (double)r->probes * fmax(60, st->interval_s) >=
		(double)(v->reporters * rate_seconds(w));
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
		struct error_rate r =
			rate_without_throttled(&rates[b->longer]);
		struct error_rate s =
			rate_without_throttled(&rates[b->shorter]);

		if (!burns_in(&r, b->times, p) || !burns_in(&s, b->times, p) ||
			error_rate_failed(&r) < p->error_count ||
			!half_known(st, v, b->longer, &r) ||
			!clear_of_downtime(st, window, b->shorter))
			continue;
		m.bad = true;
		m.severity = b->severity;
		m.value = 100 * share(&r) / (100 - p->slo);
		m.window = b->longer;
		m.shorter_s = rate_seconds(b->shorter);
		m.rate = r;
		break;
	}
	return m;
}

/* The note on a region's failures; a new one where there is none. */
static struct region_failure *failure_of(struct alert_state *st,
	const char *region)
{
	struct region_failure *f;

	for (size_t i = 0; i < st->n_failures; i++)
		if (strcmp(st->failures[i].region, region) == 0)
			return &st->failures[i];
	st->failures = xgrow(st->failures, &st->cap_failures,
		st->n_failures + 1, sizeof *st->failures);
	f = &st->failures[st->n_failures++];
	*f = (struct region_failure) {.region = xstrdup(region)};
	return f;
}

/*
 * Note the last failure of each region, which is mostly over when a rate is
 * sent. What has left the longest window, or came from a wrong clock, is
 * forgotten.
 */
static void note_failures(struct alert_state *st, const struct verdict *v,
	int64_t window)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_failing; i++) {
		const struct verdict_region *r =
			severity_region(v, v->failing[i]);
		struct region_failure *f;

		if (severity_throttled(r) ||
			region_hearing(st, v, window, v->failing[i]) != HEARD)
			continue;
		f = failure_of(st, v->failing[i]);
		string_set(&f->error, r ? r->error : NULL);
		f->at = window;
	}
	for (size_t i = 0; i < st->n_failures; i++) {
		struct region_failure *f = &st->failures[i];

		if (f->at <= window &&
			window - f->at <= rate_seconds(RATE_3D)) {
			st->failures[n++] = *f;
			continue;
		}
		free(f->region);
		free(f->error);
	}
	st->n_failures = n;
}

/* The regions that failed in a window up to now, and the last error. */
static void note_failing(struct incident *inc, const struct alert_state *st,
	int64_t window, enum rate_window w)
{
	int64_t last = 0;

	for (size_t i = 0; i < st->n_failures; i++) {
		const struct region_failure *f = &st->failures[i];

		if (window - f->at > rate_seconds(w))
			continue;
		strings_note(&inc->regions, f->region);
		if (f->at > last)
			string_set(&inc->error, f->error);
		last = f->at > last ? f->at : last;
	}
}

/*
 * Note which regions are slow; or which fail, with what, and the layer of most
 * failures.
 */
static void note_measure(struct alert_state *st, enum alert_kind kind,
	const struct verdict *v, int64_t window, const struct measure *m)
{
	struct incident *inc = &st->incidents[kind];

	inc->value = m->value;
	inc->usual = m->usual;
	inc->rate_window = m->window;
	inc->above = m->above ? st->above.n : 0;
	inc->tier = v->tier;
	inc->expected = v->expected;
	strings_clear(&inc->regions);
	for (size_t i = 0; kind == ALERT_LATENCY && i < v->n_regions; i++)
		if (v->regions[i].ms > m->usual &&
			v->regions[i].state != STATE_BROKEN)
			strings_note(&inc->regions, v->regions[i].region);
	if (kind == ALERT_LATENCY)
		return;
	note_failing(inc, st, window, m->window);
	for (unsigned l = LAYER_NONE + 1; l < LAYER_COUNT; l++)
		if (m->rate.failed[l] &&
			m->rate.failed[l] >= m->rate.failed[inc->layer])
			inc->layer = (enum failure_layer)l;
}

static void go_on(struct alert_state *st, enum alert_kind kind,
	const struct verdict *v, int64_t window, const struct measure *m,
	bool worse, const struct conf_policy *p, struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];
	enum severity was = inc->severity;

	if (m->bad) {
		incident_fail(inc, window);
		note_measure(st, kind, v, window, m);
	} else if (recovery_pass(inc, window, p->resolve)) {
		recovery_end(st, kind, (double)window, out);
	}
	if (!worse)
		return;
	inc->severity = m->severity;
	if (!inc->superseded)
		events_put(out, st, kind, ALERT_ESCALATED, (double)window,
			&(struct event_facts) {
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
	note_measure(st, kind, v, t->counted, m);
	events_add(out, st, kind, ALERT_STARTED, (double)t->counted);
}

/* Whether something worse is open, or too recent. */
static bool muted(const struct alert_state *st, enum alert_kind kind,
	int64_t window)
{
	return state_down(st) ||
		(kind == ALERT_ERROR_RATE &&
			!clear_of_downtime(st, window, RATE_5M));
}

/*
 * Whether a region fails in this window that may be confirmed before its
 * failures have left the shorter of two windows that burn.
 */
static bool confirming(const struct alert_state *st, int64_t window,
	const struct measure *m, const struct conf_policy *p)
{
	double pace = fmax(60, st->interval_s);

	for (size_t i = 0; i < st->n_regions; i++) {
		const struct region_tally *r = &st->regions[i];

		if (r->failing.n && r->failing.counted == window &&
			(p->confirm - r->failing.n) * pace <
				(double)m->shorter_s)
			return true;
	}
	return false;
}

/* In how many windows in a row it has to be bad. */
static int needed_windows(const struct alert_state *st, enum alert_kind kind,
	int64_t window, const struct measure *m, const struct conf_policy *p)
{
	return kind == ALERT_SLO_BURN && confirming(st, window, m, p)
		? p->confirm
		: 1;
}

/* Whether a closed incident accounts for the measure of that window. */
static bool closed_with(const struct alert_state *st, enum alert_kind kind,
	int64_t window)
{
	double last = 0;

	for (size_t i = 0; i < st->n_failures; i++)
		last = fmax(last, (double)st->failures[i].at);
	/* A rate has failures in it of the time before. */
	return incident_barred(
		st, kind, kind == ALERT_LATENCY ? (double)window : last);
}

/* Count a window for a row; one that was judged twice counts as the worse. */
static void count_window(struct streak *t, bool bad, int64_t window)
{
	if (bad)
		streak_add(t, window);
	else if (t->counted < window)
		*t = (struct streak) {0};
}

/*
 * A window is slow by either rule, and slow_above speaks first where it has for
 * long enough. A window that is slow by neither is measured by the rule that
 * spoke last, which must know it.
 */
static const struct measure *slowness(const struct alert_state *st,
	const struct measure *usual, const struct measure *above,
	const struct conf_policy *p)
{
	const struct incident *inc = &st->incidents[ALERT_LATENCY];
	bool by_usual = usual->known && usual->bad;

	if (above->known && above->bad)
		return by_usual && st->above.n < p->latency ? usual : above;
	return inc->open && inc->above && !by_usual ? above : usual;
}

static void judge_latency(struct alert_state *st, const struct verdict *v,
	int64_t window, const struct conf_policy *p, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_LATENCY];
	struct measure usual = measure_latency(v, p);
	struct measure above = measure_above(st, v, p);
	const struct measure *m;
	const struct streak *t;

	if (muted(st, ALERT_LATENCY, window)) {
		st->slow = st->above = (struct streak) {0};
		inc->superseded = inc->open;
		return;
	}
	if (!inc->open && closed_with(st, ALERT_LATENCY, window))
		return;
	if (usual.known)
		count_window(&st->slow, usual.bad && !inc->open, window);
	if (above.known)
		count_window(&st->above, above.bad, window);
	m = slowness(st, &usual, &above, p);
	t = m->above ? &st->above : &st->slow;
	if (!m->known)
		return;
	if (inc->open)
		go_on(st, ALERT_LATENCY, v, window, m,
			m->bad && m->severity < inc->severity &&
				t->n >= p->latency,
			p, out);
	else if (m->bad && t->n >= p->latency)
		begin_degradation(st, ALERT_LATENCY, v, t, m, out);
}

static void judge_kind(struct alert_state *st, enum alert_kind kind,
	const struct verdict *v, int64_t window, const struct measure *m,
	const struct conf_policy *p, struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];
	int needed = needed_windows(st, kind, window, m, p);
	struct streak one = {1, window, window};
	struct streak *t = kind == ALERT_SLO_BURN ? &st->burning : &one;

	if (muted(st, kind, window)) {
		*t = (struct streak) {0};
		inc->superseded = inc->open;
		return;
	}
	if (!m->known || (!inc->open && closed_with(st, kind, window)))
		return;
	count_window(t, m->bad && (!inc->open || m->severity < inc->severity),
		window);
	if (inc->open)
		go_on(st, kind, v, window, m,
			m->severity < inc->severity && m->bad && t->n >= needed,
			p, out);
	else if (m->bad && t->n >= needed)
		begin_degradation(st, kind, v, t, m, out);
}

void degradation_judge(struct alert_state *st, const struct verdict *v,
	const struct observation *s, const struct conf_policy *p,
	struct alert_events *out)
{
	struct measure errors = measure_errors(v, p);
	struct measure burn = measure_burn(st, v, s->window, p);

	note_failures(st, v, s->window);
	judge_latency(st, v, s->window, p, out);
	judge_kind(st, ALERT_ERROR_RATE, v, s->window, &errors, p, out);
	judge_kind(st, ALERT_SLO_BURN, v, s->window, &burn, p, out);
}

#define DAY_S 86400

static void refusal_event(struct alert_state *st, struct strings *regions,
	int64_t window, struct alert_events *out)
{
	struct alert_event *e = events_new(out, st);

	strings_copy(&e->regions, regions);
	e->record.at = (double)window;
	e->record.kind = ALERT_CLIENTS_REFUSED;
	e->record.phase = ALERT_ONCE;
	e->record.severity = SEVERITY_P3;
	e->record.started_at = window;
	event_point(e);
}

void clients_refused_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out)
{
	struct strings regions = {0};

	for (size_t i = 0; i < v->n_regions; i++)
		if (v->regions[i].found.clients_refused &&
			!verdict_lists(v->no_data, v->n_no_data,
				v->regions[i].region))
			strings_note(&regions, v->regions[i].region);
	if (regions.n && window - st->clients_refused >= DAY_S)
		refusal_event(st, &regions, window, out);
	if (regions.n && window > st->clients_refused)
		st->clients_refused = window;
	strings_release(&regions);
}

/* A label "*" stands for any one label. */
static const char *const platforms[] = {
	"vercel.app",
	"railway.app",
	"render.com",
	"onrender.com",
	"fly.dev",
	"run.app",
	"lambda-url.*.on.aws",
};

/* The host of a URL; its length, 0 where there is none. */
static size_t host_of(const char *url, const char **host)
{
	const char *p = strstr(url, "://");
	size_t n;

	if (!p)
		return 0;
	*host = p + 3;
	n = strcspn(*host, "/?#:");
	/* A host may end in the dot of the root. */
	return n && (*host)[n - 1] == '.' ? n - 1 : n;
}

/* The last label of the n bytes at s: where it begins. */
static size_t last_label(const char *s, size_t n)
{
	while (n && s[n - 1] != '.')
		n--;
	return n;
}

/* Whether a host is that platform, or a name below it. */
static bool below(const char *host, size_t n, const char *platform)
{
	size_t left = strlen(platform);

	for (;;) {
		size_t a = last_label(host, n);
		size_t b = last_label(platform, left);
		bool any = platform[b] == '*';

		if (n == a || (!any && (n - a != left - b ||
			strncasecmp(host + a, platform + b, n - a) != 0)))
			return false;
		if (!b)
			return true;
		if (!a)
			return false;
		n = a - 1;
		left = b - 1;
	}
}

/* Whether the host of url is below a platform that is known for cold starts,
   compared label by label; url may be NULL. */
static bool cold_start_platform(const char *url)
{
	const char *host;
	size_t n = url ? host_of(url, &host) : 0;

	for (size_t i = 0; n && i < sizeof platforms / sizeof *platforms; i++)
		if (below(host, n, platforms[i]))
			return true;
	return false;
}

bool cold_start_excuses(struct alert_state *st, const struct observation *s,
	const struct conf_policy *p)
{
	bool cold = st->cold_start || cold_start_platform(st->url);
	bool paused = (double)(s->window - st->window) > p->idle_s;

	if (s->window == st->cold)
		return true;
	if (!s->failing) {
		st->cold = 0;
		return false;
	}
	if (!cold || !paused || st->cold || state_down(st))
		return false;
	st->cold = st->window = s->window;
	return true;
}
