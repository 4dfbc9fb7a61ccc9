/*
 * tool_handlers.h: the pages and the feed of the tools of a server. One whose
 * tools are private is answered as one of whose tools nothing is known.
 */
#ifndef HANDLERS_TOOL_HANDLERS_H
#define HANDLERS_TOOL_HANDLERS_H

struct context;

/*
 * handle_tools(c): what the tools are. handle_changes(c), handle_changes_feed(c):
 * what changed of them.
 */
void handle_tools(const struct context *c);
void handle_changes(const struct context *c);
void handle_changes_feed(const struct context *c);

#endif
