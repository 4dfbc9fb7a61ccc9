/* SPDX-License-Identifier: MIT */
#include "mcp/protocol.h"

#include "cgi/request.h"

#include <string.h>
#include <strings.h>

/* Whether p begins with a word, whatever its case; then *rest is behind it. */
static bool begins(const char *p, const char *word, const char **rest)
{
	size_t n = strlen(word);

	*rest = p + n;
	return strncasecmp(p, word, n) == 0;
}

static bool is_loopback(const char *origin)
{
	static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]"};
	const char *host, *port;

	if (!begins(origin, "http://", &host) &&
		!begins(origin, "https://", &host))
		return false;
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		if (!begins(host, hosts[i], &port))
			continue;
		if (!*port)
			return true;
		if (*port == ':' && port[1] &&
			!port[1 + strspn(port + 1, "0123456789")])
			return true;
	}
	return false;
}

/* An address may have a path, an origin has none. */
static bool is_of_site(const char *origin, const char *site)
{
	const char *host = strstr(site, "://");
	size_t n = 0;

	if (host)
		n = (size_t)(host - site) + 3 + strcspn(host + 3, "/");

	return n && strlen(origin) == n && strncasecmp(origin, site, n) == 0;
}

bool transport_origin(const char *origin, const char *site)
{
	return is_loopback(origin) || is_of_site(origin, site);
}

/* Whether the media type is the one of the n bytes at p, without parameters. */
static bool is_type(const char *p, size_t n, const char *type)
{
	size_t len = strcspn(p, "; \t,");

	return len <= n && len == strlen(type) &&
		strncasecmp(p, type, len) == 0;
}

/* Whether the weight of the n bytes at p is 0. */
static bool refused(const char *p, size_t n)
{
	const char *end = p + n;

	for (; p < end; p++) {
		if (*p != ';')
			continue;
		p += 1 + strspn(p + 1, " \t");
		if (end - p < 3 || strncasecmp(p, "q=0", 3) != 0)
			continue;
		p += 3;
		p += p < end && *p == '.';
		while (p < end && *p == '0')
			p++;
		return p >= end || strchr(" \t;", *p);
	}
	return false;
}

/* Whether an Accept field takes application/json (RFC 9110, section 12.5.1). */
static bool accepts_json(const char *accept)
{
	if (!accept)
		return true;
	for (;;) {
		size_t n;

		accept += strspn(accept, ", \t");
		if (!*accept)
			return false;
		n = strcspn(accept, ",");
		if ((is_type(accept, n, "application/json") ||
			    is_type(accept, n, "application/*") ||
			    is_type(accept, n, "*/*")) &&
			!refused(accept, n))
			return true;
		accept += n;
	}
}

static int sextet(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
				     "pqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Whether the n bytes of base64 at p (RFC 4648, section 4) are the value. */
static bool decodes_to(const char *p, size_t n, const char *value)
{
	unsigned bits = 0, got = 0;
	size_t len = strlen(value), k = 0;

	if (n % 4)
		return false;
	for (int pads = 0; n && p[n - 1] == '=' && pads < 2; pads++)
		n--;
	for (size_t i = 0; i < n; i++) {
		int v = sextet(p[i]);

		if (v < 0)
			return false;
		bits = bits << 6 | (unsigned)v;
		got += 6;
		if (got < 8)
			continue;
		got -= 8;
		if (k == len || (unsigned char)value[k] != (bits >> got & 0xff))
			return false;
		k++;
	}
	return k == len;
}

bool transport_value_is(const char *field, const char *value)
{
	static const char before[] = "=?base64?", after[] = "?=";
	size_t n = field ? strlen(field) : 0, a = sizeof before - 1;

	if (!field || !value)
		return false;
	if (n < a + 2 || strncmp(field, before, a) != 0 ||
		strcmp(field + n - 2, after) != 0)
		return strcmp(field, value) == 0;
	return decodes_to(field + a, n - a - 2, value);
}

struct refusal transport_check(const struct request *r, const char *site)
{
	const struct request_post *p = &r->post;

	if (r->method == METHOD_OPTIONS && r->origin &&
		!transport_origin(r->origin, site))
		return (struct refusal) {403,
			"Web pages of this origin may not call."};
	if (r->method == METHOD_OPTIONS)
		return (struct refusal) {0, ""};
	if (r->method != METHOD_POST)
		return (struct refusal) {405,
			"There is no stream and no session here: send each "
			"message as a POST."};
	if (r->origin && !transport_origin(r->origin, site))
		return (struct refusal) {403,
			"Web pages of this origin may not call."};
	if (p->too_large)
		return (struct refusal) {
			413, "A message has at most 65536 bytes."};
	if (!p->type || !is_type(p->type, strlen(p->type), "application/json"))
		return (struct refusal) {
			415, "The Content-Type is not application/json."};
	if (!accepts_json(p->accept))
		return (struct refusal) {
			406, "Answers are application/json, which the Accept "
			     "field does not list."};
	return (struct refusal) {0, ""};
}
