/*
 * history.h: what is known of a server, as plain structs: the probes of each
 * region, in order. The rule and the comparison of tools work on nothing else.
 */
#ifndef RULE_HISTORY_H
#define RULE_HISTORY_H

#include "mcp/names.h"
#include "records/probe.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The rule looks at no more than so many probes of a region: what a store keeps
 * of them, and at a probe every 30 s twice what it needs.
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
	const struct tool_list *tools; /* NULL where the probe has no hash */
	enum region_state state;
	enum step failed_step; /* the first that failed, or STEP_NONE */
	enum era era;
	/* Whether clients get an older list; NULL where it did not find out. */
	const struct cache_check *cache;
	/* Of its region and minute the first: rollups count no other. */
	bool counts;
};

/* How often the tools of a region changed, minute by minute. */
#define CHANGES_MINUTES 60
struct tool_changes {
	int64_t upto; /* the window of the last minute; 0: nothing is known */
	uint8_t count[CHANGES_MINUTES]; /* oldest first */
};

struct region_history {
	const char *name;
	/*
	 * The machine that its runner is on, by the name of its first region,
	 * where that has several, and what shows it: "host key" or "egress
	 * address". NULL: it has a machine of its own, as far as is known.
	 */
	const char *machine;
	const char *machine_by;
	const struct probe *probes; /* oldest first */
	size_t n;
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
	/* What the verdict before knew of the changes up to it. */
	struct tool_changes changes;
	/*
	 * When those of its probes started that say nothing, for the region was
	 * cut off, see isolation.h; they are not among `probes`. Oldest first.
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
 * history_settle(probes, n): put a region's probes, whose `counts` says whether
 * they are whole, in order, oldest first; keep the whole ones, and set `counts`
 * of these: the first of a minute is the one that counts, be it whole or not.
 * Returns how many are left.
 */
size_t history_settle(struct probe *probes, size_t n);

#endif
