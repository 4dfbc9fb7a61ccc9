/* SPDX-License-Identifier: MIT */
/*
 * route.h: what a path asks for.
 */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include "cgi/request.h"

#include <stdbool.h>
#include <stddef.h>

enum route_kind {
	ROUTE_NONE,	/* nothing, for a person */
	ROUTE_NONE_API, /* nothing, for a program */
	ROUTE_MOVED,	/* another path, which is the name */
#define ROUTE(kind, ...) ROUTE_##kind,
#include "http/routes.rows"
#undef ROUTE
};

/* The end of the path of a preview. */
#define ROUTE_PNG ".png"

/* Room for what stands behind the suffix of a path, and its NUL. */
#define ROUTE_REST 64

struct route {
	enum route_kind kind;
	/* The slug in the path, or the name of its row, or "". */
	char name[REQUEST_PATH];
	char rest[ROUTE_REST]; /* which incident or month; "" elsewhere */
};

/*
 * The routes one by one: route_rows() of them. route_named(row): whether there
 * is one for each server; or route_monthly(row): for each month that has a
 * report; or route_numbered(row): for each part of the sitemap. route_path(row,
 * slug, out, size): its path; false where that does not fit, or where only pages
 * know of it: where something stands behind the suffix, or it is a preview.
 * route_live(row): whether the answer is about this very moment, or one reader, so
 * that it is not rendered as a file.
 */
size_t route_rows(void);
bool route_named(size_t row);
bool route_monthly(size_t row);
bool route_numbered(size_t row);
bool route_path(size_t row, const char *slug, char *out, size_t size);
bool route_live(size_t row);

/*
 * route_preview(slug, incident, out, size): the path of the preview of a server, or
 * of the incident of that name unless it is NULL; false where that does not fit.
 */
bool route_preview(const char *slug, const char *incident, char *out,
	size_t size);

/* route_find(path, out): the route of one path. */
void route_find(const char *path, struct route *out);

/*
 * route_request(r, out): the route of the first path of r that has one. Where that
 * would be one below /status/, /account/ or /report without a slash behind it, and
 * in small letters, it is ROUTE_MOVED: whether such a server is there or not.
 */
void route_request(const struct request *r, struct route *out);

/* Room for a query as route_query writes it, and its NUL. */
#define ROUTE_QUERY 4096

/*
 * route_query(kind, r, out): write the parameters that the answer depends on to
 * out, which has ROUTE_QUERY bytes, encoded in one way: requests for the same
 * answer have the same query. Returns whether it holds a text that the client
 * can choose freely.
 */
bool route_query(enum route_kind kind, const struct request *r, char *out);

/* route_knows_readers(kind): whether a client with a token may be told more. */
bool route_knows_readers(enum route_kind kind);

/*
 * route_takes_cookies(kind): whether the cookie of a session stands for
 * the token: on what people look at, and never below /api/ or for /mcp.
 */
bool route_takes_cookies(enum route_kind kind);

#endif
