/* SPDX-License-Identifier: MIT */
#include "auth/oauth.h"

#include "base/num.h"
#include "base/strings.h"
#include "json/json.h"
#include "protocol/shape.h"

#include <math.h>
#include <strings.h>

#define RESOURCE "/.well-known/oauth-protected-resource"
#define SERVER "/.well-known/oauth-authorization-server"
#define OPENID "/.well-known/openid-configuration"

static void add_url(struct oauth_urls *u, const char *a, const char *b,
	const char *c)
{
	int n = snprintf(u->url[u->n], URL_MAX, "%s%s%s", a, b, c);

	if (n > 0 && n < URL_MAX)
		u->n++;
}

/* The path of a URL; "" for "/". */
static const char *real_path(const struct url *u)
{
	return strcmp(u->path, "/") == 0 ? "" : u->path;
}

void oauth_resource_urls(const struct url *target, struct oauth_urls *u)
{
	const char *query = strchr(target->text, '?');
	char more[URL_MAX];
	int n = snprintf(more, sizeof more, "%s%s", real_path(target),
		query ? query : "");

	u->n = 0;
	if (n > 0 && n < URL_MAX)
		add_url(u, target->origin, RESOURCE, more);
	add_url(u, target->origin, RESOURCE, "");
}

/* The length of an issuer without the slash of an empty path. */
static size_t issuer_length(const char *s)
{
	const char *host = strstr(s, "://");
	size_t n = strlen(s);

	return host && n && strchr(host + 3, '/') == s + n - 1 ? n - 1 : n;
}

bool oauth_same_issuer(const char *a, const char *b)
{
	size_t n = issuer_length(a);

	return issuer_length(b) == n && memcmp(a, b, n) == 0;
}

bool oauth_issuer_urls(const char *issuer, struct oauth_urls *u,
	struct failure *f)
{
	char why[URL_WHY], path[URL_MAX];
	struct url i;
	size_t n;

	u->n = 0;
	if (!url_parse(issuer, &i, why))
		return failure_set(f, "oauth.issuer",
			"the authorization server %.200s is not a URL: %s",
			issuer,
			why);
	if (!url_secure(&i))
		return failure_set(f, "oauth.insecure",
			"the authorization server %.200s is not an https URL",
			issuer);
	if (!*real_path(&i)) {
		add_url(u, i.origin, SERVER, "");
		add_url(u, i.origin, OPENID, "");
		return true;
	}
	n = strlen(i.path);
	n -= i.path[n - 1] == '/';
	memcpy(path, i.path, n);
	path[n] = '\0';
	add_url(u, i.origin, SERVER, path);
	add_url(u, i.origin, OPENID, path);
	add_url(u, i.origin, path, OPENID);
	return u->n > 0 ||
		failure_set(f, "oauth.issuer",
			"the URL of the authorization server %.200s is too "
			"long",
			issuer);
}

/* Whether `resource` is the target, or a path above it, of its origin. */
static bool covers_target(const struct url *resource, const struct url *target)
{
	size_t n = strlen(resource->path);

	if (!url_same_origin(resource, target))
		return false;
	if (n && resource->path[n - 1] == '/')
		n--;
	return strncmp(resource->path, target->path, n) == 0 &&
		(target->path[n] == '\0' || target->path[n] == '/');
}

/* The preferred authorization server if it is in the list, else the first. */
static const char *choose_server(const cJSON *servers, const char *prefer)
{
	const cJSON *one;

	if (!cJSON_IsArray(servers) || !servers->child)
		return NULL;
	cJSON_ArrayForEach(one, servers)
	{
		const char *s = cJSON_GetStringValue(one);

		if (s && prefer && oauth_same_issuer(s, prefer))
			return s;
	}
	return cJSON_GetStringValue(servers->child);
}

void oauth_scope(const char *list, char *out, size_t size)
{
	size_t n = strlen(out);

	if (n && n + 1 < size)
		out[n++] = ' ';
	for (; *list && n + 1 < size; list++)
		if (*list >= ' ' && *list <= '~' && !strchr("\"\\", *list))
			out[n++] = *list;
	out[n] = '\0';
}

