/*
 * timeline.h: what was told of servers, as one list in the order of time. Pure.
 */
#ifndef COMMANDS_TIMELINE_H
#define COMMANDS_TIMELINE_H

#include "incident/state.h"
#include "state/history_store.h"

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

/*
 * timeline_texts(st, h): give the events of st, whose texts are in the history,
 * those that h has of them; where it has none any more, others.
 */
void timeline_texts(struct alert_state *st, const struct history *h);

/* timeline_add(t, st): append what was told of a server, with its texts. */
void timeline_add(struct timeline *t, const struct alert_state *st);
void timeline_release(struct timeline *t);

/*
 * timeline_add_history(t, h, slug): append what h says of that server, or where
 * slug is NULL, of all, and t does not say yet.
 */
void timeline_add_history(
	struct timeline *t, const struct history *h, const char *slug);

/*
 * timeline_put(b, t, zone): sort t and append it, oldest first: lines "TIME
 * SLUG EVENT  SUMMARY" with the times of that zone, or where it is NULL, lines
 * of JSON.
 */
void timeline_put(struct buf *b, struct timeline *t, const char *zone);

#endif
