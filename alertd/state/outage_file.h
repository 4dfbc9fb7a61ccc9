/*
 * outage_file.h: a file of this machine that holds a state while the store does
 * not answer; see FILES in mcp-alert(1). Whoever has it open is alone with it.
 */
#ifndef STATE_OUTAGE_FILE_H
#define STATE_OUTAGE_FILE_H

#include <stdbool.h>

/* Opaque. */
struct outage_file;

/*
 * outage_file_open(url, make): the file that belongs to a store, and the lock
 * on it. NULL where there is none, or another process has it; where it is to be
 * made and cannot be, and where it cannot be trusted, the operator is told.
 */
struct outage_file *outage_file_open(const char *url, bool make);
void outage_file_close(struct outage_file *l);

/* outage_file_text(l): what is in it, "" for nothing; until the next
 * outage_file_write. */
const char *outage_file_text(const struct outage_file *l);

/*
 * outage_file_write(l, text): replace it by a line without its newline. False,
 * and the operator is told, where that fails.
 */
bool outage_file_write(struct outage_file *l, const char *text);

/* outage_file_remove(l): it is not needed any more. */
void outage_file_remove(struct outage_file *l);

#endif
