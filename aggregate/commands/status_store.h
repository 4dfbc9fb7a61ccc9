/*
 * status_store.h: what the store holds and costs, and how it is set up.
 */
#ifndef COMMANDS_STATUS_STORE_H
#define COMMANDS_STATUS_STORE_H

struct command;

/*
 * status_store(cmd): print how many servers there are, the bytes by kind of key,
 * what a server costs, how many clients are connected, who has most of the
 * connections if more than half are taken, and what is set up wrong. Returns the
 * exit status.
 */
int status_store(const struct command *cmd);

#endif
