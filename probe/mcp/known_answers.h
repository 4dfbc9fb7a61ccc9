/*
 * known_lists.h: lists of tools whose hashes were made before, in this process,
 * for an answer of the very same bytes. Those that were of no use for longest
 * make room for others.
 */
#ifndef MCP_KNOWN_LISTS_H
#define MCP_KNOWN_LISTS_H

#include "base/siphash.h"
#include "mcp/tool_hash.h"

#include <stddef.h>
#include <stdint.h>

/* How many lists are kept, and how many bytes each may take. */
#define KNOWN_LISTS 64
#define KNOWN_LIST_MAX ((size_t)64 * 1024)

/* An answer: its digest, its length, and the id of the request. */
struct known_answer {
	uint64_t digest;
	size_t n;
	char id[16];
	bool stateless;
};

struct known_lists {
	struct siphash_key key;
	uint64_t clock;
	struct known_list {
		struct known_answer answer;
		struct tools_hash hash; /* digests NULL: not in use */
		uint64_t used;
	} list[KNOWN_LISTS];
};

/* known_lists_init(l, key): none yet. key: random, so that no server can make
   an answer that is taken for another's. */
void known_lists_init(struct known_lists *l, const struct siphash_key *key);
void known_lists_release(struct known_lists *l);

/*
 * known_answer(l, id, stateless, p, n): what identifies an answer of n bytes to
 * the request `id`, which is JSON.
 */
struct known_answer known_answer(const struct known_lists *l, const char *id,
	bool stateless, const char *p, size_t n);

/*
 * known_lists_find(l, a): the hashes of the list in that answer, or NULL. They
 * live until known_lists_add.
 */
const struct tools_hash *known_lists_find(
	struct known_lists *l, const struct known_answer *a);

/* known_lists_add(l, a, h): keep a copy of the hashes, if they are not too
   large. */
void known_lists_add(struct known_lists *l, const struct known_answer *a,
	const struct tools_hash *h);

#endif
