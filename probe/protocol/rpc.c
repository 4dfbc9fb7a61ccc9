/* SPDX-License-Identifier: MIT */
#include "protocol/rpc.h"

#include "base/strings.h"
#include "base/text.h"
#include "json/jcs.h"
#include "json/json.h"
#include "protocol/shape.h"
#include "redaction/redaction.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

/* The _meta of each request of the stateless era (2026-07-28, "_meta"). */
#define META                                                                   \
	"\"_meta\":{\"io.modelcontextprotocol/"                                \
	"protocolVersion\":\"" REVISION_STATELESS "\","                        \
	"\"io.modelcontextprotocol/clientInfo\":" CLIENT_INFO ","              \
	"\"io.modelcontextprotocol/clientCapabilities\":{}}"
#define CLIENT_INFO                                                            \
	"{\"name\":\"mcp-probe\",\"version\":\"" VERSION "\"}"

/*
 * Append jsonrpc and id, last, as both generations of the SDK do. Exceptions
 * are server/discover, and the first page of tools/list of revision 2026-07-28,
 * to which the SDK adds _meta last.
 */
static void close_request(struct buf *b, const char *id)
{
	buf_str(b, ",\"jsonrpc\":\"2.0\",\"id\":");
	buf_str(b, id);
}

void rpc_discover(struct buf *b, const char *id)
{
	buf_str(b, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_str(b, id);
	buf_str(b, ",\"method\":\"server/discover\",\"params\":{" META "}}");
}

void rpc_initialize(struct buf *b, const char *id)
{
	buf_str(b, "{\"method\":\"initialize\",\"params\":{"
		   "\"protocolVersion\":\"" REVISION_SESSION
		   "\",\"capabilities\":{},\"clientInfo\":" CLIENT_INFO "}");
	close_request(b, id);
	buf_char(b, '}');
}

/*
 * Written as the first generation of the SDK does, which most clients of
 * servers with sessions use. The second has these members in the other order;
 * all other requests are the same in both.
 */
void rpc_initialized(struct buf *b)
{
	buf_str(b, "{\"method\":\"notifications/initialized\","
		   "\"jsonrpc\":\"2.0\"}");
}

void rpc_ping(struct buf *b, const char *id)
{
	buf_fmt(b, "{\"method\":\"ping\",\"jsonrpc\":\"2.0\",\"id\":%s}", id);
}

void rpc_tools_list(struct buf *b, const char *id, bool stateless,
	const char *cursor)
{
	buf_str(b, "{\"method\":\"tools/list\"");
	if (cursor) {
		buf_str(b, ",\"params\":{\"cursor\":");
		json_put_str(b, cursor);
		buf_str(b, stateless ? "," META "}" : "}");
	}
	close_request(b, id);
	buf_str(b, stateless && !cursor ? ",\"params\":{" META "}}" : "}");
}

void rpc_tools_call(struct buf *b, const char *id, bool stateless,
	const char *name, const cJSON *arguments)
{
	buf_str(b, "{\"method\":\"tools/call\",\"params\":{\"name\":");
	json_put_str(b, name);
	buf_str(b, ",\"arguments\":");
	if (arguments)
		json_put(b, arguments);
	else
		buf_str(b, "{}");
	buf_str(b, stateless ? "," META "}" : "}");
	close_request(b, id);
	buf_char(b, '}');
}

bool rpc_has_id(const cJSON *m, const char *id)
{
	const char *s = json_str(m, "id");
	size_t n = strlen(id);
	char number[JCS_NUMBER];
	double v;

	if (s)
		return *id == '"' && strlen(s) == n - 2 &&
			memcmp(s, id + 1, n - 2) == 0;
	if (!json_num(m, "id", &v) || !isfinite(v))
		return false;
	jcs_number(v, number);
	return strcmp(number, id) == 0;
}

enum rpc_match rpc_match(const cJSON *m, const char *id,
	enum rpc_errors errors)
{
	const char *version = json_str(m, "jsonrpc");
	const cJSON *error = json_get(m, "error");
	bool no_id = !json_get(m, "id") || json_has_null(m, "id");
	bool ours = rpc_has_id(m, id);

	if (!version || strcmp(version, "2.0") != 0)
		return RPC_NOT_OURS;
	if (cJSON_IsObject(error) &&
		(ours || errors == RPC_ERRORS_ALL ||
			(no_id && errors == RPC_ERRORS_NULL)))
		return RPC_ERROR;
	return ours && json_get(m, "result") && !cJSON_IsObject(error)
		? RPC_RESULT
		: RPC_NOT_OURS;
}

static bool is_integer(const cJSON *v)
{
	return cJSON_IsNumber(v) && v->valuedouble == floor(v->valuedouble);
}

static const char *fault_of_error(const cJSON *error)
{
	if (!cJSON_IsObject(error))
		return "its error is not an object";
	if (!is_integer(json_get(error, "code")))
		return "the code of its error is missing or not an integer";
	return NULL;
}

const char *rpc_fault(const cJSON *m, const char *id, enum rpc_errors errors)
{
	const char *version = json_str(m, "jsonrpc");
	const cJSON *error = json_get(m, "error");
	const cJSON *result = json_get(m, "result");
	bool no_id = !json_get(m, "id") || json_has_null(m, "id");
	bool ours = rpc_has_id(m, id);

	if (errors == RPC_ERRORS_ALL || json_get(m, "method") ||
		!(ours || (no_id && error && errors == RPC_ERRORS_NULL)))
		return NULL;
	if (!version || strcmp(version, "2.0") != 0)
		return "its jsonrpc is not \"2.0\"";
	if (!error && !result)
		return "it has neither result nor error";
	if (error && result)
		return "it has both result and error";
	if (error)
		return fault_of_error(error);
	return cJSON_IsObject(result) ? NULL : "its result is not an object";
}

int rpc_error_code(const cJSON *m)
{
	double v;

	if (!json_num(json_get(m, "error"), "code", &v) || v != floor(v) ||
		v < INT_MIN || v > INT_MAX)
		return 0;
	return (int)v;
}

/* The meanings of codes (JSON-RPC 2.0, section 5.1; 2026-07-28, "Errors"). */
static const struct {
	int code;
	const char *what;
} codes[] = {
	{-32700, "the server cannot parse the request"},
	{RPC_INVALID_REQUEST,
		"the server says that the request is invalid"},
	{RPC_METHOD_NOT_FOUND, "the server does not know the method"},
	{RPC_INVALID_PARAMS,
		"the server refuses the parameters of the request"},
	{-32603, "the server has an internal error"},
	{RPC_HEADER_MISMATCH,
		"the server says that a header field is missing or does not "
		"match the request; a proxy may drop or change Mcp-Method, "
		"Mcp-Name, Mcp-Param-* or MCP-Protocol-Version"},
	{RPC_MISSING_CAPABILITY,
		"the server requires a capability that mcp-probe does not "
		"have"},
	{RPC_UNSUPPORTED_VERSION,
		"the server does not support the protocol version of the "
		"request"},
};

const char *rpc_error_message(const cJSON *m)
{
	return json_str(json_get(m, "error"), "message");
}

/* The most of the data that is read, to cut it afterwards. */
#define DATA_READ ((size_t)1024 * 1024)

size_t rpc_error_data(const cJSON *m, char out[RPC_DATA_SIZE])
{
	const cJSON *data = json_get(json_get(m, "error"), "data");
	char *text = redact_text(cJSON_GetStringValue(data));
	struct buf json, b;

	buf_init(&json, DATA_READ);
	buf_init(&b, 2 * DATA_READ);
	if (text) {
		buf_str(&b, text);
	} else if (data && !cJSON_IsNull(data)) {
		redact_tree(&json, data);
		/* The name of a member may be a secret, too. */
		mask(&b, json.p, json.len, RPC_DATA_SIZE, NULL);
	}
	text_clean(b.p, b.len, out, RPC_DATA_SIZE, RPC_DATA_SIZE);
	buf_release(&json);
	buf_release(&b);
	free(text);
	return strlen(out);
}

void rpc_error_words(const cJSON *m, char out[RPC_WORDS_SIZE])
{
	const char *text = rpc_error_message(m);
	char data[RPC_DATA_SIZE];
	size_t n = rpc_error_data(m, data);

	if (!text || !*text)
		text = n ? "without a message" : "";
	snprintf(out, RPC_WORDS_SIZE, "%.300s%s%s", text, n ? "; data: " : "",
		data);
}

/* The member of an error's data that explains its code, or NULL. */
static const cJSON *error_particulars(const cJSON *m)
{
	const cJSON *data = json_get(json_get(m, "error"), "data");

	switch (rpc_error_code(m)) {
	case RPC_MISSING_CAPABILITY:
		return json_get(data, "requiredCapabilities");
	case RPC_UNSUPPORTED_VERSION:
		return json_get(data, "supported");
	default:
		return NULL;
	}
}

bool rpc_error_failure(const cJSON *m, struct failure *f)
{
	const cJSON *more = error_particulars(m);
	const char *text = rpc_error_message(m);
	const char *what = "the server answers with an error";
	int n = rpc_error_code(m);
	char code[32], words[RPC_WORDS_SIZE];
	struct buf b;

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].code == n)
			what = codes[i].what;
	buf_init(&b, 200);
	if (more) {
		buf_str(&b, n == RPC_MISSING_CAPABILITY ? ", it requires "
							: ", it supports ");
		json_put(&b, more);
		snprintf(words, sizeof words, "%.300s", text ? text : "");
	} else {
		rpc_error_words(m, words);
	}
	snprintf(code, sizeof code, "jsonrpc.%d", n);
	failure_set(f, code, "%s (%d%s): %s", what, n, b.p,
		*words ? words : "without a message");
	buf_release(&b);
	return failure_said(f, text);
}

