/*
 * discovery.h: OAuth discovery: follows the trail of metadata from a challenge
 * to the authorization server, one document at a time, and stops at the first
 * good one of each kind. Up to three redirects of each are followed within its
 * origin.
 */
#ifndef AUTH_DISCOVERY_H
#define AUTH_DISCOVERY_H

#include "auth/challenge.h"
#include "auth/oauth.h"
#include "http/failure.h"
#include "protocol/wire.h"

enum discovery_end {
	DISCOVERY_GOOD, /* the documents are there and agree */
	DISCOVERY_NONE, /* no document, and nothing wrong: see failure */
	DISCOVERY_BAD	/* what was found is wrong: see failure */
};

struct discovery_result {
	enum discovery_end end;
	struct failure failure;
	bool ours;		/* this machine's failure */
	struct oauth_facts facts; /* what the documents say */
	char document[URL_MAX];	  /* the URL of the resource metadata */
};

/*
 * discovery_start(w, c, done, arg): follow the trail from the challenge c,
 * until w's deadline. Of several authorization servers the one that the
 * credential is for is taken, if it is among them. done(arg, r) is called
 * exactly once, perhaps before this returns; *w must live until then.
 */
void discovery_start(const struct wire *w, const struct challenge *c,
	void (*done)(void *arg, const struct discovery_result *r), void *arg);

/*
 * discovery_issuer(w, issuer, done, arg): the same, for the metadata of this
 * authorization server alone.
 */
void discovery_issuer(const struct wire *w, const char *issuer,
	void (*done)(void *arg, const struct discovery_result *r), void *arg);

#endif
