/*
 * publish.h: judges what the store holds, and publishes the verdicts there.
 */
#ifndef STORE_PUBLISH_H
#define STORE_PUBLISH_H

#include "mcp/names.h"

#include <stdbool.h>
#include <stddef.h>

/* Room for a field of key_tools, and for its value. */
#define PUBLISH_TEXT 200

struct command;
struct store;
struct store_reply;
struct verdict;

/*
 * publish(cmd): judge every server that the configuration, or without one the
 * store, names; publish each verdict but unknown ones, and write all of them to
 * standard output. A minute is published and counted once, however many
 * evaluate it. Returns the exit status.
 */
int publish(const struct command *cmd);

/* How a minute is counted: see fleet.h. */
struct publish_count {
	const char *as;
	bool maintenance_counts;
};

/*
 * publish_queue(store, sha, v, c, tools, n): queue script_publish, which the
 * store knows by sha, for a verdict that is not unknown; tools has n texts,
 * fields of key_tools and their values in turn.
 */
void publish_queue(struct store *store, const char *sha,
	const struct verdict *v, struct publish_count c,
	const char *const *tools, size_t n);

/*
 * publish_counted(day, minute, as): whether a minute of a day, from 0, is
 * counted, by the value of key_counted of that day; and in *as with which
 * colour, VERDICT_UNKNOWN where that is not known.
 *
 * publish_counted_before(day, minute): whether any minute before it is.
 */
bool publish_counted(const struct store_reply *day, int minute,
	enum verdict_colour *as);
bool publish_counted_before(const struct store_reply *day, int minute);

#endif
