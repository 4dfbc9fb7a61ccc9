/*
 * jwt.h: when a token expires, if it is a JSON Web Token that says so. Its
 * signature is not verified: only a warning depends on it.
 */
#ifndef AUTH_JWT_H
#define AUTH_JWT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * jwt_expires(token, out): *out is the `exp` of a signed JSON Web Token (RFC
 * 7519, section 4.1.4) in epoch seconds, from 1 to the end of the year 9999.
 * False where the token is no JWT, encrypted, larger than 16 KiB, or has no
 * exp.
 */
bool jwt_expires(const char *token, int64_t *out);

#endif
