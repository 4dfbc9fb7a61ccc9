/*
 * publish.h: verdicts on what the store holds, published there.
 */
#ifndef STORE_PUBLISH_H
#define STORE_PUBLISH_H

#include "mcp/names.h"

#include <stdbool.h>
#include <stddef.h>

/* Room for a field of the tools, and for its text. */
#define PUBLISH_TEXT 200

struct command;
struct store;
struct store_reply;
struct verdict;

/*
 * publish(cmd): judge every server that the configuration, or without one the
 * store, names; publish each verdict but unknown ones, and write all of them to
 * standard output. A minute is published, and counted, once, whoever evaluates.
 * Returns the exit status.
 */
int publish(const struct command *cmd);

/*
 * publish_queue(store, sha, v, seen, n): queue script_publish, which the store
 * knows by sha, for a verdict that is not unknown, with n texts for its tools.
 */
void publish_queue(struct store *store, const char *sha,
	const struct verdict *v, char (*seen)[PUBLISH_TEXT], size_t n);

/*
 * publish_counted(day, minute, as): whether a minute of a day is counted, by
 * the value of key_counted; and as what, VERDICT_UNKNOWN where that is not
 * kept.
 */
bool publish_counted(const struct store_reply *day, int minute,
	enum verdict_colour *as);

#endif
