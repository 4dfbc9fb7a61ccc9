#include "oauth.h"

#include "json.h"

#define RESOURCE "/.well-known/oauth-protected-resource"
#define SERVER "/.well-known/oauth-authorization-server"
#define OPENID "/.well-known/openid-configuration"

static void add(struct oauth_urls *u, const char *a, const char *b,
	const char *c)
{
	int n = snprintf(u->url[u->n], URL_MAX, "%s%s%s", a, b, c);

	if (n > 0 && n < URL_MAX)
		u->n++;
}

/* A path that says something: "/" counts as none. */
static const char *real_path(const struct url *u)
{
	return strcmp(u->path, "/") == 0 ? "" : u->path;
}

void oauth_resource_urls(const struct url *target, struct oauth_urls *u)
{
	u->n = 0;
	if (*real_path(target))
		add(u, target->origin, RESOURCE, real_path(target));
	add(u, target->origin, RESOURCE, "");
}

bool oauth_issuer_urls(const char *issuer, struct oauth_urls *u,
	struct failure *f)
{
	char why[URL_WHY];
	struct url i;
	size_t n;

	u->n = 0;
	if (!url_parse(issuer, &i, why))
		return failure_set(f, "oauth.issuer",
			"the authorization server %.200s is no URL: %s", issuer,
			why);
	if (!url_secure(&i))
		return failure_set(f, "oauth.insecure",
			"the authorization server %.200s is not https", issuer);
	if (!*real_path(&i)) {
		add(u, i.origin, SERVER, "");
		add(u, i.origin, OPENID, "");
		return true;
	}
	n = strlen(i.path);
	if (i.path[n - 1] == '/')
		i.path[n - 1] = '\0';
	add(u, i.origin, SERVER, i.path);
	add(u, i.origin, OPENID, i.path);
	add(u, i.origin, i.path, OPENID);
	return u->n > 0 ||
		failure_set(f, "oauth.issuer",
			"the authorization server %.200s is too long a URL",
			issuer);
}

/* Whether `resource` is the target, or a path above it, of its origin. */
static bool holds(const struct url *resource, const struct url *target)
{
	size_t n = strlen(resource->path);

	if (!url_same_origin(resource, target))
		return false;
	if (n && resource->path[n - 1] == '/')
		n--;
	return strncmp(resource->path, target->path, n) == 0 &&
		(target->path[n] == '\0' || target->path[n] == '/');
}

bool oauth_judge_resource(const cJSON *doc, const struct url *target,
	char *issuer, struct failure *f)
{
	const cJSON *servers = json_get(doc, "authorization_servers");
	const char *resource = json_str(doc, "resource");
	const char *first;
	char why[URL_WHY];
	struct url r;

	if (!resource)
		return failure_set(f, "oauth.metadata",
			"the resource metadata does not name its resource");
	if (!url_parse(resource, &r, why) || !holds(&r, target))
		return failure_set(f, "oauth.resource",
			"the resource metadata is about %.200s, and not about "
			"%.200s, so clients refuse it",
			resource, target->shown);
	first = cJSON_IsArray(servers) && servers->child
		? cJSON_GetStringValue(servers->child)
		: NULL;
	if (!first || strlen(first) >= URL_MAX)
		return failure_set(f, "oauth.metadata",
			"the resource metadata names no authorization server");
	snprintf(issuer, URL_MAX, "%s", first);
	return true;
}

bool oauth_judge_server(const cJSON *doc, const char *issuer,
	struct failure *f)
{
	static const char *const needed[] = {
		"authorization_endpoint", "token_endpoint"};
	const char *own = json_str(doc, "issuer");

	if (!own)
		return failure_set(f, "oauth.metadata",
			"the authorization server's metadata has no issuer");
	if (issuer && strcmp(own, issuer) != 0)
		return failure_set(f, "oauth.issuer",
			"the authorization server calls itself %.200s, but the "
			"resource metadata says %.200s",
			own, issuer);
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!json_str(doc, needed[i]))
			return failure_set(f, "oauth.metadata",
				"the authorization server's metadata has no %s",
				needed[i]);
	return true;
}
