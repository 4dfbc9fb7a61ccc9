/* SPDX-License-Identifier: MIT */
/*
 * protocol.c: a message is of the revision that its request says: 2026-07-28 by
 * its _meta or its MCP-Protocol-Version, an older one by that field, 2025-03-26
 * without it. A message of which nothing but its form is wrong has an HTTP
 * status from 400 on; so has any error of 2026-07-28 that its specification
 * gives one.
 */
#include "mcp/protocol.h"

#include "cgi/request.h"
#include "http/respond.h"
#include "json/json.h"
#include "json/json_pull.h"

#include <stddef.h>
#include <string.h>

/*
 * The revisions of MCP that are spoken here. Up to 2025-11-25 a client begins
 * with initialize; from 2026-07-28 on each request says itself what it needs.
 */
enum revision {
	REVISION_2025_03_26,
	REVISION_2025_06_18,
	REVISION_2025_11_25,
	REVISION_2026_07_28
};
/* The newest one that begins with initialize. */
#define REVISION_LEGACY REVISION_2025_11_25

/* The revisions in a template of JSON, the newest first. */
#define REVISIONS_JSON                                                         \
	"['2026-07-28','2025-11-25','2025-06-18','2025-03-26']"

static const char *const revision_names[] = {
	[REVISION_2025_03_26] = "2025-03-26",
	[REVISION_2025_06_18] = "2025-06-18",
	[REVISION_2025_11_25] = "2025-11-25",
	[REVISION_2026_07_28] = "2026-07-28",
};

static const char *revision_name(enum revision r)
{
	return revision_names[r];
}

/* The revision of a name, which may be NULL; or false. */
static bool revision_parse(const char *s, enum revision *out)
{
	const size_t n = sizeof revision_names / sizeof *revision_names;

	for (size_t i = 0; s && i < n; i++) {
		if (strcmp(s, revision_names[i]) == 0) {
			*out = (enum revision)i;
			return true;
		}
	}
	return false;
}

/* ---- JSON-RPC 2.0 */

/* JSON-RPC 2.0, section 5.1; those from -32020 on are of MCP 2026-07-28. */
enum rpc_code {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_TRANSPORT = -32000, /* ours: HTTP was used wrongly */
	RPC_HEADER_MISMATCH = -32020,
	RPC_UNSUPPORTED_VERSION = -32022
};

enum rpc_kind {
	RPC_REQUEST,
	RPC_NOTIFICATION,
	RPC_RESPONSE, /* which nobody asked the client for */
	RPC_INVALID
};

/*
 * The id of a request as the client wrote it: a number may have more digits than
 * a double. No bytes: there is none.
 */
struct rpc_id {
	const char *p;
	size_t n;
};

struct rpc_message {
	enum rpc_kind kind;
	struct rpc_id id;
	const char *method;  /* or NULL */
	const cJSON *params; /* an object, or NULL */
	const char *why;     /* of one that is invalid: what is wrong */
};

static void set_invalid(struct rpc_message *m, const char *why)
{
	m->kind = RPC_INVALID;
	m->why = why;
}

/*
 * Read a message, the value that is next in the text and was parsed into o; the
 * text is then behind it. The parts of *m live as long as both. A request whose
 * id is neither a string nor a number, as MCP has it, is invalid.
 */
static void rpc_read(const cJSON *o, struct pull *text, struct rpc_message *m)
{
	const char *version = json_str(o, "jsonrpc");
	const cJSON *id = json_get(o, "id"), *params = json_get(o, "params");
	bool result = json_get(o, "result") || json_get(o, "error");
	bool good = cJSON_IsString(id) || cJSON_IsNumber(id);

	*m = (struct rpc_message) {.method = json_str(o, "method")};
	m->id.p = pull_member(text, o, good ? id : NULL, &m->id.n);
	if (!cJSON_IsObject(o))
		set_invalid(m, "a message is an object");
	else if (!version || strcmp(version, "2.0") != 0)
		set_invalid(m, "jsonrpc: is not \"2.0\"");
	else if (id && !m->id.n)
		set_invalid(m, "id: is neither a string nor a number");
	else if (!m->method && result)
		m->kind = RPC_RESPONSE;
	else if (!m->method)
		set_invalid(m, "method: missing, or no string");
	else if (params && !cJSON_IsObject(params))
		set_invalid(m, "params: is no object");
	else
		m->kind = id ? RPC_REQUEST : RPC_NOTIFICATION;
	if (m->kind != RPC_INVALID)
		m->params = params;
}