bool oauth_judge_resource(const cJSON *doc, const struct url *target,
	const char *prefer, struct oauth_facts *o, struct failure *f)
{
	const char *resource = json_str(doc, "resource");
	const cJSON *scope;
	const char *issuer;
	char why[URL_WHY];
	struct url r;

	if (!resource)
		return failure_set(f, "oauth.metadata",
			"the resource metadata does not name its resource");
	if (!url_parse(resource, &r, why) || !covers_target(&r, target))
		return failure_set(f, "oauth.resource",
			"the resource metadata is for %.200s, not for %.200s, "
			"so clients refuse it",
			resource, target->shown);
	issuer = choose_server(json_get(doc, "authorization_servers"), prefer);
	if (!issuer || strlen(issuer) >= URL_MAX)
		return failure_set(f, "oauth.metadata",
			"the resource metadata names no authorization server");
	snprintf(o->resource, sizeof o->resource, "%s", resource);
	snprintf(o->issuer, sizeof o->issuer, "%s", issuer);
	o->scopes[0] = '\0';
	cJSON_ArrayForEach(scope, json_get(doc, "scopes_supported"))
		if (cJSON_IsString(scope))
			oauth_scope(scope->valuestring, o->scopes,
				sizeof o->scopes);
	return true;
}

static bool array_lists(const cJSON *array, const char *s)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, array)
	{
		const char *v = cJSON_GetStringValue(one);

		if (v && strcmp(v, s) == 0)
			return true;
	}
	return false;
}

/*
 * An endpoint is https, or on this machine as its issuer is: a distant server
 * cannot send its clients to what listens here.
 */
static bool judge_endpoint(const cJSON *doc, const char *name,
	const struct url *issuer, struct failure *f)
{
	const char *s = json_str(doc, name);
	char why[URL_WHY];
	struct url u;

	if (!url_parse(s, &u, why))
		return failure_set(f, "oauth.metadata",
			"the %s of the authorization server is not a URL: %s",
			name, why);
	if (!u.https && (issuer->https || !url_secure(&u)))
		return failure_set(f, "oauth.insecure",
			"the %s of the authorization server, %.200s, is not "
			"https",
			name, s);
	return true;
}

/* Endpoints that an MCP client needs; the first one for some grants only. */
static bool judge_endpoints(const cJSON *doc, const struct url *issuer,
	struct failure *f)
{
	static const char *const names[] = {"authorization_endpoint",
		"token_endpoint", "registration_endpoint"};
	const cJSON *grants = json_get(doc, "grant_types_supported");
	bool needed[] = {!cJSON_IsArray(grants) ||
			array_lists(grants, "authorization_code") ||
			array_lists(grants, "implicit"),
		true, false};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!json_str(doc, names[i])) {
			if (!needed[i])
				continue;
			return failure_set(f, "oauth.metadata",
				"the authorization server's metadata has no %s",
				names[i]);
		}
		if (!judge_endpoint(doc, names[i], issuer, f))
			return false;
	}
	return true;
}

bool oauth_judge_server(const cJSON *doc, const char *issuer,
	struct oauth_facts *o, struct failure *f)
{
	const char *own = json_str(doc, "issuer");
	const cJSON *methods =
		json_get(doc, "token_endpoint_auth_methods_supported");
	char why[URL_WHY];
	struct url u;

	if (!own)
		return failure_set(f, "oauth.metadata",
			"the authorization server's metadata has no issuer");
	if (issuer && !oauth_same_issuer(own, issuer))
		return failure_set(f, "oauth.issuer",
			"the authorization server calls itself %.200s, but "
			"%.200s led to it",
			own, issuer);
	if (!url_parse(own, &u, why))
		return failure_set(f, "oauth.issuer",
			"the authorization server calls itself %.200s, which "
			"is not a URL: %s",
			own, why);
	if (!judge_endpoints(doc, &u, f))
		return false;
	snprintf(o->issuer, sizeof o->issuer, "%s", own);
	snprintf(o->token_endpoint, sizeof o->token_endpoint, "%s",
		json_str(doc, "token_endpoint"));
	/* Without the list it is client_secret_basic (RFC 8414, section 2). */
	o->basic = !cJSON_IsArray(methods) ||
		array_lists(methods, "client_secret_basic");
	o->post = array_lists(methods, "client_secret_post");
	if (!array_lists(
		    json_get(doc, "code_challenge_methods_supported"), "S256"))
		o->warning = "it does not list S256 in "
			     "code_challenge_methods_supported, so many "
			     "clients refuse it";
	return true;
}

