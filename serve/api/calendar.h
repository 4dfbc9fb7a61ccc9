/*
 * calendar.h: planned maintenances as iCalendar (RFC 5545). Pure.
 */
#ifndef API_CALENDAR_H
#define API_CALENDAR_H

#include "data/maintenance.h"

/* calendar_put(b, servers, n, times, n_times): append a calendar of those times
 * that are for one of the servers. */
void calendar_put(struct buf *b, const struct maintained *servers, size_t n,
	const struct occurrence *times, size_t n_times);

#endif
