/*
 * deposit.h: the command deposit: a region that probes by itself leaves what it
 * saw in its inbox, with a user of the store that can write there and nowhere else.
 */
#ifndef COMMANDS_DEPOSIT_H
#define COMMANDS_DEPOSIT_H

struct command;

/* deposit(cmd): leave the records of standard input. Returns the exit status. */
int deposit(const struct command *cmd);

#endif
