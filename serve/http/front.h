/* SPDX-License-Identifier: MIT */
/*
 * front.h: from the environment of a request to the whole output for it, out
 * of the response cache where that has it.
 */
#ifndef HTTP_FRONT_H
#define HTTP_FRONT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct request;
struct response;
struct response_cache;
struct service;

/*
 * Fills r, which respond_init made, with the answer to a request as of now,
 * epoch seconds. Of a GET or HEAD it may depend on the path, on the query, on the
 * token and on the cookie of a session, and on nothing else; of a POST, which is
 * never kept, also on `post`.
 */
typedef void front_handler(struct service *service,
	const struct request *request, double now, struct response *r);

/*
 * The most bytes of a body that is read; and what reads the next bytes of one,
 * up to n: how many, 0 at its end.
 */
#define FRONT_BODY_MAX ((size_t)64 * 1024)
typedef size_t front_reader(void *from, char *p, size_t n);

struct front {
	front_handler *handler;
	struct service *service; /* what the handler is called with */
	double now; /* epoch seconds to pretend; NAN for the clock's */
	front_reader *reader; /* NULL, as at first: no body is read */
	void *from;	      /* what the reader is called with */
	struct buf body;      /* of the request at hand */
	struct response_cache *cache; /* or NULL: nothing is kept */
	struct buf uncached; /* the output at hand, where it is not kept */
	struct response *rest; /* what front_more goes on with, or NULL */
};

/* Bytes for the web server. */
struct output {
	const char *p;
	size_t n;
};

/*
 * front_init(f, handler, service, now, cached): `service` must outlive f, and
 * f has a response cache if `cached`. front_release frees what f holds.
 */
void front_init(struct front *f, front_handler *handler,
	struct service *service, double now, bool cached);
void front_release(struct front *f);

/*
 * front_answer(f, env): the output for a request, from an environment that ends
 * with NULL; valid until the next call.
 */
struct output front_answer(struct front *f, char *const *env);

/*
 * front_more(f, out): what goes to the web server next of the same answer,
 * valid until the next call; false where that was all.
 */
bool front_more(struct front *f, struct output *out);

#endif
