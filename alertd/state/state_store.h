/*
 * state_store.h: where the states are: in the store, or for a dry run in
 * memory. A state is replaced only by who has seen what it replaces.
 */
#ifndef STATE_STATE_STORE_H
#define STATE_STATE_STORE_H

#include "incident/state.h"
#include "store/stages.h"

struct outage_file;
struct pipeline;
struct store;

/* Opaque. */
struct state_store;

/* Room for what tells one write from all others. */
#define STATE_STORE_WRITER 64

enum state_store_result {
	STATE_STORE_OK,
	STATE_STORE_CONFLICT, /* somebody else was faster: read it again */
	STATE_STORE_FAILED	/* the operator has been told */
};

/* state_store_new(s): states in that store, the caller's; NULL: in memory. */
struct state_store *state_store_new(struct store *s);
void state_store_free(struct state_store *sh);

/* state_store_new_local(l): the one state in that file, the caller's. */
struct state_store *state_store_new_local(struct outage_file *l);

/*
 * state_store_get(sh, slug, st): what is known of a server; state_release it.
 * What cannot be read is as good as nothing: the operator is told, and the next
 * state_store_put replaces it. False, and nothing to release, where the store
 * fails. Where state_store_put has just written it, and it had something to be
 * delivered, it is as it was then: who was faster meanwhile is found out by the
 * next one.
 */
bool state_store_get(
	struct state_store *sh, const char *slug, struct alert_state *st);

/*
 * state_store_put(sh, st): replace the state that the last state_store_get
 * gave, which was that of the same server; *st is only to be released then. A
 * slug with undelivered events stands in the index of those before and after
 * the write, so that neither a crash nor somebody who tidies up at this moment
 * loses it.
 */
enum state_store_result state_store_put(
	struct state_store *sh, struct alert_state *st);

/*
 * state_store_return(sh, st): the state that the last state_store_get gave was
 * only looked at, and stays as it is; *st is released.
 */
void state_store_return(struct state_store *sh, struct alert_state *st);

/* state_store_forget(sh): what was written just now is read again. */
void state_store_forget(struct state_store *sh);

/*
 * Many at once. state_store_prefetch(sh, slugs, i): what state_store_get is
 * asked for next are slugs[i] and those behind it, of which none stands there
 * twice; where i is a multiple of how many are read together, they are.
 * state_store_put_off(sh, st): like state_store_put; but one that was read
 * ahead, or written just now, may be written by the next state_store_flush, and
 * nothing is to be asked about that slug until then. state_store_waits(sh):
 * whether one is. state_store_flush(sh, again): the slugs for which somebody
 * else was faster are appended; false: store failed, for any of them.
 */
void state_store_prefetch(
	struct state_store *sh, const struct strings *slugs, size_t i);
enum state_store_result state_store_put_off(
	struct state_store *sh, struct alert_state *st);
bool state_store_waits(const struct state_store *sh);
bool state_store_flush(struct state_store *sh, struct strings *again);

/*
 * state_store_settled(sh, slugs, writers): take these out of the index, whose
 * states had nothing undelivered as of those writers (incident/state.h), one
 * for each slug, "" where that is not known; unless there is something after
 * all. False: store failed. state_store_writer(sh): that of the state that was
 * put last.
 */
bool state_store_settled(struct state_store *sh, const struct strings *slugs,
	const struct strings *writers);
const char *state_store_writer(const struct state_store *sh);

/*
 * state_store_undelivered(sh, out), state_store_all(sh, out): the slugs that
 * have undelivered events; those of which anything is known, sorted. False:
 * store failed.
 */
bool state_store_undelivered(struct state_store *sh, struct strings *out);
bool state_store_all(struct state_store *sh, struct strings *out);

/*
 * state_store_awake(sh, out): of those in memory, the slugs for which time has
 * something to do.
 */
void state_store_awake(const struct state_store *sh, struct strings *out);

/* state_store_count(sh): how many states are in memory. */
size_t state_store_count(const struct state_store *sh);

/* state_store_alive(sh): whether the store answers at all. */
bool state_store_alive(struct state_store *sh);

/*
 * state_store_beats(sh, at): the heartbeats of all stages, epoch seconds; NAN
 * for none. False: store failed.
 */
bool state_store_beats(struct state_store *sh, double at[STAGES]);

/*
 * state_store_isolated(sh, pl): the regions whose own network is cut off, and
 * how many regions have a runner. The caller frees pl->isolated. False: store
 * failed.
 */
bool state_store_isolated(struct state_store *sh, struct pipeline *pl);

/*
 * state_store_beat(sh, now): tell that mcp-alert is alive. False: store failed;
 * why is then state_store_trouble(sh), which else is NULL.
 */
bool state_store_beat(struct state_store *sh, double now);
const char *state_store_trouble(const struct state_store *sh);

#endif
