/*
 * oauth.h: where OAuth 2.0 metadata has to be, whether it agrees with itself
 * and with the server's URL (RFC 9728, RFC 8414; the "Authorization" section of
 * each MCP revision), and what a token endpoint answers (RFC 6749). Pure.
 */
#ifndef AUTH_OAUTH_H
#define AUTH_OAUTH_H

#include "base/buf.h"
#include "http/failure.h"
#include "http/url.h"

#include <cjson/cJSON.h>

#define OAUTH_URLS 3
/* A longer access token is refused. */
#define OAUTH_TOKEN_MAX 12000

struct oauth_urls {
	char url[OAUTH_URLS][URL_MAX];
	int n;
};

/*
 * oauth_resource_urls(target, u): the URLs where the protected resource
 * metadata of a server may be, in the order of the specification. The query of
 * the target is in the first (RFC 9728, 3.1).
 */
void oauth_resource_urls(const struct url *target, struct oauth_urls *u);

/*
 * oauth_issuer_urls(issuer, u, f): the URLs where the metadata of an
 * authorization server may be. False and *f where the issuer is no usable URL.
 */
bool oauth_issuer_urls(const char *issuer, struct oauth_urls *u,
	struct failure *f);

/*
 * oauth_same_issuer(a, b): whether two issuers are the same: to the letter, but
 * for the slash that an empty path may be written as (RFC 8414, 3.1; RFC 3986,
 * 6.2.3).
 */
bool oauth_same_issuer(const char *a, const char *b);

/* What the documents say. Strings are "" where they say nothing. */
struct oauth_facts {
	char resource[URL_MAX]; /* what the server calls itself */
	char issuer[URL_MAX];	/* the authorization server */
	char scopes[256]; /* offered by the server, separated by spaces; cut */
	char token_endpoint[URL_MAX];
	/* How a client may say who it is (RFC 6749, 2.3.1). */
	bool basic, post;
	const char *doubt; /* what is not as it should be; static, or NULL */
};

/*
 * oauth_judge_resource(doc, target, prefer, o, f): check a document of RFC
 * 9728: its resource is the target or a path above it, and it names
 * authorization servers. Sets o's resource, scopes and issuer: `prefer` (which
 * may be NULL) if it is among them, else the first. False and *f otherwise.
 */
bool oauth_judge_resource(const cJSON *doc, const struct url *target,
	const char *prefer, struct oauth_facts *o, struct failure *f);

/*
 * oauth_judge_server(doc, issuer, o, f): check a document of RFC 8414 or OpenID
 * Connect Discovery: its issuer is the same as `issuer` (unless that is
 * NULL), and it names the endpoints that a client needs, which are https. Sets
 * the rest of o. False and *f otherwise.
 */
bool oauth_judge_server(const cJSON *doc, const char *issuer,
	struct oauth_facts *o, struct failure *f);

/*
 * oauth_canonical(target, out): the name of a server that does not state its
 * resource: its URL without query, and without its path where that is "/" (RFC
 * 8707; MCP, "Canonical Server URI"). out has URL_MAX bytes.
 */
void oauth_canonical(const struct url *target, char *out);

/*
 * oauth_form(b, s): append s as a value of application/x-www-form-urlencoded
 * (RFC 6749, appendix B).
 */
void oauth_form(struct buf *b, const char *s);

/*
 * oauth_judge_token(doc, token, expires_in, f): check the answer of a token
 * endpoint (RFC 6749, 5.1): *token lives as long as doc; *expires_in is in
 * seconds, NAN where it is missing. False and *f where there is no usable
 * token.
 */
bool oauth_judge_token(const cJSON *doc, const char **token, double *expires_in,
	struct failure *f);

/*
 * oauth_scope(list, out, size): append a list of scopes that a server wrote to
 * the string in out, which has size bytes; only characters that a scope may
 * have (RFC 6749, 3.3), and cut to fit.
 */
void oauth_scope(const char *list, char *out, size_t size);

/*
 * oauth_wants_scope(doc): whether a token endpoint's response says that a scope
 * is missing or not valid.
 */
bool oauth_wants_scope(const cJSON *doc);

/*
 * oauth_token_error(doc, status, f): set *f for a token endpoint's error
 * response (RFC 6749, 5.2); doc may be NULL. Returns false.
 */
bool oauth_token_error(const cJSON *doc, long status, struct failure *f);

#endif
