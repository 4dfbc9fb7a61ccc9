/*
 * tools.h: what the tools of a server say, and how that changed.
 */
#ifndef COMMANDS_TOOLS_H
#define COMMANDS_TOOLS_H

#include "tools/definitions.h"

struct command;
struct output;

/* A file of definitions. */
struct tool_source {
	const char *path; /* set by the caller; "-" is standard input */
	const char *name; /* for messages */
	struct definitions tools;
	size_t refused; /* tools that cannot be used */
};

/*
 * tool_source_read(s): read a file, and say what is wrong with it. 0, or the exit
 * status; definitions_release(&s->tools) in both cases.
 */
int tool_source_read(struct tool_source *s);

/*
 * tools_diff(cmd): compare the tools in two files, the operands; write a record
 * of each that changed to standard output, or lines for a person. Returns the
 * exit status: EXIT_NEWS where some changed, EXIT_USAGE where a file, or a tool
 * of it, cannot be used.
 */
int tools_diff(const struct command *cmd);

/*
 * tools_compare(before, after, output): the same of two lists of definitions.
 */
int tools_compare(const struct definitions *before,
	const struct definitions *after, const struct output *output);

#endif
