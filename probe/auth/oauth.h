/*
 * oauth.h: where the metadata of OAuth 2.0 is to be found, whether what was
 * found agrees with itself and with the server's URL (RFC 9728, RFC 8414; the
 * "Authorization" section of each MCP revision), and what an authorization
 * server answers to a client (RFC 6749). Pure.
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
 * oauth_resource_urls(target, u): where the protected resource metadata of a
 * server may lie, in the order of the specification.
 */
void oauth_resource_urls(const struct url *target, struct oauth_urls *u);

/*
 * oauth_issuer_urls(issuer, u, f): where the metadata of an authorization
 * server may lie. False and *f where the issuer is no URL to be asked.
 */
bool oauth_issuer_urls(const char *issuer, struct oauth_urls *u,
	struct failure *f);

/* What the documents say. Strings are "" where they say nothing. */
struct oauth_facts {
	char resource[URL_MAX]; /* what the server calls itself */
	char issuer[URL_MAX];	/* the authorization server */
	char scopes[256]; /* that the server offers, spaces between; cut */
	char token_endpoint[URL_MAX];
	/* How a client may say who it is (RFC 6749, 2.3.1). */
	bool basic, post;
	const char *doubt; /* what is not as it should be; static, or NULL */
};

/*
 * oauth_judge_resource(doc, target, prefer, o, f): check a document of RFC
 * 9728: its resource is the target or holds it, and it names authorization
 * servers. o gets the resource and as its issuer `prefer` where that is among
 * them, else the first.
 */
bool oauth_judge_resource(const cJSON *doc, const struct url *target,
	const char *prefer, struct oauth_facts *o, struct failure *f);

/*
 * oauth_judge_server(doc, issuer, o, f): check a document of RFC 8414 or OpenID
 * Connect Discovery: its issuer is `issuer` to the letter, where one is given,
 * it names the endpoints that a client needs, and these are https. o gets the
 * rest of what it says.
 */
bool oauth_judge_server(const cJSON *doc, const char *issuer,
	struct oauth_facts *o, struct failure *f);

/*
 * oauth_canonical(target, out): what a server is called where it does not say
 * so itself: its URL without query and without a lone slash (RFC 8707; MCP,
 * "Canonical Server URI"). out has URL_MAX bytes.
 */
void oauth_canonical(const struct url *target, char *out);

/*
 * oauth_form(b, s): append s as a value of application/x-www-form-urlencoded
 * (RFC 6749, appendix B).
 */
void oauth_form(struct buf *b, const char *s);

/*
 * oauth_judge_token(doc, token, expires_in, f): check the answer of a token
 * endpoint (RFC 6749, 5.1): *token lives as long as doc; *expires_in in
 * seconds, NAN where it is not said.
 */
bool oauth_judge_token(const cJSON *doc, const char **token, double *expires_in,
	struct failure *f);

/*
 * oauth_scope(list, out, size): append to the string in out what may stand in a
 * scope (RFC 6749, 3.3) of a server's own words for one, up to size.
 */
void oauth_scope(const char *list, char *out, size_t size);

/*
 * oauth_wants_scope(doc): whether that response says that a scope is missing,
 * or that the one that was asked for is none.
 */
bool oauth_wants_scope(const cJSON *doc);

/*
 * oauth_token_error(doc, status, f): what the token endpoint says in a response
 * that holds no token (5.2); doc may be NULL. Returns false.
 */
bool oauth_token_error(const cJSON *doc, long status, struct failure *f);

#endif
