/* SPDX-License-Identifier: MIT */
#include "incident/by_hand.h"

#include "incident/incident.h"

#include <math.h>
#include <string.h>

static bool closed_in(const struct alert_state *st, int64_t first)
{
	for (size_t i = 0; i < st->n_closings; i++)
		if (st->closings[i].kind == ALERT_MANUAL &&
			st->closings[i].first == first)
			return true;
	return false;
}

static enum by_hand_result open_one(struct alert_state *st,
	const struct by_hand *q, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_MANUAL];

	if (inc->open)
		return strcmp(inc->title, q->title) == 0 ? BY_HAND_SAME
							 : BY_HAND_OTHER;
	if (closed_in(st, q->first))
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

static bool meant(const struct incident *inc, const struct by_hand *q)
{
	if (!inc->open || inc->superseded || q->shared)
		return inc->open && q->shared;
	return q->group ? inc->group && strcmp(inc->group, q->group) == 0
			: inc->first == q->first;
}

static enum by_hand_result move_one(struct alert_state *st,
	const struct by_hand *q, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[q->kind];

	if (!meant(inc, q))
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
	return q->what == BY_HAND_OPEN ? open_one(st, q, now, out)
				       : move_one(st, q, now, out);
}
