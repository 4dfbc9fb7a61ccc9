/*
 * fetch.h: reads the store for the answers. A function makes one round trip.
 * It returns 0, or -1 where the store did not answer, which it logs. Strings
 * from it live until the next round trip.
 *
 * All clients of a worker wait while it waits for the store. So it waits at
 * most FETCH_PATIENCE_MS; and for FETCH_PAUSE_MS after the store did not answer
 * it does not ask, and returns -1 at once. That is less than the second within
 * which readers are to know that the store is back.
 */
#ifndef DATA_FETCH_H
#define DATA_FETCH_H

#include "store/beat.h"
#include "store/keys.h"

#include <stdbool.h>
#include <stddef.h>

struct kept_incidents;
struct kept_index;
struct kept_listing;
struct kept_plan;
struct maintenance_list;
struct store_reply;

#define FETCH_PATIENCE_MS 1000
#define FETCH_PAUSE_MS 500
/*
 * So often a question asks beside what it asks whether the store is for this
 * program, see store/beat.h. One that is not counts as one that is away.
 */
#define FETCH_FORMAT_MS 60000

/*
 * The store, and the connection to it; begin with zeros. What it keeps of answers
 * is read anew at a time of its own. So none of it points into another: what one
 * needs of another it copies.
 */
struct source {
	const char *url; /* or NULL for $MCP_STORE */
	struct store *store;
	double opened_ms; /* of clock_mono_ms: since when it is connected */
	unsigned long failures; /* how often it did not answer */
	bool away; /* set by the caller: it does not answer, never ask */
	double paused_until_ms; /* of clock_mono_ms */
	double fits_until_ms;	/* until then it is taken to be for us */
	bool once; /* for one answer or rendering: no list is read twice */
	struct kept_listing *listing; /* see fetch_listing.h */
	struct kept_plan *plan;	      /* see fetch_maintenance.h */
	struct kept_index *index;     /* see fetch_index.h */
	struct kept_incidents *incidents; /* see fetch_incidents.h */
};

/*
 * fetch_server(s, slug, token, server, verdict): the entry and the published
 * verdict of a server, JSON, each NULL if there is none; `token` is the SHA-256
 * of the token that was shown, or NULL. For a private server and not its token,
 * the store is asked, and answers, the same as for a server that does not
 * exist: so that takes the same time.
 */
int fetch_server(struct source *s, const char *slug, const char *token,
	const char **server, const char **verdict);

/*
 * fetch_account_entry(s, account, token, json): the entry of an account, JSON,
 * if `token` is the SHA-256 of its token; else NULL.
 */
int fetch_account_entry(struct source *s, const char *account,
	const char *token, const char **json);

/*
 * fetch_token_account(s, token, account): the name of the account whose token has
 * this SHA-256, which has room for SLUG_MAX and a NUL; "" where there is none.
 */
int fetch_token_account(struct source *s, const char *token, char *account);

/*
 * fetch_account_digest(s, account, sha256): the SHA-256 of the token of the
 * account of that name, in sha256, which has SHA256_HEX bytes; "" where there is
 * none. The store is asked, and answers, as much of a name that is none.
 */
int fetch_account_digest(struct source *s, const char *account, char *sha256);

/*
 * fetch_stages(s, at, regions): when each stage ran last; NAN for never; and
 * what KEY_REGIONS holds, or NULL, unless `regions` is NULL.
 */
int fetch_stages(struct source *s, double at[STAGES], const char **regions);

/*
 * fetch_runs(s, texts): what the last run of each stage did and took, for
 * heartbeat_run_read; NULL where that is not known.
 */
int fetch_runs(struct source *s, const char *texts[STAGES]);

/* fetch_site(s, json): the entry of the site for brand_read, or NULL. */
int fetch_site(struct source *s, const char **json);

/* fetch_undelivered(s, n): how many servers have undelivered events. */
int fetch_undelivered(struct source *s, double *n);

/*
 * fetch_unnotified(s, fails): whether operators could not be notified: an error of
 * mcp-alert has named an event that still waits, see fallback_say there. Of the
 * servers with undelivered events, FETCH_UNNOTIFIED are looked at.
 */
#define FETCH_UNNOTIFIED 64
int fetch_unnotified(struct source *s, bool *fails);

/* fetch_maintenances(s, list): what is planned; maintenance_list_release it. */
int fetch_maintenances(struct source *s, struct maintenance_list *list);

/*
 * fetch_verdicts_of(s, slugs, n): the published verdicts of n slugs;
 * fetch_verdict(s, i) is then the one of slugs[i], JSON, or NULL.
 */
int fetch_verdicts_of(struct source *s, const char *const *slugs, size_t n);
const char *fetch_verdict(const struct source *s, size_t i);

void fetch_close(struct source *s);

/* A key of a server, and the command that reads it. */
struct fetch_key {
	const char *command;
	char name[KEY_MAX];
};

/* The most keys that fetch_ask takes. */
#define FETCH_KEYS 40

/*
 * For files that put a round trip together: fetch_open connects, and fetch_run
 * runs what was queued. fetch_ask(s, slug, token, keys, n): queue the question
 * for a server and its n keys, before all others. Returns the number of the
 * reply that is the list of what each key holds, which is empty where the
 * client may not know of the server, see fetch_server; the replies to what is
 * queued next follow it. fetch_entry(s, token): the entry of the server, JSON,
 * or NULL, once the round trip is made. fetch_heartbeats(r, at): read the heartbeats of all stages from
 * the reply to HMGET.
 */
int fetch_open(struct source *s);
int fetch_run(struct source *s);
size_t fetch_ask(struct source *s, const char *slug, const char *token,
	const struct fetch_key *keys, size_t n);
const char *fetch_entry(const struct source *s, const char *token);
void fetch_heartbeats(const struct store_reply *r, double at[STAGES]);

#endif
