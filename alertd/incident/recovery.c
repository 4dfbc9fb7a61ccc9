/* SPDX-License-Identifier: MIT */
#include "incident/recovery.h"

#include "base/clock.h"
#include "incident/confirmation.h"
#include "incident/incident.h"

#include <stdlib.h>

/* A mixture of both sorts of passing windows ends an incident, too. */
#define LONG 3

bool recovery_pass(struct incident *inc, int64_t window, int needed)
{
	struct streak quiet = inc->quiet;
	int n = 1;

	if (inc->failed >= window || inc->passed >= window)
		return false;
	/* In these it did not fail either, as is known now. */
	if (quiet.n)
		n += quiet.n - (quiet.counted == window);
	if (inc->passes == 0)
		inc->passed_since = quiet.n ? quiet.since : window;
	inc->passes += n;
	inc->passed = window;
	inc->quiet = (struct streak) {0};
	if (inc->still.n)
		inc->row = inc->row < 0 ? inc->row - n : -n;
	else
		inc->row = inc->row > 0 ? inc->row + n : n;
	return inc->passes >= needed;
}

void recovery_quiet(struct incident *inc, int64_t window)
{
	if (inc->failed < window)
		streak_add(&inc->quiet, window);
}

bool recovery_over(const struct incident *inc, const struct conf_policy *p)
{
	return (abs(inc->row) >= p->resolve ||
		       (inc->passes >= LONG * p->resolve && inc->row > 0)) &&
		flapping_over(inc, p);
}

void recovery_reset(struct incident *inc)
{
	inc->passes = inc->row = 0;
	inc->passed = inc->passed_since = 0;
	inc->quiet = (struct streak) {0};
	strings_clear(&inc->still);
}

/*
 * Note which downtime is over: under the key by which people were notified of
 * it. What still fails is counted from its end.
 */
static void note_downtime(struct alert_state *st)
{
	const struct incident *inc = &st->incidents[ALERT_DOWNTIME];
	bool overrun = st->incidents[ALERT_OVERRUN].open;
	char key[ALERT_KEY_SIZE];

	dedup_key(st, overrun ? ALERT_OVERRUN : ALERT_DOWNTIME, key);
	string_set(&st->ended_key, overrun || !inc->unnotified ? key : NULL);
	st->ended_since = inc->passed_since;
	streak_trim(st, inc->passed_since, inc->passes);
	/* Nor is it known of these that they still fail. */
	for (size_t i = 0; i < inc->silent.n; i++)
		streak_forget_region(st, inc->silent.v[i]);
}

void recovery_end(struct alert_state *st, enum alert_kind kind, double at,
	struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];

	if ((st->maintenance.active || inc->silence) && !inc->unnotified)
		return;
	/* An incident that is over wakes nobody. */
	if (inc->late && inc->severity < SEVERITY_P2)
		inc->severity = SEVERITY_P2;
	if (!inc->late)
		events_add(out, st, kind, ALERT_RESOLVED, at);
	else if (!inc->superseded)
		events_add(out, st, kind, ALERT_FOUND, at);
	flapping_end(st, kind);
	if (kind == ALERT_DOWNTIME)
		note_downtime(st);
	incident_release(inc);
}

/* It is over since `over`, and was not seen to recover: why, and in which
   regions. */
static void end_unwatched(struct alert_state *st, enum alert_kind kind,
	double at, int64_t over, enum unwatched why,
	const struct strings *regions, struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];
	struct event_facts facts = {.unwatched = why};

	if (regions)
		facts.names = *regions;
	inc->passed_since = over > inc->first ? over : inc->first;
	events_put(out, st, kind, ALERT_RESOLVED, at, &facts);
	out->v[out->n - 1].suppressed = inc->unnotified || inc->late;
	incident_release(inc);
}

void recovery_unseen(struct alert_state *st, enum alert_kind kind, double at,
	struct alert_events *out)
{
	end_unwatched(st, kind, at, st->incidents[kind].passed_since,
		UNWATCHED_SHARED, NULL, out);
}

