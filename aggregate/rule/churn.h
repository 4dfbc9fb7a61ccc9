/*
 * churn.h: how often the tools of a server change. One whose tools change again
 * and again is told of once, and not at each change. Pure.
 */
#ifndef RULE_CHURN_H
#define RULE_CHURN_H

#include "base/buf.h"
#include "rule/history.h"

/*
 * churn_changes(h, until): how often the tools of a region changed in each of
 * the 60 minutes up to that of `until`: what was known before, and what its
 * probes tell. Of a minute that these cover, they tell it whole; with what was
 * known before, no more than the last HISTORY_MAX of them are looked at.
 */
struct tool_changes churn_changes(const struct region_history *h, double until);

/*
 * churn_judge(h, n, until, limit): how often the tools changed within the hour
 * in the one of n regions in which they did most often, where that is more than
 * `limit`; else 0.
 */
int churn_judge(const struct region_history *h, size_t n, double until,
	int limit);

/*
 * churn_put(b, c), churn_read(text, c): the changes as a text of less than 100
 * bytes, "<upto> <a digit or letter for each minute>", or nothing where there
 * are none; and back. False where it is no such text.
 */
void churn_put(struct buf *b, const struct tool_changes *c);
bool churn_read(const char *text, struct tool_changes *c);

#endif
