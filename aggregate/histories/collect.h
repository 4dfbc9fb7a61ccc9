/* SPDX-License-Identifier: MIT */
/*
 * collect.h: makes the histories of each server from records that come in any
 * order.
 */
#ifndef HISTORIES_COLLECT_H
#define HISTORIES_COLLECT_H

#include "records/probe.h"
#include "rule/history.h"

/* The most regions that one server, or the runner records, may have. */
#define COLLECT_REGIONS_MAX 256

/* A server that records speak of. */
struct server {
	const char *slug;
	/*
	 * The URL in its newest probe that has one, or NULL; of two that
	 * started at one instant, the last in the order of bytes.
	 */
	const char *url;
	double url_at;	 /* when that started */
	/* The message of the newest step that failed, or NULL. */
	char *message;
	double message_at; /* when its probe started */
	/*
	 * The regions that have a record of it, by name. One whose records make
	 * no whole probe has a history without probes.
	 */
	struct region_history *regions;
	size_t n_regions;
};

/* Opaque. */
struct collect;

struct collect *collect_new(void);
void collect_free(struct collect *c);

/*
 * collect_add(c, r, why): take in a record; it stays the caller's. The lines of
 * one probe may come in any order and among others; of lines that repeat, the
 * first counts. -1 where the record cannot be used, and then why, which has
 * RECORD_WHY bytes, says so; else 0.
 *
 * A probe counts once it has its probe record, a failed step, or all eight
 * steps. Until then it may be the end of a file that was cut off, and says
 * nothing.
 */
int collect_add(struct collect *c, const struct record *r, char *why);

/*
 * collect_trust(c): what is added from now on comes from the store, where the
 * records of a probe are within their limits: they are not measured again.
 */
void collect_trust(struct collect *c);

/*
 * collect_learn(c, r): note the tools of a probe record, whose tool_hash is not
 * NULL, but not the probe. Returns the list, valid until collect_free.
 */
const struct tool_list *collect_learn(struct collect *c,
	const struct probe_record *r);

/*
 * collect_finish(c): sort what was taken in. After it nothing more is added,
 * and what the functions below return is valid until collect_free.
 */
void collect_finish(struct collect *c);

/* collect_servers(c, n): the servers, by slug. The histories may be changed. */
struct server *collect_servers(struct collect *c, size_t *n);

/* collect_runners(c, n): the regions that runner records speak of, by name. */
const char *const *collect_runners(const struct collect *c, size_t *n);

/* The canaries of a region, by its runner record. */
struct canary_report {
	const char *region;
	double at;
	int answered, failed;
};

/* collect_canaries(c, n): the n reports, in the order in which they came. */
const struct canary_report *collect_canaries(const struct collect *c,
	size_t *n);

/*
 * collect_machine(c, region, by): where runner records show that the region
 * shares a machine with others, the first region of that machine, and in *by
 * what shows it, "host key", "egress address" or "POP"; else NULL.
 */
const char *collect_machine(
	const struct collect *c, const char *region, const char **by);

/* collect_pop(c, region): the POP that its last runner record names, or NULL. */
const char *collect_pop(const struct collect *c, const char *region);

/*
 * collect_newest(c, out): the newest probe_started_at of all records; where
 * there are runner records only, the newest of these. False without records.
 */
bool collect_newest(const struct collect *c, double *out);

#endif
