/* SPDX-License-Identifier: MIT */
/*
 * tools.h: the tools of a server: all pages of tools/list, one after the other
 * (listing.c); whether clients take them (tool_judge.c); and the tool hashes,
 * SHA-256 of their canonical form, see mcp-records(5) (tool_hash.c). Pure.
 */
#ifndef PROTOCOL_TOOLS_H
#define PROTOCOL_TOOLS_H

#include "protocol/budget.h"
#include "protocol/siphash.h"
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
 * to b, the text whose SHA-256 its full digest is. Only after tools_hash, and
 * not after tools_adopt.
 */
void tools_definition(const struct tools *t, size_t i, struct buf *b);

/*
 * tools_adopt(t, h): t, which has no tools yet, gets the tools of h: tools_hash
 * then gives a copy of h, in which the names live as long as the digests.
 */
void tools_adopt(struct tools *t, const struct tools_hash *h);

/* tools_hash_copy(h): a copy that free(copy.digests) frees, names included;
   tools_hash_size(h): the bytes that this takes. */
struct tools_hash tools_hash_copy(const struct tools_hash *h);
size_t tools_hash_size(const struct tools_hash *h);

/* ---- listing.c: all pages of tools/list. */

/* The longest cursor of a page. */
#define LISTING_CURSOR_MAX 4096
/* Room for a request with a cursor in which each byte is escaped. */
#define LISTING_REQUEST_MAX (8 * LISTING_CURSOR_MAX)

struct listing {
	struct tools tools;
	char **cursors; /* of the pages after the first */
	size_t n_cursors, cap_cursors;
};

/* listing_init(l, wanted, key, budget): no page is read yet; see tools_init. */
void listing_init(struct listing *l, const char *wanted,
	const struct siphash_key *key, struct budget *budget);
void listing_release(struct listing *l);

/* listing_cursor(l): the cursor of the page to read next; NULL for the
   first. */
const char *listing_cursor(const struct listing *l);

enum listing_state { LISTING_WHOLE, LISTING_MORE, LISTING_BAD };

/*
 * listing_take(l, result, stateless, f): add a page, the result of tools/list.
 * LISTING_WHOLE: it was the last one. LISTING_MORE: another is to be read.
 * LISTING_BAD and *f: it breaks the specification, or its cursor came before.
 */
enum listing_state listing_take(struct listing *l, const cJSON *result,
	bool stateless, struct failure *f);

/* ---- tool_judge.c: whether clients take a tool. */

/* A longer name is taken for one that somebody made up to do harm. */
#define TOOL_NAME_MAX 1024

/*
 * tool_judge(tool, n, stateless, f): check tool number n of a page, from 1, of
 * a server of revision 2026-07-28 (stateless), or of an older one: a name, and
 * each member of the type that the schema of the revision says ("Tool"). False
 * and *f where clients refuse the list because of it.
 */
bool tool_judge(const cJSON *tool, size_t n, bool stateless, struct failure *f);

/*
 * header_arguments_name(property): what follows "Mcp-Param-" in the name of the
 * property's header field; lives as long as the property. NULL where it has no
 * x-mcp-header, or one that cannot be part of a field's name.
 */
const char *header_arguments_name(const cJSON *property);

/*
 * header_arguments_valid(tool, f): whether every x-mcp-header in the
 * inputSchema of a tool is as the specification wants it. False and *f where
 * one is not: a client that speaks 2026-07-28 must leave the tool out.
 */
bool header_arguments_valid(const cJSON *tool, struct failure *f);

#endif
