/*
 * exec.h: an event on the standard input of a command.
 */
#ifndef TRANSPORT_EXEC_H
#define TRANSPORT_EXEC_H

#include "transport/result.h"

/*
 * exec_send(argv, body): run the command without a shell, in a process group of
 * its own, with the body and a newline on its standard input, and our standard
 * error for both its outputs. It inherits no other descriptor, the part of our
 * environment that mcp-routes(5) names, and default signal actions. The event is
 * delivered if it exits with 0. After DELIVER_LIMIT_MS the group is killed.
 */
struct delivered exec_send(char *const *argv, const char *body);

#endif
