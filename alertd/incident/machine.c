/* SPDX-License-Identifier: MIT */
#include "incident/machine.h"

#include "incident/confirmation.h"
#include "incident/incident.h"
#include "incident/kinds.h"
#include "incident/maintenance_hold.h"
#include "incident/recovery.h"

#include <math.h>
#include <stdlib.h>

/* Note which regions of an incident pass in their newest report. */
static void note_passing(const struct alert_state *st, struct incident *inc,
	enum alert_kind kind, const struct verdict *v, int64_t window)
{
	struct strings passing = {0};

	for (size_t i = 0; i < inc->regions.n; i++) {
		const char *name = inc->regions.v[i];
		const struct verdict_region *r = severity_region(v, name);
		bool passed = strings_has(&inc->passing, name);

		if (verdict_lists(v->failing, v->n_failing, name))
			passed = false;
		else if (severity_throttled(r))
			passed = passed && kind != ALERT_RATE_LIMITED;
		else if (r && region_hearing(st, v, window, name) == HEARD)
			passed = true;
		if (passed)
			strings_add(&passing, name);
	}
	strings_copy(&inc->passing, &passing);
	strings_release(&passing);
}

/* Add to `out` the regions of an incident that do not report any more, and
   failed when they last did. */
static void find_silent(const struct alert_state *st, const struct verdict *v,
	int64_t window, const struct incident *inc, struct strings *out)
{
	for (size_t i = 0; i < inc->regions.n; i++) {
		const char *name = inc->regions.v[i];

		if (region_hearing(st, v, window, name) == NOT_HEARD &&
			!strings_has(&inc->passing, name))
			strings_note(out, name);
	}
}

/*
 * Note which regions fail, or are throttled, and which reach the server. Those
 * that fell silent in the incident are not known to reach it.
 */
static void note_regions(const struct alert_state *st, struct incident *inc,
	enum alert_kind kind, const struct verdict *v,
	const struct observation *s)
{
	bool limits = kind == ALERT_RATE_LIMITED;
	struct strings silent = {0};

	find_silent(st, v, s->window, inc, &silent);
	strings_clear(&inc->regions);
	strings_clear(&inc->reached);
	for (size_t i = 0; i < v->n_failing && !limits; i++)
		if (region_hearing(st, v, s->window, v->failing[i]) !=
			NOT_HEARD)
			strings_note(&inc->regions, v->failing[i]);
	for (size_t i = 0; i < v->n_regions; i++) {
		const struct verdict_region *r = &v->regions[i];
		bool throttled = severity_throttled(r);

		if (region_hearing(st, v, s->window, r->region) == NOT_HEARD ||
			verdict_lists(v->awaited, v->n_awaited, r->region))
			continue;
		if (throttled && limits)
			strings_note(&inc->regions, r->region);
		else if (!throttled &&
			!verdict_lists(v->failing, v->n_failing, r->region))
			strings_note(&inc->reached, r->region);
	}
	for (size_t i = 0; i < silent.n; i++)
		strings_note(&inc->regions, silent.v[i]);
	strings_release(&silent);
}

/* Note which regions of an incident are silent, and when one last was not. */
static void note_silent(const struct alert_state *st, struct incident *inc,
	const struct verdict *v, int64_t window)
{
	strings_clear(&inc->silent);
	inc->seen = 0;
	find_silent(st, v, window, inc, &inc->silent);
	for (size_t i = 0; i < inc->silent.n; i++) {
		int64_t seen = recovery_seen(st, inc, inc->silent.v[i]);

		if (seen > inc->seen)
			inc->seen = seen;
	}
}

