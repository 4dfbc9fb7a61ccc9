/*
 * bearer.h: the bearer token of a request (RFC 6750, section 2.1). What may be
 * read with it is known by its digest alone.
 */
#ifndef CGI_BEARER_H
#define CGI_BEARER_H

#include "base/sha256.h"

#include <stdbool.h>

/*
 * bearer_token(authorization, sha256): whether an Authorization field, which
 * may be NULL, has a token; its digest is then in sha256, of SHA256_HEX bytes,
 * unless that is NULL.
 */
bool bearer_token(const char *authorization, char *sha256);

/*
 * bearer_is(authorization, sha256): whether an Authorization field, which may
 * be NULL, has the token of that digest, 64 hex digits. Takes the same time
 * whatever the token is.
 */
bool bearer_is(const char *authorization, const char *sha256);

#endif
