/* SPDX-License-Identifier: MIT */
/*
 * incident.c: what all kinds of incidents share: how one opens, fails and is
 * closed; who acknowledges it, and when people are reminded of it; what they
 * open by hand, and how far they say the work is.
 */
#include "incident/incident.h"

#include "base/clock.h"
#include "incident/confirmation.h"
#include "incident/recovery.h"

#include <math.h>
#include <string.h>

void incident_open(struct incident *inc, enum severity severity,
	int64_t first, int64_t window, int count)
{
	*inc = (struct incident) {
		.open = true,
		.severity = severity,
		.first = first,
		.opened_at = window,
		.reminded_at = window,
		.failed = window,
		.probe_count = count,
		.flapping = {.times = 1, .spell = first},
	};
}

void incident_fail(struct incident *inc, int64_t window)
{
	/* It fails again: nobody works on its recovery any longer. */
	if (inc->passes) {
		inc->progress = PROGRESS_INVESTIGATING;
		inc->progress_at = 0;
	}
	if (inc->failed < window) {
		flapping_count(inc, window);
		inc->failed = window;
		inc->probe_count++;
	}
	recovery_reset(inc);
}

void incident_stop(struct incident *inc, double at)
{
	struct escalation *climb = &inc->escalation;

	if (climb->ladder && !(climb->stopped > 0))
		climb->stopped = at;
}

void incident_go_on(struct incident *inc, double at)
{
	struct escalation *climb = &inc->escalation;

	if (!(climb->stopped > 0) || inc->suppressed || inc->silence ||
		ack_holds(inc, at))
		return;
	climb->since += fmax(0, at - climb->stopped);
	climb->stopped = 0;
}

void incident_heal(struct incident *inc, double now)
{
	double limit = now + STATE_AHEAD_S;
	struct ack *a = &inc->ack;

	if ((double)inc->opened_at > limit)
		inc->opened_at = (int64_t)floor(now);
	if ((double)inc->reminded_at > limit)
		inc->reminded_at = (int64_t)floor(now);
	if ((double)inc->silenced_at > limit)
		inc->silenced_at = (int64_t)floor(now);
	inc->escalation.since =
		inc->escalation.since > limit ? now : inc->escalation.since;
	if (inc->escalation.stopped > limit)
		inc->escalation.stopped = now;
	if (!a->by || a->at <= limit)
		return;
	a->until = now + (a->until - a->at);
	a->at = now;
}

void incident_restart(struct incident *inc)
{
	inc->failed = 0;
	recovery_reset(inc);
}

/* An incident that was closed and begins again does not flap. */
static void forget_starts(struct alert_state *st, enum alert_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < st->n_starts; i++)
		if (st->starts[i].kind != kind)
			st->starts[n++] = st->starts[i];
	st->n_starts = n;
}

/* Somebody has closed the incident of that kind, which is still open: forget
   what would begin it again. */
static void forget_beginnings(struct alert_state *st, enum alert_kind kind,
	double now)
{
	const struct closing new = {kind, now, st->incidents[kind].first};
	size_t n = 0;

	/* A state that was read may name a kind twice. */
	for (size_t i = 0; i < st->n_closings; i++)
		if (st->closings[i].kind != kind &&
			st->closings[i].kind < ALERT_KINDS)
			st->closings[n++] = st->closings[i];
	if (n == ALERT_KINDS)
		n--;
	st->closings[n++] = new;
	st->n_closings = n;
	if (kind == ALERT_STALLED && st->incidents[kind].error &&
		strcmp(st->incidents[kind].error, INCIDENT_REFUSED) == 0)
		st->fleet.refusal_closed = true;
	forget_starts(st, kind);
	if (kind < ALERT_DOWN_KINDS)
		streak_forget_bad(st);
	else if (kind == ALERT_LATENCY)
		st->slow = st->above = (struct streak) {0};
	else if (kind == ALERT_DIVERGENCE)
		st->tools.differ = (struct streak) {0};
}

void incident_heal_closings(struct alert_state *st, double now)
{
	for (size_t i = 0; i < st->n_closings; i++) {
		struct closing *c = &st->closings[i];

		c->at = c->at > now + STATE_AHEAD_S ? now : c->at;
		if ((double)c->first > c->at + STATE_AHEAD_S)
			c->first = 0;
	}
}

bool incident_all_silent(const struct incident *inc, enum alert_kind kind)
{
	return kind < ALERT_DOWN_KINDS && inc->regions.n &&
		inc->silent.n == inc->regions.n;
}

