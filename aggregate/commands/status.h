/* status.h: the command status: shows what the store knows of a fleet. */
#ifndef COMMANDS_STATUS_H
#define COMMANDS_STATUS_H

struct command;

/*
 * survey(cmd): write the state of the servers of the configuration, or without
 * one of the store, to standard output. Nothing is judged anew or published.
 * Returns the exit status: EXIT_NEWS where there is one server and it is red.
 */
int survey(const struct command *cmd);

#endif
