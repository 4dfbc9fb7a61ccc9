/* SPDX-License-Identifier: MIT */
/*
 * request.h: a request as a web server passes it to a CGI program (RFC 3875),
 * within limits: its paths and fields, and the bearer token among them (RFC
 * 6750, section 2.1), which is known by its digest alone. And the reason
 * phrases of the answer.
 */
#ifndef CGI_REQUEST_H
#define CGI_REQUEST_H

#include "base/sha256.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * http_status_reason(status): the reason phrase of one that we send (RFC 9110,
 * section 15), for the Status field of a CGI; "Unknown" for any other.
 */
const char *http_status_reason(int status);

enum method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_OPTIONS,
	METHOD_OTHER
};

/* Room for a path and its NUL; no path of ours is longer. */
#define REQUEST_PATH 512
/* In how many ways servers pass the path. */
#define REQUEST_FORMS 3

/* The header fields of a body, if the request has one, or NULL. */
struct request_post {
	const char *length; /* CONTENT_LENGTH */
	const char *type, *accept;
	const char *protocol, *rpc_method, *rpc_name; /* of MCP */
	const char *body; /* set by whoever reads it */
	size_t n;
	bool too_large; /* it was not read */
};

struct request {
	enum method method;
	/*
	 * What the path may be, the likeliest first: SCRIPT_NAME with
	 * PATH_INFO, which is the whole path; PATH_INFO, which is what stands
	 * behind a script; REQUEST_URI, which not every server rewrites. Each
	 * begins with a slash and is decoded; or is "", where it was not given
	 * or is not to be trusted.
	 */
	char path[REQUEST_FORMS][REQUEST_PATH];
	bool api; /* one of them, as it was given, stands under /api/ */
	const char *if_none_match; /* or NULL */
	const char *authorization; /* or NULL */
	const char *cookie;	   /* or NULL */
	const char *query;	   /* as it came, or NULL */
	const char *origin;	   /* of the page that asks, or NULL */
	const char *asked_fields; /* what a page would send; or NULL */
	struct request_post post;  /* of a POST; else nothing */
};

/*
 * request_read(r, env): read a request from an environment that ends with NULL;
 * its strings must outlive r. A field that is longer than any we understand is
 * ignored.
 */
void request_read(struct request *r, char *const *env);

/*
 * request_query(r, name, out, size): whether the query has a parameter of that
 * name; the value of the first is in out, decoded as that of a form ('+' is a
 * space), or "" where it cannot be decoded or does not fit.
 */
bool request_query(const struct request *r, const char *name, char *out,
	size_t size);

/* request_env(env, name): the value of a variable, or NULL. */
const char *request_env(char *const *env, const char *name);

/*
 * bearer_token(authorization, sha256): whether an Authorization field, which
 * may be NULL, has a token; its digest is then in sha256, of SHA256_HEX bytes,
 * unless that is NULL.
 */
bool bearer_token(const char *authorization, char *sha256);

/*
 * bearer_is(authorization, sha256): whether an Authorization field, which may
 * be NULL, has the token of that digest, 64 hex digits. Takes the same time
 * whatever the token is.
 */
bool bearer_is(const char *authorization, const char *sha256);

/* The user name, a colon and the password: longer ones are none of ours. */
#define BASIC_MAX 1024

struct basic {
	const char *user, *password; /* within pair, without blanks around */
	char pair[BASIC_MAX];
};

/*
 * basic_read(authorization, out): whether an Authorization field, which may be
 * NULL, shows a password; an empty one is none. basic_wipe(b) afterwards: both
 * are "" then.
 */
bool basic_read(const char *authorization, struct basic *out);
void basic_wipe(struct basic *b);

#endif
