/*
 * tool_hash.h: step 8: the hash of all tools, whether it is the one that was
 * pinned, and whether clients get the list that it is of (stale_cache.h). How
 * it is made is in mcp/tools.h.
 */
#ifndef STEPS_TOOL_HASH_H
#define STEPS_TOOL_HASH_H

#include "steps/step.h"

/* Step 8 begins. Before a large list is hashed, others have their turn. */
struct next tool_hash_begin(struct probe *p);

/* tool_hash_make(p): make the hash, at once. */
struct next tool_hash_make(struct probe *p);

/* tool_hash_cache_reply(p, r): a reply to REQUEST_LIST_AGAIN; NULL: none. */
struct next tool_hash_cache_reply(struct probe *p, const struct reply *r);

#endif
