/*
 * mcp_handler.h: /mcp, the answers for agents: asks the store for what a tool
 * says. Who may know of what is decided as for the pages.
 */
#ifndef HANDLERS_MCP_HANDLER_H
#define HANDLERS_MCP_HANDLER_H

struct context;

/* handle_mcp(c): answer a request for /mcp, of any method. */
void handle_mcp(const struct context *c);

#endif
