/*
 * jwt.h: when a token says of itself that it expires. Nothing is verified: who
 * holds a token need not check who made it, and nothing is decided by it but
 * whom to warn.
 */
#ifndef AUTH_JWT_H
#define AUTH_JWT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * jwt_expires(token, out): the `exp` of a signed JSON Web Token (RFC 7519,
 * section 4.1.4) in epoch seconds, from 1 to the end of the year 9999. False
 * where it is none, is encrypted or larger than 16 KiB, or says nothing.
 */
bool jwt_expires(const char *token, int64_t *out);

#endif
