#include "http/etag.h"

#include "base/sha256.h"
#include "http/respond.h"

#include <stdlib.h>
#include <string.h>

/* Half a digest is still more than enough to tell two pages apart. */
#define DIGEST_CHARS 32

static const char *const cache_control[] = {
	[CACHE_MINUTE] = "public, max-age=60, stale-while-revalidate=300",
	[CACHE_DETAIL] = "public, max-age=30, stale-while-revalidate=60",
	[CACHE_BRIEF] = "public, max-age=5",
	[CACHE_NEVER] = "no-store",
};

/* Where only a token counts, and where a cookie does, too. */
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

void etag_put_fields(struct buf *out, const struct response *r)
{
	bool holder = r->audience == AUDIENCE_HOLDER;

	respond_field(out, "Cache-Control: ", cache_rule(r));
	if (r->status == 200 && *r->etag)
		respond_field(out, "ETag: ", r->etag);
	respond_field(out, "Vary: ", vary[r->audience][r->cookies]);
	/* What a browser signed in for is not for pages of other sites. */
	buf_str(out, holder ? "Cross-Origin-Resource-Policy: same-origin\r\n"
			      "Referrer-Policy: no-referrer\r\n"
			    : "Access-Control-Allow-Origin: *\r\n");
}
