/*
 * listing.h: one reading of all pages of tools/list. Pure.
 */
#ifndef MCP_LISTING_H
#define MCP_LISTING_H

#include "mcp/tool_hash.h"

/* The longest cursor of a page. */
#define LISTING_CURSOR_MAX 4096
/* Room for a request with one in which each byte is escaped. */
#define LISTING_REQUEST_MAX (8 * LISTING_CURSOR_MAX)

struct listing {
	struct tools tools;
	char **cursors; /* of the pages behind the first */
	size_t n_cursors, cap_cursors;
};

/* listing_init(l, wanted, key, budget): nothing is read; as tools_init. */
void listing_init(struct listing *l, const char *wanted,
	const struct siphash_key *key, struct budget *budget);
void listing_release(struct listing *l);

/* listing_cursor(l): of the page that is to be read, NULL for the first. */
const char *listing_cursor(const struct listing *l);

enum listing_state { LISTING_WHOLE, LISTING_MORE, LISTING_BAD };

/*
 * listing_take(l, result, stateless, f): take in a page, the result of
 * tools/list. LISTING_MORE: another one is to be read; LISTING_BAD, and *f,
 * where it breaks the specification, or the server goes round in circles.
 */
enum listing_state listing_take(struct listing *l, const cJSON *result,
	bool stateless, struct failure *f);

#endif
