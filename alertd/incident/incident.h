/*
 * incident.h: what all kinds of incidents share: how one opens, a window in
 * which it fails, and what is mended after a wrong clock. For its end see
 * recovery.h. Pure.
 */
#ifndef INCIDENT_INCIDENT_H
#define INCIDENT_INCIDENT_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"

/*
 * incident_open(inc, severity, first, window, count): open an incident that is
 * not open: its first failing window, the window that confirmed it, and the
 * number of failing windows so far.
 */
void incident_open(struct incident *inc, enum severity severity,
	int64_t first, int64_t window, int count);

/* incident_fail(inc, window): the incident fails in that window. */
void incident_fail(struct incident *inc, int64_t window);

/*
 * incident_stop(inc, at): an acknowledgement, a maintenance or a silence begins
 * to hold the steps of its policy. incident_go_on(inc, at): one of these is
 * over; after the last of them the steps go on from where they stood.
 */
void incident_stop(struct incident *inc, double at);
void incident_go_on(struct incident *inc, double at);

/*
 * incident_heal(inc, now): set to now what a clock that was ahead of ours had
 * set: it would delay everything until then.
 */
void incident_heal(struct incident *inc, double now);

/*
 * incident_end(inc): when it ended, if it has: never before it began, whatever
 * a clock that was set back says.
 */
int64_t incident_end(const struct incident *inc);

/*
 * incident_checks(inc, kind): what keeps our checks from the server, as far as the
 * incident is about that.
 */
enum checks incident_checks(const struct incident *inc, enum alert_kind kind);

/*
 * incident_close(st, kind, now): somebody has closed the incident of that kind,
 * which is still open: forget what would begin it again.
 * incident_barred(st, kind, at): whether what began at that instant, or is the
 * report of a probe that did, begins no incident of the kind, for one was closed
 * after it; or that incident would have the key of the closed one.
 * incident_heal_closings(st, now): let no closing bar what begins after now, for
 * the clock was ahead and is right now.
 */
#define INCIDENT_REFUSED "refused" /* its error: the configuration is */
void incident_close(struct alert_state *st, enum alert_kind kind, double now);
bool incident_barred(const struct alert_state *st, enum alert_kind kind,
	double at);
void incident_heal_closings(struct alert_state *st, double now);

/* incident_restart(inc): count windows anew, for the clock was wrong. */
void incident_restart(struct incident *inc);

/*
 * incident_all_silent(inc, kind): whether no region in which it failed reports.
 */
bool incident_all_silent(const struct incident *inc, enum alert_kind kind);

/*
 * dedup_key(st, kind, out): the name by which receivers tell incidents apart, so
 * that a page is raised once and resolved once: "SLUG:KIND:START", as alert_key
 * makes it for the events of the incident. Returns out, which
 * has ALERT_KEY_SIZE bytes.
 */
const char *dedup_key(const struct alert_state *st, enum alert_kind kind,
	char *out);

#endif