/* Note what the newest failing window says of the incident. */
static void note_failure(const struct alert_state *st, struct incident *inc,
	enum alert_kind kind, const struct verdict *v,
	const struct observation *s)
{
	/* Limited regions that fail for another reason stay those of the
	   incident. */
	if (kind != ALERT_RATE_LIMITED || s->throttled)
		note_regions(st, inc, kind, v, s);
	note_silent(st, inc, v, s->window);
	inc->expected = v->expected;
	string_set(&inc->error, kind == ALERT_RATE_LIMITED ? LAYER_THROTTLED
							   : s->assessed.error);
	string_set(&inc->said,
		kind == ALERT_RATE_LIMITED ? NULL : s->assessed.said);
	if (inc->tier == TIER_NO_DATA ||
		(v->tier != TIER_NO_DATA && v->tier > inc->tier))
		inc->tier = v->tier;
}

/*
 * Whether a failing window may make an incident worse. One region alone does
 * not make a downtime worse, as it would not have begun it.
 */
static bool may_worsen(enum alert_kind kind, const struct verdict *v,
	const struct observation *s)
{
	if (kind == ALERT_RATE_LIMITED || s->only_throttled)
		return false;
	return kind == ALERT_REGIONAL || s->agreed || v->expected == 1;
}

/* An incident as it was before a failing window. */
struct before {
	int64_t failed; /* the last time */
	enum tier tier;
};

/*
 * A P1 that has become a hard outage: the priority of vendors rises. At its
 * beginning regions notice it one after the other.
 */
static bool spreads(const struct incident *inc, enum alert_kind kind,
	enum tier before)
{
	return kind == ALERT_DOWNTIME && inc->severity == SEVERITY_P1 &&
		inc->tier == TIER_HARD_OUTAGE && before < TIER_HARD_OUTAGE;
}

static void worsen(struct alert_state *st, enum alert_kind kind,
	const struct observation *s, const struct before *before,
	struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];
	const struct assessment *a = &s->assessed;
	enum severity was = inc->severity;
	/* It was our credential alone; now the server fails, too. */
	bool turned = inc->checks_refused && !s->refused;
	bool worse = turned || a->layer > inc->layer ||
		spreads(inc, kind, before->tier);
	bool lasts = flapping_lasts(inc, before->failed);

	if (turned)
		inc->checks_refused = false;
	if (turned || a->layer >= inc->layer) {
		inc->layer = a->layer;
		inc->step = a->step;
	}
	if (kind == ALERT_DOWNTIME && a->severity < inc->severity) {
		inc->severity = a->severity;
		worse = true;
	}
	if ((worse || lasts) && !inc->late)
		events_put(out, st, kind, ALERT_ESCALATED, (double)s->window,
			&(struct event_facts) {
				.worse = worse,
				.turned = turned,
				.was = was,
				.lasts = lasts,
			});
}

/* A failing window of an open incident. */
static void fail_window(struct alert_state *st, enum alert_kind kind,
	const struct verdict *v, const struct observation *s,
	struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];
	const struct before before = {inc->failed, inc->tier};

	incident_fail(inc, s->window);
	/* A superseded incident stays as it was sent, but for who is silent,
	   and that the server fails, too, and not our credential alone. */
	if (inc->superseded) {
		note_silent(st, inc, v, s->window);
		inc->checks_refused = inc->checks_refused &&
			(s->refused || !may_worsen(kind, v, s));
		return;
	}
	note_failure(st, inc, kind, v, s);
	/*
	 * A minute judged late, of one that was sent: too late to wake anybody.
	 */
	if (may_worsen(kind, v, s) && (inc->late || !(v->judged_at > 0)))
		worsen(st, kind, s, &before, out);
}

/* A passing window of an open incident. */
static void pass_window(struct alert_state *st, enum alert_kind kind,
	const struct verdict *v, const struct observation *s,
	const struct conf_policy *p, struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];

	strings_clear(&inc->still);
	for (size_t i = 0; i < v->n_failing; i++)
		if (region_hearing(st, v, s->window, v->failing[i]) !=
			NOT_HEARD)
			strings_note(&inc->still, v->failing[i]);
	note_silent(st, inc, v, s->window);
	if (!recovery_pass(inc, s->window, p->resolve) ||
		!recovery_over(inc, p))
		return;
	recovery_end(st, kind,
		inc->late && v->judged_at > 0 ? floor(v->judged_at)
					      : (double)s->window,
		out);
	if (kind == ALERT_RATE_LIMITED)
		streak_forget_throttled(st);
}

