/*
 * handler.h: from a request to its response. Each kind of route has a function,
 * its handler, which asks the store and has the answer built.
 */
#ifndef HANDLERS_HANDLER_H
#define HANDLERS_HANDLER_H

#include "access/credentials.h"
#include "source/source.h"

struct request;
struct response;

/* What outlives a request. */
struct service {
	const char *url; /* of this site, no slash at its end; "" unknown */
	struct source source;
};

/* What a handler is given. */
struct context {
	const struct request *request;
	const char *url; /* that of the service */
	struct source *source;
	double now;	   /* epoch seconds */
	const char *name;  /* what stands in the path for a slug */
	const char *rest;  /* what stands behind it, see struct route */
	const char *token; /* SHA-256 of the token that was shown, or NULL */
	enum credentials shown; /* how it was */
	struct response *r;
};

/*
 * handle_request(service, request, now, r): fill r, which respond_init made,
 * with the answer. There always is one. It depends on nothing of the request
 * but its path, its query, its token and the cookie of its session: the Host
 * field is up to the client, and answers are cached.
 */
void handle_request(struct service *service, const struct request *request,
	double now, struct response *r);

#endif
