/*
 * credential.h: the secret that a probe may show, read from a file that only
 * its owner can read, and sent nowhere but to the origins it is for.
 */
#ifndef AUTH_CREDENTIAL_H
#define AUTH_CREDENTIAL_H

#include "http/url.h"

#include <stdint.h>

struct credential; /* opaque */

enum credential_kind {
	CREDENTIAL_BEARER, /* a token */
	CREDENTIAL_HEADER, /* a header field of any name */
	CREDENTIAL_OAUTH,  /* a client of an authorization server */
	CREDENTIAL_MTLS	   /* a certificate and its key */
};

/* A client of RFC 6749, section 2.3.1. */
struct credential_client {
	char *id, *secret;
	char *issuer; /* the one authorization server that it is for */
	char *scope;  /* to be asked for; NULL for none */
};

/* Room for the reason why a file was refused; it never quotes the file. */
#define CREDENTIAL_WHY 200

/*
 * credential_read(path, why): read a credential file, see FILES in
 * mcp-probe(1). NULL, and why, where it or the key that it names cannot be
 * read, can be read by others, or is wrong.
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

enum credential_kind credential_kind(const struct credential *c);

/* credential_kind_name(k): "bearer", "header", "oauth" or "mtls". */
const char *credential_kind_name(enum credential_kind k);

/* credential_client(c): NULL where it is of another kind; lives as long as c. */
const struct credential_client *credential_client(const struct credential *c);

/*
 * credential_show(c, token): the token that the client got is what its servers
 * are shown; NULL: none is.
 */
void credential_show(struct credential *c, const char *token);

/*
 * credential_field(c): the header field "Authorization: Bearer …" or its like;
 * lives as long as c, or until credential_show. Never to be logged. NULL where
 * there is none.
 */
const char *credential_field(const struct credential *c);

/*
 * credential_expires(c, from_token): when the secret expires, epoch seconds: by
 * expires_at of its file or by the secret itself, where that is a JWT,
 * whichever is earlier; *from_token says which. 0 where neither says. What a
 * server hands out for the secret, such as an access token, is no part of it.
 */
int64_t credential_expires(const struct credential *c, bool *from_token);

/*
 * credential_cert(c), credential_key(c): the PEM files of a client certificate
 * and of its key, or NULL; they live as long as c.
 */
const char *credential_cert(const struct credential *c);
const char *credential_key(const struct credential *c);

#endif
