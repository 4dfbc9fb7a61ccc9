/*
 * decoding.h: decompresses a body piece by piece as it arrives, as node's fetch
 * does: bytes behind the compressed data are ignored, and so is a missing end.
 * libcurl is not used for it, because it fails for a Content-Encoding that it
 * does not know.
 */
#ifndef HTTP_DECODING_H
#define HTTP_DECODING_H

#include <stdbool.h>
#include <stddef.h>

enum coding { CODING_NONE, CODING_GZIP, CODING_DEFLATE, CODING_BROTLI };

/* coding_of(name, n): the coding that has this name of n bytes, in any case;
   CODING_NONE for one that is not known. */
enum coding coding_of(const char *name, size_t n);

struct decoding; /* opaque */

/* decoding_new(c): c is not CODING_NONE. */
struct decoding *decoding_new(enum coding c);
void decoding_free(struct decoding *d);

/* Takes n decoded bytes; false where no more are wanted. */
typedef bool decoding_fn(void *arg, const char *p, size_t n);

/*
 * decoding_feed(d, p, n, fn, arg): decode n bytes more, and hand the result to
 * fn, up to 16 KiB at a time. False if the bytes are not in that coding. Once fn
 * has returned false, do not feed d any more.
 */
bool decoding_feed(struct decoding *d, const char *p, size_t n,
	decoding_fn *fn, void *arg);

#endif
