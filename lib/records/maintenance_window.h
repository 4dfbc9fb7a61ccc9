/*
 * maintenance_window.h: which maintenance of a server it is time for. Pure but
 * for the time zone database of the system: no clock. What recurs is not
 * counted from its beginning on, but looked for around the instant in question.
 */
#ifndef RECORDS_MAINTENANCE_WINDOW_H
#define RECORDS_MAINTENANCE_WINDOW_H

#include "records/maintenance.h"

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

/* Maintenances of a server that are less than this apart count as one. */
#define MAINTENANCE_GAP_S (15 * 60)
/* A week before and a week after a day, where nothing is longer than that. */
#define PLANNED_NEAR 24

/*
 * One of many. All servers ask for the same instants, so what is known of its
 * times around a day is kept; {.m = …} at first.
 */
struct planned {
	struct maintenance m;
	struct occurrence near[PLANNED_NEAR]; /* the earliest first */
	size_t n_near;
	double from, until; /* the day */
	double cap_s;
};

/*
 * maintenance_chain(l, n, slug, account, t, cap_s): of the n maintenances at l,
 * the times of that server that count as one, for they touch, overlap or are
 * less than MAINTENANCE_GAP_S apart: those that t lies in, those to come among
 * them, or the last ones before it. It begins with the first and ends with the
 * last one of them; `of` is the one of those begun by t that ends last. It may
 * begin earlier than said where it is longer than cap_s and a day. It lives as
 * long as l.
 */
struct occurrence maintenance_chain(struct planned *l, size_t n,
	const char *slug, const char *account, double t, double cap_s);

/*
 * maintenance_at(l, n, slug, account, t, cap_s): the same as one maintenance,
 * which is over no later than cap_s after its start: it covers t, or is over.
 * Not found where that was long ago, and others went on.
 */
struct occurrence maintenance_at(struct planned *l, size_t n, const char *slug,
	const char *account, double t, double cap_s);

/* occurrence_covers(o, t): whether t is within it. */
bool occurrence_covers(const struct occurrence *o, double t);

#endif
