/* SPDX-License-Identifier: MIT */
/*
 * response_cache.c: a table of chains from the hash of a key, and for each part
 * a ring of its entries with the one that was used last in front. The hash has
 * a secret of its own in each process, so that nobody can choose keys that make
 * one long chain.
 */
#include "http/response_cache.h"

#include "base/index.h"
#include "base/xalloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define CHAINS (2 * RESPONSE_CACHE_ENTRIES)
/* Room for an answer that is kept for the next one, unless it is larger. */
#define OUTPUT_KEPT ((size_t)256 * 1024)

static const struct limit {
	size_t entries, bytes;
} limits[RESPONSE_CACHE_PARTS] = {
	[RESPONSE_CACHE_LASTING] = {RESPONSE_CACHE_ENTRIES,
		RESPONSE_CACHE_BYTES},
	[RESPONSE_CACHE_PASSING] = {RESPONSE_CACHE_PASSING_ENTRIES,
		RESPONSE_CACHE_PASSING_BYTES},
};

struct entry {
	struct entry *chain;	    /* the next of the same hash */
	struct entry *newer, *older; /* in the ring of its part */
	enum response_cache_part part;
	uint64_t hash;
	double until_ms;
	size_t bytes;
	char etag[RESPOND_ETAG];
	struct cached_response kept;
	char key[]; /* and behind its NUL the text of kept */
};

struct response_cache {
	struct entry *chains[CHAINS];
	struct ring {
		struct entry *newest, *oldest;
		size_t n, bytes;
	} rings[RESPONSE_CACHE_PARTS];
	uint64_t secret;
	struct buf output; /* of the answer that is being kept */
};

struct response_cache *response_cache_new(void)
{
	struct response_cache *m = xcalloc(1, sizeof *m);

	/* Without a secret, strangers could choose keys that share a chain. */
	if (getrandom(&m->secret, sizeof m->secret, 0) < 0)
		m->secret = (uintptr_t)m;
	buf_init(&m->output, RESPONSE_CACHE_BYTES);
	return m;
}

static uint64_t hash_of(const struct response_cache *m, const char *key)
{
	return index_hash(m->secret, key, strlen(key));
}

static void leave(struct ring *r, struct entry *e)
{
	*(e->newer ? &e->newer->older : &r->newest) = e->older;
	*(e->older ? &e->older->newer : &r->oldest) = e->newer;
}

static void enter(struct ring *r, struct entry *e)
{
	e->newer = NULL;
	e->older = r->newest;
	*(e->older ? &e->older->newer : &r->oldest) = e;
	r->newest = e;
}

static void drop(struct response_cache *m, struct entry *e)
{
	struct entry **at = &m->chains[e->hash % CHAINS];
	struct ring *ring = &m->rings[e->part];

	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	leave(ring, e);
	ring->n--;
	ring->bytes -= e->bytes;
	free(e);
}

void response_cache_free(struct response_cache *m)
{
	for (size_t i = 0; i < RESPONSE_CACHE_PARTS; i++)
		while (m->rings[i].newest)
			drop(m, m->rings[i].newest);
	buf_release(&m->output);
	free(m);
}

static struct entry *find(const struct response_cache *m, const char *key,
	uint64_t hash)
{
	struct entry *e = m->chains[hash % CHAINS];

	while (e && (e->hash != hash || strcmp(e->key, key) != 0))
		e = e->chain;
	return e;
}

const struct cached_response *response_cache_find(
	struct response_cache *m, const char *key, double now_ms)
{
	struct entry *e = find(m, key, hash_of(m, key));
	struct ring *ring = e ? &m->rings[e->part] : NULL;

	if (!e || now_ms >= e->until_ms)
		return NULL;
	if (e != ring->newest) {
		leave(ring, e);
		enter(ring, e);
	}
	return &e->kept;
}

/* The answer as it goes to the web server, behind its key. */
static struct entry *make_entry(
	struct response_cache *m, const char *key, struct response *r)
{
	static const struct request get = {.method = METHOD_GET};
	size_t n = strlen(key) + 1, size;
	struct buf *output = &m->output;
	struct entry *e;

	buf_clear(output);
	respond_write(r, &get, output);
	size = sizeof *e + n + output->len + 1;
	e = xmalloc(size);
	*e = (struct entry) {.bytes = size,
		.kept = {.text = e->key + n,
			.len = output->len,
			.header = output->len - r->body.len,
			.etag = e->etag}};
	memcpy(e->key, key, n);
	memcpy(e->key + n, output->p, output->len + 1);
	if (r->status == 200)
		memcpy(e->etag, r->etag, sizeof e->etag);
	if (output->cap > OUTPUT_KEPT)
		buf_release(output);
	return e;
}

const struct cached_response *response_cache_keep(struct response_cache *m,
	const char *key, struct response *r, double now_ms,
	enum response_cache_part part)
{
	uint64_t hash = hash_of(m, key);
	struct entry *e = find(m, key, hash), **chain;
	const struct limit *limit = &limits[part];
	struct ring *ring = &m->rings[part];

	if (e)
		drop(m, e);
	if (r->audience == AUDIENCE_HOLDER ||
		sizeof *e + strlen(key) + r->body.len + RESPOND_HEADER >
			limit->bytes)
		return NULL;
	e = make_entry(m, key, r);
	e->hash = hash;
	e->part = part;
	e->until_ms = now_ms + RESPONSE_CACHE_MS;
	chain = &m->chains[hash % CHAINS];
	e->chain = *chain;
	*chain = e;
	enter(ring, e);
	ring->n++;
	ring->bytes += e->bytes;
	while (ring->oldest != e &&
		(ring->n > limit->entries || ring->bytes > limit->bytes))
		drop(m, ring->oldest);
	return &e->kept;
}

size_t response_cache_count(const struct response_cache *m)
{
	return m->rings[RESPONSE_CACHE_LASTING].n +
	       m->rings[RESPONSE_CACHE_PASSING].n;
}

size_t response_cache_bytes(const struct response_cache *m)
{
	return m->rings[RESPONSE_CACHE_LASTING].bytes +
	       m->rings[RESPONSE_CACHE_PASSING].bytes;
}
