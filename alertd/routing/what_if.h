/*
 * what_if.h: who would be told, and when, if something happened: an imagined
 * event goes through policies, routes and digests like a real one. Pure.
 */
#ifndef ROUTING_WHAT_IF_H
#define ROUTING_WHAT_IF_H

#include "conf/conf.h"
#include "incident/event.h"
#include "outbox/outbox.h"
#include "records/alert.h"

/* The event that is asked about. */
struct what_if {
	enum alert_kind kind;
	enum severity severity;
	const char *slug;
	double at;
	bool maintenance; /* the server is in a maintenance */
	/* For a drift: "removed", "changed", "added", "redescribed"; or NULL.
	   */
	const char *tools;
};

/* A route that is told. */
struct reach {
	char *route;
	double after_s;		/* since the beginning; 0: at once */
	enum severity severity; /* that of the incident by then */
	struct outbox_wait wait; /* CONF_DIGEST_NO: no digest */
};

struct reaches {
	struct reach *v; /* in the order in which they are told */
	size_t n, cap;
};

/*
 * what_if(c, r, out): add to *out each route that is told of it, with the time
 * at which it is first told, if nobody acknowledges it and it lasts: at once,
 * when its age makes it P1, and with each step of its policy. A maintenance
 * that suppresses it adds nothing.
 */
void what_if(const struct conf *c, const struct what_if *r,
	struct reaches *out);

void reaches_release(struct reaches *l);

#endif
