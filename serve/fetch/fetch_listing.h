/*
 * fetch_listing.h: lists of servers, with the published verdict of each, from
 * the store. The list of all public servers is kept in memory: the index, its
 * search and the metrics are made of it. It is read at most once a second, and
 * less often if that takes long: at most 1/LISTING_SHARE of the time is spent
 * on it.
 */
#ifndef DATA_FETCH_LISTING_H
#define DATA_FETCH_LISTING_H

#include "data/condition.h"
#include "data/maintenance.h"
#include "data/view.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>

#define LISTING_MS 1000.0
#define LISTING_SHARE 20

struct account;
struct names;
struct server;
struct source;

struct listing {
	struct listing_entry {
		char slug[SLUG_MAX + 1];
		char *title;	 /* or NULL */
		char *account;	 /* or NULL */
		char *group;	 /* or NULL */
		char *tags;	 /* with commas between them, or NULL */
		char *words;	 /* for search_matches */
		size_t expected; /* regions configured for it, or 0 */
		struct view view;
		struct condition condition;
		int64_t work_since; /* when its maintenance began; 0: none */
		char *sentence; /* of condition_put; NULL where it is plain */
	} *entries; /* by slug */
	size_t n, cap;
};

/*
 * fetch_listing(s, l): the public servers. fetch_views(s, now, l): the public
 * servers, each with its view, as of `now` or a little before. Entries that
 * cannot be read are passed over. 0, and *l is valid until the next call of one
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
bool listing_has(const struct listing *l, const struct listing_entry *e);

/*
 * fetch_good_until(s, began_ms): until when, of clock_mono_ms, something is good
 * that began to be read at began_ms and was read by now.
 */
double fetch_good_until(const struct source *s, double began_ms);

/*
 * fetch_read_public(slug, json, regions, server): read an entry of KEY_SERVERS, which
 * may be NULL, with its regions or without. Whether it is public: the caller then
 * frees *server with server_release. Where it is empty the server is private.
 */
bool fetch_read_public(const char *slug, const char *json, bool regions,
	struct server *server);

/*
 * fetch_ask_open(s, slug): queue the question for what mcp-alert keeps of a server,
 * where an incident is open; a string or nil.
 */
void fetch_ask_open(struct source *s, const char *slug);

/* fetch_forget(s): free what is kept. */
void fetch_forget(struct source *s);

#endif
