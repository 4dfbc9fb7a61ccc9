/* SPDX-License-Identifier: MIT */
/*
 * load.h: what the store knows of servers, as histories for the rule.
 */
#ifndef STORE_LOAD_H
#define STORE_LOAD_H

#include "figures/figures.h"
#include "histories/collect.h"
#include "rule/history.h"
#include "store/store.h"
#include "terms/rates.h"

/* Fields of key_tools that are made of definitions: the lists that differ and their
   words; which lists differ from which pin, and how. */
#define DIVERGENCE_WORDS "divergence:words"
#define UNAPPROVED_CHANGE "unapproved:change"

/* One server in the store, beside its probes. */
struct loaded {
	const char *slug;
	struct server *found; /* its probes; NULL: the store has none */
	struct figures figures;
	bool baseline_missing; /* see rollup_read */
	/* As of the verdict before: the tools that each region saw, */
	struct seen *seen;
	size_t n_seen;
	/* whether each worked, and since when, */
	struct stood *stood;
	size_t n_stood;
	/* how often the tools of each had changed, */
	struct changed *changed;
	size_t n_changed;
	bool coloured;		    /* there is a verdict before, */
	enum verdict_colour colour; /* of this colour */
	double last_success; /* as of the verdict before; 0: not known */
	double last_healthy; /* likewise; 0: never */
	double churn_since; /* and since when they churn; 0: they do not */
	/* The words of its divergence, see server_verdict.c; NULL: none. */
	char *divergence_words;
	/* Changes that nobody approved, see unapproved.c; NULL: none. */
	char *unapproved;
};

struct stood {
	char region[REGION_MAX + 1];
	struct region_since standing;
};

struct changed {
	char region[REGION_MAX + 1];
	struct change_counts changes;
};

struct seen {
	char region[REGION_MAX + 1];
	struct probe probe;
	double since; /* when it first saw them; 0: not known */
	double words_since; /* and what they say */
};

/* Servers that are loaded together, used, and forgotten; all zero has none. */
#define LOAD_GROUP 100 /* the most of them */
struct load_group {
	struct loaded *v;
	size_t n, cap;
	struct collect *collect; /* owns their probes */
	double now; /* as of which the figures are; NAN: none are read */
	size_t reply; /* the number of the first reply */
};

/* load_group_add(g, slug): add a server, of that slug, which must outlive g. */
void load_group_add(struct load_group *g, const char *slug);
void load_group_release(struct load_group *g);

/*
 * load_group(s, g, now): load the servers of *g. 0, or -1: the store failed, which
 * is logged. Its two halves, around a store_run:
 * load_group_ask(s, g, now), which queues the commands and may fail likewise, and
 * load_group_take(s, g), which uses the replies.
 */
int load_group(struct store *s, struct load_group *g, double now);
int load_group_ask(struct store *s, struct load_group *g, double now);
void load_group_take(struct store *s, struct load_group *g);

/*
 * load_each(s, slugs, n, now, use, arg): load n servers in groups; call use for each
 * group, with the place of its first server, until use returns not 0. Returns that, or
 * 0; -1: the store failed, which is logged.
 */
typedef int load_use(void *arg, size_t first, const struct load_group *g);
int load_each(struct store *s, const char *const *slugs, size_t n, double now,
	load_use *use, void *arg);

/*
 * load_latest(slug, region, rows, each, arg): call each for the records of a
 * region's rows in key_latest, newest first: see scripts.h.
 */
void load_latest(const char *slug, const char *region, const char *rows,
	void (*each)(void *arg, const struct record *r), void *arg);

/*
 * load_records(text, each, arg): call each for the records of a key_probe.
 */
void load_records(const char *text,
	void (*each)(void *arg, const struct record *r), void *arg);

/* The minutes from first to last of a server, as windows. */
struct load_span {
	const char *slug;
	const char *const *regions;
	size_t n_regions;
	int64_t first, last;
	/*
	 * How many seconds before these to look for what the first of them may
	 * stand for, a multiple of 60; those probes are not added.
	 */
	int64_t before;
	void (*saw)(void *arg, const struct record *r); /* each; or NULL */
	void *arg;
};

/*
 * load_minutes(s, g, span, now): load_group of one server, and before that the first
 * probe of each minute and region, whole, as far as the store still has its records;
 * else what the row of its hour says, for which nothing is called, with the tools of
 * the last probe that has records, where that is the same in state, step and error.
 *
 * load_heard(s, span, heard): whether each minute holds a probe, one bool for
 * each. 0, or -1 likewise.
 *
 * load_regions(s, slug, n): the n regions that ever reported on a server,
 * sorted, with a NULL behind them; load_regions_free(regions) frees them. NULL
 * where the store failed.
 */
int load_minutes(struct store *s, struct load_group *g,
	const struct load_span *span, double now);
int load_heard(struct store *s, const struct load_span *span, bool *heard);
char **load_regions(struct store *s, const char *slug, size_t *n);
void load_regions_free(char **regions);

/*
 * load_seen(l, h, n): tell the n histories of this server which tools the
 * verdict before saw, and which changes it knew of; valid as long as l.
 */
void load_seen(const struct loaded *l, struct region_history *h, size_t n);

/* load_region_since(l, region): as of the verdict before, or NULL. */
const struct region_since *load_region_since(
	const struct loaded *l, const char *region);

/* ---- Figures, from what ingest counted: rollup.c. */

/*
 * rollup_load(s, sha): store_load of the script of rollup_ask.
 *
 * rollup_ask(s, sha, slug, now): queue the command that reads the figures as of
 * now. rollup_read(r, now, out): take them from its reply. True where the store
 * has no baseline as of this day, which is then NAN: ask for it.
 *
 * rollup_ask_baseline(s, slug, now): queue the command that has the store compute the
 * baseline as of now. rollup_read_baseline(r, now): its reply; NAN: there is none.
 */
int rollup_load(struct store *s, char sha[STORE_SHA]);
void rollup_ask(struct store *s, const char *sha, const char *slug, double now);
bool rollup_read(const struct store_reply *r, double now, struct figures *out);
void rollup_ask_baseline(struct store *s, const char *slug, double now);
double rollup_read_baseline(const struct store_reply *r, double now);

/* rollup_latency(h, r): add the counts of a reply, the value of key_latency. */
void rollup_latency(struct histogram *h, const struct store_reply *r);

#endif
