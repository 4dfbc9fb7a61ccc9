/*
 * key_name.h: what a key of the store is, by its name: keys.h the other way
 * round. Pure.
 */
#ifndef SNAPSHOT_KEY_NAME_H
#define SNAPSHOT_KEY_NAME_H

#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>

/* The types of Redis that keys are of, as it names them. */
enum key_type { KEY_STRING, KEY_HASH, KEY_LIST, KEY_SET };
extern const struct word_table key_type_words;
const char *key_type_name(enum key_type v);
bool key_type_parse(const char *s, enum key_type *out);

struct key_name {
	const char *form; /* "probe:SLUG:latest", as in mcp-fleet(7) */
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

#endif
