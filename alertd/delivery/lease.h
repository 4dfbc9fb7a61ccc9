/*
 * lease.h: which of several mcp-alerts sends a route its digests. Who sends is
 * written down before; of one that is gone, or silent for too long, another
 * takes over.
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
 * lease_take(s, route, us): `us` is the name of this process, see owner.h.
 * lease_drop(s, route, us): others may; nothing where it is not ours.
 */
enum lease_result lease_take(struct store *s, const char *route,
	const char *us);
void lease_drop(struct store *s, const char *route, const char *us);

#endif
