/*
 * explain.h: the command explain: judges again by what the store keeps of that
 * time, and says in words why.
 */
#ifndef COMMANDS_EXPLAIN_H
#define COMMANDS_EXPLAIN_H

struct command;

/* explained(cmd): explain the verdict on one server. The exit status. */
int explained(const struct command *cmd);

#endif
