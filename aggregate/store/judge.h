/*
 * judge.h: judges what the store holds, and publishes the verdicts there.
 */
#ifndef STORE_JUDGE_H
#define STORE_JUDGE_H

struct command;

/*
 * judge(cmd): judge every server that the configuration, or without one the
 * store, names; publish each verdict but unknown ones, and write all of them to
 * standard output. A minute is published and counted once, however many
 * evaluate it. Returns the exit status.
 */
int judge(const struct command *cmd);

#endif
