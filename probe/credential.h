/*
 * credential.h: the secret that a probe may show, read from a file that only
 * its owner can read, and sent nowhere but to the origins it is for.
 */
#ifndef CREDENTIAL_H
#define CREDENTIAL_H

#include "url.h"

#include <stdint.h>

struct credential; /* opaque */

/* Room for the reason why a file was refused; it never quotes the file. */
#define CREDENTIAL_WHY 200

/*
 * credential_read(path, why): read a credential file: lines "key = value" with
 * origin (one or more) and token, or header and value; expires_at is allowed.
 * NULL, and why, where it cannot be read, can be read by others, or is wrong.
 */
struct credential *credential_read(const char *path, char *why);

/*
 * credential_token(path, origin, why): read a file that holds nothing but a
 * bearer token, which is for `origin` alone.
 */
struct credential *credential_token(const char *path, const struct url *origin,
	char *why);

/* credential_free(c): overwrite and free; NULL is fine. */
void credential_free(struct credential *c);

/* credential_for(c, u): whether the secret may be sent to u's origin. */
bool credential_for(const struct credential *c, const struct url *u);

/*
 * credential_field(c): the header field "Authorization: Bearer …" or its like;
 * lives as long as c. Never to be logged. NULL where there is none.
 */
const char *credential_field(const struct credential *c);

/*
 * credential_expires(c, from_token): when the secret expires, epoch seconds: by
 * expires_at of its file or by the secret itself, where that is a JWT, whichever
 * is earlier; *from_token says which. 0 where neither says. What a server hands
 * out for the secret, such as an access token, is no part of it.
 */
int64_t credential_expires(const struct credential *c, bool *from_token);

/*
 * credential_cert(c), credential_key(c): the PEM files of a client certificate
 * and of its key, or NULL; they live as long as c.
 */
const char *credential_cert(const struct credential *c);
const char *credential_key(const struct credential *c);

#endif
