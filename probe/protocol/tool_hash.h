/*
 * tool_hash.h: the tools of a server from all pages of tools/list, and the tool
 * hashes: SHA-256 of their canonical form, see mcp-records(5). Pure.
 */
#ifndef PROTOCOL_TOOL_HASH_H
#define PROTOCOL_TOOL_HASH_H

#include "protocol/siphash.h"
#include "protocol/budget.h"
#include "records/probe.h"

struct tool;   /* opaque */
struct sha256; /* opaque */

struct tools_hash {
	char contract[HASH_HEX + 1];
	char full[HASH_HEX + 1];
	struct tool_digest *digests; /* one for each tool, sorted by name */
	size_t n;
};

struct tools {
	struct tool *list;
	size_t n, cap;
	/* Hash table by name: which tool of list, from 1; 0: free. */
	uint32_t *slots;
	size_t n_slots; /* a power of two, or 0 */
	struct siphash_key key;
	struct tools_hash *known; /* of tools_adopt; NULL: none */
	struct buf text; /* the parts of all tools: see struct tool */
	struct sha256 *contract, *full; /* digests in the making, or NULL */
	struct budget *budget;
	size_t held; /* budget->held before the first tool */
	/* The first tool that I-JSON cannot carry, "" while there is none. */
	char not_i_json[128];
	char wanted[256]; /* the name of a tool to keep whole, "" for none */
	cJSON *kept;	  /* that tool, once it was listed; else NULL */
};

/*
 * tools_init(t, wanted, key, budget): no tools yet. wanted: the name of a tool
 * to keep in t->kept, or NULL. key: random, so that no server can choose names
 * with equal hashes. What is read is taken from the budget, which must outlive
 * t.
 */
void tools_init(struct tools *t, const char *wanted,
	const struct siphash_key *key, struct budget *budget);
void tools_release(struct tools *t);

/*
 * tools_add(t, result, stateless, f): check the tools of one page, of a server
 * of revision 2026-07-28 or of an older one, and add them. The same tool twice
 * counts once. False and *f where the page breaks the specification
 * ("tools/list"), all pages together are too large, or the deadline is over.
 */
bool tools_add(struct tools *t, const cJSON *result, bool stateless,
	struct failure *f);

/*
 * tools_hash(t, h, f): the two hashes over all tools, see mcp-records(5). The
 * names in h->digests live as long as t; h->digests is the caller's to free.
 * False and *f where I-JSON cannot carry a tool, or the deadline is over;
 * h->digests is then NULL.
 */
bool tools_hash(struct tools *t, struct tools_hash *h, struct failure *f);

/*
 * tools_definition(t, i, b): append the definition of the tool of h->digests[i]
 * to b, the text whose SHA-256 its full digest is. Only after tools_hash, and not
 * after tools_adopt.
 */
void tools_definition(const struct tools *t, size_t i, struct buf *b);

/*
 * tools_adopt(t, h): t, which has no tools yet, gets those of h: tools_hash
 * then gives a copy of it, in which the names live as long as the digests.
 */
void tools_adopt(struct tools *t, const struct tools_hash *h);

/* tools_hash_copy(h): a copy that free(copy.digests) frees, names included;
   tools_hash_size(h): the bytes that this takes. */
struct tools_hash tools_hash_copy(const struct tools_hash *h);
size_t tools_hash_size(const struct tools_hash *h);

#endif
