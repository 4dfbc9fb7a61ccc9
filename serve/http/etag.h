/*
 * etag.h: HTTP caching of an answer: its ETag and whether the client has it
 * already (RFC 9110, sections 8.8.3 and 13.1.2); and by whom and for how long
 * it may be kept: Cache-Control (RFC 9111, section 5.2) and Vary. The cache in
 * our own memory is http/response_cache.h.
 */
#ifndef HTTP_ETAG_H
#define HTTP_ETAG_H

#include "base/buf.h"

#include <stdbool.h>

struct response;

/*
 * etag_of_body(r): give the response an ETag made of its body and its Link
 * field, for an answer that depends on more than a verdict.
 */
void etag_of_body(struct response *r);

/*
 * etag_matches(list, etag): whether an If-None-Match field, which may be NULL,
 * holds the ETag, compared weakly.
 */
bool etag_matches(const char *list, const char *etag);

/*
 * etag_put_fields(out, r): append the fields Cache-Control, ETag, Vary and, by
 * whom it is for, Access-Control-Allow-Origin, or Cross-Origin-Resource-Policy
 * and Referrer-Policy of the response.
 */
void etag_put_fields(struct buf *out, const struct response *r);

/*
 * etag_max_age(r): for how many seconds Cache-Control lets anybody keep the
 * response; 0 where nobody may.
 */
int etag_max_age(const struct response *r);

#endif
