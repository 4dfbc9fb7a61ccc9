/*
 * sift.h: the command sift: what the runner of a region printed, line by line,
 * as records and what they are, for mcp-fleet(1).
 */
#ifndef COMMANDS_SIFT_H
#define COMMANDS_SIFT_H

struct command;

/* sift(cmd): sort the lines of standard input. Returns the exit status. */
int sift(const struct command *cmd);

#endif
