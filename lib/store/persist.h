/*
 * persist.h: whether what was written outlives the process of the store.
 */
#ifndef STORE_PERSIST_H
#define STORE_PERSIST_H

#include "store/store.h"

/*
 * store_persist(s): wait until the store has written what it was given to its
 * append-only file, at most PERSIST_MS. 0; also where it has no such file, or
 * does not say. -1: the store failed, or has lost what it was given since
 * store_open, for a server went away meanwhile; see store_why.
 *
 * With `appendfsync everysec` a Redis writes before it answers, but not while
 * its disk is busy with the fsync of the second before: it then holds writes
 * back, for up to two seconds, and loses them if it is killed.
 */
#define PERSIST_MS 3000
int store_persist(struct store *s);

/*
 * persist_pending(info): of one or more answers to INFO persistence, one behind
 * the other: whether a server holds writes back. Pure.
 */
bool persist_pending(const char *info);

#endif
