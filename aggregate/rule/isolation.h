/*
 * isolation.h: which rounds of a region say nothing of any server, because the
 * region's own network was cut off (mcp-aggregate(1), ISOLATED REGIONS). Pure.
 */
#ifndef RULE_ISOLATION_H
#define RULE_ISOLATION_H

#include "rule/history.h"

#include <stdbool.h>

struct rule;

/* So many hosts, of which none answers, tell of the region and not of them. */
#define ISOLATION_HOSTS 5
/*
 * A round: what started within so many seconds of its first probe. Half a
 * minute later begins the next one, of servers that are probed twice a minute.
 */
#define ISOLATION_ROUND_S 25

/* A time in which a region was cut off: its rounds, one after the other. */
struct isolated {
	const char *region;
	double from, to;   /* its first and its last probe started then */
	size_t servers;	   /* of its first round: how many were probed, */
	const char *error; /* and the code that most failed with, or NULL */
	size_t canaries;   /* that failed in it; 0: none was probed */
};

/* isolation_fits(p): whether a probe failed at DNS or TCP. */
bool isolation_fits(const struct probe *p);

/* Opaque. */
struct isolation;

struct isolation *isolation_new(void);

/* isolation_free(s): the histories that isolation_cut changed go with it. */
void isolation_free(struct isolation *s);

/*
 * isolation_add(s, url, h, n): a server and what its n regions saw of it. url
 * may be NULL; all servers without one count as one host. They have to outlive
 * the call of isolation_cut.
 */
void isolation_add(struct isolation *s, const char *url,
	struct region_history *h, size_t n);

/*
 * isolation_canaries(s, region, at, answered, failed): of the region's canaries
 * that were probed in the round that began at about `at`, how many gave an HTTP
 * answer, and how many did not. Nothing is noted of a region that saw none of
 * the servers that were added by then.
 */
void isolation_canaries(struct isolation *s, const char *region, double at,
	size_t answered, size_t failed);

/*
 * isolation_cut(s, rule): decide, for all that was added, and take the failures
 * of isolated rounds out of the histories: only when they started stays, in
 * `cut`. Where regions may have seen the same, the rule's tolerance says when
 * that was the same time, and its lookback how long without any probe an
 * isolation may last.
 */
void isolation_cut(struct isolation *s, const struct rule *rule);

/* isolation_all(s, n): what was found, by region and in the order of time. */
const struct isolated *isolation_all(const struct isolation *s, size_t *n);

/*
 * isolation_at(s, region, since, until): the isolation that the region's newest
 * probe belongs to which started after `since`, and not after `until`; NULL
 * where it belongs to none.
 */
const struct isolated *isolation_at(const struct isolation *s,
	const char *region, double since, double until);

/* isolation_text(i, out): what a runner record says of it, for people. */
#define ISOLATION_TEXT 300
const char *isolation_text(const struct isolated *i, char *out);

#endif
