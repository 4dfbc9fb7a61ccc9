/* SPDX-License-Identifier: MIT */
/*
 * siphash.h: SipHash-2-4 (Aumasson and Bernstein, 2012): a hash with a key,
 * without which nobody can choose strings that collide.
 */
#ifndef PROTOCOL_SIPHASH_H
#define PROTOCOL_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	uint64_t k[2];
};

/* siphash(key, p, n): the hash of n bytes. */
uint64_t siphash(const struct siphash_key *key, const void *p, size_t n);

#endif
