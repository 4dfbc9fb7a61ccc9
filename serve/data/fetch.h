/*
 * fetch.h: what the answers are made of, from the store. Each function below is
 * one round trip, and returns 0, or -1 where the store did not answer and the
 * operator was told. What it returns beside lives until the next one.
 *
 * Others wait while one worker waits for a store. So it waits FETCH_PATIENCE_MS
 * at the most; and for FETCH_PAUSE_MS after the store did not answer it is not
 * asked, and -1 comes at once. That is less than the second within which
 * readers are to know that it is back.
 */
#ifndef DATA_FETCH_H
#define DATA_FETCH_H

#include "store/keys.h"
#include "store/stages.h"

#include <stdbool.h>
#include <stddef.h>

struct kept_listing;
struct store_reply;

#define FETCH_PATIENCE_MS 1000
#define FETCH_PAUSE_MS 500

/* The store, and the connection to it; begin with zeros. */
struct source {
	const char *url; /* or NULL for $MCP_STORE */
	struct store *store;
	unsigned long failures; /* how often it did not answer */
	bool away; /* set by who knows that it does not: it is not asked */
	double paused_until_ms; /* of clock_mono_ms */
	bool once; /* for one answer, or one state of all: nothing read twice */
	struct kept_listing *listing; /* see fetch_listing.h */
};

/*
 * fetch_subject(s, slug, token, server, verdict): the entry and the published
 * verdict of a server, JSON, for one who showed a token of this digest, or
 * NULL; NULL for what there is not. Of a private server, for who does not show
 * its token, the store is asked the same as of one that is not there, and
 * answers the same to the byte: that takes the same time.
 */
int fetch_subject(struct source *s, const char *slug, const char *token,
	const char **server, const char **verdict);

/*
 * fetch_account_entry(s, account, token, json): its entry, JSON, for one who
 * showed its token; NULL for everybody else, and where there is none.
 */
int fetch_account_entry(struct source *s, const char *account,
	const char *token, const char **json);

/* fetch_stages(s, at): when each stage ran last; NAN for never. */
int fetch_stages(struct source *s, double at[STAGES]);

/* fetch_site(s, json): what the store holds of the site, or NULL. */
int fetch_site(struct source *s, const char **json);

/* fetch_undelivered(s, n): how many servers have undelivered events. */
int fetch_undelivered(struct source *s, double *n);

/*
 * fetch_verdicts_of(s, slugs, n): the published verdicts of n slugs;
 * fetch_verdict(s, i) is then the one of slugs[i], JSON, or NULL.
 */
int fetch_verdicts_of(struct source *s, const char *const *slugs, size_t n);
const char *fetch_verdict(const struct source *s, size_t i);

void fetch_close(struct source *s);

/* Where the store has an entry that the one who asks may read. */
struct entry_place {
	const char *key; /* a hash; NULL: nowhere */
	char field[KEY_MAX];
};

/*
 * For those who put a round trip together: fetch_open has the connection, and
 * fetch_run runs what was queued. fetch_where(s, slug, token, w): a round trip
 * that finds an entry, see fetch_subject; fetch_entry(r) is then that of a
 * reply to HGET, or NULL where it has gone since. fetch_heartbeats(r, at): read the
 * reply of the heartbeats of all stages.
 */
int fetch_open(struct source *s);
int fetch_run(struct source *s);
int fetch_where(struct source *s, const char *slug, const char *token,
	struct entry_place *w);
const char *fetch_entry(const struct store_reply *r);
void fetch_heartbeats(const struct store_reply *r, double at[STAGES]);

#endif
