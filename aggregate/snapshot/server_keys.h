/*
 * server_keys.h: the names of the keys of a fleet, server by server, from a
 * store that can only tell all of its keys in no order.
 */
#ifndef SNAPSHOT_SERVER_KEYS_H
#define SNAPSHOT_SERVER_KEYS_H

#include "snapshot/key_name.h"

#include <stdbool.h>
#include <stddef.h>

struct store;

/*
 * fleet_keys_scan(s, use, arg): use(arg, key, name) for each key of a fleet,
 * some of them more than once; not for KEY_FORMAT. It must not use the store; it
 * returns false to stop. -1: the store failed, and the operator has been told.
 */
int fleet_keys_scan(struct store *s,
	bool (*use)(void *arg, const char *key, const struct key_name *name),
	void *arg);

/* Keys, in the order in which they are to be read. */
struct keys {
	const char *slug; /* "": those of the fleet itself */
	const char **v;
	size_t n;
};

/*
 * server_keys_walk(s, use, arg): use(arg, keys) for each server or other name
 * that keys have, in one piece, and at last for those of the fleet. All names
 * of keys are there that the store had when this began, and has still; and of
 * the servers those that must have come since. *keys is gone when use returns,
 * which runs the store, and returns an exit status. Takes no more memory for
 * more servers: it asks several times for all keys where they are many.
 * EXIT_GOOD, what use returned, or EXIT_ENV, and the operator has been told.
 */
int server_keys_walk(struct store *s,
	int (*use)(void *arg, const struct keys *keys), void *arg);

#endif