static void open_incident(struct alert_state *st, const struct confirmation *o,
	const struct verdict *v, const struct observation *s,
	const struct conf_policy *p, struct alert_events *out)
{
	struct incident *inc = &st->incidents[o->kind];
	bool limits = o->kind == ALERT_RATE_LIMITED;

	incident_open(inc, o->severity, o->first, s->window, o->count);
	inc->tier = v->tier;
	inc->step = limits ? s->throttled_step : s->assessed.step;
	inc->layer = limits ? LAYER_HTTP : s->assessed.layer;
	note_failure(st, inc, o->kind, v, s);
	inc->checks_refused = !limits && s->refused;
	if (o->follows ||
		(o->kind != ALERT_DOWNTIME && o->first == st->ended_since))
		string_set(&inc->follows, st->ended_key);
	if (!limits && !inc->follows)
		flapping_begin(st, o->kind, p);
	inc->late = v->judged_at > 0;
	if (!inc->late)
		events_add(out, st, o->kind, ALERT_STARTED, (double)s->window);
}

/*
 * Tell of incidents that began in minutes judged late, now that a verdict on
 * the present asks for one like them; with its severity, if it asks for a
 * lesser kind.
 */
static void tell_late(struct alert_state *st, const struct confirmation *o,
	const struct observation *s, struct alert_events *out)
{
	for (unsigned k = 0; k <= o->kind; k++) {
		struct incident *inc = &st->incidents[k];

		if (!inc->open || !inc->late || inc->superseded ||
			inc->suppressed || inc->passes)
			continue;
		inc->late = false;
		inc->opened_at = inc->reminded_at = s->window;
		if (k != o->kind)
			inc->severity = o->severity;
		events_add(out, st, (enum alert_kind)k, ALERT_STARTED,
			(double)s->window);
	}
}

/* Whether an open incident makes another of that kind superfluous. */
static bool covered(const struct alert_state *st, enum alert_kind kind)
{
	for (unsigned k = 0; k <= kind; k++)
		if (st->incidents[k].open)
			return true;
	return false;
}

/*
 * Whether a window fails for an open incident. One that is superseded fails,
 * and ends, together with the downtime.
 */
static bool fails(const struct alert_state *st, enum alert_kind kind,
	const struct verdict *v, const struct observation *s)
{
	const struct incident *down = &st->incidents[ALERT_DOWNTIME];
	bool superseded = st->incidents[kind].superseded;

	if (kind == ALERT_DOWNTIME || (superseded && down->open))
		return observation_down(s, v, down);
	return s->failing ||
		(kind == ALERT_RATE_LIMITED && !superseded && s->throttled);
}

/*
 * Whether nobody can know in a window, which does not fail, whether an incident
 * goes on. A downtime is over where some of its regions report that it is.
 */
static bool unseen(const struct alert_state *st, enum alert_kind kind,
	const struct verdict *v, const struct observation *s)
{
	const struct incident *inc = &st->incidents[kind];
	const struct incident *down = &st->incidents[ALERT_DOWNTIME];
	bool with_it = inc->superseded && down->open;

	if (with_it)
		inc = down;
	return observation_unseen(s, st, v, inc,
		kind != ALERT_DOWNTIME && !with_it);
}

/* A window of an open incident in which nobody knows. */
static void quiet_window(struct alert_state *st, enum alert_kind kind,
	const struct verdict *v, const struct observation *s)
{
	struct incident *inc = &st->incidents[kind];

	recovery_quiet(inc, s->window);
	note_silent(st, inc, v, s->window);
}

