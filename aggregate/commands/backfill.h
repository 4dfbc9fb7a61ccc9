/*
 * backfill.h: the command backfill: old records into the store, and their
 * minutes into its counts.
 */
#ifndef COMMANDS_BACKFILL_H
#define COMMANDS_BACKFILL_H

struct command;

/*
 * backfill(cmd, fd): ingest the records of fd, judge every minute of them as of
 * its end, and count the minutes that are not counted yet. The newest verdict
 * is published, unless a later one is. Writes to standard output what was
 * counted. Returns the exit status, as ingest does.
 */
int backfill(const struct command *cmd, int fd);

#endif
