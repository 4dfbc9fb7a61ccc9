/*
 * replay.h: runs recorded verdicts through the machine on their own clock, and
 * prints what would have been told, when, and to whom. Nothing is sent or
 * stored.
 */
#ifndef COMMANDS_REPLAY_H
#define COMMANDS_REPLAY_H

#include "conf/conf.h"

#include <stdbool.h>

struct replay_setup {
	const char *file;	 /* "-": standard input */
	const struct conf *conf; /* or NULL */
	const char *policy; /* other numbers, or NULL; see routing/policy.h */
	bool text, colour;
};

/*
 * replay_run(s): the events on standard output, and then what they amount to:
 * below them where they are text, else on standard error. An exit status.
 */
int replay_run(const struct replay_setup *s);

#endif
