/*
 * fetch_maintenance.h: the maintenances that are planned, from the store: which of them
 * goes on now.
 */
#ifndef FETCH_FETCH_MAINTENANCE_H
#define FETCH_FETCH_MAINTENANCE_H

#include "data/maintenance.h"

#include <stdbool.h>
#include <stddef.h>

struct source;

/*
 * fetch_plan(s, now, p): what is planned, for all servers; plan_release it. 0, or
 * -1 as in fetch.h. plan_of(p, slug, account): what goes on now for that server; it
 * lives as long as *p. plan_soon(p, slug, account): when the next one begins for it,
 * epoch seconds; 0 where none begins within PLAN_SOON_S.
 */
#define PLAN_SOON_S (3 * 86400)

struct plan {
	struct maintenance_list list;
	size_t *near; /* the records that may go on now */
	size_t n_near;
	struct occurrence *soon; /* the next time of each record, if it is soon */
	size_t n_soon;
	double max_s; /* see struct brand */
	double now;
};

int fetch_plan(struct source *s, double now, struct plan *p);
struct occurrence plan_of(struct plan *p, const char *slug,
	const char *account);
int64_t plan_soon(const struct plan *p, const char *slug, const char *account);
void plan_release(struct plan *p);

/*
 * fetch_kept_plan(s, now, p): what is planned, kept in memory as the list of servers
 * is (fetch/fetch_listing.h). fetch_maintained(s, slug, account, now, goes_on):
 * whether a maintenance of that server, whose account may be NULL, goes on now. 0;
 * or -1, as in fetch.h. fetch_forget_plan(s): free what is kept.
 */
int fetch_kept_plan(struct source *s, double now, struct plan **p);
int fetch_maintained(struct source *s, const char *slug, const char *account,
	double now, bool *goes_on);
void fetch_forget_plan(struct source *s);

#endif
