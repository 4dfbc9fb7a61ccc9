/*
 * tool_hash.h: the tools of a server over all pages of tools/list, and the hashes
 * of their canonical form. Pure.
 */
#ifndef MCP_TOOL_HASH_H
#define MCP_TOOL_HASH_H

#include "base/siphash.h"
#include "mcp/budget.h"
#include "records/probe.h"

struct tool;   /* opaque */
struct sha256; /* opaque */

struct tools {
	struct tool *list;
	size_t n, cap;
	/* Which tool of the list has a name, from 1 on, found by its hash. */
	uint32_t *slots;
	size_t n_slots; /* a power of two, or 0 */
	struct siphash_key key;
	struct buf text; /* what is kept of each tool */
	struct sha256 *contract, *full; /* digests that are being made */
	struct budget *budget;
	size_t held; /* what the budget held before */
	/* The first tool that I-JSON cannot carry, "" while there is none. */
	char not_i_json[128];
	char wanted[256]; /* the name of a tool to keep whole, "" for none */
	cJSON *kept;	  /* that tool, once it was seen */
};

/*
 * tools_init(t, wanted, key, budget): no tools yet; wanted may be NULL. key:
 * one that no server knows. Reading takes from the budget.
 */
void tools_init(struct tools *t, const char *wanted,
	const struct siphash_key *key, struct budget *budget);
void tools_release(struct tools *t);

/*
 * tools_add(t, result, f): check the tools of one page and take them in. The
 * same tool twice counts once. False and *f where the page breaks the
 * specification ("tools/list"), all pages together are too large, or the time
 * is over.
 */
bool tools_add(struct tools *t, const cJSON *result, struct failure *f);

struct tools_hash {
	char contract[HASH_HEX + 1];
	char full[HASH_HEX + 1];
	struct tool_digest *digests; /* one for each tool, sorted by name */
	size_t n;
};

/*
 * tools_hash(t, h, f): the two hashes over all tools, see mcp-records(5). The
 * names in h->digests live as long as t; h->digests is the caller's to free.
 * False and *f where I-JSON cannot carry a tool, or the time is over; digests
 * is then NULL.
 */
bool tools_hash(struct tools *t, struct tools_hash *h, struct failure *f);

#endif
