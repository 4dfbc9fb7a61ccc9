/*
 * http_fields.h: which header fields of a response a probe keeps.
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

/* http_fields_tls(r, easy): TLS version and certificates of easy's connection. */
void http_fields_tls(struct http_response *r, CURL *easy);

/* http_fields_version(easy): of HTTP, as in "1.1"; static, "" if unknown. */
const char *http_fields_version(CURL *easy);

#endif
