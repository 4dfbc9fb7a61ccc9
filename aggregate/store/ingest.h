/*
 * ingest.h: records into the store.
 */
#ifndef STORE_INGEST_H
#define STORE_INGEST_H

struct command;
struct record;

/*
 * ingest(cmd, fd, also, arg): read records from fd, which is cmd's input or
 * standard input, and write them to the store that cmd names, as they come.
 * Each is first handed to also(arg, r, why), unless that is NULL, which may
 * refuse it as for input_read. Returns the exit status: 0; 2 where lines were
 * refused, and the others stored; 3 where the store failed.
 */
int ingest(const struct command *cmd, int fd,
	int (*also)(void *arg, const struct record *r, char *why), void *arg);

#endif
