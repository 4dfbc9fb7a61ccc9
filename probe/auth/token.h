/*
 * token.h: an access token for a client, by the client credentials grant of
 * OAuth 2.1 (RFC 6749, section 4.4) for one resource (RFC 8707).
 */
#ifndef AUTH_TOKEN_H
#define AUTH_TOKEN_H

#include "auth/oauth.h"
#include "mcp/wire.h"

struct token_request {
	const struct oauth_facts *server; /* the issuer that the client names */
	const char *scope;		  /* "" for none */
	bool anew; /* the one that is kept was refused */
};

struct token_result {
	bool good; /* the credential now shows the token */
	bool kept; /* one that was kept; it may be refused */
	bool ours; /* our own failure, not the server's */
	bool scope; /* the scope may be what it fails for */
	struct failure failure;
};

/*
 * token_get(w, rq, done, arg): get a token for w's target, whose credential is
 * a client. done(arg, r) is called exactly once, perhaps before this returns.
 * *w must live until then; rq is not needed any more.
 */
void token_get(const struct wire *w, const struct token_request *rq,
	void (*done)(void *arg, const struct token_result *r), void *arg);

#endif
