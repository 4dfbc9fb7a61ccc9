/* SPDX-License-Identifier: MIT */
/*
 * challenge.h: whether a reply is a "wall", where the server wants a credential
 * or a client certificate; and what a 401 says in WWW-Authenticate (RFC 9110,
 * section 11.6.1; RFC 6750, section 3; RFC 9728, section 5.1). Pure.
 */
#ifndef AUTH_CHALLENGE_H
#define AUTH_CHALLENGE_H

#include "protocol/exchange.h"

#include <stdbool.h>

struct challenge {
	bool any;	  /* at least one scheme is named */
	char scheme[32];  /* the first one, as the server writes it */
	bool bearer;	  /* a Bearer scheme is named; the rest is about it */
	char resource_metadata[2048];
	char error[64];
	char error_description[256];
	char scope[256];
};

/*
 * challenge_parse(field, c): parse the field's value; several fields are joined
 * by commas. What is no challenge is ignored, and so is a resource_metadata
 * that does not fit; other values are cut.
 */
void challenge_parse(const char *field, struct challenge *c);

/*
 * wall_meant(r): whether a reply asks for a credential: 401, 403 with a
 * challenge, or JSON-RPC's -32001 with a status of success.
 */
bool wall_meant(const struct reply *r);

/*
 * wall_certificate(r): whether a reply, or a connection that failed, says that
 * the server wants a client certificate, or another one than it was shown.
 */
bool wall_certificate(const struct reply *r);

#endif
