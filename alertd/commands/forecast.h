/*
 * forecast.h: what a dry run has not told yet: servers that fail, but not for
 * long enough, and what would be told of them if they went on like that. The
 * machine itself is asked: the newest verdict comes again, minute by minute.
 */
#ifndef COMMANDS_FORECAST_H
#define COMMANDS_FORECAST_H

#include "conf/conf.h"
#include "records/verdict.h"

struct state_store;

/* The newest verdict on each server; all zero: none. */
struct forecast {
	struct verdict_record *v;
	size_t n, cap;
};

/* forecast_note(w, v): the newest verdict on its server, w's from then on. */
void forecast_note(struct forecast *w, const struct verdict_record *v);
void forecast_release(struct forecast *w);

/*
 * forecast_print(w, states, conf, text): print a line for each server that fails
 * and has no open incident, as mcp-alert(1) describes it. The states, which are
 * in memory, change: this is for the end of a run. False: standard output
 * failed, and the operator has been told.
 */
bool forecast_print(struct forecast *w, struct state_store *states,
	const struct conf *conf, bool text);

#endif
