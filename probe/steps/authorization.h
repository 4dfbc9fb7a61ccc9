/*
 * authorization.h: step 4, and a server that wants a credential ("a wall").
 * Step 3 passes where the server asks for one as it should, step 4 follows the
 * trail of OAuth metadata, and in step 5 the handshake begins anew with the
 * credential, if one is held. A server may ask as late as in step 6 or 7: what
 * it refused there is then repeated with the credential.
 */
#ifndef STEPS_AUTHORIZATION_H
#define STEPS_AUTHORIZATION_H

#include "auth/oauth.h"
#include "steps/step.h"

/*
 * authorization_reply(p, r): what comes after a reply that is no answer to the
 * step's request: the server asks for a credential, or the step fails.
 */
struct next authorization_reply(struct probe *p, const struct reply *r);

/*
 * authorization_certificate(p, r): the server wants a client certificate, or
 * another one. Ends the steps up to 4 that have not ended.
 */
struct next authorization_certificate(struct probe *p, const struct reply *r);

/* authorization_begin(p): step 4 begins. */
struct next authorization_begin(struct probe *p);

/* authorization_show(p): step 5 begins: show the credential, if one is held. */
struct next authorization_show(struct probe *p);

/* What comes next after the result of NEXT_DISCOVERY, of NEXT_ISSUER, and of
   NEXT_TOKEN or NEXT_NEW_TOKEN. */
struct next authorization_discovered(struct probe *p,
	const struct discovery_result *r);
struct next authorization_issuer(struct probe *p,
	const struct discovery_result *r);
struct next authorization_token(struct probe *p, const struct token_result *r);

#endif