/* The clock by which one was given may have been ahead by this much. */
#define CLOCKS_S 86400

static void end_acknowledgement(struct alert_state *st, enum alert_kind kind,
	double at, const char *what)
{
	struct incident *inc = &st->incidents[kind];
	char name[64];

	snprintf(name, sizeof name, "%s_%s", alert_kind_name(kind), what);
	state_note(st, at, name, inc->ack.by);
	ack_release(&inc->ack);
	incident_go_on(inc, at);
}

/* Whether q means the incident of that kind. */
static bool meant(const struct alert_state *st, const struct ack_request *q,
	enum alert_kind kind)
{
	const struct incident *inc = &st->incidents[kind];
	char key[ALERT_KEY_SIZE];

	if (!inc->open || (inc->superseded && q->action != ACK_CLOSE))
		return false;
	if (q->key && strcmp(q->key, dedup_key(st, kind, key)) != 0)
		return false;
	if (q->group && (!inc->group || strcmp(inc->group, q->group) != 0))
		return false;
	return !q->route || strings_has(&inc->notified, q->route);
}

/* Whether an answer is older than another that counted. */
static bool stale(const struct incident *inc, const struct ack_request *q,
	double now)
{
	/* One that a wrong clock set ahead counts for nothing. */
	return q->said_at > 0 && q->said_at <= inc->answered_at &&
		inc->answered_at <= now + STATE_AHEAD_S;
}

/* Whether whoever says it may change who looks after an incident. */
static bool may_take(const struct incident *inc, const struct ack_request *q,
	double now)
{
	const char *via;

	if (!ack_holds(inc, now) || strcmp(inc->ack.by, q->by) == 0)
		return true;
	via = strrchr(inc->ack.by, '(');
	if (q->action == ACK_UNACK && q->via && via && strcmp(via, q->via) == 0)
		return true;
	return q->from && (!*q->from || strcmp(inc->ack.by, q->from) == 0);
}

static void set_holder(struct alert_state *st, enum alert_kind kind,
	const struct ack_request *q, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];

	if (inc->ack.by)
		incident_go_on(inc, fmin(now, inc->ack.until));
	incident_stop(inc, now);
	string_set(&inc->ack.by, q->by);
	string_set(&inc->ack.reason, q->reason);
	inc->ack.at = now;
	inc->ack.until = now + q->for_s;
	events_add(out, st, kind, ALERT_ACKNOWLEDGED, now);
}

/* Notify that the acknowledgement ended: everybody had been notified of it. */
static void hand_back(struct alert_state *st, enum alert_kind kind, double now,
	struct alert_events *out)
{
	events_add(out, st, kind, ALERT_REMINDER, now);
	end_acknowledgement(st, kind, now, "ack_withdrawn");
}

static void close_one(struct alert_state *st, enum alert_kind kind,
	const struct ack_request *q, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];

	inc->passed_since = (int64_t)floor(now);
	events_put(out, st, kind, ALERT_RESOLVED, now,
		&(struct event_facts) {
			.unwatched = UNWATCHED_CLOSED,
			.by = q->by,
			.reason = q->reason,
			.text = q->text,
		});
	forget_beginnings(st, kind, now);
	incident_release(inc);
}

/* Returns whether that changed the incident. */
static bool apply_one(struct alert_state *st, enum alert_kind kind,
	const struct ack_request *q, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];

	if (stale(inc, q, now))
		return false;
	if (q->action == ACK_CLOSE) {
		close_one(st, kind, q, now, out);
		/* A downtime that an overrun replaced, or a regional incident
		   that a downtime covered, would be mute. */
		if (kind == ALERT_OVERRUN && st->incidents[ALERT_DOWNTIME].open)
			close_one(st, ALERT_DOWNTIME, q, now, out);
		state_uncover(st);
		return true;
	}
	if (!may_take(inc, q, now) ||
		(q->action == ACK_UNACK && !ack_holds(inc, now)))
		return false;
	if (q->action == ACK_TAKE)
		set_holder(st, kind, q, now, out);
	else
		hand_back(st, kind, now, out);
	/* By the clock of the vendor, where it says when: ours is later. */
	inc->answered_at = fmax(
		inc->answered_at <= now + STATE_AHEAD_S ? inc->answered_at : 0,
		q->said_at > 0 ? q->said_at : now);
	return true;
}

