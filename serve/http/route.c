/* SPDX-License-Identifier: MIT */
#include "http/route.h"

#include "base/num.h"
#include "http/paging.h"
#include "terms/names.h"

#include <stdio.h>
#include <string.h>

/* See routes.rows. */
struct route_row {
	const char *prefix, *suffix; /* the prefix NULL: the end of a table */
	enum route_kind kind;
	const char *name; /* its subject, where no slug stands in the path */
	unsigned traits;
};

enum {
	READERS = 1,  /* a client with a token may be told more */
	COOKIES = 2,  /* the cookie of a session stands for the token */
	LIVE = 4,     /* it is of this very moment, or of one reader */
	MONTHLY = 8,  /* there is one for each month that has a report */
	NUMBERED = 16 /* there is one for each part of the sitemap */
};

static const struct route_row routes[] = {
#define ROUTE(kind, prefix, suffix, name, traits, ...)                         \
	{prefix, suffix, ROUTE_##kind, name, traits},
#include "http/routes.rows"
#undef ROUTE
	{NULL, NULL, ROUTE_NONE, NULL, 0},
};

/* Without the end of the table. */
#define ROWS (sizeof routes / sizeof *routes - 1)

size_t route_rows(void)
{
	return ROWS;
}

bool route_named(size_t row)
{
	return routes[row].suffix != NULL;
}

static bool has_rest(const char *suffix)
{
	size_t n = suffix ? strlen(suffix) : 0;

	return n && suffix[n - 1] == '/';
}

bool route_monthly(size_t row)
{
	return routes[row].traits & MONTHLY;
}

bool route_numbered(size_t row)
{
	return routes[row].traits & NUMBERED;
}

bool route_live(size_t row)
{
	return routes[row].traits & LIVE;
}

static bool has_trait(enum route_kind kind, unsigned trait)
{
	size_t i = 0;

	while (i < ROWS && routes[i].kind != kind)
		i++;
	return routes[i].traits & trait;
}

bool route_knows_readers(enum route_kind kind)
{
	return has_trait(kind, READERS);
}

bool route_takes_cookies(enum route_kind kind)
{
	return has_trait(kind, COOKIES);
}

bool route_path(size_t row, const char *slug, char *out, size_t size)
{
	const char *suffix = routes[row].suffix;
	int n = snprintf(out, size, "%s%s%s", routes[row].prefix,
		suffix ? slug : "", suffix ? suffix : "");

	return !has_rest(suffix) && routes[row].kind != ROUTE_PREVIEW && n > 0 &&
		(size_t)n < size;
}

bool route_preview(const char *slug, const char *incident, char *out,
	size_t size)
{
	int n = snprintf(out, size, "/status/%s/preview%s%s" ROUTE_PNG, slug,
		incident ? "/" : "", incident ? incident : "");

	return n > 0 && (size_t)n < size;
}

/* The suffix in a path without its prefix; NULL: it is not there. */
static const char *find_suffix(const char *path, const char *suffix, char *rest)
{
	size_t n = strlen(path), after = strlen(suffix);
	const char *found;

	if (!has_rest(suffix))
		return n > after && strcmp(path + n - after, suffix) == 0
			? path + n - after : NULL;
	found = strstr(path, suffix);
	if (!found || found == path)
		return NULL;
	n = strlen(found + after);
	if (!n || n >= ROUTE_REST || strchr(found + after, '/'))
		return NULL;
	memcpy(rest, found + after, n + 1);
	return found;
}

static bool fits(const char *path, const struct route_row *row,
	struct route *out)
{
	const char *prefix = row->prefix, *suffix;

	while (*prefix && *prefix == *path) {
		prefix++;
		path++;
	}
	if (*prefix)
		return false;
	if (!row->suffix)
		return !*path;
	suffix = find_suffix(path, row->suffix, out->rest);
	if (!suffix)
		return false;
	memcpy(out->name, path, (size_t)(suffix - path));
	out->name[suffix - path] = '\0';
	return true;
}

void route_find(const char *path, struct route *out)
{
	out->name[0] = out->rest[0] = '\0';
	for (const struct route_row *row = routes; row->prefix; row++) {
		out->kind = row->kind;
		if (!fits(path, row, out))
			continue;
		if (row->name)
			snprintf(out->name, sizeof out->name, "%s", row->name);
		return;
	}
	out->kind = strncmp(path, "/api/", 5) == 0 ? ROUTE_NONE_API
						   : ROUTE_NONE;
}

/*
 * Whether a path leads to another one. What signs a browser in has letters of both
 * cases, and neither that nor what signs it out is sent twice.
 */
static bool moves(enum route_kind kind)
{
	static const char *const prefixes[] = {
		"/status/", "/account/", "/report", NULL};

	if (kind == ROUTE_ACCOUNT_ENTER || kind == ROUTE_ACCOUNT_LEAVE)
		return false;
	for (const struct route_row *row = routes; row->prefix; row++)
		for (const char *const *p = prefixes; *p; p++)
			if (row->kind == kind &&
				strncmp(row->prefix, *p, strlen(*p)) == 0)
				return true;
	return false;
}

/* Find out whether a path is that of a page, but for its case and a slash. */
static bool find_moved(const char *path, struct route *out)
{
	size_t n = strlen(path);
	char own[REQUEST_PATH];

	for (size_t i = 0; i <= n; i++)
		own[i] = (char)(path[i] >= 'A' && path[i] <= 'Z'
					? path[i] | 0x20 : path[i]);
	if (n > 1 && own[n - 1] == '/')
		own[n - 1] = '\0';
	if (strcmp(own, path) == 0)
		return false;
	route_find(own, out);
	if (!moves(out->kind) || (*out->name && !slug_valid(out->name)) ||
		(*out->rest && !slug_valid(out->rest)))
		return false;
	*out = (struct route) {.kind = ROUTE_MOVED};
	memcpy(out->name, own, n + 1);
	return true;
}

void route_request(const struct request *r, struct route *out)
{
	for (int i = 0; i < REQUEST_FORMS; i++) {
		if (find_moved(r->path[i], out))
			return;
		route_find(r->path[i], out);
		if (out->kind > ROUTE_NONE_API)
			return;
	}
	out->kind = r->api ? ROUTE_NONE_API : ROUTE_NONE;
}

/* Longer values are ignored. */
#define VALUE_MAX 500

/* As badge_metric_read has them. */
#define BADGE_METRICS "state uptime p95 tools approved maintenance|unknown"
/*
 * The parameters of the index; data/index_list.h has room for texts of these
 * lengths.
 */
#define INDEX_PARAMETERS(kind)                                                 \
	{(kind), "state", "up degraded down maintenance stale pending", 0},    \
		{(kind), "q", NULL, -240}, {(kind), "group", NULL, -240},      \
		{(kind), "tag", NULL, -80},                                    \
		{(kind), "sort", "name p95 uptime changed", 0},                \
		{(kind), "page", NULL, PAGING_PAGE_MAX},                       \
	{                                                                      \
		(kind), "limit", NULL, PAGING_SHORT_MAX                        \
	}

/* The parameters that answers depend on. */
static const struct parameter {
	enum route_kind kind;
	const char *name;
	/*
	 * The words that mean something, or NULL: a text. One behind a bar
	 * stands for every other value but "".
	 */
	const char *only;
	/*
	 * The highest number, from 1 on; 0: it is a text; below 0: a text that
	 * is cut to so many bytes.
	 */
	long long max;
} parameters[] = {
	INDEX_PARAMETERS(ROUTE_INDEX),
	INDEX_PARAMETERS(ROUTE_ACCOUNT),
	{ROUTE_REPORT, "page", NULL, PAGING_PAGE_MAX},
	{ROUTE_API_ACCOUNT, "page", NULL, PAGING_PAGE_MAX},
	{ROUTE_API_ACCOUNT, "limit", NULL, PAGING_LIMIT_MAX},
	{ROUTE_METRICS, "slug", NULL, 0},
	{ROUTE_BADGE, "style", "card flat-square", 0},
	{ROUTE_BADGE, "theme", "light auto", 0},
	{ROUTE_BADGE, "metric", BADGE_METRICS, 0},
	{ROUTE_BADGE, "region", NULL, 0},
	{ROUTE_BADGE, "label", NULL, 0},
	{ROUTE_BADGE_JSON, "metric", BADGE_METRICS, 0},
	{ROUTE_BADGE_JSON, "region", NULL, 0},
	{ROUTE_BADGE_JSON, "label", NULL, 0},
	{ROUTE_FLEET_BADGE, "style", "flat-square", 0},
	{ROUTE_FLEET_BADGE, "theme", "light auto", 0},
	{ROUTE_FLEET_BADGE, "label", NULL, 0},
	{ROUTE_FLEET_BADGE_JSON, "label", NULL, 0},
	{ROUTE_EMBED_PREVIEW, "slug", NULL, 0},
};

/* Whether the value is one of the words up to the bar. */
static bool among(const char *words, const char *value)
{
	size_t n = strlen(value);

	while (*words && *words != '|') {
		size_t len = strcspn(words, " |");

		if (n && n == len && memcmp(words, value, n) == 0)
			return true;
		words += len + (words[len] == ' ');
	}
	return false;
}

/* One of a list of words; the last one for what is none of them. */
static bool listed(const char *words, char value[VALUE_MAX])
{
	const char *other = strchr(words, '|');

	if (among(words, value))
		return true;
	if (!other || !*value)
		return false;
	snprintf(value, VALUE_MAX, "%s", other + 1);
	return true;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Whether a value makes a difference. A number is written in one way, and ""
 * stands for all that is none in its range.
 */
static bool meant(const struct parameter *p, char value[VALUE_MAX])
{
	long long v;

	if (p->only)
		return listed(p->only, value);
	if (p->max < 0)
		value[least(strlen(value), (size_t)-p->max)] = '\0';
	else if (p->max && num_parse(value, 1, p->max, &v))
		snprintf(value, VALUE_MAX, "%lld", v);
	else if (p->max)
		value[0] = '\0';
	return true;
}

static size_t encode(char *out, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t n = 0;

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c >= '0' && c <= '9') ||
			((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
			strchr("-._~", c)) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '%';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	out[n] = '\0';
	return n;
}

/*
 * A value takes at most 3 * VALUE_MAX bytes, or as many as it is cut to; no route
 * has three free texts that are not cut.
 */
bool route_query(enum route_kind kind, const struct request *r, char *out)
{
	char value[VALUE_MAX];
	bool free = false;
	size_t n = 0;

	*out = '\0';
	for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
		const struct parameter *p = &parameters[i];

		if (p->kind != kind ||
			!request_query(r, p->name, value, sizeof value) ||
			!meant(p, value))
			continue;
		free = free || !p->only;
		n += (size_t)snprintf(out + n, ROUTE_QUERY - n, "%s%s=",
			n ? "&" : "", p->name);
		n += encode(out + n, value);
	}
	return free;
}
