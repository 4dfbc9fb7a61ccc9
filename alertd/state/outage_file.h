/*
 * outage_file.h: a file of this machine that holds one state while the store
 * does not answer, as a backend of state_store.h; see FILES in mcp-alert(1). A
 * lock keeps other processes out while it is open.
 */
#ifndef STATE_OUTAGE_FILE_H
#define STATE_OUTAGE_FILE_H

#include <stdbool.h>

/* Opaque. */
struct outage_file;

/*
 * outage_file_open(url, make): the file that belongs to the store at that
 * address, locked; created where `make`, in the first of the folders of
 * mcp-alert(1) that can be used. Where that one is full when it is written, it
 * goes to the next. NULL where there is none, or another process has it open;
 * where it cannot be created, the operator is told.
 */
struct outage_file *outage_file_open(const char *url, bool make);
void outage_file_close(struct outage_file *l);

/* outage_file_remove(l): delete the file; l is only to be closed. */
void outage_file_remove(struct outage_file *l);

#endif
