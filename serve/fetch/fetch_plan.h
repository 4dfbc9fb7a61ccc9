/*
 * fetch_plan.h: whether a server is under maintenance, for answers that ask the
 * store for nothing else that is planned. What is planned is kept in memory, as the
 * list of servers is (fetch/fetch_listing.h).
 */
#ifndef DATA_FETCH_PLAN_H
#define DATA_FETCH_PLAN_H

#include <stdbool.h>

struct source;

/*
 * fetch_maintained(s, slug, account, now, goes_on): whether a maintenance of that
 * server, whose account may be NULL, goes on now, as far as was planned a second
 * ago. 0; or -1, as in fetch.h.
 */
int fetch_maintained(struct source *s, const char *slug, const char *account,
	double now, bool *goes_on);

/* fetch_forget_plan(s): free what is kept. */
void fetch_forget_plan(struct source *s);

#endif
