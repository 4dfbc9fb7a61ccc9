/* SPDX-License-Identifier: MIT */
/*
 * kinds.h: the kinds of incidents beside the downtime, and the events that are
 * sent once: each judges a verdict, as machine.c calls it. Pure.
 */
#ifndef INCIDENT_KINDS_H
#define INCIDENT_KINDS_H

#include "conf/conf.h"
#include "incident/confirmation.h"
#include "incident/event.h"
#include "incident/state.h"
#include "records/verdict.h"

/*
 * The kinds that judge every verdict that is no older than the state, in this
 * order: NAME_judge(st, v, window, out) opens, worsens or ends its incident by
 * verdict v of that window, or appends an event that is sent once. A new one
 * needs nothing else here and in machine.c.
 */
#define KINDS_OF_NEWS(X) X(tool_churn) X(tool_drift) X(clients_refused)

#define KIND_JUDGE(name)                                                       \
	void name##_judge(struct alert_state *st, const struct verdict *v,     \
		int64_t window, struct alert_events *out);
KINDS_OF_NEWS(KIND_JUDGE)
#undef KIND_JUDGE

/*
 * degradation.c: a server that can be used, but is slow or fails too often:
 * the incidents latency, error_rate and slo_burn. Pure.  A downtime, a
 * regional incident or a rate limit mutes these, until its probes have left
 * the window over which they are measured.
 */

/*
 * degradation_judge(st, v, s, p, out): open, worsen or end these incidents by
 * what verdict v measured.
 */
void degradation_judge(struct alert_state *st, const struct verdict *v,
	const struct observation *s, const struct conf_policy *p,
	struct alert_events *out);

/*
 * Clients that a server refuses while others can use it. Pure.
 */

/*
 * clients_refused_judge: an event for a server that refuses clients of
 * 2026-07-28 in some regions, while others can use it; again only if that was
 * not so for a day.
 */

/*
 * Cold starts: servers that sleep while nobody uses them, so that the first
 * request after a pause may fail. Pure.
 */

/*
 * cold_start_excuses(st, s, p): whether the failure of window s does not count,
 * for the server may just be starting: it is the first after a pause of more
 * than p->idle_s (article 3). The next one counts, however long the pause
 * before it was.
 */
bool cold_start_excuses(struct alert_state *st, const struct observation *s,
	const struct conf_policy *p);

/*
 * divergence.c: regions still see old tools that other regions, or the server
 * itself, no longer have: a stale cache, or an origin that was not updated
 * (article 1). Pure.
 */

/*
 * divergence_judge(st, v, window, p, out): take into account which tools the
 * regions of verdict v see in its window. An incident begins when a region was
 * seen with older tools after another was first seen with newer ones, or when
 * regions differed in two windows in a row; it ends when all its regions were
 * seen with the same tools. A region that is not seen changes nothing.
 *
 * An incident also begins with the first verdict that says that clients of a
 * region get an older list than the server's; it ends when checks of all its
 * regions find the server's list again. None begins while a tool_churn is open,
 * see tool_drift.c.
 */
void divergence_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, const struct conf_policy *p, struct alert_events *out);

/*
 * probe_silent.c: regions that do not report on a server. That says nothing
 * about the server, and touches no other incident. Pure.
 */

/*
 * probe_silent_judge(st, v, p, out): count, for each region that has no data
 * now, the windows in a row without a report; p->silent of them open the
 * incident. These are windows of the verdicts' own clock: without reports there
 * is no newer probe. A server has one incident of this kind; it ends once every
 * silent region has reported.
 */
void probe_silent_judge(struct alert_state *st, const struct verdict *v,
	const struct conf_policy *p, struct alert_events *out);

/*
 * tool_drift.c: the tools of a server changed. Each change is sent once,
 * however many regions see it; a server that changes its tools all the time
 * gets one incident, tool_churn, instead of an event for each change. Pure.
 */

