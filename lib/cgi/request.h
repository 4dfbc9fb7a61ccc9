/*
 * request.h: what a web server passes on of a request (RFC 3875), held to what
 * a request to one of us can be.
 */
#ifndef CGI_REQUEST_H
#define CGI_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

enum method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_OTHER };

/* Room for a path and its NUL. The longest that means something is shorter. */
#define REQUEST_PATH 512
/* How many ways there are to learn the path. */
#define REQUEST_FORMS 3

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
	const char *query;	   /* as it came, or NULL */
};

/*
 * request_read(r, env): read a request from an environment that ends with NULL;
 * its strings stay where they are and must outlive r. A field that is longer
 * than any that we understand is as if it were not there.
 */
void request_read(struct request *r, char *const *env);

/*
 * request_query(r, name, out, size): whether the query has a parameter of that
 * name; the value of the first one is in out, decoded as a form's: '+' is a
 * space. What cannot be decoded or does not fit is "".
 */
bool request_query(const struct request *r, const char *name, char *out,
	size_t size);

/* request_env(env, name): the value of a variable, or NULL. */
const char *request_env(char *const *env, const char *name);

#endif
