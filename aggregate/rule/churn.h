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
 * the 60 minutes up to that of `until`: what was known before, and what its
 * probes tell. Of a minute that these cover, they tell it whole; with what was
 * known before, no more than the last HISTORY_MAX of them are looked at.
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
 * churn_put(b, c), churn_read(text, c): the changes as a text of less than 100
 * bytes, "<upto> <a digit or letter for each minute>", or nothing where there
 * are none; and back. False where it is no such text.
 */
void churn_put(struct buf *b, const struct tool_changes *c);
bool churn_read(const char *text, struct tool_changes *c);

#endif
