/* SPDX-License-Identifier: MIT */
/*
 * protocol.h: MCP for a server that has tools and no session, over Streamable
 * HTTP: a POST in, its answer out. What a tool says is up to a function that is
 * given. Pure.
 */
#ifndef MCP_PROTOCOL_H
#define MCP_PROTOCOL_H

#include "mcp/tool.h"

#include <stdbool.h>

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

/* An HTTP status from 400 on, and a sentence; the status 0: go on. */
struct refusal {
	int status;
	const char *why;
};

/*
 * The rules of Streamable HTTP for a request, before its body is looked at (MCP
 * 2025-11-25, Transports; 2026-07-28, Transports). transport_check(r, site):
 * whether a request can be a message. `site` is the address of this site, or
 * "": pages of it may call, and those of the user's own machine, but no others,
 * so that no page can use an address that its visitor alone can reach.
 */
struct refusal transport_check(const struct request *r, const char *site);

/*
 * transport_origin(origin, site): whether pages of an origin (RFC 6454, section
 * 7) may call. transport_value_is(field, value): whether a header field says
 * the value, plain or as "=?base64?…?=" (MCP 2026-07-28, Value Encoding);
 * either may be NULL.
 */
bool transport_origin(const char *origin, const char *site);
bool transport_value_is(const char *field, const char *value);

#endif
