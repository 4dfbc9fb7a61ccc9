/*
 * http_fail.h: what libcurl's word for a failure means for a server.
 */
#ifndef HTTP_FAIL_H
#define HTTP_FAIL_H

#include "resolve.h"

#include <curl/curl.h>
#include <stdbool.h>

struct http_response;

/*
 * http_fail(r, rc, easy, error, denied, fields): set r->end, code and message
 * for a transfer that ended with rc. `error` is libcurl's text, `denied` tells
 * that an address was refused by --deny-private, `fields` that the header
 * fields were too large.
 */
void http_fail(struct http_response *r, CURLcode rc, CURL *easy,
	const char *error, bool denied, bool fields);

/* http_fail_resolve(r, end): the name did not resolve, and this is why. */
void http_fail_resolve(struct http_response *r, enum resolve_end end);

#endif
