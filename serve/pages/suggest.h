/*
 * suggest.h: the names of servers that are close to a name that does not exist.
 */
#ifndef PAGES_SUGGEST_H
#define PAGES_SUGGEST_H

#include <stddef.h>

/*
 * suggest(name, slugs, n, out): put those of the n slugs that may have been meant
 * into out, which has room for n: first those that are a typing error away, then
 * those that contain the name or stand in it; each by name. Returns how many there
 * are.
 */
size_t suggest(
	const char *name, const char *const *slugs, size_t n, const char **out);

#endif
