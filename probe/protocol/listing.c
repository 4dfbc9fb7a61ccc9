/* SPDX-License-Identifier: MIT */
/* listing.c: reads all pages of tools/list, one after the other. Pure. */
#include "protocol/tools.h"

#include "base/xalloc.h"
#include "json/json.h"
#include "protocol/rpc.h"

/* A server with more pages than this is taken to never come to an end. */
#define PAGES_MAX 100

void listing_init(struct listing *l, const char *wanted,
	const struct siphash_key *key, struct budget *budget)
{
	*l = (struct listing) {.n_cursors = 0};
	tools_init(&l->tools, wanted, key, budget);
}

void listing_release(struct listing *l)
{
	for (size_t i = 0; i < l->n_cursors; i++)
		free(l->cursors[i]);
	free(l->cursors);
	tools_release(&l->tools);
	*l = (struct listing) {.n_cursors = 0};
}

const char *listing_cursor(const struct listing *l)
{
	return l->n_cursors ? l->cursors[l->n_cursors - 1] : NULL;
}

/* Go on to the page of a cursor, unless that came before. */
static bool turn_page(struct listing *l, const char *cursor, struct failure *f)
{
	if (strlen(cursor) > LISTING_CURSOR_MAX)
		return failure_set(f, "mcp.cursor-too-long",
			"the nextCursor of tools/list is longer than %d bytes",
			LISTING_CURSOR_MAX);
	for (size_t i = 0; i < l->n_cursors; i++)
		if (strcmp(l->cursors[i], cursor) == 0)
			return failure_set(f, "mcp.cursor-loop",
				"the pages of tools/list repeat: a nextCursor "
				"came twice");
	if (l->n_cursors + 1 >= PAGES_MAX)
		return failure_set(f, "mcp.too-many-pages",
			"tools/list has more than %d pages", PAGES_MAX);
	l->cursors = xgrow(l->cursors, &l->cap_cursors, l->n_cursors + 1,
		sizeof *l->cursors);
	l->cursors[l->n_cursors++] = xstrdup(cursor);
	return true;
}

enum listing_state listing_take(struct listing *l, const cJSON *result,
	bool stateless, struct failure *f)
{
	const cJSON *next = json_get(result, "nextCursor");

	if (!rpc_judge_list(result, stateless, f) ||
		!tools_add(&l->tools, result, stateless, f))
		return LISTING_BAD;
	if (!next)
		return LISTING_WHOLE;
	if (cJSON_IsString(next))
		return turn_page(l, next->valuestring, f) ? LISTING_MORE
						     : LISTING_BAD;
	failure_set(
		f, "mcp.cursor",
		"the nextCursor of tools/list is %s, not a string, so clients "
		"refuse the whole list",
		cJSON_IsNull(next) ? "null" : "of another type");
	return LISTING_BAD;
}
