/*
 * evaluation.h: one evaluation of the servers: judges them by what the store
 * holds, group by group, and publishes the verdicts there.
 */
#ifndef JUDGE_EVALUATION_H
#define JUDGE_EVALUATION_H

struct command;

/*
 * evaluation_run(cmd): judge every server that the configuration, or without one
 * the store, names; publish each verdict but unknown ones, and write all of them
 * to standard output. A minute is published and counted once, however many
 * evaluate it. Returns the exit status.
 */
int evaluation_run(const struct command *cmd);

#endif