/* Change the incidents of downtimes by a window that counts. */
static void apply(struct alert_state *st, const struct verdict *v,
	const struct observation *s, const struct conf_policy *p,
	struct alert_events *out)
{
	struct confirmation o = confirmation_of(st, v, s, p);
	bool asked = o.confirmed && !(v->judged_at > 0);
	bool begins = o.confirmed && !covered(st, o.kind);
	bool failing[ALERT_DOWN_KINDS], quiet[ALERT_DOWN_KINDS], was_down;
	/* Also what fails on while it recovers belongs to it. */
	bool down = state_down(st) && s->failing && !s->only_throttled;

	was_down = st->incidents[ALERT_DOWNTIME].open;
	for (unsigned k = 0; k < ALERT_DOWN_KINDS; k++) {
		if (begins)
			st->incidents[k].superseded = st->incidents[k].open;
		note_passing(st, &st->incidents[k], (enum alert_kind)k, v,
			s->window);
		failing[k] = fails(st, (enum alert_kind)k, v, s);
		quiet[k] = unseen(st, (enum alert_kind)k, v, s);
	}
	for (unsigned k = 0; k < ALERT_DOWN_KINDS; k++) {
		struct incident *inc = &st->incidents[k];

		if (!inc->open)
			continue;
		if (failing[k])
			fail_window(st, (enum alert_kind)k, v, s, out);
		else if (s->partial)
			continue;
		else if (quiet[k])
			quiet_window(st, (enum alert_kind)k, v, s);
		else
			pass_window(st, (enum alert_kind)k, v, s, p, out);
		if (inc->open && inc->failed > st->down_at)
			st->down_at = inc->failed;
	}
	if (down)
		st->down_at = s->window;
	if (asked)
		tell_late(st, &o, s, out);
	if (was_down && !st->incidents[ALERT_DOWNTIME].open) {
		o = confirmation_after(st, v, s, p);
		begins = o.confirmed && !covered(st, o.kind);
		state_uncover(st);
	}
	if (!begins)
		return;
	open_incident(st, &o, v, s, p, out);
	st->down_at = s->window;
}

/*
 * The clock was ahead and is right now: see machine_verdict. Windows that come
 * in their order hide nothing, whatever `now` is.
 */
static void heal(struct alert_state *st, const struct verdict *v, double now)
{
	double latest = fmax(now, (double)v->window) + STATE_WINDOW_AHEAD_S;

	for (unsigned k = 0; k < ALERT_KINDS; k++)
		incident_heal(&st->incidents[k], now);
	incident_heal_closings(st, now);
	for (size_t i = 0; i < st->n_drifts; i++)
		if ((double)st->drifts[i].at > now + STATE_AHEAD_S)
			st->drifts[i].at = 0;
	if ((double)st->window <= latest && (double)st->judged <= latest &&
		(double)st->taken <= latest)
		return;
	st->window = st->judged = st->taken = st->down_at = st->cold = 0;
	st->slow = st->above = st->burning = (struct streak) {0};
	st->clients_refused = 0;
	streak_forget(st);
	tools_forget(&st->tools);
	for (unsigned k = 0; k < ALERT_KINDS; k++)
		incident_restart(&st->incidents[k]);
}

/* Whoever acknowledged an incident that got worse knew of less. */
static void break_acks(struct alert_state *st, const struct alert_events *l,
	size_t from)
{
	for (size_t i = from; i < l->n; i++)
		if (l->v[i].record.phase == ALERT_ESCALATED)
			ack_break(st, l->v[i].record.kind, l->v[i].record.at);
}

static void tick_one(struct alert_state *st, enum alert_kind kind,
	const struct conf_policy *p, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];
	double age = now - (double)inc->opened_at;
	bool due = reminder_due(inc, p, now);

	if (!inc->open || inc->superseded || inc->late || inc->passes ||
		ack_holds(inc, now))
		return;
	/* An incident that no region sees gets no worse. */
	if (severity_rises(kind) && inc->severity == SEVERITY_P2 &&
		!inc->quiet.n && age >= p->promote_s) {
		inc->severity = SEVERITY_P1;
		events_add(out, st, kind, ALERT_ESCALATED, now);
	} else if (due) {
		events_add(out, st, kind, ALERT_REMINDER, now);
	}
}

