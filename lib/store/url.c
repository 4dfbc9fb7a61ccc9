/* SPDX-License-Identifier: MIT */
#include "store/url.h"

#include "base/num.h"
#include "base/xalloc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PORT 6379
#define PORT_SENTINEL 26379

static const struct {
	const char *scheme;
	enum store_kind kind;
	bool tls;
} schemes[] = {
	{"redis://", STORE_SOLE, false},
	{"rediss://", STORE_SOLE, true},
	{"redis+sentinel://", STORE_SENTINEL, false},
	{"rediss+sentinel://", STORE_SENTINEL, true},
	{"redis+cluster://", STORE_CLUSTER, false},
	{"rediss+cluster://", STORE_CLUSTER, true},
};

static const char no_url[] =
	"not unix:///path, redis://host:port, rediss://, redis+sentinel:// or "
	"redis+cluster://";
static const char has_password[] =
	"a URL must not contain a password; use MCP_STORE_PASSWORD_FILE";

/* Cut s at the first c; what follows it, or NULL. */
static char *cut(char *s, char c)
{
	char *at = strchr(s, c);

	if (at)
		*at++ = '\0';
	return at;
}

/* Add "host", "host:port", "[::1]" or "[::1]:port", which is changed. */
static const char *add_host(struct store_url *u, char *where)
{
	char *port = strchr(where, ':');
	long long v = u->kind == STORE_SENTINEL ? PORT_SENTINEL : PORT;

	if (*where == '[') {
		char *end = strchr(where++, ']');

		if (!end || (end[1] && end[1] != ':'))
			return "an IPv6 address must be in brackets: "
			       "redis://[::1]:6379";
		*end = '\0';
		port = end[1] ? end + 1 : NULL;
	} else if (port && strchr(port + 1, ':')) {
		return "an IPv6 address must be in brackets: "
		       "redis://[::1]:6379";
	}
	if (port && !num_parse(port + 1, 1, 65535, &v))
		return "the port is not a number from 1 to 65535";
	if (port)
		*port = '\0';
	if (!*where)
		return "the host is missing";
	if (strlen(where) > STORE_HOST_MAX)
		return "the host is too long";
	if (u->n_hosts == STORE_HOSTS)
		return "more than 16 hosts";
	u->hosts[u->n_hosts++] = (struct store_host) {xstrdup(where), (int)v};
	return NULL;
}

static const char *read_hosts(struct store_url *u, char *list)
{
	const char *wrong = NULL;

	if (u->kind == STORE_SOLE && strchr(list, ','))
		return "several hosts need redis+sentinel:// or "
		       "redis+cluster://";
	u->hosts = xcalloc(STORE_HOSTS, sizeof *u->hosts);
	while (list && !wrong) {
		char *next = cut(list, ',');

		wrong = add_host(u, list);
		list = next;
	}
	return wrong;
}

/* Read the part behind the hosts: [/master][/db], without the first slash. */
static const char *read_path(struct store_url *u, char *path)
{
	long long db = 0;

	if (u->kind == STORE_SENTINEL) {
		char *rest = path ? cut(path, '/') : NULL;

		if (!path || !*path)
			return "the name of the master is missing: "
			       "redis+sentinel://a,b,c/NAME";
		u->master = xstrdup(path);
		path = rest;
	}
	if (path && *path && !num_parse(path, 0, 1000000, &db))
		return "the database is not a number";
	if (u->kind == STORE_CLUSTER && db)
		return "a cluster has only the database 0";
	u->db = (int)db;
	return NULL;
}

/* Read the part behind the scheme; `rest` is changed. */
static const char *read_rest(struct store_url *u, char *rest)
{
	char *path = cut(rest, '/'), *user = rest, *at = strrchr(rest, '@');
	const char *wrong;

	if (at) {
		*at = '\0';
		rest = at + 1;
		if (strchr(user, ':') || !*user)
			return has_password;
		u->user = xstrdup(user);
	}
	wrong = read_hosts(u, rest);
	return wrong ? wrong : read_path(u, path);
}

/* Read the part behind unix://: [user@]/path. */
static const char *read_unix(struct store_url *u, const char *rest)
{
	size_t before = strcspn(rest, "/");

	if (memchr(rest, ':', before) || (before == 1 && *rest == '@'))
		return has_password;
	if (!rest[before] || !rest[before + 1] ||
		(before && rest[before - 1] != '@'))
		return no_url;
	if (before)
		u->user = xstrndup(rest, before - 1);
	u->path = xstrdup(rest + before);
	return NULL;
}

static const char *read_url(struct store_url *u, const char *url)
{
	const char *wrong;
	char *rest;

	if (strncmp(url, "unix://", 7) == 0)
		return read_unix(u, url + 7);
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t n = strlen(schemes[i].scheme);

		if (strncmp(url, schemes[i].scheme, n) != 0)
			continue;
		u->kind = schemes[i].kind;
		u->tls = schemes[i].tls;
		rest = xstrdup(url + n);
		wrong = read_rest(u, rest);
		/* A refused URL may hold a password. */
		explicit_bzero(rest, strlen(url + n));
		free(rest);
		return wrong;
	}
	return no_url;
}

const char *store_url_read(const char *url, struct store_url *out)
{
	const char *wrong;

	*out = (struct store_url) {.kind = STORE_SOLE};
	wrong = read_url(out, url);
	if (wrong)
		store_url_release(out);
	return wrong;
}

void store_url_release(struct store_url *u)
{
	for (size_t i = 0; i < u->n_hosts; i++)
		free(u->hosts[i].name);
	free(u->hosts);
	free(u->path);
	free(u->user);
	free(u->master);
	*u = (struct store_url) {.kind = STORE_SOLE};
}

bool host_valid(const char *name)
{
	size_t n = 0;

	while (n < STORE_HOST_MAX && isgraph((unsigned char)name[n]))
		n++;
	return n && !name[n];
}
