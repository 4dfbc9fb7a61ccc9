/*
 * maintenance_list.h: the maintenances of a fleet, as the store holds them, and
 * the one of a server that goes on. Pure but for the time zone database of the
 * system.
 */
#ifndef RECORDS_MAINTENANCE_LIST_H
#define RECORDS_MAINTENANCE_LIST_H

#include "records/maintenance_window.h"

#include <stddef.h>

/* Records beyond this number are passed over. */
#define MAINTENANCE_MAX 1000

struct store;
struct store_reply;

struct maintenance_list {
	struct planned *v;
	size_t n, cap;
};

/*
 * maintenance_list_add(w, json): add a record of fleet:maintenance, which may
 * be NULL; one that cannot be read is passed over. maintenance_list_release
 * frees them all. An empty list is all zero.
 */
void maintenance_list_add(struct maintenance_list *w, const char *json);
void maintenance_list_release(struct maintenance_list *w);

/*
 * maintenance_list_ask(s): queue the question for all that the store holds, one
 * reply, which maintenance_list_read(r, w) adds to a list.
 */
void maintenance_list_ask(struct store *s);
void maintenance_list_read(
	const struct store_reply *r, struct maintenance_list *w);

/*
 * maintenance_list_now(w, slug, account, now, cap_s): the occurrence, for that
 * server, that goes on now, as in records/maintenance_window.h; it lives as long
 * as *w.
 */
struct occurrence maintenance_list_now(struct maintenance_list *w,
	const char *slug, const char *account, double now, double cap_s);

#endif
