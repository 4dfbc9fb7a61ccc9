/* SPDX-License-Identifier: MIT */
/*
 * server_verdict.h: the verdict on one server by what was loaded of it, and what the
 * store keeps for the verdict after it. server_verdict_decide says what it lacks; the
 * caller has the store asked, and calls server_verdict_finish.
 */
#ifndef JUDGE_SERVER_VERDICT_H
#define JUDGE_SERVER_VERDICT_H

#include "base/buf.h"
#include "judge/fleet.h"
#include "judge/publish.h"
#include "pinned/tools_lock.h"

#include <cjson/cJSON.h>

struct definition_history;
struct store;

/* A field of key_tools that is made of definitions, and kept. */
struct kept_field {
	const char *before; /* NULL: there was none */
	struct buf of;	    /* which lists it is to be made of; empty: of none */
	struct buf text;    /* as it will be; empty: there is none */
	cJSON *doc;  /* owns the strings that the verdict has of it */
};

/* One server while it is judged. */
struct server_verdict {
	struct fleet_server server;
	const struct loaded *loaded; /* as of the verdict before */
	struct region_history *regions; /* of the probes that were collected */
	size_t n_regions;
	const char **expected;
	size_t n_expected;
	struct verdict verdict;
	double last_healthy; /* when a probe last was; NAN: never */
	/* The words of its sides, and the changes that nobody approved. */
	struct kept_field words, unapproved;
	struct pinned_digests pinned; /* only if is_pinned */
	bool is_pinned;
};

/* The basis of all verdicts of a run. */
struct server_verdict_input {
	double now;
	double round; /* see struct verdict_input */
	struct lock_digests *lock; /* NULL: nothing is pinned, */
	bool lock_failed; /* or tools.lock cannot be used */
};

/*
 * server_verdict_init(s, server): begin; what `server` points to must outlive s.
 * server_verdict_take(s, l): what was loaded of it, which must outlive s.
 * server_verdict_release(s): free what s holds.
 */
void server_verdict_init(
	struct server_verdict *s, const struct fleet_server *server);
void server_verdict_take(struct server_verdict *s, const struct loaded *l);
void server_verdict_release(struct server_verdict *s);

/*
 * server_verdict_decide(s, in): judge the server by the rule; what `in` points to must
 * outlive s. True where the definitions of its tools have to be read for the rest.
 *
 * server_verdict_finish(s, in, h): the rest of the verdict; h has those definitions,
 * and is NULL where they were not needed.
 */
bool server_verdict_decide(
	struct server_verdict *s, const struct server_verdict_input *in);
void server_verdict_finish(struct server_verdict *s,
	const struct server_verdict_input *in,
	const struct definition_history *h);

/*
 * server_verdict_queue(s, store, sha, now, count): queue that the verdict, which
 * is not unknown, is published as of `now`, counted as `count`, with what is kept
 * of it: see publish_queue.
 */
void server_verdict_queue(const struct server_verdict *s, struct store *store,
	const char *sha, double now, struct publish_count count);

/* ---- Tools that nobody approved, by tools.lock: unapproved.c. */

/* The pin, and the lists that regions see. */
struct unapproved_input {
	const char *slug;
	const struct pinned_digests *pinned;
	const struct region_history *regions;
	size_t n_regions;
	const char *const *expected; /* only these regions count */
	size_t n_expected;
	double until; /* probes that started by then */
};

/*
 * unapproved_of(of, in): append which lists differ from the pinned one; nothing
 * where none does.
 *
 * unapproved_read(h, lock, in, window, k): append to k->text the value of the field:
 * what changed, in the list of the worst class. It is so since `window`, or since when
 * k->before says it of the same pin. Returns how many definitions h has not. A file that
 * cannot be used is told, and the change is then one of the worst class.
 */
void unapproved_of(struct buf *of, const struct unapproved_input *in);
int unapproved_read(const struct definition_history *h,
	const struct lock_digests *lock, const struct unapproved_input *in,
	double window, struct kept_field *k);

/*
 * unapproved_put(v, text, in): let v say what a value of the field says, of the
 * regions that see such lists. Its strings belong to the tree that is returned;
 * NULL where the text is none.
 */
cJSON *unapproved_put(struct verdict *v, const char *text,
	const struct unapproved_input *in);

#endif
