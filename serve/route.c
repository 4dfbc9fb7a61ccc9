#include "route.h"

#include <string.h>

/* A path is this prefix, a name unless the suffix is NULL, and the suffix. */
static const struct {
	const char *prefix, *suffix;
	enum route_kind kind;
} routes[] = {
	{"/", NULL, ROUTE_INDEX},
	{"/healthz", NULL, ROUTE_HEALTH},
	{"/api/embed-status/", "", ROUTE_EMBED_STATUS},
	{"/badge/", ".svg", ROUTE_BADGE},
	{"/status/", "", ROUTE_PAGE},
};

static bool fits(const char *path, const char *prefix, const char *suffix,
	char *name)
{
	size_t n = strlen(path), before = strlen(prefix), after;

	if (!suffix)
		return strcmp(path, prefix) == 0;
	after = strlen(suffix);
	if (n <= before + after || strncmp(path, prefix, before) != 0 ||
		strcmp(path + n - after, suffix) != 0)
		return false;
	n -= before + after;
	memcpy(name, path + before, n);
	name[n] = '\0';
	return true;
}

void route_find(const char *path, struct route *out)
{
	out->name[0] = '\0';
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		out->kind = routes[i].kind;
		if (fits(path, routes[i].prefix, routes[i].suffix, out->name))
			return;
	}
	out->kind = strncmp(path, "/api/", 5) == 0 ? ROUTE_NONE_API
						   : ROUTE_NONE;
}

void route_request(const struct request *r, struct route *out)
{
	bool api = false;

	for (int i = 0; i < REQUEST_FORMS; i++) {
		route_find(r->path[i], out);
		if (out->kind > ROUTE_NONE_API)
			return;
		api = api || out->kind == ROUTE_NONE_API;
	}
	out->kind = api ? ROUTE_NONE_API : ROUTE_NONE;
}

bool route_ignores_query(enum route_kind kind)
{
	return kind == ROUTE_EMBED_STATUS;
}
