/*
 * memory.c: a table of chains from the hash of a key, and a ring of all entries
 * with the one that was used last in front. The hash has a secret of its own in
 * each process, so that nobody can choose keys that make one long chain.
 */
#include "memory.h"

#include "xalloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define CHAINS (2 * MEMORY_ENTRIES)

struct entry {
	struct entry *chain;	    /* the next of the same hash */
	struct entry *newer, *older; /* in the ring */
	uint64_t hash;
	double until_ms;
	size_t bytes;
	char etag[RESPOND_ETAG];
	struct buf text, unchanged;
	struct kept kept;
	char key[];
};

struct memory {
	struct entry *chains[CHAINS];
	struct entry *newest, *oldest;
	size_t n, bytes;
	uint64_t secret;
};

struct memory *memory_new(void)
{
	struct memory *m = xcalloc(1, sizeof *m);

	/* Without it keys could be chosen, and chains be as long as the ring. */
	if (getrandom(&m->secret, sizeof m->secret, 0) < 0)
		m->secret = (uintptr_t)m;
	return m;
}

/* FNV-1a. */
static uint64_t hash_of(const struct memory *m, const char *key)
{
	uint64_t h = 0xcbf29ce484222325u ^ m->secret;

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 0x100000001b3u;
	return h ^ h >> 32;
}

static void leave_ring(struct memory *m, struct entry *e)
{
	*(e->newer ? &e->newer->older : &m->newest) = e->older;
	*(e->older ? &e->older->newer : &m->oldest) = e->newer;
}

static void enter_ring(struct memory *m, struct entry *e)
{
	e->newer = NULL;
	e->older = m->newest;
	*(e->older ? &e->older->newer : &m->oldest) = e;
	m->newest = e;
}

static void drop(struct memory *m, struct entry *e)
{
	struct entry **at = &m->chains[e->hash % CHAINS];

	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	leave_ring(m, e);
	m->n--;
	m->bytes -= e->bytes;
	buf_release(&e->text);
	buf_release(&e->unchanged);
	free(e);
}

void memory_free(struct memory *m)
{
	while (m->newest)
		drop(m, m->newest);
	free(m);
}

static struct entry *find(const struct memory *m, const char *key,
	uint64_t hash)
{
	struct entry *e = m->chains[hash % CHAINS];

	while (e && (e->hash != hash || strcmp(e->key, key) != 0))
		e = e->chain;
	return e;
}

const struct kept *memory_find(struct memory *m, const char *key, double now_ms)
{
	struct entry *e = find(m, key, hash_of(m, key));

	if (!e || now_ms >= e->until_ms)
		return NULL;
	if (e != m->newest) {
		leave_ring(m, e);
		enter_ring(m, e);
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
	e->kept = (struct kept) {.text = e->text.p,
		.len = e->text.len,
		.header = e->text.len - r->body.len,
		.unchanged = e->unchanged.p,
		.unchanged_len = e->unchanged.len,
		.etag = e->etag};
}

const struct kept *memory_keep(struct memory *m, const char *key,
	struct response *r, double now_ms)
{
	uint64_t hash = hash_of(m, key);
	size_t size = sizeof(struct entry) + strlen(key) + 1;
	struct entry *e = find(m, key, hash), **chain;

	if (e)
		drop(m, e);
	if (r->audience == AUDIENCE_HOLDER || r->cache == CACHE_NEVER ||
		size + r->body.len + 2 * RESPOND_HEADER > MEMORY_BYTES)
		return NULL;
	e = xcalloc(1, size);
	memcpy(e->key, key, strlen(key) + 1);
	render(e, r);
	e->hash = hash;
	e->until_ms = now_ms + MEMORY_MS;
	e->bytes = size + e->text.cap + e->unchanged.cap;
	chain = &m->chains[hash % CHAINS];
	e->chain = *chain;
	*chain = e;
	enter_ring(m, e);
	m->n++;
	m->bytes += e->bytes;
	while (m->oldest != e &&
		(m->n > MEMORY_ENTRIES || m->bytes > MEMORY_BYTES))
		drop(m, m->oldest);
	return &e->kept;
}

size_t memory_count(const struct memory *m)
{
	return m->n;
}

size_t memory_bytes(const struct memory *m)
{
	return m->bytes;
}