void recovery_with(struct alert_state *st, enum alert_kind kind,
	const struct alert_event *e, struct alert_events *out)
{
	end_unwatched(st, kind, e->record.at, e->record.resolved_at,
		e->facts.unwatched, &e->facts.names, out);
}

void recovery_server_gone(struct alert_state *st, double now,
	struct alert_events *out)
{
	for (unsigned k = 0; k < ALERT_KINDS; k++)
		if (st->incidents[k].open)
			end_unwatched(st, (enum alert_kind)k, now,
				clock_window(now), UNWATCHED_SERVER, NULL, out);
	streak_forget(st);
}

/* Whether v no longer expects a region of the list; one of none is no
   reason. */
static bool all_gone(const struct verdict *v, const struct strings *regions)
{
	for (size_t i = 0; i < regions->n; i++)
		if (severity_region(v, regions->v[i]) ||
			verdict_lists(v->no_data, v->n_no_data, regions->v[i]))
			return false;
	return regions->n > 0;
}

bool recovery_gone(struct alert_state *st, enum alert_kind kind,
	const struct verdict *v, const struct strings *regions,
	struct alert_events *out)
{
	if (st->maintenance.active || !all_gone(v, regions))
		return false;
	end_unwatched(st, kind, (double)v->window, v->window,
		UNWATCHED_REGIONS, regions, out);
	return true;
}

void recovery_regions_gone(struct alert_state *st, const struct verdict *v,
	struct alert_events *out)
{
	const struct observation s = observation_of(st, v);

	/* A verdict that lists no region says nothing of any. */
	if (!(v->n_regions || v->n_no_data) || s.failing || s.throttled ||
		s.window < st->window)
		return;
	for (unsigned k = 0; k < ALERT_DOWN_KINDS; k++) {
		const struct incident *inc = &st->incidents[k];

		if (inc->open)
			recovery_gone(st, (enum alert_kind)k, v, &inc->regions,
				out);
	}
}

int64_t recovery_seen(const struct alert_state *st, const struct incident *inc,
	const char *region)
{
	const struct region_tally *t = region_counted(st, region);

	return t && t->reported ? clock_window((double)t->reported)
				: inc->failed;
}

/* Forget of an open incident the regions that fell silent failing, too long
   ago; whether it has no others. */
static bool drop_silent(struct alert_state *st, struct incident *inc,
	const struct verdict *v, const struct conf_policy *p)
{
	struct strings left = {0}, gone = {0};
	bool all;

	for (size_t i = 0; i < inc->regions.n; i++) {
		const char *name = inc->regions.v[i];
		double ago = (double)(v->window - recovery_seen(st, inc, name));
		bool silent = verdict_lists(v->no_data, v->n_no_data, name) &&
			!strings_has(&inc->passing, name);

		strings_add(silent && ago >= p->silence_end_s ? &gone : &left,
			name);
	}
	all = gone.n && !left.n;
	if (!all)
		strings_copy(&inc->regions, &left);
	for (size_t i = 0; i < gone.n; i++)
		streak_forget_region(st, gone.v[i]);
	strings_release(&left);
	strings_release(&gone);
	return all;
}

void recovery_regions_silent(struct alert_state *st, const struct verdict *v,
	const struct conf_policy *p, struct alert_events *out)
{
	if (st->maintenance.active)
		return;
	for (unsigned k = 0; k < ALERT_DOWN_KINDS; k++) {
		struct incident *inc = &st->incidents[k];
		bool covered = k != ALERT_DOWNTIME && inc->superseded &&
			st->incidents[ALERT_DOWNTIME].open;

		if (!inc->open || covered || !drop_silent(st, inc, v, p))
			continue;
		end_unwatched(st, (enum alert_kind)k, (double)v->window,
			inc->quiet.n ? inc->quiet.since : inc->failed + 60,
			UNWATCHED_SILENT, &inc->regions, out);
	}
}
