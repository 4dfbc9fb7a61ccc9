/* SPDX-License-Identifier: MIT */
#include "protocol/siphash.h"

#include <endian.h>

struct state {
	uint64_t v[4];
};

static uint64_t rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static void rounds(struct state *s, int n)
{
	uint64_t *v = s->v;

	while (n--) {
		v[0] += v[1];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[0] = rotate(v[0], 32);
		v[2] += v[3];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[2] = rotate(v[2], 32);
	}
}

static void word(struct state *s, uint64_t m)
{
	s->v[3] ^= m;
	rounds(s, 2);
	s->v[0] ^= m;
}

/* The first n bytes at p, up to 8, the least significant first. */
static uint64_t load(const unsigned char *p, size_t n)
{
	uint64_t m = 0;

	memcpy(&m, p, n);
	return le64toh(m);
}

uint64_t siphash(const struct siphash_key *key, const void *p, size_t n)
{
	const unsigned char *at = p;
	size_t left = n;
	struct state s = {{key->k[0] ^ 0x736f6d6570736575,
		key->k[1] ^ 0x646f72616e646f6d, key->k[0] ^ 0x6c7967656e657261,
		key->k[1] ^ 0x7465646279746573}};

	for (; left >= 8; left -= 8, at += 8)
		word(&s, load(at, 8));
	word(&s, (uint64_t)(n & 0xff) << 56 | load(at, left));
	s.v[2] ^= 0xff;
	rounds(&s, 4);
	return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
}
