/*
 * maintenance.h: which maintenance of a server it is time for. Pure but for the
 * time zone database of the system: no clock. What recurs is not counted from
 * its beginning on, but looked for around the instant in question.
 */
#ifndef MAINTENANCE_H
#define MAINTENANCE_H

#include "record_maintenance.h"

/* One time that somebody works on a server. */
struct occurrence {
	bool found;
	int64_t start, end; /* epoch seconds; the end is no longer part of it */
	const struct maintenance *of; /* as long as that lives */
};

/* maintenance_for(m, slug, account): whether it is one of that server, whose
 * account may be NULL. */
bool maintenance_for(const struct maintenance *m, const char *slug,
	const char *account);

/*
 * maintenance_last(m, t, cap_s): the newest time of it that has begun by t. It
 * is over no later than cap_s after its start, however long it was meant to be,
 * and where somebody ended it.
 */
struct occurrence maintenance_last(const struct maintenance *m, double t,
	double cap_s);

/* maintenance_next(m, t, cap_s): the first one that begins after t. */
struct occurrence maintenance_next(const struct maintenance *m, double t,
	double cap_s);

/*
 * maintenance_end(m, t, cap_s): when its last time is or was over, as far as is
 * known at t; INFINITY where there is another one to come.
 */
double maintenance_end(const struct maintenance *m, double t, double cap_s);

/*
 * One of many. The clocks of a zone cost a file, and all servers ask for the
 * same instants, so what is known of its last time is kept; {.m = …} at first.
 */
struct planned {
	struct maintenance m;
	struct occurrence last;
	double from, until; /* last is the last one from and until then */
	double cap_s;
};

/*
 * maintenance_at(l, n, slug, account, t, cap_s): of the n maintenances at l and
 * the times of that server that have begun by t, the one that ends last: it
 * covers t, or is the one that was over last. Of two that end together, the one
 * that began earlier.
 */
struct occurrence maintenance_at(struct planned *l, size_t n, const char *slug,
	const char *account, double t, double cap_s);

/* occurrence_covers(o, t): whether t is within it. */
bool occurrence_covers(const struct occurrence *o, double t);

#endif
