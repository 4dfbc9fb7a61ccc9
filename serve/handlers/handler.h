/* SPDX-License-Identifier: MIT */
/*
 * handler.h: from a request to its response. Each kind of route has a function,
 * its handler, which asks the store and has the answer built.
 */
#ifndef HANDLERS_HANDLER_H
#define HANDLERS_HANDLER_H

#include "source/source.h"

struct request;
struct response;

/* The state that outlives a request. */
struct service {
	const char *url; /* of this site, no slash at its end; "" unknown */
	struct source source;
};

/*
 * handle_request(service, request, now, r): fill r, which respond_init made,
 * with the answer. There always is one. It depends on nothing of the request
 * but its path, its query, its token and the cookie of its session: the Host
 * field is up to the client, and answers are cached.
 */
void handle_request(struct service *service, const struct request *request,
	double now, struct response *r);

/*
 * sign_in_link(service, account, life_s, now): print a link that signs in for an
 * account, good for so many seconds from now, epoch seconds. Returns the exit
 * status; what failed was logged.
 */
int sign_in_link(struct service *service, const char *account, double life_s,
	double now);

#endif
