/* SPDX-License-Identifier: MIT */
#include "protocol/wire.h"

#include "base/buf.h"
#include "base/xalloc.h"
#include "json/jcs.h"
#include "json/json.h"
#include "protocol/rpc.h"
#include "protocol/tools.h"

#include <math.h>
#include <openssl/evp.h>
#include <strings.h>

#define FIELDS_MAX 40
/* How many of them are kept for the fields after Mcp-Param-*. */
#define FIELDS_LATER 2
#define FIELD_MAX (16 * 1024)
/* The longest session id: one that was cut is longer. */
#define SESSION_MAX (sizeof ((struct http_fields *)0)->session_id - 2)

struct fields {
	char *list[FIELDS_MAX + 1];
	size_t n;
};

static void add_field(struct fields *f, const char *name, const char *value)
{
	size_t n = strlen(name), size = strlen(value) + 1;
	char *field;

	if (f->n == FIELDS_MAX)
		return;
	field = f->list[f->n++] = xmalloc(n + 2 + size);
	memcpy(field, name, n);
	/* libcurl drops a field without value unless it is written "name;". */
	memcpy(field + n, *value ? ": " : ";", 2);
	memcpy(field + n + (*value ? 2 : 1), value, size);
}

static void release_fields(struct fields *f)
{
	for (size_t i = 0; i < f->n; i++) {
		explicit_bzero(f->list[i], strlen(f->list[i]));
		free(f->list[i]);
	}
}

/* Whether a value can stand in a field as it is (2026-07-28, "Encoding"). */
static bool is_plain(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		if (((unsigned char)s[i] < ' ' && s[i] != '\t') ||
			(unsigned char)s[i] > 0x7e)
			return false;
	if (n && (strchr(" \t", s[0]) || strchr(" \t", s[n - 1])))
		return false;
	return !(n >= 11 && strncasecmp(s, "=?base64?", 9) == 0 &&
		strcmp(s + n - 2, "?=") == 0);
}

static void add_encoded(struct fields *f, const char *name, const char *value)
{
	size_t n = strlen(value), size = 4 * ((n + 2) / 3) + 16;
	char *out;
	int len;

	if (n > FIELD_MAX)
		return;
	if (is_plain(value)) {
		add_field(f, name, value);
		return;
	}
	out = xmalloc(size);
	len = snprintf(out, size, "=?base64?");
	len += EVP_EncodeBlock((unsigned char *)out + len,
		(const unsigned char *)value, (int)n);
	snprintf(out + len, size - (size_t)len, "?=");
	add_field(f, name, out);
	free(out);
}

/* Add an argument as Mcp-Param-<annotation>; null is not sent. */
static void add_param(struct fields *f, const char *annotation, const cJSON *v)
{
	char name[128], number[JCS_NUMBER];

	snprintf(name, sizeof name, "Mcp-Param-%.100s", annotation);
	if (cJSON_IsString(v))
		add_encoded(f, name, v->valuestring);
	else if (cJSON_IsBool(v))
		add_field(f, name, cJSON_IsTrue(v) ? "true" : "false");
	else if (cJSON_IsNumber(v) && isfinite(v->valuedouble)) {
		jcs_number(v->valuedouble, number);
		add_field(f, name, number);
	}
}

/* Add the arguments whose properties in the schema have x-mcp-header. */
static void add_params(struct fields *f, const cJSON *schema,
	const cJSON *arguments, int depth)
{
	const cJSON *properties = json_get(schema, "properties"), *p;

	/* The elements of an array have no names. */
	if (depth > 8 || !cJSON_IsObject(properties))
		return;
	cJSON_ArrayForEach(p, properties)
	{
		const char *annotation = header_arguments_name(p);
		const cJSON *v = json_get(arguments, p->string);

		if (f->n >= FIELDS_MAX - FIELDS_LATER)
			return;
		if (!v)
			continue;
		if (annotation)
			add_param(f, annotation, v);
		else if (cJSON_IsObject(v))
			add_params(f, p, v, depth + 1);
	}
}

/* Fields that no other client sends, and the credential. */
static void add_own(struct fields *f, const struct wire *w)
{
	if (w->credential)
		f->list[f->n++] = xstrdup(w->credential);
	add_field(f, "X-Probe-Region", w->target.region);
}

/* Whether the operator named the origin of this URL. */
static bool own_origin(const struct wire *w, const struct url *u)
{
	const char *issuer = w->target.issuer;
	char why[URL_WHY];
	struct url i;

	return strcmp(w->target.url->origin, u->origin) == 0 ||
		(issuer && url_parse(issuer, &i, why) &&
			strcmp(i.origin, u->origin) == 0);
}

/* Whether this URL must lead to a public address: see wire_request. */
static bool is_guarded(const struct wire *w, const char *url)
{
	char why[URL_WHY];
	struct url u;

	return w->target.deny_private ||
		(w->deny_private &&
			!(w->proxied && url_parse(url, &u, why) &&
				own_origin(w, &u)));
}

struct http_request wire_request(const struct wire *w, const char *method,
	const char *url, double timeout_ms)
{
	return (struct http_request) {.method = method,
		.url = url,
		.timeout_ms = timeout_ms,
		.label = w->target.slug,
		.http2 = w->target.http2,
		.deny_private = is_guarded(w, url),
		.no_proxy = w->target.deny_private,
		.trust = w->target.trust};
}

