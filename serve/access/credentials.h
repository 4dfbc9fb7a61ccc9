/*
 * credentials.h: how a request shows a token, and which one stands in its
 * Authorization field. Pure.
 */
#ifndef ACCESS_CREDENTIALS_H
#define ACCESS_CREDENTIALS_H

#include "base/sha256.h"

enum credentials {
	CREDENTIALS_NONE,
	CREDENTIALS_BEARER, /* RFC 6750: a program */
	CREDENTIALS_BASIC,  /* RFC 7617: a browser that asked for a password */
	CREDENTIALS_COOKIE, /* of a session, see access/session.h */
	CREDENTIALS_UNCHECKED /* a cookie, and the store does not answer */
};

/*
 * credentials_read(authorization, sha256): which token an Authorization field,
 * which may be NULL, shows: a bearer token, or the password of HTTP Basic, with
 * any user name, without the blanks around it. Its digest is then in sha256, of
 * SHA256_HEX bytes, unless that is NULL. An empty password is none.
 */
enum credentials credentials_read(const char *authorization, char *sha256);

#endif
