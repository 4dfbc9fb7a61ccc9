/*
 * fields.h: which header fields of a response a probe keeps.
 */
#ifndef HTTP_FIELDS_H
#define HTTP_FIELDS_H

#include <curl/curl.h>
#include <stddef.h>

struct http_response;

/* http_fields_clear(r): forget them; another response begins. */
void http_fields_clear(struct http_response *r);

/* http_fields_add(r, p, n): keep what r has room for of a line "Name: value". */
void http_fields_add(struct http_response *r, const char *p, size_t n);

/*
 * http_fields_end(r, easy): what is known at the end: status, HTTP version,
 * where a redirect leads, how long Retry-After is.
 */
void http_fields_end(struct http_response *r, CURL *easy);

#endif
