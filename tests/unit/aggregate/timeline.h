/* SPDX-License-Identifier: MIT */
/*
 * timeline.h: the probes of a server in short form, for tables of cases.
 *
 *	"us 0:- 60:6 120:6/http.503 | eu 5:-#a 65:-#a.b@sse"
 *
 * Regions are parted by '|'. Each begins with its name, and that of its machine
 * behind a '=' where it shares one; then come its probes:
 * when it started, in seconds after TIMELINE_START; the step that failed, from
 * 1 to 8, '-' where none did, 'w' for a server behind a wall; the code of the
 * error behind a '/'; a hash behind a '#', that of the full form behind a '.';
 * the era behind an '@'.
 */
#ifndef TIMELINE_H
#define TIMELINE_H

#include "rule/verdict.h"

/* A full minute. */
#define TIMELINE_START 1777485000.0
#define TIMELINE_REGIONS 8
#define TIMELINE_PROBES 64

struct timeline {
	char text[4096];
	struct region_history regions[TIMELINE_REGIONS];
	struct probe probes[TIMELINE_REGIONS][TIMELINE_PROBES];
	struct tool_list lists[TIMELINE_REGIONS][TIMELINE_PROBES];
	char hashes[26][2];
	const char *names[TIMELINE_REGIONS];
	size_t n;
	double worked; /* see verdict_input.worked_at, likewise; 0: never */
};

/* timeline_read(t, text): read the short form. Fails the test if it cannot. */
void timeline_read(struct timeline *t, const char *text);

/*
 * timeline_judge(t, rule, expected, now, out): judge the server `now` seconds
 * after TIMELINE_START. `expected` are names with blanks between them, or NULL
 * for the regions of the timeline. out, which has 512 bytes, becomes
 *
 *	"red step-alert tools-list 2 3/5 [eu us] [ap sa]"
 *
 * verdict, tier, step, failed_regions, reporters/expected, failing, no_data;
 * then " isolated [ap]" where any is, "checks refused", "unchecked",
 * "divergence", and "drift REGION FROM>TO" for each drift.
 */
void timeline_judge(const struct timeline *t, const struct rule *rule,
	const char *expected, double now, char *out);

#endif
