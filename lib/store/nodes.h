/* SPDX-License-Identifier: MIT */
/*
 * nodes.h: the servers that a store is made of, and the connections to them:
 * one server; or the master that sentinels name (Guidelines for Redis clients
 * with support for Redis Sentinel); or the masters of a cluster (Redis Cluster
 * Specification), each of which has some of 16384 slots.
 *
 * The slot of a key is a checksum of it, or of the part in braces ("Hash
 * tags"). So that all keys of one server are in one slot, its slug stands in
 * braces in their names, in a cluster and only there: the names that keys.h
 * makes get their braces where a command is sent, and lose them where a reply
 * comes in.
 */
#ifndef STORE_NODES_H
#define STORE_NODES_H

#include "base/buf.h"
#include "store/connection.h"

#include <stdint.h>

/* slots_of(key, n): the slot of a key as a cluster has it. */
unsigned slots_of(const char *key, size_t n);

/*
 * slots_put_braces(out, key, n): append a key of keys.h as a cluster has it:
 * probe:{SLUG}:…, alert:{SLUG}; others as they are. slots_strip_braces(key, n):
 * the reverse, in place; returns the new length.
 */
void slots_put_braces(struct buf *out, const char *key, size_t n);
size_t slots_strip_braces(char *key, size_t n);

/*
 * slots_command(out, at, size): append a command, which resp_arg wrote in `size` bytes
 * at `at`, as a cluster has it: its keys, and the pattern of SCAN, with braces.
 * Returns the slot of its keys; SLOTS where it has none, and is for the whole
 * store; -1 where they are of several.
 */
int slots_command(struct buf *out, const char *at, size_t size);

#define NODE_NONE SIZE_MAX

struct node {
	struct store_host at;	 /* name NULL: a Unix socket */
	struct connection *c;	 /* NULL: none now */
	bool master;		 /* it has slots */
	bool wrote;		 /* on this connection, in an earlier batch */
	/* Of one exchange, see store.c. */
	struct buf text;
	size_t *due, n_due, due_cap, answered;
	const void *script; /* that it was told */
	bool used;
};

struct nodes {
	struct store_url url;
	struct access access, sentinels;
	struct node *v; /* none is ever taken out: they go by number */
	size_t n, cap;
	uint16_t *owner; /* of each slot, its number + 1, or 0; NULL: none */
	bool known; /* false: who is the master is to be asked anew */
	size_t gone; /* a node, + 1, that went after it had written; or 0 */
	double wasted_ms; /* on finding them, since all was well */
	char why[STORE_WHY];
};

/* nodes_release(ns): close all connections. */
void nodes_release(struct nodes *ns);

/*
 * nodes_find(ns, until): find out who the masters are, unless that is known,
 * until that instant of clock_mono_ms. -1: nobody says so now, and ns->why.
 */
int nodes_find(struct nodes *ns, double until);

/*
 * nodes_connect(ns, i, until): connect to node i, unless we are. -1: ns->why.
 */
int nodes_connect(struct nodes *ns, size_t i, double until);

/*
 * nodes_disconnect(ns, i): close the connection to node i, if there is one. Where
 * it wrote in a batch before, ns->gone: those commands are not sent again.
 */
void nodes_disconnect(struct nodes *ns, size_t i);

/*
 * nodes_number(ns, name, port): the number of the node at that address, which
 * is added where it is new; NODE_NONE where there are too many.
 */
size_t nodes_number(struct nodes *ns, const char *name, int port);

/* nodes_fail(ns, i, what): say in ns->why what is wrong with node i. -1. */
int nodes_fail(struct nodes *ns, size_t i, const char *what);

struct store_reply;

/*
 * cluster_read(ns, r, asked): take what node number `asked` answered to CLUSTER
 * SLOTS. -1: it is no map of slots, and nothing has changed.
 */
int cluster_read(struct nodes *ns, const struct store_reply *r, size_t asked);

#endif