/* A change that was sent is not sent again for this long; nor while there is a
   divergence, if that begins before it is forgotten. */
#define TOOL_DRIFT_AGAIN_S 3600
#define TOOL_DRIFT_KEPT_S (7 * 86400)

/*
 * tool_drift_judge: an event for each change that a verdict reports. Regions
 * that follow a change that was sent, within an hour or while the regions
 * differ, are no news. At most DRIFTS_MAX changes are sent in an hour; none
 * while a tool_churn is open.
 */

/* More changes than this in an hour are too many: mcp-aggregate(1) counts. */
#define TOOL_CHURN_USUAL 12

/*
 * tool_churn_judge: a tool_churn begins with the first verdict that reports
 * one, and ends with the first that does not, unless that is unknown. While it
 * is open, neither drifts nor a divergence of the server are sent.
 */

/*
 * tool_sightings.c: which region saw which tools last, and which of these sets
 * of tools is newer. A set is as new as the first probe that saw it. What a
 * region saw holds until it sees tools again: silence and failures change
 * nothing. Pure.
 */

/*
 * tool_sightings_take(st, v, window): note in st->tools what the regions of v
 * see, whose window that is. Regions that are no longer in the configuration
 * are forgotten, and sets that no region saw last, unless a divergence is open.
 *
 * A region that comes back to an older set makes that the newest again once
 * more regions see it than the one that was left: the server was rolled back.
 */
void tool_sightings_take(struct alert_state *st, const struct verdict *v,
	int64_t window);

/* tool_sightings_find(t, region): what a region saw last, or NULL. */
const struct sighting *tool_sightings_find(const struct tools_seen *t,
	const char *region);

/*
 * tool_sightings_newer(t, v, s): the newest set that is newer than what a
 * region saw in s, and of an era that can be compared with it; NULL: there is
 * none.
 */
const struct tool_set *tool_sightings_newer(const struct tools_seen *t,
	const struct verdict *v, const struct sighting *s);

/*
 * tool_sightings_now(v, s): whether verdict v itself confirms s: the region
 * reported, its newest probe read these tools, and the verdict compares them.
 */
bool tool_sightings_now(const struct verdict *v, const struct sighting *s);

/*
 * tool_sightings_differ(t, window): whether regions saw different tools in that
 * window.
 */
bool tool_sightings_differ(const struct tools_seen *t, int64_t window);

/* tool_sightings_configured(v, region): whether v knows that region. */
bool tool_sightings_configured(const struct verdict *v, const char *region);

/*
 * unapproved_change.c: the tools of a server are not those that somebody has
 * approved, in tools.lock. Such a change is sent by this incident alone:
 * neither as a drift, nor as a failure of step 8, which compares with the same
 * pin. Pure.
 */

/*
 * unapproved_change_judge(st, v, window, p, out): an incident begins with the
 * first verdict that tells of a change that matters, escalates where the class
 * gets worse, and ends when verdicts no longer tell of any: it was approved, or
 * taken back. While the tools churn, nothing of this happens.
 */
void unapproved_change_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, const struct conf_policy *p, struct alert_events *out);

/*
 * unapproved_change_covers(st, window, d): whether the incident, as judged for
 * that window, tells of a drift that the same verdict reports; or of the way
 * back.
 */
bool unapproved_change_covers(const struct alert_state *st, int64_t window,
	const struct verdict_drift *d);

/*
 * unapproved_change_note(st, v): from now on the incident is about what v tells
 * of: another change of the same class is sent as the drift that it is.
 */
void unapproved_change_note(struct alert_state *st, const struct verdict *v);

/*
 * unapproved_change_fold(st, v, out): whether all that fails in v is what an
 * open incident tells of: step 8, in every failing region. Then *out is v
 * without it; free(out->regions).
 */
bool unapproved_change_fold(const struct alert_state *st,
	const struct verdict *v, struct verdict *out);

#endif