void oauth_canonical(const struct url *target, char *out)
{
	int n = snprintf(out, URL_MAX, "%s%s", target->origin,
		real_path(target));

	if (n < 0 || n >= URL_MAX)
		snprintf(out, URL_MAX, "%s", target->origin);
}

void oauth_form(struct buf *b, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			(c >= 'a' && c <= 'z') || strchr("*-._", c))
			buf_char(b, *s);
		else if (c == ' ')
			buf_char(b, '+');
		else
			buf_fmt(b, "%%%02X", c);
	}
}

/* Visible ASCII: more than RFC 6750 (2.1) allows, as some tokens need it. */
static bool is_visible(const char *s)
{
	size_t n = 0;

	while (s[n] > ' ' && s[n] <= '~')
		n++;
	return n && !s[n] && n <= OAUTH_TOKEN_MAX;
}

bool oauth_judge_token(const cJSON *doc, const char **token, double *expires_in,
	struct failure *f)
{
	const cJSON *expires = json_get(doc, "expires_in");
	const char *type = json_str(doc, "token_type");
	long long seconds;

	*token = json_str(doc, "access_token");
	if (!*token)
		return failure_set(f, "oauth.token",
			"the answer of the token endpoint has no access_token");
	if (!is_visible(*token))
		return failure_set(f, "oauth.token",
			"the access_token cannot be sent as a bearer token");
	if (!type || strcasecmp(type, "bearer") != 0)
		return failure_set(f, "oauth.token",
			"the token_type is %.60s, not Bearer",
			type ? type : "missing");
	*expires_in = NAN;
	/* Some servers write the number as a string. */
	if (cJSON_IsNumber(expires))
		*expires_in = expires->valuedouble;
	else if (cJSON_IsString(expires) &&
		num_parse(expires->valuestring, 0, 1000000000, &seconds))
		*expires_in = (double)seconds;
	return true;
}

bool oauth_wants_scope(const cJSON *doc)
{
	const char *error = json_str(doc, "error");
	const char *more = json_str(doc, "error_description");

	/* Some servers say that the parameter "scope" is missing. */
	return error &&
		(strcmp(error, "invalid_scope") == 0 ||
			(strcmp(error, "invalid_request") == 0 && more &&
				strstr(more, "scope")));
}

/* Whether it is about the client or what it proves itself with. */
static bool refuses_client(const char *error)
{
	static const char *const errors[] = {"invalid_client",
		"unauthorized_client", "invalid_grant", "access_denied"};

	return strings_among(errors, sizeof errors / sizeof *errors, error);
}

bool oauth_token_error(const cJSON *doc, long status, struct failure *f)
{
	const char *error = json_str(doc, "error");
	const char *more = json_str(doc, "error_description");

	if (!error)
		return failure_set(f, "oauth.token",
			"the token endpoint answers with status %ld and no "
			"error code",
			status);
	return failure_set(f,
		refuses_client(error) ? "oauth.refused" : "oauth.token",
		"the authorization server refuses the client: %.60s%s%.300s",
		error, more ? ": " : "", more ? more : "");
}

/* ---- What clients accept. */

/*
 * Both generations of the official SDK check these. They want each
 * authorization_endpoint and token_endpoint; a server without some grants needs
 * none (RFC 8414), so judge_endpoints judges them.
 */
static const struct shape of_resource[] = {
	{"resource", SHAPE_URL, true},
	{"authorization_servers", SHAPE_STRINGS, false},
	{"jwks_uri", SHAPE_URL, false},
	{"scopes_supported", SHAPE_STRINGS, false},
	{"bearer_methods_supported", SHAPE_STRINGS, false},
	{"resource_signing_alg_values_supported", SHAPE_STRINGS, false},
	{"resource_name", SHAPE_STRING, false},
	{"resource_documentation", SHAPE_STRING, false},
	{"resource_policy_uri", SHAPE_URL, false},
	{"resource_tos_uri", SHAPE_URL, false},
	{"tls_client_certificate_bound_access_tokens", SHAPE_BOOLEAN, false},
	{"authorization_details_types_supported", SHAPE_STRINGS, false},
	{"dpop_signing_alg_values_supported", SHAPE_STRINGS, false},
	{"dpop_bound_access_tokens_required", SHAPE_BOOLEAN, false},
};

