/*
 * tool_change.h: what became of the tools of a server: their names, which come
 * from strangers, cut, cleaned and bounded in number; and the words for it.
 * Pure.
 */
#ifndef INCIDENT_TOOL_CHANGE_H
#define INCIDENT_TOOL_CHANGE_H

#include "base/buf.h"
#include "base/strings.h"
#include "records/alert.h"
#include "records/verdict.h"

#include <stdint.h>

/* Of each kind at most ALERT_NAMES are kept, as an event shows them. */
struct tool_change {
	char *from, *to; /* hashes, or eras; NULL where there is no change */
	int64_t since;	 /* window in which `to` was first seen */
	struct strings added, removed, changed, redescribed;
};

/* change_set(c, d): make it say what d says, or the reverse of that. */
void change_set(struct tool_change *c, const struct verdict_drift *d);
void change_reverse(struct tool_change *c, const struct verdict_drift *d);

void change_copy(struct tool_change *to, const struct tool_change *from);
void change_release(struct tool_change *c);

/* change_named(c): whether it names a tool. */
bool change_named(const struct tool_change *c);

/*
 * change_names(b, l): append "a", "a and b", "a, b and 3 more"; names are cut
 * so that a sentence stays one.
 */
void change_names(struct buf *b, const struct strings *l);

/* change_put(b, c): append "get removed; put added; a and b changed". */
void change_put(struct buf *b, const struct tool_change *c);

#endif
