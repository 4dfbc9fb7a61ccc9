/*
 * tool_change.h: a change of tools, as an incident or an event keeps it. Pure.
 *
 * The names of tools come from strangers: they are cleaned, cut, and at most
 * ALERT_NAMES of each list are kept.
 */
#ifndef INCIDENT_TOOL_CHANGE_H
#define INCIDENT_TOOL_CHANGE_H

#include "incident/state.h"
#include "records/verdict.h"

/*
 * tool_change_set(c, d): make c say what d says. tool_change_reverse(c, d): the
 * change from d->to back to d->from.
 */
void tool_change_set(struct tool_change *c, const struct verdict_drift *d);
void tool_change_reverse(struct tool_change *c, const struct verdict_drift *d);

/*
 * tool_change_words(c, w, n, reverse): make c tell these words, the first
 * ALERT_WORDS of them; of the way back where reverse is true.
 */
void tool_change_words(struct tool_change *c, const struct verdict_words *w,
	size_t n, bool reverse);

/*
 * tool_change_copy(to, from): make *to a copy of its own. tool_change_release(c):
 * free what it holds.
 */
void tool_change_copy(struct tool_change *to, const struct tool_change *from);
void tool_change_release(struct tool_change *c);

/* tool_change_named(c): whether c names a tool. */
bool tool_change_named(const struct tool_change *c);

#endif
