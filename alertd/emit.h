/*
 * emit.h: an event becomes an entry of the timeline, deliveries in the outbox,
 * and a line to be printed.
 */
#ifndef ALERTD_EMIT_H
#define ALERTD_EMIT_H

#include "incident/event.h"
#include "notifier.h"

struct rate_limit;
struct correlation_starts;

/* The longest body of an event. */
#define EMIT_BODY_MAX (256 * 1024)

struct emit {
	const struct notifier_setup *setup;
	struct rate_limit *rate_limit;
	double now;
	/* Where what may be shared is kept, and not printed; or NULL. */
	struct correlation_starts *starts;
};

/*
 * emit_event(t, st, e, out): tell of an event of that state; what is to be
 * printed is appended to out. What a maintenance holds is only noted, and what
 * others tell for this server too is printed only where somebody gets it.
 */
void emit_event(const struct emit *t, struct alert_state *st,
	struct alert_event *e, struct buf *out);

/*
 * emit_print(s, e, now, later, out): append what is to be printed of an event
 * that these routes get.
 */
void emit_print(const struct notifier_setup *s, struct alert_event *e,
	const struct strings *now, const struct strings *later,
	struct buf *out);

#endif