#define COMMON                                                                 \
	{"issuer", SHAPE_STRING, true},                                        \
		{"response_types_supported", SHAPE_STRINGS, true},             \
		{"authorization_endpoint", SHAPE_URL, false},                  \
		{"token_endpoint", SHAPE_URL, false},                          \
		{"registration_endpoint", SHAPE_URL, false},                   \
		{"scopes_supported", SHAPE_STRINGS, false},                    \
		{"response_modes_supported", SHAPE_STRINGS, false},            \
		{"grant_types_supported", SHAPE_STRINGS, false},               \
		{"token_endpoint_auth_methods_supported", SHAPE_STRINGS,       \
			false},                                                \
		{"token_endpoint_auth_signing_alg_values_supported",           \
			SHAPE_STRINGS, false},                                 \
		{"code_challenge_methods_supported", SHAPE_STRINGS, false},    \
		{"client_id_metadata_document_supported", SHAPE_BOOLEAN, false}

static const struct shape of_server[] = {
	COMMON,
	{"service_documentation", SHAPE_URL, false},
	{"revocation_endpoint", SHAPE_URL, false},
	{"revocation_endpoint_auth_methods_supported", SHAPE_STRINGS, false},
	{"revocation_endpoint_auth_signing_alg_values_supported",
		SHAPE_STRINGS, false},
	{"introspection_endpoint", SHAPE_STRING, false},
	{"introspection_endpoint_auth_methods_supported", SHAPE_STRINGS, false},
	{"introspection_endpoint_auth_signing_alg_values_supported",
		SHAPE_STRINGS, false},
};

static const struct shape of_openid[] = {
	COMMON,
	{"jwks_uri", SHAPE_URL, true},
	{"subject_types_supported", SHAPE_STRINGS, true},
	{"id_token_signing_alg_values_supported", SHAPE_STRINGS, true},
	{"userinfo_endpoint", SHAPE_URL, false},
	{"acr_values_supported", SHAPE_STRINGS, false},
	{"id_token_encryption_alg_values_supported", SHAPE_STRINGS, false},
	{"id_token_encryption_enc_values_supported", SHAPE_STRINGS, false},
	{"userinfo_signing_alg_values_supported", SHAPE_STRINGS, false},
	{"userinfo_encryption_alg_values_supported", SHAPE_STRINGS, false},
	{"userinfo_encryption_enc_values_supported", SHAPE_STRINGS, false},
	{"request_object_signing_alg_values_supported", SHAPE_STRINGS, false},
	{"request_object_encryption_alg_values_supported", SHAPE_STRINGS,
		false},
	{"request_object_encryption_enc_values_supported", SHAPE_STRINGS,
		false},
	{"display_values_supported", SHAPE_STRINGS, false},
	{"claim_types_supported", SHAPE_STRINGS, false},
	{"claims_supported", SHAPE_STRINGS, false},
	{"service_documentation", SHAPE_STRING, false},
	{"claims_locales_supported", SHAPE_STRINGS, false},
	{"ui_locales_supported", SHAPE_STRINGS, false},
	{"claims_parameter_supported", SHAPE_BOOLEAN, false},
	{"request_parameter_supported", SHAPE_BOOLEAN, false},
	{"request_uri_parameter_supported", SHAPE_BOOLEAN, false},
	{"require_request_uri_registration", SHAPE_BOOLEAN, false},
	{"op_policy_uri", SHAPE_URL, false},
	{"op_tos_uri", SHAPE_URL, false},
};

enum metadata_kind oauth_metadata_of(const char *url)
{
	return strstr(url, "/.well-known/openid-configuration")
		? METADATA_OPENID
		: METADATA_SERVER;
}

bool oauth_metadata_judge(const cJSON *doc, enum metadata_kind kind,
	struct failure *f)
{
#define ROWS(rows) rows, sizeof rows / sizeof *rows
	static const struct {
		const char *what;
		const struct shape *rows;
		size_t n;
	} kinds[] = {
		[METADATA_RESOURCE] = {"resource", ROWS(of_resource)},
		[METADATA_SERVER] = {"authorization server's",
			ROWS(of_server)},
		[METADATA_OPENID] = {"authorization server's",
			ROWS(of_openid)},
	};
	char fault[SHAPE_FAULT];

	if (!shape_fault(doc, kinds[kind].rows, kinds[kind].n, fault))
		return true;
	return failure_set(f, "oauth.metadata",
		"in the %s metadata, %s, so clients refuse it",
		kinds[kind].what, fault);
}
