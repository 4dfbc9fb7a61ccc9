/*
 * exec.h: an event on the standard input of a command.
 */
#ifndef TRANSPORT_EXEC_H
#define TRANSPORT_EXEC_H

#include "transport/result.h"

struct transfers;

/*
 * exec_begin(t, argv, body, out, ended, arg): run the command without a shell,
 * in a process group of its own, with the body and a newline on its standard
 * input, and our standard error for both its outputs; call ended(arg) when *out
 * is the result. It inherits no other descriptor, the part of our environment
 * that mcp-routes(5) names, and default signal actions. The event is delivered
 * if it exits with 0. After DELIVER_LIMIT_MS the group is killed. False:
 * nothing was started, and *out says why.
 */
bool exec_begin(struct transfers *t, char *const *argv, const char *body,
	struct delivered *out, void (*ended)(void *arg), void *arg);

#endif
