/* SPDX-License-Identifier: MIT */
/* diagnosis.c: what is wrong with a server whose reply is no good answer.
   Pure. */
#include "protocol/exchange.h"

#include "base/text.h"
#include "json/json.h"
#include "protocol/rpc.h"

#include <math.h>

static bool diagnose_success(const struct reply *r, struct failure *f)
{
	const struct http_response *h = r->http;
	const struct http_fields *fields = http_fields(h);

	if (*r->body && http_media_is(h, "text/html"))
		return failure_set(f, "http.content-type",
			"the response is a web page (text/html), not JSON or "
			"an event stream; check the path of the URL. The page "
			"reads: %s",
			r->body);
	if (*r->body && *fields->content_type)
		return failure_set(f, "http.content-type",
			"the response is %s, not JSON or an event stream",
			fields->content_type);
	if (*r->body)
		return failure_set(f, "http.content-type",
			"the response has no Content-Type and is not JSON");
	return failure_set(f, "http.empty-body",
		"the response has status %ld and an empty body", h->status);
}

/*
 * Whether a 403 is about the Host or Origin field: "Invalid Host: …", "Access
 * is only allowed at localhost:4134", "Blocked request. This host is not
 * allowed".
 */
static bool about_host(const char *text)
{
	return strstr(text, "nvalid Host") || strstr(text, "nvalid Origin") ||
		strstr(text, "nvalid host") || strstr(text, "nvalid origin") ||
		strstr(text, "nly allowed at") ||
		((strstr(text, "ost") || strstr(text, "rigin")) &&
			strstr(text, "not allowed"));
}

/* Whether an https server complains that it was asked over plain HTTP. */
static bool about_https(const struct reply *r)
{
	return r->http->status == 400 && !*r->http->tls_version &&
		strstr(r->body, "HTTPS") && strstr(r->body, "HTTP request");
}

/* Advice for the statuses that have a usual cause. */
static const char *status_hint(const struct reply *r)
{
	if (about_https(r))
		return "; this port speaks https: probe the https:// URL";
	switch (r->http->status) {
	case 403:
		return "; without a challenge this is often a check of the "
		       "Host or Origin header, or a firewall";
	case 404:
		return "; there is no Streamable HTTP server at this path";
	case 405:
		return "; this path does not accept POST";
	case 406:
		return "; the server requires an Accept header that the "
		       "specification does not allow";
	case 413:
	case 415:
		return "; the server refuses the form of the request";
	case 502:
	case 503:
	case 504:
		return "; the proxy in front of the server does not reach it";
	default:
		return "";
	}
}

/* When the server wants to be asked again, as words; or "". */
static const char *retry_words(
	const struct http_response *h, char *out, size_t size)
{
	const char *number = "0123456789";
	const char *after = http_fields(h)->retry_after;

	*out = '\0';
	if (*after && !after[strspn(after, number)])
		snprintf(out, size, " (Retry-After: %s s)", after);
	else if (*after && h->retry_s > 0)
		snprintf(out, size, " (Retry-After: %s, in %.0f s)", after,
			h->retry_s);
	else if (*after)
		snprintf(out, size, " (Retry-After: %s)", after);
	return out;
}

static bool diagnose_redirect(const struct http_response *h, struct failure *f)
{
	const char *to = http_fields(h)->redirect;

	if (*to)
		return failure_set(f, "http.redirect",
			"the server redirects (%ld) to %.400s, which mcp-probe "
			"does not follow; probe that URL instead",
			h->status, to);
	return failure_set(f, "http.redirect",
		"the server answers with status %ld, a redirect without a URL",
		h->status);
}

