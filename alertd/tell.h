/*
 * tell.h: an event becomes an entry of the timeline, deliveries in the outbox,
 * and a line to be printed.
 */
#ifndef TELL_H
#define TELL_H

#include "event.h"
#include "pager.h"

struct budget;

/* The longest body of an event. */
#define TELL_BODY_MAX (256 * 1024)

struct tell {
	const struct pager_setup *setup;
	struct budget *budget;
	bool at_once; /* nothing is put together: see dispatch.h */
	double now;
};

/*
 * tell_event(t, st, e, out): tell of an event of that state; what is to be
 * printed is appended to out. What a maintenance holds is only noted.
 */
void tell_event(const struct tell *t, struct alert_state *st,
	struct alert_event *e, struct buf *out);

#endif
