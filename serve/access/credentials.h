/* SPDX-License-Identifier: MIT */
/*
 * credentials.h: how a request shows a token: in its Authorization field, as a
 * bearer token or as a password; or, where a browser has signed in, by a
 * cookie. A signed link signs it in. Link and cookie are signed with
 * HMAC-SHA256 under the digest of the token, as the store has it: a new token
 * ends all of them. Pure.
 */
#ifndef ACCESS_CREDENTIALS_H
#define ACCESS_CREDENTIALS_H

#include "base/sha256.h"
#include "terms/names.h"

#include <stdbool.h>

enum credentials {
	CREDENTIALS_NONE,
	CREDENTIALS_BEARER, /* RFC 6750: a program */
	CREDENTIALS_BASIC,  /* RFC 7617: a browser that asked for a password */
	CREDENTIALS_COOKIE, /* of a session */
	CREDENTIALS_UNCHECKED /* a cookie, and the store does not answer */
};

/*
 * credentials_read(authorization, sha256): which token an Authorization field,
 * which may be NULL, shows: a bearer token, or the password of HTTP Basic, with
 * any user name, without the blanks around it. Its digest is then in sha256, of
 * SHA256_HEX bytes, unless that is NULL. An empty password is none.
 */
enum credentials credentials_read(const char *authorization, char *sha256);

/*
 * The prefix makes browsers take it only by https, from this host, for all of
 * its paths: no other host of the domain can set it.
 */
#define SESSION_COOKIE "__Host-mcp-account"

/* The purpose of a signature: a link does not serve as a cookie. */
enum session_use { SESSION_LINK, SESSION_BROWSER };

/* How long each may be good, in seconds, and what a link is, if not said. */
#define SESSION_LINK_S (7 * 86400)
#define SESSION_LINK_MAX_S (30 * 86400)
#define SESSION_BROWSER_S (30 * 86400)
/* A session that began with a password lasts no longer than a day at work. */
#define SESSION_PASSWORD_S (12 * 3600)

/* The first half of an HMAC-SHA256 (RFC 2104, section 5), in hex. */
#define SESSION_MAC 32

/* A link or a cookie as a stranger sent it. */
struct session {
	char account[SLUG_MAX + 1];
	long long until; /* epoch seconds */
	char mac[SESSION_MAC + 1];
};

/* Room for the end and the MAC of a link, "1796000000-0123…", and a NUL. */
#define SESSION_PASS 64
/* Room for the value of a Set-Cookie field. */
#define SESSION_FIELD 256

/*
 * session_sign(use, account, digest, until, out): the end and the MAC, which
 * make a link or a cookie of the account with that digest good until then; out
 * has SESSION_PASS bytes.
 */
void session_sign(enum session_use use, const char *account,
	const char *digest, long long until, char *out);

/*
 * session_of_link(account, pass, s): take a link apart, of the account in its
 * path and what session_sign made. session_of_cookie(field, s): take the cookie
 * out of a Cookie field, which may be NULL; of several the first counts. False
 * where it has not the form; nothing is checked.
 */
bool session_of_link(const char *account, const char *pass, struct session *s);
bool session_of_cookie(const char *field, struct session *s);

/*
 * session_good(use, s, digest, now): whether it was signed for that use under
 * that digest, and has not ended. One that ends later than any that is made is
 * not good either. The time taken does not depend on the digest.
 */
bool session_good(enum session_use use, const struct session *s,
	const char *digest, double now);

/*
 * session_set(account, digest, now, life_s, out): the Set-Cookie field (RFC
 * 6265) that signs a browser in for so long. session_unset(out): the one that
 * signs it out. out has SESSION_FIELD bytes.
 */
void session_set(const char *account, const char *digest, double now,
	int life_s, char *out);
void session_unset(char *out);

#endif
