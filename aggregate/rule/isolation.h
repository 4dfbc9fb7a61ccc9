/*
 * isolation.h: regions whose own network was cut off: what they saw then says
 * nothing of any server (mcp-aggregate(1), ISOLATED REGIONS). Pure.
 */
#ifndef RULE_ISOLATION_H
#define RULE_ISOLATION_H

#include "rule/history.h"

#include <stdbool.h>

struct rule;

/* Where at least this many hosts fail and none answers, it is the region. */
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
	/* Of its first round: */
	size_t servers;	   /* how many were probed */
	const char *error; /* the code that most of them failed with, or NULL */
	size_t canaries;   /* how many failed; 0 where none was probed */
};

/* isolation_fits(p): whether a probe failed as one does that is cut off. */
bool isolation_fits(const struct probe *p);

/* Opaque. */
struct isolation;

struct isolation *isolation_new(void);

/* isolation_free(s): the histories that isolation_cut changed go with it. */
void isolation_free(struct isolation *s);

/*
 * isolation_add(s, url, h, n): add a server, and the n histories of its
 * regions. url may be NULL; all servers without one count as one host. They
 * must live until s is used last.
 */
void isolation_add(struct isolation *s, const char *url,
	struct region_history *h, size_t n);

/*
 * isolation_canaries(s, region, at, answered, failed): add how many of the
 * region's canaries answered by HTTP, and how many did not, in the round that
 * began at about `at`. Ignored for a region without a history among those
 * added.
 */
void isolation_canaries(struct isolation *s, const char *region, double at,
	size_t answered, size_t failed);

/*
 * isolation_cut(s, rule): find the isolated rounds in all that was added, and
 * take their failures out of the histories: only when these started is kept, in
 * `cut`. Two regions see the same failure where they do so within the rule's
 * tolerance; an isolation lasts while no gap between probes is as long as its
 * lookback.
 */
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
