/*
 * lease.h: which of several mcp-alerts sends a route its digests: the one that
 * has the lease. It is free again when its owner drops it, when its owner is
 * dead, or after RETENTION_DIGEST_S.
 */
#ifndef DELIVERY_LEASE_H
#define DELIVERY_LEASE_H

struct store;

enum lease_result {
	LEASE_OURS,
	LEASE_THEIRS,
	LEASE_STORE_FAILED /* the operator has been told */
};

/*
 * lease_take(s, route, us): take the lease of a route; `us` is the name of this
 * process, see owner.h. lease_drop(s, route, us): free it, if it is ours.
 */
enum lease_result lease_take(struct store *s, const char *route,
	const char *us);
void lease_drop(struct store *s, const char *route, const char *us);

#endif
