/*
 * backfill.h: recorded records into the store, and the minutes that they tell
 * of into what the store counts.
 */
#ifndef COMMANDS_BACKFILL_H
#define COMMANDS_BACKFILL_H

struct command;

/*
 * backfill(cmd, fd): ingest the records of fd, judge every minute of them as of
 * its end, and count those that nobody has counted yet. The newest is published
 * where no later one is. Says on standard output what was counted. Returns the
 * exit status, as ingest does.
 */
int backfill(const struct command *cmd, int fd);

#endif
