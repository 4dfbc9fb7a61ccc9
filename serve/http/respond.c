#include "http/respond.h"

#include "base/sha256.h"
#include "json/json.h"

#include <string.h>

/* The largest answer is the index: this is for some ten thousand servers. */
#define BODY_MAX (4u * 1024 * 1024)
/* Half a digest is still more than enough to tell two pages apart. */
#define DIGEST_CHARS 32

static const char *const cache_control[] = {
	[CACHE_MINUTE] = "public, max-age=60, stale-while-revalidate=300",
	[CACHE_DETAIL] = "public, max-age=30, stale-while-revalidate=60",
	[CACHE_BRIEF] = "public, max-age=5",
	[CACHE_NEVER] = "no-store",
};

static const char *const vary[] = {
	[AUDIENCE_ALL] = "Accept-Encoding",
	[AUDIENCE_STRANGER] = "Accept-Encoding, Authorization",
	[AUDIENCE_HOLDER] = "Authorization",
};

/* Nothing in a page or an image of ours needs more than this: no script. */
#define POLICY                                                                 \
	"default-src 'none'; style-src 'self'; img-src 'self'; "               \
	"base-uri 'none'; form-action 'self'"

void respond_init(struct response *r)
{
	*r = (struct response) {.status = 200, .type = TYPE_JSON};
	buf_init(&r->body, BODY_MAX);
}

void respond_release(struct response *r)
{
	buf_release(&r->body);
}

void respond_error(struct response *r, int status, const char *code,
	const char *message)
{
	r->status = status;
	r->type = TYPE_JSON;
	r->cache = CACHE_BRIEF;
	r->etag[0] = '\0';
	buf_clear(&r->body);
	buf_str(&r->body, "{\"error\":");
	json_put_str(&r->body, code);
	buf_str(&r->body, ",\"message\":");
	json_put_str(&r->body, message);
	buf_str(&r->body, "}\n");
}

void respond_digest(struct response *r)
{
	char hex[SHA256_HEX];

	sha256_hex(r->body.p, r->body.len, hex);
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

bool respond_matches(const char *list, const char *etag)
{
	size_t own = strlen(etag);

	if (!list)
		return false;
	list += strspn(list, " \t");
	if (*list == '*')
		return !list[1 + strspn(list + 1, " \t")];
	for (;;) {
		size_t n;

		/* Empty elements are to be borne (RFC 9110, 5.6.1.2). */
		list += strspn(list, ", \t");
		if (strncmp(list, "W/", 2) == 0)
			list += 2;
		if (*list != '"')
			return false;
		n = opaque(list + 1) + 2;
		if (list[n - 1] != '"')
			return false;
		if (n == own && memcmp(list, etag, n) == 0)
			return true;
		list += n;
		list += strspn(list, " \t");
		if (*list != ',')
			return false;
	}
}

/* The one place for the rules of caching. */
static void put_caching(struct buf *out, const struct response *r)
{
	bool holder = r->audience == AUDIENCE_HOLDER;

	buf_fmt(out, "Cache-Control: %s\r\n",
		holder ? "private, no-store" : cache_control[r->cache]);
	if (r->status == 200 && *r->etag)
		buf_fmt(out, "ETag: %s\r\n", r->etag);
	buf_fmt(out, "Vary: %s\r\n", vary[r->audience]);
	if (!holder)
		buf_str(out, "Access-Control-Allow-Origin: *\r\n");
}

void respond_write(struct response *r, const struct request *request,
	struct buf *out)
{
	bool known;

	if (!buf_ok(&r->body))
		respond_error(r, 500, "too-large", "The answer is too large.");
	known = r->status == 200 && *r->etag &&
		respond_matches(request->if_none_match, r->etag);
	buf_fmt(out, "Status: %d %s\r\n", known ? 304 : r->status,
		request_reason(known ? 304 : r->status));
	put_caching(out, r);
	if (known) {
		buf_str(out, "\r\n");
		return;
	}
	buf_fmt(out, "Content-Type: %s\r\nContent-Length: %zu\r\n", r->type,
		r->body.len);
	buf_str(out, "X-Content-Type-Options: nosniff\r\n");
	if (strcmp(r->type, TYPE_JSON) != 0)
		buf_fmt(out, "Content-Security-Policy: %s\r\n",
			r->policy ? r->policy : POLICY);
	if (r->anywhere)
		buf_str(out, "Cross-Origin-Resource-Policy: cross-origin\r\n");
	if (r->status == 405)
		buf_str(out, "Allow: GET, HEAD\r\n");
	buf_str(out, "\r\n");
	if (request->method != METHOD_HEAD)
		buf_add(out, r->body.p, r->body.len);
}
