/*
 * state_json_tools.h: what state_json_read.c reads of the tools that regions
 * see. A state of before that was known has none of it.
 */
#ifndef STATE_STATE_JSON_TOOLS_H
#define STATE_STATE_JSON_TOOLS_H

#include "incident/state.h"
#include "state/fields.h"

/* state_read_tools(in, st): who sees what, and which changes were told. */
void state_read_tools(struct fields *in, struct alert_state *st);

/* state_read_change(in, c): the change of an incident, if it has one. */
void state_read_change(struct fields *in, struct tool_change *c);

#endif
