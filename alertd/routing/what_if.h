/*
 * what_if.h: who would be told, and when, if something happened: an event
 * that never was goes through the ladders, the routes and the digests as one
 * that is does. Pure.
 */
#ifndef ROUTING_WHAT_IF_H
#define ROUTING_WHAT_IF_H

#include "conf/conf.h"
#include "incident/event.h"
#include "records/alert.h"
#include "routing/outbox.h"

/* What happens. */
struct what_if {
	enum alert_kind kind; /* it begins, or is told once */
	enum severity severity;
	const char *slug;
	double at;
	bool maintenance; /* somebody works on the server, and told us */
	/* Of a drift: what became of a tool, as an event names it; or NULL. */
	const char *tools;
};

/* A route that is told. */
struct reach {
	char *route;
	double after_s;		/* since the beginning; 0: at once */
	enum severity severity; /* it has become by then */
	struct outbox_wait wait; /* CONF_DIGEST_NO: one by one */
};

struct reaches {
	struct reach *v; /* in the order in which they are told */
	size_t n, cap;
};

/*
 * what_if(c, r, out): who is told of it for the first time, and when, if
 * nobody acknowledges it and it does not pass: at once, when it has become P1
 * by its age, and by each step of the ladder. It is added to *out; nothing in a
 * maintenance that holds it.
 */
void what_if(const struct conf *c, const struct what_if *r,
	struct reaches *out);

/*
 * what_if_ladder(c, r, e): what the ladder says of it: the routes that are
 * told by its first step, and those that are told by the ladder alone, become
 * those of *e.
 */
void what_if_ladder(const struct conf *c, const struct what_if *r,
	struct alert_event *e);

void reaches_release(struct reaches *l);

#endif
