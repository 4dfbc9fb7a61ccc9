/*
 * buckets.h: the audit of a list of servers, on standard output.
 */
#ifndef COMMANDS_BUCKETS_H
#define COMMANDS_BUCKETS_H

#include "rule/bucket.h"

struct collect;
struct command;
struct fleet_server;
struct server;

/*
 * Each writes how many servers are in which bucket, and which they are, and
 * returns the exit status. With cmd->since, which names an earlier result, it
 * writes what changed since that, too.
 *
 * buckets_collected(cmd, c): of the servers that records speak of, by all of
 * these records, however old.
 *
 * buckets_stored(cmd): of the servers of the configuration, or all that were
 * ever ingested, by what the store holds and the rule looks at now.
 */
int buckets_collected(const struct command *cmd, struct collect *c);
int buckets_stored(const struct command *cmd);

/*
 * buckets_place(s, found, now): the bucket of a server; `found` is what the
 * store holds of it, or NULL. buckets_find(servers, n, slug): that of n servers
 * in the order of their slugs, or NULL.
 */
enum bucket buckets_place(const struct fleet_server *s,
	const struct server *found, double now);
const struct server *buckets_find(const struct server *servers, size_t n,
	const char *slug);

#endif