static void rpc_begin(struct buf *b, struct rpc_id id)
{
	json_fmt(b, "{'jsonrpc':'2.0','id':");
	if (id.n)
		buf_add(b, id.p, id.n);
	else
		buf_str(b, "null");
}

/* Append an error; there may be no id, and data, which is JSON, may be NULL. */
static void rpc_put_error(struct buf *b, struct rpc_id id, enum rpc_code code,
	const char *message, const char *data)
{
	rpc_begin(b, id);
	json_fmt(b, ",'error':{'code':%d,'message':%s", (int)code, message);
	if (data) {
		json_fmt(b, ",'data':");
		buf_str(b, data);
	}
	buf_str(b, "}}");
}

/* ---- MCP */

#define META "io.modelcontextprotocol/"
/* The list of tools changes with the program alone: an hour. */
#define LIST_TTL_MS "3600000"
/* The data of an error: a field that the client sent, escaped. */
#define DATA_MAX ((size_t)64 * 1024)

/* More than a client has reason to send. */
static const struct json_limits limits = {
	.depth = 32, .values = 4096, .i_json = true};

static const char instructions[] =
	"Says whether MCP servers work, as checked each minute from several "
	"locations. Ask find_servers for the slug of a server first, then "
	"server_status for its state now, incidents for its past, and "
	"tool_changes for changes of its tools. All times are UTC.";

/* A message at work. */
struct mcp_exchange {
	const struct protocol *p;
	const struct request_post *post;
	struct response *r;
	struct rpc_message m;
	enum revision revision;
	bool batch; /* it is one of several */
};

static void put_error(struct mcp_exchange *x, int status, enum rpc_code code,
	const char *message, const char *data)
{
	if (!x->batch)
		x->r->status = status;
	rpc_put_error(&x->r->body, x->m.id, code, message, data);
}

static bool modern(const struct mcp_exchange *x)
{
	return x->revision >= REVISION_2026_07_28;
}

/* A result of 2026-07-28 says more of itself. */
static void begin_result(struct mcp_exchange *x)
{
	rpc_begin(&x->r->body, x->m.id);
	json_fmt(&x->r->body, ",'result':{");
	if (modern(x))
		json_fmt(&x->r->body,
			"'resultType':'complete','_meta':{'" META "serverInfo':"
			"{'name':'mcp-serve','version':'" VERSION "'}}");
}

/* `lasting`: it is good for a while. */
static void end_result(struct mcp_exchange *x, bool lasting)
{
	if (lasting && modern(x))
		json_fmt(&x->r->body, ",'ttlMs':" LIST_TTL_MS
				      ",'cacheScope':'private'");
	buf_str(&x->r->body, "}}");
}

static void answer_initialize(struct mcp_exchange *x)
{
	const char *wanted = json_str(x->m.params, "protocolVersion");
	enum revision revision;

	if (!wanted) {
		put_error(x, 200, RPC_INVALID_PARAMS,
			"protocolVersion: missing, or no string", NULL);
		return;
	}
	if (!revision_parse(wanted, &revision) || revision > REVISION_LEGACY)
		revision = REVISION_LEGACY;
	begin_result(x);
	json_fmt(&x->r->body,
		"'protocolVersion':%s,'capabilities':{'tools':{}},"
		"'serverInfo':{'name':'mcp-serve','title':"
		"'Status of MCP servers','version':'" VERSION "'},"
		"'instructions':%s",
		revision_name(revision), instructions);
	end_result(x, false);
}

static void answer_discover(struct mcp_exchange *x)
{
	begin_result(x);
	json_fmt(&x->r->body,
		",'supportedVersions':" REVISIONS_JSON
		",'capabilities':{'tools':{}},'instructions':%s",
		instructions);
	end_result(x, true);
}

static void answer_ping(struct mcp_exchange *x)
{
	begin_result(x);
	end_result(x, false);
}

/* All tools are on one page, so no cursor was ever given out. */
static void answer_list(struct mcp_exchange *x)
{
	if (json_get(x->m.params, "cursor")) {
		put_error(x, 200, RPC_INVALID_PARAMS,
			"cursor: not one of this server", NULL);
		return;
	}
	begin_result(x);
	json_fmt(&x->r->body, ",'tools':");
	tool_put_list(&x->r->body);
	end_result(x, true);
}

static void put_result(struct mcp_exchange *x, struct tool_result *result)
{
	if (!buf_ok(&result->json) || !buf_ok(&result->text)) {
		buf_clear(&result->text);
		buf_str(&result->text, "The answer is too large.");
		result->error = true;
	}
	begin_result(x);
	json_fmt(&x->r->body,
		result->error ? ",'content':[{'type':'text','text':%s}],"
				"'isError':true"
			      : ",'content':[{'type':'text','text':%s}],"
				"'structuredContent':",
		result->text.p);
	if (!result->error)
		buf_add(&x->r->body, result->json.p, result->json.len);
	end_result(x, false);
}

