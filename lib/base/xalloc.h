/* SPDX-License-Identifier: MIT */
/*
 * xalloc.h: memory for small things; where there is none left, the program
 * exits with 3. What a peer can make large goes through buf.h, which has a
 * limit.
 */
#ifndef BASE_XALLOC_H
#define BASE_XALLOC_H

#include <stddef.h>

/* Each returns memory that the caller frees with free(3). */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t max);

/*
 * xgrow(p, cap, need, size): make room for at least `need` elements of `size`
 * bytes in the array `p`, of which *cap have room now. Returns the array, which
 * may have moved, and updates *cap. New elements are not initialised.
 */
void *xgrow(void *p, size_t *cap, size_t need, size_t size);

#endif
