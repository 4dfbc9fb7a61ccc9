/*
 * server_verdict.h: the verdict on one server by what was loaded of it, and
 * what the store keeps for the verdict after it.
 */
#ifndef JUDGE_SERVER_VERDICT_H
#define JUDGE_SERVER_VERDICT_H

#include "base/buf.h"
#include "judge/fleet.h"
#include "judge/publish.h"

#include <cjson/cJSON.h>

struct loaded;
struct lock_digests;
struct pinned_digests;
struct server;
struct store;

/* A field of key_tools that is made of definitions, and kept. */
struct kept_field {
	const char *before; /* NULL: there was none */
	struct buf text;    /* as it will be; empty: there is none */
	cJSON *doc;  /* owns the strings that the verdict has of it */
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
	/* The words of its sides, and the changes that nobody approved. */
	struct kept_field words, unapproved;
};

/* The basis of a verdict, beside the probes. */
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
 * server_verdict_take_histories(s, found): the histories of the server, which must
 * outlive s; NULL: there are none.
 */
void server_verdict_take_histories(
	struct server_verdict *s, struct server *found);

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
 * unapproved_kept(kept, of): whether the value of the field, which may be NULL,
 * is about these.
 */
void unapproved_of(struct buf *of, const struct unapproved_input *in);
bool unapproved_kept(const char *kept, const char *of);

/*
 * unapproved_read(s, lock, in, of, kept, window, b): append the value of the
 * field: what changed, in the list of the worst class. It is so since `window`,
 * or since when the value kept, which may be NULL, says it of the same pin.
 * Returns how many definitions are not in the store; -1 where that failed. A
 * file that cannot be used is told, and the change is then one of the worst
 * class.
 */
int unapproved_read(struct store *s, const struct lock_digests *lock,
	const struct unapproved_input *in, const char *of, const char *kept,
	double window, struct buf *b);

/*
 * unapproved_put(v, text, in): let v say what a value of the field says, of the
 * regions that see such lists. Its strings belong to the tree that is returned;
 * NULL where the text is none.
 */
cJSON *unapproved_put(struct verdict *v, const char *text,
	const struct unapproved_input *in);

#endif
