/*
 * maintenance.h: the next maintenance of a server that visitors should know of.
 * Pure but for the time zone database of the system.
 */
#ifndef DATA_MAINTENANCE_H
#define DATA_MAINTENANCE_H

#include "records/maintenance_list.h"

/* Announce a maintenance this long before it begins. */
#define MAINTENANCE_AHEAD_S (14 * 86400)

/*
 * maintenance_list_next(w, slug, account, now, cap_s): the first occurrence, for
 * that server, that begins within MAINTENANCE_AHEAD_S; as maintenance_list_now.
 */
struct occurrence maintenance_list_next(const struct maintenance_list *w,
	const char *slug, const char *account, double now, double cap_s);

#endif
