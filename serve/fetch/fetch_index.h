/*
 * fetch_index.h: the list of the index: the rows of all public servers, which are
 * short and are kept in memory as long as those of fetch_listing.h, and what else
 * is said of those that a page shows.
 */
#ifndef FETCH_FETCH_INDEX_H
#define FETCH_FETCH_INDEX_H

#include "data/index_list.h"

struct index_entries {
	struct index_entry *v; /* in no order */
	size_t n, cap;
};

struct listing;
struct source;

/*
 * fetch_index(s, now, l): the public servers as of `now` or a little before. Where
 * mcp-aggregate does not keep KEY_LISTING, they are made of fetch_views. 0, and *l
 * is valid until the next call, for a source that reads `once` until fetch_close;
 * or -1, as in fetch.h.
 */
int fetch_index(
	struct source *s, double now, const struct index_entries **l);

/*
 * index_entries_of(l, now, out): make entries of a listing, of which they borrow
 * nothing. index_entries_release frees what *out holds.
 */
void index_entries_of(
	const struct listing *l, double now, struct index_entries *out);
void index_entries_release(struct index_entries *l);

/* What a page shows of an entry. */
struct index_row {
	const struct index_entry *e; /* NULL: it is not public any more */
	struct condition condition;
	char *sentence; /* of condition_put; NULL where the word says all */
	char days[LISTING_DAYS + 1];
	int64_t work; /* when its next maintenance begins, see plan_soon; or 0 */
};

/*
 * fetch_index_rows(s, now, v, n, rows): what a page shows of n entries, in their
 * order. 0, and then index_rows_release frees what the n rows hold; or -1.
 */
int fetch_index_rows(struct source *s, double now,
	const struct index_entry *const *v, size_t n, struct index_row *rows);
void index_rows_release(struct index_row *rows, size_t n);

/* fetch_forget_index(s): free what is kept. */
void fetch_forget_index(struct source *s);

#endif
