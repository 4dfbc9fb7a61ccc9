/* SPDX-License-Identifier: MIT */
#include "auth/challenge.h"

#include "http/framing.h"
#include "json/json.h"
#include "protocol/rpc.h"

#include <strings.h>

/* The length of a token68 at s (RFC 9110, 11.2). */
static size_t token68_length(const char *s)
{
	size_t n = strspn(s, "-._~+/0123456789abcdefghijklmnopqrstuvwxyz"
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return n ? n + strspn(s + n, "=") : 0;
}

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/*
 * Copy a quoted string at s, or a value that a server wrote without quotes, to
 * out, cut to fit. Returns its end.
 */
static const char *read_value(const char *s, char *out, size_t size)
{
	size_t n = 0;

	if (*s != '"') {
		size_t len = strcspn(s, ", \t");

		for (; n < len && n + 1 < size; n++)
			out[n] = s[n];
		out[n] = '\0';
		return s + len;
	}
	for (s++; *s && *s != '"'; s++) {
		if (*s == '\\' && s[1])
			s++;
		if (n + 1 < size)
			out[n++] = *s;
	}
	out[n] = '\0';
	return *s ? s + 1 : s;
}

static void keep_parameter(struct challenge *c, const char *name, size_t len,
	const char *v)
{
	const struct {
		const char *name;
		char *out;
		size_t size;
	} known[] = {
		{"resource_metadata", c->resource_metadata,
			sizeof c->resource_metadata},
		{"error", c->error, sizeof c->error},
		{"error_description", c->error_description,
			sizeof c->error_description},
		{"scope", c->scope, sizeof c->scope},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i].name) == len &&
			strncasecmp(known[i].name, name, len) == 0 &&
			!*known[i].out &&
			/* Text may be cut, but half a URL is another URL. */
			(i > 0 || strlen(v) < known[i].size))
			snprintf(known[i].out, known[i].size, "%s", v);
}

void challenge_parse(const char *s, struct challenge *c)
{
	char v[sizeof c->resource_metadata + 1];
	bool bearer = false, after_scheme = false;

	memset(c, 0, sizeof *c);
	while (*(s += strspn(s, " \t,"))) {
		size_t n = framing_token(s);
		const char *next = skip_blanks(s + n);
		const char *v_at = *next == '=' ? skip_blanks(next + 1) : "";

		/* "abc=" is a token68, no parameter. */
		if (n && *v_at && !strchr("=,", *v_at)) {
			const char *end = read_value(v_at, v, sizeof v);

			if (bearer)
				keep_parameter(c, s, n, v);
			s = end;
			after_scheme = false;
			continue;
		}
		if (after_scheme && token68_length(s)) {
			s += token68_length(s);
			after_scheme = false;
			continue;
		}
		if (!n) {
			s++;
			continue;
		}
		if (!c->any)
			snprintf(c->scheme, sizeof c->scheme, "%.*s", (int)n, s);
		c->any = true;
		bearer = n == 6 && strncasecmp(s, "bearer", 6) == 0;
		c->bearer |= bearer;
		/* "Basic, Bearer": a comma ends a scheme without parameters. */
		after_scheme = *next != ',';
		s += n;
	}
}

/* ---- Walls. */

/* Whether the word is in s, in lower or upper case. */
static bool holds_word(const char *s, const char *word)
{
	size_t n = strlen(word);

	for (; *s; s++)
		if (strncasecmp(s, word, n) == 0)
			return true;
	return false;
}

/* Whether a reply is -32001, "unauthorized", a code that SDKs also use for
   timeouts and lost sessions. */
static bool is_unauthorized(const struct reply *r)
{
	const cJSON *error = json_get(r->message, "error");
	const char *words = json_str(error, "message");

	if (r->kind != REPLY_ERROR ||
		rpc_error_code(r->message) != RPC_UNAUTHORIZED ||
		r->http->status < 200 || r->http->status > 299)
		return false;
	return !words ||
	       !(holds_word(words, "session") || holds_word(words, "timeout") ||
		       holds_word(words, "timed out"));
}

bool wall_meant(const struct reply *r)
{
	if (r->kind == REPLY_FAILED)
		return false;
	return r->http->status == 401 ||
		(r->http->status == 403 &&
			*http_fields(r->http)->www_authenticate) ||
		is_unauthorized(r);
}

/*
 * Some servers that refuse a client certificate just close the connection,
 * without an alert: in the handshake, or in TLS 1.3 right after it.
 */
static bool hung_up(const struct reply *r)
{
	const char *code = r->failure.code;

	return r->http->cert_wanted && !r->http->reused && !r->http->status &&
		(strcmp(code, "tls.handshake") == 0 ||
			strcmp(code, "http.empty") == 0);
}

bool wall_certificate(const struct reply *r)
{
	const struct http_response *h = r->http;

	if (r->kind == REPLY_FAILED)
		return strcmp(r->failure.code, "tls.client-certificate") == 0 ||
			hung_up(r);
	/* nginx: the certificate is wrong, or missing. */
	if (h->status == 495 || h->status == 496)
		return true;
	/* A server that answers in JSON-RPC has accepted the connection. */
	if (!h->cert_wanted || r->kind != REPLY_STATUS)
		return false;
	return (h->status == 403 && !*http_fields(h)->www_authenticate) ||
		(h->status == 400 && holds_word(r->body, "certificate"));
}
