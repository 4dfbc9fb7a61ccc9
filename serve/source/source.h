/* SPDX-License-Identifier: MIT */
/*
 * source.h: the connection to the store, and one round trip over it:
 * source_open, questions, source_run, and then the replies. A function that
 * returns an int returns 0, or -1 where the store did not answer, which it
 * logs. Strings of replies live until the next round trip.
 *
 * All clients of a worker wait while it waits for the store. So it waits at
 * most SOURCE_PATIENCE_MS; and for SOURCE_PAUSE_MS after the store did not
 * answer it does not ask, and returns -1 at once. That is less than the second
 * within which readers are to know that the store is back.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "store/keys.h"

#include <stdbool.h>
#include <stddef.h>

struct kept_incidents;
struct kept_listing;
struct kept_plan;

#define SOURCE_PATIENCE_MS 1000
#define SOURCE_PAUSE_MS 500
/*
 * So often a question asks beside what it asks whether the store is for this
 * program, see store/beat.h. One that is not counts as one that is away.
 */
#define SOURCE_FORMAT_MS 60000

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
	/* Answers that fetch/ keeps; fetch_close frees them. */
	struct kept_listing *listing;
	struct kept_plan *plan;
	struct kept_incidents *incidents;
};

/*
 * source_open(s): connect, unless it is connected. source_run(s): run what was
 * queued. source_close(s): disconnect.
 */
int source_open(struct source *s);
int source_run(struct source *s);
void source_close(struct source *s);

/* A key of a server, and the command that reads it. */
struct source_key {
	const char *command;
	char name[KEY_MAX];
};

/* The most keys that source_ask takes. */
#define SOURCE_KEYS 40

/*
 * source_ask(s, slug, token, keys, n): queue the question for a server and its
 * n keys, before all others; `token` is the SHA-256 of the token that was
 * shown, or NULL. Returns the number of the reply that is the list of what each
 * key holds, which is empty where the client may not know of the server; the
 * replies to what is queued next follow it. For a private server and not its
 * token, the store is asked, and answers, the same as for a server that does
 * not exist: so that takes the same time.
 *
 * source_entry(s, token): the entry of the server, JSON, or NULL, once the
 * round trip is made.
 */
size_t source_ask(struct source *s, const char *slug, const char *token,
	const struct source_key *keys, size_t n);
const char *source_entry(const struct source *s, const char *token);

/*
 * A list that is kept in memory is read at most once a second, and less often
 * if that takes long: at most 1/SOURCE_SHARE of the time is spent on it.
 */
#define SOURCE_KEPT_MS 1000.0
#define SOURCE_SHARE 20

/*
 * source_good_until(s, began_ms): until when, of clock_mono_ms, something is
 * good that began to be read at began_ms and was read by now.
 */
double source_good_until(const struct source *s, double began_ms);

#endif
