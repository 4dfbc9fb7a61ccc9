/*
 * dispatch.h: puts an event into the outbox of its server, for each route that
 * gets it, at once or in a digest.
 */
#ifndef ROUTING_DISPATCH_H
#define ROUTING_DISPATCH_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "routing/outbox.h"

struct rate_limit;

/* A route that gets an event, and how it waits; see outbox.h. */
struct recipient {
	char *route;
	struct outbox_wait wait; /* CONF_DIGEST_NO: it is sent at once */
};

struct recipients {
	struct recipient *v;
	size_t n, cap;
};

struct dispatch {
	const struct conf *conf; /* or NULL */
	struct rate_limit *budget;
	bool at_once; /* no digests, and no budget */
	/* The clock of deliveries. -INFINITY: the outbox stays as it is. */
	double now;
};

/*
 * dispatch_event(d, st, e, body, out): put event e, whose record is `body`,
 * into the outbox of st, and add the routes that get it to *out.
 */
void dispatch_event(const struct dispatch *d, struct alert_state *st,
	const struct alert_event *e, const char *body, struct recipients *out);

void recipients_release(struct recipients *l);

#endif
