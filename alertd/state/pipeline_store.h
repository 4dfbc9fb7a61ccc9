/*
 * pipeline_store.h: what the store knows of the stages of the pipeline, see
 * incident/pipeline_health.h.
 */
#ifndef STATE_PIPELINE_STORE_H
#define STATE_PIPELINE_STORE_H

#include <stdbool.h>

struct conf;
struct pipeline;
struct store;
struct strings;

/*
 * pipeline_store_read(s, pl): set pl->at, NAN where a stage never ran, the
 * regions that are cut off, the runners, and pl->n_regions to how many these
 * are. The caller frees pl->isolated and pl->runners. False, and nothing to
 * free: the store failed, and the operator has been told.
 */
bool pipeline_store_read(struct store *s, struct pipeline *pl);

/*
 * pipeline_store_beat(s, now): write that mcp-alert ran at that time. False:
 * see store_why(s); the operator has been told.
 */
bool pipeline_store_beat(struct store *s, double now);

/*
 * pipeline_store_know(s, c): note which servers configuration c has.
 * pipeline_store_known(s, c, known): set whether these are the ones noted last.
 * pipeline_store_dropped(s, c, slugs, again): append to slugs the servers noted
 * last that neither c has nor the configuration that mcp-aggregate published;
 * *again is set where only the latter has one. False as above.
 */
bool pipeline_store_dropped(struct store *s, const struct conf *c,
	struct strings *slugs, bool *again);
bool pipeline_store_known(struct store *s, const struct conf *c, bool *known);
bool pipeline_store_know(struct store *s, const struct conf *c);

#endif
