/*
 * tool_lists.h: the lists of tools that probes read, each once. A probe names
 * its tools only when their hash is new to it: what one probe said holds for
 * all that have the hash.
 */
#ifndef OFFLINE_TOOL_LISTS_H
#define OFFLINE_TOOL_LISTS_H

#include "base/index.h"
#include "histories/pool.h"
#include "records/probe.h"
#include "rule/history.h"

/* All zero has no lists. */
struct tool_lists {
	struct tool_list **lists;
	size_t n, cap;
	uint32_t last; /* the one that was shared last */
	struct index by_hash;
};

/*
 * tool_lists_share(t, pool, r): the list for the hashes of a probe record,
 * whose tool_hash is not NULL. Its strings go into the pool. It is valid until
 * tool_lists_release, and gets its tools as soon as a record names them.
 */
const struct tool_list *tool_lists_share(struct tool_lists *t,
	struct pool *pool, const struct probe_record *r);

/* tool_lists_release(t): free them; t is empty and usable again. */
void tool_lists_release(struct tool_lists *t);

#endif
