/* SPDX-License-Identifier: MIT */
#include "incident/kinds.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "incident/confirmation.h"
#include "incident/incident.h"
#include "incident/recovery.h"
#include "incident/state.h"

#include <math.h>
#include <string.h>

/* The error of a step 8 that compares with what is pinned. */
#define PINNED "hash.pinned"

/* Other words may be other instructions: they are no better than a break. */
static enum severity severity_of(enum change_class class)
{
	return class == CHANGE_COMPATIBLE ? SEVERITY_P3 : SEVERITY_P2;
}

/* Another order is no change of meaning. */
static bool matters(const struct verdict *v)
{
	return v->unapproved.since > 0 && v->unapproved.class != CHANGE_ORDER;
}

static void note_regions(struct incident *inc, const struct verdict *v)
{
	const struct verdict_unapproved *u = &v->unapproved;

	inc->layer = LAYER_TOOLS;
	inc->expected = v->expected;
	if (u->n_regions)
		strings_clear(&inc->regions);
	for (size_t i = 0; i < u->n_regions; i++)
		strings_note(&inc->regions, u->regions[i]);
}

static void note_change(struct incident *inc, const struct verdict *v)
{
	const struct verdict_unapproved *u = &v->unapproved;

	if (!u->changes.from || !u->changes.to || !hash_valid(u->changes.from) ||
		!hash_valid(u->changes.to))
		return;
	tool_change_set(&inc->change, &u->changes);
	tool_change_words(&inc->change, u->words, u->n_words, false);
}

static void begin_unapproved(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out)
{
	const struct verdict_unapproved *u = &v->unapproved;
	struct incident *inc = &st->incidents[ALERT_UNAPPROVED];

	incident_open(inc, severity_of(u->class),
		clock_window(fmin(u->since, (double)window)), window, 1);
	inc->classed = true;
	inc->class = u->class;
	note_regions(inc, v);
	note_change(inc, v);
	inc->change.since = window;
	events_add(out, st, ALERT_UNAPPROVED, ALERT_STARTED, (double)window);
}

static void worsen_class(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_UNAPPROVED];
	enum change_class class = v->unapproved.class;
	enum severity was = inc->severity;

	incident_fail(inc, window);
	note_regions(inc, v);
	if (change_class_graver(inc->class, class) == inc->class)
		return;
	inc->class = class;
	note_change(inc, v);
	inc->change.since = window;
	if (severity_of(class) < inc->severity)
		inc->severity = severity_of(class);
	events_put(out, st, ALERT_UNAPPROVED, ALERT_ESCALATED, (double)window,
		&(struct event_facts) {
			.worse = true,
			.was = was,
		});
}

void unapproved_change_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, const struct conf_policy *p, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_UNAPPROVED];

	if (st->incidents[ALERT_CHURN].open || v->tool_churn.changes_1h)
		return;
	if (!inc->open &&
		incident_barred(st, ALERT_UNAPPROVED, (double)window))
		return;
	if (matters(v) && !inc->open)
		begin_unapproved(st, v, window, out);
	else if (matters(v))
		worsen_class(st, v, window, out);
	else if (inc->open && v->verdict != VERDICT_UNKNOWN && !v->n_awaited &&
		recovery_pass(inc, window, p->resolve))
		recovery_end(st, ALERT_UNAPPROVED, (double)window, out);
}

void unapproved_change_note(struct alert_state *st, const struct verdict *v)
{
	struct incident *inc = &st->incidents[ALERT_UNAPPROVED];

	if (inc->open && matters(v) && !v->tool_churn.changes_1h)
		note_change(inc, v);
}

static bool is(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

bool unapproved_change_covers(const struct alert_state *st, int64_t window,
	const struct verdict_drift *d)
{
	const struct incident *inc = &st->incidents[ALERT_UNAPPROVED];

	if (!inc->open)
		return false;
	/* It began or got worse with this verdict, and named these regions. */
	if (inc->change.since == window && strings_has(&inc->regions, d->region))
		return true;
	return is(d->to, inc->change.to) || is(d->to, inc->change.from);
}

static bool is_pinned(const struct verdict_region *r)
{
	return r && r->failed_step == STEP_TOOL_HASH && is(r->error, PINNED);
}

bool unapproved_change_fold(const struct alert_state *st,
	const struct verdict *v, struct verdict *out)
{
	if (!st->incidents[ALERT_UNAPPROVED].open || !matters(v) ||
		!v->n_failing || v->verdict == VERDICT_UNKNOWN)
		return false;
	for (size_t i = 0; i < v->n_failing; i++)
		if (!is_pinned(severity_region(v, v->failing[i])))
			return false;
	*out = *v;
	out->verdict = VERDICT_GREEN;
	out->tier = TIER_OK;
	out->step = STEP_NONE;
	out->failed_regions = 0;
	out->n_failing = 0;
	/* Its failures are counted in these. */
	out->error_rates.known = false;
	out->regions = xcalloc(v->n_regions, sizeof *out->regions);
	for (size_t i = 0; i < v->n_regions; i++) {
		struct verdict_region *r = &out->regions[i];

		*r = v->regions[i];
		if (!is_pinned(r))
			continue;
		r->state = STATE_HEALTHY;
		r->failed_step = STEP_NONE;
		r->error = NULL;
		r->fail_streak = 0;
	}
	return true;
}
