#include "mcp/json_rpc.h"

#include "json/json_pull.h"
#include "json/json.h"

#include <string.h>

static void set_invalid(struct rpc_message *m, const char *why)
{
	m->kind = RPC_INVALID;
	m->why = why;
}

void rpc_read(const cJSON *o, struct pull *text, struct rpc_message *m)
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

static void begin(struct buf *b, struct rpc_id id)
{
	buf_str(b, "{\"jsonrpc\":\"2.0\",\"id\":");
	if (id.n)
		buf_add(b, id.p, id.n);
	else
		buf_str(b, "null");
}

void rpc_begin_result(struct buf *b, struct rpc_id id)
{
	begin(b, id);
	buf_str(b, ",\"result\":");
}

void rpc_end(struct buf *b)
{
	buf_char(b, '}');
}

void rpc_put_error(struct buf *b, struct rpc_id id, enum rpc_code code,
	const char *message, const char *data)
{
	begin(b, id);
	buf_str(b, ",\"error\":{\"code\":");
	buf_int(b, code);
	json_put_member(b, "message", message);
	if (data) {
		json_put_key(b, "data");
		buf_str(b, data);
	}
	buf_str(b, "}}");
}
