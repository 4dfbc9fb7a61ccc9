/*
 * tool_sightings.h: which region saw which tools last, and which of these sets
 * of tools is newer. A set is as new as the first probe that saw it. What a
 * region saw holds until it sees tools again: silence and failures change
 * nothing. Pure.
 */
#ifndef INCIDENT_TOOL_SIGHTINGS_H
#define INCIDENT_TOOL_SIGHTINGS_H

#include "incident/state.h"
#include "records/verdict.h"

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

#endif
