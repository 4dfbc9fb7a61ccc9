/* SPDX-License-Identifier: MIT */
/*
 * fuzz_store.h: lib/store/store.h without a store, for fuzz targets that link this
 * instead of store.c: what Redis makes of the few commands that they send.
 */
#ifndef FUZZ_STORE_H
#define FUZZ_STORE_H

#include <stdbool.h>

/*
 * fuzz_store_reset(there, good): empty; whether it can be opened; and how many
 * batches of commands it answers before it fails, 0 for all.
 */
void fuzz_store_reset(bool there, unsigned good);

/* fuzz_store_set(key, value): a string that stands there. */
void fuzz_store_set(const char *key, const char *value);

/* fuzz_store_has(key): whether something does. */
bool fuzz_store_has(const char *key);

/* fuzz_store_writes(): how many commands wrote since the last reset. */
unsigned fuzz_store_writes(void);

#endif
