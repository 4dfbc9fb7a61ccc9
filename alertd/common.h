/*
 * common.h: one trouble that many servers share: incidents that begin in one
 * window, of one kind, at one step, seen from the same regions. Pure.
 */
#ifndef COMMON_H
#define COMMON_H

#include "event.h"

/* An incident that has begun, and what is not yet told of it. */
struct common_start {
	char *slug;
	enum alert_kind kind;
	enum step step;
	int64_t window;	      /* of the event */
	struct strings regions;
	size_t group; /* which one it belongs to, from 1; 0: none */
};

struct common_starts {
	struct common_start *v;
	size_t n, cap;
};

/* common_note(l, r): remember what begins with an event; others are none. */
void common_note(struct common_starts *l, const struct alert_record *r);
void common_release(struct common_starts *l);

/*
 * common_group(l, least): number the groups of at least so many servers; how
 * many there are. Of two starts of one server and kind the first counts.
 */
size_t common_group(struct common_starts *l, size_t least);

#endif
