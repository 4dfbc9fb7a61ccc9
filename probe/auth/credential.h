/* SPDX-License-Identifier: MIT */
/*
 * credential.h: the secret that a probe may show to a server. It is read from a
 * file that only its owner can read, and sent only to the origins it is for.
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
	char *scope;  /* the scope to ask for; NULL for none */
};

/* Room for the reason why a file was refused; it never quotes the file. */
#define CREDENTIAL_WHY 200

/*
 * credential_read(path, why): read a credential file, see FILES in
 * mcp-probe(1). NULL and why, of CREDENTIAL_WHY bytes, where the file or the
 * key that it names cannot be read, can be read by others, or is wrong.
 */
struct credential *credential_read(const char *path, char *why);

/*
 * credential_token(path, origin, why): read a file that holds only a bearer
 * token, which is for `origin` alone. NULL and why as above.
 */
struct credential *credential_token(const char *path, const struct url *origin,
	char *why);

/* credential_free(c): overwrite and free c; NULL is fine. */
void credential_free(struct credential *c);

/* credential_for(c, u): whether the secret may be sent to u's origin. */
bool credential_for(const struct credential *c, const struct url *u);

/* credential_allows(c, tool): whether its file names this tool, which a
   stranger may then call with the secret. */
bool credential_allows(const struct credential *c, const char *tool);

enum credential_kind credential_kind(const struct credential *c);

/* credential_kind_name(k): "bearer", "header", "oauth" or "mtls". */
const char *credential_kind_name(enum credential_kind k);

/* credential_client(c): lives as long as c; NULL where c is of another kind. */
const struct credential_client *credential_client(const struct credential *c);

/*
 * credential_show(c, token): set the access token that a client got, which
 * credential_field gives from now on; NULL: none. It is copied.
 */
void credential_show(struct credential *c, const char *token);

/*
 * credential_field(c): the header field to show, like "Authorization: Bearer
 * …", or NULL. It lives as long as c, or until credential_show. Never log it.
 */
const char *credential_field(const struct credential *c);

/*
 * credential_expires(c, from_token): when the secret expires, in epoch seconds;
 * 0 where that is not known. It is the earlier of expires_at in its file and,
 * where the secret is a JWT, what that says; *from_token: it is from the JWT.
 * An access token that a client got does not count.
 */
int64_t credential_expires(const struct credential *c, bool *from_token);

/*
 * credential_cert(c), credential_key(c): the PEM files of a client certificate
 * and of its key, or NULL; they live as long as c.
 */
const char *credential_cert(const struct credential *c);
const char *credential_key(const struct credential *c);

#endif