/*
 * A request to the target's own URL, with fields that are added later. A client
 * certificate belongs to the connection: it is shown from the first request on.
 */
static struct http_request own_request(const struct wire *w, const char *method,
	const struct fields *f, double timeout_ms)
{
	struct http_request rq =
		wire_request(w, method, w->target.url->text, timeout_ms);

	rq.parts = w->parts;
	rq.headers = (const char *const *)f->list;
	rq.deny_private = w->target.deny_private;
	rq.cert = w->target.cert;
	rq.key = w->target.key;
	return rq;
}

/* The session and the revision. HTTP+SSE has no session id: its endpoint is the
   session; but clients send the revision there too. */
static void add_agreed(struct fields *f, const struct wire *w)
{
	if (w->session)
		add_field(f, "mcp-session-id", w->session);
	if (w->stateless)
		add_field(f, "mcp-protocol-version", REVISION_STATELESS);
	else if (*w->revision)
		add_field(f, "mcp-protocol-version", w->revision);
}

void wire_release(struct wire *w)
{
	free(w->session);
	free(w->endpoint);
	url_parts_free(w->parts);
	w->session = w->endpoint = NULL;
	w->parts = NULL;
}

int wire_post(const struct wire *w, const struct wire_message *m,
	const struct exchange_handler *handler, void *arg)
{
	struct fields f = {0};
	struct http_request rq = own_request(w, "POST", &f, m->timeout_ms);
	int rc;

	if (w->endpoint) {
		rq.url = w->endpoint;
		rq.parts = NULL;
	}
	rq.body = m->body;
	rq.fresh = m->fresh;
	rq.watch = m->watch;
	rq.last_unless = m->last_unless;
	add_own(&f, w);
	add_agreed(&f, w);
	if (w->stateless) {
		add_field(&f, "mcp-method", m->method);
		if (m->name)
			add_encoded(&f, "mcp-name", m->name);
		if (m->tool)
			add_params(&f, json_get(m->tool, "inputSchema"),
				m->arguments, 0);
	}
	add_field(&f, "content-type", "application/json");
	/* With HTTP+SSE no client reads the response to a POST. */
	add_field(&f, "accept",
		w->endpoint ? "*/*" : "application/json, text/event-stream");
	if (m->id && !w->endpoint)
		rc = exchange_start(w->http, &rq, w->budget, WANT_MESSAGE,
			m->id, handler, arg);
	else
		rc = exchange_start(w->http, &rq, w->budget, WANT_STATUS, NULL,
			handler, arg);
	release_fields(&f);
	return rc;
}

/* GET the target's own URL for an event stream, for the answer to m->id or, where
   that is NULL, for all events. */
static int get_stream(const struct wire *w, const struct wire_message *m,
	const char *last_id, const struct exchange_handler *handler, void *arg)
{
	struct fields f = {0};
	struct http_request rq = own_request(w, "GET", &f, m->timeout_ms);
	int rc;

	rq.fresh = m->fresh;
	rq.watch = m->watch;
	add_own(&f, w);
	if (last_id)
		add_agreed(&f, w);
	add_field(&f, "accept", "text/event-stream");
	if (last_id) {
		add_field(&f, "last-event-id", last_id);
	} else {
		add_field(&f, "pragma", "no-cache");
		add_field(&f, "cache-control", "no-cache");
	}
	rc = exchange_start(w->http, &rq, w->budget,
		m->id ? WANT_MESSAGE : WANT_EVENTS, m->id, handler, arg);
	release_fields(&f);
	return rc;
}

int wire_listen(const struct wire *w, const struct wire_message *m,
	const struct exchange_handler *handler, void *arg)
{
	return get_stream(w, m, NULL, handler, arg);
}

int wire_resume(const struct wire *w, const char *last_id, const char *id,
	double timeout_ms, const struct exchange_handler *handler, void *arg)
{
	struct wire_message m = {.id = id, .timeout_ms = timeout_ms};

	return get_stream(w, &m, last_id, handler, arg);
}

int wire_delete(const struct wire *w, double timeout_ms,
	const struct exchange_handler *handler, void *arg)
{
	struct fields f = {0};
	struct http_request rq = own_request(w, "DELETE", &f, timeout_ms);
	int rc;

	rq.last = true;
	add_own(&f, w);
	add_agreed(&f, w);
	add_field(&f, "accept", "*/*");
	rc = exchange_start(
		w->http, &rq, w->budget, WANT_STATUS, NULL, handler, arg);
	release_fields(&f);
	return rc;
}

int wire_get(const struct wire *w, const char *url, double timeout_ms,
	const struct exchange_handler *handler, void *arg)
{
	struct fields f = {0};
	struct http_request rq = wire_request(w, "GET", url, timeout_ms);
	int rc;

	rq.headers = (const char *const *)f.list;
	add_field(&f, "X-Probe-Region", w->target.region);
	add_field(&f, "Accept", "application/json");
	add_field(&f, "MCP-Protocol-Version", REVISION_SESSION);
	rc = exchange_start(
		w->http, &rq, w->budget, WANT_DOCUMENT, NULL, handler, arg);
	release_fields(&f);
	return rc;
}

bool wire_session_valid(const char *id)
{
	size_t n = 0;

	while (id[n] >= 0x21 && id[n] <= 0x7e)
		n++;
	return n > 0 && !id[n] && n <= SESSION_MAX;
}
