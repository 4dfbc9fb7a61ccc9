/*
 * framing.h: whether the head of a response is one that clients take. What RFC
 * 9110 and RFC 9112 call invalid breaks the response; what they allow and node's
 * fetch, on which the official clients run, refuses is only told. Pure.
 */
#ifndef HTTP_FRAMING_H
#define HTTP_FRAMING_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* What fetch refuses. */
#define FRAMING_LF 1u	  /* a field ends with LF alone */
#define FRAMING_LENGTHS 2u /* Content-Length is repeated */
#define FRAMING_SIZE 4u	  /* more than FRAMING_FIELDS_MAX */
#define FRAMING_PORT 8u	  /* fetch blocks the port of the URL */

/* The bytes that names and values may have together. */
#define FRAMING_FIELDS_MAX ((size_t)16 * 1024)

/* What is known of a head so far. */
struct framing {
	const char *fault; /* what is invalid; static; NULL for nothing */
	unsigned odd;	   /* bits of those above */
	size_t size;
	char length[24]; /* the first Content-Length; "" for none */
	bool coding;	 /* there is a Transfer-Encoding */
};

/*
 * framing_field(f, p, n): a line of a head came, of n bytes with its end, which
 * is neither the status line nor the empty one. f is all zero before the first.
 */
void framing_field(struct framing *f, const char *p, size_t n);

/* framing_port(port): FRAMING_PORT, or 0 (Fetch Standard, "Port blocking"). */
unsigned framing_port(int port);

/* framing_words(odd, b): append why fetch refuses, with commas between; nothing
   for 0. */
void framing_words(unsigned odd, struct buf *b);

#endif
