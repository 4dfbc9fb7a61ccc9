/*
 * inbox.h: the centre's side of regions that probe by themselves, for
 * mcp-fleet(1): the commands inbox and `inbox clear`; and the command `targets
 * published` of the regions' side.
 */
#ifndef COMMANDS_INBOX_H
#define COMMANDS_INBOX_H

struct command;

/*
 * Each returns the exit status.
 *
 * inbox_take(cmd): copy what is in the inbox of a region into a folder, a file for
 * each piece, and print a line for each, oldest first: the name of the file, and
 * between which two seconds the region's clock is ahead of this one, or "- -".
 * Where it is told of targets, the region can read them from now on.
 *
 * inbox_clear(cmd): remove from the inbox what is in that folder.
 *
 * targets_published(cmd): print what inbox_take left for a region.
 */
int inbox_take(const struct command *cmd);
int inbox_clear(const struct command *cmd);
int targets_published(const struct command *cmd);

#endif
