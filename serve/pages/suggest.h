/*
 * suggest.h: what somebody may have meant who asked for a name that is none.
 */
#ifndef PAGES_SUGGEST_H
#define PAGES_SUGGEST_H

#include <stddef.h>

/*
 * suggest(name, slugs, n, out, max): of the n slugs, the up to `max` that may
 * have been meant, in out: first those that a slip of the pen leads to, then
 * those that share a part with the name; each in the order of slugs. Returns
 * how many there are.
 */
size_t suggest(const char *name, const char *const *slugs, size_t n,
	const char **out, size_t max);

#endif
