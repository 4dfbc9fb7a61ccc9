/*
 * tool_lists.h: the tools that probes read, each list once. A probe names its
 * tools only when their hash is news to it, so that what one of them said
 * serves all that have the hash.
 */
#ifndef OFFLINE_TOOL_LISTS_H
#define OFFLINE_TOOL_LISTS_H

#include "offline/index.h"
#include "offline/pool.h"
#include "records/probe.h"
#include "rule/history.h"

/* All zero has no lists. */
struct tool_lists {
	struct tool_list **lists;
	size_t n, cap;
	struct index by_hash;
};

/*
 * tool_lists_share(t, pool, r): the list of the hashes in a probe record, whose
 * tool_hash is not NULL. The strings go into the pool; the list is valid until
 * tool_lists_release, and gains its tools when a later record names them.
 */
const struct tool_list *tool_lists_share(struct tool_lists *t,
	struct pool *pool, const struct probe_record *r);

/* tool_lists_release(t): free them; t is empty and usable again. */
void tool_lists_release(struct tool_lists *t);

#endif
