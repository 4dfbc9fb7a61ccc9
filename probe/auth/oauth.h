/* SPDX-License-Identifier: MIT */
/*
 * oauth.h: OAuth 2.0. Where metadata has to be, whether it agrees with itself
 * and with the server's URL (RFC 9728, RFC 8414; the "Authorization" section of
 * each MCP revision), and what a token endpoint answers (RFC 6749): oauth.c,
 * which is pure. The trail of metadata: discovery.c. Access tokens: token.c.
 */
#ifndef AUTH_OAUTH_H
#define AUTH_OAUTH_H

#include "auth/challenge.h"
#include "auth/credential.h"
#include "base/buf.h"
#include "http/failure.h"
#include "http/url.h"
#include "protocol/wire.h"

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

/* The facts in the documents. A string is "" where they have none. */
struct oauth_facts {
	char resource[URL_MAX]; /* what the server calls itself */
	char issuer[URL_MAX];	/* the authorization server */
	char scopes[256]; /* offered by the server, separated by spaces; cut */
	char token_endpoint[URL_MAX];
	/* How a client may say who it is (RFC 6749, 2.3.1). */
	bool basic, post;
	const char *warning; /* about the documents; static, or NULL */
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

enum metadata_kind {
	METADATA_RESOURCE, /* RFC 9728, section 2 */
	METADATA_SERVER,   /* RFC 8414, section 2 */
	METADATA_OPENID	   /* OpenID Connect Discovery 1.0, section 3 */
};

/*
 * oauth_metadata_of(url): the kind of a document of an authorization server, by
 * its well-known URL.
 */
enum metadata_kind oauth_metadata_of(const char *url);

/*
 * oauth_metadata_judge(doc, kind, f): whether each required member is there,
 * and each known one has its type. False and *f where not: clients then refuse
 * the whole document. Unknown members are ignored.
 */
bool oauth_metadata_judge(const cJSON *doc, enum metadata_kind kind,
	struct failure *f);

/* ---- discovery.c: the trail of metadata. */

enum discovery_end {
	DISCOVERY_GOOD, /* the documents are there and agree */
	DISCOVERY_NONE, /* no document, and nothing wrong: see failure */
	DISCOVERY_BAD	/* what was found is wrong: see failure */
};

struct discovery_result {
	enum discovery_end end;
	struct failure failure;
	bool ours;		/* this machine's failure */
	struct oauth_facts facts; /* what the documents say */
	char document[URL_MAX];	  /* the URL of the resource metadata */
};

/*
 * discovery_start(w, c, done, arg): follow the trail from the challenge c,
 * until w's deadline. Of several authorization servers the one that the
 * credential is for is taken, if it is among them. done(arg, r) is called
 * exactly once, perhaps before this returns; *w must live until then.
 */
void discovery_start(const struct wire *w, const struct challenge *c,
	void (*done)(void *arg, const struct discovery_result *r), void *arg);

/*
 * discovery_issuer(w, issuer, done, arg): the same, for the metadata of this
 * authorization server alone.
 */
void discovery_issuer(const struct wire *w, const char *issuer,
	void (*done)(void *arg, const struct discovery_result *r), void *arg);

/* ---- token.c: access tokens. */

struct token_request {
	struct credential *credential;	  /* a client; gets the token */
	const struct oauth_facts *server; /* the issuer that the client names */
	const char *scope;		  /* "" for none */
	bool anew; /* the cached token was refused: get another one */
};

struct token_result {
	bool good; /* the token is set: see credential_show */
	bool kept; /* it is from the cache, and may be refused */
	bool ours; /* this machine's failure */
	bool scope; /* it may have failed for the scope */
	struct failure failure;
};

/*
 * token_get(w, rq, done, arg): get a token for w's target, until w's deadline.
 * done(arg, r) is called exactly once, perhaps before this returns; *w must
 * live until then. rq is not kept.
 */
void token_get(const struct wire *w, const struct token_request *rq,
	void (*done)(void *arg, const struct token_result *r), void *arg);

/* token_wipe(): overwrite and free the tokens that this process keeps. */
void token_wipe(void);

#endif
