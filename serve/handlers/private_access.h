/*
 * private_access.h: private servers, accounts and their tokens: who may know of
 * them. Whoever may not is answered as if there were none, to the byte.
 */
#ifndef HANDLERS_PRIVATE_ACCESS_H
#define HANDLERS_PRIVATE_ACCESS_H

#include "access/credentials.h"
#include "data/account.h"
#include "data/server.h"
#include "data/view.h"

struct context;

enum found { FOUND, NOT_FOUND, STORE_DOWN };

/* A server that the client may know of. */
struct readable_server {
	struct server server;
	struct view view;
};

/*
 * private_access_find(c, regions, s): look up the server that c->name names;
 * entry and view without regions where these are not wanted. FOUND, and then
 * readable_server_release frees what *s holds. Sets the audience of the
 * response.
 *
 * private_access_read(c, server, verdict, s): likewise, from what the store
 * holds of it, JSON, each of which may be NULL; c->name is a slug.
 */
enum found private_access_find(
	const struct context *c, bool regions, struct readable_server *s);
enum found private_access_read(const struct context *c, const char *server,
	const char *verdict, struct readable_server *s);
void readable_server_release(struct readable_server *s);

/*
 * private_access_account(c, a): the account that c->name names; FOUND where the
 * request shows its token, and then account_release frees *a.
 */
enum found private_access_account(const struct context *c, struct account *a);

/*
 * private_access_granted(s, token): whether a client that showed the token of
 * this SHA-256, or NULL, may know of the server. Takes the same time whatever
 * the token is.
 */
bool private_access_granted(const struct server *s, const char *token);

/*
 * private_access_session(c, use, s, token): FOUND where the link or the cookie is
 * good, and then the SHA-256 of the token of its account is in token, which has
 * SHA256_HEX bytes. It takes as long where there is no such account.
 */
enum found private_access_session(const struct context *c, enum session_use use,
	const struct session *s, char *token);

/*
 * private_access_recognize(c, token): set the token of c to the one that its
 * request shows, in its Authorization field or by the cookie of a session, and
 * how: as to what c->name names. Its SHA-256 is then in token, of SHA256_HEX
 * bytes. The store is asked only of a cookie.
 */
void private_access_recognize(struct context *c, char *token);

#endif
