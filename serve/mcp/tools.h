/*
 * tools.h: the list of tools, tools.json, as a text.
 */
#ifndef MCP_TOOLS_H
#define MCP_TOOLS_H

#include <stddef.h>

extern const char tools[];
extern const size_t tools_size;

#endif
