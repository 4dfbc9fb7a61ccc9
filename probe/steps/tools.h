/*
 * tools.h: steps 6 to 8: all pages of what tools a server lists, a call of one
 * of them, and the hash of them all: whether it is the one that was pinned, and
 * whether clients get the list that it is of (stale_cache.h).
 */
#ifndef STEPS_TOOLS_H
#define STEPS_TOOLS_H

#include "steps/step.h"

/* Steps 6, 7 and 8 begin. */
struct next tools_list_begin(struct probe *p);
struct next tools_call_begin(struct probe *p);
/* A large list is hashed later, so that other probes have their turn first. */
struct next tools_hash_begin(struct probe *p);

/*
 * Each makes its request anew where a server asked for a credential instead of
 * answering it: as it was, with its id, which is what the SDK does.
 */
struct next tools_list_again(struct probe *p);
struct next tools_call_again(struct probe *p);

/* tools_hash_now(p): make the hash, however large the list is. */
struct next tools_hash_now(struct probe *p);

/* Each appends the body of its request to b and fills m; see probe.c. */
void tools_list_write(struct probe *p, struct wire_message *m, struct buf *b);
void tools_call_write(struct probe *p, struct wire_message *m, struct buf *b);

/* What comes next, after the reply r to that request. */
struct next tools_list_reply(struct probe *p, const struct reply *r);
struct next tools_call_reply(struct probe *p, const struct reply *r);
/* To REQUEST_CACHE_CHECK; r may be NULL: there is none. */
struct next tools_cache_reply(struct probe *p, const struct reply *r);

#endif
