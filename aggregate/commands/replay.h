/*
 * replay.h: the commands replay and verdict -: judges what was collected, and
 * writes the verdicts to standard output.
 */
#ifndef COMMANDS_REPLAY_H
#define COMMANDS_REPLAY_H

#include <stddef.h>

struct collect;
struct command;
struct isolation;
struct rule;
struct server;

/*
 * judge_now(cmd, c): one verdict on each server. judge_replay(cmd, c): the same
 * for every minute of the records, as of its end; where cmd has a policy, by
 * that, and then follows what it changes. Each returns the exit status:
 * EXIT_NEWS where there is one server and its (last) verdict is red; EXIT_USAGE
 * where there is nothing to judge; EXIT_ENV where standard output failed.
 */
int judge_now(const struct command *cmd, struct collect *c);
int judge_replay(const struct command *cmd, struct collect *c);

/*
 * judge_expected(cmd, c, s, n): the regions that should report on a server, *n
 * of them: those of --regions; else those that have a record of it, and those
 * of which a runner record says that they should. The caller frees the array.
 */
const char **judge_expected(const struct command *cmd, const struct collect *c,
	const struct server *s, size_t *n);

/*
 * judge_isolate(c, rule): find the regions that were cut off in all that was
 * collected, and take what they saw then out of it, see rule/isolation.h. The
 * caller frees it, after c was used last.
 */
struct isolation *judge_isolate(struct collect *c, const struct rule *rule);

/*
 * judge_policy(cmd): check the policy of a command line. -1 where it is
 * refused, and the operator has been told why.
 */
int judge_policy(const struct command *cmd);

#endif
