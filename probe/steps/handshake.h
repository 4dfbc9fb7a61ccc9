/*
 * handshake.h: steps 3 and 5: finds the era of a server and shakes hands with
 * it.
 *
 * The server is first asked `server/discover`, which every server of revision
 * 2026-07-28 answers; any other gets `initialize`. The hint of a target turns
 * this order around. A server that takes neither may speak HTTP+SSE, and is
 * asked for its event stream.
 *
 * Only clients of 2026-07-28 send server/discover, and what is in front of a
 * server may refuse it alone. So whatever it is answered, the answer to
 * initialize counts: if that has nothing to do with eras (a wall, a redirect, a
 * failing server), it ends the search. Where it refuses initialize itself, the
 * server may be stateless, and counts as what it answered before.
 */
#ifndef STEPS_HANDSHAKE_H
#define STEPS_HANDSHAKE_H

#include "steps/step.h"

/*
 * handshake_begin(p): the first request of a handshake; with a credential it is
 * the one that the server refused.
 */
struct next handshake_begin(struct probe *p);

/* Each appends the body of its request to b and fills m; see probe.c. */
void handshake_write_discover(struct probe *p, struct wire_message *m,
	struct buf *b);
void handshake_write_initialize(struct probe *p, struct wire_message *m,
	struct buf *b);
void handshake_write_initialized(struct probe *p, struct wire_message *m,
	struct buf *b);

/* What comes next, after the reply r to that request. */
struct next handshake_discovered(struct probe *p, const struct reply *r);
struct next handshake_initialize(struct probe *p, const struct reply *r);
struct next handshake_initialized(struct probe *p, const struct reply *r);
/* The event stream of HTTP+SSE named its endpoint, or r says why it did not. */
struct next handshake_listened(struct probe *p, const struct reply *r);

#endif
