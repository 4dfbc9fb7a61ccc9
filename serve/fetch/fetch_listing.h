/* SPDX-License-Identifier: MIT */
/*
 * fetch_listing.h: lists of servers, from the store. Lists of all public
 * servers are kept in memory as source_good_until has it: their names; their
 * entries, each with its published verdict, of which the metrics and the search
 * of agents are made; and the short rows that the index is made of, of which
 * only those that a page shows are asked for more.
 */
#ifndef FETCH_FETCH_LISTING_H
#define FETCH_FETCH_LISTING_H

#include "data/condition.h"
#include "data/index_list.h"
#include "data/maintenance.h"
#include "data/view.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>

struct account;
struct names;
struct server;
struct source;

/*
 * fetch_listing(s, l): the public servers, by slug, each with a view of nothing.
 * fetch_views(s, now, l): likewise, with their views as of `now` or a little
 * before. Entries that cannot be read are passed over. 0, and *l is valid until the next call of one
 * of these, for a source that reads `once` until fetch_close; or -1, as in
 * fetch.h.
 */
int fetch_listing(struct source *s, const struct listing **l);
int fetch_views(struct source *s, double now, const struct listing **l);

/*
 * fetch_counts(s, now, counts): how many of the public servers are in each state,
 * as of `now` or a little before. 0, or -1, as in fetch.h.
 */
int fetch_counts(struct source *s, double now,
	size_t counts[CONDITION_STATES]);

/*
 * fetch_names(s, names): the names of all servers, in no order: private ones are
 * among them, which nobody may be told, and some may be no slug. It is cheaper than
 * the listing. 0 and -1 are as above, and *names is valid as long.
 *
 * fetch_public(s, names, n, max): keep the first `max` of the n names whose servers
 * are public; how many there are, or -1, as in fetch.h. It takes as long for none as
 * for a few, so that nobody sees in it that a private server is among them.
 */
int fetch_names(struct source *s, const struct names **names);
int fetch_public(struct source *s, const char **names, size_t n, size_t max);

/*
 * fetch_account_listing(s, a, token, now, l): the servers of an account whose
 * token has this digest, with their views. 0, and then listing_release frees
 * what *l holds; or -1.
 */
int fetch_account_listing(struct source *s, const struct account *a,
	const char *token, double now, struct listing *l);
void listing_release(struct listing *l);

/* listing_has(l, e): whether a list, by slug, has the server of e. */
bool listing_has(const struct listing *l, const struct index_entry *e);

/*
 * fetch_verdicts_of(s, slugs, n): the published verdicts of n slugs;
 * fetch_verdict(s, i) is then the one of slugs[i], JSON, or NULL.
 */
int fetch_verdicts_of(struct source *s, const char *const *slugs, size_t n);
const char *fetch_verdict(const struct source *s, size_t i);

/* ---- The index. */

/*
 * fetch_index(s, now, l): the public servers, in no order, as of `now` or a little
 * before, of their rows; where mcp-aggregate does not keep KEY_LISTING, those of
 * fetch_views. 0, and *l is valid as above; or -1, as in fetch.h.
 */
int fetch_index(struct source *s, double now, const struct listing **l);

/*
 * fetch_index_rows(s, now, v, n, rows): what a page shows of n entries, in their
 * order. 0, and then index_rows_release frees what the n rows hold; or -1.
 */
int fetch_index_rows(struct source *s, double now,
	const struct index_entry *const *v, size_t n, struct index_row *rows);
void index_rows_release(struct index_row *rows, size_t n);

/* fetch_forget_listing(s): free what is kept of lists of servers. */
void fetch_forget_listing(struct source *s);

#endif
