#include "auth/wall_kind.h"

#include "json/json.h"
#include "protocol/rpc.h"

#include <strings.h>

/* Whether the word is in s, in lower or upper case. */
static bool holds(const char *s, const char *word)
{
	size_t n = strlen(word);

	for (; *s; s++)
		if (strncasecmp(s, word, n) == 0)
			return true;
	return false;
}

/* Whether it is -32001, "unauthorized", a code that SDKs also use for timeouts
   and lost sessions. */
static bool unauthorized(const struct reply *r)
{
	const cJSON *error = json_get(r->message, "error");
	const char *words = json_str(error, "message");

	if (r->kind != REPLY_ERROR ||
		rpc_error_code(r->message) != RPC_UNAUTHORIZED ||
		r->http->status < 200 || r->http->status > 299)
		return false;
	return !words ||
		!(holds(words, "session") || holds(words, "timeout") ||
			holds(words, "timed out"));
}

bool wall_meant(const struct reply *r)
{
	if (r->kind == REPLY_FAILED)
		return false;
	return r->http->status == 401 ||
		(r->http->status == 403 &&
			*http_fields(r->http)->www_authenticate) ||
		unauthorized(r);
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
		(h->status == 400 && holds(r->body, "certificate"));
}
