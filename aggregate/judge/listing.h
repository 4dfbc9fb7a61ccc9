/*
 * listing.h: rows of KEY_LISTING on their way to the store, some hundred at a
 * time.
 */
#ifndef JUDGE_LISTING_H
#define JUDGE_LISTING_H

#include <stdbool.h>

struct listing_rows;
struct store;
struct verdict;

/*
 * listing_rows_new(store): no rows yet; NULL where the store failed. The caller
 * frees them with listing_rows_free.
 */
struct listing_rows *listing_rows_new(struct store *store);
void listing_rows_free(struct listing_rows *rows);

/*
 * listing_rows_add(rows, slug, state, rest): add the row of a server, which is
 * public; its parts are those of script_listing.
 */
void listing_rows_add(struct listing_rows *rows, const char *slug,
	const char *state, const char *rest);

/*
 * listing_rows_add_verdict(rows, v, days, uptime): add a verdict that was just
 * published, with what script_publish said beside it.
 */
void listing_rows_add_verdict(struct listing_rows *rows,
	const struct verdict *v, const char *days, const char *uptime);

/* listing_rows_queue(rows): queue what was added, and forget it. */
void listing_rows_queue(struct listing_rows *rows);

/*
 * listing_rows_finish(rows, now, pretended): write the rest, and that the listing
 * is kept up to `now`; unless that is pretended, and earlier than what is said. -1
 * where the store failed.
 */
int listing_rows_finish(struct listing_rows *rows, double now, bool pretended);

#endif
