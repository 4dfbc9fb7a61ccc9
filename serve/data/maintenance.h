/* SPDX-License-Identifier: MIT */
/*
 * maintenance.h: the next maintenance of a server that visitors should know of.
 * Pure but for the time zone database of the system.
 */
#ifndef DATA_MAINTENANCE_H
#define DATA_MAINTENANCE_H

#include "records/maintenance.h"

/* Announce a maintenance this long before it begins. */
#define MAINTENANCE_AHEAD_S (14 * 86400)

/*
 * maintenance_list_next(w, slug, account, now, cap_s): the first occurrence, for
 * that server, that begins within MAINTENANCE_AHEAD_S; as maintenance_list_now.
 */
struct occurrence maintenance_list_next(const struct maintenance_list *w,
	const char *slug, const char *account, double now, double cap_s);

/* The most times that are announced. */
#define MAINTENANCE_TIMES 200

/* A server that may be told of. */
struct maintained {
	const char *slug;
	const char *title;   /* or NULL */
	const char *account; /* or NULL */
};

/*
 * maintenance_list_times(w, server, now, cap_s, out): the times of all records, or
 * if server is not NULL of those for it, that go on or begin within
 * MAINTENANCE_AHEAD_S, the earliest first, up to MAINTENANCE_TIMES of them in out.
 * Returns how many.
 */
size_t maintenance_list_times(const struct maintenance_list *w,
	const struct maintained *server, double now, double cap_s,
	struct occurrence out[MAINTENANCE_TIMES]);

/*
 * maintenance_put_names(b, m, servers, n): append the names of those servers that
 * a maintenance is for, not escaped: "A, B, C and 5 more". False, and nothing is
 * appended, where it is for none of them.
 */
bool maintenance_put_names(struct buf *b, const struct maintenance *m,
	const struct maintained *servers, size_t n);

/*
 * occurrence_announced(o): when visitors could first know of a time that was
 * found: when it was added, or MAINTENANCE_AHEAD_S before it begins where that
 * is later, or is all that is known.
 */
int64_t occurrence_announced(const struct occurrence *o);

#endif
