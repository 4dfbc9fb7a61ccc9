/* SPDX-License-Identifier: MIT */
/*
 * recovery.h: how an incident ends: a number of windows in a row pass. A window
 * counts once, and none passes in which the incident failed. Or nobody watches
 * any more what failed. Pure.
 *
 * A window also passes for a downtime if a region fails, but too few agree. It
 * ends with so many of either sort in a row; or, after three times as many of
 * both, with the next one in which no region fails.
 */
#ifndef INCIDENT_RECOVERY_H
#define INCIDENT_RECOVERY_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "records/verdict.h"

/*
 * recovery_pass(inc, window, needed): count a passing window; inc->still names
 * the regions that fail in it all the same. True once
 * `needed` have passed in a row: the incident is over since inc->passed_since.
 */
bool recovery_pass(struct incident *inc, int64_t window, int needed);

/*
 * recovery_quiet(inc, window): a window in which nobody knows whether it fails.
 * If the next known one passes, these passed, too.
 */
void recovery_quiet(struct incident *inc, int64_t window);

/* recovery_over(inc, p): whether it has passed often and long enough to end. */
bool recovery_over(const struct incident *inc, const struct conf_policy *p);

/* recovery_reset(inc): no window has passed since the last failing one. */
void recovery_reset(struct incident *inc);

/*
 * recovery_end(st, kind, at, out): tell that the incident is over, or, if it
 * began in minutes that were judged late, that it was; then close it. In a
 * maintenance an incident of which somebody was notified stays open: its end is
 * sent after the maintenance.
 */
void recovery_end(struct alert_state *st, enum alert_kind kind, double at,
	struct alert_events *out);

/*
 * recovery_server_gone(st, now, out): the server was taken out of the
 * configuration, and nothing else would end its incidents: end them all, in a
 * maintenance too.
 */
void recovery_server_gone(
	struct alert_state *st, double now, struct alert_events *out);

/*
 * recovery_unseen(st, kind, at, out): end an incident that servers share, none
 * of which was seen to recover, as of its passed_since.
 */
void recovery_unseen(struct alert_state *st, enum alert_kind kind, double at,
	struct alert_events *out);

/*
 * recovery_with(st, kind, e, out): end an open incident as event e of another
 * has ended that, which was not seen to recover.
 */
void recovery_with(struct alert_state *st, enum alert_kind kind,
	const struct alert_event *e, struct alert_events *out);

/*
 * recovery_gone(st, kind, v, regions, out): end an open incident if verdict v
 * no longer expects any of the regions; not in a maintenance. Whether it did.
 */
bool recovery_gone(struct alert_state *st, enum alert_kind kind,
	const struct verdict *v, const struct strings *regions,
	struct alert_events *out);

/*
 * recovery_regions_gone(st, v, out): end the downtime, the regional incident
 * and the rate limit if verdict v no longer expects any of its regions, and no
 * other region fails, or is throttled.
 */
void recovery_regions_gone(struct alert_state *st, const struct verdict *v,
	struct alert_events *out);

/*
 * recovery_seen(st, inc, region): the window in which a region of inc, which is
 * silent, reported last.
 */
int64_t recovery_seen(const struct alert_state *st, const struct incident *inc,
	const char *region);

/*
 * recovery_regions_silent(st, v, p, out): after p->silence_end_s a region that
 * does not report is no longer one of a downtime, a regional incident or a rate
 * limit; with the last region each ends, as of the first window that was not
 * seen. Not in a maintenance.
 */
void recovery_regions_silent(struct alert_state *st, const struct verdict *v,
	const struct conf_policy *p, struct alert_events *out);

/*
 * flapping.c: an incident that fails again and again. One that fails again
 * while it recovers stays one incident. Of those that begin soon after each
 * other, the third, p->flap_count, is flapping: it lasts until nothing has
 * failed for p->flap_clear_s. Pure.
 */

/*
 * flapping_begin(st, kind, p): a downtime or regional incident has opened:
 * count its start, unless a maintenance goes on, and find out whether it is
 * flapping. A downtime is if the regional incident is that it supersedes.
 */
void flapping_begin(struct alert_state *st, enum alert_kind kind,
	const struct conf_policy *p);

/* flapping_end(st, kind): it is over; note with its start how it failed. */
void flapping_end(struct alert_state *st, enum alert_kind kind);

/* flapping_count(inc, window): inc fails in a window that counts. */
void flapping_count(struct incident *inc, int64_t window);

/*
 * flapping_lasts(inc, before): whether a flapping incident, which failed last
 * in the window `before` and fails now, has just failed without a break for
 * three times as long as ever before: it may be down for good.
 */
bool flapping_lasts(const struct incident *inc, int64_t before);

/* flapping_over(inc, p): whether its passing windows reach for its end. */
bool flapping_over(const struct incident *inc, const struct conf_policy *p);

/* flapping_failed_s(inc): for how long it failed, with the starts before it. */
int64_t flapping_failed_s(const struct incident *inc);

#endif