static bool name_status(const struct reply *r, struct failure *f)
{
	const struct http_response *h = r->http;
	const char *said = rpc_error_message(r->message);
	const char *text = *r->body || !said ? r->body : said;
	char code[32], wait[128], words[RPC_WORDS_SIZE];

	snprintf(code, sizeof code, "http.%ld", h->status);
	if (h->status == 429)
		return failure_set(f, code,
			"the server limits the rate of requests%s",
			retry_words(h, wait, sizeof wait));
	if (h->status >= 300 && h->status <= 399)
		return diagnose_redirect(h, f);
	if (h->status == 403 && about_host(text))
		return failure_set(f, code,
			"the server refuses our Host or Origin header (403): "
			"%.300s; probe the server by the name that it expects, "
			"or let it allow this one",
			text);
	if (h->cert_wanted && !h->cert_shown && strstr(text, "ertificate"))
		return failure_set(f, "tls.client-certificate",
			"the server requires a client certificate, and none is "
			"configured: it answers with status %ld: %.300s",
			h->status, text);
	if (!*r->body) {
		rpc_error_words(r->message, words);
		text = words;
	}
	return failure_set(f, code, "the server answers with status %ld%s%s%s%s",
		h->status, retry_words(h, wait, sizeof wait), status_hint(r),
		*text ? ": " : "", text);
}

static bool diagnose_status(const struct reply *r, struct failure *f)
{
	const char *error = rpc_error_message(r->message);

	name_status(r, f);
	return failure_said(f, *r->said || !error ? r->said : error);
}

bool diagnose(const struct reply *r, struct failure *f)
{
	long status = r->http->status;

	if (r->kind == REPLY_FAILED) {
		*f = r->failure;
		return false;
	}
	/* A 4xx may explain itself in JSON-RPC; other statuses need not. */
	if (r->kind == REPLY_ERROR &&
		((status >= 200 && status <= 299) ||
			(status >= 400 && status <= 499 && status != 401 &&
				status != 403 && status != 429)))
		return rpc_error_failure(r->message, f);
	if (status >= 200 && status <= 299)
		return diagnose_success(r, f);
	return diagnose_status(r, f);
}

/* Append a member, its value cut so that all members fit. */
static void put_member(struct buf *b, const char *name, const char *value)
{
	char clean[4 * 250 + 1];

	if (!*value)
		return;
	text_clean(value, strlen(value), clean, sizeof clean, 250);
	json_put_key(b, name);
	json_put_str(b, clean);
}

static void put_number(struct buf *b, const char *name, double value)
{
	if (!(value > 0))
		return;
	json_put_key(b, name);
	json_put_num(b, round(value * 1000) / 1000);
}

void diagnose_error_data(const cJSON *m, struct buf *b)
{
	char data[RPC_DATA_SIZE];

	/* Each byte may need an escape. */
	if (!rpc_error_data(m, data) || b->max - b->len < 2 * RPC_DATA_SIZE + 20)
		return;
	json_put_key(b, "error_data");
	json_put_str(b, data);
}

void diagnose_timings(const struct http_response *h, struct buf *b)
{
	put_number(b, "dns_ms", h->resolved_ms);
	if (h->reused)
		return;
	if (h->tcp_ms > h->resolved_ms)
		put_number(b, "tcp_ms", h->tcp_ms - h->resolved_ms);
	if (*h->tls_version && h->connected_ms > h->tcp_ms)
		put_number(b, "tls_ms", h->connected_ms - h->tcp_ms);
}

/* A redirect's target without its query or user, which may be secret. */
static void put_location(struct buf *b, const struct http_response *h)
{
	const struct http_fields *fields = http_fields(h);
	char text[sizeof fields->location];
	int n = (int)strcspn(fields->location, "?#");

	if (!*fields->location)
		return;
	snprintf(text, sizeof text, "%.*s", n, fields->location);
	put_member(b, "location", strchr(text, '@') ? fields->redirect : text);
}

void diagnose_detail(const struct http_response *h, struct buf *b)
{
	const struct http_fields *fields = http_fields(h);

	put_number(b, "http_status", (double)h->status);
	put_member(b, "http_version", h->http_version);
	put_member(b, "address", h->address);
	put_number(b, "port", (double)h->port);
	diagnose_timings(h, b);
	put_number(b, "first_byte_ms", h->first_byte_ms);
	put_number(b, "total_ms", h->total_ms);
	put_member(b, "content_type", fields->content_type);
	put_member(b, "cache_control", fields->cache_control);
	for (int i = 0; i < CACHE_SIGNS; i++)
		put_member(b, cache_sign_name((enum cache_sign)i),
			fields->signs[i]);
	put_member(b, "pop", fields->pop);
	put_location(b, h);
	put_member(b, "retry_after", fields->retry_after);
	put_member(b, "www_authenticate", fields->www_authenticate);
}
