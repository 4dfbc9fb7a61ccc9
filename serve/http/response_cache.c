/*
 * response_cache.c: a table of chains from the hash of a key, and for each part
 * a ring of its entries with the one that was used last in front. The hash has
 * a secret of its own in each process, so that nobody can choose keys that make
 * one long chain.
 */
#include "http/response_cache.h"

#include "base/xalloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define CHAINS (2 * RESPONSE_CACHE_ENTRIES)

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
	struct buf text, unchanged;
	struct cached_response kept;
	char key[];
};

struct response_cache {
	struct entry *chains[CHAINS];
	struct ring {
		struct entry *newest, *oldest;
		size_t n, bytes;
	} rings[RESPONSE_CACHE_PARTS];
	uint64_t secret;
};

struct response_cache *response_cache_new(void)
{
	struct response_cache *m = xcalloc(1, sizeof *m);

	/* Without a secret, strangers could choose keys that share a chain. */
	if (getrandom(&m->secret, sizeof m->secret, 0) < 0)
		m->secret = (uintptr_t)m;
	return m;
}

/* FNV-1a. */
static uint64_t hash_of(const struct response_cache *m, const char *key)
{
	uint64_t h = 0xcbf29ce484222325u ^ m->secret;

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 0x100000001b3u;
	return h ^ h >> 32;
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
	buf_release(&e->text);
	buf_release(&e->unchanged);
	free(e);
}

void response_cache_free(struct response_cache *m)
{
	for (size_t i = 0; i < RESPONSE_CACHE_PARTS; i++)
		while (m->rings[i].newest)
			drop(m, m->rings[i].newest);
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

static void render(struct entry *e, struct response *r)
{
	struct request get = {.method = METHOD_GET};
	struct request again = {.method = METHOD_GET, .if_none_match = "*"};
	size_t max = r->body.max + RESPOND_HEADER;

	buf_init(&e->text, max);
	buf_init(&e->unchanged, max);
	respond_write(r, &get, &e->text);
	if (r->status == 200 && *r->etag) {
		respond_write(r, &again, &e->unchanged);
		memcpy(e->etag, r->etag, sizeof e->etag);
	}
	e->kept = (struct cached_response) {.text = e->text.p,
		.len = e->text.len,
		.header = e->text.len - r->body.len,
		.unchanged = e->unchanged.p,
		.unchanged_len = e->unchanged.len,
		.etag = e->etag};
}

const struct cached_response *response_cache_keep(struct response_cache *m,
	const char *key, struct response *r, double now_ms,
	enum response_cache_part part)
{
	uint64_t hash = hash_of(m, key);
	size_t size = sizeof(struct entry) + strlen(key) + 1;
	struct entry *e = find(m, key, hash), **chain;
	const struct limit *limit = &limits[part];
	struct ring *ring = &m->rings[part];

	if (e)
		drop(m, e);
	if (r->audience == AUDIENCE_HOLDER ||
		size + r->body.len + 2 * RESPOND_HEADER > limit->bytes)
		return NULL;
	e = xcalloc(1, size);
	memcpy(e->key, key, strlen(key) + 1);
	render(e, r);
	e->hash = hash;
	e->part = part;
	e->until_ms = now_ms + RESPONSE_CACHE_MS;
	e->bytes = size + e->text.cap + e->unchanged.cap;
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
