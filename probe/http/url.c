/* SPDX-License-Identifier: MIT */
#include "http/url.h"

#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "http/address.h"

#include <curl/curl.h>

/* Copy a part of a URL to out; "" where it has none. False where too long. */
static bool copy_part(CURLU *u, CURLUPart what, unsigned flags, char *out,
	size_t size)
{
	char *s = NULL;
	int n;

	*out = '\0';
	if (curl_url_get(u, what, &s, flags))
		return true;
	n = snprintf(out, size, "%s", s);
	curl_free(s);
	return n >= 0 && (size_t)n < size;
}

/* Add a part of a URL to the room of u, of at most max bytes with its NUL; NULL
   where it is too long. */
static char *add_part(CURLU *h, CURLUPart what, struct url *u, size_t max)
{
	char *p = u->room + u->used;

	if (!copy_part(h, what, CURLU_NO_DEFAULT_PORT, p, max))
		return NULL;
	u->used += strlen(p) + 1;
	return p;
}

static bool refuse_url(char *why, const char *what)
{
	snprintf(why, URL_WHY, "%s", what);
	return false;
}

static void lower_case(char *s)
{
	for (; *s; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
}

static bool has_part(CURLU *u, CURLUPart what)
{
	char *s = NULL;
	bool found = curl_url_get(u, what, &s, 0) == CURLUE_OK;

	curl_free(s);
	return found;
}

static bool take_apart(CURLU *h, struct url *u, char *why)
{
	char scheme[8], port[8], origin[URL_ORIGIN], *host;
	long long n;

	if (has_part(h, CURLUPART_USER) || has_part(h, CURLUPART_PASSWORD))
		return refuse_url(why, "a URL must not contain a secret; use "
				       "--token-file");
	if (!copy_part(h, CURLUPART_SCHEME, 0, scheme, sizeof scheme) ||
		(strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
		return refuse_url(why, "neither http nor https");
	u->https = scheme[4] == 's';
	host = add_part(h, CURLUPART_HOST, u, URL_HOST);
	if (!host || !*host)
		return refuse_url(why, "the host is missing or too long");
	lower_case(host);
	u->host = host;
	if (!copy_part(
		    h, CURLUPART_PORT, CURLU_DEFAULT_PORT, port, sizeof port) ||
		!num_parse(port, 1, 65535, &n))
		return refuse_url(why, "the port is not a number from 1 to "
				       "65535");
	u->port = (int)n;
	if (has_part(h, CURLUPART_FRAGMENT))
		curl_url_set(h, CURLUPART_FRAGMENT, NULL, 0);
	u->path = add_part(h, CURLUPART_PATH, u, URL_MAX);
	u->shown = u->text = add_part(h, CURLUPART_URL, u, URL_MAX);
	if (u->text && strchr(u->text, '?')) {
		u->shown = curl_url_set(h, CURLUPART_QUERY, NULL, 0)
			? NULL
			: add_part(h, CURLUPART_URL, u, URL_MAX);
	}
	if (!u->path || !u->shown)
		return refuse_url(why, "too long");
	n = snprintf(origin, sizeof origin, "%s://%s", scheme, host);
	if (u->port != (u->https ? 443 : 80))
		n += snprintf(origin + n, sizeof origin - (size_t)n, ":%d",
			u->port);
	u->origin = memcpy(u->room + u->used, origin, (size_t)n + 1);
	u->used += (size_t)n + 1;
	return true;
}

/*
 * Whether the host is written in the ordinary way. libcurl takes "http:/h" and
 * "http:///h" as "http://h". A percent sign is refused: libcurl decodes it
 * after its own look for an IP address. It is fine within brackets, where it
 * begins the zone of an IPv6 address.
 */
static bool plain_host(const char *s, char *why)
{
	const char *host = s + strcspn(s, ":/?#");

	if (strncmp(host, "://", 3) != 0)
		return refuse_url(why, "does not begin with http:// or https://");
	host += 1 + strspn(host + 1, "/");
	if (host[strcspn(host, "%[/?#")] == '%')
		return refuse_url(why, "the host contains a percent sign");
	return true;
}

/* Add n bytes and a string to the room of u, as one text. */
static const char *add_text(
	struct url *u, const char *p, size_t n, const char *rest)
{
	char *text = u->room + u->used;
	size_t more = strlen(rest) + 1;

	memcpy(text, p, n);
	memcpy(text + n, rest, more);
	u->used += n + more;
	return text;
}

/* Read the port at s into u->port, written as in an ordinary URL. Returns
   its end, or NULL. */
static const char *ordinary_port(const char *s, struct url *u)
{
	size_t n = strspn(s, "0123456789");

	if (!n || n > 5 || *s == '0')
		return NULL;
	for (u->port = 0; n; n--)
		u->port = 10 * u->port + (*s++ - '0');
	return u->port <= 65535 ? s : NULL;
}

/*
 * Take apart a URL of the ordinary kind, which libcurl, whose parser is slow,
 * would leave as it is: a name in lower case or an IPv4 address, a port or
 * none, a plain path or none. False for any other, which may be a good one,
 * too.
 */
static bool take_ordinary(const char *s, struct url *u)
{
	static const char names[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
	static const char paths[] = "abcdefghijklmnopqrstuvwxyz0123456789-._~/"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	bool https = strncmp(s, "https://", 8) == 0;
	const char *host, *end, *path;
	size_t n;

	if (!https && strncmp(s, "http://", 7) != 0)
		return false;
	host = s + 7 + https;
	n = strspn(host, names);
	path = end = host + n;
	if (!n || n >= URL_HOST || end[-1] == '.')
		return false;
	u->https = https;
	u->port = https ? 443 : 80;
	u->host = add_text(u, host, n, "");
	if ((*host < 'a' && !address_literal(u->host)) ||
		strstr(u->host, ".."))
		return false;
	if (*end == ':')
		path = ordinary_port(end + 1, u);
	if (!path || (*path && *path != '/') || path[strspn(path, paths)] ||
		strstr(path, "/."))
		return false;
	/* The port is written where it is not the usual one. */
	if (u->port != (https ? 443 : 80))
		end = path;
	n = (size_t)(end - s);
	u->origin = add_text(u, s, n, "");
	u->shown = u->text = add_text(u, s, n, *path ? path : "/");
	u->path = u->text + n;
	return true;
}

bool url_parse(const char *s, struct url *u, char *why)
{
	CURLU *h;
	bool ok;

	memset(u, 0, offsetof(struct url, room));
	if (strlen(s) >= URL_MAX)
		return refuse_url(why, "too long");
	if (take_ordinary(s, u))
		return true;
	memset(u, 0, offsetof(struct url, room));
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return refuse_url(
				why, "contains a space or control character");
	/* A server may have chosen the URL, and a record may carry it. */
	if (!text_is_utf8(s, strlen(s)))
		return refuse_url(why, "not UTF-8");
	if (!text_harmless(s, strlen(s)))
		return refuse_url(why, "contains a space or control character");
	if (!plain_host(s, why))
		return false;
	h = curl_url();
	if (!h)
		return refuse_url(why, "out of memory");
	if (curl_url_set(h, CURLUPART_URL, s, CURLU_NON_SUPPORT_SCHEME))
		ok = refuse_url(why, "not a URL");
	else
		ok = take_apart(h, u, why);
	curl_url_cleanup(h);
	return ok;
}

/* The place of a text of u in its copy. */
static const char *moved_text(const char *p, const struct url *from,
	const struct url *to)
{
	return to->room + (p - from->room);
}

struct url *url_keep(const struct url *u)
{
	size_t n = offsetof(struct url, room) + u->used;
	struct url *k = xmalloc(n);

	memcpy(k, u, n);
	k->text = moved_text(u->text, u, k);
	k->shown = moved_text(u->shown, u, k);
	k->origin = moved_text(u->origin, u, k);
	k->host = moved_text(u->host, u, k);
	k->path = moved_text(u->path, u, k);
	return k;
}

struct Curl_URL *url_parts(const struct url *u)
{
	CURLU *h = curl_url();

	if (h && !curl_url_set(h, CURLUPART_URL, u->text, 0))
		return h;
	curl_url_cleanup(h);
	return NULL;
}

void url_parts_free(struct Curl_URL *parts)
{
	curl_url_cleanup(parts);
}

bool url_resolve(const struct url *base, const char *ref, struct url *u,
	char *why)
{
	char *text = NULL;
	bool ok = false;
	CURLU *h;

	if (!*ref)
		return refuse_url(why, "empty");
	if (strlen(ref) >= URL_MAX)
		return refuse_url(why, "too long");
	for (const char *p = ref; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return refuse_url(
				why, "contains a space or control character");
	if (strchr(ref, '#'))
		return refuse_url(why, "contains a fragment");
	h = curl_url();
	if (!h)
		return refuse_url(why, "out of memory");
	if (curl_url_set(h, CURLUPART_URL, base->text, 0) ||
		curl_url_set(h, CURLUPART_URL, ref, CURLU_NON_SUPPORT_SCHEME) ||
		curl_url_get(h, CURLUPART_URL, &text, 0))
		refuse_url(why, "not a URL");
	else if (has_part(h, CURLUPART_USER) || has_part(h, CURLUPART_PASSWORD))
		refuse_url(why, "contains a user name or password");
	else
		ok = url_parse(text, u, why);
	curl_free(text);
	curl_url_cleanup(h);
	return ok;
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	if (a->https != b->https || a->port != b->port)
		return false;
	return strcmp(a->host, b->host) == 0 ||
		(address_loopback(a->host) && address_loopback(b->host));
}

bool url_secure(const struct url *u)
{
	return u->https || address_loopback(u->host);
}
