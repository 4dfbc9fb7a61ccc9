/* SPDX-License-Identifier: MIT */
/*
 * proxy.c: which proxy the environment names, read as curl(1) does. It is read
 * here and not by libcurl, so that a failure of the proxy is not mistaken for
 * one of the server.
 */
#include "http/transfer.h"

#include "base/ip.h"
#include "base/num.h"
#include "http/address.h"
#include "redaction/redaction.h"

#include <stdint.h>
#include <strings.h>

static const char *value_of(const char *name)
{
	const char *v = getenv(name);

	return v && *v ? v : NULL;
}

static const char *either_variable(const char *lower, const char *upper)
{
	const char *v = value_of(lower);

	return v ? v : value_of(upper);
}

/* Whether an address equals a list entry, or is in its network. */
static bool in_network(const uint8_t *a, size_t n, char *entry)
{
	char *slash = strchr(entry, '/');
	long long bits = (long long)n * 8;
	uint8_t b[16];
	size_t whole;

	if (slash) {
		*slash = '\0';
		if (!num_parse(slash + 1, 0, bits, &bits))
			return false;
	}
	if (ip_read(entry, b) != n)
		return false;
	whole = (size_t)bits / 8;
	return memcmp(a, b, whole) == 0 &&
		(bits % 8 == 0 ||
			((a[whole] ^ b[whole]) >> (8 - bits % 8)) == 0);
}

/* Whether a host is this name or one of its subdomains; a dot before or
   behind the name is ignored. */
static bool in_domain(const char *host, size_t n, const char *entry)
{
	size_t m;

	entry += *entry == '.';
	m = strlen(entry);
	m -= m && entry[m - 1] == '.';
	n -= n && host[n - 1] == '.';
	return m && n >= m && strncasecmp(host + n - m, entry, m) == 0 &&
		(n == m || host[n - m - 1] == '.');
}

/*
 * Whether a host (an IPv6 address in brackets) is in a list like that of
 * no_proxy: names, which include their subdomains, addresses, networks like
 * 10.0.0.0/8, or "*", separated by commas or spaces.
 */
static bool proxy_spared(const char *list, const char *host)
{
	size_t n = strlen(host), size;
	char bare[256], entry[256];
	uint8_t a[16];

	if (strcmp(list, "*") == 0)
		return true;
	if (n >= sizeof bare)
		return false;
	snprintf(bare, sizeof bare, "%s", *host == '[' ? host + 1 : host);
	if (*host == '[')
		bare[strcspn(bare, "]")] = '\0';
	size = ip_read(bare, a);
	for (const char *p = list; *p; p += n) {
		p += strspn(p, ", \t");
		n = strcspn(p, ", \t");
		if (!n || n >= sizeof entry)
			continue;
		memcpy(entry, p, n);
		entry[n] = '\0';
		if (size ? in_network(a, size, entry)
			 : in_domain(bare, strlen(bare), entry))
			return true;
	}
	return false;
}

/* Whether a proxy, like http://me:secret@host:8080, is on this machine. */
static bool on_loopback(const char *proxy)
{
	const char *p = strstr(proxy, "://"), *at;
	char host[256];
	size_t n;

	p = p ? p + 3 : proxy;
	at = strrchr(p, '@');
	p = at ? at + 1 : p;
	n = *p == '[' ? strcspn(p, "]") + 1 : strcspn(p, ":/");
	if (n >= sizeof host)
		return false;
	memcpy(host, p, n);
	host[n] = '\0';
	return address_loopback(host);
}

static const char *const proxy_names[] = {"http_proxy", "https_proxy",
	"HTTPS_PROXY", "all_proxy", "ALL_PROXY"};

bool http_proxy_any(void)
{
	for (size_t i = 0; i < sizeof proxy_names / sizeof *proxy_names; i++)
		if (value_of(proxy_names[i]))
			return true;
	return false;
}

void http_proxy_hide(void)
{
	for (size_t i = 0; i < sizeof proxy_names / sizeof *proxy_names; i++) {
		const char *v = value_of(proxy_names[i]);
		const char *p = v ? strstr(v, "://") : NULL;
		const char *at = v ? strrchr(v, '@') : NULL;

		p = p ? p + 3 : v;
		if (at)
			mask_userinfo(p, (size_t)(at - p));
	}
}

const char *http_proxy_find(const struct url *u)
{
	const char *spared = either_variable("no_proxy", "NO_PROXY");
	/* HTTP_PROXY is not read: under a CGI a client sets it with a field
	   "Proxy". */
	const char *proxy =
		u->https ? either_variable("https_proxy", "HTTPS_PROXY")
			 : value_of("http_proxy");

	if (!proxy)
		proxy = either_variable("all_proxy", "ALL_PROXY");
	if (!proxy || (spared && proxy_spared(spared, u->host)))
		return NULL;
	/* A proxy elsewhere has a loopback of its own, and would see what must
	 * not leave this machine: a credential over plain HTTP. */
	if (!u->https && address_loopback(u->host) && !on_loopback(proxy))
		return NULL;
	return proxy;
}