struct ack_result ack_apply(struct alert_state *st, const struct ack_request *q,
	double now, struct alert_events *out)
{
	struct ack_result r = {0};

	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		const struct incident *inc = &st->incidents[k];

		if (!meant(st, q, (enum alert_kind)k))
			continue;
		r.open++;
		r.n += apply_one(st, (enum alert_kind)k, q, now, out);
		if (*r.holder || !ack_holds(inc, now))
			continue;
		snprintf(r.holder, sizeof r.holder, "%s", inc->ack.by);
		r.until = inc->ack.until;
	}
	return r;
}

bool ack_holds(const struct incident *inc, double now)
{
	return inc->ack.by && now < inc->ack.until &&
		inc->ack.until - now <= ACK_MAX_S + CLOCKS_S;
}

void ack_expire(struct alert_state *st, enum alert_kind kind, double now)
{
	const struct incident *inc = &st->incidents[kind];

	if (inc->ack.by && !ack_holds(inc, now) && !inc->passes)
		end_acknowledgement(
			st, kind, fmin(now, inc->ack.until), "ack_expired");
}

void ack_break(struct alert_state *st, enum alert_kind kind, double now)
{
	const struct ack *a = &st->incidents[kind].ack;

	if (a->by)
		end_acknowledgement(
			st, kind, fmin(now, a->until), "ack_broken");
}

bool reminder_due(struct incident *inc, const struct conf_policy *p,
	double now)
{
	double age = now - (double)inc->opened_at;
	double since = now - (double)inc->reminded_at;

	if (!inc->open || inc->superseded || inc->late || inc->passes ||
		ack_holds(inc, now))
		return false;
	/*
	 * The person who looked after it may have forgotten it. A reminder in
	 * the future comes from a clock that was ahead, or a forged snapshot.
	 */
	if (since < p->remind_s && since > -p->remind_s)
		return inc->ack.by;
	inc->reminded_at = inc->opened_at +
		(int64_t)(floor(age / p->remind_s) * p->remind_s);
	return true;
}

void reminders_add(struct alert_state *st, const struct conf_policy *p,
	double now, struct alert_events *out)
{
	for (int k = ALERT_DOWN_KINDS; k < ALERT_KINDS; k++)
		if (k != ALERT_STALLED &&
			reminder_due(&st->incidents[k], p, now))
			events_add(out, st, (enum alert_kind)k, ALERT_REMINDER,
				now);
}

static bool closed_by_hand(const struct alert_state *st, int64_t first)
{
	for (size_t i = 0; i < st->n_closings; i++)
		if (st->closings[i].kind == ALERT_MANUAL &&
			st->closings[i].first == first)
			return true;
	return false;
}

static enum by_hand_result begin_by_hand(struct alert_state *st,
	const struct by_hand *q, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_MANUAL];

	if (inc->open)
		return strcmp(inc->title, q->title) == 0 ? BY_HAND_SAME
							 : BY_HAND_OTHER;
	if (closed_by_hand(st, q->first))
		return BY_HAND_SOON;
	incident_open(inc, q->severity, q->first, (int64_t)floor(now), 0);
	string_set(&inc->title, q->title);
	string_set(&inc->opener, q->by);
	string_set(&inc->group, q->group);
	inc->is_private = q->is_private;
	if (q->servers) {
		strings_copy(&st->shared.servers, q->servers);
		strings_copy(&st->shared.left, q->servers);
	}
	events_put(out, st, ALERT_MANUAL, ALERT_STARTED, now,
		&(struct event_facts) {.by = q->by, .text = q->text});
	return BY_HAND_DONE;
}

static bool meant_by_hand(const struct incident *inc, const struct by_hand *q)
{
	if (!inc->open || inc->superseded || q->shared)
		return inc->open && q->shared;
	return q->group ? inc->group && strcmp(inc->group, q->group) == 0
			: inc->first == q->first;
}

static enum by_hand_result move_by_hand(struct alert_state *st,
	const struct by_hand *q, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[q->kind];

	if (!meant_by_hand(inc, q))
		return BY_HAND_NONE;
	inc->progress = q->progress;
	inc->progress_at = now;
	events_put(out, st, q->kind, ALERT_UPDATED, now,
		&(struct event_facts) {.by = q->by, .text = q->text});
	/* A maintenance or a silence holds back what follows, too. */
	out->v[out->n - 1].suppressed = inc->suppressed;
	return BY_HAND_DONE;
}

enum by_hand_result by_hand_apply(struct alert_state *st,
	const struct by_hand *q, double now, struct alert_events *out)
{
	return q->what == BY_HAND_OPEN ? begin_by_hand(st, q, now, out)
				       : move_by_hand(st, q, now, out);
}
