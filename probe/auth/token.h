/*
 * token.h: gets an access token with the client credentials grant of OAuth 2.1
 * (RFC 6749, section 4.4) for one resource (RFC 8707).
 */
#ifndef AUTH_TOKEN_H
#define AUTH_TOKEN_H

#include "auth/credential.h"
#include "auth/oauth.h"
#include "protocol/wire.h"

struct token_request {
	struct credential *credential;	  /* a client; gets the token */
	const struct oauth_facts *server; /* the issuer that the client names */
	const char *scope;		  /* "" for none */
	bool anew; /* the cached token was refused: get another one */
};

struct token_result {
	bool good; /* the token is set: see credential_show */
	bool kept; /* it is from the cache, and may be refused */
	bool ours; /* this machine's failure */
	bool scope; /* it may have failed for the scope */
	struct failure failure;
};

/*
 * token_get(w, rq, done, arg): get a token for w's target, until w's deadline. done(arg, r) is called exactly once,
 * perhaps before this returns; *w must live until then. rq is not kept.
 */
void token_get(const struct wire *w, const struct token_request *rq,
	void (*done)(void *arg, const struct token_result *r), void *arg);

#endif
