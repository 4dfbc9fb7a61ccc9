/* SPDX-License-Identifier: MIT */
/*
 * confirmation.h: when failures become an incident (articles 1 and 3). Space
 * confirms at once: the regions agree, the verdict is red. Time confirms after a
 * number of windows in a row in which one region fails, or is throttled.
 * Windows are counted, never records: a window that is reported twice counts
 * once, by the worse report. Pure.
 */
#ifndef INCIDENT_CONFIRMATION_H
#define INCIDENT_CONFIRMATION_H

#include "conf/conf.h"
#include "incident/state.h"
#include "records/alert.h"
#include "records/verdict.h"

/* The worst failure of a server in one verdict. */
struct assessment {
	enum step step;
	enum failure_layer layer;
	enum severity severity;
	const char *error, *said; /* of the verdict, or NULL */
};

/*
 * severity_of_step(step, error): P1 for steps 1, 2, 3 and 5, and for any 5xx
 * answer; else P2. error may be NULL.
 */
enum severity severity_of_step(enum step step, const char *error);

/*
 * severity_rises(kind): whether an incident of that kind becomes P1 when it
 * lasts: only a downtime does, as what the others say never wakes anybody (A1).
 */
bool severity_rises(enum alert_kind kind);

/* severity_region(v, name): the region of a verdict, or NULL. */
const struct verdict_region *severity_region(const struct verdict *v,
	const char *name);

/*
 * severity_throttled(r): whether the newest probe of r got 429; r may be NULL.
 */
bool severity_throttled(const struct verdict_region *r);

/* From so many in a row on, a 429 of a region is no accident (article 3). */
#define THROTTLED_ROW 3

/*
 * A verdict as an observation of its window; only new reports count. During a round,
 * awaited regions have only a report of the round before: that begins no
 * incident, and whether the window passes is not known yet.
 */
struct observation {
	int64_t window;	     /* that of the newest probe */
	bool partial;	     /* regions are awaited */
	bool failing;	     /* some region fails */
	bool agreed;	     /* the verdict is red */
	bool late; /* some region's next report is due; the last was bad */
	bool throttled;	     /* some region was answered with 429 */
	bool only_throttled; /* and every failing region fails for that */
	bool refused;	     /* our credential is, which worked before */
	enum step throttled_step;
	struct assessment assessed;
};

/*
 * observation_of(st, v): what v says, as far as st has not counted it. A report
 * counts in one window, however long the verdicts still go by it.
 */
struct observation observation_of(const struct alert_state *st,
	const struct verdict *v);

/* Whether a region reported in a window. */
enum hearing {
	HEARD,	    /* it reported */
	REPORT_DUE, /* its last report was counted, and the next one is due */
	NOT_HEARD,  /* it does not report any more */
};

/*
 * region_hearing(st, v, window, name): what v has of a region in that window,
 * where st has counted earlier ones.
 */
enum hearing region_hearing(const struct alert_state *st,
	const struct verdict *v, int64_t window, const char *name);

/*
 * observation_latest(v): the latest instant, epoch seconds, at which a probe of
 * the verdict can have started; a later one comes from a wrong clock.
 */
double observation_latest(const struct verdict *v);

/*
 * observation_unseen(s, st, v, inc, any): whether nobody can know in the window
 * of s, observed in v and not failing, whether inc goes on: of the regions in
 * which it failed none reports; or, if `any`, not all do. Those that passed in
 * their last report are not waited for.
 */
bool observation_unseen(const struct observation *s,
	const struct alert_state *st, const struct verdict *v,
	const struct incident *inc, bool any);

/*
 * observation_down(s, v, inc): whether the window of s, observed in v, is one
 * of the open downtime inc: the regions agree, and not on 429; or nobody knows,
 * for some of inc failed and do not report any more.
 */
bool observation_down(const struct observation *s, const struct verdict *v,
	const struct incident *inc);

/*
 * incident_barred(st, kind, at): whether what began at that instant, or is the
 * report of a probe that did, begins no incident of the kind, for one was
 * closed after it; or that incident would have the key of the closed one.
 */
bool incident_barred(const struct alert_state *st, enum alert_kind kind,
	double at);

/* The reason to open an incident. */
struct confirmation {
	bool confirmed; /* false: nothing does, and the rest says nothing */
	enum alert_kind kind;
	enum severity severity;
	int64_t first; /* window of the first failure that counts */
	int count; /* failing windows so far */
	bool follows; /* it is what is left of the last downtime */
};

/*
 * confirmation_of(st, v, s, p): whether the window of s, observed in v and
 * counted in st, confirms an incident. In space the first failure that counts
 * is that of this window; in time it is the first of the row.
 */
struct confirmation confirmation_of(const struct alert_state *st,
	const struct verdict *v, const struct observation *s,
	const struct conf_policy *p);

/*
 * confirmation_after(st, v, s, p): the same, in the window with which a
 * downtime ended: a region that still fails needs no long row.
 */
struct confirmation confirmation_after(const struct alert_state *st,
	const struct verdict *v, const struct observation *s,
	const struct conf_policy *p);

/*
 * streak_count(st, v, s): count the window of s for each region of v: as
 * failing, as throttled, or as the end of its row; and as one on which they
 * agree.
 */
void streak_count(struct alert_state *st, const struct verdict *v,
	const struct observation *s);

/*
 * streak_add(t, window): add a window to the row t. A window too long after the
 * last one begins a new row.
 */
void streak_add(struct streak *t, int64_t window);

/*
 * streak_trim(st, since, n): let no row begin before the window `since`, nor
 * have more than n windows.
 */
void streak_trim(struct alert_state *st, int64_t since, int n);

/*
 * streak_forget_region(st, name): forget the rows of a region, for nobody knows
 * any more whether it fails.
 */
void streak_forget_region(struct alert_state *st, const char *name);

/* region_counted(st, name): the tally of a region, or NULL. */
const struct region_tally *region_counted(const struct alert_state *st,
	const char *name);

/* streak_drop(st): forget the regions that have no row of any kind. */
void streak_drop(struct alert_state *st);

/*
 * streak_forget(st): forget the rows of all regions.
 * streak_forget_bad(st): only those of failing and of throttled windows.
 * streak_forget_throttled(st): only the latter.
 */
void streak_forget(struct alert_state *st);
void streak_forget_bad(struct alert_state *st);
void streak_forget_throttled(struct alert_state *st);

/* verdict_lists(names, n, name): whether name is one of the n names. */
bool verdict_lists(const char *const *names, size_t n, const char *name);

#endif
