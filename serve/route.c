#include "route.h"

#include <stdio.h>
#include <string.h>

/* A path is this prefix, a name unless the suffix is NULL, and the suffix. */
static const struct {
	const char *prefix, *suffix;
	enum route_kind kind;
} routes[] = {
	{"/", NULL, ROUTE_INDEX},
	{"/healthz", NULL, ROUTE_HEALTH},
	{"/api/embed-status/", "", ROUTE_EMBED_STATUS},
	{"/api/embed-status-prom", NULL, ROUTE_METRICS},
	{"/badge/", ".svg", ROUTE_BADGE},
	{"/embed.js", NULL, ROUTE_EMBED_JS},
	{"/embed-preview", NULL, ROUTE_EMBED_PREVIEW},
	{"/status/", "/feed.atom", ROUTE_FEED},
	{"/status/", "", ROUTE_PAGE},
	{"/account/", "", ROUTE_ACCOUNT},
	{"/man/", NULL, ROUTE_MANUAL_LIST},
	{"/man/", "", ROUTE_MANUAL},
	{"/style.css", NULL, ROUTE_STYLE},
	{"/favicon.svg", NULL, ROUTE_ICON},
};

#define ROWS (sizeof routes / sizeof *routes)

size_t route_rows(void)
{
	return ROWS;
}

bool route_named(size_t row)
{
	return routes[row].suffix != NULL;
}

bool route_path(size_t row, const char *slug, char *out, size_t size)
{
	const char *suffix = routes[row].suffix;
	int n = snprintf(out, size, "%s%s%s", routes[row].prefix,
		suffix ? slug : "", suffix ? suffix : "");

	return n > 0 && (size_t)n < size;
}

bool route_live(size_t row)
{
	return routes[row].kind == ROUTE_HEALTH ||
		routes[row].kind == ROUTE_METRICS;
}

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
	for (size_t i = 0; i < ROWS; i++) {
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