static void tick(struct alert_state *st, const struct conf_policy *p,
	double now, struct alert_events *out)
{
	for (unsigned k = 0; k < ALERT_DOWN_KINDS; k++)
		tick_one(st, (enum alert_kind)k, p, now, out);
	reminders_add(st, p, now, out);
	for (unsigned k = 0; k < ALERT_KINDS; k++)
		ack_expire(st, (enum alert_kind)k, now);
}

/*
 * A minute that was judged late: note what was down then, but tell nothing now.
 * A minute older than the newest that counted says nothing.
 */
static void judged_late(struct alert_state *st, const struct verdict *v,
	const struct observation *s, const struct conf_policy *p,
	struct alert_events *out)
{
	size_t from = out->n;

	if (s->window < st->window)
		return;
	if ((s->failing || v->verdict != VERDICT_UNKNOWN) &&
		!cold_start_excuses(st, s, p)) {
		streak_count(st, v, s);
		apply(st, v, s, p, out);
	}
	maintenance_hold_late(st, (double)v->window, out, from);
}

/* Judge the failures of a verdict, and how slow it is. */
static void judge_failures(struct alert_state *st, const struct verdict *v,
	const struct conf_policy *p, struct alert_events *out)
{
	struct observation s;

	recovery_regions_gone(st, v, out);
	recovery_regions_silent(st, v, p, out);
	state_uncover(st);
	s = observation_of(st, v);
	/*
	 * An unknown window in which no region fails is neither good nor bad;
	 * nor is one whose round is under way.
	 */
	if (s.window < st->window ||
		(!s.failing && (v->verdict == VERDICT_UNKNOWN ||
			(s.partial && !s.throttled))) ||
		cold_start_excuses(st, &s, p))
		return;
	streak_count(st, v, &s);
	apply(st, v, &s, p, out);
	if (s.partial)
		return;
	degradation_judge(st, v, &s, p, out);
}

void machine_verdict(struct alert_state *st, const struct verdict *v,
	const struct conf_policy *p, double now, struct alert_events *out)
{
	struct observation s = observation_of(st, v);
	struct verdict without;
	size_t from = out->n;
	bool news, folded;

	heal(st, v, now);
	if (v->window >= st->judged && isfinite(now))
		st->taken = (int64_t)floor(now);
	news = s.window >= st->window;
	if (v->url)
		string_set(&st->url, v->url);
	if (v->judged_at > 0) {
		judged_late(st, v, &s, p, out);
		return;
	}
	/* Its changes are reported by no other kind. */
	if (news)
		unapproved_change_judge(st, v, s.window, p, out);
	folded = unapproved_change_fold(st, v, &without);
	judge_failures(st, folded ? &without : v, p, out);
	if (folded) {
		/* Rates do not report it afterwards, either. */
		st->down_at = s.window;
		free(without.regions);
	}
	if (news) {
#define JUDGE(name) name##_judge(st, v, s.window, out);
		KINDS_OF_NEWS(JUDGE)
#undef JUDGE
		unapproved_change_note(st, v);
	}
	/* A verdict that lists no region says nothing of any. */
	if (news && !s.partial && (v->n_regions || v->n_no_data))
		divergence_judge(st, v, s.window, p, out);
	if (v->n_regions || v->n_no_data)
		probe_silent_judge(st, v, p, out);
	break_acks(st, out, from);
	tick(st, p, (double)v->window, out);
	maintenance_hold_judge(st, p, (double)v->window, out, from);
}

void machine_tick(struct alert_state *st, const struct conf_policy *p,
	double now, struct alert_events *out)
{
	size_t from = out->n;

	for (unsigned k = 0; k < ALERT_KINDS; k++)
		incident_heal(&st->incidents[k], now);
	tick(st, p, now, out);
	maintenance_hold_judge(st, p, now, out, from);
}
