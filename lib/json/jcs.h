/* SPDX-License-Identifier: MIT */
/*
 * jcs.h: the JSON Canonicalization Scheme (RFC 8785).
 */
#ifndef JSON_JCS_H
#define JSON_JCS_H

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/*
 * jcs_write(b, v): append the canonical form of a tree that json_parse made.
 * False where I-JSON cannot carry the tree: a number that is not finite, a lone
 * surrogate, text that is not UTF-8, a key twice in one object; or where the
 * buffer's limit is passed. What was appended is then of no use.
 */
bool jcs_write(struct buf *b, const cJSON *v);

/* jcs_carries(s): whether I-JSON can carry a string of a tree. */
bool jcs_carries(const char *s);

/*
 * jcs_compare(a, b): the order of two strings of a tree by their UTF-16 code
 * units (RFC 8785, section 3.2.3), as strcmp(3) returns it. U+0000 in its form
 * of json.h counts as such.
 */
int jcs_compare(const char *a, const char *b);

/* Room for a number in the form of ECMAScript and its NUL. */
#define JCS_NUMBER 32

/*
 * jcs_nearest(p, n, out): the text of n bytes of a number of JSON, however
 * long, as one that reads as the same double; 1e999 where it is too large for
 * any. out has JCS_NUMBER bytes.
 */
void jcs_nearest(const char *p, size_t n, char *out);

/*
 * jcs_number(v, out): write a finite v as ECMAScript's Number::toString does
 * (ECMA-262, 6.1.6.1.20), which RFC 8785 section 3.2.2.3 asks for. out has
 * JCS_NUMBER bytes.
 */
void jcs_number(double v, char *out);

#endif
