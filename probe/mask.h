/*
 * mask.h: text without the secrets in it. Pure.
 */
#ifndef MASK_H
#define MASK_H

#include "buf.h"

/*
 * mask(out, p, n, end, secrets): append to out what begins within the first
 * `end` of the n bytes at p, with *** for every secret (NULL at the end, or
 * NULL), the longest that fits, and for the value of a session id in a query
 * ("sessionId=…"). A secret that begins before `end` is seen if it ends
 * within n.
 */
void mask(struct buf *out, const char *p, size_t n, size_t end,
	const char *const *secrets);

/* mask_longest(secrets): the length of the longest. */
size_t mask_longest(const char *const *secrets);

#endif
