/*
 * snapshot.h: the commands snapshot and restore: the keys of a fleet as lines,
 * and back.
 */
#ifndef COMMANDS_SNAPSHOT_H
#define COMMANDS_SNAPSHOT_H

struct command;

/*
 * snapshot(cmd): write all keys of the fleet to standard output, see
 * mcp-aggregate(1). Those of one server are as of one instant. Returns the exit
 * status.
 */
int snapshot(const struct command *cmd);

/*
 * restore(cmd): fill the store from a snapshot, once all of it has been
 * checked. Returns the exit status.
 */
int restore(const struct command *cmd);

#endif
