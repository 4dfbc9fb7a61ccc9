/* SPDX-License-Identifier: MIT */
/*
 * Goal: a URL that is taken apart is whole: its parts are parts of it, and
 * what is kept of it is a URL again that leads to the same place.
 */
#include "fuzz.h"

#include "http/address.h"
#include "http/url.h"

#include "base/text.h"

#include <curl/curl.h>
#include <strings.h>

static bool fits(const char *s, size_t size)
{
	return strnlen(s, size) < size && text_is_utf8(s, strlen(s));
}

static bool visible(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f)
			return false;
	return true;
}

static void check(const struct url *u)
{
	need(fits(u->text, URL_MAX) && visible(u->text));
	need(fits(u->shown, URL_MAX) && visible(u->shown));
	need(fits(u->origin, URL_ORIGIN) && visible(u->origin));
	need(fits(u->host, URL_HOST) && *u->host);
	need(fits(u->path, URL_MAX) && *u->path == '/');
	need(u->port > 0 && u->port < 65536);
	need(strncmp(u->origin, u->https ? "https://" : "http://",
		u->https ? 8 : 7) == 0);
	need(!strpbrk(u->host, "/?#@ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
	need(!strpbrk(u->shown, "?#") && !strchr(u->text, '#'));
	need(!strpbrk(u->origin + 8, "/?#@"));
	need(url_same_origin(u, u));
	need(!u->https || url_secure(u));
	need(url_secure(u) == (u->https || address_loopback(u->host)));
}

static void same_part(CURLU *h, CURLUPart what, const char *expected)
{
	char *s = NULL;

	need(!curl_url_get(h, what, &s,
		what == CURLUPART_PORT ? CURLU_DEFAULT_PORT
				       : CURLU_NO_DEFAULT_PORT));
	need(strcasecmp(s, expected) == 0);
	need(what == CURLUPART_HOST || strcmp(s, expected) == 0);
	curl_free(s);
}

/* Where libcurl is not asked, it would say the same. */
static void as_libcurl(const struct url *u, const char *s)
{
	CURLU *h = curl_url();
	char port[16];

	need(h && !curl_url_set(h, CURLUPART_URL, s, 0));
	curl_url_set(h, CURLUPART_FRAGMENT, NULL, 0);
	snprintf(port, sizeof port, "%d", u->port);
	same_part(h, CURLUPART_HOST, u->host);
	same_part(h, CURLUPART_PORT, port);
	same_part(h, CURLUPART_PATH, u->path);
	same_part(h, CURLUPART_URL, u->text);
	curl_url_cleanup(h);
}

/* What is kept of u is a URL; *v is that. */
static void again(const struct url *u, const char *s, struct url *v)
{
	char why[URL_WHY];

	memset(v, 0xaa, sizeof *v);
	need(url_parse(s, v, why));
	check(v);
	need(strcmp(u->origin, v->origin) == 0);
	need(strcmp(u->host, v->host) == 0);
	need(u->https == v->https && u->port == v->port);
	need(url_same_origin(u, v));
}

/* A copy has the same texts, in memory of its own. *u is wiped. */
static void keep(struct url *u)
{
	struct url *k = url_keep(u);

	need(strcmp(u->text, k->text) == 0);
	need(strcmp(u->shown, k->shown) == 0);
	need(strcmp(u->path, k->path) == 0);
	memset(u, 0xaa, sizeof *u);
	check(k);
	free(k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_string(data, size);
	static struct url u, v;
	char why[URL_WHY];

	memset(why, 0xaa, sizeof why);
	memset(&u, 0xaa, sizeof u);
	if (!url_parse(s, &u, why)) {
		need(fuzz_line(why, sizeof why));
	} else {
		check(&u);
		as_libcurl(&u, s);
		again(&u, u.text, &v);
		need(strcmp(u.text, v.text) == 0);
		need(strcmp(u.path, v.path) == 0);
		again(&u, u.shown, &v);
		need(strcmp(u.shown, v.text) == 0);
		need(strcmp(u.path, v.path) == 0);
		again(&u, u.origin, &v);
		need(strcmp(v.path, "/") == 0);
		keep(&u);
	}
	free(s);
	return 0;
}
