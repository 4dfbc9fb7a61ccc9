/* SPDX-License-Identifier: MIT */
#include "http/respond.h"

#include "base/sha256.h"
#include "cgi/request.h"
#include "json/json.h"

#include <stdlib.h>
#include <string.h>

#define CONTENT_TYPE "Content-Type: "

/* A larger body is sent piece by piece, or does not come whole. */
#define BODY_MAX (4u * 1024 * 1024)
/* Scripts are ours alone, are files, and run in pages only. */
#define SCRIPTS "script-src 'self'; connect-src 'self'; "

/* It is alike for every account (RFC 7617), and so tells nothing. */
#define CHALLENGE "Basic realm=\"Private pages\", charset=\"UTF-8\""
/* Half a digest is still more than enough to tell two pages apart. */
#define DIGEST_CHARS 32

void respond_init(struct response *r)
{
	*r = (struct response) {.status = 200, .type = TYPE_JSON};
	buf_init(&r->body, BODY_MAX);
	buf_init(&r->link, RESPOND_HEADER);
}

void respond_release(struct response *r)
{
	buf_release(&r->body);
	buf_release(&r->link);
	free(r->rest);
}

void respond_error(struct response *r, int status, const char *code,
	const char *message)
{
	r->status = status;
	r->type = TYPE_JSON;
	r->cache = CACHE_BRIEF;
	r->etag[0] = '\0';
	r->more = NULL;
	buf_clear(&r->link);
	buf_clear(&r->body);
	json_fmt(&r->body, "{'error':%s,'message':%s}\n", code, message);
}

void respond_elsewhere(struct response *r, int status, const char *path)
{
	r->status = status;
	snprintf(r->location, sizeof r->location, "%s", path);
}

/* Append a header field; name is "Name: ". */
static void put_field(struct buf *out, const char *name, const char *value)
{
	buf_str(out, name);
	buf_str(out, value);
	buf_add(out, "\r\n", 2);
}

static const char *const cache_control[] = {
	[CACHE_MINUTE] = "public, max-age=60, stale-while-revalidate=300",
	[CACHE_DETAIL] = "public, max-age=30, stale-while-revalidate=60",
	[CACHE_BRIEF] = "public, max-age=5",
	[CACHE_NEVER] = "no-store",
};

/* For answers where only a token counts, and where a cookie does, too. */
static const char *const vary[][2] = {
	[AUDIENCE_ALL] = {"Accept-Encoding", "Accept-Encoding"},
	[AUDIENCE_STRANGER] = {"Accept-Encoding, Authorization",
		"Accept-Encoding, Authorization, Cookie"},
	[AUDIENCE_HOLDER] = {"Authorization", "Authorization, Cookie"},
};

void etag_of_body(struct response *r)
{
	struct sha256 *digest = sha256_new();
	char hex[SHA256_HEX];

	sha256_add(digest, r->body.p, r->body.len);
	sha256_add(digest, r->link.p, r->link.len);
	sha256_end(digest, hex);
	sha256_free(digest);
	snprintf(r->etag, sizeof r->etag, "\"v1-%.*s\"", DIGEST_CHARS, hex);
}

/* etagc of RFC 9110, section 8.8.3. */
static size_t opaque(const char *s)
{
	size_t n = 0;

	while (s[n] == '!' || (s[n] >= '#' && s[n] <= '~') ||
		(unsigned char)s[n] >= 0x80)
		n++;
	return n;
}

/*
 * Whether n bytes are an ETag of ours: the same, or with what Apache and
 * lighttpd put behind it where they compressed the answer.
 */
static bool is_own(const char *s, size_t n, const char *etag)
{
	static const char compressed[] = "-gzip\"";
	size_t own = strlen(etag), more = sizeof compressed - 2;

	if (n == own + more && own &&
		memcmp(s + own - 1, compressed, more + 1) == 0)
		return memcmp(s, etag, own - 1) == 0;
	return n == own && memcmp(s, etag, own) == 0;
}

bool etag_matches(const char *list, const char *etag)
{
	if (!list)
		return false;
	list += strspn(list, " \t");
	if (*list == '*')
		return !list[1 + strspn(list + 1, " \t")];
	for (;;) {
		size_t n;

		/* A list may have empty elements (RFC 9110, 5.6.1.2). */
		list += strspn(list, ", \t");
		if (strncmp(list, "W/", 2) == 0)
			list += 2;
		if (*list != '"')
			return false;
		n = opaque(list + 1) + 2;
		if (list[n - 1] != '"')
			return false;
		if (is_own(list, n, etag))
			return true;
		list += n;
		list += strspn(list, " \t");
		if (*list != ',')
			return false;
	}
}

