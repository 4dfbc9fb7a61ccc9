/*
 * suggest.h: the names of servers that are close to a name that does not exist.
 */
#ifndef PAGES_SUGGEST_H
#define PAGES_SUGGEST_H

#include <stddef.h>

/*
 * suggest(name, slugs, n, out, max): put up to `max` of the n slugs that may
 * have been meant into out: first those that are a typing error away, then
 * those that contain the name or stand in it; each in the order of slugs.
 * Returns how many there are.
 */
size_t suggest(const char *name, const char *const *slugs, size_t n,
	const char **out, size_t max);

#endif
