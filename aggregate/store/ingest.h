/*
 * ingest.h: writes records to the store.
 */
#ifndef STORE_INGEST_H
#define STORE_INGEST_H

struct command;
struct record;

/*
 * ingest(cmd, fd, also, arg): read records from fd, which is cmd's input or
 * standard input, and write them to the store that cmd names. Where also is not
 * NULL, also(arg, r, why) is first called with each record, and may refuse it
 * as the `use` of input_read may. Returns the exit status: 0; 2 where lines
 * were refused, and the others stored; 3 where the store failed.
 */
int ingest(const struct command *cmd, int fd,
	int (*also)(void *arg, const struct record *r, char *why), void *arg);

#endif
