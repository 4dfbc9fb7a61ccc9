/* SPDX-License-Identifier: MIT */
#include "data/condition.h"

#include "data/incidents.h"
#include "data/view.h"

static enum condition_note note_of(const struct incident *in)
{
	static const enum condition_note notes[TROUBLES] = {
		[TROUBLE_DOWN] = NOTE_RECOVERED,
		[TROUBLE_REGIONAL] = NOTE_RECOVERED,
		[TROUBLE_REFUSED] = NOTE_REFUSED,
		[TROUBLE_LIMITED] = NOTE_LIMITED,
		[TROUBLE_OVERRUN] = NOTE_RECOVERED,
		[TROUBLE_ERRORS] = NOTE_ERRORS,
		[TROUBLE_SLOW] = NOTE_SLOW,
		[TROUBLE_TOOLS] = NOTE_TOOLS,
		[TROUBLE_MANUAL] = NOTE_MANUAL,
	};

	return notes[in->trouble];
}

/* The worst incident; one that is about to end is worth the least. */
static void set_note(struct condition *c, const struct condition_facts *f)
{
	const struct tool_split *split = f->tool_split;
	const struct incident *open = NULL;

	if (split->n) {
		c->note = NOTE_TOOLS;
		c->since = split->v[split->n - 1].first_seen;
	}
	for (size_t i = 0; i < f->incidents->n; i++) {
		const struct incident *in = &f->incidents->v[i];

		if (in->ended_at)
			continue;
		if (in->passing) {
			if (c->note == NOTE_NONE)
				c->note = NOTE_RECOVERED;
			continue;
		}
		if (!open || in->trouble < open->trouble)
			open = in;
	}
	if (open) {
		c->note = note_of(open);
		c->since = open->started_at;
	}
}

static bool has_by_hand(const struct incidents *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (!l->v[i].ended_at && l->v[i].trouble == TROUBLE_MANUAL)
			return true;
	return false;
}

struct condition condition_of(const struct condition_facts *f)
{
	static const enum condition_state states[] = {
		[VERDICT_GREEN] = CONDITION_UP,
		[VERDICT_AMBER] = CONDITION_DEGRADED,
		[VERDICT_RED] = CONDITION_DOWN,
	};
	struct condition c = {.by_hand = has_by_hand(f->incidents)};

	if (f->view->freshness != VIEW_FRESH) {
		c.state = f->view->freshness == VIEW_STALE ? CONDITION_STALE
							   : CONDITION_PENDING;
		return c;
	}
	c.state = f->maintenance ? CONDITION_MAINTENANCE
				 : states[f->view->verdict];
	if (c.state == CONDITION_UP)
		set_note(&c, f);
	return c;
}

const char *condition_name(enum condition_state state)
{
	static const char *const names[CONDITION_STATES] = {
		[CONDITION_DOWN] = "down",
		[CONDITION_DEGRADED] = "degraded",
		[CONDITION_MAINTENANCE] = "maintenance",
		[CONDITION_STALE] = "stale",
		[CONDITION_PENDING] = "pending",
		[CONDITION_UP] = "up",
	};

	return names[state];
}

int condition_rank(struct condition c)
{
	static const int ranks[CONDITION_STATES] = {
		[CONDITION_DOWN] = 0,
		[CONDITION_DEGRADED] = 1,
		[CONDITION_MAINTENANCE] = 3,
		[CONDITION_STALE] = 4,
		[CONDITION_PENDING] = 5,
		[CONDITION_UP] = 6,
	};

	return c.note != NOTE_NONE ? 2 : ranks[c.state];
}

bool condition_plain(struct condition c)
{
	return c.note == NOTE_NONE && c.state > CONDITION_MAINTENANCE;
}
