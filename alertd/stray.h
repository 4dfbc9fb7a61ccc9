/*
 * stray.h: failures that make no incident: now here, now there, never in a row
 * and never together (article 3: log them, and wake nobody). Pure.
 */
#ifndef STRAY_H
#define STRAY_H

#include "event.h"
#include "state.h"
#include "tally.h"

/*
 * stray_judge(st, v, s, out): after incidents were looked for. Three failing
 * windows within an hour, in at least two regions, that came to nothing are
 * told of once they are over, and then for an hour no more.
 */
void stray_judge(struct alert_state *st, const struct verdict *v,
	const struct sight *s, struct alert_events *out);

#endif
