/*
 * leases.h: the name of this process, by which it takes deliveries, and whether
 * another one still lives; and which of several mcp-alerts sends a route its
 * digests: the one that has the lease. It is free again when its owner drops
 * it, when its owner is dead, or after RETENTION_DIGEST_S.
 */
#ifndef OUTBOX_LEASES_H
#define OUTBOX_LEASES_H

#include <stdbool.h>

struct store;

/* Room for a name and its NUL. */
#define OWNER_SIZE 160

/*
 * owner_name(out): host, process namespace, process number, and when it
 * started, for numbers are used again.
 */
void owner_name(char *out);

/*
 * owner_gone(us, them): whether the process named `them` (what it put behind
 * its name and a slash does not count) has certainly ended: its host and
 * namespace are those of `us`, our own name, and it does not exist or is a
 * zombie. False for other hosts.
 */
bool owner_gone(const char *us, const char *them);

enum lease_result {
	LEASE_OURS,
	LEASE_THEIRS,
	LEASE_STORE_FAILED /* the operator has been told */
};

/*
 * lease_take(s, route, us): take the lease of a route; `us` is the name of this
 * process, see owner_name. lease_drop(s, route, us): free it, if it is ours.
 */
enum lease_result lease_take(struct store *s, const char *route,
	const char *us);
void lease_drop(struct store *s, const char *route, const char *us);

#endif