bool rpc_known_session(const char *v)
{
	static const char *const known[] = {"2024-10-07", "2024-11-05",
		"2025-03-26", "2025-06-18", "2025-11-25"};

	return strings_among(known, sizeof known / sizeof *known, v);
}

enum rpc_versions rpc_versions(const cJSON *list)
{
	enum rpc_versions found = VERSIONS_NONE;
	const cJSON *v;

	if (!cJSON_IsArray(list))
		return VERSIONS_NONE;
	cJSON_ArrayForEach(v, list)
	{
		const char *s = cJSON_GetStringValue(v);

		if (s && strcmp(s, REVISION_STATELESS) == 0)
			return VERSIONS_STATELESS;
		if (s && rpc_known_session(s))
			found = VERSIONS_SESSION;
	}
	return found;
}

/* Copy a string, cleaned for a record: U+0000 would spoil the whole line. */
static void note_server(const cJSON *info, struct rpc_hello *h)
{
	const char *name = json_str(info, "name");
	const char *version = json_str(info, "version");

	if (name)
		text_clean(name, strlen(name), h->server_name,
			sizeof h->server_name, TEXT_MAX);
	if (version)
		text_clean(version, strlen(version), h->server_version,
			sizeof h->server_version, TEXT_MAX);
}

static bool fail_missing(struct failure *f, const char *what, const char *where)
{
	char code[48];

	snprintf(code, sizeof code, "mcp.missing-%s", what);
	return failure_set(f, code,
		"%s is missing from the result of %s, or has the wrong type",
		what,
		where);
}

