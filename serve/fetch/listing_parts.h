/* SPDX-License-Identifier: MIT */
/*
 * listing_parts.h: what the lists of servers (fetch_listing.c) and the index
 * (fetch_index.c) have in common, and nobody else needs.
 */
#ifndef FETCH_LISTING_PARTS_H
#define FETCH_LISTING_PARTS_H

#include "data/index_list.h"
#include "data/search.h"
#include "data/view.h"

#include <stdbool.h>
#include <stddef.h>

struct condition_facts;
struct occurrence;
struct server;
struct source;

/* How many servers are asked about in one round trip. */
#define LISTING_BATCH 500

/* The lists of all servers, and until when each of them is good. */
struct kept_listing {
	struct listing all; /* the public ones */
	struct listing index; /* likewise, of their rows */
	bool unkept; /* mcp-aggregate keeps no rows: the index is `all` */
	struct names names;
	/* Instants of clock_mono_ms. */
	double listed_until_ms, viewed_until_ms, named_until_ms,
		indexed_until_ms;
};

/* listing_kept(s): what is kept of these lists, which the source owns. */
struct kept_listing *listing_kept(struct source *s);

/* listing_add(l, text): add an entry that owns the text, which begins with its
   slug. */
struct index_entry *listing_add(struct listing *l, char *text);

/*
 * listing_public(slug, json, regions, server): read an entry of KEY_SERVERS,
 * which may be NULL, with its regions or without. Whether it is public: the
 * caller then releases *server. Where it is empty the server is private.
 */
bool listing_public(const char *slug, const char *json, bool regions,
	struct server *server);

/*
 * listing_verdict(slug, verdict, now, v): read a published verdict, or NULL,
 * into *v. listing_row_of(row, v): fill the row of what a verdict says.
 */
void listing_verdict(const char *slug, const char *verdict, double now,
	struct view *v);
void listing_row_of(struct listing_row *row, const struct view *v);

/* listing_set_since(e, work): since when e is in its condition; `work` is its
   maintenance. */
void listing_set_since(struct index_entry *e, const struct occurrence *work);

/* listing_sentence(c, facts, server): the sentence of a condition; the caller
   frees it. */
char *listing_sentence(struct condition c,
	const struct condition_facts *facts, const struct server *server);

/*
 * listing_ask_open(s, slug): queue the question for the state of a server that
 * has an open incident; the reply is NULL where it has none.
 */
void listing_ask_open(struct source *s, const char *slug);

/* listing_batch(left): how many are asked for at once: memory for replies is
   not for all of them. */
size_t listing_batch(size_t left);

#endif
