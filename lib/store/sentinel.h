/*
 * sentinel.h: the master of a store that Redis Sentinel watches over
 * (Guidelines for Redis clients with support for Redis Sentinel).
 */
#ifndef STORE_SENTINEL_H
#define STORE_SENTINEL_H

struct nodes;

/*
 * sentinel_find(ns, until): ask the sentinels, in their order, for the master,
 * and connect to it: it is node 0, and says itself that it is a master. -1:
 * there is none now, and ns->why.
 */
int sentinel_find(struct nodes *ns, double until);

#endif
