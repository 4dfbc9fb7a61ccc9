/*
 * maintenance.h: the maintenances of a server that visitors should know of.
 * Pure but for the time zone database of the system.
 */
#ifndef DATA_MAINTENANCE_H
#define DATA_MAINTENANCE_H

#include "records/maintenance_window.h"

#include <stddef.h>

/* So long before it begins is a maintenance announced. */
#define MAINTENANCE_AHEAD_S (14 * 86400)
/* So many are looked at. */
#define MAINTENANCE_MAX 1000

struct maintenance_list {
	struct planned *v;
	size_t n, cap;
};

/*
 * maintenance_list_add(w, json): one record as fleet:maintenance holds it, which may be
 * NULL; one that cannot be read is passed over. maintenance_list_release frees them all;
 * all zero is none.
 */
void maintenance_list_add(struct maintenance_list *w, const char *json);
void maintenance_list_release(struct maintenance_list *w);

/*
 * maintenance_list_now(w, slug, account, now, cap_s): the one of that server that it is
 * time for. maintenance_list_next: the first that begins within MAINTENANCE_AHEAD_S. Both as in
 * records/maintenance_window.h, and live as long as *w.
 */
struct occurrence maintenance_list_now(struct maintenance_list *w, const char *slug,
	const char *account, double now, double cap_s);
struct occurrence maintenance_list_next(const struct maintenance_list *w, const char *slug,
	const char *account, double now, double cap_s);

#endif
