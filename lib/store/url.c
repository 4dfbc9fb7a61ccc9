#include "store/url.h"

#include "base/num.h"
#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT 6379

static bool bad_url(char *why, const char *what)
{
	snprintf(why, STORE_WHY, "store: %s", what);
	return false;
}

/* Split "host", "host:port", "[::1]" or "[::1]:port" in place. */
static bool parse_host(struct store_url *u, char *where, char *why)
{
	char *port = strchr(where, ':');
	long long v;

	if (*where == '[') {
		char *end = strchr(where++, ']');

		if (!end || (end[1] && end[1] != ':'))
			return bad_url(why, "the IPv6 address is not [address]");
		*end = '\0';
		port = end[1] ? end + 1 : NULL;
	} else if (port && strchr(port + 1, ':')) {
		return bad_url(why, "an IPv6 address stands in brackets: "
				    "redis://[::1]:6379");
	}
	if (port) {
		if (!num_parse(port + 1, 1, 65535, &v))
			return bad_url(why, "the port is not a port");
		u->port = (int)v;
		*port = '\0';
	}
	u->host = xstrdup(where);
	return *where || bad_url(why, "the host is missing");
}

/* redis://host[:port][/db] */
static bool parse_tcp(struct store_url *u, const char *rest, char *why)
{
	char *where = xstrdup(rest), *slash = strchr(where, '/');
	long long v = 0;
	bool ok;

	if (slash)
		*slash++ = '\0';
	if (slash && *slash && !num_parse(slash, 0, 1000000, &v))
		ok = bad_url(why, "the database is not a number");
	else if (strchr(where, '@'))
		ok = bad_url(why, "a password does not belong in the URL; "
				  "see MCP_STORE_PASSWORD_FILE");
	else
		ok = parse_host(u, where, why);
	u->db = (int)v;
	free(where);
	return ok;
}

static bool parse(struct store_url *u, const char *url, char *why)
{
	if (strncmp(url, "unix://", 7) == 0 && url[7] == '/') {
		u->path = xstrdup(url + 7);
		return true;
	}
	if (strncmp(url, "redis://", 8) == 0)
		return parse_tcp(u, url + 8, why);
	if (strncmp(url, "rediss://", 9) == 0)
		return bad_url(why, "TLS is not supported by this build");
	return bad_url(why, "neither unix:///path nor redis://host:port");
}

bool store_url_read(const char *url, struct store_url *out, char *why)
{
	*out = (struct store_url) {.port = PORT};
	if (parse(out, url, why))
		return true;
	store_url_release(out);
	return false;
}

void store_url_release(struct store_url *u)
{
	free(u->path);
	free(u->host);
	*u = (struct store_url) {0};
}
