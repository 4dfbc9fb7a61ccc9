/* SPDX-License-Identifier: MIT */
#include "incident/kinds.h"

#include "base/clock.h"
#include "base/strings.h"
#include "incident/confirmation.h"
#include "incident/incident.h"
#include "incident/recovery.h"

#include <math.h>

static bool silent(const struct verdict *v, const char *region)
{
	return verdict_lists(v->no_data, v->n_no_data, region);
}

/* A region that is cut off is sent for all servers at once: see
 * pipeline_health.h. */
static bool isolated(const struct verdict *v, const char *region)
{
	return verdict_lists(v->isolated, v->n_isolated, region);
}

/* A silence of most regions is sent for all servers at once, too. */
static bool covered(const struct alert_state *st, const char *region)
{
	return st->covered && strings_has(st->covered, region);
}

/* Verdicts go by a report for less than so many intervals. */
#define GONE_BY 4

/*
 * A window in which a region has no data. It has been silent since its last
 * report, where the verdict still has that: those in which the verdicts went by
 * it count, too, unless we were away ourselves.
 */
static void count_silent(struct alert_state *st, const struct verdict *v,
	const char *region)
{
	const struct verdict_region *r = severity_region(v, region);
	int64_t ago = r ? v->window - clock_window(r->started_at) : 0;
	struct streak *t = &state_region(st, region)->silent;
	bool slow = st->interval_s > 60;

	streak_add(t, v->window);
	if (t->n > 1 || ago <= 0 ||
		(double)ago > GONE_BY * fmax(60, st->interval_s))
		return;
	t->since = v->window - ago;
	if (!slow)
		t->n = (int)ago / 60;
}

static void count(struct alert_state *st, const struct verdict *v)
{
	for (size_t i = 0; i < st->n_regions; i++)
		if (!silent(v, st->regions[i].name))
			st->regions[i].silent = (struct streak) {0};
	for (size_t i = 0; i < v->n_no_data; i++)
		if (!isolated(v, v->no_data[i]))
			count_silent(st, v, v->no_data[i]);
	streak_drop(st);
}

/*
 * The regions that have been silent long enough; since when the first of them.
 */
static int64_t find(const struct alert_state *st, const struct verdict *v,
	const struct incident *inc, int needed, struct strings *out)
{
	int64_t since = v->window;

	for (size_t i = 0; i < st->n_regions; i++) {
		const struct region_tally *r = &st->regions[i];

		if (!r->silent.n ||
			(!inc->open && incident_barred(st, ALERT_SILENT,
				(double)r->silent.since)) ||
			((r->silent.n < needed || covered(st, r->name)) &&
				!strings_has(&inc->regions, r->name)))
			continue;
		strings_add(out, r->name);
		if (r->silent.since < since)
			since = r->silent.since;
	}
	strings_sort(out);
	return since;
}

static void begin_silence(struct alert_state *st, const struct verdict *v,
	struct strings *regions, int64_t since, int needed,
	struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_SILENT];

	incident_open(inc, SEVERITY_P3, since, v->window, needed);
	inc->expected = v->expected;
	strings_copy(&inc->regions, regions);
	events_add(out, st, ALERT_SILENT, ALERT_STARTED, (double)v->window);
}

/* No region is silent any more: it reports, or is no longer configured. */
static void end_silence(struct alert_state *st, const struct verdict *v,
	struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_SILENT];

	for (size_t i = 0; i < inc->regions.n; i++)
		if (severity_region(v, inc->regions.v[i]))
			strings_note(&inc->reached, inc->regions.v[i]);
	if (!inc->passed_since)
		inc->passed_since = v->window;
	recovery_end(st, ALERT_SILENT, (double)v->window, out);
}

static void go_on(struct alert_state *st, const struct verdict *v,
	struct strings *regions, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_SILENT];
	bool worse = strings_gained(&inc->regions, regions);

	incident_fail(inc, v->window);
	inc->expected = v->expected;
	strings_copy(&inc->regions, regions);
	if (worse)
		events_add(out, st, ALERT_SILENT, ALERT_ESCALATED,
			(double)v->window);
}

void probe_silent_judge(struct alert_state *st, const struct verdict *v,
	const struct conf_policy *p, struct alert_events *out)
{
	const struct incident *inc = &st->incidents[ALERT_SILENT];
	struct strings regions = {0};
	int64_t since;

	if (v->window < st->judged)
		return;
	st->judged = v->window;
	count(st, v);
	since = find(st, v, inc, p->silent, &regions);
	if (!inc->open && regions.n)
		begin_silence(st, v, &regions, since, p->silent, out);
	else if (inc->open && regions.n)
		go_on(st, v, &regions, out);
	else if (inc->open)
		end_silence(st, v, out);
	strings_release(&regions);
}
