/* SPDX-License-Identifier: MIT */
/* fields.c: which header fields of a response a probe keeps. */
#include "http/transfer.h"

#include "base/xalloc.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct http_fields *http_fields(const struct http_response *r)
{
	static const struct http_fields none;

	return r->fields ? r->fields : &none;
}

bool http_media_is(const struct http_response *r, const char *media)
{
	const char *type = http_fields(r)->content_type;
	size_t n = strlen(media);

	return strncasecmp(type, media, n) == 0 &&
		(!type[n] || strchr("; \t,", type[n]));
}

void http_fields_clear(struct http_response *r)
{
	free(r->fields);
	r->fields = NULL;
	r->codings = r->transfer_codings = 0;
	r->coding_unknown = false;
}

/* The header fields of a response, with room for another one. */
static struct http_fields *fields_of(struct http_response *r)
{
	struct http_fields *f = r->fields;

	if (f)
		return f;
	f = r->fields = xmalloc(sizeof *f);
	/* To make a text empty, its first byte is enough. */
	f->content_type[0] = f->location[0] = f->redirect[0] = '\0';
	f->www_authenticate[0] = f->session_id[0] = f->retry_after[0] = '\0';
	f->cache_control[0] = f->pop[0] = '\0';
	for (int i = 0; i < CACHE_SIGNS; i++)
		f->signs[i][0] = '\0';
	return f;
}

/* Whether p is a field of that name; "name:" in lower case. */
static bool is_field(const char *name, const char *p, size_t n)
{
	size_t len;

	if (!n || (*p | 0x20) != *name)
		return false;
	len = strlen(name);
	return n >= len && strncasecmp(p, name, len) == 0;
}

/* Note the codings that a Content-Encoding of n bytes lists. Like fetch,
   take an empty name for an unknown coding. */
static void note_codings(struct http_response *r, const char *p, size_t n)
{
	const char *end = p + n, *comma;

	for (; p < end; p = comma + 1) {
		const char *last;

		comma = memchr(p, ',', (size_t)(end - p));
		comma = comma ? comma : end;
		while (p < comma && strchr(" \t", *p))
			p++;
		for (last = comma; last > p && strchr(" \t\r\n", last[-1]);)
			last--;
		r->coding = coding_of(p, (size_t)(last - p));
		r->coding_unknown |= r->coding == CODING_NONE;
		r->codings++;
	}
}

/* Whether a field lists codings; they are noted in r. */
static bool count_codings(struct http_response *r, const char *p, size_t n)
{
	static const char content[] = "content-encoding:";

	if (is_field(content, p, n)) {
		note_codings(r, p + sizeof content - 1, n - sizeof content + 1);
		return true;
	}
	if (!is_field("transfer-encoding:", p, n))
		return false;
	/* One transfer coding is "chunked", which is no compression. */
	for (size_t at = 0; at < n; at++)
		r->transfer_codings += p[at] == ',';
	return true;
}

unsigned http_codings(const struct http_response *r)
{
	return r->transfer_codings + (r->coding_unknown ? 0 : r->codings);
}

enum coding http_coding(const struct http_response *r)
{
	return r->codings && !r->coding_unknown ? r->coding : CODING_NONE;
}

/* The value of a field as text; what does not fit is cut. */
static void keep_value(
	char *out, size_t size, const char *p, size_t n, bool join)
{
	size_t used = join ? strlen(out) : 0;

	while (n && (*p == ' ' || *p == '\t')) {
		p++;
		n--;
	}
	while (n && strchr(" \t\r\n", p[n - 1]))
		n--;
	if (used && used + 2 < size) {
		memcpy(out + used, ", ", 2);
		used += 2;
	}
	if (n > size - used - 1)
		n = size - used - 1;
	memcpy(out + used, p, n);
	out[used + n] = '\0';
}

/* A field that a cache adds; some of them name the edge location, too. */
static void keep_sign(struct http_fields *f, const char *p, size_t n)
{
	for (int i = 0; i < CACHE_SIGNS; i++) {
		const char *name = cache_sign_field((enum cache_sign)i);

		if (is_field(name, p, n))
			keep_value(f->signs[i], sizeof f->signs[i],
				p + strlen(name), n - strlen(name),
				i != CACHE_SIGN_AGE);
	}
}

void http_fields_add(struct http_response *r, const char *p, size_t n)
{
	struct http_fields *f = fields_of(r);
	const struct {
		const char *name;
		char *out;
		size_t size;
		bool join;
	} fields[] = {
		{"content-type:", f->content_type, sizeof f->content_type, 0},
		{"location:", f->location, sizeof f->location, 0},
		{"www-authenticate:", f->www_authenticate,
			sizeof f->www_authenticate, true},
		{"mcp-session-id:", f->session_id, sizeof f->session_id, 0},
		{"retry-after:", f->retry_after, sizeof f->retry_after, 0},
		{"cache-control:", f->cache_control, sizeof f->cache_control,
			0},
		{"cf-ray:", f->pop, sizeof f->pop, 0},
		{"x-amz-cf-pop:", f->pop, sizeof f->pop, 0},
		{"x-served-by:", f->pop, sizeof f->pop, 0},
		{"fly-request-id:", f->pop, sizeof f->pop, 0},
	};

	if (count_codings(r, p, n))
		return;
	keep_sign(f, p, n);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		size_t len;

		if (!is_field(fields[i].name, p, n))
			continue;
		len = strlen(fields[i].name);
		keep_value(fields[i].out, fields[i].size, p + len, n - len,
			fields[i].join);
		return;
	}
}

static const char *version_of(CURL *easy)
{
	long v = 0;

	curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &v);
	switch (v) {
	case CURL_HTTP_VERSION_1_0:
		return "1.0";
	case CURL_HTTP_VERSION_1_1:
		return "1.1";
	case CURL_HTTP_VERSION_2_0:
		return "2";
	case CURL_HTTP_VERSION_3:
		return "3";
	default:
		return "";
	}
}

/* Copy a URL without user, password and query, which may be secret. */
static void keep_url(char *out, size_t size, const char *url)
{
	CURLU *u = curl_url();
	char *text = NULL;

	if (u && !curl_url_set(u, CURLUPART_URL, url, 0) &&
		!curl_url_set(u, CURLUPART_USER, NULL, 0) &&
		!curl_url_set(u, CURLUPART_PASSWORD, NULL, 0) &&
		!curl_url_set(u, CURLUPART_QUERY, NULL, 0) &&
		!curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) &&
		!curl_url_get(u, CURLUPART_URL, &text, 0))
		snprintf(out, size, "%s", text);
	curl_free(text);
	curl_url_cleanup(u);
}

void http_fields_end(struct http_response *r, CURL *easy)
{
	char *target = NULL;
	curl_off_t wait = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &r->status);
	r->http_version = version_of(easy);
	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wait);
	r->retry_s = (double)wait;
	curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &target);
	if (target)
		keep_url(fields_of(r)->redirect, sizeof r->fields->redirect,
			target);
}
