/*
 * oauth.h: where the metadata of OAuth 2.0 is to be found, and whether what was
 * found agrees with itself and with the server's URL (RFC 9728, RFC 8414; the
 * "Authorization" section of each MCP revision). Pure.
 */
#ifndef OAUTH_H
#define OAUTH_H

#include "failure.h"
#include "url.h"

#include <cjson/cJSON.h>

#define OAUTH_URLS 3

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

/*
 * oauth_judge_resource(doc, target, issuer, f): check a document of RFC 9728:
 * its resource is the target or holds it, and it names an authorization server,
 * the first of which goes to issuer, which has URL_MAX bytes.
 */
bool oauth_judge_resource(const cJSON *doc, const struct url *target,
	char *issuer, struct failure *f);

/*
 * oauth_judge_server(doc, issuer, f): check a document of RFC 8414 or OpenID
 * Connect Discovery: its issuer is `issuer` to the letter, where one is given,
 * and it names the endpoints that a client needs.
 */
bool oauth_judge_server(const cJSON *doc, const char *issuer,
	struct failure *f);

#endif