static void answer_call(struct mcp_exchange *x)
{
	const char *name = json_str(x->m.params, "name");
	struct tool_arguments a;
	struct tool_result result;
	enum tool tool;

	if (!tool_find(name, &tool)) {
		put_error(x, 200, RPC_INVALID_PARAMS,
			name ? "name: there is no tool of that name"
			     : "name: missing, or no string", NULL);
		return;
	}
	tool_result_init(&result);
	if (tool_read(tool, json_get(x->m.params, "arguments"), &a,
		    &result.text))
		x->p->call(x->p->arg, tool, &a, &result);
	else
		result.error = true;
	put_result(x, &result);
	tool_result_release(&result);
}

static const struct {
	const char *name;
	enum revision first, last;
	void (*answer)(struct mcp_exchange *x);
} methods[] = {
	{"initialize", 0, REVISION_LEGACY, answer_initialize},
	{"ping", 0, REVISION_LEGACY, answer_ping},
	{"server/discover", REVISION_2026_07_28, REVISION_2026_07_28,
		answer_discover},
	{"tools/list", 0, REVISION_2026_07_28, answer_list},
	{"tools/call", 0, REVISION_2026_07_28, answer_call},
};

static void answer_request(struct mcp_exchange *x)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		if (strcmp(methods[i].name, x->m.method) == 0 &&
			x->revision >= methods[i].first &&
			x->revision <= methods[i].last) {
			methods[i].answer(x);
			return;
		}
	}
	put_error(x, modern(x) ? 404 : 200, RPC_METHOD_NOT_FOUND,
		"method: not known here", NULL);
}

/* The version that a request says itself; NULL where it says none. */
static const cJSON *own_version(const struct mcp_exchange *x)
{
	return json_get(json_get(x->m.params, "_meta"), META "protocolVersion");
}

static void put_unsupported(struct mcp_exchange *x, const char *requested)
{
	struct buf data;

	buf_init(&data, DATA_MAX);
	json_fmt(&data, "{'supported':" REVISIONS_JSON ",'requested':%s}",
		requested);
	put_error(x, 400, RPC_UNSUPPORTED_VERSION,
		"Unsupported protocol version", buf_ok(&data) ? data.p : NULL);
	buf_release(&data);
}

/* 2026-07-28 has header fields that repeat the body. */
static bool headers_match(struct mcp_exchange *x)
{
	const struct request_post *p = x->post;
	bool call = strcmp(x->m.method, "tools/call") == 0;
	const char *why = NULL;

	if (!transport_value_is(p->rpc_method, x->m.method))
		why = "The Mcp-Method field is not the method of the body.";
	else if (call && !transport_value_is(p->rpc_name,
		json_str(x->m.params, "name")))
		why = "The Mcp-Name field is not the name of the body.";
	if (why)
		put_error(x, 400, RPC_HEADER_MISMATCH, why, NULL);
	return !why;
}

/* Whether a request of 2026-07-28 is whole; if not, an error is put. */
static bool begin_modern(struct mcp_exchange *x)
{
	const cJSON *version = own_version(x);
	const char *wanted = cJSON_GetStringValue(version);
	const cJSON *meta = json_get(x->m.params, "_meta");
	enum revision said;

	if (!wanted) {
		put_error(x, 400, RPC_INVALID_PARAMS,
			"_meta: " META "protocolVersion is missing, or no string",
			NULL);
		return false;
	}
	if (!x->post->protocol || strcmp(x->post->protocol, wanted) != 0) {
		put_error(x, 400, RPC_HEADER_MISMATCH,
			"The MCP-Protocol-Version field is not the version of "
			"the body.", NULL);
		return false;
	}
	if (!revision_parse(wanted, &said) || said != REVISION_2026_07_28) {
		put_unsupported(x, wanted);
		return false;
	}
	if (!cJSON_IsObject(json_get(meta, META "clientCapabilities"))) {
		put_error(x, 400, RPC_INVALID_PARAMS,
			"_meta: " META
			"clientCapabilities is missing, or no object", NULL);
		return false;
	}
	return headers_match(x);
}

/*
 * Find the revision of a message; false, and an error is put, if there is none.
 */
