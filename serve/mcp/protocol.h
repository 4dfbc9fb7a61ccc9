/*
 * protocol.h: MCP for a server that has tools and no session: a POST in, its
 * answer out. What a tool says is up to a function that is given. Pure.
 */
#ifndef MCP_PROTOCOL_H
#define MCP_PROTOCOL_H

#include "mcp/tool.h"

struct request;
struct response;

/* A call with arguments that are as the tool has them; *out is empty. */
typedef void tool_call(void *arg, enum tool tool,
	const struct tool_arguments *a, struct tool_result *out);

struct protocol {
	const char *site; /* see transport_check */
	tool_call *call;
	void *arg;
};

/* A batch (MCP 2025-03-26) has at most this many messages. */
#define PROTOCOL_BATCH 16

/*
 * protocol_answer(p, request, r): fill r, which respond_init made, with the
 * answer to a request of any method. No cache may keep it.
 */
void protocol_answer(const struct protocol *p, const struct request *request,
	struct response *r);

#endif
