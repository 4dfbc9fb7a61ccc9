/*
 * route.h: what a path asks for.
 */
#ifndef ROUTE_H
#define ROUTE_H

#include "request.h"

enum route_kind {
	ROUTE_NONE,	/* nothing, for a person */
	ROUTE_NONE_API, /* nothing, for a program */
	ROUTE_INDEX,
	ROUTE_HEALTH,
	ROUTE_EMBED_STATUS,
	ROUTE_BADGE,
	ROUTE_EMBED_JS,
	ROUTE_EMBED_PREVIEW,
	ROUTE_PAGE,
	ROUTE_FEED,
	ROUTE_ACCOUNT,
	ROUTE_MANUAL_LIST,
	ROUTE_MANUAL,
	ROUTE_STYLE,
	ROUTE_ICON
};

struct route {
	enum route_kind kind;
	/* What stands in the path for a slug; "" where nothing does. */
	char name[REQUEST_PATH];
};

/* route_find(path, out): the route of one path. */
void route_find(const char *path, struct route *out);

/* route_request(r, out): that of the first of its paths that has one. */
void route_request(const struct request *r, struct route *out);

#endif
