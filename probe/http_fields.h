/*
 * http_fields.h: which header fields of a response a probe keeps.
 */
#ifndef HTTP_FIELDS_H
#define HTTP_FIELDS_H

#include <stddef.h>

struct http_response;

/* http_fields_clear(r): forget them; another response begins. */
void http_fields_clear(struct http_response *r);

/* http_fields_add(r, p, n): keep what r has room for of a line "Name: value". */
void http_fields_add(struct http_response *r, const char *p, size_t n);

#endif
