/*
 * ingest.h: records into the store.
 */
#ifndef INGEST_H
#define INGEST_H

struct command;

/*
 * ingest(cmd): read records from standard input and write them to the store that
 * cmd names, as they come. Returns the exit status: 0; 2 where lines were
 * refused, and the others stored; 3 where the store failed.
 */
int ingest(const struct command *cmd);

#endif
