/*
 * tools.h: steps 6 and 7: all pages of what tools a server lists, and a call of
 * one of them.
 */
#ifndef STEPS_TOOLS_H
#define STEPS_TOOLS_H

#include "steps/step.h"

/* Steps 6 and 7 begin. */
struct next tools_list_begin(struct probe *p);
struct next tools_call_begin(struct probe *p);

/*
 * Each makes its request anew where a server asked for a credential instead of
 * answering it: as it was, with its id, which is what the SDK does.
 */
struct next tools_list_again(struct probe *p);
struct next tools_call_again(struct probe *p);

/* Each appends the body of its request to b and fills m; see probe.c. */
void tools_list_write(struct probe *p, struct wire_message *m, struct buf *b);
void tools_call_write(struct probe *p, struct wire_message *m, struct buf *b);

/* What comes next, after the reply r to that request. */
struct next tools_list_reply(struct probe *p, const struct reply *r);
struct next tools_call_reply(struct probe *p, const struct reply *r);

#endif
