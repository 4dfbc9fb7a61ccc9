/*
 * publish.h: verdicts on what the store holds, published there.
 */
#ifndef PUBLISH_H
#define PUBLISH_H

struct command;

/*
 * publish(cmd): judge every server that the configuration, or without one the
 * store, names; publish each verdict but unknown ones, and write all of them to
 * standard output. A minute is published, and counted, once, whoever evaluates.
 * Returns the exit status.
 */
int publish(const struct command *cmd);

#endif
