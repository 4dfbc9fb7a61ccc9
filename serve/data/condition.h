/* SPDX-License-Identifier: MIT */
/*
 * condition.h: what visitors are told of a server now: the published state, and
 * what qualifies it, so that no page says "Working" alone over an open incident.
 * The state of the API is view_state alone. Pure.
 */
#ifndef DATA_CONDITION_H
#define DATA_CONDITION_H

#include <stdbool.h>
#include <stdint.h>

struct incidents;
struct tool_split;
struct view;

/* In the order of a list: trouble, then what is not known, then what works. */
enum condition_state {
	CONDITION_DOWN,
	CONDITION_DEGRADED,
	CONDITION_MAINTENANCE, /* planned, whatever the verdict is */
	CONDITION_STALE,   /* the last verdict is too old */
	CONDITION_PENDING, /* there never was a verdict */
	CONDITION_UP
};
#define CONDITION_STATES (CONDITION_UP + 1)

/* The trouble of a server that works. */
enum condition_note {
	NOTE_NONE,
	NOTE_RECOVERED, /* an incident is not over, and nothing fails now */
	NOTE_REFUSED, /* our credential is */
	NOTE_LIMITED, /* our checks are answered with 429 */
	NOTE_ERRORS,
	NOTE_SLOW,
	NOTE_TOOLS,
	NOTE_MANUAL /* the operator has opened an incident */
};

struct condition {
	enum condition_state state;
	enum condition_note note; /* NOTE_NONE unless CONDITION_UP */
	/* When that of the note began, epoch seconds; 0: with the state, or it is
	   not known. */
	int64_t since;
	bool by_hand; /* the operator has opened an incident, in any state */
};

/* The facts that a condition and its words (words/words.h) are made of. */
struct condition_facts {
	const struct view *view;
	const struct incidents *incidents; /* at least those that are open */
	const struct tool_split *tool_split;
	bool maintenance; /* one goes on */
};

struct condition condition_of(const struct condition_facts *f);

/*
 * condition_name(state): "up", "degraded", "down", "maintenance", "stale" or
 * "pending".
 */
const char *condition_name(enum condition_state state);

/* condition_rank(c): what has more need to be seen is lower, from 0. */
int condition_rank(struct condition c);

/* condition_plain(c): whether its state says all, and no place is named. */
bool condition_plain(struct condition c);

#endif
