#include "diagnose.h"

#include "json.h"
#include "rpc.h"
#include "text.h"

#include <math.h>

static bool diagnose_success(const struct reply *r, struct failure *f)
{
	const struct http_response *h = r->http;

	if (*r->body && *h->content_type)
		return failure_set(f, "http.content-type",
			"the response is %s, and neither JSON nor an event "
			"stream",
			h->content_type);
	if (*r->body)
		return failure_set(f, "http.content-type",
			"the response has no Content-Type and is no JSON");
	return failure_set(f, "http.empty-body",
		"the response has status %ld and nothing in it", h->status);
}

/* What a person would look at first, for the statuses that have a usual cause. */
static const char *hint(long status)
{
	switch (status) {
	case 403:
		return "; without a challenge this is often a check of the "
		       "Host or Origin header, or a firewall";
	case 404:
		return "; no Streamable HTTP server is at this path";
	case 405:
		return "; this path does not take POST";
	case 406:
		return "; the server wants another Accept header than the "
		       "specification does";
	case 413:
	case 415:
		return "; the server refuses the form of the request";
	case 502:
	case 503:
	case 504:
		return "; what is in front of the server does not reach it";
	default:
		return "";
	}
}

static bool diagnose_status(const struct reply *r, struct failure *f)
{
	const struct http_response *h = r->http;
	char code[32];

	snprintf(code, sizeof code, "http.%ld", h->status);
	if (h->status == 429 && *h->retry_after)
		return failure_set(f, code,
			"the server limits the rate of requests (Retry-After: "
			"%s)",
			h->retry_after);
	if (h->status == 429)
		return failure_set(f, code,
			"the server limits the rate of requests");
	if (h->status >= 300 && h->status <= 399)
		return failure_set(f, "http.redirect",
			"the server redirects (%ld) to %.400s; probe that URL "
			"instead",
			h->status, *h->location ? h->location : "nowhere");
	return failure_set(f, code, "the server answers with status %ld%s%s%s",
		h->status, hint(h->status), *r->body ? ": " : "", r->body);
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

static void member(struct buf *b, const char *name, const char *value)
{
	char clean[4 * 400 + 1];

	if (!*value)
		return;
	text_clean(value, strlen(value), clean, sizeof clean, 400);
	buf_fmt(b, "%s\"%s\":", b->len > 1 ? "," : "", name);
	json_put_str(b, clean);
}

static void number(struct buf *b, const char *name, double value)
{
	if (!(value > 0))
		return;
	buf_fmt(b, "%s\"%s\":", b->len > 1 ? "," : "", name);
	json_put_num(b, round(value * 1000) / 1000);
}

void diagnose_detail(const struct http_response *h, struct buf *b)
{
	number(b, "http_status", (double)h->status);
	member(b, "http_version", h->http_version);
	member(b, "address", h->address);
	number(b, "first_byte_ms", h->first_byte_ms);
	member(b, "content_type", h->content_type);
	member(b, "age", h->age);
	member(b, "x_cache", h->x_cache);
	member(b, "pop", h->pop);
	member(b, "location", h->location);
	member(b, "retry_after", h->retry_after);
	member(b, "www_authenticate", h->www_authenticate);
}
