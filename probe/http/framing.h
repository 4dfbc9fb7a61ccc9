/* SPDX-License-Identifier: MIT */
/*
 * framing.h: whether clients accept the head of a response. A head that is
 * invalid by RFC 9110 or RFC 9112 breaks the response. A head that these allow
 * and that node's fetch refuses, which the official clients use, is only
 * reported. Pure.
 */
#ifndef HTTP_FRAMING_H
#define HTTP_FRAMING_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Why fetch refuses a head. */
#define FRAMING_LF 1u	  /* a field ends with LF alone */
#define FRAMING_LENGTHS 2u /* Content-Length is repeated */
#define FRAMING_SIZE 4u	  /* more than FRAMING_FIELDS_MAX */
#define FRAMING_PORT 8u	  /* fetch blocks the port of the URL */

/* Bytes of names and values together from which on fetch refuses them. */
#define FRAMING_FIELDS_MAX ((size_t)16 * 1024)

/* A head as far as it has arrived. */
struct framing {
	/* why the head is invalid; static; NULL: it is not */
	const char *fault;
	unsigned odd;	   /* bits of those above */
	size_t size;
	char length[24]; /* the first Content-Length; "" for none */
	bool coding;	 /* there is a Transfer-Encoding */
};

/*
 * framing_field(f, p, n): note a header line of n bytes with its line end, but
 * not the status line and the empty line. f is all zero before the first.
 */
void framing_field(struct framing *f, const char *p, size_t n);

/* framing_token(s): the length of the token that s begins with (RFC 9110, section
   5.6.2), such as the name of a header field. */
size_t framing_token(const char *s);

/* framing_port(port): FRAMING_PORT, or 0 (Fetch Standard, "Port blocking"). */
unsigned framing_port(int port);

/* framing_words(odd, b): append why fetch refuses, with commas between; nothing
   for 0. */
void framing_words(unsigned odd, struct buf *b);

#endif
