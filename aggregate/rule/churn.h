/*
 * churn.h: how often the tools of a server change. Where they do all the time,
 * one event says so, and none each change. Pure.
 */
#ifndef RULE_CHURN_H
#define RULE_CHURN_H

#include "base/buf.h"
#include "rule/agreement.h"

/*
 * churn_changes(h, until): how often the tools of a region changed in each of
 * the 60 minutes up to that of `until`, by h->changes and its probes; of the
 * minutes that these cover, by the probes alone. Where h->changes is known,
 * only the last HISTORY_MAX probes are looked at.
 */
struct tool_changes churn_changes(const struct region_history *h, double until);

/*
 * churn_judge(f, until, limit): whether two regions, on two machines, saw the
 * tools change more than `limit` times within the hour, or the only machine
 * that reports did: so one region that lies, or whose cache does, cannot
 * silence the drift that others see. Silent regions have a say only where all
 * are silent. Returns how often the tools changed in the region that saw most;
 * 0 where it is not so.
 */
int churn_judge(const struct expected_regions *f, double until, int limit);

/*
 * churn_put(b, c): append the changes as a text of less than 100 bytes, "<upto>
 * <a digit or letter for each minute>"; nothing where there are none.
 * churn_read(text, c): read it. False where it is no such text.
 */
void churn_put(struct buf *b, const struct tool_changes *c);
bool churn_read(const char *text, struct tool_changes *c);

#endif
