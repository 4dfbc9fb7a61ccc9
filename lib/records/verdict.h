/* SPDX-License-Identifier: MIT */
/*
 * verdict.h: the verdict record of mcp-records(5).
 */
#ifndef RECORDS_VERDICT_H
#define RECORDS_VERDICT_H

#include "records/probe.h"
#include "terms/rates.h"

#include <stdint.h>

/* The lists of tools, where regions see different ones. */
#define VERDICT_DIVERGENCE "cdn-cache-divergence"

struct verdict_region {
	const char *region;
	enum region_state state;
	enum step failed_step; /* STEP_NONE where none failed */
	const char *error;     /* or NULL */
	double ms;	       /* of the whole probe; NAN where not known */
	double started_at;     /* epoch seconds */
	int fail_streak;       /* failures in its run */
	const char *tool_hash; /* or NULL */
	/* Its last check for an old list, while that holds; and when that was. */
	struct cache_check cache;
	double cache_at; /* epoch seconds */
	struct probe_findings found;
	/* The first of the regions that count as one with it; NULL: none does. */
	const char *machine;
	/*
	 * Of a verdict that is published: when the first probe of the series
	 * started that works, or does not, as the newest does; 0 in others. And
	 * the 95th percentile of its last probes; NAN where there is none.
	 */
	double since;
	double p95_ms;
};

/* A removed tool that seems to be an added one under a new name. */
struct verdict_rename {
	const char *from, *to;
};
/* The most of them that a drift has. */
#define VERDICT_RENAMES 32

struct verdict_drift {
	const char *region;
	const char **added, **removed, **changed, **redescribed;
	size_t n_added, n_removed, n_changed, n_redescribed;
	const char *from, *to; /* hashes; or names of eras where these changed */
	/* Of `removed` and `added`, where their definitions are known. */
	struct verdict_rename *renamed;
	size_t n_renamed;
	const char *lists[2]; /* the full hashes, or NULL; not in a record */
};

/*
 * Where the definition of a tool differs from that of the first side: excerpts
 * around it, in which what is hidden is visible. Not for the public.
 */
struct verdict_words {
	const char *tool;
	const char *path; /* JSON Pointer in its definition */
	const char *before, *after; /* "" where there is nothing */
};

/* The regions that see the same tools, where not all do. */
struct verdict_side {
	const char *tool_hash;
	const char *full_hash; /* where only that differs; else NULL */
	const char **regions;
	size_t n_regions;
	/*
	 * Since when the first of these regions sees the hash, and when any
	 * region last did: when these probes started, epoch seconds.
	 */
	double first_seen, last_seen;
	/*
	 * What tells its tools from those of the first side; from and to are the
	 * two hashes that differ, and there is no region. Of the first side:
	 * nothing.
	 */
	struct verdict_drift changes;
	struct verdict_words *words; /* some of it */
	size_t n_words;
};

/*
 * A server whose tools change too often for each change to be told: how often
 * in the last hour, as the region counts it that saw the most, and the window
 * of the first verdict that said so, epoch seconds. All 0 where it is not so.
 */
struct verdict_churn {
	int changes_1h;
	double since;
};

/*
 * The tools of regions are not those that somebody has approved, in tools.lock;
 * of several lists the one of the worst class. since is 0 where it is not so.
 */
struct verdict_unapproved {
	enum change_class class;
	double since; /* window of the first verdict that said so, epoch seconds */
	const char **regions; /* that see other tools */
	size_t n_regions;
	struct verdict_drift changes; /* from the approved ones; of no region */
	struct verdict_words *words;  /* some of it */
	size_t n_words;
};

struct verdict {
	const char *slug;
	const char *url; /* or NULL */
	int64_t window;	 /* epoch seconds, a multiple of 60 */
	enum verdict_colour verdict;
	enum tier tier;
	enum step step; /* STEP_NONE where no region fails */
	enum checks checks; /* why our checks fail, if not by the server */
	/*
	 * Because of that nobody knows whether the server works: the minute has
	 * no part in its uptime. Not in the record.
	 */
	bool unchecked;
	int failed_regions;
	int reporters;
	int expected;
	bool divergence;
	const char **failing;
	size_t n_failing;
	const char **no_data;
	size_t n_no_data;
	/* Expected regions that have not reported yet in this round. */
	const char **awaited;
	size_t n_awaited;
	/* Of those without data the ones whose own network is cut off. */
	const char **isolated;
	size_t n_isolated;
	struct verdict_region *regions;
	size_t n_regions;
	struct verdict_drift *drift;
	size_t n_drift;
	/* Where there is divergence, at least two; first seen first. */
	struct verdict_side *sides;
	size_t n_sides;
	struct verdict_churn tool_churn; /* while it lasts, there is no drift */
	/* The lists were compared with tools.lock, which has the server. */
	bool pinned;
	struct verdict_unapproved unapproved;
	struct error_rates error_rates;
	double latency_p50;	 /* NAN where there is none */
	double latency_p95;	 /* NAN where there is none */
	double latency_baseline; /* NAN where there is none */
	double uptime_30d;	 /* percent; NAN where there is none */
	double p50_ms;		 /* NAN where there is none */
	double p95_ms;		 /* NAN where there is none */
	/* Of a verdict that is published; 0 in others. Epoch seconds. */
	double published_at;
	double last_probe_at; /* of the newest probe of any region; NAN: none */
	double last_success_at; /* of the newest that was not broken; NAN: none */
	/* Of the newest probe that shook hands: the revision, or NULL, and the era. */
	const char *protocol;
	enum era era;
	/* Of one on a minute that was judged late: when it was; 0 in others. */
	double judged_at;
};

/*
 * verdict_write(b, v): append the record as a line, its newline included. Text
 * from outside is cut and cleaned on the way. Where the names in the drift
 * would make the line longer than a line may be, fewer are written, and none in
 * the end; what is too long even so leaves b as it was.
 */
void verdict_write(struct buf *b, const struct verdict *v);

/* verdict_of_tier(t): the verdict that goes with a tier. */
enum verdict_colour verdict_of_tier(enum tier t);

/* verdict_side_hash(s): the hash that tells a side from the others. */
const char *verdict_side_hash(const struct verdict_side *s);

/*
 * verdict_words_put(b, s): append the words of a side, as an object.
 * verdict_words_take(o, s): read them from it; free s->words, whose strings
 * belong to o. False where o is none.
 */
void verdict_words_put(struct buf *b, const struct verdict_side *s);
bool verdict_words_take(const cJSON *o, struct verdict_side *s);

/* The same of what nobody approved. */
void verdict_unapproved_put(struct buf *b, const struct verdict_unapproved *u);
bool verdict_unapproved_take(const cJSON *o, struct verdict_unapproved *u);
void verdict_unapproved_release(struct verdict_unapproved *u);

/* Its members; those of its lists and objects are reached from there. */
extern const struct field verdict_fields[];

/* A verdict that was read, with what its strings and arrays belong to. */
struct verdict_record {
	struct verdict verdict;
	cJSON *doc; /* owns the strings */
};

/*
 * verdict_read(p, n, r, why): read a line of n bytes. 0, and then
 * verdict_record_release frees what *r holds; or -1, and why, which has
 * RECORD_WHY bytes, says what is wrong with it. verdict_take(doc, r, why):
 * read a record that is parsed already, whose type is known to be verdict; doc
 * is *r's from then on.
 */
int verdict_take(cJSON *doc, struct verdict_record *r, char *why);
int verdict_read(const char *p, size_t n, struct verdict_record *r, char *why);
void verdict_record_release(struct verdict_record *r);

#endif