static bool begin_message(struct mcp_exchange *x)
{
	const char *said = x->post->protocol;
	bool asks = x->m.kind == RPC_REQUEST;

	x->revision = REVISION_2025_03_26;
	if (own_version(x)) {
		x->revision = REVISION_2026_07_28;
		return !asks || begin_modern(x);
	}
	if (said && !revision_parse(said, &x->revision)) {
		/*
		 * initialize settles the version: there the field means little.
		 */
		x->revision = REVISION_LEGACY;
		if (asks && strcmp(x->m.method, "initialize") == 0)
			return true;
		put_unsupported(x, said);
		return false;
	}
	return !modern(x) || !asks || begin_modern(x);
}

/* Answer one message, as rpc_read; whether there is an answer at all. */
static bool answer_message(
	struct mcp_exchange *x, const cJSON *o, struct pull *text)
{
	rpc_read(o, text, &x->m);
	if (x->m.kind == RPC_INVALID) {
		put_error(x, 400, RPC_INVALID_REQUEST, x->m.why, NULL);
		return true;
	}
	if (!begin_message(x))
		return true;
	if (x->batch && x->m.method && strcmp(x->m.method, "initialize") == 0) {
		put_error(x, 400, RPC_INVALID_REQUEST,
			"initialize is not part of a batch.", NULL);
		return true;
	}
	if (x->m.kind == RPC_REQUEST) {
		answer_request(x);
		return true;
	}
	return false;
}

/* An array of the answers to requests, or nothing where none was one. */
static void answer_batch(
	struct mcp_exchange *x, const cJSON *list, struct pull *text)
{
	const char *said = x->post->protocol;
	int n = cJSON_GetArraySize(list);
	struct buf *b = &x->r->body;
	const cJSON *o;
	size_t before;

	if (said && strcmp(said, revision_name(REVISION_2025_03_26)) != 0) {
		put_error(x, 400, RPC_INVALID_REQUEST,
			"Batches are of revision 2025-03-26 alone.", NULL);
		return;
	}
	if (!n || n > PROTOCOL_BATCH) {
		put_error(x, 400, RPC_INVALID_REQUEST,
			"A batch has from 1 to 16 messages.", NULL);
		return;
	}
	x->batch = true;
	pull_array(text);
	cJSON_ArrayForEach(o, list)
	{
		before = b->len;
		buf_char(b, before ? ',' : '[');
		pull_item(text);
		if (!answer_message(x, o, text))
			buf_cut(b, before);
	}
	if (b->len)
		buf_char(b, ']');
}

static void answer_body(struct mcp_exchange *x)
{
	char why[JSON_WHY];
	cJSON *doc = json_parse(x->post->body, x->post->n, &limits, why);
	struct pull text = pull_begin(x->post->body, x->post->n);

	if (!doc)
		put_error(x, 400, RPC_PARSE_ERROR, why, NULL);
	else if (cJSON_IsArray(doc))
		answer_batch(x, doc, &text);
	else
		answer_message(x, doc, &text);
	cJSON_Delete(doc);
	if (!x->r->body.len)
		x->r->status = 202;
}

/* Names of header fields, with commas and spaces. */
static bool are_names(const char *s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_, ";

	return s && *s && strlen(s) < 1000 && !s[strspn(s, letters)];
}

/* The preflight of a browser: its page may send whatever it wants to. */
static void answer_preflight(const struct request *request, struct response *r)
{
	r->status = 204;
	r->allow = "POST, OPTIONS";
	r->preflight = are_names(request->asked_fields)
		? request->asked_fields
		: "Accept, Authorization, Content-Type, Last-Event-ID, "
		  "Mcp-Method, Mcp-Name, Mcp-Protocol-Version, Mcp-Session-Id";
}

void protocol_answer(const struct protocol *p, const struct request *request,
	struct response *r)
{
	struct mcp_exchange x = {.p = p, .post = &request->post, .r = r};
	struct refusal no = transport_check(request, p->site);

	r->type = TYPE_JSON;
	r->allow = "POST";
	if (no.status)
		put_error(&x, no.status, RPC_TRANSPORT, no.why, NULL);
	else if (request->method == METHOD_OPTIONS)
		answer_preflight(request, r);
	else
		answer_body(&x);
	/*
	 * A tool may have looked at what only a token shows: no cache may keep
	 * the answer, and no script of another origin read it, but of those
	 * that may call.
	 */
	if (request->origin && transport_origin(request->origin, p->site) &&
		strlen(request->origin) < sizeof r->origin)
		memcpy(r->origin, request->origin, strlen(request->origin) + 1);
	r->cache = CACHE_NEVER;
	*r->etag = '\0';
	r->audience = AUDIENCE_HOLDER;
	if (r->body.len)
		buf_char(&r->body, '\n');
}
