/* SPDX-License-Identifier: MIT */
/*
 * isolation.h: regions whose own network was cut off: what they saw then says
 * nothing of any server (mcp-aggregate(1), ISOLATED REGIONS). Pure.
 */
#ifndef RULE_ISOLATION_H
#define RULE_ISOLATION_H

#include "rule/history.h"

#include <stdbool.h>

struct rule;

/* If at least this many hosts fail and none answers, it is the region. */
#define ISOLATION_HOSTS 5
/*
 * A round is what started within this many seconds of its first probe. Servers
 * that are probed twice a minute begin the next one after half a minute.
 */
#define ISOLATION_ROUND_S 25

/* A time in which a region was cut off: one isolated round or several. */
struct isolated {
	const char *region;
	double from, to; /* when the first and the last of its probes started */
	/* In its first round: */
	size_t servers;	   /* how many were probed */
	const char *error; /* the code that most of them failed with, or NULL */
	size_t canaries;   /* how many failed; 0: none was probed */
};

/* isolation_fits(p): whether a probe failed as one does that is cut off. */
bool isolation_fits(const struct probe *p);

/* Opaque. */
struct isolation;

struct isolation *isolation_new(void);

/* isolation_free(s): the histories that isolation_cut changed go with it. */
void isolation_free(struct isolation *s);

/*
 * isolation_note(s, url, h, n): take note of a server and the n histories of
 * its regions: how many probes started in each second, and which of them failed
 * at DNS or TCP. Nothing of url and h is needed later. url may be NULL; all
 * servers without one count as one host.
 */
void isolation_note(struct isolation *s, const char *url,
	const struct region_history *h, size_t n);

/*
 * isolation_canaries(s, region, at, answered, failed): add how many of the
 * region's canaries answered by HTTP, and how many did not, in the round that
 * began at about `at`. Ignored for a region without a history among those
 * noted.
 */
void isolation_canaries(struct isolation *s, const char *region, double at,
	size_t answered, size_t failed);

/*
 * isolation_find(s, rule): find the isolated rounds in all that was noted. Two
 * regions see the same failure where they do so within the rule's tolerance; an
 * isolation lasts while no gap between probes is as long as its lookback.
 *
 * isolation_apply(s, h, n): take what was seen in these rounds and fits them out
 * of the n histories of a server: only when these probes started is kept, in
 * `cut`. Returns the memory in which the changed histories lie, which the
 * caller frees after them; NULL where nothing changed.
 */
void isolation_find(struct isolation *s, const struct rule *rule);
void *isolation_apply(const struct isolation *s, struct region_history *h,
	size_t n);

/*
 * isolation_add(s, url, h, n): isolation_note, for histories that live until s
 * is used last. isolation_cut(s, rule): isolation_find, then isolation_apply for
 * all that were added.
 */
void isolation_add(struct isolation *s, const char *url,
	struct region_history *h, size_t n);
void isolation_cut(struct isolation *s, const struct rule *rule);

/* isolation_all(s, n): the n isolations found, by region and time. */
const struct isolated *isolation_all(const struct isolation *s, size_t *n);

/*
 * isolation_at(s, region, since, until): the isolation in which the region's
 * newest probe up to `until` started; NULL where there is none, or it ended by
 * `since`.
 */
const struct isolated *isolation_at(const struct isolation *s,
	const char *region, double since, double until);

/*
 * isolation_text(i, out): an isolation in words, as a runner record has them;
 * out has ISOLATION_TEXT bytes and is returned.
 */
#define ISOLATION_TEXT 300
const char *isolation_text(const struct isolated *i, char *out);

#endif
