/*
 * front.h: from what a web server passes on of a request to the whole output
 * for it, by way of the memory where that knows it.
 */
#ifndef SERVE_FRONT_H
#define SERVE_FRONT_H

#include "base/buf.h"
#include "data/access.h"
#include "data/fetch.h"

#include <stdbool.h>

struct response_cache;

struct front {
	struct setting setting; /* its clock is set for each request */
	double now; /* epoch seconds to pretend; NAN for the clock's */
	struct source source;
	struct response_cache *memory; /* or NULL: nothing is kept */
	struct buf own;	       /* what cannot be kept; front_release frees it */
};

/* What goes to the web server. */
struct output {
	const char *p;
	size_t n;
};

/*
 * front_init(f, site, now, remember): with a memory where `remember` says so.
 * `site` must outlive it. front_release frees what it holds, and closes the
 * store.
 */
void front_init(struct front *f, const char *site, double now, bool remember);
void front_release(struct front *f);

/*
 * front_answer(f, env): the output for a request, from an environment that ends
 * with NULL; valid until the next call.
 */
struct output front_answer(struct front *f, char *const *env);

#endif
