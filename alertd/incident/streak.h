/*
 * streak.h: what a verdict says of a window, and how many windows in a row each
 * region fails, or is throttled. Counted by windows, never by records: a window
 * that is told of twice counts once, and of what is told the worse counts.
 * Pure.
 */
#ifndef INCIDENT_STREAK_H
#define INCIDENT_STREAK_H

#include "incident/severity.h"
#include "incident/state.h"
#include "records/verdict.h"

/* So far ahead of ours is a clock that is right. */
#define MACHINE_AHEAD_S 300

struct observation {
	int64_t window;	     /* that of the newest probe */
	bool failing;	     /* some region fails */
	bool agreed;	     /* the verdict is red */
	bool throttled;	     /* some region was answered with 429 */
	bool only_throttled; /* and whatever fails, fails for that */
	enum step throttled_step;
	struct assessment assessed;
};

struct observation observation_of(const struct verdict *v);

/* streak_count(st, v, s): count the window of s, if it is not an old one. */
void streak_count(struct alert_state *st, const struct verdict *v,
	const struct observation *s);

/*
 * streak_longest(st, v, s, throttled): the longest series that goes on in this
 * window, of throttled regions or of those that fail for another reason; of
 * equals the older. NULL where there is none.
 */
const struct streak *streak_longest(const struct alert_state *st,
	const struct verdict *v, const struct observation *s, bool throttled);

/*
 * streak_add(t, window): one more of a row; a window that is too late for the
 * last one begins another.
 */
void streak_add(struct streak *t, int64_t window);

/* streak_drop(st): forget the regions that are in a row of nothing. */
void streak_drop(struct alert_state *st);

/* streak_forget(st): begin to count anew. The other: only who is throttled. */
void streak_forget(struct alert_state *st);
void streak_forget_throttled(struct alert_state *st);

/* verdict_lists(names, n, name): whether it is one of the names. */
bool verdict_lists(const char *const *names, size_t n, const char *name);

#endif
