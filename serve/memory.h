/*
 * memory.h: the answers of a moment ago, so that many who ask the same cost the
 * store one question. Bounded in number and in bytes: what was not asked for
 * for the longest time gives way.
 *
 * Nothing is kept that is for the holder of a token, or that its own rule of
 * caching forbids to keep.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include "respond.h"

#include <stddef.h>

/* An answer is not given again when it is this old. */
#define MEMORY_MS 1000.0
#define MEMORY_ENTRIES 4096
/* One that is larger than all of this together is not kept. */
#define MEMORY_BYTES (16u * 1024 * 1024)

struct memory;

/* An answer as it goes to the web server. */
struct kept {
	const char *text; /* header and body */
	size_t len, header;
	const char *unchanged; /* that of a 304; "" where there is none */
	size_t unchanged_len;
	const char *etag; /* "" for none */
};

/* memory_new(): empty. */
struct memory *memory_new(void);
void memory_free(struct memory *m);

/*
 * memory_find(m, key, now_ms): what was kept under a key, if it is not too old;
 * or NULL. Valid until the next memory_keep.
 */
const struct kept *memory_find(struct memory *m, const char *key,
	double now_ms);

/*
 * memory_keep(m, key, r, now_ms): keep an answer to GET that was true at now_ms.
 * Returns it as it is kept, valid until the next memory_keep; or NULL where it
 * may not, or cannot, be kept.
 */
const struct kept *memory_keep(struct memory *m, const char *key,
	struct response *r, double now_ms);

/* How many are kept, and their bytes. */
size_t memory_count(const struct memory *m);
size_t memory_bytes(const struct memory *m);

#endif
