/* SPDX-License-Identifier: MIT */
/*
 * url.h: the parts of an http or https URL (RFC 3986), as libcurl reads them.
 */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

#define URL_MAX 2048
#define URL_HOST 256
#define URL_ORIGIN (URL_HOST + 16)

/* Its texts are in its own room: copy one with url_keep, not with "=". */
struct url {
	const char *text;   /* as it was given, without its fragment */
	const char *shown;  /* without query, for records and people */
	const char *origin; /* "https://host:port", the port where unusual */
	const char *host;   /* lower case; an IPv6 address in brackets */
	const char *path;   /* from "/" on, as it was given */
	bool https;
	int port;
	size_t used; /* bytes of room */
	char room[3 * URL_MAX + URL_HOST + URL_ORIGIN];
};

/* Room for the reason why a URL was refused. */
#define URL_WHY 120

/*
 * url_parse(s, u, why): take s apart. False where it is no http(s) URL, is
 * longer than URL_MAX, or carries a user name or password; then why, of URL_WHY
 * bytes, says which, and *u is of no use.
 */
bool url_parse(const char *s, struct url *u, char *why);

/* url_keep(u): a copy that takes no more memory than its texts; the caller
   frees it with free(3). */
struct url *url_keep(const struct url *u);

/*
 * url_parts(u): u in the form of libcurl, a CURLU, so that libcurl need not
 * take it apart for each request; free it with url_parts_free. NULL where
 * libcurl does not take it: it says why in a request.
 */
struct Curl_URL;
struct Curl_URL *url_parts(const struct url *u);
void url_parts_free(struct Curl_URL *parts);

/*
 * url_resolve(base, ref, u, why): take apart ref, an absolute URL or one that
 * is relative to base (RFC 3986, section 5). As url_parse; a URL with a
 * fragment is refused too.
 */
bool url_resolve(const struct url *base, const char *ref, struct url *u,
	char *why);

/*
 * url_same_origin(a, b): whether scheme, host and port are the same (RFC 6454).
 * The names and addresses of the loopback count as one host.
 */
bool url_same_origin(const struct url *a, const struct url *b);

/* url_secure(u): whether a secret may be sent there: https, or loopback. */
bool url_secure(const struct url *u);

#endif
