/*
 * tool_drift.h: the tools of a server changed. Each change is told once,
 * however many regions see it; a server that changes its tools all the time
 * gets one incident, tool_churn, instead of an event for each change. Pure.
 *
 * The names of tools come from strangers: they are cleaned, cut, and at most
 * ALERT_NAMES of each list are kept.
 */
#ifndef INCIDENT_TOOL_DRIFT_H
#define INCIDENT_TOOL_DRIFT_H

#include "base/buf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "records/verdict.h"

/*
 * tool_change_set(c, d): make c say what d says. tool_change_reverse(c, d): the
 * change from d->to back to d->from.
 */
void tool_change_set(struct tool_change *c, const struct verdict_drift *d);
void tool_change_reverse(struct tool_change *c, const struct verdict_drift *d);

/*
 * tool_change_words(c, w, n, reverse): make c tell these words, the first
 * ALERT_WORDS of them; of the way back where reverse is true.
 */
void tool_change_words(struct tool_change *c, const struct verdict_words *w,
	size_t n, bool reverse);

/*
 * tool_words_put(b, c): append the first of the words, where there are any:
 *
 *	; get_data, /description: "Gets…" has become "Reads…"
 */
void tool_words_put(struct buf *b, const struct tool_change *c);

void tool_change_copy(struct tool_change *to, const struct tool_change *from);
void tool_change_release(struct tool_change *c);

/* tool_change_named(c): whether c names a tool. */
bool tool_change_named(const struct tool_change *c);

/*
 * tool_change_names(b, l): append "a", "a and b", "a, b and 3 more"; long names
 * are cut, so that a sentence stays readable.
 */
void tool_change_names(struct buf *b, const struct strings *l);

/* tool_change_put(b, c): append "find became seek; get removed; put added; a and b
   changed". */
void tool_change_put(struct buf *b, const struct tool_change *c);

/* A change that was told is not told again for this long; nor while there is a
   divergence, if that begins before it is forgotten. */
#define TOOL_DRIFT_AGAIN_S 3600
#define TOOL_DRIFT_KEPT_S (7 * 86400)

/*
 * tool_drift_judge(st, v, window, out): tell the changes that verdict v of that
 * window reports. Regions that follow a change that was told, within an hour or
 * while the regions differ, are no news. At most DRIFTS_MAX changes are told in
 * an hour; none while a tool_churn is open.
 */
void tool_drift_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out);

/* More changes than this in an hour are too many: mcp-aggregate(1) counts. */
#define TOOL_CHURN_USUAL 12

/*
 * tool_churn_judge(st, v, window, out): open a tool_churn with the first
 * verdict that reports one, and end it with the first that does not, unless
 * that verdict is unknown. While it is open, neither drifts nor a divergence of
 * the server are told.
 */
void tool_churn_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out);

#endif
