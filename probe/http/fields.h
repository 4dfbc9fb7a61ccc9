/*
 * fields.h: which header fields of a response a probe keeps.
 */
#ifndef HTTP_FIELDS_H
#define HTTP_FIELDS_H

#include "http/decoding.h"

#include <curl/curl.h>
#include <stddef.h>

struct http_response;

/* http_fields_clear(r): forget all fields, and free them: another response
   begins, or r is of no more use. */
void http_fields_clear(struct http_response *r);

/* http_fields_add(r, p, n): a line "Name: value" of n bytes; r keeps what it
   has room for. */
void http_fields_add(struct http_response *r, const char *p, size_t n);

/*
 * http_codings(r): how many times the body is to be decompressed. If
 * Content-Encoding has an unknown name, clients decode none of its codings, and
 * none of them counts. http_coding(r): the last known coding of
 * Content-Encoding; CODING_NONE if there is none to decode.
 */
unsigned http_codings(const struct http_response *r);
enum coding http_coding(const struct http_response *r);

/*
 * http_fields_end(r, easy): fill in what is known at the end of a response:
 * status, HTTP version, the URL of a redirect, Retry-After in seconds.
 */
void http_fields_end(struct http_response *r, CURL *easy);

#endif
