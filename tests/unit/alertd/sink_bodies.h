/* SPDX-License-Identifier: MIT */
/*
 * sink_bodies.h: the bodies of events, as an outbox has them.
 */
#ifndef SINK_BODIES_H
#define SINK_BODIES_H

#include "sinks/sink.h"

/* Members of an event; where NULL or 0, the default in body_of counts. */
struct told {
	const char *event, *severity, *step, *layer, *error, *summary;
	const char *regions; /* JSON */
	const char *more;    /* members of JSON, with a comma before each */
	const char *headline;
};

/* body_of(t): an event of example-mcp of 20:31 that began at 20:12; free it. */
char *body_of(const struct told *t);

/* All that a sink reads. */
struct made {
	char *body;
	struct sink_event event;
	struct message message;
	struct secret *secret;
	struct conf_route route;
	struct sink_job job;
};

/*
 * made_init(m, type, body): sets up all that a sink of that type reads, and
 * takes ownership of body; its credential holds a token, an account and a url.
 * False, and nothing to release, where the body is neither an event nor a
 * digest.
 */
bool made_init(struct made *m, enum conf_route_type type, char *body);
void made_release(struct made *m);

/* made_judge(m, n, status, body): what the sink makes of an answer. */
struct delivered made_judge(struct made *m, int n, int status,
	const char *body, size_t size);

#endif
