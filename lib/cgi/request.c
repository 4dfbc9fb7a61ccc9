/* SPDX-License-Identifier: MIT */
#include "cgi/request.h"

#include "base/chars.h"

#include <openssl/crypto.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

const char *http_status_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {{200, "OK"}, {201, "Created"},
		{202, "Accepted"}, {301, "Moved Permanently"}, {302, "Found"},
		{303, "See Other"},
		{304, "Not Modified"}, {400, "Bad Request"},
		{401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"},
		{405, "Method Not Allowed"}, {406, "Not Acceptable"},
		{409, "Conflict"}, {410, "Gone"},
		{413, "Content Too Large"}, {415, "Unsupported Media Type"},
		{422, "Unprocessable Content"}, {429, "Too Many Requests"},
		{500, "Internal Server Error"},
		{503, "Service Unavailable"}};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

/* Longer than any list of our ETags, and any token. */
#define FIELD_MAX 8192

const char *request_env(char *const *env, const char *name)
{
	size_t n = strlen(name);

	for (; *env; env++)
		if (**env == *name && strncmp(*env, name, n) == 0 &&
			(*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

static const char *field(char *const *env, const char *name)
{
	const char *s = request_env(env, name);

	return s && strlen(s) <= FIELD_MAX ? s : NULL;
}

/*
 * Decode percent-encoding, once; a NUL is refused. Where that fails, or out is
 * too small, out has the beginning.
 */
static bool decode(const char *s, size_t n, char *out, size_t size)
{
	size_t used = 0;

	*out = '\0';
	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if (c == '%') {
			int byte = chars_percent(s + i, n - i);

			if (byte < 0)
				return false;
			c = (char)byte;
			i += 2;
		}
		if (!c || used + 1 >= size)
			return false;
		out[used++] = c;
		out[used] = '\0';
	}
	return true;
}

/* Whether the n bytes at s are "." or "..". */
static bool dots(const char *s, size_t n)
{
	return (n == 1 || n == 2) && strspn(s, ".") >= n;
}

/* No control character, and no "." or ".." for a segment. */
static bool harmless(const char *path)
{
	if (*path != '/')
		return false;
	for (const char *p = path; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
		if (*p == '/' && dots(p + 1, strcspn(p + 1, "/")))
			return false;
	}
	return true;
}

/* Join a and b; false where they are too long, and out has the beginning. */
static bool join(char *out, const char *a, const char *b)
{
	size_t n = strnlen(a, REQUEST_PATH - 1);
	size_t more = strnlen(b, REQUEST_PATH - 1 - n);

	memcpy(out, a, n);
	memcpy(out + n, b, more);
	out[n + more] = '\0';
	return !a[n] && !b[more];
}

static void read_paths(struct request *r, char *const *env)
{
	const char *script = request_env(env, "SCRIPT_NAME");
	const char *info = request_env(env, "PATH_INFO");
	const char *uri = request_env(env, "REQUEST_URI");
	bool whole[REQUEST_FORMS];

	/* The server has decoded the first two: do not do it twice. */
	whole[0] = join(r->path[0], script ? script : "", info ? info : "");
	whole[1] = join(r->path[1], "", info ? info : "");
	whole[2] = decode(uri ? uri : "", uri ? strcspn(uri, "?") : 0,
		r->path[2], REQUEST_PATH);
	for (int i = 0; i < REQUEST_FORMS; i++) {
		r->api = r->api || strncmp(r->path[i], "/api/", 5) == 0;
		if (!whole[i] || !harmless(r->path[i]))
			r->path[i][0] = '\0';
	}
}

static bool equals(const char *s, const char *value)
{
	return s && strcmp(s, value) == 0;
}

/* The header fields of MCP are those of its transport, Streamable HTTP. */
static void read_post(struct request_post *p, char *const *env)
{
	*p = (struct request_post) {
		.length = field(env, "CONTENT_LENGTH"),
		.type = field(env, "CONTENT_TYPE"),
		.accept = field(env, "HTTP_ACCEPT"),
		.protocol = field(env, "HTTP_MCP_PROTOCOL_VERSION"),
		.rpc_method = field(env, "HTTP_MCP_METHOD"),
		.rpc_name = field(env, "HTTP_MCP_NAME")};
}

void request_read(struct request *r, char *const *env)
{
	const char *method = request_env(env, "REQUEST_METHOD");

	memset(r, 0, sizeof *r);
	r->method = METHOD_OTHER;
	if (equals(method, "GET"))
		r->method = METHOD_GET;
	else if (equals(method, "HEAD"))
		r->method = METHOD_HEAD;
	else if (equals(method, "POST"))
		r->method = METHOD_POST;
	else if (equals(method, "OPTIONS"))
		r->method = METHOD_OPTIONS;
	read_paths(r, env);
	r->if_none_match = field(env, "HTTP_IF_NONE_MATCH");
	r->authorization = field(env, "HTTP_AUTHORIZATION");
	r->cookie = field(env, "HTTP_COOKIE");
	r->query = field(env, "QUERY_STRING");
	r->origin = field(env, "HTTP_ORIGIN");
	r->asked_fields = field(env, "HTTP_ACCESS_CONTROL_REQUEST_HEADERS");
	if (r->method == METHOD_POST)
		read_post(&r->post, env);
}

/* Decode n bytes of a form: a '+' is a space. */
static bool decode_form(const char *s, size_t n, char *out, size_t size)
{
	char spaced[FIELD_MAX + 1];

	for (size_t i = 0; i < n; i++)
		spaced[i] = s[i] == '+' ? ' ' : s[i];
	return decode(spaced, n, out, size);
}

bool request_query(const struct request *r, const char *name, char *out,
	size_t size)
{
	size_t before = strlen(name), n;
	const char *p = r->query;

	*out = '\0';
	for (; p && *p; p += n + (p[n] == '&')) {
		n = strcspn(p, "&");
		if (n < before + 1 || p[before] != '=' ||
			strncmp(p, name, before) != 0)
			continue;
		before++;
		if (!decode_form(p + before, n - before, out, size))
			*out = '\0';
		return true;
	}
	return false;
}

bool bearer_token(const char *authorization, char *sha256)
{
	static const char scheme[] = "Bearer ";
	const char *token;

	if (!authorization ||
		strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
		return false;
	token = authorization + sizeof scheme - 1;
	token += strspn(token, " ");
	if (sha256)
		sha256_hex(token, strlen(token), sha256);
	return true;
}

bool bearer_is(const char *authorization, const char *sha256)
{
	char digest[SHA256_HEX];

	return bearer_token(authorization, digest) &&
		sha256_same(digest, sha256);
}

static int base64_value(char c)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/*
 * Decode base64 (RFC 4648, section 4), whose padding may be missing, to a
 * string; false where it is none, holds a NUL or does not fit.
 */
static bool base64_decode(const char *s, char *out, size_t size)
{
	unsigned bits = 0;
	size_t n = 0, used = 0;

	for (; base64_value(s[n]) >= 0; n++) {
		bits = bits << 6 | (unsigned)base64_value(s[n]);
		if (n % 4 == 0)
			continue;
		if (used + 1 >= size)
			return false;
		out[used] = (char)(bits >> (6 - 2 * (n % 4)));
		if (!out[used++])
			return false;
	}
	out[used] = '\0';
	s += n;
	s += strspn(s, "=");
	return n % 4 != 1 && !s[strspn(s, " \t")];
}

/* Without the blanks around it. */
static char *trimmed(char *s)
{
	char *end;

	s += strspn(s, " \t");
	end = s + strlen(s);
	while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	return s;
}

bool basic_read(const char *authorization, struct basic *out)
{
	static const char scheme[] = "Basic ";
	char *colon;

	*out = (struct basic) {.user = "", .password = ""};
	if (!authorization ||
		strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
		return false;
	authorization += sizeof scheme - 1;
	authorization += strspn(authorization, " ");
	if (!base64_decode(authorization, out->pair, sizeof out->pair))
		return false;
	colon = strchr(out->pair, ':');
	if (!colon)
		return false;
	*colon = '\0';
	out->user = trimmed(out->pair);
	out->password = trimmed(colon + 1);
	return *out->password;
}

void basic_wipe(struct basic *b)
{
	OPENSSL_cleanse(b->pair, sizeof b->pair);
	b->user = b->password = "";
}
