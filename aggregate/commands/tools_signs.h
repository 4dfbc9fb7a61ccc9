/*
 * tools_signs.h: the command tools --signs.
 */
#ifndef COMMANDS_TOOLS_SIGNS_H
#define COMMANDS_TOOLS_SIGNS_H

struct command;

/*
 * tools_signs(cmd): print the signs of poisoning in the definitions of the files
 * of *cmd, each of which is a server. Returns the exit status.
 */
int tools_signs(const struct command *cmd);

#endif
