/*
 * timeline.h: what was told of servers, as one list in the order of time. Pure.
 */
#ifndef COMMANDS_TIMELINE_H
#define COMMANDS_TIMELINE_H

#include "incident/state.h"

/* The longest line. */
#define TIMELINE_LINE (32 * 1024)

/* All zero: empty. */
struct timeline {
	struct timeline_line {
		char *slug;
		struct timeline_entry entry;
		size_t number; /* of equal times the first comes first */
	} *v;
	size_t n, cap;
};

/* timeline_add(t, st): append what was told of a server. */
void timeline_add(struct timeline *t, const struct alert_state *st);
void timeline_release(struct timeline *t);

/*
 * timeline_put(b, t, zone): sort t and append it, oldest first: lines "TIME
 * SLUG EVENT  SUMMARY" with the times of that zone, or where it is NULL, lines
 * of JSON.
 */
void timeline_put(struct buf *b, struct timeline *t, const char *zone);

#endif
