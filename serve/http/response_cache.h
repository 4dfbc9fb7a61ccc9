/* SPDX-License-Identifier: MIT */
/*
 * response_cache.h: the answers of the last second, so that the same request
 * from many clients costs the store one question. Bounded in number and in
 * bytes: the least recently used answer is dropped. It has two parts, each with
 * its own bounds, because strangers can ask for any number of names that do not
 * exist, and must drop no answers but such.
 *
 * An answer for the holder of a token is never kept.
 */
#ifndef HTTP_RESPONSE_CACHE_H
#define HTTP_RESPONSE_CACHE_H

#include "http/respond.h"

#include <stddef.h>

/* An answer is not given again when it is this old. */
#define RESPONSE_CACHE_MS 1000.0

enum response_cache_part {
	RESPONSE_CACHE_LASTING, /* of what exists */
	RESPONSE_CACHE_PASSING	/* of what does not, or of a made-up text */
};
#define RESPONSE_CACHE_PARTS 2

/* Bounds of each part. An answer larger than its part is not kept. */
#define RESPONSE_CACHE_ENTRIES 4096
#define RESPONSE_CACHE_BYTES (16u * 1024 * 1024)
#define RESPONSE_CACHE_PASSING_ENTRIES 256
#define RESPONSE_CACHE_PASSING_BYTES (2u * 1024 * 1024)

struct response_cache;

/* An answer as it goes to the web server. */
struct cached_response {
	const char *text; /* header and body, and a NUL */
	size_t len, header;
	const char *etag; /* "" for none */
};

/* response_cache_new(): empty. */
struct response_cache *response_cache_new(void);
void response_cache_free(struct response_cache *m);

/*
 * response_cache_find(m, key, now_ms): what was kept under a key, if it is not
 * too old; or NULL. Valid until the next response_cache_keep.
 */
const struct cached_response *response_cache_find(
	struct response_cache *m, const char *key, double now_ms);

/*
 * response_cache_keep(m, key, r, now_ms, part): keep an answer to GET that was
 * true at now_ms. Returns it as it is kept, valid until the next
 * response_cache_keep; or NULL where it may not, or cannot, be kept.
 */
const struct cached_response *response_cache_keep(struct response_cache *m,
	const char *key, struct response *r, double now_ms,
	enum response_cache_part part);

/* The number of answers that are kept, and their bytes. */
size_t response_cache_count(const struct response_cache *m);
size_t response_cache_bytes(const struct response_cache *m);

#endif
