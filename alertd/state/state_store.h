/* SPDX-License-Identifier: MIT */
/*
 * state_store.h: the states of all servers, in Redis, in a local file or in
 * memory. A transaction reads some of them together, its caller changes them,
 * and they are written together, each by compare-and-set.
 */
#ifndef STATE_STATE_STORE_H
#define STATE_STATE_STORE_H

#include "incident/state.h"

struct state_backend;
struct store;

/* Opaque. */
struct state_store;
struct transaction;

/* How many states are read together, and written together, at most. */
#define TRANSACTION_TOGETHER 128

/*
 * state_store_new(s): the states in that store; NULL: in memory, where there
 * are none yet. state_store_new_on(b, arg): those of a backend, see backend.h.
 * s and arg stay the caller's.
 */
struct state_store *state_store_new(struct store *s);
struct state_store *state_store_new_on(
	const struct state_backend *b, void *arg);
void state_store_free(struct state_store *ss);

/*
 * transaction_begin(ss, slugs): a transaction on these servers, none of which
 * is there twice; slugs may be NULL: none yet. transaction_add(t, slug): one
 * more. A server goes by its number, from 0, in the order in which they were
 * added. transaction_end(t): what was put and not committed is not written.
 */
struct transaction *transaction_begin(
	struct state_store *ss, const struct strings *slugs);
void transaction_add(struct transaction *t, const char *slug);
void transaction_end(struct transaction *t);

/*
 * transaction_get(t, i): the state of the i-th server, t's own, until the next
 * call with t. The next ones are read in the same round trip. A state that
 * cannot be read is reported to the operator, and begins anew. A state with
 * undelivered events that this process has just written is not read again: if
 * another process has changed it, that shows when it is written. NULL: the
 * store failed, and an error is logged.
 */
struct alert_state *transaction_get(struct transaction *t, size_t i);

/*
 * transaction_next(t, i): get the next pending server, whose number is then *i.
 * NULL: there is none, or the store failed; after that nothing is pending.
 * transaction_failed(t): whether the store failed.
 */
struct alert_state *transaction_next(struct transaction *t, size_t *i);
bool transaction_failed(const struct transaction *t);

/*
 * transaction_put(t): the state that was got last has been changed and is to be
 * written. One that is not put must not have been changed.
 */
void transaction_put(struct transaction *t);

/*
 * transaction_commit(t): write what was put. True where another process had
 * changed some of these states: those are pending again, to be got and decided
 * anew, and committed again. After many times it gives up, tells the operator,
 * and returns false.
 */
bool transaction_commit(struct transaction *t);

enum transaction_result {
	TRANSACTION_PENDING,  /* not got yet, or to be decided anew */
	TRANSACTION_DONE,     /* written, or got and not put */
	TRANSACTION_CONFLICT, /* others keep changing it */
	TRANSACTION_FAILED    /* the store, or the state is too large */
};

/* transaction_result(t, i): what became of the i-th server. */
enum transaction_result transaction_result(
	const struct transaction *t, size_t i);

/*
 * state_store_get(ss, slug, st): a state for reading only, to be released with
 * state_release; see transaction_get. Not for states in memory. False, and
 * nothing to release: the store failed.
 */
bool state_store_get(
	struct state_store *ss, const char *slug, struct alert_state *st);

/* state_store_forget(ss): states that were just written are read again, too. */
void state_store_forget(struct state_store *ss);

/*
 * state_store_all(ss, out): the slugs of all states, sorted.
 * state_store_undelivered(ss, out): those in the index of undelivered events.
 * state_store_settled(ss, slugs): take these out of the index, but for those
 * that have undelivered events. False: the store failed, and the operator has
 * been notified.
 */
bool state_store_all(struct state_store *ss, struct strings *out);
bool state_store_undelivered(struct state_store *ss, struct strings *out);
bool state_store_settled(struct state_store *ss, const struct strings *slugs);

/*
 * state_store_open(s, out): the slugs of all states in that store with an open
 * incident, and maybe some more, sorted. False: it failed, and the operator has
 * been notified.
 */
bool state_store_open(struct store *s, struct strings *out);

/* state_store_alive(ss): whether the store answers at all. */
bool state_store_alive(struct state_store *ss);

/*
 * state_store_awake(ss, out): of the states in memory, the slugs of those with
 * an open incident. state_store_count(ss): how many servers are in memory.
 */
void state_store_awake(const struct state_store *ss, struct strings *out);
size_t state_store_count(const struct state_store *ss);

#endif
