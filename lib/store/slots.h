/*
 * slots.h: where a cluster keeps a key. A node has some of 16384 slots, and the
 * slot of a key is a checksum of it, or of what stands in braces in it (Redis
 * Cluster Specification, "Hash tags"). So that all keys of one server are in
 * one slot, its slug stands in braces in their names, in a cluster and only
 * there: the names that keys.h makes get their braces where a command is sent,
 * and lose them where a reply comes in. Pure.
 */
#ifndef STORE_SLOTS_H
#define STORE_SLOTS_H

#include "base/buf.h"

#define SLOTS 16384

/* slots_crc16(p, n): CRC16-CCITT (XMODEM) of n bytes. */
unsigned slots_crc16(const char *p, size_t n);

/* slots_of(key, n): the slot of a key as a cluster has it. */
unsigned slots_of(const char *key, size_t n);

/*
 * slots_put_braces(out, key, n): append a key of keys.h as a cluster has it:
 * probe:{SLUG}:…, alert:{SLUG}; others as they are. slots_strip_braces(key, n):
 * the reverse, in place; returns the new length.
 */
void slots_put_braces(struct buf *out, const char *key, size_t n);
size_t slots_strip_braces(char *key, size_t n);

/*
 * slots_command(out, at, size): append a command, which resp.h has in `size` bytes
 * at `at`, as a cluster has it: its keys, and the pattern of SCAN, with braces.
 * Returns the slot of its keys; SLOTS where it has none, and is for the whole
 * store; -1 where they are of several.
 */
int slots_command(struct buf *out, const char *at, size_t size);

#endif
