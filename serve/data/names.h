/*
 * names.h: the names of all servers, each with its print, by which most of those that
 * are not close to a name are passed over without a look at their letters. Pure.
 */
#ifndef DATA_NAMES_H
#define DATA_NAMES_H

#include "base/strings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which letters, in either case, and which pairs of them a name has. */
struct name_print {
	uint64_t letters, pairs;
	size_t length;
};

/* Begin with zeros. */
struct names {
	struct strings list;
	struct name_print *prints; /* of each of the list */
	size_t cap;
};

/*
 * names_add(l, name): append a copy of a name. names_clear(l): forget all.
 * names_release(l): and the room.
 */
void names_add(struct names *l, const char *name);
void names_clear(struct names *l);
void names_release(struct names *l);

/*
 * name_print(name): the print of a name. prints_near(a, b): false where
 * spelling_fits is of these names; prints_within(part, whole): false where the one
 * name is not part of the other. True says nothing.
 */
struct name_print name_print(const char *name);
bool prints_near(const struct name_print *a, const struct name_print *b);
bool prints_within(
	const struct name_print *part, const struct name_print *whole);

#endif
