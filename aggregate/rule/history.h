/* SPDX-License-Identifier: MIT */
/*
 * history.h: what is known of a server, as plain structs: the probes of each
 * region, in order. The rule and the comparison of tools read nothing else.
 */
#ifndef RULE_HISTORY_H
#define RULE_HISTORY_H

#include "records/probe.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The most probes of a region that the rule looks at: as many as the store
 * keeps; at a probe every 30 s twice what it needs.
 */
#define HISTORY_MAX 16

/* The tools of a server as one probe read them. */
struct tool_list {
	const char *hash;      /* of their contracts */
	const char *full_hash; /* with descriptions; or NULL */
	const struct tool_digest *tools; /* by name; NULL where not known */
	size_t n_tools;
};

struct probe {
	double started_at; /* epoch seconds */
	double total_ms;   /* NAN where not known */
	const char *id;
	const char *error;	       /* of the failed step, or NULL */
	const char *protocol;	       /* the revision, or NULL */
	const struct tool_list *tools; /* NULL where the probe has no hash */
	enum region_state state;
	enum step failed_step; /* the first that failed, or STEP_NONE */
	enum era era;
	/* The result of a check for a stale cache; NULL: none was made. */
	const struct cache_check *cache;
	struct probe_findings found;
	/* It is the first of its region and minute: rollups count no other. */
	bool counts;
};

/* How often the tools of a region changed, minute by minute. */
#define CHANGES_MINUTES 60
struct change_counts {
	int64_t upto; /* the window of the last minute; 0: nothing is known */
	uint8_t count[CHANGES_MINUTES]; /* oldest first */
};

struct region_history {
	const char *name;
	/*
	 * The first of the regions whose runners share its machine, and what shows
	 * that, "host key", "egress address" or "POP"; NULL: none is known.
	 */
	const char *machine;
	const char *machine_by;
	const char *pop; /* where its platform runs it; or NULL */
	const struct probe *probes; /* oldest first */
	size_t n;
	double tools_from; /* no probe that started before it has tools */
	/*
	 * The probe whose tools the verdict before this one saw. NULL where
	 * there was none: then the newest tools are compared to those of the
	 * probe before.
	 */
	const struct probe *tools_seen;
	/*
	 * When the first probe with these tools started, as far as is known:
	 * epoch seconds. 0 where it is not known.
	 */
	double tools_since;
	/* tools_since for their descriptions, where those are known; else 0. */
	double words_since;
	/* The changes up to the verdict before this one. */
	struct change_counts changes;
	/*
	 * When those probes started that were taken out of `probes`, for the
	 * region was cut off, see isolation.h. Oldest first.
	 */
	const double *cut;
	size_t n_cut;
};

/*
 * history_until(h, t): how many probes, from the oldest, started at or before
 * the instant t.
 */
size_t history_until(const struct region_history *h, double t);

/*
 * history_success(h, t): when the newest probe started, at or before the instant
 * t, that was not broken; NAN where there is none.
 */
double history_success(const struct region_history *h, double t);

/* history_healthy(h, t): when the newest healthy probe started, likewise. */
double history_healthy(const struct region_history *h, double t);

/*
 * history_settle(probes, n): sort the probes of a region, oldest first, and
 * drop those that are not whole, whose `counts` is false. Then `counts` of a
 * probe says whether it is the first of its minute, the dropped ones included.
 * Returns how many are left.
 */
size_t history_settle(struct probe *probes, size_t n);

/* ---- Whether a region works and since when, as published. */

struct region_since {
	bool broken;
	/*
	 * When the first probe started of the unbroken series that ends in the
	 * newest one: epoch seconds; 0 where it is not known.
	 */
	double since;
};

/*
 * region_state_at(h, until, before): the state as of `until`. `before` is the
 * state as of an earlier instant, which may know of a longer series than the
 * probes show; or NULL.
 */
struct region_since region_state_at(const struct region_history *h,
	double until, const struct region_since *before);

/*
 * region_state_p95(h, until): in ms, by nearest rank, of the last HISTORY_MAX
 * probes that were not broken; NAN where there is none.
 */
double region_state_p95(const struct region_history *h, double until);

#endif