/* The members of a result of `initialize` or server/discover. */
static const struct shape hello_rows[] = {
	{"capabilities", SHAPE_OBJECT, true},
	{"capabilities.tools", SHAPE_OBJECT, false},
	{"capabilities.tools.listChanged", SHAPE_BOOLEAN, false},
	{"capabilities.prompts", SHAPE_OBJECT, false},
	{"capabilities.prompts.listChanged", SHAPE_BOOLEAN, false},
	{"capabilities.resources", SHAPE_OBJECT, false},
	{"capabilities.resources.listChanged", SHAPE_BOOLEAN, false},
	{"capabilities.resources.subscribe", SHAPE_BOOLEAN, false},
	{"capabilities.logging", SHAPE_COMPOSITE, false},
	{"capabilities.completions", SHAPE_COMPOSITE, false},
	{"capabilities.experimental", SHAPE_OBJECTS, false},
	{"capabilities.extensions", SHAPE_OBJECTS, false},
	{"instructions", SHAPE_STRING, false},
	{"_meta", SHAPE_OBJECT, false},
};

/* The members of `initialize` alone: "Implementation" in the schema, and
   members that 2026-07-28 has removed. */
static const struct shape server_rows[] = {
	{"serverInfo", SHAPE_OBJECT, true},
	{"serverInfo.name", SHAPE_STRING, true},
	{"serverInfo.version", SHAPE_STRING, true},
	{"serverInfo.title", SHAPE_STRING, false},
	{"serverInfo.description", SHAPE_STRING, false},
	{"serverInfo.websiteUrl", SHAPE_STRING, false},
	SHAPE_ICONS("serverInfo.icons"),
	{"capabilities.tasks", SHAPE_OBJECT, false},
	{"capabilities.tasks.list", SHAPE_COMPOSITE, false},
	{"capabilities.tasks.cancel", SHAPE_COMPOSITE, false},
	{"capabilities.tasks.requests", SHAPE_OBJECT, false},
	{"capabilities.tasks.requests.tools", SHAPE_OBJECT, false},
	{"capabilities.tasks.requests.tools.call", SHAPE_COMPOSITE, false},
};

