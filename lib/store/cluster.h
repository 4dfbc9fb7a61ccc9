/*
 * cluster.h: which node of a cluster has which slots (Redis Cluster
 * Specification).
 */
#ifndef STORE_CLUSTER_H
#define STORE_CLUSTER_H

struct nodes;
struct store_reply;

/*
 * cluster_find(ns, until): learn the owner of each slot from a node that we
 * know, or one of the URL. -1: none tells, and ns->why.
 */
int cluster_find(struct nodes *ns, double until);

/*
 * cluster_read(ns, r, asked): take what node number `asked` answered to CLUSTER
 * SLOTS. -1: it is no map of slots, and nothing has changed.
 */
int cluster_read(struct nodes *ns, const struct store_reply *r, size_t asked);

#endif
