/*
 * route.h: what a path asks for.
 */
#ifndef ROUTE_H
#define ROUTE_H

#include "request.h"

#include <stdbool.h>

enum route_kind {
	ROUTE_NONE,	/* nothing, for a person */
	ROUTE_NONE_API, /* nothing, for a program */
	ROUTE_INDEX,
	ROUTE_HEALTH,
	ROUTE_EMBED_STATUS,
	ROUTE_REGIONS,
	ROUTE_ACCOUNT,
	ROUTE_OPENAPI,
	ROUTE_BADGE,
	ROUTE_PAGE
};

struct route {
	enum route_kind kind;
	/* What stands in the path for a slug; "" where nothing does. */
	char name[REQUEST_PATH];
};

/* A path is this prefix, a name unless the suffix is NULL, and the suffix. */
struct route_row {
	const char *prefix, *suffix; /* the prefix NULL: the end of a table */
	enum route_kind kind;
};

/* route_in(rows, path, out): find the route of a path in a table. */
bool route_in(const struct route_row *rows, const char *path,
	struct route *out);

/* route_find(path, out): the route of one path. */
void route_find(const char *path, struct route *out);

/* route_request(r, out): that of the first of its paths that has one. */
void route_request(const struct request *r, struct route *out);

/* route_ignores_query(kind): whether the answer is the same whatever it is. */
bool route_ignores_query(enum route_kind kind);

#endif