/* The members of a result of tools/list besides the tools. A missing or
   negative ttlMs is no fault: clients of 2026-07-28 must treat it as 0. */
static const struct shape list_rows[] = {
	{"_meta", SHAPE_OBJECT, false},
	{"ttlMs", SHAPE_INTEGER, false},
	{"cacheScope", SHAPE_SCOPE, false},
};

/* Whether each row holds; if not, *f says which member is wrong. */
static bool judge_members(const cJSON *result, const struct shape *rows,
	size_t n, const char *where, struct failure *f)
{
	char fault[SHAPE_FAULT], code[48] = "mcp.member";
	const struct shape *row = shape_fault(result, rows, n, fault);

	if (!row)
		return true;
	if (row->required)
		snprintf(code, sizeof code, "mcp.missing-%.*s",
			(int)strcspn(row->path, "."), row->path);
	return failure_set(f, code,
		"in the result of %s, %s, so clients refuse it", where, fault);
}

static bool judge_capabilities(const cJSON *result, struct rpc_hello *h,
	struct failure *f, const char *where)
{
	if (!judge_members(result, hello_rows,
		    sizeof hello_rows / sizeof *hello_rows, where, f))
		return false;
	h->has_tools = json_get(json_get(result, "capabilities"), "tools");
	return true;
}

bool rpc_judge_initialize(const cJSON *result, struct rpc_hello *h,
	struct failure *f)
{
	const char *v = json_str(result, "protocolVersion");

	memset(h, 0, sizeof *h);
	if (!v)
		return fail_missing(f, "protocolVersion", "initialize");
	snprintf(h->revision, sizeof h->revision, "%s", v);
	note_server(json_get(result, "serverInfo"), h);
	if (!rpc_known_session(v))
		return failure_set(f, "mcp.version",
			"the server answers initialize with protocol version "
			"%s, which is not a known version for initialize",
			h->revision);
	return judge_members(result, server_rows,
		       sizeof server_rows / sizeof *server_rows, "initialize",
		       f) &&
		judge_capabilities(result, h, f, "initialize");
}

/* Whether a result of revision 2026-07-28 is "complete", as it is without a
   resultType too. */
static bool judge_result_type(const cJSON *result, struct failure *f)
{
	const cJSON *type = json_get(result, "resultType");
	const char *s = cJSON_GetStringValue(type);

	if (!type || (s && strcmp(s, "complete") == 0))
		return true;
	return failure_set(f, "mcp.result-type",
		"the resultType of the result is %.60s; revision 2026-07-28 "
		"allows only \"complete\" here, and clients refuse any other",
		s ? s : "not a string");
}

bool rpc_judge_discover(const cJSON *result, struct rpc_hello *h,
	struct failure *f)
{
	static const struct shape versions = {
		"supportedVersions", SHAPE_STRINGS, false};
	const cJSON *meta = json_get(result, "_meta");

	memset(h, 0, sizeof *h);
	snprintf(h->revision, sizeof h->revision, "%s", REVISION_STATELESS);
	note_server(json_get(meta, "io.modelcontextprotocol/serverInfo"), h);
	return judge_result_type(result, f) &&
		judge_members(result, &versions, 1, "server/discover", f) &&
		judge_capabilities(result, h, f, "server/discover");
}

bool rpc_judge_list(const cJSON *result, bool stateless, struct failure *f)
{
	return (!stateless || judge_result_type(result, f)) &&
		judge_members(result, list_rows,
			stateless ? sizeof list_rows / sizeof *list_rows : 1,
			"tools/list", f);
}

/* The first text of a result's content, to quote it. */
static const char *first_text(const cJSON *content)
{
	const cJSON *c;

	cJSON_ArrayForEach(c, content)
	{
		const char *text = json_str(c, "text");

		if (text && *text)
			return text;
	}
	return NULL;
}

bool rpc_judge_call(const cJSON *result, bool stateless, struct failure *f,
	bool *needs_input)
{
	const char *type = json_str(result, "resultType");
	const cJSON *content = json_get(result, "content");
	const char *text;
	bool is_error = false;

	*needs_input = stateless && type && strcmp(type, "input_required") == 0;
	if (*needs_input)
		return true;
	if (stateless && !judge_result_type(result, f))
		return false;
	if (!cJSON_IsArray(content))
		return fail_missing(f, "content", "tools/call");
	if (!json_bool(result, "isError", &is_error) || !is_error)
		return true;
	text = first_text(content);
	failure_set(f, "tool.error", "the tool fails: %s",
		text ? text : "without a message");
	return failure_said(f, text);
}
