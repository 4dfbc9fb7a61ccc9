/*
 * json_rpc.h: messages of JSON-RPC 2.0, read and written. Pure.
 */
#ifndef MCP_JSON_RPC_H
#define MCP_JSON_RPC_H

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

struct pull;

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

/*
 * rpc_read(o, text, m): read a message, the value that is next in the text and was
 * parsed into o; the text is then behind it. The parts of *m live as long as both. A
 * request whose id is neither a string nor a number, as MCP has it, is invalid.
 */
void rpc_read(const cJSON *o, struct pull *text, struct rpc_message *m);

/*
 * rpc_begin_result(b, id), rpc_end(b): what stands before and behind the object
 * that is the result. rpc_put_error(b, id, code, message, data): append an
 * error; there may be no id, and data, which is JSON, may be NULL.
 */
void rpc_begin_result(struct buf *b, struct rpc_id id);
void rpc_end(struct buf *b);
void rpc_put_error(struct buf *b, struct rpc_id id, enum rpc_code code,
	const char *message, const char *data);

#endif
