/* SPDX-License-Identifier: MIT */
/*
 * index.h: a hash index: finds an element of an array by its key. The array is
 * the caller's; the index has only the hash and the position of each element.
 */
#ifndef BASE_INDEX_H
#define BASE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index {
	struct index_slot *slots; /* open addressing, a power of two */
	size_t n, cap;
};

#define INDEX_NONE UINT32_MAX

/* index_hash(h, p, n): continue the hash h over n bytes; begin with 0. */
uint64_t index_hash(uint64_t h, const void *p, size_t n);

/* Whether the element at a position of the array in ctx has the key. */
typedef bool index_same(const void *ctx, uint32_t position, const void *key);

/*
 * index_find(x, hash, same, ctx, key): the position of the element with the
 * key, or INDEX_NONE.
 */
uint32_t index_find(const struct index *x, uint64_t hash, index_same *same,
	const void *ctx, const void *key);

/*
 * index_add(x, hash, position): add an element, which must not be there yet. At
 * most INDEX_NONE elements fit.
 */
void index_add(struct index *x, uint64_t hash, uint32_t position);

/* index_release(x): free the index; it is empty and usable again. */
void index_release(struct index *x);

#endif
