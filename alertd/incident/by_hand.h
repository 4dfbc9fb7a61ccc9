/* SPDX-License-Identifier: MIT */
/*
 * by_hand.h: what somebody says of incidents beside what probes see: one that
 * they open by hand, and how far the work on any of them is. Pure.
 */
#ifndef INCIDENT_BY_HAND_H
#define INCIDENT_BY_HAND_H

#include "incident/event.h"
#include "incident/state.h"

/* A request about one state. */
struct by_hand {
	enum by_hand_what { BY_HAND_OPEN, BY_HAND_MOVE } what;
	const char *by;
	const char *text; /* for the public too, unless it is private; or NULL */
	/* Of BY_HAND_OPEN: */
	const char *title;
	enum severity severity;
	bool is_private;
	int64_t first; /* its window */
	const char *group; /* the state of the servers that share it, or NULL */
	const struct strings *servers; /* of such a state; else NULL */
	/* Of BY_HAND_MOVE: which incident, by `first`, by the `group` in which it
	   is sent, or the one that this state shares; and to where. */
	bool shared;
	enum alert_kind kind;
	enum progress progress;
};

enum by_hand_result {
	BY_HAND_DONE,
	BY_HAND_SAME, /* it is open, with that title */
	BY_HAND_OTHER, /* another one is open */
	BY_HAND_SOON, /* one of that minute is over: they would have one key */
	BY_HAND_NONE, /* no such incident is open */
	BY_HAND_FAILED /* the store did; never returned here */
};

/*
 * by_hand_apply(st, q, now, out): open the incident of kind ALERT_MANUAL, of
 * which a state has one at a time; or say how far the work on an open one is.
 * Nothing has changed unless it returns BY_HAND_DONE.
 */
enum by_hand_result by_hand_apply(struct alert_state *st,
	const struct by_hand *q, double now, struct alert_events *out);

#endif
