/*
 * suggest.h: the names of servers that are close to a name that does not exist.
 */
#ifndef PAGES_SUGGEST_H
#define PAGES_SUGGEST_H

#include <stddef.h>

struct names;

/*
 * suggest(name, slugs, out): put those of the slugs that may have been meant into
 * out, which has room for all: first those that are a typing error away, then
 * those that contain the name or stand in it; each by name. The name itself, which
 * is missing or private, is none of them. Returns how many there are.
 */
size_t suggest(const char *name, const struct names *slugs, const char **out);

#endif
