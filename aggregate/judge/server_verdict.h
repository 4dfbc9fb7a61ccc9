/*
 * server_verdict.h: the verdict on one server by what was loaded of it, and
 * what the store keeps for the verdict after it.
 */
#ifndef JUDGE_SERVER_VERDICT_H
#define JUDGE_SERVER_VERDICT_H

#include "base/buf.h"
#include "judge/fleet.h"
#include "judge/publish.h"
#include "rule/verdict.h"

struct cJSON;
struct loaded;
struct lock_digests;
struct server;
struct store;

/* A field of key_tools that is made of definitions, and kept. */
struct kept_field {
	const char *before; /* NULL: there was none */
	struct buf text;    /* as it will be; empty: there is none */
	struct cJSON *doc;  /* owns what the verdict says of it */
};

/* One server while it is judged. */
struct server_verdict {
	struct fleet_server server;
	struct region_history *regions; /* of the probes that were collected */
	size_t n_regions;
	const char **expected;
	size_t n_expected;
	struct verdict verdict;
	double churn_since; /* from the verdict before; 0: no churn */
	double last_healthy; /* when a probe last was; NAN: never */
	/* What its sides say, and what nobody approved of its tools. */
	struct kept_field words, unapproved;
};

/* What a server is judged by, beside its probes. */
struct server_verdict_input {
	const struct loaded *loaded; /* as of the verdict before */
	double now;
	double round; /* see struct verdict_input */
	const struct lock_digests *lock; /* NULL: nothing is pinned, */
	bool lock_failed; /* or tools.lock cannot be used */
	struct store *store; /* to ask for definitions; NULL: it is not asked */
};

/*
 * server_verdict_init(s, server): begin; what `server` points to must outlive s.
 * server_verdict_release(s): free what s holds.
 */
void server_verdict_init(
	struct server_verdict *s, const struct fleet_server *server);
void server_verdict_release(struct server_verdict *s);

/*
 * server_verdict_take_histories(s, servers, n): find the histories of the server
 * among those of n servers, in order of their slugs, which must outlive s.
 */
void server_verdict_take_histories(
	struct server_verdict *s, struct server *servers, size_t n);

/*
 * server_verdict_decide(s, in): judge the server; what `in` points to must
 * outlive s. 0; 1: the store has to be asked, and none is given; -1: the store
 * failed, and the operator has been told.
 */
int server_verdict_decide(
	struct server_verdict *s, const struct server_verdict_input *in);

/*
 * server_verdict_queue(s, store, sha, now, count): queue that the verdict, which
 * is not unknown, is published as of `now`, counted as `count`, with what is kept
 * of it: see publish_queue.
 */
void server_verdict_queue(const struct server_verdict *s, struct store *store,
	const char *sha, double now, struct publish_count count);

#endif
