/*
 * listing.h: reads all pages of tools/list, one after the other. Pure.
 */
#ifndef PROTOCOL_LISTING_H
#define PROTOCOL_LISTING_H

#include "protocol/tool_hash.h"

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

/* listing_cursor(l): that of the page to read next; NULL for the first. */
const char *listing_cursor(const struct listing *l);

enum listing_state { LISTING_WHOLE, LISTING_MORE, LISTING_BAD };

/*
 * listing_take(l, result, stateless, f): add a page, the result of tools/list.
 * LISTING_WHOLE: it was the last one. LISTING_MORE: another is to be read.
 * LISTING_BAD and *f: it breaks the specification, or its cursor came before.
 */
enum listing_state listing_take(struct listing *l, const cJSON *result,
	bool stateless, struct failure *f);

#endif
