/* SPDX-License-Identifier: MIT */
/*
 * tool.h: the tools: what they are called and take, which is what tools.json
 * says, and what they give. Pure.
 */
#ifndef MCP_TOOL_H
#define MCP_TOOL_H

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* In the order of tools.json. */
enum tool {
	TOOL_FIND_SERVERS,
	TOOL_SERVER_STATUS,
	TOOL_INCIDENTS,
	TOOL_TOOL_CHANGES,
	TOOL_FLEET_SUMMARY
};

/* The arguments of a call; a tool has only some of them. */
struct tool_arguments {
	const char *slug, *query, *state; /* or NULL */
	int limit, days;		  /* their default where not given */
};

/* The result of a tool: an object, and the same in words. */
struct tool_result {
	struct buf json, text;
	bool error; /* the words say what is wrong, and there is no object */
};

/* A result is no longer than this, the words neither. */
#define TOOL_RESULT_MAX ((size_t)1024 * 1024)

void tool_result_init(struct tool_result *r);
void tool_result_release(struct tool_result *r);

/* tool_find(name, out): the tool of a name, which may be NULL; false: none. */
bool tool_find(const char *name, enum tool *out);

/* tool_put_list(b): append the array of all tools. */
void tool_put_list(struct buf *b);

/*
 * tool_read(tool, o, a, why): check the arguments of a call, an object or NULL,
 * against the inputSchema of the tool. False, and a sentence that names the
 * argument is appended to why. The strings live as long as o.
 */
bool tool_read(enum tool tool, const cJSON *o, struct tool_arguments *a,
	struct buf *why);

/* tools.json as a text, of which the Makefile makes a source file. */
extern const char tools[];
extern const size_t tools_size;

#endif
