/*
 * state_store.h: where the states are: in the store, or for a dry run in memory. A
 * state is replaced only by who has seen what it replaces.
 */
#ifndef STATE_STATE_STORE_H
#define STATE_STATE_STORE_H

#include "incident/state.h"
#include "store/stages.h"

struct local;
struct pipeline;
struct store;

/* Opaque. */
struct shelf;

/* Room for what tells one write from all others. */
#define SHELF_WRITER 64

enum shelf_result {
	SHELF_OK,
	SHELF_CONFLICT, /* somebody else was faster: read it again */
	SHELF_FAILED	/* the operator has been told */
};

/* shelf_new(s): states in that store, the caller's; NULL: in memory. */
struct shelf *shelf_new(struct store *s);
void shelf_free(struct shelf *sh);

/* shelf_new_local(l): the one state in that file, the caller's. */
struct shelf *shelf_new_local(struct local *l);

/*
 * shelf_get(sh, slug, st): what is known of a server; state_release it. What
 * cannot be read is as good as nothing: the operator is told, and the next
 * shelf_put replaces it. False, and nothing to release, where the store fails.
 * Where shelf_put has just written it, and it had something to be delivered,
 * it is as it was then: who was faster meanwhile is found out by the next one.
 */
bool shelf_get(struct shelf *sh, const char *slug, struct alert_state *st);

/*
 * shelf_put(sh, st): replace the state that the last shelf_get gave, which was
 * that of the same server; *st is only to be released then. A slug with
 * undelivered events stands in the index of those before and after the write,
 * so that neither a crash nor somebody who tidies up at this moment loses it.
 */
enum shelf_result shelf_put(struct shelf *sh, struct alert_state *st);

/*
 * shelf_return(sh, st): the state that the last shelf_get gave was only looked
 * at, and stays as it is; *st is released.
 */
void shelf_return(struct shelf *sh, struct alert_state *st);

/* shelf_forget(sh): what was written just now is read again. */
void shelf_forget(struct shelf *sh);

/*
 * Many at once. shelf_ahead(sh, slugs, i): what shelf_get is asked for next are
 * slugs[i] and those behind it, of which none stands there twice; where i is a
 * multiple of how many are read together, they are. shelf_put_off(sh, st): like
 * shelf_put; but one that was read ahead, or written just now, may be written
 * by the next shelf_flush, and nothing is to be asked about that slug until
 * then. shelf_waits(sh): whether one is. shelf_flush(sh, again): the slugs for
 * which somebody else was faster are appended; false: store failed, for any of
 * them.
 */
void shelf_ahead(struct shelf *sh, const struct strings *slugs, size_t i);
enum shelf_result shelf_put_off(struct shelf *sh, struct alert_state *st);
bool shelf_waits(const struct shelf *sh);
bool shelf_flush(struct shelf *sh, struct strings *again);

/*
 * shelf_settled(sh, slugs, writers): take these out of the index, whose states
 * had nothing undelivered as of those writers (incident/state.h), one for each slug, ""
 * where that is not known; unless there is something after all. False: store
 * failed. shelf_writer(sh): that of the state that was put last.
 */
bool shelf_settled(struct shelf *sh, const struct strings *slugs,
	const struct strings *writers);
const char *shelf_writer(const struct shelf *sh);

/*
 * shelf_undelivered(sh, out), shelf_all(sh, out): the slugs that have
 * undelivered events; those of which anything is known, sorted. False: store
 * failed.
 */
bool shelf_undelivered(struct shelf *sh, struct strings *out);
bool shelf_all(struct shelf *sh, struct strings *out);

/*
 * shelf_awake(sh, out): of those in memory, the slugs for which time has
 * something to do.
 */
void shelf_awake(const struct shelf *sh, struct strings *out);

/* shelf_count(sh): how many states are in memory. */
size_t shelf_count(const struct shelf *sh);

/* shelf_alive(sh): whether the store answers at all. */
bool shelf_alive(struct shelf *sh);

/*
 * shelf_beats(sh, at): the heartbeats of all stages, epoch seconds; NAN for
 * none. False: store failed.
 */
bool shelf_beats(struct shelf *sh, double at[STAGES]);

/*
 * shelf_isolated(sh, pl): the regions whose own network is cut off, and how many
 * regions have a runner. The caller frees pl->isolated. False: store failed.
 */
bool shelf_isolated(struct shelf *sh, struct pipeline *pl);

/*
 * shelf_beat(sh, now): tell that mcp-alert is alive. False: store failed; why
 * is then shelf_trouble(sh), which else is NULL.
 */
bool shelf_beat(struct shelf *sh, double now);
const char *shelf_trouble(const struct shelf *sh);

#endif
