/*
 * report_store.h: what a report on a month is made of, from the store; and the
 * report, into it.
 */
#ifndef STORE_REPORT_STORE_H
#define STORE_REPORT_STORE_H

#include "figures/leaderboard.h"
#include "store/store.h"

struct report_head;

/*
 * report_ask(s, sha, slug, span): queue the command that reads what counts of a
 * server in a month; sha is that of report_load(s, sha), which returns 0, or -1
 * as store_load. report_take(r, span, out): take its reply into *out.
 */
int report_load(struct store *s, char sha[STORE_SHA]);
void report_ask(struct store *s, const char *sha, const char *slug,
	const struct month_span *span);
void report_take(const struct store_reply *r, const struct month_span *span,
	struct standing *out);

/*
 * report_latency_from(span, now): the first day of the month whose durations
 * the store is sure to have still, as an epoch day.
 */
int64_t report_latency_from(const struct month_span *span, double now);

/*
 * report_is_final(s, month, final): whether the store has a report on that
 * month that does not change any more. report_write(s, head, v): write the
 * report on head->month with head->servers standings. 0; or -1, and the
 * operator has been told.
 */
int report_is_final(struct store *s, const char *month, bool *final);
int report_write(struct store *s, const struct report_head *head,
	const struct standing *v);

#endif
