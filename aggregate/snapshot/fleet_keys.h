/* SPDX-License-Identifier: MIT */
/*
 * fleet_keys.h: the keys of a fleet: what each is by its name, which is keys.h the other
 * way round; and all of them, server by server, from a store that can only tell all of
 * its keys in no order.
 */
#ifndef SNAPSHOT_FLEET_KEYS_H
#define SNAPSHOT_FLEET_KEYS_H

#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>

struct store;

/* The types of Redis that keys are of, as it names them. */
enum key_type { KEY_STRING, KEY_HASH, KEY_LIST, KEY_SET };
extern const struct word_table key_type_words;
const char *key_type_name(enum key_type v);
bool key_type_parse(const char *s, enum key_type *out);

struct key_name {
	const char *form; /* "probe:SLUG:latest", as in mcp-store(7) */
	enum key_type type;
	/*
	 * In which order keys are read and written: 1, after the others of a
	 * server, for the records of probes, of which there may be many; and
	 * after those of the fleet for what readers begin with.
	 */
	int rank;
	char slug[SLUG_MAX + 1]; /* or SLUG_FLEET …; "": of the fleet */
	char region[REGION_MAX + 1]; /* "" where there is none */
};

/*
 * key_name_read(key, n, out): fill *out where the n bytes at key, behind which
 * stands a NUL, are the name of a key of keys.h. False: they are not, and the
 * key is none of a fleet.
 */
bool key_name_read(const char *key, size_t n, struct key_name *out);

/*
 * fleet_keys_scan(s, use, arg): use(arg, key, name) for each key of a fleet,
 * some of them more than once; not for KEY_FORMAT. It must not use the store; it
 * returns false to stop. -1: the store failed, and an error is logged.
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
 * EXIT_GOOD, what use returned, or EXIT_ENV, and an error is logged.
 */
int server_keys_walk(struct store *s,
	int (*use)(void *arg, const struct keys *keys), void *arg);

#endif
