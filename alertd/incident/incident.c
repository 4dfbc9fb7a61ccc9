#include "incident/incident.h"

#include "base/clock.h"
#include "incident/acknowledgement.h"
#include "incident/confirmation.h"
#include "incident/flapping.h"
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

int64_t incident_end(const struct incident *inc)
{
	return inc->passed_since > inc->first ? inc->passed_since : inc->first;
}

enum checks incident_checks(const struct incident *inc, enum alert_kind kind)
{
	if (kind == ALERT_RATE_LIMITED)
		return CHECKS_LIMITED;
	return inc->checks_refused ? CHECKS_REFUSED : CHECKS_FREE;
}

void incident_restart(struct incident *inc)
{
	inc->failed = 0;
	recovery_reset(inc);
}

static const struct closing *closing_of(const struct alert_state *st,
	enum alert_kind kind)
{
	for (size_t i = 0; i < st->n_closings; i++)
		if (st->closings[i].kind == kind)
			return &st->closings[i];
	return NULL;
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

void incident_close(struct alert_state *st, enum alert_kind kind, double now)
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
	st->refusal_closed = st->refusal_closed || (kind == ALERT_STALLED &&
		st->incidents[kind].error &&
		strcmp(st->incidents[kind].error, INCIDENT_REFUSED) == 0);
	forget_starts(st, kind);
	if (kind < ALERT_DOWN_KINDS)
		streak_forget_bad(st);
	else if (kind == ALERT_LATENCY)
		st->slow = (struct streak) {0};
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

bool incident_barred(const struct alert_state *st, enum alert_kind kind,
	double at)
{
	const struct closing *c = closing_of(st, kind);

	return c && (at <= c->at || clock_window(at) <= c->first);
}

bool incident_all_silent(const struct incident *inc, enum alert_kind kind)
{
	return kind < ALERT_DOWN_KINDS && inc->regions.n &&
		inc->silent.n == inc->regions.n;
}

const char *dedup_key(const struct alert_state *st, enum alert_kind kind,
	char *out)
{
	return alert_key(
		&(struct alert_record) {
			.slug = st->slug,
			.kind = kind,
			.started_at = st->incidents[kind].first,
		},
		out);
}