static const char *cache_rule(const struct response *r)
{
	return r->audience == AUDIENCE_HOLDER ? "private, no-store"
					      : cache_control[r->cache];
}

int etag_max_age(const struct response *r)
{
	static const char age[] = "max-age=";
	const char *s = strstr(cache_rule(r), age);

	return s ? (int)strtol(s + sizeof age - 1, NULL, 10) : 0;
}

static void put_cache_fields(struct buf *out, const struct response *r)
{
	bool holder = r->audience == AUDIENCE_HOLDER;

	put_field(out, "Cache-Control: ", cache_rule(r));
	if (r->status == 200 && *r->etag)
		put_field(out, "ETag: ", r->etag);
	put_field(out, "Vary: ", vary[r->audience][r->cookies]);
	/* Pages of other sites must not get what a browser signed in for. */
	buf_str(out, holder ? "Cross-Origin-Resource-Policy: same-origin\r\n"
			      "Referrer-Policy: no-referrer\r\n"
			    : "Access-Control-Allow-Origin: *\r\n");
}

static void put_status(struct buf *out, int status)
{
	buf_str(out, "Status: ");
	buf_int(out, status);
	put_field(out, " ", http_status_reason(status));
}

/* For a script of a page of that origin (Fetch, CORS protocol). */
static void put_cors(struct buf *out, const struct response *r)
{
	if (!*r->origin)
		return;
	put_field(out, "Access-Control-Allow-Origin: ", r->origin);
	put_field(out, "Vary: ", "Origin");
	if (!r->preflight)
		return;
	put_field(out, "Access-Control-Allow-Methods: ", r->allow);
	put_field(out, "Access-Control-Allow-Headers: ", r->preflight);
	put_field(out, "Access-Control-Max-Age: ", "600");
}

/* The sources from which a page, or an image of ours, may load. */
static void put_policy(struct buf *out, const struct response *r)
{
	bool page = strcmp(r->type, TYPE_HTML) == 0;

	if (r->policy) {
		put_field(out, "Content-Security-Policy: ", r->policy);
		return;
	}
	buf_fmt(out,
		"Content-Security-Policy: default-src 'none'; %sstyle-src "
		"'self'; img-src 'self'%s%s; base-uri 'none'; form-action "
		"'self'\r\n",
		page ? SCRIPTS : "", page && *r->images ? " " : "",
		page ? r->images : "");
}

void respond_write(struct response *r, const struct request *request,
	struct buf *out)
{
	bool known;

	if (!buf_ok(&r->body))
		respond_error(r, 500, "too-large", "The answer is too large.");
	known = r->status == 200 && *r->etag &&
		etag_matches(request->if_none_match, r->etag);
	put_status(out, known ? 304 : r->status);
	put_cache_fields(out, r);
	if (known) {
		buf_str(out, "\r\n");
		return;
	}
	put_cors(out, r);
	if (r->status != 204)
		put_field(out, CONTENT_TYPE, r->type);
	if (!r->more && r->status != 204) {
		buf_str(out, "Content-Length: ");
		buf_int(out, (long long)r->body.len);
		buf_str(out, "\r\n");
	}
	if (r->link.len)
		put_field(out, "Link: ", r->link.p);
	if (*r->location)
		put_field(out, "Location: ", r->location);
	buf_str(out, "X-Content-Type-Options: nosniff\r\n");
	if (strcmp(r->type, TYPE_JSON) != 0)
		put_policy(out, r);
	if (*r->set_cookie && r->audience == AUDIENCE_HOLDER)
		put_field(out, "Set-Cookie: ", r->set_cookie);
	if (r->anywhere && r->audience != AUDIENCE_HOLDER)
		buf_str(out, "Cross-Origin-Resource-Policy: cross-origin\r\n");
	if (r->status == 401)
		put_field(out, "WWW-Authenticate: ", CHALLENGE);
	if (r->status == 405 || r->status == 204)
		put_field(out, "Allow: ", r->allow ? r->allow : "GET, HEAD");
	buf_str(out, "\r\n");
	if (request->method != METHOD_HEAD)
		buf_add(out, r->body.p, r->body.len);
}

/* The fields that both have are those before the Content-Type. */
void respond_unchanged(const char *text, struct buf *out)
{
	const char *fields = strchr(text, '\n') + 1;

	put_status(out, 304);
	buf_add(out, fields, (size_t)(strstr(fields, CONTENT_TYPE) - fields));
	buf_str(out, "\r\n");
}
