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
#ifndef FETCH_H
#define FETCH_H

#include "names.h"
#include "server.h"
#include "stages.h"

#include <stdbool.h>

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
};

/*
 * fetch_subject(s, slug, server, verdict): the entry and the published verdict
 * of a server, JSON; NULL for what there is not.
 */
int fetch_subject(struct source *s, const char *slug, const char **server,
	const char **verdict);

/* fetch_account(s, account, json): its entry, JSON; NULL where there is none. */
int fetch_account_entry(struct source *s, const char *account,
	const char **json);

/* fetch_stages(s, at): when each stage ran last; NAN for never. */
int fetch_stages(struct source *s, double at[STAGES]);

/* fetch_site(s, json): what the store holds of the site, or NULL. */
int fetch_site(struct source *s, const char **json);

/* fetch_undelivered(s, n): how many servers have undelivered events. */
int fetch_undelivered(struct source *s, double *n);

/* The servers that everybody may read about, by slug. */
struct listing {
	struct listing_entry {
		char slug[SLUG_MAX + 1];
		struct server server;
	} *entries;
	size_t n, cap;
};

/*
 * fetch_listing(s, l): all of them; listing_release frees what *l holds, which
 * lives that long. Entries that cannot be read are passed over.
 */
int fetch_listing(struct source *s, struct listing *l);
void listing_release(struct listing *l);

/*
 * fetch_account(s, account, authorization, l): those of an account, private
 * ones too, whose token who sent this field shows; none for everybody else.
 */
int fetch_account(struct source *s, const char *account,
	const char *authorization, struct listing *l);

/*
 * fetch_verdicts(s, l): their published verdicts; fetch_verdict(s, i) is then
 * that of the entry i, JSON, or NULL.
 */
int fetch_verdicts(struct source *s, const struct listing *l);
const char *fetch_verdict(const struct source *s, size_t i);

/* fetch_verdicts_of(s, slugs, n): the same of n slugs. */
int fetch_verdicts_of(struct source *s, const char *const *slugs, size_t n);

void fetch_close(struct source *s);

/*
 * For those who put a round trip together: fetch_open has the connection, and
 * fetch_run runs what was queued. fetch_beats(r, at): read the reply of the
 * heartbeats of all stages.
 */
int fetch_open(struct source *s);
int fetch_run(struct source *s);
void fetch_beats(const struct store_reply *r, double at[STAGES]);

#endif
