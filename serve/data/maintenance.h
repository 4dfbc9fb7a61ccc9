/*
 * maintenance.h: the maintenances of a server that visitors should know of.
 * Pure but for the time zone database of the system.
 */
#ifndef DATA_MAINTENANCE_H
#define DATA_MAINTENANCE_H

#include "records/maintenance_window.h"

#include <stddef.h>

/* So long before it begins is a maintenance announced. */
#define WORKS_AHEAD_S (14 * 86400)
/* So many are looked at. */
#define WORKS_MAX 1000

struct works {
	struct planned *v;
	size_t n, cap;
};

/*
 * works_add(w, json): one record as fleet:maintenance holds it, which may be
 * NULL; one that cannot be read is passed over. works_release frees them all;
 * all zero is none.
 */
void works_add(struct works *w, const char *json);
void works_release(struct works *w);

/*
 * works_now(w, slug, account, now, cap_s): the one of that server that it is
 * time for. works_next: the first that begins within WORKS_AHEAD_S. Both as in
 * records/maintenance_window.h, and live as long as *w.
 */
struct occurrence works_now(struct works *w, const char *slug,
	const char *account, double now, double cap_s);
struct occurrence works_next(const struct works *w, const char *slug,
	const char *account, double now, double cap_s);

#endif
