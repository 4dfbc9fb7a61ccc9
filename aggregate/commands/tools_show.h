/*
 * tools_show.h: what the tools of a server said at a time, by the store.
 */
#ifndef COMMANDS_TOOLS_SHOW_H
#define COMMANDS_TOOLS_SHOW_H

struct command;

/*
 * tools_show(cmd): write what each tool of the server cmd->slug says, as of
 * cmd->now, to those of cmd->regions, or to all: as a page for a person or a line
 * of JSON each; where regions differ, each side with its regions. With cmd->diff,
 * how that differs from what they say now; or where no time is given, how the
 * newest list of a region differs from the one before. Returns the exit status;
 * with cmd->diff EXIT_NEWS where something differs.
 */
int tools_show(const struct command *cmd);

#endif
